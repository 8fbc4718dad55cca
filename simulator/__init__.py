"""The world outside, scripted: for the demo, training and tests. It reaches the hub over the network only."""

from simulator.agents import ScriptedAgent
from simulator.crowd import Crowd
from simulator.record import Acknowledged, Record

__all__ = ["Acknowledged", "Crowd", "Record", "ScriptedAgent"]
