"""Every verb and what executes it."""

from collections.abc import Mapping

from simulator.telephony.dialing import dial
from simulator.telephony.queues import enqueue
from simulator.telephony.recordings import record
from simulator.telephony.script import Verb
from simulator.telephony.speaking import gather, hangup, leave, play, redirect, reject

TABLE: Mapping[str, Verb] = {
    "Say": play, "Play": play, "Pause": play, "Gather": gather, "Redirect": redirect, "Hangup": hangup,
    "Reject": reject, "Leave": leave, "Dial": dial, "Enqueue": enqueue,
    "Record": record,
}
