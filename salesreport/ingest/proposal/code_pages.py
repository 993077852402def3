"""Which code page a text is written in, told by the language of its headings: bytes alone fit several."""

from collections.abc import Iterable
from dataclasses import dataclass

from salesreport.ingest.cells.headings import plain_words


@dataclass(frozen=True)
class Tongue:
    """A language of headings.

    Attributes:
        page: the code page that its texts are written in. letters: its own, beyond ASCII.
        words: of headings, plain; none that English has, too.
    """

    page: str
    letters: str
    words: str

    def count(self, line: str) -> int:
        """How many different words of a line of headings are of this language."""
        return len(set(plain_words(line)) & set(self.words.split()))


_TONGUES = (
    Tongue(
        "cp1252",
        "éèêëàâùûüôîïçœæÿºª",
        "affaire chiffre cloture commercial compte creation cree creee etape etat fermeture identifiant "
        "intitule montant nom opportunite proprietaire responsable societe statut vendeur",
    ),
    Tongue(
        "cp1252",
        "áéíóúüñçºª",
        "asesor cerrado cierre cliente comercial creacion creado cuenta empresa estado etapa fase fecha "
        "importe monto negocio nombre numero oportunidad propietario vendedor",
    ),
    Tongue(
        "cp1252",
        "áâãàéêíóôõúüçºª",
        "cliente conta criacao criado data empresa estado etapa fase fechamento negocio nome numero "
        "oportunidade proprietario responsavel situacao valor vendedor",
    ),
    Tongue(
        "cp1252",
        "äöüßé",
        "abgeschlossen abschlussdatum angebot angelegt auftragsnummer aussendienst besitzer betrag datum "
        "erstellt firma kunde nummer summe titel umsatz verkaufer vertreter vorgang wert zustandig",
    ),
    Tongue(
        "cp1252",
        "àèéìíîòóùúºª",
        "azienda chiusura cliente commerciale creato creazione data fase importo nome numero opportunita "
        "responsabile stato trattativa valore venditore",
    ),
    Tongue(
        "cp1250",
        "áéíóöőúüű",
        "allapot azonosito ceg datum datuma ertek ertekesito fazis felelos letrehozas letrehozva lezaras "
        "lezarva neve osszeg sorszam statusz szakasz tulajdonos ugyfel ugylet uzlet uzletkoto",
    ),
    Tongue(
        "cp1250",
        "ąćęłńóśźż",
        "data etap firma handlowiec klient kwota nazwa numer opiekun sprzedawca stan szansa szansy transakcji "
        "utworzenia utworzono wartosc zamkniecia zamknieto",
    ),
    Tongue(
        "cp1250",
        "áčďéěíňóřšťúůýž",
        "castka cena cislo datum faze firma hodnota nazev obchod obchodnik obchodu prodejce stav uzavreni "
        "uzavreno vlastnik vytvoreni vytvoreno zakaznik",
    ),
    Tongue(
        "cp1251",
        "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
        "дата закрыт закрытия клиент код компания контрагент менеджер название номер ответственныи продавец "
        "создан создания сделка сделки стадия статус сумма этап",
    ),
)


@dataclass(frozen=True)
class Told:
    """A code page by the language of the headings.

    Attributes:
        page: its name. certain: whether every letter, so read, is one of that language.
    """

    page: str
    certain: bool


def told_by_headings(data: bytes, pages: Iterable[str]) -> Told | None:
    """The code page of the language that the most words of the headings are of; none where nothing tells.

    Args:
        data: the text, its headings in the first line. pages: those that may be.

    Examples:
        >>> text_ = "Commercial;Étape;Date de clôture\\nHélène Dupré;Gagnée;\\n".encode("cp1252")
        >>> told_by_headings(text_, ["cp1250", "cp1252"])
        Told(page='cp1252', certain=True)
        >>> told_by_headings("Owner;Stage\\nHélène Dupré;Won\\n".encode("cp1252"), ["cp1250", "cp1252"])
    """
    heading = data.split(b"\n", 1)[0]
    found = {
        tongue: words
        for tongue in _TONGUES
        if tongue.page in pages
        if (words := tongue.count(heading.decode(tongue.page, "replace")))
    }
    likely = [tongue for tongue, words in found.items() if words == max(found.values())]
    if len({tongue.page for tongue in likely}) != 1:
        return None
    page = likely[0].page
    written = {sign for sign in data.decode(page, "replace").lower() if sign > "\x7f" and sign.isalpha()}
    return Told(page, any(written <= set(tongue.letters) for tongue in likely))
