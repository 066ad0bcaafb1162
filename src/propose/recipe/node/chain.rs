//! A chain of calls, link by link: `z.string().min(1).max(200)`, `varchar('title').notNull()`.

/// The links, the first without a dot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Chain {
    links: Vec<String>,
}

impl Chain {
    /// Takes a chain apart at the dots that stand outside of brackets and texts.
    pub(super) fn read(text: &str) -> Self {
        let mut links = Vec::new();
        let (mut depth, mut start) = (0_i32, 0);
        let mut quote: Option<char> = None;
        let mut escaped = false;
        for (at, c) in text.char_indices() {
            match (quote, c) {
                _ if escaped => escaped = false,
                (Some(_), '\\') => escaped = true,
                (Some(open), c) if c == open => quote = None,
                (Some(_), _) => {}
                (None, '\'' | '"' | '`') => quote = Some(c),
                (None, '(' | '[' | '{') => depth += 1,
                (None, ')' | ']' | '}') => depth -= 1,
                (None, '.') if depth == 0 => {
                    links.push(text.get(start..at).unwrap_or_default().trim().to_owned());
                    start = at + 1;
                }
                _ => {}
            }
        }
        links.push(text.get(start..).unwrap_or_default().trim().to_owned());
        Self { links }
    }

    pub(super) fn text(&self) -> String {
        self.links.join(".")
    }

    /// Names of the links.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.links.iter().map(|link| name_of(link))
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.names().any(|own| own == name)
    }

    /// What a link is given, as written.
    pub(super) fn given(&self, name: &str) -> Option<&str> {
        let link = self.links.iter().find(|link| name_of(link) == name)?;
        link.split_once('(').and_then(|(_, rest)| rest.strip_suffix(')'))
    }

    /// The first thing that a link is given, where it is a plain number.
    pub(super) fn number(&self, name: &str) -> Option<i64> {
        let given = self.given(name)?;
        given.split(',').next()?.trim().replace('_', "").parse().ok()
    }

    /// Gives a link another first argument; a new one stands before the first of `before`.
    pub(super) fn set(&mut self, name: &str, argument: &str, before: &[&str]) {
        let more = self.given(name).and_then(|given| given.split_once(',')).map(|(_, rest)| rest.to_owned());
        let more = more.map(|rest| format!(",{rest}")).unwrap_or_default();
        let link = format!("{name}({argument}{more})");
        let known = self.links.iter().position(|own| name_of(own) == name);
        match known.and_then(|at| self.links.get_mut(at)) {
            Some(own) => *own = link,
            None => {
                let end = self.links.len();
                let at = self.names().position(|own| before.contains(&own)).unwrap_or(end);
                self.links.insert(at, link);
            }
        }
    }

    /// Takes links away; says where the first of them stood.
    pub(super) fn remove(&mut self, names: &[&str]) -> Option<usize> {
        let at = self.links.iter().position(|link| names.contains(&name_of(link)));
        self.links.retain(|link| !names.contains(&name_of(link)));
        at
    }

    /// Puts a link in.
    pub(super) fn insert(&mut self, at: Option<usize>, link: &str) {
        let end = self.links.len();
        self.links.insert(at.unwrap_or(end).min(end), link.to_owned());
    }

    /// The first link: what is called first.
    pub(super) fn head(&self) -> &str {
        self.links.first().map_or("", String::as_str)
    }

    pub(super) fn set_head(&mut self, head: String) {
        if let Some(own) = self.links.first_mut() {
            *own = head;
        }
    }
}

fn name_of(link: &str) -> &str {
    link.split(['(', '<']).next().unwrap_or_default().trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chain_is_changed_link_by_link() {
        let mut chain = Chain::read("z\n  .string({ error: 'a.b' })\n  .max(80, 'too long')\n  .optional()");
        assert_eq!(chain.number("max"), Some(80));
        chain.set("max", "400", &[]);
        chain.set("min", "1", &["max"]);
        let at = chain.remove(&["optional"]);
        chain.insert(at, "nullish()");
        assert_eq!(chain.text(), "z.string({ error: 'a.b' }).min(1).max(400, 'too long').nullish()");
        let chain = Chain::read("numeric('price', { precision: 12 }).default(sql`now()`).$type<A>()");
        assert_eq!(chain.names().collect::<Vec<_>>(), ["numeric", "default", "$type"]);
        assert_eq!(chain.given("default"), Some("sql`now()`"));
        assert_eq!(chain.number("default"), None);
    }
}
