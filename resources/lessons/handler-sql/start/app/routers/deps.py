"""How a request gets its service: the one place of the routers that knows what it is made of."""

import sqlite3

from fastapi import Depends

from app.db import get_db
from app.repositories.books import BookRepository
from app.services.books import BookService


def book_service(db: sqlite3.Connection = Depends(get_db)) -> BookService:
    return BookService(BookRepository(db))
