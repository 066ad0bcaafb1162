//! A function in the form that rustfmt gives it, as far as copies of short functions need it.
//!
//! Signatures, calls, chains, closures and `let` are laid out by rustfmt's own widths; what is
//! of another kind stays as it is written, which is how it was formatted where it comes from.

use tree_sitter::{Node, Parser, Tree};

/// Columns of a line; lines of a chain and of arguments on one line; of a literal's fields.
const WIDTH: usize = 100;
const CHAIN: usize = 60;
const ARGUMENTS: usize = 60;
const FIELDS: usize = 18;
pub(super) const UNIT: usize = 4;

/// The source of one function as rustfmt writes it; as it is where it is none.
pub(super) fn function(text: &str) -> String {
    function_at(text, 0)
}

/// The same for a function behind that many blanks; its first line is given without them.
pub(super) fn function_at(text: &str, indent: usize) -> String {
    let laid_out = || -> Option<String> {
        let tree = parsed(text)?;
        let root = tree.root_node();
        let mut cursor = root.walk();
        let item = root.children(&mut cursor).find(|child| child.kind() == "function_item")?;
        let form = Form { text };
        form.item(item, indent)
    };
    laid_out().unwrap_or_else(|| text.to_owned())
}

pub(super) fn parsed(text: &str) -> Option<Tree> {
    let mut parser = Parser::new();
    parser.set_language(&tree_sitter_rust::LANGUAGE.into()).ok()?;
    parser.parse(text, None).filter(|tree| !tree.root_node().has_error())
}

/// Where an expression stands.
#[derive(Clone, Copy)]
struct At {
    /// Blanks of the line that it begins on.
    indent: usize,
    /// Columns before it on that line, the blanks among them.
    used: usize,
    /// Columns behind its end.
    after: usize,
}

impl At {
    /// On a line of its own, one level deeper.
    fn below(self, after: usize) -> Self {
        let indent = self.indent + UNIT;
        Self { indent, used: indent, after }
    }
}

/// A text and its tree.
pub(super) struct Form<'t> {
    pub(super) text: &'t str,
}

impl Form<'_> {
    fn source(&self, node: Node<'_>) -> &str {
        self.text.get(node.byte_range()).unwrap_or_default()
    }

    fn item(&self, item: Node<'_>, indent: usize) -> Option<String> {
        let mut out = self.head(item, indent)?;
        out.push('\n');
        self.statements(item.child_by_field_name("body")?, indent + UNIT, &mut out);
        out.push_str(&" ".repeat(indent));
        out.push('}');
        Some(out)
    }

    /// The signature, and the brace behind it.
    pub(super) fn head(&self, item: Node<'_>, indent: usize) -> Option<String> {
        let parameters = item.child_by_field_name("parameters")?;
        let body = item.child_by_field_name("body")?;
        let head = self.text.get(..parameters.start_byte())?.to_owned();
        let list: Vec<String> =
            children(parameters).map(|one| one_line(self.source(one))).filter(|one| one != ",").collect();
        let tail = one_line(self.text.get(parameters.end_byte()..body.start_byte())?);
        let tail = if tail.is_empty() { " {".to_owned() } else { format!(" {tail} {{") };
        let mut out = format!("{head}({}){tail}", list.join(", "));
        if out.lines().last().is_some_and(|line| indent + line.len() > WIDTH) {
            let blanks = " ".repeat(indent);
            let lines: String = list.iter().map(|one| format!("{blanks}    {one},\n")).collect();
            out = format!("{head}(\n{lines}{blanks}){tail}");
        }
        Some(out)
    }

    /// The statements of a block, blank lines between them kept.
    fn statements(&self, block: Node<'_>, indent: usize, out: &mut String) {
        let mut end = block.start_byte() + 1;
        let inner: Vec<Node<'_>> = children(block).collect();
        for (index, statement) in inner.iter().enumerate() {
            let gap = self.text.get(end..statement.start_byte()).unwrap_or_default();
            if index > 0 && gap.matches('\n').count() > 1 {
                out.push('\n');
            }
            end = statement.end_byte();
            out.push_str(&" ".repeat(indent));
            out.push_str(&self.statement(*statement, indent));
            out.push('\n');
        }
    }

    pub(super) fn statement(&self, node: Node<'_>, indent: usize) -> String {
        let at = At { indent, used: indent, after: 1 };
        match node.kind() {
            "expression_statement" => match node.named_child(0) {
                Some(inner) if self.source(node).ends_with(';') => format!("{};", self.write(inner, at)),
                Some(inner) => self.write(inner, At { after: 0, ..at }),
                None => self.source(node).to_owned(),
            },
            "let_declaration" => self.declaration(node, at),
            _ => self.write(node, At { after: 0, ..at }),
        }
    }

    /// `let name = value;`, the value on the next line where rustfmt prefers that.
    fn declaration(&self, node: Node<'_>, at: At) -> String {
        let value = node.child_by_field_name("value");
        let Some(value) = value.filter(|_| node.child_by_field_name("alternative").is_none()) else {
            return self.source(node).to_owned();
        };
        let head = one_line(self.text.get(node.start_byte()..value.start_byte()).unwrap_or_default());
        let same = self.write(value, At { used: at.indent + head.len() + 1, ..at });
        if !same.contains('\n') && at.indent + head.len() + same.len() < WIDTH - 1 {
            return format!("{head} {same};");
        }
        let next = self.write(value, at.below(1));
        let opens = |text: &str| text.lines().next().is_some_and(|line| line.ends_with(['(', '{', '[']));
        let lines = |text: &str| text.matches('\n').count();
        let fits = next.lines().all(|line| line.len() <= WIDTH) && at.indent + UNIT + first(&next) < WIDTH;
        let better = lines(&next) == 0 || lines(&same) > lines(&next) + 1 || opens(&same) && !opens(&next);
        if fits && better {
            format!("{head}\n{}{next};", " ".repeat(at.indent + UNIT))
        } else {
            format!("{head} {same};")
        }
    }

    /// An expression: on one line where it fits there.
    fn write(&self, node: Node<'_>, at: At) -> String {
        if let Some(flat) = self.flat(node)
            && self.is_short(node)
            && at.used + flat.len() + at.after <= WIDTH
        {
            return flat;
        }
        match node.kind() {
            "call_expression" | "await_expression" | "try_expression" | "field_expression" => {
                let (root, links) = self.chain(node);
                if links.is_empty() { self.call(node, at) } else { self.broken_chain(root, &links, at) }
            }
            "macro_invocation" => self.broken_macro(node, at),
            "closure_expression" => self.closure(node, at),
            "struct_expression" => self.literal(node, at),
            "tuple_expression" => self.listed("(", node, ")", at),
            _ => self.source(node).to_owned(),
        }
    }

    /// The expression on one line; `None` where it has parts that need several.
    fn flat(&self, node: Node<'_>) -> Option<String> {
        let part = |name: &str| node.child_by_field_name(name).and_then(|child| self.flat(child));
        let all =
            |node: Node<'_>| -> Option<Vec<String>> { named(node).map(|child| self.flat(child)).collect() };
        Some(match node.kind() {
            "call_expression" => format!("{}{}", part("function")?, part("arguments")?),
            "arguments" => format!("({})", all(node)?.join(", ")),
            "tuple_expression" => match all(node)?.as_slice() {
                [one] => format!("({one},)"),
                several => format!("({})", several.join(", ")),
            },
            "field_expression" => format!("{}.{}", part("value")?, part("field")?),
            "await_expression" => format!("{}.await", self.flat(node.named_child(0)?)?),
            "try_expression" => format!("{}?", self.flat(node.named_child(0)?)?),
            "closure_expression" => {
                let body = node.child_by_field_name("body").filter(|body| body.kind() != "block")?;
                let head = self.text.get(node.start_byte()..body.start_byte())?;
                format!("{} {}", one_line(head), self.flat(body)?)
            }
            "struct_expression" => {
                let fields = all(node.child_by_field_name("body")?)?;
                format!("{} {{ {} }}", part("name")?, fields.join(", "))
            }
            "field_initializer" => format!("{}: {}", part("field")?, part("value")?),
            "macro_invocation" => {
                let text = one_line(self.source(node));
                text.replace("( ", "(").replace(", )", ")").replace(" )", ")")
            }
            "line_comment" | "block_comment" => return None,
            _ => Some(self.source(node)).filter(|text| !text.contains('\n'))?.to_owned(),
        })
    }

    /// Whether rustfmt leaves the parts of an expression on one line, however wide that is.
    fn is_short(&self, node: Node<'_>) -> bool {
        let width = |node: Node<'_>| self.flat(node).map_or(usize::MAX, |flat| flat.len());
        let own = match node.kind() {
            "arguments" => {
                let is_text = node.named_child_count() == 1
                    && node.named_child(0).is_some_and(|only| only.kind().ends_with("string_literal"));
                is_text || width(node).saturating_sub(2) <= ARGUMENTS
            }
            "field_initializer_list" => {
                let fields: Vec<usize> = named(node).map(width).collect();
                let commas = 2 * fields.len().saturating_sub(1);
                fields.iter().fold(commas, |sum, one| sum.saturating_add(*one)) <= FIELDS
            }
            "call_expression" | "await_expression" | "try_expression" | "field_expression" => {
                let (_, links) = self.chain(node);
                links.len() < 2 || width(node) <= CHAIN
            }
            "string_literal" | "raw_string_literal" | "token_tree" => return true,
            _ => true,
        };
        own && named(node).all(|child| self.is_short(child))
    }

    /// What a chain begins with, and its links: each a call, a field or `.await`, with its `?`.
    fn chain<'n>(&self, node: Node<'n>) -> (Node<'n>, Vec<Link<'n>>) {
        let mut links: Vec<Link<'n>> = Vec::new();
        let mut at = node;
        let mut marks = String::new();
        loop {
            let next = match at.kind() {
                "try_expression" => {
                    marks.push('?');
                    at.named_child(0)
                }
                "await_expression" => {
                    links.push(Link {
                        name: ".await".into(),
                        arguments: None,
                        marks: std::mem::take(&mut marks),
                    });
                    at.named_child(0)
                }
                "field_expression" => {
                    links.push(self.link(at, None, std::mem::take(&mut marks)));
                    at.child_by_field_name("value")
                }
                "call_expression" => {
                    let callee = at.child_by_field_name("function");
                    match callee.filter(|callee| callee.kind() == "field_expression") {
                        Some(callee) => {
                            let arguments = at.child_by_field_name("arguments");
                            links.push(self.link(callee, arguments, std::mem::take(&mut marks)));
                            callee.child_by_field_name("value")
                        }
                        None => None,
                    }
                }
                _ => None,
            };
            match next {
                Some(next) => at = next,
                None => break,
            }
        }
        links.reverse();
        // A `?` of the root itself belongs to no link; such a chain is left as it is.
        if marks.is_empty() { (at, links) } else { (node, Vec::new()) }
    }

    fn link<'n>(&self, field: Node<'n>, arguments: Option<Node<'n>>, marks: String) -> Link<'n> {
        let name = field.child_by_field_name("field").map_or("", |name| self.source(name));
        Link { name: format!(".{name}"), arguments, marks }
    }

    fn broken_chain(&self, root: Node<'_>, links: &[Link<'_>], at: At) -> String {
        let mut text = self.write(root, At { after: 0, ..at });
        let mut links = links;
        // A short beginning takes the first link beside it.
        while let Some((link, rest)) =
            links.split_first().filter(|(_, rest)| text.len() <= UNIT && !rest.is_empty())
        {
            text.push_str(&self.linked(link, At { used: at.used + text.len(), after: 0, ..at }));
            links = rest;
        }
        let Some((last, before)) = links.split_last() else { return text };
        let ends_with_block = text.contains('\n');
        // The last one may be broken itself, behind the others on one line.
        let flat: Option<Vec<String>> = before.iter().map(|link| self.flat_link(link)).collect();
        if let Some(flat) = flat.filter(|_| !ends_with_block) {
            let line = format!("{text}{}", flat.join(""));
            let hugged = self.linked(last, At { used: at.used + line.len(), ..at });
            let own = self.linked(last, at.below(at.after));
            let is_open = at.used + line.len() + first(&hugged) <= WIDTH
                && (before.is_empty() || line.len() + first(&hugged) <= CHAIN);
            let (many, fewer) = (hugged.matches('\n').count() >= 4, own.matches('\n').count());
            let is_joined = text.len() <= UNIT && before.is_empty();
            if is_open
                && hugged.contains('\n')
                && (many || is_joined || fewer >= hugged.matches('\n').count())
            {
                return format!("{line}{hugged}");
            }
        }
        let indent = if ends_with_block { at.indent } else { at.indent + UNIT };
        for (index, link) in links.iter().enumerate() {
            let after = if index + 1 == links.len() { at.after } else { 0 };
            text.push('\n');
            text.push_str(&" ".repeat(indent));
            text.push_str(&self.linked(link, At { indent, used: indent, after }));
        }
        text
    }

    fn flat_link(&self, link: &Link<'_>) -> Option<String> {
        let arguments = match link.arguments {
            Some(arguments) => self.flat(arguments).filter(|_| self.is_short(arguments))?,
            None => String::new(),
        };
        Some(format!("{}{arguments}{}", link.name, link.marks))
    }

    fn linked(&self, link: &Link<'_>, at: At) -> String {
        let Some(arguments) = link.arguments else { return format!("{}{}", link.name, link.marks) };
        let own = At { used: at.used + link.name.len(), after: at.after + link.marks.len(), ..at };
        format!("{}{}{}", link.name, self.arguments(&link.name, arguments, own), link.marks)
    }

    fn call(&self, node: Node<'_>, at: At) -> String {
        let parts = node.child_by_field_name("function").zip(node.child_by_field_name("arguments"));
        let Some((callee, arguments)) = parts else { return self.source(node).to_owned() };
        let name = self.source(callee);
        format!("{name}{}", self.arguments(name, arguments, At { used: at.used + name.len(), ..at }))
    }

    /// The arguments with their brackets: the only one goes on behind the bracket where it has
    /// brackets of its own.
    fn arguments(&self, name: &str, node: Node<'_>, at: At) -> String {
        if let Some(flat) = self.flat(node)
            && self.is_short(node)
            && at.used + flat.len() + at.after <= WIDTH
        {
            return flat;
        }
        let list: Vec<Node<'_>> = named(node).collect();
        if let [only] = list.as_slice() {
            let opens = matches!(
                only.kind(),
                "call_expression"
                    | "macro_invocation"
                    | "struct_expression"
                    | "tuple_expression"
                    | "closure_expression"
            );
            if opens || name.len() < UNIT && only.kind() != "string_literal" {
                let inner = self.write(*only, At { used: at.used + 1, after: at.after + 1, ..at });
                return format!("({inner})");
            }
        }
        self.listed("(", node, ")", at)
    }

    /// Every part on a line of its own.
    fn listed(&self, open: &str, node: Node<'_>, close: &str, at: At) -> String {
        let lead = " ".repeat(at.indent + UNIT);
        let lines: String =
            named(node).map(|child| format!("{lead}{},\n", self.write(child, at.below(1)))).collect();
        format!("{open}\n{lines}{}{close}", " ".repeat(at.indent))
    }

    fn literal(&self, node: Node<'_>, at: At) -> String {
        let name = node.child_by_field_name("name").map_or("", |name| self.source(name));
        match node.child_by_field_name("body") {
            Some(body) => format!("{name} {}", self.listed("{", body, "}", at)),
            None => self.source(node).to_owned(),
        }
    }

    fn closure(&self, node: Node<'_>, at: At) -> String {
        let Some(body) = node.child_by_field_name("body").filter(|body| body.kind() != "block") else {
            return self.source(node).to_owned();
        };
        let head = one_line(self.text.get(node.start_byte()..body.start_byte()).unwrap_or_default());
        let inner = self.write(body, at.below(0));
        format!("{head} {{\n{}{inner}\n{}}}", " ".repeat(at.indent + UNIT), " ".repeat(at.indent))
    }

    /// A macro like `format!`, whose parts are texts and names.
    fn broken_macro(&self, node: Node<'_>, at: At) -> String {
        let Some((name, rest)) = self.source(node).split_once('(') else {
            return self.source(node).to_owned();
        };
        let inner = rest.trim_end().strip_suffix(')').unwrap_or(rest);
        let inner = one_line(inner.trim().trim_end_matches(','));
        let lead = " ".repeat(at.indent + UNIT);
        let parts = top_level(&inner);
        // rustfmt leaves the last comma of a macro as it is, and there is none of a single text.
        let list: Vec<String> = parts.iter().map(|part| format!("{lead}{}", part.trim())).collect();
        format!("{name}(\n{}\n{})", list.join(",\n"), " ".repeat(at.indent))
    }
}

/// One link of a chain.
struct Link<'n> {
    name: String,
    arguments: Option<Node<'n>>,
    /// The `?` behind it.
    marks: String,
}

fn named<'n>(node: Node<'n>) -> impl Iterator<Item = Node<'n>> {
    children(node)
}

pub(super) fn children<'n>(node: Node<'n>) -> impl Iterator<Item = Node<'n>> {
    (0..node.named_child_count()).filter_map(move |index| node.named_child(u32::try_from(index).ok()?))
}

/// Columns of the first line.
fn first(text: &str) -> usize {
    text.lines().next().map_or(0, str::len)
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Parts between commas outside of brackets and texts.
pub(super) fn top_level(text: &str) -> Vec<&str> {
    let (mut depth, mut quoted, mut escaped, mut start) = (0_i32, false, false, 0);
    let mut parts = Vec::new();
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '(' | '[' | '{' if !quoted => depth += 1,
            ')' | ']' | '}' if !quoted => depth -= 1,
            ',' if depth == 0 && !quoted => {
                parts.extend(text.get(start..at));
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.extend(text.get(start..).filter(|rest| !rest.trim().is_empty()));
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_is_written_as_rustfmt_writes_it() {
        for (given, expected) in [
            (
                "pub async fn find_by_sku(pool: &SqlitePool, sku: &str) -> Result<Option<Review>, sqlx::Error> { sqlx::query_as(\"SELECT * FROM reviews WHERE sku = $1\").bind(sku).fetch_optional(pool).await }",
                "pub async fn find_by_sku(pool: &SqlitePool, sku: &str) -> Result<Option<Review>, sqlx::Error> {\n    sqlx::query_as(\"SELECT * FROM reviews WHERE sku = $1\")\n        .bind(sku)\n        .fetch_optional(pool)\n        .await\n}",
            ),
            (
                "async fn a(\n    State(state): State<AppState>,\n    Path(author_id): Path<i64>,\n) -> R { Ok(Json(users::list_by_author(&state.pool, author_id, page.limit, page.offset).await?)) }",
                "async fn a(State(state): State<AppState>, Path(author_id): Path<i64>) -> R {\n    Ok(Json(\n        users::list_by_author(&state.pool, author_id, page.limit, page.offset).await?,\n    ))\n}",
            ),
            (
                "fn a() { Ok(users::list(&state.pool, author_identifier, page.limit, page.offset, aaaaaaaaa).await?) }",
                "fn a() {\n    Ok(users::list(\n        &state.pool,\n        author_identifier,\n        page.limit,\n        page.offset,\n        aaaaaaaaa,\n    )\n    .await?)\n}",
            ),
            (
                "fn a() { let reviews = reviews::list_by_author_identifier(&state.pool, author_id, page.limit, page.offset, p).await?; }",
                "fn a() {\n    let reviews =\n        reviews::list_by_author_identifier(&state.pool, author_id, page.limit, page.offset, p)\n            .await?;\n}",
            ),
            (
                "fn a() { let reviews = reviews::list_by_author_identifier_aaaaaaaa(&state.pool, author_id, page.limit, page.offset, p).await?; }",
                "fn a() {\n    let reviews = reviews::list_by_author_identifier_aaaaaaaa(\n        &state.pool,\n        author_id,\n        page.limit,\n        page.offset,\n        p,\n    )\n    .await?;\n}",
            ),
            (
                "fn a() { users::find_by_mail(pool, mail).await?.ok_or_else(|| AppError::NotFound(format!(\"user {mail}\"))) }",
                "fn a() {\n    users::find_by_mail(pool, mail)\n        .await?\n        .ok_or_else(|| AppError::NotFound(format!(\"user {mail}\")))\n}",
            ),
            (
                "fn a() { user.ok_or_else(|| AppError::NotFound(format!(\"user {mail} aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"))) }",
                "fn a() {\n    user.ok_or_else(|| {\n        AppError::NotFound(format!(\n            \"user {mail} aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"\n        ))\n    })\n}",
            ),
            (
                "fn a() { Ok(Json(ReviewCount { count: reviews::count(pool).await? })) }",
                "fn a() {\n    Ok(Json(ReviewCount {\n        count: reviews::count(pool).await?,\n    }))\n}",
            ),
            (
                "fn a() -> Router<AppState> { Router::new().route(\"/by-display-name/{display_name}\", get(list_by_display_name)).route(\"/{id}\", get(show).put(update).delete(remove).patch(change_some)) }",
                "fn a() -> Router<AppState> {\n    Router::new()\n        .route(\"/by-display-name/{display_name}\", get(list_by_display_name))\n        .route(\n            \"/{id}\",\n            get(show).put(update).delete(remove).patch(change_some),\n        )\n}",
            ),
        ] {
            assert_eq!(function(given), expected);
            assert_eq!(function(expected), expected);
        }
    }

    #[test]
    fn what_is_of_another_kind_stays_as_it_is() {
        let text = "fn a() {\n    // Why.\n    if one {\n        two()\n    }\n\n    match x {\n        _ => 1,\n    }\n}";
        assert_eq!(function(text), text);
        assert_eq!(function("not a function"), "not a function");
    }
}
