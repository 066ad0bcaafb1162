//! One shape many linters share: a report made of diagnostics and a closing line.

use super::text::count_warnings_when_failed;
use crate::domain::command::{Failure, Parsed};

/// A report of diagnostics. Errors count as failed; a report that ended by itself is complete.
pub(super) fn report(mut failures: Vec<Failure>, exit: Option<i32>, closed: bool) -> Parsed {
    count_warnings_when_failed(&mut failures, exit);
    let failed = failures.iter().filter(|failure| !failure.warning).count();
    Parsed {
        failed: u32::try_from(failed).unwrap_or(u32::MAX),
        complete: closed || exit == Some(0),
        failures,
        ..Parsed::default()
    }
}
