//! How the value in an address is checked: by rules of zod beside those of the key, which
//! are the rules that a body has for the same field.

use super::{
    asked::Asked,
    code::{Code, Unit},
    handler::Registration,
    piece::{From, Need, Piece, layer_of},
};
use crate::{
    domain::layer::Layer,
    ports::ProposeError,
    propose::{
        edits::line_end,
        recipe::{
            names::{camel, pascal, snake},
            node::{beside::whole_of, graft::Work},
            typescript::words,
        },
        script::{Id, Kind, Tree},
    },
};

/// What checks the key of the example's route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Check {
    /// The schema's name, as the example's source has it.
    pub(super) schema: String,
    /// Whether it is of an object with the key, and not of the key itself.
    pub(super) is_object: bool,
}

/// How the example's handler gets at the key.
#[derive(Debug, Clone)]
pub(in crate::propose::recipe) struct Reading {
    pub(super) check: Option<Check>,
    /// The route's parameter: `id`.
    pub(super) parameter: String,
    /// The variable that holds the key; none where it is handed on at once.
    pub(super) variable: Option<String>,
    /// The statement that declares it, or the expression that is handed on.
    pub(super) node: Id,
    pub(super) is_statement: bool,
}

/// The new schema: its name, its declaration, and where that stands.
#[derive(Debug, Clone)]
pub(super) struct Schema {
    pub(super) name: String,
    pub(super) path: String,
    /// None where the file has it already.
    pub(super) piece: Option<Piece>,
}

/// Whether a text reads what stands in an address.
fn reads_address(text: &str) -> bool {
    let flat: String = text.split_whitespace().collect();
    flat.contains(".params")
        || flat.contains(".param(")
        || flat.contains("valid('param')")
        || flat.contains("valid(\"param\")")
}

/// Reads it from the handler of one row.
pub(super) fn reading(code: &Code<'_>, get: &Registration<'_>) -> Result<Option<Reading>, ProposeError> {
    let unit = get.unit;
    let (source, tree) = code.get(unit.path)?;
    let text = source.text.as_str();
    let Some(parameter) = get.parameter() else { return Ok(None) };
    let check = check(code, get, tree, text);
    let declared = tree.below(unit.function).find(|id| {
        tree.kind(*id) == Kind::Variables
            && tree.children(*id).first().and_then(|one| tree.value(*one)).is_some_and(|value| {
                let plain = tree.text(value, text);
                reads_address(plain) && !plain.contains("await")
            })
    });
    if let Some(node) = declared {
        let variable = tree.children(node).first().and_then(|one| tree.children(*one).first()).copied();
        let variable = variable.and_then(|pattern| match tree.kind(pattern) {
            Kind::Name => Some(tree.text(pattern, text)),
            _ => {
                let member =
                    tree.children(pattern).iter().find(|id| tree.name(**id, text) == Some(parameter))?;
                Some(tree.text(tree.value(*member)?, text))
            }
        });
        let variable = variable.map(str::to_owned);
        let reading = Reading { check, parameter: parameter.to_owned(), variable, node, is_statement: true };
        return Ok(reading.variable.is_some().then_some(reading));
    }
    // The largest expression that is an argument and reads nothing but the address.
    let node = tree.below(unit.function).find(|id| {
        let is_argument =
            tree.kind(tree.parent(*id)) == Kind::Call && tree.children(tree.parent(*id)).first() != Some(id);
        let plain = tree.text(*id, text);
        is_argument
            && matches!(tree.kind(*id), Kind::Call | Kind::Member)
            && reads_address(plain)
            && !plain.contains("await")
            && !plain.contains("=>")
            && code.target(unit.path, *id).is_none()
    });
    Ok(node.map(|node| Reading {
        check,
        parameter: parameter.to_owned(),
        variable: None,
        node,
        is_statement: false,
    }))
}

/// The schema that the key is checked with.
fn check(code: &Code<'_>, get: &Registration<'_>, tree: &Tree, text: &str) -> Option<Check> {
    for call in tree.below(get.unit.function).filter(|id| tree.kind(*id) == Kind::Call) {
        let Some((name, Some(object))) = tree.callee(call, text) else { continue };
        let Some(first) = tree.arguments(call).first().copied() else { continue };
        let given = tree.text(first, text);
        if matches!(name, "parse" | "parseAsync") && reads_address(given) {
            let is_object = given.ends_with("params") || given.ends_with("param()");
            return Some(Check { schema: tree.text(object, text).to_owned(), is_object });
        }
    }
    let (source, tree) = code.get(get.path).ok()?;
    let text = source.text.as_str();
    get.between(code).into_iter().find_map(|id| {
        let given = tree.arguments(id);
        let says = |id: &Id| matches!(tree.text(*id, text).trim_matches(['\'', '"']), "param" | "params");
        let schema = given.iter().find(|id| tree.kind(**id) == Kind::Name)?;
        let name = tree.text(*schema, text);
        (given.iter().any(says) || name.to_lowercase().contains("param"))
            .then(|| Check { schema: name.to_owned(), is_object: true })
    })
}

impl Check {
    /// What the schema of the column is called: `idParam` becomes `emailParam`.
    fn name_for(&self, column: &str) -> String {
        let own = snake(&self.schema);
        let words: Vec<&str> = own.split('_').filter(|word| !word.is_empty()).collect();
        let made = if words.contains(&"id") {
            let new = words.iter().map(|word| if *word == "id" { column } else { word });
            new.collect::<Vec<_>>().join("_")
        } else {
            format!("{column}_{own}")
        };
        if self.schema.starts_with(char::is_uppercase) { pascal(&made) } else { camel(&made) }
    }
}

/// The schema of the value, beside those of bodies.
pub(super) fn schema(
    asked: &Asked<'_>,
    check: &Check,
    home: Unit<'_>,
    rule: &str,
) -> Result<Schema, ProposeError> {
    let name = check.name_for(&snake(&asked.variable));
    let (source, tree) = asked.code.get(home.path)?;
    let text = source.text.as_str();
    if words(text).contains(&name) {
        return Ok(Schema { name, path: home.path.to_owned(), piece: None });
    }
    let whole = whole_of(tree, home.node);
    let range = tree.range(whole);
    let export = if tree.text(whole, text).starts_with("export ") { "export " } else { "" };
    let rule = if asked.habits.quote == '"' { rule.replace('\'', "\"") } else { rule.to_owned() };
    let object = tree.callee(tree.parent(home.function), text).map_or("object", |(name, _)| name);
    let value = if check.is_object { format!("z.{object}({{ {}: {rule} }})", asked.variable) } else { rule };
    let made = format!("\n{export}const {name} = {value}{}\n", asked.end());
    let layer = match layer_of(asked, home.path) {
        Layer::Router => Layer::Router,
        _ => Layer::Schema,
    };
    let piece = Piece {
        path: home.path.to_owned(),
        at: line_end(text, range.end),
        over: 0,
        text: made,
        layer,
        like: source.place(range.start),
        needs: Vec::new(),
    };
    Ok(Schema { name, path: home.path.to_owned(), piece: Some(piece) })
}

impl Schema {
    /// What a file that asks for it needs.
    pub(super) fn need(&self) -> Need {
        Need { name: self.name.clone(), from: From::File(self.path.clone()) }
    }
}

impl Reading {
    /// The key is a variable of a function, and nothing else is known of it.
    pub(in crate::propose::recipe) fn of_variable(name: &str, function: Id) -> Self {
        Self {
            check: None,
            parameter: name.to_owned(),
            variable: Some(name.to_owned()),
            node: function,
            is_statement: false,
        }
    }
}

/// Exchanges the variable that holds the key for the value everywhere in a function.
pub(in crate::propose::recipe) fn exchange_variable(
    asked: &Asked<'_>,
    work: &mut Work<'_>,
    function: Id,
    name: &str,
) {
    let within = work.tree.below(function);
    exchange(asked, work, within, &Reading::of_variable(name, function), None);
}

/// Exchanges the key for the value everywhere below a node: the route's parameter, the
/// variable that holds it, and the schema that checks it.
pub(super) fn exchange(
    asked: &Asked<'_>,
    work: &mut Work<'_>,
    within: impl Iterator<Item = Id>,
    reading: &Reading,
    schema: Option<&Schema>,
) {
    let (parameter, variable) = (reading.parameter.as_str(), reading.variable.as_deref());
    let old = reading.check.as_ref().map(|check| check.schema.as_str());
    for id in within {
        let range = work.tree.range(id);
        if work.is_written(&range) || work.is_dropped(&range) {
            continue;
        }
        let text = work.tree.text(id, work.text);
        let parent = work.tree.parent(id);
        match work.tree.kind(id) {
            Kind::Text => {
                let called = work.tree.callee(parent, work.text).map(|(name, _)| name);
                if called == Some("param") && text.trim_matches(['\'', '"', '`']) == parameter {
                    work.write(range, asked.quoted(&asked.variable));
                }
            }
            Kind::Member if Some(text) == old => {
                if let Some(schema) = schema {
                    work.write(range, schema.name.clone());
                }
            }
            Kind::Name => {
                if let Some(schema) = schema.filter(|_| Some(text) == old) {
                    work.write(range, schema.name.clone());
                    continue;
                }
                if text != parameter && Some(text) != variable {
                    continue;
                }
                if let Some((range, new)) = exchanged(asked, work, id, parent, reading) {
                    work.write(range, new);
                }
            }
            _ => {}
        }
    }
}

/// What one name becomes.
fn exchanged(
    asked: &Asked<'_>,
    work: &Work<'_>,
    id: Id,
    parent: Id,
    reading: &Reading,
) -> Option<(std::ops::Range<usize>, String)> {
    let (tree, new) = (&work.tree, &asked.variable);
    let text = tree.text(id, work.text);
    let range = tree.range(id);
    let is_variable = Some(text) == reading.variable.as_deref();
    match tree.kind(parent) {
        Kind::Member if tree.children(parent).last() == Some(&id) => {
            let object = tree.text(*tree.children(parent).first()?, work.text);
            (text == reading.parameter && (object.contains("param"))).then(|| (range, new.clone()))
        }
        Kind::Property if tree.kind(tree.parent(parent)) == Kind::ObjectPattern => {
            let is_it = tree.name(parent, work.text) == Some(&reading.parameter);
            is_it.then(|| (tree.range(parent), new.clone()))
        }
        Kind::Property if tree.is_shorthand(parent) => {
            is_variable.then(|| (tree.range(parent), format!("{text}: {new}")))
        }
        Kind::Property if tree.value(parent) != Some(id) => None,
        Kind::ShapeMember | Kind::Specifier => None,
        _ => is_variable.then(|| (range, new.clone())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schema_is_called_as_that_of_the_key() {
        for (schema, expected) in [
            ("idParam", "penNameParam"),
            ("ProductIdSchema", "ProductPenNameSchema"),
            ("params", "penNameParams"),
        ] {
            let check = Check { schema: schema.into(), is_object: false };
            assert_eq!(check.name_for("pen_name"), expected);
        }
    }
}
