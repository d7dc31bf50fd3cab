"""``sim view`` as a process, met by a visitor without a browser: however it is stopped, it ends without a traceback."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
import uuid
from contextlib import ExitStack
from typing import Any

import pytest

pytest.importorskip("solara", reason="the extra view is not installed (pip install 'sim[view]')")

from websockets.sync.client import connect

pytestmark = pytest.mark.slow


def interruptible() -> None:
    """Ctrl-C reaches the server even where the tests themselves run in the background."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def server() -> Any:
    """The program, its port, and the first line it said: it has just begun to listen."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "sim", "view", "dushanbe-2025", "--port", str(port), "--no-browser"],
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=interruptible,  # noqa: PLW1509
    )
    said = process.stderr.readline()
    assert f"http://localhost:{port}/" in said, said + process.stderr.read()
    yield process, port
    if process.poll() is None:
        process.kill()
        process.communicate()


class Visitor:
    """What a browser does when it opens the page: a connection, on which it asks the app to draw itself."""

    def __init__(self, port: int, stack: ExitStack) -> None:
        self.kernel, self.page, self.cookie = (str(uuid.uuid4()) for _ in range(3))
        self.host, self.headers = f"localhost:{port}", {"Cookie": f"solara-session-id={self.cookie}"}
        address = f"ws://{self.host}/jupyter/api/kernels/{self.kernel}/channels?session_id={self.page}"
        self.socket = stack.enter_context(connect(address, additional_headers=self.headers, max_size=None))
        comm = uuid.uuid4().hex
        self.say("comm_open", {"comm_id": comm, "target_name": "solara.control", "data": {}})
        self.say("comm_msg", {"comm_id": comm, "data": {"method": "run", "args": {"path": "/"}}})

    def say(self, kind: str, content: dict[str, Any]) -> None:
        header = {"msg_id": uuid.uuid4().hex, "msg_type": kind, "username": "", "session": self.page, "version": "5.2"}
        date = {"date": "2026-01-01T00:00:00Z"}
        rest = {"parent_header": {}, "metadata": {}, "content": content, "channel": "shell", "buffers": []}
        self.socket.send(json.dumps({"header": header | date, **rest}))

    def hears(self, messages: int) -> str:
        """What the server sends first, all in one."""
        return "\n".join(str(self.socket.recv(timeout=60)) for _ in range(messages))

    def leave(self) -> None:
        """As when a tab is closed: the connection breaks, and the browser tells that the page is gone."""
        threading.Thread(target=self._gone, daemon=True).start()
        self.socket.socket.shutdown(socket.SHUT_RDWR)

    def _gone(self) -> None:
        address = f"http://{self.host}/_solara/api/close/{self.kernel}?session_id={self.page}"
        try:
            urllib.request.urlopen(urllib.request.Request(address, b"", self.headers), timeout=60).close()
        except (urllib.error.URLError, OSError):
            return  # the server did not wait for it


@pytest.mark.parametrize("presses", [1, 2])
def test_stopped_in_the_middle_of_everything_it_says_that_it_is_closed_and_no_more(server: Any, presses: int) -> None:
    """One visitor has just left, another is being served; the server would print each thing that it cuts off.

    A page fetched by the machine's number instead of its name is no reason for a warning either.
    """
    process, port = server
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=60) as page:
        assert page.status == 200
    with ExitStack() as visitors:
        gone, there = Visitor(port, visitors), Visitor(port, visitors)
        gone.hears(3), there.hears(3)
        gone.leave()
        time.sleep(0.2)
        for _ in range(presses):
            process.send_signal(signal.SIGINT)
            time.sleep(0.1)
        rest = process.communicate(timeout=60)[1]
    assert process.returncode == 0
    assert rest == "The dashboard is closed.\n"
