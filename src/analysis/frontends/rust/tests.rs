//! One test for each construct that packs and rules rely on.

use crate::analysis::{
    facts::{CallFlags, FileFacts, ScopeFlags},
    frontends::{Refused, facts, testing},
};

fn read(text: &str) -> FileFacts {
    testing::read("src/a.rs", text)
}

fn check(text: &str, expected: &[&str]) {
    testing::check("src/a.rs", text, expected);
}

#[test]
fn builder_chains_keep_the_line_of_each_call() {
    let text = "fn router() -> Router<S> {\n  Router::new()\n    .route(\"/a\", get(list).post(create))\n    .nest(\"/b\", users::router())\n}";
    check(
        text,
        &[
            "1: Function router()",
            "2: router call Router.new()",
            "3: router call get(list)",
            "3: router call get(list).post(create)",
            "3: router call Router.new().route(\"/a\", get(list).post(create))",
            "4: router call users.router()",
            "4: router call Router.new()",
            "router return Router.new().route(\"/a\", get(list).post(create)).nest(\"/b\", users.router())",
        ],
    );
}

#[test]
fn impl_blocks_are_classes_with_owner_and_trait() {
    let facts = read(
        "pub struct Repo { db: PgPool }\nstruct Id(i32);\nenum Role { Admin, User(String) }\n\
         impl Repo { pub fn new(db: PgPool) -> Self { Self { db } } async fn get(&self, id: i32) { self.db.x(id); } }\n\
         #[async_trait]\nimpl Store for Repo { const T: &str = \"t\"; fn a(&self); }\npub trait Store: Send + Sync { fn a(&self); }",
    );
    let scopes: Vec<String> = facts
        .scopes
        .iter()
        .skip(1)
        .map(|scope| {
            let bases: Vec<String> = facts.list(scope.bases).iter().map(|base| facts.show(*base)).collect();
            let owner = scope.owner.map_or(String::new(), |owner| facts.show(owner));
            format!("{:?} {} [{}] <{owner}>", scope.kind, facts.text(scope.name), bases.join(" "))
        })
        .collect();
    let expected = [
        "Class Repo [] <>",
        "Class Id [] <>",
        "Class Role [] <>",
        "Class Repo [] <Repo>",
        "Function new [] <>",
        "Function get [] <>",
        "Class Repo [Store] <Repo>",
        "Function a [] <>",
        "Interface Store [Send Sync] <>",
        "Function a [] <>",
    ];
    assert_eq!(scopes, expected);
    assert!(facts.scopes[5].flags.has(ScopeFlags::STATIC.with(ScopeFlags::EXPORTED)));
    assert!(facts.scopes[6].flags.has(ScopeFlags::ASYNC));
    let binds: Vec<String> = facts.binds.iter().map(|bind| facts.text(bind.name).to_owned()).collect();
    assert_eq!(binds, ["db", "0", "Admin", "User", "T"]);
    let made = &facts.calls[0];
    assert_eq!((facts.show(made.callee), made.flags.has(CallFlags::NEW)), ("Repo".to_owned(), true));
}

#[test]
fn attributes_are_calls_with_the_arguments_in_their_tokens() {
    check(
        "#[get(\"/users/{id}\")]\n#[utoipa::path(post, path = \"/x\", responses((status = 200, body = [A])))]\n\
         async fn one(path: web::Path<i32>) {}\n\
         #[derive(Queryable, serde::Serialize)]\n#[diesel(table_name = users)]\nstruct User { #[serde(rename = \"n\")] name: String }\n\
         #[non_exhaustive]\nfn plain() {}",
        &[
            "3: Function one(path: web.Path[[i32]], ) @ get(\"/users/{id}\") @ utoipa.path(post, path=\"/x\", ",
            "6: Class User() @ derive(Queryable, serde.Serialize) @ diesel(table_name=users)",
            "8: Function plain() @ non_exhaustive",
            "6: User Field name: String",
        ],
    );
}

#[test]
fn macros_are_calls_with_paths_glued() {
    check(
        "fn f() {\n sqlx::query!(\"select {}\", id, name = a.b());\n let r = routes!(users::list, admin::api::get);\n\
         let s = format!(\"{}/{}\", BASE, self.x.y(1).await?);\n let v = vec![Router::new().route(\"/a\", get(h)), B { c: d }];\n\
         json!({ \"k\": [1, x], \"l\": y });\n}",
        &[
            "Assign r = routes(users.list, admin.api.get)",
            "Assign s = format(\"{}/{}\", BASE, self.x.y(0))",
            "Assign v = vec(Router.new().route(\"/a\", get(h)), B(c=d))",
            "2: f call sqlx.query(\"select {}\", id, a.b())",
            "4: f call self.x.y(0)",
            "6: f call json({\"k\": [0, x], \"l\": y",
        ],
    );
}

#[test]
fn uses_and_modules_are_imports_seen_from_the_top_of_the_file() {
    check(
        "use axum::{routing::get, Router as R};\npub use self::error::Error;\nmod users;\npub mod db;\nuse diesel::prelude::*;\n\
         mod tests { use super::*; use crate::x::y; mod inner { use super::super::z; } }\n\
         fn f() { crate::a::b(); super::c(); other_crate::d(); users::e(); }",
        &[
            "1: import axum::routing get as get",
            "1: import axum Router as R",
            "2: import self::error Error as Error ImportFlags(4)",
            "3: import self::users (module) as users ImportFlags(16)",
            "4: import self::db (module) as db ImportFlags(20)",
            "5: import diesel::prelude (module) as - ImportFlags(1)",
            "6: import self (module) as - ImportFlags(1)",
            "6: import crate::x y as y",
            "6: import self z as z",
            "7: import crate (module) as crate ImportFlags(32)",
            "7: import super (module) as super ImportFlags(32)",
            "7: import other_crate (module) as other_crate ImportFlags(32)",
        ],
    );
    assert!(!read("mod users;\nfn f() { users::e(); }").dump().contains("ImportFlags(32)"));
}

#[test]
fn patterns_bind_the_parts_of_values() {
    check(
        "async fn h(State(db): State<Db>, Json(body): Json<B>, (a, b): (A, B), r#type: T) {\n\
         let Foo { x, y: Some(z) } = f();\n let (p, q) = g();\n if let Some(user) = find() { use_it(user) }\n\
         for item in items { item.save(); }\n match r { Ok(v) => v, Err(e) => return }\n s += \"x\"; self.n = 1;\n let u: U = w.into();\n}",
        &[
            "1: Function h(db: State[[Db]], body: Json[[B]], {a}{b}: [A, B], type: T, )",
            "Assign x = f().x",
            "Assign z = f().y",
            "Assign p = g()[0]",
            "Assign user = find()",
            "Loop item = ",
            "Assign v = r",
            "Augment s = t(s \"x\")",
            "self.n = 0",
            "Assign u: U = w.into()",
        ],
    );
}

#[test]
fn loops_closures_and_await_are_seen() {
    let facts = read(
        "async fn f() { for id in ids { one(id).await; } while two() {} loop { three(); } xs.map(|x| four(x)); if a { five() } }",
    );
    let calls: Vec<(String, bool, bool)> = facts
        .calls
        .iter()
        .map(|call| {
            let awaited = call.flags.has(CallFlags::AWAITED);
            (facts.show(call.callee), facts.in_loop(call.block), awaited)
        })
        .collect();
    let expected = [
        ("one", true, true),
        ("two", false, false),
        ("three", true, false),
        ("four", false, false),
        ("xs.map", false, false),
        ("five", false, false),
    ];
    assert_eq!(calls, expected.map(|(name, inside, awaited)| (name.to_owned(), inside, awaited)));
    let closure = facts.returns.iter().find(|ret| facts.show(ret.value) == "four(x)");
    assert!(closure.is_some(), "a closure returns its body");
}

#[test]
fn blocks_branches_and_matches_have_the_value_of_their_tail() {
    let facts = read(
        "fn a() -> R { let x = 1; if c { b() } else { d() } }\nfn e() { match f { A => g(), B => { h(); i() } } }\n\
         fn j() { k(); }\nfn l() { unsafe { m() } }",
    );
    let returned: Vec<String> = facts.returns.iter().map(|ret| facts.show(ret.value)).collect();
    assert_eq!(returned, ["(b() | d())", "(g() | i())", "m()"]);
}

#[test]
fn deep_and_long_sources_never_overflow_the_stack() {
    let n = 3_000;
    let handle = std::thread::Builder::new().stack_size(1 << 20).spawn(move || {
        for (open, middle, close) in [
            ("(", "1", ")"),
            ("f(", "1", ")"),
            ("{", "1", "}"),
            ("!", "1", ""),
            ("[", "1", "]"),
            ("if a {} else ", "{}", ""),
            ("|x| ", "1", ""),
            ("a + ", "1", ""),
            ("m![", "1", "]"),
        ] {
            let text = format!("fn f() {{ let x = {}{middle}{}; }}", open.repeat(n), close.repeat(n));
            let read = facts("a.rs", &text);
            assert!(matches!(read, Some(Ok(_) | Err(Refused::TooDeep { .. }))), "{open}");
        }
        for text in [
            format!("fn f() {{ x{} }}", ".a()".repeat(n)),
            format!("type A = {}B{};", "C<".repeat(n), ">".repeat(n)),
            format!("use {}b{};", "a::{".repeat(n), "}".repeat(n)),
            format!("mod a {{ {} }}", "}{ fn".repeat(n)),
        ] {
            assert!(facts("a.rs", &text).is_some());
        }
        for text in [
            format!("\nfn f() {{ {}1{} }}", "(".repeat(10_000), ")".repeat(10_000)),
            format!("\nfn f() {{ x{} }}", ".a()".repeat(15_000)),
        ] {
            assert!(matches!(facts("a.rs", &text), Some(Err(Refused::TooDeep { line: 2, .. }))));
        }
    });
    handle.expect("a thread").join().expect("no panic");
}
