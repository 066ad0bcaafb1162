"""Migrations: forwards, backwards, and forwards again."""

from __future__ import annotations

import unittest

from app.db import connect
from app.migrate import applied, downgrade, upgrade


class MigrationTests(unittest.TestCase):
    def setUp(self) -> None:
        self.connection = connect(":memory:")
        self.addCleanup(self.connection.close)

    def test_a_second_upgrade_finds_nothing_to_do(self) -> None:
        self.assertEqual(len(upgrade(self.connection)), 3)
        self.assertEqual(upgrade(self.connection), [])

    def test_a_downgrade_leaves_no_table_behind(self) -> None:
        upgrade(self.connection)
        downgrade(self.connection)
        rows = self.connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        self.assertEqual([row["name"] for row in rows], ["schema_migrations"])
        self.assertEqual(applied(self.connection), [])
