"""Why a request is refused or an answer sent back. The words for each stand in `schemas/reference/texts.toml`."""

from __future__ import annotations

from enum import StrEnum

from schemas.authority import Denial


class Rule(StrEnum):
    """Why an action does not happen."""

    WRONG_STATE = Denial.WRONG_STATE.value
    NOT_YOUR_CASE = Denial.NOT_YOUR_CASE.value
    ROLE_NOT_ALLOWED = Denial.ROLE_NOT_ALLOWED.value
    NOT_THE_DECIDER = Denial.NOT_THE_DECIDER.value
    BINDING_ASSIGNMENT = "binding-assignment"
    SAME_OFFICE = "same-office"
    DEADLINE_PASSED = "deadline-passed"
    ALREADY_EXTENDED = "already-extended"
    EXTENSION_TOO_LONG = "extension-too-long"
    QUESTIONS_USED_UP = "questions-used-up"
    NOTES_USED_UP = "notes-used-up"
    REOPEN_LIMIT = "reopen-limit"
    REOPEN_WINDOW_PASSED = "reopen-window-passed"
    ALREADY_RATED = "already-rated"
    RIGHT_ADDRESS_NEEDED = "right-address-needed"
    MERGE_WITH_ITSELF = "merge-with-itself"
    HAS_FOLLOWERS = "has-followers"
    LEADER_NOT_OPEN = "leader-not-open"
    LEADER_DIFFERS = "leader-differs"
    UNKNOWN_POLICY = "unknown-policy"
    PROMISES_USED_UP = "promises-used-up"
    SANDBOX = "sandbox"
    ALREADY_A_PART = "already-a-part"
    PARTS_USED_UP = "parts-used-up"
    ALREADY_CORRECTED = "already-corrected"
    SECOND_PERSON = "second-person"
    PERSON_NEEDED = "person-needed"
    REPLY_BY_PAST = "reply-by-past"
    CASE_CHANGED = "case-changed"
    TAKEN_BY_ANOTHER = "taken-by-another"
    TAKER_NEEDED = "taker-needed"


class Substance(StrEnum):
    """Why an answer goes back to the office."""

    EMPTY = "answer-empty"
    TOO_SHORT = "answer-too-short"
    BOILERPLATE = "answer-boilerplate"
    COPIED = "answer-copied"
    BLANK_LEFT = "answer-blank-left"
    EVIDENCE_MISSING = "evidence-missing"
    PROMISE_DATE_MISSING = "promise-date-missing"
    PROMISE_DATE_PAST = "promise-date-past"
    PROMISE_TOO_FAR = "promise-too-far"
    CAUSE_MISSING = "cause-missing"


class NotAllowed(Exception):
    """Raised by a rule within a decision; becomes an `action-refused` event that the actor sees."""

    def __init__(self, rule: Rule) -> None:
        super().__init__(rule.value)
        self.rule = rule
