"""As much of FastAPI as this lesson needs, so that nothing must be installed.

The backend and its tests are written for the real one and run with it unchanged.
"""

from __future__ import annotations

import inspect
import typing
from typing import Any, Callable


class HTTPException(Exception):
    def __init__(self, status_code: int, detail: str = "") -> None:
        super().__init__(detail)
        self.status_code = status_code
        self.detail = detail


class Request:
    def __init__(self, method: str, path: str) -> None:
        self.method = method
        self.path = path


class Dependency:
    def __init__(self, call: Callable[..., Any]) -> None:
        self.call = call


def Depends(dependency: Callable[..., Any]) -> Any:
    return Dependency(dependency)


class APIRouter:
    def __init__(self, prefix: str = "") -> None:
        self.prefix = prefix
        self.routes: list = []

    def get(self, path: str, status_code: int = 200) -> Callable[..., Any]:
        return self._route("GET", path, status_code)

    def post(self, path: str, status_code: int = 200) -> Callable[..., Any]:
        return self._route("POST", path, status_code)

    def _route(self, method: str, path: str, status: int) -> Callable[..., Any]:
        def register(handler: Callable[..., Any]) -> Callable[..., Any]:
            self.routes.append((method, self.prefix + path, status, handler))
            return handler

        return register


class FastAPI(APIRouter):
    def __init__(self) -> None:
        super().__init__()
        self.dependency_overrides: dict = {}
        self.handlers: dict = {}

    def include_router(self, router: APIRouter) -> None:
        self.routes.extend(router.routes)

    def exception_handler(self, kind: type) -> Callable[..., Any]:
        def register(handler: Callable[..., Any]) -> Callable[..., Any]:
            self.handlers[kind] = handler
            return handler

        return register

    def answer(self, method: str, path: str, query: dict) -> tuple:
        """Status and body."""
        for verb, pattern, status, handler in self.routes:
            found = _match(pattern, path)
            if verb == method and found is not None:
                try:
                    return status, self._call(handler, {**query, **found})
                except HTTPException as error:
                    return error.status_code, {"detail": error.detail}
                except Exception as error:
                    mapped = self.handlers.get(type(error))
                    if mapped is None:
                        raise
                    response = mapped(Request(method, path), error)
                    return response.status_code, response.content
        return 404, {"detail": "Not Found"}

    def _call(self, function: Callable[..., Any], given: dict) -> Any:
        hints = typing.get_type_hints(function)
        values = {}
        for name, parameter in inspect.signature(function).parameters.items():
            if isinstance(parameter.default, Dependency):
                call = parameter.default.call
                values[name] = self._call(self.dependency_overrides.get(call, call), given)
            elif name in given:
                values[name] = int(given[name]) if hints.get(name) is int else given[name]
            elif parameter.default is inspect.Parameter.empty:
                raise HTTPException(422, f"{name} is missing")
        return function(**values)


def _match(pattern: str, path: str) -> Any:
    wanted, given = pattern.strip("/").split("/"), path.strip("/").split("/")
    if len(wanted) != len(given):
        return None
    found = {}
    for part, value in zip(wanted, given):
        if part.startswith("{"):
            found[part[1:-1]] = value
        elif part != value:
            return None
    return found
