//! How a list is bounded: by the example's own parameters where they bound it, else by two numbers.

use super::{Plan, asking::words as sql_words};
use crate::propose::recipe::{row_verb::Verb, typescript::words};

/// What a test gives for a parameter of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bound {
    Limit,
    Offset,
}

/// The bounds of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Page {
    /// `limit: i64`
    pub(super) parameters: Vec<String>,
    /// ` LIMIT $1 OFFSET $2`
    pub(super) sql: String,
    pub(super) binds: Vec<String>,
    /// The parameters in words; `None` where they are no plain numbers.
    pub(super) bounds: Option<Vec<Bound>>,
    /// Where the example does something else.
    pub(super) remark: Option<String>,
}

impl Plan<'_> {
    /// How the new list is bounded.
    pub(super) fn page(&self) -> Page {
        let places = self.like.places(2);
        let sql = places.iter().zip([" LIMIT ", " OFFSET "]).map(|(place, word)| format!("{word}{place}"));
        let default = Page {
            parameters: vec!["limit: i64".into(), "offset: i64".into()],
            sql: sql.collect(),
            binds: vec!["limit".into(), "offset".into()],
            bounds: Some(vec![Bound::Limit, Bound::Offset]),
            remark: None,
        };
        let Some(known) = self.like.of(Verb::List) else { return default };
        let place = known.unit.place();
        let gives_rows = self.like.gives(known).is_some_and(|(_, inner)| inner.starts_with("Vec<"));
        match self.own_page() {
            Some(page) if gives_rows => page,
            Some(page) => Page {
                remark: Some(format!(
                    "Its list gives rows alone; what {place} gives beside them is yours to add."
                )),
                ..page
            },
            None => Page {
                remark: Some(format!(
                    "Its list is bounded by a limit and an offset; {place} asks in another way."
                )),
                ..default
            },
        }
    }

    /// The example's bounds, where nothing but them is bound.
    fn own_page(&self) -> Option<Page> {
        let known = self.like.of(Verb::List)?;
        let (asking, function) = (&known.asking, known.unit.function);
        let parameters: Vec<&(String, String)> = function
            .parameters
            .iter()
            .filter(|(pattern, ty)| format!("{pattern}: {ty}") != self.like.handle.parameter)
            .collect();
        let lower = asking.sql.to_lowercase();
        let limit_at = lower.rfind("limit ")?;
        let tail = asking.sql.get(limit_at..)?.trim_end();
        let offset_at = lower.rfind("offset ");
        let begins = offset_at.map_or(limit_at, |at| at.min(limit_at));
        if asking.sql.get(..begins)?.contains(['$', '?']) {
            return None;
        }
        if asking.binds.is_empty() && parameters.is_empty() {
            let sql = format!(" {}", sql_words(tail).join(" ").to_uppercase());
            let bounds = Some(Vec::new());
            return Some(Page { parameters: Vec::new(), sql, binds: Vec::new(), bounds, remark: None });
        }
        let binds: Vec<String> = match (asking.binds.as_slice(), offset_at) {
            ([limit], None) => vec![(*limit).to_owned()],
            ([limit, offset], Some(at)) if at > limit_at => vec![(*limit).to_owned(), (*offset).to_owned()],
            _ => return None,
        };
        let used: Vec<_> = binds.iter().map(|bind| words(bind)).collect();
        let mut bounds = Some(Vec::new());
        for (pattern, ty) in &parameters {
            let is_number = matches!(ty.as_str(), "i64" | "i32" | "u32" | "u64" | "usize" | "i16" | "u16");
            let at = used.iter().position(|words| words.contains(pattern.trim_start_matches("mut ")))?;
            let is_alone = used.get(at).is_some_and(|words| {
                words.iter().filter(|word| !matches!(word.as_str(), "i64" | "i32" | "from" | "as")).count()
                    == 1
            });
            let bound = if at == 0 { Bound::Limit } else { Bound::Offset };
            match bounds.as_mut().filter(|_| is_number && is_alone) {
                Some(bounds) => bounds.push(bound),
                None => bounds = None,
            }
        }
        let places = self.like.places(binds.len());
        let sql = places.iter().zip([" LIMIT ", " OFFSET "]).map(|(place, word)| format!("{word}{place}"));
        Some(Page {
            parameters: parameters.iter().map(|(pattern, ty)| format!("{pattern}: {ty}")).collect(),
            sql: sql.collect(),
            binds,
            bounds,
            remark: None,
        })
    }

    /// What a list is ordered by: as the example's, where the table has those columns.
    pub(super) fn order(&self) -> String {
        let own = self.like.of(Verb::List).and_then(|known| {
            let sql = known.asking.sql;
            let lower = sql.to_lowercase();
            let from = lower.rfind("order by ")? + "order by ".len();
            let rest = lower.get(from..)?;
            let end =
                ["limit ", "offset "].iter().filter_map(|word| rest.find(word)).min().unwrap_or(rest.len());
            let order = sql.get(from..from + end)?.split_whitespace().collect::<Vec<_>>().join(" ");
            let order = order.trim_end_matches([' ', '\\']).to_owned();
            let is_column = |word: &String| {
                matches!(word.as_str(), "asc" | "desc" | "nulls" | "first" | "last")
                    || self.table.columns.iter().any(|column| column.name == *word)
            };
            let is_plain =
                !order.contains(['(', '.', '"', '\\', '$']) && sql_words(&order).iter().all(is_column);
            (is_plain && !order.is_empty()).then_some(order)
        });
        own.unwrap_or_else(|| super::sql::quoted(&self.key.name))
    }
}
