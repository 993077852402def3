"""Settings: what is wrong is said with its line; user and password come from the environment."""

from pathlib import Path

import pytest

from salesreport.deliver.settings import PASSWORD, USER, Login, load_settings, login
from salesreport.errors import ConfigError

GOOD = "host: mail.example.com\nsender: reports@example.com\n"


def written(folder: Path, content: str) -> Path:
    file = folder / "deliver.yml"
    file.write_text(content, encoding="utf-8")
    return file


def test_the_usual_ports_and_paths(tmp_path: Path) -> None:
    assert load_settings(written(tmp_path, GOOD)).at == 587
    assert load_settings(written(tmp_path, GOOD + "security: ssl\n")).at == 465
    assert load_settings(written(tmp_path, GOOD + "port: 2525\nca_file: own.pem\n")).ca_file == str(
        tmp_path / "own.pem"
    )
    here = "host: localhost\nsender: a@b.example\nsecurity: none\n"
    assert load_settings(written(tmp_path, here)).at == 25


def test_a_brand_of_its_own_file_or_here(tmp_path: Path) -> None:
    (tmp_path / "brand.yml").write_text("name: Lumina\naccent: '#7a1f5c'\n", encoding="utf-8")
    for said in ("brand: brand.yml\n", "brand: {name: Lumina, accent: '#7a1f5c'}\n"):
        brand = load_settings(written(tmp_path, GOOD + said)).brand
        assert brand is not None
        assert (brand.name, brand.accent) == ("Lumina", "#7a1f5c")
    (tmp_path / "brand.yml").write_text("accent: '#ffff00'\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"brand\.yml, line 1, key “accent”"):
        load_settings(written(tmp_path, GOOD + "brand: brand.yml\n"))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            GOOD + "security: none\n",
            "line 3, key “security”: Without encryption mails go to a server on this computer",
        ),
        (GOOD + "pasword: x\n", "line 3, key “pasword”: There is no such setting"),
        (GOOD + "attach: htm\n", "line 3, key “attach”.*Did you mean “html”"),
        (GOOD + "per_connection: 0\n", "line 3, key “per_connection”"),
        (
            "host: mail.example.com\nsender: Reports <a@b.example>\n",
            "line 2, key “sender”: This is not a mail address",
        ),
        ("host: a b\nsender: a@b.example\n", "line 1, key “host”"),
        ("sender: a@b.example\n", "key “host”: This setting is required"),
    ],
)
def test_wrong_settings(tmp_path: Path, content: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        load_settings(written(tmp_path, content))


def test_a_password_is_no_setting(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such setting"):
        load_settings(written(tmp_path, GOOD + "password: x\n"))


def test_both_or_neither() -> None:
    assert login({}) is None
    assert login({USER: "a", PASSWORD: "b"}) == Login("a", "b")
    for one in (USER, PASSWORD):
        with pytest.raises(ConfigError, match="both or neither"):
            login({one: "geheim"})
