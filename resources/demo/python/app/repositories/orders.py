"""Queries on orders and their lines."""

from __future__ import annotations

import sqlite3
from typing import List, Optional

from app.models.order import Order, OrderLine


class OrderRepository:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection

    def get(self, order_id: int) -> Optional[Order]:
        row = self.connection.execute(
            "SELECT id, customer_id, status, placed_on FROM orders WHERE id = ?", (order_id,)
        ).fetchone()
        return Order(**row) if row else None

    def of_customer(self, customer_id: int, limit: int) -> List[Order]:
        rows = self.connection.execute(
            "SELECT id, customer_id, status, placed_on FROM orders"
            " WHERE customer_id = ? ORDER BY placed_on DESC, id DESC LIMIT ?",
            (customer_id, limit),
        ).fetchall()
        return [Order(**row) for row in rows]

    def lines(self, order_id: int) -> List[OrderLine]:
        rows = self.connection.execute(
            "SELECT product_id, products.name AS product, quantity, unit_price_cents"
            " FROM order_lines JOIN products ON products.id = product_id"
            " WHERE order_id = ? ORDER BY order_lines.id",
            (order_id,),
        ).fetchall()
        return [OrderLine(**row) for row in rows]

    def add(self, customer_id: int, placed_on: str) -> int:
        cursor = self.connection.execute(
            "INSERT INTO orders (customer_id, placed_on) VALUES (?, ?)", (customer_id, placed_on)
        )
        return int(cursor.lastrowid or 0)

    def add_line(self, order_id: int, product_id: int, quantity: int, price_cents: int) -> None:
        self.connection.execute(
            "INSERT INTO order_lines (order_id, product_id, quantity, unit_price_cents)"
            " VALUES (?, ?, ?, ?)",
            (order_id, product_id, quantity, price_cents),
        )

    def ship(self, order_id: int, tracking_code: str, shipped_on: str) -> None:
        self.connection.execute("UPDATE orders SET status = 'shipped' WHERE id = ?", (order_id,))
        self.connection.execute(
            "INSERT INTO shipments (order_id, tracking_code, shipped_on) VALUES (?, ?, ?)",
            (order_id, tracking_code, shipped_on),
        )
