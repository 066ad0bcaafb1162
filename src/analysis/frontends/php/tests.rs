//! One test for each construct that packs and rules rely on.

use crate::analysis::{
    facts::FileFacts,
    frontends::{facts, testing},
};

fn read(text: &str) -> FileFacts {
    testing::read("app/a.php", text)
}

fn check(text: &str, expected: &[&str]) {
    testing::check_any_order("app/a.php", text, expected);
}

#[test]
fn classes_are_written_by_their_whole_name() {
    check(
        "<?php\nnamespace App\\Http;\n\nuse App\\Models\\User;\nuse App\\{Order, Store as S};\n\n#[Route('/users', name: 'u')]\nfinal class UserController extends Controller implements \\Countable\n{\n    use Paging;\n    private const BASE = '/api';\n    public function __construct(private S $store, ?User $user = null) {}\n\n    #[Get]\n    public static function show(int $id, Order ...$more): User\n    {\n        $this->name = self::BASE . '/x';\n        return User::find($id)->load(key: 1);\n    }\n}\n",
        &[
            "4: import App\\Models User as User",
            "5: import App Order as Order",
            "5: import App Store as S",
            "8: Class App.Http.UserController() < App.Http.Controller < Countable < App.Http.Paging @ App.Http.Route(\"/users\", name=\"u\")",
            "12: Function App.Http.UserController.__construct($store: App.Store, $user: App.Models.User = null, )",
            "12: App.Http.UserController Field store: App.Store",
            "11: App.Http.UserController Field BASE = \"/api\"",
            "15: Function App.Http.UserController.show($id: int, $more: App.Order, ) @ App.Http.Get",
            "Assign self.name = t(self.BASE \"/x\")",
            "return App.Models.User.find($id).load(key=0)",
        ],
    );
}

#[test]
fn closures_arrays_and_texts_keep_what_is_inside() {
    check(
        "<?php\nRoute::group(['prefix' => 'a'], function (App $app) use ($x) {\n    Route::get(\"u/{$x}\", [C::class, 'm'])->name('n');\n});\n$f = fn ($y) => $y;\n$t = C::class . ':m';\n$list = ['a', ...$b];\nforeach ($xs as $k => $v) { g($v); }\n",
        &[
            "2: Lambda (module)($app: App, )",
            "call Route.get(t(\"u/\" $x), [C, \"m\"]).name(\"n\")",
            "call Route.group({\"prefix\": \"a\", }, fun@2)",
            "return $y",
            "Assign $t = t(\"C\" \":m\")",
            "Assign $list = [\"a\", *$b]",
            "Loop $v = each $xs",
        ],
    );
}

#[test]
fn a_required_file_is_an_import_and_what_a_file_returns_is_its_export() {
    let facts = read(
        "<?php\n$routes = require __DIR__ . '/../routes.php';\n$routes($app);\nreturn function ($app) {};\n",
    );
    let dump = facts.dump();
    for line in [
        "import app/../routes.php (module) as app/../routes.php@",
        "call require(\"app/../routes.php\")",
        "export = = fun@4",
        "call $routes($app)",
    ] {
        assert!(dump.contains(line), "no `{line}` in:\n{dump}");
    }
}

#[test]
fn deep_and_long_sources_never_overflow_the_stack() {
    let constructs = [
        ("(", "1", ")"),
        ("f(", "1", ")"),
        ("!", "1", ""),
        ("[", "1", "]"),
        ("1 + ", "1", ""),
        ("function () { return ", "1", "; }"),
        ("fn () => ", "1", ""),
        ("new A(", "1", ")"),
    ];
    testing::nest("a.php", &constructs, |nested| format!("<?php\n$x = {nested};"), testing::refused_by_name);
}

#[test]
fn long_chains_and_nested_statements_never_overflow_the_stack() {
    for n in [600, 2_400, 100_000] {
        let texts = [
            format!("<?php\n$x{};", "->a()".repeat(n)),
            format!("<?php\n{}{}", "if (1) {".repeat(n), "}".repeat(n)),
        ];
        testing::on_stack(|| {
            for text in &texts {
                assert!(facts("a.php", text).is_some());
            }
        });
    }
}

#[test]
fn documentation_comments_annotate_with_what_the_file_imports() {
    check(
        "<?php\nnamespace App;\n\nuse Lib\\Route;\nuse Lib\\ORM;\n\n/**\n * Says @Route in prose, owner@Route.\n *\n * @author someone\n * @Route(\"/a/{id}\", methods={\"GET\", \"PUT\"},\n *   requirements={\"id\"=\"\\d+\", \"q\": Kind::FREE}, name=\"say \"\"hi\"\"\")\n */\nfinal class Show\n{\n    /** @ORM\\Id @ORM\\Join(@ORM\\Table(false), 3) @return int */\n    public function __invoke() {}\n    /** @Route(\"/open */\n    public function open() {}\n}\n",
        &[
            "4: import Lib Route as Route",
            "5: import Lib ORM as ORM",
            "14: Class App.Show() @ Lib.Route @ Lib.Route(\"/a/{id}\", methods=[\"GET\", \"PUT\"], requirements={\"id\": \"\\\\d+\", \"q\": App.Kind.FREE, }, name=\"say \\\"hi\\\"\")",
            "17: Function App.Show.__invoke() @ Lib.ORM.Id @ Lib.ORM.Join(Lib.ORM.Table(false), 0)",
            "19: Function App.Show.open() @ Lib.Route()",
        ],
    );
}
