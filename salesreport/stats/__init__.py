"""Statistics that know nothing of sales: numbers in, numbers out.

- `salesreport.stats.intervals`: how far a rate, mean, median, count or ratio can be trusted
"""
