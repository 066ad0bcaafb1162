//! The repository that a new one follows: a class or functions, how it gets its session, what
//! its functions are called and whether they end the transaction.

use super::{
    super::{chain::session_of, reader::Reader, rows_of::is_session, text::params},
    models,
};
use crate::{
    domain::place::Place,
    propose::{
        python::{Module, functions, last_name, range_of},
        recipe::{
            names::{Name, snake},
            python_text::exchanged,
            row_verb::Verb,
        },
    },
};
use ruff_python_ast::{Stmt, StmtClassDef, StmtFunctionDef};

/// The example.
pub(super) struct Like<'m> {
    pub(super) path: &'m str,
    pub(super) place: Place,
    name: Name,
    /// `None` where the repository is functions.
    pub(super) class: Option<&'m StmtClassDef>,
    functions: Vec<&'m StmtFunctionDef>,
    /// Bases of the class, as written.
    pub(super) bases: Vec<String>,
    /// What stands in the class before its queries, as written and not indented.
    pub(super) head: Vec<String>,
    /// Whether a base of the project has the queries.
    pub(super) is_inherited: bool,
    /// The session as functions ask it: `self.session`, `db`.
    pub(super) session: String,
    /// The parameter of functions: `db: Session`.
    pub(super) parameter: String,
    /// Whether functions are given their values by name.
    pub(super) by_name: bool,
    pub(super) is_async: bool,
    pub(super) commits: bool,
    pub(super) refreshes: bool,
    /// Whether it asks `session.query(…)`.
    pub(super) is_legacy: bool,
}

impl<'m> Like<'m> {
    /// The repository with the most functions, of another resource; `None` where there is none.
    pub(super) fn find(reader: &'m Reader<'_>, name: &Name, is_layer: &dyn Fn(&str) -> bool) -> Option<Self> {
        let others = models(reader).into_iter().map(|model| Name::of(&snake(model)));
        let found = others.filter(|like| like != name).filter_map(|like| Self::of(reader, &like, is_layer));
        // The first of equals, so that the same backend always gives the same answer.
        found.reduce(|best, one| if one.functions.len() > best.functions.len() { one } else { best })
    }

    /// The repository of one resource.
    pub(super) fn of(reader: &'m Reader<'_>, like: &Name, is_layer: &dyn Fn(&str) -> bool) -> Option<Self> {
        let files = reader.modules.iter().filter(|(path, _)| is_layer(path) && !path.contains("test"));
        let mut found = files.filter_map(|(path, module)| {
            Self::class_of(reader, path, module, like).or_else(|| Self::functions_of(path, module, like))
        });
        found.next()
    }

    fn class_of(reader: &'m Reader<'_>, path: &'m str, module: &'m Module<'_>, like: &Name) -> Option<Self> {
        let other = Name::of("proscenium");
        let class = module.classes().find(|class| {
            let own = class.name.as_str();
            let is_store = ["Repository", "Repo", "Dao", "DAO", "Crud", "CRUD", "Store", "Gateway"]
                .iter()
                .any(|word| own.contains(word));
            is_store && exchanged(own, like, &other) != own
        })?;
        let own: Vec<&StmtFunctionDef> = functions(&class.body).collect();
        let queries: Vec<&StmtFunctionDef> =
            own.iter().copied().filter(|one| !one.name.as_str().starts_with("__")).collect();
        let expressions = class.arguments.iter().flat_map(|arguments| &arguments.args);
        let bases: Vec<String> = expressions.clone().map(|base| module.source(base).to_owned()).collect();
        let is_inherited = expressions.into_iter().any(|base| {
            let base = match base {
                ruff_python_ast::Expr::Subscript(subscript) => &*subscript.value,
                other => other,
            };
            reader.annotated(path, base).is_some()
        });
        let head = head(module, class);
        let source = module.source(class);
        let session = queries.iter().find_map(|one| session_of(one)).map(|asked| module.source(asked));
        let session = session.map(str::to_owned).or_else(|| assigned_session(source));
        Some(Self {
            path,
            place: Place::new(path, module.line(&class.name)),
            name: like.clone(),
            class: Some(class),
            is_async: queries.iter().any(|one| one.is_async),
            functions: queries,
            bases,
            head,
            is_inherited,
            session: session.or_else(|| is_inherited.then(String::new))?,
            parameter: String::new(),
            by_name: false,
            commits: source.contains(".commit("),
            refreshes: source.contains(".refresh("),
            is_legacy: source.contains(".query(") && !source.contains("select("),
        })
    }

    fn functions_of(path: &'m str, module: &'m Module<'_>, like: &Name) -> Option<Self> {
        let other = Name::of("proscenium");
        let own: Vec<&StmtFunctionDef> = module
            .functions()
            .filter(|one| {
                let name = one.name.as_str();
                exchanged(name, like, &other) != name && params(module, one).iter().any(is_session)
            })
            .collect();
        let first = own.first().copied()?;
        let parameter = params(module, first).into_iter().find(is_session)?;
        let source: String = own.iter().map(|one| module.source(*one)).collect();
        Some(Self {
            path,
            place: Place::new(path, module.line(&first.name)),
            name: like.clone(),
            class: None,
            is_async: first.is_async,
            functions: own,
            bases: Vec::new(),
            head: Vec::new(),
            is_inherited: false,
            session: parameter.name.clone(),
            by_name: parameter.keyword_only,
            parameter: parameter.text.split(" = ").next().unwrap_or_default().to_owned(),
            commits: source.contains(".commit("),
            refreshes: source.contains(".refresh("),
            is_legacy: source.contains(".query(") && !source.contains("select("),
        })
    }

    /// Source of the example with the new resource's name.
    pub(super) fn exchanged(&self, text: &str, name: &Name) -> String {
        exchanged(text, &self.name, name)
    }

    /// What a function of the new repository is called: as the example's, or in its form.
    pub(super) fn name(&self, verb: Verb, name: &Name) -> String {
        let known =
            self.functions.iter().map(|one| one.name.as_str()).find(|own| verb.is_said_by(own, &self.name));
        if let Some(known) = known {
            return self.exchanged(known, name);
        }
        let word = verb.words().first().copied().unwrap_or_default();
        match (self.class, verb) {
            (Some(_), Verb::List) => "list_page".to_owned(),
            (Some(_), _) => word.to_owned(),
            (None, Verb::List) => format!("{word}_{}", name.plural),
            (None, _) => format!("{word}_{}", name.snake),
        }
    }
}

/// What stands in a class before its queries: attributes and the constructor, each line without
/// the indent of the class.
fn head(module: &Module<'_>, class: &StmtClassDef) -> Vec<String> {
    let kept = class.body.iter().filter(|stmt| match stmt {
        Stmt::FunctionDef(function) => function.name.as_str() == "__init__",
        Stmt::Assign(_) | Stmt::AnnAssign(_) => true,
        _ => false,
    });
    let mut lines: Vec<String> = Vec::new();
    for stmt in kept {
        let is_function = matches!(stmt, Stmt::FunctionDef(_));
        if is_function && !lines.is_empty() {
            lines.push(String::new());
        }
        let source = module.text.get(range_of(stmt)).unwrap_or_default();
        lines.extend(source.lines().map(|line| line.strip_prefix("    ").unwrap_or(line).to_owned()));
    }
    lines
}

/// The session that a constructor keeps: `self.session`.
fn assigned_session(class: &str) -> Option<String> {
    class.lines().map(str::trim).find_map(|line| {
        let (kept, value) = line.split_once(" = ")?;
        let kept = kept.split(':').next()?.trim();
        let is_own =
            kept.starts_with("self.") && (value.contains("session") || matches!(value, "db" | "database"));
        is_own.then(|| kept.to_owned())
    })
}

/// The class that an annotation of a provider names, without what is around it.
pub(super) fn gives(module: &Module<'_>, function: &StmtFunctionDef, class: &str) -> bool {
    function.returns.as_deref().is_some_and(|returns| {
        last_name(returns) == Some(class)
            || module.source(returns).split(['[', ']', ',', ' ']).any(|word| word == class)
    })
}
