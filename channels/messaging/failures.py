"""What Twilio's error codes mean for a message, in words that an agent can act on."""

from channels.base import SendError
from channels.twilio.rest import RestFailure

OPTED_OUT, WINDOW_CLOSED = 21610, 63016
# code -> (our word for it, said plainly)
_WORDS: dict[int, tuple[str, str]] = {
    20003: ("log_in", "Twilio refuses our account or its token. An administrator must look at the settings."),
    21211: ("no_number", "This is no telephone number."),
    21217: ("no_number", "This is no telephone number."),
    21212: ("bad_sender", "Our own number cannot be used to send. An administrator must look at the settings."),
    21606: ("bad_sender", "Our own number cannot be used to send. An administrator must look at the settings."),
    21603: ("bad_sender", "Our own number is missing. An administrator must look at the settings."),
    21408: ("region", "Our account may not send to this country."),
    21215: ("region", "Our account may not send to this country."),
    21610: ("opted_out", "The customer has asked for no more texts from this number (STOP)."),
    21612: ("route", "There is no way from our number to this one."),
    21614: ("no_mobile", "This number cannot receive texts."),
    21617: ("too_long", "The text is too long."),
    21910: ("bad_sender", "Our number and the customer's belong to different channels."),
    30003: ("unreachable", "The telephone is switched off or out of reach."),
    30004: ("blocked", "The recipient or his network blocks this message."),
    30005: ("unknown_number", "The number does not exist, or is not in use any more."),
    30006: ("no_mobile", "This is a landline, or a network that takes no texts."),
    30007: ("filtered", "The network took the text for spam."),
    30008: ("unknown", "The network did not say why it failed."),
    30034: ("unregistered", "Our number is not registered with the networks (A2P 10DLC)."),
    63003: ("no_whatsapp", "This number has no WhatsApp."),
    63016: ("window_closed", "The customer has not written for a day: only an agreed template may be sent."),
    63024: ("no_whatsapp", "This number cannot receive WhatsApp messages."),
}
_LATER = frozenset({20429, 14107, 21611, 30001, 63018})  # too fast, or a queue is full: nothing was taken


def words_of(code: int) -> str:
    """Why a message did not arrive, with Twilio's code behind it."""
    return f"{_WORDS[code][1]} ({code})" if code in _WORDS else f"Twilio says {code}." if code else "Twilio says no."


def send_error(failure: RestFailure) -> SendError:
    """What a failed attempt means. What was asked for without an answer is never asked for again."""
    code, text = failure.code, words_of(failure.code)
    match failure.kind:
        case "unreached":
            return SendError("temporary", "unreached", "Twilio cannot be reached.")
        case "busy":
            return SendError("temporary", "busy", "Twilio takes no more for the moment.", failure.after)
        case "unknown":
            return SendError("ambiguous", "no_answer", "Twilio did not say whether it took the message.")
        case "log_in":
            return SendError("permanent", "log_in", words_of(20003))
        case "refused" if code in _LATER:
            return SendError("temporary", "busy", text, failure.after)
        case _:
            return SendError("permanent", _WORDS[code][0] if code in _WORDS else f"twilio_{code}", text)
