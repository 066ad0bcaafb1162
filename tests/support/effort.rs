//! How much work a test does: little in the everyday loop, all of it in a stage of its own.

/// Whether tests run at their full size: `PROSCENIUM_FULL=1`, as `.ci/run` sets it for the
/// stage that has the time.
pub fn is_full() -> bool {
    std::env::var_os("PROSCENIUM_FULL").is_some_and(|value| value == "1")
}
