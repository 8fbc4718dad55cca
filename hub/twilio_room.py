"""Everything of the hub that talks to Twilio, put together for the composition root: voice and messaging share it."""

from channels.base import Sink
from channels.messaging import Gateway, Sms, WhatsApp
from channels.twilio.rest import Rest
from channels.twilio.signature import Doorkeeper
from hub.clock import Now
from hub.config import Settings
from hub.twilio_check import TwilioCheck


class TwilioRoom:
    """The configured accounts: who may call us, and how we call them."""

    def __init__(self, settings: Settings, now: Now) -> None:
        self.settings = settings
        self.accounts = tuple(one.account(settings.public_url) for one in settings.twilio)
        self.doorkeeper = Doorkeeper(self.accounts)
        self.rests = {one.id: Rest(one) for one in self.accounts}
        self._now = now

    def texts(self, sink: Sink) -> tuple[Sms, WhatsApp]:
        gateway = Gateway(sink, self.doorkeeper, self.rests, self.settings.messaging, self._now)
        return Sms(gateway), WhatsApp(gateway)

    def check(self) -> TwilioCheck:
        return TwilioCheck(self.doorkeeper, self.rests, self.settings.messaging, self.settings.voice)

    async def close(self) -> None:
        for rest in self.rests.values():
            await rest.close()
