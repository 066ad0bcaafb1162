//! What stands in a file beside expressions: scopes, calls, bindings, imports.

use super::{
    expr::ExprList,
    ids::{BlockId, ExprId, ScopeId, Span, Sym},
};
use serde::{Deserialize, Serialize};

macro_rules! run {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
        pub struct $name {
            pub(crate) start: u32,
            pub(crate) len: u32,
        }
    };
}

run! {
    /// A run of the file's parameters; read with `FileFacts::params`.
    ParamList
}
run! {
    /// A run of the file's arguments; read with `FileFacts::args`.
    ArgList
}
run! {
    /// A run of the file's list of symbols; read with `FileFacts::names`.
    NameList
}

macro_rules! flags {
    ($(#[$doc:meta])* $name:ident { $($(#[$flag_doc:meta])* $flag:ident = $bit:expr;)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
        pub struct $name(u8);

        impl $name {
            $($(#[$flag_doc])* pub const $flag: Self = Self(1 << $bit);)*

            /// No flag.
            pub const NONE: Self = Self(0);

            /// Whether every flag of `other` is set.
            pub fn has(self, other: Self) -> bool {
                self.0 & other.0 == other.0
            }

            /// These flags and those.
            #[must_use]
            pub fn with(self, other: Self) -> Self {
                Self(self.0 | other.0)
            }

            /// `with(other)` where `condition` holds.
            #[must_use]
            pub fn with_if(self, other: Self, condition: bool) -> Self {
                if condition { self.with(other) } else { self }
            }
        }
    };
}

/// What a scope is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ScopeKind {
    Module,
    /// A class, struct, enum, or Rust `impl` (its trait is the base, its type the `owner`).
    Class,
    /// An interface, protocol of TypeScript, or trait.
    Interface,
    /// A function or method.
    Function,
    /// A function without a name of its own.
    Lambda,
    /// A namespace inside a file: Rust inline `mod`, TypeScript `namespace`.
    Namespace,
}

flags! {
    /// Properties of a scope.
    ScopeFlags {
        ASYNC = 0;
        /// `static` methods, class methods.
        STATIC = 1;
        /// Visible outside its file by the language's own word: `export`, `pub`.
        EXPORTED = 2;
        /// A generator: has `yield`.
        GENERATOR = 3;
        /// An accessor read like a field: `@property`, `get x()`.
        PROPERTY = 4;
        /// Declared without a body: interface method, `declare`, overload.
        ABSTRACT = 5;
    }
}

/// A module, class, interface, function or lambda.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scope {
    pub kind: ScopeKind,
    pub flags: ScopeFlags,
    /// Empty text for the module and for lambdas.
    pub name: Sym,
    /// None for the module only.
    pub parent: Option<ScopeId>,
    /// The innermost block of `parent` that holds the definition.
    pub block: Option<BlockId>,
    /// The whole definition, annotations excluded.
    pub span: Span,
    /// The name alone; the start of `span` where there is no name.
    pub name_span: Span,
    /// The body alone; empty at the end of `span` where there is none.
    pub body: Span,
    pub params: ParamList,
    /// Base classes, interfaces, traits.
    pub bases: ExprList,
    /// Named arguments beside the bases: Python's `class User(SQLModel, table=True)`.
    pub keywords: ArgList,
    /// Decorators, annotations, attributes: `Call` with arguments, `Name` or `Attr` without.
    pub annotations: ExprList,
    pub return_type: Option<ExprId>,
    /// The type whose member this is, where that is not the enclosing class: receiver of
    /// a Go method, type of a Rust `impl`.
    pub owner: Option<ExprId>,
}

/// How a parameter takes its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
pub enum ParamKind {
    #[default]
    Plain,
    /// Only by name.
    Keyword,
    /// All further positional arguments.
    Rest,
    /// All further named arguments.
    KeywordRest,
    /// `self`, `this`, `cls`: the receiver, which no caller passes.
    Receiver,
}

/// A parameter of a function.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Param {
    /// Empty for a destructured parameter.
    pub name: Sym,
    pub kind: ParamKind,
    pub ty: Option<ExprId>,
    pub default: Option<ExprId>,
    pub annotations: ExprList,
    /// Names taken out of a destructured parameter: `({ db, user })`.
    pub fields: NameList,
    pub span: Span,
}

flags! {
    /// Properties of a call.
    CallFlags {
        AWAITED = 0;
        /// A construction by the language's own word or literal: `new T()`, `T { a: b }`.
        NEW = 1;
        /// A macro or tagged template: its arguments are not evaluated like a call's.
        MACRO = 2;
        /// Stands as annotation on a scope, parameter or field.
        ANNOTATION = 3;
        /// `f?.()` and the like: may not happen.
        OPTIONAL = 4;
        /// Its value is thrown: `raise E()`, `throw new E()`.
        THROWN = 5;
    }
}

/// A call, construction, or annotation with arguments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    pub scope: ScopeId,
    /// The innermost loop, branch, `with` or `try` around it, inside its scope.
    pub block: Option<BlockId>,
    pub flags: CallFlags,
    pub callee: ExprId,
    pub args: ArgList,
    /// The whole call, from the start of the callee to behind the last parenthesis.
    pub span: Span,
    /// The called name alone: the last segment of the callee. Calls of one chain share
    /// their start, so this is what gives each its own line.
    pub name_span: Span,
    /// The arguments with their parentheses.
    pub args_span: Span,
}

/// One argument of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arg {
    pub name: Option<Sym>,
    pub value: ExprId,
    /// `*xs`, `**xs`, `...xs`; with `name` none.
    pub spread: bool,
    /// Start of the argument with its name; it ends where the value ends.
    pub start: u32,
}

/// What makes a binding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum BindKind {
    Assign,
    /// `x += y`: the value is a `Tmpl` of the old name and `y`.
    Augment,
    /// A class field, constructor property, struct field, enum member.
    Field,
    /// A loop variable; the value is an `Element`.
    Loop,
    /// `with value as name`, resource of a `try`.
    With,
    /// `except E as name`, `catch (e)`; the value is the caught type where stated.
    Catch,
    /// A type alias: `type A = B`.
    Alias,
}

/// A name gets a value. Every assignment is kept, not only the last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bind {
    pub scope: ScopeId,
    pub block: Option<BlockId>,
    pub kind: BindKind,
    pub name: Sym,
    /// Set for `object.name = value`; `SelfRef` for fields set in methods.
    pub object: Option<ExprId>,
    /// None for a declaration without a value.
    pub value: Option<ExprId>,
    pub ty: Option<ExprId>,
    /// Decorators on a field.
    pub annotations: ExprList,
    /// The statement or declarator.
    pub span: Span,
    pub name_span: Span,
}

flags! {
    /// Properties of an import.
    ImportFlags {
        /// Every public name of the module becomes a name here.
        STAR = 0;
        /// Only types; gone at run time.
        TYPE_ONLY = 1;
        /// The name is part of this module's own interface: `export … from`, `pub use`.
        REEXPORT = 2;
        /// Binds the first segment of the module's path: Python's `import a.b.c`.
        ROOT = 3;
        /// Declares the module rather than using it: Rust's `mod x;`.
        DECLARES = 4;
        /// Evaluated where it stands: `require()` in an expression, `import()`.
        INLINE = 5;
    }
}

/// A name comes from another module. `require()` and `mod x;` are imports too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Import {
    pub scope: ScopeId,
    pub block: Option<BlockId>,
    pub flags: ImportFlags,
    /// As written: `app.api`, `./users`, `crate::db`; empty for `from . import x`.
    pub module: Sym,
    /// Leading dots of a relative Python import; 0 elsewhere.
    pub level: u8,
    /// None for the whole module; `default` for a default import.
    pub name: Option<Sym>,
    /// The name it has here; none where nothing is bound (star, side effect).
    pub alias: Option<Sym>,
    /// The statement.
    pub span: Span,
    /// The imported name or module path alone.
    pub name_span: Span,
}

/// A value that a function returns, or the tail of a block or arrow body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Return {
    pub scope: ScopeId,
    pub block: Option<BlockId>,
    pub value: ExprId,
    /// The statement.
    pub span: Span,
}

/// A value under a name that importers see; plain exported definitions need none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Export {
    /// `default`, `=` for the whole module (`module.exports = v`), or the exported name.
    pub name: Sym,
    pub value: ExprId,
    pub span: Span,
}

/// What a block is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum BlockKind {
    /// A loop or comprehension; `head` is the iterable or condition. A callback given to
    /// `map` or `forEach` is a lambda scope, not a block.
    Loop,
    /// `with head:`, `using`, `try (resource)`.
    With,
    /// One arm of an `if`, `match` or `switch`; `head` is the condition.
    Branch,
    Try,
    /// `except`, `catch`; `head` is the type.
    Catch,
    Finally,
}

/// A loop, branch, `with` or `try` around other facts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Block {
    pub kind: BlockKind,
    pub scope: ScopeId,
    /// The block around it in the same scope.
    pub parent: Option<BlockId>,
    pub head: Option<ExprId>,
    pub span: Span,
}
