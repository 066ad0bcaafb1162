//! The `resource` recipe for Express and Prisma: the model beside the example's, its migration
//! as SQL, and the example's own code.
//!
//! Prisma's engine is a download of its own, which no package registry has, so it is not asked
//! here: its schema is validated and checked for its form, its client is generated, and the SQL
//! of its migrations is applied to PostgreSQL (in the process: PGlite) directly. That part runs
//! in a stage of its own, with `PROSCENIUM_REAL=1`; it keeps its packages in the target folder.

use crate::{
    recipe_remains,
    support::backend::{
        Texts, VITEST, assert_cited, fixture, folder_below, inputs_of, installed_without_scripts, is_real,
        propose, request, run, stack, text_of, write_tree,
    },
};
use proscenium::{
    domain::{
        map::{BackendMap, MigrationFile},
        proposal::Proposal,
    },
    ports::{ProposalRequest, ProposeError},
};
use std::sync::{Arc, Mutex, PoisonError};

const NOTE: &str = "body:text{1..2000} minutes:int{0..} cost:decimal{0..} done_on:date? seen_at:datetime \
                    sku:string{..20}:unique hidden:bool weight:float? token:uuid ticket:belongs_to(Ticket) \
                    origin:belongs_to(Ticket)?";

/// What Prisma's programs are told where there is no engine: what validates and generates needs
/// none, but asks whether one is there.
pub const SETTINGS: [(&str, &str); 3] = [
    ("PRISMA_SCHEMA_ENGINE_BINARY", "/bin/true"),
    ("PRISMA_QUERY_ENGINE_LIBRARY", "/bin/true"),
    ("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none"),
];

/// Prisma writes its client beside the packages: only one schema can have it at a time.
pub static CLIENT: Mutex<()> = Mutex::new(());

/// A request for a backend whose migrations are known.
pub fn scanned(texts: &Texts) -> ProposalRequest {
    let request = request(texts, &[".ts"], stack("express", "prisma"), [("name", ""), ("fields", "")]);
    let migrations = texts.keys().filter(|path| path.ends_with("migration.sql")).map(|path| MigrationFile {
        path: path.clone(),
        revision: String::new(),
        parent: None,
    });
    let map = BackendMap { migrations: migrations.collect(), ..(*request.map).clone() };
    ProposalRequest { map: Arc::new(map), ..request }
}

fn ask(texts: &Texts, name: &str, fields: &str) -> Result<Proposal, ProposeError> {
    let inputs = inputs_of(&[("name", name), ("fields", fields)]);
    propose(texts, &ProposalRequest { inputs, ..scanned(texts) })
}

#[test]
fn the_model_the_migration_and_the_example_s_own_code_are_proposed() {
    let texts = fixture("express_prisma");
    let proposal = ask(&texts, "TicketNote", NOTE).unwrap();
    let paths: Vec<&str> = proposal.files.iter().map(|file| file.path.as_str()).collect();
    let expected = [
        "prisma/migrations/20250301090001_create_ticket_notes/migration.sql",
        "prisma/schema.prisma",
        "src/app.ts",
        "src/features/ticket-notes/ticket-note.router.ts",
        "src/features/ticket-notes/ticket-note.schema.ts",
        "src/features/ticket-notes/ticket-note.service.ts",
        "tests/ticket-note.test.ts",
    ];
    assert_eq!(paths, expected);
    assert_cited(&proposal, &texts);
    for (path, lines) in [
        (
            "prisma/schema.prisma",
            &[
                "model TicketNote {",
                "  ticket    Ticket    @relation(\"TicketNoteTicket\", fields: [ticketId], references: [id])",
                "  @@map(\"ticket_notes\")",
            ][..],
        ),
        (
            "src/features/ticket-notes/ticket-note.service.ts",
            &[
                "    return prisma.ticketNote.create({ data });",
                "    const ticketNote = await prisma.ticketNote.findUnique({ where: { id } });",
            ],
        ),
        ("src/app.ts", &["  app.use('/ticket-notes', ticketNoteRouter(ticketNoteService(prisma)));"]),
    ] {
        let text = text_of(&proposal, path);
        for line in lines {
            assert!(text.lines().any(|own| own == *line), "{line}\n{text}");
        }
    }
    let service = text_of(&proposal, "src/features/ticket-notes/ticket-note.service.ts");
    assert!(!service.contains("close"), "{service}");
    assert!(
        proposal.remarks.iter().any(|remark| remark.contains("engine was not asked")),
        "{:?}",
        proposal.remarks
    );
}

#[test]
fn a_generated_resource_is_valid_to_prisma_and_passes_its_own_tests() {
    if !is_real() {
        return;
    }
    let texts = fixture("express_prisma");
    let proposal = ask(&texts, "TicketNote", NOTE).unwrap();
    let _alone = CLIENT.lock().unwrap_or_else(PoisonError::into_inner);
    let packages = installed_without_scripts("recipe-prisma", texts.get("package.json").unwrap());
    let bin = |name: &str| packages.join("node_modules/.bin").join(name).to_str().unwrap().to_owned();
    let folder = folder_below(&packages);
    let folder = folder.path();
    write_tree(folder, &texts, &[&proposal]);
    // A repository of its own: the one around it ignores the target folder, and so would linters.
    run(folder, "git", &["init", "-q"], &[], 60);
    for arguments in [&["validate"][..], &["format", "--check"], &["generate"]] {
        run(folder, &bin("prisma"), arguments, &SETTINGS, 90);
    }
    run(folder, &bin("tsc"), &["--noEmit"], &[], 120);
    run(folder, &bin("oxlint"), &["--deny-warnings", "src", "tests"], &[], 60);
    run(folder, &bin("prettier"), &["--check", "src", "tests"], &[], 60);
    let said = run(folder, &bin("vitest"), &VITEST, &SETTINGS, 300);
    recipe_remains::check_without_one("a resource of Prisma", &texts, &proposal, &packages, &|folder| {
        run(folder, &bin("prisma"), &["generate"], &SETTINGS, 120);
        run(folder, &bin("tsc"), &["--noEmit"], &[], 120);
        run(folder, &bin("vitest"), &VITEST, &SETTINGS, 300);
    });
    let generated = text_of(&proposal, "tests/ticket-note.test.ts").matches("\n  it('").count();
    let count = generated + 1;
    assert!(
        generated > 15 && said.contains(&format!("Tests  {count} passed ({count})")),
        "{count} tests\n{said}"
    );
}
