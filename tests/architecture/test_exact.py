"""No float decides anything: times are whole microseconds, shares are exact fractions."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

EXACT = ("slamon/sla", "catalogue")
WHOLE_FROM_MATH = {"ceil", "comb", "floor", "gcd", "isqrt", "lcm", "prod"}
ROUNDING_OR_FLOAT = {"fromtimestamp", "timestamp", "total_seconds", "utcfromtimestamp"}

# A division is exact where a side of it is a Fraction; here is which, by file and function.
EXACT_DIVISIONS = {
    ("catalogue/charging.py", "_made"): "a share is made a Fraction",
    ("catalogue/charging.py", "_of_line"): "shares are Fractions",
    ("catalogue/exchange.py", "convert"): "both rates are made Fractions",
    (
        "catalogue/funding.py",
        "split",
    ): "units are multiplied by a Fraction, amounts are multiples of the minor unit",
    ("catalogue/invoicing.py", "surcharged"): "net and rate are made Fractions",
    ("slamon/sla/burn.py", "burn"): "error and goal are Fractions",
    ("slamon/sla/burn.py", "factor"): "budget is a Fraction",
    ("slamon/sla/cover.py", "_credited"): "of a Decimal a Fraction is made",
    ("slamon/sla/cover.py", "_ratio"): "of a Decimal a Fraction is made",
    ("slamon/sla/counts.py", "hold_against"): "both are made of Fractions",
    ("slamon/sla/credits.py", "credit_terms"): "of a Decimal a Fraction is made",
    ("slamon/sla/credits.py", "_tier"): "of Decimals Fractions are made",
    ("slamon/sla/forecast.py", "_share"): "good is made a Fraction",
    ("slamon/sla/hourly.py", "cost_per_hour"): "the cost is made a Fraction",
    ("slamon/sla/slices.py", "mean_of_slices"): "shares are Fractions",
    ("slamon/sla/terms.py", "least_coverage"): "the minimum is made a Fraction",
}
# How alike two words are is no judgement: it picks the word that an error message proposes.
LIKENESS = {
    ("catalogue/problems.py", "closest", "float"),
    ("catalogue/problems.py", "closest", "0.6"),
    ("catalogue/values.py", "", "0.9"),
}

Place = tuple[str, str, ast.expr | ast.stmt]


def places(tree: Path) -> Iterator[Place]:
    """Give every expression and statement of the exact packages with its file and function."""
    for package in EXACT:
        for path in sorted((tree / package).rglob("*.py")):
            yield from within(str(path.relative_to(tree)), "", ast.parse(path.read_text("utf-8")))


def within(file: str, function: str, node: ast.AST) -> Iterator[Place]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.expr | ast.stmt):
            yield file, function, child
        inner = child.name if isinstance(child, ast.FunctionDef) else function
        yield from within(file, inner, child)


@pytest.fixture(scope="module")
def code(tree: Path) -> list[Place]:
    return list(places(tree))


def test_no_float_is_written_or_named(code: list[Place]) -> None:
    found = {
        (file, function, ast.unparse(node))
        for file, function, node in code
        if (isinstance(node, ast.Constant) and isinstance(node.value, float | complex))
        or (isinstance(node, ast.Name) and node.id in {"float", "complex"})
    }

    assert found == LIKENESS


def test_each_division_is_known_to_be_exact(code: list[Place]) -> None:
    divided = {
        (file, function)
        for file, function, node in code
        if isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Div)
    }

    assert divided == EXACT_DIVISIONS.keys()


def test_nothing_is_asked_that_answers_with_a_float(code: list[Place]) -> None:
    asked = [
        (file, function, ast.unparse(node))
        for file, function, node in code
        if isinstance(node, ast.Attribute) and node.attr in ROUNDING_OR_FLOAT
    ]

    assert asked == []


def test_of_the_floating_mathematics_only_whole_numbers_are_taken(code: list[Place]) -> None:
    imported = [
        (file, name.name)
        for file, _, node in code
        if isinstance(node, ast.ImportFrom) and node.module in {"math", "statistics"}
        for name in node.names
    ]
    whole = [
        (file, ast.unparse(node))
        for file, _, node in code
        if isinstance(node, ast.Import) and {n.name for n in node.names} & {"math", "statistics"}
    ]

    assert [name for name in imported if name[1] not in WHOLE_FROM_MATH] == []
    assert whole == []
