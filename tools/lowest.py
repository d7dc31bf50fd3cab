"""Print the lower bounds of pyproject.toml as constraints: the oldest versions that it says sim works with.

``make test-oldest`` installs by them. What the direct dependencies need in turn is as new as they allow: pyproject.toml
says nothing about it.
"""

import re
import tomllib
from pathlib import Path

PYPROJECT = Path(__file__).resolve().parent.parent / "pyproject.toml"
BOUND = re.compile(r"([A-Za-z0-9_.-]+)(?:\[[^]]*\])?>=([0-9][0-9.]*)")


def lowest() -> list[str]:
    """``name==bound`` of each dependency with a lower bound, of the package, its extras and what builds it."""
    said = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))
    wanted = [
        *said["build-system"]["requires"],
        *said["project"]["dependencies"],
        *(one for extra in said["project"]["optional-dependencies"].values() for one in extra),
    ]
    found = [match for one in wanted if (match := BOUND.match(one))]
    return sorted({f"{match[1]}=={match[2]}" for match in found}, key=str.lower)


if __name__ == "__main__":
    print("\n".join(lowest()))
