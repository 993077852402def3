"""Sections → HTML: values a notebook shows and a report keeps.

- `salesreport.report.review`: `Review`, the one object of a notebook
- `salesreport.report.section`: what a section is
- `salesreport.report.sections`: the sections, one module per subject
- `salesreport.report.shared`, `salesreport.report.context`: figures of everybody, once; the slice of one subject
- `salesreport.report.chart`, `salesreport.report.charts`, `salesreport.report.canvas`: figures as inline SVG
- `salesreport.report.page`: templates and style
- `salesreport.report.export`: an executed notebook → one HTML file
"""
