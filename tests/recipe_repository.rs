//! The `repository` recipe: the data access of a model that has none, as a class and as
//! functions. On the real framework all tests of each backend run, and are counted.
//!
//! The part that needs packages runs with the stage of `recipe_endpoint`.

use crate::{
    recipe_endpoint::prove,
    recipe_hunks,
    support::{
        backend::{Texts, fixture, is_real, text_of},
        grown::{Frame, Grown, ask},
    },
};
use proscenium::ports::ProposeError;

const RECIPE: &str = "repository";
const SQLALCHEMY: Frame = ("fastapi", "sqlalchemy");

/// A model that belongs to another, its migration and a provider of the repository that is there.
fn classes() -> Texts {
    let mut texts = fixture("fastapi_app");
    let mut put = |path: &str, text: &str| texts.insert(path.to_owned(), text.to_owned());
    put(
        "app/models/__init__.py",
        "from app.models.note import Note\nfrom app.models.user import User\n\n__all__ = [\"Note\", \"User\"]\n",
    );
    put(
        "app/models/note.py",
        "from sqlalchemy import ForeignKey, String\nfrom sqlalchemy.orm import Mapped, mapped_column\n\nfrom app.db import Base\n\n\nclass Note(Base):\n    __tablename__ = \"notes\"\n\n    id: Mapped[int] = mapped_column(primary_key=True)\n    title: Mapped[str] = mapped_column(String(80))\n    user_id: Mapped[int] = mapped_column(ForeignKey(\"users.id\"), index=True)\n",
    );
    put(
        "app/deps.py",
        "from typing import Annotated\n\nfrom fastapi import Depends\n\nfrom app.db import SessionDep\nfrom app.repositories.user_repository import UserRepository\n\n\ndef get_user_repository(session: SessionDep) -> UserRepository:\n    return UserRepository(session)\n\n\nUserRepositoryDep = Annotated[UserRepository, Depends(get_user_repository)]\n",
    );
    put(
        "migrations/versions/9b2f1c3d4e5f_create_notes.py",
        "\"\"\"create notes\n\nRevision ID: 9b2f1c3d4e5f\nRevises: 8a1f0c2d3e4b\n\"\"\"\n\nimport sqlalchemy as sa\nfrom alembic import op\n\nrevision = \"9b2f1c3d4e5f\"\ndown_revision = \"8a1f0c2d3e4b\"\nbranch_labels = None\ndepends_on = None\n\n\ndef upgrade() -> None:\n    op.create_table(\n        \"notes\",\n        sa.Column(\"id\", sa.Integer(), primary_key=True),\n        sa.Column(\"title\", sa.String(length=80), nullable=False),\n        sa.Column(\"user_id\", sa.Integer(), sa.ForeignKey(\"users.id\"), nullable=False),\n    )\n    op.create_index(op.f(\"ix_notes_user_id\"), \"notes\", [\"user_id\"])\n\n\ndef downgrade() -> None:\n    op.drop_index(op.f(\"ix_notes_user_id\"), table_name=\"notes\")\n    op.drop_table(\"notes\")\n",
    );
    texts
}

/// The sync backend whose functions commit, with a second model.
fn functions() -> Texts {
    let mut texts = fixture("fastapi_sync");
    texts.insert(
        "backend/app/models/shelf.py".into(),
        "import uuid\n\nfrom sqlalchemy import String\nfrom sqlalchemy.orm import Mapped, mapped_column\n\nfrom app.database import Base\n\n\nclass Shelf(Base):\n    __tablename__ = \"shelf\"\n\n    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)\n    label: Mapped[str] = mapped_column(String(40))\n".into(),
    );
    texts
}

#[test]
fn a_repository_has_the_form_of_the_nearest_one_and_its_provider() {
    let texts = classes();
    let proposal = ask(RECIPE, &texts, SQLALCHEMY, &[("name", "Note")]).unwrap();
    let paths: Vec<&str> = proposal.files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(
        paths,
        ["app/deps.py", "app/repositories/note_repository.py", "tests/test_note_repository.py"],
        "{:?}",
        proposal.remarks
    );
    for (path, part) in [
        ("app/deps.py", "NoteRepositoryDep = Annotated[NoteRepository, Depends(get_note_repository)]\n"),
        (
            "app/repositories/note_repository.py",
            "class NoteRepository:\n    def __init__(self, session: AsyncSession) -> None:\n        self.session = session\n\n    async def get(self, note_id: int) -> Note | None:\n        return await self.session.get(Note, note_id)\n",
        ),
        (
            "app/repositories/note_repository.py",
            "        query = select(Note).order_by(Note.id).limit(limit).offset(offset)\n",
        ),
    ] {
        let text = text_of(&proposal, path);
        assert!(text.contains(part), "{part}\n{text}");
    }
    recipe_hunks::assert_python_without_each(&texts, &proposal);
}

#[test]
fn functions_follow_functions_and_what_is_there_is_refused() {
    let texts = functions();
    let proposal = ask(RECIPE, &texts, SQLALCHEMY, &[("name", "Shelf")]).unwrap();
    let text = text_of(&proposal, "backend/app/crud/shelf.py");
    let part = "def create_shelf(db: Session, shelf: Shelf) -> Shelf:\n    db.add(shelf)\n    db.commit()\n    db.refresh(shelf)\n    return shelf\n";
    assert!(text.contains(part), "{part}\n{text}");
    // Nobody imports the model yet; other imports say where they begin.
    assert!(text.contains("from app.models.shelf import Shelf\n"), "{text}");
    match ask(RECIPE, &texts, SQLALCHEMY, &[("name", "Item")]) {
        Err(ProposeError::Clash { what, place }) => {
            assert_eq!(
                (what.as_str(), place.as_str()),
                ("a repository of Item", "backend/app/crud/item.py:9")
            );
        }
        other => panic!("{other:?}"),
    }
    let open = fixture("sqlmodel_async");
    match ask(RECIPE, &open, ("fastapi", "sqlmodel"), &[("name", "Book")]) {
        Err(ProposeError::NotApplicable(why)) => assert!(why.contains("walkthrough"), "{why}"),
        other => panic!("{other:?}"),
    }
    match ask(RECIPE, &texts, SQLALCHEMY, &[("name", "Colour")]) {
        Err(ProposeError::Input { hint, .. }) => assert!(hint.contains("Item, Shelf"), "{hint}"),
        other => panic!("{other:?}"),
    }
    let known = classes();
    let mut more = known.clone();
    more.insert("app/repositories/note_repository.py".into(), "class NoteRepository:\n    pass\n".into());
    let second = ask(RECIPE, &more, SQLALCHEMY, &[("name", "Note")]);
    assert!(matches!(second, Err(ProposeError::Clash { .. })), "{second:?}");
}

#[test]
fn django_is_told_what_its_managers_are_for() {
    let texts = fixture("django_app");
    match ask(RECIPE, &texts, ("django", "django-orm"), &[("name", "Book")]) {
        Err(ProposeError::NotApplicable(why)) => {
            assert!(why.contains("as_manager()") && why.contains("service-method"), "{why}");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_new_repository_of_classes_passes_its_tests() {
    if is_real() {
        let mut grown = Grown::new("fastapi_app", SQLALCHEMY);
        grown.texts = classes();
        grown.take(RECIPE, &[("name", "Note")]);
        prove(&grown, "");
    }
}
