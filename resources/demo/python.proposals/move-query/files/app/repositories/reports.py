"""Queries for the owner's reports."""

from __future__ import annotations

import sqlite3
from typing import List

from app.models.customer import CustomerSpend
from app.models.order import MonthRevenue


class ReportRepository:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection

    def revenue_by_month(self, months: int) -> List[MonthRevenue]:
        """Newest month first; cancelled orders do not count."""
        rows = self.connection.execute(
            """
            SELECT substr(orders.placed_on, 1, 7) AS month,
                   COUNT(DISTINCT orders.id) AS orders,
                   SUM(order_lines.quantity * order_lines.unit_price_cents) AS revenue_cents
            FROM orders JOIN order_lines ON order_lines.order_id = orders.id
            WHERE orders.status <> 'cancelled'
            GROUP BY month ORDER BY month DESC LIMIT ?
            """,
            (months,),
        ).fetchall()
        return [MonthRevenue(**row) for row in rows]

    def spend_by_customer(self, limit: int) -> List[CustomerSpend]:
        """Largest spender first; cancelled orders do not count."""
        rows = self.connection.execute(
            """
            SELECT customers.id AS customer_id, customers.name,
                   COUNT(DISTINCT orders.id) AS orders,
                   SUM(order_lines.quantity * order_lines.unit_price_cents) AS spent_cents
            FROM customers
            JOIN orders ON orders.customer_id = customers.id
            JOIN order_lines ON order_lines.order_id = orders.id
            WHERE orders.status <> 'cancelled'
            GROUP BY customers.id ORDER BY spent_cents DESC, customers.name LIMIT ?
            """,
            (limit,),
        ).fetchall()
        return [CustomerSpend(**row) for row in rows]
