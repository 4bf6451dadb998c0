"""`python -m fusion evaluate | replay`: rules against a campaign's truth, and what a change would have raised."""

from __future__ import annotations

import json
import tempfile
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Annotated, Any

import pyarrow as pa
import typer
from rich.console import Console
from rich.table import Table as Grid

from data_adapters.store.demo import CAMPAIGN, Plan, demo_store
from fusion.attribution import candidates, score_tracing
from fusion.complaints import one_line_errors
from fusion.engine import Engine
from fusion.errors import FusionError
from fusion.evaluate import SCORED, Moment, findings_of, has_plumes, precision, read_plumes, read_truth, scores
from fusion.findings import Judge
from fusion.rulebook import Rule, Value, load_rules
from fusion.store import Store

PUSH_TIME = time(18)
ROUND = timedelta(days=14)
SHOWN = 20
HEADS = ("rule", "name", "found", "negatives refused", "look-alikes refused", "true", "elsewhere", "precision",
         "onset off h")  # fmt: skip
TRACING = "R31"
CASES = (
    ("positives found", "positives", "positives_found"),
    ("negatives refused", "negatives", "negatives_refused"),
    ("look-alikes refused", "lookalikes", "lookalikes_refused"),
)
GUESSES = {"": "by score", "nearest_": "nearest", "nearest_monitored_": "nearest monitored", "random_": "by chance"}
StorePath = Annotated[Path, typer.Option("--store", help="Store of canonical Parquet.")]
RuleIds = Annotated[list[str] | None, typer.Option("--rule", help="Only this rule; may be given again.")]
Folders = Annotated[list[Path] | None, typer.Option("--rules", help="Folder of rules of your own.")]
AsJson = Annotated[bool, typer.Option("--json", help="Machine-readable output.")]


def evaluate_rules(  # noqa: PLR0913 - one parameter an option
    store: Annotated[Path | None, typer.Option(help="Store of canonical Parquet.")] = None,
    campaign: Annotated[Path | None, typer.Option(help="Folder of the campaign, with registers/truth.")] = None,
    rule: RuleIds = None,
    rules: Folders = None,
    seeds: Annotated[int, typer.Option(min=0, help="Make so many campaigns instead, and score over all of them.")] = 0,
    scale: Annotated[float, typer.Option(min=0.01, max=10, help="Of the campaigns of --seeds.")] = 0.1,
    plume_ug_m3: Annotated[float, typer.Option(help="A plume of so much makes a finding at its cell true.")] = 1.0,
    as_json: AsJson = False,
) -> None:
    """Score the rules against what a campaign planted: found, refused, false, and how far off the onset is."""
    with one_line_errors():
        chosen = _chosen(load_rules(rules or ()), rule)
        missed: list[dict[str, Any]] = []
        if seeds and not (store or campaign):
            rows, missed = _over_seeds(chosen, seeds, scale, plume_ug_m3)
        elif store and campaign and not seeds:
            rows = _scored(chosen, Store(store), campaign, plume_ug_m3)
        else:
            raise FusionError("give --store and --campaign, or --seeds alone")
    if as_json:
        told = {"seeds": seeds, "scale": scale, "rules": rows, "missed": missed} if seeds else rows
        typer.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return
    grid = Grid(*HEADS)
    for row in rows:
        grid.add_row(row["rule_id"], chosen[row["rule_id"]].name_en, *_cells(row))
    Console(width=150).print(grid)
    for row in rows:
        _tell_tracing(row.get("tracing"))
    if seeds:
        _tell_seeds(rows, missed, seeds)


def _scored(chosen: dict[str, Rule], store: Store, campaign: Path, plume_ug_m3: float) -> list[dict[str, Any]]:
    """A row a rule, with its precision; that of R31 with how often the true source is among the first named."""
    moments = _moments(store)
    table = scores(findings_of(store, chosen, moments), read_truth(campaign, plume_ug_m3), chosen)
    rows: list[dict[str, Any]] = [row | {"precision": precision(row)} for row in table.to_pylist()]
    for row in rows:
        if row["rule_id"] == TRACING and has_plumes(campaign):
            row["tracing"] = _traced(chosen[TRACING], store, campaign, moments[-1])
    return rows


def _traced(rule: Rule, store: Store, campaign: Path, moment: Moment) -> dict[str, float]:
    """How often the enterprise whose plume adds most to a hot cell is first or among three, beside simpler guesses."""
    with Engine() as engine:
        store.attach(engine, moment.as_of)
        judge = Judge(engine, moment.as_of, moment.from_at)
        found = candidates(judge.ask, {**rule.values(), "as_of": moment.as_of, "from_at": moment.from_at})
    return score_tracing(found, read_plumes(campaign))


def _over_seeds(
    chosen: dict[str, Rule], seeds: int, scale: float, plume_ug_m3: float
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Scores summed over campaigns of the seeds 1, 2 and on, and what was missed in which of them."""
    rows: list[dict[str, Any]] = []
    missed: list[dict[str, Any]] = []
    for seed in range(1, seeds + 1):
        with tempfile.TemporaryDirectory(prefix="lookout-evaluate-") as folder:
            store = demo_store(Path(folder), Plan(scale, seed=seed))
            more = _scored(chosen, Store(store), Path(folder) / CAMPAIGN, plume_ug_m3)
        missed += [
            {"seed": seed, "rule_id": row["rule_id"], "what": what, "count": row[whole] - row[part]}
            for row in more
            for what, whole, part in CASES
            if row[whole] > row[part]
        ]
        rows = [_summed(before, row) for before, row in zip(rows, more, strict=True)] if rows else more
    return rows, missed


def _summed(before: dict[str, Any], row: dict[str, Any]) -> dict[str, Any]:
    """Counts added up, the larger error of the onset, shares of tracing weighed by their cells."""
    out = row | {name: before[name] + row[name] for name in SCORED}
    errors = [one["onset_error_h"] for one in (before, row) if one["onset_error_h"] is not None]
    out |= {"onset_error_h": max(errors, default=None), "precision": precision(out)}
    if "tracing" in row:
        one, other = before["tracing"], row["tracing"]
        n = one["cells"] + other["cells"]
        mean = {name: (one[name] * one["cells"] + other[name] * other["cells"]) / max(n, 1) for name in row["tracing"]}
        out["tracing"] = mean | {"cells": n}
    return out


def _tell_tracing(tracing: dict[str, float] | None) -> None:
    if tracing is None:
        return
    grid = Grid(f"{TRACING}: true source of {tracing['cells']:.0f} hot cells", "the first named", "among three")
    for prefix, name in GUESSES.items():
        grid.add_row(name, *(f"{tracing[f'{prefix}top{k}']:.2f}" for k in (1, 3)))
    Console(width=150).print(grid)


def _tell_seeds(rows: list[dict[str, Any]], missed: list[dict[str, Any]], seeds: int) -> None:
    for what, whole, part in CASES:
        n, k = (sum(row[name] for row in rows) for name in (whole, part))
        typer.echo(f"{what}: {k} of {n} in {seeds} campaigns, {k / max(n, 1):.1%}")
    for one in missed:
        typer.echo(f"seed {one['seed']}: {one['rule_id']} not {one['what']}: {one['count']}")


def _cells(row: dict[str, Any]) -> list[str]:
    off = "-" if row["onset_error_h"] is None else f"{row['onset_error_h']:.1f}"
    return [
        f"{row['positives_found']}/{row['positives']}",
        f"{row['negatives_refused']}/{row['negatives']}",
        f"{row['lookalikes_refused']}/{row['lookalikes']}",
        f"{row['findings_true']}/{row['findings']}",
        str(row["findings_elsewhere"]),
        "-" if row["precision"] is None else f"{row['precision']:.2f}",
        off,
    ]


def replay_rule(  # noqa: PLR0913 - one parameter an option
    store: StorePath,
    rule: Annotated[str, typer.Option(help="Rule, as R12.")],
    from_day: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="First day.")],
    to_day: Annotated[datetime, typer.Option("--to", formats=["%Y-%m-%d"], help="Day after the last.")],
    changed: Annotated[list[str] | None, typer.Option("--set", help="Parameter to try, as n_h3=2.")] = None,
    rules: Folders = None,
    as_json: AsJson = False,
) -> None:
    """What a rule would have raised, asked every evening; with --set beside what it raises now. Nothing is stored."""
    with one_line_errors():
        known = load_rules(rules or ())
        one = _chosen(known, [rule])[rule]
        days = (to_day - from_day).days
        if days < 1:
            raise FusionError("--to must be after --from")
        moments = [Moment(at - ROUND, at) for at in _evenings(from_day, days)]
        now = findings_of(Store(store), {rule: one}, moments)
        then = findings_of(Store(store), {rule: _with(one, changed)}, moments) if changed else now
    answer = _compared(now, then)
    if as_json:
        typer.echo(json.dumps(answer, ensure_ascii=False, indent=2, default=str))
        return
    typer.echo(f"{rule} {one.name_en}: raises {answer['now']}, would raise {answer['then']}")
    _show("more", answer["more"])
    _show("fewer", answer["fewer"])
    if not changed:
        _show("raised", then.select(["object_id", "pollutant", "onset_at", "severity", "facts"]).to_pylist())


def _evenings(first: datetime, days: int) -> list[datetime]:
    return [datetime.combine((first + timedelta(days=day)).date(), PUSH_TIME) for day in range(days)]


def _with(rule: Rule, changed: list[str]) -> Rule:
    """The rule with other defaults.

    Raises  FusionError for what is no name=value, or no parameter of the rule
    """
    values: dict[str, Value] = {}
    for text in changed:
        name, sign, value = text.partition("=")
        if not sign:
            raise FusionError(f"--set {text!r} is no name=value", "as --set n_h3=2")
        values[name] = _number(value)
    wanted = rule.values(None, values)
    parameters = {name: one.model_copy(update={"default": wanted[name]}) for name, one in rule.parameter.items()}
    return rule.model_copy(update={"parameter": parameters})


def _number(text: str) -> Value:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def _compared(now: pa.Table, then: pa.Table) -> dict[str, Any]:
    columns = ["clue_id", "object_id", "pollutant", "onset_at", "severity", "facts"]
    before, after = ({row["clue_id"]: row for row in one.select(columns).to_pylist()} for one in (now, then))
    return {
        "now": len(before),
        "then": len(after),
        "more": [row for clue, row in after.items() if clue not in before],
        "fewer": [row for clue, row in before.items() if clue not in after],
    }


def _show(title: str, rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    grid = Grid(title, "pollutant", "onset", "severity", "facts")
    for row in rows[:SHOWN]:
        grid.add_row(
            row["object_id"], row["pollutant"] or "", str(row["onset_at"]), str(row["severity"]), row["facts"][:120]
        )
    Console(width=150).print(grid)
    if len(rows) > SHOWN:
        typer.echo(f"and {len(rows) - SHOWN} more")


def _chosen(rules: dict[str, Rule], wanted: list[str] | None) -> dict[str, Rule]:
    unknown = sorted(set(wanted or ()) - set(rules))
    if unknown:
        raise FusionError(f"there is no rule {', '.join(unknown)}", f"known: {', '.join(rules)}")
    return {rule_id: rules[rule_id] for rule_id in (wanted or rules)}


def _moments(store: Store) -> list[Moment]:
    """The evening of the first day of the last round in the store, and its end."""
    end = store.end()
    if end is None:
        raise FusionError("the store holds no dated category")
    begin = end - ROUND
    first_evening = datetime.combine(begin.date(), PUSH_TIME)
    return [Moment(first_evening - ROUND, first_evening), Moment(begin, end)]
