//! Many forms of credentials at once: which of them a text may have.

use super::{
    known_secrets::Format,
    needs::{FOLDED, Needs, Reach},
};
use aho_corasick::{AhoCorasick, AhoCorasickBuilder};
use serde::Deserialize;
use std::{collections::HashMap, sync::OnceLock};

/// Windows reach so much further than they need to, so that near hits share one.
const FURTHER: usize = 3;

/// Bytes around a window that no match of its hits touches: what stands there decides
/// about edges of words.
const MARGIN: usize = 4;

/// All forms, ready to be looked for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(from = "Vec<Format>")]
pub(super) struct Forms {
    formats: Vec<Format>,
    /// Made when first asked, once for all scans: it costs more than a small repository.
    index: OnceLock<Index>,
}

/// What tells which forms are worth a try.
#[derive(Debug, Clone)]
struct Index {
    needs: Vec<Option<Needs>>,
    search: Option<AhoCorasick>,
    /// For each text looked for: the forms that need it, and in which spelling only.
    owners: Vec<Vec<(usize, Option<String>)>>,
    /// Forms of which nothing is known.
    always: Vec<usize>,
}

impl From<Vec<Format>> for Forms {
    fn from(formats: Vec<Format>) -> Self {
        Self { formats, index: OnceLock::new() }
    }
}

impl Index {
    fn of(formats: &[Format]) -> Self {
        let needs: Vec<Option<Needs>> =
            formats.iter().map(|format| Needs::of(format.pattern.as_str())).collect();
        let mut numbers: HashMap<String, usize> = HashMap::new();
        let (mut texts, mut owners, mut always) = (Vec::new(), Vec::new(), Vec::new());
        for (form, needs) in needs.iter().enumerate() {
            let needed = needs.as_ref().map(|needs| needs.texts.as_slice()).unwrap_or_default();
            if needed.is_empty() {
                always.push(form);
            }
            for needed in needed {
                let lower = needed.text.to_ascii_lowercase();
                let number = *numbers.entry(lower.clone()).or_insert_with(|| {
                    texts.push(lower);
                    owners.push(Vec::new());
                    owners.len() - 1
                });
                if let Some(owners) = owners.get_mut(number) {
                    owners.push((form, needed.exact.then(|| needed.text.clone())));
                }
            }
        }
        let search = AhoCorasickBuilder::new().ascii_case_insensitive(true).build(&texts).ok();
        if search.is_none() {
            always = (0..formats.len()).collect();
        }
        Self { needs, search, owners, always }
    }
}

impl Forms {
    /// The forms, in the order of their positions.
    pub(super) fn as_slice(&self) -> &[Format] {
        &self.formats
    }

    fn index(&self) -> &Index {
        self.index.get_or_init(|| Index::of(&self.formats))
    }

    /// Positions of the forms that a text may have, in their order.
    pub(super) fn possible(&self, text: &str) -> Vec<usize> {
        let index = self.index();
        let mut possible = index.always.clone();
        let Some(search) = &index.search else { return possible };
        // What was looked at up to there needs no second look.
        let mut seen: Vec<usize> = Vec::new();
        for hit in search.find_overlapping_iter(text) {
            let found = text.get(hit.range()).unwrap_or_default();
            for (form, exact) in index.owners.get(hit.pattern().as_usize()).into_iter().flatten() {
                if exact.as_ref().is_some_and(|exact| exact != found) || possible.contains(form) {
                    continue;
                }
                if seen.is_empty() {
                    seen = vec![0; self.formats.len()];
                }
                let Some(seen) = seen.get_mut(*form) else { continue };
                if hit.end() > *seen && self.may_be_at(*form, text, hit.start(), hit.end(), seen) {
                    possible.push(*form);
                }
            }
        }
        if FOLDED.iter().any(|letter| text.contains(*letter)) {
            possible = (0..self.formats.len()).collect();
        }
        possible.sort_unstable();
        possible
    }

    /// Whether a form may be found around one of its texts; `seen` becomes the end of what
    /// was looked at.
    fn may_be_at(&self, form: usize, text: &str, start: usize, end: usize, seen: &mut usize) -> bool {
        let (Some(format), Some(Some(needs))) = (self.formats.get(form), self.index().needs.get(form)) else {
            return true;
        };
        let around = match needs.reach {
            Reach::Anywhere => return true,
            Reach::Word => {
                let is_white = |c: char| matches!(c, '\t'..='\r' | ' ');
                let from = text.get(..start).and_then(|before| before.rfind(is_white)).map_or(0, |at| at + 1);
                let to =
                    text.get(end..).and_then(|after| after.find(is_white)).map_or(text.len(), |at| end + at);
                *seen = to;
                text.get(from..to)
            }
            Reach::Bytes(bytes) => {
                let mut from = start.saturating_sub(bytes + MARGIN);
                let mut to = (end + bytes.saturating_mul(FURTHER) + MARGIN).min(text.len());
                while !text.is_char_boundary(from) {
                    from -= 1;
                }
                while !text.is_char_boundary(to) {
                    to += 1;
                }
                // Only what stands a whole match before the end was seen whole.
                *seen = if to == text.len() { to } else { to.saturating_sub(bytes + MARGIN) };
                text.get(from..to)
            }
        };
        around.is_some_and(|around| {
            around.len() >= needs.bytes && has_run(around, needs.run) && format.pattern.is_match(around)
        })
    }

    /// The first form that a text has.
    pub(super) fn first(&self, text: &str) -> Option<&str> {
        if text.len() < 16 {
            return None;
        }
        self.possible(text).into_iter().find_map(|form| {
            let format = self.formats.get(form)?;
            let groups = format.pattern.captures(text)?;
            super::known_secrets::secret_of(&groups).map(|_| format.kind.as_str())
        })
    }
}

/// Whether so many bytes stand without white space between them.
fn has_run(text: &str, bytes: usize) -> bool {
    let mut run = 0;
    bytes == 0
        || text.bytes().any(|byte| {
            run = if matches!(byte, 0x09..=0x0d | b' ') { 0 } else { run + 1 };
            run >= bytes
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn formats(patterns: &[&str]) -> Vec<Format> {
        patterns
            .iter()
            .map(|pattern| Format {
                kind: String::new(),
                pattern: crate::analysis::lazy_regex::LazyRegex::new(pattern).expect("right"),
            })
            .collect()
    }

    /// Words around a hit, windows, whole texts, and forms that need nothing.
    const PATTERNS: [&str; 8] = [
        r"(?-u:\b)AK[0-9]{3}(?-u:\b)",
        r"(?i)okta[a-z]{0,3}[\s:=]{1,3}([0-9a-z]{4})(?-u:\b)",
        r"(?:^|[^a-z])gl-[a-z]{2}(?:$|[^a-z])",
        r#""type"\s*:\s*"[a-z]+""#,
        r"(?i)(?:cl|cos)[_-]?[a-z]{0,4}=([a-f0-9]{4})(?:$|[\s,])",
        r"[0-9]{2}\|[a-z]{2,4}",
        r"[A-Z]{3}[0-9]{3}",
        r"(?i)sk_(?:live|test)",
    ];

    proptest! {
        /// Nothing that an expression matches is passed over.
        #[test]
        fn every_form_that_a_text_has_is_possible(
            text in r#"(?:AK[0-9]{2,4}| |okta|OKTA|\u{212a}|=|gl-[a-z]{1,3}|"type"|:|"[a-z]"|cl_?|COS|[a-f0-9]{4}|,|[0-9]{2}\||[a-z]{1,3}|[A-Z]{3}[0-9]{3}|SK_|live|\n|ä){0,24}"#
        ) {
            let formats = formats(&PATTERNS);
            let possible = Forms::from(formats.clone()).possible(&text);
            for (form, format) in formats.iter().enumerate() {
                prop_assert!(!format.pattern.is_match(&text) || possible.contains(&form), "{form}");
            }
        }
    }

    #[test]
    fn a_form_is_not_tried_where_nothing_of_it_stands() {
        let formats = formats(&PATTERNS[..6]);
        let forms = Forms::from(formats.clone());
        assert_eq!(forms.possible("nothing here, oktan neither, AK12 is short"), Vec::<usize>::new());
        assert_eq!(forms.possible("a key AK123 and okta: 12ab"), [0, 1]);
    }
}
