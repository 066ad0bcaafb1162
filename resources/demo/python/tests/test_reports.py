"""The owner's reports."""

from __future__ import annotations

from app.errors import InvalidInput
from app.repositories.customers import CustomerRepository
from app.repositories.orders import OrderRepository
from app.repositories.products import ProductRepository
from app.repositories.reports import ReportRepository
from app.services.orders import OrderService
from app.services.reports import ReportService
from tests.support import ShopTest


class ReportTests(ShopTest):
    def setUp(self) -> None:
        super().setUp()
        orders = OrderRepository(self.connection)
        self.desk = OrderService(orders, ProductRepository(self.connection))
        self.service = ReportService(
            ReportRepository(self.connection), orders, CustomerRepository(self.connection)
        )
        self.desk.place(1, {1: 1}, "2026-02-27")
        self.desk.place(2, {2: 2, 3: 1}, "2026-03-01")
        self.desk.place(1, {3: 3}, "2026-03-04")

    def test_revenue_is_counted_by_month(self) -> None:
        months = [(row.month, row.orders, row.revenue_cents) for row in self.service.revenue(12)]
        self.assertEqual(months, [("2026-03", 2, 4900), ("2026-02", 1, 900)])

    def test_a_report_over_no_month_is_refused(self) -> None:
        with self.assertRaises(InvalidInput):
            self.service.revenue(0)

    def test_a_receipt_names_teas_and_total(self) -> None:
        slip = self.service.receipt(2)
        self.assertIn("for Grace", slip)
        self.assertIn("2 x Lapsang Souchong", slip)
        self.assertTrue(slip.endswith("total 31.00"))

    def test_top_spenders_come_largest_first(self) -> None:
        spenders = [(row.name, row.orders, row.spent_cents) for row in self.service.top_spenders(2)]
        self.assertEqual(spenders, [("Grace", 1, 3100), ("Ada", 2, 2700)])
