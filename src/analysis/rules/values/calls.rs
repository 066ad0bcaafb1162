//! Calls: methods of known values, constructions, and functions of the project, which are
//! read with the values they are given.

use super::{
    arms::Arm,
    eval::{Evaluator, Frame},
    events::View,
    known::Known,
    texts,
    words::{before, between, fills_numbers, makes_number},
};
use crate::analysis::{
    facts::{Arg, CallFlags, CallId, Expr, ExprId, Lang, ParamKind, ScopeFlags, ScopeId, Sym},
    link::{Callee, Definition, Value},
    rules::context::{Context, last_name, root},
};
use std::{cell::RefCell, rc::Rc};

/// Functions that are read inside one another.
const CALLS: u32 = 4;

/// More definitions behind one call are not read.
const DEFINITIONS: usize = 8;

/// Functions outside the project whose result is made of their arguments and nothing else.
const PURE: [&str; 46] = [
    "String",
    "str",
    "repr",
    "valueOf",
    "toString",
    "to_s",
    "format",
    "Format",
    "sprintf",
    "Sprintf",
    "Sprint",
    "concat",
    "Concat",
    "join",
    "Join",
    "decode",
    "encode",
    "decodeBase64",
    "encodeBase64",
    "encodeBase64String",
    "b64decode",
    "b64encode",
    "urldecode",
    "urlencode",
    "unquote",
    "decodeURIComponent",
    "encodeURIComponent",
    "getBytes",
    "dedent",
    "trim",
    "Trim",
    "TrimSpace",
    "ToLower",
    "ToUpper",
    "strtolower",
    "strtoupper",
    "strrev",
    "str_replace",
    "Replace",
    "ReplaceAll",
    "Repeat",
    "Itoa",
    "implode",
    "requireNonNull",
    "ToString",
    "from",
];

/// Words at the end of the names of lists, maps and growing texts.
const LISTS: [&str; 6] = ["List", "ArrayList", "LinkedList", "Vector", "Array", "ArrayDeque"];
const MAPS: [&str; 8] =
    ["Map", "HashMap", "LinkedHashMap", "TreeMap", "ConcurrentHashMap", "Hashtable", "Dictionary", "dict"];
const BUILDERS: [&str; 3] = ["StringBuilder", "StringBuffer", "StringWriter"];

impl<'a> Evaluator<'_, '_, 'a> {
    /// What a call gives.
    pub(super) fn call(&mut self, frame: &Frame<'_, 'a>, expr: ExprId, id: CallId) -> Known {
        let facts = frame.view.facts;
        let Some(call) = facts.call(id) else { return Known::Open };
        let Some(name) = last_name(facts, call.callee) else { return Known::Open };
        let args = facts.args(call.args);
        if let Expr::Attr(object, _) = facts.expr(call.callee) {
            let receiver = self.eval(frame, object);
            if !matches!(receiver, Known::Open | Known::Never | Known::Null) {
                let args = self.args(frame, args);
                return texts::read(&receiver, name, &args);
            }
        }
        let callees = self.context.resolver().callees(frame.file, id);
        let functions: Vec<Definition> = callees
            .iter()
            .filter_map(|callee| match callee {
                Callee::Function(function) => Some(*function),
                _ => None,
            })
            .collect();
        if functions.len() == callees.len() && functions.len() <= DEFINITIONS {
            return self.results(frame, &functions, args);
        }
        if callees.iter().any(|callee| matches!(callee, Callee::Function(_) | Callee::Class(_))) {
            return Known::Open;
        }
        match self.context.resolver().value(frame.file, expr) {
            Value::Number => return Known::Written,
            value => {
                if let Some(text) = value.as_constant() {
                    return Known::text(text);
                }
            }
        }
        self.foreign(frame, call.callee, call.flags.has(CallFlags::NEW), name, args)
    }

    fn args(&mut self, frame: &Frame<'_, 'a>, args: &[Arg]) -> Vec<Known> {
        args.iter().map(|arg| self.eval(frame, arg.value)).collect()
    }

    /// A function or type outside the project.
    fn foreign(
        &mut self,
        frame: &Frame<'_, 'a>,
        callee: ExprId,
        is_new: bool,
        name: &str,
        args: &[Arg],
    ) -> Known {
        let facts = frame.view.facts;
        let known = self.args(frame, args);
        let makes = is_new || matches!(name, "new" | "dict" | "list");
        let start = || known.first().filter(|first| !matches!(first, Known::Number(_)));
        if BUILDERS.contains(&name) {
            return Known::builder(start().cloned().unwrap_or_else(|| Known::text("")));
        }
        if makes && known.is_empty() {
            let made = if is_new { name } else { made_by(name, last_name(facts, root(facts, callee))) };
            if LISTS.contains(&made) || made == "list" {
                return Known::list(Vec::new());
            }
            if MAPS.contains(&made) {
                return Known::map(Vec::new());
            }
        }
        if facts.lang == Lang::Go
            && let Some(slice) = go_slice(frame, name, args, &known)
        {
            return slice;
        }
        match name {
            "listOf" | "mutableListOf" | "arrayListOf" | "asList" | "arrayOf" => return Known::list(known),
            "of" if last_name(facts, root(facts, callee)) == Some("List") => return Known::list(known),
            "mutableMapOf" | "hashMapOf" if known.is_empty() => return Known::map(Vec::new()),
            _ => {}
        }
        // A number is made of digits, whoever chose it.
        let is_method = matches!(facts.expr(callee), Expr::Attr(..));
        let pattern = known.first().and_then(Known::shown);
        if makes_number(name, is_method, facts.lang) || pattern.is_some_and(|text| fills_numbers(name, &text))
        {
            return Known::Written;
        }
        // A method of something that came from elsewhere gives what that decides.
        let is_free = match facts.expr(callee) {
            Expr::Attr(object, _) => self.is_outside(frame, object),
            _ => true,
        };
        let is_written = known.iter().all(Known::is_written);
        match known.first() {
            Some(Known::Text(text))
                if is_free && known.len() == 1 && matches!(name, "valueOf" | "String" | "str") =>
            {
                Known::Text(text.clone())
            }
            _ => Known::written_if(is_free && is_written && !known.is_empty() && PURE.contains(&name)),
        }
    }

    /// Whether a receiver is a type or module by its name, or made from what the source
    /// says, not something that a name of the program holds.
    fn is_outside(&mut self, frame: &Frame<'_, 'a>, object: ExprId) -> bool {
        let facts = frame.view.facts;
        let mut at = object;
        // A chain is finite in sound facts; the bound is for damaged ones.
        for _ in 0..64 {
            at = match facts.expr(at) {
                Expr::Attr(object, _) => object,
                Expr::Call(id) => {
                    let Some(call) = facts.call(id) else { return false };
                    if !self.args(frame, facts.args(call.args)).iter().all(Known::is_written) {
                        return false;
                    }
                    call.callee
                }
                _ => break,
            };
        }
        let Expr::Name(name) = facts.expr(at) else { return false };
        let scope = self.context.resolver().scope_at(frame.file, facts.expr_span(at).start);
        !facts.binds.iter().any(|bind| bind.name == name && bind.object.is_none())
            && !facts
                .scopes_around(scope)
                .any(|(_, scope)| facts.params(scope.params).iter().any(|param| param.name == name))
    }

    /// What functions of the project give, read one by one.
    fn results(&mut self, frame: &Frame<'_, 'a>, functions: &[Definition], args: &[Arg]) -> Known {
        if frame.calls >= CALLS {
            return Known::Open;
        }
        let facts = frame.view.facts;
        let mut passed: Vec<(Option<&str>, Known)> = Vec::new();
        for arg in args {
            if arg.spread {
                return Known::Open;
            }
            passed.push((arg.name.map(|name| facts.text(name)), self.eval(frame, arg.value)));
        }
        let mut known = Known::Never;
        for function in functions {
            known = known.or(self.result(frame.calls, *function, &passed));
        }
        if known == Known::Never { Known::Open } else { known }
    }

    fn result(&mut self, calls: u32, function: Definition, passed: &[(Option<&str>, Known)]) -> Known {
        let Some(view) = self.view(function.file) else { return Known::Open };
        let facts = view.facts;
        let Some(scope) = facts.scope(function.scope) else { return Known::Open };
        if scope.flags.has(ScopeFlags::ABSTRACT) {
            return self.implemented(calls, function, passed);
        }
        let mut given: Vec<(Sym, Known)> = Vec::new();
        let mut positional = passed.iter().filter(|(name, _)| name.is_none()).map(|(_, known)| known);
        for param in facts.params(scope.params) {
            let named = passed.iter().find(|(name, _)| *name == Some(facts.text(param.name)));
            let known = match param.kind {
                ParamKind::Receiver => continue,
                ParamKind::Plain => named.map(|(_, known)| known).or_else(|| positional.next()),
                ParamKind::Keyword => named.map(|(_, known)| known),
                ParamKind::Rest | ParamKind::KeywordRest => None,
            };
            given.push((param.name, known.cloned().unwrap_or(Known::Open)));
        }
        let inner = Frame {
            file: function.file,
            view: Rc::clone(&view),
            given: Some((function.scope, &given)),
            calls: calls + 1,
            around: 0,
            known: RefCell::default(),
            arms: RefCell::default(),
        };
        let mut known = Known::Never;
        for ret in facts.returns.iter().filter(|ret| ret.scope == function.scope) {
            let place = self.place(&inner, ret.block, None);
            if place == Arm::Left {
                continue;
            }
            known = known.or(self.eval(&inner, ret.value));
            if place == Arm::Taken {
                return known;
            }
        }
        // Whoever leaves without a value leaves nothing behind that a statement could hold.
        if known == Known::Never { Known::Open } else { known }
    }

    /// A method without a body is what the classes of the project make of it.
    fn implemented(&mut self, calls: u32, method: Definition, passed: &[(Option<&str>, Known)]) -> Known {
        let found = self.context.values.implementations(self.context, method);
        if found.is_empty() || found.len() > DEFINITIONS {
            return Known::Open;
        }
        found.iter().fold(Known::Never, |known, function| known.or(self.result(calls, *function, passed)))
    }
}

/// What a name holds that was declared with a type and without a value.
pub(super) fn declared(view: &View<'_>, ty: ExprId) -> Known {
    match last_name(view.facts, ty) {
        _ if is_slice(view, ty) => Known::list(Vec::new()),
        Some("Builder") => Known::builder(Known::text("")),
        _ => Known::Never,
    }
}

/// Whether a type is written as a slice of Go.
fn is_slice(view: &View<'_>, ty: ExprId) -> bool {
    let span = view.facts.expr_span(ty);
    view.facts.lang == Lang::Go
        && (between(&view.text, span.start, span.end).starts_with("[]")
            || before(&view.text, span.start).ends_with("[]"))
}

/// `make([]T, 0, n)` and `append(slice, items...)`.
fn go_slice(frame: &Frame<'_, '_>, name: &str, args: &[Arg], known: &[Known]) -> Option<Known> {
    let (first, others) = (args.first()?, known.get(1..)?);
    let items = args.iter().skip(1).zip(others);
    match (name, known.first()?) {
        ("make", _) => {
            let is_slice = is_slice(&frame.view, first.value);
            let is_empty = matches!(others.first(), Some(Known::Number(0)) | None);
            is_slice.then(|| if is_empty { Known::list(Vec::new()) } else { Known::bag([Known::text("")]) })
        }
        ("append", slice @ (Known::List(_) | Known::Bag(_))) => {
            Some(items.fold(slice.clone(), |slice, (arg, item)| {
                let how = if arg.spread || matches!(frame.view.facts.expr(arg.value), Expr::Spread(_)) {
                    "addAll"
                } else {
                    "add"
                };
                texts::changed(&slice, how, std::slice::from_ref(item))
            }))
        }
        _ => None,
    }
}

/// The type that `Type.new` makes.
fn made_by<'n>(name: &'n str, owner: Option<&'n str>) -> &'n str {
    match (name, owner) {
        ("new", Some("Hash")) => "Map",
        ("new", Some(owner)) => owner,
        _ => name,
    }
}

/// Methods of other classes that stand for one without a body: same name, and a base of
/// the name of its interface.
pub(super) fn methods_below(context: &Context<'_, '_>, method: Definition) -> Vec<Definition> {
    let resolver = context.resolver();
    let Some(facts) = resolver.facts(method.file) else { return Vec::new() };
    let owner = facts.scope(method.scope).and_then(|scope| Some((scope, facts.scope(scope.parent?)?)));
    let Some((own, interface)) = owner else { return Vec::new() };
    let (name, interface) = (facts.text(own.name), facts.text(interface.name));
    let mut found = Vec::new();
    for (file, facts) in resolver.files() {
        for (id, scope) in facts.scope_ids() {
            if facts.text(scope.name) != name || scope.flags.has(ScopeFlags::ABSTRACT) {
                continue;
            }
            let is_below = scope
                .parent
                .filter(|parent| *parent != ScopeId::MODULE)
                .and_then(|id| facts.scope(id))
                .is_some_and(|class| {
                    facts.list(class.bases).iter().any(|base| last_name(facts, *base) == Some(interface))
                });
            if is_below {
                found.push(Definition { file, scope: id });
            }
        }
    }
    found
}
