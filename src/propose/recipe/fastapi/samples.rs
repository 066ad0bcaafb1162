//! What the generated tests need: the repository's fixtures, and rows to refer to.

use super::{layout::Layout, style::is_table};
use crate::{
    domain::layer::Layer,
    ports::ProposeError,
    propose::{
        python::{Module, last_name},
        workspace::Workspace,
    },
};
use minijinja::{Value, context};
use ruff_python_ast::{Expr, Stmt, StmtClassDef, StmtFunctionDef};

/// The fixtures of the repository's tests.
#[derive(Debug, Clone)]
pub(crate) struct TestStyle {
    /// Type of the `client` fixture.
    pub(crate) client: String,
    pub(crate) client_import: String,
    pub(crate) client_is_async: bool,
    /// Name of the session fixture; empty when there is none.
    pub(crate) session: String,
    pub(crate) session_is_async: bool,
    /// `pytest.mark.anyio`, or empty where none is needed.
    pub(crate) marker: String,
}

impl TestStyle {
    /// As the templates see it.
    pub(crate) fn value(&self) -> Value {
        context! {
            client => self.client.as_str(),
            client_import => self.client_import.as_str(),
            session => self.session.as_str(),
            marker => self.marker.as_str(),
        }
    }

    /// Reads the fixtures; `None` without a fixture named `client`.
    pub(crate) fn read(layout: &Layout, workspace: &Workspace<'_>) -> Result<Option<Self>, ProposeError> {
        let mut client = None;
        let mut session = None;
        let mut conftests = String::new();
        for path in workspace.paths() {
            if !path.ends_with("conftest.py") {
                continue;
            }
            let Some(text) = workspace.text(path)? else { continue };
            let Ok(module) = Module::parse(path, &text) else { continue };
            for function in module.functions().filter(|function| is_fixture(&module, function)) {
                match function.name.as_str() {
                    "client" => client = Some((function.is_async, text.contains("AsyncClient"))),
                    name @ ("session" | "db_session" | "db" | "async_session") => {
                        session = Some((name.to_owned(), function.is_async));
                    }
                    _ => {}
                }
            }
            conftests.push_str(&text);
        }
        let Some((_, client_is_async)) = client else { return Ok(None) };
        let (session, session_is_async) = session.unwrap_or_default();
        let example = layout.examples.get(&Layer::Test).map_or("", |example| example.text.as_str());
        let mut settings = String::new();
        for file in ["pyproject.toml", "pytest.ini", "setup.cfg", "tox.ini"] {
            settings.push_str(&workspace.text(&format!("{}{file}", layout.import_root))?.unwrap_or_default());
        }
        let automatic = settings.lines().any(|line| {
            let line = line.replace([' ', '"', '\''], "");
            line == "asyncio_mode=auto"
        });
        let marker = match () {
            () if !client_is_async || automatic => "",
            () if example.contains("mark.anyio") || conftests.contains("anyio_backend") => {
                "pytest.mark.anyio"
            }
            () => "pytest.mark.asyncio",
        };
        let (client, client_import) = if client_is_async {
            ("AsyncClient", "httpx:AsyncClient")
        } else {
            ("TestClient", "fastapi.testclient:TestClient")
        };
        Ok(Some(Self {
            client: client.into(),
            client_import: client_import.into(),
            client_is_async,
            session,
            session_is_async,
            marker: marker.into(),
        }))
    }
}

/// Whether a function is a fixture of pytest.
pub(crate) fn is_fixture(module: &Module<'_>, function: &StmtFunctionDef) -> bool {
    function.decorator_list.iter().any(|decorator| module.source(&decorator.expression).contains("fixture"))
}

/// Constructor arguments that make a valid row of a model, with the imports they need;
/// `None` where a column's type is not one this knows, or refers to another row.
pub(crate) fn row_of(module: &Module<'_>, class: &StmtClassDef) -> Option<(String, Vec<String>)> {
    if !is_table(class) {
        return None;
    }
    let mut arguments = Vec::new();
    let mut imports = Vec::new();
    for stmt in &class.body {
        let (name, annotation, value) = match stmt {
            Stmt::AnnAssign(assign) => {
                (last_name(&assign.target)?, module.source(&*assign.annotation), assign.value.as_deref())
            }
            Stmt::Assign(assign) => (assign.targets.first().and_then(last_name)?, "", Some(&*assign.value)),
            _ => continue,
        };
        let column = match value {
            Some(Expr::Call(call)) if matches!(last_name(&call.func), Some("mapped_column" | "Column")) => {
                module.source(call)
            }
            None if annotation.starts_with("Mapped[") => "",
            _ => continue,
        };
        let has = |word: &str| column.contains(word);
        let optional = annotation.contains("None") || annotation.contains("Optional") || has("nullable=True");
        if has("primary_key=True") || has("default=") || has("server_default=") || optional {
            continue;
        }
        if has("ForeignKey(") {
            return None;
        }
        let kind = annotation.trim_start_matches("Mapped[").trim_end_matches(']');
        let (value, import) = match kind {
            "str" => ("\"sample\"", ""),
            "int" => ("1", ""),
            "bool" => ("True", ""),
            "float" => ("1.0", ""),
            "Decimal" => ("Decimal(\"1.00\")", "decimal:Decimal"),
            "date" => ("date(2026, 1, 31)", "datetime:date"),
            "datetime" => ("datetime(2026, 1, 31)", "datetime:datetime"),
            "uuid.UUID" => ("uuid.uuid4()", "uuid"),
            "" if has("String") || has("Text") => ("\"sample\"", ""),
            "" if has("Integer") => ("1", ""),
            "" if has("Boolean") => ("True", ""),
            _ => return None,
        };
        let value =
            if has("unique=True") && value.starts_with('"') { "\"sample@example.org\"" } else { value };
        arguments.push(format!("{name}={value}"));
        imports.push(import.to_owned());
    }
    Some((arguments.join(", "), imports))
}
