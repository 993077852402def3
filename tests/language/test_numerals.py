"""Numbers in every locale that has a catalogue: rounded before the unit is chosen, whatever Babel's version."""

import re
from decimal import Decimal

import pytest
from babel import Locale, localedata

from salesreport.language import LANGUAGES, Fixed, Language, Quantity, ntext
from salesreport.language.numerals import short, signs, units, written

LOCALES = [code for code in sorted(localedata.locale_identifiers()) if code.split("_")[0] in LANGUAGES]

EDGES = sorted(
    {
        sign * float(f"{digits}e{power}")
        for sign in (1, -1)
        for power in range(-3, 13)
        for digits in ("1", "1.5", "9.94", "9.949", "9.95", "9.995", "9.9951", "9.9999", "2.802496", "1.2345")
    }
    | {0.0, -0.0, 999.4, 999.5, 999_499.0, 999_500.0, 999_499_999.0, 999_999_500.0, 1e13, -1e13, 5e-324, 1e-9}
)


def spaced(text: str) -> str:
    return text.replace("\xa0", " ")


@pytest.mark.parametrize(
    ("value", "english", "indian", "german", "austrian", "swiss"),
    [
        (0, "€0", "€0", "0 €", "€ 0", "EUR 0"),
        (-0.0, "€0", "€0", "0 €", "€ 0", "EUR 0"),
        (0.001, "€0", "€0", "0 €", "€ 0", "EUR 0"),  # less than half a cent
        (0.4, "€0.40", "€0.40", "0,40 €", "€ 0,40", "EUR 0.40"),  # some cents are not nothing
        (-0.4, "−€0.40", "−€0.40", "−0,40 €", "−€ 0,40", "EUR−0.40"),
        (999.4, "€999", "€999", "999 €", "€ 999", "EUR 999"),
        (999.6, "€1K", "€1K", "1 Tsd. €", "€ 1 Tsd.", "EUR 1 Tsd."),
        (1234, "€1.23K", "€1.23K", "1,23 Tsd. €", "€ 1,23 Tsd.", "EUR 1.23 Tsd."),
        (99_960, "€100K", "€1L", "100 Tsd. €", "€ 100 Tsd.", "EUR 100 Tsd."),
        (123_456, "€123K", "€1.23L", "123 Tsd. €", "€ 123 Tsd.", "EUR 123 Tsd."),
        (999_499, "€999K", "€9.99L", "999 Tsd. €", "€ 999 Tsd.", "EUR 999 Tsd."),
        (999_501, "€1M", "€10L", "1 Mio. €", "€ 1 Mio.", "EUR 1 Mio."),
        (-999_501, "−€1M", "−€10L", "−1 Mio. €", "−€ 1 Mio.", "EUR−1 Mio."),
        (1_234_567, "€1.23M", "€12.3L", "1,23 Mio. €", "€ 1,23 Mio.", "EUR 1.23 Mio."),
        (12_345_678, "€12.3M", "€1.23Cr", "12,3 Mio. €", "€ 12,3 Mio.", "EUR 12.3 Mio."),
        (999_999_500, "€1B", "€100Cr", "1 Mrd. €", "€ 1 Mrd.", "EUR 1 Mrd."),
        (1e13, "€10T", "€10LCr", "10 Bio. €", "€ 10 Bio.", "EUR 10 Bio."),
    ],
)
def test_money(value: float, english: str, indian: str, german: str, austrian: str, swiss: str) -> None:
    expected = {"en": english, "en_GB": english, "en_IN": indian, "de": german, "de_AT": austrian, "de_CH": swiss}
    assert {code: spaced(Language(code).money(value, "EUR")) for code in expected} == expected
    assert spaced(Language("de_LI").money(abs(value), "CHF")) == swiss.replace("EUR−", "EUR ").replace(
        "EUR", "CHF"
    )
    # Australians write other people's money with its letters, which do not touch the digits
    assert spaced(Language("en_AU").money(abs(value), "EUR")) == english.lstrip("−").replace("€", "EUR ")


@pytest.mark.parametrize(
    ("code", "whole", "decimals", "share"),
    [
        ("en", "1,234,567", "−1,234.5", "−4%"),
        ("en_IN", "12,34,567", "−1,234.5", "−4%"),
        ("de", "1.234.567", "−1.234,5", "−4 %"),
        ("de_CH", "1’234’567", "−1’234.5", "−4%"),
        ("de_LI", "1’234’567", "−1’234.5", "−4%"),
    ],
)
def test_written_out(code: str, whole: str, decimals: str, share: str) -> None:
    language = Language(code)
    assert (language.exact(1_234_567), language.count(1_234_567)) == (whole, whole)
    assert language.exact(-1234.5, 1) == language.count(-1234.5) == decimals
    assert spaced(language.percent(-0.04)) == share
    assert language.money(1_234_567, "CHF", exact=True).replace("\xa0", "").replace("CHF", "") == whole


def test_nothing_is_never_less_than_nothing() -> None:
    language = Language("en")
    assert (language.exact(-0.4), language.count(-0.04), language.percent(-0.004)) == ("0", "0", "0%")
    assert (language.number(-0.0), language.change(-0.4), language.money(-0.4, "EUR", exact=True)) == (
        "0",
        "0",
        "€0",
    )
    assert [language.number(odd) for odd in (float("inf"), float("nan"), None)] == ["–", "–", "–"]


def test_the_order_of_adding_up_does_not_show() -> None:
    parts = [0.1, 0.2, 0.75, 50.0]
    there, back = sum(parts), sum(reversed(parts))
    assert there != back  # 51.05, and a hair more
    assert Language("en").count(there) == Language("en").count(back) == "51"  # a tie goes to the even digit


def read(text: str, code: str) -> Decimal:
    """What a reader takes a short number for: digits, decimal sign, unit."""
    how = signs(code)
    number, unit = re.fullmatch(r"[-−]?([\d.,’'\s]*\d)(.*)", text).groups()  # type: ignore[union-attr]
    sizes = {"": 1} | {one.after: one.size for one in units(code)}
    plain = number.replace(how.group, "").replace(how.decimal, ".")
    return (-1 if text[0] in "-−" else 1) * Decimal(plain) * sizes[unit]


@pytest.mark.parametrize("code", LOCALES)
def test_short_numbers_are_what_they_say(code: str) -> None:
    """To three significant digits, in the biggest unit there is: never a thousand of one that has a next."""
    language, in_thousands = Language(code), signs(code).other == 3
    for value in EDGES:
        shown = language.number(value)
        exact = Decimal(repr(value))
        error = abs(read(shown, code) - exact)
        assert error <= abs(exact) * Decimal("0.005") + Decimal("5e-10"), (value, shown)
        if in_thousands and abs(value) >= 999_500:
            assert sum(map(str.isdigit, shown)) <= 3 or abs(value) > 9e14, (value, shown)


def test_units_are_the_languages() -> None:
    """Countries do not differ; a lakh is 100,000, a crore 100 of them."""
    assert {tuple(units(code)) for code in LOCALES if code.startswith("de")} == {tuple(units("de"))}
    assert [(unit.after, unit.size) for unit in units("en")] == [
        ("T", 10**12),
        ("B", 10**9),
        ("M", 10**6),
        ("K", 1000),
    ]
    indian = {unit.after: unit.size for unit in units("en_IN")}
    assert (indian["L"], indian["Cr"]) == (100_000, 10_000_000)


@pytest.mark.parametrize(
    ("lower", "upper", "unit", "english", "german"),
    [
        (57, 57.1, "deals", "57.0 – 57.1", "57,0 – 57,1"),
        (6.7, 12, "deals", "6.7 – 12.0", "6,7 – 12,0"),
        (6, 12, "deals", "6 – 12", "6 – 12"),
        (0.284, 0.637, "share", "28% – 64%", "28 % – 64 %"),
        (0.4012, 0.4049, "share", "40.1% – 40.5%", "40,1 % – 40,5 %"),
        (0.0, 0.0, "share", "0% – 0%", "0 % – 0 %"),
        (196.4, 250.2, "days", "196 – 250 days", "196 – 250 Tage"),
        (0.6, 12.0, "days", "0.6 – 12.0 days", "0,6 – 12,0 Tage"),
        (1, 12, "days", "1 – 12 days", "1 – 12 Tage"),
        (57.02, 57.11, "days", "57.0 – 57.1 days", "57,0 – 57,1 Tage"),
        (950_000, 1_204_000, "EUR", "€0.95M – €1.20M", "0,95 Mio. € – 1,20 Mio. €"),
        # hundredths of a million say nothing
        (12_300, 1_204_000, "EUR", "€12.3K – €1.2M", "12,3 Tsd. € – 1,2 Mio. €"),
        (0, 64_800, "EUR", "€0 – €64.8K", "0 € – 64,8 Tsd. €"),
        (105_700, 359_300, "EUR", "€106K – €359K", "106 Tsd. € – 359 Tsd. €"),
        (1_230_400, 1_234_000, "EUR", "€1.230M – €1.234M", "1,230 Mio. € – 1,234 Mio. €"),
        (5_121, 5_124, "EUR", "€5.121K – €5.124K", "5,121 Tsd. € – 5,124 Tsd. €"),
        (-950_000, 1_204_000, "EUR", "−€0.95M – €1.20M", "−0,95 Mio. € – 1,20 Mio. €"),
        (1500, 2500, "EUR/day", "€1.50K per day – €2.50K per day", "1,50 Tsd. € pro Tag – 2,50 Tsd. € pro Tag"),
        (4, 8.1, "points", "4.0 – 8.1", "4,0 – 8,1"),
        (None, None, "share", "", ""),
        (float("nan"), 0.5, "share", "– – 50%", "– – 50 %"),
    ],
)
def test_both_ends_of_a_range_look_alike(
    lower: float | None, upper: float | None, unit: str, english: str, german: str
) -> None:
    assert spaced(Language("en").interval(lower, upper, unit)) == english
    assert spaced(Language("de").interval(lower, upper, unit)) == german


def test_singular_and_plural_go_by_what_is_shown() -> None:
    said = [str(ntext("{n} day", "{n} days", n=n)) for n in (0, 0.5, 0.96, 1, 1.04, 1.06, 2)]
    assert said == ["0 days", "0.5 days", "1 day", "1 day", "1 day", "1.1 days", "2 days"]
    assert str(ntext("{n} day", "{n} days", n=Fixed(1, 1))) == "1.0 days"
    assert str(ntext("{n} day", "{n} days", n=float("nan"))) == "– days"
    # by the rule of each language (CLDR): in French all below two is one
    french = [Language("fr").say(ntext("{n} day", "{n} days", n=n)) for n in (0, 0.5, 1, 1.5, Fixed(1, 1), 2, 2.5)]
    assert french == ["0 jour", "0,5 jour", "1 jour", "1,5 jour", "1,0 jour", "2 jours", "2,5 jours"]


def test_the_locales_are_tested() -> None:
    assert {"en", "en_GB", "en_IN", "en_AU", "de", "de_AT", "de_CH", "de_LI"} <= set(LOCALES)
    assert all(Locale.parse(code) for code in LOCALES)


@pytest.mark.parametrize(
    ("value", "french", "hungarian"),
    [
        (0, "0 €", "0 Ft"),
        (999.4, "999 €", "999 Ft"),
        (1234, "1,23 k €", "1,23 E Ft"),
        (357_666, "358 k €", "358 E Ft"),
        (999_501, "1 M €", "1 M Ft"),
        (-1_234_567, "−1,23 M €", "−1,23 M Ft"),
        (1e9, "1 Md €", "1 Mrd Ft"),
    ],
)
def test_money_of_france_and_hungary(value: float, french: str, hungarian: str) -> None:
    shown = Language("fr").money(value, "EUR"), Language("hu").money(value, "HUF")
    assert tuple(map(spaced, shown)) == (french, hungarian)


@pytest.mark.parametrize("code", LOCALES)
def test_a_short_number_never_looks_exact(code: str) -> None:
    """357,666 rounded to three digits is no number of six digits: no digit is shown that was rounded away."""
    assert {size for size in (1000, 100_000) if any(unit.size == size for unit in units(code))}
    for value in (1_001, 1_234, 12_345, 357_666, 999_499):
        shown = short(code, value, 3)[1]
        assert sum(map(str.isdigit, shown)) <= 3, (value, shown)


def test_money_of_one_country_in_the_language_of_another() -> None:
    assert spaced(written("hu", Decimal(1_234_567))) == "1 234 567"
    assert written("fr", Decimal(1_234_567)) == "1\u202f234\u202f567"
    assert spaced(Language("en").money(1_234_567, "HUF")) == "HUF 1.23M"
    assert spaced(Language("de").money(1_234_567, "HUF")) == "1,23 Mio. HUF"
    assert Language("en").money(0.4, "JPY") == "¥0"  # a yen has no hundredths


def test_a_share_says_none_or_all_only_where_it_is() -> None:
    shown = [Quantity(one, "share") for one in (0.0, 0.0049, 0.0051, 0.9949, 0.9951, 1.0, 1.004)]
    # half a per cent rounds to none, 99.5 % to all
    assert list(map(Language("en").show, shown)) == ["0%", "<1%", "1%", "99%", ">99%", "100%", "100%"]
    assert spaced(Language("de").show(shown[4])) == ">99 %"
    assert spaced(Language("de").share(0.0004, 1)) == "<0,1 %"


def test_big_factors_have_no_decimals() -> None:
    shown = [Language("en").show(Quantity(one, "times")) for one in (5.0, 99.94, 173_146.4)]
    assert shown == ["5.0", "99.9", "173,146"]
