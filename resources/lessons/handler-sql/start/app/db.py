"""The database of the library."""

import os
import sqlite3


def connect(path: str) -> sqlite3.Connection:
    connection = sqlite3.connect(path, check_same_thread=False)
    connection.row_factory = sqlite3.Row
    return connection


def get_db() -> sqlite3.Connection:
    return connect(os.environ["LIBRARY_DB"])


SCHEMA = """
CREATE TABLE books (id INTEGER PRIMARY KEY, title TEXT NOT NULL, shelf TEXT NOT NULL);
CREATE TABLE loans (
    book_id INTEGER NOT NULL REFERENCES books (id),
    member TEXT NOT NULL,
    returned INTEGER NOT NULL DEFAULT 0
);
"""
