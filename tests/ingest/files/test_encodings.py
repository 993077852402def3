"""Encodings are suggested by content; the expected one is the one that the test itself wrote the file in."""

import pytest

from salesreport.errors import DataError
from salesreport.ingest.files.detect import as_utf8
from salesreport.ingest.files.encodings import is_utf16, readings

TEXTS = {
    "cp1250": "Ügynök;Győr;Łódź\nKovács Éva;ős\n",
    "cp1251": "Название сделки;Сумма;Ответственный\nПоставка ламп;100;Иван Петров\n",
    "cp1252": "Größe;Café;Señor\nMüller – Söhne;100 €\n",
    "cp932": "商談ID,担当,製品\n1,田中,ランプ\n",
    "euc_jp": "商談ID,担当,製品\n1,田中,ランプ\n",
    "gb18030": "商机编号,负责人,产品\n1,王伟,灯具\n",
    "euc_kr": "거래번호,담당자,제품\n1,김철수,램프\n",
    "big5": "商機編號,負責人,產品\n1,王偉,燈具\n",
}
EASTERN = ("cp932", "euc_jp", "gb18030", "euc_kr", "big5")


def offered(data: bytes) -> list[str]:
    return [reading.split(" (")[0] for reading in readings(data)]


@pytest.mark.parametrize("encoding", TEXTS)
def test_the_right_one_is_offered(encoding):
    assert encoding in offered(TEXTS[encoding].encode(encoding))


@pytest.mark.parametrize("encoding", EASTERN)
def test_east_asian_texts_are_not_cyrillic(encoding):
    assert not set(offered(TEXTS[encoding].encode(encoding))) & {"cp1250", "cp1251", "cp1252"}


@pytest.mark.parametrize("encoding", ["cp1250", "cp1251", "cp1252"])
def test_european_texts_are_not_east_asian(encoding):
    assert not set(offered(TEXTS[encoding].encode(encoding))) & set(EASTERN)


def test_how_the_words_would_read():
    assert readings(TEXTS["cp932"].encode("cp932")) == ["cp932 (商談ID, 担当, 製品)"]


def test_where_none_reads_right_none_is_offered():
    # the box-drawing letters of DOS: ö is 94, ß is E1, ü is 81, é is 82, which is nothing in cp1250 to cp1252
    data = "Größe;Müller;Café\n".encode("cp850")
    assert offered(data) == []
    with pytest.raises(DataError, match="the name of a Python codec"):
        as_utf8(data, None, "f.csv", "deals")


def test_a_sign_is_not_cut_in_two_at_the_end_of_the_sample():
    line = "担当者の名前です,製品\n".encode("cp932")
    assert offered(line * 10_000) == ["cp932"]


@pytest.mark.parametrize("wide", ["utf-16-le", "utf-16-be"])
def test_utf16_is_where_every_other_byte_is_zero(wide):
    data = "Id;Név\n1;Győr\n".encode(wide)
    assert is_utf16(data) == wide
    for declared in (None, "cp1252"):
        with pytest.raises(DataError, match=f"every other byte is zero.*{wide}"):
            as_utf8(data, declared, "f.csv", "deals")
    assert as_utf8(data, wide, "f.csv", "deals").decode() == "Id;Név\n1;Győr\n"


def test_a_stray_zero_byte_is_no_utf16():
    data = "Id;Café\n1;La\0mps\n".encode("cp1252")
    assert is_utf16(data) is None
    with pytest.raises(DataError, match="cp1252"):
        as_utf8(data, None, "f.csv", "deals")
    assert as_utf8(data, "cp1252", "f.csv", "deals").decode() == "Id;Café\n1;Lamps\n"
    assert as_utf8("Id;Café\n1;La\0mps\n".encode(), None, "f.csv", "deals").decode() == "Id;Café\n1;Lamps\n"


def test_zero_bytes_do_not_reach_the_dataset(export):
    dataset = export.deals(
        b"Id,Owner,State\n1,An\x00n,open\n", {"deal_id": "Id", "rep_id": "Owner", "status": "State"}
    )
    assert dataset.table("deals")["rep_id"].tolist() == ["Ann"]


def test_a_word_without_end_is_cut_and_takes_no_time():
    """40,000 letters without a sign beyond ASCII once took minutes."""
    (reading,) = [one for one in readings("é".encode("cp1252") + b"x" * 40_000 + b";Gy") if "cp1252" in one]
    assert reading == "cp1252 (é" + "x" * 38 + "…)"
    assert readings(b"x" * 40_000 + b"\n\xe9;Gy")
