"""What a briefing warns of, by rule: rounds that do not compare, few cases, selected targets, cloud, failed sources."""

from __future__ import annotations

from collections.abc import Iterator

from dashboard.briefing.document import Figure
from dashboard.briefing.making import Making
from fusion.metrics import dictionary

CLOUDED = 0.8
SELECTED = "selected"
# Told in words of the briefing's own where they apply.
OWN_WORDS = frozenset({SELECTED, "better_targeting"})


def comparison_notes(m: Making) -> list[str]:
    """What speaks against comparing the period with the one before."""
    compared, t = m.compared, m.t
    if compared is None:
        return []
    if "notes" in compared:
        return [note[t.language] for note in compared["notes"]]
    notes = [t("briefing.caution.common_cities")]
    if compared["only_now"] or compared["only_before"]:
        left = {"now": compared["only_now"], "before": compared["only_before"]}
        notes.append(t("briefing.caution.cities_left_out", **left))
    notes += [t("briefing.caution.targeting"), t("briefing.caution.rules_unknown")]
    return notes if m.period.is_over else [t("briefing.caution.not_over"), *notes]


def cautions(m: Making, figures: tuple[Figure, ...]) -> tuple[str, ...]:
    """The warnings of the first page, for the numbers that stand on it."""
    return tuple(dict.fromkeys([*_of_the_time(m), *_of_the_numbers(m, figures), *_of_the_sources(m)]))


def _of_the_time(m: Making) -> Iterator[str]:
    as_of = m.loaded.manifest.as_of[:16].replace("T", " ")
    if not m.period.is_over:
        yield m.t("briefing.caution.open_period", as_of=as_of)
    compared = m.compared
    if compared is not None and not compared["n_cities"] and m.period.before is not None:
        yield m.t("briefing.caution.no_common", before=m.period.words_before)
    elif compared is not None and any(one["change"] is not None for one in compared["metrics"]):
        yield m.t("briefing.caution.change", n=compared["n_cities"])


def _of_the_numbers(m: Making, figures: tuple[Figure, ...]) -> Iterator[str]:
    book = dictionary()
    known = [(one, book.metric[one.metric]) for one in figures if one.metric in book.metric]
    if any(SELECTED in metric.warnings for _, metric in known):
        yield m.t("briefing.caution.selected")
    keys = dict.fromkeys(
        key for one, metric in known for key in metric.warnings if key not in OWN_WORDS and one.text != "—"
    )
    for key in keys:
        yield book.warning[key].model_dump()[m.t.language]
    yield from _not_given(m, [one for one in figures if one.why and one.value is None])
    seen = next((one for one, _ in known if one.metric == "observed_share_pm25" and one.value is not None), None)
    if seen is not None and seen.value is not None and seen.value < CLOUDED:
        yield m.t("briefing.caution.cloud", share=seen.text)


def _not_given(m: Making, without: list[Figure]) -> Iterator[str]:
    """Too few is one thing, nothing read is another: each figure stands under its own reason."""
    few = [one.label for one in without if not one.lacks]
    if few:
        yield m.t("briefing.caution.few", names=m.t("dossier.and").join(few))
    for why in dict.fromkeys(one.why for one in without if one.lacks):
        names = [one.label for one in without if one.lacks and one.why == why]
        yield m.t("briefing.caution.not_told", why=why, names=m.t("dossier.and").join(names))


def _of_the_sources(m: Making) -> Iterator[str]:
    failed = [name for name, state in m.loaded.manifest.states.items() if state.state == "failed"]
    if failed:
        yield m.t("briefing.caution.failed", names=m.t("dossier.and").join(m.t(f"table.{name}") for name in failed))
    if m.loaded.scope.is_masked:
        yield m.t("briefing.caution.masked")
