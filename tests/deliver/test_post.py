"""One mail at a time over a real connection: what is known of it afterwards, however the connection ends."""

import logging
from pathlib import Path

import pytest
from postoffice import (
    Door,
    Office,
    Silent,
    addresses,
    mail_settings,
    own_certificate,
    trusted,
    write_people,
    write_small_pack,
)

from salesreport.deliver.log import FILE, Log, read_log
from salesreport.deliver.post import Post
from salesreport.deliver.run import deliver
from salesreport.deliver.settings import Login
from salesreport.errors import ConfigError, DataError

MAIL = b"Subject: x\r\n\r\nfirst\r\n.\r\n..two\r\n.three\r\n"


def at(where: str, what: str, who: str = "", times: int = 1) -> object:
    """A fault at one step, for one address, so many times: `drop`, or a reply."""
    left = [times]

    def fault(stage: str, door: Door, to: str) -> str | None:
        if stage != where or (who and to != who) or not left[0]:
            return None
        left[0] -= 1
        if what == "drop":
            door.drop()
            return None
        return what

    return fault


def states(pack: Path) -> dict[str, str]:
    return {line.id: line.state for line in read_log(pack).values()}


def test_a_mail_arrives_as_it_was_and_is_noted(pack: Path, office: Office) -> None:
    watcher = Silent()
    summary = deliver(pack, "reps", mail_settings(office.port, per_connection=2), None, watcher)
    assert (len(summary.sent), summary.complete, watcher.counts) == (5, True, (5, 0))
    assert addresses(office.letters) == [f"r{n:02}@lumen.example" for n in range(5)]
    assert office.connections == 3  # two mails each
    for number, letter in enumerate(office.letters):
        assert letter.attachment == (pack / f"reports/no-{number}.html").read_bytes()  # full stops and all
    line = next(iter(read_log(pack).values()))
    assert (line.state, line.to, line.reply) == ("sent", "r00@lumen.example", "250 taken as 4711")
    assert line.message_id == office.letters[0].message["Message-ID"]
    assert [(one.file, one.id) for one in line.reports] == [("reports/no-0.html", "R00")]
    assert line.sha256 == line.reports[0].sha256
    again = Silent()
    assert deliver(pack, "reps", mail_settings(office.port), None, again).delivered == 5
    assert (len(office.letters), again.counts) == (5, (0, 5))
    deliver(pack, "reps", mail_settings(office.port), None, Silent(), only=["rep 03"], again=True)
    assert addresses(office.letters)[5:] == ["r03@lumen.example"]
    assert office.letters[5].message["Message-ID"] != office.letters[3].message["Message-ID"]


def test_full_stops_that_begin_a_line(office: Office) -> None:
    post = Post(mail_settings(office.port), None)
    assert post.send("a@lumen.example", MAIL, lambda: None).state == "sent"
    post.quit()
    assert office.letters[0].content == MAIL


@pytest.mark.parametrize("stage", ["mail", "rcpt", "data"])
def test_a_connection_that_breaks_before_a_mail_is_complete(pack: Path, office: Office, stage: str) -> None:
    office.fault = at(stage, "drop")  # type: ignore[assignment]
    assert deliver(pack, "reps", mail_settings(office.port), None, Silent()).complete
    assert sorted(addresses(office.letters)) == [f"r{n:02}@lumen.example" for n in range(5)]


@pytest.mark.parametrize(("stage", "arrived"), [("taking", 0), ("taken", 1)])
def test_a_connection_that_breaks_after_it(pack: Path, office: Office, stage: str, arrived: int) -> None:
    """Whether the mail arrived cannot be told from here: both look the same, and it is not sent again unasked."""
    office.fault = at(stage, "drop", "r02@lumen.example")  # type: ignore[assignment]
    summary = deliver(pack, "reps", mail_settings(office.port), None, Silent())
    assert ([one.about.id for one in summary.unknown], len(summary.sent), summary.complete) == (["R02"], 4, False)
    assert addresses(office.letters).count("r02@lumen.example") == arrived
    watcher = Silent()
    later = deliver(pack, "reps", mail_settings(office.port), None, watcher)
    assert (len(later.unknown), later.delivered, watcher.counts) == (1, 4, (0, 4))
    assert "whether it arrived is unknown" in str(watcher.notes[0])
    assert addresses(office.letters).count("r02@lumen.example") == arrived
    before = next(line.message_id for line in read_log(pack).values() if line.id == "R02")
    assert deliver(pack, "reps", mail_settings(office.port), None, Silent(), only=["R02"], again=True).complete
    # the same id, so that a receiver who has it already can tell
    assert office.letters[-1].message["Message-ID"] == before


def test_a_server_that_takes_too_long(pack: Path, office: Office) -> None:
    office.slow = 0.3
    summary = deliver(pack, "reps", mail_settings(office.port, timeout=0.2), None, Silent(), only=["R00"])
    assert len(summary.sent) == 1  # the last answer may take ten times as long
    office.slow = 1.0
    summary = deliver(pack, "reps", mail_settings(office.port, timeout=0.05), None, Silent(), only=["R01"])
    assert len(summary.unknown) == 1
    assert addresses(office.letters) == ["r00@lumen.example", "r01@lumen.example"]
    assert states(pack) == {"R00": "sent", "R01": "unknown"}


@pytest.mark.parametrize("stage", ["rcpt", "taking"])
def test_one_who_is_refused_stops_no_other(pack: Path, office: Office, stage: str) -> None:
    office.fault = at(stage, "550 5.1.1 no such user", "r01@lumen.example", times=9)  # type: ignore[assignment]
    watcher = Silent()
    summary = deliver(pack, "reps", mail_settings(office.port), None, watcher)
    assert ([one.about.id for one in summary.refused], len(summary.sent)) == (["R01"], 4)
    assert ("R01", "refused", "550 5.1.1 no such user") in watcher.outcomes
    office.fault = lambda stage, door, to: None
    assert deliver(
        pack, "reps", mail_settings(office.port), None, Silent()
    ).complete  # tried again, for it is not there
    assert len(office.letters) == 5


def test_greylisting(pack: Path, office: Office) -> None:
    office.fault = at("rcpt", "451 4.7.1 come back later", "r01@lumen.example", times=2)  # type: ignore[assignment]
    watcher, slept = Silent(), list[float]()
    settings = mail_settings(office.port, retries=2, retry_pause=90.0, pause=0.5)
    summary = deliver(pack, "reps", settings, None, watcher, sleep=slept.append)
    assert summary.complete
    assert addresses(office.letters)[-1] == "r01@lumen.example"  # the others did not wait for it
    assert watcher.waits == [90.0, 90.0]
    assert slept == [0.5] * 4 + [90.0, 90.0]


def test_greylisting_beyond_patience_is_left_for_the_next_run(pack: Path, office: Office) -> None:
    office.fault = at("rcpt", "451 later", "r01@lumen.example", times=3)  # type: ignore[assignment]
    summary = deliver(pack, "reps", mail_settings(office.port, retries=2), None, Silent())
    assert ([one.about.id for one in summary.left], len(summary.sent), summary.complete) == (["R01"], 4, False)
    assert states(pack)["R01"] == "deferred"
    assert deliver(pack, "reps", mail_settings(office.port), None, Silent()).complete
    assert len(office.letters) == 5


def test_a_server_that_goes_away(pack: Path, office: Office) -> None:
    office.fault = at("rcpt", "421 4.3.2 going down", "r02@lumen.example")  # type: ignore[assignment]
    assert deliver(pack, "reps", mail_settings(office.port, retries=1), None, Silent()).complete
    nobody = mail_settings(1, retries=1, retry_pause=7.0)  # nothing listens there
    watcher, slept = Silent(), list[float]()
    summary = deliver(pack, "managers", nobody, None, watcher, sleep=slept.append)
    assert ([one.about.id for one in summary.left], slept) == (["Boss 0", "Boss 1"], [7.0])
    assert "cannot be reached" in str(watcher.notes[-1])


def test_a_sender_who_is_not_taken(pack: Path, office: Office) -> None:
    office.fault = at("mail", "553 5.7.1 not yours", times=9)  # type: ignore[assignment]
    with pytest.raises(ConfigError, match=r"553 5\.7\.1 not yours"):
        deliver(pack, "reps", mail_settings(office.port), None, Silent())
    assert read_log(pack) == {}


def test_a_mail_that_is_too_large_for_the_server(pack: Path) -> None:
    with Office().open(data_size_limit=1000) as office:
        summary = deliver(pack, "reps", mail_settings(office.port), None, Silent())
    assert (len(summary.refused), office.letters) == (5, [])
    assert next(iter(read_log(pack).values())).reply.startswith("552")


def test_a_report_that_changed_since_is_said_and_not_sent(tmp_path: Path, pack: Path, office: Office) -> None:
    deliver(pack, "managers", mail_settings(office.port), None, Silent())
    dataset = write_people(tmp_path / "now", reps=7, managers=2)
    other = tmp_path / "other"
    write_small_pack(other, dataset)
    (other / FILE).write_bytes((pack / FILE).read_bytes())
    watcher = Silent()
    assert deliver(other, "managers", mail_settings(office.port), None, watcher).delivered == 2
    assert "2 recipients have what was delivered before it changed" in str(watcher.notes[0])
    assert len(office.letters) == 2


class TestEncryption:
    """STARTTLS and TLS with a certificate that only who names it trusts."""

    def test_an_unknown_certificate_is_refused(self, pack: Path, tmp_path: Path) -> None:
        with Office().open(tls_context=own_certificate(), require_starttls=True) as office:
            settings = mail_settings(office.port, security="starttls")
            with pytest.raises(ConfigError, match="certificate is not trusted"):
                deliver(pack, "reps", settings, None, Silent())
            assert office.letters == []
            trusting = mail_settings(office.port, security="starttls", ca_file=trusted(tmp_path))
            assert deliver(pack, "reps", trusting, None, Silent()).complete
            assert len(office.letters) == 5

    def test_a_certificate_of_another_host_is_refused(self, pack: Path, tmp_path: Path) -> None:
        with Office().open(tls_context=own_certificate(), require_starttls=True) as office:
            trusting = mail_settings(office.port, security="starttls", ca_file=trusted(tmp_path))
            elsewhere = trusting.model_copy(update={"host": "127.1"})  # the same computer by another name
            with pytest.raises(ConfigError, match="not trusted: Hostname mismatch"):
                deliver(pack, "reps", elsewhere, None, Silent())
            assert office.letters == []

    def test_a_server_without_encryption_gets_nothing(self, pack: Path, office: Office) -> None:
        with pytest.raises(ConfigError, match="offers no encryption"):
            deliver(pack, "reps", mail_settings(office.port, security="starttls"), None, Silent())
        assert office.letters == []

    def test_a_file_that_is_no_certificate(self, pack: Path, tmp_path: Path) -> None:
        (tmp_path / "none.pem").write_text("nothing")
        for name in ("none.pem", "missing.pem"):
            settings = mail_settings(1, security="ssl", ca_file=str(tmp_path / name), retries=0)
            with pytest.raises(ConfigError, match="ca_file"):
                deliver(pack, "reps", settings, None, Silent())

    def test_user_and_password_are_given_and_never_shown(
        self,
        pack: Path,
        tmp_path: Path,
        caplog: pytest.LogCaptureFixture,
        capfd: pytest.CaptureFixture[str],
    ) -> None:
        caplog.set_level(logging.DEBUG)
        office = Office()
        how = {"tls_context": own_certificate(), "authenticator": office.log_in, "auth_required": True}
        with office.open(**how) as office:
            settings = mail_settings(office.port, security="starttls", ca_file=trusted(tmp_path))
            with pytest.raises(ConfigError, match="does not take user and password: 535") as caught:
                deliver(pack, "reps", settings, Login("kim", "falsch"), Silent())
            assert deliver(pack, "reps", settings, Login("kim", "geheim"), Silent()).complete
        assert office.logins[-1] == ("kim", "geheim")
        said = [str(caught.value), repr(Login("kim", "geheim")), (pack / FILE).read_text(encoding="utf-8")]
        said += [record.getMessage() for record in caplog.records if record.name.startswith("salesreport")]
        said += capfd.readouterr()
        assert not any(secret in one for secret in ("kim", "falsch", "geheim") for one in said)


def test_a_line_that_was_cut_off(pack: Path, office: Office) -> None:
    """The process died as it wrote the line about the second mail's end: what became of that one is unknown."""
    deliver(pack, "reps", mail_settings(office.port), None, Silent(), only=["R00", "R01"])
    content = (pack / FILE).read_bytes()
    (pack / FILE).write_bytes(content[:-40])
    summary = deliver(pack, "reps", mail_settings(office.port), None, Silent())
    assert ([one.about.id for one in summary.unknown], summary.delivered, len(summary.sent)) == (["R01"], 1, 3)
    assert states(pack) == {"R00": "sent", "R01": "unknown", "R02": "sent", "R03": "sent", "R04": "sent"}
    assert len(office.letters) == 5


def test_a_log_that_cannot_be_written_stops_before_the_mail(
    pack: Path, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(log: Log, line: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Log, "add", full)
    with pytest.raises(DataError, match="No space left"):
        deliver(pack, "reps", mail_settings(office.port), None, Silent())
    assert office.letters == []


def test_each_line_is_on_the_disk_before_it_goes_on(
    pack: Path, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the first mail: the line that it is on its way is synced while the server has not got it."""
    had: list[int] = []
    monkeypatch.setattr("os.fsync", lambda descriptor: had.append(len(office.letters)))
    deliver(pack, "managers", mail_settings(office.port), None, Silent(), only=["Boss 0"])
    assert had[-2:] == [0, 1]
