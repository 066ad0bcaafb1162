"""Queries on the shelf."""

from __future__ import annotations

import json
import sqlite3
from typing import List, Optional

from app.models.product import Product


class ProductRepository:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection

    def get(self, product_id: int) -> Optional[Product]:
        row = self.connection.execute(
            "SELECT id, name, price_cents, stock FROM products WHERE id = ?", (product_id,)
        ).fetchone()
        return Product(**row) if row else None

    def page(self, limit: int, offset: int) -> List[Product]:
        rows = self.connection.execute(
            "SELECT id, name, price_cents, stock FROM products ORDER BY name LIMIT ? OFFSET ?",
            (limit, offset),
        ).fetchall()
        return [Product(**row) for row in rows]

    def take(self, product_id: int, quantity: int) -> bool:
        """Takes from the shelf; false when there is not enough left."""
        cursor = self.connection.execute(
            "UPDATE products SET stock = stock - ? WHERE id = ? AND stock >= ?",
            (quantity, product_id, quantity),
        )
        return cursor.rowcount == 1
