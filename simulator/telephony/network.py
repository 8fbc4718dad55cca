"""A party's network that is lost: silence both ways, and after a while, if it does not come back, the end."""

from simulator.telephony.legs import Leg

GONE = 408  # SIP: nobody answers any more


def lose_network(leg: Leg) -> None:
    """The far end notices only after a while."""
    if leg.live and not leg.away:
        leg.away = True
        leg.exchange.journal.write("network", sid=leg.sid, what="lost")
        leg.tell_ears(None)
        leg.loss = leg.exchange.clock.call_later(leg.exchange.timings.network_loss, lambda: _give_up(leg))


def find_network(leg: Leg) -> None:
    """Back in time: the call goes on as if nothing had been."""
    if leg.away and leg.loss is not None:
        leg.loss.cancel()
        leg.away = False
        leg.exchange.journal.write("network", sid=leg.sid, what="found")
        if leg.playing is not None:
            leg.tell_ears(leg.playing)


def _give_up(leg: Leg) -> None:
    if leg.live:
        leg.exchange.journal.write("network", sid=leg.sid, what="given up")
        leg.hang_up(sip=GONE)
