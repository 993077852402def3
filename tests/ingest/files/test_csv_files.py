"""CSV in the wild: encodings, separators, quotation marks, blank lines; expected cells are those written."""

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesreport.errors import DataError
from salesreport.ingest.files.csv_files import read_csv
from salesreport.ingest.files.detect import as_utf8, find_separator
from salesreport.ingest.spec.spec import TableSpec


def read(content, wanted=("Id", "Name"), **options):
    data = content.encode() if isinstance(content, str) else content
    raw = read_csv(data, TableSpec(file="f.csv", **options), wanted, "f.csv", "deals").without_empty_rows()
    return [list(row) for row in zip(*(column.texts.to_pylist() for column in raw.columns), strict=True)], raw


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_byte_order_marks_and_utf8(encoding):
    rows, raw = read("Id,Name\n1,Őry\n".encode(encoding))
    assert raw.headings == ["Id", "Name"]
    assert rows == [["1", "Őry"]]


@pytest.mark.parametrize("encoding", ["cp1250", "cp1252", "iso-8859-2", "utf-16-le"])
def test_declared_encodings(encoding):
    assert read("Id,Name\n1,Jörg\n".encode(encoding), encoding=encoding)[0] == [["1", "Jörg"]]


def test_unknown_encoding_shows_what_each_would_read():
    with pytest.raises(DataError) as caught:
        as_utf8("Id;Name\n1;Kovács Őrs\n".encode("cp1250"), None, "f.csv", "deals")
    message = str(caught.value)
    # byte D5 is Ő in cp1250 and Õ in cp1252
    assert "cp1250 (Őrs)" in message
    assert "cp1252 (Õrs)" in message


def test_encodings_that_read_alike_are_not_guessed_either():
    with pytest.raises(DataError, match="cp1252"):
        as_utf8("Jörg".encode("cp1252"), None, "f.csv", "deals")


def test_wrongly_declared_encoding():
    with pytest.raises(DataError) as caught:
        as_utf8("Id\n1\nŐ\n".encode("cp1250"), "utf-8", "f.csv", "deals")
    assert caught.value.rows == [3]


def test_utf16_without_mark():
    with pytest.raises(DataError, match="utf-16-le"):
        as_utf8("Id,Name\n".encode("utf-16-le"), None, "f.csv", "deals")


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_separators(separator):
    rows, _ = read(separator.join(["Id", "Name"]) + "\n" + separator.join(["1", '"a, b; c\td|e"']) + "\n")
    assert rows == [["1", "a, b; c\td|e"]]


def test_decimal_commas_do_not_hide_the_semicolon():
    rows, _ = read("Id;Name\n1,5;a,b\n2,5;c,d\n")
    assert rows == [["1,5", "a,b"], ["2,5", "c,d"]]


def test_the_mapped_headings_decide_between_separators():
    content = b"Id;Name, first\n1;x, y\n2;z, w\n"
    assert find_separator(content, ["Id", "Name, first"], "f", "t") == ";"
    assert find_separator(content, ["Id;Name", "first"], "f", "t") == ","


def test_ambiguous_separator():
    with pytest.raises(DataError, match="ambiguous"):
        find_separator(b"a;b,c\n1;2,3\n", ["x"], "f", "t")
    assert read("a;b,c\n1;2,3\n", separator=";")[0] == [["1", "2,3"]]


def test_no_separator():
    with pytest.raises(DataError, match="separator of the file is unknown"):
        find_separator(b"a b c\n1 2 3\n", ["x"], "f", "t")


def test_a_single_column_needs_none():
    assert read("Id\n1\n2\n", wanted=["Id"])[0] == [["1"], ["2"]]


def test_excels_separator_line():
    rows, raw = read("sep=;\r\nId;Name\r\n1;x\r\n")
    assert rows == [["1", "x"]]
    assert raw.rows.tolist() == [3]


def test_title_lines_above_the_heading():
    rows, raw = read("My report\n\nId,Name\n1,x\n", header_row=3)
    assert rows == [["1", "x"]]
    assert raw.rows.tolist() == [4]


def test_blank_lines_keep_the_numbers_of_rows():
    rows, raw = read("Id,Name\n1,x\n\n2,y\n\n\n")
    assert rows == [["1", "x"], ["2", "y"]]
    assert raw.rows.tolist() == [2, 4]


def test_quoted_cells_with_line_breaks_and_quotation_marks():
    rows, raw = read('Id,Name\n1,"a\nb"\n2,"say ""hi"""\n3,5" pipe\n')
    assert rows == [["1", "a\nb"], ["2", 'say "hi"'], ["3", '5" pipe']]
    assert raw.rows.tolist() == [2, 3, 4]


def test_short_rows_are_filled_up_and_long_ones_noted():
    rows, raw = read("Id,Name,C\n1\n2,x,y,more,cells\n3,x,y,,\n")
    assert rows == [["1", None, None], ["2", "x", "y"], ["3", "x", "y"]]
    assert raw.overflow == {1: "more,cells"}


@pytest.mark.parametrize("last", ['2,"never closed\n3,x\n4,y\n', '"never closed,x\n'])
def test_a_quotation_that_is_never_closed(last):
    with pytest.raises(DataError, match="never closed") as caught:
        read("Id,Name\n1,x\n" + last)
    assert caught.value.rows == [3]


def test_a_quotation_mark_too_many_in_a_row_does_not_swallow_others_silently():
    rows, raw = read('Id,Name,C\n1,"x,y\n2,x",y\n3,x\n4,"a\nb\n5,c",d,e\n6,x,y\n')
    # rows 1 and 2 became one proper row of 3 cells; 4 and 5 one row that does not fit
    assert [row[0] for row in rows] == ["1", "3", "4", "6"]
    assert set(raw.overflow) == {2}


def test_old_mac_line_ends():
    assert read("Id,Name\r1,x\r2,y\r")[0] == [["1", "x"], ["2", "y"]]


cells = st.text(st.sampled_from('ab,;"\n é€-='), max_size=6)


@settings(max_examples=40, deadline=None)
@given(rows=st.lists(st.tuples(cells, cells, cells), min_size=1, max_size=20), separator=st.sampled_from(",;\t|"))
def test_what_the_csv_module_writes_is_read_back(rows, separator):
    stream = io.StringIO()
    csv.writer(stream, delimiter=separator).writerows([("Id", "Name", "Note"), *rows])
    read_back, _ = read(stream.getvalue(), ["Id", "Name", "Note"], separator=separator)
    expected = [[cell.strip() or None for cell in row] for row in rows]
    assert read_back == [row for row in expected if any(row)]
