"""`python -m fusion evaluate | replay`: rules against a campaign's truth, and what a change would have raised."""

from __future__ import annotations

import json
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Annotated, Any

import pyarrow as pa
import typer
from rich.console import Console
from rich.table import Table as Grid

from fusion.complaints import one_line_errors
from fusion.errors import FusionError
from fusion.evaluate import Moment, findings_of, read_truth, scores
from fusion.rulebook import Rule, Value, load_rules
from fusion.store import Store

PUSH_TIME = time(18)
ROUND = timedelta(days=14)
SHOWN = 20
HEADS = ("rule", "name", "found", "negatives refused", "look-alikes refused", "true", "precision", "onset off h")
StorePath = Annotated[Path, typer.Option("--store", help="Store of canonical Parquet.")]
RuleIds = Annotated[list[str] | None, typer.Option("--rule", help="Only this rule; may be given again.")]
Folders = Annotated[list[Path] | None, typer.Option("--rules", help="Folder of rules of your own.")]
AsJson = Annotated[bool, typer.Option("--json", help="Machine-readable output.")]


def evaluate_rules(
    store: StorePath,
    campaign: Annotated[Path, typer.Option(help="Folder of the campaign, with registers/truth.")],
    rule: RuleIds = None,
    rules: Folders = None,
    as_json: AsJson = False,
) -> None:
    """Score the rules against what a campaign planted: found, refused, false, and how far off the onset is."""
    with one_line_errors():
        chosen = _chosen(load_rules(rules or ()), rule)
        truth = read_truth(campaign)
        table = scores(findings_of(Store(store), chosen, _moments(Store(store))), truth, chosen)
    if as_json:
        typer.echo(json.dumps(table.to_pylist(), ensure_ascii=False, indent=2))
        return
    grid = Grid(*HEADS)
    for row in table.to_pylist():
        grid.add_row(row["rule_id"], chosen[row["rule_id"]].name_en, *_cells(row))
    Console(width=150).print(grid)


def _cells(row: dict[str, Any]) -> list[str]:
    precision = f"{row['findings_true'] / row['findings']:.2f}" if row["findings"] else "-"
    off = "-" if row["onset_error_h"] is None else f"{row['onset_error_h']:.1f}"
    return [
        f"{row['positives_found']}/{row['positives']}",
        f"{row['negatives_refused']}/{row['negatives']}",
        f"{row['lookalikes_refused']}/{row['lookalikes']}",
        f"{row['findings_true']}/{row['findings']}",
        precision,
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
