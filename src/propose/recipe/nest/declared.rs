//! The declaration of a column that becomes different: its decorators, its type, its index.

use super::{
    alter::Alter,
    bodies, imports,
    reshape::home,
    stated::{Stated, reference_of},
    survey::Source,
};
use crate::{
    domain::{layer::Layer, proposal::FileChange},
    ports::ProposeError,
    propose::{
        edits::{Edits, indent_of, newline_of},
        recipe::{fields::Kind, reshape::Difference, resource::Edited, typescript::Candidate},
        script::Class,
    },
};

/// The entity with the new declarations.
pub(super) fn entity(alter: &Alter<'_>, all: &[Difference]) -> Result<Option<FileChange>, ProposeError> {
    let (source, class) = home(alter)?;
    let mut edits = Edits::default();
    let mut like = None;
    for one in all {
        let stated = Stated::read(alter, (source, class), &one.after)?;
        let before = edits.clone();
        declaration(alter, class, &stated, one, &mut edits);
        if edits != before {
            like.get_or_insert(stated.place.clone());
        }
    }
    let Some(like) = like else { return Ok(None) };
    let wanted: Vec<Candidate> = Candidate::of("typeorm:Index").into_iter().collect();
    let new = imports::settled(source, edits, &wanted, &["Index"], &alter.plan.habits)?;
    let ask = alter.change.ask;
    let layer = Layer::Model;
    let reason = ask.head.reason(layer);
    Ok(Some(ask.edited(Edited {
        path: &source.path,
        old: &source.text,
        new,
        reason,
        like: Some(like),
        layer,
    })))
}

/// The decorators and the type of one column.
fn declaration(alter: &Alter<'_>, class: &Class, stated: &Stated<'_>, one: &Difference, edits: &mut Edits) {
    let after = &one.after;
    let mut first = stated.first.clone();
    let mut options = stated.options.clone();
    if after.kind != one.before.kind {
        // From a text of some length to one of any.
        options.retain(|(key, _)| key != "length");
        match &mut first {
            Some(first) => "text".clone_into(first),
            None => set(&mut options, "type", "'text'".into()),
        }
    } else if after.kind == Kind::String && after.max != one.before.max {
        set(&mut options, "length", after.max.unwrap_or(255).to_string());
    }
    if one.is_optional_now() {
        // The type is no longer seen at run time, so it has to be stated.
        if let (None, Some(ty)) = (stated.stated_type(), bare_column_type(alter, stated)) {
            set(&mut options, "type", format!("'{ty}'"));
        }
        set(&mut options, "nullable", "true".into());
    }
    if one.is_required_now() {
        options.retain(|(key, _)| key != "nullable");
    }
    if let Some(fill) = &one.fill {
        set(&mut options, "default", fill.typescript());
    }
    let habits = &alter.plan.habits;
    if options != stated.options || first != stated.first {
        options.sort_by_key(|(key, _)| ["name", "type"].iter().position(|own| own == key).unwrap_or(9));
        let list: Vec<String> = options.iter().map(|(key, value)| format!("{key}: {value}")).collect();
        let object = if list.is_empty() { String::new() } else { format!("{{ ⟨{}⟩ }}", list.join("¦")) };
        let parts: Vec<String> = first
            .iter()
            .map(|first| format!("'{first}'"))
            .chain((!object.is_empty()).then_some(object))
            .collect();
        let indent = indent_of(&stated.source.text, stated.mark.range.start);
        let written = habits.write(&format!("  @Column({})", parts.join(", ")), &[]);
        edits.replace(stated.mark.range.clone(), reindented(&written, &habits.indent, indent));
    }
    retyped(stated.source, &stated.property.stated, one, class, edits);
    if let Some((mark, _)) = reference_of(class, after, &stated.property.name) {
        let is_changed = one.is_required_now() || one.is_optional_now();
        if let Some(text) = is_changed.then(|| relation(&mark.arguments, one.is_optional_now())).flatten() {
            let written = habits.write(&format!("  @{}({text})", mark.name), &[]);
            let indent = indent_of(&stated.source.text, mark.range.start);
            edits.replace(mark.range.clone(), reindented(&written, &habits.indent, indent));
        }
    }
    reindexed(stated, one, edits);
}

/// A written part without the indent that it was written with, broken lines moved along.
fn reindented(written: &str, unit: &str, indent: &str) -> String {
    let lines = written.trim_end().lines().map(|line| line.strip_prefix(unit).unwrap_or(line));
    lines.collect::<Vec<_>>().join(&format!("\n{indent}"))
}

/// Puts an option in, in place of the one of that name.
fn set(options: &mut Vec<(String, String)>, key: &str, value: String) {
    match options.iter_mut().find(|(own, _)| own == key) {
        Some((_, own)) => *own = value,
        None => options.push((key.to_owned(), value)),
    }
}

/// The type that TypeORM takes from a plain TypeScript type.
fn bare_column_type(alter: &Alter<'_>, stated: &Stated<'_>) -> Option<&'static str> {
    let ty = match stated.bare_type().as_str() {
        "string" => "varchar",
        "number" => "integer",
        "boolean" => "boolean",
        "Date" if alter.plan.dialect == "postgres" => "timestamp",
        "Date" => "datetime",
        _ => return None,
    };
    Some(ty)
}

/// `title?: string | null` where a property's value may be missing now, or may not any more.
pub(super) fn retyped(
    source: &Source,
    range: &std::ops::Range<usize>,
    one: &Difference,
    class: &Class,
    edits: &mut Edits,
) {
    let text = source.slice(range);
    let Some((name, ty)) = text.split_once(':') else { return };
    let bare = super::stated::bare(ty);
    let new = if one.is_optional_now() {
        format!("{name}: {bare} | null")
    } else if one.is_required_now() {
        let bang =
            if name.ends_with('?') && class.properties.iter().any(|own| own.definite) { "!" } else { "" };
        format!("{}{bang}: {bare}", name.trim_end_matches('?'))
    } else {
        return;
    };
    if new != text {
        edits.replace(range.clone(), new);
    }
}

/// The arguments of a relation that may be missing, or may not any more.
fn relation(arguments: &[String], is_optional: bool) -> Option<String> {
    let mut parts: Vec<String> = arguments.to_vec();
    let last = parts.last().cloned().filter(|last| last.starts_with('{'));
    let flat = last.as_deref().unwrap_or_default();
    let flat = flat.trim_start_matches('{').trim_end_matches('}').trim().trim_end_matches(',');
    let mut options: Vec<&str> = flat.split(',').map(str::trim).filter(|one| !one.is_empty()).collect();
    // Nested options are not taken apart.
    if flat.contains(['{', '(']) {
        return None;
    }
    options.retain(|one| !one.starts_with("nullable"));
    if !is_optional {
        options.push("nullable: false");
    }
    if last.is_some() {
        parts.pop();
    }
    if !options.is_empty() {
        parts.push(format!("{{ {} }}", options.join(", ")));
    }
    Some(parts.join(", "))
}

/// `@Index()` added, changed or taken away.
fn reindexed(stated: &Stated<'_>, one: &Difference, edits: &mut Edits) {
    let text = &stated.source.text;
    let is_dropped = dropped(one);
    let mark = |unique: bool| if unique { "@Index({ unique: true })" } else { "@Index()" };
    match (stated.index, one.new_index()) {
        (Some((old, _)), Some(unique)) => edits.replace(old.range.clone(), mark(unique)),
        (None, Some(unique)) => {
            let indent = indent_of(text, stated.property.range.start);
            edits
                .insert(stated.property.range.start, format!("{}{}{indent}", mark(unique), newline_of(text)));
        }
        (Some((old, _)), None) if is_dropped => match one.after.index {
            true => edits.replace(old.range.clone(), mark(false)),
            false => edits.replace(bodies::with_gap(text, &old.range), ""),
        },
        _ => {}
    }
}

/// Whether the index that is there goes.
pub(super) fn dropped(one: &Difference) -> bool {
    let (before, after) = (&one.before, &one.after);
    before.unique && !after.unique || before.index && !before.unique && (!after.index || after.unique)
}
