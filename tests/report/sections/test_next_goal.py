"""What a goal is made of, as a picture."""

from planning import context_of, strategy

from salesreport import Dataset
from salesreport.report.ahead import ahead
from salesreport.report.rows import records
from salesreport.report.sections.next_goal import goal_chart


def test_the_bars_add_up_to_the_goal(sample: Dataset) -> None:
    context = context_of(sample, strategy())
    made = ahead(context)
    for row in records(made.plan.reps)[:4]:
        parts = row["booked"] + row["repeat"] + row["open"] + row["gap"]
        assert abs(parts - row["goal"]) < 1e-6
        chart = goal_chart(context, row, made, "A heading")
        svg = chart.svg()
        assert "open deals" in svg
        assert ("missing" in svg) == (row["gap"] > 0)
        assert "80 of 100" in chart.description
    alone = goal_chart(context, records(made.plan.reps)[0] | {"open_lower": float("nan")}, made, "A heading")
    assert "80 of 100" not in alone.description
