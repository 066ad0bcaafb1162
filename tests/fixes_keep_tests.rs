//! All safe fixes at once on a backend with tests: the findings are gone, the tests stay
//! green, and what the fixes are for holds.
//!
//! Where `python3` is missing there is nothing to run and the test says so.

use crate::support::{
    git,
    program::{Sandboxed, finish},
    tools,
};
use pretty_assertions::assert_eq;
use std::{io::ErrorKind, path::Path, process::Output};

const CUSTOMERS: &str = r#"import sqlite3


def by_name(db: sqlite3.Connection, name: str) -> list:
    return db.execute(f"SELECT id FROM customers WHERE name = '{name}' LIMIT 20").fetchall()


def in_city(db: sqlite3.Connection, city: str, kind: int) -> list:
    return db.execute(
        f"SELECT name FROM customers WHERE city = '{city}' AND kind = {kind} ORDER BY name LIMIT 20"
    ).fetchall()


def rename(db: sqlite3.Connection, customer: int, name: str) -> None:
    db.execute("UPDATE customers SET name = '%s' WHERE id = %s" % (name, customer))
"#;

const SETTINGS: &str = r#""""What the program is told from outside."""

SIGNING_SECRET = "9f86d081884c7d659a2feaa0c55ad015"
PAGE_SIZE = 20
"#;

const TABLES: &str =
    "CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT NOT NULL, city TEXT, kind INTEGER);
CREATE TABLE orders (
    id INTEGER PRIMARY KEY,
    customer_id INTEGER NOT NULL REFERENCES customers (id),
    total INTEGER NOT NULL
);
";

const TESTS: &str = r#"import glob
import hmac
import sqlite3
import unittest

from app import settings
from app.repositories import customers


class Customers(unittest.TestCase):
    def setUp(self):
        self.db = sqlite3.connect(":memory:")
        for path in sorted(glob.glob("migrations/sqlite/*.sql")):
            with open(path) as file:
                self.db.executescript(file.read())
        rows = [(1, "Ann", "Oslo", 1), (2, "Bo", "Oslo", 1), (3, "Cy", "Oslo", 2), (4, "Di", "Bergen", 1)]
        self.db.executemany("INSERT INTO customers VALUES (?, ?, ?, ?)", rows)

    def test_a_customer_is_found_by_name(self):
        self.assertEqual(customers.by_name(self.db, "Bo"), [(2,)])
        self.assertEqual(customers.by_name(self.db, "nobody"), [])

    def test_customers_of_a_kind_in_a_city(self):
        self.assertEqual(customers.in_city(self.db, "Oslo", 1), [("Ann",), ("Bo",)])

    def test_a_customer_gets_another_name(self):
        customers.rename(self.db, 3, "Cleo")
        self.assertEqual(customers.by_name(self.db, "Cleo"), [(3,)])

    def test_orders_belong_to_customers(self):
        self.db.execute("INSERT INTO orders VALUES (1, 2, 90)")
        self.assertEqual(self.db.execute("SELECT total FROM orders WHERE customer_id = 2").fetchall(), [(90,)])

    def test_answers_are_signed(self):
        signature = hmac.new(settings.SIGNING_SECRET.encode(), b"answer", "sha256").hexdigest()
        self.assertEqual(len(signature), 64)
        self.assertEqual(settings.PAGE_SIZE, 20)
"#;

/// What an attacker asks, and the plan of a query for the orders of a customer.
const HOLDS: &str = r#"
import glob, sqlite3
from app.repositories import customers
db = sqlite3.connect(":memory:")
for path in sorted(glob.glob("migrations/sqlite/*.sql")):
    db.executescript(open(path).read())
db.execute("INSERT INTO customers VALUES (1, 'Ann', 'Oslo', 1)")
assert customers.by_name(db, "' OR '1' = '1") == []
customers.rename(db, 1, "O'Hara")
assert customers.by_name(db, "O'Hara") == [(1,)]
plan = str(db.execute("EXPLAIN QUERY PLAN SELECT * FROM orders WHERE customer_id = 1").fetchall())
assert "INDEX" in plan, plan
print("holds")
"#;

fn python(root: &Path, arguments: &[&str]) -> Option<Output> {
    let mut command = tools::python_command();
    command.args(arguments).current_dir(root).env("SIGNING_SECRET", "of the environment");
    match command.env("PYTHONDONTWRITEBYTECODE", "1").output() {
        Ok(output) => Some(output),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            println!("python3 is not installed: not run");
            None
        }
        Err(error) => panic!("{error}"),
    }
}

fn assert_green(root: &Path) -> bool {
    let Some(output) = python(root, &["-m", "unittest", "discover", "-s", "tests", "-t", "."]) else {
        return false;
    };
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && text.contains("Ran 5 tests") && text.contains("\nOK"), "{text}");
    true
}

fn commit_all(root: &Path) {
    git::git(root, &["add", "-A"]);
    git::git(root, &["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "-m", "all"]);
}

#[test]
fn all_safe_fixes_together_keep_the_tests_green() {
    let (sandbox, root) = Sandboxed::with_files(&[
        ("requirements.txt", "fastapi\n"),
        ("app/__init__.py", ""),
        ("app/settings.py", SETTINGS),
        ("app/repositories/__init__.py", ""),
        ("app/repositories/customers.py", CUSTOMERS),
        ("migrations/sqlite/0001_tables.sql", TABLES),
        ("tests/__init__.py", ""),
        ("tests/test_customers.py", TESTS),
    ]);
    git::git(&root, &["init", "-q"]);
    commit_all(&root);
    if !assert_green(&root) {
        return;
    }
    let before = sandbox.run(&root, &["review", "--format", "json"]).expect(1).json();
    let mut rules: Vec<&str> = before["findings"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|finding| finding["rule"].as_str())
        .collect();
    rules.sort_unstable();
    let value = "sec/sql-interpolated-value";
    assert_eq!(rules, ["mig/fk-missing-index", "sec/secret-assigned-to-name", value, value, value]);

    let ran = finish(sandbox.command(&root).args(["review", "--fix", "--apply"])).expect(0);
    assert!(ran.err.contains("fixed 5 of 5 findings with a fix"), "{}", ran.err);
    sandbox.run(&root, &["review"]).expect(0);
    assert!(assert_green(&root), "python3 was there a moment ago");
    let output = python(&root, &["-c", HOLDS]).expect("python3 was there a moment ago");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains("holds"), "{}", String::from_utf8_lossy(&output.stderr));
}
