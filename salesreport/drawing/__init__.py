"""Pictures as inline SVG: shapes in the terms of the data, on areas with a scale, in the page's own colours."""

from salesreport.drawing.area import Area, Drawing
from salesreport.drawing.shapes import Part
from salesreport.drawing.ticks import inner_values, round_values

__all__ = ["Area", "Drawing", "Part", "inner_values", "round_values"]
