//! Packs: what the program knows about languages and frameworks, as data.
//!
//! A pack says which calls, classes and annotations declare routes, which types mark
//! layers and name the stack, and which calls belong to the families that rules speak
//! of. Packs describe resolved dotted paths, never syntax. The built-in ones are in
//! `resources/packs`; folders of the user or the repository add to them, and a pack of
//! the same name replaces the built-in one. Unknown keys are errors with their place.

mod conventions;
mod format;
mod load;
mod pattern;
mod selector;
mod served;
mod signs;

pub use conventions::{ActionGroups, Conventions, FileRoutes, FileVerbs, RouteFiles};
pub use format::{
    Annotation, Call, Class, Collection, FamilyMember, HandlerNames, Injection, Operation, Pack, PathStyle,
    PropertyFile, PropertyRead, SettingsModule, Token, TokenOf, Verbs,
};
pub use load::{PackError, Packs};
pub use pattern::{Pattern, PatternTable};
pub use selector::{Selector, Side};
pub use served::{ClassAction, CodeOperation, HandlerVerbs, MarkedActions, OperationKind};
pub use signs::{LayerSign, StackSign};
