//! Puts a reading together: intent, subject, risks, questions, criteria.

use super::{
    criteria::{self, Facts},
    intent::{self, Scores},
    jobs,
    lexicon::{Lexicon, basic_forms},
    marks::{self, Marked},
    risks, scope,
    subject::{self, Subject},
    token,
};
use crate::{
    domain::{
        finding::Finding,
        map::BackendMap,
        stack::StackKey,
        task::{Difficulty, Intent, Question, Reading, Uncertainty},
    },
    knowledge::Knowledge,
};
use std::collections::{BTreeMap, BTreeSet};

/// How many parts are quoted back; a long text is quoted in part and counted.
const QUOTES: usize = 12;

impl Knowledge {
    /// Reads a task without an agent. Never fails: what is not understood is quoted.
    /// `map` is what is known so far; an empty map reads less, not wrong.
    pub fn read_task(&self, text: &str, map: &BackendMap) -> Reading {
        let (clean, left_out) = token::clean(text);
        let lexicon = Lexicon::new(&self.grammar, &self.rules, map);
        let marked: Vec<Marked> =
            token::clauses(&clean).into_iter().map(|clause| marks::mark(clause, &lexicon)).collect();
        let (mut clauses, out_of_scope) = scope::split(&self.grammar, &clean, marked);
        let scores = intent::score(&clauses);
        let intent = scores.best(&self.grammar);
        let job = if intent == Intent::Job { jobs::name(&clean) } else { None };
        let subject = subject::find(&self.grammar, map, &mut clauses, intent, job);
        let findings = if intent == Intent::Repair { subject::findings(map, &subject) } else { Vec::new() };
        let risks = risks::risks(&clauses, &subject, intent, map, !out_of_scope.is_empty());
        let kinds: Vec<String> = risks.iter().map(|risk| risk.kind.clone()).collect();
        let words = words(&clauses, &subject, intent, map, &kinds);
        let (questions, mut assumptions) = self.questions(intent, &words);
        if let Some(like) = &subject.path_like {
            let path = subject.path.as_deref().unwrap_or_default();
            assumptions.insert(0, format!("the path is {path}, beside {like}"));
        }
        let (stated, not_understood) = quotes(&clauses, &clean, left_out, &subject);
        let framework = map.stack.name(StackKey::Framework).unwrap_or_default();
        let facts = Facts {
            intent,
            subject: &subject,
            risks: &kinds,
            words: &words,
            framework,
            findings: &findings,
            stated: &stated,
        };
        let difficulty = difficulty(intent, &scores, &subject, &kinds, findings.len());
        let seen = Seen {
            subject: &subject,
            scores: &scores,
            intent,
            findings: &findings,
            difficulty,
            out_of_scope: &out_of_scope,
        };
        Reading {
            intent,
            subject: seen.title(),
            read_as: seen.rows(self),
            difficulty,
            not_understood,
            risks,
            assumptions,
            questions,
            criteria: criteria::all(&self.grammar, &facts),
            inputs: inputs(&subject, intent, &words),
            out_of_scope,
            example: self.example_for(intent, &words, &kinds).map(|example| example.path.clone()),
        }
    }

    /// Open questions, and what is assumed without asking.
    fn questions(&self, intent: Intent, words: &[String]) -> (Vec<Question>, Vec<String>) {
        let mut questions = Vec::new();
        let mut assumptions = Vec::new();
        let present = |names: &[String]| names.iter().any(|name| words.contains(name));
        for entry in &self.clarifications {
            let asked = (entry.intents.is_empty() || entry.intents.contains(&intent))
                && (entry.needs.is_empty() || present(&entry.needs))
                && !present(&entry.unless);
            if !asked {
                continue;
            }
            match entry.question.level {
                Uncertainty::Low => assumptions.push(entry.assumption.trim_end_matches('.').to_owned()),
                Uncertainty::Medium | Uncertainty::High => questions.push(entry.question.clone()),
            }
        }
        (questions, assumptions)
    }
}

/// Every word and flag that questions, templates and examples may ask for.
fn words(
    clauses: &[Marked],
    subject: &Subject,
    intent: Intent,
    map: &BackendMap,
    risks: &[String],
) -> Vec<String> {
    let mut words: BTreeSet<String> = BTreeSet::new();
    for word in clauses.iter().flat_map(|marked| &marked.clause.words) {
        words.extend(basic_forms(&word.lower));
        words.insert(word.lower.clone());
    }
    words.insert(intent.name().to_owned());
    words.extend(risks.iter().cloned());
    words.extend(subject.operation.iter().map(|(id, _)| id.clone()));
    let owns = ["their", "own", "theirs", "owner"].iter().any(|word| words.contains(*word));
    let persons = ["customer", "user", "member", "client", "owner"];
    if owns || subject.actors.iter().any(|actor| persons.contains(&actor.as_str())) {
        words.insert("owner".into());
    }
    for field in &subject.fields {
        for (mark, set) in
            [("unique", field.unique), ("optional", field.optional), ("default", !field.default.is_empty())]
        {
            if set {
                words.insert(mark.into());
            }
        }
    }
    if subject.resource.is_none()
        && subject.path.is_none()
        && subject.files.is_empty()
        && subject.job.is_none()
    {
        words.insert("no-subject".into());
    }
    if subject.fields.is_empty() && (intent != Intent::Resource || !subject.known) {
        words.insert("no-fields".into());
    }
    if !map.files.is_empty()
        && !map.backing_services.iter().any(|service| service.kind == "queue")
        && map.jobs.is_empty()
    {
        words.insert("no-queue".into());
    }
    words.into_iter().collect()
}

/// Clauses that state a status become criteria as written; the rest that was not
/// understood is quoted.
fn quotes(clauses: &[Marked], text: &str, left_out: usize, subject: &Subject) -> (Vec<String>, Vec<String>) {
    let mut stated = Vec::new();
    let mut quoted = Vec::new();
    for marked in clauses {
        if marked.has_status() {
            stated.push(marked.quote(text).to_owned());
        } else {
            quoted.extend(marked.not_understood(text));
        }
    }
    quoted.extend(subject.field_problems.iter().map(|(written, reason)| format!("{written} ({reason})")));
    quoted.retain(|quote| !quote.is_empty());
    let over = quoted.len().saturating_sub(QUOTES);
    quoted.truncate(QUOTES);
    for quote in &mut quoted {
        if quote.chars().count() > 300 {
            *quote = quote.chars().take(299).chain(['…']).collect();
        }
    }
    if over > 0 {
        quoted.push(format!("and {over} more parts"));
    }
    if left_out > 0 {
        quoted.push(format!("and {left_out} more characters, not read"));
    }
    (stated, quoted)
}

fn difficulty(
    intent: Intent,
    scores: &Scores,
    subject: &Subject,
    risks: &[String],
    findings: usize,
) -> Difficulty {
    let several = scores.others(intent);
    let heavy =
        risks.iter().filter(|risk| matches!(risk.as_str(), "auth" | "schema" | "transaction")).count();
    match intent {
        Intent::Review => Difficulty::Simple,
        Intent::Repair => {
            if findings > 1 {
                Difficulty::Medium
            } else {
                Difficulty::Simple
            }
        }
        Intent::Auth => {
            if scores.of(Intent::Auth) >= 5 {
                Difficulty::Complex
            } else {
                Difficulty::Medium
            }
        }
        Intent::Endpoint
        | Intent::Router
        | Intent::Repository
        | Intent::ServiceMethod
        | Intent::Middleware
        | Intent::Other => {
            let reads = subject.operation.as_ref().is_some_and(|(id, _)| id == "list" || id == "read");
            if heavy >= 3 || several >= 2 {
                Difficulty::Complex
            } else if several == 0 && heavy == 0 && (reads || intent != Intent::Endpoint) {
                Difficulty::Simple
            } else {
                Difficulty::Medium
            }
        }
        Intent::Resource
        | Intent::Graphql
        | Intent::Migration
        | Intent::Job
        | Intent::Transaction
        | Intent::BackingService => {
            if heavy >= 3 || several >= 2 {
                Difficulty::Complex
            } else {
                Difficulty::Medium
            }
        }
    }
}

/// Everything that was matched, for the rows of the screen.
struct Seen<'a> {
    subject: &'a Subject,
    scores: &'a Scores,
    intent: Intent,
    findings: &'a [&'a Finding],
    difficulty: Difficulty,
    out_of_scope: &'a [String],
}

impl Seen<'_> {
    /// What it is about, in as few words as possible.
    fn title(&self) -> String {
        let subject = self.subject;
        if self.intent == Intent::Repair {
            let rule = subject.rules.first().or(self.findings.first().map(|finding| &finding.rule));
            let file = subject.files.first().map(|(path, _)| path);
            return rule.or(file).cloned().unwrap_or_else(|| self.scores.phrases(self.intent));
        }
        if let Some(job) = &subject.job {
            return job.clone();
        }
        if let (Some(method), Some(path)) = (&subject.method, &subject.path) {
            return format!("{method} {path}");
        }
        subject
            .resource
            .clone()
            .or_else(|| subject.path.clone())
            .unwrap_or_else(|| self.scores.phrases(self.intent))
    }

    /// Label and value rows: only what was matched.
    fn rows(&self, knowledge: &Knowledge) -> Vec<(String, String)> {
        let subject = self.subject;
        let mut rows: Vec<(String, String)> = Vec::new();
        let mut row = |label: &str, value: String| rows.push((label.to_owned(), value));
        if self.intent != Intent::Other {
            row(self.intent.name(), self.title());
        }
        if let Some(resource) = &subject.resource
            && !matches!(self.intent, Intent::Repair | Intent::Review)
        {
            let state = if subject.known { "known here" } else { "new" };
            row("resource", format!("{resource}, {state}"));
        }
        for rule in &subject.rules {
            let title = knowledge.rule(rule).map_or("no such rule", |card| card.title.as_str());
            row("rule", format!("{rule}: {title}"));
        }
        if self.intent == Intent::Repair {
            let plural = if self.findings.len() == 1 { "" } else { "s" };
            row("finding", format!("{} finding{plural} in the map", self.findings.len()));
        }
        for (path, line) in &subject.files {
            row("file", line.map_or_else(|| path.clone(), |line| format!("{path}:{line}")));
        }
        if !subject.fields.is_empty() {
            let fields: Vec<String> = subject.fields.iter().map(ToString::to_string).collect();
            row("fields", fields.join(" "));
        }
        if !subject.actors.is_empty() {
            row("who", subject.actors.join(", "));
        }
        if self.intent != Intent::Other {
            row("size", self.difficulty.name().to_owned());
        }
        let whole = self.out_of_scope.is_empty();
        row("backend", if whole { "all of it is ours" } else { "a part belongs elsewhere" }.to_owned());
        rows
    }
}

/// Inputs of a recipe.
fn inputs(subject: &Subject, intent: Intent, words: &[String]) -> BTreeMap<String, String> {
    let mut inputs = BTreeMap::new();
    let mut set = |name: &str, value: Option<String>| {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            inputs.insert(name.to_owned(), value);
        }
    };
    if intent == Intent::Job {
        set("name", subject.job.clone());
        set("resource", subject.resource.clone().filter(|_| subject.known));
        set("queue", jobs::queue(words).map(str::to_owned));
    } else {
        set("name", subject.resource.clone());
    }
    let fields: Vec<String> = subject.fields.iter().map(ToString::to_string).collect();
    set("fields", Some(fields.join(" ")));
    set("method", subject.method.clone());
    set("path", subject.path.clone());
    set("operation", subject.operation.as_ref().map(|(id, _)| id.clone()));
    set("rule", subject.rules.first().cloned());
    if intent == Intent::Auth {
        let named = |hash: &&str| words.iter().any(|word| word == hash);
        let mut hashes = ["argon2", "argon2id", "bcrypt"].into_iter().filter(named);
        // Who names two has not decided.
        set("hash", hashes.next().filter(|_| hashes.next().is_none()).map(str::to_owned));
    }
    if let Some((path, line)) = subject.files.first() {
        set("file", Some(path.clone()));
        set("line", line.map(|line| line.to_string()));
    }
    inputs
}
