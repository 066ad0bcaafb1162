"""Orders: the shelf, the total, the parcel."""

from __future__ import annotations

from app.errors import Conflict, InvalidInput, NotFound
from app.repositories.orders import OrderRepository
from app.repositories.products import ProductRepository
from app.services.orders import OrderService
from tests.support import ShopTest


class OrderTests(ShopTest):
    def setUp(self) -> None:
        super().setUp()
        self.products = ProductRepository(self.connection)
        self.service = OrderService(OrderRepository(self.connection), self.products)

    def stock(self, product_id: int) -> int:
        product = self.products.get(product_id)
        assert product is not None
        return product.stock

    def test_an_order_takes_its_teas_from_the_shelf(self) -> None:
        order = self.service.place(1, {1: 2, 3: 1}, "2026-03-01")
        self.assertEqual(order.total_cents, 2400)
        self.assertEqual((self.stock(1), self.stock(3)), (38, 24))

    def test_an_order_that_cannot_be_filled_leaves_the_shelf_alone(self) -> None:
        with self.assertRaises(Conflict):
            self.service.place(1, {1: 2, 2: 4}, "2026-03-01")
        self.assertEqual((self.stock(1), self.stock(2)), (40, 3))
        self.assertEqual(self.service.of_customer(1, 10), [])

    def test_an_empty_order_is_refused(self) -> None:
        with self.assertRaises(InvalidInput):
            self.service.place(1, {}, "2026-03-01")

    def test_a_tea_that_does_not_exist_cannot_be_ordered(self) -> None:
        with self.assertRaises(NotFound):
            self.service.place(1, {77: 1}, "2026-03-01")

    def test_the_newest_order_comes_first(self) -> None:
        self.service.place(1, {1: 1}, "2026-03-01")
        newest = self.service.place(1, {3: 2}, "2026-03-09")
        self.assertEqual(self.service.of_customer(1, 10)[0], newest)

    def test_a_parcel_leaves_once(self) -> None:
        order = self.service.place(2, {3: 1}, "2026-03-02")
        self.assertEqual(self.service.ship(order.id, "KL-0001", "2026-03-03").status, "shipped")
        with self.assertRaises(Conflict):
            self.service.ship(order.id, "KL-0001", "2026-03-03")
