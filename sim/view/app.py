"""What Solara opens: a page that brings in the rest of the dashboard when somebody comes, or the server before.

The model and its tables take a second or two to import, and meanwhile a browser can load what it needs.
"""

from __future__ import annotations

from typing import Any

import solara


@solara.component
def Page() -> None:
    """The whole page of one visitor."""
    from sim.view.page import Whole

    Whole()


@solara.component
def Layout(children: list[Any]) -> None:
    """No frame but our own."""
    solara.Div(children=children)
