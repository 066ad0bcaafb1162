//! Makes the new resource known where the example is: routers that are mounted, parts that
//! are put together, types and tables that several resources share.

use super::{
    graft::{Graft, Work},
    words::Names,
};
use crate::{
    ports::ProposeError,
    propose::{
        edits::{Edits, line_end, line_start},
        recipe::{sources::Source, typescript::words},
        script::{Id, Kind},
    },
};
use std::{collections::BTreeSet, ops::Range};

/// An edited text.
pub(super) struct Registered {
    pub(super) text: String,
    /// The byte of the first of the example's places in the old text.
    pub(super) like_at: usize,
    /// Whether a router is mounted here.
    pub(super) mounts: bool,
    /// What the new lines use and the file has from elsewhere.
    pub(super) uses: BTreeSet<String>,
}

/// A place of the example that the new resource gets beside it.
struct Twin {
    range: Range<usize>,
    /// What it declares; empty where it is there for its own sake.
    declares: Vec<String>,
    is_mount: bool,
}

/// The text with the new resource beside the example, as far as its places are asked for; `None`
/// where nothing belongs there.
pub(super) fn register(
    graft: &Graft<'_>,
    source: &Source,
    wanted: &BTreeSet<String>,
    prepare: &dyn Fn(&mut Work<'_>),
    is_asked: &dyn Fn(&Work<'_>, &Range<usize>) -> bool,
) -> Result<Option<Registered>, ProposeError> {
    let mut work = Work::new(&source.path, &source.text)?;
    prepare(&mut work);
    graft.records(&mut work)?;
    graft.prune(&mut work, &BTreeSet::new());
    graft.rename(&mut work);
    let mut twins = twins(&work, graft.names);
    twins.retain(|twin| is_asked(&work, &twin.range));
    let mut taken: Vec<&Twin> = Vec::new();
    let mut used = wanted.clone();
    // What is declared is taken over only where something that is taken over asks for it.
    loop {
        let more: Vec<&Twin> = twins
            .iter()
            .filter(|twin| !taken.iter().any(|known| known.range == twin.range))
            .filter(|twin| twin.declares.is_empty() || twin.declares.iter().any(|name| used.contains(name)))
            .collect();
        if more.is_empty() {
            break;
        }
        for twin in more {
            used.extend(words(source.text.get(twin.range.clone()).unwrap_or_default()));
            taken.push(twin);
        }
    }
    taken.sort_by_key(|twin| twin.range.start);
    let Some(first) = taken.first() else { return Ok(None) };
    let like_at = first.range.start;
    let mounts = taken.iter().any(|twin| twin.is_mount);
    let mut edits = Edits::default();
    let mut uses = BTreeSet::new();
    let mut pending = String::new();
    for (index, twin) in taken.iter().enumerate() {
        let new = work.slice(twin.range.clone())?;
        uses.extend(words(&new));
        let next = taken.get(index + 1);
        let is_lines = is_lines(work.text, &twin.range);
        if !is_lines {
            let lead = if inline_list(&work, &twin.range) { ", " } else { "" };
            edits.insert(twin.range.end, format!("{lead}{}", new.trim_end_matches([',', ';'])));
            continue;
        }
        let lines = line_start(work.text, twin.range.start)..line_end(work.text, twin.range.end);
        let gap = work.text.get(..lines.start).is_some_and(|before| before.ends_with("\n\n"));
        let is_block = new.contains('\n');
        if gap && (is_block || !pending.is_empty()) {
            pending.push('\n');
        }
        pending.push_str(work.text.get(lines.start..twin.range.start).unwrap_or_default());
        pending.push_str(&new);
        let end = work.text.get(twin.range.end..lines.end).unwrap_or_default();
        pending.push_str(end);
        let is_last_member = end.trim().is_empty() && is_member(&work, &twin.range);
        let follows = next.is_some_and(|next| {
            let between = work.text.get(lines.end..next.range.start).unwrap_or("x");
            between.trim().is_empty() && is_lines_of(work.text, &next.range)
        });
        if !follows {
            if is_last_member {
                // The last member of a list without a comma after it.
                let text = std::mem::take(&mut pending);
                edits.insert(twin.range.end, format!(",\n{}", text.trim_end_matches('\n')));
                continue;
            }
            edits.insert(lines.end, std::mem::take(&mut pending));
        }
    }
    imports(graft.names, source, &used, &mut edits);
    Ok(Some(Registered { text: edits.apply(&source.text)?, like_at, mounts, uses }))
}

fn is_lines_of(text: &str, range: &Range<usize>) -> bool {
    is_lines(text, range)
}

/// Whether nothing else stands on the lines of a range.
fn is_lines(text: &str, range: &Range<usize>) -> bool {
    let before = text.get(line_start(text, range.start)..range.start).unwrap_or_default();
    let after = text.get(range.end..line_end(text, range.end)).unwrap_or_default();
    before.trim().is_empty() && after.trim_matches([' ', ',', ';', '\r', '\n']).is_empty()
}

fn is_member(work: &Work<'_>, range: &Range<usize>) -> bool {
    work.tree.all().any(|id| {
        work.tree.range(id) == *range
            && matches!(work.tree.kind(work.tree.parent(id)), Kind::Object | Kind::Array)
    })
}

fn inline_list(work: &Work<'_>, range: &Range<usize>) -> bool {
    work.tree.all().any(|id| {
        work.tree.range(id) == *range
            && matches!(work.tree.kind(work.tree.parent(id)), Kind::Object | Kind::Array | Kind::Shape)
    })
}

/// Every place that names the example.
fn twins(work: &Work<'_>, names: &Names) -> Vec<Twin> {
    let tree = &work.tree;
    let touches = |id: Id| names.touches(tree.text(id, work.text));
    let mut found: Vec<Twin> = Vec::new();
    for id in tree.all() {
        let range = tree.range(id);
        let inside = found.iter().any(|twin| twin.range.start <= range.start && range.end <= twin.range.end);
        if inside || work.is_dropped(&range) || !touches(id) {
            continue;
        }
        let parent = tree.parent(id);
        let in_body = matches!(tree.kind(parent), Kind::Program | Kind::Body);
        let name = || tree.name(id, work.text).filter(|name| names.touches(name));
        let (part, declares, is_mount) = match tree.kind(id) {
            Kind::ExportFrom => (range, Vec::new(), false),
            Kind::Interface | Kind::Alias | Kind::Class | Kind::Function => {
                let Some(name) = name().filter(|_| in_body || tree.kind(parent) == Kind::Export) else {
                    continue;
                };
                (with_export(work, id), vec![name.to_owned()], false)
            }
            Kind::Variables if in_body || tree.kind(parent) == Kind::Export => {
                let Some(variable) = tree.children(id).first() else { continue };
                let Some(name) = tree.name(*variable, work.text).filter(|name| names.touches(name)) else {
                    continue;
                };
                let is_made = tree.value(*variable).is_some_and(|value| {
                    matches!(tree.kind(value), Kind::New | Kind::Call | Kind::Object | Kind::Arrow)
                });
                if !is_made {
                    continue;
                }
                (with_export(work, id), vec![name.to_owned()], false)
            }
            Kind::Expression if in_body => {
                let Some(call) = tree.children(id).first().copied() else { continue };
                let Some((called, Some(_))) = tree.callee(call, work.text) else { continue };
                let is_mount = matches!(called, "use" | "route" | "register" | "mount" | "group");
                if !is_mount || !tree.arguments(call).into_iter().any(touches) || is_chain(work, call) {
                    continue;
                }
                (range, Vec::new(), true)
            }
            Kind::Call => {
                let Some((called, Some(object))) = tree.callee(id, work.text) else { continue };
                let mounts = matches!(called, "use" | "route" | "register" | "mount")
                    && tree.arguments(id).into_iter().any(touches);
                if !mounts {
                    continue;
                }
                (tree.range(object).end..range.end, Vec::new(), true)
            }
            Kind::ShapeMember if name().is_some() => {
                let whole = tree.text(id, work.text);
                if !whole.split_once(':').is_some_and(|(_, ty)| names.touches(ty)) {
                    continue;
                }
                (range, Vec::new(), false)
            }
            Kind::Property if tree.kind(parent) == Kind::Object && name().is_some() => {
                let is_name = tree.value(id).is_some_and(|value| {
                    touches(value)
                        && matches!(tree.kind(value), Kind::Name | Kind::New | Kind::Call | Kind::Member)
                });
                if !is_name || in_call_of_other(work, parent) {
                    continue;
                }
                (range, Vec::new(), true)
            }
            Kind::Name if tree.kind(parent) == Kind::Array => (range, Vec::new(), true),
            _ => continue,
        };
        found.push(Twin { range: part, declares, is_mount });
    }
    found
}

/// Whether a call stands on others: `app.route(…).route(…)`.
fn is_chain(work: &Work<'_>, call: Id) -> bool {
    let object = work.tree.callee(call, work.text).and_then(|(_, object)| object);
    object.is_some_and(|object| work.tree.kind(object) == Kind::Call)
}

/// An object that is given to a call of something else than a constructor of the whole.
fn in_call_of_other(work: &Work<'_>, object: Id) -> bool {
    let parent = work.tree.parent(object);
    work.tree.kind(parent) == Kind::Call
        && work.tree.callee(parent, work.text).is_some_and(|(name, _)| {
            matches!(name, "json" | "send" | "log" | "info" | "error" | "values" | "set" | "parse")
        })
}

fn with_export(work: &Work<'_>, id: Id) -> Range<usize> {
    let parent = work.tree.parent(id);
    if work.tree.kind(parent) == Kind::Export { work.tree.range(parent) } else { work.tree.range(id) }
}

/// Imports the new names beside the example's.
fn imports(names: &Names, source: &Source, used: &BTreeSet<String>, edits: &mut Edits) {
    for import in &source.script.imports {
        let own: Vec<_> = import
            .names
            .iter()
            .filter(|name| names.touches(&name.local) && used.contains(&name.local))
            .collect();
        if own.is_empty() {
            continue;
        }
        let from = names.path(&import.from);
        if from == import.from {
            for name in own {
                let new = names.code(source.slice(&name.range));
                edits.insert(name.range.end, format!(", {new}"));
            }
            continue;
        }
        let line = source.slice(&import.range);
        let mut new = line.replace(&import.from, "\u{1}");
        new = names.code(&new).replace('\u{1}', &from);
        let end = line_end(&source.text, import.range.end);
        edits.insert(end, format!("{new}\n"));
    }
}
