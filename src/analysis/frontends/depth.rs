//! Counts how deep the syntax tree of a text can get, without building it.
//!
//! Brackets nest; so do operators, because `a + b + c` is a tree as deep as it is
//! long. Each open bracket therefore carries the number of operators seen since its
//! last separator, and the depth is the sum over all open brackets.

/// A running depth with its limit.
#[derive(Debug)]
pub(super) struct Depth {
    limit: u32,
    /// Operators since the last separator, for each bracket around the open one.
    outer: Vec<u32>,
    /// The same for the innermost bracket.
    links: u32,
    /// Sum of `outer`, one added for each.
    base: u32,
    exceeded: bool,
}

impl Depth {
    /// A depth of nothing.
    pub fn new(limit: u32) -> Self {
        Self { limit, outer: Vec::new(), links: 0, base: 0, exceeded: false }
    }

    /// An operator, attribute access or keyword that deepens the expression.
    pub fn link(&mut self) {
        self.links = self.links.saturating_add(1);
        self.check();
    }

    /// A bracket opens.
    pub fn open(&mut self) {
        self.outer.push(self.links);
        self.base = self.base.saturating_add(self.links).saturating_add(1);
        self.links = 0;
        self.check();
        if self.exceeded {
            // Memory stays bounded by the limit.
            self.reset();
        }
    }

    /// A bracket closes; one that was never opened is ignored.
    pub fn close(&mut self) {
        if let Some(links) = self.outer.pop() {
            self.base = self.base.saturating_sub(links).saturating_sub(1);
            // What follows the bracket may go on with it: `f()()()`.
            self.links = links.saturating_add(1);
            self.check();
        }
    }

    /// A comma: the next element starts at the level of its bracket.
    pub fn separate(&mut self) {
        self.links = 0;
    }

    /// A statement ends.
    pub fn reset(&mut self) {
        self.outer.clear();
        self.base = 0;
        self.links = 0;
    }

    /// Number of open brackets.
    pub fn brackets(&self) -> usize {
        self.outer.len()
    }

    /// Whether the limit was passed at any time.
    pub fn exceeded(&self) -> bool {
        self.exceeded
    }

    fn check(&mut self) {
        self.exceeded |= self.base.saturating_add(self.links) > self.limit;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn depth_of(text: &str, limit: u32) -> bool {
        let mut depth = Depth::new(limit);
        for byte in text.bytes() {
            match byte {
                b'(' => depth.open(),
                b')' => depth.close(),
                b',' => depth.separate(),
                b'+' => depth.link(),
                b'\n' => depth.reset(),
                _ => {}
            }
        }
        depth.exceeded()
    }

    #[test]
    fn brackets_and_chains_count_and_separators_end_chains() {
        assert!(!depth_of("(((x)))", 4));
        assert!(depth_of("((((x))))", 3));
        assert!(depth_of("a+b+c+d+e", 3));
        assert!(!depth_of("a+b\nc+d\ne+f", 3));
        assert!(!depth_of("(a+b,c+d,e+f)", 3));
        assert!(depth_of("a+a+(b+b+(c))", 5));
        assert!(depth_of("f()()()()()", 3));
        assert!(!depth_of("))))))((", 3));
    }
}
