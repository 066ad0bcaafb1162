//! The `migration` recipe on Django projects: a field of a generated resource and of one that
//! was written by hand, always as a new migration, with everything else kept.

use crate::{
    recipe_django::packages,
    recipe_hunks::{session, with_dependants, without},
    recipe_remains,
    support::backend::{
        Texts, assert_cited, fixture, folder_below, is_real, propose_with, run, stack, text_of, with,
        write_tree,
    },
};
use proscenium::{domain::proposal::Proposal, ports::ProposeError};

const REVIEW: &str = "title:string{2..200} stars:int{1..5} price:decimal{0..} book:belongs_to(Book)";
const MORE: &str = "subtitle:string{..80}? rating:int{1..5}=3 hidden:bool=false cost:decimal{0..}=0.50 \
                    code:string{..12}?:unique editor:belongs_to(Member)?";

fn ask(recipe: &str, texts: &Texts, inputs: &[(&str, &str)]) -> Result<Proposal, ProposeError> {
    propose_with(recipe, texts, &[".py", ".toml"], stack("django", "django-orm"), inputs)
}

fn paths(proposal: &Proposal) -> Vec<&str> {
    proposal.files.iter().map(|file| file.path.as_str()).collect()
}

/// The fixture with a resource that the recipe made and a method that a person wrote.
fn with_review() -> Texts {
    let texts = fixture("django_app");
    let made = ask("resource", &texts, &[("name", "Review"), ("fields", REVIEW)]).unwrap();
    let mut texts = with(&texts, &made);
    let models = texts.get_mut("catalog/models.py").unwrap();
    models.push_str("\n    def praise(self):\n        self.stars = 5\n        self.save()\n");
    texts
}

fn on_postgres(mut texts: Texts, settings: &str) -> Texts {
    let text = texts.get_mut(settings).unwrap();
    *text = text.replace("django.db.backends.sqlite3", "django.db.backends.postgresql");
    texts
}

fn has_lines(text: &str, lines: &[&str]) {
    for line in lines {
        assert!(text.lines().any(|own| own == *line), "{line}\n{text}");
    }
}

#[test]
fn a_new_field_is_a_new_migration_and_everything_else_is_kept() {
    let texts = with_review();
    let inputs = [("name", "Review"), ("fields", MORE), ("index", "title")];
    let proposal = ask("migration", &texts, &inputs).unwrap();
    let migration = "catalog/migrations/0003_review_subtitle_and_6_more.py";
    let expected =
        [migration, "catalog/models.py", "catalog/serializers.py", "catalog/tests/test_reviews.py"];
    assert_eq!(paths(&proposal), expected);
    assert!(!texts.contains_key(migration), "an old migration is changed");
    assert_cited(&proposal, &texts);
    has_lines(
        text_of(&proposal, migration),
        &[
            "        (\"catalog\", \"0002_review\"),",
            "        migrations.swappable_dependency(settings.AUTH_USER_MODEL),",
            "            name=\"rating\",",
            "                default=3,",
            "                db_default=3,",
            "        migrations.AddIndex(",
        ],
    );
    let model = text_of(&proposal, "catalog/models.py");
    has_lines(
        model,
        &[
            "    hidden = models.BooleanField(default=False, db_default=False)",
            "        indexes = [models.Index(fields=[\"title\"], name=\"review_title_idx\")]",
            "    def praise(self):",
        ],
    );
    let serializer = text_of(&proposal, "catalog/serializers.py");
    assert!(serializer.contains("\"rating\",\n"), "{serializer}");
    let tests = text_of(&proposal, "catalog/tests/test_reviews.py");
    has_lines(tests, &["        \"rating\": 1,", "            (\"rating\", 6),"]);
    assert!(tests.contains("read.json()[\"rating\"], sent[\"rating\"]"), "{tests}");
    assert_eq!(proposal, ask("migration", &texts, &inputs).unwrap());
}

#[test]
fn services_that_take_single_values_take_the_new_ones_too() {
    let texts = fixture("django_functions");
    let fields = "stock:int{0..}=0 note:text? weight:float?";
    let proposal = ask("migration", &texts, &[("name", "Product"), ("fields", fields)]).unwrap();
    let expected = [
        "backend/store/migrations/0002_product_stock_and_2_more.py",
        "backend/store/models/product.py",
        "backend/store/serializers/product.py",
        "backend/store/services/product.py",
        "backend/tests/test_products.py",
    ];
    assert_eq!(paths(&proposal), expected);
    assert_cited(&proposal, &texts);
    has_lines(
        text_of(&proposal, "backend/store/services/product.py"),
        &[
            "    stock: int = 0,",
            "    note: str = '',",
            "    weight: float | None = None,",
            "        stock=stock,",
        ],
    );
    let serializer = text_of(&proposal, "backend/store/serializers/product.py");
    assert!(serializer.contains("'stock', 'note', 'weight'"), "{serializer}");
    let remark = "compares what is read with what was sent";
    assert!(proposal.remarks.iter().any(|one| one.contains(remark)), "{:?}", proposal.remarks);
}

#[test]
fn postgresql_gets_its_indexes_without_a_lock_and_in_a_migration_of_their_own() {
    let texts = on_postgres(with_review(), "library/settings.py");
    let inputs = [("name", "Review"), ("fields", MORE), ("index", "title stars:unique")];
    let proposal = ask("migration", &texts, &inputs).unwrap();
    let fields = text_of(&proposal, "catalog/migrations/0003_review_subtitle_and_7_more.py");
    assert!(!fields.contains("atomic") && !fields.contains("unique") && fields.contains("db_index=False"));
    let indexes = text_of(&proposal, "catalog/migrations/0004_review_subtitle_and_7_more_indexes.py");
    has_lines(
        indexes,
        &[
            "    atomic = False",
            "        (\"catalog\", \"0003_review_subtitle_and_7_more\"),",
            "        AddIndexConcurrently(",
            "                    'CREATE UNIQUE INDEX CONCURRENTLY \"review_code_uniq\" '",
            "                    'ON \"catalog_review\" (\"code\")',",
        ],
    );
    assert!(indexes.contains("models.Index(fields=[\"editor\"], name=\"review_editor_idx\")"), "{indexes}");
    assert!(proposal.remarks.iter().any(|one| one.contains("two rows have the same stars")));
}

#[test]
fn what_cannot_be_changed_is_said_with_the_way_on() {
    let texts = with_review();
    for (inputs, expected) in [
        (&[("name", "Review"), ("fields", "rating:int")][..], "rows that are there need a value for rating"),
        (&[("name", "Review"), ("fields", "rating:int{1..5}=9")], "outside of the bounds"),
        (&[("name", "Review"), ("fields", "buyer:belongs_to(Member)")], "buyer:belongs_to(Member)?"),
        (&[("name", "Review"), ("fields", "buyer:belongs_to(Buyer)?")], "known models: Author, Book, Member"),
        (&[("name", "Invoice"), ("fields", "total:int=0")], "known models: Author, Book, Member, Review"),
        (&[("name", "Review"), ("index", "colour")], "its fields are: title, stars, price, book"),
        (&[("name", "Review")], "needs fields to add"),
        (&[("name", "Review"), ("fields", "class:int=1")], "a word of Python itself"),
        (&[("name", "Review"), ("fields", "objects:int=1")], "a base class uses that name"),
    ] {
        match ask("migration", &texts, inputs) {
            Err(ProposeError::Input { what, hint }) => {
                let said = format!("{what} | {hint}");
                assert!(!hint.is_empty() && said.contains(expected), "{said}");
            }
            other => panic!("{inputs:?}: {other:?}"),
        }
    }
    for (key, value) in [("fields", "stars:int=1"), ("fields", "created_at:int=1"), ("index", "book")] {
        match ask("migration", &texts, &[("name", "Review"), (key, value)]) {
            Err(ProposeError::Clash { place, .. }) => {
                assert!(place.starts_with("catalog/models.py:"), "{place}")
            }
            other => panic!("{value}: {other:?}"),
        }
    }
    let mut bare = texts;
    bare.retain(|path, _| !path.contains("/migrations/"));
    match ask("migration", &bare, &[("name", "Review"), ("fields", "note:text?")]) {
        Err(ProposeError::NotApplicable(why)) => assert!(why.contains("no migration"), "{why}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_older_django_is_told_what_its_columns_do_not_keep() {
    let mut texts = with_review();
    let manifest = texts.get_mut("pyproject.toml").unwrap();
    *manifest = manifest.replace("django>=5.2,<6", "django>=4.2,<5");
    let proposal = ask("migration", &texts, &[("name", "Review"), ("fields", "rating:int=3")]).unwrap();
    let model = text_of(&proposal, "catalog/models.py");
    assert!(model.contains("    rating = models.IntegerField(default=3)\n"), "{model}");
    assert!(proposal.remarks.iter().any(|one| one.contains("release them together")));
}

#[test]
fn what_remains_without_any_hunk_parses() {
    for (texts, name, fields) in [
        (with_review(), "Review", MORE),
        (on_postgres(with_review(), "library/settings.py"), "Review", MORE),
        (fixture("django_functions"), "Product", "stock:int{0..}=0 note:text? shelf2:belongs_to(Shelf)?"),
        (with_review(), "Review", CHANGED),
    ] {
        let key = if fields == CHANGED { "change" } else { "fields" };
        let proposal = ask("migration", &texts, &[("name", name), (key, fields)]).unwrap();
        let session = session(&texts, &proposal);
        let hunks = session.hunks();
        assert!(hunks.len() >= 4, "{} hunks", hunks.len());
        for hunk in &hunks {
            let rest = without(&texts, &session, &with_dependants(&hunks, hunk));
            for (path, text) in rest.iter().filter(|(path, _)| path.ends_with(".py")) {
                let parsed = ruff_python_parser::parse_module(text);
                assert!(parsed.is_ok(), "{path} without {:?}: {:?}", hunk.new_lines(), parsed.err());
            }
        }
    }
}

const CHANGED: &str = "title:string{2..400}:index stars:int{1..10}=3 price:decimal{0..}?";

#[test]
fn a_field_that_is_there_becomes_as_it_shall_be() {
    let texts = with_review();
    let proposal = ask("migration", &texts, &[("name", "Review"), ("change", CHANGED)]).unwrap();
    let migration = "catalog/migrations/0003_review_change_title_and_2_more.py";
    assert_eq!(paths(&proposal), [migration, "catalog/models.py", "catalog/tests/test_reviews.py"]);
    assert_cited(&proposal, &texts);
    let model = text_of(&proposal, "catalog/models.py");
    assert!(model.contains("max_length=400"), "{model}");
    has_lines(model, &["    def praise(self):", "        null=True,"]);
    let migration = text_of(&proposal, migration);
    has_lines(migration, &["        migrations.AlterField(", "            name=\"price\","]);
    assert!(migration.contains("MinLengthValidator(2)"), "{migration}");
    let tests = text_of(&proposal, "catalog/tests/test_reviews.py");
    has_lines(tests, &["            (\"title\", \"x\" * 401),", "            (\"stars\", 11),"]);
    assert!(!tests.contains("\"x\" * 201"), "{tests}");
    assert!(
        proposal.remarks.iter().any(|one| one.contains("may find nothing in it")),
        "{:?}",
        proposal.remarks
    );
}

#[test]
fn a_service_may_leave_out_what_may_be_empty() {
    let texts = fixture("django_functions");
    let inputs = [("name", "Product"), ("change", "name:string{..120}? price:decimal=1.50")];
    let proposal = ask("migration", &texts, &inputs).unwrap();
    let service = text_of(&proposal, "backend/store/services/product.py");
    assert!(
        service.contains("name: str = ''") && service.contains("price: Decimal = Decimal('1.50')"),
        "{service}"
    );
}

#[test]
fn postgresql_looks_at_every_row_without_a_lock_before_it_requires() {
    let texts = on_postgres(with_review(), "library/settings.py");
    let added = ask("migration", &texts, &[("name", "Review"), ("fields", MORE)]).unwrap();
    let texts = with(&texts, &added);
    let change =
        "code:string{..12}:unique=filled editor:belongs_to(Member)=filled subtitle:string{..80}=none";
    let proposal = ask("migration", &texts, &[("name", "Review"), ("change", change)]).unwrap();
    let migration = text_of(&proposal, "catalog/migrations/0005_review_change_code_and_2_more.py");
    has_lines(
        migration,
        &[
            "    atomic = False",
            "            'CHECK (\"code\" IS NOT NULL) NOT VALID',",
            "            'ALTER TABLE \"catalog_review\" VALIDATE CONSTRAINT \"catalog_review_editor_id_filled\"',",
            "    rows.filter(subtitle=\"\").update(subtitle=\"none\")",
        ],
    );
    assert!(!migration.contains("CONCURRENTLY"), "{migration}");
}

#[test]
fn a_change_that_rows_may_not_bear_is_refused_with_the_way_on() {
    let texts = with_review();
    for (change, expected) in [
        ("title:string{..80}", "may be longer than 80"),
        ("stars:string", "is of type integer"),
        ("title:string{2..200}", "so already"),
        ("colour:int", "its fields are: title, stars, price, book"),
        ("created_at:datetime?", "other models share"),
        ("stars:int{1..5}=9", "outside of the bounds"),
    ] {
        match ask("migration", &texts, &[("name", "Review"), ("change", change)]) {
            Err(ProposeError::Input { what, hint }) => {
                let said = format!("{what} | {hint}");
                assert!(!hint.is_empty() && said.contains(expected), "{said}");
            }
            other => panic!("{change}: {other:?}"),
        }
    }
    let both = [("name", "Review"), ("change", "stars:int{1..9}"), ("fields", "a:int?")];
    assert!(matches!(ask("migration", &texts, &both), Err(ProposeError::Input { .. })));
}

/// What a row looked like before the field came, and what it must look like after.
struct Row {
    app: &'static str,
    before: &'static str,
    insert: &'static str,
    select: &'static str,
    expected: &'static str,
}

/// Migrates rows up, down and up, asks Django for differences, tests, lints and checks types.
fn prove(texts: &Texts, root: &str, proposal: &Proposal, row: &Row, is_typed: bool) -> String {
    let bin = packages();
    let tool = |name: &str| bin.join(name).to_str().unwrap().to_owned();
    let folder = folder_below(bin.parent().unwrap());
    write_tree(folder.path(), texts, &[proposal]);
    let root = folder.path().join(root);
    let settings = [("PYTHONDONTWRITEBYTECODE", "1"), ("DATABASE_FILE", "proof.sqlite3")];
    let python = |arguments: &[&str]| run(&root, &tool("python"), arguments, &settings, 600);
    let sql = |call: &str, statement: &str| {
        let code = format!(
            "import sqlite3\nwith sqlite3.connect('proof.sqlite3') as db:\n    print(db.{call}(\"\"\"{statement}\"\"\").fetchall())"
        );
        python(&["-c", &code])
    };
    python(&["manage.py", "migrate"]);
    python(&["manage.py", "migrate", row.app, row.before]);
    sql("executescript", row.insert);
    for _ in 0..2 {
        python(&["manage.py", "migrate"]);
        assert_eq!(sql("execute", row.select).trim(), row.expected);
        python(&["manage.py", "migrate", row.app, row.before]);
    }
    python(&["manage.py", "migrate"]);
    python(&["manage.py", "makemigrations", "--check", "--dry-run"]);
    python(&["manage.py", "check", "--fail-level", "WARNING"]);
    run(&root, &tool("ruff"), &["check", "--no-cache", "."], &[], 300);
    run(&root, &tool("ruff"), &["format", "--no-cache", "--diff", "."], &[], 300);
    if is_typed {
        run(&root, &tool("mypy"), &["."], &settings, 900);
    }
    python(&["-m", "pytest", "-q", "-p", "no:cacheprovider"])
}

/// Tests of all files, with a proposal taken.
fn count(texts: &Texts) -> usize {
    let is_test = |path: &&String| path.rsplit('/').next().unwrap().starts_with("test_");
    let tests = texts.iter().filter(|(path, _)| is_test(path));
    tests.flat_map(|(_, text)| text.lines()).filter(|line| line.trim_start().starts_with("def test_")).count()
}

#[test]
fn generated_then_written_by_hand_then_one_field_more_passes_its_tests() {
    if !is_real() {
        return;
    }
    let texts = with_review();
    let inputs = [("name", "Review"), ("fields", MORE), ("index", "title")];
    let proposal = ask("migration", &texts, &inputs).unwrap();
    let row = Row {
        app: "catalog",
        before: "0002",
        insert: "INSERT INTO catalog_author (id, created_at, updated_at, name) VALUES (1, '2026-01-01', '2026-01-01', 'a');
                 INSERT INTO catalog_book (id, created_at, updated_at, title, pages, author_id) VALUES (1, '2026-01-01', '2026-01-01', 'b', 2, 1);
                 INSERT INTO catalog_review (created_at, updated_at, title, stars, price, book_id) VALUES ('2026-01-01', '2026-01-01', 'old', 2, 1, 1);",
        select: "SELECT rating, hidden, subtitle, code, editor_id FROM catalog_review",
        expected: "[(3, 0, '', None, None)]",
    };
    let said = prove(&texts, "", &proposal, &row, false);
    let tests = count(&with(&texts, &proposal));
    assert!(tests > 9 && said.contains(&format!("{tests} passed")), "{tests}\n{said}");
    recipe_remains::import_without_one("fields more with Django", &texts, &proposal, &packages(), "");
}

#[test]
fn a_hand_written_model_with_services_passes_its_tests_with_fields_more() {
    if !is_real() {
        return;
    }
    let mut texts = fixture("django_functions");
    let models = texts.get_mut("backend/store/models/product.py").unwrap();
    models.push_str("\n    @property\n    def is_dear(self) -> bool:\n        return self.price > 100\n");
    let fields = "stock:int{0..}=0 note:text? weight:float? source:belongs_to(Shelf)? cost:decimal=1.50";
    let inputs = [("name", "Product"), ("fields", fields), ("index", "name")];
    let proposal = ask("migration", &texts, &inputs).unwrap();
    let row = Row {
        app: "store",
        before: "0001",
        insert: "INSERT INTO auth_user (id, password, is_superuser, username, last_name, email, is_staff, is_active, date_joined, first_name) VALUES (1, '', 0, 'u', '', '', 0, 1, '2026-01-01', '');
                 INSERT INTO store_shelf (id, label) VALUES (1, 'a');
                 INSERT INTO products (id, name, price, seller_id, shelf_id) VALUES ('11111111111141118111111111111111', 'old', 1, 1, 1);",
        select: "SELECT stock, note, weight, source_id, cost FROM products",
        expected: "[(0, '', None, None, 1.5)]",
    };
    let said = prove(&texts, "backend", &proposal, &row, true);
    let tests = count(&with(&texts, &proposal));
    assert!(tests == 1 && said.contains("1 passed"), "{tests}\n{said}");
    let what = "fields more with services";
    recipe_remains::import_without_one(what, &texts, &proposal, &packages(), "backend");
}

#[test]
fn changed_fields_keep_their_rows_both_ways() {
    if !is_real() {
        return;
    }
    let texts = with_review();
    let proposal = ask("migration", &texts, &[("name", "Review"), ("change", CHANGED)]).unwrap();
    let row = Row {
        app: "catalog",
        before: "0002",
        insert: "INSERT INTO catalog_author (id, created_at, updated_at, name) VALUES (1, '2026-01-01', '2026-01-01', 'a');
                 INSERT INTO catalog_book (id, created_at, updated_at, title, pages, author_id) VALUES (1, '2026-01-01', '2026-01-01', 'b', 2, 1);
                 INSERT INTO catalog_review (created_at, updated_at, title, stars, price, book_id) VALUES ('2026-01-01', '2026-01-01', 'old', 2, 1, 1);",
        select: "SELECT title, stars, price FROM catalog_review",
        expected: "[('old', 2, 1)]",
    };
    let said = prove(&texts, "", &proposal, &row, false);
    let tests = count(&with(&texts, &proposal));
    assert!(tests > 9 && said.contains(&format!("{tests} passed")), "{tests}\n{said}");
    recipe_remains::import_without_one("a change of Django", &texts, &proposal, &packages(), "");
    let texts = fixture("django_functions");
    let added = ask("migration", &texts, &[("name", "Product"), ("fields", "note:int?")]).unwrap();
    let texts = with(&texts, &added);
    let change = "name:string{..120}? note:int=4";
    let proposal = ask("migration", &texts, &[("name", "Product"), ("change", change)]).unwrap();
    let row = Row {
        app: "store",
        before: "0002",
        insert: "INSERT INTO auth_user (id, password, is_superuser, username, last_name, email, is_staff, is_active, date_joined, first_name) VALUES (1, '', 0, 'u', '', '', 0, 1, '2026-01-01', '');
                 INSERT INTO store_shelf (id, label) VALUES (1, 'a');
                 INSERT INTO products (id, name, price, seller_id, shelf_id) VALUES ('11111111111141118111111111111111', 'old', 1, 1, 1);",
        select: "SELECT name, note FROM products",
        expected: "[('old', 4)]",
    };
    let said = prove(&texts, "backend", &proposal, &row, true);
    assert!(said.contains("1 passed"), "{said}");
    let what = "a change of Django with services";
    recipe_remains::import_without_one(what, &texts, &proposal, &packages(), "backend");
}
