"""Contacts that an agent logs by hand."""

from channels.manual.channel import Manual
from channels.manual.entry import ManualEntry

__all__ = ["Manual", "ManualEntry"]
