//! Expressions: the graph that everything else points into.

use super::ids::{CallId, ExprId, ScopeId, Sym};
use serde::{Deserialize, Serialize};

/// A run of ids in the file's list of expression ids; read with `FileFacts::list`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Default)]
pub struct ExprList {
    pub(crate) start: u32,
    pub(crate) len: u32,
}

impl ExprList {
    /// Whether there is nothing in it.
    pub fn is_empty(self) -> bool {
        self.len == 0
    }
}

/// A run of entries in the file's list of map entries; read with `FileFacts::entries`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Default)]
pub struct MapEntries {
    pub(crate) start: u32,
    pub(crate) len: u32,
}

/// One `key: value` of an object or dictionary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Entry {
    /// A `Str` where the key is known, another expression where it is computed, none
    /// for a spread (`...rest`, `**rest`), whose object is then `value`.
    pub key: Option<ExprId>,
    pub value: ExprId,
}

/// What an expression is, in terms common to all languages. Twelve bytes.
///
/// `await x`, `(x)`, `x!`, `x as T`, `&x` and `x?` are `x` itself: front ends look
/// through them (a call keeps the `AWAITED` flag).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Expr {
    /// A text literal with its escapes resolved.
    Str(Sym),
    /// A number; its value does not matter to anyone.
    Num,
    Bool(bool),
    /// `None`, `null`, `undefined`, `nil`.
    Null,
    /// A plain name, to be looked up from the scope that holds the expression.
    Name(Sym),
    /// `self`, `this`, a method's receiver.
    SelfRef,
    /// `obj.name`, `obj::name`, and `{name} = obj`.
    Attr(ExprId, Sym),
    /// `obj[key]`, and type arguments: `Annotated[A, B]` has a `List` as key.
    Index(ExprId, ExprId),
    /// A call, a construction, or an annotation with arguments.
    Call(CallId),
    /// A text with holes: f-string, template literal, `a + b`, `"…" % x`. Parts that
    /// are `Str` are literal, all others are holes. `a + b` of two lists has this form
    /// as well: only their values tell the difference.
    Tmpl(ExprList),
    /// A list, tuple, set or array; union members of a type go to `Either`.
    List(ExprList),
    /// An object or dictionary, and struct literals without a type.
    Map(MapEntries),
    /// `*xs` or `...xs` inside a list.
    Spread(ExprId),
    /// A function or class as value: lambda, arrow function, class expression.
    Fun(ScopeId),
    /// One of these: `a or b`, `c ? a : b`, `if` as value, `A | B` of types.
    Either(ExprList),
    /// An element of this iterable: a loop variable, an element of a comprehension.
    Element(ExprId),
    /// Anything else, with the expressions below it.
    Other(ExprList),
}

const _: () = assert!(size_of::<Expr>() <= 12);
