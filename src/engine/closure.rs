//! What the question about the dependants of a rejected hunk says of them.

use super::{
    model::Model,
    view::{Line, Row, bold, muted, plain},
};
use crate::domain::{
    hunk::{Hunk, Why},
    ids::HunkId,
};

/// A hunk that is about to be rejected, with those that need it.
pub struct Closure {
    hunk: HunkId,
    rows: Vec<Line>,
    /// Whether some do not build without it, and whether some are of no use without it.
    whys: (bool, bool),
}

impl Closure {
    /// Looks at how each dependant is linked, directly or through others.
    pub fn of(model: &Model, hunk: HunkId, dependants: &[HunkId]) -> Self {
        let mut closure = Self { hunk, rows: Vec::new(), whys: (false, false) };
        for id in dependants {
            let Some((edit, other)) = model.session.hunk(*id) else { continue };
            let why = why(other, hunk, dependants);
            match why {
                Why::Build => closure.whys.0 = true,
                Why::Use => closure.whys.1 = true,
            }
            let need = other.needs.iter().find(|need| need.hunk == hunk);
            let symbol = need.map_or("one of them", |need| need.symbol.as_str());
            let verb = if why == Why::Use { "imports" } else { "uses" };
            closure.rows.push(vec![
                bold(format!("{id} ")),
                plain(format!("{}  ", edit.path)),
                muted(format!("{}  {verb} {symbol}", other.layer)),
            ]);
        }
        closure
    }

    /// The body of the question.
    pub fn rows(&self) -> Vec<Row> {
        let hunk = self.hunk;
        let (head, tail) = match self.whys {
            (_, false) => {
                (format!("Hunk {hunk} brings what these use:"), format!("Without {hunk} they do not build."))
            }
            (false, true) => (
                format!("Hunk {hunk} alone uses what these import:"),
                format!("Without {hunk} they import it for nobody."),
            ),
            (true, true) => (
                format!("Hunk {hunk} brings what these use, or alone uses what they import:"),
                format!("Without {hunk} they do not build, or import for nobody."),
            ),
        };
        let mut rows = vec![Row::text(head), Row::Blank];
        rows.extend(self.rows.iter().map(|line| Row::Text { line: line.clone(), indent: 2 }));
        rows.extend([Row::Blank, Row::text(tail)]);
        rows
    }

    /// What becomes of the others if the hunk alone is rejected.
    pub fn left(&self) -> &'static str {
        if self.whys.0 { "the others are marked as broken" } else { "what is imported stays unused" }
    }
}

/// The graver of the reasons that link a hunk to a rejected one or to what goes with it.
fn why(hunk: &Hunk, rejected: HunkId, dependants: &[HunkId]) -> Why {
    let mut links = hunk.needs.iter().filter(|need| need.hunk == rejected || dependants.contains(&need.hunk));
    if links.any(|need| need.why == Why::Build) { Why::Build } else { Why::Use }
}
