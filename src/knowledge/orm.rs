//! The ORM reference: one page per topic and ORM, opened by what a session shows.
//!
//! A page lists its triggers in the head. Nothing opens without one, so a repository
//! without ORM risk never sees it.

use super::{
    error::KnowledgeError,
    merge, page,
    source::Text,
    yaml::{self, Placed},
};
use crate::domain::trigger::Trigger;
use serde::Deserialize;

/// One page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrmPage {
    /// For example `loading-sqlalchemy`.
    pub id: String,
    pub title: String,
    /// `loading`, `transactions`, `lifecycle`, `projections` or `review`.
    pub topic: String,
    /// Canonical ORM names; empty for all.
    pub orms: Vec<String>,
    pub opens: Vec<Trigger>,
    /// Markdown.
    pub body: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    #[expect(dead_code, reason = "names the format for a reader of the file")]
    kind: OrmKind,
    #[serde(default)]
    replace: bool,
    /// Triggers of each topic, for its pages that name none of their own.
    topics: std::collections::BTreeMap<String, Vec<Placed<String>>>,
    pages: Vec<HeadPage>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum OrmKind {
    OrmReference,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct HeadPage {
    id: Placed<String>,
    topic: Placed<String>,
    #[serde(default)]
    orms: Vec<String>,
    #[serde(default)]
    opens: Vec<Placed<String>>,
}

/// Pages in file order.
pub(crate) fn load(texts: &[Text]) -> Result<Vec<OrmPage>, KnowledgeError> {
    let mut pages: Vec<OrmPage> = Vec::new();
    for text in texts {
        let page: page::Page<Head> = page::of(text)?;
        if page.head.replace {
            pages.clear();
        }
        let mut more = Vec::new();
        for head in &page.head.pages {
            more.push(one(&text.label, &page, head)?);
        }
        merge::merge(&mut pages, more, |page| page.id.clone());
    }
    Ok(pages)
}

fn one(file: &str, page: &page::Page<Head>, head: &HeadPage) -> Result<OrmPage, KnowledgeError> {
    let id = &head.id.value;
    let Some(section) = page.sections.iter().find(|section| section.id == *id) else {
        return Err(yaml::error_at(file, &head.id, format!("page `{id}` has no section in the body")));
    };
    let Some(shared) = page.head.topics.get(&head.topic.value) else {
        let reason = format!("topic `{}` has no triggers under `topics`", head.topic.value);
        return Err(yaml::error_at(file, &head.topic, reason));
    };
    let mut opens = Vec::new();
    for written in shared.iter().chain(&head.opens) {
        opens.push(Trigger::parse(&written.value).map_err(|reason| yaml::error_at(file, written, reason))?);
    }
    Ok(OrmPage {
        id: id.clone(),
        title: section.title.clone(),
        topic: head.topic.value.clone(),
        orms: head.orms.clone(),
        opens,
        body: section.body.clone(),
    })
}

/// Pages for an ORM that one of the triggers opens, in file order. Without a known ORM
/// only the pages for all ORMs are candidates.
pub(crate) fn pages_for<'a>(
    pages: &'a [OrmPage],
    orm: Option<&str>,
    triggers: &[Trigger],
) -> Vec<(&'a OrmPage, Trigger)> {
    pages
        .iter()
        .filter(|page| {
            page.orms.is_empty() || orm.is_some_and(|name| page.orms.iter().any(|known| known == name))
        })
        .filter_map(|page| {
            let trigger = triggers.iter().find(|trigger| page.opens.contains(trigger))?;
            Some((page, trigger.clone()))
        })
        .collect()
}
