//! Helpers that several test areas share.

pub mod git;
pub mod texts;
pub mod vault;
