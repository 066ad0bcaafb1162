//! Places where the example's fields are listed: the members of a schema, of a type, of an
//! object that maps one form to another.

use super::words::{form_of, in_form, is_field};
use crate::propose::{
    recipe::{fields::Field, names::snake, rename::Joint},
    script::{Id, Kind, Tree},
};

/// What the members of a record are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holds {
    /// Rules of zod.
    Rules,
    /// Types.
    Types,
    /// Calls that declare columns.
    Columns,
    /// Values of another object's members.
    Values,
    /// Names that a pattern takes out of an object.
    Names,
    /// Plain values.
    Samples,
}

/// A list of fields.
pub(super) struct Record<'t> {
    pub(super) id: Id,
    pub(super) holds: Holds,
    /// The members that are the example's fields.
    pub(super) members: Vec<Id>,
    /// The form of its keys.
    pub(super) form: Joint,
    /// The form of names in its values.
    pub(super) value_form: Joint,
    /// The plainest member, whose words the new ones follow.
    pub(super) pattern: Pattern<'t>,
    /// Whether every field may be absent.
    pub(super) is_partial: bool,
    /// Whether it has the key too, so that it is a row and no body.
    pub(super) is_row: bool,
    /// Whether it is the type that a mapper knows a table by.
    pub(super) is_table: bool,
    /// Whether a spread has the fields already.
    pub(super) is_covered: bool,
    /// What ends a member: `,`, `;` or nothing.
    pub(super) end: &'static str,
    /// Whether the end belongs to the member's own text.
    pub(super) is_stated_end: bool,
}

/// One member as it is written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pattern<'t> {
    pub(super) key: &'t str,
    pub(super) value: &'t str,
    pub(super) is_short: bool,
    /// `readonly ` before the key.
    pub(super) lead: &'t str,
    pub(super) is_optional: bool,
}

/// The list of fields at a node; `None` where it is none.
pub(super) fn record<'t>(
    text: &'t str,
    tree: &Tree,
    id: Id,
    own: &[String],
    form: Joint,
) -> Option<Record<'t>> {
    let kind = tree.kind(id);
    if !matches!(kind, Kind::Object | Kind::ObjectPattern | Kind::Shape) || is_condition(text, tree, id) {
        return None;
    }
    let children = tree.children(id);
    let keyed: Vec<(Id, &str)> = children
        .iter()
        .filter(|child| matches!(tree.kind(**child), Kind::Property | Kind::ShapeMember))
        .filter_map(|child| Some((*child, tree.name(*child, text)?)))
        .collect();
    let members: Vec<(Id, &str)> = keyed
        .iter()
        .copied()
        .filter(|(id, key)| own.iter().any(|field| is_field(key, field)) && !is_function(tree, *id))
        .collect();
    let spread = children.iter().any(|child| matches!(tree.kind(*child), Kind::Spread | Kind::Rest));
    let known = own.iter().filter(|field| members.iter().any(|(_, key)| is_field(key, field))).count();
    if members.is_empty() || (known * 2 < own.len().max(1) && !spread) {
        return None;
    }
    let patterns: Vec<Pattern<'t>> =
        members.iter().filter_map(|(id, key)| pattern(text, tree, *id, key)).collect();
    let holds = holds(kind, &patterns, own);
    let is_covered = spread && !matches!(holds, Holds::Rules | Holds::Types | Holds::Columns);
    if is_covered && holds == Holds::Samples {
        return None;
    }
    let pattern = *patterns
        .iter()
        .filter(|pattern| is_plain(pattern, own))
        .min_by_key(|pattern| pattern.value.len())
        .or_else(|| patterns.first().filter(|_| is_covered || !matches!(holds, Holds::Values)))?;
    let keys = keyed.iter().map(|(_, key)| *key);
    let values = || keyed.iter().filter_map(|(id, _)| tree.value(*id)).map(|id| tree.text(id, text));
    let names_in = values().flat_map(|value| value.split(|c: char| !(c.is_alphanumeric() || c == '_')));
    let key_form = form_of(keys.clone()).unwrap_or(form);
    let first_text = members.first().map_or("", |(id, _)| tree.text(*id, text));
    let stated = first_text.chars().last().filter(|end| matches!(end, ';' | ','));
    let is_row =
        keyed.iter().any(|(_, key)| matches!(snake(key).as_str(), "id" | "created_at" | "updated_at"));
    Some(Record {
        id,
        holds,
        is_partial: holds == Holds::Rules && patterns.iter().all(|one| one.value.contains(".optional()"))
            || holds == Holds::Types && patterns.iter().all(|one| one.is_optional),
        members: members.iter().map(|(id, _)| *id).collect(),
        form: key_form,
        value_form: form_of(names_in).unwrap_or(key_form),
        pattern,
        is_row,
        is_table: ["Generated<", "ColumnType<", "GeneratedAlways<"]
            .iter()
            .any(|ty| tree.text(id, text).contains(ty)),
        is_covered,
        end: match (kind, stated) {
            (_, Some(';')) => ";",
            (Kind::Shape, None) => "",
            _ => ",",
        },
        is_stated_end: stated.is_some(),
    })
}

/// What a search asks for, or an order: no list of fields.
fn is_condition(text: &str, tree: &Tree, id: Id) -> bool {
    let parent = tree.parent(id);
    tree.kind(parent) == Kind::Property
        && tree.name(parent, text).is_some_and(|name| matches!(name, "where" | "orderBy"))
}

fn is_function(tree: &Tree, member: Id) -> bool {
    tree.value(member).is_some_and(|value| matches!(tree.kind(value), Kind::Arrow | Kind::Function))
}

fn pattern<'t>(text: &'t str, tree: &Tree, member: Id, key: &'t str) -> Option<Pattern<'t>> {
    let whole = tree.text(member, text);
    let value = match tree.kind(member) {
        Kind::ShapeMember => whole.split_once(':').map(|(_, ty)| ty.trim().trim_end_matches([';', ',']))?,
        _ => tree.value(member).map(|id| tree.text(id, text))?,
    };
    let head = whole.split(':').next().unwrap_or_default();
    Some(Pattern {
        key,
        value,
        is_short: tree.kind(member) == Kind::Property && tree.is_shorthand(member),
        lead: if whole.starts_with("readonly ") { "readonly " } else { "" },
        is_optional: head.trim_end().ends_with('?'),
    })
}

fn holds(kind: Kind, patterns: &[Pattern<'_>], own: &[String]) -> Holds {
    let any = |test: &dyn Fn(&Pattern<'_>) -> bool| patterns.iter().any(test);
    match kind {
        Kind::Shape => Holds::Types,
        Kind::ObjectPattern => Holds::Names,
        _ if any(&|one| one.value.starts_with("z.") || one.value.starts_with("z\n")) => Holds::Rules,
        _ if any(&|one| one.is_short || one.value == "true") => Holds::Values,
        _ if any(&|one| {
            mentions(one, own) && !one.value.starts_with(['\'', '"', '`']) && !is_column(one)
        }) =>
        {
            Holds::Values
        }
        _ if any(&is_column) => Holds::Columns,
        _ => Holds::Samples,
    }
}

/// A call of a plain function with the column's name or nothing: `text('email').notNull()`.
fn is_column(pattern: &Pattern<'_>) -> bool {
    let head = pattern.value.split('(').next().unwrap_or_default();
    pattern.value.contains('(')
        && !head.is_empty()
        && head.chars().all(|c| c.is_ascii_alphanumeric())
        && pattern.value.split('(').nth(1).is_some_and(|rest| rest.starts_with(['\'', '"', ')', '{']))
}

fn mentions(pattern: &Pattern<'_>, own: &[String]) -> bool {
    let mut words = pattern.value.split(|c: char| !(c.is_alphanumeric() || c == '_'));
    words.any(|word| own.iter().any(|field| is_field(word, field)))
}

/// A member that another can be made from: its own name, or that of another object's member.
fn is_plain(pattern: &Pattern<'_>, own: &[String]) -> bool {
    pattern.is_short
        || pattern.value == "true"
        || (mentions(pattern, own)
            && pattern.value.chars().all(|c| c.is_alphanumeric() || "._?!".contains(c)))
}

/// A member for a new field that maps as the pattern does.
pub(super) fn mapped(record: &Record<'_>, field: &Field, renamed: &dyn Fn(&str) -> String) -> String {
    let column = field.column();
    let key = in_form(&column, record.form);
    let Pattern { key: like, value, is_short, .. } = record.pattern;
    if is_short {
        return key;
    }
    if value == "true" {
        return format!("{key}: true");
    }
    let mut new = String::new();
    for part in value.split_inclusive(|c: char| !(c.is_alphanumeric() || c == '_')) {
        let word = part.trim_end_matches(|c: char| !(c.is_alphanumeric() || c == '_'));
        let is_it = snake(word) == snake(like);
        new.push_str(&if is_it { in_form(&column, record.value_form) } else { renamed(word) });
        new.push_str(part.get(word.len()..).unwrap_or_default());
    }
    format!("{key}: {new}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::propose::recipe::fields::Kind as Type;

    fn found(text: &str) -> Option<(Holds, String)> {
        let tree = Tree::parse("a.ts", text).unwrap();
        let own = ["email".to_owned(), "display_name".to_owned()];
        let field = Field {
            name: "read_on".into(),
            kind: Type::Date,
            optional: false,
            unique: false,
            index: false,
            min: None,
            max: None,
        };
        let one = tree.all().find_map(|id| record(text, &tree, id, &own, Joint::Camel))?;
        Some((one.holds, mapped(&one, &field, &|word| word.to_owned())))
    }

    #[test]
    fn a_list_of_fields_is_known_by_its_keys() {
        let holds = |text: &str| found(text).map(|(holds, _)| holds);
        assert_eq!(
            holds("const a = z.object({ email: z.email(), displayName: z.string() })"),
            Some(Holds::Rules)
        );
        assert_eq!(
            holds("interface A { id: number; email: string; displayName: string }"),
            Some(Holds::Types)
        );
        assert_eq!(
            holds(
                "const t = pgTable('users', { id: serial(), email: text().notNull(), displayName: text('display_name') })"
            ),
            Some(Holds::Columns)
        );
        assert_eq!(holds("const a = { email: 'a@b', displayName: 'Ada' }"), Some(Holds::Samples));
        assert_eq!(holds("find({ where: { email, displayName } })"), None);
        assert_eq!(holds("const a = { mail: 1 }"), None);
    }

    #[test]
    fn a_new_member_maps_as_the_examples_do() {
        let mapped = |text: &str| found(text).map(|(_, member)| member);
        assert_eq!(
            mapped("f({ email: row.email, displayName: row.display_name })").as_deref(),
            Some("readOn: row.read_on")
        );
        assert_eq!(mapped("f({ email, display_name: displayName })").as_deref(), Some("read_on"));
        assert_eq!(
            mapped("f({ email: body.email.trim(), display_name: body.displayName })").as_deref(),
            Some("read_on: body.readOn")
        );
    }
}
