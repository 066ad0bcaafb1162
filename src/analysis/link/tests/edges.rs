//! Imports between files and the questions of rules.

use super::{super::Callee, linked};
use pretty_assertions::assert_eq;

#[test]
fn imports_lead_to_the_file_that_they_name() {
    let edges = linked(
        "
== app/main.py
from typing import TYPE_CHECKING
from app.api import users
from .services import Orders
import app.models as m
import json
if TYPE_CHECKING:
    from .types import T
== app/api/__init__.py
== app/api/users.py
def f():
    from app.services import Orders
== app/services.py
class Orders: ...
== app/models.py
== app/types.py
",
        |linked| {
            let edges = linked.edges.iter();
            edges.map(|edge| format!("{} -> {}:{}", edge.from, edge.to, edge.line)).collect::<Vec<_>>()
        },
    );
    assert_eq!(
        edges,
        [
            "app/api/users.py -> app/services.py:2",
            "app/main.py -> app/api/users.py:2",
            "app/main.py -> app/models.py:4",
            "app/main.py -> app/services.py:3",
        ]
    );
}

const SHOP: &str = "
== app/db.py
from sqlalchemy.orm import sessionmaker, Session
from sqlalchemy import create_engine
SessionLocal = sessionmaker(bind=create_engine('x'))

def get_db():
    db = SessionLocal()
    try:
        yield db
    finally:
        db.close()
== app/deps.py
from typing import Annotated
from fastapi import Depends
from sqlmodel import Session
from .db import get_db
SessionDep = Annotated[Session, Depends(get_db)]
== app/service.py
from .repo import Repo

class Service:
    def __init__(self, repo: Repo):
        self.repo = repo

    def run(self):
        return self.repo.find('x')
== app/repo.py
from sqlalchemy.orm import Session
from sqlalchemy import text

class Repo:
    def __init__(self, session: Session):
        self.session = session

    def find(self, name):
        return self.session.execute(text(f'select {name}'))
== app/models.py
from sqlmodel import SQLModel
class Base(SQLModel): ...
class User(Base, table=True): ...
class UserIn(Base): ...
== app/api.py
from fastapi import Depends
from .deps import SessionDep
from .db import get_db
from .service import Service

def route(session: SessionDep, other=Depends(get_db)):
    session.exec('a')
    other.execute('b')
    Service(None).run()
";

/// `callee text -> what is called` for every call of a file.
fn callees(path: &str) -> Vec<String> {
    linked(SHOP, |linked| {
        let resolver = &linked.resolver;
        let (file, facts) = resolver.files().find(|(_, facts)| facts.path == path).expect("file");
        facts
            .call_ids()
            .map(|(id, call)| {
                let called = match resolver.callee(file, id) {
                    Callee::Function(found) | Callee::Class(found) => {
                        let target = resolver.facts(found.file).expect("facts");
                        format!("{}:{}", target.path, target.qualified_name(found.scope))
                    }
                    Callee::External(path) => path,
                    Callee::Unknown => "?".to_owned(),
                };
                format!("{} -> {called}", facts.show(call.callee))
            })
            .collect()
    })
}

#[test]
fn calls_resolve_through_types_fields_and_injection() {
    assert_eq!(
        callees("app/api.py"),
        [
            "Depends -> fastapi.Depends",
            "session.exec -> sqlmodel.Session().exec",
            "other.execute -> sqlalchemy.orm.sessionmaker()().execute",
            "Service -> app/service.py:Service",
            "Service(null).run -> app/service.py:Service.run",
        ]
    );
    assert_eq!(callees("app/service.py"), ["self.repo.find -> app/repo.py:Repo.find"]);
    assert_eq!(
        callees("app/repo.py"),
        ["text -> sqlalchemy.text", "self.session.execute -> sqlalchemy.orm.Session().execute"]
    );
}

#[test]
fn families_hold_calls_by_method_and_receiver_and_classes_by_base() {
    linked(SHOP, |linked| {
        let resolver = &linked.resolver;
        let mut found = Vec::new();
        for (file, facts) in resolver.files() {
            for (id, call) in facts.call_ids() {
                if let Some(member) = resolver.call_in_family("sql-execute", file, id) {
                    let argument = resolver.family_argument(member, file, id).map(|arg| facts.show(arg));
                    found.push(format!("{} {}", facts.show(call.callee), argument.unwrap_or_default()));
                }
            }
            for (scope, class) in facts.scope_ids() {
                if resolver.class_in_family("orm-model", super::super::Definition { file, scope }) {
                    found.push(facts.text(class.name).to_owned());
                }
            }
        }
        assert_eq!(
            found,
            [
                "session.exec \"a\"",
                "other.execute \"b\"",
                "User",
                "text t(\"select \" name)",
                "self.session.execute text(t(\"select \" name))",
            ]
        );
    });
}
