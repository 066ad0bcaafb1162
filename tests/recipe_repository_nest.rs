//! The `repository` recipe for NestJS: a class that wraps TypeORM's repository, and one that
//! extends it. On the real packages each backend is compiled, linted and checked for its form, all
//! of its tests run, and they are counted.
//!
//! The part that needs packages runs with the stage of `recipe_endpoint`.

use crate::{
    recipe_endpoint_nest::proved,
    recipe_hunks,
    recipe_nest::prove,
    recipe_nest_migration::compile_without_one,
    support::{
        backend::{JEST, Texts, VITEST, assert_cited, fixture, insert, is_real, text_of},
        grown::{Frame, Grown, ask},
    },
};
use proscenium::{domain::proposal::Proposal, ports::ProposeError};

const RECIPE: &str = "repository";
const NEST: Frame = ("nestjs", "typeorm");
const NOTE: &[(&str, &str)] = &[("name", "Note")];

fn put(texts: &mut Texts, path: &str, text: &str) {
    texts.insert(path.to_owned(), text.to_owned());
}

fn replace(texts: &mut Texts, path: &str, old: &str, new: &str) {
    let text = texts.get_mut(path).unwrap();
    assert!(text.contains(old), "{old}\n{text}");
    *text = text.replace(old, new);
}

/// CommonJS: notes that belong to articles, whose service asks for them itself.
fn commonjs() -> Texts {
    let mut texts = fixture("nest_cjs");
    put(
        &mut texts,
        "src/note/entities/note.entity.ts",
        "import { Column, Entity, JoinColumn, ManyToOne } from \"typeorm\";\nimport { ArticleEntity } from \"../../article/entities/article.entity\";\nimport { AppEntity } from \"../../common/app.entity\";\n\n@Entity({ name: \"notes\" })\nexport class NoteEntity extends AppEntity {\n    @Column({ length: 40, unique: true })\n    body: string;\n\n    @Column({ type: \"integer\", nullable: true })\n    stars: number | null;\n\n    @ManyToOne(() => ArticleEntity, { nullable: false })\n    @JoinColumn({ name: \"article_id\" })\n    article: ArticleEntity;\n}\n",
    );
    put(
        &mut texts,
        "src/note/note.service.ts",
        "import { Injectable } from \"@nestjs/common\";\nimport { InjectRepository } from \"@nestjs/typeorm\";\nimport { Repository } from \"typeorm\";\nimport { NoteEntity } from \"./entities/note.entity\";\n\n@Injectable()\nexport class NoteService {\n    constructor(@InjectRepository(NoteEntity) private readonly rows: Repository<NoteEntity>) {}\n\n    public countNotes(): Promise<number> {\n        return this.rows.count();\n    }\n}\n",
    );
    put(
        &mut texts,
        "src/note/note.module.ts",
        "import { Module } from \"@nestjs/common\";\nimport { TypeOrmModule } from \"@nestjs/typeorm\";\nimport { NoteEntity } from \"./entities/note.entity\";\nimport { NoteService } from \"./note.service\";\n\n@Module({\n    imports: [TypeOrmModule.forFeature([NoteEntity])],\n    providers: [NoteService]\n})\nexport class NoteModule {}\n",
    );
    let app = "src/app.module.ts";
    replace(
        &mut texts,
        app,
        "[TypeOrmModule.forRoot({ ...options, migrationsRun: true }), ArticleModule]",
        "[\n        TypeOrmModule.forRoot({ ...options, migrationsRun: true }),\n        ArticleModule,\n        NoteModule\n    ]",
    );
    insert(&mut texts, app, "\n@Module", "import { NoteModule } from \"./note/note.module\";\n");
    put(
        &mut texts,
        "src/migrations/1710000000000-CreateNotes.ts",
        "import { MigrationInterface, QueryRunner, Table } from \"typeorm\";\n\nexport class CreateNotes1710000000000 implements MigrationInterface {\n    name = \"CreateNotes1710000000000\";\n\n    public async up(queryRunner: QueryRunner): Promise<void> {\n        await queryRunner.createTable(\n            new Table({\n                name: \"notes\",\n                columns: [\n                    { name: \"id\", type: \"varchar\", isPrimary: true },\n                    { name: \"body\", type: \"varchar\", length: \"40\", isUnique: true },\n                    { name: \"stars\", type: \"integer\", isNullable: true },\n                    { name: \"article_id\", type: \"varchar\" },\n                    { name: \"created_at\", type: \"datetime\", default: \"datetime('now')\" },\n                    { name: \"updated_at\", type: \"datetime\", default: \"datetime('now')\" }\n                ],\n                foreignKeys: [\n                    {\n                        columnNames: [\"article_id\"],\n                        referencedTableName: \"articles\",\n                        referencedColumnNames: [\"id\"]\n                    }\n                ]\n            })\n        );\n    }\n\n    public async down(queryRunner: QueryRunner): Promise<void> {\n        await queryRunner.dropTable(\"notes\");\n    }\n}\n",
    );
    texts
}

/// ES modules: notes that nobody asks for yet, and a repository of users in the given form.
fn modules(users: &str) -> Texts {
    let mut texts = fixture("nest_esm");
    put(&mut texts, "src/users/users.repository.ts", users);
    let module = "src/users/users.module.ts";
    replace(
        &mut texts,
        module,
        "providers: [UsersService],\n  exports: [UsersService],",
        "providers: [UsersRepository, UsersService],\n  exports: [UsersRepository, UsersService],",
    );
    insert(
        &mut texts,
        module,
        "import { UsersService",
        "import { UsersRepository } from './users.repository.js';\n",
    );
    put(
        &mut texts,
        "src/notes/note.entity.ts",
        "import {\n  Column,\n  Entity,\n  Index,\n  JoinColumn,\n  ManyToOne,\n  PrimaryGeneratedColumn,\n} from 'typeorm';\nimport { User } from '../users/user.entity.js';\n\n@Entity('notes')\nexport class Note {\n  @PrimaryGeneratedColumn()\n  id!: number;\n\n  @Column('decimal', { precision: 12, scale: 2 })\n  price!: string;\n\n  @Column({ default: 0 })\n  stars!: number;\n\n  @Column()\n  isOpen!: boolean;\n\n  @Index()\n  @Column()\n  authorId!: number;\n\n  @ManyToOne(() => User)\n  @JoinColumn({ name: 'authorId' })\n  author!: User;\n}\n",
    );
    put(
        &mut texts,
        "src/notes/notes.module.ts",
        "import { Module } from '@nestjs/common';\nimport { TypeOrmModule } from '@nestjs/typeorm';\nimport { Note } from './note.entity.js';\n\n@Module({\n  imports: [TypeOrmModule.forFeature([Note])],\n})\nexport class NotesModule {}\n",
    );
    let app = "src/app.module.ts";
    insert(&mut texts, app, "    UsersModule,\n", "    NotesModule,\n");
    insert(
        &mut texts,
        app,
        "import { UsersModule",
        "import { NotesModule } from './notes/notes.module.js';\n",
    );
    let source = "src/database/data-source.ts";
    replace(&mut texts, source, "entities: [User]", "entities: [Note, User]");
    replace(
        &mut texts,
        source,
        "migrations: [CreateUsers1750000000000]",
        "migrations: [CreateUsers1750000000000, CreateNotes1760000000000]",
    );
    insert(&mut texts, source, "import { User }", "import { Note } from '../notes/note.entity.js';\n");
    insert(
        &mut texts,
        source,
        "\nconst file",
        "import { CreateNotes1760000000000 } from './migrations/1760000000000-create-notes.js';\n",
    );
    put(
        &mut texts,
        "src/database/migrations/1760000000000-create-notes.ts",
        "import { MigrationInterface, QueryRunner, Table } from 'typeorm';\n\nexport class CreateNotes1760000000000 implements MigrationInterface {\n  async up(queryRunner: QueryRunner): Promise<void> {\n    await queryRunner.createTable(\n      new Table({\n        name: 'notes',\n        columns: [\n          {\n            name: 'id',\n            type: 'integer',\n            isPrimary: true,\n            isGenerated: true,\n            generationStrategy: 'increment',\n          },\n          { name: 'price', type: 'decimal', precision: 12, scale: 2 },\n          { name: 'stars', type: 'integer', default: 0 },\n          { name: 'isOpen', type: 'boolean' },\n          { name: 'authorId', type: 'integer' },\n        ],\n        foreignKeys: [\n          {\n            columnNames: ['authorId'],\n            referencedTableName: 'users',\n            referencedColumnNames: ['id'],\n          },\n        ],\n        indices: [{ columnNames: ['authorId'] }],\n      }),\n    );\n  }\n\n  async down(queryRunner: QueryRunner): Promise<void> {\n    await queryRunner.dropTable('notes');\n  }\n}\n",
    );
    texts
}

/// A class around the repository, whose methods take keys.
const KEYED: &str = "import { Injectable } from '@nestjs/common';\nimport { InjectRepository } from '@nestjs/typeorm';\nimport { DeepPartial, Repository } from 'typeorm';\nimport { User } from './user.entity.js';\n\n@Injectable()\nexport class UsersRepository {\n  constructor(\n    @InjectRepository(User)\n    private readonly users: Repository<User>,\n  ) {}\n\n  find(id: number): Promise<User | null> {\n    return this.users.findOneBy({ id });\n  }\n\n  list(limit: number, offset: number): Promise<User[]> {\n    return this.users.find({ order: { id: 'ASC' }, skip: offset, take: limit });\n  }\n\n  insertUser(values: DeepPartial<User>): Promise<User> {\n    return this.users.save(this.users.create(values));\n  }\n\n  async updateUser(id: number, values: DeepPartial<User>): Promise<void> {\n    await this.users.update(id, { name: values.name });\n  }\n\n  async deleteUser(id: number): Promise<void> {\n    await this.users.delete(id);\n  }\n}\n";

/// A repository of TypeORM's own, and more.
const EXTENDED: &str = "import { Injectable } from '@nestjs/common';\nimport { DataSource, Repository } from 'typeorm';\nimport { User } from './user.entity.js';\n\n@Injectable()\nexport class UsersRepository extends Repository<User> {\n  constructor(dataSource: DataSource) {\n    super(User, dataSource.createEntityManager());\n  }\n\n  findByEmail(email: string): Promise<User | null> {\n    return this.findOneBy({ email });\n  }\n}\n";

fn paths(proposal: &Proposal) -> Vec<&str> {
    proposal.files.iter().map(|file| file.path.as_str()).collect()
}

fn assert_parts(proposal: &Proposal, path: &str, parts: &[&str]) {
    let text = text_of(proposal, path);
    for part in parts {
        assert!(text.contains(part), "{part}\n{text}");
    }
}

fn refused(texts: &Texts, inputs: &[(&str, &str)]) -> ProposeError {
    match ask(RECIPE, texts, NEST, inputs) {
        Err(error) => error,
        Ok(proposal) => panic!("{inputs:?}: {}", proposal.title),
    }
}

#[test]
fn a_class_around_typeorms_repository_gives_another_for_the_entity() {
    let texts = commonjs();
    let proposal = ask(RECIPE, &texts, NEST, NOTE).unwrap();
    let path = "src/note/note.repository.ts";
    let expected = ["src/note/note.module.ts", path, "test/note-repository.e2e-spec.ts"];
    assert_eq!(paths(&proposal), expected, "{:?}", proposal.remarks);
    assert_cited(&proposal, &texts);
    assert_parts(
        &proposal,
        path,
        &[
            "        @InjectRepository(NoteEntity)\n        private readonly rows: Repository<NoteEntity>\n",
            "    public findPage(skip: number, take: number): Promise<[NoteEntity[], number]> {\n",
            "    public save(values: Partial<NoteEntity>): Promise<NoteEntity> {\n",
            "    public async remove(note: NoteEntity): Promise<void> {\n",
        ],
    );
    assert_parts(
        &proposal,
        "src/note/note.module.ts",
        &[
            "import { NoteRepository } from \"./note.repository\";\n",
            "providers: [NoteService, NoteRepository]\n",
        ],
    );
    let said = proposal.remarks.join("\n");
    assert!(said.contains("src/note/note.service.ts:8 still asks TypeORM for Note itself"), "{said}");
    recipe_hunks::assert_typescript_without_each(&texts, &proposal);
    assert_eq!(proposal, ask(RECIPE, &texts, NEST, NOTE).unwrap());
}

#[test]
fn methods_that_take_keys_give_such_methods_and_a_bare_module_provides_them() {
    let texts = modules(KEYED);
    let proposal = ask(RECIPE, &texts, NEST, NOTE).unwrap();
    let path = "src/notes/notes.repository.ts";
    let expected = ["src/notes/notes.module.ts", path, "test/notes-repository.e2e-spec.ts"];
    assert_eq!(paths(&proposal), expected, "{:?}", proposal.remarks);
    assert_cited(&proposal, &texts);
    assert_parts(
        &proposal,
        path,
        &[
            "    private readonly notes: Repository<Note>,\n",
            "  list(limit: number, offset: number): Promise<Note[]> {\n    return this.notes.find({\n",
            "      skip: offset,\n      take: limit,\n",
            "  insertNote(values: DeepPartial<Note>): Promise<Note> {\n",
            "    const note = await this.notes.findOneBy({ id });\n    if (!note) {\n      return null;\n    }\n",
            "    await this.notes.delete({ id });\n",
        ],
    );
    assert_parts(
        &proposal,
        "src/notes/notes.module.ts",
        &["  imports: [TypeOrmModule.forFeature([Note])],\n  providers: [NotesRepository],\n"],
    );
    let said = proposal.remarks.join("\n");
    assert!(said.contains("src/notes/notes.module.ts exports nothing"), "{said}");
    assert!(said.contains("Rows of Note belong to User"), "{said}");
    recipe_hunks::assert_typescript_without_each(&texts, &proposal);
}

#[test]
fn a_class_that_extends_typeorms_repository_gives_another() {
    let texts = modules(EXTENDED);
    let proposal = ask(RECIPE, &texts, NEST, NOTE).unwrap();
    let path = "src/notes/notes.repository.ts";
    assert_eq!(paths(&proposal), ["src/notes/notes.module.ts", path], "{:?}", proposal.remarks);
    assert_cited(&proposal, &texts);
    assert_eq!(
        text_of(&proposal, path),
        "import { Injectable } from '@nestjs/common';\nimport { DataSource, Repository } from 'typeorm';\nimport { Note } from './note.entity.js';\n\n@Injectable()\nexport class NotesRepository extends Repository<Note> {\n  constructor(dataSource: DataSource) {\n    super(Note, dataSource.createEntityManager());\n  }\n}\n"
    );
    assert!(proposal.remarks.iter().any(|one| one.contains("tested there")), "{:?}", proposal.remarks);
}

#[test]
fn what_is_there_or_has_nothing_to_follow_is_refused() {
    let texts = commonjs();
    match refused(&texts, &[("name", "Article")]) {
        ProposeError::Clash { what, place } => assert_eq!(
            (what.as_str(), place.as_str()),
            ("a repository of Article", "src/article/article.repository.ts:7")
        ),
        other => panic!("{other:?}"),
    }
    match refused(&texts, &[("name", "Colour")]) {
        ProposeError::Input { what, hint } => {
            assert!(what.contains("Colour") && hint.contains("ArticleEntity, NoteEntity"), "{what} {hint}");
        }
        other => panic!("{other:?}"),
    }
    for inputs in [&[("name", "Interface")][..], &[("name", "a b/c")], &[]] {
        let refusal = refused(&texts, inputs);
        assert!(matches!(refusal, ProposeError::Input { .. }), "{refusal:?}");
    }
    let mut taken = texts.clone();
    put(&mut taken, "src/note/note.repository.ts", "export const notes = 1;\n");
    assert!(matches!(refused(&taken, NOTE), ProposeError::Clash { .. }));
    match refused(&fixture("nest_esm"), &[("name", "User")]) {
        ProposeError::NotApplicable(why) => {
            assert!(why.contains("TypeORM's own Repository") && why.contains("walkthrough"), "{why}");
        }
        other => panic!("{other:?}"),
    }
    let path = "src/article/article.repository.ts";
    for (old, new, said) in [
        ("export class", "class", "article.repository.ts:7 is not exported by its name"),
        (
            "rows: Repository<ArticleEntity>\n",
            "rows: Repository<ArticleEntity>,\n        log: Log\n",
            "other things than rows",
        ),
        ("class ArticleRepository {", "class ArticleRepository extends Base {", "extends Base"),
    ] {
        let mut texts = texts.clone();
        replace(&mut texts, path, old, new);
        match refused(&texts, NOTE) {
            ProposeError::NotApplicable(why) => assert!(why.contains(said), "{why}"),
            other => panic!("{said}: {other:?}"),
        }
    }
    let mut several = texts.clone();
    replace(
        &mut several,
        "src/note/entities/note.entity.ts",
        "    @Column({ length",
        "    @PrimaryColumn()\n    shelf: string;\n\n    @PrimaryColumn()\n    page: number;\n\n    @Column({ length",
    );
    match refused(&several, NOTE) {
        ProposeError::NotApplicable(why) => assert!(why.contains("has 2 keys"), "{why}"),
        other => panic!("{other:?}"),
    }
    let mut unbound = texts.clone();
    replace(&mut unbound, "src/note/note.module.ts", "TypeOrmModule.forFeature([NoteEntity])", "");
    match refused(&unbound, NOTE) {
        ProposeError::NotApplicable(why) => assert!(why.contains("no module binds NoteEntity"), "{why}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_column_whose_values_are_not_known_leaves_the_tests_to_the_reader() {
    let mut texts = commonjs();
    replace(&mut texts, "src/note/entities/note.entity.ts", "body: string;", "body: Shade;");
    let proposal = ask(RECIPE, &texts, NEST, NOTE).unwrap();
    assert_eq!(paths(&proposal), ["src/note/note.module.ts", "src/note/note.repository.ts"]);
    assert!(
        proposal.remarks.iter().any(|one| one.contains("What body could hold")),
        "{:?}",
        proposal.remarks
    );
}

fn grown(name: &str, texts: Texts) -> Grown {
    let mut grown = Grown::new(name, NEST);
    grown.texts = texts;
    grown.take(RECIPE, NOTE);
    grown
}

#[test]
fn new_repositories_of_es_modules_pass_their_tests() {
    if is_real() {
        let said = |count: usize| format!("Tests  {count} passed ({count})");
        proved(&grown("nest_esm", modules(EXTENDED)), "nest-esm", ("vitest", &VITEST), said);
        // A review rightly says of this one that rows of a user are found by their key alone.
        let keyed = grown("nest_esm", modules(KEYED));
        let (texts, last) = keyed.last();
        let output = prove("nest-esm", texts, last, ("vitest", &VITEST), 2);
        let expected = said(keyed.tests(&["it('"]));
        assert!(output.contains(&expected), "{expected}\n{output}");
        compile_without_one(&last.title, "nest-esm", texts, last);
    }
}

#[test]
fn new_repositories_of_commonjs_pass_their_tests() {
    if is_real() {
        let said = |count| format!("Tests:       {count} passed, {count} total");
        proved(&grown("nest_cjs", commonjs()), "nest-cjs", ("jest", &JEST), said);
    }
}
