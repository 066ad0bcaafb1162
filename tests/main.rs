//! One binary for all integration tests: linked once.

mod verify_parsers;
mod verify_runner;
