"""Responses of the stand-in."""

from typing import Any


class JSONResponse:
    def __init__(self, content: Any, status_code: int = 200) -> None:
        self.content = content
        self.status_code = status_code
