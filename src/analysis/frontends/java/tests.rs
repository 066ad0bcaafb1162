//! One test for each construct that packs and rules rely on.

use crate::analysis::{
    facts::{CallFlags, FileFacts, ScopeFlags, ScopeKind},
    frontends::{MAX_SIZE_BYTES, Refused, facts, testing, tree::DEEPEST},
};

fn read(text: &str) -> FileFacts {
    testing::read("src/A.java", text)
}

fn check(text: &str, expected: &[&str]) {
    testing::check("src/A.java", text, expected);
}

#[test]
fn classes_have_bases_annotations_and_members() {
    let facts = read(
        "package org.acme;\n@RestController\n@RequestMapping(value = {\"/a\", BASE + \"/b\"}, method = GET)\n\
         public class A<T> extends Base<T> implements X, y.Z {\n  @Autowired private Repo<User> repo;\n  \
         static final String P = \"/p\";\n  public A(Repo repo) { this.repo = repo; }\n  \
         @GetMapping(\"/{id}\")\n  public User get(@PathVariable long id) { return repo.find(id); }\n  void none();\n}",
    );
    assert_eq!(facts.package.map(|package| facts.text(package)), Some("org.acme"));
    let class = &facts.scopes[1];
    let shown = |list| facts.list(list).iter().map(|id| facts.show(*id)).collect::<Vec<_>>();
    assert_eq!(shown(class.bases), ["Base[[T]]", "X", "y.Z"]);
    assert_eq!(
        shown(class.annotations),
        ["RestController", "RequestMapping(value=[\"/a\", t(BASE \"/b\")], method=GET)"]
    );
    assert!(class.flags.has(ScopeFlags::EXPORTED));
    let names: Vec<&str> = facts.scopes.iter().skip(2).map(|scope| facts.text(scope.name)).collect();
    assert_eq!(names, ["constructor", "get", "none"]);
    assert!(facts.scopes[4].flags.has(ScopeFlags::ABSTRACT));
    // The place of a definition is its name, not its annotations.
    assert_eq!(facts.line(class.name_span.start), 4);
    let fields: Vec<String> = facts.binds.iter().map(|bind| facts.text(bind.name).to_owned()).collect();
    assert_eq!(fields, ["repo", "P", "repo"]);
    assert_eq!(shown(facts.binds[0].annotations), ["Autowired"]);
}

#[test]
fn imports_name_a_class_of_a_package() {
    let facts = read("import a.b.C;\nimport a.b.*;\nimport static a.b.C.of;\n");
    let imports: Vec<String> = facts
        .imports
        .iter()
        .map(|import| {
            let name = import.name.map_or("*", |name| facts.text(name));
            format!("{} {name}", facts.text(import.module))
        })
        .collect();
    assert_eq!(imports, ["a.b C", "a.b *", "a.b.C of"]);
}

#[test]
fn calls_of_a_chain_keep_their_own_lines() {
    let text = "class A { void run() {\n  app\n    .get(\"/a\", this::list)\n    .post(\"/b\", ctx -> create(ctx));\n} }";
    check(
        text,
        &[
            "3: A.run call app.get(\"/a\", self.list)",
            "4: A.run call app.get(\"/a\", self.list).post(\"/b\", fun@4)",
        ],
    );
}

#[test]
fn statements_are_blocks_binds_and_returns() {
    let text = "class A { String f(List<User> all) throws E {\n  for (User u : all) { u.save(); }\n  \
                try (var c = open()) { q(\"a\" + u); } catch (SqlException | E e) { throw new E(e); } finally { z(); }\n  \
                if (x instanceof User y) { y.go(); } else { s += \"t\"; }\n  \
                return switch (k) { case 1 -> \"one\"; default -> \"more\"; };\n} }";
    let facts = read(text);
    let thrown: Vec<String> = facts
        .calls
        .iter()
        .filter(|call| call.flags.has(CallFlags::THROWN.with(CallFlags::NEW)))
        .map(|call| facts.show(call.callee))
        .collect();
    assert_eq!(thrown, ["E"]);
    let binds: Vec<&str> = facts.binds.iter().map(|bind| facts.text(bind.name)).collect();
    assert_eq!(binds, ["u", "c", "e", "y", "s"]);
    assert_eq!(facts.blocks.len(), 9);
    assert_eq!(facts.returns.len(), 1);
}

#[test]
fn records_enums_and_anonymous_classes_are_classes() {
    let facts = read(
        "record Dto(@NotNull String name, int age) {}\nenum Role { ADMIN(\"admin\"), USER(\"user\"); }\n\
         interface Repo extends Jpa<User, Long> { User byName(String n); }\n@interface Mark {}\n\
         class B { Runnable r = new Runnable() { public void run() { go(); } }; }",
    );
    let kinds: Vec<(ScopeKind, &str)> =
        facts.scopes.iter().skip(1).map(|scope| (scope.kind, facts.text(scope.name))).collect();
    let expected = [
        (ScopeKind::Class, "Dto"),
        (ScopeKind::Class, "Role"),
        (ScopeKind::Interface, "Repo"),
        (ScopeKind::Function, "byName"),
        (ScopeKind::Interface, "Mark"),
        (ScopeKind::Class, "B"),
        (ScopeKind::Class, ""),
        (ScopeKind::Function, "run"),
    ];
    assert_eq!(kinds, expected);
    let fields: Vec<&str> = facts.binds.iter().map(|bind| facts.text(bind.name)).collect();
    assert_eq!(fields, ["name", "age", "ADMIN", "USER", "r"]);
}

#[test]
fn text_blocks_and_escapes_are_resolved() {
    check(
        "class A { String a = \"\"\"\n    select 1\n      from b\"\"\"; String c = \"x\\\"y\"; }",
        &["select 1\\n  from b", "x\\\"y"],
    );
}

#[test]
fn whatever_is_nested_too_deep_is_refused_by_name() {
    let deep = |open: &str, close: &str, count: usize| {
        format!("class A {{ Object x = {}1{}; }}", open.repeat(count), close.repeat(count))
    };
    testing::on_stack(|| {
        for text in [
            deep("(", ")", 1_000_000),
            deep("f(", ")", 100_000),
            deep("!", "", 100_000),
            deep("1 + ", "", 100_000),
            format!("class A {{ void f() {{ {} }} }}", "if (a) b(); else ".repeat(30_000)),
        ] {
            let refused = facts("A.java", &text.chars().take(MAX_SIZE_BYTES).collect::<String>());
            assert!(matches!(refused, Some(Err(Refused::TooDeep { .. }))), "{}", text.get(..60).unwrap());
        }
    });
}

#[test]
fn the_deepest_accepted_tree_fits_the_stack() {
    testing::on_stack(|| {
        // Each operator is a level; so are the nodes around it.
        let text = format!("class A {{ Object x = {}1; }}", "1 + ".repeat(DEEPEST as usize - 20));
        assert!(facts("A.java", &text).unwrap().is_ok());
        let text = format!("class A {{ Object x = {}1{}; }}", "f(".repeat(1_200), ")".repeat(1_200));
        assert!(facts("A.java", &text).unwrap().is_ok());
    });
}

#[test]
fn broken_source_keeps_what_can_be_read() {
    let facts = read("package a;\nclass A {\n  void f() { g(; }\n  @Get(\"/x\") void h() {}\n}\n}}}");
    assert!(facts.syntax_errors > 0);
    assert!(facts.scopes.iter().any(|scope| facts.text(scope.name) == "h"));
}
