"""Questions about stored books, and their answers."""

import sqlite3


class BookRepository:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
