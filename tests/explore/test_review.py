"""The views as a report."""

import pytest

from salesreport.errors import ConfigError
from salesreport.explore import ConversionReview
from salesreport.explore.state import choices, facts_of
from salesreport.report.review import MIME


def test_all_views_or_one(company):
    review = ConversionReview(company, "2024-Q4")
    assert [section.key for section in review.sections()] == [
        "explore-funnel", "explore-reps_by_step", "explore-funnel_plot", "explore-trend", "explore-anomalies",
    ]  # fmt: skip
    only = ConversionReview(company, "2024-Q4", view="trend", rep="R1")
    assert [section.key for section in only.sections()] == ["explore-trend", "explore-deals"]
    assert only.funnel is None


@pytest.mark.parametrize(
    ("chosen", "kind", "id"),
    [
        ({}, "company", ""),
        ({"team": "North"}, "team", "North"),
        ({"team": "North", "rep": "Ann"}, "rep", "R1"),
        ({"product_line": "Lamps"}, "product_line", "Lamps"),
    ],
)
def test_whom_it_is_about(company, chosen, kind, id):
    said = ConversionReview(company, "2024-Q4", **chosen)._repr_mimebundle_()[MIME]
    assert (said["subject"]["kind"], said["subject"]["id"]) == (kind, id)
    assert (said["period"], said["fingerprint"]) == ("2024-Q4", company.fingerprint)


def test_key_figures_are_the_rates(company):
    (figure,) = ConversionReview(company, "2024-Q4", rep="R1").summary["figures"]
    assert (figure["shown"], figure["value"], figure["note"]) == ("20%", 0.2, "of 10")


def test_a_report_of_a_rep_names_no_other(year, sample):
    reps = choices(facts_of(year)).reps
    review = ConversionReview(sample, "2025", rep=next(iter(reps)))
    html = review._repr_html_() + "".join(section._repr_html_() for section in review.sections())
    assert [name for name in list(reps.values())[1:] if name in html] == []


def test_ids_are_unique_on_the_page(sample):
    import re

    review = ConversionReview(sample, "2025", step="win")
    html = "".join(section._repr_html_() for section in review.sections())
    ids = re.findall(r' id="([^"]+)"', html)
    assert len(ids) == len(set(ids))


def test_without_deals_it_says_so(orders_only):
    review = ConversionReview(orders_only, "2024-Q4")
    assert not any(section.available for section in review.sections())
    assert "needs deals, which" in review.verdict
    assert review.summary["figures"] == []


def test_what_is_not_there_is_an_error(company):
    for wrong in ({"rep": "Zoe"}, {"view": "x"}, {"step": "x"}, {"language": "xx"}):
        with pytest.raises(ConfigError):
            ConversionReview(company, "2024-Q4", **wrong)
