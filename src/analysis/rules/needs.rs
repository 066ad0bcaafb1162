//! What every match of an expression must contain.
//!
//! Dozens of expressions at once make an automaton that never stops growing; dozens of
//! texts make a small one. So texts are looked for first, and an expression is tried where
//! one that it cannot do without stands. Everything here errs towards trying.

use regex_syntax::hir::{Class, Hir, HirKind};

/// More texts than this for one part of an expression say too little.
const MAX_TEXTS: usize = 64;

/// A text that a match contains.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Needed {
    pub(super) text: String,
    /// Only in this spelling; otherwise in capitals as well.
    pub(super) exact: bool,
}

/// How far around such a text a match can reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// No further than the next white space.
    Word,
    /// So many bytes.
    Bytes(usize),
    Anywhere,
}

/// What is known of the matches of an expression without trying it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Needs {
    /// Every match contains one of these; none where nothing can be said.
    pub(super) texts: Vec<Needed>,
    pub(super) reach: Reach,
    /// No match is shorter.
    pub(super) bytes: usize,
    /// Every match contains so many bytes without white space between them.
    pub(super) run: usize,
}

impl Needs {
    /// What the matches of an expression have in common; none where its syntax is wrong.
    pub(super) fn of(pattern: &str) -> Option<Self> {
        let hir = regex_syntax::parse(pattern).ok()?;
        let reach = match hir.properties().maximum_len() {
            _ if !may_be_white(&hir) => Reach::Word,
            Some(bytes) => Reach::Bytes(bytes),
            None => Reach::Anywhere,
        };
        Some(Self {
            texts: required(&hir).unwrap_or_default(),
            reach,
            bytes: hir.properties().minimum_len().unwrap_or(0),
            run: longest_run(&hir),
        })
    }
}

/// Whether some match contains white space of ASCII.
fn may_be_white(hir: &Hir) -> bool {
    let white = |low: u32, high: u32| (0x09..=0x0d).chain([0x20]).any(|c| low <= c && c <= high);
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => false,
        HirKind::Literal(literal) => literal.0.iter().any(|byte| white((*byte).into(), (*byte).into())),
        HirKind::Class(Class::Unicode(class)) => {
            class.iter().any(|range| white(range.start().into(), range.end().into()))
        }
        HirKind::Class(Class::Bytes(class)) => {
            class.iter().any(|range| white(range.start().into(), range.end().into()))
        }
        HirKind::Repetition(repetition) => may_be_white(&repetition.sub),
        HirKind::Capture(capture) => may_be_white(&capture.sub),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => parts.iter().any(may_be_white),
    }
}

/// The longest run of bytes without white space that every match contains.
fn longest_run(hir: &Hir) -> usize {
    if !may_be_white(hir) {
        return hir.properties().minimum_len().unwrap_or(0);
    }
    match hir.kind() {
        HirKind::Repetition(repetition) if repetition.min > 0 => longest_run(&repetition.sub),
        HirKind::Capture(capture) => longest_run(&capture.sub),
        HirKind::Alternation(parts) => parts.iter().map(longest_run).min().unwrap_or(0),
        HirKind::Concat(parts) => {
            let (mut longest, mut run) = (0, 0);
            for part in parts {
                if may_be_white(part) {
                    longest = longest.max(longest_run(part));
                    run = 0;
                } else {
                    run += part.properties().minimum_len().unwrap_or(0);
                }
                longest = longest.max(run);
            }
            longest
        }
        _ => 0,
    }
}

/// Texts of which every match contains one: the longest there are.
fn required(hir: &Hir) -> Option<Vec<Needed>> {
    let whole = all_texts(hir).filter(|texts| shortest(texts) > 0);
    match hir.kind() {
        _ if whole.is_some() => whole,
        HirKind::Capture(capture) => required(&capture.sub),
        HirKind::Repetition(repetition) if repetition.min > 0 => required(&repetition.sub),
        HirKind::Alternation(parts) => {
            let texts: Vec<Needed> =
                parts.iter().map(required).collect::<Option<Vec<_>>>()?.into_iter().flatten().collect();
            (texts.len() <= MAX_TEXTS).then_some(texts)
        }
        HirKind::Concat(parts) => {
            let mut best: Option<Vec<Needed>> = None;
            let mut run = vec![Needed { text: String::new(), exact: false }];
            for part in parts {
                let next = all_texts(part);
                let longer = next.as_ref().and_then(|next| joined(&run, next));
                if let Some(longer) = longer {
                    run = longer;
                    continue;
                }
                best = better(best, std::mem::take(&mut run));
                best = required(part).map_or(best.clone(), |texts| better(best, texts));
                run = next.unwrap_or_else(|| vec![Needed { text: String::new(), exact: false }]);
            }
            better(best, run)
        }
        _ => None,
    }
}

fn shortest(texts: &[Needed]) -> usize {
    texts.iter().map(|needed| needed.text.len()).min().unwrap_or(0)
}

/// The texts that say more: longer ones, then fewer.
fn better(best: Option<Vec<Needed>>, other: Vec<Needed>) -> Option<Vec<Needed>> {
    let weight = |texts: &[Needed]| (shortest(texts), std::cmp::Reverse(texts.len()));
    match best {
        _ if shortest(&other) == 0 => best,
        Some(best) if weight(&best) >= weight(&other) => Some(best),
        _ => Some(other),
    }
}

/// Each of these followed by each of those; none where they are too many.
fn joined(first: &[Needed], second: &[Needed]) -> Option<Vec<Needed>> {
    let (count, ends) = (first.len() * second.len(), first.iter().all(|needed| needed.text.len() < 64));
    (count <= MAX_TEXTS && ends).then(|| {
        let join = |a: &Needed, b: &Needed| Needed {
            text: format!("{}{}", a.text, b.text),
            // One letter of either case, and the whole is looked for in either.
            exact: (a.exact || a.text.is_empty()) && (b.exact || b.text.is_empty()),
        };
        first.iter().flat_map(|a| second.iter().map(move |b| join(a, b))).collect()
    })
}

/// Every text that an expression matches, where they are few.
fn all_texts(hir: &Hir) -> Option<Vec<Needed>> {
    let exact = |text: String| Needed { text, exact: true };
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => Some(vec![exact(String::new())]),
        HirKind::Literal(literal) => Some(vec![exact(String::from_utf8(literal.0.to_vec()).ok()?)]),
        HirKind::Class(Class::Unicode(class)) => {
            let count: u32 =
                class.iter().map(|range| u32::from(range.end()) - u32::from(range.start()) + 1).sum();
            let chars = || class.iter().flat_map(|range| range.start()..=range.end());
            letters(count, chars)
        }
        HirKind::Class(Class::Bytes(class)) => {
            let count: u32 =
                class.iter().map(|range| u32::from(range.end()) - u32::from(range.start()) + 1).sum();
            let bytes = || class.iter().flat_map(|range| range.start()..=range.end()).map(char::from);
            if class.is_ascii() { letters(count, bytes) } else { None }
        }
        HirKind::Capture(capture) => all_texts(&capture.sub),
        HirKind::Repetition(repetition) if repetition.max == Some(1) => {
            let mut texts = all_texts(&repetition.sub)?;
            if repetition.min == 0 {
                texts.push(exact(String::new()));
            }
            Some(texts)
        }
        HirKind::Repetition(_) => None,
        HirKind::Concat(parts) => {
            parts.iter().try_fold(vec![exact(String::new())], |texts, part| joined(&texts, &all_texts(part)?))
        }
        HirKind::Alternation(parts) => {
            let texts: Vec<Needed> =
                parts.iter().map(all_texts).collect::<Option<Vec<_>>>()?.into_iter().flatten().collect();
            (texts.len() <= MAX_TEXTS).then_some(texts)
        }
    }
}

/// One text for each character of a small class; one for both cases of a letter.
fn letters<I: Iterator<Item = char>>(count: u32, chars: impl Fn() -> I) -> Option<Vec<Needed>> {
    if count > 10 {
        return None;
    }
    let ascii: Vec<char> = chars().filter(char::is_ascii).collect();
    // Letters that only look like these, in the folding of cases: see `FOLDED`.
    let foreign = chars().filter(|c| !c.is_ascii()).collect::<Vec<_>>();
    if let [one, other] = ascii.as_slice()
        && one.eq_ignore_ascii_case(other)
        && foreign.iter().all(|c| FOLDED.contains(c))
    {
        return Some(vec![Needed { text: one.to_ascii_lowercase().to_string(), exact: false }]);
    }
    let exact = |c: char| Needed { text: c.to_string(), exact: true };
    foreign.is_empty().then(|| ascii.into_iter().map(exact).collect())
}

/// What else is the same as an ASCII letter when case does not matter: the sign for kelvin
/// and the long s. A text with one of them is to be tried whatever it contains.
pub(super) const FOLDED: [char; 2] = ['\u{212a}', '\u{17f}'];

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    fn texts(pattern: &str) -> Vec<String> {
        let needs = Needs::of(pattern).expect("an expression");
        needs.texts.iter().map(|needed| needed.text.clone()).collect()
    }

    #[test]
    fn the_longest_texts_that_no_match_can_do_without_are_found() {
        assert_eq!(texts(r"(?-u:\b)gh(?:p|o)_[A-Za-z0-9]{36}"), ["gho_", "ghp_"]);
        assert_eq!(texts(r"[0-9a-f]{32}-us[0-9]{1,2}"), ["-us"]);
        assert_eq!(texts(r"(?i)okta[a-z]{0,3}=(00[a-z]{40})"), ["okta"]);
        assert_eq!(texts(r"x*(?:api-?key|token):\s*y"), ["api-key:", "apikey:", "token:"]);
        assert_eq!(texts(r"[a-z]+|x"), Vec::<String>::new());
    }

    #[test]
    fn case_matters_only_where_the_expression_says_so() {
        let exact = |pattern: &str| Needs::of(pattern).expect("an expression").texts.iter().all(|n| n.exact);
        assert!(exact("AKIA[0-9]{4}") && !exact("(?i)akia[0-9]{4}") && !exact("A(?i:k)IA[0-9]{4}"));
    }

    #[test]
    fn reach_and_runs_follow_from_white_space_and_lengths() {
        let word = Needs::of(r"(?-u:\b)ab[0-9]{6,}").expect("an expression");
        assert_eq!((word.reach, word.bytes, word.run), (Reach::Word, 8, 8));
        let near = Needs::of(r"key[\s=]{1,5}([0-9]{8})").expect("an expression");
        // White space beyond ASCII takes up to three bytes.
        assert_eq!((near.reach, near.bytes, near.run), (Reach::Bytes(26), 12, 8));
        let far = Needs::of(r"key\s*=\s*[0-9]{8}").expect("an expression");
        assert_eq!((far.reach, far.run), (Reach::Anywhere, 8));
    }
}
