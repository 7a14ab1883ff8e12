"""`CITATION.cff` is what the Citation File Format 1.2.0 asks for, and of this version."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import yaml

import schoolmap

ROOT = Path(__file__).parents[1]
KEYS = {
    *("abstract", "authors", "cff-version", "commit", "contact", "date-released", "doi", "identifiers", "keywords"),
    *("license", "license-url", "message", "preferred-citation", "references", "repository", "repository-artifact"),
    *("repository-code", "title", "type", "url", "version"),
}
"""All that the format knows; others are refused."""
REQUIRED = {"authors", "cff-version", "message", "title"}
ENTITY = {"address", "alias", "city", "country", "date-end", "date-start", "email", "fax", "location", "name", "orcid"}
PERSON = {"affiliation", "alias", "email", "family-names", "given-names", "name-particle", "name-suffix", "orcid"}


def citation() -> dict[str, Any]:
    """Read the file."""
    found: dict[str, Any] = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    return found


def test_it_has_the_keys_of_the_format() -> None:
    """What must be there is, nothing else that the format does not know, every text is one."""
    found = citation()
    assert found.keys() >= REQUIRED
    assert set(found) <= KEYS
    assert found["cff-version"] == "1.2.0"
    assert found["type"] in {"software", "dataset"}
    for key in ("message", "title", "abstract", "license"):
        assert isinstance(found[key], str)
        assert found[key]
    assert len(set(found["keywords"])) == len(found["keywords"]) > 0
    if "date-released" in found:
        assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", str(found["date-released"]))


def test_authors_are_people_or_entities() -> None:
    """Each is the one or the other, with keys of its kind."""
    assert citation()["authors"]
    for author in citation()["authors"]:
        assert set(author) <= (ENTITY if "name" in author else PERSON)
        assert author.get("name") or author.get("family-names")


def test_it_is_of_this_version() -> None:
    """Version, licence, title and authors are those of the package; only a name is written as text, never a number."""
    found = citation()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert str(found["version"]) == schoolmap.__version__ == project["version"]
    assert found["license"] == project["license"]
    assert found["title"] == project["name"]
    assert [author["name"] for author in found["authors"]] == [author["name"] for author in project["authors"]]
