"""Which time a briefing is about, and which it is compared with: a day, a week, a month, a round, or all there is."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from dashboard.briefing.recipes import Recipe
from dashboard.data.filters import Filters
from dashboard.data.store import Loaded
from dashboard.i18n import Words

Kind = Literal["day", "week", "month", "round", "all"]
ROUND = re.compile(r"(\d{4})-R?(\d{1,2})")
MONTH = re.compile(r"(\d{4})-(\d{2})")


class WishError(ValueError):
    """What was wished for can't be made a briefing of; the message says why and what would do."""


@dataclass(frozen=True)
class Wish:
    """What somebody asks for. Empty means: as the recipe has it.

    Shape   time: a day (2023-08-02), a month (2023-07) or a round (2023-R11, also 2023-11 where rounds are meant);
            region: adcode or `g:` and a group; enterprise: its id
    """

    recipe: str
    language: str = "zh"
    time: str = ""
    region: str = ""
    enterprise: str = ""


@dataclass(frozen=True)
class Period:
    """The filter of a period and of the one before it; `words` names it; `is_over`: nothing more will come."""

    kind: Kind
    filters: Filters
    before: Filters | None
    words: str
    words_before: str
    is_over: bool


@dataclass(frozen=True)
class _Round:
    code: str
    year: int
    number: int
    first: date
    until: date


def period_of(loaded: Loaded, recipe: Recipe, wish: Wish, t: Words) -> Period:
    """The period that is wished, or the recipe's own: the last round or month that is over, the data's day or week.

    Raises  WishError
    """
    as_of = date.fromisoformat(loaded.manifest.as_of[:10])
    region = Filters(region=wish.region)
    kind = _kind(recipe, wish.time)
    if kind == "all":
        return _all(loaded, region, as_of, t)
    if kind == "round":
        return _round(_rounds(loaded), region, wish.time, as_of, t)
    if kind == "month":
        return _month(region, wish.time, as_of, t)
    return _days(region, kind, _day(wish.time) if wish.time else as_of, as_of, t)


def day_words(day: date, t: Words) -> str:
    """A day in the words of the language."""
    return t("briefing.time.day", year=day.year, month=day.month, day=day.day)


def _kind(recipe: Recipe, time: str) -> Kind:
    """A day makes a day or a week; `2023-07` is a month, where the recipe is of rounds a round."""
    if not time:
        return recipe.period
    if "R" in time or (recipe.period == "round" and MONTH.fullmatch(time)):
        return "round"
    if MONTH.fullmatch(time):
        return "month"
    return "week" if recipe.period == "week" else "day"


def _rounds(loaded: Loaded) -> list[_Round]:
    text = "select round_code, year, number, from_date, to_date from rounds order by from_date, round_code"
    return [_Round(*row) for row in loaded.cursor().execute(text).fetchall()]


def _round(rounds: list[_Round], region: Filters, time: str, as_of: date, t: Words) -> Period:
    if not rounds:
        raise WishError("this snapshot has no rounds")
    over = [one for one in rounds if one.until <= as_of]
    chosen = _named(rounds, time) if time else (over or rounds[:1])[-1]
    at = rounds.index(chosen)
    before = rounds[at - 1] if at else None

    def words(one: _Round) -> str:
        return t("briefing.time.round", year=one.year, number=one.number)

    return Period(
        kind="round",
        filters=replace(region, rounds=(chosen.code,)),
        before=replace(region, rounds=(before.code,)) if before else None,
        words=words(chosen),
        words_before=words(before) if before else "",
        is_over=chosen.until <= as_of,
    )


def _named(rounds: list[_Round], time: str) -> _Round:
    found = ROUND.fullmatch(time)
    year, number = (int(found[1]), int(found[2])) if found else (0, 0)
    chosen = next((one for one in rounds if (one.year, one.number) == (year, number)), None)
    if chosen is None:
        raise WishError(f"there is no round {time!r}; known: {', '.join(one.code for one in rounds)}")
    return chosen


def _month(region: Filters, time: str, as_of: date, t: Words) -> Period:
    first = _first(time) if time else (as_of.replace(day=1) - timedelta(days=1)).replace(day=1)
    last = _last(first)
    before = (first - timedelta(days=1)).replace(day=1)
    return Period(
        kind="month",
        filters=replace(region, from_date=first, to_date=last),
        before=replace(region, from_date=before, to_date=_last(before)),
        words=t("briefing.time.month", year=first.year, month=first.month),
        words_before=t("briefing.time.month", year=before.year, month=before.month),
        is_over=last < as_of,
    )


def _first(time: str) -> date:
    try:
        return date.fromisoformat(f"{time}-01")
    except ValueError as error:
        raise WishError(f"{time!r} is no month; write it as 2023-07, or a round as 2023-R11") from error


def _last(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def _day(time: str) -> date:
    try:
        found = date.fromisoformat(time) if len(time) == len("2023-08-02") else None
    except ValueError:
        found = None
    if found is None or found.year < 1970:
        raise WishError(f"{time!r} is no time; write a day as 2023-08-02, a month as 2023-07, a round as 2023-R11")
    return found


def _days(region: Filters, kind: Kind, last: date, as_of: date, t: Words) -> Period:
    length = timedelta(days=7 if kind == "week" else 1)
    first = last - length + timedelta(days=1)

    def words(to_day: date) -> str:
        from_day = to_day - length + timedelta(days=1)
        if from_day == to_day:
            return day_words(to_day, t)
        return t("briefing.time.span", first=day_words(from_day, t), last=day_words(to_day, t))

    return Period(
        kind=kind,
        filters=replace(region, from_date=first, to_date=last),
        before=replace(region, from_date=first - length, to_date=last - length),
        words=words(last),
        words_before=words(last - length),
        is_over=last < as_of,
    )


def _all(loaded: Loaded, region: Filters, as_of: date, t: Words) -> Period:
    rounds = _rounds(loaded)
    first = rounds[0].first if rounds else as_of
    words = t("briefing.time.span", first=day_words(first, t), last=day_words(as_of, t))
    return Period(kind="all", filters=region, before=None, words=words, words_before="", is_over=False)
