//! Identifiers of the things a session talks about.
//!
//! Each is a number that is given once and never reused inside a session, so that
//! "hunk 9" means the same thing on screen, in the journal and in the report.

use serde::{Deserialize, Serialize};
use std::fmt;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub u32);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

id!(
    /// One hunk, numbered over the whole session from 1.
    HunkId
);
id!(
    /// One step of the plan, numbered from 1 in dependency order.
    StepId
);
id!(
    /// One proposal, numbered from 1 in the order of arrival.
    ProposalId
);
id!(
    /// One run of one command, numbered from 1.
    RunId
);
id!(
    /// One acceptance criterion; shown as `AC1`, `AC2`, …
    CriterionId
);
