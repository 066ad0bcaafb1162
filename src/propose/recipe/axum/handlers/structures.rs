//! The structures of the new module: answers, bodies, what they are wrapped in, the page.

use super::{
    Plan,
    answers::{Wrapper, body_of, inside, kept, structure, unwrapped, validates},
    carried::short,
};
use crate::{
    ports::ProposeError,
    propose::{
        recipe::fields::{Field, Kind},
        rust::Struct,
    },
};
use minijinja::{Value, context};

/// Columns of times that the example's answers show, and their types.
pub(super) type Shown = Vec<(String, String)>;

/// The query of a list: its type, whether it is written anew, and its values.
pub(super) struct Page {
    pub(super) ty: String,
    pub(super) is_own: bool,
    pub(super) limit: String,
    pub(super) offset: String,
}

impl Plan<'_> {
    /// Least and most of a field.
    pub(super) fn bounds(&self, field: &Field) -> (Option<i64>, Option<i64>) {
        match field.kind {
            Kind::String => (field.min.filter(|min| *min > 0), Some(field.max.unwrap_or(255))),
            Kind::Text => (field.min.filter(|min| *min > 0), field.max),
            Kind::Integer | Kind::Float | Kind::Decimal => (field.min, field.max),
            _ => (None, None),
        }
    }

    /// Fields whose values can be outside of bounds.
    pub(super) fn bounded(&self) -> impl Iterator<Item = &Field> {
        self.ask.fields.iter().filter(|field| self.bounds(field) != (None, None))
    }

    /// Whether bodies are checked by the library `validator`.
    pub(super) fn validates(&self) -> bool {
        validates(self.like)
    }

    /// What a body gives: every field that is not that of whoever asks.
    pub(super) fn sent(&self) -> impl Iterator<Item = &Field> {
        let owner = self.owner().map(|parent| &parent.field);
        self.ask.fields.iter().filter(move |field| Some(&field.name) != owner)
    }

    /// The row that is that of whoever asks.
    pub(super) fn owner(&self) -> Option<&super::Parent> {
        self.parents.iter().find(|parent| parent.is_owner)
    }

    /// The type of a field in a structure, without `Option`.
    pub(super) fn rust(&self, field: &Field) -> Result<String, ProposeError> {
        match self.parents.iter().find(|parent| parent.field == field.name) {
            Some(parent) => Ok(parent.rust.to_owned()),
            None => Ok(self.types.form(field)?.rust),
        }
    }

    /// The example's structure that its answers hold.
    pub(super) fn example_row(&self) -> Option<&Struct> {
        let renamer = self.renamer();
        let ty = inside(&self.like.create.function.returns, "Json")?;
        let (inner, _) = unwrapped(ty, self.code, &renamer);
        let named = structure(self.code, inner.split('<').next()?).map(|(one, _)| one);
        named.or_else(|| structure(self.code, &self.like.name.pascal).map(|(one, _)| one))
    }

    fn example_body(&self, unit: Option<super::super::code::Unit<'_>>) -> Option<(&Struct, String)> {
        let (_, ty) = body_of(unit?)?;
        let (inner, _) = unwrapped(ty, self.code, &self.renamer());
        let (one, _) = structure(self.code, &inner)?;
        Some((one, self.renamer().apply(&inner)))
    }

    /// Whether a change gives only some of the values, as the example's does.
    pub(super) fn is_partial(&self) -> bool {
        let all_optional = self
            .example_body(self.like.update)
            .is_some_and(|(one, _)| one.fields.iter().all(|(_, ty)| ty.starts_with("Option<")));
        let coalesces = self.like.update.is_some_and(|unit| {
            let text = super::like::body(unit).to_ascii_lowercase();
            text.contains("coalesce($") || text.contains("coalesce(?")
        });
        all_optional && coalesces
    }

    /// The names of the bodies that make and change a row.
    pub(super) fn bodies(&self) -> (String, String) {
        let own = |unit, word: &str| {
            let name = self.example_body(unit).map(|(_, name)| name);
            name.filter(|name| name.contains(&self.ask.name.pascal) && *name != self.ask.name.pascal)
                .unwrap_or_else(|| format!("{word}{}", self.ask.name.pascal))
        };
        let create = own(Some(self.like.create), "Create");
        if !self.is_partial() {
            return (create.clone(), create);
        }
        let update = own(self.like.update, "Update");
        (create, update)
    }

    /// What stands before the example's body and before its members: `pub `, or nothing.
    pub(super) fn own_visibility(&self) -> Value {
        let body = self.example_body(Some(self.like.create));
        let found = body.and_then(|(one, _)| structure(self.code, &one.name));
        let before = |text: Option<&str>| match text {
            Some(text) if text.starts_with("pub(") => {
                format!("{}) ", text.split(')').next().unwrap_or_default())
            }
            Some(text) if text.starts_with("pub ") => "pub ".to_owned(),
            _ => String::new(),
        };
        let of = found.and_then(|(one, text)| text.get(one.range.clone()));
        let member = found.and_then(|(one, text)| text.get(one.places.first()?.clone()));
        context! { structure => before(of), member => before(member) }
    }

    /// The times that the example's answers show.
    pub(super) fn shown(&self) -> Shown {
        let row = self.example_row();
        let times = row.into_iter().flat_map(|row| &row.fields);
        times
            .filter(|(name, _)| matches!(name.as_str(), "created_at" | "updated_at"))
            .filter(|(name, _)| self.made.column(name).is_some())
            .cloned()
            .collect()
    }

    /// Whether a type is one of the project's structures around a time.
    pub(super) fn is_wrapped(&self, ty: &str) -> bool {
        let own = self.types.times.datetime.as_ref();
        let inner = inside(ty, "Option").unwrap_or(ty);
        own.is_some_and(|one| one.name == inner) && !self.types.times.is_chrono
    }

    /// `serde::Deserialize` or `Deserialize`.
    fn serde(&self, name: &str) -> String {
        let body = self.example_body(Some(self.like.create));
        let attributes = body.iter().flat_map(|(one, _)| &one.attributes);
        let is_whole = attributes.into_iter().any(|text| text.contains("serde::Deserialize"));
        if is_whole { format!("serde::{name}") } else { name.to_owned() }
    }

    /// All structures in their order, as the template needs them.
    pub(super) fn structures(&self) -> Result<Vec<Value>, ProposeError> {
        let mut all = Vec::new();
        let mut wrappers: Vec<&Wrapper> = Vec::new();
        for one in [&self.taken, &self.given].into_iter().flatten().filter(|one| one.is_own) {
            if !wrappers.iter().any(|known| known.name == one.name) {
                wrappers.push(one);
            }
        }
        let row = self.example_row();
        let style = row.map(|row| kept(&row.attributes, &[])).unwrap_or_default();
        let wrapped = self.sent().map(|field| Ok(self.types.form(field)?.is_wrapped));
        let is_wrapped = wrapped.collect::<Result<Vec<bool>, ProposeError>>()?.contains(&true)
            || self.shown().iter().any(|(_, ty)| self.is_wrapped(ty));
        let plain: &[&str] = if is_wrapped { &[] } else { &["Debug", "Clone"] };
        for one in wrappers {
            let mut attributes = kept(&one.attributes, &["Serialize", "Deserialize"]);
            renamed(&mut attributes, &style, &one.field);
            all.push(context! { name => one.name.clone(), generics => one.generics.clone(), attributes,
            members => vec![context! { name => one.field.clone(), ty => one.ty.clone() }] });
        }
        if let Some(one) = self.listed.as_ref().filter(|one| one.is_own) {
            let mut attributes = kept(&one.attributes, &["Serialize"]);
            renamed(&mut attributes, &style, &one.field);
            let ty = format!("Vec<{}>", self.ask.name.pascal);
            all.push(context! { name => one.name.clone(), generics => "", attributes,
            members => vec![context! { name => one.field.clone(), ty }] });
        }
        let (create, update) = self.bodies();
        let example = self.example_body(Some(self.like.create)).map(|(one, _)| one.attributes.clone());
        let wanted = [plain, &["Deserialize", "Validate"]].concat();
        let mut attributes = example.map(|own| kept(&own, &wanted)).unwrap_or_default();
        if !attributes.iter().any(|text| text.contains("Deserialize")) {
            attributes.insert(0, format!("#[derive({})]", self.serde("Deserialize")));
        }
        for text in style.iter().filter(|text| text.contains("rename_all")) {
            if !attributes.iter().any(|own| own.contains("rename_all")) {
                attributes.push(text.replace(", deny_unknown_fields", ""));
            }
        }
        let names = if create == update { vec![create.clone()] } else { vec![create.clone(), update] };
        for name in names {
            let is_change = name != create;
            let member = |field: &Field| -> Result<Value, ProposeError> {
                let rust = self.rust(field)?;
                let ty = if field.optional || is_change { format!("Option<{rust}>") } else { rust };
                Ok(
                    context! { name => field.column(), ty, field => self.field(field)?, validates => self.validates() },
                )
            };
            let members = self.sent().map(member).collect::<Result<Vec<_>, _>>()?;
            all.push(context! { name, generics => "", attributes => attributes.clone(), members });
        }
        all.push(self.answer(plain)?);
        let page = self.page();
        if page.is_own {
            let member = |name: &str| context! { name, ty => "Option<i64>" };
            all.push(context! { name => page.ty, generics => "",
            attributes => vec![format!("#[derive({})]", self.serde("Deserialize"))],
            members => vec![member("limit"), member("offset")] });
        }
        Ok(all)
    }

    /// The row as it is answered.
    fn answer(&self, plain: &[&str]) -> Result<Value, ProposeError> {
        let row = self.example_row();
        let wanted = [plain, &["Serialize", "FromRow"]].concat();
        let mut attributes = row.map(|row| kept(&row.attributes, &wanted)).unwrap_or_default();
        if !attributes.iter().any(|text| text.contains("Serialize")) {
            attributes.insert(0, format!("#[derive({})]", self.serde("Serialize")));
        }
        if !self.asking.is_macro
            && !attributes.iter().any(|text| text.contains("FromRow"))
            && let Some(first) = attributes.iter_mut().find(|text| text.starts_with("#[derive("))
        {
            *first = first.replace(")]", ", sqlx::FromRow)]");
        }
        if self.asking.is_macro {
            for text in &mut attributes {
                *text = text.replace(", sqlx::FromRow", "").replace(", FromRow", "");
            }
        }
        let mut members = vec![context! { name => "id", ty => self.key.1.clone() }];
        for field in &self.ask.fields {
            let rust = self.rust(field)?;
            let ty = if field.optional { format!("Option<{rust}>") } else { rust };
            members.push(context! { name => field.column(), ty });
        }
        members.extend(self.shown().into_iter().map(|(name, ty)| context! { name, ty }));
        Ok(context! { name => self.ask.name.pascal.clone(), generics => "", attributes, members })
    }

    /// The page that a list is asked for.
    pub(super) fn page(&self) -> Page {
        let parameters = self.like.list.map(|list| list.function.parameters.as_slice()).unwrap_or_default();
        let query = parameters.iter().find_map(|(_, ty)| inside(ty, "Query"));
        let renamer = self.renamer();
        let known = query.and_then(|ty| structure(self.code, short(ty)));
        if let Some((one, text)) = known.filter(|(one, _)| !renamer.touches(&one.name)) {
            let value = |name: &str, default: &str, bound: &str| -> Option<String> {
                let at = one.fields.iter().position(|(own, _)| own == name)?;
                let (_, ty) = one.fields.get(at)?;
                let place = text.get(one.places.get(at)?.clone())?;
                let own = match ty.as_str() {
                    "i64" => format!("page.{name}"),
                    "Option<i64>" => format!("page.{name}.unwrap_or({default})"),
                    _ => return None,
                };
                place.starts_with("pub").then(|| format!("{own}.{bound}"))
            };
            let both = value("limit", "20", "clamp(1, 100)").zip(value("offset", "0", "max(0)"));
            if let Some((limit, offset)) = both {
                return Page { ty: one.name.clone(), is_own: false, limit, offset };
            }
        }
        let renamed =
            known.map(|(one, _)| renamer.apply(&one.name)).filter(|name| renamer_touched(name, self));
        Page {
            ty: renamed.unwrap_or_else(|| format!("List{}Query", self.ask.name.plural_pascal)),
            is_own: true,
            limit: "page.limit.unwrap_or(20).clamp(1, 100)".into(),
            offset: "page.offset.unwrap_or(0).max(0)".into(),
        }
    }
}

/// A wrapper's field of several words is called as those of the answers are.
fn renamed(attributes: &mut Vec<String>, style: &[String], field: &str) {
    let is_known = attributes.iter().any(|text| text.contains("rename_all"));
    let naming =
        style.iter().find(|text| text.contains("rename_all")).filter(|_| !is_known && field.contains('_'));
    attributes.extend(naming.and_then(|text| {
        let (_, rest) = text.split_once("rename_all = \"")?;
        Some(format!("#[serde(rename_all = \"{}\")]", rest.split('"').next()?))
    }));
}

fn renamer_touched(name: &str, plan: &Plan<'_>) -> bool {
    name.contains(&plan.ask.name.pascal) || name.contains(&plan.ask.name.plural_pascal)
}
