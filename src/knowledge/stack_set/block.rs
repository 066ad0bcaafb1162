//! Cuts a whole definition out of a source text: decorators, head and body.
//!
//! Works on lines, not on syntax trees: Python by indentation, the others by braces. A
//! block that does not close within the limit is no example and is left out.

/// Examples are short; a longer definition teaches nothing at a glance.
const LIMIT_LINES: usize = 60;

/// A cut block: its first line (1-based) and its text without a common indentation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Block {
    pub line: u32,
    /// 1-based, exclusive.
    pub end: u32,
    pub text: String,
}

/// The definition at a 1-based line: its decorators may begin there or above.
pub(super) fn at(text: &str, line: u32, path: &str) -> Option<Block> {
    let lines: Vec<&str> = text.lines().collect();
    let mut first = usize::try_from(line).ok()?.checked_sub(1)?;
    lines.get(first)?;
    while first > 0 && lines.get(first - 1).is_some_and(|above| is_decoration(above)) {
        first -= 1;
    }
    let end = if path.ends_with(".py") { python_end(&lines, first)? } else { brace_end(&lines, first)? };
    cut(&lines, first, end)
}

/// The definition that encloses a 1-based line: the nearest head above it.
pub(super) fn around(text: &str, line: u32, path: &str) -> Option<Block> {
    let lines: Vec<&str> = text.lines().collect();
    let inner = usize::try_from(line).ok()?.checked_sub(1)?;
    let indent_inner = indentation(lines.get(inner)?);
    for head in (0..=inner).rev() {
        let Some(candidate) = lines.get(head) else { continue };
        let nearer = head == inner || indentation(candidate) < indent_inner;
        if nearer && is_head(candidate, path) {
            let block = at(text, u32::try_from(head + 1).ok()?, path)?;
            return (block.end > line).then_some(block);
        }
    }
    None
}

fn cut(lines: &[&str], first: usize, end: usize) -> Option<Block> {
    if end <= first || end - first > LIMIT_LINES {
        return None;
    }
    let body = lines.get(first..end)?;
    let common = body.iter().filter(|line| !line.trim().is_empty()).map(|line| indentation(line)).min()?;
    let text: Vec<&str> = body.iter().map(|line| line.get(common..).unwrap_or_default().trim_end()).collect();
    Some(Block {
        line: u32::try_from(first + 1).ok()?,
        end: u32::try_from(end + 1).ok()?,
        text: text.join("\n").trim_end().to_owned(),
    })
}

fn indentation(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

fn is_decoration(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with('@') || line.starts_with("#[") || line.starts_with("///")
}

fn is_head(line: &str, path: &str) -> bool {
    let line = line.trim_start();
    if path.ends_with(".py") {
        return line.starts_with("def ") || line.starts_with("async def ");
    }
    if path.ends_with(".rs") {
        return line.split('(').next().is_some_and(|head| head.split_whitespace().any(|word| word == "fn"));
    }
    const CONTROL: [&str; 6] = ["if", "for", "while", "switch", "catch", "return"];
    let word = line.split(|letter: char| !letter.is_alphanumeric()).next().unwrap_or_default();
    let function = line.contains("=> {") || line.starts_with("function ") || line.contains(" function ");
    let method = line.contains('(') && line.trim_end().ends_with('{');
    (function || method) && !CONTROL.contains(&word)
}

/// The head may span lines (a decorator's or a parameter list's brackets), then the body
/// is what is indented deeper.
fn python_end(lines: &[&str], first: usize) -> Option<usize> {
    let indent = indentation(lines.get(first)?);
    let mut depth = 0_i32;
    let mut at = first;
    // Decorators and the head, until the line that ends with a colon outside brackets.
    loop {
        let line = lines.get(at)?;
        depth += depth_change(line);
        at += 1;
        if depth <= 0 && code_part(line).trim_end().ends_with(':') {
            break;
        }
        if at - first > LIMIT_LINES {
            return None;
        }
    }
    let mut end = at;
    let mut in_text = false;
    while let Some(line) = lines.get(at) {
        let blank = line.trim().is_empty();
        if !in_text && !blank && indentation(line) <= indent {
            break;
        }
        if line.matches("\"\"\"").count() % 2 == 1 {
            in_text = !in_text;
        }
        at += 1;
        if !blank {
            end = at;
        }
    }
    Some(end)
}

fn brace_end(lines: &[&str], first: usize) -> Option<usize> {
    let mut depth = 0_i32;
    let mut opened = false;
    for (offset, line) in lines.iter().skip(first).enumerate() {
        if offset > LIMIT_LINES {
            return None;
        }
        let decoration = !opened && is_decoration(line) && depth == 0;
        depth += depth_change(line);
        if !decoration || depth > 0 {
            opened |= code_part(line).contains('{') && !is_decoration(line);
        }
        let ended = code_part(line).trim_end().ends_with([';', '}', ')']) || opened;
        if depth <= 0 && !decoration && ended && (opened || code_part(line).trim_end().ends_with(';')) {
            return Some(first + offset + 1);
        }
    }
    None
}

/// Opening minus closing brackets outside of strings.
fn depth_change(line: &str) -> i32 {
    let mut change = 0;
    let mut quote: Option<char> = None;
    let mut escaped = false;
    for letter in code_part(line).chars() {
        match (quote, letter) {
            (Some(_), '\\') => {
                escaped = !escaped;
                continue;
            }
            (Some(open), letter) if letter == open && !escaped => quote = None,
            (Some(_), _) => {}
            (None, '"' | '`') => quote = Some(letter),
            (None, '(' | '[' | '{') => change += 1,
            (None, ')' | ']' | '}') => change -= 1,
            (None, _) => {}
        }
        escaped = false;
    }
    change
}

/// The line without its comment, as far as a line shows it.
fn code_part(line: &str) -> &str {
    let trimmed = line.trim_start();
    if trimmed.starts_with("//") || (trimmed.starts_with('#') && !trimmed.starts_with("#[")) {
        return "";
    }
    line.split("  #").next().unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    fn text_at(text: &str, line: u32, path: &str) -> Option<String> {
        at(text, line, path).map(|block| block.text)
    }

    #[test]
    fn python_blocks_end_where_the_indentation_does() {
        let source =
            "x = 1\n\n@a(\n    1,\n)\ndef f(\n    y,\n):\n    return {\n        1: 2,\n    }\n\n\nz = 2\n";
        let expected = "@a(\n    1,\n)\ndef f(\n    y,\n):\n    return {\n        1: 2,\n    }";
        assert_eq!(text_at(source, 3, "a.py").as_deref(), Some(expected));
        let method = "class A:\n    def f(self):\n        return 1\n\n    def g(self):\n        pass\n";
        assert_eq!(text_at(method, 2, "a.py").as_deref(), Some("def f(self):\n    return 1"));
    }

    #[test]
    fn brace_blocks_take_their_decorators_and_close() {
        let source = "  @Post(':id/{x')\n  @HttpCode(200)\n  async cancel(@Param('id') id: string): Promise<A> {\n    if (a) { b(); }\n    return c;\n  }\n\n  next() {}\n";
        let expected = "@Post(':id/{x')\n@HttpCode(200)\nasync cancel(@Param('id') id: string): Promise<A> {\n  if (a) { b(); }\n  return c;\n}";
        assert_eq!(text_at(source, 1, "a.ts"), None, "a brace in single quotes is not followed");
        let plain = source.replace("/{x", "");
        assert_eq!(text_at(&plain, 3, "a.ts"), Some(expected.replace("/{x", "")));
        let rust = "#[derive(Clone)]\npub struct A {\n    b: C,\n}\nfn g() {}\n";
        assert_eq!(
            text_at(rust, 2, "a.rs").as_deref(),
            Some("#[derive(Clone)]\npub struct A {\n    b: C,\n}")
        );
        let route = "router.get('/a', async (req, res) => {\n  res.json(1);\n});\nnext();\n";
        assert_eq!(
            text_at(route, 1, "a.js").as_deref(),
            Some("router.get('/a', async (req, res) => {\n  res.json(1);\n});")
        );
    }

    #[test]
    fn the_function_around_a_line_is_found() {
        let source = "class A:\n    async def page(self):\n        x = 1\n        return q.limit(x)\n\n    def other(self):\n        pass\n";
        let block = around(source, 4, "a.py").expect("block");
        assert_eq!((block.line, block.end), (2, 5));
    }

    #[test]
    fn what_does_not_close_is_no_example() {
        assert_eq!(at("fn f() {\n", 1, "a.rs"), None);
        assert_eq!(at("def f(\n", 1, "a.py"), None);
        assert_eq!(at("x", 9, "a.py"), None);
        let long = format!("fn f() {{\n{}}}\n", "    x();\n".repeat(100));
        assert_eq!(at(&long, 1, "a.rs"), None);
    }
}
