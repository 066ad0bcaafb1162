//! Maps syntect's scopes to the four hues that the screen has.
//!
//! The innermost scope that says something wins. Operators, types, numbers and names stay
//! plain: colour is for what the eye looks for in a diff.

use super::Hue;
use syntect::parsing::{ParseScopeError, Scope};

/// What a scope prefix means; `None` resets to plain text.
type Rule = (Scope, Option<Hue>);

/// The rules, most specific first.
#[derive(Debug, Clone)]
pub(super) struct Scopes(Vec<Rule>);

impl Scopes {
    pub(super) fn new() -> Result<Self, ParseScopeError> {
        const RULES: [(&str, Option<Hue>); 19] = [
            ("comment", Some(Hue::Comment)),
            // Code inside a string: `f"{order.id}"`.
            ("meta.interpolation", None),
            ("meta.template.expression", None),
            ("source.python.embedded", None),
            ("string", Some(Hue::Str)),
            ("constant.character.escape", Some(Hue::Str)),
            ("constant.language", Some(Hue::Keyword)),
            ("keyword.operator.logical", Some(Hue::Keyword)),
            ("keyword.operator.word", Some(Hue::Keyword)),
            ("keyword.operator", None),
            ("storage.type.numeric", None),
            ("keyword", Some(Hue::Keyword)),
            ("storage", Some(Hue::Keyword)),
            ("entity.name.function", Some(Hue::Function)),
            ("support.function", Some(Hue::Function)),
            ("variable.function", Some(Hue::Function)),
            ("punctuation.definition.string", Some(Hue::Str)),
            ("entity.name.tag", Some(Hue::Keyword)),
            ("variable.annotation", Some(Hue::Function)),
        ];
        let rules = RULES.iter().map(|(name, hue)| Ok((Scope::new(name)?, *hue)));
        Ok(Self(rules.collect::<Result<_, ParseScopeError>>()?))
    }

    /// The hue of a stack of scopes, outermost first.
    pub(super) fn hue(&self, stack: &[Scope]) -> Option<Hue> {
        stack.iter().rev().find_map(|scope| self.of(*scope)).flatten()
    }

    fn of(&self, scope: Scope) -> Option<Option<Hue>> {
        self.0.iter().find(|(prefix, _)| prefix.is_prefix_of(scope)).map(|(_, hue)| *hue)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_innermost_scope_that_says_something_wins() {
        let scopes = Scopes::new().unwrap();
        let check = |stack: &[&str], expected| {
            let stack: Vec<Scope> = stack.iter().map(|name| Scope::new(name).unwrap()).collect();
            assert_eq!(scopes.hue(&stack), expected, "{stack:?}");
        };
        check(&["source.python", "keyword.control.flow.await.python"], Some(Hue::Keyword));
        check(&["source.python", "keyword.operator.assignment.python"], None);
        check(&["source.python", "keyword.operator.logical.python"], Some(Hue::Keyword));
        check(&["source.python", "constant.language.python"], Some(Hue::Keyword));
        check(&["source.python", "string.quoted.double.python", "punctuation"], Some(Hue::Str));
        check(&["source.ts", "string.template.ts", "meta.interpolation.ts"], None);
        check(
            &["source.python", "meta.function-call.python", "variable.function.python"],
            Some(Hue::Function),
        );
        check(&["source.rust", "comment.line"], Some(Hue::Comment));
        check(&["source.python"], None);
    }
}
