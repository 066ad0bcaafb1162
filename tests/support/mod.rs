//! Helpers that several test areas share.

pub mod git;
pub mod scan;
pub mod texts;
pub mod vault;
