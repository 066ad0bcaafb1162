//! The `job` recipe for Express, Hono and NestJS: what it writes and refuses, a second job beside
//! the first, and on the real packages workers that take a job from Redis.
//!
//! The part that needs packages from npm and `redis-server` runs in a stage of its own, with
//! `PROSCENIUM_REAL=1`; it keeps its packages in the target folder.

use crate::{
    recipe_hunks,
    support::{
        backend::{
            JEST, Texts, VITEST, assert_cited, fixture, folder_below, installed, is_real, run, text_of, with,
            write_tree,
        },
        grown::{Frame, ask},
        service::{Redis, run_until},
    },
};
use proscenium::{domain::proposal::Proposal, ports::ProposeError};
use std::path::Path;

const EXPRESS: Frame = ("express", "kysely");
const HONO: Frame = ("hono", "drizzle");
const NEST: Frame = ("nestjs", "typeorm");
const MAIL: [(&str, &str); 2] = [("name", "send_welcome_email"), ("args", "user_id:int reason:string?")];

fn paths(proposal: &Proposal) -> Vec<&str> {
    proposal.files.iter().map(|file| file.path.as_str()).collect()
}

fn refused(texts: &Texts, frame: Frame, inputs: &[(&str, &str)]) -> (String, String) {
    match ask("job", texts, frame, inputs) {
        Err(ProposeError::Input { what, hint }) => (what, hint),
        Err(ProposeError::Clash { what, place }) => (what, place),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_job_of_express_comes_with_its_worker_and_a_second_joins_it() {
    let base = fixture("express_functions");
    let first = ask("job", &base, EXPRESS, &MAIL).unwrap();
    assert_eq!(
        paths(&first),
        [
            "package.json",
            "src/jobs/queue.ts",
            "src/jobs/send-welcome-email.ts",
            "src/jobs/worker.ts",
            "tests/send-welcome-email-job.test.ts"
        ]
    );
    assert_cited(&first, &base);
    assert!(text_of(&first, "package.json").contains("\"bullmq\": \"^5.40.0\""));
    let job = text_of(&first, "src/jobs/send-welcome-email.ts");
    assert!(job.contains("  userId: number\n  reason?: string\n"), "{job}");
    assert!(job.contains("console.info('send-welcome-email: userId=%s', data.userId)"), "{job}");
    let texts = with(&base, &first);
    let second = ask("job", &texts, EXPRESS, &[("name", "countStars"), ("args", "user_id:int")]).unwrap();
    assert_eq!(
        paths(&second),
        ["src/jobs/count-stars.ts", "src/jobs/worker.ts", "tests/count-stars-job.test.ts"]
    );
    let worker = text_of(&second, "src/jobs/worker.ts");
    assert!(worker.contains("const workers = [workSendWelcomeEmail(), workCountStars()]"), "{worker}");
    let (what, place) = refused(&texts, EXPRESS, &MAIL);
    assert_eq!(what, "a function runSendWelcomeEmail");
    assert!(place.starts_with("src/jobs/send-welcome-email.ts:"), "{place}");
}

#[test]
fn a_job_of_nest_is_a_module_that_the_application_imports() {
    let base = fixture("nest_esm");
    let first = ask("job", &base, NEST, &MAIL).unwrap();
    assert_eq!(
        paths(&first),
        [
            "package.json",
            "src/app.module.ts",
            "src/send-welcome-email/send-welcome-email.job.ts",
            "src/send-welcome-email/send-welcome-email.module.ts",
            "src/send-welcome-email/send-welcome-email.processor.ts",
            "src/send-welcome-email/send-welcome-email.service.ts",
            "test/send-welcome-email-job.e2e-spec.ts"
        ]
    );
    assert_cited(&first, &base);
    assert!(text_of(&first, "src/app.module.ts").contains("    UsersModule,\n    SendWelcomeEmailModule,\n"));
    let texts = with(&base, &first);
    let second = ask("job", &texts, NEST, &[("name", "count_stars")]).unwrap();
    assert!(text_of(&second, "src/app.module.ts").contains("SendWelcomeEmailModule"));
    let (what, place) = refused(&texts, NEST, &MAIL);
    assert_eq!(what, "a class SendWelcomeEmailModule");
    assert!(place.contains("send-welcome-email.module.ts:"), "{place}");
}

#[test]
fn what_cannot_be_a_job_of_typescript_is_refused_with_the_reason() {
    for (texts, frame) in [(fixture("hono_drizzle"), HONO), (fixture("nest_cjs"), NEST)] {
        for (inputs, told) in [
            (&[("name", "queue")][..], "queue cannot be a job"),
            (&[("name", "class")], "class is a word of"),
            (&[("name", "pay"), ("queue", "celery")], "\"celery\" is no queue"),
            (&[("name", "pay"), ("args", "on:date")], "on cannot be an argument"),
            (&[("name", "pay"), ("resource", "Invoice")], "there is no model Invoice"),
        ] {
            let (what, hint) = refused(&texts, frame, inputs);
            assert!(what.contains(told) && !hint.is_empty(), "{inputs:?}: {what} / {hint}");
        }
    }
}

#[test]
#[ignore = "takes seconds: `cargo test -- --include-ignored`, as CI does"]
fn what_remains_without_any_hunk_of_a_job_parses_and_imports_only_what_is_there() {
    for (name, frame) in
        [("express_functions", EXPRESS), ("hono_drizzle", HONO), ("nest_esm", NEST), ("nest_cjs", NEST)]
    {
        let texts = fixture(name);
        recipe_hunks::assert_typescript_without_each(&texts, &ask("job", &texts, frame, &MAIL).unwrap());
    }
}

/// Lines of a backend that begin a test.
fn tests_of(texts: &Texts) -> usize {
    let files = texts.iter().filter(|(path, _)| path.contains(".test.") || path.contains("-spec."));
    let begins =
        |line: &&str| ["it('", "test(\"", "it(\""].iter().any(|begin| line.trim_start().starts_with(begin));
    files.map(|(_, text)| text.lines().filter(begins).count()).sum()
}

/// Compiles what remains when each hunk in turn is rejected with those that need it.
fn compile_without_each(packages: &Path, texts: &Texts, proposal: &Proposal) {
    let tsc = packages.join("node_modules/.bin/tsc").to_str().unwrap().to_owned();
    let session = recipe_hunks::session(texts, proposal);
    let hunks = session.hunks();
    for hunk in &hunks {
        println!("without hunk {} of {}: {:?}", hunk.id, hunks.len(), hunk.new_lines().first());
        let rest = recipe_hunks::without(texts, &session, &recipe_hunks::with_dependants(&hunks, hunk));
        let folder = folder_below(packages);
        write_tree(folder.path(), &rest, &[]);
        run(folder.path(), &tsc, &["--noEmit"], &[], 120);
    }
}

/// Two jobs in a backend: compiled, linted, in the project's form, and their tests counted.
fn prove(name: &str, texts: &Texts, frame: Frame, proof: &str, tests: (&str, &[&str])) {
    let first = ask("job", texts, frame, &MAIL).unwrap();
    let one = with(texts, &first);
    let all = with(&one, &ask("job", &one, frame, &[("name", "count_rows")]).unwrap());
    let mut manifest: serde_json::Value = serde_json::from_str(&all["package.json"]).unwrap();
    manifest["devDependencies"]["tsx"] = "^4.20.0".into();
    let packages = installed(&format!("recipe-job-{name}"), &manifest.to_string());
    let tool = |name: &str| packages.join("node_modules/.bin").join(name).to_str().unwrap().to_owned();
    let folder = folder_below(&packages);
    let folder = folder.path();
    write_tree(folder, &all, &[]);
    let suites = if all.keys().any(|path| path.starts_with("tests/")) { "tests" } else { "test" };
    run(folder, "git", &["init", "-q"], &[], 60);
    run(folder, &tool("tsc"), &["--noEmit"], &[], 240);
    run(folder, &tool("oxlint"), &["--deny-warnings", "src", suites], &[], 120);
    run(folder, &tool("prettier"), &["--check", "src", suites], &[], 120);
    let redis = Redis::start();
    let settings = [("REDIS_URL", redis.url.as_str())];
    if frame == NEST {
        // The application starts with its queues, and its processor takes what is enqueued.
        let spec = if all.keys().any(|path| path.ends_with("jest-e2e.json")) { "" } else { ".js" };
        let text = proof.replace("EXT", spec);
        std::fs::write(folder.join("test/proof.e2e-spec.ts"), text).unwrap();
        // Alone, this application ends while its workers still connect, and does so cleanly.
        let own = texts.keys().find(|path| path.ends_with(".e2e-spec.ts")).expect("a test of its own");
        let short = [tests.1, &[own.as_str()]].concat();
        run(folder, &tool(tests.0), &short, &settings, 600);
    } else {
        std::fs::write(folder.join("proof.ts"), proof).unwrap();
        run(folder, &tool("tsx"), &["proof.ts"], &settings, 120);
        run_until(
            folder,
            &tool("tsx"),
            &["src/jobs/worker.ts"],
            &settings,
            "send-welcome-email: userId=7",
            120,
        );
        std::fs::remove_file(folder.join("proof.ts")).unwrap();
    }
    let said = run(folder, &tool(tests.0), tests.1, &settings, 600);
    let count = tests_of(&all) + usize::from(frame == NEST);
    let ends =
        [format!("Tests  {count} passed ({count})"), format!("Tests:       {count} passed, {count} total")];
    assert!(
        count > 5 && ends.iter().any(|end| said.contains(end)) && !said.contains("skipped"),
        "{count}\n{said}"
    );
    println!("{name}: {count} passed, and a worker took the job");
    compile_without_each(&packages, texts, &first);
}

const ENQUEUE: &str = "import { enqueueSendWelcomeEmail } from './src/jobs/send-welcome-email.js';\n\
    await enqueueSendWelcomeEmail({ userId: 7 });\nprocess.exit(0);\n";

const NEST_PROOF: &str = "import { INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { AppModule } from '../src/app.moduleEXT';
import { SendWelcomeEmailProcessor } from '../src/send-welcome-email/send-welcome-email.processorEXT';
import { SendWelcomeEmailService } from '../src/send-welcome-email/send-welcome-email.serviceEXT';

describe('proof', () => {
  it('takes the job from Redis', async () => {
    const moduleRef = await Test.createTestingModule({ imports: [AppModule] }).compile();
    const app: INestApplication = moduleRef.createNestApplication();
    await app.init();
    const taken = new Promise<unknown>((resolve) => {
      moduleRef.get(SendWelcomeEmailProcessor).run = async (data: unknown) => resolve(data);
    });
    await moduleRef.get(SendWelcomeEmailService).enqueue({ userId: 7 });
    expect(await taken).toEqual({ userId: 7 });
    await app.close();
  });
});
";

#[test]
fn jobs_of_express_and_hono_run() {
    if is_real() {
        prove("express", &fixture("express_functions"), EXPRESS, ENQUEUE, ("vitest", &VITEST));
        prove("hono", &fixture("hono_drizzle"), HONO, ENQUEUE, ("vitest", &VITEST));
    }
}

#[test]
fn jobs_of_nest_run_as_es_modules_and_as_commonjs() {
    if is_real() {
        prove("nest-esm", &fixture("nest_esm"), NEST, NEST_PROOF, ("vitest", &VITEST));
        prove("nest-cjs", &fixture("nest_cjs"), NEST, NEST_PROOF, ("jest", &JEST));
    }
}
