"""What happens on the telephone, one story each: callers, agents, colleagues, supervisors, numbers outside."""

from tests.hub.scenes import in_line, outward, talking
from tests.hub.scenes.stage import SCENES

__all__ = ["SCENES", "in_line", "outward", "talking"]
