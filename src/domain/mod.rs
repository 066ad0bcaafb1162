//! Pure types and pure functions: what the program talks about.
//!
//! Nothing here knows the clock, the disk, git, processes or the screen. Everything
//! else may use this layer; this layer uses nothing else of the crate.

pub(crate) mod absorb;
pub mod anchor;
pub(crate) mod apply;
pub mod binary;
pub mod changes;
pub mod checklist;
pub mod command;
pub mod commit;
pub mod compose;
pub mod conventional;
mod decide;
mod defined;
pub mod dependence;
pub mod diff;
pub mod edit;
pub mod emphasis;
mod emptied;
pub mod event;
mod exercised;
pub mod finding;
pub mod guard;
mod held;
pub mod hunk;
pub mod ids;
mod imports;
pub mod layer;
pub mod lesson;
mod listed;
mod locals;
pub mod map;
mod members;
pub mod merge;
pub mod modules;
mod packages;
pub mod person;
pub mod place;
pub mod plan;
pub mod produced;
pub mod proposal;
pub mod rebase;
mod received;
mod removed;
pub mod report;
mod returned;
mod retyped;
pub mod safe;
pub mod session;
pub mod stack;
mod tables;
pub mod task;
pub mod test_first;
pub mod trigger;
pub mod verdict;
pub mod walkthrough;
