//! What the front end makes of Python constructs, seen through the dump.

use crate::analysis::{
    facts::{BlockKind, FileFacts},
    frontends::{STACK_BYTES, facts as front_end},
};
use pretty_assertions::assert_eq;

fn read(text: &str) -> FileFacts {
    front_end("app/x.py", text).expect("a Python path").expect("accepted")
}

/// The dump without its first line.
fn check(text: &str, expected: &[&str]) {
    let dump = read(text).dump();
    let lines: Vec<&str> = dump.lines().skip(1).filter(|line| !line.starts_with("1: Module")).collect();
    assert_eq!(lines, expected, "{text}");
}

#[test]
fn imports_keep_their_form() {
    check(
        "import a.b\nimport c as d\nfrom . import x as y\nfrom ..p.q import *\nfrom __future__ import annotations\n",
        &[
            "1: import a.b (module) as a ImportFlags(8)",
            "2: import c (module) as d ImportFlags(0)",
            "3: import . x as y ImportFlags(0)",
            "4: import ..p.q (module) as - ImportFlags(1)",
        ],
    );
    let guarded =
        read("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from m import T\nfrom n import U\n");
    let types: Vec<bool> = guarded
        .imports
        .iter()
        .map(|import| import.flags.has(crate::analysis::facts::ImportFlags::TYPE_ONLY))
        .collect();
    assert_eq!(types, [false, true, false]);
}

#[test]
fn decorated_methods_start_at_their_name_and_know_their_receiver() {
    check(
        "class A(B, table=True):\n    x: int = 1\n\n    @router.get('/x')\n    @login\n    async def m(self, s: 'Session' = Depends(db), *a, k=1):\n        self.y = s.q\n        return self.y\n",
        &[
            "1: Class A() < B",
            "6: Function A.m(self, s: Session = Depends(db), a, k = 0, ) @ router.get(\"/x\") @ login",
            "2: A Field x: int = 0",
            "7: A.m Assign self.y = s.q",
            "4: A call router.get(\"/x\")",
            "6: A call Depends(db)",
            "8: A.m return self.y",
        ],
    );
}

#[test]
fn every_way_to_build_a_text_is_one_form() {
    check(
        "a = f'/x/{y}/z'\nb = '/x/' + y + '/z'\nc = '/x/%s/%d' % (y, n)\nd = '/x/{}/{k}/{0}'.format(y, k=z)\ne = 'a' 'b'\nf = f'plain'\ng += '/t'\n",
        &[
            "1: (module) Assign a = t(\"/x/\" y \"/z\")",
            "2: (module) Assign b = t(\"/x/\" y \"/z\")",
            "3: (module) Assign c = t(\"/x/\" y \"/\" 0)",
            "4: (module) Assign d = t(\"/x/\" y \"/\" z \"/\" y)",
            "5: (module) Assign e = \"ab\"",
            "6: (module) Assign f = \"plain\"",
            "7: (module) Augment g = t(g \"/t\")",
        ],
    );
}

#[test]
fn loops_branches_and_resources_are_blocks_around_their_calls() {
    let facts = read(
        "def f():\n    with open(p) as g:\n        for x in g:\n            h(x)\n    z = [q(i) for i in y if i]\n",
    );
    let kinds = |callee: &str| -> Vec<BlockKind> {
        let call = facts.calls.iter().find(|call| facts.show(call.callee) == callee).expect("call");
        facts.blocks_around(call.block).map(|block| block.kind).collect()
    };
    assert_eq!(kinds("open"), []);
    assert_eq!(kinds("h"), [BlockKind::Loop, BlockKind::With]);
    assert_eq!(kinds("q"), [BlockKind::Loop]);
}

#[test]
fn targets_of_every_shape_are_bound() {
    check(
        "a, b = 1, x\nc, d = pair()\napp['db'] = e\nfor i, j in rows:\n    pass\nif (n := k()):\n    pass\n",
        &[
            "1: (module) Assign a = 0",
            "1: (module) Assign b = x",
            "2: (module) Assign c = pair()[\"0\"]",
            "2: (module) Assign d = pair()[\"1\"]",
            "3: (module) Assign app.db = e",
            "4: (module) Loop i = each rows[\"0\"]",
            "4: (module) Loop j = each rows[\"1\"]",
            "6: (module) Assign n = k()",
            "2: (module) call pair()",
            "6: (module) call k()",
        ],
    );
}

#[test]
fn a_global_declaration_binds_in_the_module() {
    check(
        "def f():\n    global pool\n    pool = make()\n",
        &["1: Function f()", "3: (module) Assign pool = make()", "3: f call make()"],
    );
}

#[test]
fn suppressions_are_kept_and_texts_that_look_like_them_are_not() {
    let facts =
        read("x = 1  # proscenium: ignore sec/x because y\ns = '# proscenium: ignore sec/z because w'\n");
    let found: Vec<(&str, &str, u32)> = facts
        .suppressions
        .iter()
        .map(|s| (facts.text(s.rule), facts.text(s.reason), facts.line(s.span.start)))
        .collect();
    assert_eq!(found, [("sec/x", "y", 1)]);
}

#[test]
fn a_file_with_syntax_errors_keeps_the_facts_around_them() {
    let facts = read("import a\ndef f(:\n    return g(\n\nfrom b import c\n");
    assert!(facts.syntax_errors > 0);
    assert!(facts.imports.iter().any(|import| facts.text(import.module) == "a"));
}

/// Runs on the stack that callers promise.
fn on_parser_stack(work: impl FnOnce() + Send + 'static) {
    std::thread::Builder::new()
        .stack_size(STACK_BYTES)
        .spawn(work)
        .expect("thread")
        .join()
        .expect("front end finished");
}

#[test]
fn hostile_texts_are_refused_or_read_but_never_crash() {
    on_parser_stack(|| {
        let n = 1_400;
        let many = 100_000;
        let texts = [
            "(".repeat(n) + &")".repeat(n),
            "(".repeat(many),
            "-".repeat(n) + "1",
            "x".to_owned() + &".a".repeat(n),
            "x".to_owned() + &".a()".repeat(n / 3),
            "x = '' + ".to_owned() + &"a + ".repeat(n - 10) + "b",
            "not ".repeat(n) + "x",
            "lambda: ".repeat(n / 2) + "x",
            "a if b else ".repeat(n / 2) + "c",
            "x: ".to_owned() + &"A[".repeat(n) + &"]".repeat(n),
            "f'{".repeat(many),
            "x = '\\\n(".repeat(many / 4),
            "match x:\n case ".to_owned() + &"[".repeat(n) + &"]".repeat(n) + ": pass",
            "\u{feff}import a\r\nx = '\u{202e}'\r".to_owned(),
            "\0\0(((\u{1}".to_owned(),
            "def f(".repeat(500),
            "f'{a!r:{b:{c}}}'\n'''".repeat(1000),
            "@".repeat(many),
            "x[".repeat(n / 2) + ":" + &"]".repeat(n / 2),
        ];
        for text in texts {
            let outcome = front_end("x.py", &text).expect("a Python path");
            if let Ok(facts) = outcome {
                assert!(!facts.dump().is_empty());
            }
        }
    });
}
