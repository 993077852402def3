"""Pictures as inline SVG: shapes in the terms of the data, on areas with a scale, in the page's own colours."""

from salesreport.drawing.area import Area, Drawing
from salesreport.drawing.shapes import Part
from salesreport.drawing.ticks import round_values

__all__ = ["Area", "Drawing", "Part", "round_values"]
