"""How many agents a stream of calls needs: Erlang B, Erlang C (endless patience) and Erlang A (patience runs out).

One queue, agents who are all alike, arrivals at random (Poisson), first come first served; handle times and patience
exponential. Real days are neither so even nor so forgetful: a floor to plan from, and a touchstone for simulators.

Erlang C is the limit of Erlang A for endless patience. Both are worked out from the density of the wait that
somebody with endless patience would meet; it is proportional to exp(arrivals * H(t) - agents * t / handle time), where
H(t) is the time that patience lets pass of t on average. The exponent is concave, so one sum over the
neighbourhood of its summit gives all figures, in logarithms, for one agent as for ten thousand.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import exp, expm1, inf, isfinite, log

MOST_AGENTS = 10_000
_LONGEST_PATIENCE = 1e9  # beyond, differences drown in rounding
_NEVER = 1e-290  # of a share: nobody ever waits
_FAR = 45.0  # the density is nothing where it is e**-45 of its summit
_PANELS = 40
# Gauss-Legendre, eight points on [-1, 1]
_POINTS = (0.1834346424956498, 0.5255324099163290, 0.7966664774136267, 0.9602898564975363)
_WEIGHTS = (0.3626837833783620, 0.3137066458778873, 0.2223810344533745, 0.1012285362903763)


@dataclass(frozen=True, slots=True)
class Demand:
    """A stream of work: `arrivals_per_hour`, mean `handle_seconds` (wrap-up included), mean `patience_seconds`
    (infinite: nobody leaves). Raises ValueError unless the first two are positive and finite and the third is positive
    and at most a thousand million, or infinite.
    """

    arrivals_per_hour: float
    handle_seconds: float
    patience_seconds: float = inf

    def __post_init__(self) -> None:
        for name in ("arrivals_per_hour", "handle_seconds"):
            value = getattr(self, name)
            if not (isfinite(value) and value > 0):
                raise ValueError(f"{name} must be positive, not {value}")
        if not (0 < self.patience_seconds <= _LONGEST_PATIENCE or self.patience_seconds == inf):
            raise ValueError(f"patience_seconds must be positive, not {self.patience_seconds}")

    @property
    def load(self) -> float:
        """Erlangs: agents who would be busy at any moment if nobody left."""
        return self.arrivals_per_hour * self.handle_seconds / 3600


@dataclass(frozen=True, slots=True)
class Outlook:
    """What to expect in the long run.

    `wait_probability`: share of all that wait at all. `abandoned`: share that leaves. `answered_within`: share of ALL
    answered within the threshold; divided by (1 - abandoned) it is the share of those answered.
    `mean_wait_seconds`: of all, until answered or gone; `asa_seconds`: of those answered. `queue_length`: mean number
    waiting. `occupancy`: share of the agents' time spent on work. An overloaded queue of endless patience grows
    without end: waits are infinite, nobody is answered within anything.
    """

    wait_probability: float
    abandoned: float
    answered_within: float
    mean_wait_seconds: float
    asa_seconds: float
    queue_length: float
    occupancy: float


def erlang_b(load: float, agents: int) -> float:
    """Share of calls that find all agents busy when nobody may wait. Raises ValueError when one is negative."""
    if not (isfinite(load) and load >= 0) or agents < 0:
        raise ValueError(f"impossible: load {load}, agents {agents}")
    blocked = 1.0
    for number in range(1, agents + 1):
        blocked = load * blocked / (number + load * blocked)
    return blocked


def erlang_c(load: float, agents: int) -> float:
    """Share of calls that wait when everybody waits; 1 when the load is not below the agents. Raises ValueError as
    `erlang_b` does."""
    blocked = erlang_b(load, agents)
    return 1.0 if load >= agents else agents * blocked / (agents - load * (1 - blocked))


def outlook(demand: Demand, agents: int, within_seconds: float) -> Outlook:
    """What `agents` make of `demand`, with `within_seconds` as the threshold.

    Raises ValueError for fewer than one or more than 10 000 agents and for a threshold that is not 0 or more.
    """
    if not 1 <= agents <= MOST_AGENTS:
        raise ValueError(f"agents must be 1 to {MOST_AGENTS}, not {agents}")
    if not within_seconds >= 0:
        raise ValueError(f"within_seconds must be 0 or more, not {within_seconds}")
    if not isfinite(demand.patience_seconds):
        return _patient(demand, agents, within_seconds)
    return _impatient(demand, agents, within_seconds)


def agents_needed(demand: Demand, share: float, within_seconds: float) -> int | None:
    """The fewest agents who answer `share` (0 to 1) of all within the threshold; None if 10 000 are not enough.

    Raises ValueError for a share outside 0 to 1 and what `outlook` refuses.
    """
    if not 0 <= share <= 1:
        raise ValueError(f"share must be 0 to 1, not {share}")
    low, high = 0, 1  # answered_within grows with the agents
    while outlook(demand, high, within_seconds).answered_within < share:
        if high == MOST_AGENTS:
            return None
        low, high = high, min(2 * high, MOST_AGENTS)
    while high - low > 1:
        middle = (low + high) // 2
        if outlook(demand, middle, within_seconds).answered_within < share:
            low = middle
        else:
            high = middle
    return high


def _patient(demand: Demand, agents: int, within: float) -> Outlook:
    load, waits = demand.load, erlang_c(demand.load, agents)
    if load >= agents:
        return Outlook(1.0, 0.0, 0.0, inf, inf, inf, 1.0)
    rate = (agents - load) / demand.handle_seconds
    mean = waits / rate
    return Outlook(
        waits, 0.0, 1 - waits * exp(-rate * within), mean, mean, mean * demand.arrivals_per_hour / 3600, load / agents
    )


def _impatient(demand: Demand, agents: int, within: float) -> Outlook:
    arrivals, patience = demand.arrivals_per_hour / 3600, demand.patience_seconds
    finished = agents / demand.handle_seconds

    def height(t: float) -> float:
        return -arrivals * patience * expm1(-t / patience) - finished * t

    blocked = erlang_b(demand.load, agents - 1)
    if blocked < _NEVER:
        return Outlook(0.0, 0.0, 1.0, 0.0, 0.0, 0.0, demand.load / agents)
    summit = max(0.0, patience * log(arrivals / finished))
    density = _Density(height, summit, patience)
    stayed = density.over(lambda t: exp(-t / patience))
    # Weight of an idle agent (no wait) beside the density: states below `agents` over the state just below.
    idle = exp(-density.top - log(blocked) - log(arrivals))
    total = idle + density.over(lambda t: 1.0)
    soon = density.over(lambda t: exp(-t / patience), within)
    waited_and_answered = density.over(lambda t: t * exp(-t / patience))
    waited = density.over(lambda t: -patience * expm1(-t / patience))  # of everybody: the shorter of wait and patience
    left = density.over(lambda t: -expm1(-t / patience))
    answered = (idle + stayed) / total
    return Outlook(
        wait_probability=(total - idle) / total,
        abandoned=left / total,
        answered_within=(idle + soon) / total,
        mean_wait_seconds=waited / total,
        asa_seconds=waited_and_answered / total / answered,
        queue_length=waited / total * arrivals,
        occupancy=min(1.0, demand.load * answered / agents),
    )


class _Density:
    """Sums over exp(height(t) - top) for t >= 0, where `height` is concave with its summit at `summit`.

    What is summed may fall off within `scale` from the beginning.
    """

    def __init__(self, height: Callable[[float], float], summit: float, scale: float) -> None:
        self.height, self.top, self.scale = height, height(summit), scale
        step = 1.0
        while not self._gone(summit + step):
            step *= 2
        self.last = self._edge(summit, summit + step)
        self.first = self._edge(summit, 0.0) if self._gone(0.0) else 0.0

    def over(self, of: Callable[[float], float], until: float = inf) -> float:
        end = min(until, self.last)
        bend = min(end, self.first + _FAR * self.scale)
        return self._sum(of, self.first, bend) + self._sum(of, bend, end)

    def _sum(self, of: Callable[[float], float], start: float, end: float) -> float:
        width = (end - start) / _PANELS / 2
        if width <= 0:
            return 0.0
        total = 0.0
        for panel in range(_PANELS):
            middle = start + (2 * panel + 1) * width
            for point, weight in zip(_POINTS, _WEIGHTS, strict=True):
                for t in (middle - point * width, middle + point * width):
                    total += weight * of(t) * exp(self.height(t) - self.top)
        return total * width

    def _gone(self, t: float) -> bool:
        return self.height(t) < self.top - _FAR

    def _edge(self, inside: float, outside: float) -> float:
        """Where, between the two, there is nothing any more; from the side where there is nothing."""
        for _ in range(60):
            middle = (inside + outside) / 2
            inside, outside = (inside, middle) if self._gone(middle) else (middle, outside)
        return outside
