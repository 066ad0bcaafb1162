//! Tables of users and of their refresh tokens: declared, and made by migrations, beside the
//! example's and in its form.
//!
//! Each is what the recipe `resource` does with a table, one after the other: the second is made
//! on the texts of the first, and refers to it.

use crate::{
    domain::{
        layer::Layer,
        map::MigrationFile,
        proposal::{Content, FileChange},
    },
    ports::{ProposalRequest, ProposeError},
    propose::recipe::{
        fields::{Field, Kind},
        names::Name,
        node::{
            context::Context,
            example::Candidate,
            graft::{Graft, Work},
            migrations,
            model::{Mapper, Table},
            plan::Plan,
            records::Record,
        },
        resource::{Ask, Edited},
        sources::{Source, Survey},
    },
};
use std::{collections::BTreeSet, sync::Arc};

/// The texts with both tables in them.
pub(super) struct Made {
    /// The request on top of what was made.
    pub(super) request: ProposalRequest,
    pub(super) files: Vec<FileChange>,
    pub(super) remarks: Vec<String>,
}

/// The same request for another name, on the texts that were made so far.
pub(super) fn asking<'b>(
    ask: &'b Ask<'_>,
    request: &'b ProposalRequest,
    name: Name,
    fields: Vec<Field>,
) -> Ask<'b> {
    Ask {
        name,
        fields,
        head: ask.head,
        workspace: ask.workspace.under(request),
        map: &request.map,
        request,
        cancel: ask.cancel,
        own: ask.own.clone(),
    }
}

/// Makes both, like the example's.
pub(super) fn make(ask: &Ask<'_>, mapper: Mapper, like: &Candidate) -> Result<Made, ProposeError> {
    let mut made = Made { request: ask.request.clone(), files: Vec::new(), remarks: Vec::new() };
    for (name, fields) in [("user", user()), ("refresh_token", refresh_token())] {
        let request = made.request.clone();
        let own = asking(ask, &request, Name::of(name), fields);
        let survey = Survey::read(&own)?;
        let tables = mapper.tables(&own, &survey)?;
        let plan = Plan::read(&own, &survey, mapper, &tables, like.clone())?;
        let files = plan.table_files(&mut made.remarks)?;
        made.take(ask, files)?;
    }
    made.remarks.sort();
    made.remarks.dedup();
    Ok(made)
}

impl Made {
    /// Takes the files of one table; a file that is there twice is one edit of the base, and
    /// what was just made is no line to follow.
    fn take(&mut self, ask: &Ask<'_>, files: Vec<FileChange>) -> Result<(), ProposeError> {
        let mut texts = (*self.request.texts).clone();
        let mut map = (*self.request.map).clone();
        for mut file in files {
            let Content::Text { text } = &file.content else { continue };
            texts.insert(file.path.clone(), Some(text.clone()));
            if file.path.ends_with(".sql") && file.path.contains("migration") {
                let path = file.path.clone();
                map.migrations.push(MigrationFile { path, revision: String::new(), parent: None });
            }
            for note in &mut file.notes {
                let Some(place) = &note.citation else { continue };
                let own = self.files.iter().find(|known| known.path == place.path);
                let is_new = ask.workspace.text(&place.path)?.is_none();
                if let Some(known) = own.filter(|_| is_new).and_then(|known| known.notes.first()) {
                    note.citation.clone_from(&known.citation);
                }
            }
            match self.files.iter().position(|known| known.path == file.path) {
                None => self.files.push(file),
                Some(at) => {
                    let known = self.files.swap_remove(at);
                    let (reason, like) = known
                        .notes
                        .first()
                        .map_or((String::new(), None), |note| (note.reason.clone(), note.citation.clone()));
                    let old = ask.workspace.text(&file.path)?.unwrap_or_default();
                    let layer = if like.as_ref().is_some_and(|place| place.path.ends_with(".json")) {
                        Layer::Migration
                    } else {
                        Layer::Model
                    };
                    let new = text.clone();
                    self.files.push(ask.edited(Edited {
                        path: &file.path,
                        old: &old,
                        new,
                        reason,
                        like,
                        layer,
                    }));
                }
            }
        }
        self.request.texts = Arc::new(texts);
        self.request.map = Arc::new(map);
        Ok(())
    }
}

fn field(name: &str, kind: Kind, max: Option<i64>) -> Field {
    Field { name: name.to_owned(), kind, optional: false, unique: false, index: false, min: None, max }
}

fn user() -> Vec<Field> {
    vec![
        Field { unique: true, ..field("email", Kind::String, Some(255)) },
        field("password_hash", Kind::String, Some(255)),
        field("role", Kind::String, Some(20)),
    ]
}

fn refresh_token() -> Vec<Field> {
    vec![
        field("user", Kind::BelongsTo("User".into()), None),
        Field { index: true, ..field("family", Kind::String, Some(36)) },
        Field { unique: true, ..field("token_hash", Kind::String, Some(64)) },
        field("expires_at", Kind::DateTime, None),
        Field { optional: true, ..field("used_at", Kind::DateTime, None) },
    ]
}

impl Plan<'_> {
    /// The declaration of the new table, its migration, and what lists tables.
    fn table_files(&self, remarks: &mut Vec<String>) -> Result<Vec<FileChange>, ProposeError> {
        let context = Context { plan: self };
        let mut files = migrations::files(self, &context, remarks)?;
        if self.mapper == Mapper::Prisma {
            return Ok(files);
        }
        let member = |record: &Record<'_>, field: &Field| context.member(record, field);
        let graft = Graft { member: &member, ..self.graft() };
        let path = &self.table.path;
        if let Some(source) = self.survey.get(path).filter(|_| self.related.contains(path)) {
            let mut work = Work::new(path, &source.text)?;
            self.prepare(&mut work);
            graft.records(&mut work)?;
            graft.prune(&mut work, &BTreeSet::new());
            graft.rename(&mut work);
            let text = self.finished(path, &work, None)?;
            files.push(self.ask.made(self.names.path(path), text, Some(self.first_line(path)), Layer::Model));
        }
        let wanted = BTreeSet::from([self.names.to.pascal.clone()]);
        let shared = self.shared(&graft, &wanted, &|source| self.lists_tables(source))?;
        files.extend(shared.into_iter().map(|one| one.change));
        Ok(files)
    }

    /// Whether a source is about tables: declares the example's, lists it, or hands it on.
    pub(super) fn lists_tables(&self, source: &Source) -> bool {
        let table: &Table = &self.table;
        let is_member = |line: &str| {
            let rest = line.trim().trim_start_matches(['\'', '"']).strip_prefix(table.name.as_str());
            rest.is_some_and(|rest| rest.trim_start_matches(['\'', '"']).starts_with(':'))
        };
        let hands_on = || {
            source.script.exports.iter().any(|export| {
                self.survey
                    .resolve(&source.path, &export.from)
                    .is_some_and(|target| target.path == table.path)
            })
        };
        source.path == table.path
            || self.mapper == Mapper::Kysely && source.text.lines().any(is_member)
            || hands_on()
    }
}
