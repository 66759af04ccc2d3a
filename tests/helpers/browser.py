"""A headless Chromium, driven through its DevTools protocol."""

import base64
import json
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.request import urlopen

import websocket

from marks import find_chromium

#: Seconds after which something hangs; what is only slow, on a busy machine, is there by then.
PATIENCE = 500
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--remote-debugging-port=0",
    "--window-size=1400,1000",
)


class Browser:
    """One page of a fresh browser profile; use it in a `with` statement.

    Attributes:
        errors: messages of the page's console at level "error" and uncaught exceptions.
        requests: addresses that the page asked for.
    """

    def __init__(self, profile: Path) -> None:
        executable = find_chromium()
        if executable is None:
            raise RuntimeError("There is no Chromium on this machine.")
        self.errors: list[str] = []
        self.requests: list[str] = []
        self._profile = profile
        self._count = 0
        command = [executable, *FLAGS, f"--user-data-dir={profile}", "about:blank"]
        self._process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            self._socket = websocket.create_connection(
                self._page_address(), suppress_origin=True, timeout=PATIENCE
            )
            for domain in ("Page", "Runtime", "Log", "Network"):
                self.call(f"{domain}.enable")
        except BaseException:
            self._process.kill()
            self._process.wait()
            raise

    def __enter__(self) -> "Browser":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._socket.close()
        self._process.terminate()
        try:
            self._process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _page_address(self) -> str:
        port_file = self._profile / "DevToolsActivePort"
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                raise RuntimeError("Chromium ended at once.")
            if port_file.is_file() and (lines := port_file.read_text().splitlines()):
                with (
                    suppress(OSError),  # it does not listen yet
                    urlopen(f"http://127.0.0.1:{lines[0]}/json/list", timeout=PATIENCE) as reply,
                ):
                    pages = [page for page in json.load(reply) if page["type"] == "page"]
                    if pages:
                        return str(pages[0]["webSocketDebuggerUrl"])
            time.sleep(0.1)
        raise TimeoutError("Chromium did not open its DevTools port.")

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Call a method of the DevTools protocol and return its result."""
        number = self._send(method, parameters)
        while True:
            message = json.loads(self._socket.recv())
            if message.get("id") == number:
                if "error" in message:
                    raise RuntimeError(f"{method}: {message['error']['message']}")
                return dict(message["result"])
            self._note(message)

    def _send(self, method: str, parameters: dict[str, Any]) -> int:
        self._count += 1
        self._socket.send(json.dumps({"id": self._count, "method": method, "params": parameters}))
        return self._count

    def _note(self, message: dict[str, Any]) -> None:
        method, values = message.get("method"), message.get("params", {})
        if method == "Network.requestWillBeSent":
            self.requests.append(values["request"]["url"])
        elif method == "Runtime.exceptionThrown":
            details = values["exceptionDetails"]
            self.errors.append(details.get("exception", {}).get("description", details["text"]))
        elif method == "Log.entryAdded" and values["entry"]["level"] == "error":
            self.errors.append(f"{values['entry']['text']} {values['entry'].get('url', '')}")
        elif method == "Page.javascriptDialogOpening":
            # A page with unsaved changes asks before it is left; nothing goes on until then.
            self._send("Page.handleJavaScriptDialog", {"accept": True})

    def evaluate(self, expression: str) -> Any:
        """The value of a JavaScript expression in the page; promises are awaited."""
        result = self.call(
            "Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True
        )
        if "exceptionDetails" in result:
            raise RuntimeError(f"{expression}: {result['exceptionDetails']['text']}")
        return result["result"].get("value")

    def open(self, address: str) -> None:
        """Go to an address; returns when the page has begun to load.

        Errors and requests are counted anew.
        """
        self.errors.clear()
        self.requests.clear()
        self.call("Page.navigate", url=address)

    def wait_for(self, expression: str, seconds: float = PATIENCE) -> Any:
        """Wait until a JavaScript expression is true, and return its value.

        Raises:
            TimeoutError: it did not become true in time; the message holds the page's text.
        """
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            value = self.evaluate(f"(() => {{ try {{ return {expression} }} catch {{ }} }})()")
            if value:
                return value
            time.sleep(0.2)
        text = self.evaluate("document.body ? document.body.innerText.slice(0, 2000) : ''")
        raise TimeoutError(f"Not true after {seconds} s: {expression}\nThe page says:\n{text}")

    def wait_for_text(self, text: str, seconds: float = PATIENCE) -> None:
        """Wait until a text can be read on the page."""
        self.wait_for(f"document.body.innerText.includes({json.dumps(text)})", seconds)

    def click(self, element: str) -> None:
        """Click on the element that a JavaScript expression gives, with the mouse.

        Waits until the element stands still and nothing covers it.
        """
        before, place = None, self._centre(element)
        while place != before:
            time.sleep(0.3)
            before, place = place, self._centre(element)
        for kind in ("mouseMoved", "mousePressed", "mouseReleased"):
            self.call(
                "Input.dispatchMouseEvent",
                type=kind,
                x=place[0],
                y=place[1],
                button="none" if kind == "mouseMoved" else "left",
                clickCount=0 if kind == "mouseMoved" else 1,
            )

    def _centre(self, element: str) -> list[float]:
        """Where the middle of an element is, once it can be clicked there."""
        place: list[float] = self.wait_for(
            f"(e => {{ e.scrollIntoView({{block: 'center'}}); const b = e.getBoundingClientRect();"
            " const x = b.x + b.width / 2, y = b.y + b.height / 2;"
            " return e.contains(document.elementFromPoint(x, y)) ? [x, y] : null })"
            f"({element})"
        )
        return place

    def screenshot(self, path: Path) -> None:
        """Save what the window shows as PNG."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(base64.b64decode(self.call("Page.captureScreenshot")["data"]))
