"""Statistics that know nothing of sales: numbers in, numbers out.

- `salesreport.stats.intervals`: how far a rate, mean, median, count or ratio can be trusted
- `salesreport.stats.competing_risks`: how long until one of several ends, with tied days and late entry
- `salesreport.stats.interval_censoring`: the same, when ends are only known to lie between two days
- `salesreport.stats.scores`: how good a forecast was
"""
