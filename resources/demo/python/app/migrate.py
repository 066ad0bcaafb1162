"""Applies and reverts `migrations/*.sql`.

A file has two sections, `-- up` and `-- down`. Files run in the order of their names, each in a
transaction of its own; the table `schema_migrations` remembers which have run.
"""

from __future__ import annotations

import sqlite3
import sys
from pathlib import Path
from typing import List, Tuple

FOLDER = Path(__file__).resolve().parent.parent / "migrations"


def sections(path: Path) -> Tuple[str, str]:
    """The statements of one file: up, down."""
    up, marker, down = path.read_text(encoding="utf-8").partition("-- down")
    if not up.startswith("-- up") or not marker:
        raise ValueError(f"{path.name} needs the sections `-- up` and `-- down`")
    return up[len("-- up"):], down


def applied(connection: sqlite3.Connection) -> List[str]:
    """Names of the migrations that have run, oldest first."""
    connection.execute("CREATE TABLE IF NOT EXISTS schema_migrations (name TEXT PRIMARY KEY)")
    rows = connection.execute("SELECT name FROM schema_migrations ORDER BY name").fetchall()
    return [row[0] for row in rows]


def upgrade(connection: sqlite3.Connection, folder: Path = FOLDER) -> List[str]:
    """Runs what has not run yet and returns its names."""
    done = set(applied(connection))
    fresh = [path for path in sorted(folder.glob("*.sql")) if path.stem not in done]
    for path in fresh:
        up, _ = sections(path)
        connection.executescript(f"BEGIN;\n{up}\nCOMMIT;")
        with connection:
            connection.execute("INSERT INTO schema_migrations (name) VALUES (?)", (path.stem,))
    return [path.stem for path in fresh]


def downgrade(connection: sqlite3.Connection, folder: Path = FOLDER) -> List[str]:
    """Reverts everything, newest first, and returns the names."""
    names = list(reversed(applied(connection)))
    for name in names:
        _, down = sections(folder / f"{name}.sql")
        connection.executescript(f"BEGIN;\n{down}\nCOMMIT;")
        with connection:
            connection.execute("DELETE FROM schema_migrations WHERE name = ?", (name,))
    return names


def main(arguments: List[str]) -> int:
    """`python3 -m app.migrate up` or `down`."""
    from app.config import load_settings
    from app.db import connect

    commands = {"up": upgrade, "down": downgrade}
    if len(arguments) != 1 or arguments[0] not in commands:
        print("usage: python3 -m app.migrate up|down", file=sys.stderr)
        return 2
    connection = connect(load_settings().database_path)
    for name in commands[arguments[0]](connection):
        print(f"{arguments[0]} {name}")
    connection.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
