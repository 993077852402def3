"""Amounts shared out without losing a cent: in whole quanta (cents, pieces), along a line or over a table."""

from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from math import ceil, floor

CENT, PIECE = Decimal("0.01"), Decimal(1)
"""What money, and what counted things, are rounded to."""

Weight = Decimal | Fraction | int


def quanta_of(amount: Decimal, quantum: Decimal = CENT) -> int:
    """An amount in whole quanta, half of one rounded to the even one.

    Examples:
        >>> quanta_of(Decimal("12.345")), quanta_of(Decimal("12.355"))
        (1234, 1236)
    """
    return int((amount / quantum).quantize(Decimal(1), ROUND_HALF_EVEN))


def apportion(total: int, weights: Sequence[Weight]) -> list[int] | None:
    """Whole numbers that add up to a total and are as near to weights as whole numbers can be.

    Each gets the whole part of its exact share; what is left goes one each to the largest remainders, of equal
    ones to the first. No part is further from its exact share than one.

    Args:
        total: what is shared out, 0 or more. weights: 0 or more each.

    Returns:
        One number per weight; None where all weights are zero and something is to be shared out.

    References:
        Balinski and Young (2001), Fair Representation, on Hamilton's method.

    Examples:
        >>> apportion(100, [1, 1, 1]), apportion(5, [0, 2]), apportion(5, [0, 0])
        ([34, 33, 33], [0, 5], None)
    """
    whole = sum((Fraction(weight) for weight in weights), Fraction(0))
    if whole <= 0:
        return None if total else [0] * len(weights)
    exact = [total * Fraction(weight) / whole for weight in weights]
    parts = [int(one) for one in exact]
    rest = total - sum(parts)
    for place in sorted(range(len(parts)), key=lambda one: (parts[one] - exact[one], one))[:rest]:
        parts[place] += 1
    return parts


def controlled(exact: Sequence[Sequence[Fraction]]) -> list[list[int]]:
    """A table of whole numbers for a table of exact ones: each cell, row sum and column sum rounded up or down.

    So a sum that is whole stays just as it is, in both directions at once, which rounding cell by cell cannot do.
    Such a table always exists; of all the one is taken in which those are rounded up that are nearest to it.

    Args:
        exact: rows of 0 or more, all of one length.

    Returns:
        As many rows and columns.

    References:
        Cox (1987), doi 10.1080/01621459.1987.10478456: controlled rounding as a flow in a network.

    Examples:
        >>> third = Fraction(1, 3)
        >>> controlled([[third, third, third], [third, third, third], [third, third, third]])
        [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
    """
    whole = [[int(one) for one in row] for row in exact]
    part = [[one - int(one) for one in row] for row in exact]
    cells = [(row, column) for row, parts in enumerate(part) for column, one in enumerate(parts) if one]
    if not cells:
        return whole
    import numpy as np
    from scipy.optimize import linprog
    from scipy.sparse import coo_array

    lines: list[Fraction] = [sum(row, Fraction(0)) for row in part]
    lines += [sum(column, Fraction(0)) for column in zip(*part, strict=True)]
    place = np.arange(len(cells))
    row = np.array([one for one, _ in cells])
    column = np.array([len(exact) + one for _, one in cells])
    shape = (len(lines), len(cells))
    sums = coo_array((np.ones(2 * len(cells)), (np.append(row, column), np.append(place, place))), shape).tocsr()
    least, most = np.array([floor(one) for one in lines]), np.array([ceil(one) for one in lines])
    # a flow: the corners of what is allowed are whole numbers, and the simplex method ends in one
    cost = -1000 * np.array([float(part[one][two]) for one, two in cells])
    cost += 1e-3 * ((column - row) % len(exact[0])) + 1e-4 * row / len(exact)  # of equal ones the first
    from scipy.sparse import vstack

    found = linprog(
        cost, A_ub=vstack([sums, -sums]), b_ub=np.append(most, -least), bounds=(0, 1), method="highs-ds"
    )
    assert found.success, found.message
    for (one, two), up in zip(cells, found.x, strict=True):
        assert min(up, 1 - up) < 1e-6, "no corner"
        whole[one][two] += round(up)
    return whole
