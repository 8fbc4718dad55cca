"""What Twilio's error codes mean for a message, in words that an agent can act on."""

from channels.base import SendError
from channels.twilio.rest import RestFailure

# code -> (our word for it, said plainly)
_WORDS: dict[int, tuple[str, str]] = {
    20003: ("twilio_log_in", "Twilio refuses our account or its token. An administrator must look at the settings."),
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
    30003: ("phone_off", "The telephone is switched off or out of reach."),
    30004: ("text_blocked", "The recipient or his network blocks this message."),
    30005: ("phone_unknown", "The number does not exist, or is not in use any more."),
    30006: ("no_mobile", "This is a landline, or a network that takes no texts."),
    30007: ("text_filtered", "The network took the text for spam."),
    30008: ("text_failed", "The network did not say why it failed."),
    30034: ("sender_unregistered", "Our number is not registered with the networks (A2P 10DLC)."),
    63003: ("no_whatsapp", "This number has no WhatsApp."),
    63016: ("window_closed", "The customer has not written for a day: only an agreed template may be sent."),
    63024: ("no_whatsapp", "This number cannot receive WhatsApp messages."),
}
_LATER = frozenset({20429, 14107, 21611, 30001, 63018})  # too fast, or a queue is full: nothing was taken


def word_of(code: int) -> str:
    """What the screen calls it."""
    return _WORDS[code][0] if code in _WORDS else "twilio_refused"


def words_of(code: int) -> str:
    """Why a message did not arrive, with Twilio's code behind it."""
    return f"{_WORDS[code][1]} ({code})" if code in _WORDS else f"Twilio says {code}." if code else "Twilio says no."


def send_error(failure: RestFailure) -> SendError:
    """What a failed attempt means. What was asked for without an answer is never asked for again."""
    code, text = failure.code, words_of(failure.code)
    match failure.kind:
        case "unreached":
            return SendError("temporary", "twilio_unreached", "Twilio cannot be reached.")
        case "busy":
            return SendError("temporary", "twilio_busy", "Twilio takes no more for the moment.", failure.after)
        case "unknown":
            return SendError("ambiguous", "twilio_no_answer", "Twilio did not say whether it took the message.")
        case "log_in":
            return SendError("permanent", "twilio_log_in", words_of(20003))
        case "refused" if code in _LATER:
            return SendError("temporary", "twilio_busy", text, failure.after)
        case _:
            return SendError("permanent", word_of(code), text)
