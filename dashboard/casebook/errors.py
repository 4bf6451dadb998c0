"""Why the casebook says no. Each error tells it in English and, by keys of `i18n/*/casebook.po`, in both languages."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from dataclasses import field as filled

from dashboard.casebook.records import Event

Texts = Callable[..., str]


@dataclass(frozen=True)
class Complaint:
    """One thing that is wrong: `field` of the record ("" if it is no matter of a field), key of the sentence."""

    field: str
    key: str
    values: dict[str, object] = filled(default_factory=dict)

    def text(self, words: Texts) -> str:
        """The sentence in the language of `words`."""
        sentence = words(f"casebook.guard.{self.key}", **self.values)
        return f"{words(f'casebook.field.{self.field}')}: {sentence}" if self.field else sentence


class CasebookError(Exception):
    """Nothing was written."""

    def text(self, words: Texts) -> str:
        """What to tell the person who asked, in the language of `words`."""
        raise NotImplementedError


class UnknownCase(CasebookError):
    """Nobody has opened this case."""

    def __init__(self, clue_id: str) -> None:
        """Of that clue."""
        self.clue_id = clue_id
        super().__init__(f"no case of clue {clue_id}: open it first")

    def text(self, words: Texts) -> str:
        """As it says."""
        return words("casebook.unknown", clue_id=self.clue_id)


class NotAllowed(CasebookError):
    """This event doesn't exist in this state, or not for this role, or not for this person or moment (`why`)."""

    def __init__(self, event: str, state: str | None, who: Collection[str], why: Complaint | None = None) -> None:
        """`who` are the roles that may do it in this state; none if nobody may."""
        self.event, self.state, self.who, self.why = event, state, frozenset(who), why
        reason = f"{why.key} {why.values or ''}" if why else f"roles that may: {', '.join(sorted(who)) or 'none'}"
        super().__init__(f"{event} is not allowed in {state or 'no state'}; {reason}")

    def text(self, words: Texts) -> str:
        """Names the event, the state, and who may or why not."""
        if self.why:
            return self.why.text(words)
        event = words(f"casebook.event.{self.event}")
        state = words(f"state.{self.state}") if self.state else words("casebook.no_state")
        if not self.who:
            return words("casebook.no_such_step", event=event, state=state)
        roles = words("casebook.list_comma").join(words(f"casebook.role.{role}") for role in sorted(self.who))
        return words("casebook.not_your_role", event=event, state=state, roles=roles)


class MissingRecord(CasebookError):
    """The record that this event must put down isn't there or isn't right."""

    def __init__(self, event: str, complaints: Sequence[Complaint]) -> None:
        """One complaint per fault; `fields` names what to fill in."""
        self.event, self.complaints = event, tuple(complaints)
        self.fields = tuple(dict.fromkeys(one.field for one in complaints if one.field))
        told = "; ".join(f"{one.field}: {one.key} {one.values or ''}".strip() for one in complaints)
        super().__init__(f"{event} needs a full record: {told}")

    def text(self, words: Texts) -> str:
        """Names every field and what is wrong with it."""
        return words("casebook.list_semicolon").join(one.text(words) for one in self.complaints)


class Conflict(CasebookError):
    """Somebody else acted first; `newer` are the events that the asker hadn't seen."""

    def __init__(self, clue_id: str, newer: Sequence[Event]) -> None:
        """Of that clue."""
        self.clue_id, self.newer = clue_id, tuple(newer)
        told = ", ".join(f"{one.event} by {one.actor} at {one.at}" for one in newer)
        super().__init__(f"clue {clue_id} has moved on: {told}")

    def text(self, words: Texts) -> str:
        """Names who did what, the latest first."""
        last = self.newer[-1]
        event = words(f"casebook.event.{last.event}")
        return words("casebook.conflict", actor=last.actor, event=event, at=f"{last.at:%Y-%m-%d %H:%M}")
