"""Values of a status column that look like the end of a deal: asked about, never silently taken as open."""

import itertools
import re
from collections.abc import Mapping, Sequence
from typing import Literal

from salesreport.config import setting_line
from salesreport.errors import ConfigError
from salesreport.ingest.cells.headings import plain_words
from salesreport.ingest.spec.spec_parts import StatusSpec
from salesreport.language import Either, Text, ntext, text

Ending = Literal["won", "lost", "ended"]

_MOST_LISTED = 20
"""How many of the values taken as open a message names."""

_MOST_VALUES = 1_000
"""How many different values are looked at, the most frequent first; a column of more is no status."""

WORDS: Mapping[Ending, str] = {
    "won": """
        won closedwon sold | gewonnen verkauft | gagné gagnée gagnés vendu vendue | ganado ganada vendido vendida
        ganho ganha | vinto vinta vinte venduto | megnyert elnyert nyert nyertes | wygrana wygrane wygrany wygrano
        vyhráno vyhraná vyhraný vyhrané | câștigat câștigată | выиграна выиграно выигран выигранная выигранные
        успешно-реализовано сделка-успешна продано | виграно виграна виграний | спечелена спечелен | dobiveno
        dobijeno pridobljeno | kazanıldı kazanılan | vunnet vunnen vundet vunnits | voitettu
        受注 成約 赢单 贏單 成交 수주
        """,
    "lost": """
        lost closedlost rejected declined refused dead no-decision no-sale not-interested | verloren abgelehnt
        kein-interesse | perdu perdue perdus refusé refusée sans-suite
        perdido perdida rechazado rechazada | recusado recusada rejeitado | perso persa persi rifiutato rifiutata
        afgewezen | elveszett elvesztett vesztett elvesztve elutasított elutasítva | przegrana przegrane przegrany
        utracona odrzucona odrzucono | prohráno prohraná prohraný ztraceno ztracená odmítnuto | prehrané stratená
        stratené odmietnuté | pierdut pierdută respins respinsă | проиграна проиграно проигран проигранная потеряна
        потерян провалена провалено закрыто-и-не-реализовано отклонена отклонено отказ отказано
        програно програна втрачено відмова |
        изгубена отхвърлена | izgubljeno izgubljena odbijeno | kaybedildi kayıp reddedildi | tapt avslått förlorad
        förlorat tabt afvist | hävitty hylätty | 失注 見送り 输单 輸單 丢单 丟單 실주
        """,
    "ended": """
        cancelled canceled closed abandoned deleted disqualified unqualified expired withdrawn terminated void
        voided junk spam duplicate archived discarded |
        abgesagt storniert abgebrochen annulliert geschlossen gestrichen gelöscht disqualifiziert
        unqualifiziert abgelaufen zurückgezogen archiviert dublette duplikat |
        annulé annulée annulés abandonné abandonnée clos clôturé clôturée fermé fermée disqualifié disqualifiée
        expiré expirée supprimé supprimée archivé archivée | cancelado cancelada anulado anulada
        abandonado abandonada cerrado cerrada descalificado descartado descartada caducado eliminado eliminada
        archivado | fechado fechada encerrado encerrada desqualificado desqualificada arquivado excluído
        annullato annullata cancellato cancellata chiuso chiusa abbandonato abbandonata scaduto scaduta
        squalificato eliminato archiviato | geannuleerd gesloten vervallen verwijderd gestopt
        gediskwalificeerd | törölve törölt lezárt lezárva elvetett elvetve megszakítva visszavont lejárt meghiúsult
        lemondott lemondva érvénytelen diszkvalifikált | anulowana anulowane anulowano zamknięta zamknięte
        zamknięty porzucona usunięta wygasła zdyskwalifikowana | zrušeno zrušena zrušený zrušené uzavřeno uzavřena
        uzavřený stornováno zamítnuto | zrušená uzavreté | anulat anulată închis închisă
        abandonat expirat șters | отменена отменен отменено отмена отменённая закрыта закрыто закрыт аннулирована
        аннулировано удалена удалено дисквалифицирован дисквалифицирована некачественный
        скасовано скасована закрито закрита видалено | отказана затворена | otkazano otkazana zatvoreno zatvorena
        preklicano zaprto | iptal kapandı kapatıldı kapalı silindi | avbrutt avbruten annullert annullerad
        annulleret avlyst aflyst stängd stengt lukket slettet | peruttu peruutettu
        suljettu | キャンセル 中止 取消 終了 取消 已取消 关闭 已关闭 關閉 作废 放弃 취소 종료
        """,
}
"""Words for an end, in the languages that exports come in; a hyphen joins words that only together mean one.

A customer who decided for nobody is a deal lost: to leave such deals out makes the win rate greater than it is.
"""

ALONE: Mapping[Ending, str] = {
    "won": "успешно успешна success auftrag beauftragt ordered bestellt zuschlag",
    "ended": """
        no-bid no-go done finished completed erledigt beendet abgeschlossen terminé terminada terminado completata
        afgesloten befejezve zakończone ukončeno ukončené завершена завершено avslutad avsluttet
        afsluttet 完了 완료
        """,
}
"""Words that mean an end only where nothing else stands beside them: `Demo erledigt`, `Go/No-Go` are steps."""

_NOT = {"not", "no", "nicht", "kein", "non", "pas", "nao", "nem", "nie", "ne", "ni", "не", "ikke", "inte", "ei"}
"""Words that turn "closed" into its opposite, without accents."""

_GOES_ON = {"yet", "maker", "makers"}
"""Words after which it is no end: `No decision yet`, `No decision maker`."""


def _words(value: str) -> tuple[str, ...]:
    """The words of a value, without regard to case, accents and punctuation; `ClosedLost` is two."""
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", value)
    return plain_words(apart.replace("ı", "i"))


_MEANINGS: Mapping[tuple[str, ...], Ending] = {
    _words(word): ending for ending, words in WORDS.items() for word in words.split() if word != "|"
}
_LONGEST = max(map(len, _MEANINGS))
_ALONE = {_words(word): ending for ending, words in ALONE.items() for word in words.split()}


def ending_of(value: str) -> Ending | None:
    """Which end of a deal a value looks like; None where it looks like none.

    Examples:
        >>> ending_of("5 - Closed Lost"), ending_of("GEWONNEN!"), ending_of("Törölve"), ending_of("Closing")
        ('lost', 'won', 'ended', None)
        >>> ending_of("not closed"), ending_of("Not interested")
        (None, 'lost')
    """
    words = tuple(word for word in _words(value) if not word.isdigit())
    if words in _ALONE:
        return _ALONE[words]
    found: set[Ending] = set()
    for start, size in itertools.product(range(len(words)), range(1, _LONGEST + 1)):
        ending = _MEANINGS.get(words[start : start + size])
        turned = ending == "ended" and start > 0 and words[start - 1] in _NOT
        if ending is not None and not turned and not _GOES_ON.intersection(words[start + size : start + size + 1]):
            found.add(ending)
    order: tuple[Ending, ...] = ("lost", "won", "ended")
    return next((ending for ending in order if ending in found), None)


def refuse_endings_taken_as_open(spec: StatusSpec, taken: Mapping[str, int], column: str, file: str) -> None:
    """Ask about values that no list of the spec names and that look like an end.

    Args:
        spec: what is declared. taken: value taken as open → rows. column: the column they stand in.
        file: the file, for messages.

    Raises:
        ConfigError: there are some; it says which lines could be added.
    """
    frequent = sorted(taken, key=lambda value: -taken[value])[:_MOST_VALUES]
    suspects = {value: ending for value in frequent if (ending := ending_of(value)) is not None}
    if not suspects:
        return
    ends = [value for value, ending in suspects.items() if ending == "ended"]
    lost = [value for value, ending in suspects.items() if ending == "lost"]
    won = [value for value, ending in suspects.items() if ending == "won"]
    lines: list[Text | str] = []
    if won:
        lines.append(setting_line("won", [*spec.words("won"), *won]))
    if lost or ends:
        lines.append(setting_line("lost", [*spec.words("lost"), *lost, *ends]))
    if ends:
        line = setting_line("neither", [*spec.words("neither"), *ends])
        lines.append(text("{line} (not decided: set aside and counted)", line=line))
    if len(taken) <= _MOST_LISTED:
        lines.append(text("{line} (all that are open)", line=setting_line("open", list(taken))))
    else:
        lines.append(text("{line} (all that are open)", line="open: […]"))
    raise ConfigError(
        ntext(
            "A value of column “{column}” of {file} looks like the end of a deal, and would count as open.",
            "{n} values of column “{column}” of {file} look like the end of a deal, and would count as open.",
            n=len(suspects),
            column=column,
            file=file,
        ),
        key="tables.deals.status",
        found=[text("{value} ({n} ×)", value=value, n=taken[value]) for value in suspects],
        hint=text("Add the line that is true: {lines}.", lines=Either(lines)),
    )


def taken_as_open(taken: Mapping[str, int], column: str) -> list[Text]:
    """The values that are neither won nor lost, most frequent first, for those who know what they mean."""
    told = {value for value in taken if value.casefold() != "open"}
    if not told:
        return []
    values: Sequence[str] = sorted(told, key=lambda value: (-taken[value], value))
    shown: list[Text] = [text("{value} ({n} ×)", value=value, n=taken[value]) for value in values[:_MOST_LISTED]]
    if len(values) > _MOST_LISTED:
        shown.append(ntext("{n} more", "{n} more", n=len(values) - _MOST_LISTED))
    return [text("Taken as open, by column “{column}”: {values}.", column=column, values=shown)]
