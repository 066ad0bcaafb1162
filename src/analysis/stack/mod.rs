//! What each backend of a repository is built with, field by field, with its evidence.
//!
//! The signals are data (`resources/stack-signals/`): which package, import, file or text
//! shows which tool. Reading goes in three steps: manifests make *units*, source texts are
//! searched for *hits*, and a unit with a server framework becomes a *service*. A field
//! without evidence stays unknown; nothing is guessed.

mod choose;
pub mod manifest;
mod packages;
mod services;
mod signals;
mod units;
mod usage;

pub(crate) use packages::package_matches;
pub use services::{Detection, detect, detect_from};
pub use signals::{LanguageId, Signals, shipped};
pub use units::{Unit, units_of};
pub use usage::{FileUse, Hit, HitKind};
