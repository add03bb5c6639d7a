"""The policy versions that are in force for some case, as decisions see them: plain values, no file and no clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from streams.case.policy.compiled import Policy


@dataclass(frozen=True, slots=True)
class Book:
    """An immutable set of versions. `current` is the version for new cases."""

    current: Policy
    versions: Mapping[str, Policy]

    @classmethod
    def of(cls, *policies: Policy) -> Book:
        """The last one is current."""
        return cls(policies[-1], {policy.version: policy for policy in policies})

    def get(self, version: str) -> Policy:
        """The version a case keeps; the current one if its file was taken away, so that no case is ever without rules."""
        return self.versions.get(version, self.current)
