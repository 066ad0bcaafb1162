//! The recipes for Django and the REST framework on PostgreSQL with psycopg: from an empty database
//! up, down and up, nothing left for Django to find, with rows that are there before a change is,
//! and the generated tests.
//!
//! The part that needs packages from PyPI and PostgreSQL runs in a stage of its own, with
//! `PROSCENIUM_REAL=1`; it shares its packages with the tests of the recipe `auth`.

use crate::{
    recipe_auth::assert_more_ran,
    recipe_auth_django::packages,
    support::{
        backend::{Texts, fixture, folder_below, is_real, run, with, write_tree},
        grown::{Frame, ask},
        postgres::Database,
    },
};
use proscenium::domain::proposal::Proposal;
use std::path::PathBuf;

const FRAME: Frame = ("django", "django-orm");
const REVIEW: &str = "title:string{2..200} stars:int{1..5} price:decimal{0..} note:text? seen_on:date \
                      sku:string{..40}:unique read_at:datetime? done:bool ratio:float? token:uuid \
                      book:belongs_to(Book) reader:belongs_to(Member)";
const MORE: &str = "subtitle:string{..80}? rating:int{1..5}=3 hidden:bool=false cost:decimal{0..}=0.50 \
                    weight:float=1.5 code:int?:unique read_on:date? at:datetime? key:uuid? \
                    editor:belongs_to(Member)?";

/// A fixture as it would be on PostgreSQL.
fn served(name: &str, settings: &str, quote: char) -> Texts {
    let mut texts = fixture(name);
    let text = texts.get_mut(settings).unwrap();
    let begins = text.find("        \"ENGINE\"").or(text.find("        'ENGINE'")).unwrap();
    let ends = begins + text[begins..].find("    }\n").unwrap();
    let database = "        'ENGINE': 'django.db.backends.postgresql',\n        \
                    'NAME': os.environ.get('PGDATABASE', 'app'),\n        \
                    'USER': os.environ.get('PGUSER', 'app'),\n        \
                    'HOST': os.environ.get('PGHOST', 'localhost'),\n        \
                    'PORT': os.environ.get('PGPORT', '5432'),\n";
    text.replace_range(begins..ends, &database.replace('\'', &quote.to_string()));
    texts
}

fn proposed(recipe: &str, texts: &Texts, inputs: &[(&str, &str)]) -> Proposal {
    ask(recipe, texts, FRAME, inputs).unwrap_or_else(|error| panic!("{inputs:?}: {error}"))
}

/// A backend on disk with a database of its own.
struct Tree {
    folder: tempfile::TempDir,
    bin: PathBuf,
    root: PathBuf,
    database: Database,
}

impl Tree {
    fn new(texts: &Texts, root: &str) -> Self {
        let bin = packages();
        let folder = folder_below(bin.parent().unwrap());
        write_tree(folder.path(), texts, &[]);
        let root = folder.path().join(root);
        Self { folder, bin, root, database: Database::new() }
    }

    fn run(&self, tool: &str, arguments: &[&str]) -> String {
        let own = self.database.variables();
        let mut settings: Vec<(&str, &str)> =
            own.iter().map(|(name, value)| (*name, value.as_str())).collect();
        settings.push(("PYTHONDONTWRITEBYTECODE", "1"));
        // A migration that waits for a lock would wait for ever.
        run(&self.root, self.bin.join(tool).to_str().unwrap(), arguments, &settings, 240)
    }

    /// Runs Django's commands one after the other.
    fn manage(&self, steps: &[&str]) {
        for step in steps {
            let arguments: Vec<&str> = std::iter::once("manage.py").chain(step.split(' ')).collect();
            self.run("python", &arguments);
        }
    }

    /// Asks Django for differences, lints, checks types and tests; gives what the tests said. They
    /// run on a database that Django makes of the migrations.
    fn proven(&self, is_typed: bool) -> String {
        self.manage(&["makemigrations --check --dry-run", "check --fail-level WARNING"]);
        self.run("ruff", &["check", "--no-cache", "."]);
        self.run("ruff", &["format", "--no-cache", "--diff", "."]);
        if is_typed {
            self.run("mypy", &["."]);
        }
        self.run("python", &["-m", "pytest", "-q", "-p", "no:cacheprovider"])
    }
}

#[test]
fn a_resource_goes_both_ways_and_passes_its_tests() {
    if !is_real() {
        return;
    }
    let texts = served("django_app", "library/settings.py", '"');
    let texts = with(&texts, &proposed("resource", &texts, &[("name", "BookReview"), ("fields", REVIEW)]));
    let tree = Tree::new(&texts, "");
    let has_table = || tree.database.tables().contains(&"catalog_bookreview".to_owned());
    for (step, is_there) in [("migrate", true), ("migrate catalog 0001", false), ("migrate", true)] {
        tree.manage(&[step]);
        assert_eq!(has_table(), is_there, "{step}");
    }
    tree.manage(&["migrate catalog zero", "migrate"]);
    assert_more_ran(9, &texts, &tree.proven(false));
}

#[test]
fn rows_that_are_there_keep_theirs_when_fields_come_and_change() {
    if !is_real() {
        return;
    }
    let texts = served("django_app", "library/settings.py", '"');
    let fields = "title:string{2..200} stars:int{1..5} price:decimal{0..} note:text? book:belongs_to(Book)";
    let texts = with(&texts, &proposed("resource", &texts, &[("name", "Review"), ("fields", fields)]));
    let tree = Tree::new(&texts, "");
    tree.manage(&["migrate"]);
    let now = "now(), now()";
    for rows in [
        format!("INSERT INTO catalog_author (created_at, updated_at, name) VALUES ({now}, 'a')"),
        format!(
            "INSERT INTO catalog_book (created_at, updated_at, title, pages, author_id) VALUES ({now}, 'b', 2, 1)"
        ),
        format!(
            "INSERT INTO catalog_review (created_at, updated_at, title, stars, price, note, book_id) \
             SELECT {now}, 'old', n % 5 + 1, 1, '', 1 FROM generate_series(1, 500) n"
        ),
    ] {
        tree.database.sql(&rows);
    }
    let rows = "SELECT count(*), max(title), sum(stars) FROM catalog_review";
    let (before, indexes) = (tree.database.sql(rows), tree.database.indexes("catalog_review"));
    let more = proposed("migration", &texts, &[("name", "Review"), ("fields", MORE), ("index", "price")]);
    write_tree(tree.folder.path(), &texts, &[&more]);
    for _ in 0..2 {
        tree.manage(&["migrate"]);
        let filled = "SELECT rating, hidden, cost, weight, code IS NULL, count(*) FROM catalog_review GROUP BY 1, 2, 3, 4, 5";
        assert_eq!(tree.database.sql(filled), "3|f|0.50|1.5|t|500\n");
        assert!(tree.database.indexes("catalog_review").len() > indexes.len() + 2);
        tree.manage(&["migrate catalog 0002"]);
        assert_eq!(tree.database.sql(rows), before);
        assert_eq!(tree.database.indexes("catalog_review"), indexes);
    }
    tree.manage(&["migrate"]);
    let texts = with(&texts, &more);
    let last = texts.keys().rfind(|path| path.starts_with("catalog/migrations/0")).unwrap().clone();
    let change = "title:string{2..400} note:text=none stars:int{1..9}? rating:int{1..9}=4:index";
    let changed = proposed("migration", &texts, &[("name", "Review"), ("change", change)]);
    write_tree(tree.folder.path(), &texts, &[&changed]);
    let back = format!("migrate catalog {}", &last["catalog/migrations/".len()..][..4]);
    for step in ["migrate", &back, "migrate"] {
        tree.manage(&[step]);
        assert_eq!(tree.database.sql(rows), before, "{step}");
    }
    let texts = with(&texts, &changed);
    assert_more_ran(9, &texts, &tree.proven(false));
}

#[test]
fn users_go_both_ways_and_pass_their_tests() {
    if !is_real() {
        return;
    }
    let texts = served("django_functions", "backend/shop/settings.py", '\'');
    let texts = with(&texts, &proposed("auth", &texts, &[("hash", "bcrypt")]));
    let tree = Tree::new(&texts, "backend");
    tree.manage(&["migrate", "migrate token_blacklist zero", "migrate"]);
    assert_more_ran(9, &texts, &tree.proven(true));
}
