"""A migrated database in memory, with the shop's first four customers."""

from __future__ import annotations

import sqlite3
import unittest

from app.db import connect
from app.migrate import upgrade

CUSTOMERS = [
    (1, "Ada", "ada@example.org", "London"),
    (2, "Grace", "grace@example.org", "New York"),
    (3, "Mary", "mary@example.org", "London"),
    (4, "Zoë O'Hara", "zoe@example.org", "L'Aquila"),
]
PRODUCTS = [
    (1, "Sencha", 900, 40),
    (2, "Lapsang Souchong", 1250, 3),
    (3, "Rooibos", 600, 25),
]


def open_shop() -> sqlite3.Connection:
    connection = connect(":memory:")
    upgrade(connection)
    with connection:
        connection.executemany("INSERT INTO customers VALUES (?, ?, ?, ?)", CUSTOMERS)
        connection.executemany("INSERT INTO products VALUES (?, ?, ?, ?)", PRODUCTS)
    return connection


class ShopTest(unittest.TestCase):
    """A test with a shop of its own."""

    def setUp(self) -> None:
        self.connection = open_shop()
        self.addCleanup(self.connection.close)
