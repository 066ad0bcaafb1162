//! The why cards: reason, evidence, rules and alternatives of the marked thing.

use super::{
    cards,
    cx::Cx,
    handbook::ORM_PAGE,
    judge,
    model::Model,
    navigate, opening,
    popup::Popup,
    protocol,
    scene::{act, act_diff, prepare, review, verify},
    view::{Mark, Pane, Row, Target, bold, muted, plain},
};
use crate::domain::{event::Scene, finding::Finding, hunk::Hunk, stack::StackKey};

/// Opens the card for what is marked.
pub fn open(cx: &mut Cx<'_>) {
    let model = &*cx.model;
    if model.session.scene == Scene::Act
        && model.screen.focus == Pane::Proposal
        && !model.screen.guide
        && let Some(hunk) = act::current(model)
    {
        let (title, rows) = (format!("Why hunk {}", hunk.id), hunk_rows(model, hunk));
        card(cx, title, String::new(), rows);
        return;
    }
    let found = match super::cursor::marked(model, model.screen.focus) {
        Some(Target::StackField(key)) => Some(stack_rows(model, key)),
        Some(Target::File(path)) => Some(file_rows(model, &path)),
        Some(Target::Finding(fingerprint)) => model
            .map()
            .findings
            .iter()
            .find(|finding| finding.fingerprint == fingerprint)
            .map(|finding| finding_card(model, finding)),
        Some(Target::Page(page)) => {
            navigate::open_page(cx, &page);
            return;
        }
        Some(Target::Command(id) | Target::Failure(id, _)) => Some(command_rows(model, &id)),
        Some(Target::Item(id)) => Some(item_rows(model, &id)),
        Some(Target::Answer(question, option)) => answer_rows(model, question, option),
        Some(Target::Message) => {
            let rows = cards::rows_at(model, "commit-shape");
            (!rows.is_empty()).then(|| ("One commit, or several".into(), rows))
        }
        Some(Target::Step(id)) => model.session.work.steps.iter().find(|step| step.id == id).map(|step| {
            let mut rows = vec![Row::text(format!("{} in the {} layer.", step.title, step.layer))];
            let after: Vec<String> = step.after.iter().map(ToString::to_string).collect();
            if !after.is_empty() {
                rows.push(Row::text(format!(
                    "After step {}: what it builds on must exist first.",
                    after.join(", ")
                )));
            }
            (format!("Why step {id}"), rows)
        }),
        Some(Target::Criterion(id)) => {
            model.session.criteria().find(|criterion| criterion.id == id).map(|criterion| {
                let mut rows =
                    vec![Row::text(criterion.text.clone()), Row::Blank, Row::head("WHERE IT COMES FROM")];
                rows.push(Row::text(match &criterion.source {
                    crate::domain::task::CriterionSource::Assumed => {
                        "The template of this kind of task; it is assumed until you accept it.".into()
                    }
                    crate::domain::task::CriterionSource::Contract { place } => {
                        format!("The contract, {place}.")
                    }
                    crate::domain::task::CriterionSource::Finding { rule, place } => {
                        format!("The finding {rule} at {place}.")
                    }
                    crate::domain::task::CriterionSource::You => "You wrote it.".into(),
                }));
                if !criterion.tests.is_empty() {
                    rows.extend([Row::Blank, Row::head("PROVEN BY"), Row::text(criterion.tests.join(", "))]);
                }
                (format!("AC{id}"), rows)
            })
        }
        _ => None,
    };
    if let Some((title, rows)) = found {
        card(cx, title, String::new(), rows);
        return;
    }
    fallback(cx);
}

/// Nothing marked has a card: the scene's own reason.
fn fallback(cx: &mut Cx<'_>) {
    let model = &*cx.model;
    match model.session.scene {
        Scene::Acquire if model.is_review() => {
            if let Some(finding) = review::current(model) {
                let (title, rows) = finding_card(model, &finding);
                card(cx, title, String::new(), rows);
                return;
            }
        }
        Scene::Acquire => {
            if opening::is_open(model, ORM_PAGE) {
                navigate::open_page(cx, ORM_PAGE);
                return;
            }
            let (title, rows) = skipped_rows(model);
            card(cx, title, String::new(), rows);
            return;
        }
        Scene::Verify => {
            if let Some((command, _, _)) = verify::shown_failure(model) {
                let (title, rows) = command_rows(model, &command);
                card(cx, title, String::new(), rows);
                return;
            }
        }
        Scene::Prepare | Scene::Act | Scene::Finalize => {}
    }
    if protocol::count(cx.model) == 0 {
        cx.refuse("Nothing is marked that has a reason to show.");
        return;
    }
    let page = protocol::page(cx.model);
    card(cx, page.title, "execution protocol".into(), navigate::markdown_rows(&page.lines));
}

/// The card of an open choice: the cards about it, else the options of the question.
fn answer_rows(model: &Model, question: usize, option: usize) -> Option<(String, Vec<Row>)> {
    let asked = model.session.work.task.as_ref()?.reading.questions.get(question)?;
    let marked = asked.options.get(option)?;
    let mut rows = vec![
        Row::text(asked.text.clone()),
        Row::Blank,
        Row::Text {
            line: vec![bold(marked.label.clone()), muted(format!("  {}", marked.trade_off))],
            indent: 0,
        },
    ];
    let others = asked.options.iter().filter(|other| other.label != marked.label);
    rows.extend(others.map(|other| Row::Text {
        line: vec![muted("or "), plain(other.label.clone()), muted(format!("  {}", other.trade_off))],
        indent: 0,
    }));
    rows.extend(cards::rows_at(model, &asked.id));
    Some(("What speaks for each".into(), rows))
}

fn card(cx: &mut Cx<'_>, title: String, corner: String, rows: Vec<Row>) {
    cx.model.screen.popup = Some(Popup::Card { title, corner, rows, top: 0, back: None });
}

fn hunk_rows(model: &Model, hunk: &Hunk) -> Vec<Row> {
    let mut rows = vec![Row::head("WHAT IT DOES")];
    let what =
        if hunk.reason.is_empty() { "No reason was given with it.".to_owned() } else { hunk.reason.clone() };
    rows.extend([Row::text(what), Row::Blank, Row::head("SERVES")]);
    let serves: Vec<_> =
        model.session.criteria().filter(|criterion| hunk.criteria.contains(&criterion.id)).collect();
    if serves.is_empty() {
        rows.push(Row::text("No criterion. Ask whether this change needs it."));
    }
    rows.extend(serves.iter().map(|criterion| Row::Text {
        line: vec![bold(format!("AC{}  ", criterion.id)), plain(criterion.text.clone())],
        indent: 0,
    }));
    rows.extend([Row::Blank, Row::head("WHERE IT COMES FROM")]);
    let like = hunk.citation.as_ref().map(|place| format!(", shaped like {place}")).unwrap_or_default();
    rows.push(Row::text(format!("{}{like}", hunk.origin.label())));
    rows.extend([Row::Blank, Row::head("RULES LOOKED AT")]);
    if let Some(view) = act_diff::view(model, hunk.id) {
        rows.push(Row::Item {
            mark: view.guard.0,
            label: vec![plain(view.guard.1.clone())],
            note: Vec::new(),
            indent: 0,
            target: None,
        });
        if let Some(rule) = view.guard.1.rsplit(": ").next().and_then(|rule| model.handbook.rules.get(rule)) {
            rows.push(Row::text(rule.why.clone()));
        }
    }
    rows.extend([
        Row::Blank,
        Row::Text { line: vec![muted("IN GIT TERMS  "), plain("one hunk of git add -p")], indent: 0 },
    ]);
    rows
}

fn stack_rows(model: &Model, key: StackKey) -> (String, Vec<Row>) {
    let field = prepare::field(model, key);
    let mut rows = vec![Row::Text {
        line: vec![
            bold(field.name.clone().unwrap_or_else(|| "not found".into())),
            muted(format!("  {:?}", field.confidence).to_lowercase()),
        ],
        indent: 0,
    }];
    rows.push(Row::Blank);
    if field.evidence.is_empty() {
        rows.push(Row::text("No manifest, lock file or import says what it is."));
    }
    for evidence in &field.evidence {
        rows.push(Row::pair(vec![plain(evidence.place.to_string())], vec![muted(evidence.note.clone())]));
    }
    (format!("Why this {}", key.name().replace('_', " ")), rows)
}

fn file_rows(model: &Model, path: &str) -> (String, Vec<Row>) {
    let map = model.shown_map();
    let mut rows = Vec::new();
    if let Some(file) = map.files.iter().find(|file| file.path == path) {
        rows.push(Row::Text { line: vec![plain("layer "), bold(file.layer.name())], indent: 0 });
        rows.push(Row::Blank);
        for evidence in &file.evidence {
            rows.push(Row::pair(vec![plain(evidence.place.to_string())], vec![muted(evidence.note.clone())]));
        }
    } else {
        rows.push(Row::text("It is not part of the backend as scanned."));
    }
    let edges = |rows: &mut Vec<Row>, head: &str, list: Vec<String>| {
        if !list.is_empty() {
            rows.extend([Row::Blank, Row::head(head)]);
            rows.extend(list.into_iter().map(Row::text));
        }
    };
    edges(
        &mut rows,
        "IMPORTS",
        map.edges.iter().filter(|edge| edge.from == path).map(|edge| edge.to.clone()).collect(),
    );
    edges(
        &mut rows,
        "IMPORTED BY",
        map.edges.iter().filter(|edge| edge.to == path).map(|edge| edge.from.clone()).collect(),
    );
    (path.to_owned(), rows)
}

/// The card of a finding: what, why, how to fix, examples, source.
pub fn finding_card(model: &Model, finding: &Finding) -> (String, Vec<Row>) {
    let mut rows = vec![
        Row::Text { line: vec![bold(finding.message.clone())], indent: 0 },
        Row::Text { line: vec![muted(format!("{}  {}", finding.rule, finding.place()))], indent: 0 },
    ];
    if let Some(note) = model.handbook.rules.get(&finding.rule) {
        rows.extend([Row::Blank, Row::head("WHY IT MATTERS")]);
        rows.extend(note.why.split('\n').map(navigate::markdown_row));
        rows.extend([Row::Blank, Row::head("HOW TO FIX IT")]);
        rows.extend(note.fix.split('\n').map(navigate::markdown_row));
        for (head, examples) in [("LIKE THIS", &note.good), ("NOT LIKE THIS", &note.bad)] {
            if let Some(example) = examples.first() {
                rows.extend([Row::Blank, Row::head(head)]);
                rows.extend(
                    example.lines().map(|line| Row::Text { line: vec![plain(line.to_owned())], indent: 2 }),
                );
            }
        }
        if !note.source.is_empty() {
            rows.extend([
                Row::Blank,
                Row::Text { line: vec![muted("SOURCE  "), plain(note.source.clone())], indent: 0 },
            ]);
        }
    }
    rows.extend(cards::rows_at(model, &finding.rule));
    if model.is_review() {
        rows.extend(cards::rows_at(model, "review"));
    }
    (finding.rule.clone(), rows)
}

fn command_rows(model: &Model, id: &str) -> (String, Vec<Row>) {
    let mut rows = Vec::new();
    let mut title = id.to_owned();
    if let Some(spec) = model.session.evidence.commands.iter().find(|spec| spec.id == id) {
        title = spec.title();
        rows.push(Row::text(format!("{} command, from {}.", spec.kind.name(), spec.from)));
        rows.push(Row::text(if spec.optional {
            "Optional: it never shuts the gate."
        } else {
            "Required: worse than on the base shuts the gate."
        }));
        let judged = judge::judged(model, spec);
        if let Some(run) = judged.run {
            rows.extend([Row::Blank, Row::head("LAST RUN")]);
            rows.push(Row::pair(
                vec![plain("tree")],
                vec![muted(super::classify::short(&run.tree).to_owned())],
            ));
            rows.push(Row::pair(
                vec![plain("output")],
                vec![muted(format!(
                    "{} bytes, sha256 {}",
                    run.output_bytes,
                    super::classify::short(&run.output_sha256)
                ))],
            ));
            if !run.env.is_empty() {
                rows.push(Row::Text {
                    line: vec![muted("environment  "), plain(run.env.join(" "))],
                    indent: 0,
                });
            }
            for test in run.parsed.failures.iter().take(20) {
                let place = test.place.as_ref().map(ToString::to_string).unwrap_or_default();
                rows.push(Row::Item {
                    mark: Mark::Failed,
                    label: vec![plain(test.name.clone())],
                    note: vec![muted(place)],
                    indent: 0,
                    target: None,
                });
            }
        }
    }
    if let Some(entry) = model.activity.playbook.get(id).and_then(|index| model.handbook.playbook.get(*index))
    {
        rows.extend([
            Row::Blank,
            Row::head("PLAYBOOK"),
            Row::Text { line: vec![bold(entry.title.clone())], indent: 0 },
            Row::text(entry.cause.clone()),
        ]);
        rows.extend(
            entry.steps.iter().enumerate().map(|(index, step)| Row::text(format!("{} {step}", index + 1))),
        );
        if model.session.evidence.failures_in_a_row >= 3 && !entry.otherwise.is_empty() {
            rows.extend([
                Row::Blank,
                Row::Text {
                    line: vec![bold("Three tries with this approach. "), plain(entry.otherwise.clone())],
                    indent: 0,
                },
            ]);
        }
    }
    (title, rows)
}

fn item_rows(model: &Model, id: &str) -> (String, Vec<Row>) {
    let known = judge::checklist(model).into_iter().find(|(item, _)| item.id == id);
    let mut rows = Vec::new();
    if let Some((item, state)) = known {
        rows.push(Row::text(item.text.clone()));
        let (mark, note) = verify::state_note(&state);
        rows.extend([
            Row::Blank,
            Row::Item { mark, label: vec![plain("evidence")], note, indent: 0, target: None },
        ]);
        match &item.decider {
            crate::domain::checklist::Decider::Rules { rules } => {
                rows.push(Row::text(format!("Decided by the rules {}.", rules.join(", "))))
            }
            crate::domain::checklist::Decider::Command { kind } => {
                rows.push(Row::text(format!("Decided by the {} command.", kind.name())))
            }
            crate::domain::checklist::Decider::Hunks { layer } => {
                rows.push(Row::text(format!("Decided by the approved hunks of the {layer} layer.")))
            }
            crate::domain::checklist::Decider::ByHand => {
                rows.push(Row::text("No tool can know this; you tick it, with a note."))
            }
        }
    } else if let Some(criterion) =
        model.session.criteria().find(|criterion| format!("AC{}", criterion.id) == id)
    {
        let (mark, note) = verify::state_note(&judge::criterion_state(model, criterion));
        rows.push(Row::text(criterion.text.clone()));
        rows.push(Row::Item { mark, label: vec![plain("evidence")], note, indent: 0, target: None });
    }
    (id.to_owned(), rows)
}

fn skipped_rows(model: &Model) -> (String, Vec<Row>) {
    let map = model.shown_map();
    let mut rows = Vec::new();
    for skipped in &map.skipped {
        rows.push(Row::pair(vec![plain(skipped.path.clone())], vec![muted(skipped.reason.clone())]));
    }
    if rows.is_empty() {
        rows.push(Row::text("Every file that could belong to the backend was read."));
    }
    ("What was left out".into(), rows)
}
