//! The `graphql` recipe for NestJS: what it proposes follows the resource and the set-up that is
//! there, what is refused, and on the real framework both kinds of modules.

use crate::{
    recipe_again::Memory,
    recipe_hunks,
    recipe_nest::prove,
    recipe_nest_migration::compile_without_one,
    support::{
        backend::{
            JEST, Texts, VITEST, assert_cited, fixture, inputs_of, insert, is_real, propose_again, request,
            stack, text_of, with,
        },
        grown::{Frame, Grown, ask},
    },
};
use proscenium::{
    domain::proposal::Proposal,
    ports::{Produced, ProposalRequest, ProposeError},
};
use std::sync::Arc;

const NEST: Frame = ("nestjs", "typeorm");

fn graphql(texts: &Texts, name: &str) -> Result<Proposal, ProposeError> {
    ask("graphql", texts, NEST, &[("name", name)])
}

#[test]
fn a_resource_gets_its_type_inputs_and_resolver_and_the_application_apollo() {
    let texts = fixture("nest_esm");
    let proposal = graphql(&texts, "User").unwrap();
    let paths: Vec<&str> = proposal.files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(
        paths,
        [
            "package.json",
            "src/app.module.ts",
            "src/common/graphql-error.filter.ts",
            "src/common/page.args.ts",
            "src/users/dto/create-user.input.ts",
            "src/users/dto/update-user.input.ts",
            "src/users/user.type.ts",
            "src/users/users.module.ts",
            "src/users/users.resolver.ts",
            "test/users-graphql.e2e-spec.ts",
        ]
    );
    assert_cited(&proposal, &texts);
    for (path, lines) in [
        ("src/common/page.args.ts", "  @Field(() => Int, { defaultValue: 20 })\n  declare limit: number;\n"),
        (
            "src/users/dto/update-user.input.ts",
            "export class UpdateUserInput extends UpdateUserDto {\n  @Field(() => String, { nullable: true })\n  declare email?: string;\n",
        ),
        ("src/users/users.module.ts", "providers: [UsersService, UsersResolver],"),
        (
            "src/users/users.resolver.ts",
            "  users(@Args() args: PageArgs): Promise<UserPage> {\n    return this.usersService.findAll(args);\n",
        ),
    ] {
        let text = text_of(&proposal, path);
        assert!(text.contains(lines), "{lines}\n{text}");
    }
}

/// A backend with one text exchanged in one file.
fn exchanged(name: &str, path: &str, old: &str, new: &str) -> Texts {
    let mut texts = fixture(name);
    let text = texts.get_mut(path).unwrap();
    assert_eq!(text.matches(old).count(), 1, "{old}");
    *text = text.replace(old, new);
    texts
}

#[test]
fn what_a_resolver_could_not_answer_as_the_route_does_is_refused_with_where() {
    let esm = "nest_esm";
    let manifest = |name: &str| {
        exchanged(
            esm,
            "package.json",
            "    \"class-transformer\"",
            &format!("    \"{name}\": \"^1.0.0\",\n    \"class-transformer\""),
        )
    };
    let module = |text: &str| {
        exchanged(esm, "src/app.module.ts", "    UsersModule,\n", &format!("    {text},\n    UsersModule,\n"))
    };
    let service = |old: &str, new: &str| exchanged(esm, "src/users/users.service.ts", old, new);
    let controller = |old: &str, new: &str| exchanged(esm, "src/users/users.controller.ts", old, new);
    for (texts, expected) in [
        (manifest("@nestjs/mercurius"), "package.json:19 names @nestjs/mercurius"),
        (manifest("type-graphql"), "package.json:19 names type-graphql"),
        (
            module("GraphQLModule.forRoot({ driver: ApolloDriver, typePaths: ['./**/*.graphql'] })"),
            "src/app.module.ts:9 reads the schema from files",
        ),
        (
            service("async remove(id: number)", "async remove(id: number, by: string)"),
            "UsersService.remove (src/users/users.service.ts:42) takes id, by",
        ),
        (
            controller("@Controller('users')\n", "@Controller('users')\n@UseGuards(AuthGuard)\n"),
            "src/users/users.controller.ts:21 is guarded by AuthGuard, which only knows HTTP",
        ),
        (
            controller("  @Delete(':id')\n", "  @UseGuards(AuthGuard)\n  @Delete(':id')\n"),
            "guards single routes with AuthGuard",
        ),
        (
            service("return { items, total };", "return { items, total, next: this.next(items) };"),
            "answers was not understood",
        ),
    ] {
        match graphql(&texts, "User") {
            Err(ProposeError::NotApplicable(why)) => assert!(why.contains(expected), "{expected}\n{why}"),
            other => panic!("{expected}: {other:?}"),
        }
    }
}

#[test]
fn names_that_clash_a_resource_that_is_not_there_and_a_second_time_are_refused() {
    let texts = fixture("nest_esm");
    match graphql(&texts, "Order") {
        Err(ProposeError::Input { hint, .. }) => assert_eq!(hint, "known entities: User"),
        other => panic!("{other:?}"),
    }
    for name in ["class", "Subscription"] {
        assert!(matches!(graphql(&texts, name), Err(ProposeError::Input { .. })), "{name}");
    }
    let taken = with(&texts, &graphql(&texts, "User").unwrap());
    match graphql(&taken, "users") {
        Err(ProposeError::Clash { what, place }) => {
            assert_eq!(what, "a resolver UsersResolver");
            assert!(place.starts_with("src/users/users.resolver.ts:"), "{place}");
        }
        other => panic!("{other:?}"),
    }
    let mut texts = fixture("nest_esm");
    texts.insert("src/users/kinds.ts".into(), "export class UserType {}\n".into());
    match graphql(&texts, "User") {
        Err(ProposeError::Clash { place, .. }) => assert_eq!(place, "src/users/kinds.ts:1"),
        other => panic!("{other:?}"),
    }
    let other = "import { Query, Resolver } from '@nestjs/graphql';\n\n@Resolver()\nexport class StatusResolver {\n  @Query(() => Boolean)\n  users(): boolean {\n    return true;\n  }\n}\n";
    let mut texts = fixture("nest_esm");
    texts.insert("src/status.resolver.ts".into(), other.into());
    match graphql(&texts, "User") {
        Err(ProposeError::Clash { what, .. }) => assert_eq!(what, "an operation users"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_second_resource_follows_the_first() {
    let mut grown = modules();
    let proposal = grown.taken.pop().unwrap().1;
    let paths: Vec<&str> = proposal.files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(
        paths,
        [
            "src/book-reviews/book-review.type.ts",
            "src/book-reviews/book-reviews.module.ts",
            "src/book-reviews/book-reviews.resolver.ts",
            "src/book-reviews/dto/create-book-review.input.ts",
            "src/book-reviews/dto/update-book-review.input.ts",
            "test/book-reviews-graphql.e2e-spec.ts",
        ]
    );
    assert_eq!(proposal.title, "Serve book reviews over GraphQL, like src/users/users.resolver.ts");
    let resolver = text_of(&proposal, "src/book-reviews/book-reviews.resolver.ts");
    for line in [
        "import { PageArgs } from '../common/page.args.js';",
        "@UseFilters(GraphqlErrorFilter)",
        "  bookReviews(@Args() args: PageArgs): Promise<BookReviewPage> {",
    ] {
        assert!(resolver.lines().any(|own| own == line), "{line}\n{resolver}");
    }
    let secret = |text: &str| text.contains("apiToken");
    assert!(!secret(text_of(&proposal, "src/book-reviews/book-review.type.ts")));
    assert!(secret(text_of(&proposal, "src/book-reviews/dto/create-book-review.input.ts")));
    assert!(proposal.remarks.iter().any(|one| one.contains("apiToken")), "{:?}", proposal.remarks);
}

#[test]
fn a_guard_that_knows_graphql_stands_on_the_resolver_too() {
    let mut texts = exchanged(
        "nest_esm",
        "src/users/users.controller.ts",
        "@Controller('users')\n",
        "@Controller('users')\n@UseGuards(AuthGuard)\n",
    );
    insert(
        &mut texts,
        "src/users/users.controller.ts",
        "import { PageQueryDto }",
        "import { AuthGuard } from '../common/auth.guard.js';\n",
    );
    texts.insert(
        "src/common/auth.guard.ts".into(),
        "import { GqlExecutionContext } from '@nestjs/graphql';\n\nexport class AuthGuard {\n  canActivate(context: never): boolean {\n    return Boolean(GqlExecutionContext.create(context));\n  }\n}\n".into(),
    );
    let proposal = graphql(&texts, "User").unwrap();
    let resolver = text_of(&proposal, "src/users/users.resolver.ts");
    assert!(resolver.contains("@UseGuards(AuthGuard)\n@UseFilters(GraphqlErrorFilter)\n"), "{resolver}");
    assert!(resolver.contains("import { AuthGuard } from '../common/auth.guard.js';"), "{resolver}");
}

#[test]
fn what_remains_without_any_hunk_imports_only_what_is_there() {
    for (name, resource) in [("nest_esm", "User"), ("nest_cjs", "Article")] {
        let texts = fixture(name);
        recipe_hunks::assert_typescript_without_each(&texts, &graphql(&texts, resource).unwrap());
    }
}

#[test]
fn run_again_it_keeps_what_was_written_by_hand() {
    let base = fixture("nest_esm");
    let memory: Arc<dyn Produced> = Arc::new(Memory::default());
    let run = |texts: &Texts| {
        let inputs = inputs_of(&[("name", "User")]);
        let known = request(texts, &[".ts"], stack(NEST.0, NEST.1), [("name", ""), ("fields", "")]);
        let request = ProposalRequest { inputs, ..known };
        propose_again("graphql", texts, &request, Some(memory.clone()))
    };
    let mut taken = with(&base, &run(&base).unwrap());
    let path = "src/users/users.resolver.ts";
    insert(&mut taken, path, "export class UsersResolver", "// By hand.\n");
    assert!(matches!(run(&taken), Err(ProposeError::Nothing(_))));
    let line = "@UseFilters(GraphqlErrorFilter)\n";
    let stale = taken.get_mut(path).unwrap();
    *stale = stale.replace(line, "");
    // What was taken away by hand stays away.
    assert!(matches!(run(&taken), Err(ProposeError::Nothing(_))));
}

/// The lines of a backend's tests that begin one.
fn tests_of(texts: &Texts) -> usize {
    let files = texts.iter().filter(|(path, _)| path.ends_with("spec.ts"));
    let begins = |line: &&str| ["it(", "test("].iter().any(|word| line.trim_start().starts_with(word));
    files.map(|(_, text)| text.lines().filter(begins).count()).sum()
}

/// Two resources, one made by a recipe, in ES modules.
fn modules() -> Grown {
    let mut grown = Grown::new("nest_esm", NEST);
    let fields = "title:string{1..200} stars:int{1..5} price:decimal{0..} sku:string{..40}:unique note:text? \
                  seen_on:date read_at:datetime? done:bool batch:uuid api_token:string? author:belongs_to(User)";
    grown.take("resource", &[("name", "BookReview"), ("fields", fields)]);
    grown.take("graphql", &[("name", "User")]);
    grown.take("graphql", &[("name", "BookReview")]);
    grown
}

/// The same in CommonJS, with a repository class and errors of the domain.
fn commonjs() -> Grown {
    let mut grown = Grown::new("nest_cjs", NEST);
    let fields = "body:text{3..2000} up_votes:int{0..} hidden:bool article:belongs_to(Article)";
    grown.take("resource", &[("name", "comments"), ("fields", fields)]);
    grown.take("graphql", &[("name", "Article")]);
    grown.take("graphql", &[("name", "Comment")]);
    grown
}

/// The tests of a grown backend, counted.
fn proved(grown: &Grown, name: &str, tests: (&str, &[&str]), migrations: usize, said: fn(usize) -> String) {
    let (before, last) = grown.taken.last().unwrap();
    let count = tests_of(&with(before, last));
    let heard = prove(name, before, last, tests, migrations);
    assert!(count > 20 && heard.contains(&said(count)), "{count}\n{heard}");
    println!("{name}: {count} tests passed");
    compile_without_one(&last.title, name, before, last);
}

#[test]
fn graphql_of_es_modules_passes_its_tests() {
    if is_real() {
        let said = |count| format!("Tests  {count} passed ({count})");
        proved(&modules(), "nest-graphql-esm", ("vitest", &VITEST), 2, said);
    }
}

#[test]
fn graphql_of_commonjs_passes_its_tests() {
    if is_real() {
        let said = |count| format!("Tests:       {count} passed, {count} total");
        proved(&commonjs(), "nest-graphql-cjs", ("jest", &JEST), 2, said);
    }
}
