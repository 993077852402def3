"""A mail says in short what the report says, in the reader's language, escaped, with nothing from elsewhere."""

import dataclasses
import datetime as dt
import os
import re
import shutil
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from postoffice import mail_settings

from salesreport.brand import Brand
from salesreport.deliver.mail import LARGEST_BODY, make_mail, message_id
from salesreport.deliver.parcel import Parcel
from salesreport.deliver.run import Prepared, prepare
from salesreport.pack.make import Told
from salesreport.pack.manifest import read_manifest

NOW = dt.datetime(2026, 2, 3, 7, 30, tzinfo=dt.UTC)
HOSTILE = "<img src=x onerror=alert(1)>\r\nBcc: all@lumen.example\x00\u202e"


def mail_of(parcel: Parcel, prepared: Prepared, **settings: Any) -> Any:
    """The mail as its receiver reads it."""
    mail = make_mail(parcel, prepared.manifest, mail_settings(1, **settings), "<1@lumen.example>", NOW)
    content = mail.as_bytes()
    assert content.isascii()
    assert max(map(len, content.split(b"\r\n"))) <= 998  # RFC 5321
    assert b"\n" not in content.replace(b"\r\n", b"")
    return message_from_bytes(content, policy=policy.default)


def words(mail: EmailMessage, kind: str = "plain") -> str:
    part = mail.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def told(parcel: Parcel, **changes: Any) -> Parcel:
    """A parcel whose recipient is another in some way."""
    return dataclasses.replace(parcel, recipient=dataclasses.replace(parcel.recipient, **changes))


def test_a_reps_mail(pack: Path) -> None:
    prepared = prepare(pack, "reps", mail_settings(1), [])
    mail = mail_of(prepared.parcels[1], prepared, subject_prefix="[Lumen]", reply_to="kim@lumen.example")
    assert mail["Subject"] == "[Lumen] Your review, January 2026"
    assert (mail["From"], mail["To"], mail["Reply-To"]) == (
        "reports@lumen.example",
        "r01@lumen.example",
        "kim@lumen.example",
    )
    assert mail["Date"].datetime == NOW
    assert (mail["Message-ID"], mail["Auto-Submitted"], mail["Content-Language"]) == (
        "<1@lumen.example>",
        "auto-generated",
        "en",
    )
    for kind in ("plain", "html"):
        said = words(mail, kind)
        for one in (
            "All well with Rep 01.",
            "Offers in Website",
            "2 things agreed",
            "3 new",
            "€1.2M",
            "104% of target",
        ):
            assert one in said
        assert "Rep 02" not in said
    (attached,) = mail.iter_attachments()
    assert (attached.get_filename(), attached.get_content_type()) == ("no-1-2026-01.html", "text/html")
    assert attached.get_payload(decode=True) == (pack / "reports" / "no-1.html").read_bytes()


def test_a_managers_mail_tells_of_the_own_people_alone(pack: Path) -> None:
    prepared = prepare(pack, "managers", mail_settings(1), [])
    mail = mail_of(prepared.parcels[0], prepared)
    assert mail["Subject"] == "Reviews of your people, January 2026"
    for said in (words(mail), words(mail, "html")):
        assert re.findall(r"All well with (Rep \d\d)\.", said) == ["Rep 00", "Rep 02", "Rep 04"]
        assert "Rep 01" not in said
    (attached,) = mail.iter_attachments()
    assert (attached.get_filename(), attached.get_content_type()) == ("boss-0-2026-01.zip", "application/zip")


def test_in_a_brand(pack: Path) -> None:
    prepared = prepare(pack, "reps", mail_settings(1), [])
    brand = Brand(name="Lumina <GmbH>", accent="#7a1f5c", footer="Made for talks.", confidential="For you alone")
    mail = mail_of(prepared.parcels[0], prepared, brand=brand)
    for one in ("Lumina <GmbH> · January 2026", "Made for talks.", "For you alone"):
        assert one in words(mail)
    page = words(mail, "html")
    assert '<span class="brand">Lumina &lt;GmbH&gt;</span>' in page
    assert ".brand { color: #7a1f5c;" in page


def test_in_german(pack: Path) -> None:
    prepared = prepare(pack, "reps", mail_settings(1), [])
    mail = mail_of(told(prepared.parcels[0], language="de", called="Zoë"), prepared)
    assert mail["Subject"] == "Ihr Bericht, Januar 2026"
    assert words(mail).startswith("Guten Tag Zoë,")
    assert '<html lang="de">' in words(mail, "html")


def test_what_comes_of_the_data_is_only_text(pack: Path) -> None:
    prepared = prepare(pack, "reps", mail_settings(1), [])
    prepared.manifest.pack.title = HOSTILE
    one = prepared.parcels[0]
    (entry,) = one.recipient.entries
    figure = entry.figures[0].model_copy(update={"label": HOSTILE, "shown": HOSTILE, "brief": HOSTILE})
    subject = entry.subject.model_copy(update={"name": HOSTILE})
    said = dict.fromkeys(("verdict", "talk", "due", "changed"), HOSTILE)
    bad = entry.model_copy(update={**said, "subject": subject, "figures": [figure]})
    about = one.recipient.about._replace(name=HOSTILE, kind="row")
    prepared.manifest.pack.each = "rows.csv"
    mail = mail_of(told(one, entries=(bad,), about=about, called=HOSTILE), prepared)
    assert mail["Bcc"] is None
    assert mail["Subject"].startswith("Review of <img src=x onerror=alert(1)> Bcc: all@lumen.example")
    page = words(mail, "html")
    assert "<img" not in page
    assert "&lt;img src=x" in page
    assert not re.search(r"[\x00\u202e]", page + words(mail) + mail["Subject"])
    tags = " ".join(re.findall(r"<[^>]*>", page))
    assert not re.search(r"<(script|link|img|iframe|base|form)|\ssrc=|\shref=|\sstyle=|\son\w+=", tags)
    assert not re.search(r"url\(|@import|//", page.partition("</style>")[0])


def test_however_many_people_it_is_small(pack: Path) -> None:
    prepared = prepare(pack, "managers", mail_settings(1), [])
    one = prepared.parcels[0]
    entry = one.recipient.entries[0]
    long = dict.fromkeys(("verdict", "talk", "due"), "<&>" * 400)
    many = tuple(entry.model_copy(update=long) for _ in range(500))
    mail = mail_of(told(one, entries=many, failed=many), prepared)
    assert len(words(mail).encode()) + len(words(mail, "html").encode()) <= LARGEST_BODY
    assert re.search(r"4\d\d more are in the bundle", words(mail))


@pytest.mark.parametrize("prefix", ["", "[Ä]"])
def test_the_id_is_that_of_what_is_sent(prefix: str) -> None:
    settings = mail_settings(1, subject_prefix=prefix)
    assert message_id(settings, "a", "b") == message_id(settings, "a", "b")
    assert (
        len({message_id(settings, "a", "b"), message_id(settings, "ab", ""), message_id(settings, "a", "c")}) == 3
    )
    assert re.fullmatch(r"<[0-9a-f]{32}@lumen\.example>", message_id(settings, "x"))


def test_a_mail_can_be_read_in_the_light_and_in_the_dark(pack: Path, tmp_path: Path) -> None:
    from axe_playwright_python.sync_playwright import Axe
    from playwright.sync_api import sync_playwright

    browser = shutil.which("chromium") or shutil.which("chromium-browser")
    if browser is None and not os.environ.get("CI"):
        pytest.skip("there is no chromium here")
    prepared = prepare(pack, "managers", mail_settings(1), [])
    (tmp_path / "mail.html").write_text(words(mail_of(prepared.parcels[-1], prepared), "html"), encoding="utf-8")
    with sync_playwright() as play:
        started = play.chromium.launch(executable_path=browser, args=["--no-sandbox", "--disable-gpu"])
        for scheme in ("light", "dark"):
            page = started.new_page(color_scheme=scheme, viewport={"width": 375, "height": 700})
            page.goto((tmp_path / "mail.html").as_uri())
            found = Axe().run(page).response["violations"]
            assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []
            assert page.evaluate("document.documentElement.scrollWidth") <= 375
        started.close()


def test_a_mail_is_in_the_language_of_the_report(pack: Path) -> None:
    manifest = read_manifest(pack)
    assert manifest is not None
    own = Told(verdict="Tout va bien.", talk="Offres", figures=[])
    manifest.reports[1] = manifest.reports[1].model_copy(update={"language": "fr_CH", "own": own})
    manifest.write(pack)
    prepared = prepare(pack, "reps", mail_settings(1), [])
    mail = mail_of(prepared.parcels[1], prepared)
    assert mail["Content-Language"] == "fr"
    for kind in ("plain", "html"):
        assert "Tout va bien." in words(mail, kind)
        assert "All well" not in words(mail, kind)
    # the manager's is in the pack's
    prepared = prepare(pack, "managers", mail_settings(1), [])
    said = [words(mail_of(one, prepared), "plain") for one in prepared.parcels]
    assert not any("Tout va bien." in one for one in said)
    assert any("All well with Rep 01." in one for one in said)
