//! What a value can be, as far as the source says.

use std::rc::Rc;

/// Longer texts and lists are not kept word by word.
const MAX_TEXT: usize = 4_096;
const MAX_ITEMS: usize = 64;

/// A value that a careful reader knows something of.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Known {
    /// Declared, not yet given a value.
    Never,
    Text(Rc<str>),
    Number(i64),
    Bool(bool),
    Null,
    /// Written in the source or made from what is; which of it is left open.
    Written,
    /// A text that grows in place.
    Builder(Rc<Known>),
    List(Rc<[Known]>),
    /// Keys are known texts or numbers.
    Map(Rc<[(Known, Known)]>),
    /// A collection of whose elements each is this.
    Bag(Rc<Known>),
    /// It may be anything.
    Open,
}

impl Known {
    pub(super) fn text(text: &str) -> Self {
        if text.len() > MAX_TEXT { Self::Written } else { Self::Text(text.into()) }
    }

    pub(super) fn builder(content: Self) -> Self {
        Self::Builder(Rc::new(content))
    }

    pub(super) fn list(items: Vec<Self>) -> Self {
        if items.len() > MAX_ITEMS { Self::bag(items) } else { Self::List(items.into()) }
    }

    pub(super) fn map(entries: Vec<(Self, Self)>) -> Self {
        if entries.len() > MAX_ITEMS {
            return Self::bag(entries.into_iter().map(|(_, value)| value));
        }
        Self::Map(entries.into())
    }

    /// A collection that holds these in an order nobody knows.
    pub(super) fn bag(items: impl IntoIterator<Item = Self>) -> Self {
        Self::Bag(Rc::new(items.into_iter().fold(Self::Never, Self::or)))
    }

    /// Whether nobody outside the source decides any part of it.
    pub(super) fn is_written(&self) -> bool {
        match self {
            Self::Text(_) | Self::Number(_) | Self::Bool(_) | Self::Null | Self::Written => true,
            Self::Builder(inner) | Self::Bag(inner) => inner.is_written(),
            Self::List(items) => items.iter().all(Self::is_written),
            Self::Map(entries) => entries.iter().all(|(_, value)| value.is_written()),
            Self::Never | Self::Open => false,
        }
    }

    /// Whether calls can change it where it stands.
    pub(super) fn is_changeable(&self) -> bool {
        matches!(self, Self::Builder(_) | Self::List(_) | Self::Map(_) | Self::Bag(_))
    }

    /// Something written, or anything.
    pub(super) fn written_if(condition: bool) -> Self {
        if condition { Self::Written } else { Self::Open }
    }

    /// One of both.
    pub(super) fn or(self, other: Self) -> Self {
        match (self, other) {
            (one, other) if one == other => one,
            (Self::Never, other) | (other, Self::Never) => other,
            // Nothing, where there could be a collection, has no elements either.
            (Self::Null, other) | (other, Self::Null) if other.is_collection() => other,
            (Self::Builder(one), Self::Builder(other)) => {
                Self::builder(Self::or((*one).clone(), (*other).clone()))
            }
            // Position by position, where there are as many of them: the values of a function
            // with several results.
            (Self::List(one), Self::List(other)) if one.len() == other.len() => Self::list(
                one.iter().cloned().zip(other.iter().cloned()).map(|(one, other)| one.or(other)).collect(),
            ),
            (one, other) if one.is_collection() && other.is_collection() => {
                Self::bag([one.element(), other.element()])
            }
            (one, other) => {
                let is_plain = !one.is_changeable() && !other.is_changeable();
                Self::written_if(is_plain && one.is_written() && other.is_written())
            }
        }
    }

    fn is_collection(&self) -> bool {
        matches!(self, Self::List(_) | Self::Map(_) | Self::Bag(_))
    }

    /// Any of its elements; of a text, any part of it.
    pub(super) fn element(&self) -> Self {
        match self {
            Self::List(items) => items.iter().cloned().fold(Self::Never, Self::or),
            Self::Map(entries) => entries.iter().map(|(_, value)| value.clone()).fold(Self::Never, Self::or),
            Self::Bag(inner) => (**inner).clone(),
            Self::Text(_) | Self::Written | Self::Number(_) => Self::Written,
            _ => Self::Open,
        }
    }

    /// What is left to know after changes that happened any number of times.
    pub(super) fn blurred(self) -> Self {
        match self {
            Self::Text(_) | Self::Number(_) => Self::Written,
            Self::Builder(inner) => Self::builder((*inner).clone().blurred()),
            Self::List(_) | Self::Map(_) => Self::bag([self.element().blurred()]),
            Self::Bag(inner) => Self::bag([(*inner).clone().blurred()]),
            other => other,
        }
    }

    /// `self` and then `other`, as one text; the sum of two numbers.
    pub(super) fn joined(self, other: &Self) -> Self {
        match (&self, other) {
            (Self::Number(one), Self::Number(other)) => {
                one.checked_add(*other).map_or(Self::Written, Self::Number)
            }
            (Self::List(one), Self::List(other)) => Self::list([&**one, &**other].concat()),
            _ => match (self.shown(), other.shown()) {
                (Some(one), Some(other)) => Self::text(&format!("{one}{other}")),
                _ => Self::written_if(self.is_written() && other.is_written()),
            },
        }
    }

    /// The text that a known value is written as.
    pub(super) fn shown(&self) -> Option<Rc<str>> {
        match self {
            Self::Text(text) => Some(Rc::clone(text)),
            Self::Number(number) => Some(number.to_string().into()),
            Self::Builder(inner) => inner.shown(),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn one_of_two_values_is_no_more_than_both_are() {
        let text = Known::text;
        assert_eq!(text("a").or(text("a")), text("a"));
        assert_eq!(text("a").or(text("b")), Known::Written);
        assert_eq!(Known::Never.or(text("b")), text("b"));
        assert_eq!(text("a").or(Known::Open), Known::Open);
        let lists = Known::list(vec![text("a"), text("b")]).or(Known::list(vec![text("a"), Known::Open]));
        assert_eq!(lists, Known::list(vec![text("a"), Known::Open]));
        let lists = Known::list(vec![text("a")]).or(Known::list(Vec::new()));
        assert_eq!(lists, Known::Bag(Rc::new(text("a"))));
        assert!(!Known::Never.is_written());
    }

    #[test]
    fn texts_join_and_numbers_add() {
        assert_eq!(Known::Number(2).joined(&Known::Number(3)), Known::Number(5));
        assert_eq!(Known::text("a").joined(&Known::Number(3)), Known::text("a3"));
        assert_eq!(Known::text("a").joined(&Known::Open), Known::Open);
        assert_eq!(Known::Number(i64::MAX).joined(&Known::Number(1)), Known::Written);
    }

    #[test]
    fn what_happens_any_number_of_times_leaves_only_what_the_elements_are() {
        let list = Known::list(vec![Known::text("a"), Known::Open]);
        assert_eq!(list.blurred(), Known::Bag(Rc::new(Known::Open)));
        assert_eq!(Known::text("a").blurred(), Known::Written);
    }
}
