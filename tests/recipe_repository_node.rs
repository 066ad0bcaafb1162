//! The `repository` recipe for Express and Hono: functions that import the database, a class, a
//! function that makes an object, and functions that are given the database, with each mapper. On
//! the real packages each backend is compiled, linted and checked for its form, all of its tests
//! run, and they are counted.
//!
//! The part that needs packages runs with the stage of `recipe_endpoint`.

use crate::{
    recipe_endpoint_node::prove,
    recipe_hunks,
    support::{
        backend::{
            Texts, assert_cited, fixture, insert, installed, installed_without_scripts, is_real, text_of,
        },
        grown::{Frame, Grown, ask},
    },
};
use proscenium::{domain::proposal::Proposal, ports::ProposeError};

pub const RECIPE: &str = "repository";
pub const KYSELY: Frame = ("express", "kysely");
const PRISMA: Frame = ("express", "prisma");
const DRIZZLE: Frame = ("hono", "drizzle");
pub const NOTE: &[(&str, &str)] = &[("name", "Note")];

pub fn put(texts: &mut Texts, path: &str, text: &str) {
    texts.insert(path.to_owned(), text.to_owned());
}

/// An object of functions, and a class of which one object is shared, in one file.
fn together() -> Texts {
    let mut texts = functions();
    texts.remove("src/repositories/user-repository.ts");
    put(
        &mut texts,
        "src/repositories.ts",
        "import { db, type User } from './db/database.js'\n\nexport const userRepository = {\n  async get(id: number): Promise<User | null> {\n    return (await db.selectFrom('users').selectAll().where('id', '=', id).executeTakeFirst()) ?? null\n  },\n}\n",
    );
    texts
}

/// Functions that import the database; a service asks for notes itself.
pub fn functions() -> Texts {
    let mut texts = fixture("express_functions");
    let database = "src/db/database.ts";
    insert(
        &mut texts,
        database,
        "export type User =",
        "export interface NotesTable {\n  id: Generated<number>\n  title: string\n  stars: number\n  price: ColumnType<string, number, number>\n  is_open: boolean\n  read_at: Date | null\n  author_id: number\n  created_at: Generated<Date>\n}\n\n",
    );
    insert(&mut texts, database, "  users: UsersTable\n", "  notes: NotesTable\n");
    insert(&mut texts, database, "  type Generated,\n", "  type ColumnType,\n");
    insert(&mut texts, database, "export const db", "export type Note = Selectable<NotesTable>\n\n");
    let migrations = "src/db/migrations/index.ts";
    insert(&mut texts, migrations, "\nexport const", "import * as m0002 from './0002-create-notes.js'\n");
    insert(&mut texts, migrations, "}\n", "  '0002-create-notes': m0002,\n");
    put(
        &mut texts,
        "src/db/migrations/0002-create-notes.ts",
        "import { sql, type Kysely } from 'kysely'\n\nexport async function up(db: Kysely<unknown>) {\n  await db.schema\n    .createTable('notes')\n    .addColumn('id', 'integer', (col) =>\n      col.primaryKey().generatedAlwaysAsIdentity(),\n    )\n    .addColumn('title', 'varchar(20)', (col) => col.notNull().unique())\n    .addColumn('stars', 'integer', (col) => col.notNull())\n    .addColumn('price', 'numeric(12, 2)', (col) => col.notNull())\n    .addColumn('is_open', 'boolean', (col) => col.notNull())\n    .addColumn('read_at', 'timestamptz')\n    .addColumn('author_id', 'integer', (col) =>\n      col.notNull().references('users.id'),\n    )\n    .addColumn('created_at', 'timestamptz', (col) =>\n      col.notNull().defaultTo(sql`now()`),\n    )\n    .execute()\n}\n\nexport async function down(db: Kysely<unknown>) {\n  await db.schema.dropTable('notes').execute()\n}\n",
    );
    put(
        &mut texts,
        "src/services/note-service.ts",
        "import { db } from '../db/database.js'\n\nexport function openNotes() {\n  return db.selectFrom('notes').selectAll().execute()\n}\n",
    );
    texts
}

/// A class that is given the database, made where the application is, and kept in an object.
pub fn classes() -> Texts {
    let mut texts = fixture("express_classes");
    let tables = "src/database/tables.ts";
    insert(
        &mut texts,
        tables,
        "export interface Tables",
        "export interface NotesTable {\n\tid: Generated<string>;\n\ttitle: string;\n\tproduct_id: string;\n}\n\n",
    );
    insert(&mut texts, tables, "\tproducts: ProductsTable;\n", "\tnotes: NotesTable;\n");
    put(
        &mut texts,
        "src/database/migrations/20250302120000_create_notes.ts",
        "import { type Kysely, sql } from \"kysely\";\n\nexport async function up(database: Kysely<unknown>): Promise<void> {\n\tawait database.schema\n\t\t.createTable(\"notes\")\n\t\t.addColumn(\"id\", \"uuid\", (column) => column.primaryKey().defaultTo(sql`gen_random_uuid()`))\n\t\t.addColumn(\"title\", \"text\", (column) => column.notNull())\n\t\t.addColumn(\"product_id\", \"uuid\", (column) => column.notNull().references(\"products.id\"))\n\t\t.execute();\n}\n\nexport async function down(database: Kysely<unknown>): Promise<void> {\n\tawait database.schema.dropTable(\"notes\").execute();\n}\n",
    );
    put(
        &mut texts,
        "src/database/repositories.ts",
        "import { ProductRepository } from \"../modules/products/ProductRepository.js\";\nimport type { Db } from \"./tables.js\";\n\nexport interface Repositories {\n\tproducts: ProductRepository;\n}\n\nexport function repositories(database: Db): Repositories {\n\treturn {\n\t\tproducts: new ProductRepository(database)\n\t};\n}\n",
    );
    texts
}

/// A function that makes an object of queries, and a list of such modules.
fn factories() -> Texts {
    let mut texts = fixture("express_prisma");
    let schema = "prisma/schema.prisma";
    insert(
        &mut texts,
        schema,
        "  updatedAt DateTime @updatedAt @map(\"updated_at\")\n",
        "  notes     TicketNote[]\n",
    );
    let text = texts.get_mut(schema).unwrap();
    text.push_str("\nmodel TicketNote {\n  id       String   @id @default(uuid()) @db.Uuid\n  body     String   @db.VarChar(80)\n  minutes  Int\n  seenAt   DateTime @map(\"seen_at\")\n  ticketId Int      @map(\"ticket_id\")\n  ticket   Ticket   @relation(fields: [ticketId], references: [id])\n\n  @@map(\"ticket_notes\")\n}\n");
    put(
        &mut texts,
        "prisma/migrations/20250302090000_create_ticket_notes/migration.sql",
        "-- CreateTable\nCREATE TABLE \"ticket_notes\" (\n    \"id\" UUID NOT NULL,\n    \"body\" VARCHAR(80) NOT NULL,\n    \"minutes\" INTEGER NOT NULL,\n    \"seen_at\" TIMESTAMP(3) NOT NULL,\n    \"ticket_id\" INTEGER NOT NULL,\n\n    CONSTRAINT \"ticket_notes_pkey\" PRIMARY KEY (\"id\")\n);\n\n-- AddForeignKey\nALTER TABLE \"ticket_notes\" ADD CONSTRAINT \"ticket_notes_ticket_id_fkey\" FOREIGN KEY (\"ticket_id\") REFERENCES \"tickets\"(\"id\") ON DELETE RESTRICT ON UPDATE CASCADE;\n",
    );
    put(
        &mut texts,
        "src/repositories/ticket.repository.ts",
        "import type { Prisma, PrismaClient } from '@prisma/client';\n\nexport const ticketRepository = (prisma: PrismaClient) => ({\n  async findById(id: number) {\n    return prisma.ticket.findUnique({ where: { id } });\n  },\n\n  async page(skip: number, take: number) {\n    return prisma.ticket.findMany({ orderBy: { id: 'asc' }, skip, take });\n  },\n\n  async create(data: Prisma.TicketCreateInput) {\n    return prisma.ticket.create({ data });\n  },\n});\n\nexport type TicketRepository = ReturnType<typeof ticketRepository>;\n",
    );
    put(&mut texts, "src/repositories/index.ts", "export * from './ticket.repository.js';\n");
    put(
        &mut texts,
        "src/features/tickets/notes.ts",
        "import type { PrismaClient } from '@prisma/client';\n\nexport const unseen = (prisma: PrismaClient) =>\n  prisma.ticketNote.findMany({ where: { minutes: 0 } });\n",
    );
    texts
}

/// Functions that are given the database.
fn given() -> Texts {
    let mut texts = fixture("hono_drizzle");
    let schema = "src/db/schema.ts";
    insert(
        &mut texts,
        schema,
        "export type Author",
        "export const articles = pgTable('articles', {\n  id: serial('id').primaryKey(),\n  title: varchar('title', { length: 200 }).notNull(),\n  words: integer('words').notNull(),\n  fee: numeric('fee', { precision: 12, scale: 2 }).notNull(),\n  printedOn: date('printed_on').notNull(),\n  authorId: integer('author_id')\n    .notNull()\n    .references(() => authors.id),\n});\n\n",
    );
    let text = texts.get_mut(schema).unwrap();
    *text = text.replace(
        "import { pgTable, serial, timestamp, uniqueIndex, varchar } from 'drizzle-orm/pg-core';",
        "import {\n  date,\n  integer,\n  numeric,\n  pgTable,\n  serial,\n  timestamp,\n  uniqueIndex,\n  varchar,\n} from 'drizzle-orm/pg-core';",
    );
    put(
        &mut texts,
        "drizzle/0001_create_articles.sql",
        "CREATE TABLE \"articles\" (\n\t\"id\" serial PRIMARY KEY NOT NULL,\n\t\"title\" varchar(200) NOT NULL,\n\t\"words\" integer NOT NULL,\n\t\"fee\" numeric(12, 2) NOT NULL,\n\t\"printed_on\" date NOT NULL,\n\t\"author_id\" integer NOT NULL REFERENCES \"authors\"(\"id\")\n);",
    );
    let journal = texts.get_mut("drizzle/meta/_journal.json").unwrap();
    *journal = journal.replace(
        "      \"breakpoints\": true\n    }\n",
        "      \"breakpoints\": true\n    },\n    {\n      \"idx\": 1,\n      \"version\": \"7\",\n      \"when\": 1750000001000,\n      \"tag\": \"0001_create_articles\",\n      \"breakpoints\": true\n    }\n",
    );
    put(
        &mut texts,
        "src/authors/authors.repository.ts",
        "import { eq } from 'drizzle-orm';\nimport type { Db } from '../db/client.js';\nimport { authors } from '../db/schema.js';\n\nexport const findAuthor = async (db: Db, id: number) => {\n  const [author] = await db.select().from(authors).where(eq(authors.id, id));\n  return author ?? null;\n};\n\nexport const removeAuthor = async (db: Db, id: number) => {\n  await db.delete(authors).where(eq(authors.id, id));\n};\n",
    );
    put(
        &mut texts,
        "src/articles/articles.service.ts",
        "import type { Db } from '../db/client.js';\nimport { articles } from '../db/schema.js';\n\nexport const all = (db: Db) => db.select().from(articles).limit(50);\n",
    );
    texts
}

pub fn paths(proposal: &Proposal) -> Vec<&str> {
    proposal.files.iter().map(|file| file.path.as_str()).collect()
}

fn assert_parts(proposal: &Proposal, path: &str, parts: &[&str]) {
    let text = text_of(proposal, path);
    for part in parts {
        assert!(text.contains(part), "{part}\n{text}");
    }
}

pub fn refused(texts: &Texts, frame: Frame, inputs: &[(&str, &str)]) -> ProposeError {
    match ask(RECIPE, texts, frame, inputs) {
        Err(error) => error,
        Ok(proposal) => panic!("{inputs:?}: {}", proposal.title),
    }
}

#[test]
fn functions_that_import_the_database_give_such_functions() {
    let texts = functions();
    let proposal = ask(RECIPE, &texts, KYSELY, NOTE).unwrap();
    let path = "src/repositories/note-repository.ts";
    assert_eq!(paths(&proposal), [path, "tests/note-repository.test.ts"], "{:?}", proposal.remarks);
    assert_cited(&proposal, &texts);
    assert_parts(
        &proposal,
        path,
        &[
            "import { db, type Note, type NotesTable } from '../db/database.js'\n",
            "export function findNotes(limit: number, offset: number): Promise<Note[]> {\n",
            "export async function deleteNote(id: number): Promise<boolean> {\n",
            "export function insertNote(note: Insertable<NotesTable>): Promise<Note> {\n",
        ],
    );
    let said = proposal.remarks.join("\n");
    assert!(
        said.contains("src/services/note-service.ts:4 still asks the database for Note itself"),
        "{said}"
    );
    assert_eq!(proposal, ask(RECIPE, &texts, KYSELY, NOTE).unwrap());
}

#[test]
fn a_class_gives_a_class_and_stands_where_the_other_is_kept() {
    let texts = classes();
    let proposal = ask(RECIPE, &texts, KYSELY, NOTE).unwrap();
    let path = "src/modules/notes/NoteRepository.ts";
    let expected = ["src/database/repositories.ts", path, "tests/NoteRepository.test.ts"];
    assert_eq!(paths(&proposal), expected, "{:?}", proposal.remarks);
    assert_cited(&proposal, &texts);
    assert_parts(
        &proposal,
        path,
        &[
            "export class NoteRepository {\n\tconstructor(private readonly database: Db) {}\n\n",
            "\tpublic async findById(id: string): Promise<Selectable<NotesTable> | null> {\n",
            "\t\treturn row ?? null;\n",
        ],
    );
    assert_parts(
        &proposal,
        "src/database/repositories.ts",
        &[
            "\tproducts: ProductRepository;\n\tnotes: NoteRepository;\n",
            "\t\tproducts: new ProductRepository(database),\n\t\tnotes: new NoteRepository(database)\n",
        ],
    );
    let said = proposal.remarks.join("\n");
    assert!(said.contains("counts them too") && said.contains("makes Product of them"), "{said}");
    recipe_hunks::assert_typescript_without_each(&texts, &proposal);
}

#[test]
fn a_function_that_makes_an_object_gives_another_and_joins_the_list_of_modules() {
    let texts = factories();
    let proposal = ask(RECIPE, &texts, PRISMA, &[("name", "TicketNote")]).unwrap();
    let path = "src/repositories/ticket-note.repository.ts";
    let expected = ["src/repositories/index.ts", path, "tests/ticket-note.repository.test.ts"];
    assert_eq!(paths(&proposal), expected, "{:?}", proposal.remarks);
    assert_cited(&proposal, &texts);
    assert_parts(
        &proposal,
        path,
        &[
            "export const ticketNoteRepository = (prisma: PrismaClient) => ({\n  async findById(id: string) {\n",
            "  async page(skip: number, take: number) {\n",
            "export type TicketNoteRepository = ReturnType<typeof ticketNoteRepository>;\n",
        ],
    );
    assert_parts(&proposal, "src/repositories/index.ts", &["export * from './ticket-note.repository.js';\n"]);
    recipe_hunks::assert_typescript_without_each(&texts, &proposal);
    // A ticket has one, though the name of the other begins with its own.
    match refused(&texts, PRISMA, &[("name", "Ticket")]) {
        ProposeError::Clash { place, .. } => assert_eq!(place, "src/repositories/ticket.repository.ts:3"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn functions_that_are_given_the_database_give_such_functions() {
    let texts = given();
    let proposal = ask(RECIPE, &texts, DRIZZLE, &[("name", "Article")]).unwrap();
    let path = "src/articles/articles.repository.ts";
    assert_eq!(paths(&proposal), [path, "test/articles.repository.test.ts"], "{:?}", proposal.remarks);
    assert_cited(&proposal, &texts);
    assert_parts(
        &proposal,
        path,
        &[
            "export const findArticle = async (db: Db, id: number) => {\n",
            "export const listArticles = async (db: Db, limit = 50, offset = 0) => {\n",
            "export const removeArticle = async (db: Db, id: number) => {\n",
        ],
    );
    let said = proposal.remarks.join("\n");
    assert!(said.contains("src/articles/articles.service.ts:4 still asks"), "{said}");
}

#[test]
fn static_functions_are_asked_of_the_class_and_private_ones_are_not_followed() {
    let mut texts = functions();
    put(
        &mut texts,
        "src/repositories/user-repository.ts",
        "import { db, type User } from '../db/database.js'\n\nexport class UserRepository {\n  private static async load(id: number) {\n    return db.selectFrom('users').selectAll().where('id', '=', id).executeTakeFirst()\n  }\n\n  static async findAll(limit: number, offset: number): Promise<User[]> {\n    return db.selectFrom('users').selectAll().limit(limit).offset(offset).execute()\n  }\n}\n",
    );
    let proposal = ask(RECIPE, &texts, KYSELY, NOTE).unwrap();
    let path = "src/repositories/note-repository.ts";
    let text = text_of(&proposal, path);
    assert!(text.contains("  static async get(id: number): Promise<Note | undefined> {\n"), "{text}");
    assert!(!text.contains("private"), "{text}");
    let test = text_of(&proposal, "tests/note-repository.test.ts");
    assert!(test.contains("await NoteRepository.get(wanted.id)") && !test.contains("new Note"), "{test}");
}

#[test]
fn a_folder_may_name_what_its_repository_is_of() {
    let mut texts = functions();
    let own = texts.remove("src/repositories/user-repository.ts").unwrap();
    let own = own
        .replace("deleteUser", "remove")
        .replace("User(", "(")
        .replace("UserById", "ById")
        .replace("UserByEmail", "ByEmail");
    put(&mut texts, "src/users/repository.ts", &own.replace("findUsers", "findAll"));
    let proposal = ask(RECIPE, &texts, KYSELY, NOTE).unwrap();
    let expected = ["src/notes/repository.ts", "tests/note-repository.test.ts"];
    assert_eq!(paths(&proposal), expected, "{:?}", proposal.remarks);
    assert_parts(
        &proposal,
        "src/notes/repository.ts",
        &[
            "export function findById(id: number): Promise<Note | undefined> {\n",
            "export function insert(note: ",
        ],
    );
}

#[test]
fn an_object_in_the_file_of_all_grows_that_file() {
    let mut texts = together();
    let proposal = ask(RECIPE, &texts, KYSELY, NOTE).unwrap();
    let path = "src/repositories.ts";
    assert_eq!(paths(&proposal), [path, "tests/note-repositories.test.ts"], "{:?}", proposal.remarks);
    assert_cited(&proposal, &texts);
    assert!(text_of(&proposal, path).contains("export const userRepository = {\n"));
    assert_parts(
        &proposal,
        path,
        &[
            "type Note,",
            "\n\nexport const noteRepository = {\n  async get(id: number): Promise<Note | null> {\n",
            "  async list(limit = 50, offset = 0): Promise<Note[]> {\n",
        ],
    );
    let test = text_of(&proposal, "tests/note-repositories.test.ts");
    assert!(test.contains("import { noteRepository } from '../src/repositories.js'\n"), "{test}");
    let taken = format!("{}\nexport const noteRepository = 1\n", texts[path]);
    put(&mut texts, path, &taken);
    match refused(&texts, KYSELY, NOTE) {
        ProposeError::Clash { what, .. } => assert_eq!(what, "noteRepository in src/repositories.ts"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_object_that_a_file_shares_is_shared_of_the_new_class_too() {
    let mut texts = classes();
    let path = "src/modules/products/ProductRepository.ts";
    let text = texts.get_mut(path).unwrap();
    text.push_str("\nexport const products = new ProductRepository(connect());\n");
    *text = format!("import {{ connect }} from \"../../database/connect.js\";\n{text}");
    let proposal = ask(RECIPE, &texts, KYSELY, NOTE).unwrap();
    assert_parts(
        &proposal,
        "src/modules/notes/NoteRepository.ts",
        &["\nexport const notes = new NoteRepository(connect());\n", "import { connect } from"],
    );
}

fn grown(name: &str, frame: Frame, texts: Texts, resource: &str) -> Grown {
    let mut grown = Grown::new(name, frame);
    grown.texts = texts;
    grown.take(RECIPE, &[("name", resource)]);
    grown
}

#[test]
fn new_repositories_of_express_pass_their_tests() {
    if !is_real() {
        return;
    }
    for (name, texts, least) in [("express_functions", functions(), 6), ("express_classes", classes(), 5)] {
        let grown = grown(name, KYSELY, texts, "Note");
        let packages = installed("recipe-express", &grown.texts["package.json"]);
        prove(&grown, &packages, "tests", &[], least);
    }
}

#[test]
fn new_repositories_with_prisma_pass_their_tests() {
    if is_real() {
        let grown = grown("express_prisma", PRISMA, factories(), "TicketNote");
        let packages = installed_without_scripts("recipe-prisma", &grown.texts["package.json"]);
        let settings = [
            ("PRISMA_SCHEMA_ENGINE_BINARY", "/bin/true"),
            ("PRISMA_QUERY_ENGINE_LIBRARY", "/bin/true"),
            ("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none"),
        ];
        prove(&grown, &packages, "tests", &settings, 5);
    }
}

#[test]
fn new_repositories_of_hono_pass_their_tests() {
    if is_real() {
        let grown = grown("hono_drizzle", DRIZZLE, given(), "Article");
        let packages = installed("recipe-hono", &grown.texts["package.json"]);
        prove(&grown, &packages, "test", &[], 6);
    }
}
