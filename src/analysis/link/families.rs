//! Which calls, types and classes belong to the families that rules speak of.

use super::{
    project::FileId,
    resolver::{Callee, Definition, Resolver},
    select::{Selected, Site},
};
use crate::{
    analysis::facts::{Call, CallId, Expr, ExprId, FileFacts, Lang},
    knowledge::packs::FamilyMember,
};

impl<'a> Resolver<'a> {
    /// The member of a family that a call matches.
    pub fn call_in_family(&self, family: &str, file: FileId, call: CallId) -> Option<&'a FamilyMember> {
        let facts = self.facts(file)?;
        let found = facts.call(call)?;
        let members = self.members(family, facts.lang);
        if members.is_empty() {
            return None;
        }
        let name = self.linker.borrow().callee_name(file, found.callee).unwrap_or_default();
        let mut paths: Option<Vec<String>> = None;
        let mut types: Option<Vec<String>> = None;
        members.into_iter().find(|member| {
            let by_path = !member.call.is_empty();
            let by_method = !member.method.is_empty();
            if !(by_path || by_method) || (by_method && !member.method.iter().any(|method| method == name)) {
                return false;
            }
            if by_path {
                let paths = paths.get_or_insert_with(|| self.callee_paths(file, call));
                if !paths.iter().any(|path| member.call.iter().any(|pattern| pattern.matches(path))) {
                    return false;
                }
            }
            if !member.recv_type.is_empty() {
                let types = types.get_or_insert_with(|| self.receiver_types(file, call));
                let typed = types.iter().any(|ty| member.recv_type.iter().any(|pattern| pattern.matches(ty)));
                if !typed && !self.receiver_is_named(facts, found, member) {
                    return false;
                }
            } else if !(member.recv_name.is_empty() || self.receiver_is_named(facts, found, member)) {
                return false;
            }
            if !member.recv_from.is_empty() && !self.receiver_is_from(file, facts, found, member) {
                return false;
            }
            member.with.iter().all(|name| {
                facts.args(found.args).iter().any(|arg| arg.name.is_some_and(|arg| facts.text(arg) == name))
            })
        })
    }

    /// The argument of a call that a family's member points at.
    pub fn family_argument(&self, member: &FamilyMember, file: FileId, call: CallId) -> Option<ExprId> {
        let facts = self.facts(file)?;
        let call = facts.call(call)?;
        let site = Site { file, call: Some(call), definition: None };
        let found: Vec<Selected> = self.ask(|linker| linker.select(site, &member.arg));
        found.into_iter().find_map(|selected| selected.expr).map(|(_, expr)| expr)
    }

    /// Whether a dotted type path belongs to a family of types.
    pub fn type_in_family(&self, family: &str, lang: Lang, path: &str) -> bool {
        self.members(family, lang)
            .iter()
            .any(|member| member.types.iter().any(|pattern| pattern.matches(path)))
    }

    /// Whether a class belongs to a family of classes.
    pub fn class_in_family(&self, family: &str, class: Definition) -> bool {
        let Some(facts) = self.facts(class.file) else { return false };
        let Some(scope) = facts.scope(class.scope) else { return false };
        let members = self.members(family, facts.lang);
        if members.is_empty() {
            return false;
        }
        let bases = self.foreign_bases(class);
        members.iter().any(|member| {
            bases.iter().any(|base| member.base.iter().any(|pattern| pattern.matches(base)))
                && member.with.iter().all(|name| {
                    facts
                        .args(scope.keywords)
                        .iter()
                        .any(|arg| arg.name.is_some_and(|arg| facts.text(arg) == name))
                })
        })
    }

    fn members(&self, family: &str, lang: Lang) -> Vec<&'a FamilyMember> {
        self.packs
            .iter()
            .filter(|pack| pack.languages.iter().any(|name| name == lang.name()))
            .filter_map(|pack| pack.families.get(family))
            .flatten()
            .collect()
    }

    fn callee_paths(&self, file: FileId, call: CallId) -> Vec<String> {
        let callees = self.callees(file, call);
        let mut paths: Vec<String> = callees
            .into_iter()
            .filter_map(|callee| match callee {
                Callee::External(path) => Some(path),
                Callee::Function(_) | Callee::Class(_) | Callee::Unknown => None,
            })
            .collect();
        if paths.is_empty()
            && let Some(facts) = self.facts(file)
            && let Some(call) = facts.call(call)
            && let Expr::Attr(object, name) = facts.expr(call.callee)
        {
            // A method that the project's class inherits from a foreign one.
            let name = facts.text(name);
            paths.extend(self.types(file, object).into_iter().map(|ty| format!("{ty}().{name}")));
        }
        paths
    }

    fn receiver_is_named(&self, facts: &FileFacts, call: &Call, member: &FamilyMember) -> bool {
        let Expr::Attr(object, _) = facts.expr(call.callee) else { return false };
        let name = match facts.expr(object) {
            Expr::Name(name) | Expr::Attr(_, name) => facts.text(name),
            _ => return false,
        };
        member.recv_name.iter().any(|known| known == name)
    }

    /// Whether the receiver's first name is imported from a module with such a segment.
    fn receiver_is_from(&self, file: FileId, facts: &FileFacts, call: &Call, member: &FamilyMember) -> bool {
        let mut object = call.callee;
        while let Expr::Attr(inner, _) | Expr::Index(inner, _) = facts.expr(object) {
            object = inner;
        }
        let Expr::Name(root) = facts.expr(object) else { return false };
        facts.imports.iter().enumerate().filter(|(_, import)| import.alias == Some(root)).any(
            |(position, import)| {
                let target = self.import_target(file, position).and_then(|target| self.facts(target));
                let path =
                    target.map_or_else(|| facts.text(import.module).to_owned(), |target| target.path.clone());
                path.split(['/', '.', ':'])
                    .any(|segment| member.recv_from.iter().any(|known| known == segment))
            },
        )
    }
}
