"""The schemas of documents are read without signing in."""

from fastapi.testclient import TestClient


def test_a_schema_is_given_as_one(visitor: TestClient) -> None:
    answer = visitor.get("/schemas/agreements.json")

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/schema+json"
    assert answer.json()["title"] == "slamon: agreements.yaml"


def test_a_file_that_no_set_has_is_not_there(visitor: TestClient) -> None:
    assert visitor.get("/schemas/passwords.json").status_code == 404
