//! What a body has for a value that a client leaves out: `#[serde(default = "default_stars")]`
//! and its function.

use super::{
    super::{
        alter::rust_of,
        plan::{RECIPE, rust_lines, set_up},
    },
    Shape,
    attributes::Attributes,
    by_hand,
    members::Work,
};
use crate::{
    domain::place::Place,
    ports::ProposeError,
    propose::{
        edits::line_end,
        rust::{Function, Struct},
    },
};
use minijinja::context;

/// The default of a member as it shall be; says whether that is something else than it is.
pub(super) fn written(
    work: &mut Work<'_, '_>,
    own: &mut Attributes,
    (one, inner): (&Struct, &str),
    shape: &Shape,
    (here, remarks): (&Place, &mut Vec<String>),
) -> Result<bool, ProposeError> {
    let after = &shape.one.after;
    let stated = own.item("serde", "default").map(str::to_owned);
    let path = stated.as_deref().and_then(|item| item.split('"').nth(1)).map(str::to_owned);
    let function = path.as_deref().and_then(|path| alone(work, path));
    let ty = if after.optional { format!("Option<{inner}>") } else { inner.to_owned() };
    if let Some(fill) = &shape.one.fill {
        let value = rust_of(fill, inner);
        match function {
            Some(function) => {
                work.edits.replace(function.body.clone(), format!("{{\n    {value}\n}}"));
                typed(work, function, &ty);
            }
            None => {
                let name = format!("default_{}", after.column());
                if work.file.functions.iter().any(|known| known.name == name) {
                    return Err(by_hand(
                        &after.name,
                        here,
                        &format!("shares its default, the function {name}"),
                    ));
                }
                own.set("serde", "default", Some(format!("default = \"{name}\"")));
                let field = context! { fill_rust => value, column => after.column(), rust => ty };
                let context = context! { way => "body", fields => [field], bounded => false };
                let made = work.alter.change.ask.render(RECIPE, "alter.default.rs.j2", &context, set_up)?;
                let made = rust_lines().write(&made);
                work.edits.insert(line_end(work.text, one.range.end), format!("\n{}\n", made.trim()));
            }
        }
        return Ok(true);
    }
    match (stated, function) {
        (None, _) => Ok(false),
        // What is left out becomes what it was, now as a value that may be there.
        (Some(_), Some(function)) if after.optional => {
            let body = work.text.get(function.body.clone()).unwrap_or_default();
            let inside = body.trim_start_matches('{').trim_end_matches('}').trim();
            if inside.contains([';', '\n']) {
                let why = format!("has a default of several steps, the function {}", function.name);
                return Err(by_hand(&after.name, here, &why));
            }
            work.edits.replace(function.body.clone(), format!("{{\n    Some({inside})\n}}"));
            typed(work, function, &ty);
            Ok(true)
        }
        (Some(item), _) if path.is_some() => {
            let why = format!("has {item}, which has to change with its type");
            Err(by_hand(&after.name, here, &why))
        }
        (Some(_), _) if after.optional => {
            remarks.push(format!(
                "What a client leaves out of {} was the default of its type; at {here} it is nothing now.",
                after.name
            ));
            Ok(false)
        }
        (Some(_), _) => {
            own.set("serde", "default", None);
            Ok(true)
        }
    }
}

/// The function of a file that is the default of one member alone.
fn alone<'w>(work: &Work<'w, '_>, path: &str) -> Option<&'w Function> {
    let uses = work.text.matches(&format!("\"{path}\"")).count();
    work.file.functions.iter().find(|one| one.name == path && uses == 1)
}

/// Gives a function another type.
fn typed(work: &mut Work<'_, '_>, function: &Function, ty: &str) {
    let head = work.text.get(function.range.start..function.body.start).unwrap_or_default();
    if let Some(at) = head.rfind(&function.returns).filter(|_| function.returns != ty) {
        let start = function.range.start + at;
        work.edits.replace(start..start + function.returns.len(), ty);
    }
}
