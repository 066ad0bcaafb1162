//! FINALIZE on screen: the report, what is committed, the message and the hooks.

use crate::{
    domain::{checklist::ItemState, commit::CommitShape, event::Exit, layer::Layer, report::Report},
    engine::{
        classify::short,
        cx::plural,
        message,
        model::Model,
        reporting,
        scene::verify,
        view::{Body, Mark, Pane, PaneView, Role, Row, Target, bold, muted, plain, role},
    },
    keys::Action,
};

/// One pane.
pub fn pane(model: &Model, pane: Pane) -> PaneView {
    match pane {
        Pane::Boundaries => files(model),
        Pane::Proposal => report_pane(model),
        Pane::Checklist => evidence(model),
        Pane::Verify => commit(model),
    }
}

fn files(model: &Model) -> PaneView {
    let files = reporting::files(model);
    let mut rows = vec![Row::Blank];
    let mut layer = None;
    for file in &files {
        if layer != Some(file.layer) {
            layer = Some(file.layer);
            rows.push(Row::Text { line: vec![role(Role::Layer(file.layer), file.layer.name())], indent: 0 });
        }
        let mut note = vec![role(Role::Add, format!("+{}", file.added))];
        if file.removed > 0 {
            note.push(role(Role::Del, format!(" −{}", file.removed)));
        }
        let name = file.path.rsplit('/').next().unwrap_or(&file.path);
        rows.push(Row::Item {
            mark: Mark::None,
            label: vec![muted(format!("{} ", file.status)), plain(name.to_owned())],
            note,
            indent: 2,
            target: Some(Target::File(file.path.clone())),
        });
    }
    let (added, removed) = files.iter().fold((0, 0), |(a, r), file| (a + file.added, r + file.removed));
    rows.push(Row::Blank);
    rows.push(Row::pair(
        vec![bold(plural(files.len(), "file"))],
        vec![role(Role::Add, format!("+{added}")), role(Role::Del, format!(" −{removed}"))],
    ));
    let left = reporting::not_committed(model);
    if !left.is_empty() {
        rows.extend([Row::Blank, Row::aside("not in the commit:")]);
        rows.push(Row::text(format!("{} you had changed", plural(left.len(), "file"))));
        for path in left.iter().take(8) {
            rows.push(Row::Text { line: vec![muted(path.clone())], indent: 2 });
        }
    }
    PaneView { subtitle: "to commit".into(), body: Body::Rows(rows), ..PaneView::default() }
}

fn report_pane(model: &Model) -> PaneView {
    if let Some((path, line)) = &model.screen.preview {
        return super::acquire::source(model, path, *line);
    }
    let report = reporting::without_hunks(model);
    let word = if report.exit == Exit::Success { "success" } else { "partial" };
    PaneView {
        subtitle: "report".into(),
        count: word.into(),
        body: Body::Rows(report_rows(model, &report)),
        ..PaneView::default()
    }
}

/// The report as rows.
pub fn report_rows(model: &Model, report: &Report) -> Vec<Row> {
    let mut rows = vec![Row::Blank];
    match report.exit {
        Exit::Success => {
            rows.push(Row::Verdict { mark: Mark::Done, text: "Success".into() });
            rows.push(Row::text("No command is worse than on the base."));
        }
        Exit::Partial => {
            rows.push(Row::Verdict { mark: Mark::Half, text: "Partial success".into() });
            let open: Vec<&str> =
                report.open.iter().filter(|item| item.blocking).map(|item| item.what.as_str()).collect();
            rows.push(Row::text(format!("open: {}", open.join(", "))));
        }
    }
    if let Some(path) = layers_line(report) {
        let (layers, endpoint) = path;
        rows.extend([Row::Blank, Row::Text { line: layers, indent: 0 }, Row::aside(endpoint)]);
    }
    if !report.changes.is_empty() {
        rows.extend([Row::Blank, Row::head("WHAT CHANGED")]);
        for change in &report.changes {
            rows.push(Row::Item {
                mark: Mark::None,
                label: vec![bold(change.subject.clone()), plain(format!(" {}", change.detail))],
                note: vec![muted(format!("{}:{}", change.file, change.line))],
                indent: 0,
                target: Some(Target::Place(crate::domain::place::Place::new(
                    change.file.clone(),
                    change.line,
                ))),
            });
        }
    }
    let tree = if report.tree.is_empty() {
        String::new()
    } else if model.options.in_place {
        format!("tree {}", short(&report.tree))
    } else {
        format!("tree {}, in a clean copy", short(&report.tree))
    };
    rows.extend([Row::Blank, Row::Head { text: "EVIDENCE".into(), note: vec![muted(tree)] }]);
    for line in &report.evidence {
        let mark = match line.verdict.as_str() {
            "passed" => Mark::Done,
            "fails as before" => Mark::Before,
            "failed" | "timed out" => Mark::Failed,
            "untrusted" => Mark::Unsure,
            "blocked" => Mark::Blocked,
            _ => Mark::NotApplicable,
        };
        let time = if line.millis == 0 { String::new() } else { verify::duration(u128::from(line.millis)) };
        rows.push(Row::Item {
            mark,
            label: vec![plain(line.command.clone())],
            note: vec![muted(format!("{}  {time:>6}", line.ending.replace("exit ", "exit\u{a0}")))],
            indent: 0,
            target: None,
        });
        if !line.detail.is_empty() {
            rows.push(Row::Text { line: vec![muted(line.detail.clone())], indent: 4 });
        }
    }
    if !report.test_first.is_empty() {
        rows.extend([Row::Blank, Row::head("RED AND GREEN")]);
        rows.extend(report.test_first.iter().map(|line| Row::text(line.clone())));
    }
    if !report.open.is_empty() {
        rows.extend([Row::Blank, Row::head("OPEN")]);
        for item in &report.open {
            let mark = if item.blocking { role(Role::Fail, "✗ ") } else { muted("○ ") };
            rows.push(Row::Text {
                line: vec![mark, plain(item.what.clone()), muted(format!("  {}", item.why))],
                indent: 0,
            });
        }
    }
    if !report.decided.is_empty() {
        rows.extend([Row::Blank, Row::head("DECIDED")]);
        rows.extend(report.decided.iter().map(|line| Row::text(line.clone())));
    }
    for sentence in &report.handover {
        rows.push(Row::Text { line: vec![role(Role::Warn, "▲ "), plain(sentence.clone())], indent: 0 });
    }
    if let Some(task) = &model.session.work.task
        && !task.reading.assumptions.is_empty()
    {
        rows.extend([Row::Blank, Row::head("ASSUMED")]);
        rows.extend(
            task.reading
                .assumptions
                .iter()
                .map(|line| Row::Text { line: vec![muted("· "), plain(line.clone())], indent: 0 }),
        );
    }
    rows
}

/// `router ✓── service ✓── …` for the path that the change closed, and its endpoint.
fn layers_line(report: &Report) -> Option<(crate::engine::view::Line, String)> {
    let flow = report
        .changes
        .iter()
        .find(|change| change.kind == "flow" && change.detail.starts_with("no longer"))?;
    let mut line = Vec::new();
    for layer in [Layer::Router, Layer::Service, Layer::Repository, Layer::Model] {
        line.push(role(Role::Layer(layer), layer.name()));
        line.push(role(Role::Ok, if layer == Layer::Model { " ✓" } else { " ✓── " }));
    }
    Some((line, flow.subject.clone()))
}

fn evidence(model: &Model) -> PaneView {
    let report = reporting::without_hunks(model);
    let mut rows = vec![Row::Blank];
    rows.extend(verify::criteria_rows(model));
    rows.push(Row::Blank);
    for (text, state) in &report.checklist {
        if matches!(state, ItemState::NotApplicable { .. }) {
            continue;
        }
        let (mark, note) = verify::state_note(state);
        rows.push(Row::Item { mark, label: vec![plain(text.clone())], note, indent: 0, target: None });
    }
    rows.extend([Row::Blank, Row::Text { line: vec![bold("AGAINST THE BASE")], indent: 0 }]);
    let number = |n: u32, what: Role| if n == 0 { muted("0") } else { role(what, n.to_string()) };
    rows.push(Row::pair(vec![plain("fixed")], vec![number(report.against_base.fixed, Role::Ok)]));
    rows.push(Row::pair(vec![plain("new failures")], vec![number(report.against_base.new, Role::Fail)]));
    rows.push(Row::pair(
        vec![muted("failed before, still")],
        vec![number(report.against_base.before, Role::Text)],
    ));
    PaneView { subtitle: "evidence".into(), body: Body::Rows(rows), ..PaneView::default() }
}

fn commit(model: &Model) -> PaneView {
    if model.session.is_committed() {
        return committed(model);
    }
    if let Some((reason, hint)) = &model.activity.commit_error {
        return refused(model, reason, hint);
    }
    let text = message::text(model);
    let mut lines = text.lines();
    let subject = lines.next().unwrap_or_default().to_owned();
    let length = subject.chars().count();
    let mut rows = vec![Row::Item {
        mark: Mark::None,
        label: vec![bold(subject)],
        note: Vec::new(),
        indent: 0,
        target: Some(Target::Message),
    }];
    rows.extend(lines.map(|line| if line.is_empty() { Row::Blank } else { Row::text(line.to_owned()) }));
    rows.push(Row::Blank);
    let mut last = Vec::new();
    if let Some(repo) = &model.world.repo {
        if let Some(signing) = &repo.signing {
            last.extend([muted("signed with "), plain(signing.clone()), muted(" · ")]);
        }
        if !repo.hooks.is_empty() {
            let names: Vec<&str> = repo.hooks.iter().map(|(name, _)| name.as_str()).collect();
            last.extend([muted("hooks that will run: "), plain(names.join(", ")), muted(" · ")]);
        } else {
            last.push(muted("no hooks · "));
        }
    }
    last.push(plain(match model.session.work.shape {
        CommitShape::One => "one commit".to_owned(),
        CommitShape::PerLayer => {
            let count = message::parts(model).len();
            format!("{}, one per layer; only the last tree is verified", plural(count, "commit"))
        }
    }));
    rows.push(Row::Text { line: last, indent: 0 });
    PaneView {
        subtitle: "commit message and hooks".into(),
        count: format!("{length} of 72"),
        body: Body::Rows(rows),
        ..PaneView::default()
    }
}

fn hook_rows(model: &Model) -> Vec<Row> {
    let mut rows = Vec::new();
    for (hook, exit, output, millis) in &model.session.closing.hooks {
        let mark = if *exit == 0 { Mark::Done } else { Mark::Failed };
        rows.push(Row::Item {
            mark,
            label: vec![
                plain(format!("{hook:<18} ")),
                muted(format!("exit {exit}  {}", verify::duration(u128::from(*millis)))),
            ],
            note: Vec::new(),
            indent: 0,
            target: None,
        });
        if *exit != 0 {
            rows.extend(
                output
                    .lines()
                    .take(12)
                    .map(|line| Row::Text { line: vec![muted(line.to_owned())], indent: 4 }),
            );
        }
    }
    rows
}

fn committed(model: &Model) -> PaneView {
    let closing = &model.session.closing;
    let mut rows = hook_rows(model);
    for commit in &closing.commits {
        let signed = if commit.signed_with.is_empty() { String::new() } else { ", signed".to_owned() };
        let alone = if commit.verified { "" } else { ", not verified alone" };
        rows.push(Row::Item {
            mark: Mark::Done,
            label: vec![
                plain("commit             "),
                bold(short(&commit.id).to_owned()),
                plain(format!(
                    " on {}{signed}, tree {}{alone}",
                    model.session.identity.branch,
                    short(&commit.tree)
                )),
            ],
            note: Vec::new(),
            indent: 0,
            target: None,
        });
    }
    let untouched = reporting::not_committed(model);
    let mut yours = format!("{} written", plural(closing.written.len(), "file"));
    if !closing.kept.is_empty() {
        yours.push_str(&format!(", {} kept with your own change", closing.kept.join(", ")));
    }
    if !untouched.is_empty() {
        yours.push_str(&format!(", {} untouched", untouched.join(", ")));
    }
    rows.push(Row::Item {
        mark: Mark::Done,
        label: vec![plain("your files         "), plain(yours)],
        note: Vec::new(),
        indent: 0,
        target: None,
    });
    rows.extend([Row::Blank, Row::head("WHAT NEXT")]);
    let key = |action| role(Role::Accent, model.keys.key(action));
    rows.push(Row::Text {
        line: vec![
            key(Action::NextNeed),
            plain(" another change   "),
            key(Action::Copy),
            plain(" take the report, the walkthrough or a lesson with you   "),
            key(Action::Undo),
            plain(" undo, before you push   "),
            key(Action::Quit),
            plain(" quit"),
        ],
        indent: 0,
    });
    PaneView {
        subtitle: "commit".into(),
        count: "nothing pushed".into(),
        body: Body::Rows(rows),
        ..PaneView::default()
    }
}

fn refused(model: &Model, reason: &str, hint: &str) -> PaneView {
    let mut rows = hook_rows(model);
    rows.push(Row::Item {
        mark: Mark::Failed,
        label: vec![plain(format!("{reason}; no commit was made, your message is kept"))],
        note: Vec::new(),
        indent: 0,
        target: None,
    });
    if !hint.is_empty() {
        rows.push(Row::Text { line: vec![muted(hint.to_owned())], indent: 2 });
    }
    let key = |action| role(Role::Accent, model.keys.key(action));
    rows.extend([
        Row::Blank,
        Row::Text {
            line: vec![
                key(Action::RunAgain),
                plain(" tries again   "),
                key(Action::Edit),
                plain(" message   "),
                key(Action::Scene3),
                plain(" back to ACT"),
            ],
            indent: 0,
        },
    ]);
    PaneView {
        subtitle: "commit".into(),
        count: "nothing committed".into(),
        body: Body::Rows(rows),
        ..PaneView::default()
    }
}
