"""The colours of pictures on a light page, and the style sheet's variables that take their place in a page."""

INK = "#1b1f24"
MUTED = "#57606a"
FAINT = "#8c959f"
LINE = "#d8dee4"
PAPER = "#ffffff"
ACCENT = "#0b5fa5"
ACCENT_SOFT = "#cfe2f3"
PEERS = "#d9dde2"
ATTENTION = "#9a5b00"

_VARIABLES = {
    INK: "ink",
    MUTED: "muted",
    FAINT: "faint",
    LINE: "line",
    PAPER: "paper",
    ACCENT: "accent",
    ACCENT_SOFT: "accent-soft",
    PEERS: "peers",
    ATTENTION: "attention",
}


def colours() -> dict[str, str]:
    """The palette's colours on a light page, and the style sheet's variable of each."""
    return dict(_VARIABLES)


def in_page(colour: str) -> str:
    """A colour of the palette as a page says it: light, dark, print and a brand each have their own.

    Examples:
        >>> in_page("#0b5fa5")
        'var(--accent, #0b5fa5)'
    """
    return f"var(--{_VARIABLES[colour]}, {colour})"
