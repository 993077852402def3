"""How criteria combine: by hand, and that worse evidence never raises a level."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesreport.audit.maturity.criteria import CRITERIA
from salesreport.audit.maturity.criterion import GATES, Criterion, State
from salesreport.audit.maturity.levels import Span, in_words
from salesreport.audit.maturity.place import Said, gate_of, place
from salesreport.audit.model import Estimate

WORSE: dict[State, State] = {"met": "open", "open": "missed", "missed": "missed"}


def said(*states: State, gate: int = 1) -> list[Said]:
    return [Said({gate: state}) for state in states]


@pytest.mark.parametrize(
    ("states", "fate"),
    [
        (("met", "met"), "passed"),
        (("met",), "open"),  # one good figure raises nothing
        (("met", "met", "missed"), "open"),
        (("missed",), "open"),  # and one bad figure is no proof
        (("missed", "missed"), "failed"),
        (("missed", "missed", "met", "met"), "open"),
        (("missed", "missed", "missed", "met", "met"), "failed"),
        (("open", "open", "met"), "open"),
        ((), "open"),
    ],
)
def test_a_gate(states: tuple[State, ...], fate: str) -> None:
    assert gate_of(1, said(*states)).fate == fate


def test_with_most_of_it_unknown_a_gate_cannot_be_told() -> None:
    unknown = [Said({1: "open"}, known=False)] * 3
    assert gate_of(1, said("met", "met") + unknown).fate == "open"
    assert gate_of(1, said("missed", "missed") + unknown).fate == "open"
    assert gate_of(1, said("met", "met", "met") + unknown).fate == "passed"


def test_what_a_gate_needs_has_to_be_met() -> None:
    assert gate_of(3, [*said("met", "met", gate=3), Said({3: "open"}, known=False, needed=True)]).fate == "open"


def test_levels_are_cumulative() -> None:
    good = [*said("met", "met"), *said("met", "met", gate=2)]
    assert place(good)[0] == Span(3, 4)  # the third gate is open
    assert place([*good, *said("missed", "missed", gate=3)])[0] == Span(3, 3)
    # what is good above a gate that is not passed lifts nothing
    assert place([*said("missed", "missed"), *said("met", "met", gate=2)])[0] == Span(1, 1)
    assert place([])[0] == Span(1, 4)


STATES = st.sampled_from(["met", "open", "missed"])
EVIDENCE = st.lists(
    st.builds(
        Said, st.dictionaries(st.sampled_from(list(GATES)), STATES, min_size=1), st.booleans(), st.booleans()
    ),
    min_size=1,
    max_size=12,
)


@settings(deadline=None, max_examples=400)
@given(EVIDENCE, st.data())
def test_worse_evidence_never_raises_a_level(evidence: list[Said], data: st.DataObject) -> None:
    number = data.draw(st.integers(0, len(evidence) - 1))
    gate = data.draw(st.sampled_from(sorted(evidence[number].states)))
    worse = list(evidence)
    states = dict(worse[number].states)
    states[gate] = WORSE[states[gate]]
    worse[number] = worse[number]._replace(states=states)
    before, after = place(evidence)[0], place(worse)[0]
    assert after.low <= before.low
    assert after.high <= before.high


@settings(deadline=None)
@given(
    st.sampled_from(CRITERIA), st.floats(0, 1), st.floats(0, 0.3), st.floats(0, 0.3), st.floats(0, 1),
)  # fmt: skip
def test_a_worse_figure_never_speaks_for_more(
    criterion: Criterion, value: float, below: float, above: float, step: float
) -> None:
    shift = step if criterion.better == "lower" else -step
    one = criterion.speaks_for(Estimate(value, value - below, value + above, 50))
    other = criterion.speaks_for(Estimate(value + shift, value - below + shift, value + above + shift, 50))
    assert other.low <= one.low
    assert other.high <= one.high


@settings(deadline=None)
@given(st.sampled_from(CRITERIA), st.floats(0, 1), st.floats(0, 0.5), st.floats(0, 0.5))
def test_a_wider_interval_never_tells_more(
    criterion: Criterion, value: float, narrow: float, wider: float
) -> None:
    one = criterion.speaks_for(Estimate(value, value - narrow, value + narrow, 50))
    other = criterion.speaks_for(Estimate(value, value - narrow - wider, value + narrow + wider, 20))
    assert other.low <= one.low
    assert other.high >= one.high


def test_cuts_are_in_the_order_of_their_levels() -> None:
    for criterion in CRITERIA:
        cuts = [criterion.cuts[gate] for gate in sorted(criterion.cuts)]
        assert cuts == sorted(cuts, reverse=criterion.better == "lower"), criterion.key
        assert set(criterion.cuts) <= set(GATES)


def test_what_is_not_measured_speaks_for_any_level() -> None:
    for criterion in CRITERIA:
        assert not criterion.speaks_for(None).told
        assert not criterion.speaks_for(Estimate(0.5, math.nan, math.nan, 1)).told


def test_in_words() -> None:
    assert [str(in_words(Span(*one))) for one in ((1, 4), (2, 2), (1, 3), (3, 4), (2, 3))] == [
        "any level",
        "informal",
        "formal or below",
        "formal or above",
        "informal to formal",
    ]
