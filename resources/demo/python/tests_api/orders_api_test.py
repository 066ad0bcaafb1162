"""The order desk over HTTP."""

from __future__ import annotations

import unittest

from fastapi.testclient import TestClient

from app.db import get_db
from app.main import app
from tests.support import open_shop


class OrderDeskTests(unittest.TestCase):
    def setUp(self) -> None:
        connection = open_shop()
        self.addCleanup(connection.close)
        app.dependency_overrides[get_db] = lambda: connection
        self.addCleanup(app.dependency_overrides.clear)
        self.client = TestClient(app)

    def test_an_order_is_placed_and_read_back(self) -> None:
        body = {"customer_id": 1, "wanted": {"1": 2}, "placed_on": "2026-03-01"}
        placed = self.client.post("/api/orders", json=body)
        self.assertEqual(placed.status_code, 201)
        read = self.client.get(f"/api/orders/{placed.json()['id']}")
        self.assertEqual(read.json()["total_cents"], 1800)

    def test_too_much_tea_is_a_conflict(self) -> None:
        body = {"customer_id": 1, "wanted": {"2": 9}, "placed_on": "2026-03-01"}
        self.assertEqual(self.client.post("/api/orders", json=body).status_code, 409)

    def test_top_customers_come_largest_first(self) -> None:
        for customer, quantity in ((1, 1), (2, 3)):
            body = {"customer_id": customer, "wanted": {"3": quantity}, "placed_on": "2026-03-01"}
            self.client.post("/api/orders", json=body)
        answer = self.client.get("/api/reports/top-customers", params={"limit": 1})
        expected = [{"customer_id": 2, "name": "Grace", "orders": 1, "spent_cents": 1800}]
        self.assertEqual(answer.json(), expected)

    def test_a_courier_without_the_right_signature_is_turned_away(self) -> None:
        body = {"tracking_code": "KL-0001", "shipped_on": "2026-03-02"}
        answer = self.client.post(
            "/api/courier/shipments/1", json=body, headers={"X-Signature": "0" * 64}
        )
        self.assertEqual(answer.status_code, 401)
