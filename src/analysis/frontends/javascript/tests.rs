//! One test for each construct that packs and rules rely on.

use crate::analysis::{
    facts::FileFacts,
    frontends::{Refused, facts},
};

fn read(path: &str, text: &str) -> FileFacts {
    facts(path, text).expect("a language with a front end").expect("readable source")
}

/// Every expected line stands in the dump, in this order.
fn check(path: &str, text: &str, expected: &[&str]) {
    let dump = read(path, text).dump();
    let mut rest = dump.as_str();
    for line in expected {
        match rest.split_once(line) {
            Some((_, after)) => rest = after,
            None => panic!("no `{line}` in its place in:\n{dump}"),
        }
    }
}

#[test]
fn decorators_are_calls_on_classes_methods_parameters_and_fields() {
    check(
        "a.ts",
        "@Controller('cats')\nexport class Cats extends Base implements Api.Cats {\n\
         @InjectRepository(Cat) private repo: Repository<Cat>;\n\
         constructor(private readonly service: CatService, @Inject(CONFIG) other: Config) {}\n\
         @Get(':id')\n@Public\nasync one(@Param('id') id: string) { return await this.service.find(id) }\n}",
        &[
            "2: Class Cats() < Base < Api.Cats @ Controller(\"cats\")",
            "Cats.constructor(service: CatService, other: Config, )",
            "7: Function Cats.one(id: string, ) @ Get(\":id\") @ Public",
            "3: Cats Field repo: Repository[[Cat]]",
            "4: Cats Field service: CatService",
            "7: Cats.one call self.service.find(id)",
            "7: Cats.one return self.service.find(id)",
        ],
    );
}

#[test]
fn es_imports_and_exports_keep_their_names() {
    check(
        "a.ts",
        "import a, { b as c } from './m'\nimport * as d from 'n'\nimport type { T } from 't'\nimport './side'\n\
         export { e as f } from './o'\nexport * from './p'\nexport * as q from './q'\n\
         const g = 1\nexport { g as h }\nexport default g",
        &[
            "1: import ./m default as a",
            "1: import ./m b as c",
            "2: import n (module) as d",
            "3: import t T as T ImportFlags(2)",
            "4: import ./side (module) as -",
            "5: import ./o e as f ImportFlags(4)",
            "6: import ./p (module) as - ImportFlags(5)",
            "7: import ./q (module) as q ImportFlags(4)",
            "9: export h = g",
            "10: export default = g",
        ],
    );
}

#[test]
fn common_js_is_imports_and_exports_as_well() {
    check(
        "a.js",
        "const a = require('./a')\nconst { b, c: d } = require('./b')\nconst e = require('./e').f\n\
         app.use('/x', require('./x'))\nmodule.exports = { a }\nexports.g = function () {}\n\
         module.exports.h = a\nconst lazy = import('./lazy')",
        &[
            "1: import ./a (module) as a",
            "2: import ./b b as b",
            "2: import ./b c as d",
            "3: import ./e (module) as require(./e)",
            "4: import ./x (module) as require(./x)",
            "8: import ./lazy (module) as import(./lazy)",
            "3: (module) Assign e = require(./e).f",
            "4: (module) call app.use(\"/x\", require(./x))",
            "5: export = = {\"a\": a",
            "6: export g = ",
            "7: export h = a",
        ],
    );
}

#[test]
fn texts_with_holes_have_one_form() {
    check(
        "a.ts",
        "const a = `select ${x} from ${y.z}`\nconst b = 'a' + c + \"d\"\nlet s = 'x'\ns += y\nconst p = `plain`\n\
         sql`select ${id}`",
        &[
            "Assign a = t(\"select \" x \" from \" y.z)",
            "Assign b = t(\"a\" c \"d\")",
            "Augment s = t(s y)",
            "Assign p = \"plain\"",
            "call sql(t(\"select \" id))",
        ],
    );
}

#[test]
fn functions_take_the_name_of_their_variable_and_return_their_tail() {
    let facts = read(
        "a.js",
        "const list = async (req, res) => db.all()\nconst o = { get() { return 1 }, put: async () => 2 }\n\
         exports.del = () => 3\nfunction* gen() {}",
    );
    let names: Vec<String> =
        facts.scopes.iter().map(|scope| format!("{:?} {}", scope.kind, facts.text(scope.name))).collect();
    assert_eq!(names, ["Module ", "Function list", "Lambda get", "Lambda put", "Lambda del", "Function gen"]);
    let returned: Vec<String> = facts.returns.iter().map(|ret| facts.show(ret.value)).collect();
    assert_eq!(returned, ["db.all()", "0", "0", "0"], "numbers print as 0");
}

#[test]
fn calls_of_one_chain_have_their_own_lines_and_arguments() {
    let facts = read("a.ts", "app\n  .get<T>('/a', h)\n  .post('/b', g)\nnew Hono<Env>('x')");
    let calls: Vec<(u32, &str)> = facts
        .calls
        .iter()
        .map(|call| {
            (
                facts.line(call.name_span.start),
                "app\n  .get<T>('/a', h)\n  .post('/b', g)\nnew Hono<Env>('x')"
                    .get(call.args_span.range())
                    .unwrap(),
            )
        })
        .collect();
    assert_eq!(calls, [(2, "('/a', h)"), (3, "('/b', g)"), (4, "('x')")]);
}

#[test]
fn destructuring_binds_parts_and_parameters_keep_their_fields() {
    check(
        "a.ts",
        "const { a, b: { c }, ...rest } = ctx\nconst [first] = list\n\
         function f({ db, user: { id } }: Deps, x = 1, ...more) {}\nfor (const item of items) { use(item) }\n\
         this.repo = repo",
        &[
            "f(",
            "Assign a = ctx.a",
            "Assign c = ctx.b.c",
            "Assign rest = ctx",
            "Assign first = list[0]",
            "Loop item = ",
            "repo = repo",
        ],
    );
    let facts = read("a.ts", "function f({ db, user: { id } }: Deps, x = 1, ...more) {}");
    let params = facts.params(facts.scopes[1].params);
    let fields: Vec<&str> = facts.names(params[0].fields).iter().map(|name| facts.text(*name)).collect();
    assert_eq!(fields, ["db", "id"]);
}

#[test]
fn loops_branches_and_try_are_blocks() {
    let facts = read(
        "a.ts",
        "async function f() { for (const x of xs) { await one(x) } while (a) two()\n\
         if (b) three(); else four()\ntry { five() } catch (e) { six() } finally { seven() } }",
    );
    let in_loop: Vec<(String, bool)> =
        facts.calls.iter().map(|call| (facts.show(call.callee), facts.in_loop(call.block))).collect();
    let expected = [
        ("one", true),
        ("two", true),
        ("three", false),
        ("four", false),
        ("five", false),
        ("six", false),
        ("seven", false),
    ];
    assert_eq!(in_loop, expected.map(|(name, inside)| (name.to_owned(), inside)));
}

#[test]
fn typescript_types_resolve_like_values() {
    check(
        "a.ts",
        "enum Path { Users = '/users', 'x-y' = 2 }\ninterface Repo<T> extends Base.One { find(id: string): Promise<T[]>; db: Db | null }\n\
         type Alias = Repo<User>\nnamespace N { export const x = 1 }\nimport fs = require('fs')",
        &[
            "import fs (module) as fs",
            "Interface Repo() < Base.One",
            "Repo.find(id: string, )",
            "Path Field Users = \"/users\"",
            "Repo Field db: ",
            "Alias Alias = Repo[[User]]",
            "N Assign x = ",
        ],
    );
}

#[test]
fn type_annotations_in_javascript_and_decorators_are_read() {
    check("a.js", "@Injectable()\nclass A { x: string = 'y' }", &["Class A() @ Injectable()"]);
}

#[test]
fn source_that_cannot_be_read_is_refused_with_a_reason() {
    assert!(matches!(facts("a.ts", "const = ="), Some(Err(Refused::NotSource(_)))));
}

#[test]
fn deep_and_long_sources_never_overflow_the_stack() {
    let thread = std::thread::Builder::new().stack_size(crate::analysis::frontends::STACK_BYTES);
    let handle = thread.spawn(|| {
        let deep = format!("\nx={}1{}", "(".repeat(10_000), ")".repeat(10_000));
        assert!(matches!(facts("a.ts", &deep), Some(Err(Refused::TooDeep { line: 2, .. }))));
        let n = 1_900;
        for (open, middle, close) in [
            ("(", "1", ")"),
            ("f(", "1", ")"),
            ("{a:[", "1", "]}"),
            ("f(()=>{", "", "})"),
            ("a=>", "1", ""),
            ("a?b:", "1", ""),
            ("!", "1", ""),
            ("`${", "1", "}`"),
            ("<a>", "1", "</a>"),
            ("if(a){}else ", "{}", ""),
            ("function f(){", "", "}"),
            ("class A{m(){", "", "}}"),
        ] {
            // Some levels hold several brackets or operators.
            let n =
                if open.matches(['(', '{', '[', '=', ':']).count() > 1 || open == "a?b:" { n / 4 } else { n };
            let text = format!("{}{middle}{}", open.repeat(n), close.repeat(n));
            let prefix = if text.starts_with(['i', 'c']) || text.starts_with("fun") { "" } else { "x=" };
            let read = facts("a.jsx", &format!("{prefix}{text}"));
            assert!(matches!(read, Some(Ok(_))), "{open}: {read:?}");
        }
        let n = 50_000;
        for long in [
            format!("x={}1", "a+".repeat(n)),
            format!("x={}1", "a||b&&".repeat(n)),
            format!("x{}", ".a()".repeat(n)),
            format!("type x=a{}", "[]".repeat(n)),
            format!("type x={}a", "a.".repeat(n)),
            format!("x={}1", "a,".repeat(n)),
        ] {
            assert!(matches!(facts("a.ts", &long), Some(Ok(_))), "{}", &long[..20]);
        }
    });
    handle.expect("a thread").join().expect("no panic");
}
