//! The append-only record of a session, resume and locks.
