"""What commitments and coaching came to, in words."""

from salesreport.language import Language, Quantity, Text, ntext, text

STATUS: dict[str, Text] = {
    "open": text("open"),
    "done": text("done"),
    "dropped": text("dropped"),
    "overdue": text("overdue"),
}
"""What people call the states of a commitment."""

VERDICTS: dict[str, Text] = {
    "better": text("better than chance would give"),
    "worse": text("worse than chance would give"),
    "moved": text("more change than chance would give"),
    "chance": text("no more than chance would give"),
}
"""What became of a metric, as `coach.progress.Verdict` says it."""

FEW = 10
"""With fewer episodes coaching can hardly tell anything."""


def figure(value: float, unit: str, monthly: bool) -> Text | Quantity:
    """A figure, saying when it is for a month."""
    shown = Quantity(value, unit)
    return text("{value} a month", value=shown) if monthly and value == value else shown


def signed(value: float, unit: str, language: Language, bare: bool = False) -> str:
    """A difference with its sign; of shares in percentage points, which `bare` does not say.

    Examples:
        >>> signed(-0.034, "share", Language("en")), signed(2.93, "activities", Language("en"))
        ('−3.4 points', '+2.9')
    """
    if value != value:
        return language.show(None)
    places = 0 if abs(value) >= (0.1 if unit == "share" else 10) else 1
    if unit == "share" and bare:
        return language.change(100 * value, places)
    if unit == "share":
        points = language.change(100 * value, places)
        return language.say(
            ntext("{points} point", "{points} points", n=round(abs(100 * value), places), points=points)
        )
    if len(unit) == 3 and unit.isupper():
        sign = "" if round(value) == 0 else "+" if value > 0 else "−"
        return sign + language.quantity(abs(value), unit)
    return language.change(value, places)


def effect_in_words(row: dict[str, object], title: Text, language: Language) -> Text:
    """What came of coaching on a metric, as a sentence.

    Args:
        row: of `Coaching.frame`. title: of the metric. language: for the numbers.
    """
    told, unit = int(str(row["told"])), str(row["unit"])
    if not told:
        return text("“{metric}”: nothing can be told yet.", metric=title)
    number = {name: float(str(row[name])) for name in ("effect", "lower", "upper", "least")}
    fields = {
        "metric": title,
        "effect": signed(number["effect"], unit, language),
        "low": signed(number["lower"], unit, language, bare=True),
        "high": signed(number["upper"], unit, language, bare=True),
        "least": signed(number["least"], unit, language).lstrip("+"),
        "n": told,
    }
    verdict = row["verdict"]
    if verdict == "helped":
        return text("“{metric}”: {effect} ({low} to {high}) better than without coaching; n = {n}.", **fields)
    if verdict == "hurt":
        return text("“{metric}”: {effect} ({low} to {high}) worse than without coaching; n = {n}.", **fields)
    if verdict == "moved":
        return text("“{metric}”: {effect} ({low} to {high}) more than without coaching; n = {n}.", **fields)
    if told < FEW:
        return text(
            "“{metric}”: {effect} ({low} to {high}); with n = {n} this can hardly tell anything: only effects "
            "above {least} would show.",
            **fields,
        )
    return text(
        "“{metric}”: {effect} ({low} to {high}), not distinguishable from no effect; effects above {least} would "
        "show.",
        **fields,
    )
