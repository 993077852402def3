"""Invented people and firms: names from many countries, none meant to be anybody's."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from salesreport.sample.columns import texts


def _listed(names: str) -> tuple[str, ...]:
    return tuple(names.split())


_FIRST = _listed(
    "Aino Anneke Bence Birgit Carlos Chiara Dorota Emre Eszter Fatima Femke Filip Gianni Greta Hanneke Henrik "
    "Ines Ivana Jakub Jasmin Joana Kalina Katarzyna Lars Leonie Luca Magnus Malik Marek Mateo Mette Milan "
    "Nadia Niamh Oskar Paula Pavel Rasmus Renske Samira Sorin Svenja Tamás Thibault Ulla Vera Yusuf Zsófia"
)
_LAST = _listed(
    "Abelmann Aldering Baranek Bergsund Brandtner Calvetti Czernik Dalgard Demirkan Dorval Ebersold Elmquist "
    "Farkasdi Fernwald Garrison Grabner Halvard Hoekman Imhofer Jankovar Jolivet Karlsen Keszler Kolarik "
    "Lindqvist Lombardo Maaskant Mirante Nemethy Norberg Oberlin Okonjo Palfrey Petrescu Quintero Rademaker "
    "Rossberg Sandoval Szalay Tellmann Trevisan Uhlmann Valtonen Verbeck Wachtel Wiedmer Yildiran Zelenka"
)
_INITIALS = "ABCDEFGHIJKLMNOPRSTUVWZ"

_STEMS = _listed(
    "Alderbach Altona Anker Arvika Baltrum Bergheim Birkenau Borealis Brenner Bruckfeld Calora Cedrus Corvin "
    "Dahlem Danubia Delmar Ebner Eisvogel Elbe Ferrum Fjordal Florin Gallus Granit Grimsel Halden Hanseat Helios "
    "Hohenau Immergut Inova Isar Jadebusen Jura Kastell Kielland Krokus Lahntal Lindau Lorraine Lupus Marburg "
    "Merlin Moldau Narvik Neckar Nordlys Oderwald Orion Ostara Pannon Petrus Polaris Quell Rhodan Rosenau Sirius "
    "Solveig Stella Taunus Tatra Trianon Urban Vaasa Vesta Waldau Weser Xaver Ypsilon Zephyr Zirkon"
)
_TOWNS = _listed(
    "Aldershaven Bergsee Brunnfeld Castelvero Dornach Ebersfeld Falkenried Grünwalde Hallingen Immenrode "
    "Jorisdal Kaltbrunn Lindhaven Moorkamp Neustein Ostervik Plansee Querfurth Rosendal Steinach Tarnów Ulmenau "
    "Veldhoven Westerau Zellbach Arnsfeld Birkholm Csákvár Dunavár Erlenbach"
)

INDUSTRIES = ("Logistics", "Manufacturing", "Municipality", "Retail", "Food processing")
"""The industries customers are in."""

_WORDS = (
    ("Logistics", "Freight", "Warehousing", "Spedition", "Cargo"),
    ("Metalworks", "Tools", "Castings", "Machinery", "Plastics"),
    ("Public Works", "City Council", "Harbour Authority", "Transit", "Utilities"),
    ("Markets", "Home Centres", "Fashion", "Furniture", "Garden Centres"),
    ("Foods", "Dairy", "Bakeries", "Beverages", "Meats"),
)


def people(count: int, rng: np.random.Generator) -> list[str]:
    """Full names, no two alike; first and last names repeat only when the lists run out.

    Examples:
        >>> crowd = people(5_000, np.random.default_rng(1))
        >>> len(set(crowd)), len({name.split()[-1] for name in crowd[:40]})
        (5000, 40)
    """
    first, last = rng.permutation(_FIRST), rng.permutation(_LAST)
    names = []
    for number in range(count):
        lap, place = divmod(number, len(first))
        initials, shift = divmod(lap, len(last))
        middle = ""
        while initials:
            initials, letter = divmod(initials - 1, len(_INITIALS))
            middle += f"{_INITIALS[letter]}. "
        names.append(f"{first[place]} {middle}{last[(place + shift) % len(last)]}")
    return names


def firms(industry: NDArray[np.int8]) -> pa.Array:
    """A name for each firm that suits its industry; names repeat only after some ten thousand firms.

    Examples:
        >>> firms(np.array([0, 4], dtype=np.int8)).to_pylist()
        ['Alderbach Logistics Aldershaven', 'Polaris Beverages Erlenbach']

    Args:
        industry: positions in `INDUSTRIES`.
    """
    words, stems, towns = len(_WORDS[0]), len(_STEMS), len(_TOWNS)
    # a step that shares no factor with the number of combinations visits each of them once
    code = np.arange(len(industry), dtype=np.int64) * 7_919 % (words * stems * towns)
    stem, rest = np.divmod(code, words * towns)
    word, town = np.divmod(rest, towns)
    every_word = [word for group in _WORDS for word in group]
    return pc.binary_join_element_wise(
        texts(stem, _STEMS), texts(industry.astype(np.int64) * words + word, every_word), texts(town, _TOWNS), " "
    )
