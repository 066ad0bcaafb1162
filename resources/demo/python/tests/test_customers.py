"""Customers: registering and finding them."""

from __future__ import annotations

from app.errors import InvalidInput, NotFound
from app.repositories.customers import CustomerRepository
from app.services.customers import CustomerService
from tests.support import ShopTest


class CustomerTests(ShopTest):
    def setUp(self) -> None:
        super().setUp()
        self.service = CustomerService(CustomerRepository(self.connection))

    def test_a_registered_customer_can_be_read_back(self) -> None:
        customer = self.service.register(" Rosa ", "Rosa@Example.org", "Ghent")
        self.assertEqual(self.service.get(customer.id).email, "rosa@example.org")

    def test_an_address_without_an_at_is_refused(self) -> None:
        with self.assertRaises(InvalidInput):
            self.service.register("Rosa", "rosa.example.org", "Ghent")

    def test_an_unknown_customer_is_not_found(self) -> None:
        with self.assertRaises(NotFound):
            self.service.get(99)

    def test_customers_are_found_by_city(self) -> None:
        names = [customer.name for customer in self.service.in_city("London")]
        self.assertEqual(names, ["Ada", "Mary"])
