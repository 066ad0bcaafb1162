//! A seat and who has it.

use std::fmt;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seat {
    pub id: u32,
    pub taken_by: Option<String>,
}

impl fmt::Display for Seat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.taken_by {
            None => write!(f, "seat {} is free", self.id),
            Some(name) => write!(f, "seat {} is taken by {name}", self.id),
        }
    }
}
