"""Statistics that know nothing of sales: numbers in, numbers out.

- `salesreport.stats.intervals`: how far a rate, mean, median, count or ratio can be trusted
- `salesreport.stats.dispersion`: counts and sums that vary more than chance alone explains
- `salesreport.stats.overdispersed`: where 95% of such counts lie
- `salesreport.stats.between`: how much groups truly differ, each known with an error
- `salesreport.stats.holds`: that intervals hold their estimates, asserted wherever one is made
- `salesreport.stats.shrinkage`: rates of groups, drawn towards their mean as far as they are small
- `salesreport.stats.stratified`: a group against the rest, like with like
- `salesreport.stats.rate_difference`: the difference of two rates, as sure as both of them are
- `salesreport.stats.reference`: the same against the ordinary groups among the rest
- `salesreport.stats.conditional`: the same exactly, for strata of a few trials
- `salesreport.stats.funnel_limits`: which rates lie farther from a target than their size explains
- `salesreport.stats.multiplicity`: many comparisons at once
- `salesreport.stats.competing_risks`: how long until one of several ends, with tied days and late entry
- `salesreport.stats.interval_censoring`: the same, when ends are only known to lie between two days
- `salesreport.stats.expected`: observed ÷ expected, learnt from what other groups' cases promise
- `salesreport.stats.poisson_binomial`: tails of sums with unequal chances
- `salesreport.stats.decomposition`: a gap split by factor (Shapley), or into mix and rate (Kitagawa)
- `salesreport.stats.concentration`: on how few an amount rests, with intervals
- `salesreport.stats.resampling`: bootstrap intervals of these
- `salesreport.stats.scores`: how good a forecast was
"""
