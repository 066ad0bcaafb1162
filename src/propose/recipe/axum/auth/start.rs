//! Where the program starts: the signing key is asked for before anything is served, and
//! handlers get to know the address of who asks.

use super::super::{imports, layout};
use crate::{
    ports::ProposeError,
    propose::{
        edits::Edits,
        rust::{Function, RustFile},
    },
};
use tree_sitter::{Node, Parser};

/// The text of a file whose `main` serves, and the line that it follows; `None` where it does not.
pub(super) fn started(
    file: &RustFile,
    text: &str,
    security: &str,
) -> Result<Option<(String, usize)>, ProposeError> {
    let Some(main) = file.functions.iter().find(|one| one.name == "main") else { return Ok(None) };
    let mut parser = Parser::new();
    let tree =
        parser.set_language(&tree_sitter_rust::LANGUAGE.into()).ok().and_then(|()| parser.parse(text, None));
    let Some(tree) = tree else { return Ok(None) };
    let Some(body) = tree.root_node().descendant_for_byte_range(main.body.start, main.body.end) else {
        return Ok(None);
    };
    let statements: Vec<Node<'_>> = (0..body.named_child_count())
        .filter_map(|index| body.named_child(u32::try_from(index).ok()?))
        .collect();
    let source = |node: &Node<'_>| text.get(node.byte_range()).unwrap_or_default();
    let is_serving = |node: &&Node<'_>| {
        ["TcpListener", "serve(", "Router", "router("].iter().any(|word| source(node).contains(word))
    };
    let Some(first) = statements.iter().find(is_serving) else { return Ok(None) };
    let mut edits = Edits::default();
    edits.insert(first.start_byte(), asked(main, security));
    for node in statements.iter().filter(|node| source(node).contains("serve(")) {
        let Some(router) = served(*node, text) else { continue };
        let mut own = Edits::default();
        own.insert(router - node.start_byte(), ".into_make_service_with_connect_info::<SocketAddr>()");
        let whole = format!("fn main() {{\n    {}\n}}", own.apply(source(node))?);
        let laid_out = layout::function(&whole);
        let inner = laid_out.strip_prefix("fn main() {\n    ").and_then(|rest| rest.strip_suffix("\n}"));
        edits.replace(node.byte_range(), inner.unwrap_or_default());
        imports::add(file, text, &["std::net::SocketAddr".to_owned()], &mut edits);
    }
    Ok(Some((edits.apply(text)?, first.start_byte())))
}

/// The statement that asks for the key, in a form that the result of `main` allows.
fn asked(main: &Function, security: &str) -> String {
    if main.returns.contains("Result") && (main.returns.contains("dyn ") || main.returns.contains("anyhow")) {
        return format!("{security}::start()?;\n    ");
    }
    format!(
        "if let Err(missing) = {security}::start() {{\n        eprintln!(\"{{missing}}\");\n        std::process::exit(1);\n    }}\n    "
    )
}

/// Behind the router in `axum::serve(listener, router)`, where its addresses are not known yet.
fn served(node: Node<'_>, text: &str) -> Option<usize> {
    let mut pending = vec![node];
    while let Some(node) = pending.pop() {
        let callee = node.child_by_field_name("function").filter(|_| node.kind() == "call_expression");
        let is_serve = callee.is_some_and(|callee| {
            let name = text.get(callee.byte_range()).unwrap_or_default();
            matches!(name, "axum::serve" | "serve")
        });
        if is_serve {
            let router = node.child_by_field_name("arguments")?.named_child(1)?;
            let own = text.get(router.byte_range())?;
            return (!own.contains("into_make_service")).then_some(router.end_byte());
        }
        pending.extend((0..node.child_count()).filter_map(|index| node.child(index)));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_asked_for_before_anything_is_served() {
        let text = "use app::serve_all;\n\n#[tokio::main]\nasync fn main() -> Result<(), Box<dyn std::error::Error>> {\n    let url = env();\n    let listener = tokio::net::TcpListener::bind(url).await?;\n    axum::serve(listener, app(AppState { pool })).await?;\n    Ok(())\n}\n";
        let file = RustFile::parse("a.rs", text).unwrap();
        let (new, _) = started(&file, text, "shop::security").unwrap().unwrap();
        assert_eq!(
            new,
            "use std::net::SocketAddr;\n\nuse app::serve_all;\n\n#[tokio::main]\nasync fn main() -> Result<(), Box<dyn std::error::Error>> {\n    let url = env();\n    shop::security::start()?;\n    let listener = tokio::net::TcpListener::bind(url).await?;\n    axum::serve(\n        listener,\n        app(AppState { pool }).into_make_service_with_connect_info::<SocketAddr>(),\n    )\n    .await?;\n    Ok(())\n}\n"
        );
        let text = "fn main() {\n    serve_all(Router::new());\n}\n";
        let file = RustFile::parse("a.rs", text).unwrap();
        let (new, _) = started(&file, text, "security").unwrap().unwrap();
        assert!(new.contains("if let Err(missing) = security::start() {\n        eprintln!"), "{new}");
        let text = "fn main() {\n    print();\n}\n";
        assert!(started(&RustFile::parse("a.rs", text).unwrap(), text, "security").unwrap().is_none());
    }
}
