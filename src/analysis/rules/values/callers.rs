//! What a function is given that only its own file can call.
//!
//! A private helper that is called with constants alone holds nothing else. Whoever else
//! could call it, or pass it on as a value, leaves it open.

use super::{
    eval::{Evaluator, Frame},
    known::Known,
    words::is_number_type,
};
use crate::analysis::{
    facts::{CallId, Expr, ExprId, FileFacts, Lang, Param, ParamKind, Scope, ScopeFlags, ScopeId},
    link::Callee,
    rules::context::last_name,
};
use std::{cell::RefCell, rc::Rc};

/// More calls of one function are not read.
const CALLS: usize = 12;

/// How far callers of callers are looked at.
const AROUND: u32 = 3;

impl<'a> Evaluator<'_, '_, 'a> {
    /// What a parameter can hold, seen from the calls of its function.
    pub(super) fn given_by_callers(
        &mut self,
        frame: &Frame<'_, 'a>,
        function: ScopeId,
        param: &Param,
    ) -> Known {
        let facts = frame.view.facts;
        let private = facts.scope(function).filter(|scope| is_private(facts, scope));
        let Some(scope) = private.filter(|_| !has_child_files(facts.lang, &frame.view.text)) else {
            return Known::Open;
        };
        let position = facts
            .params(scope.params)
            .iter()
            .filter(|other| other.kind == ParamKind::Plain)
            .position(|other| other.name == param.name);
        let (Some(position), Some(calls)) = (position, self.calls_of(frame, function, scope)) else {
            return Known::Open;
        };
        if frame.around >= AROUND {
            return Known::Open;
        }
        let caller = Frame {
            file: frame.file,
            view: Rc::clone(&frame.view),
            given: None,
            calls: frame.calls,
            around: frame.around + 1,
            known: RefCell::default(),
            arms: RefCell::default(),
        };
        let mut known = Known::Never;
        for call in calls {
            let args = facts.call(call).map(|call| facts.args(call.args)).unwrap_or_default();
            if !self.step() || args.iter().any(|arg| arg.spread || arg.name.is_some()) {
                return Known::Open;
            }
            let Some(arg) = args.get(position) else { return Known::Open };
            known = known.or(self.eval(&caller, arg.value));
        }
        if known == Known::Never { Known::Open } else { known }
    }

    /// The calls of a function of the file; none where its name does anything else.
    fn calls_of(&self, frame: &Frame<'_, 'a>, function: ScopeId, scope: &Scope) -> Option<Vec<CallId>> {
        let facts = frame.view.facts;
        let tests: Vec<_> = facts.test_modules().collect();
        let is_named = |expr: ExprId| {
            let at = facts.expr_span(expr).start;
            matches!(facts.expr(expr), Expr::Name(name) if name == scope.name)
                && !tests.iter().any(|test| test.start <= at && at < test.end)
        };
        let named: Vec<(CallId, ExprId)> = facts
            .call_ids()
            .filter(|(_, call)| is_named(call.callee))
            .map(|(id, call)| (id, call.callee))
            .take(CALLS + 1)
            .collect();
        let is_passed_on = (0..facts.exprs.len())
            .map(ExprId::from_index)
            .filter(|expr| is_named(*expr))
            .any(|expr| !named.iter().any(|(_, callee)| *callee == expr));
        let is_own = |call: CallId| {
            matches!(
                self.context.resolver().callees(frame.file, call).as_slice(),
                [Callee::Function(found)] if found.file == frame.file && found.scope == function
            )
        };
        let sound = !named.is_empty() && named.len() <= CALLS && !is_passed_on;
        (sound && named.iter().all(|(call, _)| is_own(*call)))
            .then(|| named.into_iter().map(|(call, _)| call).collect())
    }
}

/// What a parameter holds when its function begins; a number is made of digits, whoever
/// passes it.
pub(super) fn passed(frame: &Frame<'_, '_>, function: ScopeId, param: &Param) -> Known {
    let given = frame.given.filter(|(known, _)| *known == function).and_then(|(_, given)| {
        given.iter().find(|(found, _)| *found == param.name).map(|(_, known)| known.clone())
    });
    match given {
        Some(known) if known != Known::Open => known,
        _ => {
            let facts = frame.view.facts;
            let ty = param.ty.and_then(|ty| last_name(facts, ty));
            let is_one = facts.names(param.fields).is_empty();
            Known::written_if(is_one && ty.is_some_and(is_number_type))
        }
    }
}

/// Whether nobody outside the file can call a function, as its language says it.
fn is_private(facts: &FileFacts, scope: &Scope) -> bool {
    let name = facts.text(scope.name);
    let is_plain = scope.parent == Some(ScopeId::MODULE)
        && scope.owner.is_none()
        && !name.is_empty()
        && !scope.flags.has(ScopeFlags::ABSTRACT)
        && facts.list(scope.annotations).is_empty();
    is_plain
        && match facts.lang {
            Lang::Rust | Lang::TypeScript | Lang::JavaScript => !scope.flags.has(ScopeFlags::EXPORTED),
            Lang::Python => name.starts_with('_'),
            _ => false,
        }
}

/// Whether modules in other files see what is private here.
fn has_child_files(lang: Lang, text: &str) -> bool {
    lang == Lang::Rust
        && text.lines().map(str::trim).any(|line| {
            let module = line.strip_prefix("mod ").or_else(|| line.split_once(" mod ").map(|(_, name)| name));
            module.is_some_and(|name| name.ends_with(';')) && !line.starts_with("//")
        })
}
