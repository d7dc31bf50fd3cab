"""A result's panels in a notebook: ``result.board()``."""

from __future__ import annotations

from itertools import count
from typing import Any

import ipywidgets

from sim.runs.result import Result
from sim.scenario import BadInput
from sim.scenario.errors import nearest
from sim.view import panels
from sim.view.payload import payload

PANELS: tuple[str, ...] = ("player", "map", "triangle", "fans", "grievances", "projects", "deliveries", "ledger")
_KINDS = {
    "player": panels.Player,
    "map": panels.MapPanel,
    "triangle": panels.Triangle,
    "fans": panels.Fans,
    "grievances": panels.Grievances,
    "projects": panels.Projects,
    "deliveries": panels.Deliveries,
    "ledger": panels.Ledger,
}
_boards = count(1)


def board(
    result: Result,
    *which: str,
    world: int | None = None,
    sector: str = "overall",
    month: int = 0,
    baseline: Result | None = None,
    theme: str = "light",
) -> ipywidgets.VBox:
    """Panels of a result, in step with each other, as one widget for Jupyter.

    See ``Result.board`` for what is asked. The run is sent to the browser once and played there.

    Raises
    ------
    BadInput : a panel, sector, world, month or theme there is not, or a result that keeps only outcomes.
    """
    wanted = which or PANELS
    for name, options, path in [*((name, PANELS, "panel") for name in wanted), (theme, ("light", "dark"), "theme")]:
        if name not in options:
            raise BadInput.of(repr(name), f"one of {', '.join(options)}", path=path, nearest=nearest(name, options))
    if not 0 <= month <= result.months:
        raise BadInput.of(str(month), f"a month from 0 to {result.months}", path="month")
    result.shares(sector)
    sent = payload(result, world=world)
    group = f"board-{next(_boards)}"
    before = None if baseline is None else payload(baseline)
    shown: list[Any] = []
    for name in wanted:
        first = not shown
        shown.append(
            _KINDS[name](
                run=sent if first else {"id": sent["id"]},
                baseline=_sent(before, whole=first),
                group=group,
                theme=theme,
                sector=sector,
                month=month,
                world=sent["follow"]["world"],
            )
        )
    return ipywidgets.VBox(_rows(dict(zip(wanted, shown, strict=True))), layout=ipywidgets.Layout(width="100%"))


def _sent(run: dict[str, Any] | None, *, whole: bool) -> dict[str, Any]:
    """A payload whole for the first panel, by its name for the others."""
    if run is None:
        return {}
    return run if whole else {"id": run["id"]}


def _rows(shown: dict[str, Any]) -> list[Any]:
    """Panels below each other, the triangle beside the map it is the key of."""
    for widget in shown.values():
        widget.layout = ipywidgets.Layout(width="100%", margin="0 0 10px 0")
    if not {"map", "triangle"} <= set(shown):
        return list(shown.values())
    pair = ipywidgets.GridBox(
        [shown["map"], shown["triangle"]],
        layout=ipywidgets.Layout(
            width="100%",
            grid_template_columns="minmax(0, 3fr) minmax(0, 2fr)",
            grid_gap="10px",
            align_items="flex-start",
        ),
    )
    return [pair if name == "map" else widget for name, widget in shown.items() if name != "triangle"]
