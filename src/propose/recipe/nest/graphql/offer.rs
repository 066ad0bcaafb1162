//! What the service offers, and whether a resolver can ask for it as a controller does.
//!
//! A method that wants more than a key and a body, a guard that only knows HTTP, a list whose
//! answer is not understood: each is refused with its place, because a resolver beside them would
//! be open where the route is not, or fail.

use super::super::{
    example::Role,
    handlers::Verb,
    plan::Plan,
    survey::{Source, folder},
};
use super::{
    members::{Member, Sent, inputs},
    names::{self, Part},
};
use crate::{
    domain::place::Place,
    ports::ProposeError,
    propose::{
        recipe::names::snake,
        script::{Class, Method},
    },
};

/// How a list is asked for.
pub(super) struct List {
    pub(super) method: String,
    /// `args.page, args.limit`, or `args`.
    pub(super) given: Vec<String>,
    /// The arguments; `None` where everything is answered at once.
    pub(super) args: Option<Args>,
    /// Members of the answer; empty for a plain list.
    pub(super) page: Vec<(String, bool)>,
}

/// The class of the arguments.
pub(super) struct Args {
    pub(super) class: String,
    pub(super) path: String,
    /// The class of the project that checks them already.
    pub(super) base: Option<(String, String)>,
    pub(super) members: Vec<Member>,
    /// Names of the limit and of what is skipped.
    pub(super) take: String,
    pub(super) skip: String,
    /// Whether another resource has brought it.
    pub(super) is_there: bool,
}

/// Everything that is served.
pub(super) struct Offer {
    pub(super) list: Option<List>,
    pub(super) get: String,
    /// Whether the service answers nothing where there is nothing.
    pub(super) get_is_nullable: bool,
    pub(super) create: Option<(String, Vec<Sent>)>,
    pub(super) update: Option<(String, Vec<Sent>)>,
    /// Whether what is changed has to be read again.
    pub(super) update_answers_row: bool,
    pub(super) remove: Option<String>,
}

const TAKES: [&str; 6] = ["limit", "take", "pageSize", "perPage", "size", "per_page"];
const SKIPS: [&str; 3] = ["page", "offset", "skip"];

/// Reads the service; remarks say what is left out.
pub(super) fn read(plan: &mut Plan<'_>) -> Result<Offer, ProposeError> {
    let mut remarks = Vec::new();
    let offer = Reading { plan, remarks: &mut remarks }.offer()?;
    plan.remarks.extend(remarks);
    Ok(offer)
}

struct Reading<'r, 'a> {
    plan: &'r Plan<'a>,
    remarks: &'r mut Vec<String>,
}

impl Reading<'_, '_> {
    fn offer(&mut self) -> Result<Offer, ProposeError> {
        let plan = self.plan;
        let name = &plan.ask.name;
        let missing = |what: &str| {
            let known = plan.example.place(Role::Entity, &plan.survey);
            let place = known.map_or(String::new(), |place| format!(" ({place})"));
            ProposeError::NotApplicable(format!(
                "{}{place} has no {what}; resolvers call the service that the routes call",
                name.pascal
            ))
        };
        let (source, class) =
            plan.example.class(Role::Service, &plan.survey).ok_or_else(|| missing("service"))?;
        plan.example.class(Role::Controller, &plan.survey).ok_or_else(|| missing("controller"))?;
        let handlers = &plan.handlers;
        let method = |verb: &Verb| class.methods.iter().find(|method| method.name == verb.method);
        let get = method(&handlers.get).ok_or_else(|| missing("service method that reads one row"))?;
        self.refuse_parameters(source, class, get, 1)?;
        let list = match method(&handlers.list) {
            Some(method) => Some(self.list(source, class, method)?),
            None => None,
        };
        let mut body = |role: Role, verb: &Verb, count: usize| {
            let found = method(verb).zip(plan.example.class(role, &plan.survey));
            let Some((method, (dto_source, dto))) = found else { return Ok(None) };
            self.refuse_parameters(source, class, method, count)?;
            let (sent, left) = inputs(plan, dto_source, dto)?;
            if !left.is_empty() {
                self.remarks.push(format!(
                    "Not in the input of {}: {}, for which GraphQL has no type of its own.",
                    dto.name,
                    left.join(", ")
                ));
            }
            Ok::<_, ProposeError>(Some((method.name.clone(), sent)))
        };
        let create = body(Role::Create, &handlers.create, 1)?;
        let update = body(Role::Update, &handlers.update, 2)?;
        let remove = method(&handlers.remove);
        if let Some(remove) = remove {
            self.refuse_parameters(source, class, remove, 1)?;
        }
        for (is_there, what) in
            [(create.is_some(), "creates"), (update.is_some(), "changes"), (remove.is_some(), "deletes")]
        {
            if !is_there {
                self.remarks.push(format!(
                    "{} has no method with a class of its body that {what} a row, so no mutation does.",
                    class.name
                ));
            }
        }
        let row = names::class(plan, Role::Entity);
        let answers = |verb: &Verb| method(verb).is_none_or(|one| one.returns.contains(&row));
        if create.is_some() && method(&handlers.create).is_some_and(|one| answers_nothing(one, &row)) {
            return Err(missing("service method that answers the row it makes"));
        }
        let is_open = get.returns.is_empty() && !source.slice(&get.body).contains("throw");
        Ok(Offer {
            get: get.name.clone(),
            get_is_nullable: get.returns.contains("null") || get.returns.contains("undefined") || is_open,
            update_answers_row: answers(&handlers.update)
                || method(&handlers.update).is_some_and(|one| one.returns.is_empty()),
            list,
            create,
            update,
            remove: remove.map(|one| one.name.clone()),
        })
    }

    /// A resolver has a key and a body to give, and nothing of the request.
    fn refuse_parameters(
        &self,
        source: &Source,
        class: &Class,
        method: &Method,
        count: usize,
    ) -> Result<(), ProposeError> {
        let wanted: Vec<&str> =
            method.parameters.iter().filter(|one| !one.optional).map(|one| one.name.as_str()).collect();
        if wanted.len() == count {
            return Ok(());
        }
        Err(ProposeError::NotApplicable(format!(
            "{}.{} ({}) takes {}; the recipe graphql has only a key and a body to give, so this resolver is yours to \
             write",
            class.name,
            method.name,
            source.place(method.body.start),
            if wanted.is_empty() { "nothing".to_owned() } else { wanted.join(", ") }
        )))
    }

    fn list(&mut self, source: &Source, class: &Class, method: &Method) -> Result<List, ProposeError> {
        let answer = &self.plan.handlers.answer;
        let place = source.place(method.body.start);
        let unknown = |why: &str| {
            ProposeError::NotApplicable(format!(
                "what {}.{} ({place}) {why} was not understood, so its query is yours to write",
                class.name, method.name
            ))
        };
        if !answer.is_known {
            return Err(unknown("answers"));
        }
        let page = answer.result.trim_matches(['{', '}', ' ', '⟨', '⟩']).split('¦');
        let items = answer.path.trim_start_matches('.');
        let page = page
            .map(|part| part.split(':').next().unwrap_or_default().trim())
            .filter(|key| !key.is_empty())
            .map(|key| (key.to_owned(), key == items))
            .collect();
        let names: Vec<&str> = method.parameters.iter().map(|one| one.name.as_str()).collect();
        let is_number = |name: &&str| TAKES.contains(name) || SKIPS.contains(name);
        let (given, args) = match (method.parameters.as_slice(), names.as_slice()) {
            ([], _) => {
                self.remarks.push(format!(
                    "The query for {} answers all of them at once, as {}.{} does.",
                    self.plan.ask.name.plural.replace('_', " "),
                    class.name,
                    method.name
                ));
                (Vec::new(), None)
            }
            ([one], _) if self.plan.survey.class(&one.ty, "").is_some() => {
                (vec!["args".to_owned()], Some(self.of_class(&one.ty)?))
            }
            (_, names) if names.iter().all(is_number) => {
                let given = names.iter().map(|name| format!("args.{name}")).collect();
                (given, Some(self.of_numbers(names)?))
            }
            _ => return Err(unknown(&format!("takes ({})", names.join(", ")))),
        };
        Ok(List { method: method.name.clone(), given, args, page })
    }

    /// Arguments that a class of the project checks already.
    fn of_class(&mut self, base: &str) -> Result<Args, ProposeError> {
        let gone = || ProposeError::NotApplicable(format!("{base} is gone"));
        let (source, class) = self.plan.survey.class(base, "").ok_or_else(gone)?;
        let (sent, left) = inputs(self.plan, source, class)?;
        if !left.is_empty() {
            self.remarks.push(format!("Not among the arguments of the list: {}.", left.join(", ")));
        }
        let mut members: Vec<Member> = sent.into_iter().map(|one| one.member).collect();
        let name = |known: &[&str]| {
            members.iter().map(|one| one.name.clone()).find(|name| known.contains(&name.as_str()))
        };
        let (take, skip) = (name(&TAKES).unwrap_or_default(), name(&SKIPS).unwrap_or_default());
        for member in &mut members {
            let own = class.properties.iter().find(|one| one.name == member.name);
            let text = own.map_or("", |own| source.slice(&own.range));
            let stated = text.rsplit_once(" = ").map(|(_, value)| value.trim_end_matches(';').trim());
            let number = stated.filter(|value| value.parse::<i64>().is_ok()).map(str::to_owned);
            let usual = match member.name.as_str() {
                name if name == take => Some("20"),
                "page" => Some("1"),
                name if name == skip => Some("0"),
                _ => None,
            };
            // Nothing is ever absent then, whether or not bodies are made instances of their class.
            if let Some(default) = number.or_else(|| usual.map(str::to_owned)) {
                member.default = default;
                member.optional = false;
                member.graphql = "Int".into();
            }
        }
        let stem = class.name.trim_end_matches("Dto").trim_end_matches("DTO");
        let stem = stem.strip_suffix("Query").filter(|stem| !stem.is_empty()).unwrap_or(stem);
        let known = self.plan.survey.classes().find(|(_, one)| {
            one.mark("ArgsType").is_some() && one.base.as_deref() == Some(class.name.as_str())
        });
        let own = format!("{}/{}.args.ts", folder(&source.path), self.plan.example.file(&snake(stem)));
        let (class_name, path) = match known {
            Some((source, one)) => (one.name.clone(), source.path.clone()),
            None => self.fresh(format!("{stem}Args"), own)?,
        };
        Ok(Args {
            class: class_name,
            path,
            base: Some((class.name.clone(), source.path.clone())),
            members,
            take,
            skip,
            is_there: known.is_some(),
        })
    }

    /// A name that nothing has yet: the resource's own where the shared one means something else.
    fn fresh(&self, class: String, path: String) -> Result<(String, String), ProposeError> {
        let plan = self.plan;
        if plan.survey.class(&class, "").is_none() && plan.ask.workspace.text(&path)?.is_none() {
            return Ok((class, path));
        }
        let one = plan.example.file(&plan.ask.name.snake);
        let home = names::path(plan, Role::Service);
        Ok((format!("{}Args", plan.ask.name.pascal), format!("{}/{one}.args.ts", folder(&home))))
    }

    /// Arguments that nothing checks yet: a page is bounded where they are declared.
    fn of_numbers(&self, names: &[&str]) -> Result<Args, ProposeError> {
        let find =
            |known: &[&str]| names.iter().find(|name| known.contains(name)).map(|name| (*name).to_owned());
        let (take, skip) = (find(&TAKES).unwrap_or_default(), find(&SKIPS).unwrap_or_default());
        let members = names.iter().map(|name| Member {
            name: (*name).to_owned(),
            ty: "number".into(),
            graphql: "Int".into(),
            nullable: false,
            optional: false,
            default: match *name {
                "page" => "1",
                name if name == take => "20",
                _ => "0",
            }
            .into(),
        });
        let known = self.plan.survey.classes().find(|(_, one)| {
            one.mark("ArgsType").is_some()
                && one.properties.len() == names.len()
                && one.properties.iter().all(|own| names.contains(&own.name.as_str()))
        });
        let (class, path) = match known {
            Some((source, one)) => (one.name.clone(), source.path.clone()),
            None => self.fresh("PageArgs".into(), common(self.plan, "page.args.ts"))?,
        };
        Ok(Args {
            class,
            path,
            base: None,
            members: members.collect(),
            take,
            skip,
            is_there: known.is_some(),
        })
    }
}

fn answers_nothing(method: &Method, row: &str) -> bool {
    !method.returns.is_empty() && !method.returns.contains(row)
}

/// A file that several resources share.
pub(super) fn common(plan: &Plan<'_>, file: &str) -> String {
    let service = names::path(plan, Role::Service);
    let lead = service.find("src/").and_then(|at| service.get(..at + 4)).unwrap_or_default();
    let own = format!("{lead}common/");
    let has_common = plan.survey.sources.keys().any(|path| path.starts_with(&own));
    if has_common { format!("{own}{file}") } else { format!("{lead}graphql/{file}") }
}

/// The guards of the routes that a resolver can have too; one that only knows HTTP is refused.
pub(super) fn guards(plan: &Plan<'_>) -> Result<Vec<String>, ProposeError> {
    let Some((source, class)) = plan.example.class(Role::Controller, &plan.survey) else {
        return Ok(Vec::new());
    };
    let refused = |place: Place, what: &str| {
        Err(ProposeError::NotApplicable(format!(
            "{place} {what}, and a resolver beside it would be open or fail; make the guard read GqlExecutionContext \
             too, then run the recipe again"
        )))
    };
    let of_methods = class.methods.iter().filter_map(|method| method.mark(&["UseGuards"]));
    if let Some(mark) = of_methods.into_iter().next() {
        let what = format!("guards single routes with {}", mark.arguments.join(", "));
        return refused(source.place(class.name_at), &what);
    }
    let knows = |guard: &str| {
        let found = plan.survey.class(guard.trim(), "");
        found.is_some_and(|(source, _)| source.text.contains("GqlExecutionContext"))
    };
    let mut marks = Vec::new();
    for mark in class.marks.iter().filter(|mark| mark.name == "UseGuards") {
        if !mark.arguments.iter().all(|guard| knows(guard)) {
            let what = format!("is guarded by {}, which only knows HTTP", mark.arguments.join(", "));
            return refused(source.place(class.name_at), &what);
        }
        marks.push(super::members::written(mark));
    }
    for other in plan.survey.sources.values().filter(|source| source.script.suites.is_empty()) {
        let Some(at) = other.text.find("provide: APP_GUARD") else { continue };
        let rest = other.text.get(at..).unwrap_or_default();
        let guard = rest.split_once("useClass:").map(|(_, rest)| {
            rest.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>()
        });
        if !guard.as_deref().is_some_and(knows) {
            let guard = guard.unwrap_or_else(|| "a guard".into());
            return refused(
                other.place(at),
                &format!("guards every route by {guard}, which only knows HTTP"),
            );
        }
    }
    Ok(marks)
}

/// The parts that are made.
pub(super) fn parts(offer: &Offer) -> impl Iterator<Item = Part> {
    let all = [
        (Part::Type, true),
        (Part::Create, offer.create.is_some()),
        (Part::Update, offer.update.is_some()),
        (Part::Resolver, true),
    ];
    all.into_iter().filter(|(_, is_made)| *is_made).map(|(part, _)| part)
}
