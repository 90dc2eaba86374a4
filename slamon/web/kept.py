"""What a batch says of single results, in words: why one came out as it did, stage by stage, and what was heard."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from markupsafe import Markup

from slamon.views.batchtold import KeptTold, ProbeTold
from slamon.web.asking import AskedNow
from slamon.web.figures import instant, latency
from slamon.web.texts import DEFAULT, Language

STEP = "step."
EXPECTED = "expected: "  # of a condition that says itself that it was not fulfilled


def seen(probes: Sequence[ProbeTold]) -> list[str]:
    """The outcomes that some probe has, and good: a column for each."""
    named = probes[0].outcomes if probes else {}
    return [name for name in named if name == "good" or any(p.outcomes[name] for p in probes)]


def kept(t: Language, found: KeptTold, zone: str) -> list[str]:
    """Say one thing after the other, instants as the clocks of a zone show them."""
    return list(said(t, found, lambda iso: instant(t, iso, zone).striptags()))


def said(t: Language, found: KeptTold, told: Callable[[str], str]) -> Iterator[str]:
    """Say one thing after the other; `told` writes an instant for whoever reads it."""
    if found.reason or found.text:
        yield _reasoned(t, found.reason, found.text)
    if found.address:
        yield t("kept.address", address=found.address)
    if found.phases_us:
        took = [f"{phase(t, name)} {latency(t, us)}" for name, us in found.phases_us.items()]
        yield t("kept.phases", phases=", ".join(took))
    for condition in found.checked:
        if condition != found.text:
            yield (
                condition
                if condition.startswith(EXPECTED)
                else t("kept.checked", condition=condition)
            )
    if found.line:
        yield t("kept.line", line=found.line)
    if found.headers:
        headers = ", ".join(f"{name}: {value}" for name, value in found.headers.items())
        yield t("kept.headers", headers=headers)
    if found.certificate_until:
        yield t("kept.certificate", until=told(found.certificate_until))


def reasoned(t: Language, asked: AskedNow) -> str:
    """Say why an attempt that was asked by hand came out as it did."""
    return _reasoned(t, asked.reason, asked.text)


def _reasoned(t: Language, code: str | None, text: str | None) -> str:
    """The reason in words, then the text of whoever saw it, which is English."""
    why = [reason(t, code)] if code else []
    if t.code == DEFAULT or not text:
        return t("mark.colon").join([*why, *([text] if text else [])])
    return Markup(t("mark.colon")).join([*why, Markup('<span lang="en">{}</span>').format(text)])  # noqa: S704 - of the catalogue


def reason(t: Language, code: str) -> str:
    """Say why an attempt was not good; a reason without words is told as it is named."""
    return t(f"reason.{code}") if t.has(f"reason.{code}") else code.replace("_", " ")


def phase(t: Language, name: str) -> str:
    """Name a phase of an attempt, or one of its steps."""
    if name.startswith(STEP):
        return t("phase.step", step=name.removeprefix(STEP))
    return t(f"phase.{name}") if t.has(f"phase.{name}") else name.replace("_", " ")
