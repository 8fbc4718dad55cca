"""Every channel there is, by name. A new one is added here and nowhere else."""

from collections.abc import Mapping

from channels.base import Channel
from channels.email.channel import Email
from channels.form import Forms
from channels.manual import Manual
from channels.messaging import Sms, WhatsApp
from channels.webchat import WebChat

CHANNELS: Mapping[str, type[Channel]] = {
    "form": Forms,
    "webchat": WebChat,
    "manual": Manual,
    "email": Email,
    "sms": Sms,
    "whatsapp": WhatsApp,
}
