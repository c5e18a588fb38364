"""``vekha backup`` and ``vekha restore``: the installation in one file, and back out of it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from deployments.cli import output
from deployments.cli.roadmap.look import Json
from models import clock
from models.settings import Settings
from roadmap.calendar.zones import zone_of
from roadmap.language import counted
from tasks.backup import Made, Manifest, back_up, target_of
from tasks.backup import restore as put_back
from tasks.backup import verify as try_out

MB = 1024 * 1024
NAMES_RU = {"vekha": "База «Вехи»", "prefect": "База Prefect"}
ENGINES_RU = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


def backup(
    file: Annotated[
        Path | None,
        typer.Argument(metavar="ФАЙЛ", help="Куда; папка или ничего — имя по времени, vekha-ГГГГ-ММ-ДД-ЧЧММСС.zip."),
    ] = None,
    with_keys: Annotated[
        bool, typer.Option("--with-keys/--without-keys", help="С ключом личных ссылок или без него.")
    ] = True,
    verify: Annotated[
        Path | None,
        typer.Option("--verify", metavar="ФАЙЛ", help="Проверить готовую копию: восстановить на пробу и сравнить."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Резервная копия одним файлом: обе базы, файлы, контакты, ключ; ничего не останавливает. Код 1: копия не та."""
    if verify is not None:
        if file is not None:
            output.fail("С --verify второй файл не нужен: назовите только проверяемую копию")
        return _verify(verify, as_json=as_json)
    settings, at = Settings(), clock.now()
    with _bar("Копирование, МБ") as advance:
        made = back_up(settings, _named(file, settings), with_keys=with_keys, at=at, progress=advance)
    if as_json:
        return output.as_json(
            {"file": str(made.file), "size": made.size, "left_out": made.left_out} | _facts(made.manifest)
        )
    output.screen.print(f"Резервная копия: {made.file}, {_mb(made.size)}", markup=False)
    _show(made.manifest)
    for line in _remarks(made, settings, with_keys=with_keys):
        output.screen.print(line, style="yellow", markup=False)
    output.screen.print(f"Проверить: vekha backup --verify {made.file}", markup=False)
    return None


def restore(
    file: Annotated[Path, typer.Argument(metavar="ФАЙЛ", help="Копия, которую сделала «vekha backup».")],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Только проверить файл и место, ничего не записывать.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Восстановить установку из копии в пустую папку данных и пустые базы; затем vekha up."""
    settings = Settings()
    with _bar("Проверка, МБ" if dry_run else "Восстановление, МБ") as advance:
        manifest = put_back(file, target_of(settings), progress=advance, is_trial=dry_run)
    if as_json:
        return output.as_json({"file": str(file), "data": str(settings.data), "dry_run": dry_run} | _facts(manifest))
    words = "Файл цел, место пусто, ничего не записано" if dry_run else f"Восстановлено и сверено: {settings.data}"
    output.screen.print(words, markup=False)
    _show(manifest)
    if not manifest.keys and settings.link_key is None:
        line = "Ключа личных ссылок в копии нет: задайте прежний VEKHA_LINK_KEY, иначе ссылки из писем не откроются"
        output.screen.print(line, style="yellow", markup=False)
    if not dry_run:
        line = "Прежнюю установку больше не запускайте: письма ушли бы дважды. Дальше: vekha up или vekha sync"
        output.screen.print(line, style="yellow", markup=False)
    return None


def _verify(file: Path, *, as_json: bool) -> None:
    with _bar("Проверка копии, МБ") as advance:
        manifest, found = try_out(file, Settings(), progress=advance)
    if as_json:
        output.as_json({"file": str(file), "differences": found} | (_facts(manifest) if manifest else {}))
    else:
        for line in found:
            output.screen.print(f"Отличается: {line}", style="red", markup=False)
        if not found:
            output.screen.print(f"Копия верна: {file} восстановлена на пробу, всё совпало с описью", markup=False)
        if manifest is not None:
            _show(manifest)
    if found:
        raise typer.Exit(1)


def _named(file: Path | None, settings: Settings) -> Path:
    """The file itself, or one in the folder that is called by the time."""
    if file is not None and not file.is_dir():
        return file
    now = clock.now().astimezone(zone_of(settings.zone))
    return (file or Path()) / f"vekha-{now:%Y-%m-%d-%H%M%S}.zip"


@contextmanager
def _bar(words: str) -> Iterator[Callable[[int, int], None]]:
    """Megabytes, for who watches, once there is something to do: a refusal is one line, and a log needs no bar."""
    with ExitStack() as shown:
        inner: list[Callable[[int, int], None]] = []

        def advance(done: int, total: int) -> None:
            if output.errors.is_terminal:
                if not inner:
                    inner.append(shown.enter_context(output.progress(words)))
                inner[0](done // MB, max(total // MB, 1))

        yield advance


def _mb(size: int) -> str:
    return f"{size / MB:.1f} МБ".replace(".", ",")


def _facts(manifest: Manifest) -> dict[str, Any]:
    """For programs; not every file by name."""
    said = asdict(manifest)
    said["parts"] = len(manifest.parts)
    return said | {"content_size": manifest.size}


def _show(manifest: Manifest) -> None:
    at = manifest.made_at.astimezone(zone_of(Settings().zone))
    output.screen.print(f"Снята {at:%d.%m.%Y в %H:%M}, «Веха» {manifest.program}, Prefect {manifest.prefect}")
    for name, held in manifest.databases.items():
        rows = counted(held.rows, "строка", "строки", "строк")
        tables = counted(len(held.tables), "таблице", "таблицах", "таблицах")
        output.screen.print(f"{NAMES_RU[name]}: {ENGINES_RU[held.engine]}, схема {held.revision}, {rows} в {tables}")
    files = sum(part.name.startswith("data/") for part in manifest.parts)
    output.screen.print(f"Прочее: {counted(files, 'файл', 'файла', 'файлов')}, всего {_mb(manifest.size)}")


def _remarks(made: Made, settings: Settings, *, with_keys: bool) -> list[str]:
    lines = []
    if made.manifest.keys:
        lines.append("В копии — ключ личных ссылок: файл открыт только вам (0600), храните его как пароль")
    elif settings.link_key is not None:
        lines.append("Ключ личных ссылок задан в VEKHA_LINK_KEY и в копию не входит: храните его отдельно")
    elif not with_keys:
        lines.append("Без ключа личных ссылок: после восстановления без него ссылки из прежних писем не откроются")
    if "prefect" not in made.manifest.databases:
        lines.append(
            "Базы Prefect здесь нет (файла нет, VEKHA_PREFECT_DATABASE_URL не задан): после восстановления запуски "
            "создаст «vekha sync», а ответы, данные в формах и ещё не исполненные, придётся дать снова"
        )
    if made.manifest.missing:
        files = counted(made.manifest.missing, "файла", "файлов", "файлов")
        lines.append(f"В папке данных нет {files}, названных в базе: верните их из прежней копии")
    left_out = [name for name in made.left_out if name not in made.manifest.keys]
    if left_out and with_keys:
        lines.append(f"В папке данных лежит и не вошло в копию: {', '.join(left_out)}")
    lines.append("Настройки (vekha.env, окружение) в копию не входят: храните их отдельно")
    return lines
