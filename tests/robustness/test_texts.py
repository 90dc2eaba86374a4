"""Texts of documents and people are printed as they are."""

from __future__ import annotations

import pytest

from slamon.cli.sheet import print_table


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("see [/attachment] there", id="a bracket that would close a style"),
        pytest.param("[null,true]", id="a list in the payload of a fact"),
        pytest.param("[red]late[/red]", id="a word that is a style"),
    ],
)
def test_brackets_are_printed_as_they_stand(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    print_table(("reason",), [(text,)], empty="")

    assert text in capsys.readouterr().out
