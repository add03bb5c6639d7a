"""The contacts of a parcel of petitions: their keys are stored all at once, before any petition is published."""

from __future__ import annotations

from collections.abc import Sequence

from producers.intake.making import Made
from producers.intake.vault import NoVault, PostgresVault, seal
from schemas.events import phones


class Sealer:
    """`phone_secret`: under which callers' numbers are marked, the deployment's oldest; without a vault no contact can be taken."""

    def __init__(self, vault: PostgresVault | None, phone_secret: bytes) -> None:
        self._vault, self._phone_secret = vault, phone_secret

    def check(self, made: Made) -> None:
        """Raises NoVault for a petition whose contact cannot be sealed."""
        if made.request.contact is not None and self._vault is None:
            raise NoVault

    def sealed(self, petitions: Sequence[Made]) -> dict[str, str]:
        """By petition, its sealed contact; none for one without a contact, or whose contact was erased. Raises VaultUnavailable."""
        contacts = {made.who.petition_id: contact for made in petitions if (contact := made.request.contact)}
        if self._vault is None or not contacts:
            return {}
        keys = self._vault.keys_for({petition_id: self._mark(contact.phone) for petition_id, contact in contacts.items()})
        return {petition_id: seal(key, petition_id, contacts[petition_id]) for petition_id, key in keys.items() if key is not None}

    def _mark(self, phone: str | None) -> bytes | None:
        return phones.mark(self._phone_secret, phone) if phone else None
