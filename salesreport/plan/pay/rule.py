"""The rule of a component: how much of a quantity counts, at which rates; exact, and on arrays for futures."""

from decimal import Decimal
from fractions import Fraction
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

Pays = Literal["band", "whole", "flat"]
"""What a level's rate pays: what lies within the level, the whole quantity once the level is reached, or the rate
itself once the level is reached, whatever the quantity."""

Then = Literal["all", "above"]
"""What counts once a threshold is reached: all of the quantity, or only what is above it."""

Numbers = npt.NDArray[np.float64]


class Band(NamedTuple):
    """A level: from where to where (None: without end), and its rate."""

    start: Decimal
    end: Decimal | None
    rate: Decimal


class Piece(NamedTuple):
    """A part of the quantity that is paid at one rate.

    Attributes:
        level: the number of the level, from 0. start, end: from where to where. rate: what it pays.
        flat: whether the rate is paid once, whatever the quantity.
    """

    level: int
    start: Fraction
    end: Fraction
    rate: Decimal
    flat: bool = False

    @property
    def value(self) -> Fraction:
        """What the piece counts: quantity times rate."""
        return Fraction(self.rate) * (1 if self.flat else self.end - self.start)


class Scale(NamedTuple):
    """Levels, a threshold, and what they pay; quantities are shares of the quota where there is one.

    Attributes:
        bands: the levels, without gap or overlap, the last one without end. pays: see `Pays`.
        threshold: below it nothing is paid. then: see `Then`.

    Examples:
        >>> one, two = Decimal(1), Decimal("1.2")
        >>> bands = Band(Decimal(0), one, one), Band(one, two, Decimal("1.5")), Band(two, None, Decimal(2))
        >>> scale = Scale(bands)
        >>> float(scale.value(Fraction(13, 10)))  # 1 + 0.2 × 1.5 + 0.1 × 2
        1.5
        >>> scale.values(np.array([0.5, 1.1, 1.3])).round(6).tolist()
        [0.5, 1.15, 1.5]
    """

    bands: tuple[Band, ...]
    pays: Pays = "band"
    threshold: Decimal = Decimal(0)
    then: Then = "all"

    def pieces(self, at: Fraction) -> tuple[Piece, ...]:
        """The parts of a quantity that are paid; none below the threshold, of nothing, or of less than nothing."""
        if at <= 0 or at < self.threshold:
            return ()
        least = Fraction(self.threshold) if self.then == "above" else Fraction(0)
        if self.pays == "band":
            return tuple(
                Piece(number, low, high, band.rate)
                for number, band in enumerate(self.bands)
                for low in [max(Fraction(band.start), least)]
                for high in [at if band.end is None else min(at, Fraction(band.end))]
                if high > low
            )
        level = self.level(at)
        if level is None or (self.pays == "whole" and at <= least):
            return ()
        return (Piece(level, least, at, self.bands[level].rate, flat=self.pays == "flat"),)

    def value(self, at: Fraction) -> Fraction:
        """What a quantity counts: the sum of its pieces."""
        return sum((piece.value for piece in self.pieces(at)), Fraction(0))

    def level(self, at: Fraction) -> int | None:
        """The level a quantity has reached; None: it has reached none. A level begins with its first number."""
        if at <= 0 or at < self.threshold:
            return None
        return max((number for number, band in enumerate(self.bands) if at >= band.start), default=None)

    def values(self, at: Numbers) -> Numbers:
        """What quantities count, as `value`, in floating point; of any shape."""
        least = float(self.threshold) if self.then == "above" else 0.0
        level = self.levels(at)
        rates = np.array([float(band.rate) for band in self.bands])
        if self.pays == "flat":
            return np.where(level < 0, 0.0, rates[level])
        if self.pays == "whole":
            return np.where(level < 0, 0.0, np.maximum(at - least, 0) * rates[level])
        total = np.zeros_like(at)
        for band in self.bands:
            low = max(float(band.start), least)
            high = at if band.end is None else np.minimum(at, float(band.end))
            total += float(band.rate) * np.maximum(high - low, 0)
        return np.where((at > 0) & (at >= float(self.threshold)), total, 0.0)

    def levels(self, at: Numbers) -> npt.NDArray[np.intp]:
        """The level each quantity has reached, −1: none."""
        starts = np.array([float(band.start) for band in self.bands])
        level = np.searchsorted(starts, at, side="right") - 1
        return np.where((at > 0) & (at >= float(self.threshold)), level, -1)
