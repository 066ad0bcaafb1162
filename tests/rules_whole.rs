//! What only a whole project tells: migrations that follow each other, dependencies of
//! handlers, functions that are called in loops, folders that hold a feature.

use crate::support::scan::{findings, project};
use pretty_assertions::assert_eq;

/// Rule and file of each finding of these files, those of other rules left out.
fn found(rule: &str, files: &[(&str, &str)]) -> Vec<(String, String)> {
    let files: Vec<(String, String)> =
        files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
    let all = findings(&project(&files));
    let wanted = all.into_iter().filter(|finding| finding.rule == rule);
    wanted.map(|finding| (finding.file, finding.message)).collect()
}

fn files_of(rule: &str, files: &[(&str, &str)]) -> Vec<String> {
    found(rule, files).into_iter().map(|(file, _)| file).collect()
}

const ORDERS: &str =
    "create table orders (id bigint primary key, customer_id bigint references customers (id));\n";

#[test]
fn a_foreign_key_is_judged_by_what_the_last_migration_leaves() {
    let rule = "mig/fk-missing-index";
    let first = ("migrations/2020-01-01-000000_orders/up.sql", ORDERS);
    for later in [
        "create index on orders (customer_id);",
        "alter table orders rename to sales; create index on sales (customer_id);",
        "alter table orders rename customer_id to buyer_id; create index on orders (buyer_id);",
        "alter table orders add column note text, drop column customer_id;",
        "drop table orders;",
    ] {
        let second = ("migrations/2021-01-01-000000_more/up.sql", later);
        assert_eq!(files_of(rule, &[first, second]), Vec::<String>::new(), "{later}");
    }
    let down = ("migrations/2021-01-01-000000_more/down.sql", "drop table orders;");
    assert_eq!(files_of(rule, &[first, down]), [first.0], "what undoes a migration was not run");
    let messages = found(
        rule,
        &[
            first,
            (
                "migrations/2021-01-01-000000_more/up.sql",
                "alter table orders
        add column a int, add column agent_id bigint references agents (id);",
            ),
        ],
    );
    let said: Vec<&str> =
        messages.iter().map(|(_, message)| message.split(' ').next().unwrap_or_default()).collect();
    assert_eq!(said, ["customer_id", "agent_id"]);
}

#[test]
fn migrations_are_read_in_the_order_of_their_numbers_and_each_database_by_itself() {
    let rule = "mig/fk-missing-index";
    let renamed = ("db/V10__names.sql", "alter table orders rename to sales;");
    let index = ("db/V11__index.sql", "create index on sales (customer_id);");
    assert_eq!(files_of(rule, &[("db/V9__orders.sql", ORDERS), renamed, index]), Vec::<String>::new());
    let two = [
        ("db/postgres/1_a.sql", ORDERS),
        ("db/sqlite/1_a.sql", ORDERS),
        ("db/sqlite/2_b.sql", "create index i on orders (customer_id);"),
    ];
    assert_eq!(files_of(rule, &two), ["db/postgres/1_a.sql"]);
}

#[test]
fn a_model_inside_a_migration_is_a_picture_of_what_was() {
    let model = "from sqlalchemy import Column, ForeignKey, Integer\n\nclass Order(Base):\n    \
                 customer_id = Column(Integer, ForeignKey(\"customers.id\"))\n";
    let rule = "mig/fk-missing-index";
    assert_eq!(files_of(rule, &[("app/revisions/versions/2021_a1.py", model)]), Vec::<String>::new());
    assert_eq!(files_of(rule, &[("app/models.py", model)]), ["app/models.py"]);
}

#[test]
fn a_field_is_altered_when_the_database_keeps_something_else() {
    let first = "from django.db import migrations, models\n\nclass Migration(migrations.Migration):\n    operations = [\n        \
                 migrations.CreateModel(name='Order', fields=[('id', models.AutoField(primary_key=True)), \
                 ('note', models.CharField(max_length=50, default='')), \
                 ('buyer', models.ForeignKey(on_delete=models.CASCADE, to='shop.customer'))]),\n    ]\n";
    let altered = |field: &str| {
        format!(
            "from django.db import migrations, models\n\nclass Migration(migrations.Migration):\n    operations = [\n        \
             migrations.AlterField(model_name='order', {field}),\n    ]\n"
        )
    };
    for (field, is_found) in [
        (
            "name='buyer', field=models.ForeignKey(null=True, on_delete=models.SET_NULL, to='shop.Customer')",
            false,
        ),
        ("name='note', field=models.CharField(max_length=80, default='x', help_text='shown')", false),
        ("name='note', field=models.CharField(max_length=20, default='')", true),
        ("name='note', field=models.TextField(default='')", true),
        ("name='buyer', field=models.ForeignKey(on_delete=models.CASCADE, to='shop.agent')", true),
    ] {
        let files = [("shop/migrations/0001_a.py", first), ("shop/migrations/0002_b.py", &altered(field))];
        assert_eq!(files_of("mig/breaking-change", &files).len(), usize::from(is_found), "{field}");
    }
}

#[test]
fn a_field_without_a_column_or_with_an_empty_text_is_no_required_column() {
    for (field, is_found) in [
        ("models.TextField(blank=True)", false),
        ("taggit.managers.TaggableManager(to='tags.Tag')", false),
        ("models.IntegerField(blank=True)", true),
        ("models.TextField()", true),
    ] {
        let text = format!(
            "import taggit.managers\nfrom django.db import migrations, models\n\nclass Migration(migrations.Migration):\n    \
             operations = [migrations.AddField(model_name='order', name='note', field={field})]\n"
        );
        let found = files_of("mig/not-null-or-volatile-default", &[("shop/migrations/0002_b.py", &text)]);
        assert_eq!(found.len(), usize::from(is_found), "{field}");
    }
}

#[test]
fn a_dependency_that_is_given_the_request_may_read_the_path() {
    let handler = |depends: &str| {
        format!(
            "from typing import Annotated\nfrom fastapi import APIRouter, Depends, FastAPI, Request\n\n\
             router = APIRouter()\n\n\
             def current_order(request: Request):\n    return request.path_params[\"order_id\"]\n\n\
             class Allowed:\n    def __init__(self, names):\n        self.names = names\n\n    \
             def __call__(self, request: Request):\n        return request.path_params[\"order_id\"]\n\n\
             def session(request: Request):\n    return request.state.session\n\n\
             def page(limit: int = 10):\n    return limit\n\n\
             CurrentOrder = Annotated[str, Depends(current_order)]\n\n{depends}\napp = FastAPI()\napp.include_router(router)\n"
        )
    };
    for (code, is_found) in [
        ("@router.get(\"/{order_id}\")\ndef read(order: CurrentOrder):\n    return order\n", false),
        (
            "@router.get(\"/{order_id}\", dependencies=[Depends(Allowed([\"a\"]))])\ndef read():\n    return 1\n",
            false,
        ),
        (
            "@router.get(\"/{order_id}\")\ndef read(request: Request):\n    return request.path_params\n",
            false,
        ),
        ("@router.get(\"/{order_id}\")\ndef read(db=Depends(session)):\n    return db\n", true),
        ("@router.get(\"/{order_id}\")\ndef read(limit: int = Depends(page)):\n    return limit\n", true),
    ] {
        let found = files_of("api/untyped-path-params", &[("app/api/orders.py", &handler(code))]);
        assert_eq!(found.len(), usize::from(is_found), "{code}");
    }
}

#[test]
fn a_function_called_for_its_effect_is_no_query_for_each_row() {
    let text = |body: &str| {
        format!(
            "from sqlalchemy import select\nfrom sqlalchemy.orm import Session\nfrom .models import Item, Order\n\n\
             def items_of(session: Session, order_id: int):\n    \
             return session.scalars(select(Item).where(Item.order_id == order_id)).all()\n\n\
             def close(session: Session, order_id: int):\n    \
             order = session.get(Order, order_id)\n    session.delete(order)\n    session.commit()\n\n\
             def append_items(session: Session, order: Order):\n    order.items = items_of(session, order.id)\n\n\
             def remind(session: Session, order_id: int):\n    \
             order = session.get(Order, order_id)\n    print(order.mail)\n\n\
             def all_orders(session: Session):\n    return session.scalars(select(Order).limit(10)).all()\n\n\
             def run(session: Session, kept: dict):\n    found = []\n    for order in all_orders(session):\n        {body}\n    return found\n"
        )
    };
    for (body, is_found) in [
        ("found.extend(items_of(session, order.id))", true),
        ("items = items_of(session, order.id)\n        found.append(len(items))", true),
        ("append_items(session, order)", true),
        ("close(session, order.id)", false),
        ("remind(session, order.id)", false),
        ("if order.kind not in kept:\n            kept[order.kind] = items_of(session, order.kind)", false),
    ] {
        let found = files_of("orm/n-plus-one", &[("app/orders.py", &text(body))]);
        assert_eq!(found.len(), usize::from(is_found), "{body}");
    }
}

#[test]
fn a_handler_may_ask_whether_the_database_is_there() {
    let handler = |statement: &str| {
        format!(
            "from fastapi import APIRouter, Depends, FastAPI\nfrom sqlalchemy import text\n\
             from sqlalchemy.ext.asyncio import AsyncSession\n\nrouter = APIRouter()\n\n@router.get(\"/health\")\n\
             async def health(session: AsyncSession = Depends(get_session)):\n    \
             await session.execute(text(\"{statement}\"))\n    return 1\n\n\
             app = FastAPI()\napp.include_router(router)\n"
        )
    };
    let found = |statement: &str| {
        files_of("arch/router-uses-orm", &[("app/api/health.py", &handler(statement))]).len()
    };
    assert_eq!((found("SELECT 1"), found("select 1 from orders")), (0, 1));
}

#[test]
fn only_what_calls_itself_a_repository_is_one() {
    let text = "from sqlalchemy import select\nfrom sqlalchemy.orm import Session\nfrom .models import Order\n\n\
                def announce(session: Session, kind: str):\n    \
                orders = session.scalars(select(Order).where(Order.kind == kind).limit(9)).all()\n    \
                if not orders:\n        raise CommandRefused(\"nothing to say\")\n    return orders\n";
    let rule = "arch/repository-has-business-logic";
    assert_eq!(files_of(rule, &[("app/slack/interactive.py", text)]), Vec::<String>::new());
    assert_eq!(files_of(rule, &[("app/repositories/orders.py", text)]), ["app/repositories/orders.py"]);
    let gone = text.replace("nothing to say", "No such kind of order");
    assert_eq!(files_of(rule, &[("app/repositories/orders.py", &gone)]), Vec::<String>::new());
}

#[test]
fn a_folder_that_is_named_after_a_thing_holds_a_feature() {
    let service = "from app.project import service as project_service\n\ndef create(name):\n    return project_service.get(name)\n";
    let other = "def get(name):\n    return name\n";
    let files = [("app/document/service.py", service), ("app/project/service.py", other)];
    assert_eq!(files_of("arch/layer-order", &files), Vec::<String>::new());
}

#[test]
fn words_of_a_translation_are_no_credentials() {
    let rule = "sec/default-credential-in-config";
    let text = "{\n  \"client_secret\": \"Xk29vQp7Lm3\"\n}\n";
    let py = ("app/a.py", "x = 1\n");
    assert_eq!(files_of(rule, &[py, ("config/app.json", text)]), ["config/app.json"]);
    assert_eq!(files_of(rule, &[py, ("assets/locales/de.json", text)]), Vec::<String>::new());
    let escaped = text.replace("Xk29vQp7Lm3", "\\u0422\\u0430\\u0439\\u043d\\u0430");
    assert_eq!(files_of(rule, &[py, ("config/app.json", &escaped)]), Vec::<String>::new());
}

#[test]
fn statements_for_another_database_know_nothing_of_concurrent_indexes() {
    let index = "create index orders_by_customer on orders (customer_id);\n";
    let rule = "mig/index-without-concurrently";
    let files = [("db/postgres/2_b.sql", index), ("db/sqlite/2_b.sql", index), ("db/mysql/2_b.sql", index)];
    assert_eq!(files_of(rule, &files), ["db/postgres/2_b.sql"]);
}

#[test]
fn a_cookie_that_says_how_to_show_a_page_needs_no_flags() {
    let view = |key: &str| {
        format!(
            "from django.conf import settings\n\ndef save(request, response):\n    \
             response.set_cookie({key}, request.POST[\"value\"])\n    return response\n"
        )
    };
    let found = |key: &str| files_of("sec/cookie-flags", &[("shop/views.py", &view(key))]).len();
    assert_eq!(found("\"session\""), 1);
    assert_eq!(found("\"language\"") + found("settings.LANGUAGE_COOKIE_NAME"), 0);
}
