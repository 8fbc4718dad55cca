"""Everything of the hub that belongs to the telephone, put together for the composition root."""

from channels.base import Sink
from channels.voice.channel import Voice
from channels.voice.provider import Provider
from hub import voice_settings
from hub.calling_back import CallingBack
from hub.calling_out import CallingOut
from hub.calls import Calls, Lines
from hub.doorbell import Doorbell
from hub.intake import Intake
from hub.journal import Journal
from hub.outgoing_calls import Outgoing
from hub.recordings import Recordings
from hub.switchboard import Switchboard
from hub.tasks import Tasks
from hub.twilio_room import TwilioRoom


class Telephone:
    """Without numbers there are no ways in and no loop."""

    def __init__(self, twilio: TwilioRoom, journal: Journal, intake: Intake, sink: Sink, doorbell: Doorbell) -> None:
        voice = twilio.settings.voice
        accounts = {one.id: one for one in twilio.accounts}
        self.calls = Calls(journal, intake, Lines(voice, accounts, voice_settings.calendars(voice)))
        self.channel = Voice(sink, self.calls, twilio.doorkeeper, voice)
        providers = {name: Provider(rest) for name, rest in twilio.rests.items()}
        self.recordings = Recordings(journal, providers, voice)
        self._switchboard = Switchboard(self.calls, providers, doorbell)
        self.outgoing = Outgoing(self.calls)
        self.calling_back = CallingBack(self.calls, self.outgoing)
        self.calling_out = CallingOut(self.calls, self.outgoing, intake)
        self._doorbell = doorbell
        self._numbers = bool(voice.numbers)

    def start(self, tasks: Tasks) -> None:
        if self._numbers:
            tasks.supervise("switchboard", self._switchboard.run)
            tasks.supervise("recordings", lambda: self.recordings.run(self._doorbell), on_failure="restart")
            tasks.supervise("callbacks", lambda: self.calling_back.run(self._doorbell), on_failure="restart")
