"""Takes the pictures of the guides from a running ``vekha up``: python docs/screenshots.py [address]."""

import json
import shutil
import sys
import urllib.request
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

PICTURES = Path(__file__).parent / "pictures"
WAITING = ("Просрочено", "В работе")


def main(address: str) -> None:
    """Deployments, upcoming runs, a run that waits, its form, the overview of a roadmap."""
    browser_path = shutil.which("chromium") or sys.exit("chromium is needed: apt-get install chromium")
    PICTURES.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=browser_path, args=["--no-sandbox", "--disable-background-networking"]
        )
        page = browser.new_page(viewport={"width": 1400, "height": 900}, locale="ru-RU")
        run = waiting_run(address)
        take(page, f"{address}/deployments", "deployments")
        take(page, f"{address}/runs?state=Scheduled", "runs")
        take(page, f"{address}/runs/flow-run/{run['id']}", "run")
        page.get_by_role("button", name="Resume").click()
        page.wait_for_timeout(2000)
        page.screenshot(path=PICTURES / "decision.png")
        take(page, f"{address}/artifacts", "artifacts")
        browser.close()


def take(page: Page, url: str, name: str) -> None:
    """One picture of a page once it has settled."""
    page.goto(url)
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(2500)
    page.screenshot(path=PICTURES / f"{name}.png")


def waiting_run(address: str) -> dict[str, Any]:
    """A run that waits for a decision."""
    wanted = {"flow_runs": {"state": {"name": {"any_": list(WAITING)}}}, "limit": 1}
    request = urllib.request.Request(
        f"{address}/api/flow_runs/filter", json.dumps(wanted).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request) as answer:
        found: list[dict[str, Any]] = json.load(answer)
    return found[0] if found else sys.exit("no run waits for a decision")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:4200")
