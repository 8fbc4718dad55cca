"""Form POST to 202, acknowledged after COMMIT, beside a bare handler with one INSERT."""

from benchmarks.figures import Line, quantile
from benchmarks.load import Bodies, Load, post
from benchmarks.stage import Stage, hub, peer

CONNECTIONS, ROUNDS, SECONDS = 32, 4, 4.0


async def measure(on: Stage) -> list[Line]:
    ours, theirs = Load(), Load()
    async with peer(on, "form") as bare, hub(on) as running:
        for number in range(ROUNDS + 1):  # turn by turn, so that both see the same machine; the first turn warms up
            for total, url in ((theirs, f"{bare.url}/"), (ours, f"{running.url}/forms/contact")):
                load = await post(url, Bodies(f"r{number}"), CONNECTIONS, SECONDS)
                if number:
                    total.times += load.times
                    total.seconds += load.seconds
                    total.wrong += load.wrong
    if ours.wrong or theirs.wrong:
        raise RuntimeError(f"{ours.wrong} and {theirs.wrong} requests were not answered with 202")
    rate = ours.rate / theirs.rate
    p50, p99 = (quantile(ours.times, q) / quantile(theirs.times, q) for q in (0.5, 0.99))
    return [
        Line(f"form POST to 202, {CONNECTIONS} connections, requests/s", f"{ours.rate:.0f}", f"{theirs.rate:.0f}",
             f"{rate:.2f}", ">= 0.50", rate >= 0.5),
        Line("  its p50, ms", *_both(ours, theirs, 0.5), f"{p50:.2f}"),
        Line("  its p99, ms", *_both(ours, theirs, 0.99), f"{p99:.2f}", "<= 3.00", p99 <= 3),
    ]


def _both(ours: Load, theirs: Load, q: float) -> tuple[str, str]:
    return f"{quantile(ours.times, q) * 1000:.1f}", f"{quantile(theirs.times, q) * 1000:.1f}"
