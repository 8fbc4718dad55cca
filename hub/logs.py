"""Logs as JSON lines, without personal data: what was said to or by anybody never gets here."""

import logging
import sys
import traceback
from pathlib import Path
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

ROOT = Path(__file__).parent.parent


def set_up(level: int = logging.INFO) -> None:
    """For the whole process; libraries' own log lines take the same way, from warnings on."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars, structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True), _without_messages,
    ]
    render = structlog.processors.JSONRenderer(ensure_ascii=False)
    structlog.configure(
        processors=[*shared, render], wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr), cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared, processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, render]))
    logging.basicConfig(handlers=[handler], level=max(level, logging.WARNING), force=True)


def _without_messages(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """An exception as its types and places. Its message stays out: databases and validators quote what was sent."""
    given = event.pop("exc_info", None)
    error = sys.exc_info()[1] if given is True else given[1] if isinstance(given, tuple) else given
    if isinstance(error, BaseException):
        event["exception"] = [_described(one) for one in _chain(error)]
    return event


def _chain(error: BaseException) -> list[BaseException]:
    found: list[BaseException] = []
    current: BaseException | None = error
    while current is not None and len(found) < 5:
        found.append(current)
        current = current.__cause__ or current.__context__
    return found


def _described(error: BaseException) -> dict[str, Any]:
    places = [f"{_short(frame.filename)}:{frame.lineno} {frame.name}"
              for frame in traceback.extract_tb(error.__traceback__)[-12:]]
    known = {name: getattr(error, name) for name in ("sqlstate", "constraint_name", "code", "errno")
             if isinstance(getattr(error, name, None), str | int)}
    return {"type": f"{type(error).__module__}.{type(error).__name__}", "at": places, **known}


def _short(name: str) -> str:
    path = Path(name)
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else path.name
