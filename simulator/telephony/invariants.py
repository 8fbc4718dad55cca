"""What must never happen, read from the journal and the state of the exchange."""

from simulator.telephony.audibility import in_silence
from simulator.telephony.exchange import Exchange
from simulator.telephony.webhook_params import wrong_params


def broken(exchange: Exchange, expected_alerts: tuple[int, ...] = ()) -> list[str]:
    """Everything that is wrong, in words; empty when all is well."""
    return [*_bugs(exchange), *_alerts(exchange, expected_alerts), *_answers(exchange), *_silence(exchange),
            *_agents(exchange), *_params(exchange)]


def _bugs(exchange: Exchange) -> list[str]:
    return [f"emulator: {entry}" for entry in exchange.journal.of("bug")]


def _alerts(exchange: Exchange, expected: tuple[int, ...]) -> list[str]:
    if not exchange.options.strict:
        return []
    return [f"alert {one.code}: {one.text} {one.url}" for one in exchange.alerts.all if one.code not in expected]


def _answers(exchange: Exchange) -> list[str]:
    """The same request, told by its token, is answered with the same bytes."""
    first: dict[str, str] = {}
    wrong = []
    for entry in exchange.journal.of("webhook"):
        if entry["status"] != 200:
            continue
        before = first.setdefault(entry["token"], entry["answer"])
        if before != entry["answer"]:
            wrong.append(f"two answers to one request: {entry['url']}")
    return wrong


def _silence(exchange: Exchange) -> list[str]:
    """A leg in a conference hears somebody or something, unless it is alone by intent (an empty waitUrl)."""
    return [f"{leg.label or leg.sid} is connected and hears nothing" for leg in exchange.legs.values()
            if leg.status == "in-progress" and leg.place == "conference" and not leg.away
            and in_silence(exchange, leg) and not _meant(exchange, leg.sid)]


def _meant(exchange: Exchange, sid: str) -> bool:
    found = [one.participants[sid] for one in exchange.conferences.values() if sid in one.participants]
    return any(one.silent_wait and not one.hold for one in found)


def _agents(exchange: Exchange) -> list[str]:
    """A client is in one live conversation at most."""
    talking: dict[str, int] = {}
    for leg in exchange.legs.values():
        who = leg.party.to if leg.party.direction != "inbound" else leg.party.from_
        if leg.status == "in-progress" and who.startswith("client:"):
            who = who.partition("?")[0]
            talking[who] = talking.get(who, 0) + 1
    return [f"{who} is in {count} live calls" for who, count in talking.items() if count > 1]


def _params(exchange: Exchange) -> list[str]:
    """Every webhook carries what the table says."""
    wrong = []
    for entry in exchange.journal.of("webhook"):
        leg = exchange.legs.get(entry["resource"])
        own = [name for name, _ in leg.party.extra] if leg is not None else ()
        wrong += wrong_params(entry["what"], entry["event"], entry["params"], own)
    return wrong
