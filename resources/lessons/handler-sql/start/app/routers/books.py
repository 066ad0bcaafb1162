"""Books over HTTP."""

import sqlite3

from fastapi import APIRouter, Depends, HTTPException

from app.db import get_db

router = APIRouter(prefix="/books")


@router.get("/{book_id}")
def read_book(book_id: int, db: sqlite3.Connection = Depends(get_db)) -> dict:
    row = db.execute("SELECT id, title, shelf FROM books WHERE id = ?", (book_id,)).fetchone()
    if row is None:
        raise HTTPException(status_code=404, detail="no such book")
    return dict(row)


@router.get("")
def list_books(shelf: str, db: sqlite3.Connection = Depends(get_db)) -> list:
    rows = db.execute(
        "SELECT id, title, shelf FROM books WHERE shelf = ? ORDER BY title LIMIT 50", (shelf,)
    ).fetchall()
    return [dict(row) for row in rows]


@router.post("/{book_id}/loans", status_code=201)
def lend_book(book_id: int, member: str, db: sqlite3.Connection = Depends(get_db)) -> dict:
    row = db.execute("SELECT id FROM books WHERE id = ?", (book_id,)).fetchone()
    if row is None:
        raise HTTPException(status_code=404, detail="no such book")
    lent = db.execute("SELECT 1 FROM loans WHERE book_id = ? AND returned = 0", (book_id,)).fetchone()
    if lent is not None:
        raise HTTPException(status_code=409, detail="the book is lent")
    db.execute("INSERT INTO loans (book_id, member) VALUES (?, ?)", (book_id, member))
    db.commit()
    return {"book_id": book_id, "member": member}
