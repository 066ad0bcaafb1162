//! One test for each construct that packs and rules rely on.

use crate::analysis::{
    facts::{BindKind, FileFacts, ParamKind, ScopeFlags, ScopeKind},
    frontends::{MAX_SIZE_BYTES, Refused, facts, testing},
};

fn read(text: &str) -> FileFacts {
    testing::read("src/A.kt", text)
}

fn calls(facts: &FileFacts) -> Vec<String> {
    facts
        .calls
        .iter()
        .map(|call| format!("{} {}", facts.line(call.name_span.start), facts.show(call.callee)))
        .collect()
}

#[test]
fn classes_have_bases_annotations_and_members() {
    let facts = read(
        "package org.acme\n@RestController\n@RequestMapping(\"/a\", produces = [\"x\"])\n\
         class A(private val repo: Repo<User>, @Value(\"v\") name: String = \"n\") : Base(repo), X {\n  \
         companion object { const val P = \"/p\" }\n  @GetMapping(\"/{id}\")\n  \
         suspend fun get(@PathVariable id: Long): User? = repo.find(id)\n  val all: List<User> by lazy { load() }\n}",
    );
    assert_eq!(facts.package.map(|package| facts.text(package)), Some("org.acme"));
    let shown = |list| facts.list(list).iter().map(|id| facts.show(*id)).collect::<Vec<_>>();
    let class = &facts.scopes[1];
    assert_eq!(shown(class.bases), ["Base", "X"]);
    assert_eq!(shown(class.annotations), ["RestController", "RequestMapping(\"/a\", produces=[\"x\"])"]);
    assert_eq!(facts.line(class.name_span.start), 4);
    let names: Vec<&str> = facts.scopes.iter().skip(2).map(|scope| facts.text(scope.name)).collect();
    assert_eq!(names, ["constructor", "get", ""]);
    let get = &facts.scopes[3];
    assert!(get.flags.has(ScopeFlags::ASYNC));
    assert_eq!(get.return_type.map(|ty| facts.show(ty)).as_deref(), Some("User"));
    assert_eq!(shown(facts.params(get.params)[0].annotations), ["PathVariable"]);
    let fields: Vec<&str> = facts
        .binds
        .iter()
        .filter(|bind| bind.kind == BindKind::Field)
        .map(|bind| facts.text(bind.name))
        .collect();
    assert_eq!(fields, ["repo", "name", "P", "all"]);
}

#[test]
fn lambdas_behind_parentheses_are_arguments() {
    let facts = read(
        "fun Route.users(repo: Repo) {\n  route(\"/users\") {\n    get { call.respond(repo.all()) }\n    \
         post(\"/{id}\") { save(it) }\n  }\n}",
    );
    let scope = &facts.scopes[1];
    let params: Vec<(ParamKind, &str)> =
        facts.params(scope.params).iter().map(|param| (param.kind, facts.text(param.name))).collect();
    assert_eq!(params, [(ParamKind::Receiver, "this"), (ParamKind::Plain, "repo")]);
    let expected = ["3 repo.all", "3 call.respond", "3 get", "4 save", "4 post", "2 route"];
    assert_eq!(calls(&facts), expected);
    let counts: Vec<usize> = facts.calls.iter().map(|call| facts.args(call.args).len()).collect();
    assert_eq!(counts, [0, 1, 1, 1, 2, 2]);
}

#[test]
fn imports_have_aliases_and_stars() {
    let facts = read("import a.b.C\nimport a.b.*\nimport a.b.D as E\n");
    let imports: Vec<String> = facts
        .imports
        .iter()
        .map(|import| {
            let name = |sym: Option<_>| sym.map_or("*", |sym| facts.text(sym));
            format!("{} {} {}", facts.text(import.module), name(import.name), name(import.alias))
        })
        .collect();
    assert_eq!(imports, ["a.b C C", "a.b * *", "a.b D E"]);
}

#[test]
fn texts_have_holes_and_references_are_attributes() {
    let facts = read(
        "fun f(id: Int) {\n  q(\"a $id b ${x.y}\", \"plain\\n\", users::get, ::local, A::class)\n  \
         val s = \"\"\"select $id\"\"\"\n}",
    );
    let call = facts.calls.iter().find(|call| facts.show(call.callee) == "q").unwrap();
    let shown: Vec<String> = facts.args(call.args).iter().map(|arg| facts.show(arg.value)).collect();
    assert_eq!(shown, ["t(\"a \" id \" b \" x.y)", "\"plain\\n\"", "users.get", "local", "A"]);
    let bind = facts.binds.iter().find(|bind| facts.text(bind.name) == "s").unwrap();
    assert_eq!(facts.show(bind.value.unwrap()), "t(\"select \" id)");
}

#[test]
fn statements_are_blocks_binds_and_returns() {
    let facts = read(
        "fun f(all: List<U>): String {\n  for (u in all) { u.save() }\n  try { g() } catch (e: E) { throw X(e) } finally { h() }\n  \
         val (a, b) = pair()\n  val r = if (a) \"x\" else \"y\"\n  when (r) { \"x\" -> one() else -> two() }\n  \
         db.name = \"n\"\n  return r ?: \"z\"\n}\nobject O : T(\"x\") { val v = 1 }\nenum class R { A, B }",
    );
    let binds: Vec<&str> = facts.binds.iter().map(|bind| facts.text(bind.name)).collect();
    assert_eq!(binds, ["u", "e", "a", "b", "r", "name", "v", "A", "B"]);
    assert_eq!(facts.blocks.len(), 8);
    assert_eq!(facts.returns.len(), 1);
    let object = facts.scopes.iter().find(|scope| facts.text(scope.name) == "O").unwrap();
    assert_eq!(object.kind, ScopeKind::Class);
    assert_eq!(facts.list(object.bases).len(), 1);
}

#[test]
fn whatever_is_nested_too_deep_is_refused_by_name() {
    let texts = [
        format!("val x = {}1{}", "(".repeat(1_000_000), ")".repeat(1_000_000)),
        format!("val x = {}true", "!".repeat(20_000)),
        format!("val x = {}1", "1 + ".repeat(100_000)),
    ];
    testing::on_stack(|| {
        for text in &texts {
            let text: String = text.chars().take(MAX_SIZE_BYTES).collect();
            let found = facts("A.kt", &text).unwrap();
            assert!(matches!(found, Err(Refused::TooDeep { .. } | Refused::NotSource(_))));
        }
        let text = format!("val x = {}1", "1 + ".repeat(2_000));
        assert!(facts("A.kt", &text).unwrap().is_ok());
    });
}
