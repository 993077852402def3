"""Process files: what they may say, what the data must have, and what is learnt where none is given."""

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesreport.dataset import Dataset, DatasetSettings
from salesreport.errors import ConfigError
from salesreport.ingest import ingest
from salesreport.process import (
    CATEGORIES,
    Category,
    Condition,
    Milestone,
    Process,
    ProcessFile,
    StageSign,
    check_process,
    derived_process,
    load_process,
    parse_process,
    process_of,
)
from salesreport.provenance import Provenance
from salesreport.sample import market
from salesreport.writing import write_dataset

PARAMS = Path(__file__).resolve().parent.parent / "params"

TWO = """
processes:
  - name: Projects
    where: {pipeline: [Projects]}
    milestones:
      - key: talk
        title: First talk
        evidence: The customer receives us
        stages: [Meeting]
      - key: offer
        title: Offer
        stages: [{name: Offer, until: 2024-06-30}, {name: Proposal, from: 2024-07-01}]
        activities: [offer]
        field: created_on
    won: {title: Contract, evidence: The customer signs}
  - name: Service
    milestones:
      - {key: visit, title: Visit, activities: visit, from: 2024-01-01, until: 2024-12-31}
base:
  - {key: hot, title: Hot, when: {stage_at_least: offer, active_within: 30}}
  - {key: warm, title: Warm, when: {any: [{any_open_deal: true}, {ordered_within: 365}]}}
  - {key: rest, title: Rest, when: {otherwise: true}}
"""


def written(tmp_path: Path, content: str) -> Path:
    path = tmp_path / "process.yml"
    path.write_text(content, encoding="utf-8")
    return path


def test_a_file_says_what_it_says(tmp_path: Path) -> None:
    file = load_process(written(tmp_path, TWO))
    projects, service = file.processes
    assert file.keys == ("talk", "offer", "visit")
    assert projects.where == {"pipeline": ("Projects",)}
    assert (projects.won.title, projects.won.evidence) == ("Contract", "The customer signs")
    assert str(service.won.title) == "Order"
    talk, offer = projects.milestones
    assert (talk.title, talk.evidence, talk.stages) == (
        "First talk",
        "The customer receives us",
        (StageSign(name="Meeting"),),
    )
    assert offer.stages == (
        StageSign(name="Offer", until=dt.date(2024, 6, 30)),
        StageSign(name="Proposal", since=dt.date(2024, 7, 1)),
    )
    assert (offer.activities, offer.field) == (("offer",), "created_on")
    visit = service.milestones[0]
    assert [visit.exists_on(dt.date(2023, 12, 31)), visit.exists_on(dt.date(2024, 1, 1))] == [False, True]
    assert [visit.exists_on(dt.date(2024, 12, 31)), visit.exists_on(dt.date(2025, 1, 1))] == [True, False]
    assert [category.when.given for category in file.base] == [
        ("stage_at_least", "active_within"), ("any",), ("otherwise",),
    ]  # fmt: skip
    assert not file.derived


def test_the_text_of_a_file_gives_the_file_again(tmp_path: Path) -> None:
    file = load_process(written(tmp_path, TWO))
    assert parse_process(file.text) == file
    assert parse_process(file.text).text == file.text


NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12)
DAYS = st.none() | st.dates(dt.date(2000, 1, 1), dt.date(2030, 1, 1))


@given(st.lists(st.tuples(NAMES, NAMES, DAYS), min_size=1, max_size=4, unique_by=lambda one: one[1]))
@settings(max_examples=60, deadline=None)
def test_any_names_survive_the_round_trip(stages: list[tuple[str, str, dt.date | None]]) -> None:
    milestones = tuple(
        Milestone(key=f"m{n}", title=title, stages=(StageSign(name=name, since=since),))
        for n, (title, name, since) in enumerate(stages)
    )
    file = ProcessFile(processes=(Process(name="p", where={"kind": ("no", "1")}, milestones=milestones),))
    again = parse_process(file.text)
    assert again == file
    assert [sign.name for one in again.processes[0].milestones for sign in one.stages] == [
        name for _, name, _ in stages
    ]


def test_the_seven_categories() -> None:
    assert [category.key for category in CATEGORIES] == list("ABCDEFG")
    assert CATEGORIES[0].when.given == ("payment_due_within",)
    assert CATEGORIES[-1].when.otherwise
    assert ProcessFile().base == CATEGORIES
    assert "base" not in ProcessFile().text, "what is usual is not written down"


def test_the_documentation_shows_the_seven_categories_and_a_file_that_is_right() -> None:
    page = (PARAMS.parent / "docs" / "process.md").read_text(encoding="utf-8")
    example, base = [part.split("```")[0] for part in page.split("```yaml\n")[1:]]
    shown = parse_process(base).base
    assert [(one.key, one.title, one.when) for one in shown] == [
        (one.key, str(one.title), one.when) for one in CATEGORIES
    ]
    assert parse_process(example).keys == ("talk", "offer", "trial")


ONE = """processes:
  - name: A
    milestones:
      - key: offer
        title: Offer
        stages: [Offer]
"""


@pytest.mark.parametrize(
    ("content", "line", "says"),
    [
        (ONE.replace("title:", "titel:"), 5, "Did you mean “title”?"),
        (ONE.replace("[Offer]", "[{name: Offer, untill: 2024-01-01}]"), 6, "Did you mean “until”?"),
        (ONE.replace("        stages: [Offer]\n", ""), 4, "Nothing in the data shows this milestone."),
        (ONE.replace("key: offer", "key: First Offer"), 4, "This is no key. Found “First Offer”."),
        (ONE.replace("key: offer", "key: won"), 4, "This key already has a meaning."),
        (ONE + "        from: 2024-02-01\n        until: 2024-01-31\n", 8, "It ends before it begins."),
        (ONE + "        until: 2024\n", 7, "This is not a day. Found “2024”."),
        (ONE + "        field: closed_on\n", 7, "Found “closed_on”."),
        (ONE + "      - {key: x, title: X, stages: [Y, Offer]}\n", 7, "“Offer” shows two milestones"),
        (ONE + "      - {key: offer, title: X, stages: [Y]}\n", 7, "Two milestones have the key “offer”."),
        (ONE + "    where:\n      kind: x\n      pipline: y\n", 9, "Did you mean “pipeline”?"),
        (ONE + "  - {name: A, milestones: [{key: x, title: X, stages: X}]}\n", 7, "Two processes have this name."),
        (ONE + "base:\n  - {key: a, title: A, when: {any_open_deal: true}}\n", 8, "The last category"),
        (
            ONE + "base:\n  - {key: a, title: A, when: {otherwise: true}}\n"
            "  - {key: b, title: B, when: {otherwise: true}}\n",
            8,
            "The last category",
        ),
        (
            ONE + "base:\n  - key: a\n    title: A\n    when:\n      any:\n        - stage_at_least: offr\n"
            "  - {key: b, title: B, when: {otherwise: true}}\n",
            12,
            "Did you mean “offer”?",
        ),
        (
            ONE + "base:\n  - {key: a, title: A, when: {equipment_owt: true}}\n"
            "  - {key: b, title: B, when: {otherwise: true}}\n",
            8,
            "Did you mean “equipment_out”?",
        ),
        (ONE + "base:\n  - {key: a, title: A, when: {}}\n", 8, "No condition is given."),
        (ONE + "base:\n  - {key: a, title: A, when: {payment_due_within: true}}\n", 8, "valid integer"),
        ("processes: []\n", None, "There is neither a process nor a category"),
        ("", None, "There is neither a process nor a category"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path: Path, content: str, line: int | None, says: str) -> None:
    path = written(tmp_path, content)
    with pytest.raises(ConfigError) as caught:
        load_process(path)
    assert says in str(caught.value)
    assert caught.value.line == line
    assert caught.value.file == path


def test_a_stage_may_mean_one_thing_before_and_another_after() -> None:
    early = Milestone(key="a", title="A", stages=(StageSign(name="Offer", until=dt.date(2024, 6, 30)),))
    late = Milestone(key="b", title="B", stages=(StageSign(name="Offer", since=dt.date(2024, 7, 1)),))
    Process(name="p", milestones=(early, late))
    overlapping = Milestone(key="b", title="B", stages=(StageSign(name="Offer", since=dt.date(2024, 6, 30)),))
    with pytest.raises(ValueError, match="two milestones"):
        Process(name="p", milestones=(early, overlapping))


# -- against data ---------------------------------------------------------------------------------------------


def deals(*rows: tuple[str, str, str | None, str | None], **more: list[str]) -> pd.DataFrame:
    """Deals: status, stage, created_on, closed_on; ids from 1."""
    frame = pd.DataFrame(rows, columns=["status", "stage", "created_on", "closed_on"])
    frame["deal_id"] = [str(n + 1) for n in range(len(frame))]
    return frame.assign(rep_id="r", **more)


def events(*rows: tuple[int, str, str]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "deal_id": [str(deal) for deal, _, _ in rows],
            "stage": [stage for _, stage, _ in rows],
            "entered_at": [at for _, _, at in rows],
        }
    )


def dataset(folder: Path, process: str = "", lost_stages: tuple[str, ...] = (), **tables: pd.DataFrame) -> Dataset:
    config = DatasetSettings(name="t", as_of=dt.date(2024, 12, 31), process=process, lost_stages=lost_stages)
    return write_dataset(folder / "dataset", tables, config, Provenance("test"))


TODAY = deals(
    ("open", "Meeting", "2024-01-01", None),
    ("open", "Proposal", "2024-01-01", None),
    ("won", "Won", "2024-01-01", "2024-02-01"),
    pipeline=["Projects", "Projects", "Service"],
)
PAST = events((1, "Meeting", "2024-01-01"), (2, "Offer", "2024-01-01"), (3, "Proposal", "2024-07-01"))
TYPES = pd.DataFrame(
    {"activity_id": ["1", "2"], "rep_id": "r", "type": ["offer", "visit"], "done_at": "2024-01-01"}
)
DATA = {"deals": TODAY, "stage_events": PAST, "activities": TYPES}


@pytest.mark.parametrize("frames", [True, False])
def test_a_process_that_fits_its_data(tmp_path: Path, frames: bool) -> None:
    tables: Mapping[str, pd.DataFrame] | Dataset = DATA if frames else dataset(tmp_path, **DATA)
    assert check_process(parse_process(TWO), tables) == []


@pytest.mark.parametrize(
    ("right", "wrong", "line", "says"),
    [
        (
            "[Meeting]",
            "[Meting]",
            9,
            "No deal has ever been in this stage. Found “Meting”. Did you mean “Meeting”?",
        ),
        ("name: Offer,", "name: Offers,", 12, "Found “Offers”. Did you mean “Offer”?"),
        ("[offer]", "[offfer]", 13, "No activity is of this type. Found “offfer”. Did you mean “offer”?"),
        (
            "pipeline: [Projects]",
            "pipeline: [Project]",
            4,
            "No deal has this value. Found “Project”. Did you mean “",
        ),
        ("pipeline: [Projects]", "kind: [x]", 4, "The deals have no such column. Found “kind”."),
        ("[Meeting]", "[Xyz]", 9, "Expected one of Meeting, Offer, Proposal, and Won."),
    ],
)
def test_names_the_data_do_not_have(tmp_path: Path, right: str, wrong: str, line: int, says: str) -> None:
    path = written(tmp_path, TWO.replace(right, wrong))
    for tables in (DATA, dataset(tmp_path, **DATA)):
        with pytest.raises(ConfigError) as caught:
            check_process(load_process(path), tables, path)
        assert says in str(caught.value)
        assert (caught.value.file, caught.value.line) == (path, line)


def test_what_no_table_could_show_is_not_missed() -> None:
    orders = pd.DataFrame({"order_id": ["1"], "rep_id": "r", "ordered_on": "2024-01-01", "amount": 1.0})
    assert check_process(parse_process(TWO), {"orders": orders}) == []


def test_a_stage_nobody_is_in_today_is_no_error_where_only_today_is_known() -> None:
    process = parse_process(
        "processes: [{name: A, milestones: [{key: a, title: A, stages: Meeting},"
        " {key: b, title: B, stages: [Proposal, Trial]}]}]"
    )
    (note,) = check_process(process, {"deals": TODAY})
    assert str(note) == "No deal is in these stages of the process now: Trial."
    with pytest.raises(ConfigError, match="No deal has ever been"):  # where all moves are known, it is one
        check_process(process, {"deals": TODAY, "stage_events": PAST})
    more = deals(
        ("open", "Trials", "2024-01-01", None)
    )  # and where a stage of the data has no name, it is that one
    with pytest.raises(ConfigError, match="Did you mean “Trials”"):
        check_process(process, {"deals": pd.concat([TODAY, more])})


# -- learnt from the data -------------------------------------------------------------------------------------


def learnt(folder: Path, **tables: pd.DataFrame) -> list[str]:
    file = derived_process(dataset(folder, **tables))
    assert file.derived
    assert parse_process(file.text).processes == file.processes if file.processes else True
    return [milestone.title for process in file.processes for milestone in process.milestones]


def test_stages_stand_in_the_order_deals_enter_them(tmp_path: Path) -> None:
    # Mean positions mislead, for deals 3 to 6 begin at Offer: Talk (0 + 0 + 1) ÷ 3 = 0.33, Visit 1, Offer
    # (2 + 1 + 0 + 0 + 0 + 0) ÷ 6 = 0.5. But the one deal that was in both Visit and Offer came to Visit first, and
    # of the three that were in both Talk and Offer, two came to Talk first (deal 6 came back to it from Lost).
    history = events(
        (1, "Talk", "2024-01-01"), (1, "Visit", "2024-02-01"), (1, "Offer", "2024-03-01"),
        (1, "Won", "2024-04-01"),
        (2, "Talk", "2024-01-01"), (2, "Offer", "2024-02-01"), (2, "Talk", "2024-03-01"),
        (3, "Offer", "2024-01-01"),
        (4, "Offer", "2024-01-01"),
        (5, "Offer", "2024-01-01"), (5, "Lost", "2024-02-01"),
        (6, "Offer", "2024-01-01"), (6, "Lost", "2024-02-01"), (6, "Talk", "2024-05-01"),
    )  # fmt: skip
    today = deals(
        ("won", "Won", "2024-01-01", "2024-04-01"), ("open", "Talk", "2024-01-01", None),
        ("open", "Offer", "2024-01-01", None), ("open", "Offer", "2024-01-01", None),
        ("lost", "Lost", "2024-01-01", "2024-02-01"), ("open", "Talk", "2024-01-01", None),
    )  # fmt: skip
    assert learnt(tmp_path, deals=today, stage_events=history) == ["Talk", "Visit", "Offer"]


def test_a_stage_in_which_closed_deals_are_left_closes_none(tmp_path: Path) -> None:
    # the CRM leaves a lost deal where it was: it entered Offer two months before it was lost
    history = events((1, "Talk", "2024-01-01"), (2, "Talk", "2024-01-01"), (2, "Offer", "2024-02-01"))
    today = deals(("open", "Talk", "2024-01-01", None), ("lost", "Offer", "2024-01-01", "2024-04-01"))
    assert learnt(tmp_path, deals=today, stage_events=history) == ["Talk", "Offer"]


def test_without_history_no_order_is_invented(tmp_path: Path) -> None:
    today = deals(
        ("open", "Old", "2023-12-31", None), ("open", "Old", "2024-11-30", None),
        ("open", "Young", "2024-11-30", None), ("open", "Zero", None, None),
        ("won", "Won", "2023-01-01", "2024-01-01"),
    )  # fmt: skip
    file = derived_process(dataset(tmp_path, deals=today))
    assert (file.derived, file.processes, file.unordered) == (True, (), ("Old", "Young", "Zero"))
    assert str(file.why_none).startswith("the order of stages is not known")


def test_a_stage_that_no_history_shows_has_no_place(tmp_path: Path) -> None:
    # one deal of three has a history; where Quote and Contract stand, nobody knows
    history = events((1, "New", "2024-01-01"), (1, "Check", "2024-01-05"), (1, "Production", "2024-01-10"))
    today = deals(
        ("open", "Production", "2024-01-01", None), ("open", "Quote", "2024-01-02", None),
        ("open", "Contract", "2024-01-03", None), ("won", "Won", "2024-01-04", "2024-02-01"),
    )  # fmt: skip
    file = derived_process(dataset(tmp_path, deals=today, stage_events=history))
    assert [one.title for one in file.processes[0].milestones] == ["New", "Check", "Production"]
    assert file.unordered == ("Contract", "Quote")
    assert file.why_none is None


def test_stages_that_no_deal_was_both_in_are_ordered_by_those_between(tmp_path: Path) -> None:
    # A before B by deal 1, B before C by 2 and 3: so A before C. X is met by A alone, so it may stand anywhere
    # behind A: beside B, which more deals were in, it has no known place
    history = events(
        (1, "A", "2024-01-01"), (1, "B", "2024-01-05"), (2, "B", "2024-01-01"), (2, "C", "2024-01-05"),
        (3, "B", "2024-01-01"), (3, "C", "2024-01-05"), (4, "A", "2024-01-01"), (4, "X", "2024-01-05"),
    )  # fmt: skip
    today = deals(*[("open", stage, "2024-01-01", None) for stage in ("B", "C", "C", "X")])
    file = derived_process(dataset(tmp_path, deals=today, stage_events=history))
    assert [one.title for one in file.processes[0].milestones] == ["A", "B", "C"]
    assert file.unordered == ("X",)


def test_each_pipeline_is_a_process(tmp_path: Path) -> None:
    history = events(
        (1, "Contact", "2024-01-01"), (1, "Offer", "2024-01-05"), (2, "Due", "2024-01-01"),
        (2, "Offer", "2024-01-05"), (3, "Offer", "2024-01-05"), (3, "Due", "2024-01-07"),
    )  # fmt: skip
    today = deals(*[("open", "Offer", "2024-01-01", None)] * 2, ("open", "Due", "2024-01-01", None))
    today = today.assign(pipeline=["New", "Renewal", None])
    file = derived_process(dataset(tmp_path, deals=today, stage_events=history))
    assert [(one.name, dict(one.where)) for one in file.processes] == [
        ("New", {"pipeline": ("New",)}), ("Renewal", {"pipeline": ("Renewal",)}), ("CRM", {}),
    ]  # fmt: skip
    assert [[one.title for one in process.milestones] for process in file.processes] == [
        ["Contact", "Offer"], ["Due", "Offer"], ["Offer", "Due"],
    ]  # fmt: skip
    assert file.keys == ("new-contact", "new-offer", "renewal-due", "renewal-offer", "offer", "due")


def test_too_many_pipelines_want_a_process_file(tmp_path: Path) -> None:
    today = deals(*[("open", "Offer", "2024-01-01", None)] * 13).assign(pipeline=[f"P{n}" for n in range(13)])
    file = derived_process(dataset(tmp_path, deals=today))
    assert file.processes == ()
    assert "13 pipelines" in str(file.why_none)


def test_a_stage_that_the_source_spec_names_as_won_or_lost_is_no_milestone(tmp_path: Path) -> None:
    # the deals are marked lost weeks after they entered “Dead”: by dates alone it would be where they are left
    history = events((1, "Talk", "2024-01-01"), (1, "Dead", "2024-02-01"), (2, "Talk", "2024-01-01"))
    today = deals(("lost", "Dead", "2024-01-01", "2024-04-01"), ("open", "Talk", "2024-01-01", None))
    assert learnt(tmp_path / "a", deals=today, stage_events=history) == ["Talk", "Dead"]
    told = dataset(tmp_path / "b", lost_stages=("DEAD ",), deals=today, stage_events=history)
    assert [one.title for one in derived_process(told).processes[0].milestones] == ["Talk"]


def test_snapshots_show_the_order_too(tmp_path: Path) -> None:
    seen = pd.DataFrame(
        {
            "taken_on": ["2024-01-31", "2024-02-29", "2024-03-31", "2024-03-31"],
            "deal_id": ["1", "1", "1", "2"],
            "stage": ["Talk", "Offer", "Won", "Talk"],
            "status": ["open", "open", "won", "open"],
        }
    )
    today = deals(("won", "Won", "2024-01-01", "2024-03-15"), ("open", "Talk", "2024-03-01", None))
    assert learnt(tmp_path, deals=today, snapshots=seen) == ["Talk", "Offer"]


def test_keys_of_learnt_milestones_are_keys(tmp_path: Path) -> None:
    today = deals(*[("open", "Angebot (2)", "2024-09-30", None)])
    history = events((1, "Открыта", "2024-09-30"), (1, "Last", "2024-10-30"), (1, "Angebot (2)", "2024-11-30"))
    file = derived_process(dataset(tmp_path, deals=today, stage_events=history))
    first, second, third = file.keys
    assert (second, third) == ("last-stage", "angebot-2")
    assert len(first) == 8, "a checksum, for nothing of the name can be a key"
    assert parse_process(file.text).keys == file.keys


def test_without_stages_there_is_no_process(tmp_path: Path) -> None:
    assert learnt(tmp_path, deals=deals(("open", "x", "2024-01-01", None)).drop(columns="stage")) == []


def test_the_process_given_is_the_process(tmp_path: Path) -> None:
    given_one = process_of(dataset(tmp_path / "a", process=parse_process(TWO).text, **DATA))
    assert given_one == parse_process(TWO)
    assert not given_one.derived
    base = (
        Category(key="a", title="A", when=Condition(stage_at_least="last")),
        Category(key="z", title="Z", when=Condition(otherwise=True)),
    )
    only_base = process_of(dataset(tmp_path / "b", process=ProcessFile(base=base).text, **DATA))
    assert only_base.base == base
    assert only_base.derived
    assert only_base.processes == derived_process(dataset(tmp_path / "c", **DATA)).processes


def test_the_sample_company_shows_its_process(sample: Dataset) -> None:
    crm = derived_process(sample)
    assert [one.title for one in crm.processes[0].milestones] == list(market.MILESTONES[:-1])
    told = process_of(sample)
    assert told == load_process(PARAMS / "process" / "lumina.yml")
    assert [one.title for one in told.processes[0].milestones] == list(market.MILESTONES[:-1])
    assert told.processes[0].won.title == market.MILESTONES[-1]
    assert all(one.evidence for one in told.processes[0].milestones)
    assert told.keys == crm.keys
    assert check_process(told, sample) == []


def test_the_sample_process_is_the_one_in_params() -> None:
    from salesreport.sample.company import PROCESS

    assert PROCESS.read_bytes() == (PARAMS / "process" / "lumina.yml").read_bytes()


def test_maven_takes_its_process_along(public_data: Path, tmp_path: Path) -> None:
    maven = ingest(PARAMS / "sources" / "maven.yml", tmp_path / "maven", public_data / "maven_crm")
    assert process_of(maven) == load_process(PARAMS / "process" / "maven.yml")
    assert derived_process(maven).unordered == ("Engaging", "Prospecting")  # without it nobody knows their order
    assert maven.settings.won_stages == ("Won",)
    assert maven.settings.lost_stages == ("Lost",)
