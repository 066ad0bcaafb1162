//! What the tests of front ends share.

use super::{Refused, STACK_BYTES, facts};
use crate::analysis::facts::FileFacts;

/// Depths to try: read by every front end, at the limits, and beyond all of them.
const DEPTHS: [usize; 4] = [600, 1_200, 2_400, 1_000_000];

/// The facts of a text that can be read.
pub(super) fn read(path: &str, text: &str) -> FileFacts {
    facts(path, text).expect("a language with a front end").expect("readable source")
}

/// Every expected line stands in the dump, in this order.
pub(super) fn check(path: &str, text: &str, expected: &[&str]) {
    let dump = read(path, text).dump();
    let mut rest = dump.as_str();
    for line in expected {
        match rest.split_once(line) {
            Some((_, after)) => rest = after,
            None => panic!("no `{line}` in its place in:\n{dump}"),
        }
    }
}

/// Every expected line stands somewhere in the dump.
pub(super) fn check_any_order(path: &str, text: &str, expected: &[&str]) {
    let dump = read(path, text).dump();
    for line in expected {
        assert!(dump.contains(line), "no `{line}` in:\n{dump}");
    }
}

/// Runs on the stack that front ends are promised.
pub(super) fn on_stack<T: Send>(run: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        let worker = std::thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, run);
        worker.expect("a thread").join().expect("no panic")
    })
}

/// Nests each construct (what opens it, what stands inside, what closes it) to every depth:
/// the text is read, or refused in a way that is accepted, on the promised stack.
pub(super) fn nest(
    path: &str,
    constructs: &[(&str, &str, &str)],
    text: impl Fn(&str) -> String + Sync,
    accepts: impl Fn(&Refused) -> bool + Sync,
) {
    on_stack(|| {
        for depth in DEPTHS {
            for (open, middle, close) in constructs {
                let nested = format!("{}{middle}{}", open.repeat(depth), close.repeat(depth));
                let read = facts(path, &text(&nested)).expect("a language with a front end");
                let fine = read.as_ref().map_or_else(&accepts, |_| true);
                assert!(fine, "{open} at {depth}: {:?}", read.err());
            }
        }
    });
}

/// Any of the refusals that a text may meet.
pub(super) fn refused_by_name(refused: &Refused) -> bool {
    matches!(refused, Refused::TooDeep { .. } | Refused::TooLarge { .. } | Refused::NotSource(_))
}
