"""Takes the pictures of the guides from a running ``vekha up``, by the log-in of «Контроль».

VEKHA_CONTROL_PASSWORD=… python docs/screenshots.py [address of the pages]
"""

import os
import shutil
import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

PICTURES = Path(__file__).parent / "pictures"


def main(pages: str) -> None:
    """Deployments, the runs to come of one, a run that waits with its card, its form, overview and progress."""
    browser_path = shutil.which("chromium") or sys.exit("chromium is needed: apt-get install chromium")
    PICTURES.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=browser_path, args=["--no-sandbox", "--disable-background-networking"]
        )
        page = browser.new_page(viewport={"width": 1400, "height": 900}, locale="ru-RU")
        page.goto(f"{pages}/control")
        page.fill("input[type=password]", os.environ["VEKHA_CONTROL_PASSWORD"])
        page.press("input[type=password]", "Enter")
        page.wait_for_url(lambda now: "/login" not in now)
        address = f"{pages}/prefect"
        take(page, f"{address}/deployments", "deployments")
        weekly = one(page, "deployments", {"deployments": {"name": {"like_": "1.2.3 "}}})
        take(page, f"{address}/deployments/deployment/{weekly['id']}?tab=Upcoming", "upcoming")
        waiting = {"state": {"name": {"any_": ["Просрочено"]}}, "tags": {"all_": ["moscow-oblast"]}}
        run = one(page, "flow_runs", {"flow_runs": waiting})
        take(page, f"{address}/runs/flow-run/{run['id']}?tab=Artifacts", "run")
        page.get_by_role("button", name="Resume").click()
        page.get_by_role("dialog").get_by_role("link", name="Решить на странице контроля").wait_for()
        page.wait_for_timeout(1000)
        page.screenshot(path=PICTURES / "decision.png")
        overview = one(page, "artifacts", {"artifacts": {"key": {"any_": ["obzor-moscow-oblast"]}}})
        take(page, f"{address}/artifacts/artifact/{overview['id']}", "overview")
        progress = one(
            page, "artifacts", {"artifacts": {"key": {"any_": ["moscow-oblast-progress"]}}, "sort": "CREATED_DESC"}
        )
        take(page, f"{address}/artifacts/artifact/{progress['id']}", "progress")
        browser.close()


def take(page: Page, url: str, name: str) -> None:
    """One picture of a page once it has settled."""
    page.goto(url)
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(2500)
    page.screenshot(path=PICTURES / f"{name}.png")


def one(page: Page, kind: str, wanted: dict[str, Any]) -> dict[str, Any]:
    """The first thing of a kind that a filter of the Prefect API finds."""
    ask = """async ([kind, body]) => (await fetch(`/prefect/api/${kind}/filter`, {
        method: "POST", headers: {"Content-Type": "application/json"}, body: JSON.stringify(body)})).json()"""
    found: list[dict[str, Any]] = page.evaluate(ask, [kind, wanted | {"limit": 1}])
    return found[0] if found else sys.exit(f"no {kind} to show: {wanted}")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:4280")
