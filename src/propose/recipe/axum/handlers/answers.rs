//! What handlers take and give: results, errors, and what a body is wrapped in.

use super::like::{Like, body};
use crate::{
    ports::ProposeError,
    propose::{
        recipe::{
            axum::{
                code::{Code, Unit},
                style::result_of,
            },
            rename::Renamer,
        },
        rust::Struct,
    },
};

/// How handlers fail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Errors {
    /// `Error::NotFound`; with `{what}` where it says what is not there.
    pub(super) not_found: String,
    /// Says that a row is another's; empty where nothing does.
    pub(super) forbidden: String,
    pub(super) refusing: Option<Refusing>,
}

/// How a value that breaks a rule is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Refusing {
    /// A function that is given pairs of field and reason: `Error::unprocessable_entity`.
    Pairs(String),
    /// An expression with `{what}` for the reason.
    First(String),
}

/// What a value is wrapped in: `{"article": …}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wrapper {
    pub(super) name: String,
    /// `<T = Article>`, the new name in it.
    pub(super) generics: String,
    pub(super) field: String,
    /// As in its structure.
    pub(super) ty: String,
    pub(super) attributes: Vec<String>,
    /// Whether it is the resource's own, and so is written anew.
    pub(super) is_own: bool,
}

const REFUSES: [&str; 7] = [
    "UnprocessableEntity",
    "Unprocessable",
    "Validation",
    "ValidationError",
    "InvalidInput",
    "Invalid",
    "BadRequest",
];
const FORBIDS: [&str; 3] = ["Forbidden", "PermissionDenied", "NotAllowed"];

/// The error type of the example's handlers, and its variants.
pub(super) fn errors(like: &Like<'_>, code: &Code<'_>) -> Result<Errors, ProposeError> {
    let returns = &like.create.function.returns;
    let place = like.create.place();
    let no = |why: String| ProposeError::NotApplicable(why);
    let result = result_of(returns)
        .ok_or_else(|| no(format!("{} at {place} returns no Result", like.create.function.name)))?;
    let own = result.split_once(", ").map(|(_, error)| error.strip_suffix('>').unwrap_or(error).to_owned());
    let error = own
        .or_else(|| of_alias(code))
        .ok_or_else(|| no(format!("the error type of {place} is not known")))?;
    if error == "StatusCode" {
        return Ok(Errors {
            not_found: "StatusCode::NOT_FOUND".into(),
            forbidden: "StatusCode::FORBIDDEN".into(),
            refusing: Some(Refusing::First("StatusCode::UNPROCESSABLE_ENTITY".into())),
        });
    }
    if error.starts_with("(StatusCode,") && error.ends_with("String)") {
        let with = |status: &str| format!("(StatusCode::{status}, {{what}}.to_owned())");
        return Ok(Errors {
            not_found: with("NOT_FOUND"),
            forbidden: with("FORBIDDEN"),
            refusing: Some(Refusing::First(with("UNPROCESSABLE_ENTITY"))),
        });
    }
    let short = error.rsplit("::").next().unwrap_or(&error);
    let enums = || code.sources.iter().flat_map(|source| &source.file.enums);
    let known = enums().find(|one| one.name == short).ok_or_else(|| {
        no(format!("{error}, with which handlers at {place} fail, is no enum of this backend"))
    })?;
    let variant =
        |names: &[&str]| names.iter().find_map(|name| known.variants.iter().find(|(own, _)| own == name));
    let expression = |(name, holds): &(String, String)| match holds.as_str() {
        "" => Some(format!("{error}::{name}")),
        "(String)" => Some(format!("{error}::{name}({{what}}.to_owned())")),
        "(&'static str)" => Some(format!("{error}::{name}({{what}})")),
        _ => None,
    };
    let not_found = variant(&["NotFound"]).and_then(expression).ok_or_else(|| {
        no(format!("{short} has no variant NotFound that could be made of a text or of nothing"))
    })?;
    let pairs = variant(&REFUSES).and_then(|(name, _)| {
        let made = format!("Self::{name}");
        let impls =
            code.sources.iter().flat_map(|source| source.file.impls.iter().map(move |one| (source, one)));
        let mut functions = impls
            .filter(|(_, one)| one.name == short && one.of_trait.is_empty())
            .flat_map(|(source, one)| one.functions.iter().map(move |function| (source, function)));
        let takes_pairs = |ty: &str| ty.contains("Item = (");
        functions
            .find(|(source, one)| {
                one.parameters.len() == 1
                    && one.parameters.iter().any(|(_, ty)| takes_pairs(ty))
                    && source.text.get(one.body.clone()).is_some_and(|text| text.contains(&made))
            })
            .map(|(_, one)| Refusing::Pairs(format!("{error}::{}", one.name)))
    });
    Ok(Errors {
        not_found,
        forbidden: variant(&FORBIDS).and_then(expression).unwrap_or_default(),
        refusing: pairs.or_else(|| {
            let simple = REFUSES.iter().find_map(|name| variant(&[name]).and_then(expression));
            simple.map(Refusing::First)
        }),
    })
}

/// `Error` of `pub type Result<T, E = Error> = …;`
fn of_alias(code: &Code<'_>) -> Option<String> {
    let lines = code.sources.iter().flat_map(|source| source.text.lines());
    let line = lines.into_iter().find(|line| line.contains("type Result<"))?;
    let default = line.split_once("E = ").and_then(|(_, rest)| rest.split('>').next());
    let last = || line.rsplit_once(", ").and_then(|(_, rest)| rest.strip_suffix(">;"));
    default.or_else(last).map(|error| error.trim().to_owned())
}

/// What stands between `Json<` and its `>` in a type.
pub(super) fn inside<'t>(ty: &'t str, name: &str) -> Option<&'t str> {
    let at = ty.find(&format!("{name}<"))? + name.len() + 1;
    let rest = ty.get(at..)?;
    let mut depth = 1_i32;
    let end = rest.char_indices().find_map(|(at, c)| {
        depth += match c {
            '<' => 1,
            '>' => -1,
            _ => 0,
        };
        (depth == 0).then_some(at)
    })?;
    rest.get(..end)
}

/// The pattern and the type of the body that a handler takes: those of `Json(req): Json<Body>`.
pub(super) fn body_of<'c>(unit: Unit<'c>) -> Option<(&'c str, &'c str)> {
    let json = unit
        .function
        .parameters
        .iter()
        .find(|(_, ty)| inside(ty, "Json").is_some() && !ty.starts_with("Option"));
    json.and_then(|(pattern, ty)| Some((pattern.as_str(), inside(ty, "Json")?)))
}

/// A structure by its name, and the text of its file.
pub(super) fn structure<'c>(code: &'c Code<'_>, name: &str) -> Option<(&'c Struct, &'c str)> {
    let mut all =
        code.sources.iter().flat_map(|source| source.file.structs.iter().map(|one| (one, source.text)));
    all.find(|(one, _)| one.name == name)
}

/// The type in a wrapper, and the wrapper; a type that is not wrapped is itself.
pub(super) fn unwrapped(ty: &str, code: &Code<'_>, renamer: &Renamer<'_>) -> (String, Option<Wrapper>) {
    let (name, given) = match ty.split_once('<') {
        Some((name, rest)) => (name, rest.strip_suffix('>')),
        None => (ty, None),
    };
    let found = structure(code, name).filter(|(one, _)| one.fields.len() == 1);
    let Some(((one, text), (field, holds))) = found.and_then(|found| Some((found, found.0.fields.first()?)))
    else {
        return (ty.to_owned(), None);
    };
    let header = text.get(one.name_at + one.name.len()..one.range.end).unwrap_or_default();
    let generics = header.split('{').next().unwrap_or_default().trim().to_owned();
    let default = generics.split_once("= ").map(|(_, rest)| rest.trim_end_matches('>').trim().to_owned());
    let is_parameter = generics.contains(holds.as_str());
    let inner = match (is_parameter, given, default) {
        (true, Some(given), _) => given.to_owned(),
        (true, None, Some(default)) => default,
        // A structure of one field of a plain type is a body itself.
        _ if structure(code, inner_of_list(holds)).is_none() => return (ty.to_owned(), None),
        _ => holds.clone(),
    };
    let wrapper = Wrapper {
        name: renamer.apply(name),
        generics: renamer.apply(&generics),
        field: renamer.apply(field),
        ty: renamer.apply(holds),
        attributes: one.attributes.clone(),
        is_own: renamer.touches(name),
    };
    (inner, Some(wrapper))
}

fn inner_of_list(ty: &str) -> &str {
    inside(ty, "Vec").unwrap_or(ty)
}

/// The wrapper of a list: a structure with the rows in a field that is called like them.
pub(super) fn list_wrapper(like: &Like<'_>, code: &Code<'_>, renamer: &Renamer<'_>) -> Option<Wrapper> {
    let ty = inside(&like.list?.function.returns, "Json")?;
    if ty.starts_with("Vec<") {
        return None;
    }
    let (one, _) = structure(code, ty.split('<').next()?)?;
    let (field, _) = one.fields.iter().find(|(_, ty)| ty.starts_with("Vec<"))?;
    Some(Wrapper {
        name: renamer.apply(&one.name),
        generics: String::new(),
        field: renamer.apply(field),
        ty: String::new(),
        attributes: one.attributes.clone(),
        is_own: renamer.touches(&one.name),
    })
}

/// The derives and serde's naming of an example's structure, without what new fields may lack.
pub(super) fn kept(attributes: &[String], wanted: &[&str]) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for attribute in attributes {
        if let Some(list) = attribute.strip_prefix("#[derive(").and_then(|rest| rest.strip_suffix(")]")) {
            let names = list
                .split(',')
                .map(str::trim)
                .filter(|name| wanted.contains(&name.rsplit("::").next().unwrap_or(name)));
            let names: Vec<&str> = names.collect();
            if !names.is_empty() {
                all.push(format!("#[derive({})]", names.join(", ")));
            }
        } else if attribute.starts_with("#[serde(")
            && (attribute.contains("rename_all") || attribute.contains("deny_unknown"))
        {
            all.push(attribute.clone());
        }
    }
    all
}

/// Whether the handlers ask the library `validator` themselves.
pub(super) fn validates(like: &Like<'_>) -> bool {
    like.known().any(|unit| body(unit).contains(".validate()?"))
}
