"""Queries on customers."""

from __future__ import annotations

import sqlite3
from typing import List, Optional

from app.models.customer import Customer


class CustomerRepository:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection

    def get(self, customer_id: int) -> Optional[Customer]:
        row = self.connection.execute(
            "SELECT id, name, email, city FROM customers WHERE id = ?", (customer_id,)
        ).fetchone()
        return Customer(**row) if row else None

    def list_all(self) -> List[Customer]:
        rows = self.connection.execute(
            "SELECT id, name, email, city FROM customers ORDER BY name"
        ).fetchall()
        return [Customer(**row) for row in rows]

    def search(self, city: str) -> List[Customer]:
        rows = self.connection.execute(
            f"SELECT id, name, email, city FROM customers WHERE city = '{city}' ORDER BY name"
        ).fetchall()
        return [Customer(**row) for row in rows]

    def add(self, name: str, email: str, city: str) -> Customer:
        cursor = self.connection.execute(
            "INSERT INTO customers (name, email, city) VALUES (?, ?, ?)", (name, email, city)
        )
        return Customer(id=int(cursor.lastrowid or 0), name=name, email=email, city=city)
