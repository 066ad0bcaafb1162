//! Acceptance criteria: from templates of the intent, from the user's own words, and
//! from the findings that a repair is about.

use super::{
    data::{Grammar, Template, placeholders},
    fields::{Field, FieldKind},
    subject::Subject,
};
use crate::domain::{
    finding::Finding,
    ids::CriterionId,
    task::{Criterion, CriterionSource, CriterionState, Intent},
};
use std::collections::BTreeMap;

/// More findings than this are one criterion together.
const FINDINGS_ONE_BY_ONE: usize = 5;

/// What the templates may use.
pub(super) struct Facts<'a> {
    pub intent: Intent,
    pub subject: &'a Subject,
    pub risks: &'a [String],
    pub words: &'a [String],
    pub framework: &'a str,
    pub findings: &'a [&'a Finding],
    /// Clauses of the text that name a status code, as written.
    pub stated: &'a [String],
}

/// Criteria in the order: the user's own, the findings', the templates'.
pub(super) fn all(grammar: &Grammar, facts: &Facts<'_>) -> Vec<Criterion> {
    let mut texts: Vec<(String, CriterionSource)> = Vec::new();
    texts.extend(facts.stated.iter().map(|text| (text.clone(), CriterionSource::You)));
    texts.extend(field_criteria(facts).into_iter().map(|text| (text, CriterionSource::You)));
    texts.extend(finding_criteria(facts.findings));
    let names = names(grammar, facts);
    for template in &grammar.criteria {
        if applies(template, facts)
            && let Some(text) = fill(&template.text.value, &names)
        {
            texts.push((text, CriterionSource::Assumed));
        }
    }
    if facts.intent == Intent::Repair {
        texts.push(("the tests that passed before still pass".into(), CriterionSource::Assumed));
    }
    let mut criteria: Vec<Criterion> = Vec::new();
    for (text, source) in texts {
        if criteria.iter().any(|known| known.text == text) {
            continue;
        }
        let id = CriterionId(u32::try_from(criteria.len() + 1).unwrap_or(u32::MAX));
        criteria.push(Criterion { id, text, tests: Vec::new(), state: CriterionState::Proposed, source });
    }
    criteria
}

fn applies(template: &Template, facts: &Facts<'_>) -> bool {
    let operation = facts.subject.operation.as_ref().map_or("none", |(id, _)| id.as_str());
    template.intent == facts.intent
        && template.operation.as_ref().is_none_or(|wanted| wanted == operation)
        && template.risk.as_ref().is_none_or(|wanted| facts.risks.contains(wanted))
        && template.flag.as_ref().is_none_or(|wanted| facts.words.contains(wanted))
}

fn names(grammar: &Grammar, facts: &Facts<'_>) -> BTreeMap<&'static str, String> {
    let subject = facts.subject;
    let mut names = BTreeMap::new();
    let mut set = |name: &'static str, value: Option<String>| {
        if let Some(value) = value {
            names.insert(name, value);
        }
    };
    set("method", subject.method.clone());
    set("path", subject.path.clone());
    set("resource", subject.resource.as_ref().map(|name| name.replace('_', " ")));
    set("collection", subject.collection.clone());
    set("subject", subject.resource.clone());
    set(
        "invalid",
        Some(grammar.invalid.get(facts.framework).cloned().unwrap_or_else(|| "400 or 422".into())),
    );
    names
}

/// The template with its names in place; nothing when one is not known.
fn fill(template: &str, names: &BTreeMap<&'static str, String>) -> Option<String> {
    let mut text = template.to_owned();
    for name in placeholders(template) {
        // Not `replace` over the growing text: a path holds `{id}` of its own.
        let value = names.get(name)?;
        if value.starts_with(['a', 'e', 'i', 'o', 'u']) {
            text = text.replacen(&format!("a {{{name}}}"), &format!("an {{{name}}}"), 1);
        }
        text = text.replacen(&format!("{{{name}}}"), value, 1);
    }
    Some(text)
}

/// What the field notation states is a criterion: the user wrote it.
fn field_criteria(facts: &Facts<'_>) -> Vec<String> {
    let resource = facts.subject.resource.as_deref().unwrap_or("row").replace('_', " ");
    facts.subject.fields.iter().flat_map(|field| of_field(field, &resource)).collect()
}

fn of_field(field: &Field, resource: &str) -> Vec<String> {
    let mut texts = Vec::new();
    let name = &field.name;
    let unit = match field.kind {
        FieldKind::String | FieldKind::Text | FieldKind::Email | FieldKind::Url => " characters",
        _ => "",
    };
    match (field.min, field.max) {
        (Some(min), Some(max)) => {
            texts.push(format!("{name} takes {min} to {max}{unit}, others are refused"))
        }
        (Some(min), None) => texts.push(format!("{name} takes {min}{unit} or more, less is refused")),
        (None, Some(max)) => texts.push(format!("{name} takes at most {max}{unit}, more is refused")),
        (None, None) => {}
    }
    match &field.kind {
        FieldKind::Enum(choices) => {
            texts.push(format!("{name} is one of {}, others are refused", choices.join(", ")));
        }
        FieldKind::BelongsTo(model) => {
            texts.push(format!("{name} refers to an existing {model}, with a foreign key and its index"));
        }
        FieldKind::Email => texts.push(format!("{name} must be an address")),
        _ => {}
    }
    if field.unique {
        texts.push(format!("a second {resource} with the same {name} answers 409"));
    }
    texts
}

fn finding_criteria(findings: &[&Finding]) -> Vec<(String, CriterionSource)> {
    if let [first, .., last] = findings
        && findings.len() > FINDINGS_ONE_BY_ONE
    {
        let same = findings.iter().all(|finding| finding.rule == first.rule);
        let what = if same {
            format!("{} findings of {}", findings.len(), first.rule)
        } else {
            format!("{} findings", findings.len())
        };
        let text = format!("{what} are gone, from {} to {}", first.place(), last.place());
        return vec![(text, CriterionSource::Finding { rule: first.rule.clone(), place: first.place() })];
    }
    findings
        .iter()
        .map(|finding| {
            let source = CriterionSource::Finding { rule: finding.rule.clone(), place: finding.place() };
            (format!("{} is gone at {}", finding.rule, finding.place()), source)
        })
        .collect()
}
