"""Connections to the shop's SQLite file."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import Iterator

from app.config import load_settings


def connect(path: str) -> sqlite3.Connection:
    """Opens a connection whose rows know their column names."""
    # FastAPI may run a dependency and its handler on different threads of its pool.
    connection = sqlite3.connect(path, check_same_thread=False)
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA foreign_keys = ON")
    return connection


def get_db() -> Iterator[sqlite3.Connection]:
    """One connection for one request."""
    connection = connect(load_settings().database_path)
    try:
        yield connection
    finally:
        connection.close()


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Everything inside is kept together, or not at all."""
    with connection:
        yield
