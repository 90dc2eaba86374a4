"""Run commands on a copy of a data folder that stands on a disk of its own, which is full or may only be read.

To be run in a mount namespace: `on_disk.py HOW FOLDER`, commands as JSON on standard input, answers on standard output.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

from typer.testing import CliRunner

from slamon.cli.main import app

DISK = Path("/mnt")


def mount(*options: str) -> None:
    subprocess.run(["mount", *options], check=True)


def fill(file: Path) -> None:
    with file.open("wb", buffering=0) as filler:
        try:
            while True:
                filler.write(bytes(4096))
        except OSError:
            return


def main(how: str, folder: str) -> None:
    mount("-t", "tmpfs", "-o", "size=8m", "tmpfs", str(DISK))
    shutil.copytree(folder, DISK / "var")
    answers = {}
    if how == "full":
        fill(DISK / "fill")
    elif how == "read-only":
        mount("-o", "remount,ro", str(DISK))
    for command in json.load(sys.stdin):
        env = {"SLAMON_DATA": str(DISK / "var"), "SLAMON_ACTOR": "rita"}
        done = CliRunner(env=env).invoke(app, command)
        answers[" ".join(command)] = [done.exit_code, done.stdout, done.stderr]
    json.dump(answers, sys.stdout)


main(*sys.argv[1:])
