//! The columns of a model, of SQLAlchemy or of SQLModel, with what bounds them.

use super::reader::{Class, Definition, Found, Reader, is_name};
use crate::propose::{
    python::{Module, last_name, string_value},
    recipe::{
        endpoint::column::{Choice, Column},
        fields::Kind,
        names::pascal,
    },
};
use ruff_python_ast::{Expr, ExprCall, Stmt, StmtClassDef};

/// Names of calls that declare a column.
const DECLARING: [&str; 3] = ["mapped_column", "Column", "Field"];

/// What classes of what travels are called behind the model's name.
const TRAVELLING: [&str; 9] = ["", "Base", "Create", "In", "New", "Update", "Read", "Out", "Public"];

/// A model that was found.
pub(super) struct Model<'m> {
    pub(super) class: Class<'m>,
    pub(super) name: String,
    pub(super) columns: Vec<Column>,
}

/// Whether a class has a table.
pub(super) fn is_table(class: &StmtClassDef) -> bool {
    let keywords = class.arguments.as_ref().map_or(&[][..], |arguments| &arguments.keywords);
    let marked = keywords.iter().any(|keyword| {
        keyword.arg.as_ref().is_some_and(|arg| arg.as_str() == "table")
            && matches!(&keyword.value, Expr::BooleanLiteral(literal) if literal.value)
    });
    marked || crate::propose::recipe::fastapi::style::is_table(class)
}

/// Every class that has a table, by file.
pub(super) fn tables<'m>(reader: &'m Reader<'_>) -> Vec<Class<'m>> {
    let all = reader.modules.iter();
    all.flat_map(|(path, module)| {
        module.classes().filter(|class| is_table(class)).map(|node| Class { path, node })
    })
    .collect()
}

impl<'m> Model<'m> {
    pub(super) fn of(reader: &'m Reader<'_>, class: Class<'m>) -> Self {
        let mut columns: Vec<Column> = Vec::new();
        let mut pending = vec![class];
        let mut at = 0;
        // A base's columns stand before the class's own, which may state one again.
        while let Some(one) = pending.get(at).copied().filter(|_| at < 8) {
            let bases = one.node.arguments.iter().flat_map(|arguments| &arguments.args);
            pending.extend(bases.filter_map(|base| reader.annotated(one.path, base)));
            at += 1;
        }
        for one in pending.iter().rev() {
            for stmt in &one.node.body {
                if let Some(column) = column(reader, *one, stmt) {
                    columns.retain(|known| known.name != column.name);
                    columns.push(column);
                }
            }
        }
        Self { class, name: class.node.name.to_string(), columns }
    }

    /// Takes over the bounds that a class of what travels states for the same names.
    pub(super) fn bounded_by(&mut self, reader: &Reader<'_>) {
        for module in reader.modules.values().filter(|module| module.text.contains(&self.name)) {
            let own = |class: &&StmtClassDef| {
                class
                    .name
                    .as_str()
                    .strip_prefix(self.name.as_str())
                    .is_some_and(|rest| TRAVELLING.contains(&rest))
            };
            let classes: Vec<&StmtClassDef> = module.classes().filter(own).collect();
            for class in classes {
                for stmt in &class.body {
                    let Stmt::AnnAssign(assign) = stmt else { continue };
                    let Some(name) = last_name(&assign.target) else { continue };
                    let Some(column) = self.columns.iter_mut().find(|column| column.name == name) else {
                        continue;
                    };
                    let (min, max) = bounds(assign.value.as_deref());
                    column.min = column.min.max(min);
                    column.max = [column.max, max].into_iter().flatten().min();
                }
            }
        }
    }
}

fn column(reader: &Reader<'_>, class: Class<'_>, stmt: &Stmt) -> Option<Column> {
    let module = reader.modules.get(class.path)?;
    let (name, annotation, value) = match stmt {
        Stmt::AnnAssign(assign) => {
            (last_name(&assign.target)?, Some(&*assign.annotation), assign.value.as_deref())
        }
        Stmt::Assign(assign) => (assign.targets.first().and_then(last_name)?, None, Some(&*assign.value)),
        _ => return None,
    };
    if name.starts_with('_') || name == "model_config" {
        return None;
    }
    let call = value.and_then(|value| match value {
        Expr::Call(call) => last_name(&call.func).filter(|name| DECLARING.contains(name)).map(|_| call),
        _ => None,
    });
    let is_other_call = matches!(value, Some(Expr::Call(_))) && call.is_none();
    if is_other_call || (annotation.is_none() && call.is_none()) {
        return None;
    }
    let inner = annotation.map(unwrapped);
    if let Some(Expr::Subscript(subscript)) = inner
        && matches!(last_name(&subscript.value), Some("list" | "List" | "ClassVar" | "set" | "Set"))
    {
        return None;
    }
    let (inner, optional_type) = inner.map_or((None, false), |inner| {
        let (inner, optional) = without_none(inner);
        (Some(inner), optional)
    });
    let declared = call.map(|call| module.source(call)).unwrap_or_default();
    let source_type = inner.map(|inner| module.source(inner)).unwrap_or_default().to_owned();
    let parent = call.and_then(|call| parent_of(reader, module, call));
    let choices = inner.map(|inner| choices(reader, class.path, inner)).unwrap_or_default();
    let kind = match parent {
        Some(model) => Kind::BelongsTo(model),
        None => kind_of(&source_type, declared, !choices.is_empty())?,
    };
    let has = |text: &str| declared.replace(' ', "").contains(text);
    let (min, max) = bounds(value);
    let is_key = has("primary_key=True");
    let plain_default = value.is_some() && call.is_none();
    Some(Column {
        name: name.to_owned(),
        source_type: if source_type.is_empty() { type_name(&kind).to_owned() } else { source_type },
        kind,
        is_key,
        optional: !is_key && (optional_type || has("nullable=True")),
        unique: has("unique=True"),
        indexed: has("index=True") || has("unique=True"),
        has_default: plain_default || has("default=") || has("default_factory=") || has("server_default="),
        choices,
        min,
        max,
        line: module.line(stmt),
    })
}

/// `X` of `Mapped[X]` and of `Annotated[X, …]`.
fn unwrapped(annotation: &Expr) -> &Expr {
    match annotation {
        Expr::Subscript(subscript) if matches!(last_name(&subscript.value), Some("Mapped")) => {
            &subscript.slice
        }
        Expr::Subscript(subscript) if last_name(&subscript.value) == Some("Annotated") => {
            match &*subscript.slice {
                Expr::Tuple(tuple) => tuple.elts.first().unwrap_or(annotation),
                other => other,
            }
        }
        other => other,
    }
}

/// The type beside `None`, and whether `None` is one.
fn without_none(annotation: &Expr) -> (&Expr, bool) {
    match annotation {
        Expr::BinOp(operation) if matches!(&*operation.right, Expr::NoneLiteral(_)) => {
            (&operation.left, true)
        }
        Expr::Subscript(subscript) if last_name(&subscript.value) == Some("Optional") => {
            (&subscript.slice, true)
        }
        other => (other, false),
    }
}

fn kind_of(annotation: &str, declared: &str, has_choices: bool) -> Option<Kind> {
    let has = |word: &str| declared.contains(word);
    Some(match annotation.rsplit('.').next().unwrap_or_default() {
        _ if has_choices => Kind::String,
        "str" | "EmailStr" if has("Text") => Kind::Text,
        "str" | "EmailStr" => Kind::String,
        "int" => Kind::Integer,
        "float" => Kind::Float,
        "Decimal" => Kind::Decimal,
        "bool" => Kind::Boolean,
        "date" => Kind::Date,
        "datetime" => Kind::DateTime,
        "UUID" => Kind::Uuid,
        "" if has("String") => Kind::String,
        "" if has("Text") => Kind::Text,
        "" if has("Integer") => Kind::Integer,
        "" if has("Float") => Kind::Float,
        "" if has("Numeric") => Kind::Decimal,
        "" if has("Boolean") => Kind::Boolean,
        "" if has("DateTime") => Kind::DateTime,
        "" if has("Date") => Kind::Date,
        "" if has("Uuid") || has("UUID") => Kind::Uuid,
        _ => return None,
    })
}

/// Python's name of a kind.
fn type_name(kind: &Kind) -> &'static str {
    match kind {
        Kind::String | Kind::Text => "str",
        Kind::Integer | Kind::BelongsTo(_) => "int",
        Kind::Float => "float",
        Kind::Decimal => "Decimal",
        Kind::Boolean => "bool",
        Kind::Date => "date",
        Kind::DateTime => "datetime",
        Kind::Uuid => "uuid.UUID",
    }
}

/// The model that a column refers to.
fn parent_of(reader: &Reader<'_>, module: &Module<'_>, call: &ExprCall) -> Option<String> {
    let keyword = call
        .arguments
        .keywords
        .iter()
        .find(|keyword| keyword.arg.as_ref().is_some_and(|arg| arg.as_str() == "foreign_key"));
    let inner = call.arguments.args.iter().find_map(|argument| match argument {
        Expr::Call(key) if last_name(&key.func) == Some("ForeignKey") => key.arguments.args.first(),
        _ => None,
    });
    let target = keyword.map(|keyword| &keyword.value).or(inner)?;
    let target = string_value(target).unwrap_or_else(|| module.source(target).to_owned());
    let (table, _) = target.rsplit_once('.')?;
    let table = table.rsplit('.').next().unwrap_or(table);
    let all = tables(reader);
    let named = |class: &&Class<'_>| {
        table_name(class.node).unwrap_or_else(|| class.node.name.as_str().to_lowercase()) == table
            || class.node.name.as_str() == table
    };
    Some(all.iter().find(named).map_or_else(|| pascal(table), |class| class.node.name.to_string()))
}

fn table_name(class: &StmtClassDef) -> Option<String> {
    class.body.iter().find_map(|stmt| match stmt {
        Stmt::Assign(assign) if assign.targets.iter().any(|target| is_name(target, "__tablename__")) => {
            string_value(&assign.value)
        }
        _ => None,
    })
}

/// The members of an enumeration that a column's type names.
fn choices(reader: &Reader<'_>, path: &str, annotation: &Expr) -> Vec<Choice> {
    let Some(name) = last_name(annotation) else { return Vec::new() };
    let Some(Found { what: Definition::Class(class), .. }) = reader.find(path, name) else {
        return Vec::new();
    };
    let bases = class.arguments.iter().flat_map(|arguments| &arguments.args);
    if !bases.into_iter().filter_map(last_name).any(|base| base.ends_with("Enum")) {
        return Vec::new();
    }
    let members = class.body.iter().filter_map(|stmt| match stmt {
        Stmt::Assign(assign) => {
            let member = assign.targets.first().and_then(last_name)?;
            Some(Choice { source: format!("{name}.{member}"), value: string_value(&assign.value)? })
        }
        _ => None,
    });
    members.collect()
}

/// Lengths or values that a declaration states.
fn bounds(value: Option<&Expr>) -> (Option<i64>, Option<i64>) {
    let Some(Expr::Call(call)) = value else { return (None, None) };
    let number = |expr: &Expr| match expr {
        Expr::NumberLiteral(literal) => literal.value.as_int().and_then(|int| int.as_i64()),
        _ => None,
    };
    let keyword = |names: &[&str]| {
        call.arguments.keywords.iter().find_map(|keyword| {
            let name = keyword.arg.as_ref()?.as_str();
            names.contains(&name).then(|| number(&keyword.value))?
        })
    };
    let declared = call.arguments.args.iter().find_map(|argument| match argument {
        Expr::Call(kind) if last_name(&kind.func) == Some("String") => {
            let named = kind.arguments.keywords.first().map(|keyword| &keyword.value);
            kind.arguments.args.first().or(named).and_then(number)
        }
        _ => None,
    });
    let above = keyword(&["gt"]).map(|value| value.saturating_add(1));
    let under = keyword(&["lt"]).map(|value| value.saturating_sub(1));
    (keyword(&["ge", "min_length"]).or(above), keyword(&["le", "max_length"]).or(under).or(declared))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn columns(text: &str, name: &str) -> Vec<Column> {
        let texts = BTreeMap::from([("app/models.py".to_owned(), text.to_owned())]);
        let reader = Reader::new(&texts);
        let class = tables(&reader).into_iter().find(|class| class.node.name.as_str() == name).unwrap();
        let mut model = Model::of(&reader, class);
        model.bounded_by(&reader);
        model.columns
    }

    #[test]
    fn columns_of_both_mappers_are_read_with_their_bounds() {
        let mapped = "class State(str, Enum):\n    OPEN = \"open\"\n    DONE = \"done\"\n\n\nclass User(Base):\n    __tablename__ = \"users\"\n    id: Mapped[int] = mapped_column(primary_key=True)\n\n\nclass Post(Base):\n    __tablename__ = \"posts\"\n\n    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)\n    slug: Mapped[str] = mapped_column(String(40), unique=True)\n    state: Mapped[State]\n    note: Mapped[Optional[str]]\n    author_id: Mapped[int] = mapped_column(ForeignKey(\"users.id\"))\n    author: Mapped[User] = relationship()\n    tags: Mapped[list[Tag]]\n";
        let read = columns(mapped, "Post");
        let names: Vec<&str> = read.iter().map(|column| column.name.as_str()).collect();
        assert_eq!(names, ["id", "slug", "state", "note", "author_id"]);
        assert!(read[0].is_key && read[1].unique && read[3].optional && !read[1].optional);
        assert_eq!((read[1].max, read[2].choices.len()), (Some(40), 2));
        assert_eq!(read[4].kind, Kind::BelongsTo("User".into()));
        let model = "class ToolBase(SQLModel):\n    name: str = Field(min_length=2, max_length=9)\n\n\nclass Tool(ToolBase, table=True):\n    id: int | None = Field(default=None, primary_key=True)\n    count: int = 0\n    owner_id: uuid.UUID = Field(foreign_key=\"user.id\")\n\n\nclass User(SQLModel, table=True):\n    id: uuid.UUID = Field(primary_key=True)\n";
        let read = columns(model, "Tool");
        let names: Vec<&str> = read.iter().map(|column| column.name.as_str()).collect();
        assert_eq!(names, ["name", "id", "count", "owner_id"]);
        assert_eq!((read[0].min, read[0].max, read[2].has_default), (Some(2), Some(9), true));
        assert_eq!(read[3].kind, Kind::BelongsTo("User".into()));
        assert!(read[1].is_key && !read[1].optional);
    }
}
