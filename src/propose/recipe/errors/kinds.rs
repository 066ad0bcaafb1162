//! The errors that a domain can have, each with the status that HTTP says it with.

use minijinja::{Value, context};
use std::collections::BTreeSet;

/// One error.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::propose::recipe) struct Kind {
    pub(in crate::propose::recipe) status: u16,
    /// Without the `Error` at its end: `NotFound`.
    pub(in crate::propose::recipe) name: &'static str,
    /// What the status is called, as frameworks say where nothing else is said.
    pub(in crate::propose::recipe) phrase: &'static str,
    /// One sentence on when it is right.
    pub(in crate::propose::recipe) doc: &'static str,
}

impl Kind {
    /// What templates may use of it.
    pub(in crate::propose::recipe) fn value(&self) -> Value {
        let Self { status, name, phrase, doc } = self;
        context! { status => *status, name => format!("{name}Error"), phrase => *phrase, doc => *doc }
    }
}

/// Those that a project without any gets; others only where their status is used.
const ALWAYS: [u16; 2] = [404, 409];

/// Every one, in the order of their statuses.
pub(in crate::propose::recipe) const ALL: [Kind; 10] = [
    kind(400, "InvalidInput", "Bad Request", "What was sent makes no sense here."),
    kind(401, "NotSignedIn", "Unauthorized", "It is not known who asks."),
    kind(403, "Forbidden", "Forbidden", "Who asks may not do this."),
    kind(404, "NotFound", "Not Found", "There is no such thing, or not for who asks."),
    kind(409, "Conflict", "Conflict", "What is there already stands against it."),
    kind(410, "Gone", "Gone", "It was there once, and will not come back."),
    kind(412, "PreconditionFailed", "Precondition Failed", "It is not in the state that was expected."),
    kind(422, "Unprocessable", "Unprocessable Entity", "A rule of the domain forbids these values."),
    kind(423, "Locked", "Locked", "Somebody else works on it."),
    kind(429, "TooManyAttempts", "Too Many Requests", "It was tried too often."),
];

const fn kind(status: u16, name: &'static str, phrase: &'static str, doc: &'static str) -> Kind {
    Kind { status, name, phrase, doc }
}

/// The errors for the statuses that a project uses, in the order of their statuses.
pub(in crate::propose::recipe) fn of_statuses(seen: &BTreeSet<u16>) -> Vec<&'static Kind> {
    ALL.iter().filter(|kind| seen.contains(&kind.status) || ALWAYS.contains(&kind.status)).collect()
}

/// The error of a status; `None` where the domain has none to say it with.
pub(in crate::propose::recipe) fn of(status: u16) -> Option<&'static Kind> {
    ALL.iter().find(|kind| kind.status == status)
}

/// The status of a constant's name: `HTTP_404_NOT_FOUND`, `NOT_FOUND`.
pub(in crate::propose::recipe) fn status_named(name: &str) -> Option<u16> {
    if let Some(rest) = name.strip_prefix("HTTP_") {
        return rest.get(..3)?.parse().ok();
    }
    let same = |kind: &&Kind| kind.phrase.to_uppercase().replace(' ', "_") == name;
    ALL.iter().find(same).map(|kind| kind.status)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_project_gets_the_errors_whose_statuses_it_uses() {
        let of = |seen: &[u16]| -> Vec<&str> {
            of_statuses(&seen.iter().copied().collect()).iter().map(|kind| kind.name).collect()
        };
        assert_eq!(of(&[]), ["NotFound", "Conflict"]);
        assert_eq!(of(&[403, 404, 500]), ["Forbidden", "NotFound", "Conflict"]);
    }

    #[test]
    fn a_status_is_read_from_the_names_of_its_constants() {
        assert_eq!(status_named("HTTP_409_CONFLICT"), Some(409));
        assert_eq!(status_named("UNPROCESSABLE_ENTITY"), Some(422));
        assert_eq!(status_named("HTTP_"), None);
        assert_eq!(status_named("TEAPOT"), None);
    }
}
