//! Which knowledge opens by itself, and why.
//!
//! The session shows triggers: the task's intent, risks and words, findings on the path
//! that the task touches or that a proposal adds, failures, the scene. The context file
//! says which knowledge each of them opens. Nothing opens without a trigger, a page opens
//! once a session, and the journal keeps page and reason.

pub use super::pages::{agents, page};
use super::{
    cards,
    cx::{Cx, plural},
    effect::Effect,
    handbook::{LessonNote, ORM_PAGE, OpeningNote, OrmNote},
    judge,
    model::Model,
    protocol,
    scene::acquire,
    view::{Mark, Role, Row, Target, bold, muted, role},
};
use crate::{
    domain::{
        event::{Scene, What},
        finding::Finding,
        plan::Filler,
        task::{CriterionSource, Reading},
        trigger::Trigger,
    },
    keys::Action,
};
use std::{
    borrow::Cow,
    cell::LazyCell,
    collections::{BTreeMap, BTreeSet},
};

/// A trigger that the session shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    pub trigger: Trigger,
    /// Where or how it shows, for people.
    pub because: String,
}

/// A page that is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// Its name: a page of the handbook, or the knowledge file that a pane shows anyway.
    pub page: String,
    pub title: String,
    pub because: String,
    /// How much there is; may be empty.
    pub note: String,
}

/// Everything that the session shows, each trigger once, in the order of its first reason.
pub fn seen(model: &Model) -> Vec<Seen> {
    let mut all = vec![Seen {
        trigger: Trigger::scene(model.session.scene),
        because: model.session.scene.name().to_owned(),
    }];
    for (rule, place) in rules_in_reach(model) {
        all.push(Seen { because: format!("{rule} at {place}"), trigger: Trigger::Rule(rule) });
    }
    if let Some(task) = &model.session.work.task {
        for trigger in Trigger::of_task(&task.text, &task.reading) {
            let because = match &trigger {
                Trigger::Risk(kind) => {
                    let note = task.reading.risks.iter().find(|risk| risk.kind == *kind);
                    note.map_or_else(|| kind.clone(), |risk| format!("the risk {kind}, {}", risk.note))
                }
                Trigger::Intent(name) => format!("the task is of the kind {name}"),
                Trigger::Word(word) => format!("“{word}” stands in the task"),
                Trigger::Unclear | Trigger::Choice => "a question is open".into(),
                Trigger::Rule(_) | Trigger::Failure(_) | Trigger::Scene(_) | Trigger::Always => {
                    trigger.to_string()
                }
            };
            all.push(Seen { trigger, because });
        }
    }
    for (command, index) in &model.activity.playbook {
        if let Some(entry) = model.handbook.playbook.get(*index) {
            all.push(Seen {
                trigger: Trigger::Failure(entry.id.clone()),
                because: format!("{command} fails: {}", entry.title),
            });
        }
    }
    all
}

/// Rules with a finding that this task meets, each with its first place: on the path that
/// is shown once the user looks at it, in a chosen file, chosen for repair, or added by a
/// proposal. For a review that is every finding.
fn rules_in_reach(model: &Model) -> BTreeMap<String, String> {
    let map = model.map();
    let work = &model.session.work;
    let mut rules: BTreeMap<String, String> = BTreeMap::new();
    for criterion in work.task.iter().flat_map(|task| &task.reading.criteria) {
        if let CriterionSource::Finding { rule, place } = &criterion.source {
            rules.entry(rule.clone()).or_insert_with(|| place.to_string());
        }
    }
    let mut files: BTreeSet<&str> = work.boundaries.iter().map(String::as_str).collect();
    let flow = (model.session.furthest >= Scene::Acquire)
        .then(|| acquire::shown_endpoint(model))
        .flatten()
        .and_then(|index| map.flows.get(index));
    if let Some(flow) = flow {
        files.extend(flow.steps.iter().map(|step| step.file.as_str()));
    }
    let review = model.is_review();
    let near = map.findings.iter().filter(|finding| {
        !work.dismissed.contains_key(&finding.fingerprint)
            && (review
                || files.contains(finding.file.as_str())
                || work.findings.contains(&finding.fingerprint))
    });
    for finding in near {
        note(&mut rules, finding);
    }
    for finding in judge::proposed_findings(model) {
        note(&mut rules, finding);
    }
    rules
}

/// Notes the first place of a rule. Most findings repeat one; those cost no copy.
fn note(rules: &mut BTreeMap<String, String>, finding: &Finding) {
    if !rules.contains_key(&finding.rule) {
        rules.insert(finding.rule.clone(), finding.place().to_string());
    }
}

/// The first reason that one of the triggers is seen.
fn reason<'a>(seen: &'a [Seen], opens: &[Trigger]) -> Option<&'a Seen> {
    seen.iter().find(|shown| opens.contains(&shown.trigger))
}

/// Everything that is open now, in the order of the context file.
pub fn opened(model: &Model) -> Vec<Opened> {
    opened_but(model, &BTreeSet::new())
}

/// Everything that is open now but for the pages that are known: what they would say, and
/// what it is counted from, is not looked at.
fn opened_but(model: &Model, known: &BTreeSet<&str>) -> Vec<Opened> {
    let seen = LazyCell::new(|| seen(model));
    let mut all = Vec::new();
    for opening in &model.handbook.openings {
        if known.contains(only_page(model, &opening.file).as_ref()) {
            continue;
        }
        let because = match reason(&seen, &opening.opens) {
            Some(shown) => shown.because.clone(),
            None if opening.opens.contains(&Trigger::Always) => String::new(),
            None => continue,
        };
        all.extend(resolve(model, opening, &because, &seen));
    }
    all.retain(|open| !known.contains(open.page.as_str()));
    all
}

/// The page that a knowledge file opens, where it never opens more than one; else empty.
fn only_page<'a>(model: &Model, file: &'a str) -> Cow<'a, str> {
    let reading = model.session.work.task.as_ref().map(|task| &task.reading);
    match file {
        "protocol/" => reading.map(protocol_page).unwrap_or_default().into(),
        "examples/" => reading.and_then(|reading| reading.example.clone()).unwrap_or_default().into(),
        "orm-reference.md" => ORM_PAGE.into(),
        "agents/" => "agents".into(),
        "clarification.md" | "lessons.md" | "checklist.md" => file.into(),
        _ => "".into(),
    }
}

fn protocol_page(reading: &Reading) -> String {
    format!("protocol/{}", reading.difficulty.name())
}

/// The pages of one knowledge file that a session has a use for now.
fn resolve(model: &Model, opening: &OpeningNote, because: &str, seen: &[Seen]) -> Vec<Opened> {
    let Some(task) = &model.session.work.task else { return Vec::new() };
    let reading = &task.reading;
    let one = |page: &str, title: String, because: String, note: String| {
        vec![Opened { page: page.to_owned(), title, because, note }]
    };
    match opening.file.as_str() {
        "protocol/" => {
            let level = reading.difficulty.name();
            let steps = protocol::count(model);
            if steps == 0 {
                return Vec::new();
            }
            let in_act = protocol::steps(model, Scene::Act).len();
            let note = format!("{}, {in_act} in ACT", plural(steps, "step"));
            one(&protocol_page(reading), format!("Protocol, {level}"), format!("a {level} task"), note)
        }
        "clarification.md" => {
            let open = reading.questions.iter().filter(|question| question.answer.is_none()).count();
            let note = format!("{open} open");
            if open == 0 {
                return Vec::new();
            }
            one("clarification.md", "Questions".into(), because.to_owned(), note)
        }
        "examples/" => match &reading.example {
            Some(example) => {
                let title = model.handbook.pages.get(example).map_or("Example", |page| page.title.as_str());
                one(
                    example,
                    title.to_owned(),
                    format!("like a {} task", reading.intent.name()),
                    String::new(),
                )
            }
            None => Vec::new(),
        },
        "lessons.md" => match lessons(model).len() {
            0 => Vec::new(),
            count => one(
                "lessons.md",
                "Learnt before".into(),
                format!("a {} task", reading.intent.name()),
                plural(count, "line"),
            ),
        },
        "reasoning.md" => open_cards(model),
        "orm-reference.md" => {
            let pages = orm_pages(model, seen);
            let Some((_, shown)) = pages.first() else { return Vec::new() };
            let because = shown.because.clone();
            one(ORM_PAGE, "ORM guidance".into(), because, plural(pages.len(), "page"))
        }
        "error-playbook.md" => model
            .activity
            .playbook
            .iter()
            .filter_map(|(command, index)| Some((command, model.handbook.playbook.get(*index)?)))
            .map(|(command, entry)| Opened {
                page: format!("playbook/{}", entry.id),
                title: entry.title.clone(),
                because: format!("{command} fails"),
                note: String::new(),
            })
            .collect(),
        "checklist.md" => {
            let items = judge::applicable(model).len();
            let because = because.to_owned();
            one("checklist.md", "Checklist".into(), because, plural(items, "item"))
        }
        "agents/" => {
            let by_hand = model
                .session
                .work
                .steps
                .iter()
                .any(|step| matches!(step.filler, Filler::Walkthrough { .. } | Filler::Agent { .. }));
            let known = plural(model.handbook.agents.len(), "agent");
            if !by_hand || model.handbook.agents.is_empty() {
                return Vec::new();
            }
            one("agents", "Agents".into(), "a step has no recipe".into(), known)
        }
        // Behind their own keys: rules behind a finding's card, stack folders behind
        // stack set, and this list itself.
        _ => Vec::new(),
    }
}

/// Cards of open questions and of the choices that the task's kind and risks bring.
fn open_cards(model: &Model) -> Vec<Opened> {
    let Some(task) = &model.session.work.task else { return Vec::new() };
    let reading = &task.reading;
    let questions = reading.questions.iter().filter(|question| question.answer.is_none());
    let mut places: Vec<(String, String)> =
        questions.map(|question| (question.id.clone(), format!("asked: {}", question.text))).collect();
    places.push((reading.intent.name().to_owned(), format!("a {} task", reading.intent.name())));
    places.extend(reading.risks.iter().map(|risk| (risk.kind.clone(), format!("the risk {}", risk.kind))));
    let mut known = BTreeSet::new();
    let mut all = Vec::new();
    for (place, because) in places {
        for card in cards::at(model, &place) {
            if known.insert(card.id.clone()) {
                let note = cards::chosen(model, &card.id).map(|(chosen, _)| chosen.to_owned());
                all.push(Opened {
                    page: format!("card/{}", card.id),
                    title: card.title.clone(),
                    because: because.clone(),
                    note: note.unwrap_or_else(|| plural(card.options.len(), "option")),
                });
            }
        }
    }
    all
}

/// Pages of the ORM reference that something seen opens, each with its reason.
pub(super) fn orm_pages<'a>(model: &'a Model, seen: &'a [Seen]) -> Vec<(&'a OrmNote, &'a Seen)> {
    model.handbook.orm.iter().filter_map(|note| Some((note, reason(seen, &note.opens)?))).collect()
}

/// Lessons for this kind of task: those that name its intent, a risk, a rule or a layer of
/// it first, then those that name nothing. Without a task there is no kind.
pub fn lessons(model: &Model) -> Vec<&LessonNote> {
    let Some(task) = &model.session.work.task else { return Vec::new() };
    let mut kind: BTreeSet<String> = protocol::present(model).into_iter().collect();
    for criterion in &task.reading.criteria {
        if let CriterionSource::Finding { rule, .. } = &criterion.source {
            kind.insert(rule.clone());
        }
    }
    kind.extend(task.reading.inputs.get("rule").cloned());
    let lessons = &model.handbook.lessons;
    let named = lessons.iter().filter(|lesson| lesson.tags.iter().any(|tag| kind.contains(tag)));
    named.chain(lessons.iter().filter(|lesson| lesson.tags.is_empty())).collect()
}

/// Whether a page opened by itself in this session.
pub fn is_open(model: &Model, name: &str) -> bool {
    model.session.evidence.pages.iter().any(|(page, _)| page == name)
}

/// The ORM guidance that is open: why it opened, its first sentences, and how to read on.
pub fn orm_rows(model: &Model) -> Vec<Row> {
    let opened = model.session.evidence.pages.iter().find(|(page, _)| page == ORM_PAGE);
    let (Some((_, because)), Some(content)) = (opened, page(model, ORM_PAGE)) else { return Vec::new() };
    let mut rows = vec![
        Row::Blank,
        Row::Item {
            mark: Mark::None,
            label: vec![bold(content.title)],
            note: Vec::new(),
            indent: 0,
            target: Some(Target::Page(ORM_PAGE.into())),
        },
        Row::Text { line: vec![muted(format!("opened: {because}"))], indent: 2 },
    ];
    let excerpt = content
        .lines
        .iter()
        .take_while(|line| !line.starts_with("```"))
        .filter(|line| !line.is_empty() && !line.starts_with(['#', '|', '-', ' ']))
        .filter(|line| !line.starts_with("Opened because of "))
        .take(2);
    rows.extend(excerpt.map(|line| Row::text(line.replace('`', ""))));
    rows.push(Row::Text {
        line: vec![role(Role::Accent, model.keys.key(Action::Why)), muted(" the whole page")],
        indent: 0,
    });
    rows
}

/// What is open for this task, as rows that can be opened; what a pane shows anyway is
/// left out.
pub fn rows(model: &Model) -> Vec<Row> {
    let mut rows = Vec::new();
    for open in opened(model) {
        let shown_elsewhere = open.page.ends_with(".md") && open.page != "lessons.md";
        if shown_elsewhere {
            continue;
        }
        rows.push(Row::Item {
            mark: Mark::None,
            label: vec![bold(open.title)],
            // A number is not parted from what it counts.
            note: vec![muted(open.note.replacen(' ', "\u{a0}", 1))],
            indent: 0,
            target: Some(Target::Page(open.page)),
        });
        if !open.because.is_empty() {
            rows.push(Row::Text { line: vec![muted(open.because)], indent: 2 });
        }
    }
    if model.world.schema_note.is_some() {
        rows.push(Row::Item {
            mark: Mark::None,
            label: vec![bold("Schema hand-over")],
            note: vec![muted("goes with the report")],
            indent: 0,
            target: Some(Target::Page("schema-note".into())),
        });
    }
    if !rows.is_empty() {
        rows.splice(0..0, [Row::Blank, Row::head("OPENED FOR THIS TASK")]);
    }
    rows
}

/// What can open or close a page, in short: when none of it changed, nothing opens.
#[derive(Debug, PartialEq, Eq)]
pub struct Glance {
    seq: u64,
    endpoint: Option<usize>,
    checked: Option<u64>,
    handbook: usize,
    map: usize,
}

/// Looks at what can open a page.
pub fn glance(model: &Model) -> Glance {
    Glance {
        seq: model.session.seq,
        endpoint: model.screen.endpoint,
        checked: model.world.checked.as_ref().map(|checked| checked.revision),
        handbook: std::sync::Arc::as_ptr(&model.handbook) as usize,
        map: model.world.map.as_ref().map_or(0, |map| std::sync::Arc::as_ptr(map) as usize),
    }
}

/// Opens what the session now has a reason for, once each, and asks for the hand-over
/// note when the task or the map is another.
pub fn refresh(cx: &mut Cx<'_>) {
    schema_note(cx);
    if cx.model.activity.journal_failed_at.is_some() || cx.model.session.is_committed() {
        return;
    }
    let known = cx.model.session.evidence.pages.iter().map(|(page, _)| page.as_str()).collect();
    for open in opened_but(cx.model, &known) {
        let orm = open.page == ORM_PAGE;
        if !cx.record(What::PageOpened { page: open.page, trigger: open.because.clone() }) {
            return;
        }
        if orm {
            cx.notice(Mark::Warn, format!("ORM guidance opened: {}", open.because));
        }
    }
}

fn schema_note(cx: &mut Cx<'_>) {
    let map = glance(cx.model).map;
    let reading = cx.model.session.work.task.as_ref().map(|task| &task.reading);
    let known = cx.model.world.schema_note_of.as_ref().map(|(reading, map)| (reading, *map));
    if known == reading.map(|reading| (reading, map)) {
        return;
    }
    cx.model.world.schema_note_of = reading.cloned().map(|reading| (reading, map));
    cx.effect(Effect::SchemaNote);
}
