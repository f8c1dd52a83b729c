"""The whole demo in processes of its own, and the system's Chromium looking at it.

Nothing here touches Django: the tests see what a person sees. SHOTS names a folder to keep pictures of every page in;
RUNNING_DEMO the address of a demo that runs already, to save its start while a page is being made.
"""

import fcntl
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 300
QUIET = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--disable-default-apps", "--disable-extensions"),
)
WATCH_POLICY = """
window.policyViolations = [];
document.addEventListener("securitypolicyviolation", (event) => {
    window.policyViolations.push(`${event.violatedDirective} ${event.blockedURI}`);
});
"""


@dataclass
class Demo:
    """The running demo: its address and the lines it printed."""

    address: str
    lines: list[str]

    def sign_in_name(self) -> tuple[str, str]:
        """The e-mail address and password that the demo printed."""
        words = next(line for line in self.lines if "sign in as" in line).split()
        return words[3], words[5]


def _free_port() -> int:
    with closing(socket.socket()) as candidate:
        candidate.bind(("127.0.0.1", 0))
        return candidate.getsockname()[1]


@pytest.fixture(scope="session")
def demo(tmp_path_factory, worker_id):
    """`make run` without the make: loaded from nothing, with worker, scheduler and partner sandbox.

    The workers of a run share it: the first who asks starts it, and stops it once no other uses it any more.
    """
    if running := os.environ.get("RUNNING_DEMO"):
        yield Demo(running, ["sign in as coo@fieldlight.example password fieldlight-demo"])
        return
    own = tmp_path_factory.getbasetemp()
    folder = own if worker_id == "master" else own.parent
    note = folder / "demo.json"
    with (folder / "demo.lock").open("w") as lock, (folder / "demo.users").open("w") as users:
        process = None
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            fcntl.flock(users, fcntl.LOCK_SH)
            if not note.exists():
                port = _free_port()
                process = _start(folder, port)
                lines = _await_greeting(process, folder / "output.txt")
                note.write_text(json.dumps([f"http://127.0.0.1:{port}", lines]))
            fcntl.flock(lock, fcntl.LOCK_UN)
            yield Demo(*json.loads(note.read_text()))
            fcntl.flock(users, fcntl.LOCK_UN)
            if process:
                fcntl.flock(lock, fcntl.LOCK_EX)
                fcntl.flock(users, fcntl.LOCK_EX)
        finally:
            if process:
                note.unlink(missing_ok=True)
                process.terminate()
                process.wait(timeout=15)


def _start(folder: Path, port: int) -> subprocess.Popen:
    left_out = {"DATABASE_URL", "REDIS_URL", "LOG_LEVEL", "DJANGO_SETTINGS_MODULE"}
    environment = {name: value for name, value in os.environ.items() if name not in left_out}
    with (folder / "output.txt").open("w") as file:
        return subprocess.Popen(
            [sys.executable, "manage.py", "run_demo", "--port", str(port)],
            cwd=ROOT,
            env={**environment, "DEMO": "1", "DATA_DIR": str(folder / "data")},
            stdout=file,
            stderr=subprocess.STDOUT,
        )


def _await_greeting(process: subprocess.Popen, output: Path) -> list[str]:
    deadline = time.monotonic() + START_SECONDS
    while "Ctrl-C" not in (text := output.read_text()):
        if process.poll() is not None or time.monotonic() > deadline:
            pytest.fail(f"The demo did not start:\n{text}")
        time.sleep(0.2)
    return text.splitlines()


@pytest.fixture(scope="session")
def browser():
    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if not path:
        pytest.fail("Chromium is not installed. On Debian: apt-get install chromium")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=list(QUIET))
        yield chromium
        chromium.close()


@dataclass
class View:
    """One page with what it asked for and what it complained about."""

    page: Page
    address: str
    requests: list[str] = field(default_factory=list)
    console: list[str] = field(default_factory=list)
    source: str = ""

    def open(self, path: str) -> int:
        """Load a path of the site; returns the HTTP status."""
        response = self.page.goto(f"{self.address}{path}", wait_until="load")
        self.source = response.text()
        return response.status

    def off_host(self) -> list[str]:
        """Requests that went to any other host than the site's; data in the page itself is none."""
        own = urlsplit(self.address).netloc
        return [url for url in self.requests if not url.startswith("data:") and urlsplit(url).netloc != own]

    def violations(self) -> list[str]:
        """Breaches of the content security policy, as the browser told them."""
        told = [line for line in self.console if "Content Security Policy" in line]
        return told + self.page.evaluate("window.policyViolations")


def _watch(context: BrowserContext, address: str) -> View:
    context.add_init_script(WATCH_POLICY)
    context.set_default_timeout(15_000)
    page = context.new_page()
    view = View(page, address)
    page.on("request", lambda request: view.requests.append(request.url))
    page.on("console", lambda message: view.console.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: view.console.append(f"error: {error}"))
    return view


@pytest.fixture(scope="session")
def signed_in(demo: Demo, browser: Browser) -> dict:
    """The cookies of the COO, as got by filling in the form."""
    email, password = demo.sign_in_name()
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{demo.address}/")
    page.fill("input[name=login]", email)
    page.fill("input[name=password]", password)
    page.click("main button[type=submit], form button[type=submit]")
    page.wait_for_url(f"{demo.address}/")
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture
def open_view(demo: Demo, browser: Browser, request: pytest.FixtureRequest):
    """Makes views: of a stranger, or with `known=True` of the COO."""
    contexts = []

    def make(*, known: bool = True, scheme: str = "light", width: int = 1360) -> View:
        context = browser.new_context(
            storage_state=request.getfixturevalue("signed_in") if known else None,
            color_scheme=scheme,
            viewport={"width": width, "height": 900 if width > 400 else 800},
            reduced_motion="reduce",
        )
        contexts.append(context)
        return _watch(context, demo.address)

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def keep_picture():
    """Saves a full-page picture where SHOTS asks for them."""
    folder = os.environ.get("SHOTS")

    def keep(view: View, name: str) -> None:
        if folder:
            Path(folder).mkdir(parents=True, exist_ok=True)
            view.page.screenshot(path=f"{folder}/{name}.png", full_page=True)

    return keep
