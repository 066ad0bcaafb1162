//! The `service-method` recipe for Hono with Drizzle: functions that are given the database. On
//! the real framework all tests run, and are counted.
//!
//! The part that needs packages runs with the stage of `recipe_endpoint`.

use crate::{
    recipe_endpoint_node, recipe_hunks,
    support::{
        backend::{installed, is_real},
        grown::{Frame, Grown},
    },
};

const RECIPE: &str = "service-method";
const DRIZZLE: Frame = ("hono", "drizzle");

/// Hono whose handlers call functions of a service, which call those of a repository.
#[expect(clippy::too_many_lines, reason = "the files of one backend, one after the other")]
fn hono() -> Grown {
    let mut grown = Grown::new("hono_drizzle", DRIZZLE);
    grown.texts.insert(
        "src/authors/authors.repository.ts".into(),
        "import { asc, eq } from 'drizzle-orm';
import type { Db } from '../db/client.js';
import { authors } from '../db/schema.js';

export type NewAuthor = typeof authors.$inferInsert;

export function listAuthors(db: Db, limit: number, offset: number) {
  return db
    .select()
    .from(authors)
    .orderBy(asc(authors.penName), asc(authors.id))
    .limit(limit)
    .offset(offset);
}

export async function findAuthor(db: Db, id: number) {
  const [author] = await db.select().from(authors).where(eq(authors.id, id));
  return author;
}

export async function insertAuthor(db: Db, values: NewAuthor) {
  const [author] = await db.insert(authors).values(values).returning();
  return author;
}

export async function updateAuthor(db: Db, id: number, values: Partial<NewAuthor>) {
  const [author] = await db
    .update(authors)
    .set(values)
    .where(eq(authors.id, id))
    .returning();
  return author;
}
"
        .into(),
    );
    grown.texts.insert(
        "src/authors/authors.service.ts".into(),
        "import { HTTPException } from 'hono/http-exception';
import type { Db } from '../db/client.js';
import * as repository from './authors.repository.js';

export function listAuthors(db: Db, limit: number, offset: number) {
  return repository.listAuthors(db, limit, offset);
}

export async function getAuthor(db: Db, id: number) {
  const author = await repository.findAuthor(db, id);
  if (!author) throw new HTTPException(404, { message: 'Author not found' });
  return author;
}

export function createAuthor(db: Db, values: repository.NewAuthor) {
  return repository.insertAuthor(db, values);
}

export async function updateAuthor(
  db: Db,
  id: number,
  values: Partial<repository.NewAuthor>,
) {
  const author = await repository.updateAuthor(db, id, values);
  if (!author) throw new HTTPException(404, { message: 'Author not found' });
  return author;
}
"
        .into(),
    );
    grown.texts.insert(
        "src/authors/authors.routes.ts".into(),
        "import { zValidator } from '@hono/zod-validator';
import { Hono } from 'hono';
import type { Db } from '../db/client.js';
import { idParam, pageQuery } from '../params.js';
import { authorInput, authorPatch } from './authors.schema.js';
import * as service from './authors.service.js';

export const authorRoutes = (db: Db) =>
  new Hono()
    .get('/', zValidator('query', pageQuery), async (c) => {
      const { limit, offset } = c.req.valid('query');
      return c.json(await service.listAuthors(db, limit, offset));
    })
    .get('/:id', zValidator('param', idParam), async (c) => {
      const { id } = c.req.valid('param');
      return c.json(await service.getAuthor(db, id));
    })
    .post('/', zValidator('json', authorInput), async (c) => {
      const body = c.req.valid('json');
      return c.json(await service.createAuthor(db, body), 201);
    })
    .patch(
      '/:id',
      zValidator('param', idParam),
      zValidator('json', authorPatch),
      async (c) => {
        const { id } = c.req.valid('param');
        const body = c.req.valid('json');
        return c.json(await service.updateAuthor(db, id, body));
      },
    );
"
        .into(),
    );
    let test = grown.texts.get_mut("test/authors.test.ts").unwrap();
    *test = test.replace("/api/authors/by-email/ada@example.com'", "/api/authors/1'");
    grown.take(RECIPE, &[("name", "Author"), ("by", "email")]);
    grown.take(RECIPE, &[("name", "Author"), ("by", "pen_name")]);
    grown.take(RECIPE, &[("name", "Author"), ("kind", "count")]);
    grown.take(RECIPE, &[("name", "Author"), ("method", "forgetAuthor"), ("set", "pen_name=gone")]);
    grown
}

#[test]
fn a_function_of_hono_stands_in_service_and_repository() {
    let grown = hono();
    let service = &grown.texts["src/authors/authors.service.ts"];
    for name in ["ByEmail", "ByPenName", "count", "forgetAuthor"] {
        assert!(service.contains(name), "{name}\n{service}");
    }
    let (texts, last) = grown.taken.last().unwrap();
    assert!(last.files.iter().all(|file| !file.path.ends_with(".routes.ts")));
    recipe_hunks::assert_typescript_without_each(texts, last);
}

#[test]
fn new_functions_of_hono_pass_their_tests() {
    if is_real() {
        let grown = hono();
        let packages = installed("recipe-hono", &grown.texts["package.json"]);
        recipe_endpoint_node::prove(&grown, &packages, "test", &[], 4);
    }
}
