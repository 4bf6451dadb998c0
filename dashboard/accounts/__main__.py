"""The command line: `python -m dashboard.accounts add | list | password | disable | expire | device | token | …`."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Annotated

import sqlalchemy as sa
import typer

from dashboard.access import Kind
from dashboard.accounts.grants import AccountError
from dashboard.accounts.sessions import open_accounts
from dashboard.accounts.store import Accounts
from dashboard.accounts.tables import READ_AUDIT, TOKENS, USERS
from dashboard.casebook.calendar import wall_clock
from dashboard.settings import Grant, read_settings

app = typer.Typer(
    help="Name who may see what: users, screens on walls, programs. Passwords are asked for, or read from stdin.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
Name = Annotated[str, typer.Argument(help="Name of the account.")]
Roles = Annotated[list[str], typer.Option("--role", help="Role; may be given several times.")]
Regions = Annotated[list[str] | None, typer.Option("--region", help="Adcode or g:GROUP. [default: the whole nation]")]
Rounds = Annotated[list[str] | None, typer.Option("--round", help="Round, as 2023-R03. [default: all]")]
Masked = Annotated[bool, typer.Option("--masked/--names", help="Whether names of enterprises are hidden.")]
Expires = Annotated[datetime | None, typer.Option("--expires", help="Time it ends, UTC+8. [default: never]")]
Team = Annotated[str | None, typer.Option("--team", help="Team they belong to, as T30. [default: none]")]
Plant = Annotated[str, typer.Option("--enterprise", help="With role enterprise: id of the plant whose user it is.")]
Days = Annotated[int, typer.Option(min=1, max=3660, help="Days until it expires.")]


@app.command()
def add(  # noqa: PLR0913 - one argument an option
    name: Name, role: Roles, region: Regions = None, round_: Rounds = None, masked: Masked = False,
    expires: Expires = None, team: Team = None, enterprise: Plant = "",
) -> None:  # fmt: skip
    """Add a user. From the first one on nobody gets in without a name."""
    with _accounts() as accounts:
        grant = _grant(role, region, round_, masked).model_copy(update={"team": team})
        accounts.add(name, _password(), grant, expires, enterprise)
        typer.echo(f"user {name} added")


@app.command()
def password(name: Name) -> None:
    """Set a user's password; he is signed out everywhere."""
    with _accounts() as accounts:
        accounts.set_password(name, _password())
        typer.echo(f"password of {name} set")


@app.command()
def disable(
    name: Name,
    undo: Annotated[bool, typer.Option("--undo", help="Let him in again.")] = False,
) -> None:
    """Shut a user out at once, or let him in again."""
    with _accounts() as accounts:
        accounts.change(name, is_disabled=not undo)
        typer.echo(f"user {name} {'enabled' if undo else 'disabled'}")


@app.command()
def expire(
    name: Name,
    at: Annotated[datetime | None, typer.Argument(help="Time, UTC+8. [default: never]")] = None,
) -> None:
    """Set when a user's account ends."""
    with _accounts() as accounts:
        accounts.change(name, expires_at=at)
        typer.echo(f"user {name} expires {at or 'never'}")


@app.command()
def team(
    name: Name,
    code: Annotated[str, typer.Argument(help="Team, as T30. [default: none]")] = "",
) -> None:
    """Set the team a user belongs to: its leader can hand clues to them."""
    with _accounts() as accounts:
        accounts.set_team(name, code or None)
        typer.echo(f"user {name} belongs to {code or 'no team'}")


@app.command()
def link(
    name: Name,
    subject: Annotated[str, typer.Argument(help="Who it is at the provider: the `sub` of the ID token.")],
    issuer: Annotated[str, typer.Option(help="Provider. [default: LOOKOUT_OIDC_ISSUER]")] = "",
) -> None:
    """Say that a user and a single sign-on are the same person: one history, one pair of eyes."""
    with _accounts() as accounts:
        accounts.link(name, (issuer or read_settings().oidc_issuer or "").rstrip("/"), subject)
        typer.echo(f"{subject} is {name}")


@app.command()
def device(
    name: Name,
    page: Annotated[list[str], typer.Option("--page", help="Page it shows, as situation.")],
    region: Regions = None, round_: Rounds = None, masked: Masked = True, days: Days = 90,
) -> None:  # fmt: skip
    """A screen on a wall: reads these pages of one region, masked unless --names; told the link it opens once."""
    grant = _grant(["leader"], region, round_, masked)
    secret = _new_token(name, "device", grant, page, days)
    # Who may not see the first page of all is led to its own.
    way = "" if "situation" in page else f"?next=/{page[0]}"
    typer.echo(f"open once on the screen: {read_settings().public_url or 'http://HOST:PORT'}/device/{secret}{way}")


@app.command()
def token(  # noqa: PLR0913 - one argument an option
    name: Name, role: Roles,
    scopes: Annotated[str, typer.Option(help="What it may do, as read:clues,read:events.")],
    region: Regions = None, round_: Rounds = None, masked: Masked = False, days: Days = 365,
    user: Annotated[str, typer.Option("--for", help="User it acts for. [default: itself]")] = "",
) -> None:  # fmt: skip
    """A program that asks the API, sent as `Authorization: Bearer …`; it is told this once."""
    grant = _grant(role, region, round_, masked)
    typer.echo(_new_token(name, "token", grant, scopes.split(","), days, user))


@app.command()
def revoke(name: Name) -> None:
    """Shut a device or program out at once."""
    with _accounts() as accounts:
        accounts.revoke(name)
        typer.echo(f"{name} revoked")


@app.command("list")
def list_() -> None:
    """Users, devices and programs, one JSON object a line; never a password or token."""
    with _accounts() as accounts:
        _tell(accounts, USERS, {"kind": "user"})
        _tell(accounts, TOKENS, {})


@app.command()
def audit(
    limit: Annotated[int, typer.Option(min=1, help="Newest entries to show.")] = 100,
) -> None:
    """Who read which single record or took which file away, the newest first; one JSON object a line."""
    with _accounts() as accounts:
        _tell(accounts, READ_AUDIT, {}, limit)


def _tell(accounts: Accounts, table: sa.Table, more: dict[str, str], limit: int = 100_000) -> None:
    for row in accounts.rows(table, limit):
        typer.echo(json.dumps(more | row, ensure_ascii=False, default=str))


def _new_token(  # noqa: PLR0913 - as its commands
    name: str, kind: Kind, grant: Grant, pages: list[str], days: int, user: str = ""
) -> str:
    with _accounts() as accounts:
        if not accounts.is_in_use():
            raise AccountError("add a user first: without users nobody is asked for a token")
        return accounts.add_token(name, kind, grant, tuple(pages), wall_clock() + timedelta(days=days), user)


def _grant(roles: list[str], regions: list[str] | None, rounds: list[str] | None, is_masked: bool) -> Grant:
    return Grant(
        roles=tuple(roles),
        regions=tuple(regions) if regions else None,
        rounds=tuple(rounds) if rounds else None,
        is_masked=is_masked,
    )


def _password() -> str:
    """Asked for twice on a terminal; one line of stdin from a program. Never an argument: those everybody can list."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    typed: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    return typed


@contextmanager
def _accounts() -> Iterator[Accounts]:
    """The accounts; what can't be done is one line, and exit code 2."""
    try:
        yield open_accounts(read_settings())
    except AccountError as error:
        typer.echo(f"accounts: {error}", err=True)
        raise typer.Exit(2) from None
    except (ValueError, sa.exc.SQLAlchemyError) as error:
        # An address may hold a password, and the driver's message repeats it.
        typer.echo(f"accounts: the database can't be used: {type(error).__name__}; look at LOOKOUT_CASEBOOK", err=True)
        raise typer.Exit(2) from None


if __name__ == "__main__":
    app()
