"""History: what exports of several days, or a table of changes, tell of the past of deals."""
