//! Indexes into the vectors of one file's facts, and byte spans.
//!
//! An index is only meaningful together with the `FileFacts` it came from. All are
//! 32 bits with a niche, so that `Option<ExprId>` costs nothing: facts of a large
//! repository hold millions of them.

use serde::{Deserialize, Serialize};
use std::num::NonZeroU32;

macro_rules! index {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub struct $name(NonZeroU32);

        impl $name {
            /// The id of position `index`; positions beyond 32 bits share the last id.
            pub(crate) fn from_index(index: usize) -> Self {
                let number = u32::try_from(index).unwrap_or(u32::MAX - 1);
                Self(NonZeroU32::MIN.saturating_add(number))
            }

            /// The 0-based position in the vector that this id points into.
            pub fn index(self) -> usize {
                self.0.get() as usize - 1
            }
        }
    };
}

index! {
    /// An interned text of one file.
    Sym
}
index! {
    /// An expression of one file.
    ExprId
}
index! {
    /// A module, class, interface, function or lambda of one file.
    ScopeId
}
index! {
    /// A call, construction or annotation with arguments of one file.
    CallId
}
index! {
    /// A loop, branch, `with` or `try` block of one file.
    BlockId
}

impl ScopeId {
    /// The scope of the file itself; every file has it.
    pub const MODULE: Self = Self(NonZeroU32::MIN);
}

/// A half-open range of bytes of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default)]
pub struct Span {
    pub start: u32,
    pub end: u32,
}

impl Span {
    /// The range from `start` to `end`; both in bytes.
    pub fn new(start: u32, end: u32) -> Self {
        Self { start, end }
    }

    /// The same range for slicing a text.
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }

    /// Whether `other` lies inside.
    pub fn contains(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }
}
