//! One test for each construct that packs and rules rely on.

use crate::analysis::{
    facts::FileFacts,
    frontends::{Refused, facts, testing},
};

fn read(text: &str) -> FileFacts {
    testing::read("api/a.go", text)
}

fn check(text: &str, expected: &[&str]) {
    testing::check("api/a.go", text, expected);
}

#[test]
fn imports_carry_the_name_that_the_code_uses() {
    check(
        "package api\nimport (\n\t\"net/http\"\n\tm \"example.com/app/model\"\n\t_ \"github.com/lib/pq\"\n\
         \t. \"fmt\"\n\t\"github.com/labstack/echo/v4\"\n)",
        &[
            "3: import net/http (module) as http",
            "4: import example.com/app/model (module) as m",
            "5: import github.com/lib/pq (module) as -",
            "6: import fmt (module) as -",
            "7: import github.com/labstack/echo/v4 (module) as echo",
        ],
    );
    assert_eq!(read("package api").package.map(|name| name.index()), Some(1));
}

#[test]
fn methods_name_their_type_and_the_receiver_is_self() {
    let facts = read(
        "package a\ntype Base struct{}\ntype Server struct {\n\tBase\n\trouter *chi.Mux `json:\"x\"`\n}\n\
         func (s *Server) routes(r chi.Router, names ...string) (int, error) {\n\ts.router.Get(\"/x\", s.list)\n\ts.n = 1\n}\n\
         type Store interface {\n\tio.Closer\n\tFind(id int) *User\n}",
    );
    let dump = facts.dump();
    for line in [
        "3: Class Server() < Base",
        "7: Function routes(r: chi.Router, names: string, )",
        "11: Interface Store() < io.Closer",
        "13: Function Store.Find(id: int, )",
        "4: Server Field Base: Base",
        "5: Server Field router: chi.Mux",
        "9: routes Assign self.n = 0",
        "8: routes call self.router.Get(\"/x\", self.list)",
    ] {
        assert!(dump.contains(line), "no `{line}` in:\n{dump}");
    }
    let method = facts.scopes.iter().find(|scope| facts.text(scope.name) == "routes");
    let owner = method.and_then(|method| method.owner).map(|owner| facts.show(owner));
    assert_eq!(owner.as_deref(), Some("Server"));
}

#[test]
fn chains_and_closures_keep_the_line_of_each_call() {
    check(
        "package a\nfunc f() {\n\tr.Route(\"/a\", func(r chi.Router) {\n\t\tr.With(mw).\n\t\t\tGet(\"/b\", h)\n\t})\n\
         \tr.HandleFunc(\"/c\", h).\n\t\tMethods(\"GET\", \"POST\")\n}",
        &[
            "3: Lambda f(r: chi.Router, )",
            "4: f call r.With(mw)",
            "5: f call r.With(mw).Get(\"/b\", h)",
            "3: f call r.Route(\"/a\", fun@3)",
            "7: f call r.HandleFunc(\"/c\", h)",
            "8: f call r.HandleFunc(\"/c\", h).Methods(\"GET\", \"POST\")",
        ],
    );
}

#[test]
fn literals_are_constructions_lists_and_maps() {
    check(
        "package a\nvar s = &Server{addr: \":80\", db: open()}\nvar routes = []Route{{Method: \"GET\", Path: \"/x\"}, {\"a\", \"b\"}}\n\
         var m = map[string]int{\"k\": 1}\nconst base = \"/api\" + version\nconst (\n\ta = iota\n\tb\n)",
        &[
            "2: (module) Assign s = Server(addr=\":80\", db=open())",
            "3: (module) Assign routes = [{\"Method\": \"GET\", \"Path\": \"/x\", }, [\"a\", \"b\"]]",
            "4: (module) Assign m = {\"k\": 0, }",
            "5: (module) Assign base = t(\"/api\" version)",
            "7: (module) Assign a = 0",
            "8: (module) Assign b",
        ],
    );
}

#[test]
fn several_values_are_taken_apart() {
    check(
        "package a\nfunc f() (*T, error) {\n\tdb, err := open()\n\tx, y := 1, \"t\"\n\tfor i, r := range routes {\n\t\tuse(r)\n\t}\n\
         \tq += \" and x\"\n\tif v := g(); v {\n\t\treturn db, nil\n\t}\n\treturn nil, err\n}",
        &[
            "3: f Assign db = open()[\"0\"]",
            "3: f Assign err = open()[\"1\"]",
            "4: f Assign x = 0",
            "4: f Assign y = \"t\"",
            "5: f Loop r = each routes",
            "8: f Augment q = t(q \" and x\")",
            "9: f Assign v = g()",
            "f return [db, null]",
            "f return [null, err]",
        ],
    );
    let facts =
        read("package a\nfunc f() { for { a() }; for i := 0; i < 3; i++ { b() }; switch x { case 1: c() } }");
    let inside: Vec<bool> = facts.calls.iter().map(|call| facts.in_loop(call.block)).collect();
    assert_eq!(inside, [true, true, false]);
}

#[test]
fn deep_and_long_sources_never_overflow_the_stack() {
    let constructs = [
        ("(", "1", ")"),
        ("f(", "1", ")"),
        ("!", "1", ""),
        ("[]T{", "1", "}"),
        ("func() { ", "x()", " }"),
        ("a + ", "1", ""),
        ("*", "p", ""),
    ];
    testing::nest(
        "a.go",
        &constructs,
        |nested| format!("package a\nvar x = {nested}"),
        |refused| matches!(refused, Refused::TooDeep { line: 2, .. } | Refused::TooLarge { .. }),
    );
}

#[test]
fn long_chains_and_nested_statements_never_overflow_the_stack() {
    for n in [600, 2_400, 100_000] {
        let texts = [
            format!("package a\nfunc f() {{ x{} }}", ".a()".repeat(n)),
            format!("package a\nfunc f() {{ {} {} }}", "if x {".repeat(n), "}".repeat(n)),
            format!("package a\ntype A {}int", "[]".repeat(n)),
        ];
        testing::on_stack(|| {
            for text in &texts {
                assert!(facts("a.go", text).is_some());
            }
        });
    }
}
