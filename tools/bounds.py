"""Print the versions at one end of what pyproject.toml allows, as constraints for pip; the argument says which end.

The oldest are the lower bounds. What the dependencies need in turn is as new as they allow: pyproject.toml says nothing
about it. The newest need no constraints.
"""

import re
import sys
import tomllib
from pathlib import Path

PYPROJECT = Path(__file__).resolve().parent.parent / "pyproject.toml"
BOUND = re.compile(r"([A-Za-z0-9_.-]+)(?:\[[^]]*\])?>=([0-9][0-9.]*)")


def oldest() -> list[str]:
    """``name==bound`` of each dependency, of the package, its extras and what builds it.

    Raises
    ------
    ValueError : a dependency without a lower bound.
    """
    said = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))
    wanted = [
        *said["build-system"]["requires"],
        *said["project"]["dependencies"],
        *(one for extra in said["project"]["optional-dependencies"].values() for one in extra),
    ]
    found = {one: BOUND.match(one) for one in wanted if not one.startswith("sim[")}
    loose = [one for one, match in found.items() if match is None]
    if loose:
        raise ValueError(f"no lower bound: {', '.join(loose)}")
    return sorted({f"{match[1]}=={match[2]}" for match in found.values() if match}, key=str.lower)


if __name__ == "__main__":
    print("\n".join(oldest() if sys.argv[1:] == ["oldest"] else []))
