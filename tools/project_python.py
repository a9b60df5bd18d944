"""The project's own Python, which has what scripts/requirements*.txt name."""

import os
import pathlib
import sys

FOLDER = pathlib.Path(__file__).resolve().parents[1] / ".venv"


def use():
    """Starts the running script again by the Python in .venv, unless that runs it already."""
    if pathlib.Path(sys.prefix) == FOLDER:
        return
    if not (FOLDER / "bin/python").exists():
        raise SystemExit(f"{pathlib.Path(sys.argv[0]).name}: run scripts/setup --examples first")
    os.execv(FOLDER / "bin/python", [FOLDER / "bin/python", *sys.argv])
