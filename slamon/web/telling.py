"""What the documents and the ledger say, made readable: one language, nothing empty, nothing endless."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from slamon.sla.judgement import RemedyDue
from slamon.web import figures
from slamon.web.texts import DEFAULT, Language

LANGUAGES = frozenset({"en", "fr", "es"})
FEWEST_ROWS, MOST_COLUMNS = 3, 4
MOST = 50  # items of a list that are shown


def plain(t: Language, value: object) -> object:
    """Leave out what is empty, choose the language of each text, and cut long lists."""
    if isinstance(value, Mapping):
        if DEFAULT in value and value.keys() <= LANGUAGES:
            return _in_page(t, text(t, value))
        said = {str(key): plain(t, inner) for key, inner in value.items()}
        return {key: inner for key, inner in said.items() if inner not in (None, "", [], {})}
    if isinstance(value, Sequence) and not isinstance(value, str):
        shown = [plain(t, inner) for inner in value[:MOST]]
        rest = len(value) - MOST
        return [*shown, _in_page(t, t("record.more", count=rest))] if rest > 0 else shown
    return value


def _in_page(t: Language, words: str) -> str:
    """Mark words in the language of the page, where the documents around them are in another one."""
    if t.code == DEFAULT:
        return words
    return Markup('<span lang="{}">{}</span>').format(t.code, words)


def unmarked(value: object) -> object:
    """Leave out the marks that say where a term comes from."""
    if isinstance(value, Mapping):
        return {key: unmarked(inner) for key, inner in value.items() if key != "prov"}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [unmarked(inner) for inner in value]
    return value


def columns(value: Sequence[object]) -> list[str]:
    """Name the columns of a list that is a table: short, flat items, and enough of them; else nothing."""
    rows = [row for row in value if isinstance(row, Mapping)]
    named = list(dict.fromkeys(str(key) for row in rows for key in row))
    flat = not any(isinstance(cell, Mapping | list) for row in rows for cell in row.values())
    is_table = flat and len(rows) >= FEWEST_ROWS and len(named) <= MOST_COLUMNS
    return named if is_table else []


def text(t: Language, value: Mapping[str, object]) -> str:
    """Choose the language of the page, or English where a text lacks it."""
    return str(value.get(t.code) or value[DEFAULT])


def remedy(t: Language, terms: Mapping[str, object]) -> list[str]:
    """Say in sentences what an agreement provides for when its target is missed."""
    if terms.get("kind") != "credit":
        return list(_action(t, terms))
    tiers = terms.get("tiers")
    falls = [
        t("remedy.tier", below=_number(t, tier["below"]), percent=_number(t, tier["percent"]))
        for tier in (tiers if isinstance(tiers, Sequence) else ())
    ]
    said = [t("remedy.credit", tiers="; ".join(falls))]
    said += [
        t(f"remedy.{key}", value=_number(t, terms[key]))
        for key in ("cap_percent", "minimum", "cap_year")
        if terms.get(key) is not None
    ]
    settlement = terms.get("settlement")
    if isinstance(settlement, Mapping):
        said.append(t("remedy.settlement", how=text(t, settlement).rstrip(".")))
    return said


def remedy_due(t: Language, due: RemedyDue) -> str:
    """Say in a sentence what follows from a breach."""
    if due.credit_percent is not None:
        what = t("remedy.due_credit", percent=figures.decimal(t, due.credit_percent))
    else:
        what = t(f"remedy.{due.kind}")
    if due.to is not None:
        what = t("remedy.to", what=what, to=due.to)
    if due.breaches > 1:
        what = t("remedy.row", what=what, count=due.breaches)
    return t("remedy.due", what=what)


def _number(t: Language, stated: object) -> str:
    return figures.decimal(t, str(stated))


def _action(t: Language, terms: Mapping[str, object]) -> list[str]:
    after, to = terms.get("after_periods"), terms.get("to")
    said = t(f"remedy.{terms.get('kind')}")
    if to is not None:
        said = t("remedy.to", what=said, to=to)
    if isinstance(after, int) and after > 1:
        return [t("remedy.after", what=said, count=after)]
    return [t("remedy.at_once", what=said)]
