"""Requests to an application of the stand-in, without a server."""

from typing import Any
from urllib.parse import parse_qsl, urlsplit


class Answer:
    def __init__(self, status_code: int, body: Any) -> None:
        self.status_code = status_code
        self._body = body

    def json(self) -> Any:
        return self._body


class TestClient:
    __test__ = False

    def __init__(self, app: Any) -> None:
        self.app = app

    def get(self, url: str) -> Answer:
        return self._send("GET", url)

    def post(self, url: str) -> Answer:
        return self._send("POST", url)

    def _send(self, method: str, url: str) -> Answer:
        parts = urlsplit(url)
        return Answer(*self.app.answer(method, parts.path, dict(parse_qsl(parts.query))))
