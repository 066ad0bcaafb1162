//! Each knowledge file: it has content for the three stacks, it opens at its trigger, and
//! a repository can override it.

use super::knowledge_desk::{Desk, STACKS, overlay, tests_command};
use proscenium::{
    domain::{
        event::{Scene, What},
        ids::StepId,
        layer::Layer,
        plan::{Filler, Step},
        task::Intent,
    },
    engine::{
        Effect, Msg,
        effect::ProposeKind,
        gate,
        view::{Pane, Target},
    },
    keys::Action,
    knowledge::{Knowledge, embedded, schema, schema_names},
};

pub const PLAIN: &str = "Add an endpoint that lists the reports of a customer";
pub const PYTHON: [&str; 3] = STACKS[0];

pub fn shipped(name: &str) -> &'static str {
    embedded(name).expect("shipped")
}

fn by_hand(layer: Layer) -> Step {
    Step {
        id: StepId(1),
        title: layer.name().into(),
        layer,
        filler: Filler::Walkthrough { guide: Box::default() },
        criteria: Vec::new(),
        after: Vec::new(),
    }
}

#[test]
fn the_protocol_drives_the_steps_of_each_scene_by_difficulty_and_risk() {
    for names in STACKS {
        let mut desk = Desk::new(names);
        desk.scan(&[]);
        desk.task("Add a product with name:string price:decimal");
        let level = desk.model.session.work.task.as_ref().expect("task").reading.difficulty.name();
        assert_eq!(level, "medium");
        assert!(desk.opened().contains(&"protocol/medium"), "{:?}", desk.opened());
        assert!(desk.pane(Pane::Checklist).contains("Protocol, medium "), "{}", desk.pane(Pane::Checklist));
        desk.enter(Scene::Act);
        desk.send(Msg::Planned(vec![by_hand(Layer::Service)]));
        let plan = desk.pane(Pane::Boundaries);
        assert!(plan.contains("Write the decision in the service"), "{plan}");
        desk.send(Msg::CommandsFound {
            commands: vec![tests_command()],
            problems: Vec::new(),
            digest: String::new(),
            trusted: false,
        });
        desk.enter(Scene::Verify);
        assert!(desk.pane(Pane::Boundaries).contains("Run the commands on the approved tree"));
    }
    let own = shipped("protocol/medium.md").replace("Write the decision in the service", "Ask the guild");
    let mut desk = Desk::with_stack_folder(PYTHON, &[("protocol/medium.md", &own)]);
    desk.scan(&[]);
    desk.task("Add a product with name:string price:decimal");
    desk.enter(Scene::Act);
    desk.send(Msg::Planned(vec![by_hand(Layer::Service)]));
    assert!(desk.pane(Pane::Boundaries).contains("Ask the guild"));
}

#[test]
fn a_complex_task_says_its_checkpoint_when_a_scene_is_left() {
    let mut desk = Desk::new(PYTHON);
    desk.scan(&[]);
    desk.task("Add login with JWT tokens and refresh tokens for users");
    let level = desk.model.session.work.task.as_ref().expect("task").reading.difficulty.name();
    assert_eq!(level, "complex");
    desk.model.screen.notice = None;
    let mut cx = proscenium::engine::cx::Cx { model: &mut desk.model, effects: Vec::new() };
    proscenium::engine::navigate::enter(&mut cx, Scene::Acquire);
    let said = desk.model.screen.notice.as_ref().map(|notice| notice.text.clone()).unwrap_or_default();
    assert!(said.contains("Checkpoint of PREPARE: Cut the task into two to four slices"), "{said}");
}

#[test]
fn the_checklist_is_shown_from_act_on_and_can_be_added_to() {
    let own = "---\nkind: checklist\nitems:\n  - { id: ours, decide: hand }\n---\n## Ours {#ours}\n- `ours` The guild agreed.\n";
    for names in STACKS {
        let mut desk = Desk::with_stack_folder(names, &[("checklist.md", own)]);
        desk.scan(&[]);
        desk.task(PLAIN);
        assert!(!desk.opened().contains(&"checklist.md"));
        desk.enter(Scene::Verify);
        assert!(desk.opened().contains(&"checklist.md"));
        let pane = desk.pane(Pane::Checklist);
        assert!(pane.contains("The guild agreed.") && pane.lines().count() > 10, "{pane}");
    }
}

#[test]
fn the_playbook_opens_on_a_matching_failure_and_gives_another_way_after_three() {
    let outputs = [
        "sqlite3.OperationalError: no such table: orders",
        "Nest can't resolve dependencies of the OrdersService (?).",
        "error[E0382]: borrow of moved value: `pool`",
    ];
    for (names, output) in STACKS.into_iter().zip(outputs) {
        let mut desk = Desk::new(names);
        desk.scan(&[]);
        desk.task(PLAIN);
        desk.send(Msg::CommandsFound {
            commands: vec![tests_command()],
            problems: Vec::new(),
            digest: String::new(),
            trusted: false,
        });
        desk.enter(Scene::Verify);
        assert!(!desk.opened().iter().any(|page| page.starts_with("playbook/")));
        desk.fails("t1", output);
        let page = desk.opened().into_iter().find(|page| page.starts_with("playbook/")).map(str::to_owned);
        let id = page.expect("a playbook page").replace("playbook/", "");
        let entry = desk.knowledge.playbook_entry(&id).expect("entry").clone();
        assert!(desk.pane(Pane::Proposal).contains(&entry.title), "{}", desk.pane(Pane::Proposal));
        // The same tree again is no new try.
        desk.fails("t1", output);
        desk.fails("t2", output);
        assert!(!desk.pane(Pane::Proposal).contains("Three tries"));
        desk.fails("t3", output);
        let pane = desk.pane(Pane::Proposal);
        assert!(pane.contains("Three tries") && pane.contains(&entry.alternative), "{pane}");
    }
    let own = "---\nkind: playbook\nentries:\n  - { id: ours, symptoms: ['GUILD-7'] }\n---\n## The guild says no {#ours}\n### Cause\nNobody asked.\n### Steps\n1. Ask.\n### After three failures\nAsk another guild.\n";
    let mut desk = Desk::with_stack_folder(PYTHON, &[("error-playbook.md", own)]);
    desk.scan(&[]);
    desk.task(PLAIN);
    desk.enter(Scene::Verify);
    desk.fails("t1", "error GUILD-7");
    assert!(desk.opened().contains(&"playbook/ours"), "{:?}", desk.opened());
}

#[test]
fn an_example_stands_next_to_the_task_in_the_code_of_the_stack() {
    for (names, fence) in STACKS.into_iter().zip(["```python", "```ts", "```rust"]) {
        let mut desk = Desk::new(names);
        desk.scan(&[]);
        desk.task("Add a product with name:string price:decimal");
        let path = desk.model.session.work.task.as_ref().and_then(|task| task.reading.example.clone());
        let path = path.expect("an example");
        assert!(desk.opened().contains(&path.as_str()));
        assert!(desk.pane(Pane::Proposal).contains(&path));
        let lines = desk.model.handbook.pages.get(&path).expect("page").lines.join("\n");
        assert!(lines.contains(fence), "{names:?}: {lines}");
        let foreign = ["```python", "```ts", "```rust"].into_iter().filter(|other| *other != fence);
        for other in foreign {
            assert!(!lines.contains(other), "{names:?} shows {other}");
        }
        desk.model.screen.focus = Pane::Proposal;
        desk.model.screen.marked.insert((desk.model.kind(), Pane::Proposal), Target::Page(path.clone()));
        desk.act(Action::OpenEditor);
        let title = &desk.knowledge.example(&path).expect("example").title;
        assert!(desk.popup().starts_with(title.as_str()), "{}", desk.popup());
    }
    let own = "---\nkind: example\ntitle: How the guild adds a thing\nintents: [resource]\nwords: [product]\n---\n## Task {#task}\nOurs.\n";
    let mut desk = Desk::with_stack_folder(PYTHON, &[("examples/resource.md", own)]);
    desk.scan(&[]);
    desk.task("Add a product with name:string price:decimal");
    let page = desk.model.handbook.pages.get("examples/resource.md").expect("page");
    assert_eq!(page.title, "How the guild adds a thing");
}

#[test]
fn unclear_tasks_are_asked_by_level() {
    let mut desk = Desk::new(PYTHON);
    desk.scan(&[]);
    desk.task("Add a new resource");
    assert!(desk.opened().contains(&"clarification.md"));
    desk.act(Action::AcceptAll);
    let shut = gate::gate(&desk.model, Scene::Prepare);
    assert!(!shut.is_open() && format!("{shut:?}").contains("answered"), "high asks and waits: {shut:?}");

    let mut low = Desk::new(PYTHON);
    low.scan(&[]);
    low.task("Add an endpoint GET /orders that searches the orders of a customer");
    let reading = &low.model.session.work.task.as_ref().expect("task").reading;
    assert!(!reading.assumptions.is_empty() && reading.questions.is_empty(), "{reading:?}");
    assert!(low.pane(Pane::Checklist).contains("ASSUMED"));
    assert!(!low.opened().contains(&"clarification.md"));

    let own = "---\nkind: clarification\nquestions:\n  - { id: which-guild, level: high, intents: [endpoint] }\n---\n## Guild {#which-guild}\nWhich guild owns it?\n\n### Options\n- **Ours** — quick\n- **Theirs** — slow\n\n### Assumed\nOurs.\n";
    let mut desk = Desk::with_stack_folder(PYTHON, &[("clarification.md", own)]);
    desk.scan(&[]);
    desk.task("Add an endpoint GET /orders that searches the orders of a customer");
    assert!(desk.pane(Pane::Proposal).contains("Which guild owns it?"));
}

#[test]
fn a_decision_card_stands_at_the_choice_and_the_choice_is_recorded() {
    let mut desk = Desk::new(PYTHON);
    desk.scan(&[]);
    desk.task("Do both writes of the orders together in a transaction");
    let questions = &desk.model.session.work.task.as_ref().expect("task").reading.questions;
    let at = questions.iter().position(|question| question.id == "transaction-scope").expect("asked");
    let label = questions[at].options[1].label.clone();
    assert!(desk.opened().contains(&"card/transaction-boundary"), "{:?}", desk.opened());
    desk.model.screen.focus = Pane::Proposal;
    desk.model.screen.marked.insert((desk.model.kind(), Pane::Proposal), Target::Answer(at, 1));
    desk.act(Action::Why);
    let card = desk.popup();
    assert!(card.contains("HOW FAR A TRANSACTION REACHES") && card.contains("effort: large"), "{card}");
    desk.act(Action::Escape);
    desk.act(Action::Accept);
    let decisions = &desk.model.session.evidence.decisions;
    assert_eq!(decisions.len(), 1);
    assert_eq!((decisions[0].0.as_str(), &decisions[0].1), ("transaction-boundary", &label));
    let report = proscenium::engine::reporting::report(&desk.model);
    assert_eq!(report.decided.iter().filter(|line| line.contains(&label)).count(), 1);

    let own = "---\nkind: reasoning\ncards:\n  - { id: transaction-boundary, shown_at: [transaction-scope], efforts: [small, large] }\n---\n## The guild's boundary {#transaction-boundary}\nWhere?\n\n### Options\n- **Here** — near\n- **There** — far\n\n### Unless something speaks against it\nHere.\n";
    let desk = Desk::with_stack_folder(PYTHON, &[("reasoning.md", own)]);
    let card = desk.model.handbook.cards.iter().find(|card| card.id == "transaction-boundary").expect("card");
    assert_eq!((card.title.as_str(), card.options.len()), ("The guild's boundary", 2));
}

#[test]
fn a_card_can_be_decided_by_itself_and_stands_in_the_report() {
    let mut desk = Desk::new(PYTHON);
    desk.scan(&[]);
    desk.task(PLAIN);
    let mut cx = proscenium::engine::cx::Cx { model: &mut desk.model, effects: Vec::new() };
    proscenium::engine::navigate::open_page(&mut cx, "card/where-logic-lives");
    assert!(desk.popup().contains("decide later"), "{}", desk.popup());
    desk.send(Msg::Digit(2));
    desk.act(Action::Open);
    let report = proscenium::engine::reporting::report(&desk.model);
    assert!(
        report.decided.iter().any(|line| line.starts_with("Where a decision lives: Service, ")),
        "{:?}",
        report.decided
    );
}

#[test]
fn the_context_file_decides_what_opens_and_how_much_fits() {
    let task = "Do both writes of the orders in one transaction";
    let quiet = shipped("context.md").lines().filter(|line| !line.contains("transaction")).fold(
        String::new(),
        |mut text, line| {
            text.push_str(line);
            text.push('\n');
            text
        },
    );
    let mut desk = Desk::with_stack_folder(PYTHON, &[("context.md", &quiet)]);
    desk.scan(&[]);
    desk.task(task);
    assert!(!desk.opened().contains(&"orm-reference"));
    let mut desk = Desk::new(PYTHON);
    desk.scan(&[]);
    desk.task(task);
    assert!(desk.pane(Pane::Checklist).contains("OPENED FOR THIS TASK"));
    let budget = |tokens| desk.knowledge.context.budget_for(tokens).map(|budget| budget.name.clone());
    assert_eq!(budget(1).as_deref(), Some("small"));
    assert_eq!(budget(24_000).as_deref(), Some("medium"));
    assert_eq!(budget(1_000_000).as_deref(), Some("large"));
}

#[test]
fn lessons_are_offered_for_the_same_kind_of_task_from_both_folders() {
    let user = overlay(&[("lessons.md", "- 2026-11-20 [endpoint] Mine.\n")]);
    let repository = overlay(&[(
        "lessons.md",
        "- 2026-11-21 [endpoint] Everyone's.\n- 2026-11-21 [migration] Other kind.\n- Always.\n",
    )]);
    let folders = [user.path().to_path_buf(), repository.path().to_path_buf()];
    let knowledge = Knowledge::load(&folders).expect("loads");
    assert_eq!(knowledge.lessons_for(Intent::Endpoint).len(), 3);

    let lines = "- 2026-11-21 [endpoint] Ask the guild first.\n- 2026-11-21 [migration] Add, then fill.\n";
    let mut desk = Desk::with_stack_folder(PYTHON, &[("lessons.md", lines)]);
    desk.scan(&[]);
    assert!(!desk.pane(Pane::Proposal).contains("Ask the guild first."), "no kind before a task");
    desk.task(PLAIN);
    let pane = desk.pane(Pane::Proposal);
    assert!(pane.contains("LEARNT BEFORE") && pane.contains("Ask the guild first."), "{pane}");
    assert!(!pane.contains("Add, then fill."));
    assert!(desk.opened().contains(&"lessons.md"));

    let mut none = Desk::new(PYTHON);
    none.scan(&[]);
    none.task(PLAIN);
    assert!(!none.opened().contains(&"lessons.md"));
}

#[test]
fn a_lesson_for_everyone_is_a_proposal() {
    let mut desk = Desk::new(PYTHON);
    desk.scan(&[]);
    desk.task(PLAIN);
    desk.enter(Scene::Finalize);
    desk.act(Action::Copy);
    desk.send(Msg::Digit(6));
    desk.act(Action::Open);
    desk.send(Msg::Text("Run the migration check first.".into()));
    desk.act(Action::Open);
    let asked = desk.effects.iter().find_map(|effect| match effect {
        Effect::Propose { kind: ProposeKind::Lesson(text), .. } => Some(text.clone()),
        _ => None,
    });
    assert_eq!(asked.as_deref(), Some("Run the migration check first."));
}

#[test]
fn the_agents_card_says_what_to_install_and_how_to_configure() {
    let own = shipped("agents/claude.toml").replace("Claude Code", "Our Claude");
    let mut desk = Desk::with_stack_folder(PYTHON, &[("agents/claude.toml", &own)]);
    desk.act(Action::Agents);
    let card = desk.popup();
    assert!(card.contains("OUR CLAUDE") && card.contains("[[proposers]]"), "{card}");
    assert!(card.contains("argv = [\"codex\", \"exec\""), "{card}");
    assert!(card.contains("never into a repository"), "{card}");
    desk.act(Action::Escape);
    desk.scan(&[]);
    desk.task(PLAIN);
    assert!(!desk.opened().contains(&"agents"));
    desk.enter(Scene::Act);
    desk.send(Msg::Planned(vec![by_hand(Layer::Router)]));
    assert!(desk.opened().contains(&"agents"), "a step without a recipe opens the card");
}

#[test]
fn every_schema_is_shipped_and_is_a_schema() {
    let names = schema_names();
    assert!(names.len() >= 5, "{names:?}");
    for name in names {
        let text = schema(&name).expect("shipped");
        let value: serde_json::Value = serde_json::from_str(text).expect("JSON");
        assert!(jsonschema::validator_for(&value).is_ok(), "{name}");
    }
}

#[test]
fn schema_first_work_has_a_hand_over_note_in_prepare_and_in_the_report() {
    let mut desk = Desk::new(PYTHON);
    desk.scan(&[]);
    desk.task("Add a column priority:int to orders");
    assert!(desk.effects.iter().any(|effect| matches!(effect, Effect::SchemaNote)));
    let task = desk.model.session.work.task.clone().expect("task");
    let note = proscenium::knowledge::grammar::handover_note(&task.reading, &desk.model.map());
    assert!(note.is_some());
    desk.send(Msg::SchemaNote(note));
    assert!(desk.pane(Pane::Checklist).contains("Schema hand-over"));
    let report = proscenium::engine::reporting::report(&desk.model);
    assert!(
        report.handover.iter().any(|line| line.starts_with("Tables: ") && line.contains("priority")),
        "{:?}",
        report.handover
    );
}

#[test]
fn resuming_opens_nothing_twice() {
    let mut desk = Desk::new(PYTHON);
    desk.scan(&[]);
    desk.task("Do both writes of the orders in one transaction");
    let task = desk.model.session.work.task.clone().expect("task");
    let pages: Vec<What> = desk
        .model
        .session
        .evidence
        .pages
        .iter()
        .map(|(page, trigger)| What::PageOpened { page: page.clone(), trigger: trigger.clone() })
        .collect();
    let mut again = Desk::new(PYTHON);
    let events: Vec<What> = [What::TaskRead { task: Box::new(task) }].into_iter().chain(pages).collect();
    again.replay(&events);
    again.scan(&[]);
    assert_eq!(again.opened(), desk.opened());
}
