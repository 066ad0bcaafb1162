//! Two people at one terminal: who drives, who navigates, and what both must approve.
//!
//! The one who drives decides; a decision carries their name. Where the session asks for
//! two people, a hunk that touches migrations or authentication and has one name is held
//! but in no commit: the other person approves it after the hand-over.

use super::{
    cx::{Cx, plural},
    model::Model,
    scene::act_diff,
    text::Purpose,
    view::{Mark, Role, Row, bold, muted, role},
};
use crate::{
    domain::{
        edit::FileEdit,
        event::What,
        guard::{self, Guarded},
        hunk::Hunk,
        ids::HunkId,
        person::{Person, is_same, name_of},
    },
    keys::Action,
};

/// Whether this session asks for two people: its own word, else the user's configuration.
pub fn asks_for_two(model: &Model) -> bool {
    model.session.identity.two_approvals || model.options.two_approvals
}

/// Driver and navigator without their addresses; the navigator is empty for one alone.
pub fn people(model: &Model) -> (&str, &str) {
    let identity = &model.session.identity;
    (name_of(&identity.driver), name_of(&identity.navigator))
}

/// `Ada drives, Grace navigates`; empty for one alone.
pub fn sentence(model: &Model) -> String {
    match people(model) {
        (_, "") => String::new(),
        (driver, navigator) => format!("{driver} drives, {navigator} navigates"),
    }
}

/// Why a held hunk is in no commit yet: it is guarded, and one person alone approved it.
pub fn waits(model: &Model, edit: &FileEdit, hunk: &Hunk) -> Option<Guarded> {
    if !asks_for_two(model) || !hunk.decision.is_held() {
        return None;
    }
    let both = !hunk.decided_by.is_empty()
        && !hunk.seconded_by.is_empty()
        && !is_same(&hunk.decided_by, &hunk.seconded_by);
    if both { None } else { guard::guarded(edit, hunk, act_diff::layer(model, edit, hunk)) }
}

/// The hunks that wait for a second person, in plan order.
pub fn waiting(model: &Model) -> Vec<(HunkId, Guarded)> {
    if !asks_for_two(model) {
        return Vec::new();
    }
    let hunks = model.session.hunks().into_iter();
    hunks
        .filter_map(|hunk| {
            let (edit, hunk) = model.session.hunk(hunk.id)?;
            Some((hunk.id, waits(model, edit, hunk)?))
        })
        .collect()
}

/// Whether the person at the keyboard is the one that the hunk waits for.
pub fn waits_for_driver(model: &Model, id: HunkId) -> bool {
    let (driver, _) = people(model);
    model.session.hunk(id).is_some_and(|(edit, hunk)| {
        waits(model, edit, hunk).is_some() && !driver.is_empty() && !is_same(driver, &hunk.decided_by)
    })
}

/// The state word of a hunk that waits: `approved by Ada, waits for Grace`.
pub fn state(model: &Model, edit: &FileEdit, hunk: &Hunk) -> Option<(Mark, String)> {
    waits(model, edit, hunk)?;
    let by = if hunk.decided_by.is_empty() { String::new() } else { format!(" by {}", hunk.decided_by) };
    Some((Mark::Half, format!("approved{by}, waits for {}", second(model, hunk))))
}

/// Who is to give the second approval, as far as it is known.
fn second(model: &Model, hunk: &Hunk) -> String {
    let (driver, navigator) = people(model);
    let other = [driver, navigator]
        .into_iter()
        .find(|name| !name.is_empty() && !hunk.decided_by.is_empty() && !is_same(name, &hunk.decided_by));
    other.map_or_else(|| "a second person".to_owned(), str::to_owned)
}

/// Why nothing can be committed or written yet, with the key that helps; None when it can.
pub fn refusal(model: &Model) -> Option<String> {
    let waiting = waiting(model);
    let (first, _) = waiting.first()?;
    let text = refusal_of(model, *first)?;
    Some(match waiting.len() - 1 {
        0 => text,
        1 => format!("{text} One more waits."),
        more => format!("{text} {more} more wait."),
    })
}

/// Why this hunk is in no commit yet, with the key that helps; None when it may be.
pub fn refusal_of(model: &Model, id: HunkId) -> Option<String> {
    let (edit, hunk) = model.session.hunk(id)?;
    let guarded = waits(model, edit, hunk)?;
    let by = if hunk.decided_by.is_empty() { "one person" } else { hunk.decided_by.as_str() };
    let second = second(model, hunk);
    let key = model.keys.key(Action::HandOver);
    let next = match people(model) {
        (_, "") => format!("{key} names the second person."),
        (driver, _) if is_same(driver, &second) => format!("{driver} approves it in ACT."),
        _ => format!("{key} hands over to {second}, who approves it in ACT."),
    };
    Some(format!("Hunk {id} touches {}; only {by} approved it, so it stays held. {next}", guarded.what()))
}

/// Whether an approval of the hunk would be news: it is not held, or nobody knows who
/// approved it and a name is wanted.
pub fn is_open(model: &Model, id: HunkId) -> bool {
    model.session.hunk(id).is_some_and(|(edit, hunk)| {
        let nameless = hunk.decided_by.is_empty() && !people(model).0.is_empty();
        !hunk.decision.is_held() || (nameless && waits(model, edit, hunk).is_some())
    })
}

/// What follows the notice of an approval: `; it waits for Grace`. Empty where it is enough.
pub fn still_waits(model: &Model, ids: &[HunkId]) -> String {
    let waiting: Vec<&Hunk> = ids
        .iter()
        .filter_map(|id| model.session.hunk(*id))
        .filter(|(edit, hunk)| waits(model, edit, hunk).is_some())
        .map(|(_, hunk)| hunk)
        .collect();
    match waiting.as_slice() {
        [] => String::new(),
        [one] if ids.len() == 1 => format!("; it waits for {}", second(model, one)),
        [one, ..] => format!("; {} of them for {} too", waiting.len(), second(model, one)),
    }
}

/// The second approval of hunks that wait for the one who drives. Returns how many there were.
pub fn second_approval(cx: &mut Cx<'_>, hunks: &[HunkId]) -> usize {
    let mut given = Vec::new();
    for id in hunks {
        if waits_for_driver(cx.model, *id) && cx.record(What::Seconded { hunk: *id }) {
            given.push(*id);
        }
    }
    let (driver, _) = people(cx.model);
    let who = driver.to_owned();
    match given.as_slice() {
        [] => {}
        [one] => cx.undoable(format!("{who} approved hunk {one} as the second person")),
        many => cx.undoable(format!("{who} approved {} as the second person", plural(many.len(), "hunk"))),
    }
    given.len()
}

/// Hands over, or asks who is here when nobody was named.
pub fn hand_over(cx: &mut Cx<'_>) {
    let identity = &cx.model.session.identity;
    let (driver, navigator) = (identity.driver.clone(), identity.navigator.clone());
    if navigator.is_empty() {
        ask(cx);
        return;
    }
    if !cx.record(What::DriverChanged { driver: navigator, navigator: driver }) {
        return;
    }
    let (driver, navigator) = people(cx.model);
    let mut text = format!("{driver} drives now, {navigator} navigates");
    let waiting = waiting(cx.model);
    match waiting.iter().filter(|(id, _)| waits_for_driver(cx.model, *id)).count() {
        0 => {}
        1 => text.push_str("; 1 hunk waits for a second approval"),
        n => text.push_str(&format!("; {n} hunks wait for a second approval")),
    }
    cx.notice(Mark::Before, text);
}

/// Asks for both names.
pub fn ask(cx: &mut Cx<'_>) {
    let identity = &cx.model.session.identity;
    let known: Vec<&str> = [identity.driver.as_str(), identity.navigator.as_str()]
        .into_iter()
        .filter(|name| !name.is_empty())
        .collect();
    let known = match known.as_slice() {
        [] if cx.model.options.driver.is_empty() => String::new(),
        [] => format!("{}, ", cx.model.options.driver),
        [driver] => format!("{driver}, "),
        both => both.join(", "),
    };
    super::action::prompt(
        cx,
        Purpose::Names,
        "Who drives, who navigates?",
        "Ada, Grace; an address may follow in <>",
        "begin pairing",
    );
    cx.set_text(known);
}

/// Takes both names from a text: `Ada, Grace`. Returns whether they were taken.
pub fn named(cx: &mut Cx<'_>, text: &str) -> bool {
    let (driver, navigator) = text.split_once(',').unwrap_or((text, ""));
    name(cx, driver, navigator)
}

/// Names the people; an empty navigator is one alone. Returns whether they were taken.
pub fn name(cx: &mut Cx<'_>, driver: &str, navigator: &str) -> bool {
    let Some(driver) = Person::parse(driver) else {
        cx.refuse("A name is wanted: who drives, then a comma, then who navigates.");
        return false;
    };
    let navigator = Person::parse(navigator);
    if navigator.as_ref().is_some_and(|navigator| is_same(&navigator.name, &driver.name)) {
        cx.refuse(format!("{} cannot do both; two people need two names.", driver.name));
        return false;
    }
    let navigator = navigator.map(|navigator| navigator.to_string()).unwrap_or_default();
    let identity = &cx.model.session.identity;
    if (&identity.driver, &identity.navigator) == (&driver.to_string(), &navigator) {
        return true;
    }
    if !cx.record(What::DriverChanged { driver: driver.to_string(), navigator }) {
        return false;
    }
    let text = match sentence(cx.model) {
        text if text.is_empty() => format!("{} drives", driver.name),
        text => text,
    };
    cx.notice(Mark::Before, text);
    if cx.model.options.two_approvals {
        // The journal says what the session asked for, whatever is configured later.
        need_two(cx);
    }
    true
}

/// From now on guarded hunks need two people. One person alone cannot take that back.
pub fn need_two(cx: &mut Cx<'_>) {
    if !cx.model.session.identity.two_approvals && cx.record(What::TwoApprovalsAsked) {
        cx.touched();
    }
}

/// The palette's way to ask for it.
pub fn ask_for_two(cx: &mut Cx<'_>) {
    if cx.model.session.identity.two_approvals {
        cx.refuse("Migrations and authentication need two people already; that stays for this session.");
        return;
    }
    need_two(cx);
    cx.notice(Mark::Before, "hunks that touch migrations or authentication need two people now");
}

/// Who is here, for PREPARE.
pub fn rows(model: &Model) -> Vec<Row> {
    let key = || role(Role::Accent, model.keys.key(Action::HandOver));
    let mut rows = vec![Row::Blank];
    match people(model) {
        (_, "") => rows
            .push(Row::Text { line: vec![key(), muted(" names who drives and who navigates")], indent: 0 }),
        (driver, navigator) => {
            let pair = vec![
                bold(driver.to_owned()),
                muted(" drives, "),
                bold(navigator.to_owned()),
                muted(" navigates"),
            ];
            rows.push(Row::Text { line: pair, indent: 0 });
            rows.push(Row::Text { line: vec![key(), muted(" hands over")], indent: 0 });
        }
    }
    if asks_for_two(model) {
        rows.push(Row::aside("migrations and authentication need both"));
    }
    rows
}

/// Everybody who is named or decided something, once each: driver, navigator, others.
pub fn everybody(model: &Model) -> Vec<String> {
    let identity = &model.session.identity;
    let mut people: Vec<String> = Vec::new();
    let hunks = model.session.hunks();
    let deciders = hunks.iter().flat_map(|hunk| [hunk.decided_by.as_str(), hunk.seconded_by.as_str()]);
    for name in [identity.driver.as_str(), identity.navigator.as_str()].into_iter().chain(deciders) {
        if !name.is_empty() && !people.iter().any(|known| is_same(known, name)) {
            people.push(name_of(name).to_owned());
        }
    }
    people
}

/// Who approved what, for the report of two people; empty for one alone.
pub fn approvals(model: &Model) -> Vec<String> {
    if people(model).1.is_empty() {
        return Vec::new();
    }
    let held = model.session.hunks_where(|hunk| hunk.decision.is_held());
    let mut lines: Vec<String> = everybody(model)
        .into_iter()
        .filter_map(|name| {
            let own: Vec<String> = held
                .iter()
                .filter(|hunk| is_same(&hunk.decided_by, &name))
                .map(|hunk| hunk.id.to_string())
                .collect();
            let noun = if own.len() == 1 { "hunk" } else { "hunks" };
            (!own.is_empty()).then(|| format!("{noun} {} approved by {name}", own.join(", ")))
        })
        .collect();
    let seconded = held.iter().filter(|hunk| !hunk.seconded_by.is_empty());
    lines.extend(seconded.map(|hunk| format!("hunk {} approved by {} too", hunk.id, hunk.seconded_by)));
    lines
}

/// The trailers of the commit message, one a line; empty for one alone.
pub fn trailers(model: &Model) -> String {
    let identity = &model.session.identity;
    if identity.navigator.is_empty() {
        return String::new();
    }
    let (driver, navigator) = people(model);
    let mut text = format!("Driver: {driver}\nNavigator: {navigator}");
    let author = model.world.repo.as_ref().and_then(|repo| repo.author.clone()).unwrap_or_default();
    for person in [&identity.driver, &identity.navigator].into_iter().filter_map(|text| Person::parse(text)) {
        // The author of the commit needs no trailer to be named.
        let Some(address) = person.address.as_ref().filter(|address| !author.contains(address.as_str()))
        else {
            continue;
        };
        text.push_str(&format!("\nCo-authored-by: {} <{address}>", person.name));
    }
    text
}
