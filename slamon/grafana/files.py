"""Write the dashboards to a folder, and say where a folder differs from what would be written."""

from __future__ import annotations

from pathlib import Path

from slamon.grafana import compliance


def build() -> dict[str, str]:
    """Content by file name."""
    dashboards = (compliance.dashboard(),)
    return {f"{dashboard.uid}.json": dashboard.text() for dashboard in dashboards}


def write(folder: Path) -> list[Path]:
    """Write every dashboard; give the files written."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, text in build().items():
        (folder / name).write_text(text)
        written.append(folder / name)
    return written


def check(folder: Path) -> list[str]:
    """Say what is wrong with the folder; nothing if it holds exactly what `write` would put there."""
    wanted = build()
    problems = []
    for name, text in wanted.items():
        path = folder / name
        if not path.is_file():
            problems.append(f"{path} is missing: run slamon dashboards build")
        elif path.read_text() != text:
            problems.append(f"{path} is not as generated: run slamon dashboards build")
    strangers = sorted(path for path in folder.glob("*.json") if path.name not in wanted)
    return problems + [f"{path} is not one of ours: move or remove it" for path in strangers]
