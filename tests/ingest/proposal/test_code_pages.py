"""The code page of an export by the language of its headings; the expected one is that the test wrote it in."""

import pytest

from salesreport.ingest.proposal.code_pages import told_by_headings
from salesreport.ingest.proposal.look import look_into

EXPORTS = {
    "fr": ("cp1252", "ID;Commercial;Étape;Date de création;Date de clôture;Montant", "Hélène Dupré"),
    "es": ("cp1252", "ID;Propietario;Fase;Creado;Cerrado;Importe", "Íñigo Núñez"),
    "pt": ("cp1252", "ID;Responsável;Etapa;Data de criação;Fechamento;Valor", "João Simões"),
    "de": ("cp1252", "Vorgangs-ID;Verkäufer;Phase;Erstellt am;Betrag;Kunde", "Jörg Groß"),
    "it": ("cp1252", "ID;Venditore;Fase;Data di chiusura;Importo;Trattativa", "Niccolò Volontà"),
    "hu": ("cp1250", "Azonosító;Értékesítő;Állapot;Létrehozva;Lezárva;Összeg", "Szűcs Ödön"),
    "pl": ("cp1250", "ID;Handlowiec;Etap;Utworzono;Zamknięto;Wartość", "Łukasz Dąbrowski"),
    "cs": ("cp1250", "ID;Obchodník;Fáze;Vytvořeno;Uzavřeno;Částka", "Jiří Dvořák"),
    "ru": ("cp1251", "ID;Ответственный;Стадия;Создан;Закрыт;Сумма", "Иванова Анна"),
}


@pytest.mark.parametrize("language", EXPORTS)
def test_an_export_is_read_in_the_code_page_of_its_headings(language, tmp_path):
    page, headings, rep = EXPORTS[language]
    file = tmp_path / "x.csv"
    file.write_bytes(f"{headings}\n1;{rep};x;;;\n2;{rep};x;;;\n".encode(page))
    (sheet,) = look_into(file, tmp_path)
    assert sheet.options["encoding"] == page
    assert sheet.others == []
    assert list(sheet.raw.headings) == headings.split(";")


def test_a_letter_of_another_language_is_left_to_check(tmp_path):
    file = tmp_path / "x.csv"
    file.write_bytes("Vorgang;Verkäufer;Betrag\n1;Szűcs Ödön;2\n2;Groß;3\n".encode("cp1250"))
    (sheet,) = look_into(file, tmp_path)
    assert sheet.options["encoding"] == "cp1252"  # û is no letter of German, nor is ű
    assert any("cp1250" in other and "Szűcs" in other for other in sheet.others)


def test_headings_of_no_language_or_of_two_tell_nothing():
    pages = ["cp1250", "cp1252"]
    assert told_by_headings("Owner;Café\n".encode("cp1252"), pages) is None
    assert told_by_headings("Reference;Client;Phase;Status;Date\n1;Café\n".encode("cp1252"), pages) is None
    assert told_by_headings(b"montant;kwota\n", pages) is None
    assert told_by_headings("montant;é\n".encode("cp1252"), ["cp1250"]) is None
