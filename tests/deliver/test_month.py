"""A month played through: three periods, 35 reps and 6 managers, a server and a process that fail at random."""

import os
import random
import shutil
from collections import Counter
from pathlib import Path

import pytest
from postoffice import Door, Killed, Office, Silent, mail_settings, write_people, write_small_pack

from salesreport.deliver.log import Log, read_log
from salesreport.deliver.run import Summary, deliver

ALL = bool(os.environ.get("SALESREPORT_ALL_DELIVERIES"))
RUNS = 100 if ALL else 6
"""`make deliveries` plays all of them with all periods; otherwise only the first has more than one."""

PERIODS = ("2026-01", "2026-02", "2026-03")
REFUSED = "r07@lumen.example"


class Weather:
    """What goes wrong, by chance: of a server's steps one in `odds`; its process dies less often."""

    def __init__(self, seed: int, odds: float) -> None:
        self.dice, self.odds = random.Random(seed), odds
        self.greylisted: set[str] = set()

    def server(self, stage: str, door: Door, to: str) -> str | None:
        if stage == "rcpt" and to == REFUSED:
            return "550 5.1.1 nobody here"
        if stage == "rcpt" and to not in self.greylisted and self.dice.random() < 0.2:
            self.greylisted.add(to)
            return "451 4.7.1 greylisted"
        if self.dice.random() * self.odds < 1:
            kind = self.dice.choice(("drop", "drop", "later", "closing"))
            if kind == "drop":
                door.drop()
            elif stage != "taken":  # what is taken is taken, and a server says so
                return {"later": "451 4.3.0 later", "closing": "421 4.3.2 going down"}[kind]
        return None

    def process(self) -> None:
        if self.dice.random() * self.odds * 3 < 1:
            raise Killed


@pytest.fixture(scope="module")
def packs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("month")
    dataset = write_people(folder / "people")
    for period in PERIODS:
        write_small_pack(folder / period, dataset, period)
    return folder


@pytest.mark.parametrize("seed", range(RUNS))
def test_nothing_is_lost_doubled_or_misdirected(
    seed: int, packs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    weather = Weather(seed, odds=random.Random(seed).choice((8, 25, 80)))
    add = Log.add

    def add_or_die(log: Log, line: object) -> None:
        weather.process()
        if weather.dice.random() * weather.odds * 6 < 1:  # half of a line, and gone
            log.stream.write(b'{"at":"2026-03')
            raise Killed
        add(log, line)  # type: ignore[arg-type]
        weather.process()

    monkeypatch.setattr(Log, "add", add_or_die)
    monkeypatch.setattr("os.fsync", lambda descriptor: None)  # nothing here outlives the computer
    month = tmp_path / "month"
    shutil.copytree(packs, month)
    office = Office()
    office.fault = weather.server
    last: dict[tuple[str, str], Summary] = {}
    with office.open():
        settings = mail_settings(office.port, retries=2)
        for period in PERIODS if ALL or not seed else PERIODS[seed % 3 :][:1]:
            for to in ("reps", "managers"):
                for attempt in range(40):
                    if attempt == 6:  # the weather clears
                        weather.odds = float("inf")
                    try:
                        summary = deliver(month / period, to, settings, None, Silent(), sleep=lambda _: None)
                    except Killed:
                        continue
                    if not summary.left:
                        break
                last[period, to] = summary
                weather.odds = min(weather.odds, 25)
    check(month, office, last)


def check(month: Path, office: Office, last: dict[tuple[str, str], Summary]) -> None:
    got: Counter[tuple[str, str]] = Counter()
    for letter in office.letters:
        assert letter.to == letter.message["To"]
        periods = {secret[-7:] for secret in letter.secrets}
        assert len(periods) == 1
        (period,) = periods
        got[letter.to, period] += 1
        # by the rule that the people were made by: rep n is R{n} and led by boss n modulo 6
        local = letter.to.partition("@")[0]
        own = {local.upper()} if local.startswith("r") else {f"R{n:02}" for n in range(int(local[4:]), 35, 6)}
        assert letter.secrets == {f"{rep}-in-{period}" for rep in own}
    assert max(got.values()) == 1, "somebody got a report twice"
    everybody = [f"r{n:02}@lumen.example" for n in range(35)] + [f"boss{n}@lumen.example" for n in range(6)]
    for (period, to), summary in last.items():
        states = {line.to: line.state for line in read_log(month / period).values()}
        listed = {one.address for one in summary.unknown}
        for address in (one for one in everybody if one.startswith("r") == (to == "reps")):
            state = states[address]
            if address == REFUSED:
                assert state == "refused"
                assert address in {one.address for one in summary.refused}
                continue
            # delivered for sure, or said to be unknown; what is said to be delivered is there
            assert (state, address in listed) in (("sent", False), ("unknown", True))
            if state == "sent":
                assert got[address, period] == 1
        assert not summary.left
