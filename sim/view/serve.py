"""Starting the dashboard's server: Solara set up for quiet, offline use by one machine, unless told otherwise."""

from __future__ import annotations

import asyncio
import atexit
import ctypes
import gc
import logging
import os
import socket
import tempfile
import threading
import warnings
import webbrowser
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sim.scenario import BadInput
from sim.view import catalogue as catalogues
from sim.view.catalogue import Catalogue

PORT = 8765
LOOPBACK = ("127.0.0.1", "localhost", "::1")
CULL = "20s"
"""How long a visitor whose connection broke may stay away before his state is dropped."""
MESSAGE_BYTES = 2 * 2**20
"""Largest message a browser may send; an uploaded scenario has at most half of it."""
GARBAGE = (700, 10, 10)
"""How often the server looks for garbage: the usual, for a visitor's page is full of cycles (commands look seldom)."""
ARENAS = (-8, 2)
"""glibc's M_ARENA_MAX: few heaps, or each visitor's thread keeps the memory of an ensemble."""
QUIET = 3.0
"""Seconds between a visitor's leaving and giving back what he used, so that those who leave together are one."""
FAREWELL = 10
"""Seconds that a page may take to finish its drawing, and a visitor's leaving to be settled, once the server stops."""
ASSETS = Path(__file__).parent / "assets"


def configure(*, near: bool = True) -> None:
    """Set Solara up before its server is imported: production, no telemetry, no banner, nothing from outside.

    ``near``: browsers are on this machine, so that packing what is sent to them would only cost time.
    """
    os.environ["SOLARA_APP"] = "sim.view.app"
    if "SOLARA_HOME" not in os.environ:  # it wants a folder of its own; ours goes when the server goes
        home = tempfile.TemporaryDirectory(prefix="sim-view-", ignore_cleanup_errors=True)
        atexit.register(home.cleanup)
        os.environ["SOLARA_HOME"] = home.name
        os.environ.setdefault("SOLARA_ASSETS_PROXY_CACHE_DIR", home.name)  # its own place may not be writable
    os.environ.setdefault("SOLARA_TELEMETRY_MIXPANEL_ENABLE", "False")
    import solara.server.settings as set_up

    set_up.main.mode = "production"
    set_up.telemetry.mixpanel_enable = False
    set_up.theme.show_banner = False
    set_up.theme.title = "sim"
    set_up.theme.loader = "plain"
    set_up.theme.variant = set_up.ThemeVariant.light  # "auto" leaves the page without a place for the app; see theme.js
    set_up.kernel.cull_timeout = CULL
    set_up.session.http_only = True
    set_up.assets.fontawesome_enabled = False
    set_up.assets.extra_locations = [str(ASSETS)]
    # Only who puts the page into another's frame needs to know, and it comes with any address but localhost.
    warnings.filterwarnings("ignore", message="Cookies with samesite=none require https")
    if hasattr(set_up, "server"):  # solara 1.60 or newer
        set_up.server.http_gzip = not near


def server(catalogue: Catalogue, host: str, port: int) -> Any:
    """A uvicorn server, not yet running, that serves the dashboard of ``catalogue``."""
    near = host in LOOPBACK
    configure(near=near)
    import pandas as pd  # noqa: F401 - before anybody comes: reacton looks at it even while another thread imports it
    import uvicorn

    catalogues.offered = catalogue
    import solara.server.starlette as served

    ready = uvicorn.Server(
        uvicorn.Config(
            served.app,
            host=host,
            port=port,
            loop="asyncio",
            log_level="warning",
            access_log=False,
            ws_max_size=MESSAGE_BYTES,
            ws_per_message_deflate=not near,
            timeout_graceful_shutdown=FAREWELL,
        )
    )
    for name in ("uvicorn.error", "solara.server.kernel"):
        logging.getLogger(name).addFilter(_CutOff(ready))
    return ready


class _CutOff(logging.Filter):
    """Once the server stops, what it cuts off itself is no fault: tasks after ``FAREWELL`` and sends to pages that are
    gone; after a second Ctrl-C, anything.
    """

    def __init__(self, ready: Any) -> None:
        super().__init__()
        self.ready = ready

    def filter(self, record: logging.LogRecord) -> bool:
        if not self.ready.should_exit or record.exc_info is None:
            return not self.ready.force_exit
        cut = isinstance(record.exc_info[1], asyncio.CancelledError) or record.name != "uvicorn.error"
        return not (cut or self.ready.force_exit)


def free_port(host: str, port: int | None) -> int:
    """The port wanted, or the first free one from the usual one on.

    Raises
    ------
    BadInput : it is taken, or the address cannot be listened on.
    """
    tried = [port] if port is not None else range(PORT, PORT + 20)
    reason = ""
    for candidate in tried:
        try:
            family = socket.getaddrinfo(host, candidate, type=socket.SOCK_STREAM)[0][0]
            with socket.socket(family, socket.SOCK_STREAM) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind((host, candidate))
                return int(probe.getsockname()[1])
        except OSError as error:
            reason = error.strerror or str(error)
    raise BadInput.of(
        f"{host}:{tried[0]} ({reason.lower()})",
        "an address and a port that are free; name another with --port",
        path="port",
    )


def serve(
    scenario: str,
    *,
    host: str = "127.0.0.1",
    port: int | None = None,
    results: Path | None = None,
    browser: bool = True,
    say: Callable[[str], None] = print,
) -> None:
    """Serve the dashboard until stopped.

    Raises
    ------
    BadInput : no such scenario, an address or port that cannot be used, the extra "view" not installed.
    """
    try:
        import anywidget  # noqa: F401
        import solara  # noqa: F401
    except ModuleNotFoundError as missing:
        raise BadInput.of(
            f"no {missing.name} installed", "the extra view: pip install 'sim[view]'", path="view"
        ) from missing
    chosen = free_port(host, port)
    allocator("mallopt", *ARENAS)
    ready = server(Catalogue(scenario, results), host, chosen)
    shown = f"[{host}]" if ":" in host else "localhost" if host in ("127.0.0.1", "0.0.0.0", "::") else host  # noqa: S104
    address = f"http://{shown}:{chosen}/"
    threading.Thread(target=_announce, args=(ready, address, browser, say), daemon=True).start()
    ready.run()


def _ahead() -> None:
    """Import the model and run the first ensemble while the browser loads the page, before anybody asks for it."""
    from sim.view.page import page_of, services
    from sim.view.state import PAGES, View

    catalogue = services.catalogue
    services.engine.kept(services.ask(View(), catalogue.scenario(catalogue.first)))
    for name, _ in PAGES:
        page_of(name)
    gc.freeze()  # what is there now stays
    _clear_up(services.left)


def _clear_up(left: threading.Event) -> None:
    """Give memory back to the system when visitors have left."""
    gc.set_threshold(*GARBAGE)
    while True:
        left.wait()
        threading.Event().wait(QUIET)
        left.clear()
        gc.collect()
        allocator("malloc_trim", 0)  # glibc keeps what threads have freed


def allocator(order: str, *values: int) -> None:
    """Tell the allocator something, where it is glibc's."""
    act = getattr(ctypes.CDLL(None), order, None) if os.name == "posix" else None
    if act is not None:
        act(*values)


def _announce(ready: Any, address: str, browser: bool, say: Callable[[str], None]) -> None:
    while not ready.started:
        if ready.should_exit:
            return
        threading.Event().wait(0.02)
    say(f"The dashboard is at {address} (Ctrl-C ends it)")
    if browser:
        webbrowser.open(address)
    _ahead()
