//! What a value can be at a place, followed the way a careful reader does it: through
//! assignments and their branches, conditions that the source settles, lists and maps with
//! known keys, texts that grow, and functions of the project.
//!
//! It answers one question: whether everything that a value is made of stands in the source.
//! What it cannot follow may be anything. Each question has a bounded number of steps, and
//! it is asked only for what would be a finding otherwise.
//!
//! ```text
//! events      what happens to a name, in order
//! arms        which branches are taken
//! eval        expressions and names
//! calls       methods, constructions, functions of the project
//! callers     what private functions are given
//! texts       what methods make of known values
//! ```

mod arms;
mod callers;
mod calls;
mod eval;
mod events;
mod known;
mod operators;
mod texts;
mod words;

use super::context::Context;
use crate::analysis::{
    facts::ExprId,
    link::{Definition, FileId},
};
use eval::{Evaluator, Frame};
use events::View;
use known::Known;
use rustc_hash::FxHashMap;
use std::{cell::RefCell, rc::Rc};

/// More files are not kept for the next question.
const MAX_VIEWS: usize = 16;

/// Larger files are not read again for single values.
const MAX_BYTES: u32 = 400_000;

/// What is kept between questions.
#[derive(Default)]
pub(super) struct Values<'a> {
    views: RefCell<FxHashMap<FileId, Rc<View<'a>>>>,
    below: RefCell<FxHashMap<Definition, Rc<[Definition]>>>,
}

impl<'a> Values<'a> {
    fn view(&self, context: &Context<'_, 'a>, file: FileId) -> Option<Rc<View<'a>>> {
        if let Some(view) = self.views.borrow().get(&file) {
            return Some(Rc::clone(view));
        }
        let facts = context.resolver().facts(file).filter(|facts| facts.size_bytes <= MAX_BYTES)?;
        let view = Rc::new(View::new(facts, context.text(&facts.path)));
        let mut views = self.views.borrow_mut();
        if views.len() >= MAX_VIEWS {
            views.clear();
        }
        views.insert(file, Rc::clone(&view));
        Some(view)
    }

    fn implementations(&self, context: &Context<'_, 'a>, method: Definition) -> Rc<[Definition]> {
        if let Some(known) = self.below.borrow().get(&method) {
            return Rc::clone(known);
        }
        let found: Rc<[Definition]> = calls::methods_below(context, method).into();
        self.below.borrow_mut().insert(method, Rc::clone(&found));
        found
    }
}

/// A value of which every part stands in the source.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Written {
    /// It is this text.
    Text(Rc<str>),
    /// It is one of several, or put together from them.
    Somehow,
}

/// What an expression is where it stands, if nobody outside the source decides any of it.
pub(super) fn written(context: &Context<'_, '_>, file: FileId, expr: ExprId) -> Option<Written> {
    let mut evaluator = Evaluator::new(context);
    let frame = frame(&evaluator, file)?;
    as_written(evaluator.eval(&frame, expr))
}

/// The same for a name that stands in a text: `{name}`.
pub(super) fn written_name(context: &Context<'_, '_>, file: FileId, name: &str, at: u32) -> Option<Written> {
    let mut evaluator = Evaluator::new(context);
    let frame = frame(&evaluator, file)?;
    let (name, _) = frame.view.facts.strings.iter().find(|(_, text)| *text == name)?;
    as_written(evaluator.named(&frame, name, at)?)
}

fn frame<'f, 'a>(evaluator: &Evaluator<'_, '_, 'a>, file: FileId) -> Option<Frame<'f, 'a>> {
    Some(Frame {
        file,
        view: evaluator.view(file)?,
        given: None,
        calls: 0,
        around: 0,
        known: RefCell::default(),
        arms: RefCell::default(),
    })
}

fn as_written(known: Known) -> Option<Written> {
    match known {
        Known::Text(text) => Some(Written::Text(text)),
        known if known.is_written() => Some(Written::Somehow),
        _ => None,
    }
}
