//! Classes and functions that must carry an annotation and do not, or carry one that says
//! too little.

use super::{
    context::{Context, last_name},
    draft::Draft,
    matcher::Rule,
};
use crate::analysis::{
    facts::{CallFlags, Expr, ExprId, FileFacts, Scope, ScopeFlags, ScopeId, ScopeKind, Span},
    link::FileId,
};
use serde::Deserialize;

/// What is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum On {
    #[default]
    Function,
    Class,
}

/// A definition that lacks something. Stated keys must all hold; names are last names.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Annotated {
    languages: Vec<String>,
    on: On,
    /// The class, or the class around the function, has one of these as a base.
    base: Vec<String>,
    /// It carries one of these.
    with: Vec<String>,
    /// What it carries says none of these by name.
    lacks_arg: Vec<String>,
    /// Neither it nor the class around it carries one of these, nor a method of the class.
    unless: Vec<String>,
    /// Nothing in the class calls one of these.
    unless_calls: Vec<String>,
    /// No file of the language names one of these.
    unless_project_names: Vec<String>,
    /// A class is left out if its methods carry some of `reads` and none of `writes`.
    reads: Vec<String>,
    writes: Vec<String>,
    /// Only where another definition of the project carries one of `unless`.
    siblings: bool,
}

pub(super) fn check(context: &Context<'_, '_>, rule: &Rule) -> Vec<Draft> {
    let mut found = Vec::new();
    for wanted in &rule.matcher.annotated {
        let files: Vec<(FileId, &FileFacts)> = context
            .files(rule)
            .filter(|(_, facts)| wanted.languages.iter().any(|language| language == facts.lang.name()))
            .collect();
        if wanted.is_answered(&files) {
            continue;
        }
        for (file, facts) in files {
            for (id, scope) in facts.scope_ids() {
                if let Some(span) = wanted.missing(facts, id, scope) {
                    let name = facts.text(scope.name);
                    found.push(
                        Draft::new(file, span)
                            .symbol(facts.qualified_name(id))
                            .word("name", name)
                            .word("endpoint", name)
                            .word("detail", name),
                    );
                }
            }
        }
    }
    found
}

impl Annotated {
    /// Whether the project as a whole says that nothing is missing, or knows no such thing.
    fn is_answered(&self, files: &[(FileId, &FileFacts)]) -> bool {
        let named = files.iter().any(|(_, facts)| {
            facts.strings.iter().any(|(_, text)| self.unless_project_names.iter().any(|name| name == text))
        });
        let known = || {
            files.iter().any(|(_, facts)| {
                facts.scopes.iter().any(|scope| carried(facts, scope, &self.unless).is_some())
            })
        };
        named || (self.siblings && !known())
    }

    /// The place to show where a definition lacks what it must have.
    fn missing(&self, facts: &FileFacts, id: ScopeId, scope: &Scope) -> Option<Span> {
        let kind = match self.on {
            On::Function => ScopeKind::Function,
            On::Class => ScopeKind::Class,
        };
        let class = match self.on {
            On::Class => Some((id, scope)),
            On::Function => {
                facts.scopes_around(id).skip(1).find(|(_, around)| around.kind == ScopeKind::Class)
            }
        };
        // What is abstract is served as the classes below it, each with what it carries.
        let is_base = self.on == On::Class && scope.flags.has(ScopeFlags::ABSTRACT);
        let fits = scope.kind == kind
            && !is_base
            && (self.base.is_empty() || class.is_some_and(|(_, class)| has_base(facts, class, &self.base)))
            && carried(facts, scope, &self.unless).is_none()
            && class.is_none_or(|(_, class)| carried(facts, class, &self.unless).is_none())
            && (self.on == On::Function || !carries(facts, id, &self.unless))
            && (!carries(facts, id, &self.reads) || carries(facts, id, &self.writes))
            && class.is_none_or(|(class, _)| !self.is_called(facts, class));
        if !fits {
            return None;
        }
        if self.with.is_empty() {
            return Some(scope.name_span);
        }
        let annotation = carried(facts, scope, &self.with)?;
        let says = match facts.expr(annotation) {
            Expr::Call(id) => facts.call(id).is_some_and(|call| {
                let mut names = facts.args(call.args).iter().filter_map(|arg| arg.name);
                names.any(|name| self.lacks_arg.iter().any(|known| known == facts.text(name)))
            }),
            _ => false,
        };
        (!says).then(|| facts.expr_span(annotation))
    }

    fn is_called(&self, facts: &FileFacts, class: ScopeId) -> bool {
        facts.calls.iter().any(|call| {
            !call.flags.has(CallFlags::ANNOTATION)
                && last_name(facts, call.callee)
                    .is_some_and(|name| self.unless_calls.iter().any(|known| known == name))
                && facts.scopes_around(call.scope).any(|(around, _)| around == class)
        })
    }
}

/// The annotation of one of these names that a definition carries.
/// Whether a method of the class carries one of these: then it is said method by method.
fn carries(facts: &FileFacts, class: ScopeId, names: &[String]) -> bool {
    let is_method = |scope: &&Scope| scope.kind == ScopeKind::Function && scope.parent == Some(class);
    facts.scopes.iter().filter(is_method).any(|method| carried(facts, method, names).is_some())
}

fn carried(facts: &FileFacts, scope: &Scope, names: &[String]) -> Option<ExprId> {
    facts.list(scope.annotations).iter().copied().find(|annotation| {
        let name = match facts.expr(*annotation) {
            Expr::Call(id) => facts.call(id).and_then(|call| last_name(facts, call.callee)),
            _ => last_name(facts, *annotation),
        };
        // C# lets the ending away where it is carried.
        let plain = name.map(|name| name.strip_suffix("Attribute").unwrap_or(name));
        plain.is_some_and(|plain| names.iter().any(|known| known == plain))
    })
}

fn has_base(facts: &FileFacts, class: &Scope, bases: &[String]) -> bool {
    facts.list(class.bases).iter().any(|base| {
        let whole = facts.dotted(*base).unwrap_or_default();
        let last = last_name(facts, *base).unwrap_or_default();
        bases.iter().any(|base| *base == whole || base == last)
    })
}
