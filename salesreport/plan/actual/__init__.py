"""The plan against what was done: every line with what is chance and what is not.

- `doings`: what can be counted, event by event; `lines`: the lines there are, and what each is called
- `asked`: what the plan asked for: file, targets; `course`: how much of it by a day within the period
- `chance`: how much a line varies anyway, and what it may be on average
- `against`: the comparison; `served`: accounts met as often as planned, named accounts, outcomes
- `output`, `command`: printed
"""
