//! `proscenium rules`: what the review looks for, and whether it finds its own examples.

use super::{
    args::TextOrJson,
    failure::Failure,
    output,
    subject::{Cache, Subject},
};
use crate::{
    analysis::rules::examples,
    knowledge::{
        rule_text,
        rules::{FixKind, RuleCard},
    },
    report,
};
use clap::{Args, Subcommand};
use serde::Serialize;
use std::{fmt::Write as _, path::PathBuf, process::ExitCode};

/// `rules`.
#[derive(Debug, Subcommand)]
pub enum RulesCommand {
    /// Every rule with its level.
    List(RulesListArgs),
    /// One rule: why it matters, how to fix it, bad and good code.
    Show(RulesShowArgs),
    /// Run the examples of rules: the bad code is found, the good code is not.
    Test(RulesTestArgs),
}

/// `rules list`.
#[derive(Debug, Args)]
pub struct RulesListArgs {
    #[arg(long, value_enum, default_value_t)]
    format: TextOrJson,
    #[command(flatten)]
    place: RulesPlace,
}

/// `rules show`.
#[derive(Debug, Args)]
pub struct RulesShowArgs {
    /// For example orm/n-plus-one.
    id: String,
    #[command(flatten)]
    place: RulesPlace,
}

/// `rules test`.
#[derive(Debug, Args)]
pub struct RulesTestArgs {
    /// Only these rules.
    ids: Vec<String>,
    #[command(flatten)]
    place: RulesPlace,
}

/// Whose rules are meant.
#[derive(Debug, Args)]
struct RulesPlace {
    /// Folder of the backend, whose own rules count as well.
    #[arg(long, default_value = ".")]
    path: PathBuf,
}

/// Does what the subcommand says.
pub fn run(command: &RulesCommand) -> Result<ExitCode, Failure> {
    match command {
        RulesCommand::List(args) => list(args),
        RulesCommand::Show(args) => show(args),
        RulesCommand::Test(args) => test(args),
    }
}

/// One row of `rules list --format json`.
#[derive(Serialize)]
struct Row<'a> {
    id: &'a str,
    family: &'a str,
    level: &'static str,
    on: bool,
    languages: &'a [String],
    title: &'a str,
    fix: &'static str,
    file: &'a str,
}

/// The object of `rules list --format json`.
#[derive(Serialize)]
struct Rows<'a> {
    schema_version: u32,
    rules: Vec<Row<'a>>,
}

fn list(args: &RulesListArgs) -> Result<ExitCode, Failure> {
    let subject = Subject::open(&args.place.path)?;
    let cards = &subject.knowledge.rules;
    if args.format == TextOrJson::Json {
        let rules = cards
            .iter()
            .map(|card| Row {
                id: &card.id,
                family: &card.family,
                level: card.level.name(),
                on: card.default_on,
                languages: &card.languages,
                title: &card.title,
                fix: fix_word(card.fix.kind),
                file: &card.file,
            })
            .collect();
        output::print_json(&Rows { schema_version: 1, rules })?;
        return Ok(ExitCode::SUCCESS);
    }
    let wide = cards.iter().map(|card| card.id.chars().count()).max().unwrap_or_default();
    let mut text = String::new();
    for card in cards {
        // Writing to a text cannot fail.
        let _always_fits = writeln!(text, "{:wide$}  {:7}  {}", card.id, card.level.name(), card.title);
    }
    output::print(&text)?;
    Ok(ExitCode::SUCCESS)
}

fn fix_word(kind: FixKind) -> &'static str {
    match kind {
        FixKind::Safe => "safe",
        FixKind::Offer => "offer",
        FixKind::None => "none",
    }
}

fn show(args: &RulesShowArgs) -> Result<ExitCode, Failure> {
    let subject = Subject::open(&args.place.path)?;
    let card = find(&subject.knowledge.rules, &args.id)?;
    output::print(&rule_text(card))?;
    Ok(ExitCode::SUCCESS)
}

fn find<'a>(cards: &'a [RuleCard], id: &str) -> Result<&'a RuleCard, Failure> {
    cards.iter().find(|card| card.id == id).ok_or_else(|| {
        let id = crate::domain::safe::clean(id).into_owned();
        Failure::user(format!("there is no rule {id}"), "`proscenium rules list` names them all")
    })
}

fn test(args: &RulesTestArgs) -> Result<ExitCode, Failure> {
    let subject = Subject::open(&args.place.path)?;
    let all = &subject.knowledge.rules;
    let cards: Vec<&RuleCard> = if args.ids.is_empty() {
        all.iter().collect()
    } else {
        args.ids.iter().map(|id| find(all, id)).collect::<Result<_, _>>()?
    };
    let (mut ran, mut wrong) = (0_usize, 0_usize);
    let mut text = String::new();
    for card in cards {
        for example in &card.examples {
            let expected = example.not_found.is_empty();
            for (name, code, expected) in [("bad", &example.bad, expected), ("good", &example.good, false)] {
                let Some(files) = examples::project(card, example, code) else { continue };
                let map = subject.scan_files(&files, Cache::Avoid)?;
                let is_found = map.findings.iter().any(|finding| finding.rule == card.id);
                ran += 1;
                if is_found == expected {
                    continue;
                }
                wrong += 1;
                let verb = if is_found { "is found" } else { "is not found" };
                let _always_fits = writeln!(
                    text,
                    "{}: the {name} code for {} in {} {verb}",
                    card.id, example.framework, example.language
                );
            }
        }
    }
    let _always_fits = writeln!(text, "{}, {wrong} wrong", report::count(ran, "example"));
    output::print(&text)?;
    Ok(ExitCode::from(u8::from(wrong > 0)))
}
