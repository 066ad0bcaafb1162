//! What a front end saw in one source file, in terms that no language owns.
//!
//! Facts are a small expression graph: scopes, bindings, imports, calls and the
//! expressions they point to, each with its byte span. They are a pure function of
//! (path, bytes), so they can be cached by content. Nothing here resolves a name: that
//! needs other files and is the linker's work. Front ends fill a [`FactsBuilder`];
//! linker, rules and flow read [`FileFacts`].

mod builder;
mod comments;
mod dump;
mod expr;
mod file;
mod ids;
mod items;
mod lang;
mod lines;
mod sound;
mod strings;

pub use builder::{FactsBuilder, NewCall, NewScope};
pub use comments::Suppression;
pub use expr::{Entry, Expr, ExprList, MapEntries};
pub use file::{FileData, FileFacts};
pub use ids::{BlockId, CallId, ExprId, ScopeId, Span, Sym};
pub use items::{
    Arg, ArgList, Bind, BindKind, Block, BlockKind, Call, CallFlags, Export, Import, ImportFlags, NameList,
    Param, ParamKind, ParamList, Return, Scope, ScopeFlags, ScopeKind,
};
pub use lang::Lang;
pub use lines::LineIndex;
pub use strings::Strings;
