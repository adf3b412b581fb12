"""How long AWS Config takes: a rule is evaluated minutes after it was put, an aggregator knows of it later still.

AWS pages: "Evaluating Resources with AWS Config Rules", "Multi-Account Multi-Region Data Aggregation". Off unless a
test asks for it: results are there at once, for an aggregator too. A test lets time pass with the account's clock.
"""

import dataclasses

from ministack.core.responses import request_scope

from account import clock
from account.config.state import Delays, Place, RegionState, Results, at, here, places


def install() -> None:
    """Evaluate what is due whenever time passes."""
    clock.on_advance(_evaluate_due)


def set_delays(place: Place, evaluation: float, aggregation: float) -> None:
    """From now on an account and region take so many seconds."""
    state = at(place)
    state.delays = Delays(evaluation, aggregation, published=dict(state.evaluations))


def postpone(names: list[str]) -> bool:
    """Whether rules are evaluated later and not now."""
    delays = here().delays
    if delays is None or not delays.evaluation:
        return False
    delays.due.append((clock.now() + delays.evaluation, list(names)))
    return True


def note(state: RegionState, key: tuple[str, str, str], evaluation: dict | None) -> None:
    """A result is new or, None, gone: aggregators learn of it later."""
    if state.delays is not None:
        state.delays.pending.append((clock.now() + state.delays.aggregation, key, evaluation))


def aggregated(state: RegionState) -> RegionState:
    """The state as aggregators know it by now."""
    delays = state.delays
    if delays is None:
        return state
    while delays.pending and delays.pending[0][0] <= clock.now():
        _time, key, evaluation = delays.pending.pop(0)
        if evaluation is None:
            delays.published.pop(key, None)
        else:
            delays.published[key] = evaluation
    known = {key: evaluation for key, evaluation in delays.published.items() if key[0] in state.rules}
    return dataclasses.replace(state, evaluations=Results(known))


def _evaluate_due(account: str, _seconds: float) -> None:
    # `evaluation` asks here whether to wait.
    from account.config import evaluation

    for place in places():
        if place[0] != account or at(place).delays is None:
            continue
        with request_scope(*place):
            delays = here().delays
            due = [names for time, names in delays.due if time <= clock.now()]
            delays.due = [(time, names) for time, names in delays.due if time > clock.now()]
            for names in due:
                evaluation.evaluate([name for name in names if name in here().rules])
