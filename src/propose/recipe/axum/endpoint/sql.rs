//! One SQL statement of one table, and the same with another question in it.
//!
//! Only what stands outside of brackets and texts is read; joins, unions and subqueries in place
//! of a table are none of it, and such a statement is left alone.

use super::super::statements::placeholders;
use std::ops::Range;

/// Words that end the name of a table.
const CLAUSES: [&str; 15] = [
    "where",
    "group",
    "having",
    "order",
    "limit",
    "offset",
    "fetch",
    "for",
    "union",
    "returning",
    "set",
    "join",
    "inner",
    "left",
    "cross",
];

/// A statement, its words outside of brackets, and what it is about.
pub(super) struct Statement<'q> {
    text: &'q str,
    words: Vec<(Range<usize>, String)>,
    pub(super) verb: Verb,
    /// How columns of the table are named: `users.` or `u.` where the statement does so.
    alias: String,
}

/// What a statement does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verb {
    Select,
    Update,
}

/// A statement with one condition more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Narrowed {
    pub(super) text: String,
    /// Before how many of the values the new one is bound.
    pub(super) at: usize,
}

/// A statement that sets one column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Setting {
    pub(super) text: String,
    /// The values that are bound still, by their old numbers from zero.
    pub(super) kept: Vec<usize>,
    /// Whether the new value is bound before these.
    pub(super) is_bound: bool,
}

impl<'q> Statement<'q> {
    /// The statement, where it reads or changes rows of the table and of no other.
    pub(super) fn of(text: &'q str, table: &str) -> Option<Self> {
        let words = words(text);
        let word = |index: usize| words.get(index).map_or("", |(_, word)| word.as_str());
        let (verb, named) = match word(0) {
            "select" => (Verb::Select, words.iter().position(|(_, word)| word == "from")? + 1),
            "update" => (Verb::Update, 1),
            _ => return None,
        };
        let is_table = |name: &str| name == table || name.rsplit('.').next() == Some(table);
        let others = ["join", "union", "intersect", "except"];
        if !is_table(word(named)) || words.iter().any(|(_, word)| others.contains(&word.as_str())) {
            return None;
        }
        let before = words.get(named - 1)?.0.end..words.get(named)?.0.start;
        if text.get(before)?.contains('(') {
            return None;
        }
        let (end, next) = (words.get(named)?.0.end, named + 1);
        let is_listed = text.get(end..).is_some_and(|rest| rest.trim_start().starts_with(','));
        if is_listed {
            return None;
        }
        let alias = match word(next) {
            "as" => word(next + 1),
            other if !CLAUSES.contains(&other) => other,
            _ => "",
        };
        let alias = if alias.is_empty() { String::new() } else { format!("{alias}.") };
        Some(Self { text, words, verb, alias })
    }

    /// A word of SQL as the statement writes them.
    fn form(&self, word: &str) -> String {
        let first = self.words.first();
        let is_small = first.is_some_and(|(range, own)| self.text.get(range.clone()) == Some(own));
        if is_small { word.to_lowercase() } else { word.to_owned() }
    }

    /// Where a clause begins.
    fn clause(&self, name: &str) -> Option<usize> {
        self.words.iter().find(|(_, word)| word == name).map(|(range, _)| range.start)
    }

    /// Behind the word that begins a clause.
    fn inside(&self, name: &str) -> Option<usize> {
        self.words.iter().find(|(_, word)| word == name).map(|(range, _)| range.end)
    }

    /// Where the rows are chosen no more: what orders and bounds them.
    fn tail(&self) -> usize {
        let ends = ["group", "having", "order", "limit", "offset", "fetch", "for", "returning"];
        let from = self.inside("where").or_else(|| self.inside("from")).unwrap_or(0);
        let starts =
            self.words.iter().filter(|(range, word)| range.start >= from && ends.contains(&word.as_str()));
        starts.map(|(range, _)| range.start).min().unwrap_or(self.text.len())
    }

    /// The statement with another column where one value is compared; `None` where it is not
    /// compared with `=` in the condition.
    pub(super) fn compared(&self, bound: usize, column: &str) -> Option<String> {
        let from = self.inside("where")?;
        let places = placeholders(self.text);
        let is_it = |place: &&(Range<usize>, usize)| place.1 == bound + 1 && place.0.start > from;
        let [(place, _)] = places.iter().filter(is_it).collect::<Vec<_>>().as_slice() else { return None };
        if self.text.get(place.end..)?.starts_with("::") {
            return None;
        }
        let before = self.text.get(..place.start)?.trim_end().strip_suffix('=')?;
        let before = before.trim_end().trim_end_matches(['"', '`']);
        let name = before.rsplit(|c: char| !(c.is_alphanumeric() || c == '_')).next()?;
        let start = before.len() - name.len();
        (!name.is_empty() && start >= from).then(|| {
            let (head, tail) = (self.text.get(..start), self.text.get(before.len()..));
            format!("{}{column}{}", head.unwrap_or_default(), tail.unwrap_or_default())
        })
    }

    /// The statement for the rows that have one value in a column.
    pub(super) fn narrowed(&self, column: &str) -> Option<Narrowed> {
        if self.verb != Verb::Select || self.clause("group").is_some() {
            return None;
        }
        let places = placeholders(self.text);
        let tail = self.tail();
        let end = self.text.get(..tail)?.trim_end_matches(is_gap).len();
        let at = places.iter().filter(|(place, _)| place.start < end).count();
        let is_counted = places.iter().map(|(_, number)| *number).eq(1..=places.len());
        let is_numbered = self.text.get(places.first().map_or(0..0, |(place, _)| place.clone())) != Some("?");
        if !is_counted {
            return None;
        }
        let sign = if is_numbered { format!("${}", at + 1) } else { "?".to_owned() };
        let condition = format!("{}{column} = {sign}", self.alias);
        let (head, rest) = (self.text.get(..end)?, moved(self.text, end, &places, 1));
        let text = match self.inside("where") {
            Some(from) => {
                let known = self.text.get(from..end)?.trim_start_matches(is_gap);
                let lead = self.text.get(..end - known.len())?;
                let known = if has_or(known) { format!("({known})") } else { known.to_owned() };
                format!("{lead}{known} {} {condition}{rest}", self.form("AND"))
            }
            None => format!("{head} {} {condition}{rest}", self.form("WHERE")),
        };
        Some(Narrowed { text, at })
    }

    /// The number of the rows that the statement gives; `None` where that depends on a value.
    pub(super) fn counted(&self) -> Option<String> {
        let is_plain = self.verb == Verb::Select
            && self.clause("group").is_none()
            && !self.words.iter().any(|(_, word)| word == "distinct");
        let from = self.clause("from").filter(|_| is_plain)?;
        let rows = self.text.get(from..self.tail())?.trim_end_matches(is_gap);
        placeholders(rows).is_empty().then(|| format!("{} count(*) {rows}", self.form("SELECT")))
    }

    /// What sets a column of the rows that the statement reads or changes; `value` is what stands
    /// in SQL, or nothing where it is bound.
    pub(super) fn setting(&self, table: &str, column: &str, value: Option<&str>) -> Option<Setting> {
        let form = |word: &str| self.form(word);
        let from = self.clause("where")?;
        let places = placeholders(self.text);
        let (rows, tail) = match self.verb {
            Verb::Select => {
                let rows = self.text.get(from..self.tail())?.trim_end_matches(is_gap);
                let list = self.text.get(self.inside("select")?..self.clause("from")?)?;
                let list = list.trim_matches(is_gap).replace(&self.alias, "");
                if !self.alias.is_empty() || list.is_empty() {
                    return None;
                }
                (rows, format!(" {} {list}", form("RETURNING")))
            }
            Verb::Update => (self.text.get(from..)?, String::new()),
        };
        let kept: Vec<usize> = places
            .iter()
            .filter(|(place, _)| place.start >= from && place.start < from + rows.len())
            .map(|(_, number)| number - 1)
            .collect();
        let is_bound = value.is_none();
        let is_numbered = self.text.get(places.first()?.0.clone()) != Some("?");
        let sign = |number: usize| if is_numbered { format!("${number}") } else { "?".to_owned() };
        let new = value.map_or_else(|| sign(1), str::to_owned);
        let mut sets = vec![format!("{column} = {new}")];
        let mut gap = " ";
        if self.verb == Verb::Update {
            let list = self.text.get(self.inside("set")?..from)?;
            // A condition on a line of its own stays there.
            gap =
                list.get(list.trim_end_matches(is_gap).len()..).filter(|gap| !gap.is_empty()).unwrap_or(" ");
            // Such as `updated_at = now()`: what needs no value stays.
            let plain = super::super::layout::top_level(list).into_iter().map(|one| one.trim_matches(is_gap));
            sets.extend(
                plain
                    .filter(|one| placeholders(one).is_empty())
                    .filter(|one| one.split('=').next().is_some_and(|name| name.trim() != column))
                    .map(str::to_owned),
            );
        }
        let mut rows_text = String::new();
        let mut end = from;
        let first = usize::from(is_bound) + 1;
        let inside = places.iter().filter(|(place, _)| place.start >= from && place.end <= from + rows.len());
        for (index, (place, _)) in inside.enumerate() {
            rows_text.push_str(self.text.get(end..place.start)?);
            rows_text.push_str(&sign(first + index));
            end = place.end;
        }
        rows_text.push_str(self.text.get(end..from + rows.len())?);
        let head = match self.verb {
            Verb::Update => self.text.get(..self.inside("set")?)?.to_owned(),
            Verb::Select => format!("{} {table} {}", form("UPDATE"), form("SET")),
        };
        let text = format!("{head} {}{gap}{rows_text}{tail}", sets.join(", "));
        Some(Setting { text, kept, is_bound })
    }
}

/// The rest of a statement from a place on, its numbered signs moved up.
fn moved(text: &str, from: usize, places: &[(Range<usize>, usize)], by: usize) -> String {
    let mut rest = String::new();
    let mut end = from;
    for (place, number) in places.iter().filter(|(place, _)| place.start >= from) {
        rest.push_str(text.get(end..place.start).unwrap_or_default());
        match text.get(place.clone()) {
            Some("?") => rest.push('?'),
            _ => rest.push_str(&format!("${}", number + by)),
        }
        end = place.end;
    }
    rest.push_str(text.get(end..).unwrap_or_default());
    rest
}

/// Whether alternatives stand in a condition outside of brackets.
fn has_or(condition: &str) -> bool {
    words(condition).iter().any(|(_, word)| word == "or")
}

fn is_gap(c: char) -> bool {
    c.is_whitespace() || c == '\\' || c == ';'
}

/// Words outside of brackets and texts, in small letters, without quotes around names.
fn words(text: &str) -> Vec<(Range<usize>, String)> {
    let (mut depth, mut quoted) = (0_i32, false);
    let mut found = Vec::new();
    let mut start: Option<usize> = None;
    for (at, c) in text.char_indices().chain(std::iter::once((text.len(), ' '))) {
        let is_part = !quoted && depth == 0 && (c.is_alphanumeric() || matches!(c, '_' | '.'));
        match (start, is_part) {
            (None, true) => start = Some(at),
            (Some(from), false) => {
                start = None;
                found.push((from..at, text.get(from..at).unwrap_or_default().to_lowercase()));
            }
            _ => {}
        }
        match c {
            '\'' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth -= 1,
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Statement<'_> {
        Statement::of(text, "users").unwrap()
    }

    #[test]
    fn another_column_stands_where_the_key_was_compared() {
        for (sql, bound, expected) in [
            ("SELECT * FROM users WHERE id = $1", 0, Some("SELECT * FROM users WHERE sku = $1")),
            (
                "select id from \"users\" u where u.\"id\" = ? and open",
                0,
                Some("select id from \"users\" u where u.\"sku\" = ? and open"),
            ),
            (
                "SELECT * FROM users WHERE owner = $1 AND id=$2",
                1,
                Some("SELECT * FROM users WHERE owner = $1 AND sku=$2"),
            ),
            ("SELECT * FROM users WHERE id > $1", 0, None),
            ("SELECT * FROM users WHERE id = $1 OR parent = $1", 0, None),
            ("SELECT * FROM users", 0, None),
        ] {
            assert_eq!(of(sql).compared(bound, "sku").as_deref(), expected, "{sql}");
        }
    }

    #[test]
    fn a_list_gets_one_condition_more_and_its_values_stay_in_order() {
        for (sql, expected, at) in [
            (
                "SELECT * FROM users ORDER BY id LIMIT $1 OFFSET $2",
                "SELECT * FROM users WHERE age = $1 ORDER BY id LIMIT $2 OFFSET $3",
                0,
            ),
            (
                "SELECT u.* FROM users AS u WHERE u.open = $1 OR u.own LIMIT $2",
                "SELECT u.* FROM users AS u WHERE (u.open = $1 OR u.own) AND u.age = $2 LIMIT $3",
                1,
            ),
            (
                "select * from users \\\n order by id limit ?",
                "select * from users where age = $1 \\\n order by id limit ?",
                0,
            ),
            ("SELECT count(*) FROM users", "SELECT count(*) FROM users WHERE age = $1", 0),
        ] {
            let expected = if sql.contains('?') { expected.replace("$1", "?") } else { expected.to_owned() };
            assert_eq!(of(sql).narrowed("age"), Some(Narrowed { text: expected, at }), "{sql}");
        }
        for sql in ["SELECT a, count(*) FROM users GROUP BY a", "SELECT * FROM users LIMIT $2 OFFSET $1"] {
            assert_eq!(of(sql).narrowed("age"), None, "{sql}");
        }
    }

    #[test]
    fn rows_are_counted_where_no_value_chooses_them() {
        for (sql, expected) in [
            ("SELECT * FROM users ORDER BY id LIMIT $1", Some("SELECT count(*) FROM users")),
            (
                "SELECT * FROM users WHERE gone_at IS NULL LIMIT 5",
                Some("SELECT count(*) FROM users WHERE gone_at IS NULL"),
            ),
            ("SELECT * FROM users WHERE owner = $1", None),
            ("SELECT DISTINCT a FROM users", None),
        ] {
            assert_eq!(of(sql).counted().as_deref(), expected, "{sql}");
        }
    }

    #[test]
    fn one_column_is_set_and_values_of_others_go() {
        let set = |sql: &str, value: Option<&str>| of(sql).setting("users", "open", value).unwrap();
        assert_eq!(
            set(
                "UPDATE users SET a = $1, b = lower($2), seen = now() WHERE id = $3 RETURNING *",
                Some("TRUE")
            ),
            Setting {
                text: "UPDATE users SET open = TRUE, seen = now() WHERE id = $1 RETURNING *".into(),
                kept: vec![2],
                is_bound: false
            }
        );
        assert_eq!(
            set("SELECT * FROM users WHERE id = $1", None),
            Setting {
                text: "UPDATE users SET open = $1 WHERE id = $2 RETURNING *".into(),
                kept: vec![0],
                is_bound: true
            }
        );
    }

    #[test]
    fn what_is_about_more_than_one_table_is_left_alone() {
        for sql in [
            "SELECT * FROM users JOIN roles ON true",
            "SELECT * FROM users, roles",
            "SELECT * FROM roles",
            "DELETE FROM users",
            "SELECT * FROM (SELECT 1) users",
        ] {
            assert!(Statement::of(sql, "users").is_none(), "{sql}");
        }
    }
}
