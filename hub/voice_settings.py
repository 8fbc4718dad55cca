"""The settings of the telephone, checked against the rest: accounts, queues, opening hours."""

from collections.abc import Collection, Mapping

from channels.voice import settings
from channels.voice.settings import VoiceSettings
from routing import calendar_data
from routing.calendar import Calendar


def wrong_with(voice: VoiceSettings, queues: Collection[str], accounts: Collection[str]) -> list[str]:
    """Everything that does not fit, each with its key."""
    wrong = settings.wrong_with(voice, frozenset(queues), frozenset(accounts))
    for name, data in voice.calendars.items():
        try:
            calendar_data.load(data)
        except calendar_data.BadCalendar as bad:
            wrong += [f"voice.calendars.{name}.{path}: {problem}" for path, problem in bad.problems]
    return wrong


def calendars(voice: VoiceSettings) -> Mapping[str, Calendar]:
    return {name: calendar_data.load(data) for name, data in voice.calendars.items()}
