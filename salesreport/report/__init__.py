"""Sections → HTML: values a notebook shows and a report keeps.

- `salesreport.report.review`: `Review`, the one object of a notebook
- `salesreport.report.section`: what a section is
- `salesreport.report.sections`: the sections, one module per subject
- `salesreport.report.shared`, `salesreport.report.context`: figures of everybody, once; the slice of one subject
- `salesreport.report.chart`, `salesreport.report.charts`, `salesreport.report.charts_moves`: figures as inline SVG
- `salesreport.report.marks`, `salesreport.report.canvas`: the form each meaning has, and where charts are drawn
- `salesreport.report.page`: templates and style
- `salesreport.report.export`: an executed notebook → one HTML file
"""
