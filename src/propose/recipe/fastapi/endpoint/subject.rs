//! How a test asks a service: the object that it makes, the arguments that it gives, and what
//! it gets where a row is not there.

use super::{
    columns::Model,
    files::dotted,
    reader::{Class, Reader, Scope},
    rows_of::is_session,
    text::{Param, params},
    work::Work,
};
use crate::propose::python::{Module, functions, last_name};
use ruff_python_ast::{CmpOp, Expr, Stmt, StmtFunctionDef};

/// How deep objects are made that others need.
const LIMIT_DEPTH: usize = 4;

/// Source, and where its names come from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Made {
    pub(super) source: String,
    pub(super) imports: Vec<String>,
}

/// What the function of a level is asked of: `UserService(UserRepository(session))`, with the
/// name of the session's fixture; empty for a plain function. `None` where an object needs
/// something that a test does not have.
pub(super) fn owner(work: &Work<'_>, scope: Scope<'_>, session: &str) -> Option<Made> {
    let Some(class) = scope.class else { return Some(Made::default()) };
    let is_static = scope.function.decorator_list.iter();
    let by_class = is_static
        .into_iter()
        .any(|mark| matches!(last_name(&mark.expression), Some("staticmethod" | "classmethod")));
    if by_class {
        return Some(named(work.reader, work.model, class));
    }
    object(work.reader, work.model, class, session)
}

fn named(reader: &Reader<'_>, model: &Model<'_>, class: Class<'_>) -> Made {
    let name = class.node.name.to_string();
    let imports = vec![format!("{}:{name}", dotted(reader, model, class.path))];
    Made { source: name, imports }
}

/// An object of a class, as its constructor or its fields ask for it.
pub(super) fn object(
    reader: &Reader<'_>,
    model: &Model<'_>,
    class: Class<'_>,
    session: &str,
) -> Option<Made> {
    object_within(reader, model, class, session, LIMIT_DEPTH)
}

fn object_within(
    reader: &Reader<'_>,
    model: &Model<'_>,
    class: Class<'_>,
    session: &str,
    depth: usize,
) -> Option<Made> {
    let depth = depth.checked_sub(1)?;
    let mut made = named(reader, model, class);
    let mut given: Vec<String> = Vec::new();
    for need in needs(reader, class)? {
        let value = match need.class {
            _ if is_session(&need.param) && !is_factory(&need.param) => session.to_owned(),
            Some(other) => {
                let inner = object_within(reader, model, other, session, depth)?;
                made.imports.extend(inner.imports);
                inner.source
            }
            None => return None,
        };
        given.push(if need.param.keyword_only { format!("{}={value}", need.param.name) } else { value });
    }
    made.source = format!("{}({})", made.source, given.join(", "));
    Some(made)
}

fn is_factory(param: &Param) -> bool {
    let of = param.text.to_lowercase();
    ["sessionmaker", "factory", "callable"].iter().any(|word| of.contains(word))
}

/// What a constructor asks for.
struct Needed<'m> {
    param: Param,
    class: Option<Class<'m>>,
}

/// `None` for a class that nobody makes: a protocol or an abstract one.
fn needs<'m>(reader: &'m Reader<'_>, class: Class<'m>) -> Option<Vec<Needed<'m>>> {
    let mut bases = class.node.arguments.iter().flat_map(|arguments| &arguments.args);
    if bases.any(|base| matches!(last_name(base), Some("Protocol" | "ABC"))) {
        return None;
    }
    if let Some(scope) = reader.method(class, "__init__") {
        let module = reader.modules.get(scope.path)?;
        let all = params(module, scope.function);
        let asked = scope.function.parameters.iter_non_variadic_params().filter(|one| {
            // `users: UserRepository = Depends()` is asked for, whatever it looks like.
            !matches!(one.name().as_str(), "self" | "cls")
                && one.default().is_none_or(|default| module.source(default).contains("Depends("))
        });
        return asked
            .map(|one| {
                let param = all.iter().find(|known| known.name == one.name().as_str())?.clone();
                let class = one.parameter.annotation().and_then(|of| reader.annotated(scope.path, of));
                Some(Needed { param, class })
            })
            .collect();
    }
    let marks = &class.node.decorator_list;
    let is_data = marks.iter().any(|mark| match &mark.expression {
        Expr::Call(call) => last_name(&call.func) == Some("dataclass"),
        other => last_name(other) == Some("dataclass"),
    });
    let module = reader.modules.get(class.path)?;
    let fields = class.node.body.iter().filter(|_| is_data).filter_map(|stmt| match stmt {
        Stmt::AnnAssign(assign) if assign.value.is_none() => Some(assign),
        _ => None,
    });
    fields
        .map(|assign| {
            let name = last_name(&assign.target)?;
            let param = Param::plain(name, module.source(&*assign.annotation));
            Some(Needed { param, class: reader.annotated(class.path, &assign.annotation) })
        })
        .collect()
}

/// What a test gives for the parameters of the new function: `value` for the one that is called
/// `column` or `key`. `None` where one of the others is not known.
pub(super) fn arguments(own: &[Param], names: [&str; 2], value: &str, session: &str) -> Option<Vec<String>> {
    let mut given = Vec::new();
    for one in own {
        let source = match one.name.as_str() {
            name if names.contains(&name) => value.to_owned(),
            _ if is_session(one) => session.to_owned(),
            _ if one.has_default => continue,
            "limit" | "page_size" | "size" | "per_page" => "50".into(),
            "offset" | "skip" => "0".into(),
            "page" => "1".into(),
            _ => return None,
        };
        let plain = names.contains(&one.name.as_str()) || is_session(one);
        let by_name = one.keyword_only || !plain;
        given.push(if by_name { format!("{}={source}", one.name) } else { source });
    }
    Some(given)
}

/// What the functions of one row raise where it is not there, as its file names it; empty where
/// they hand on that there is none, `None` where that could not be read.
pub(super) fn refusal(work: &Work<'_>) -> Option<Made> {
    for level in work.levels.iter().skip(1) {
        let module = work.reader.modules.get(level.scope.path)?;
        if let Some(raised) = raised_for_nothing(level.scope.function) {
            let source = module.source(raised).to_owned();
            let root = source.split('.').next().unwrap_or_default().to_owned();
            let import = match module.origin_of(&root) {
                Some((from, name)) if from.starts_with('.') => {
                    let file = work.reader.file_of(level.scope.path, &from)?;
                    format!("{}:{name}", dotted(work.reader, work.model, file))
                }
                Some((from, name)) => format!("{from}:{name}"),
                None if module.classes().any(|class| class.name.as_str() == root) => {
                    format!("{}:{root}", dotted(work.reader, work.model, level.scope.path))
                }
                // `LookupError` and others that Python has itself.
                None if root.ends_with("Error") || root.ends_with("Exception") => {
                    return Some(Made { source, imports: Vec::new() });
                }
                None => return None,
            };
            return Some(Made { source, imports: vec![import] });
        }
    }
    let last = work.levels.last()?;
    let source = work.reader.modules.get(last.scope.path)?.source(last.scope.function);
    if [".get_one(", ".one()", ".scalar_one()"].iter().any(|call| source.contains(call)) {
        let imports = vec!["sqlalchemy.exc:NoResultFound".to_owned()];
        return Some(Made { source: "NoResultFound".into(), imports });
    }
    Some(Made::default())
}

/// The class of what is raised where a value is none.
fn raised_for_nothing(function: &StmtFunctionDef) -> Option<&Expr> {
    function.body.iter().find_map(|stmt| {
        let Stmt::If(branch) = stmt else { return None };
        let is_nothing = match &*branch.test {
            Expr::Compare(compare) => matches!(compare.ops.first(), Some(CmpOp::Is)),
            Expr::UnaryOp(operation) => matches!(operation.op, ruff_python_ast::UnaryOp::Not),
            _ => false,
        };
        let raised = branch.body.iter().filter(|_| is_nothing).find_map(|stmt| match stmt {
            Stmt::Raise(raise) => raise.exc.as_deref(),
            _ => None,
        })?;
        Some(match raised {
            Expr::Call(call) => &call.func,
            other => other,
        })
    })
}

/// How the rows are reached in what a list of that module gives: nothing, `[0]` or `.items`;
/// `None` where that is not known.
pub(super) fn rows(
    work: &Work<'_>,
    path: &str,
    module: &Module<'_>,
    function: &StmtFunctionDef,
) -> Option<String> {
    let stated = function.returns.as_deref().map(|of| module.source(of)).unwrap_or_default();
    let is_rows = |of: &str| {
        ["list[", "List[", "Sequence[", "Iterable[", "ScalarResult["].iter().any(|lead| of.starts_with(lead))
    };
    let inner = stated.strip_prefix("tuple[").or(stated.strip_prefix("Tuple["));
    if is_rows(stated) {
        return Some(String::new());
    }
    if inner.is_some_and(is_rows) {
        return Some("[0]".into());
    }
    let of = match function.returns.as_deref()? {
        Expr::Subscript(subscript) => &*subscript.value,
        other => other,
    };
    let class = work.reader.annotated(path, of)?;
    let module = work.reader.modules.get(class.path)?;
    class.node.body.iter().find_map(|stmt| match stmt {
        Stmt::AnnAssign(assign) if is_rows(module.source(&*assign.annotation)) => {
            Some(format!(".{}", last_name(&assign.target)?))
        }
        _ => None,
    })
}

/// A function of a class or of a module in a text that was written just now.
pub(super) fn written<'m>(body: &'m [Stmt], class: Option<&str>, name: &str) -> Option<&'m StmtFunctionDef> {
    let own = match class {
        None => body,
        Some(class) => body.iter().find_map(|stmt| match stmt {
            Stmt::ClassDef(one) if one.name.as_str() == class => Some(one.body.as_slice()),
            _ => None,
        })?,
    };
    functions(own).find(|function| function.name.as_str() == name)
}
