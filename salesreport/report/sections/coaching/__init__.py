"""Coaching points: what to talk about, from rules that are data.

`evidence` finds what there is to say, each kind of it a table of rows with declared fields; `rules` are read from
YAML (`rules.yml`, and files of one's own); `points` chooses, at most three. See docs/coaching.md.
"""
