//! The `graphql` recipe for FastAPI: what it proposes follows the routes and the schema that are
//! there, what is refused, and on the real frameworks all tests of each backend.

use crate::{
    recipe_again::Memory,
    recipe_endpoint::{prove, tools},
    recipe_fastapi, recipe_hunks, recipe_remains,
    support::{
        backend::{Texts, assert_cited, fixture, inputs_of, insert, is_real, propose_again, text_of, with},
        grown::{Frame, Grown, ask},
    },
};
use proscenium::{
    domain::proposal::Proposal,
    ports::{Produced, ProposalRequest, ProposeError},
};
use std::sync::Arc;

const SQLALCHEMY: Frame = ("fastapi", "sqlalchemy");
const SQLMODEL: Frame = ("fastapi", "sqlmodel");
const REVIEW: &str = "title:string{1..200} stars:int{1..5} price:decimal note:text? published:bool \
                      seen_on:date sku:string{..40}:unique api_token:string? author:belongs_to(User)";

fn graphql(texts: &Texts, frame: Frame, name: &str) -> Result<Proposal, ProposeError> {
    ask("graphql", texts, frame, &[("name", name)])
}

/// The async backend with layers as classes: a resource of people, and one that was made.
fn layered() -> Grown {
    let mut grown = Grown::new("fastapi_app", SQLALCHEMY);
    grown.take("resource", &[("name", "BookReview"), ("fields", REVIEW)]);
    grown.take("graphql", &[("name", "User")]);
    grown.take("graphql", &[("name", "BookReview")]);
    grown
}

/// The sync backend whose functions commit below the handlers.
fn functions() -> Grown {
    let mut grown = Grown::new("fastapi_sync", SQLALCHEMY);
    let fields =
        "item:belongs_to(Item) amount:int{1..} at:datetime? reason:text{3..} done:bool code:uuid:unique";
    grown.take("resource", &[("name", "StockMove"), ("fields", fields)]);
    grown.take("graphql", &[("name", "StockMove")]);
    grown.take("graphql", &[("name", "Item")]);
    grown
}

/// The SQLModel backend whose handlers ask the session and whose rows have owners.
fn owned() -> Grown {
    let mut grown = Grown::new("sqlmodel_flat", SQLMODEL);
    grown.take("graphql", &[("name", "Tool")]);
    grown
}

/// The async SQLModel backend with a helper beside its handlers.
fn helped() -> Grown {
    let mut grown = Grown::new("sqlmodel_async", SQLMODEL);
    let fields = "title:string{2..80} done:bool code:string{..20}:unique book:belongs_to(Book)";
    grown.take("resource", &[("name", "BookReview"), ("fields", fields)]);
    grown.take("graphql", &[("name", "Book")]);
    grown.take("graphql", &[("name", "BookReview")]);
    grown
}

const SCHEMA: &str = "import strawberry\nfrom strawberry.fastapi import GraphQLRouter\n\n\n@strawberry.type\nclass Query:\n    @strawberry.field\n    def version(self) -> str:\n        return \"1\"\n\n\nschema = strawberry.Schema(query=Query)\ngraphql_app = GraphQLRouter(schema)\n";

/// The async backend with a schema that has nothing of a resource yet.
fn with_schema() -> Texts {
    let mut texts = fixture("fastapi_app");
    texts.insert("app/gql.py".into(), SCHEMA.into());
    let main = "app/main.py";
    insert(&mut texts, main, "from app.routers import users\n", "from app.gql import graphql_app\n");
    let line = "    app.include_router(graphql_app, prefix=\"/graph\")\n";
    insert(&mut texts, main, "\n    @app.exception_handler", line);
    texts
}

/// A schema of merged types, whose context is a dictionary.
fn with_merged_schema() -> Texts {
    let mut texts = with_schema();
    let text = SCHEMA
        .replace("import strawberry\n", "from typing import Any\n\nimport strawberry\n")
        .replace("import GraphQLRouter\n", "import GraphQLRouter\nfrom strawberry.tools import merge_types\n\nfrom app.db import SessionDep\n")
        .replace("class Query:", "class Versions:")
        .replace(
            "schema = ",
            "async def get_context(session: SessionDep) -> dict[str, Any]:\n    return {\"session\": session}\n\n\nQuery = merge_types(\"Query\", (Versions,))\nschema = ",
        )
        .replace("GraphQLRouter(schema)", "GraphQLRouter(schema, context_getter=get_context)");
    texts.insert("app/gql.py".into(), text);
    texts
}

fn grown_of(texts: Texts) -> Grown {
    let mut grown = Grown::new("fastapi_app", SQLALCHEMY);
    grown.texts = texts;
    grown.take("graphql", &[("name", "User")]);
    grown
}

fn has(proposal: &Proposal, path: &str, lines: &str) {
    let text = text_of(proposal, path);
    assert!(text.contains(lines), "{lines}\n{text}");
}

fn paths(proposal: &Proposal) -> Vec<&str> {
    proposal.files.iter().map(|file| file.path.as_str()).collect()
}

#[test]
fn a_resource_gets_its_operations_and_the_application_a_schema() {
    let texts = fixture("fastapi_app");
    let proposal = graphql(&texts, SQLALCHEMY, "User").unwrap();
    assert_eq!(
        paths(&proposal),
        [
            "app/graphql/__init__.py",
            "app/graphql/context.py",
            "app/graphql/errors.py",
            "app/graphql/extensions.py",
            "app/graphql/inputs.py",
            "app/graphql/schema.py",
            "app/graphql/users.py",
            "app/main.py",
            "pyproject.toml",
            "tests/test_users_graphql.py",
        ]
    );
    assert_cited(&proposal, &texts);
    has(
        &proposal,
        "app/graphql/users.py",
        "    @strawberry.mutation\n    async def create_user(self, info: Info, input: UserCreateInput) -> UserType:\n        service = UserService(UserRepository(info.context.session))\n        body = UserCreate.model_validate(sent(input))\n        return UserType.of(await service.create(body))\n",
    );
    has(
        &proposal,
        "app/graphql/errors.py",
        "    (NotFound, \"NOT_FOUND\"),\n    (ShopError, \"BAD_USER_INPUT\"),\n",
    );
    has(
        &proposal,
        "app/main.py",
        "    app.include_router(users.router, prefix=\"/api\")\n    app.include_router(graphql_router, prefix=\"/graphql\")\n",
    );
    has(&proposal, "pyproject.toml", "\"strawberry-graphql[fastapi]>=0.311\"]");
    assert!(proposal.remarks.iter().any(|one| one.contains("lists rows")), "{:?}", proposal.remarks);
    recipe_hunks::assert_python_without_each(&texts, &proposal);
}

#[test]
fn the_next_resource_joins_the_schema_and_changes_nothing_else() {
    let mut grown = layered();
    let (before, proposal) = grown.taken.pop().unwrap();
    assert_eq!(
        paths(&proposal),
        ["app/graphql/book_reviews.py", "app/graphql/schema.py", "tests/test_book_reviews_graphql.py"]
    );
    assert_cited(&proposal, &before);
    let resource = "app/graphql/book_reviews.py";
    has(
        &proposal,
        resource,
        "    async def book_reviews(\n        self,\n        info: Info,\n        limit: int = 50,\n        offset: int = 0,\n    ) -> list[BookReviewType]:\n        service = BookReviewService(BookReviewRepository(info.context.session))\n        page = BookReviewPageArgs(limit=limit, offset=offset)\n        rows = await service.list_page(page.limit, page.offset)\n        return [BookReviewType.of(row) for row in rows]\n",
    );
    has(&proposal, resource, "    limit: int = Field(default=50, ge=1, le=100)\n");
    has(&proposal, "app/graphql/schema.py", "class Query(UserQuery, BookReviewQuery):\n");
    // A secret may be sent and is never read.
    assert_eq!(text_of(&proposal, resource).matches("api_token").count(), 2);
    assert!(proposal.remarks.iter().any(|one| one.contains("api_token")), "{:?}", proposal.remarks);
    recipe_hunks::assert_python_without_each(&before, &proposal);
}

#[test]
fn a_handler_that_calls_functions_is_followed_and_one_that_asks_the_session_is_called() {
    let mut sync = functions();
    let (_, proposal) = sync.taken.pop().unwrap();
    has(
        &proposal,
        "backend/app/graphql/items.py",
        "        item = get_item(info.context.db, id)\n        if item is None:\n            raise HTTPException(404)\n        return ItemType.of(item)\n",
    );
    let mut flat = owned();
    let (before, proposal) = flat.taken.pop().unwrap();
    assert_cited(&proposal, &before);
    let resource = "backend/app/graphql/tools.py";
    has(&proposal, resource, "tools.delete_tool(\n");
    has(&proposal, resource, "            crud.create_tool(\n");
    has(&proposal, resource, "    limit: int = Field(default=100, ge=1, le=100)\n");
    has(&proposal, "backend/app/graphql/context.py", "        self.current_user = current_user\n");
}

#[test]
fn a_schema_that_is_there_gets_what_it_lacks() {
    let texts = with_schema();
    let proposal = graphql(&texts, SQLALCHEMY, "User").unwrap();
    assert!(
        !paths(&proposal).contains(&"app/main.py") && !paths(&proposal).contains(&"app/graphql/schema.py")
    );
    assert_cited(&proposal, &texts);
    for lines in [
        "class Query(UserQuery):\n    @strawberry.field\n    def version",
        "@strawberry.type\nclass Mutation(UserMutation):\n    pass\n\n\nschema = ",
        "mutation=Mutation, extensions=[OneAtATime])\n",
        "graphql_app = GraphQLRouter(schema, context_getter=get_context)\n",
        "from app.graphql.users import UserMutation, UserQuery\n",
    ] {
        has(&proposal, "app/gql.py", lines);
    }
    has(&proposal, "tests/test_users_graphql.py", "client.post(\"/graph\", json=sent)");
    recipe_hunks::assert_python_without_each(&texts, &proposal);
    let texts = with_merged_schema();
    let proposal = graphql(&texts, SQLALCHEMY, "User").unwrap();
    assert!(!paths(&proposal).contains(&"app/graphql/context.py"));
    has(&proposal, "app/gql.py", "Query = merge_types(\"Query\", (Versions, UserQuery))\n");
    has(
        &proposal,
        "app/graphql/users.py",
        "    async def user(self, info: strawberry.Info, id: int) -> UserType:\n        service = UserService(UserRepository(info.context[\"session\"]))\n",
    );
    has(&proposal, "app/graphql/extensions.py", "                await context[\"session\"].rollback()\n");
}

/// A backend with one text exchanged in one file.
fn exchanged(mut texts: Texts, path: &str, old: &str, new: &str) -> Texts {
    let text = texts.get_mut(path).unwrap();
    assert_eq!(text.matches(old).count(), 1, "{old}");
    *text = text.replace(old, new);
    texts
}

#[test]
fn what_a_resolver_would_not_have_is_refused_with_where() {
    let router = |old: &str, new: &str| exchanged(fixture("fastapi_app"), "app/routers/users.py", old, new);
    let schema = |old: &str, new: &str| exchanged(with_schema(), "app/gql.py", old, new);
    let held = with_merged_schema();
    let mut other = fixture("fastapi_app");
    other.insert("app/gql.py".into(), "from ariadne import QueryType\n\nquery = QueryType()\n".into());
    for (texts, expected) in [
        (
            router("tags=[\"users\"])", "tags=[\"users\"], dependencies=[Depends(signed_in)])"),
            "app/routers/users.py:9 guards routes by dependencies=",
        ),
        (
            router(
                "@router.get(\"/{user_id}\", response_model=UserOut)",
                "@router.get(\"/{user_id}\", response_model=UserOut)\n@limited",
            ),
            "app/routers/users.py:19 stands below @limited",
        ),
        (
            router("user_id: int, session", "user_id: int, kind: Kind, session"),
            "app/routers/users.py:18 takes kind: Kind",
        ),
        (
            schema("graphql_app = GraphQLRouter(schema)", "graphql_app = GraphQL(schema)"),
            "app/gql.py:12 is not served",
        ),
        (
            exchanged(held, "app/gql.py", "{\"session\": session}", "{\"version\": 1}"),
            "does not hold session: SessionDep",
        ),
        (schema("query=Query)", "query=make())"), "the schema at app/gql.py:12"),
        (other, "app/gql.py:1 serves GraphQL with ariadne"),
        (
            exchanged(
                fixture("fastapi_app"),
                "app/schemas/user.py",
                "    name: str | None = None\n",
                "    name: str | None = None\n    tags: dict[str, int]\n",
            ),
            "UserCreate.tags (app/schemas/user.py:7) is dict[str, int]",
        ),
    ] {
        match graphql(&texts, SQLALCHEMY, "User") {
            Err(ProposeError::NotApplicable(why)) => assert!(why.contains(expected), "{expected}\n{why}"),
            other => panic!("{expected}: {other:?}"),
        }
    }
}

#[test]
fn what_is_there_and_what_is_not_is_told() {
    let texts = fixture("fastapi_app");
    match graphql(&texts, SQLALCHEMY, "Order") {
        Err(ProposeError::Input { hint, .. }) => assert!(hint.contains("User"), "{hint}"),
        other => panic!("{other:?}"),
    }
    let taken = with(&texts, &graphql(&texts, SQLALCHEMY, "User").unwrap());
    match graphql(&taken, SQLALCHEMY, "users") {
        Err(ProposeError::Clash { what, place }) => {
            assert_eq!(what, "a type User of GraphQL");
            assert!(place.starts_with("app/graphql/users.py:"), "{place}");
        }
        other => panic!("{other:?}"),
    }
    let mut texts = fixture("fastapi_app");
    texts.insert("app/graphql/context.py".into(), "X = 1\n".into());
    match graphql(&texts, SQLALCHEMY, "User") {
        Err(ProposeError::Clash { place, .. }) => assert_eq!(place, "app/graphql/context.py:1"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn run_again_it_keeps_what_was_written_by_hand() {
    let base = fixture("fastapi_app");
    let memory: Arc<dyn Produced> = Arc::new(Memory::default());
    let run = |texts: &Texts| {
        let inputs = inputs_of(&[("name", "User")]);
        let request = ProposalRequest { inputs, ..recipe_fastapi::request(texts, "", "") };
        propose_again("graphql", texts, &request, Some(memory.clone()))
    };
    let mut taken = with(&base, &run(&base).unwrap());
    let path = "app/graphql/users.py";
    insert(&mut taken, path, "@strawberry.type\nclass UserQuery:", "# By hand.\n");
    assert!(matches!(run(&taken), Err(ProposeError::Nothing(_))));
    // The route offers more, and so does GraphQL; what was written stays.
    insert(
        &mut taken,
        "app/routers/users.py",
        "@router.get(\"/{user_id}\", response_model=UserOut)",
        "@router.delete(\"/{user_id}\")\nasync def delete_user(user_id: int, session: SessionDep) -> None:\n    await UserService(UserRepository(session)).delete(user_id)\n\n\n",
    );
    let again = run(&taken).unwrap();
    assert!(again.title.contains("your own changes kept"), "{}", again.title);
    has(&again, path, "# By hand.\n@strawberry.type\nclass UserQuery:");
    has(&again, path, "        await service.delete(id)\n        return True\n");
}

/// All tests of a backend, and what remains of its last schema without a hunk.
fn proven(grown: &Grown, root: &str) {
    prove(grown, root);
    let (texts, last) = grown.taken.last().expect("something was added");
    recipe_remains::import_without_one(&last.title, texts, last, &tools(), root);
}

#[test]
fn graphql_of_layered_classes_passes_its_tests() {
    if is_real() {
        proven(&layered(), "");
    }
}

#[test]
fn graphql_of_plain_functions_passes_its_tests() {
    if is_real() {
        proven(&functions(), "backend");
    }
}

#[test]
fn graphql_of_rows_with_owners_passes_its_tests() {
    if is_real() {
        proven(&owned(), "backend");
    }
}

#[test]
fn graphql_of_routes_that_ask_the_session_passes_its_tests() {
    if is_real() {
        proven(&helped(), "");
    }
}

#[test]
fn graphql_in_schemas_that_are_there_passes_its_tests() {
    if is_real() {
        for texts in [with_schema(), with_merged_schema()] {
            proven(&grown_of(texts), "");
        }
    }
}
