"""Applies every migration to a database in memory, reverts all, and applies all again.

Both passes must give the same schema, and the way back must leave no table behind.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import List

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from app.db import connect  # the folder above must be importable first
from app.migrate import downgrade, upgrade


def main() -> int:
    connection = connect(":memory:")

    def schema() -> List[str]:
        rows = connection.execute(
            "SELECT sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'"
            " AND name <> 'schema_migrations' ORDER BY name"
        )
        return [row["sql"] for row in rows]

    names = upgrade(connection)
    first = schema()
    downgrade(connection)
    left = schema()
    upgrade(connection)
    for name in names:
        print(f"  {name}")
    if left:
        print(f"migrations/{names[-1]}.sql: the way back leaves {len(left)} objects behind")
        return 1
    if schema() != first:
        print("the second way up does not give the schema of the first")
        return 1
    print(f"{len(names)} migrations up, down, up: ok")
    return 0


if __name__ == "__main__":
    sys.exit(main())
