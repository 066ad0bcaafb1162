//! One function that refuses in the project's form, and what it is with errors of the domain.
//!
//! A function is changed as a whole or stays as a whole: every place from which an error comes
//! must be understood, or the new type would not build.

use super::{
    super::{
        code::{Code, Unit, children},
        relaid,
    },
    form::{Form, Refusal, error_of},
};
use crate::{ports::ProposeError, propose::edits::Edits};
use std::{collections::BTreeSet, ops::Range};
use tree_sitter::Node;

/// What a function becomes.
pub(super) struct Changed<'c> {
    pub(super) unit: Unit<'c>,
    edits: Edits,
    /// Statuses of the errors that it raises.
    pub(super) raised: BTreeSet<u16>,
    /// Functions that hand errors to it, or make them for it.
    pub(super) links: Vec<Unit<'c>>,
    /// Makers of 500 that it needs no more.
    pub(super) released: Vec<Unit<'c>>,
    /// Literal texts of the 500s that it answered; `None` for one that was made of the error.
    pub(super) hidden: Vec<Option<String>>,
}

/// What a function is here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// It returns a `Result` with an error of the form.
    Refuses,
    /// It returns the error itself.
    Makes,
}

/// Whether a function belongs to those that the form is about.
pub(super) fn part_of(unit: &Unit<'_>, form: &Form) -> Option<Part> {
    let returns = &unit.function.returns;
    if error_of(returns).is_some_and(|error| form.is(&error)) {
        return Some(Part::Refuses);
    }
    // A function that returns a status answers it; one that returns a pair makes an error.
    (*form != Form::Bare && form.is(returns)).then_some(Part::Makes)
}

type Read<T> = Result<T, &'static str>;

/// Reads a function; the error says why it stays as it is.
pub(super) fn read<'c>(unit: Unit<'c>, code: &'c Code<'c>, form: &Form) -> Read<Changed<'c>> {
    let changed = Changed {
        unit,
        edits: Edits::default(),
        raised: BTreeSet::new(),
        links: Vec::new(),
        released: Vec::new(),
        hidden: Vec::new(),
    };
    let mut reader = Reader { code, form, changed };
    let part = part_of(&unit, form).ok_or("it refuses in another form")?;
    reader.signature(part)?;
    let Some(body) = unit.all().into_iter().next() else { return Err("its body could not be read") };
    match part {
        Part::Makes => reader.made(tail(body).ok_or("its last line is no error")?)?,
        Part::Refuses => {
            for node in unit.all() {
                reader.node(node)?;
            }
            reader.ends(body)?;
        }
    }
    Ok(reader.changed)
}

/// Whether a function does nothing but make 500.
pub(super) fn is_internal(unit: &Unit<'_>, form: &Form) -> Option<Option<String>> {
    let body = unit.all().into_iter().next()?;
    match form.refusal(unit, tail(body)?)?.ok()? {
        Refusal::Internal(literal) => Some(literal),
        Refusal::Known(..) => None,
    }
}

struct Reader<'c, 'f> {
    code: &'c Code<'c>,
    form: &'f Form,
    changed: Changed<'c>,
}

impl<'c> Reader<'c, '_> {
    fn unit(&self) -> Unit<'c> {
        self.changed.unit
    }

    /// The new type in the signature.
    fn signature(&mut self, part: Part) -> Read<()> {
        let unit = self.unit();
        let returns = unit.function.returns.as_str();
        let head = unit.slice(unit.function.range.start..unit.function.body.start);
        let at = head.rfind(returns).ok_or("its type could not be read")?;
        let start = unit.function.range.start + at;
        let new = match part {
            Part::Makes => "AppError".to_owned(),
            Part::Refuses => {
                let (result, ok) = ok_of(returns).ok_or("its type could not be read")?;
                format!("{result}<{ok}, AppError>")
            }
        };
        self.changed.edits.replace(start..start + returns.len(), new);
        Ok(())
    }

    /// One node of the body from which errors may come.
    fn node(&mut self, node: Node<'c>) -> Read<()> {
        match node.kind() {
            "call_expression" => self.call(node),
            "try_expression" => node.named_child(0).map_or(Ok(()), |operand| self.handed(operand)),
            "return_expression" => node.named_child(0).map_or(Ok(()), |value| self.ends(value)),
            _ => Ok(()),
        }
    }

    /// `Err(…)`, `.ok_or(…)`, `.ok_or_else(…)`, `.map_err(…)`.
    fn call(&mut self, node: Node<'c>) -> Read<()> {
        let unit = self.unit();
        let parts = node.child_by_field_name("function").zip(node.child_by_field_name("arguments"));
        let Some((callee, arguments)) = parts else { return Ok(()) };
        let Some(first) = children(arguments).next() else { return Ok(()) };
        if unit.text(callee) == "Err" {
            return self.made(first);
        }
        let Some((receiver, method)) = method(&unit, callee) else { return Ok(()) };
        match method {
            "ok_or" => self.made(first),
            "ok_or_else" => self.maker(first),
            "map_err" => match self.internal(first) {
                Some(literal) => self.unmapped(node, receiver, first, literal),
                None => self.maker(first),
            },
            _ => Ok(()),
        }
    }

    /// What makes an error: a closure, or the name of a function.
    fn maker(&mut self, node: Node<'c>) -> Read<()> {
        match node.kind() {
            "closure_expression" => {
                let body = node.child_by_field_name("body").ok_or("a closure of it could not be read")?;
                let made = tail(body).ok_or("a closure of it could not be read")?;
                // A block that holds nothing else goes with what was too long for one line.
                let whole = if body.named_child_count() == 1 { body } else { made };
                self.made_in(made, whole)
            }
            _ => self.named(node),
        }
    }

    /// The name of a function that makes errors.
    fn named(&mut self, node: Node<'c>) -> Read<()> {
        let unit = self.unit();
        let target = self
            .code
            .target(unit.source, unit.text(node))
            .ok_or("what it refuses with is not written there")?;
        self.linked(target)
    }

    fn linked(&mut self, target: Unit<'c>) -> Read<()> {
        if part_of(&target, self.form).is_none() {
            return Err("what it hands on is of another form");
        }
        self.changed.links.push(target);
        Ok(())
    }

    /// An expression that is an error.
    fn made(&mut self, node: Node<'c>) -> Read<()> {
        self.made_in(node, node)
    }

    /// The same, and what the new one takes the place of.
    fn made_in(&mut self, node: Node<'c>, whole: Node<'c>) -> Read<()> {
        let unit = self.unit();
        match self.form.refusal(&unit, node) {
            Some(Ok(Refusal::Known(kind, said))) => {
                self.changed.raised.insert(kind.status);
                let new = match self.form {
                    Form::Bare => format!("AppError::{}", kind.name),
                    _ => format!("AppError::{}({said})", kind.name),
                };
                self.changed.edits.replace(whole.byte_range(), new);
                Ok(())
            }
            Some(Ok(Refusal::Internal(_))) => Err("its 500 is not one of the database"),
            Some(Err(why)) => Err(why),
            None => match node.child_by_field_name("function").filter(|_| node.kind() == "call_expression") {
                Some(callee) => self.named(callee),
                None => Err("what it refuses with is not written there"),
            },
        }
    }

    /// Whether what maps an error makes 500 of it, and with which literal text.
    fn internal(&self, maker: Node<'c>) -> Option<Option<String>> {
        let unit = self.unit();
        if maker.kind() == "closure_expression" {
            let made = tail(maker.child_by_field_name("body")?)?;
            return match self.form.refusal(&unit, made) {
                Some(Ok(Refusal::Internal(literal))) => Some(literal),
                Some(_) => None,
                None => {
                    let callee = made.child_by_field_name("function")?;
                    is_internal(&self.code.target(unit.source, unit.text(callee))?, self.form)
                }
            };
        }
        is_internal(&self.code.target(unit.source, unit.text(maker))?, self.form)
    }

    /// A 500 that the database's errors become by themselves.
    fn unmapped(
        &mut self,
        node: Node<'c>,
        receiver: Node<'c>,
        maker: Node<'c>,
        literal: Option<String>,
    ) -> Read<()> {
        let unit = self.unit();
        let target = match maker.kind() {
            "closure_expression" => maker
                .child_by_field_name("body")
                .and_then(tail)
                .and_then(|made| made.child_by_field_name("function"))
                .and_then(|callee| self.code.target(unit.source, unit.text(callee))),
            _ => self.code.target(unit.source, unit.text(maker)),
        };
        let is_told = |target: &Unit<'_>| {
            target.function.parameters.first().is_some_and(|(_, ty)| ty.contains("sqlx::Error"))
        };
        let asks = target.as_ref().is_some_and(is_told)
            || unit.text(maker).contains("sqlx::Error")
            || unit.text(receiver).contains("sqlx::query")
            || self.root(receiver).is_some_and(|root| root.function.returns.contains("sqlx::"));
        if !asks {
            return Err("its 500 is not known to come from the database");
        }
        let is_handed = node.parent().is_some_and(|parent| parent.kind() == "try_expression");
        let new = if is_handed { "" } else { ".map_err(AppError::from)" };
        self.changed.edits.replace(receiver.end_byte()..node.end_byte(), new);
        self.changed.hidden.push(literal);
        self.changed.released.extend(target);
        Ok(())
    }

    /// The function that a chain of calls begins with.
    fn root(&self, node: Node<'c>) -> Option<Unit<'c>> {
        let unit = self.unit();
        let mut at = node;
        loop {
            at = match at.kind() {
                "await_expression" | "try_expression" | "parenthesized_expression" => at.named_child(0)?,
                "field_expression" => at.child_by_field_name("value")?,
                "call_expression" => {
                    let callee = at.child_by_field_name("function")?;
                    if callee.kind() != "field_expression" {
                        return self.code.target(unit.source, unit.text(callee));
                    }
                    callee
                }
                _ => return None,
            };
        }
    }

    /// A value whose error is handed on.
    fn handed(&mut self, node: Node<'c>) -> Read<()> {
        let unit = self.unit();
        let mut at = node;
        loop {
            at = match at.kind() {
                "await_expression" | "parenthesized_expression" => {
                    at.named_child(0).ok_or("what it hands on could not be followed")?
                }
                "call_expression" => {
                    let callee =
                        at.child_by_field_name("function").ok_or("what it hands on could not be followed")?;
                    match method(&unit, callee) {
                        // Each was read where it stands.
                        Some((_, "ok_or" | "ok_or_else" | "map_err")) => return Ok(()),
                        Some((receiver, _)) => receiver,
                        None if matches!(unit.text(callee), "Ok" | "Err") => return Ok(()),
                        None => {
                            let target = self.code.target(unit.source, unit.text(callee));
                            return self.linked(target.ok_or("what it hands on could not be followed")?);
                        }
                    }
                }
                _ => return Err("what it hands on could not be followed"),
            };
        }
    }

    /// An expression whose value the function returns.
    fn ends(&mut self, node: Node<'c>) -> Read<()> {
        match node.kind() {
            "block" => match last(node) {
                Some(last) => self.ends(last),
                None => Ok(()),
            },
            "expression_statement" => match node.named_child(0) {
                Some(inner) if !self.unit().text(node).ends_with(';') => self.ends(inner),
                _ => Ok(()),
            },
            "if_expression" => {
                for name in ["consequence", "alternative"] {
                    node.child_by_field_name(name).map_or(Ok(()), |branch| self.ends(branch))?;
                }
                Ok(())
            }
            "else_clause" => node.named_child(0).map_or(Ok(()), |inner| self.ends(inner)),
            "match_expression" => {
                let arms = node.child_by_field_name("body").ok_or("a match of it could not be read")?;
                for arm in children(arms) {
                    arm.child_by_field_name("value").map_or(Ok(()), |value| self.ends(value))?;
                }
                Ok(())
            }
            "return_expression" | "loop_expression" | "let_declaration" => Ok(()),
            "macro_invocation" => {
                let text = self.unit().text(node);
                let never = ["todo!", "unreachable!", "unimplemented!", "panic!"];
                if never.iter().any(|name| text.starts_with(name)) {
                    Ok(())
                } else {
                    Err("what a macro of it gives is not known")
                }
            }
            _ => self.handed(node),
        }
    }
}

impl Changed<'_> {
    /// The function's new text, in rustfmt's form where it is in it.
    pub(super) fn text(&self) -> Result<String, ProposeError> {
        let range = self.unit.function.range.clone();
        let old = self.unit.slice(range.clone());
        let mut edits = Edits::default();
        for (at, new) in self.edits.within(&range) {
            edits.replace(at.start - range.start..at.end - range.start, new);
        }
        let new = edits.apply(old)?;
        Ok(relaid::changed(old, &new))
    }

    pub(super) fn range(&self) -> Range<usize> {
        self.unit.function.range.clone()
    }
}

/// Receiver and name of a method that is called.
fn method<'c>(unit: &Unit<'c>, callee: Node<'c>) -> Option<(Node<'c>, &'c str)> {
    let field = (callee.kind() == "field_expression").then(|| callee.child_by_field_name("field"))??;
    Some((callee.child_by_field_name("value")?, unit.text(field)))
}

/// The last part of a block that is no comment.
fn last(block: Node<'_>) -> Option<Node<'_>> {
    children(block).filter(|node| !node.kind().ends_with("comment")).last()
}

/// The value of an expression: itself, or the last of its block.
fn tail(node: Node<'_>) -> Option<Node<'_>> {
    if node.kind() != "block" {
        return Some(node);
    }
    let last = last(node)?;
    if last.kind() == "expression_statement" { None } else { tail(last) }
}

/// `Result` as it is written, and what is in it where nothing is refused.
fn ok_of(returns: &str) -> Option<(&str, &str)> {
    let (head, rest) = returns.split_once('<')?;
    let mut depth = 0_i32;
    for (at, c) in rest.char_indices() {
        match c {
            '<' | '(' | '[' => depth += 1,
            '>' | ')' | ']' => depth -= 1,
            ',' if depth == 0 => return Some((head, rest.get(..at)?.trim())),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::super::plan::Sources;
    use super::*;
    use crate::propose::rust::RustFile;

    #[test]
    fn each_statement_is_laid_out_by_itself() {
        let text = "async fn get(page: Page) -> Result<Json<Vec<User>>, (StatusCode, String)> {\n    page.validate().map_err(|error| {\n        (\n            StatusCode::UNPROCESSABLE_ENTITY,\n            format!(\"a page of users cannot be: {error}\"),\n        )\n    })?;\n    Ok(Json(\n        list(page.limit_of_the_page, page.offset_of_the_page).await,\n    ))\n}\n";
        assert_eq!(
            read_one(text).unwrap(),
            "async fn get(page: Page) -> Result<Json<Vec<User>>, AppError> {\n    page.validate()\n        .map_err(|error| AppError::Unprocessable(format!(\"a page of users cannot be: {error}\")))?;\n    Ok(Json(\n        list(page.limit_of_the_page, page.offset_of_the_page).await,\n    ))\n}"
        );
    }

    fn read_one(text: &str) -> Result<String, &'static str> {
        let path = "src/services/users.rs";
        let sources: Sources = vec![(path.into(), RustFile::parse(path, text).unwrap(), text.into())];
        let code = Code::new(&sources);
        let unit = code.unit(path, "get").unwrap();
        let form = Form::of(&error_of(&unit.function.returns).unwrap()).unwrap();
        read(unit, &code, &form).map(|changed| changed.text().unwrap())
    }

    #[test]
    fn a_function_is_changed_with_every_place_from_which_its_errors_come() {
        let text = "async fn get(pool: &SqlitePool, id: i64) -> Result<User, (StatusCode, String)> {\n    if id < 1 {\n        return Err((StatusCode::BAD_REQUEST, \"no id\".into()));\n    }\n    find(pool, id)\n        .await\n        .map_err(internal)?\n        .ok_or_else(|| (StatusCode::NOT_FOUND, format!(\"no user {id}\")))\n}\n\nasync fn find(pool: &SqlitePool, id: i64) -> Result<Option<User>, sqlx::Error> {\n    todo!()\n}\n\nfn internal(error: sqlx::Error) -> (StatusCode, String) {\n    (StatusCode::INTERNAL_SERVER_ERROR, error.to_string())\n}\n";
        assert_eq!(
            read_one(text).unwrap(),
            "async fn get(pool: &SqlitePool, id: i64) -> Result<User, AppError> {\n    if id < 1 {\n        return Err(AppError::BadRequest(\"no id\".into()));\n    }\n    find(pool, id)\n        .await?\n        .ok_or_else(|| AppError::NotFound(format!(\"no user {id}\")))\n}"
                .replace("BadRequest", "InvalidInput")
        );
    }

    #[test]
    fn what_is_not_understood_keeps_the_whole_function() {
        for (body, expected) in [
            ("let (a, b) = f();\n    Err((a, b))", "what it refuses with is not written there"),
            ("Err((StatusCode::BAD_GATEWAY, \"a\".into()))", "its status is no error of the domain"),
            ("self::other::f().await?;\n    Ok(1)", "what it hands on could not be followed"),
            (
                "f().map_err(|e| (StatusCode::INTERNAL_SERVER_ERROR, e.to_string()))?;\n    Ok(1)",
                "its 500 is not known to come from the database",
            ),
            ("sqlx::query!(\"x\")", "what a macro of it gives is not known"),
        ] {
            let text = format!("fn get() -> Result<i64, (StatusCode, String)> {{\n    {body}\n}}\n");
            assert_eq!(read_one(&text).unwrap_err(), expected, "{body}");
        }
    }
}
