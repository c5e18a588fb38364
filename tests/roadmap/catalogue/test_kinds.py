"""Every item of the five systems has a fitting kind, and the page of kinds says so."""

import runpy

import pytest

from models.tables.roadmap import KINDS
from roadmap.catalogue.calendar import calendar_of
from roadmap.catalogue.loading import built_in, built_in_codes
from roadmap.catalogue.schema import ITEM_KINDS_RU, KINDS_RU, Item
from roadmap.control.planning import plan
from roadmap.dashboards import boards
from roadmap.documents.draft import kind_of
from roadmap.processes.choosing import choose, why_without_stages
from roadmap.processes.loading import built_in as processes
from roadmap.review.kinds import keeps_registry, misfit
from tasks.prefect.names import FLOW_NAMES
from tests.places import DOCS

ITEMS = {(code, item.code): item for code in built_in_codes() for _, item in built_in(code).duties_by_origin()}


def test_the_page_of_kinds_is_up_to_date() -> None:
    written = runpy.run_path(str(DOCS / "make_kinds.py"))["page"]()
    assert (DOCS / "kinds.md").read_text(encoding="utf-8") == written


def test_every_item_on_control_has_a_proof_that_fits_its_kind() -> None:
    assert {key: said for key, item in ITEMS.items() if (said := misfit(item))} == {}


@pytest.mark.parametrize("key", [key for key, item in ITEMS.items() if item.controlled and keeps_registry(item.title)])
def test_a_registry_that_must_be_kept_is_one_unless_a_document_is_asked(key: tuple[str, str]) -> None:
    item = ITEMS[key]
    assert item.kind == "registry"
    assert item.rhythm in ("quarter", "year") or item.term == "регулярно"


def test_a_registry_that_a_body_keeps_itself_is_confirmed_each_quarter() -> None:
    kept = [i for i in ITEMS.values() if i.kind == "registry" and i.controlled and not i.term]
    kept = [item for item in kept if "включение" not in item.title]
    assert len(kept) == 8
    assert {item.rhythm for item in kept} == {"quarter"}


def test_only_the_national_study_of_teachers_is_a_study() -> None:
    assert [key for key, item in ITEMS.items() if item.kind == "study"] == [("krasnodar", "3.1")]


@pytest.mark.parametrize(
    ("code", "item", "after"),
    [
        ("krasnodar", "p3", ("p2",)),
        ("krasnodar", "1.2", ("p2",)),
        ("krasnodar", "3.3", ("3.2",)),
        ("surgut", "6.2.2", ("6.2.1",)),
        ("kirov", "7.4-02", ("7.4-01",)),
        ("kirov", "3.2.3-13", ("3.2.1-05",)),
    ],
)
def test_an_item_waits_for_the_one_its_document_names(code: str, item: str, after: tuple[str, ...]) -> None:
    assert ITEMS[code, item].after == after
    assert all(ITEMS[code, needed].controlled for needed in after)


def test_no_other_item_waits() -> None:
    assert sum(bool(item.after) for item in ITEMS.values()) == 6


def test_the_parties_of_every_agreement_are_named() -> None:
    agreements = [key for key, item in ITEMS.items() if item.kind == "agreement"]
    assert len(agreements) == 6
    assert all(ITEMS[key].parties.get("institute") for key in agreements)
    ministries = {key[0]: ITEMS[key].parties.get("ministry") for key in agreements}
    # The order of Moscow oblast names no ministry as a party of its agreements.
    assert ministries == {
        "kirov": "minobr", "moscow-oblast": None, "krasnodar": "minobr", "bashkortostan": "minobrnauki",
        "surgut": "dep-hmao",
    }  # fmt: skip


def test_the_names_of_kinds_come_from_one_place() -> None:
    assert tuple(KINDS_RU) == KINDS
    assert KINDS_RU is FLOW_NAMES is boards.KINDS_RU
    assert set(KINDS_RU) - set(ITEM_KINDS_RU) == {"round"}
    assert {process.serves for process in processes().values()} <= set(ITEM_KINDS_RU)


@pytest.mark.parametrize("code", built_in_codes())
def test_every_agreement_on_control_has_a_day_long_enough_away_for_stages(code: str) -> None:
    catalogue = built_in(code)
    agreements = [one for one in plan(catalogue, calendar=calendar_of(catalogue)) if one[1].kind == "agreement"]
    assert agreements
    for _, item, reading, points in agreements:
        process = choose(processes(), "agreement", "body" if item.fan_out else "all")
        assert process is not None
        days = [(point.opens_on, point.deadline_on) for point in points]
        continuous = reading.kind == "continuous"
        why = [
            why_without_stages(process, opens_on=a, deadline_on=b, today=a, is_continuous=continuous) for a, b in days
        ]
        assert None in why, item.code


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("registry", "обеспечение ведения реестра работников муниципальных методических служб"),
        ("registry", "обеспечивает включение ДПП в Федеральный реестр ДПП"),
        ("registry", "Заполнение регионального паспорта РСНМС"),
        ("document", "Разработка программ с последующим включением в Федеральный реестр"),
        ("document", "тьюторское сопровождение программ ДПО, включенных в Федеральный реестр"),
        ("session", "Форум лучших практик, ведение реестра участников"),
        ("document", "Определен ответственный за формирование и ведение паспорта. Приказ"),
    ],
)
def test_import_proposes_a_registry_only_where_it_is_kept(kind: str, words: str) -> None:
    assert kind_of(words) == kind


def made(kind: str, title: str, result: str = "", *, controlled: bool = True) -> Item:
    """An item with these words."""
    entry = {"code": "1", "title": title, "result": result, "owner": "min", "kind": kind, "controlled": controlled}
    return Item.model_validate(entry | {"source": {"place": "строка 1"}})


@pytest.mark.parametrize(
    ("item", "words"),
    [
        pytest.param(made("session", "Стратегическая сессия", "Соглашение о сотрудничестве"), "agreement", id="agreed"),
        pytest.param(made("activity", "Взаимодействие", "Договоры о сотрудничестве"), "agreement", id="contracts"),
        pytest.param(made("activity", "обеспечивает заключение соглашений"), "agreement", id="no result, the title"),
        pytest.param(made("agreement", "Взаимодействие", "Приказ министерства"), "соглашение или договор", id="order"),
        pytest.param(made("document", "ведение банка практик"), "registry", id="a bank that is kept"),
        pytest.param(made("document", "Разработка", "Региональный реестр программ"), "registry", id="a registry made"),
        pytest.param(made("registry", "Ведение реестра", "Приказ министерства"), "реестр, банк", id="proved otherwise"),
        pytest.param(made("document", "Организация стажировок"), "документ не назван", id="no document"),
        pytest.param(made("monitoring", "Обучение тьюторов", "Справка"), "ни мониторинг", id="nothing looked at"),
        pytest.param(made("session", "Обучение тьюторов", "Приказ"), "ни сессия", id="nobody meets"),
        pytest.param(made("session", "Участие в вебинарах координатора"), "activity", id="somebody else's meeting"),
        pytest.param(made("study", "Анализ результатов ЕГЭ", "Справка"), "исследование", id="no study"),
        pytest.param(made("monitoring", "Участие школ в НИКУ"), "study", id="the study under another kind"),
    ],
)
def test_a_proof_that_does_not_fit_is_found_with_the_words_and_a_remedy(item: Item, words: str) -> None:
    said = misfit(item)
    assert said is not None
    assert words in said
    assert f"вид «{ITEM_KINDS_RU[item.kind]}»" in said
    assert "впишите" in said


@pytest.mark.parametrize(
    "item",
    [
        pytest.param(made("document", "разработать проект соглашения"), id="a draft of an agreement is a document"),
        pytest.param(made("document", "Подготовка", "Проект соглашения"), id="also where it is the result"),
        pytest.param(made("session", "Форсайт-сессия", "Дорожная карта"), id="a session may end in any paper"),
        pytest.param(made("session", "Форум", "Реестр лучших практик"), id="or in a registry of practices"),
        pytest.param(made("document", "Определение тематики", "Перечень тем"), id="a list made once is a document"),
        pytest.param(made("activity", "Обучение в рамках соглашения"), id="an agreement that is only mentioned"),
        pytest.param(made("document", "Назначен ответственный за ведение реестра", "Приказ"), id="one who answers"),
        pytest.param(made("monitoring", "Анализ результатов НИКУ", "Справка"), id="looking at what a study found"),
        pytest.param(made("registry", "Ведение реестра", "рост квалификации"), id="an effect is no proof"),
        pytest.param(
            made("agreement", "Конкурс", "Приказ", controlled=False), id="what is not on control proves nothing"
        ),
    ],
)
def test_a_proof_that_fits_is_left_alone(item: Item) -> None:
    assert misfit(item) is None
