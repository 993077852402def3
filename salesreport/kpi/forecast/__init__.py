"""Revenue of the coming periods from milestones and ages alone, and how good such forecasts were.

- `forecast`: the forecast of periods, by rep, team …, as simulated distributions
- `backtest`: forecasts of the past against what came, and against what a manager would have said (`baselines`)
- `judgement`: how far each rep's stated closing dates and probabilities can be trusted

Behind them: `ways` (where deals were, and for how long), `hazards` and `seasons` (how they leave), `effects` (of
reps and of what deals are about), `curves` (the chances that follow), `arrivals`, `sizes`, `drift` (how far
earlier forecasts were off), `cells`, `simulate`, `horizon`; `command` and `output` for the command line.
"""

from salesreport.kpi.forecast.backtest import Backtest, backtest
from salesreport.kpi.forecast.forecast import Forecast, forecast
from salesreport.kpi.forecast.judgement import VERDICTS, judgement

__all__ = ["VERDICTS", "Backtest", "Forecast", "backtest", "forecast", "judgement"]
