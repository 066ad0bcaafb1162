"""What the library does with books. Knows nothing of HTTP and nothing of SQL."""

from app.repositories.books import BookRepository


class BookService:
    def __init__(self, books: BookRepository) -> None:
        self.books = books
