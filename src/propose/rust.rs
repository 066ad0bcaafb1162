//! Rust sources, read for what recipes learn from and register in.
//!
//! An outline with the places of everything, on tree-sitter: functions, structures and what is
//! implemented for them, enums, imports, modules and the calls that put routers together. It owns
//! its texts.

use crate::ports::ProposeError;
use std::ops::Range;
use tree_sitter::Node;

/// A source in outline.
#[derive(Debug, Clone, Default)]
pub(crate) struct RustFile {
    pub(crate) functions: Vec<Function>,
    pub(crate) structs: Vec<Struct>,
    pub(crate) impls: Vec<Impl>,
    pub(crate) enums: Vec<Enum>,
    pub(crate) uses: Vec<Use>,
    pub(crate) modules: Vec<Item>,
    pub(crate) calls: Vec<Call>,
}

/// A function at the top of the file, or of what is implemented for a structure.
#[derive(Debug, Clone)]
pub(crate) struct Function {
    pub(crate) name: String,
    /// Attributes as written.
    pub(crate) attributes: Vec<String>,
    /// Pattern and type of each parameter; `self` is none of them.
    pub(crate) parameters: Vec<(String, String)>,
    pub(crate) returns: String,
    pub(crate) body: Range<usize>,
    pub(crate) range: Range<usize>,
}

/// A structure with named fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Struct {
    pub(crate) name: String,
    pub(crate) name_at: usize,
    pub(crate) attributes: Vec<String>,
    /// Name and type.
    pub(crate) fields: Vec<(String, String)>,
    /// Where each field stands, without its attributes.
    pub(crate) places: Vec<Range<usize>>,
    /// From `struct` or its visibility to `}`.
    pub(crate) range: Range<usize>,
}

/// `impl UserRepository { … }`
#[derive(Debug, Clone)]
pub(crate) struct Impl {
    pub(crate) name: String,
    /// The trait as written; empty where there is none.
    pub(crate) of_trait: String,
    pub(crate) functions: Vec<Function>,
    pub(crate) range: Range<usize>,
}

/// An enum.
#[derive(Debug, Clone)]
pub(crate) struct Enum {
    pub(crate) name: String,
    /// Name, and what it holds as written: `(String)`.
    pub(crate) variants: Vec<(String, String)>,
}

/// `use a::{b, c as d};`
#[derive(Debug, Clone)]
pub(crate) struct Use {
    /// Each full path, and its name in the file.
    pub(crate) paths: Vec<(String, String)>,
    pub(crate) is_public: bool,
    pub(crate) range: Range<usize>,
}

/// `pub mod users;`
#[derive(Debug, Clone)]
pub(crate) struct Item {
    pub(crate) name: String,
    pub(crate) range: Range<usize>,
}

/// A method call: `router.nest("/users", users::router())`.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) method: String,
    /// Where the receiver ends.
    pub(crate) receiver_end: usize,
    pub(crate) arguments: Vec<String>,
    pub(crate) range: Range<usize>,
}

impl RustFile {
    /// Reads a source; one that does not parse is refused.
    pub(crate) fn parse(path: &str, text: &str) -> Result<Self, ProposeError> {
        let broken = || ProposeError::Rejected(format!("{path} does not parse as Rust"));
        let mut parser = tree_sitter::Parser::new();
        parser.set_language(&tree_sitter_rust::LANGUAGE.into()).map_err(|_| broken())?;
        let tree = parser.parse(text, None).ok_or_else(broken)?;
        if tree.root_node().has_error() {
            return Err(broken());
        }
        let mut file = Self::default();
        file.read(tree.root_node(), text);
        Ok(file)
    }

    fn read(&mut self, root: Node<'_>, text: &str) {
        let mut attributes: Vec<String> = Vec::new();
        let mut cursor = root.walk();
        for node in root.children(&mut cursor) {
            match node.kind() {
                "attribute_item" => {
                    attributes.push(source(node, text));
                    continue;
                }
                "line_comment" | "block_comment" => continue,
                "function_item" => self.functions.extend(function(node, text, &attributes)),
                "struct_item" => self.structs.extend(structure(node, text, &attributes)),
                "impl_item" => self.impls.extend(implementation(node, text)),
                "enum_item" => self.enums.extend(enumeration(node, text)),
                "use_declaration" => self.uses.extend(import(node, text)),
                "mod_item" if node.child_by_field_name("body").is_none() => {
                    self.modules
                        .extend(named(node, text).map(|name| Item { name, range: node.byte_range() }));
                }
                _ => {}
            }
            attributes.clear();
        }
        // Calls, wherever they stand; a list of nodes instead of recursion, as sources are deep.
        let mut pending = vec![root];
        while let Some(node) = pending.pop() {
            self.calls.extend(call(node, text));
            let mut cursor = node.walk();
            pending.extend(node.children(&mut cursor));
        }
        self.calls.sort_by_key(|call| (call.range.end, call.range.start));
    }
}

fn source(node: Node<'_>, text: &str) -> String {
    text.get(node.byte_range()).unwrap_or_default().to_owned()
}

fn named(node: Node<'_>, text: &str) -> Option<String> {
    Some(source(node.child_by_field_name("name")?, text))
}

fn function(node: Node<'_>, text: &str, attributes: &[String]) -> Option<Function> {
    let list = node.child_by_field_name("parameters")?;
    let mut cursor = list.walk();
    let parameters = list
        .children(&mut cursor)
        .filter(|child| child.kind() == "parameter")
        .filter_map(|parameter| {
            let part = |field: &str| Some(source(parameter.child_by_field_name(field)?, text));
            Some((part("pattern")?, part("type")?))
        })
        .collect();
    Some(Function {
        name: named(node, text)?,
        attributes: attributes.to_vec(),
        parameters,
        returns: node.child_by_field_name("return_type").map_or(String::new(), |ty| source(ty, text)),
        body: node.child_by_field_name("body")?.byte_range(),
        range: node.byte_range(),
    })
}

fn implementation(node: Node<'_>, text: &str) -> Option<Impl> {
    let body = node.child_by_field_name("body")?;
    let mut attributes: Vec<String> = Vec::new();
    let mut functions = Vec::new();
    let mut cursor = body.walk();
    for child in body.children(&mut cursor) {
        match child.kind() {
            "attribute_item" => attributes.push(source(child, text)),
            "line_comment" | "block_comment" => {}
            kind => {
                functions
                    .extend((kind == "function_item").then(|| function(child, text, &attributes)).flatten());
                attributes.clear();
            }
        }
    }
    Some(Impl {
        name: source(node.child_by_field_name("type")?, text),
        of_trait: node.child_by_field_name("trait").map_or(String::new(), |one| source(one, text)),
        functions,
        range: node.byte_range(),
    })
}

fn structure(node: Node<'_>, text: &str, attributes: &[String]) -> Option<Struct> {
    let body = node.child_by_field_name("body").filter(|body| body.kind() == "field_declaration_list")?;
    let mut cursor = body.walk();
    let fields =
        body.children(&mut cursor).filter(|child| child.kind() == "field_declaration").filter_map(|field| {
            let ty = source(field.child_by_field_name("type")?, text);
            Some(((named(field, text)?, ty), field.byte_range()))
        });
    let (fields, places) = fields.unzip();
    Some(Struct {
        name: named(node, text)?,
        name_at: node.child_by_field_name("name")?.start_byte(),
        attributes: attributes.to_vec(),
        fields,
        places,
        range: node.byte_range(),
    })
}

fn enumeration(node: Node<'_>, text: &str) -> Option<Enum> {
    let body = node.child_by_field_name("body")?;
    let mut cursor = body.walk();
    let variants = body
        .children(&mut cursor)
        .filter(|child| child.kind() == "enum_variant")
        .filter_map(|variant| {
            let holds = variant.child_by_field_name("body").map_or(String::new(), |body| source(body, text));
            Some((named(variant, text)?, holds))
        })
        .collect();
    Some(Enum { name: named(node, text)?, variants })
}

fn import(node: Node<'_>, text: &str) -> Option<Use> {
    let tree = source(node.child_by_field_name("argument")?, text);
    let flat: String = tree.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut paths = Vec::new();
    flatten("", &flat, &mut paths, 0);
    let mut cursor = node.walk();
    let is_public = node.children(&mut cursor).any(|child| child.kind() == "visibility_modifier");
    Some(Use { paths, is_public, range: node.byte_range() })
}

/// Every path of a tree of imports.
fn flatten(lead: &str, tree: &str, paths: &mut Vec<(String, String)>, depth: usize) {
    let tree = tree.trim();
    if depth > 16 || tree.is_empty() {
        return;
    }
    if let Some((head, list)) = tree.split_once('{').filter(|_| tree.ends_with('}')) {
        let lead = format!("{lead}{}", head.trim());
        for part in split_top(list.strip_suffix('}').unwrap_or(list)) {
            flatten(&lead, part, paths, depth + 1);
        }
        return;
    }
    let (path, local) = match tree.split_once(" as ") {
        Some((path, local)) => (path.trim(), local.trim().to_owned()),
        None => (tree, tree.rsplit("::").next().unwrap_or(tree).to_owned()),
    };
    let full = format!("{lead}{path}");
    let full = full.strip_suffix("::self").map_or(full.clone(), str::to_owned);
    let local = if local == "self" { full.rsplit("::").next().unwrap_or_default().to_owned() } else { local };
    paths.push((full, local));
}

/// Splits at commas outside of braces.
fn split_top(text: &str) -> Vec<&str> {
    let mut depth = 0_i32;
    text.split(|c: char| {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        depth <= 0 && c == ','
    })
    .filter(|part| !part.trim().is_empty())
    .collect()
}

fn call(node: Node<'_>, text: &str) -> Option<Call> {
    if node.kind() != "call_expression" {
        return None;
    }
    let callee = node.child_by_field_name("function").filter(|callee| callee.kind() == "field_expression")?;
    let arguments = node.child_by_field_name("arguments")?;
    let mut cursor = arguments.walk();
    Some(Call {
        method: source(callee.child_by_field_name("field")?, text),
        receiver_end: callee.child_by_field_name("value")?.end_byte(),
        arguments: arguments.named_children(&mut cursor).map(|argument| source(argument, text)).collect(),
        range: node.byte_range(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outline_holds_what_recipes_ask_for() {
        let text = "use a::{b::{C, d as e}, self};\npub mod users;\n#[derive(Debug)]\nstruct S { id: i64 }\nenum E { A, B(String) }\nasync fn f(State(s): State<App>) -> R { Router::new().nest(\"/x\", y::router()) }\n";
        let file = RustFile::parse("a.rs", text).unwrap();
        let paths: Vec<_> =
            file.uses[0].paths.iter().map(|(path, local)| format!("{path}={local}")).collect();
        assert_eq!(paths, ["a::b::C=C", "a::b::d=e", "a=a"]);
        assert_eq!(file.modules[0].name, "users");
        assert_eq!(file.structs[0].attributes, ["#[derive(Debug)]"]);
        assert_eq!(file.structs[0].fields, [("id".to_owned(), "i64".to_owned())]);
        assert_eq!(file.enums[0].variants, [("A".into(), String::new()), ("B".into(), "(String)".into())]);
        let text = "impl S {\n    #[x]\n    pub fn one(&self, id: i64) -> R { 1 }\n}\nimpl T for S { fn two() {} }\n";
        let impls = RustFile::parse("a.rs", text).unwrap().impls;
        assert_eq!((impls[0].name.as_str(), impls[1].of_trait.as_str()), ("S", "T"));
        assert_eq!(impls[0].functions[0].attributes, ["#[x]"]);
        assert_eq!(impls[0].functions[0].parameters, [("id".to_owned(), "i64".to_owned())]);
        assert_eq!(file.functions[0].parameters, [("State(s)".to_owned(), "State<App>".to_owned())]);
        let nest = file.calls.iter().find(|call| call.method == "nest").unwrap();
        assert_eq!(nest.arguments, ["\"/x\"", "y::router()"]);
    }

    #[test]
    fn what_does_not_parse_is_refused() {
        assert!(RustFile::parse("a.rs", "fn f( {").is_err());
    }
}
