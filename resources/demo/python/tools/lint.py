"""The shop's own lint: small, strict, standard library only.

Prints `path:line:col: CODE message` for each problem and exits 1 when there is one.

    K101  an import that is never used
    K102  a line longer than 100 characters
    K103  blanks at the end of a line
    K104  a function without a return annotation
    K105  `except` without saying what
"""

from __future__ import annotations

import ast
import sys
from pathlib import Path
from typing import Iterator, List, Tuple

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("app", "tests", "tests_api", "tools")
WIDEST = 100

Problem = Tuple[int, int, str, str]


def imported_names(tree: ast.Module) -> Iterator[Tuple[str, ast.AST]]:
    for node in ast.walk(tree):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            if isinstance(node, ast.ImportFrom) and node.module == "__future__":
                continue
            for alias in node.names:
                yield (alias.asname or alias.name).split(".")[0], node


def used_names(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            yield node.id


def problems_of(source: str) -> Iterator[Problem]:
    tree = ast.parse(source)
    used = set(used_names(tree))
    for name, node in imported_names(tree):
        if name not in used:
            yield node.lineno, node.col_offset + 1, "K101", f"`{name}` is imported but never used"
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.returns is None:
            message = f"`{node.name}` does not say what it returns"
            yield node.lineno, node.col_offset + 1, "K104", message
        if isinstance(node, ast.ExceptHandler) and node.type is None:
            yield node.lineno, node.col_offset + 1, "K105", "`except` without saying what"
    for number, line in enumerate(source.splitlines(), start=1):
        if len(line) > WIDEST:
            yield number, WIDEST + 1, "K102", f"{len(line)} characters, {WIDEST} are enough"
        if line != line.rstrip():
            yield number, len(line.rstrip()) + 1, "K103", "blanks at the end of the line"


def main() -> int:
    found: List[str] = []
    files = [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py"))]
    for path in files:
        name = path.relative_to(ROOT).as_posix()
        for line, column, code, message in sorted(problems_of(path.read_text(encoding="utf-8"))):
            found.append(f"{name}:{line}:{column}: {code} {message}")
    for problem in found:
        print(problem)
    if found:
        word = "error" if len(found) == 1 else "errors"
        print(f"Found {len(found)} {word}.")
    else:
        print("All checks passed!")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
