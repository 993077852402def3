"""Two spans that are looked at together."""

from salesreport import Dataset, Review
from salesreport.report.sections.compared import comparison, findings_of, in_other_span, longer, said_of_other


def test_the_year_and_the_longest_span_are_one_family(sample: Dataset) -> None:
    spans = comparison(Review(sample, "2025-Q4").context)
    assert spans.longest is not None
    assert spans.both == (spans.year, spans.longest)
    assert spans.year.period.days in (365, 366)
    assert spans.longest.period.start < spans.year.period.start
    assert spans.longest.period.end == spans.year.period.end
    tested = sum(one.family.tested for one in spans.both)
    assert {one.family.all_tested for one in spans.both} == {tested}


def test_what_both_spans_say_is_said_once_of_the_clearer(sample: Dataset) -> None:
    spans = comparison(Review(sample, "2025-Q4").context)
    rows = [found.frame for found in spans.both]
    findings = findings_of(spans, rows)
    said = [(row["rep_id"], row["step"], row["flag"], *found.part(row).items()) for found, row in findings]
    assert len(said) == len(set(said))
    for finding in findings:
        other = in_other_span(spans, rows, finding)
        assert other is None or other[0] is not finding[0]
        if other is not None and other[1]["flag"] == finding[1]["flag"]:
            assert finding[1]["q"] <= other[1]["q"]


def test_one_span_where_the_data_hold_no_longer_one(tiny: Dataset) -> None:
    context = Review(tiny, "2025-Q2").context
    spans = comparison(context)
    assert spans.longest is None
    rows = [spans.year.frame]
    (finding,) = findings_of(spans, rows)
    assert said_of_other(spans, rows, finding) is None
    assert len(longer(context, spans)) == 1  # that the quarter alone has too few deals
