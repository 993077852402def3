"""Names that read like names and are nobody's, from numbers."""

from collections.abc import Callable


def _listed(words: str) -> list[str]:
    return words.split()


_CODE = "23456789BCDFGHJKLMNPQRSTVWXZ"
"""Signs of codes: those that nobody takes for another, and that make no words."""

_FIRST = _listed(
    "Ada Adrian Aino Alba Aleks Alina Amara Anders Anja Anton Arlo Astrid Aurel Basil Bela Bianca Bruno "
    "Camilla Carl Celia Clara Cosima Dana Daria David Delia Dorian Edda Edgar Elena Elias Elin Elisa Emil "
    "Enzo Erik Esther Eva Fabian Felix Fiona Flora Florian Frida Georg Gilda Gregor Hanna Helena Hugo Ida "
    "Igor Ilse Imre Ingrid Irene Iris Ivo Jana Jasper Joel Jonas Judith Julian Karin Kasper Klara Konrad "
    "Lea Leon Lina Linus Livia Lorena Ludwig Luisa Maja Marius Marta Matteo Maxim Mila Mirko Nela Nils "
    "Nora Olga Oliver Otto Peter Petra Rafael Ralf Rita Robert Rosa Ruben Sara Selma Silas Simon Sonja "
    "Stella Sven Tara Theo Thea Tilda Tobias Ursula Valentin Viktor Vito Wanda Wim Xenia Yara Yvonne Zita "
    "Zoltan"
)
_STEMS = _listed(
    "Ader Alben Almer Amster Arden Barlo Beren Birken Blanken Bolder Brannen Brem Calder Carmen Casten "
    "Corvel Dalmer Darren Delven Dorn Drexel Eber Eckel Eiken Elmen Enger Erlen Fahren Falken Fenner "
    "Ferren Finster Flem Garen Gelder Gersten Glaven Grafen Grunden Hagel Halmer Harken Hasel Helmen "
    "Herren Hollen Husen Ilmen Isen Jarren Jenner Kalten Karden Kelven Kessel Kirren Kolden Krem Kupfer "
    "Lanken Lauter Lenden Linder Loren Luden Mahlen Marren Melder Merten Minden Morgen Mulden Narren "
    "Nelden Nieder Norden Oden Olmer Osten Palmen Perlen Pommer Quarren Raben Rahden Reuden Rinken Roden "
    "Rosten Ruden Salven Sanden Schelden Selden Silber Sommen Stahlen Steren Sulden Talven Tannen Teuden "
    "Tolmer Trenden Ulmen Velden Vollen Wahren Walden Warten Weiden Wellen Wilden Winden Worren Zarren "
    "Zellen Zinnen"
)
_ENDS = _listed(
    "au bach beck berg blom born brandt brink broek bruck burg dahl dorff eck egger feld fort furt gaard "
    "garten gren hagen hain hardt haus heim hoek hof holm horst huis hut kamp kirk krantz lund mann mark "
    "mayr meer moor mose mund nes quist rath reuth rich ried roth rup sen shaw skov son stad stam stede "
    "stein stett strand strup sund thal torp tun vaart vik vold waard wald wall wang weg werth wick wold "
    "zahn"
)
_COLOURS = _listed(
    "Amber Ashen Azure Blue Brass Bright Bronze Clear Copper Coral Crimson Crystal Dark Deep Dusky Early "
    "Eastern Ebony Emerald Evening Fair Far First Flint Frosty Gentle Golden Granite Green Grey Hazel "
    "High Indigo Iron Ivory Jade Late Lilac Long Lower Marble Misty Morning Mossy Northern Ochre Olive "
    "Opal Outer Pale Pearl Plain Quiet Red Rosy Ruby Rusty Sandy Scarlet Second Shady Silent Silver Slate "
    "Snowy Soft Southern Steel Stone Stormy Sunny Swift Tawny Third Topaz Upper Velvet Violet Warm "
    "Western White Wide Wild Windy Winter Yellow"
)
_THINGS = _listed(
    "Anchor Arch Arrow Aspen Badger Bay Beacon Bear Beech Birch Bridge Brook Canyon Castle Cedar Cliff "
    "Comet Cove Crane Creek Cypress Dale Delta Dolphin Dove Dune Eagle Elm Falcon Fern Field Finch Fjord "
    "Forest Fountain Fox Garden Gate Glacier Glen Grove Harbour Hare Hawk Hazel Heath Heron Hill Ibis "
    "Island Jackal Juniper Kestrel Lagoon Lake Lantern Larch Lark Lion Lynx Maple Marsh Meadow Mill Moon "
    "Mountain Oak Ocean Orchard Otter Owl Panther Path Peak Pine Plover Pond Poplar Prairie Quarry Raven "
    "Reef Ridge River Robin Rock Rose Shore Sparrow Spring Spruce Star Stork Stream Summit Swan Tern "
    "Thistle Tiger Tower Trail Valley Vine Walnut Wave Well Willow Wolf Wren Yew"
)
_FORMS = _listed("Company Concern Enterprise Firm Group Holding House Partners Trading Union Works Ventures")


class Digits:
    """Takes one large number apart: each choice uses up what it needs of it."""

    def __init__(self, number: int) -> None:
        self._left = number

    def of(self, choices: "list[str] | str") -> str:
        """One of some choices."""
        self._left, at = divmod(self._left, len(choices))
        return choices[at]

    def code(self, length: int) -> str:
        """Some signs that nobody mistakes for others."""
        return "".join(self.of(_CODE) for _ in range(length))


def person(digits: Digits) -> str:
    """A first and a last name, of about a million.

    Examples:
        >>> person(Digits(123_456_789))
        'Leon Quarrenstrand'
    """
    return f"{digits.of(_FIRST)} {digits.of(_STEMS)}{digits.of(_ENDS)}"


def firm(digits: Digits) -> str:
    """A company's name, of about ten million."""
    return f"{digits.of(_STEMS)}{digits.of(_ENDS)} {digits.of(_THINGS)} {digits.of(_FORMS)}"


def title(digits: Digits) -> str:
    """What a deal is called."""
    return f"{digits.of(_COLOURS)} {digits.of(_THINGS)} {digits.code(4)}"


def place(digits: Digits) -> str:
    """What a team or a territory is called."""
    return f"{digits.of(_COLOURS)} {digits.of(_THINGS)}"


def coded(before: str, length: int, between: str = " ") -> Callable[[Digits], str]:
    """A word and a code."""
    return lambda digits: f"{before}{between}{digits.code(length)}"


MAKERS: dict[str, Callable[[Digits], str]] = {
    "rep": coded("R", 8, "-"),
    "account": coded("A", 10, "-"),
    "deal": coded("D", 10, "-"),
    "lead": coded("L", 12, "-"),
    "activity": coded("T", 12, "-"),
    "order": coded("O", 12, "-"),
    "equipment": coded("E", 12, "-"),
    "person": person,
    "firm": firm,
    "title": title,
    "team": place,
    "territory": place,
    "company": lambda digits: f"{digits.of(_COLOURS)} {digits.of(_THINGS)} Company",
    "agreement": coded("Agreement", 6),
}
"""Kind of pseudonym → how it is made."""
