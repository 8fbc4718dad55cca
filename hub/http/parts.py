"""What the endpoints work with: built once by the composition root."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from aiohttp import web
from asyncpg import Pool

from channels.base import Channel
from hub.call_supervision import Supervision
from hub.call_transfers import Transfers
from hub.callers import Blocking
from hub.calling_back import CallingBack
from hub.calling_out import CallingOut
from hub.calls import Calls
from hub.clock import Now
from hub.config import Settings
from hub.desk import Desk
from hub.dispatch import Dispatch
from hub.floor import Floor
from hub.intake import Intake
from hub.ladder import Ladders
from hub.mailbox_setup import Setup
from hub.mailing import Mailing
from hub.new_texts import NewTexts
from hub.policies import Policies
from hub.presence import PresenceDesk
from hub.pulling import Pulling
from hub.quarantine import Quarantine
from hub.recordings import Recordings
from hub.simulations import Simulations
from hub.tasks import Tasks
from hub.trials import Trials
from hub.twilio_check import TwilioCheck
from hub.users import Users


@dataclass(frozen=True)
class Parts:
    settings: Settings
    pool: Pool
    now: Now
    users: Users
    desk: Desk
    mailing: Mailing
    new_texts: NewTexts
    floor: Floor
    ladders: Ladders
    dispatch: Dispatch
    presence: PresenceDesk
    pulling: Pulling
    mailboxes: Setup
    quarantine: Quarantine
    intake: Intake
    policies: Policies
    trials: Trials
    simulations: Simulations
    tasks: Tasks
    channels: Mapping[str, Channel]
    twilio: TwilioCheck
    calls: Calls
    calling_back: CallingBack
    calling_out: CallingOut
    recordings: Recordings
    blocking: Blocking
    transfers: Transfers
    supervision: Supervision
    disconnect: Callable[[bytes], Awaitable[None]]  # ends the sockets of a session


PARTS = web.AppKey("parts", Parts)
