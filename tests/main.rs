//! One binary for all integration tests: linked once.

mod verify_runner;
