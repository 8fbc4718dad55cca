"""The words by which people say that they want no more texts, or want them again."""

from channels.base import Opt

# As carriers and Twilio know them; the whole text must be the word.
STOP = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"})
START = frozenset({"START", "UNSTOP"})
YES = frozenset({"YES"})  # begins again after a STOP, but is mostly the answer to a question
HELP = frozenset({"HELP", "INFO"})
_SAID: dict[str, Opt] = {"STOP": "stop", "START": "start", "HELP": "help"}


def opt_of(text: str, said: str = "") -> Opt | None:
    """What a text asks for. `said`: what Twilio itself took it for (OptOutType), which counts more."""
    if said.upper() in _SAID:
        return _SAID[said.upper()]
    word = text.strip().upper()
    if word in STOP:
        return "stop"
    if word in START | YES:
        return "start"
    return "help" if word in HELP else None


def needs_nobody(text: str, opt: Opt | None) -> bool:
    """Carriers answer these by themselves. A YES may be meant for us, and whoever asks for help shall get some."""
    return opt == "stop" or (opt == "start" and text.strip().upper() not in YES)
