"""Words that give away what is no data: test deals, placeholders, owners who are no person."""

import re
import unicodedata
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

TEST = frozenset(
    """
    test tests testing tester testdeal testdeals testopp testaccount testkunde testfirma demo demodeal dummy
    sample beispiel muster probe essai exemple prueba ejemplo teste exemplo prova esempio teszt minta próba
    zkouška ukázka тест пример testovaci testi
    """.split()  # noqa: SIM905
)
"""Words that a test deal is called by; see `is_test`."""

_SURE = frozenset("test tests testing testdeal dummy teszt тест".split())  # noqa: SIM905
"""Of these the ones that also stand for themselves before a colon or dash: “TEST – Acme”."""

_FILLERS = frozenset(
    """
    a the my new this is only please ignore delete do not use deal deals opp opportunity lead project customer
    client account company firm order record data entry of by for bitte löschen nicht verwenden ignorieren neu
    neuer neue kunde firma auftrag projekt eintrag ein eine nur affaire société supprimer ne pas utiliser
    negocio cliente empresa borrar no usar ügylet ügyfél cég törölni törlendő xyz abc
    """.split()  # noqa: SIM905
)
"""Words that may stand beside them."""

_DELETE = re.compile(r"\b(please delete|to be deleted|delete me|do not use|bitte löschen|törlendő|à supprimer)\b")

_PLACEHOLDERS = frozenset(
    """
    n/a na n.a n.a. #n/a none null nil nan tbd tba tbc tbc. todo xx xxx xxxx asdf asdfg qwerty qwertz qwe aaa
    bbb abc k.a. k.a keine-angabe entfällt nincs s/o s.o. ns n/d n.d. nd blah bla test placeholder empty leer
    undefined lorem-ipsum --none-- -none-
    """.split()  # noqa: SIM905
)

_NUMBERS = re.compile(r"0+|1+|9+|12|123|1234|12345|123456")

_NO_PERSON = frozenset(
    """
    queue queues unassigned integration integrations integrationuser admin administrator system sysadmin bot
    robot api import importer migration automation automated workflow sync webhook nobody noone inbox
    house-account default crm team marketo hubspot salesforce pardot zapier dataloader warteschlange
    nicht-zugewiesen zuweisung unzugewiesen niemand niemandem standardbenutzer schnittstelle
    integrationsbenutzer sor rendszer rendszergazda kiosztatlan unallocated support helpdesk callcenter
    call-center web website info office sales salesteam vertrieb round-robin roundrobin file-d'attente
    non-attribué sin-asignar cola sistema
    """.split()  # noqa: SIM905
)

_NEVER_A_NAME = frozenset(
    """
    queue queues unassigned unallocated integration integrations integrationuser sysadmin administrator webhook
    dataloader automation warteschlange unzugewiesen schnittstelle integrationsbenutzer standardbenutzer
    rendszergazda kiosztatlan helpdesk callcenter nobody roundrobin salesteam
    """.split()  # noqa: SIM905
)
"""Of these the ones that make no person of a name, whatever stands beside them."""

_MAILBOX = re.compile(r"^(info|sales|vertrieb|office|noreply|no-reply|admin|support|crm|integration|api)@", re.I)


_HINT = "|".join(sorted(filter(str.isascii, TEST))) + "|delete|do not use"
"""What a name of ASCII letters has in it if it is a test's."""

_LONG = 80
"""Longer texts are written for somebody."""


def words_of(value: str) -> list[str]:
    """The words and numbers of a text in small letters.

    Examples:
        >>> words_of("[TEST] Acme_deal 2")
        ['test', 'acme', 'deal', '2']
    """
    return re.findall(r"[^\W_]+", unicodedata.normalize("NFC", value).casefold())


def is_test(name: str) -> bool:
    """Whether a deal or customer is called as only a test is: nothing but such words, or one before a sign.

    Names such as “Test stand for Bosch” are no tests.

    Examples:
        >>> [is_test(one) for one in ("Test", "TEST deal 2", "Demo opportunity", "[TEST] Acme", "please delete")]
        [True, True, True, True, True]
        >>> [is_test(one) for one in ("Test stand Bosch", "Demo unit, Acme", "Protest AG", "Muster & Söhne", "")]
        [False, False, False, False, False]
    """
    if len(name) > _LONG:
        return False
    words = [word for word in words_of(name) if not word.isdigit()]
    if not words:
        return False
    if _DELETE.search(name.casefold()):
        return True
    if any(word in TEST for word in words) and all(word in TEST or word in _FILLERS for word in words):
        return True
    sign = re.match(r"\W*(\w+)\s*[]:)|–—/-]", name.casefold())
    return sign is not None and sign[1] in _SURE


def may_be_tests(names: Sequence[str]) -> npt.NDArray[np.bool_]:
    """Which of many names are worth asking `is_test` about: the others have none of its words in them.

    Examples:
        >>> may_be_tests(["Acme, lighting", "TEST deal 2", "Protest AG", "Ünal"]).tolist()
        [False, True, True, True]
    """
    listed = pa.array(names, pa.string())
    # what is not ASCII may become so in small letters, or when it is composed
    found = pc.or_(
        pc.match_substring_regex(listed, _HINT, ignore_case=True), pc.invert(pc.string_is_ascii(listed))
    )
    return np.asarray(found.to_numpy(zero_copy_only=False), bool)


def is_placeholder(value: str, free: bool) -> bool:
    """Whether a text only fills a field that had to be filled.

    Args:
        value: what stands there. free: whether people write there what they like; else a number may be a code.

    Examples:
        >>> [is_placeholder(one, free=True) for one in ("n/a", ".", "--", "123", "xxx", "TBD", "keine Angabe")]
        [True, True, True, True, True, True, True]
        >>> is_placeholder("1", free=False), is_placeholder("No budget", free=True), is_placeholder("A", free=True)
        (False, False, False)
    """
    if len(value) > _LONG:
        return False
    plain = "-".join(value.strip().casefold().split())
    if not plain:
        return False
    if not re.search(r"\w", plain) or plain in _PLACEHOLDERS:
        return True
    return free and bool(_NUMBERS.fullmatch(plain))


def is_nobody(name: str) -> bool:
    """Whether an owner's name is that of a queue, an integration or nobody.

    Examples:
        >>> [is_nobody(one) for one in ("Queue Inbound", "Unassigned", "API User", "info@acme.test", "Sales Team")]
        [True, True, True, True, True]
        >>> [is_nobody(one) for one in ("Anna Snelling", "Robin Web", "Boteva, Info", "R000123")]
        [False, False, False, False]
    """
    if _MAILBOX.match(name.strip()):
        return True
    words = words_of(name)
    joined = {"-".join(pair) for pair in pairwise(words)}
    if joined & _NO_PERSON or _NEVER_A_NAME & set(words):
        return True
    return (
        bool(words)
        and all(word in _NO_PERSON or word in _BESIDE or word.isdigit() for word in words)
        and any(word in _NO_PERSON for word in words)
    )


_BESIDE = frozenset(
    """
    user users account account the of pool group region north south east west central emea apac dach nord süd
    ost leads lead deals owner benutzer konto gruppe queue process
    """.split()  # noqa: SIM905
)
"""Words beside them that make no person of it."""
