//! The `resource` recipe for Django and the REST framework: what it proposes follows the
//! example, and on the real framework it is migrated up, down and up, tested and linted.
//!
//! The part that needs packages from PyPI runs in a stage of its own, with
//! `PROSCENIUM_REAL=1`; it keeps its virtual environment in the target folder.

use crate::{
    recipe_remains,
    support::backend::{
        Texts, assert_cited, fixture, folder_below, is_real, propose, python_packages, request, run, stack,
        text_of, write_tree,
    },
};
use proscenium::{domain::proposal::Proposal, ports::ProposeError};

const REVIEW: &str = "title:string{2..200} stars:int{1..5} price:decimal{0..} note:text? seen_on:date \
                      sku:string{..40}:unique read_at:datetime? done:bool ratio:float? token:uuid \
                      book:belongs_to(Book) reader:belongs_to(Member)";

const OFFER: &str = "title:string{1..80} text:text{3..2000} amount:int{1..} price:decimal{0..999}? \
                     until:date? shelf:belongs_to(Shelf) seller:belongs_to(User) product:belongs_to(Product)?";

fn ask(texts: &Texts, name: &str, fields: &str) -> Result<Proposal, ProposeError> {
    let stack = stack("django", "django-orm");
    propose(texts, &request(texts, &[".py"], stack, [("name", name), ("fields", fields)]))
}

fn paths(proposal: &Proposal) -> Vec<&str> {
    proposal.files.iter().map(|file| file.path.as_str()).collect()
}

#[test]
fn a_resource_joins_the_application_of_its_example() {
    let texts = fixture("django_app");
    let proposal = ask(&texts, "BookReview", REVIEW).unwrap();
    let expected = [
        "catalog/admin.py",
        "catalog/migrations/0002_bookreview.py",
        "catalog/models.py",
        "catalog/serializers.py",
        "catalog/tests/test_book_reviews.py",
        "catalog/urls.py",
        "catalog/views.py",
    ];
    assert_eq!(paths(&proposal), expected);
    assert_cited(&proposal, &texts);
    for (path, lines) in [
        (
            "catalog/models.py",
            &[
                "class BookReview(TimeStamped):",
                "from django.core.validators import (",
                "    MinLengthValidator,",
                "from django.conf import settings",
            ][..],
        ),
        ("catalog/urls.py", &["router.register(\"book-reviews\", BookReviewViewSet)"]),
        ("catalog/views.py", &["    permission_classes = [IsLibrarianOrReadOnly]"]),
    ] {
        let text = text_of(&proposal, path);
        for line in lines {
            assert!(text.lines().any(|own| own == *line), "{line}\n{text}");
        }
    }
    assert_eq!(proposal, ask(&texts, "BookReview", REVIEW).unwrap());
}

#[test]
fn functions_services_and_files_of_their_own_are_followed_too() {
    let texts = fixture("django_functions");
    let proposal = ask(&texts, "Offer", OFFER).unwrap();
    let expected = [
        "backend/store/migrations/0002_offer.py",
        "backend/store/models/__init__.py",
        "backend/store/models/offer.py",
        "backend/store/serializers/offer.py",
        "backend/store/services/offer.py",
        "backend/store/urls.py",
        "backend/store/views/offer.py",
        "backend/tests/test_offers.py",
    ];
    assert_eq!(paths(&proposal), expected);
    assert_cited(&proposal, &texts);
    for (path, lines) in [
        ("backend/store/models/offer.py", &["        db_table = 'offers'"][..]),
        (
            "backend/store/urls.py",
            &[
                "from store.views.offer import offer_detail, offer_list",
                "    path('offers/<uuid:offer_id>/', offer_detail, name='offer-detail'),",
            ],
        ),
        (
            "backend/store/models/__init__.py",
            &["from .offer import Offer", "__all__ = ['Offer', 'Product', 'Shelf']"],
        ),
        (
            "backend/store/views/offer.py",
            &[
                "def offer_detail(request: Request, offer_id: UUID) -> Response:",
                "    offer = get_object_or_404(Offer, pk=offer_id, seller=request.user)",
                "@api_view(['GET', 'PUT', 'DELETE'])",
            ],
        ),
    ] {
        let text = text_of(&proposal, path);
        for line in lines {
            assert!(text.lines().any(|own| own == *line), "{line}\n{text}");
        }
    }
}

#[test]
fn what_is_taken_or_unknown_changes_nothing() {
    let texts = fixture("django_app");
    match ask(&texts, "Author", "name:string") {
        Err(ProposeError::Clash { place, .. }) => assert_eq!(place, "catalog/models.py:13"),
        other => panic!("{other:?}"),
    }
    match ask(&texts, "Review", "title:string owner:belongs_to(Customer)") {
        Err(ProposeError::Input { hint, .. }) => assert_eq!(hint, "known models: Author, Book, Member"),
        other => panic!("{other:?}"),
    }
    for (name, fields) in [("Class", "a:int"), ("Review", "objects:string")] {
        assert!(matches!(ask(&texts, name, fields), Err(ProposeError::Input { .. })));
    }
}

#[test]
fn two_ends_of_the_migrations_are_not_guessed_between() {
    let mut texts = fixture("django_app");
    let other = "class Migration:\n    dependencies = []\n    operations = []\n".to_owned();
    texts.insert("catalog/migrations/0001_other.py".into(), other);
    match ask(&texts, "Review", "title:string") {
        Err(ProposeError::Input { what, .. }) => assert!(what.contains("0001_initial, 0001_other"), "{what}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_project_without_the_rest_framework_is_told_what_is_missing() {
    let texts = Texts::from([(
        "blog/models.py".to_owned(),
        "from django.db import models\n\n\nclass Post(models.Model):\n    title = models.TextField()\n"
            .to_owned(),
    )]);
    match ask(&texts, "Review", "title:string") {
        Err(ProposeError::NotApplicable(why)) => assert!(why.contains("serializer"), "{why}"),
        other => panic!("{other:?}"),
    }
}

/// The programs of a virtual environment with what Django's backends need.
pub fn packages() -> std::path::PathBuf {
    python_packages(
        "recipe-django",
        &[
            "django>=5.2,<6",
            "djangorestframework",
            "djangorestframework-simplejwt",
            "pytest",
            "pytest-django",
            "ruff",
            "mypy",
            "django-stubs",
        ],
    )
}

/// Migrates up, down and up, asks Django for differences, tests, lints and checks types.
fn prove(texts: &Texts, root: &str, app: &str, proposal: &Proposal, is_typed: bool) -> String {
    let bin = packages();
    let tool = |name: &str| bin.join(name).to_str().unwrap().to_owned();
    let folder = folder_below(bin.parent().unwrap());
    write_tree(folder.path(), texts, &[proposal]);
    let root = folder.path().join(root);
    let settings = [("PYTHONDONTWRITEBYTECODE", "1"), ("DATABASE_FILE", "proof.sqlite3")];
    let python = |arguments: &[&str]| run(&root, &tool("python"), arguments, &settings, 120);
    python(&["manage.py", "migrate"]);
    python(&["manage.py", "migrate", app, "0001"]);
    python(&["manage.py", "migrate"]);
    python(&["manage.py", "makemigrations", "--check", "--dry-run"]);
    python(&["manage.py", "check", "--fail-level", "WARNING"]);
    run(&root, &tool("ruff"), &["check", "--no-cache", "."], &[], 60);
    run(&root, &tool("ruff"), &["format", "--no-cache", "--diff", "."], &[], 60);
    if is_typed {
        run(&root, &tool("mypy"), &["."], &settings, 180);
    }
    python(&["-m", "pytest", "-q", "-p", "no:cacheprovider"])
}

/// Tests that a file defines.
fn count(proposal: &Proposal, path: &str) -> usize {
    text_of(proposal, path).lines().filter(|line| line.trim_start().starts_with("def test_")).count()
}

#[test]
fn a_generated_view_set_migrates_both_ways_and_passes_its_own_tests() {
    if !is_real() {
        return;
    }
    let texts = fixture("django_app");
    let proposal = ask(&texts, "BookReview", REVIEW).unwrap();
    let said = prove(&texts, "", "catalog", &proposal, false);
    recipe_remains::test_without_one("a resource of Django", &texts, &proposal, &packages(), "");
    let generated = count(&proposal, "catalog/tests/test_book_reviews.py");
    assert!(generated > 9 && said.contains(&format!("{} passed", generated + 1)), "{generated}\n{said}");
}

#[test]
fn generated_functions_migrate_both_ways_and_pass_their_own_tests() {
    if !is_real() {
        return;
    }
    let texts = fixture("django_functions");
    let proposal = ask(&texts, "Offer", OFFER).unwrap();
    let said = prove(&texts, "backend", "store", &proposal, true);
    recipe_remains::test_without_one("a resource of functions", &texts, &proposal, &packages(), "backend");
    let generated = count(&proposal, "backend/tests/test_offers.py");
    assert!(generated > 7 && said.contains(&format!("{} passed", generated + 1)), "{generated}\n{said}");
}
