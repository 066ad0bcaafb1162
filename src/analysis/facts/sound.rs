//! Whether facts that were read from a file have the shape that front ends give them.
//!
//! Ids that point nowhere read as nothing, so that only one thing can do harm: an
//! expression that contains itself, which those who walk expressions would walk for ever.
//! Front ends make an expression after those below it; that order is checked here.

use super::{
    expr::Expr,
    file::FileData,
    ids::{CallId, ExprId},
};

impl FileData {
    /// Whether every expression stands behind those it is made of. Linear in their number.
    pub fn is_sound(&self) -> bool {
        self.exprs.iter().enumerate().all(|(index, expr)| self.stands_behind_its_parts(index, *expr))
    }

    fn stands_behind_its_parts(&self, index: usize, expr: Expr) -> bool {
        let behind = |part: ExprId| part.index() < index;
        match expr {
            Expr::Str(_)
            | Expr::Num
            | Expr::Bool(_)
            | Expr::Null
            | Expr::Name(_)
            | Expr::SelfRef
            | Expr::Fun(_) => true,
            Expr::Attr(object, _) | Expr::Spread(object) | Expr::Element(object) => behind(object),
            Expr::Index(object, key) => behind(object) && behind(key),
            Expr::Call(call) => self.call_parts(call).all(behind),
            Expr::Tmpl(parts) | Expr::List(parts) | Expr::Either(parts) | Expr::Other(parts) => {
                self.list(parts).iter().all(|part| behind(*part))
            }
            Expr::Map(entries) => {
                self.entries(entries).iter().all(|entry| behind(entry.value) && entry.key.is_none_or(behind))
            }
        }
    }

    fn call_parts(&self, call: CallId) -> impl Iterator<Item = ExprId> {
        self.call(call).into_iter().flat_map(|call| {
            std::iter::once(call.callee).chain(self.args(call.args).iter().map(|argument| argument.value))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Expr, FactsBuilder, FileFacts, Lang, Span};

    #[test]
    fn an_expression_that_contains_itself_is_not_sound() {
        let mut builder = FactsBuilder::new("a.py", "x", Lang::Python);
        let name = builder.intern("x");
        let inner = builder.expr(Expr::Name(name), Span::default());
        builder.expr(Expr::Spread(inner), Span::default());
        let facts = builder.finish();
        assert!(facts.is_sound());
        let mut data = (*facts).clone();
        data.exprs[0] = Expr::Spread(inner);
        assert!(!FileFacts::from(data).is_sound());
    }
}
