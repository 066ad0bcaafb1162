//! What stands around the panes: title, rail, lintels, learn strip, floor, footer.

mod floor;
mod learn;
mod lintel;
mod rail;
mod title;

pub(crate) use floor::{floor, footer, popup_footer};
pub(crate) use learn::learn;
pub(crate) use lintel::{Lintels, lintels, tabs};
pub(crate) use rail::{compact_rail, rail};
pub(crate) use title::{compact_title, title, too_small};
