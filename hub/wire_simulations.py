"""What crosses the wire about another policy on a recorded day."""

from datetime import datetime

from pydantic import Field

from hub.wire_base import Moment, Wire
from hub.wire_policy import Document


class Simulate(Wire):
    document: Document | None = Field(None, description="null: the policy in force")
    since: Moment
    until: Moment = Field(description="what is later than now counts as now")
    runs: int = Field(5, ge=1, le=20, description="with other seeds, where something has to be drawn")
    seed: int = Field(1, ge=0, le=2**31)


class EstimateView(Wire):
    """The mean of the runs, and where it lies with 95 % confidence."""

    mean: float
    low: float
    high: float


class FiguresView(Wire):
    """Shares 0 to 1, waits in seconds; null: of nobody. docs/routing.md says how each is reckoned."""

    contacts: EstimateView | None
    answered: EstimateView | None
    service_level: EstimateView | None
    abandonment: EstimateView | None
    mean_wait: EstimateView | None
    median_wait: EstimateView | None
    p95_wait: EstimateView | None
    longest_wait: EstimateView | None
    vip_contacts: EstimateView | None
    vip_service_level: EstimateView | None
    fairness: EstimateView | None
    utilisation: EstimateView | None


class PointView(Wire):
    """A stretch of the day that begins `at` seconds. `waiting`: on average; `service_level`: of who came in it."""

    at: float
    contacts: float
    waiting: float
    service_level: float | None


class WorldView(Wire):
    all: FiguresView
    queues: dict[str, FiguresView]
    points: list[PointView]


class Simulated(Wire):
    since: datetime
    until: datetime
    version: int = Field(description="of the policy in force")
    versions: list[int] = Field(description="of the policies that were in force at the time")
    runs: int
    seed: int
    contacts: int = Field(description="who came")
    waiting_before: int = Field(description="who waited already; simulated, and not counted")
    agents: int
    stretch_seconds: int
    recorded: WorldView
    published: WorldView
    new: WorldView
    difference: FiguresView = Field(description="new less published, run by run")


class SimulationLine(Wire):
    """One line of the answer: how much is done, then the result or what went wrong."""

    done: float | None = None
    result: Simulated | None = None
    problem: str | None = Field(None, description="the code of an error")
    detail: str | None = None
