//! Helpers that several test areas share.

pub mod backend;
pub mod chance;
pub mod docs;
pub mod effort;
pub mod git;
pub mod grown;
pub mod linear;
pub mod picture;
pub mod postgres;
pub mod program;
pub mod pty;
pub mod scan;
pub mod service;
pub mod source;
pub mod temp;
pub mod texts;
pub mod tools;
pub mod vault;
