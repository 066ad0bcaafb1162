//! Marks each word of a clause with what it means, and quotes what means nothing.

use super::{
    lexicon::{Lexicon, Meaning},
    token::{Clause, Word, WordKind},
};

/// A clause with the meanings of its words.
#[derive(Debug)]
pub(super) struct Marked {
    pub clause: Clause,
    /// One entry per word: what it means, alone or as part of a phrase.
    pub marks: Vec<Mark>,
}

/// What a word means.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) enum Mark {
    #[default]
    Unknown,
    /// First word of a phrase of `length` words.
    Phrase { meanings: Vec<Meaning>, length: usize },
    /// A later word of a phrase.
    Inside,
    /// Its form says it: a path, a status, a field, ….
    Form,
    /// Taken as a name, for example of a new resource.
    Name,
}

/// Marks the words, longest phrases first.
pub(super) fn mark(clause: Clause, lexicon: &Lexicon) -> Marked {
    let mut marks = vec![Mark::Unknown; clause.words.len()];
    let mut at = 0;
    while let Some(word) = clause.words.get(at) {
        let (mark, length) = match word.kind {
            WordKind::Plain => phrase_at(&clause.words, at, lexicon),
            WordKind::Number => (Mark::Unknown, 1),
            WordKind::Path
            | WordKind::Method
            | WordKind::Field
            | WordKind::Status
            | WordKind::File
            | WordKind::Rule => (Mark::Form, 1),
        };
        if let Some(slot) = marks.get_mut(at) {
            *slot = mark;
        }
        for inside in at + 1..at + length {
            if let Some(slot) = marks.get_mut(inside) {
                *slot = Mark::Inside;
            }
        }
        at += length;
    }
    Marked { clause, marks }
}

fn phrase_at(words: &[Word], at: usize, lexicon: &Lexicon) -> (Mark, usize) {
    let longest = words.get(at).map_or(1, |word| lexicon.longest_from(&word.lower));
    for length in (1..=longest.min(words.len() - at)).rev() {
        let phrase: Vec<&str> = words.iter().skip(at).take(length).map(|word| word.lower.as_str()).collect();
        let meanings = lexicon.meanings(&phrase);
        if !meanings.is_empty() {
            return (Mark::Phrase { meanings: meanings.to_vec(), length }, length);
        }
    }
    (Mark::Unknown, 1)
}

impl Marked {
    /// Words with their marks.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&Word, &Mark)> {
        self.clause.words.iter().zip(&self.marks)
    }

    /// All meanings of all phrases, in order.
    pub(super) fn meanings(&self) -> impl Iterator<Item = &Meaning> {
        self.marks.iter().flat_map(|mark| match mark {
            Mark::Phrase { meanings, .. } => meanings.as_slice(),
            Mark::Unknown | Mark::Inside | Mark::Form | Mark::Name => &[],
        })
    }

    /// Whether a word is unknown and has the form of a name.
    pub(super) fn may_be_name(&self, at: usize) -> bool {
        self.marks.get(at) == Some(&Mark::Unknown)
            && self.clause.words.get(at).is_some_and(|word| {
                word.kind == WordKind::Plain
                    && word.text.starts_with(|letter: char| letter.is_ascii_alphabetic())
                    && word
                        .text
                        .bytes()
                        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
            })
    }

    /// Marks a word as a name and gives it as written.
    pub(super) fn take_name(&mut self, at: usize) -> Option<String> {
        let name = self.clause.words.get(at)?.text.clone();
        *self.marks.get_mut(at)? = Mark::Name;
        Some(name)
    }

    pub(super) fn has(&self, meaning: &Meaning) -> bool {
        self.meanings().any(|known| known == meaning)
    }

    /// Whether the clause states a status code as an answer. A server error is a symptom,
    /// never what is wanted.
    pub(super) fn has_status(&self) -> bool {
        self.clause.words.iter().any(|word| word.kind == WordKind::Status && !word.text.starts_with('5'))
    }

    /// The words of a phrase that begins with `first`, lower case.
    pub(super) fn phrase(&self, first: &Word, length: usize) -> String {
        let from = self.clause.words.iter().skip_while(|word| word.range != first.range);
        from.take(length).map(|word| word.lower.as_str()).collect::<Vec<_>>().join(" ")
    }

    /// The clause as written.
    pub(super) fn quote<'t>(&self, text: &'t str) -> &'t str {
        let (Some(first), Some(last)) = (self.clause.words.first(), self.clause.words.last()) else {
            return "";
        };
        text.get(first.range.start..last.range.end).unwrap_or_default().trim()
    }

    /// What was not understood, as written: the whole clause when it states a rule of the
    /// business or most of it is unknown, else each run of unknown words.
    pub(super) fn not_understood(&self, text: &str) -> Vec<String> {
        let unknown = self.marks.iter().filter(|mark| **mark == Mark::Unknown).count();
        let states_a_rule = self.has(&Meaning::Condition);
        let symptom = self.clause.words.iter().any(|word| word.kind == WordKind::Status);
        let states_a_rule = states_a_rule || symptom;
        if unknown == 0 && !states_a_rule {
            return Vec::new();
        }
        let content = self.marks.iter().filter(|mark| is_content(mark)).count();
        if states_a_rule || unknown * 2 >= content {
            return vec![self.quote(text).to_owned()];
        }
        self.unknown_runs(text)
    }

    fn unknown_runs(&self, text: &str) -> Vec<String> {
        let mut runs = Vec::new();
        let mut run: Option<(usize, usize)> = None;
        for (word, mark) in self.iter() {
            if *mark == Mark::Unknown {
                run = Some((run.map_or(word.range.start, |(start, _)| start), word.range.end));
            } else if is_content(mark)
                && let Some((start, end)) = run.take()
            {
                runs.push(text.get(start..end).unwrap_or_default().to_owned());
            }
        }
        if let Some((start, end)) = run {
            runs.push(text.get(start..end).unwrap_or_default().to_owned());
        }
        runs
    }
}

/// Whether a word carries meaning: anything but the small words.
fn is_content(mark: &Mark) -> bool {
    match mark {
        Mark::Phrase { meanings, .. } => meanings.iter().any(|meaning| *meaning != Meaning::Stop),
        Mark::Inside => false,
        Mark::Unknown | Mark::Form | Mark::Name => true,
    }
}
