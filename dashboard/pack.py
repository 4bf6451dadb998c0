"""The command line of packs: `python -m dashboard.pack --team T30 --day 2023-08-03 --out DIR`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dashboard.briefing.fonts import NoFont
from dashboard.briefing.pack import EmptyPack, UnknownTeam, pack_of
from dashboard.briefing.pack_files import FORMS, written
from dashboard.casebook.store import open_casebook
from dashboard.data.dossier import UnknownEnterprise
from dashboard.data.live import live
from dashboard.data.store import Store
from dashboard.i18n import Words
from dashboard.settings import read_settings

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def pack(
    team: Annotated[str, typer.Option(help="Team, as T30.")],
    day: Annotated[str, typer.Option(help="Day of the visits, as 2023-08-03.")],
    out: Annotated[Path, typer.Option(help="Folder to write to; made if it isn't there.")],
    enterprise: Annotated[
        list[str] | None, typer.Option(help="Take these instead of the plan; may be repeated.")
    ] = None,
    lang: Annotated[str, typer.Option(help="zh or en.")] = "zh",
) -> None:
    """Write a team's pack as PDF and as one HTML page; ends with 1 where there is nothing to write."""
    settings = read_settings()
    loaded = Store(settings.snapshots, settings.query_memory).current()
    try:
        made = pack_of(loaded, team, day, live(loaded, open_casebook(settings.casebook)), enterprise or ())
        files = {form: written(made, form, Words(lang), settings.fonts)[0] for form in FORMS if form != "zip"}
    except (UnknownTeam, EmptyPack, UnknownEnterprise, NoFont) as error:
        typer.echo(f"pack: {error}", err=True)
        raise typer.Exit(1) from error
    out.mkdir(parents=True, exist_ok=True)
    for form, body in files.items():
        path = out / f"pack-{team}-{day}.{form}"
        path.write_bytes(body)
        typer.echo(
            f"{path} {len(body):,} bytes, {len(made.stops)} enterprises, {made.total_km:.0f} km in straight lines"
        )


if __name__ == "__main__":
    app()
