//! What the template of the module is told.

use super::{
    Plan,
    answers::{Refusing, body_of},
    migration::quoted,
};
use crate::{
    ports::ProposeError,
    propose::recipe::{
        axum::{imports::USES, layout, style::result_of},
        fields::Field,
        lines::RAW,
        values::field_value,
    },
};
use minijinja::{Value, context};

impl Plan<'_> {
    /// Everything that the module's template is told.
    pub(super) fn context(&self) -> Result<Value, ProposeError> {
        let name = &self.ask.name;
        let page = self.page();
        let (create, update) = self.bodies();
        let fields = self.ask.fields.iter().map(|field| self.field(field)).collect::<Result<Vec<_>, _>>()?;
        let sent = self.sent().map(|field| self.field(field)).collect::<Result<Vec<_>, _>>()?;
        let pattern = body_of(self.like.create).map_or("req", |(pattern, _)| pattern);
        let request =
            pattern.trim_start_matches("Json(").trim_end_matches(')').trim_start_matches("mut ").to_owned();
        let whole = |wrapper: &Option<super::Wrapper>, inner: &str, is_body: bool| match wrapper {
            Some(one) if one.generics.contains('=') && !is_body => one.name.clone(),
            Some(one) if !one.generics.is_empty() || !one.is_own => format!("{}<{inner}>", one.name),
            Some(one) => one.name.clone(),
            None => inner.to_owned(),
        };
        let sent_lead = match &self.taken {
            Some(wrapper) => format!("{request}.{}", wrapper.field),
            None => request.clone(),
        };
        let ok = ok_type(&self.like.create.function.returns);
        let removed = self.like.remove.map(|unit| ok_type(&unit.function.returns));
        let target = &self.carrier.target;
        Ok(context! {
            uses => USES,
            router => self.router(),
            structures => self.structures()?,
            one => name.snake.replace('_', " "),
            var => name.snake.clone(),
            plural => name.plural.clone(),
            row => name.pascal.clone(),
            table => quoted(&self.table),
            key => self.key.0.clone(),
            key_ty => self.key.1.clone(),
            vis => self.visibility(),
            own => self.own_visibility(),
            result => result_of(&self.like.create.function.returns),
            handlers => self.handlers(),
            body => create.clone(),
            change => update.clone(),
            body_whole => whole(&self.taken, &create, true),
            change_whole => whole(&self.taken, &update, true),
            answer => whole(&self.given, &name.pascal, false),
            list_answer => match &self.listed {
                Some(one) => one.name.clone(),
                None => format!("Vec<{}>", name.pascal),
            },
            answered => self.answered(),
            listed => self.listed_as(),
            many => self.listed.as_ref().map_or(name.plural.clone(), |one| one.field.clone()),
            request,
            sent_lead,
            fields,
            sent => sent,
            selected => self.selected(),
            is_raw => self.asking.is_raw,
            is_macro => self.asking.is_macro,
            is_partial => self.is_partial(),
            checks => self.checks(),
            validates => self.validates() && self.bounded().next().is_some(),
            pairs => match &self.errors.refusing { Some(Refusing::Pairs(function)) => function.clone(), _ => String::new() },
            parameters => self.parameters(&page),
            page => context! { limit => page.limit, offset => page.offset },
            order => self.order(),
            places => self.places(),
            target,
            pool => self.carrier.pool,
            missing => self.missing(&name.snake),
            or_missing => self.or_missing(&name.snake),
            forbidden => self.said(if self.errors.forbidden.is_empty() { &self.errors.not_found } else { &self.errors.forbidden }, &format!("not your {}", name.snake.replace('_', " "))),
            owner => self.who.as_ref().zip(self.owner()).map(|(who, parent)| context! {
                value => format!("{}.{}", who.variable, who.field),
                column => parent.column.clone(),
                ty => parent.rust,
            }),
            parents => self.parents.iter().filter(|one| !one.is_owner).map(|one| context! {
                name => one.field.clone(),
                column => one.column.clone(),
                optional => one.optional,
                table => quoted(&one.table),
                key => one.key.clone(),
                ty => one.rust,
                missing => self.missing(&one.field),
            }).collect::<Vec<_>>(),
            creates => ok.contains("StatusCode"),
            removes_with_status => removed.is_none_or(|ok| ok != "()"),
        })
    }

    /// A field in the forms that templates need.
    pub(super) fn field(&self, field: &Field) -> Result<Value, ProposeError> {
        let form = self.types.form(field)?;
        let rust = self.rust(field)?;
        let (low, high) = self.bounds(field);
        let name = field.column();
        Ok(context! {
            rust => rust.clone(),
            is_copy => rust != "String" && !form.is_wrapped,
            is_wrapped => form.is_wrapped,
            low,
            high,
            reason => reason(low, high, matches!(rust.as_str(), "String")),
            fail => self.fail(&name, &reason(low, high, rust == "String")),
            ..field_value(field)
        })
    }

    /// `return Err(…);` of a value that breaks a rule, in rustfmt's form.
    fn fail(&self, name: &str, reason: &str) -> String {
        let Some(Refusing::First(expression)) = &self.errors.refusing else { return String::new() };
        let made = self.said(expression, &format!("{name} {reason}"));
        let Some((head, inner)) = made.split_once('(').filter(|_| made.len() > 60 && !made.starts_with('('))
        else {
            return format!("return Err({made});");
        };
        let inner = inner.strip_suffix(')').unwrap_or(inner);
        format!("return Err({head}(\n{RAW}                {inner},\n{RAW}            ));")
    }

    fn said(&self, expression: &str, what: &str) -> String {
        expression.replace("{what}", &format!("{what:?}"))
    }

    fn missing(&self, name: &str) -> String {
        self.said(&self.errors.not_found, &name.replace('_', " "))
    }

    fn or_missing(&self, name: &str) -> String {
        let missing = self.missing(name);
        let call = if missing.contains("to_owned()") {
            format!(".ok_or_else(|| {missing})?")
        } else {
            format!(".ok_or({missing})?")
        };
        format!("\n{RAW}    {call}")
    }

    /// The example's router with the new routes, in rustfmt's form.
    fn router(&self) -> String {
        let source = self.like.source.text;
        let head = source.get(self.like.router.range.start..self.like.router.body.start).unwrap_or_default();
        let collection = self.collection();
        let key = if self.like.is_colon { format!(":{}", self.key.0) } else { format!("{{{}}}", self.key.0) };
        let item = format!("{}/{key}", collection.trim_end_matches('/'));
        let h = |operation: &str| self.handler(operation);
        let text = format!(
            "{head}{{ Router::new().route(\"{collection}\", get({}).post({})).route(\"{item}\", get({}).{}({}).delete({})) }}",
            h("list"),
            h("create"),
            h("show"),
            self.like.update_verb,
            h("update"),
            h("remove"),
        );
        let text = text.replacen("(\"\",", "(\"/\",", usize::from(collection.is_empty()));
        layout::function(&text).replace('\n', &format!("\n{RAW}"))
    }

    /// The columns of an answer, as they are selected.
    fn selected(&self) -> Vec<String> {
        let mut all =
            vec![if self.key.0 == "id" { "id".to_owned() } else { format!("{} AS id", self.key.0) }];
        let over = |column: &str, ty: &str| format!("{} AS \"{column}: {ty}\"", quoted(column));
        for field in &self.ask.fields {
            let column = field.column();
            let form = self.types.form(field).ok();
            match form.filter(|form| form.is_wrapped && self.asking.is_macro) {
                Some(form) => all.push(over(&column, &form.rust)),
                None => all.push(quoted(&column)),
            }
        }
        for (name, ty) in self.shown() {
            let inner = ty.strip_prefix("Option<").and_then(|ty| ty.strip_suffix('>')).unwrap_or(&ty);
            let is_over = self.is_wrapped(&ty) && self.asking.is_macro;
            all.push(if is_over { over(&name, inner) } else { name });
        }
        all
    }

    /// What a list is in order of: the newest first where keys say nothing of it.
    fn order(&self) -> String {
        let key = &self.key.0;
        let is_timed = self.key.1 == "Uuid" && self.made.column("created_at").is_some();
        if is_timed { format!("created_at DESC, {key}") } else { key.clone() }
    }

    /// The example's placeholders, by number: `$1`, `?1` or `?`.
    fn places(&self) -> Vec<String> {
        let text: String = self.like.known().flat_map(super::like::statements).collect();
        let one = |at: usize| match () {
            () if text.contains("$1") || self.types.is_postgres => format!("${at}"),
            () if text.contains("?1") => format!("?{at}"),
            () => "?".to_owned(),
        };
        (0..=self.ask.fields.len() + 2).map(one).collect()
    }

    /// An answer of one row: `NoteBody { note }`.
    fn answered(&self) -> String {
        let var = &self.ask.name.snake;
        match &self.given {
            Some(one) if one.field == *var => literal(&one.name, var),
            Some(one) => literal(&one.name, &format!("{}: {var}", one.field)),
            None => var.clone(),
        }
    }

    fn listed_as(&self) -> String {
        match &self.listed {
            Some(one) => literal(&one.name, &one.field),
            None => self.ask.name.plural.clone(),
        }
    }

    /// Whether handlers check bodies by a function of their own.
    fn checks(&self) -> bool {
        !self.validates()
            && self.errors.refusing.is_some()
            && self.bounded().any(|field| self.sent().any(|sent| sent.name == field.name))
    }
}

/// A structure with one field, broken where rustfmt breaks it.
fn literal(name: &str, field: &str) -> String {
    if field.len() <= 18 {
        return format!("{name} {{ {field} }}");
    }
    format!("{name} {{\n{RAW}        {field},\n{RAW}    }}")
}

/// What a `Result` holds where nothing failed.
pub(super) fn ok_type(returns: &str) -> String {
    let inner = returns.split_once('<').map_or("", |(_, rest)| rest);
    let mut depth = 0_i32;
    let end = inner.char_indices().find_map(|(at, c)| {
        match c {
            '<' | '(' => depth += 1,
            ',' | '>' if depth == 0 => return Some(at),
            '>' | ')' => depth -= 1,
            _ => {}
        }
        None
    });
    inner.get(..end.unwrap_or(inner.len())).unwrap_or_default().trim().to_owned()
}

/// Why a value is refused.
fn reason(low: Option<i64>, high: Option<i64>, is_text: bool) -> String {
    match (low, high, is_text) {
        (Some(low), Some(high), true) => format!("must have {low} to {high} characters"),
        (None, Some(high), true) => format!("must have at most {high} characters"),
        (Some(1), None, true) => "must not be empty".to_owned(),
        (Some(low), None, true) => format!("must have at least {low} characters"),
        (Some(low), Some(high), false) => format!("must be between {low} and {high}"),
        (None, Some(high), false) => format!("must be at most {high}"),
        (Some(low), None, false) => format!("must be at least {low}"),
        (None, None, _) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_says_what_it_holds() {
        for (returns, ok) in [
            ("Result<()>", "()"),
            ("Result<(StatusCode, Json<A<B>>), Error>", "(StatusCode, Json<A<B>>)"),
            ("http::Result<Json<Vec<A>>>", "Json<Vec<A>>"),
        ] {
            assert_eq!(ok_type(returns), ok);
        }
    }
}
