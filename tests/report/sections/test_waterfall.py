"""From the opening to the closing pipeline."""

from salesreport import Review


def test_the_pipeline_s_steps_add_up_in_what_the_reader_sees(ann: Review) -> None:
    section = ann.pipeline_changes
    # 100 + 200 + 400 + 500 before; A3 (50) came; A3, A5 lost; A4 won; A1 and A2 are left
    assert section.message == "The pipeline shrank by €900: €50 came in, €950 went out"
    rows = [[cell.text for cell in row] for row in section.tables[0].rows]
    assert rows == [
        ["open on Mar 31, 2025", "4", "€1,200"],
        ["created", "+1", "+€50"],
        ["lost", "−2", "−€550"],
        ["won", "−1", "−€400"],
        ["open on Jun 30, 2025", "2", "€300"],
    ]
    for column in (1, 2):
        shown = [float(row[column].replace("−", "-").translate(str.maketrans("", "", "+€,"))) for row in rows]
        assert sum(shown[:-1]) == shown[-1]
