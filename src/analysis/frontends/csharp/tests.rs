//! One test for each construct that packs and rules rely on.

use crate::analysis::{
    facts::{CallFlags, FileFacts, ImportFlags, ParamKind, ScopeFlags, ScopeKind},
    frontends::{MAX_SIZE_BYTES, Refused, facts, testing},
};

fn read(text: &str) -> FileFacts {
    testing::read("src/A.cs", text)
}

#[test]
fn classes_have_bases_attributes_and_members() {
    let facts = read(
        "using Microsoft.AspNetCore.Mvc;\nglobal using X.Y;\nusing static A.B;\nusing Z = A.C;\nnamespace Acme.Api;\n\
         [ApiController]\n[RouteAttribute(\"api/[controller]\", Name = \"n\")]\n\
         public class A(Repo repo) : Base<User>(repo), IThing {\n  private readonly Repo<User> _repo = new();\n  \
         public int Age { get; set; } = 1;\n  public A(Repo r) : this(r, 1) { _repo = r; }\n  \
         [HttpGet(\"{id}\")]\n  public async Task<User> Get([FromRoute] int id, int n = 2) => await _repo.Find(id);\n}",
    );
    assert_eq!(facts.package.map(|package| facts.text(package)), Some("Acme.Api"));
    let shown = |list| facts.list(list).iter().map(|id| facts.show(*id)).collect::<Vec<_>>();
    let class = &facts.scopes[1];
    assert_eq!(shown(class.bases), ["Base[[User]]", "IThing"]);
    assert_eq!(shown(class.annotations), ["ApiController", "Route(\"api/[controller]\", Name=\"n\")"]);
    assert_eq!(facts.line(class.name_span.start), 8);
    let names: Vec<&str> = facts.scopes.iter().skip(2).map(|scope| facts.text(scope.name)).collect();
    assert_eq!(names, ["constructor", "Get"]);
    let get = &facts.scopes[3];
    assert!(get.flags.has(ScopeFlags::ASYNC.with(ScopeFlags::EXPORTED)));
    assert_eq!(facts.params(get.params).len(), 2);
    let fields: Vec<&str> = facts.binds.iter().map(|bind| facts.text(bind.name)).collect();
    assert_eq!(fields, ["repo", "_repo", "Age", "_repo"]);
    let made = facts.calls.iter().find(|call| call.flags.has(CallFlags::NEW)).unwrap();
    assert_eq!(facts.show(made.callee), "Repo[[User]]");
    let stars: Vec<(&str, bool)> = facts
        .imports
        .iter()
        .filter(|import| import.flags.has(ImportFlags::STAR))
        .map(|import| (facts.text(import.module), import.flags.has(ImportFlags::REEXPORT)))
        .collect();
    assert_eq!(stars, [("Microsoft.AspNetCore.Mvc", false), ("X.Y", true), ("A.B", false)]);
}

#[test]
fn extension_methods_have_a_receiver_and_calls_their_lines() {
    let facts = read(
        "public static class E {\n  public static IRoutes MapUsers(this IRoutes app, int n) {\n    \
         var g = app.MapGroup(\"users\").WithTags(\"x\");\n    g.MapGet(\"/\", async (Repo r, int id) => await r.All())\n      \
         .WithName(\"a\");\n    return app;\n  }\n}",
    );
    let scope = &facts.scopes[2];
    let kinds: Vec<ParamKind> = facts.params(scope.params).iter().map(|param| param.kind).collect();
    assert_eq!(kinds, [ParamKind::Receiver, ParamKind::Plain]);
    let calls: Vec<String> = facts
        .calls
        .iter()
        .map(|call| {
            let name = facts.show(call.callee);
            let name = name.rsplit('.').next().unwrap_or_default().to_owned();
            format!("{} {name}", facts.line(call.name_span.start))
        })
        .collect();
    assert_eq!(calls, ["3 MapGroup", "3 WithTags", "4 All", "4 MapGet", "5 WithName"]);
    assert_eq!(facts.scopes[3].kind, ScopeKind::Lambda);
}

#[test]
fn texts_have_holes_and_names_are_texts() {
    let facts = read(
        "class A { void F(int id) { Q($\"a {id} b\", @\"c\"\"d\", nameof(A.F), x?.Y(1), new U { Name = \"n\" }, \"p\" + id); } }",
    );
    let call = facts.calls.iter().find(|call| facts.show(call.callee) == "Q").unwrap();
    let shown: Vec<String> = facts.args(call.args).iter().map(|arg| facts.show(arg.value)).collect();
    assert_eq!(
        shown,
        ["t(\"a \" id \" b\")", "\"c\\\"d\"", "\"F\"", "x.Y(0)", "U(Name=\"n\")", "t(\"p\" id)"]
    );
}

#[test]
fn statements_of_programs_without_a_class_are_read() {
    let facts = read(
        "var builder = WebApplication.CreateBuilder(args);\nvar app = builder.Build();\n\
         foreach (var e in all) { e.Map(app); }\nusing (var c = Open()) { c.Go(); }\n\
         try { A(); } catch (E e) when (e.X) { throw new Y(e); } finally { B(); }\n\
         if (a is User u) { u.Go(); } else { C(); }\napp.MapGet(\"/\", Hello);\nstatic string Hello() => \"hi\";",
    );
    let binds: Vec<&str> = facts.binds.iter().map(|bind| facts.text(bind.name)).collect();
    assert_eq!(binds, ["builder", "app", "e", "c", "e", "u"]);
    assert_eq!(facts.blocks.len(), 7);
    assert!(facts.scopes.iter().any(|scope| facts.text(scope.name) == "Hello"));
}

#[test]
fn whatever_is_nested_too_deep_is_refused_by_name() {
    let texts = [
        format!("var x = {}1{};", "(".repeat(1_000_000), ")".repeat(1_000_000)),
        format!("var x = {}true;", "!".repeat(20_000)),
        format!("var x = {}1;", "1 + ".repeat(100_000)),
    ];
    testing::on_stack(|| {
        for text in &texts {
            let text: String = text.chars().take(MAX_SIZE_BYTES).collect();
            let found = facts("A.cs", &text).unwrap();
            assert!(matches!(found, Err(Refused::TooDeep { .. } | Refused::NotSource(_))));
        }
        let text = format!("var x = {}1;", "1 + ".repeat(2_000));
        assert!(facts("A.cs", &text).unwrap().is_ok());
    });
}
