"""`slamon catalogue export`: the documents of a set, written from the ledger."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated

import typer

from catalogue.exporting import WrittenFile
from catalogue.instants import moment_of
from catalogue.pages import read_page
from catalogue.plan import Plan, plan
from catalogue.reader import read
from slamon.app.refused import Refused, Unknown
from slamon.cli.house import now
from slamon.cli.known import AsKnownAt, Then, reading_at
from slamon.cli.terminal import AsJson, console, errors, fail, print_json
from slamon.cli.wording import counted


def export(
    folder: Annotated[Path, typer.Argument(help="The folder of the set.", metavar="DIR")],
    *,
    name: Annotated[
        str | None,
        typer.Option(
            "--set",
            help="Which set; it is written into a folder of that name in DIR. Without it DIR is the folder of the set.",
            metavar="NAME",
        ),
    ] = None,
    force: Annotated[
        bool,
        typer.Option(
            "--force", help="Overwrite also what the documents say and the ledger does not."
        ),
    ] = False,
    as_known: AsKnownAt = None,
    as_json: AsJson = False,
) -> None:
    """Write the documents of a set as the ledger has it: newest terms, and the lifecycle as it stands.

    Documents that are there keep their comments and their order; only what has changed since is changed in them. What
    they say and nobody has applied is not overwritten.
    """
    place = folder if name is None else folder / name
    with reading_at(as_known) as then:
        files = _files(place)
        found = then.reading.documents(place.resolve().name, files)
        if found is None:
            known = ", ".join(then.reading.sets()) or "none"
            message = (
                f"the ledger has no set {place.resolve().name!r}; name one with --set: {known}"
            )
            raise Unknown(message)
        if files and not force:
            _refuse_to_lose(place, then)
        changed = {file: text for file, text in found.files.items() if _text(files, file) != text}
        _write(place, changed)
    if as_json:
        told = {"set": found.name, "position": found.position}
        print_json(
            {
                **told,
                "written": sorted(changed),
                "unchanged": sorted(set(found.files) - set(changed)),
            }
        )
        return
    kept = len(found.files) - len(changed)
    said = f"{found.name} at position {found.position}: {counted(len(changed), 'file')} written, {kept} unchanged"
    console.print(said, highlight=False, soft_wrap=True)


def _files(folder: Path) -> dict[str, WrittenFile]:
    """The documents that are there.

    Raises:
        Refused: one of them cannot be read.

    """
    found = {}
    for path in sorted(folder.glob("*.yaml")):
        page, faults = read_page(path, str(path))
        if faults:
            message = "\n".join(map(str, faults))
            raise Refused(message)
        found[path.name] = WrittenFile(path.read_text(encoding="utf-8"), page.data)
    return found


def _text(files: Mapping[str, WrittenFile], file: str) -> str | None:
    return files[file].text if file in files else None


def _refuse_to_lose(folder: Path, then: Then) -> None:
    """Leave documents alone that say what nobody has applied."""
    planned = plan(read([folder]), then.reading.states(), moment_of(now()).date())
    unknown = list(_unknown(planned))
    if not unknown:
        return
    for said in unknown:
        errors.print(f"  {said}", highlight=False, markup=False, soft_wrap=True)
    fail(
        f"{folder} says what the ledger does not know; apply it first, "
        "or overwrite it with --force; nothing was written"
    )


def _unknown(planned: Plan) -> Iterator[str]:
    yield from (change.sentence for change in planned.changes)
    yield from (str(refusal) for refusal in planned.refusals)


def _write(folder: Path, texts: Mapping[str, str]) -> None:
    """Write files beside those they replace, and only then put each in its place."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".export-") as beside:
        for name, text in texts.items():
            (Path(beside) / name).write_text(text, encoding="utf-8")
        for name in texts:
            (Path(beside) / name).replace(folder / name)
