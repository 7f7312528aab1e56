"""CITATION.cff keeps to the Citation File Format 1.2.0, as far as its rules bear on this file."""

from __future__ import annotations

import datetime
import re
import tomllib
from typing import Any

import pytest
import yaml

from statereport.project import find_project

ROOT = find_project().root
# From the schema of CFF 1.2.0: what a file must say, and what its keys may be.
REQUIRED = {"cff-version", "message", "title", "authors"}
KEYS = REQUIRED | {
    "abstract", "commit", "contact", "date-released", "doi", "identifiers", "keywords", "license", "license-url",
    "type", "preferred-citation", "references", "repository", "repository-artifact", "repository-code",
    "url", "version",
}  # fmt: skip
PERSON = {
    "address",
    "affiliation",
    "alias",
    "city",
    "country",
    "email",
    "family-names",
    "fax",
    "given-names",
    "name-particle",
    "name-suffix",
    "orcid",
    "post-code",
    "region",
    "tel",
    "website",
}
ENTITY = {
    "address",
    "alias",
    "city",
    "country",
    "date-end",
    "date-start",
    "email",
    "fax",
    "location",
    "name",
    "orcid",
    "post-code",
    "region",
    "tel",
    "website",
}
# Names of the SPDX list that a dataset or its code may carry here.
LICENCES = {"CC-BY-4.0", "CC0-1.0", "MIT", "Apache-2.0", "BSD-3-Clause"}


def faults(said: dict[str, Any]) -> list[str]:
    """What breaks the rules, in words; none where the file is good."""
    found = [f"{key} is missing" for key in sorted(REQUIRED - said.keys())]
    found += [f"{key} is no key" for key in sorted(said.keys() - KEYS)]
    found += [
        f"{key} is no text"
        for key in ("message", "title", "abstract", "license")
        if key in said and not (isinstance(said[key], str) and said[key].strip())
    ]
    if said.get("cff-version") != "1.2.0":
        found.append("cff-version is another")
    if said.get("type", "software") not in ("software", "dataset"):
        found.append("type is neither software nor dataset")
    if not isinstance(said.get("version", ""), (str, int, float)):
        found.append("version is neither text nor number")
    if said.get("license", "MIT") not in LICENCES:
        found.append("license is none of SPDX's that is known here")
    if "date-released" in said and not _is_day(said["date-released"]):
        found.append("date-released is no day")
    words = said.get("keywords", ["x"])
    if not (
        isinstance(words, list)
        and words
        and all(isinstance(word, str) and word for word in words)
        and len(set(words)) == len(words)
    ):
        found.append("keywords are no list of different words")
    authors = said.get("authors", [])
    if not (isinstance(authors, list) and authors):
        found.append("authors are no list")
    elif not all(
        isinstance(one, dict) and one and (one.keys() <= PERSON or ("name" in one and one.keys() <= ENTITY))
        for one in authors
    ):
        found.append("an author is neither a person nor an entity")
    return found


def _is_day(said: Any) -> bool:
    try:
        return isinstance(said, datetime.date) or bool(
            re.fullmatch(r"\d{4}-\d\d-\d\d", said) and datetime.date.fromisoformat(said)
        )
    except (TypeError, ValueError):
        return False


@pytest.fixture
def said() -> dict[str, Any]:
    return yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))


def test_the_citation_is_valid(said) -> None:
    assert faults(said) == []


def test_the_citation_agrees_with_the_package(said) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert str(said["version"]) == project["version"]
    assert said["license"] in str(project["license"]), "the package names the licence of the data too"


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"title": None}, "title is no text"),
        ({"cff-version": "1.1.0"}, "cff-version is another"),
        ({"type": "graph"}, "type is neither"),
        ({"license": "CC-BY"}, "license is none"),
        ({"date-released": "2026-13-01"}, "date-released is no day"),
        ({"keywords": ["RDF", "RDF"]}, "keywords are no list"),
        ({"authors": []}, "authors are no list"),
        ({"authors": [{"nom": "x"}]}, "neither a person nor an entity"),
        ({"autors": []}, "autors is no key"),
    ],
)
def test_what_breaks_a_rule_is_found(said, change, fault) -> None:
    assert any(fault in text for text in faults({**said, **change}))


def test_what_is_missing_is_found(said) -> None:
    del said["message"]
    assert faults(said) == ["message is missing"]
