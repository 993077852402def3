"""Exports of CRMs that nobody knows, with headings and states as people of five languages write them."""

import datetime as dt
from itertools import cycle
from pathlib import Path

import pytest
from typer.testing import CliRunner

from salesreport.cli import app
from salesreport.dataset import Dataset

EXPORTS = {
    "fr": (
        "ID affaire;Commercial;Étape;Date de création;Date de clôture;Montant;Client;Nom de l’affaire",
        ("Gagnée", "Perdue", "Négociation"),
    ),
    "fr 2": (
        "Référence;Responsable commercial;Statut;Créée le;Clôturée le;Montant HT;Société;Intitulé",
        ("Gagné", "Perdu", "Devis envoyé"),
    ),
    "de": (
        "Vorgangs-ID;Verkäufer;Phase;Erstellt am;Abgeschlossen am;Betrag;Kunde;Titel",
        ("Gewonnen", "Verloren", "Angebot"),
    ),
    "hu": (
        "Ügylet azonosító;Értékesítő;Szakasz;Létrehozás dátuma;Lezárás dátuma;Összeg;Ügyfél;Ügylet neve",
        ("Megnyert", "Elvesztett", "Ajánlat"),
    ),
    "hu 2": (
        "Sorszám;Üzletkötő;Állapot;Rögzítve;Lezárva;Nettó érték;Cégnév;Megnevezés",
        ("Nyertes", "Elveszett", "Tárgyalás"),
    ),
    "es": (
        "ID del negocio;Propietario;Etapa;Fecha de creación;Fecha de cierre;Importe;Empresa;Nombre del negocio",
        ("Ganado", "Perdido", "Propuesta"),
    ),
    "ru": (
        "ID сделки;Ответственный;Стадия;Дата создания;Дата закрытия;Сумма;Клиент;Название",
        ("Успешно реализовано", "Закрыто и не реализовано", "Переговоры"),
    ),
    "fr 3": (
        "Identifiant;Vendeur;État;Création;Clôture;Chiffre d’affaires;Entreprise;Intitulé",
        ("Gagnée", "Perdue", "Proposition"),
    ),
    "fr 4": (
        "N°;Commercial;Étape;Date création;Fermée le;CA;Client;Nom de l’affaire",
        ("Gagnée", "Perdue", "Prospection"),
    ),
    "fr 5": (
        "N° opportunité;Propriétaire;Phase;Date de création;Date de fermeture;Montant;Compte;Nom de l’opportunité",
        ("Gagné", "Perdu", "Devis"),
    ),
    "hu 3": (
        "Üzlet azonosító;Tulajdonos;Fázis;Létrehozás;Lezárás;Nettó összeg;Ügyfél;Üzlet neve",
        ("Megnyert", "Elvesztett", "Ajánlat"),
    ),
    "hu 4": (
        "Ügylet;Felelős;Státusz;Létrehozás;Lezárás;Érték;Partner;Tárgy",
        ("Nyertes", "Elveszett", "Tárgyalás"),
    ),
    "es 2": (
        "Número;Vendedor;Fase;Creado;Cerrado;Valor;Cliente;Oportunidad",
        ("Ganada", "Perdida", "Negociación"),
    ),
    "es 3": (
        "Id. de oportunidad;Comercial;Estado;Fecha creación;Fecha cierre;Monto;Cuenta;Nombre de la oportunidad",
        ("Ganada", "Perdida", "Propuesta"),
    ),
    "es 4": (
        "Oportunidad;Responsable;Etapa;Creada;Cerrada;Importe;Cliente;Nombre del negocio",
        ("Ganada", "Perdida", "Propuesta"),
    ),
    "ru 2": (
        "Код;Сотрудник;Этап сделки;Дата начала;Дата завершения;Сумма;Контрагент;Сделка",
        ("Выиграна", "Проиграна", "КП отправлено"),
    ),
    "ru 3": (
        "№;Менеджер;Статус;Создана;Закрыта;Сумма сделки;Компания;Название сделки",
        ("Выиграна", "Проиграна", "Переговоры"),
    ),
    "ru 4": (
        "Сделка;Продавец;Этап;Создан;Закрыт;Бюджет;Клиент;Название",
        ("Выиграна", "Проиграна", "Переговоры"),
    ),
    "ru 5": (
        "Номер;Ответственный;Стадия;Создано;Закрыто;Стоимость;Клиент;Сделка",
        ("Выиграна", "Проиграна", "Переговоры"),
    ),
}
"""Headings in the order of id, rep, state, created, closed, amount, customer, name; words for won, lost, open."""


@pytest.mark.parametrize("export", EXPORTS)
def test_headings_and_states_are_recognised(export: str, tmp_path: Path) -> None:
    headings, states = EXPORTS[export]
    lines, day = [headings], dt.date(2025, 3, 1)
    for number, state in zip(range(30), cycle(states), strict=False):
        created, closed = day + dt.timedelta(number), day + dt.timedelta(60 + number)
        end = "" if state == states[2] else f"{closed:%d.%m.%Y}"
        lines.append(f"N{number};Rep {number % 3};{state};{created:%d.%m.%Y};{end};{1000 + number},50;C{number};X")
    (tmp_path / "export.csv").write_text("\n".join(lines), encoding="utf-8")
    options = ["--preset", "auto", "--currency", "EUR", "--out", str(tmp_path / "out")]
    said = CliRunner().invoke(app, ["ingest", str(tmp_path / "export.csv"), *options])
    assert said.exit_code == 0, said.output + said.stderr
    deals = Dataset.open(tmp_path / "out").table("deals")
    assert deals["status"].value_counts().to_dict() == {"won": 10, "lost": 10, "open": 10}
    assert deals.loc[deals["status"] == "won", "amount"].sum() == sum(1000.5 + 3 * n for n in range(10))
    assert set(deals["rep_id"]) == {"Rep 0", "Rep 1", "Rep 2"}
    assert set(deals["account_id"]) == {f"C{number}" for number in range(30)}
    assert str(deals["created_on"].min())[:10] == "2025-03-01"
    assert str(deals["closed_on"].min())[:10] == "2025-04-30"
    assert set(deals["name"]) == {"X"}
