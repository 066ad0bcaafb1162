//! Which phrase means what: the grammar's words and the names of this repository.

use super::data::Grammar;
use crate::{
    domain::{map::BackendMap, task::Intent},
    knowledge::rules::RuleCard,
};
use std::collections::BTreeMap;

/// One meaning of a phrase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Meaning {
    Stop,
    Condition,
    Actor(String),
    Builder,
    /// An operation by id, and the word that names it, in its basic form.
    Operation(String, String),
    Intent(Intent, u32),
    Rule(String),
    Risk(String),
    /// A word that questions ask about.
    Known,
    /// Index into the grammar's `elsewhere`.
    Elsewhere(usize),
    /// A resource of this repository, in the singular with underscores.
    Resource(String),
}

/// Phrases with their meanings.
#[derive(Debug, Default)]
pub(super) struct Lexicon {
    phrases: BTreeMap<String, Vec<Meaning>>,
    /// By first word, how many words the longest phrase has.
    longest: BTreeMap<String, usize>,
}

impl Lexicon {
    pub(super) fn new(grammar: &Grammar, rules: &[RuleCard], map: &BackendMap) -> Self {
        let mut lexicon = Self::default();
        for word in &grammar.stop {
            lexicon.add(word, Meaning::Stop);
        }
        for word in &grammar.conditions {
            lexicon.add(word, Meaning::Condition);
        }
        for word in &grammar.actors {
            lexicon.add(word, Meaning::Actor(word.clone()));
        }
        for word in &grammar.builders {
            lexicon.add(word, Meaning::Builder);
        }
        for operation in &grammar.operations {
            for word in &operation.words {
                lexicon.add(word, Meaning::Operation(operation.id.clone(), word.replace(' ', "-")));
            }
        }
        for entry in &grammar.intents {
            for (word, weight) in &entry.words {
                lexicon.add(word, Meaning::Intent(entry.intent, *weight));
            }
        }
        for (rule, words) in &grammar.rules {
            for word in words {
                lexicon.add(word, Meaning::Rule(rule.clone()));
            }
        }
        for card in rules {
            lexicon.add(&card.title.to_lowercase(), Meaning::Rule(card.id.clone()));
        }
        for (risk, words) in &grammar.risks {
            for word in words {
                lexicon.add(word, Meaning::Risk(risk.clone()));
            }
        }
        for word in &grammar.known {
            lexicon.add(word, Meaning::Known);
        }
        for (index, entry) in grammar.elsewhere.iter().enumerate() {
            for word in &entry.words {
                lexicon.add(word, Meaning::Elsewhere(index));
            }
        }
        for name in resource_names(map) {
            lexicon.add(&name.replace('_', " "), Meaning::Resource(name.clone()));
            lexicon.add(&name, Meaning::Resource(name.clone()));
        }
        lexicon
    }

    fn add(&mut self, phrase: &str, meaning: Meaning) {
        let words: Vec<String> = phrase.split_whitespace().map(normal).collect();
        let Some(first) = words.first() else { return };
        let longest = self.longest.entry(first.clone()).or_default();
        *longest = words.len().max(*longest);
        let phrase = words.join(" ");
        let meanings = self.phrases.entry(phrase).or_default();
        if !meanings.contains(&meaning) {
            meanings.push(meaning);
        }
    }

    /// How many words a phrase that begins with this word can have; at least one.
    pub(super) fn longest_from(&self, word: &str) -> usize {
        self.longest.get(&normal(word)).copied().unwrap_or(1)
    }

    /// Meanings of a phrase of lower-case words; none when it is not known.
    pub(super) fn meanings(&self, words: &[&str]) -> &[Meaning] {
        let exact = words.iter().map(|word| normal(word)).collect::<Vec<_>>().join(" ");
        if let Some(meanings) = self.phrases.get(&exact) {
            return meanings;
        }
        if let [word] = words {
            for form in basic_forms(word) {
                if let Some(meanings) = self.phrases.get(&form) {
                    return meanings;
                }
            }
            return &[];
        }
        // Phrases may end in a plural or another form of their last word.
        let Some((last, front)) = words.split_last() else { return &[] };
        let front = front.iter().map(|word| normal(word)).collect::<Vec<_>>().join(" ");
        for form in basic_forms(last) {
            if let Some(meanings) = self.phrases.get(&format!("{front} {form}")) {
                return meanings;
            }
        }
        &[]
    }
}

/// Lower case, with the apostrophe's possessive removed.
fn normal(word: &str) -> String {
    let lower = word.to_lowercase();
    lower.strip_suffix("'s").or_else(|| lower.strip_suffix("’s")).unwrap_or(&lower).to_owned()
}

/// What a word may come from: the singular of a plural, the verb of a form.
pub(super) fn basic_forms(word: &str) -> Vec<String> {
    let word = normal(word);
    let mut forms = vec![singular(&word)];
    for ending in ["ing", "ed"] {
        if let Some(stem) = word.strip_suffix(ending).filter(|stem| stem.len() > 2) {
            forms.push(stem.to_owned());
            forms.push(format!("{stem}e"));
            let mut letters = stem.chars().rev();
            if let (Some(last), Some(before)) = (letters.next(), letters.next())
                && last == before
            {
                forms.push(stem.strip_suffix(last).unwrap_or(stem).to_owned());
            }
            if ending == "ed"
                && let Some(root) = stem.strip_suffix('i')
            {
                forms.push(format!("{root}y"));
            }
        }
    }
    forms.retain(|form| *form != word);
    forms
}

/// The singular by the common rules of English.
pub(super) fn singular(word: &str) -> String {
    if let Some(root) = word.strip_suffix("ies").filter(|root| root.len() > 1) {
        return format!("{root}y");
    }
    for ending in ["sses", "shes", "ches", "xes", "zes"] {
        if word.ends_with(ending) {
            return word.strip_suffix("es").unwrap_or(word).to_owned();
        }
    }
    if word.ends_with("ss") || word.ends_with("us") || word.ends_with("is") || word.len() < 3 {
        return word.to_owned();
    }
    word.strip_suffix('s').unwrap_or(word).to_owned()
}

/// The plural by the same rules.
pub(super) fn plural(word: &str) -> String {
    if let Some(root) = word.strip_suffix('y')
        && !root.ends_with(['a', 'e', 'i', 'o', 'u'])
    {
        return format!("{root}ies");
    }
    if word.ends_with(['s', 'x', 'z']) || word.ends_with("ch") || word.ends_with("sh") {
        return format!("{word}es");
    }
    format!("{word}s")
}

/// `OrderItem` as `order_item`.
pub(super) fn snake(name: &str) -> String {
    let mut out = String::new();
    let mut before_lower = false;
    for letter in name.chars() {
        if letter.is_uppercase() && before_lower {
            out.push('_');
        }
        before_lower = letter.is_lowercase() || letter.is_ascii_digit();
        if letter.is_alphanumeric() {
            out.extend(letter.to_lowercase());
        } else if !out.ends_with('_') {
            out.push('_');
        }
    }
    out.trim_matches('_').to_owned()
}

/// Names of resources that the map knows: models, their tables, and collections of
/// endpoint paths. Sorted, in the singular with underscores.
pub(super) fn resource_names(map: &BackendMap) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for model in &map.models {
        let bare = model.name.strip_suffix("Model").or_else(|| model.name.strip_suffix("Entity"));
        names.push(singular(&snake(bare.filter(|name| !name.is_empty()).unwrap_or(&model.name))));
        names.extend(model.table.iter().map(|table| singular(&snake(table))));
    }
    for endpoint in &map.endpoints {
        let parts = endpoint.path.split('/').filter(|part| part.len() > 2 && !part.contains(['{', '}']));
        names.extend(parts.filter(|part| part.ends_with('s')).map(|part| singular(&snake(part))));
    }
    names.retain(|name| name.len() > 2);
    names.sort();
    names.dedup();
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_change_number_and_case() {
        for (one, many) in [
            ("order", "orders"),
            ("category", "categories"),
            ("box", "boxes"),
            ("day", "days"),
            ("match", "matches"),
        ] {
            assert_eq!(plural(one), many);
            assert_eq!(singular(many), one);
        }
        assert_eq!(singular("status"), "status");
        assert_eq!(snake("OrderItem"), "order_item");
        assert_eq!(snake("HTTPLog-entry"), "httplog_entry");
    }

    #[test]
    fn forms_lead_back_to_the_verb() {
        for (form, verb) in [
            ("cancelled", "cancel"),
            ("shipping", "ship"),
            ("archived", "archive"),
            ("paid", "paid"),
            ("retried", "retry"),
        ] {
            assert!(basic_forms(form).contains(&verb.to_owned()) || form == verb, "{form}");
        }
    }
}
