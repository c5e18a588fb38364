"""``vekha web``: the pages of officials and of the coordinator alone, until Ctrl-C."""

import os
from typing import Annotated

import typer

from deployments.cli import output
from models.private import keep_private
from models.settings import Settings


def web(
    host: Annotated[
        str | None, typer.Option("--host", help="Адрес, на котором слушать; по умолчанию 127.0.0.1.")
    ] = None,
    port: Annotated[
        int | None, typer.Option("--port", min=1, max=65535, help="Порт страниц; по умолчанию 4280.")
    ] = None,
) -> None:
    """Запустить только страницы: личные страницы исполнителей и «Контроль»; Ctrl-C останавливает."""
    from deployments.serve.web import check_before_start, serve, with_password

    if host is not None:
        os.environ["VEKHA_WEB_HOST"] = host
    if port is not None:
        os.environ["VEKHA_WEB_PORT"] = str(port)
    settings = Settings()
    check_before_start(settings)
    settings, password = with_password(settings)
    keep_private(settings.data, whole=True)
    output.screen.print(f"Страница «Контроль»: [bold]{settings.pages_url}/control[/] {password}")
    output.screen.print("Личные ссылки исполнителей — в письмах. Остановить: Ctrl-C")
    serve(settings)
