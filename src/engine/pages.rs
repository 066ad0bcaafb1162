//! The pages that can be read: the ORM reference, the playbook, what can propose.

use super::opening::{Seen, lessons, orm_pages, seen};
use super::{
    handbook::{ORM_PAGE, OrmNote, Page},
    model::Model,
    protocol,
};

/// A page by name. The ORM reference holds what is open, or everything for the stack's
/// ORM when the user asks for it and nothing is.
pub fn page(model: &Model, name: &str) -> Option<Page> {
    match name.split_once('/') {
        _ if name == ORM_PAGE => orm_reference(model),
        Some(("protocol", _)) => Some(protocol::page(model)),
        Some(("playbook", id)) => playbook(model, id),
        _ if name == "lessons.md" => {
            let lines = lessons(model)
                .into_iter()
                .map(|lesson| format!("- {}  ({})", lesson.text, lesson.place))
                .collect();
            Some(Page { title: "Learnt before".into(), lines })
        }
        _ if name == "agents" => Some(agents(model)),
        _ if name == "schema-note" => model.world.schema_note.as_ref().map(|note| Page {
            title: "Schema hand-over".into(),
            lines: note.lines().skip_while(|line| line.starts_with("# ")).map(str::to_owned).collect(),
        }),
        _ => model.handbook.pages.get(name).cloned(),
    }
}

fn orm_reference(model: &Model) -> Option<Page> {
    let seen = seen(model);
    let open = orm_pages(model, &seen);
    let mut lines = Vec::new();
    let mut add = |note: &OrmNote, because: Option<&Seen>| {
        lines.push(format!("## {}", note.title));
        lines.extend(because.map(|shown| format!("Opened because of {}.", shown.because)));
        lines.push(String::new());
        lines.extend(note.lines.iter().cloned());
        lines.push(String::new());
    };
    if open.is_empty() {
        model.handbook.orm.iter().for_each(|note| add(note, None));
    } else {
        open.into_iter().for_each(|(note, because)| add(note, Some(because)));
    }
    (!lines.is_empty()).then(|| Page { title: "ORM guidance".into(), lines })
}

pub(super) fn playbook(model: &Model, id: &str) -> Option<Page> {
    let entry = model.handbook.playbook.iter().find(|entry| entry.id == id)?;
    let mut lines = vec![entry.cause.clone(), String::new(), "## Steps".into()];
    lines.extend((1..).zip(&entry.steps).map(|(number, step)| format!("{number} {step}")));
    if !entry.otherwise.is_empty() {
        lines.extend([String::new(), "## After three failures".into(), entry.otherwise.clone()]);
    }
    Some(Page { title: entry.title.clone(), lines })
}

/// What can be set up as a proposer, and how; configured commands stand first.
pub fn agents(model: &Model) -> Page {
    let mut lines = Vec::new();
    let configured = &model.options.agents;
    if configured.is_empty() {
        lines.push("No command is set up. Put one into config.toml of your configuration folder; never into a repository.".into());
    } else {
        lines.push("## Set up".into());
        lines.extend(configured.iter().map(|name| format!("- {name}")));
    }
    lines.push("It runs in a private copy; the step, the criteria and the rules stand on its standard input; what it changes comes back as hunks.".into());
    for agent in &model.handbook.agents {
        lines.extend([String::new(), format!("## {}", agent.name), agent.setup.clone()]);
        if !agent.argv.is_empty() {
            let argv: Vec<String> = agent.argv.iter().map(|word| format!("{word:?}")).collect();
            lines.push("    [[proposers]]".into());
            lines.push(format!("    name = {:?}", agent.id));
            lines.push(format!("    argv = [{}]", argv.join(", ")));
            if !agent.env.is_empty() {
                let env: Vec<String> = agent.env.iter().map(|name| format!("{name:?}")).collect();
                lines.push(format!("    env = [{}]", env.join(", ")));
            }
        }
        lines.extend(agent.notes.iter().map(|note| format!("- {note}")));
    }
    Page { title: "Commands that can propose".into(), lines }
}
