"""An installation of containers for all tests of this folder; images are made once and kept."""

from collections.abc import Iterator
from typing import NamedTuple

import pytest

from tests.parts.compose import Compose
from tests.parts.containers import need_programs, servers_image, vekha_image
from tests.parts.network import network


class Images(NamedTuple):
    """The names of the images."""

    vekha: str
    servers: str


@pytest.fixture(scope="session")
def containers() -> Images:
    """The images of this tree and of the servers beside it."""
    need_programs()
    return Images(vekha_image(), servers_image())


@pytest.fixture(scope="session")
def installation(containers: Images, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Compose]:
    """``compose.yaml``, up and healthy, with a roadmap on control and in Prefect."""
    with network() as own:
        compose = Compose(tmp_path_factory.mktemp("compose"), own, vekha=containers.vekha, servers=containers.servers)
        try:
            compose.start()
            compose.vekha("load", "surgut", "--rehearsal")
            compose.vekha("sync")
            yield compose
        finally:
            compose.remove()
