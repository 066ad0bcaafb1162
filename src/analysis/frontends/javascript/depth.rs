//! Estimates how deeply the parser would recurse, in one linear pass and without parsing.
//!
//! `oxc_parser` cannot be stopped and aborts the process when its stack ends, so a
//! hostile file has to be refused before it is parsed. The estimate counts open
//! brackets and JSX elements, and inside each bracket the operators that nest to the
//! right (`!`, `=>`, `?:`, `=`, `else`, …) since the last statement or comma. Chains
//! that the parser reads in a loop (`a.b().c()`, `a + b`, `a, b`) count nothing.
//!
//! Measured with `oxc_parser` 0.146 without optimisation: at most 1,400 bytes of stack a
//! bracket, 720 a right-nesting operator, 450 a JSX element.

mod texts;

/// What the token before means for the one that follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Before {
    /// An operator, an opening bracket or the start: an operand follows, `/` opens a
    /// regular expression.
    Operator,
    /// A value: an operator follows; another value starts a new statement.
    Operand,
    /// The `)` of `if (…)` and its like: the statement goes on.
    Head,
    /// `;` or a closed block: the chain is dropped unless `else` follows.
    End,
}

/// What an open level is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Bracket(u8),
    /// The parentheses of `if`, `for`, `while`, `with`.
    Head,
    /// `${` of a template; its text goes on behind the brace.
    Hole,
    /// `<a …`: the inside of an opening JSX tag.
    Tag,
    /// The text of a JSX element.
    Element,
}

/// An open bracket with the chain that was pending around it.
struct Level {
    kind: Kind,
    chain: u32,
}

struct Scan<'a> {
    text: &'a [u8],
    at: usize,
    jsx: bool,
    levels: Vec<Level>,
    /// Open levels and the chains around them.
    below: u32,
    /// Right-nesting operators of the innermost level since its last boundary.
    chain: u32,
    before: Before,
    /// `if`, `for`, `while` or `with` was read and its parenthesis is still to come.
    head: bool,
    deepest: u32,
    /// Where the nesting was deepest first.
    deepest_at: usize,
}

/// An upper estimate of the parser's nesting for this text, and the byte where it is reached.
pub(super) fn nesting(text: &str, jsx: bool) -> (u32, usize) {
    let mut scan = Scan {
        text: text.as_bytes(),
        at: 0,
        jsx,
        levels: Vec::new(),
        below: 0,
        chain: 0,
        before: Before::Operator,
        head: false,
        deepest: 0,
        deepest_at: 0,
    };
    scan.run();
    (scan.deepest, scan.deepest_at)
}

impl Scan<'_> {
    fn byte(&self, ahead: usize) -> u8 {
        self.text.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn run(&mut self) {
        while self.at < self.text.len() {
            if self.levels.last().is_some_and(|level| level.kind == Kind::Element) {
                self.element_text();
                continue;
            }
            match self.byte(0) {
                b'/' if self.byte(1) == b'/' => self.skip_to(b"\n"),
                b'/' if self.byte(1) == b'*' => {
                    self.at += 2;
                    self.skip_to(b"*/");
                }
                b'/' => self.slash(),
                quote @ (b'"' | b'\'') => self.string(quote),
                b'`' => {
                    self.at += 1;
                    self.template();
                }
                byte if is_word(byte) => self.word(),
                byte if byte.is_ascii_whitespace() => self.at += 1,
                byte => self.punctuation(byte),
            }
        }
    }

    fn note(&mut self) {
        let nesting = self.below.saturating_add(self.chain);
        if nesting > self.deepest {
            (self.deepest, self.deepest_at) = (nesting, self.at);
        }
    }

    fn link(&mut self) {
        self.chain = self.chain.saturating_add(1);
        self.note();
    }

    fn open(&mut self, kind: Kind) {
        self.below = self.below.saturating_add(self.chain).saturating_add(1);
        self.levels.push(Level { kind, chain: self.chain });
        self.chain = 0;
        self.before = Before::Operator;
        self.note();
    }

    fn pop(&mut self) -> Option<Kind> {
        let level = self.levels.pop()?;
        self.below = self.below.saturating_sub(level.chain).saturating_sub(1);
        self.chain = level.chain;
        Some(level.kind)
    }

    /// Closes up to the bracket that `opener` opened; a stray closing bracket is ignored.
    fn close(&mut self, opener: u8) {
        self.at += 1;
        let matches = |kind: Kind| match kind {
            Kind::Bracket(open) => open == opener,
            Kind::Head => opener == b'(',
            Kind::Hole => opener == b'{',
            Kind::Tag | Kind::Element => false,
        };
        if !self.levels.iter().any(|level| matches(level.kind)) {
            return;
        }
        while let Some(kind) = self.pop() {
            if !matches(kind) {
                continue;
            }
            match kind {
                Kind::Head => self.before = Before::Head,
                Kind::Hole => self.template(),
                _ if opener == b'{' => self.before = Before::End,
                _ => self.before = Before::Operand,
            }
            break;
        }
    }

    /// A value begins; behind another value it begins a statement.
    fn operand(&mut self) {
        if matches!(self.before, Before::Operand | Before::End) {
            self.chain = 0;
        }
        self.before = Before::Operand;
    }

    fn word(&mut self) {
        let start = self.at;
        while is_word(self.byte(0)) {
            self.at += 1;
        }
        match self.text.get(start..self.at).unwrap_or_default() {
            b"if" | b"for" | b"while" | b"with" => {
                self.operand();
                self.link();
                self.head = true;
                self.before = Before::Operator;
            }
            b"else" | b"do" => {
                self.link();
                self.before = Before::Operator;
            }
            b"typeof" | b"void" | b"delete" | b"await" | b"yield" | b"new" | b"keyof" | b"unique"
            | b"readonly" | b"infer" | b"asserts" => {
                self.operand();
                self.link();
                self.before = Before::Operator;
            }
            b"return" | b"throw" | b"case" | b"default" | b"export" | b"const" | b"let" | b"var" => {
                self.operand();
                self.before = Before::Operator;
            }
            // A generic arrow function in TSX looks like a tag until here.
            b"extends" if self.levels.last().is_some_and(|level| level.kind == Kind::Tag) => {
                self.pop();
                self.link();
                self.before = Before::Operator;
            }
            b"in" | b"of" | b"instanceof" | b"as" | b"is" | b"satisfies" | b"extends" | b"implements" => {
                self.before = Before::Operator;
            }
            _ => self.operand(),
        }
    }

    fn punctuation(&mut self, byte: u8) {
        match byte {
            b'(' if self.head => {
                self.head = false;
                self.at += 1;
                self.open(Kind::Head);
            }
            b'(' | b'[' | b'{' => {
                self.at += 1;
                self.open(Kind::Bracket(byte));
            }
            b')' => self.close(b'('),
            b']' => self.close(b'['),
            b'}' => self.close(b'{'),
            b';' => {
                self.at += 1;
                self.before = Before::End;
            }
            b',' => {
                if self.levels.last().is_some_and(|level| level.kind == Kind::Tag) {
                    self.pop();
                    self.link();
                } else {
                    self.chain = 0;
                }
                self.at += 1;
                self.before = Before::Operator;
            }
            b'!' | b'~' | b'-' | b'+' if self.before != Before::Operand => {
                self.link();
                self.at += 1;
            }
            b'=' if self.byte(1) == b'>' => {
                self.link();
                self.at += 2;
                self.before = Before::Operator;
            }
            // Comparisons, `?.` and `??` are read in a loop.
            b'=' | b'!' if self.byte(1) == b'=' => {
                self.at += if self.byte(2) == b'=' { 3 } else { 2 };
                self.before = Before::Operator;
            }
            b'?' if self.byte(1) == b'?' || (self.byte(1) == b'.' && !self.byte(2).is_ascii_digit()) => {
                self.at += 2;
                self.before = Before::Operator;
            }
            b'=' | b'?' | b':' => {
                self.link();
                self.at += 1;
                self.before = Before::Operator;
            }
            b'<' => self.less_than(),
            b'>' => self.greater_than(),
            b'*' if self.byte(1) == b'*' => {
                self.link();
                self.at += 2;
                self.before = Before::Operator;
            }
            b'+' | b'-' if self.byte(1) == byte => self.at += 2,
            b'.' | b'@' | b'!' => self.at += 1,
            _ => {
                self.at += 1;
                self.before = Before::Operator;
            }
        }
    }

    fn less_than(&mut self) {
        let next = self.byte(1);
        if self.jsx && self.before != Before::Operand && (is_word(next) || next == b'>') {
            self.at += 1;
            self.open(Kind::Tag);
        } else {
            self.link();
            self.at += 1;
            self.before = Before::Operator;
        }
    }

    fn greater_than(&mut self) {
        self.at += 1;
        if self.levels.last().is_some_and(|level| level.kind == Kind::Tag) {
            self.pop();
            self.open(Kind::Element);
            return;
        }
        if self.byte(0) == b'=' {
            self.at += 1;
        } else {
            self.chain = self.chain.saturating_sub(1);
        }
        self.before = Before::Operator;
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$' || byte == b'#' || byte >= 0x80
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_construct_that_nests_in_the_parser_counts() {
        let n = 500;
        let cases = [
            format!("x={}1{}", "(".repeat(n), ")".repeat(n)),
            format!("x={}1{}", "{a:".repeat(n), "}".repeat(n)),
            format!("x={}1", "a=>".repeat(n)),
            format!("x={}1", "(a)=>".repeat(n)),
            format!("x={}1", "!".repeat(n)),
            format!("x={}1", "typeof ".repeat(n)),
            format!("x={}1", "a?b:".repeat(n)),
            format!("{}1", "a=".repeat(n)),
            format!("x={}1", "a**".repeat(n)),
            format!("{}{{}}", "if(a){}else ".repeat(n)),
            format!("{}x", "if(a)x;else ".repeat(n)),
            format!("{};", "if(a)\n".repeat(n)),
            format!("{};", "for await(a of b)\n".repeat(n)),
            format!("x={}1{}", "`${".repeat(n), "}`".repeat(n)),
            format!("x={}1{}", "<a b='}'>it's; ".repeat(n), "</a>".repeat(n)),
            format!("type x={}1", "()=>".repeat(n)),
            format!("type x={}1{}", "A<".repeat(n), ">".repeat(n)),
            format!("type x={}A", "A extends B?C:".repeat(n)),
            format!("x={}A", "new ".repeat(n)),
            format!("x = a / 2 + '{}' + /`/.test(x)\n{}", ")".repeat(n), "(".repeat(n)),
            format!("if (x) /'[(/.test(x)\n{}", "(".repeat(n)),
        ];
        for case in &cases {
            let (estimate, _) = nesting(case, true);
            assert!(estimate >= n as u32, "{estimate} for {}", &case[..40]);
        }
    }

    #[test]
    fn long_but_flat_files_are_not_deep() {
        let n = 3_000;
        let cases = [
            "a = b()\nc.d = e => f(e)\n".repeat(n),
            "if (a) { b() } else if (c) { d() } else { e() }\n".repeat(n),
            "if (a) b()\nelse c()\n".repeat(n),
            "const x: Map<string, number> = new Map<string, number>()\n".repeat(n),
            format!("x = [{}]", "{ a: b ? c : d, 'e': !f },\n".repeat(n)),
            format!("app{}", "\n  .get('/x', (req, res) => res.send(`a${b}`))".repeat(n)),
            format!("x = {}1", "a + b || c && d, ".repeat(n)),
            "function f() { return <p className=\"x\">It's {y ? <b/> : 'z'} here</p> }\n".repeat(n),
            "const f = <T,>(x: T) => x\nexport type A = B | C\n".repeat(n),
            "for (let i = 0; i < n; i++) a[i] = i-- / 2\n".repeat(n),
        ];
        for case in &cases {
            let (estimate, _) = nesting(case, true);
            assert!(estimate < 20, "{estimate} for {}", &case[..40]);
        }
    }
}
