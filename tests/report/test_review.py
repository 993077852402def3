"""Reviews: the numbers by hand, gaps in words, nobody else's name, nothing from the data unescaped."""

import re
from pathlib import Path

import pandas as pd
import pytest
from tiny import dataset, deals

from salesreport import Dataset, Review
from salesreport.errors import ConfigError
from salesreport.language import LANGUAGES
from salesreport.report.review import MIME
from salesreport.report.section import Section

HOSTILE = "../../x<script>alert(1)</script>|*_[ ${7*7} $\\frac"

SECTIONS = (
    "tiles", "trend", "milestones", "conversion", "activity", "pipeline", "pipeline_changes", "order_book",
    "customer_base", "forecast", "results", "growth", "satisfaction", "deals_to_look_at", "reps",
    "conversion_funnel_plot", "conversion_heat_map", "conversion_anomalies", "definitions", "data_notes",
)  # fmt: skip


def test_subjects(tiny: Dataset) -> None:
    assert Review(tiny, "2025-Q2").context.subject.kind == "company"
    assert Review(tiny, "2025-Q2", team="").context.subject.kind == "company"
    assert Review(tiny, "2025-Q2", product_line="Lamps").tiles.data["value"].iloc[0] == 19_000
    with pytest.raises(ConfigError) as error:
        Review(tiny, "2025-Q2", rep="Anm")
    assert error.value.nearest == "Ann"
    with pytest.raises(ConfigError, match="cannot be about this"):
        Review(tiny, "2025-Q2", reps="Ann")
    with pytest.raises(ConfigError, match="about one subject"):
        Review(tiny, "2025-Q2", rep="Ann", product_line="Lamps")
    with pytest.raises(ConfigError, match="no catalogue"):
        Review(tiny, "2025-Q2", rep="Ann", language="xx")


def test_hostile_names_are_text(tmp_path: Path) -> None:
    mean = deals(HOSTILE, 8, 8, 3).assign(
        product_line=HOSTILE, name=HOSTILE, stage=HOSTILE, account_id="A1", loss_reason=HOSTILE, segment=HOSTILE
    )
    mean.loc[8:12, "product_line"] = "{name} %s"
    accounts = pd.DataFrame({"account_id": ["A1"], "name": [HOSTILE]})
    others = [deals(f"P{n}", 5, 5) for n in range(5)]
    review = Review(dataset(tmp_path / "d", mean, *others, accounts=accounts), "2025-Q2", rep=HOSTILE)
    html = review._repr_html_() + "".join(getattr(review, section)._repr_html_() for section in SECTIONS)
    assert "<script" not in html
    assert "&lt;script&gt;alert(1)" in html
    assert review.summary["subject"]["name"] == HOSTILE


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("\u200b\u200b", "\\u200b\\u200b"),
        ("A\x1f\u202eB", "A\\x1f\\u202eB"),
        ("مرحبا 5", "\u2068مرحبا 5\u2069"),
        ("x" * 30_000, "x" * 119 + "…"),
    ],
    ids=["nothing to see", "control characters", "right to left", "long"],
)
def test_names_that_nobody_can_read_as_they_are(tmp_path: Path, name: str, shown: str) -> None:
    odd = deals("R1", 8, 8, 3).assign(product_line=name, name=name, stage=name, account_id="A1", loss_reason=name)
    odd.loc[8:12, "product_line"] = "Lamps"
    tables = {
        "accounts": pd.DataFrame({"account_id": ["A1"], "name": [name]}),
        "reps": pd.DataFrame({"rep_id": ["R1", *(f"P{n}" for n in range(5))], "name": [name, *"abcde"]}),
    }
    others = [deals(f"P{n}", 5, 5) for n in range(5)]
    data = dataset(tmp_path / "d", odd, *others, **tables)
    html = ""
    for about in ({"rep": "R1"}, {}):
        review = Review(data, "2025-Q2", **about)
        html += review._repr_html_() + "".join(getattr(review, section)._repr_html_() for section in SECTIONS)
    assert f"<h1>{shown}</h1>" in html
    assert html.count(shown) > 5
    assert not set(html) & {"\x1f", "\u202e", "\u200b"}
    assert "x" * 200 not in html


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_section_of_the_sample_shows_itself(sample: Dataset, language: str) -> None:
    rep = sample.table("reps")["rep_id"].iloc[0]
    for subject in ({"rep": rep}, {"segment": "B"}, {"team": sample.table("reps")["team"].iloc[0]}, {}):
        review = Review(sample, "2025-Q4", language=language, **subject)
        for name in SECTIONS:
            section = getattr(review, name)
            assert isinstance(section, Section)
            html = section._repr_html_()
            assert section.topic
            assert "nan" not in re.sub(r"<[^>]*>", " ", html).lower().split()
            assert "{" not in re.sub(r"<style.*?</style>|<[^>]*>", "", html)
        ids = re.findall(r'\bid="([^"]+)"', "".join(getattr(review, name)._repr_html_() for name in SECTIONS))
        assert len(ids) == len(set(ids))


def test_a_rep_s_report_names_no_other_rep(sample: Dataset) -> None:
    reps = sample.table("reps")
    me = reps.iloc[0]
    review = Review(sample, "2025-Q4", rep=me["rep_id"])
    sections = [name for name in SECTIONS if name != "reps"]
    html = review._repr_html_() + "".join(getattr(review, name)._repr_html_() for name in sections)
    others = reps.loc[(reps["rep_id"] != me["rep_id"]) & (reps["name"] != me["manager"])]
    for name in [*others["name"], *others["rep_id"]]:
        assert name not in html


def test_the_summary_for_machines(sample: Dataset) -> None:
    rep = sample.table("reps")["rep_id"].iloc[0]
    review = Review(sample, "2025-Q4", rep=rep)
    bundle = review._repr_mimebundle_()
    summary = bundle[MIME]
    assert summary["subject"]["id"] == rep
    assert summary["fingerprint"] == sample.fingerprint
    assert summary["period"] == "2025-Q4"
    assert [figure["key"] for figure in summary["figures"]] == list(review.tiles.data["metric"])
    assert bundle["text/plain"] == review.verdict


def test_german_says_no_english(sample: Dataset) -> None:
    rep = sample.table("reps")["rep_id"].iloc[0]
    words = Review(sample, "2025-Q4", rep=rep, language="de").in_words()
    words = words.replace("Data for the calculation", "")  # what the company calls a stage
    for english in (" the ", " of ", "deals won", "Revenue", "open deals"):
        assert english not in words


def test_a_figure_that_is_none_names_the_nearest(ann):
    with pytest.raises(ConfigError, match=r"no such metric.*“win_rat”.*Did you mean “win_rate”"):
        ann.context.figure("win_rat")


def test_a_review_says_the_same_in_another_language(sample: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    rep = sample.table("reps")["rep_id"].iloc[0]
    french, german = (Review(sample, "2025-Q4", rep=rep, language=one) for one in ("fr", "de"))
    assert "index" not in german.summary
    monkeypatch.setenv("SALESREPORT_INDEX_LANGUAGE", "de")
    assert french.summary["index"] == german.in_short()
    assert french.summary["verdict"] != german.verdict
    assert "index" not in german.summary
    assert french.told_in("de").in_words() == german.in_words()  # the names of others masked, too
