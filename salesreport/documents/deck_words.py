"""Words on slides: runs of one look, text boxes without margins; colours are the theme's."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


class Ink:
    """Colours by their names in the theme."""

    TEXT, MUTED, ACCENT, PANEL, LINE = "TEXT_1", "TEXT_2", "ACCENT_1", "BACKGROUND_2", "ACCENT_6"


@dataclass(frozen=True)
class Run:
    """Words of one look: `size` in points, `ink` a colour of `Ink`."""

    text: str
    size: float
    bold: bool = False
    ink: str = Ink.TEXT


def write(frame: Any, paragraphs: Sequence[Sequence[Run]], language: str, after: float = 0.0) -> None:
    """Write paragraphs into a text frame; `language`: such as `de-DE`, `after`: space below each."""
    from pptx.enum.dml import MSO_THEME_COLOR
    from pptx.enum.lang import MSO_LANGUAGE_ID
    from pptx.util import Pt

    spoken = MSO_LANGUAGE_ID.from_xml(language)
    for number, runs in enumerate(paragraphs):
        paragraph = frame.paragraphs[0] if number == 0 else frame.add_paragraph()
        paragraph.space_after = Pt(after)
        if not any(one.text for one in runs):  # an empty paragraph is as high as its end says
            end = paragraph._p.get_or_add_endParaRPr()
            end.set("sz", str(round(min([one.size for one in runs], default=1.0) * 100)))
            continue
        for one in runs:
            run = paragraph.add_run()
            run.text = one.text
            run.font.size, run.font.bold = Pt(one.size), one.bold
            run.font.color.theme_color = getattr(MSO_THEME_COLOR, one.ink)
            run.font.language_id = spoken


def box(slide: Any, left: float, top: float, width: float, height: float, name: str) -> Any:
    """A text box without margins whose text breaks at its edge; its frame."""
    from pptx.util import Inches

    shape = slide.shapes.add_textbox(*map(Inches, (left, top, width, height)))
    shape.name = name
    frame = shape.text_frame
    frame.word_wrap = True
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
    return frame
