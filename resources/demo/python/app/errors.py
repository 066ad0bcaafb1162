"""What can go wrong in the shop, in the shop's own words.

Services raise these; `app/main.py` turns them into HTTP answers in one place.
"""

from __future__ import annotations


class ShopError(Exception):
    """The base of everything that a customer may be told."""

    status = 400


class NotFound(ShopError):
    """Nothing by that number."""

    status = 404


class Conflict(ShopError):
    """True once, but not any more."""

    status = 409


class InvalidInput(ShopError):
    """A value that the shop cannot work with."""

    status = 422
