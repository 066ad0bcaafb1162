"""What the library does today, over HTTP. These tests stay as they are."""

import unittest

from fastapi.testclient import TestClient

from app.db import SCHEMA, connect, get_db
from app.main import app


class BookTests(unittest.TestCase):
    def setUp(self) -> None:
        connection = connect(":memory:")
        connection.executescript(SCHEMA)
        connection.executemany(
            "INSERT INTO books (id, title, shelf) VALUES (?, ?, ?)",
            [(1, "Middlemarch", "novels"), (2, "Emma", "novels"), (3, "On Growth and Form", "science")],
        )
        self.addCleanup(connection.close)
        app.dependency_overrides[get_db] = lambda: connection
        self.client = TestClient(app)

    def test_a_book_is_read_by_its_number(self) -> None:
        answer = self.client.get("/books/2")
        self.assertEqual(answer.status_code, 200)
        self.assertEqual(answer.json(), {"id": 2, "title": "Emma", "shelf": "novels"})

    def test_a_book_that_is_not_there_is_404(self) -> None:
        answer = self.client.get("/books/9")
        self.assertEqual((answer.status_code, answer.json()), (404, {"detail": "no such book"}))

    def test_a_shelf_is_listed_by_title(self) -> None:
        titles = [book["title"] for book in self.client.get("/books?shelf=novels").json()]
        self.assertEqual(titles, ["Emma", "Middlemarch"])

    def test_an_empty_shelf_is_an_empty_list(self) -> None:
        self.assertEqual(self.client.get("/books?shelf=maps").json(), [])

    def test_a_book_is_lent(self) -> None:
        answer = self.client.post("/books/1/loans?member=Ada")
        self.assertEqual((answer.status_code, answer.json()), (201, {"book_id": 1, "member": "Ada"}))

    def test_a_lent_book_is_not_lent_again(self) -> None:
        self.client.post("/books/1/loans?member=Ada")
        answer = self.client.post("/books/1/loans?member=Grace")
        self.assertEqual((answer.status_code, answer.json()), (409, {"detail": "the book is lent"}))

    def test_a_book_that_is_not_there_is_not_lent(self) -> None:
        self.assertEqual(self.client.post("/books/9/loans?member=Ada").status_code, 404)


if __name__ == "__main__":
    unittest.main()
