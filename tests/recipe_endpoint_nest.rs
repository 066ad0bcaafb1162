//! The `endpoint` recipe for NestJS: handlers and methods beside those that people wrote and
//! those that the recipe `resource` made, as ES modules and in CommonJS. On the real packages
//! both backends are compiled, linted and checked for their form, all of their tests run, and
//! they are counted.
//!
//! The part that needs packages from npm runs in a stage of its own, with
//! `PROSCENIUM_REAL=1`; it shares its packages with the tests of the recipe `resource`.

use crate::{
    recipe_nest::prove,
    recipe_nest_migration::compile_without_one,
    support::{
        backend::{JEST, VITEST, fixture, is_real},
        grown::{Frame, Grown, ask},
    },
};
use proscenium::ports::ProposeError;

const NEST: Frame = ("nestjs", "typeorm");
/// How tests begin for Vitest and Jest.
const CASES: &[&str] = &["it('", "test(\"", "it(\"", "test('"];

/// ES modules: services that ask the repository themselves.
fn modules() -> Grown {
    let mut grown = Grown::new("nest_esm", NEST);
    let fields = "title:string{1..200} stars:int{1..5} price:decimal{0..} note:text? sku:string{..40}:unique \
                  done:bool batch:uuid:unique read_at:datetime? author:belongs_to(User)";
    grown.take("resource", &[("name", "BookReview"), ("fields", fields)]);
    grown.take("endpoint", &[("name", "User"), ("by", "email")]);
    grown.take("endpoint", &[("name", "User"), ("by", "name")]);
    grown.take("endpoint", &[("name", "User"), ("kind", "count")]);
    grown.take("endpoint", &[("name", "User"), ("path", "PUT /users/{id}/forget"), ("set", "name=gone")]);
    grown.take("endpoint", &[("name", "BookReview"), ("by", "author")]);
    grown.take("endpoint", &[("name", "BookReview"), ("by", "stars")]);
    grown.take("endpoint", &[("name", "BookReview"), ("by", "done")]);
    grown.take("endpoint", &[("name", "BookReview"), ("by", "sku")]);
    grown.take("endpoint", &[("name", "BookReview"), ("by", "batch")]);
    grown.take("endpoint", &[("name", "BookReview"), ("kind", "count")]);
    grown.take("endpoint", &[("name", "BookReview"), ("path", "complete"), ("set", "done=true")]);
    grown.take("endpoint", &[("name", "BookReview"), ("path", "read"), ("set", "read_at=now")]);
    grown
}

/// CommonJS: a repository class below the service, and keys that are texts.
fn commonjs() -> Grown {
    let mut grown = Grown::new("nest_cjs", NEST);
    let fields = "body:text{3..2000} up_votes:int{0..} slug:string{3..60}:unique hidden:bool \
                  article:belongs_to(Article)";
    grown.take("resource", &[("name", "comments"), ("fields", fields)]);
    grown.take("endpoint", &[("name", "Article"), ("by", "title")]);
    grown.take("endpoint", &[("name", "Article"), ("kind", "count")]);
    grown.take(
        "endpoint",
        &[("name", "Article"), ("path", "POST /articles/{id}/empty"), ("set", "word_count=0")],
    );
    grown.take("endpoint", &[("name", "Comment"), ("by", "article")]);
    grown.take("endpoint", &[("name", "Comment"), ("by", "slug")]);
    grown.take("endpoint", &[("name", "Comment"), ("by", "up_votes")]);
    grown.take("endpoint", &[("name", "Comment"), ("kind", "count")]);
    grown.take("endpoint", &[("name", "Comment"), ("path", "hide"), ("set", "hidden=true")]);
    grown
}

#[test]
fn a_handler_and_a_method_stand_beside_those_of_one_row() {
    let mut grown = Grown::new("nest_esm", NEST);
    grown.take("endpoint", &[("name", "User"), ("by", "email")]);
    grown.take("endpoint", &[("name", "User"), ("path", "forget"), ("set", "name=gone")]);
    for (path, part) in [
        (
            "src/users/users.controller.ts",
            "  @Get('by-email/:email')\n  findOneByEmail(@Param('email') email: string): Promise<User> {\n    \
             return this.usersService.findOneByEmail(email);\n  }\n\n  @Get(':id')\n",
        ),
        (
            "src/users/users.service.ts",
            "  async findOneByEmail(email: string): Promise<User> {\n    \
             const user = await this.users.findOneBy({ email });\n    if (!user) {\n      \
             throw new NotFoundException(`User ${email} not found`);\n    }\n    return user;\n  }\n",
        ),
        (
            "src/users/users.controller.ts",
            "  @Post(':id/forget')\n  @HttpCode(200)\n  forget(@Param('id', ParseIntPipe) id: number): Promise<User> {\n    \
             return this.usersService.forget(id);\n  }\n",
        ),
        (
            "src/users/users.service.ts",
            "  async forget(id: number): Promise<User> {\n    const user = await this.findOne(id);\n    \
             return this.users.save(this.users.merge(user, { name: 'gone' }));\n  }\n",
        ),
    ] {
        assert!(grown.texts[path].contains(part), "{part}\n{}", grown.texts[path]);
    }
}

#[test]
fn what_is_there_or_cannot_be_is_refused_and_changes_nothing() {
    let texts = fixture("nest_cjs");
    for (inputs, hint) in [
        (&[("name", "Order"), ("by", "email")][..], "known entities: ArticleEntity"),
        (&[("name", "Article"), ("by", "colour")], "known fields: id, title, word_count"),
        (
            &[("name", "Article"), ("path", "POST /articles/{id}/import"), ("set", "title=x")],
            "another last word",
        ),
    ] {
        match ask("endpoint", &texts, NEST, inputs) {
            Err(ProposeError::Input { hint: said, .. }) => assert!(said.contains(hint), "{inputs:?}: {said}"),
            other => panic!("{inputs:?}: {other:?}"),
        }
    }
}

/// Proves the last text, and counts its tests.
pub fn proved(grown: &Grown, name: &str, tests: (&str, &[&str]), expected: impl Fn(usize) -> String) {
    let (texts, last) = grown.last();
    let said = prove(name, texts, last, tests, 2);
    compile_without_one(&last.title, name, texts, last);
    let expected = expected(grown.tests(CASES));
    assert!(said.contains(&expected), "{expected}\n{said}");
    grown.assert_review_says_nothing_new();
    println!("{name}: {expected}");
}

#[test]
fn new_routes_of_es_modules_pass_their_tests() {
    if is_real() {
        let said = |count| format!("Tests  {count} passed ({count})");
        proved(&modules(), "nest-esm", ("vitest", &VITEST), said);
    }
}

#[test]
fn new_routes_of_commonjs_pass_their_tests() {
    if is_real() {
        let said = |count| format!("Tests:       {count} passed, {count} total");
        proved(&commonjs(), "nest-cjs", ("jest", &JEST), said);
    }
}
