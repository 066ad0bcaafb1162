//! Customs of a NestJS project that the recipe `resource` keeps: bodies below a key, a pipe of
//! its own, `Put`, and middleware before what changes rows.
//!
//! The part that needs packages runs with the stage of `recipe_nest`.

use crate::{
    recipe_hunks, recipe_nest,
    support::backend::{
        Texts, VITEST, assert_cited, fixture, folder_below, installed, is_real, propose, request, run, stack,
        text_of, write_tree,
    },
};
use proscenium::domain::proposal::Proposal;

fn ask(texts: &Texts) -> Proposal {
    let fields = "title:string{1..200} stars:int{1..5} note:text? author:belongs_to(User)";
    let inputs = [("name", "Review"), ("fields", fields)];
    propose(texts, &request(texts, &[".ts"], stack("nestjs", "typeorm"), inputs)).unwrap()
}

fn change(texts: &mut Texts, path: &str, changes: &[(&str, &str)]) {
    let text = texts.get_mut(path).unwrap();
    for (old, new) in changes {
        assert!(text.contains(old), "{path}: {old}");
        *text = text.replace(old, new);
    }
}

/// Bodies come as `{ user: … }`, and `Put` changes a row.
fn keyed() -> Texts {
    let mut texts = fixture("nest_esm");
    let controller = "src/users/users.controller.ts";
    change(
        &mut texts,
        controller,
        &[("@Body()", "@Body('user')"), ("  Patch,\n  Post,\n", "  Post,\n  Put,\n")],
    );
    change(&mut texts, controller, &[("@Patch(", "@Put(")]);
    change(
        &mut texts,
        "test/users.e2e-spec.ts",
        &[
            (
                "{ email: 'ada@example.org', name: 'Ada' }",
                "{ user: { email: 'ada@example.org', name: 'Ada' } }",
            ),
            ("{ email: 'ada@example.org' }", "{ user: { email: 'ada@example.org' } }"),
        ],
    );
    texts
}

/// A pipe of the project's own at each handler, and middleware that needs a service.
fn gated() -> Texts {
    let mut texts = fixture("nest_esm");
    let mut put = |path: &str, text: &str| texts.insert(path.to_owned(), text.to_owned());
    put(
        "src/common/check.pipe.ts",
        "import { BadRequestException, Injectable, PipeTransform } from '@nestjs/common';

@Injectable()
export class CheckPipe implements PipeTransform {
  transform(value: unknown): unknown {
    if (value === undefined) {
      throw new BadRequestException('nothing was sent');
    }
    return value;
  }
}
",
    );
    put(
        "src/users/sign-in.middleware.ts",
        "import { Injectable, NestMiddleware, UnauthorizedException } from '@nestjs/common';
import { UsersService } from './users.service.js';

@Injectable()
export class SignInMiddleware implements NestMiddleware {
  constructor(private readonly users: UsersService) {}

  async use(
    request: { headers: Record<string, string | undefined> },
    _response: unknown,
    next: () => void,
  ): Promise<void> {
    const id = Number(request.headers['x-user']);
    if (!Number.isInteger(id)) {
      throw new UnauthorizedException();
    }
    await this.users.findOne(id);
    next();
  }
}
",
    );
    put(
        "src/configure.ts",
        "import { INestApplication } from '@nestjs/common';\n\nexport function configure(app: INestApplication): void {\n  app.setGlobalPrefix('api');\n}\n",
    );
    change(
        &mut texts,
        "src/users/users.controller.ts",
        &[
            (
                "  Query,\n} from '@nestjs/common';\n",
                "  Query,\n  UsePipes,\n} from '@nestjs/common';\nimport { CheckPipe } from '../common/check.pipe.js';\n",
            ),
            ("  @Post()\n", "  @UsePipes(new CheckPipe())\n  @Post()\n"),
        ],
    );
    change(
        &mut texts,
        "src/users/users.module.ts",
        &[
            (
                "import { Module } from",
                "import {\n  MiddlewareConsumer,\n  Module,\n  NestModule,\n  RequestMethod,\n} from",
            ),
            (
                "import { User } from",
                "import { SignInMiddleware } from './sign-in.middleware.js';\nimport { User } from",
            ),
            (
                "export class UsersModule {}",
                "export class UsersModule implements NestModule {\n  configure(consumer: MiddlewareConsumer): void {\n    consumer\n      .apply(SignInMiddleware)\n      .forRoutes({ path: 'users/:id', method: RequestMethod.DELETE });\n  }\n}",
            ),
        ],
    );
    texts
}

#[test]
fn bodies_below_a_key_and_put_are_kept_in_handlers_and_tests() {
    let texts = keyed();
    let proposal = ask(&texts);
    let controller = text_of(&proposal, "src/reviews/reviews.controller.ts");
    for part in [
        "create(@Body('review') dto: CreateReviewDto)",
        "  @Put(':id')\n",
        "    @Body('review') dto: UpdateReviewDto,\n",
    ] {
        assert!(controller.contains(part), "{part}\n{controller}");
    }
    let tests = text_of(&proposal, "test/reviews.e2e-spec.ts");
    assert!(
        tests.contains(".send({ review: sent })") && tests.contains(".send({ review: { title: "),
        "{tests}"
    );
    assert_cited(&proposal, &texts);
}

#[test]
fn middleware_stands_before_what_changes_rows_with_the_modules_that_it_needs() {
    let texts = gated();
    let proposal = ask(&texts);
    let module = text_of(&proposal, "src/reviews/reviews.module.ts");
    for part in [
        "  imports: [TypeOrmModule.forFeature([Review, User]), UsersModule],\n",
        "import { SignInMiddleware } from '../users/sign-in.middleware.js';\n",
        "export class ReviewsModule implements NestModule {\n  configure(consumer: MiddlewareConsumer) {\n",
        "        { path: 'reviews', method: RequestMethod.POST },\n        { path: 'reviews/:id', method: RequestMethod.PATCH },\n        { path: 'reviews/:id', method: RequestMethod.DELETE },\n",
    ] {
        assert!(module.contains(part), "{part}\n{module}");
    }
    let controller = text_of(&proposal, "src/reviews/reviews.controller.ts");
    assert!(controller.contains("  @UsePipes(new CheckPipe())\n  @Post()\n"), "{controller}");
    let said = proposal.remarks.join("\n");
    assert!(said.contains("SignInMiddleware stands before") && said.contains("users.module.ts:"), "{said}");
    assert!(proposal.files.iter().all(|file| !file.path.starts_with("test/")), "{said}");
    assert_cited(&proposal, &texts);
    recipe_hunks::assert_typescript_without_each(&texts, &proposal);
}

#[test]
fn a_resource_with_keyed_bodies_passes_its_own_tests() {
    if is_real() {
        let texts = keyed();
        let proposal = ask(&texts);
        let said = recipe_nest::prove("nest-esm", &texts, &proposal, ("vitest", &VITEST), 2);
        let count = text_of(&proposal, "test/reviews.e2e-spec.ts").matches("\n  it('").count() + 2;
        assert!(count > 10 && said.contains(&format!("Tests  {count} passed ({count})")), "{count}\n{said}");
    }
}

#[test]
fn a_resource_behind_middleware_compiles_and_is_in_form() {
    if is_real() {
        let texts = gated();
        let packages = installed("recipe-nest-esm", &texts["package.json"]);
        let bin = |name: &str| packages.join("node_modules/.bin").join(name).to_str().unwrap().to_owned();
        let folder = folder_below(&packages);
        write_tree(folder.path(), &texts, &[&ask(&texts)]);
        run(folder.path(), "git", &["init", "-q"], &[], 60);
        run(folder.path(), &bin("tsc"), &["--noEmit"], &[], 120);
        run(folder.path(), &bin("oxlint"), &["--deny-warnings", "src"], &[], 60);
        run(folder.path(), &bin("prettier"), &["--check", "src/reviews"], &[], 60);
    }
}
