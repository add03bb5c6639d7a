"""Is a JSON Schema compatible with the one published before? Pure; for the schemas that pydantic writes.

Compatible means: every document that the old schema allowed is allowed by the new one, and no field of the old one is gone. So a
reader built on the old schema finds what it knows, and what was written under the old schema can still be read. What cannot be
decided (a changed pattern, for example) counts as a break.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Schema = Mapping[str, Any]
_LOWER = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
_UPPER = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
_ANYTHING = "anything"
_EXACT = ("pattern", "format", "multipleOf", "uniqueItems")


@dataclass(frozen=True, slots=True, order=True)
class Break:
    """`path` is dotted, with `[]` for the entries of a list; empty for the document itself."""

    path: str
    what: str

    def __str__(self) -> str:
        return f"{self.path or 'document'}: {self.what}"


def breaks(old: Schema, new: Schema) -> list[Break]:
    """What is no longer compatible, in the order of paths; empty when all is well."""
    return sorted(set(_Comparison(old, new).compare(old, new, "")))


class _Comparison:
    def __init__(self, old_root: Schema, new_root: Schema) -> None:
        self._old_root, self._new_root = old_root, new_root
        self._under_way: set[tuple[str, str]] = set()

    def compare(self, old: Schema, new: Schema, path: str) -> list[Break]:
        pair = (str(old.get("$ref", "")), str(new.get("$ref", "")))
        if all(pair):
            if pair in self._under_way:
                return []  # a model within itself: compared already
            self._under_way.add(pair)
        try:
            return list(self._compare(_resolved(old, self._old_root), _resolved(new, self._new_root), path))
        finally:
            self._under_way.discard(pair)

    def _compare(self, old: Schema, new: Schema, path: str) -> Iterator[Break]:
        old_variants, new_variants = _variants(old), _variants(new)
        if len(old_variants) > 1 or len(new_variants) > 1:
            for variant in old_variants:
                yield from self._in_any(variant, new_variants, path)
            return
        yield from _types(old, new, path)
        yield from _values(old, new, path)
        yield from _limits(old, new, path)
        yield from self._fields(old, new, path)
        yield from self._entries(old, new, path)

    def _in_any(self, variant: Schema, candidates: list[Schema], path: str) -> list[Break]:
        """Nothing when one candidate takes the variant in; otherwise what is wrong with the likeliest one."""
        found = [self.compare(variant, candidate, path) for candidate in candidates]
        if any(not breaks_ for breaks_ in found):
            return []
        mine = _label(_resolved(variant, self._old_root))
        for candidate, breaks_ in zip(candidates, found, strict=True):
            if _label(_resolved(candidate, self._new_root)) in (mine, _ANYTHING):
                return breaks_
        return [Break(path, f"no longer allows {mine}")]

    def _fields(self, old: Schema, new: Schema, path: str) -> Iterator[Break]:
        before, after = old.get("properties", {}), new.get("properties", {})
        for name in sorted(before.keys() - after.keys()):
            yield Break(_join(path, name), "field removed")
        for name in sorted(set(new.get("required", ())) - set(old.get("required", ()))):
            yield Break(_join(path, name), "became required")
        for name in sorted(before.keys() & after.keys()):
            yield from self.compare(before[name], after[name], _join(path, name))
        yield from self._additional(old, new, path)

    def _additional(self, old: Schema, new: Schema, path: str) -> Iterator[Break]:
        before, after = old.get("additionalProperties", True), new.get("additionalProperties", True)
        if after is False and before is not False:
            yield Break(path, "unknown fields are no longer allowed")
        elif isinstance(after, Mapping):
            yield from (self.compare(before if isinstance(before, Mapping) else {}, after, _join(path, "*")) if before is not False else ())

    def _entries(self, old: Schema, new: Schema, path: str) -> Iterator[Break]:
        if "items" in new:
            yield from self.compare(_schema(old.get("items", {})), _schema(new["items"]), f"{path}[]")
        if old.get("prefixItems", []) != new.get("prefixItems", []):
            yield Break(path, "the entries' fixed order changed")


def _schema(value: Any) -> Schema:
    """`true` allows everything, `false` nothing."""
    return value if isinstance(value, Mapping) else {} if value else {"not": {}}


def _resolved(schema: Schema, root: Schema) -> Schema:
    reference = schema.get("$ref")
    if reference is None:
        return schema
    found: Any = root
    for step in reference.removeprefix("#/").split("/"):
        found = found[step]
    # What stands beside a reference holds too.
    return {**_resolved(found, root), **{name: value for name, value in schema.items() if name != "$ref"}}


def _variants(schema: Schema) -> list[Schema]:
    return list(schema.get("anyOf") or schema.get("oneOf") or [schema])


def _label(schema: Schema) -> str:
    """What a variant is called in a message, and by what it is found again: its tag, its title or its type."""
    for name in ("action", "type"):
        tag = schema.get("properties", {}).get(name, {}).get("const")
        if tag is not None:
            return f"{name} {tag!r}"
    if "const" in schema:
        return repr(schema["const"])
    return str(schema.get("title") if schema.get("type") == "object" and "title" in schema else schema.get("type", _ANYTHING))


def _types(old: Schema, new: Schema, path: str) -> Iterator[Break]:
    if "not" in new and "not" not in old:
        yield Break(path, "nothing is allowed any more")
    after = _type_set(new)
    if not after:
        return
    before = _type_set(old)
    if not before:
        if "enum" not in old and "const" not in old:
            yield Break(path, f"type narrowed to {_names(after)}")
        return
    lost = {name for name in before if name not in after and not (name == "integer" and "number" in after)}
    if lost:
        yield Break(path, f"type {_names(lost)} is no longer allowed")


def _type_set(schema: Schema) -> set[str]:
    found = schema.get("type", [])
    return {found} if isinstance(found, str) else set(found)


def _names(names: set[str]) -> str:
    return ", ".join(sorted(names))


def _values(old: Schema, new: Schema, path: str) -> Iterator[Break]:
    after = _allowed(new)
    if after is None:
        return
    before = _allowed(old)
    if before is None:
        yield Break(path, "only a list of values is allowed now")
        return
    for value in before:
        if value not in after:
            yield Break(path, f"value {value!r} is no longer allowed")


def _allowed(schema: Schema) -> list[Any] | None:
    if "const" in schema:
        return [schema["const"]]
    found = schema.get("enum")
    return None if found is None else list(found)


def _limits(old: Schema, new: Schema, path: str) -> Iterator[Break]:
    for name in _LOWER:
        if name in new and (name not in old or new[name] > old[name]):
            yield Break(path, f"{name} raised from {old.get(name, 'none')} to {new[name]}")
    for name in _UPPER:
        if name in new and (name not in old or new[name] < old[name]):
            yield Break(path, f"{name} lowered from {old.get(name, 'none')} to {new[name]}")
    for name in _EXACT:
        if name in new and new[name] != old.get(name):
            yield Break(path, f"{name} changed from {old.get(name, 'none')} to {new[name]}")


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
