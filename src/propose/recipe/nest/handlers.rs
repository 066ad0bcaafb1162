//! How the example serves: names of handlers and methods, paging, the shape of a list, errors.

use super::{
    super::{
        names::Name,
        rename::{Joint, Renamer},
        typescript::words,
    },
    customs,
    example::{Example, Role},
    survey::Survey,
};
use crate::propose::script::{Class, Method, Script};
use serde::Serialize;

/// One operation, as handler and as method of the service.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Verb {
    pub(super) handler: String,
    pub(super) method: String,
}

/// All operations.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Handlers {
    pub(super) list: Verb,
    pub(super) get: Verb,
    pub(super) create: Verb,
    pub(super) update: Verb,
    pub(super) remove: Verb,
    /// `Patch` or `Put`.
    pub(super) update_verb: &'static str,
    /// Status of a removal, where the example states one.
    pub(super) remove_status: Option<String>,
    /// Name of the parameter that holds the body.
    pub(super) body: String,
    /// `public `, or nothing.
    pub(super) public: &'static str,
    pub(super) paging: Paging,
    pub(super) answer: Answer,
    pub(super) not_found: NotFound,
}

/// How a page is asked for.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Paging {
    /// Parameter and class of a query object that is not the example's own; else empty.
    pub(super) class: String,
    pub(super) variable: String,
    /// `limit`, and `offset` or `page`.
    pub(super) take: String,
    pub(super) skip: String,
    /// Whether `skip` counts pages, not rows.
    pub(super) counts_pages: bool,
    /// Expressions for the query.
    pub(super) take_expression: String,
    pub(super) skip_expression: String,
    /// Whether a limit of nothing is refused.
    pub(super) refuses_zero: bool,
}

/// What a list answers.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Answer {
    /// `const [items, total] = …` and then this expression; empty for a plain list.
    pub(super) result: String,
    pub(super) items: String,
    pub(super) total: String,
    /// Return types of service and handler; empty where the example states none.
    pub(super) service_type: String,
    pub(super) handler_type: String,
    /// From the body of an answer to its rows: `.items`.
    pub(super) path: String,
    /// Whether the example's own answer was understood.
    pub(super) is_known: bool,
}

/// The error of a row that is not there.
#[derive(Debug, Clone, Serialize)]
pub(super) struct NotFound {
    pub(super) class: String,
    /// How its constructor is called: `nothing`, `message`, `id`, `both`.
    pub(super) takes: &'static str,
}

const TAKES: [&str; 6] = ["limit", "take", "pageSize", "perPage", "size", "per_page"];
const SKIPS: [&str; 2] = ["offset", "skip"];

/// Reads how the example serves; `remarks` says what was not understood.
pub(super) fn read(example: &Example, survey: &Survey, name: &Name, remarks: &mut Vec<String>) -> Handlers {
    let renamer = Renamer { from: &example.like, to: name, joint: Joint::Camel };
    let controller = example.class(Role::Controller, survey);
    let service = example.class(Role::Service, survey);
    let methods = controller.map(|(_, class)| class.methods.as_slice()).unwrap_or_default();
    let found = |verbs: &[&str], with_id: bool| {
        methods.iter().find(|method| {
            method.mark(verbs).is_some_and(|mark| {
                let path = mark.text().unwrap_or_default();
                let path = path.trim_matches('/');
                if with_id { path.starts_with(':') && !path.contains('/') } else { path.is_empty() }
            })
        })
    };
    let called = |method: &Method| -> Option<String> {
        let (source, class) = controller?;
        let (_, service) = service?;
        let field = class.parameters.iter().find(|parameter| parameter.ty == service.name)?;
        let body = source.slice(&method.body);
        let (_, rest) = body.split_once(&format!("this.{}.", field.name))?;
        rest.split(|c: char| !(c.is_alphanumeric() || c == '_')).next().map(str::to_owned)
    };
    let verb = |method: Option<&Method>, default: &str| Verb {
        handler: method.map_or(default.to_owned(), |method| renamer.apply(&method.name)),
        method: method.and_then(called).map_or(default.to_owned(), |name| renamer.apply(&name)),
    };
    let (list, create, remove) = (found(&["Get"], false), found(&["Post"], false), found(&["Delete"], true));
    let update = found(&["Patch", "Put"], true);
    let body = create.and_then(|method| {
        let body = method.parameters.iter().find(|one| one.marks.iter().any(|mark| mark.name == "Body"))?;
        let name = renamer.apply(&body.name);
        (!name.to_lowercase().contains("create")).then_some(name)
    });
    let paging = paging(list, survey, &renamer);
    let list_method = list.and_then(called).and_then(|called| {
        let (source, class) = service?;
        let method = class.methods.iter().find(|method| method.name == called)?;
        Some((method, source.slice(&method.body)))
    });
    let answer = answer(list, list_method, &renamer, &paging, &example.class_for(Role::Entity, name));
    let answer = answer.unwrap_or_else(|| {
        remarks.push(
            "What the example's list answers was not understood; the new one answers a plain list.".into(),
        );
        Answer { is_known: false, ..plain(&example.class_for(Role::Entity, name)) }
    });
    Handlers {
        list: verb(list, "findAll"),
        get: verb(found(&["Get"], true), "findOne"),
        create: verb(create, "create"),
        update: verb(update, "update"),
        remove: verb(remove, "remove"),
        update_verb: match update {
            Some(method) if method.mark(&["Put"]).is_some() => "Put",
            Some(_) => "Patch",
            None => customs::update_verb(survey),
        },
        remove_status: remove
            .and_then(|method| method.mark(&["HttpCode"]))
            .and_then(|mark| mark.arguments.first().cloned()),
        body: body.unwrap_or_else(|| "dto".into()),
        public: if methods.iter().any(|method| method.is_public) { "public " } else { "" },
        paging,
        answer,
        not_found: not_found(example, survey),
    }
}

fn paging(list: Option<&Method>, survey: &Survey, renamer: &Renamer<'_>) -> Paging {
    let queries = list.map(|list| list.parameters.as_slice()).unwrap_or_default();
    let queries: Vec<_> =
        queries.iter().filter(|one| one.marks.iter().any(|mark| mark.name == "Query")).collect();
    let mut names: Vec<String> = Vec::new();
    for query in &queries {
        let class = survey.class(&query.ty, "").map(|(_, class)| class);
        if let Some(class) = class {
            let is_own = renamer.touches(&class.name);
            let properties = || class.properties.iter();
            let take = properties().find(|property| TAKES.contains(&property.name.as_str()));
            let skip = properties()
                .find(|property| property.name == "page" || SKIPS.contains(&property.name.as_str()));
            if let (Some(take), Some(skip), false) = (take, skip, is_own) {
                let value = |property: &crate::propose::script::Property, default: &str| {
                    let read = format!("{}.{}", query.name, property.name);
                    if property.optional { format!("({read} ?? {default})") } else { read }
                };
                let counts_pages = skip.name == "page";
                let (take_value, skip_value) =
                    (value(take, "20"), value(skip, if counts_pages { "1" } else { "0" }));
                return Paging {
                    class: class.name.clone(),
                    variable: query.name.clone(),
                    take: take.name.clone(),
                    skip: skip.name.clone(),
                    counts_pages,
                    skip_expression: rows(&skip_value, &take_value, counts_pages),
                    take_expression: bare(&take_value).to_owned(),
                    refuses_zero: take.mark(&["Min", "IsPositive"]).is_some(),
                };
            }
            names.extend(properties().map(|property| property.name.clone()));
        }
        names.extend(query.marks.iter().filter_map(|mark| mark.text()));
    }
    let known = |options: &[&'static str]| {
        options.iter().find(|option| names.iter().any(|name| name == *option)).copied()
    };
    let take = known(&TAKES).unwrap_or("limit");
    let skip = known(&["page"]).or_else(|| known(&SKIPS)).unwrap_or("offset");
    let counts_pages = skip == "page";
    Paging {
        class: String::new(),
        variable: String::new(),
        take: take.to_owned(),
        skip: skip.to_owned(),
        counts_pages,
        take_expression: "take".to_owned(),
        skip_expression: rows(&format!("Math.max({skip}, {})", u8::from(counts_pages)), "take", counts_pages),
        refuses_zero: false,
    }
}

fn rows(skip: &str, take: &str, counts_pages: bool) -> String {
    if counts_pages { format!("({skip} - 1) * {take}") } else { bare(skip).to_owned() }
}

/// An expression without the parentheses around the whole of it.
fn bare(expression: &str) -> &str {
    expression.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')).unwrap_or(expression)
}

fn plain(entity: &str) -> Answer {
    Answer {
        result: String::new(),
        items: String::new(),
        total: String::new(),
        service_type: format!("Promise<{entity}[]>"),
        handler_type: format!("Promise<{entity}[]>"),
        path: String::new(),
        is_known: true,
    }
}

/// What a list answers, in the example's own words; `None` where they are not understood.
fn answer(
    list: Option<&Method>,
    method: Option<(&Method, &str)>,
    renamer: &Renamer<'_>,
    paging: &Paging,
    entity: &str,
) -> Option<Answer> {
    let (Some(list), Some((method, body))) = (list, method) else { return Some(plain(entity)) };
    let Some((_, rest)) = body.split_once("const [") else {
        return (!body.contains("AndCount")).then(|| plain(entity));
    };
    let (pair, rest) = rest.split_once(']')?;
    let (items, total) = pair.split_once(',')?;
    let (items, total) = (items.trim(), total.trim());
    let (_, returned) = rest.rsplit_once("return ")?;
    let returned = returned.trim_end().trim_end_matches('}').trim_end().trim_end_matches(';');
    let flat = returned.split_whitespace().collect::<Vec<_>>().join(" ");
    let inner = flat.strip_prefix('{')?.strip_suffix('}')?.trim().trim_end_matches(',');
    let parts = top_level(inner);
    let mut path = None;
    for part in &parts {
        let (key, value) = part.split_once(':').unwrap_or((part, part));
        let (key, value) = (key.trim(), value.trim());
        if value == items {
            path = Some(format!(".{}", renamer.apply(key)));
        }
        let roots = value.split(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '.')));
        let known = [
            items,
            total,
            "Math.ceil",
            "Math.max",
            paging.variable.as_str(),
            paging.take.as_str(),
            paging.skip.as_str(),
        ];
        let is_known = |root: &str| {
            root.is_empty()
                || root.starts_with(|c: char| c.is_ascii_digit())
                || known.contains(&root)
                || known.contains(&root.split('.').next().unwrap_or_default())
        };
        if value.contains('{') || !roots.into_iter().all(is_known) {
            return None;
        }
    }
    let parts: Vec<String> = parts.iter().map(|part| renamer.apply(part)).collect();
    let type_of = |ty: &str| {
        let flat = ty.split_whitespace().collect::<Vec<_>>().join(" ");
        let renamed = renamer.apply(&flat);
        // A type of the example's own is not there for the new resource.
        let fresh = words(&renamed).into_iter().filter(|word| !words(&flat).contains(word));
        let missing = fresh
            .into_iter()
            .any(|word| word != entity && !parts.iter().any(|part| words(part).contains(&word)));
        if missing { String::new() } else { renamed }
    };
    Some(Answer {
        result: format!("{{ ⟨{}⟩ }}", parts.join("¦")),
        items: renamer.apply(items),
        total: renamer.apply(total),
        service_type: type_of(&method.returns),
        handler_type: type_of(&list.returns),
        path: path?,
        is_known: true,
    })
}

/// Splits at commas outside of brackets.
pub(super) fn top_level(text: &str) -> Vec<&str> {
    let mut depth = 0_i32;
    text.split(|c: char| {
        match c {
            '(' | '{' | '[' => depth += 1,
            ')' | '}' | ']' => depth -= 1,
            _ => {}
        }
        depth <= 0 && c == ','
    })
    .map(str::trim)
    .filter(|part| !part.is_empty())
    .collect()
}

fn not_found(example: &Example, survey: &Survey) -> NotFound {
    let default = || NotFound { class: "NotFoundException".into(), takes: "message" };
    let Some(service) = example.source(Role::Service, survey) else { return default() };
    let thrown = service.text.split("throw new ").skip(1).find_map(|rest| {
        let name = rest.split(|c: char| !(c.is_alphanumeric() || c == '_')).next()?;
        name.contains("NotFound").then_some(name)
    });
    let Some(class) = thrown else { return default() };
    let own = service
        .script
        .import_of(class)
        .and_then(|(import, _)| survey.resolve(&service.path, &import.from))
        .and_then(|source| class_of(&source.script, class));
    let Some(own) = own else { return NotFound { class: class.to_owned(), takes: "message" } };
    let wanted: Vec<_> = own.parameters.iter().filter(|parameter| !parameter.optional).collect();
    let takes = match wanted.as_slice() {
        [] if own.constructor.is_empty() => "message",
        [] => "nothing",
        [one] if one.name.to_lowercase().ends_with("id") => "id",
        [_] => "message",
        _ => "both",
    };
    NotFound { class: class.to_owned(), takes }
}

fn class_of<'s>(script: &'s Script, name: &str) -> Option<&'s Class> {
    script.classes.iter().find(|class| class.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_skipped_as_the_pages_are_asked_for() {
        assert_eq!(rows("Math.max(offset, 0)", "take", false), "Math.max(offset, 0)");
        assert_eq!(rows("(query.skip ?? 0)", "20", false), "query.skip ?? 0");
        assert_eq!(rows("query.page", "query.limit", true), "(query.page - 1) * query.limit");
    }
}
