//! What looks like a finding and is none, beside what is one: met in public backends, written
//! anew here.

use crate::support::scan::{findings, project};
use pretty_assertions::assert_eq;

/// How often a rule finds something in a project of these files.
fn count(rule: &str, files: &[(&str, &str)]) -> usize {
    let files: Vec<(String, String)> =
        files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
    findings(&project(&files)).iter().filter(|finding| finding.rule == rule).count()
}

#[test]
fn the_query_of_an_address_is_no_query() {
    let handler = |line: &str| {
        format!(
            "from aiohttp import web\n\nroutes = web.RouteTableDef()\n\n\n@routes.get('/orders')\nasync def orders(request):\n    {line}\n    return web.json_response({{}})\n"
        )
    };
    for (line, expected) in [
        ("page = request.query.get('page')", 0),
        ("page = request.rel_url.query.get('page')", 0),
        ("query = request.query\n    page = query.get('page')", 0),
        ("rows = await session.query(Order).all()", 1),
    ] {
        assert_eq!(count("arch/router-uses-orm", &[("app/handlers.py", &handler(line))]), expected, "{line}");
    }
}

#[test]
fn a_command_has_no_other_requests_that_wait() {
    let text = "import time\n\n\nasync def run():\n    time.sleep(1)\n";
    for (path, expected) in [
        ("app/services/rates.py", 1),
        ("scripts/rates.py", 0),
        ("app/management/commands/rates.py", 0),
        ("app/seed_rates.py", 0),
    ] {
        assert_eq!(count("async/blocking-call-in-async", &[(path, text)]), expected, "{path}");
    }
}

#[test]
fn the_name_of_a_key_in_a_session_is_no_key() {
    for (line, expected) in [
        ("session_key = 'auth_session'", 0),
        ("session_key = 'k3Jd82-hsP0qz7_Lm2'", 1),
        ("api_key = 'k3Jd82-hsP0qz7_Lm2'", 1),
    ] {
        assert_eq!(count("sec/secret-assigned-to-name", &[("app/keys.py", line)]), expected, "{line}");
    }
}

#[test]
fn a_file_that_only_makes_the_layers_may_name_them() {
    let files = |last: &str| {
        let wiring = format!(
            "import {{ OrdersRepository }} from './orders.repository';\nimport {{ OrdersService }} from './orders.service';\nimport express from 'express';\n\nexport const app = express();\nconst repository = new OrdersRepository();\nconst service = new OrdersService(repository);\napp.get('/orders', (req, res) => res.json({last}));\n"
        );
        let repository = "export class OrdersRepository {\n  constructor() { this.rows = []; }\n  all() { return this.rows; }\n}\n";
        let service = "export class OrdersService {\n  constructor(repository) { this.repository = repository; }\n  all() { return this.repository.all(); }\n}\n";
        count(
            "arch/layer-order",
            &[
                ("src/app.ts", &wiring),
                ("src/orders.repository.ts", repository),
                ("src/orders.service.ts", service),
            ],
        )
    };
    assert_eq!(files("service.all()"), 0);
    assert_eq!(files("repository.all()"), 1);
}

#[test]
fn a_folder_named_api_does_not_make_every_file_a_router() {
    let model = "from sqlalchemy.orm import DeclarativeBase, Mapped\n\nfrom api.dates import now\n\n\nclass Base(DeclarativeBase):\n    pass\n\n\nclass Order(Base):\n    __tablename__ = 'orders'\n    id: Mapped[int]\n";
    let dates = "import datetime\n\n\ndef now():\n    return datetime.datetime.now(datetime.UTC)\n";
    let routes = "from fastapi import APIRouter\n\nrouter = APIRouter()\n\n\n@router.get('/now')\ndef now():\n    return 1\n";
    assert_eq!(count("arch/layer-order", &[("api/models.py", model), ("api/dates.py", dates)]), 0);
    assert_eq!(count("arch/layer-order", &[("api/models.py", model), ("api/dates.py", routes)]), 1);
}

#[test]
fn a_path_is_text_and_only_document_stores_take_operators() {
    let handler = |import: &str, line: &str| {
        format!(
            "{import}\nimport {{ users }} from './users';\n\nexport async function show(req, res) {{\n  const {{ slug }} = req.params;\n  const {{ name }} = req.body;\n  res.json(await {line});\n}}\n"
        )
    };
    let mongo = "import mongoose from 'mongoose';";
    for (import, line, expected) in [
        (mongo, "users.findOne({ slug: req.params.slug })", 0),
        (mongo, "users.findOne({ slug })", 0),
        (mongo, "users.findOne({ name: req.body.name })", 1),
        (mongo, "users.findOne({ name })", 1),
        ("import knex from 'knex';", "users.findOne({ name: req.body.name })", 0),
    ] {
        let text = handler(import, line);
        let found = count("sec/nosql-operator-injection", &[("src/users.controller.ts", &text)]);
        assert_eq!(found, expected, "{import} {line}");
    }
}

#[test]
fn a_fallback_behind_the_environment_is_no_fixed_address() {
    let text = |value: &str| {
        format!("use axum::Router;\n\nfn main() {{\n    let host = {value};\n    serve(host);\n}}\n")
    };
    for (value, expected) in [
        ("std::env::var(\"HOST\").unwrap_or_else(|_| \"0.0.0.0\".to_string())", 0),
        ("\"0.0.0.0\".to_string()", 1),
    ] {
        assert_eq!(count("cloud/hardcoded-config", &[("src/main.rs", &text(value))]), expected, "{value}");
    }
}

#[test]
fn a_picture_of_gravatar_is_asked_for_by_md5() {
    let text = |address: &str| {
        format!(
            "import hashlib\n\n\ndef picture(email):\n    digest = hashlib.md5(email.encode()).hexdigest()\n    return '{address}' + digest\n"
        )
    };
    for (address, expected) in [("https://www.gravatar.com/avatar/", 0), ("/files/", 1)] {
        let found = count("sec/weak-hash-password", &[("app/people.py", &text(address))]);
        assert_eq!(found, expected, "{address}");
    }
}

#[test]
fn sql_around_the_orm_is_advice_unless_a_graver_finding_says_it() {
    let (around, value) = ("sec/sql-around-orm", "sec/sql-interpolated-value");
    for (line, expected) in [
        ("Order.objects.filter(paid=True).extra(where=['total > 10'])", (1, 0)),
        ("Order.objects.filter(paid=True).extra(where=[f\"name = '{name}'\"])", (0, 1)),
        ("log.bind(a=1).extra(where=['total > 10'])", (0, 0)),
        ("extra(where=['total > 10'])", (0, 0)),
    ] {
        let text = format!(
            "from shop.models import Order\nfrom shop.log import log, extra\n\n\ndef some(name):\n    return {line}\n"
        );
        let files = [("shop/selectors.py", text.as_str())];
        assert_eq!((count(around, &files), count(value, &files)), expected, "{line}");
    }
}

#[test]
fn a_job_finds_the_row_that_it_was_started_for() {
    let model = "from sqlalchemy.orm import Mapped, mapped_column\n\nfrom app.db import Base\n\n\nclass Order(Base):\n    __tablename__ = 'orders'\n    id: Mapped[int] = mapped_column(primary_key=True)\n    owner_id: Mapped[int]\n";
    let lookup = "from sqlalchemy.ext.asyncio import AsyncSession\n\nfrom app.models.order import Order\n\n\nasync def find(session: AsyncSession, order_id: int) -> Order | None:\n    return await session.get(Order, order_id)\n";
    let job = format!(
        "from celery import shared_task\n\n{lookup}\n\n@shared_task\ndef remind(order_id):\n    pass\n"
    );
    for (path, text, expected) in
        [("app/repositories/orders.py", lookup, 1), ("app/tasks/orders.py", job.as_str(), 0)]
    {
        let files = [
            ("requirements.txt", "fastapi\nsqlalchemy\ncelery\n"),
            ("app/models/order.py", model),
            (path, text),
        ];
        assert_eq!(count("sec/unscoped-find", &files), expected, "{path}");
    }
}
