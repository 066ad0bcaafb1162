//! The example's test file, emptied of its tests: how the application is started and asked
//! is taken over, what is asked is written anew.

use super::{
    graft::{Graft, Work},
    removal::{comment_before, lines},
    words::Names,
};
use crate::{
    ports::ProposeError,
    propose::{
        edits::{indent_of, line_start},
        recipe::{address::address_in, sources::Source, typescript::words},
        script::{Id, Kind},
    },
};
use serde::Serialize;
use std::collections::BTreeSet;

/// How tests of the repository ask.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Client {
    /// `request(app)`, `app.request`, `fetch`.
    pub(super) base: String,
    /// `supertest`, `request` for Hono, `fetch`.
    pub(super) kind: &'static str,
    /// `it` or `test`.
    pub(super) case: String,
    /// `/api/reviews`.
    pub(super) address: String,
    /// The same of the example.
    pub(super) like_address: String,
    /// What stands before the address: `${base}`.
    pub(super) origin: String,
    /// Calls that put headers on a request, as written.
    pub(super) headers: String,
    /// Status of a body that is not valid.
    pub(super) refused: u16,
}

/// A test file that asks over HTTP.
pub(super) struct Suite<'t> {
    pub(super) client: Client,
    work: Work<'t>,
    /// Where the new tests go, and how far they are indented.
    at: usize,
    indent: String,
}

/// Where a test after the last one of a source goes, and how far it is indented.
pub(in crate::propose::recipe) fn last_case(
    path: &str,
    text: &str,
) -> Result<Option<(usize, String)>, ProposeError> {
    let work = Work::new(path, text)?;
    Ok(end_of_cases(&work).map(|(at, indent)| (at, indent.to_owned())))
}

fn end_of_cases<'t>(work: &Work<'t>) -> Option<(usize, &'t str)> {
    let last = cases(work).into_iter().max_by_key(|id| work.tree.range(*id).end)?;
    let range = work.tree.range(last);
    Some((range.end, indent_of(work.text, range.start)))
}

/// Whether a source holds tests.
pub(super) fn is_test(source: &Source) -> bool {
    let name = source.path.rsplit('/').next().unwrap_or_default();
    !source.script.suites.is_empty()
        || [".test.", ".spec.", ".e2e-spec."].iter().any(|part| name.contains(part))
}

/// Reads it; `None` where it does not ask in a way that is known.
pub(super) fn read<'t>(source: &'t Source, names: &Names) -> Result<Option<Suite<'t>>, ProposeError> {
    let work = Work::new(&source.path, &source.text)?;
    let Some((base, kind, origin)) = base(source, &work) else { return Ok(None) };
    let Some(like_address) = address_in(&source.text, &names.like) else { return Ok(None) };
    let cases: Vec<Id> = cases(&work);
    let Some(first) = cases.first().copied() else { return Ok(None) };
    let (called, _) = called(&work, first).unwrap_or(("it", first));
    let client = Client {
        base,
        kind,
        case: called.to_owned(),
        address: names.literal(&like_address, crate::propose::recipe::rename::Joint::Kebab),
        like_address,
        origin,
        headers: headers(&work),
        refused: if source.text.contains("422") { 422 } else { 400 },
    };
    let start = work.tree.range(first).start;
    let indent = indent_of(&source.text, start).to_owned();
    let at = line_start(&source.text, start);
    Ok(Some(Suite { client, work, at, indent }))
}

/// The same of a file that need not ask over HTTP; helpers stand where the variable `beside` does.
pub(super) fn bare<'t>(source: &'t Source, beside: &str) -> Result<Option<Suite<'t>>, ProposeError> {
    let work = Work::new(&source.path, &source.text)?;
    let Some(first) = cases(&work).first().copied() else { return Ok(None) };
    let (called, _) = called(&work, first).unwrap_or(("it", first));
    let client = Client {
        base: beside.to_owned(),
        kind: "",
        case: called.to_owned(),
        address: String::new(),
        like_address: String::new(),
        origin: String::new(),
        headers: String::new(),
        refused: 400,
    };
    let start = work.tree.range(first).start;
    let indent = indent_of(&source.text, start).to_owned();
    let at = line_start(&source.text, start);
    Ok(Some(Suite { client, work, at, indent }))
}

impl Suite<'_> {
    /// 1-based line of the first test.
    pub(super) fn first_line(&self) -> u32 {
        crate::propose::edits::line_number(self.work.text, self.at)
    }

    /// Puts a text in place of a range; no text takes the range away.
    pub(super) fn put(&mut self, range: std::ops::Range<usize>, text: String) {
        if text.is_empty() { self.work.drop(range) } else { self.work.write(range, text) }
    }

    /// Leaves out steps before and after tests whose text is of a kind.
    pub(super) fn without_hooks(&mut self, is_it: &dyn Fn(&str) -> bool) {
        const HOOKS: [&str; 4] = ["beforeEach", "afterEach", "beforeAll", "afterAll"];
        let tree = &self.work.tree;
        let own = tree.all().filter(|id| {
            tree.kind(*id) == Kind::Expression
                && called_name(&self.work, *id).is_some_and(|name| HOOKS.contains(&name))
                && is_it(tree.text(*id, self.work.text))
        });
        let ranges: Vec<_> = own.map(|id| lines(self.work.text, tree.range(id))).collect();
        for range in ranges {
            self.work.drop(range);
        }
    }
}

impl Suite<'_> {
    /// Where a test after the last one goes, and how far it is indented.
    pub(super) fn end(&self) -> Option<(usize, &str)> {
        end_of_cases(&self.work)
    }

    /// Whether the tests themselves say how a body is refused.
    pub(super) fn states_refusal(&self) -> bool {
        ["422", "400"].iter().any(|status| self.work.text.contains(status))
    }

    /// The file with these tests in it, each line in the repository's form; helpers stand
    /// outside of the suite where they use nothing of it.
    pub(super) fn write(
        mut self,
        graft: &Graft<'_>,
        helpers: &str,
        tests: &str,
    ) -> Result<String, ProposeError> {
        let all = cases(&self.work);
        let Some(first) = all.first().copied() else { return Ok(String::new()) };
        let home = suite_of(&self.work, first);
        for case in all {
            let range = self.work.tree.range(case);
            let range = if case == first {
                line_start(self.work.text, range.start)..lines(self.work.text, range.clone()).end
            } else {
                lines(self.work.text, range)
            };
            self.work.drop(range);
        }
        // Suites that have nothing left.
        let suites: Vec<Id> = self
            .work
            .tree
            .all()
            .filter(|id| self.work.tree.kind(*id) == Kind::Expression && Some(*id) != home)
            .filter(|id| called_name(&self.work, *id) == Some("describe"))
            .filter(|id| home.is_none_or(|home| !self.work.tree.above(home).any(|above| above == *id)))
            .collect();
        for suite in suites {
            let range = lines(self.work.text, self.work.tree.range(suite));
            self.work.drop(range);
        }
        let graft = Graft { in_tests: true, ..*graft };
        graft.records(&mut self.work)?;
        graft.prune(&mut self.work, &BTreeSet::new());
        graft.rename(&mut self.work);
        let outside = home.filter(|home| !self.uses(*home)).map(|home| {
            comment_before(self.work.text, line_start(self.work.text, self.work.tree.range(home).start))
        });
        let within = |text: &str| -> String {
            text.lines()
                .map(
                    |line| if line.is_empty() { "\n".to_owned() } else { format!("{}{line}\n", self.indent) },
                )
                .collect()
        };
        let end = self.work.text.len();
        let mut text = match outside {
            Some(at) => format!("{}{helpers}\n{}", self.work.slice(0..at)?, self.work.slice(at..self.at)?),
            None => self.work.slice(0..self.at)?,
        };
        if !text.ends_with("\n\n") && !text.trim_end().ends_with('{') {
            text.push('\n');
        }
        if outside.is_none() {
            text.push_str(&within(helpers));
            text.push('\n');
        }
        text.push_str(&within(tests));
        text.push_str(self.work.slice(self.at..end)?.trim_start_matches('\n'));
        unused(&text)
    }
}

impl Suite<'_> {
    /// Whether requests begin with something that the suite declares.
    fn uses(&self, home: Id) -> bool {
        let asked = words(&format!("{} {} {}", self.client.base, self.client.origin, self.client.headers));
        self.work.tree.below(home).any(|id| {
            self.work.tree.kind(id) == Kind::Variable
                && self.work.tree.name(id, self.work.text).is_some_and(|name| asked.contains(name))
        })
    }
}

/// The text without variables and functions at its top that nothing uses.
fn unused(text: &str) -> Result<String, ProposeError> {
    let mut text = text.to_owned();
    loop {
        let mut work = Work::new("test.ts", &text)?;
        let found = work.tree.children(crate::propose::script::Tree::ROOT).iter().copied().find(|id| {
            let named = match work.tree.kind(*id) {
                Kind::Function => work.tree.name(*id, work.text),
                Kind::Variables => {
                    work.tree.children(*id).first().and_then(|one| work.tree.name(*one, work.text))
                }
                _ => None,
            };
            named.is_some_and(|name| {
                let range = work.tree.range(*id);
                let is_outside = |other: &Id| {
                    let own = work.tree.range(*other);
                    own.end <= range.start || range.end <= own.start
                };
                // Names alone: a module of the same word, as in `./app.js`, is no use of it.
                !work.tree.all().filter(is_outside).any(|other| {
                    work.tree.kind(other) == Kind::Name && work.tree.text(other, work.text) == name
                })
            })
        });
        let Some(id) = found else { return Ok(text) };
        let range = lines(work.text, work.tree.range(id));
        work.drop(range);
        let whole = 0..work.text.len();
        text = work.slice(whole)?;
    }
}

/// The statements that are tests.
fn cases(work: &Work<'_>) -> Vec<Id> {
    let is_case = |id: &Id| {
        work.tree.kind(*id) == Kind::Expression
            && called_name(work, *id).is_some_and(|name| matches!(name, "it" | "test"))
    };
    work.tree.all().filter(is_case).collect()
}

fn called<'w>(work: &'w Work<'_>, statement: Id) -> Option<(&'w str, Id)> {
    let call =
        work.tree.children(statement).first().copied().filter(|id| work.tree.kind(*id) == Kind::Call)?;
    let text = work.tree.text(call, work.text);
    let end = text.find(|c: char| !c.is_alphanumeric())?;
    Some((text.get(..end)?, call))
}

fn called_name<'w>(work: &'w Work<'_>, statement: Id) -> Option<&'w str> {
    called(work, statement).map(|(name, _)| name)
}

/// The suite at the top that holds a test.
fn suite_of(work: &Work<'_>, case: Id) -> Option<Id> {
    work.tree.above(case).filter(|id| called_name(work, *id) == Some("describe")).last()
}

/// How requests begin.
fn base(source: &Source, work: &Work<'_>) -> Option<(String, &'static str, String)> {
    const VERBS: [&str; 5] = ["get", "post", "put", "patch", "delete"];
    let has_supertest = source.script.imports.iter().any(|import| import.from == "supertest")
        || source.text.contains("supertest");
    for call in work.tree.all().filter(|id| work.tree.kind(*id) == Kind::Call) {
        let Some((name, object)) = work.tree.callee(call, work.text) else { continue };
        let given = work.tree.arguments(call);
        let Some(first) = given.first().map(|id| work.tree.text(*id, work.text)) else { continue };
        let inner = first.trim_matches(['\'', '"', '`']);
        let callee = *work.tree.children(call).first()?;
        match object {
            Some(object) if VERBS.contains(&name) && inner.starts_with('/') && has_supertest => {
                return Some((work.tree.text(object, work.text).to_owned(), "supertest", String::new()));
            }
            Some(_) if name == "request" && inner.starts_with('/') => {
                return Some((work.tree.text(callee, work.text).to_owned(), "request", String::new()));
            }
            None if name == "fetch" && first.starts_with('`') => {
                let origin = inner.split('/').next().unwrap_or_default().to_owned();
                return origin.starts_with("${").then(|| ("fetch".to_owned(), "fetch", origin));
            }
            _ => {}
        }
    }
    None
}

/// Headers that every request of the example has, such as a token.
fn headers(work: &Work<'_>) -> String {
    let set = work.tree.all().filter(|id| work.tree.kind(*id) == Kind::Call).find_map(|call| {
        let (name, object) = work.tree.callee(call, work.text)?;
        let text = work.text.get(work.tree.range(object?).end..work.tree.range(call).end)?;
        (matches!(name, "set" | "auth") && text.to_lowercase().contains("auth"))
            .then(|| text.trim().to_owned())
    });
    set.unwrap_or_default()
}
