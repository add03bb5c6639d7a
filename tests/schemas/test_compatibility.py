"""The comparer of schemas, and the published schemas against the models."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.publishing import json_schema
from schemas.publishing.compatibility import breaks
from schemas.publishing.export import PUBLISHED, incompatible

ROOT = Path(__file__).parents[2]
PUBLISHED_FILES = sorted((ROOT / PUBLISHED).glob("*.schema.json"))
OLD: dict[str, Any] = {
    "type": "object",
    "required": ["text"],
    "properties": {
        "text": {"type": "string", "minLength": 1, "maxLength": 100, "pattern": "^a"},
        "stars": {"type": "integer", "minimum": 1, "maximum": 5},
        "share": {"type": "number", "exclusiveMinimum": 0},
        "kind": {"enum": ["a", "b"], "type": "string"},
        "note": {"anyOf": [{"type": "string"}, {"type": "null"}]},
        "tags": {"type": "array", "items": {"$ref": "#/$defs/Tag"}, "maxItems": 3},
        "when": {"type": "string", "format": "date-time"},
        "extra": {"type": "object", "additionalProperties": True},
        "act": {"oneOf": [{"$ref": "#/$defs/Accept"}, {"$ref": "#/$defs/Rate"}]},
    },
    "$defs": {
        "Tag": {
            "type": "object",
            "properties": {"name": {"type": "string"}, "below": {"type": "array", "items": {"$ref": "#/$defs/Tag"}}},
        },
        "Accept": {"type": "object", "properties": {"action": {"const": "accept"}}},
        "Rate": {"type": "object", "properties": {"action": {"const": "rate"}, "stars": {"type": "integer"}}},
    },
}


def changed(path: str, value: object) -> dict[str, Any]:
    """OLD with the value at `path` (steps with `/`) replaced, or removed for None."""
    new = copy.deepcopy(OLD)
    *steps, last = path.split("/")
    place: Any = new
    for step in steps:
        place = place[int(step)] if isinstance(place, list) else place[step]
    if value is None:
        del place[last]
    elif isinstance(place, list):
        place[int(last)] = value
    else:
        place[last] = value
    return new


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        ("properties/stars", None, "stars: field removed"),
        ("properties/new", {"type": "string"}, None),
        ("required", ["text", "stars"], "stars: became required"),
        ("required", [], None),
        ("properties/stars/type", "string", "stars: type integer is no longer allowed"),
        ("properties/share/type", "integer", "share: type number is no longer allowed"),
        ("properties/stars/type", "number", None),
        ("properties/kind/enum", ["a"], "kind: value 'b' is no longer allowed"),
        ("properties/kind/enum", ["a", "b", "c"], None),
        ("properties/kind/enum", None, None),
        ("properties/when/enum", ["2026"], "when: only a list of values is allowed now"),
        ("properties/text/minLength", 2, "text: minLength raised from 1 to 2"),
        ("properties/text/minLength", 0, None),
        ("properties/text/maxLength", 99, "text: maxLength lowered from 100 to 99"),
        ("properties/text/maxLength", None, None),
        ("properties/stars/minimum", 2, "stars: minimum raised from 1 to 2"),
        ("properties/stars/maximum", 4, "stars: maximum lowered from 5 to 4"),
        ("properties/share/maximum", 1, "share: maximum lowered from none to 1"),
        ("properties/share/exclusiveMinimum", 0.5, "share: exclusiveMinimum raised from 0 to 0.5"),
        ("properties/tags/maxItems", 2, "tags: maxItems lowered from 3 to 2"),
        ("properties/text/pattern", "^b", "text: pattern changed from ^a to ^b"),
        ("properties/text/pattern", None, None),
        ("properties/when/format", "date", "when: format changed from date-time to date"),
        ("properties/note", {"type": "string"}, "note: no longer allows null"),
        ("properties/note/anyOf/0", {"type": "string", "maxLength": 9}, "note: maxLength lowered from none to 9"),
        ("properties/stars", {"anyOf": [{"type": "integer"}, {"type": "null"}]}, None),
        ("properties/extra/additionalProperties", False, "extra: unknown fields are no longer allowed"),
        ("properties/extra/additionalProperties", {"type": "string"}, "extra.*: type narrowed to string"),
        ("additionalProperties", False, "document: unknown fields are no longer allowed"),
        ("$defs/Tag/properties/name/type", "integer", "tags[].name: type string is no longer allowed"),
        ("$defs/Tag/required", ["name"], "tags[].name: became required"),
        ("properties/act/oneOf", [{"$ref": "#/$defs/Accept"}], "act: no longer allows action 'rate'"),
        ("$defs/Rate/properties/stars", None, "act.stars: field removed"),
    ],
)
def test_each_kind_of_change_is_judged(path: str, value: object, expected: str | None) -> None:
    """A break names its path and what became narrower; a wider schema is no break."""
    found = [str(one) for one in breaks(OLD, changed(path, value))]

    assert found == ([expected] if expected else [])


@pytest.mark.parametrize("path", PUBLISHED_FILES, ids=lambda path: path.stem)
def test_a_schema_is_compatible_with_itself(path: Path) -> None:
    """Whatever the models write, comparing it with itself finds nothing."""
    schema = json.loads(path.read_text(encoding="utf-8"))

    assert breaks(schema, schema) == []


SCALARS = st.one_of(
    st.builds(lambda low, size: {"type": "integer", "minimum": low, "maximum": low + size}, st.integers(-9, 9), st.integers(0, 9)),
    st.builds(lambda size: {"type": "string", "maxLength": size}, st.integers(0, 50)),
    st.builds(lambda names: {"type": "string", "enum": sorted(names)}, st.sets(st.sampled_from("abcdef"), min_size=1)),
    st.just({"type": "null"}),
    st.just({}),
)
SCHEMAS = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.builds(lambda items: {"type": "array", "items": items}, inner),
        st.builds(lambda one, other: {"anyOf": [one, other]}, inner, inner),
        st.builds(
            lambda fields, needed: {"type": "object", "properties": fields, "required": sorted(needed & fields.keys())},
            st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
            st.sets(st.sampled_from("abc")),
        ),
    ),
    max_leaves=8,
)


@given(SCHEMAS)
def test_identical_schemas_are_compatible(schema: dict[str, Any]) -> None:
    """For any schema."""
    assert breaks(schema, copy.deepcopy(schema)) == []


@given(SCHEMAS)
def test_nothing_breaks_towards_a_schema_that_allows_all(schema: dict[str, Any]) -> None:
    """Only fields that were there are missed in it."""
    assert {one.what for one in breaks(schema, {})} <= {"field removed"}


def test_the_models_are_compatible_with_what_was_published() -> None:
    """A reader built on the published schemas reads what is written today; a break is named with file and path."""
    found = incompatible(json_schema.files(), ROOT / PUBLISHED)

    assert found == [], "add a new version of the event type instead of changing this one:\n" + "\n".join(found)


def test_a_break_of_a_published_schema_is_reported_with_file_and_path(tmp_path: Path) -> None:
    """The message leads to the place."""
    (tmp_path / "a.v1.schema.json").write_text(json.dumps(OLD), encoding="utf-8")
    (tmp_path / "gone.v1.schema.json").write_text("{}", encoding="utf-8")
    files = {"a.v1.schema.json": json.dumps(changed("properties/stars", None))}

    assert incompatible(files, tmp_path) == [
        "a.v1.schema.json: stars: field removed",
        "gone.v1.schema.json: the event type was removed",
    ]
