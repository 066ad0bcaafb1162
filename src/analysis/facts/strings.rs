//! The interned texts of one file, in one piece of memory.

use super::ids::Sym;
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

/// Every distinct text of a file's facts; order is the order of first use.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Strings {
    text: Box<str>,
    /// End of each text in `text`; the start is the end of the one before.
    ends: Box<[u32]>,
}

impl Strings {
    /// The text of a symbol; empty for a symbol of another file that does not exist here.
    pub fn get(&self, sym: Sym) -> &str {
        let index = sym.index();
        let start = match index.checked_sub(1) {
            Some(before) => self.ends.get(before).copied().unwrap_or(0),
            None => 0,
        };
        let end = self.ends.get(index).copied().unwrap_or(start);
        self.text.get(start as usize..end as usize).unwrap_or("")
    }

    /// Every text with its symbol.
    pub fn iter(&self) -> impl Iterator<Item = (Sym, &str)> {
        (0..self.ends.len()).map(|index| {
            let sym = Sym::from_index(index);
            (sym, self.get(sym))
        })
    }
}

/// Collects texts for a [`Strings`].
#[derive(Debug, Default)]
pub(super) struct Interner {
    known: FxHashMap<Box<str>, Sym>,
    text: String,
    ends: Vec<u32>,
}

impl Interner {
    /// The symbol of a text; the same text gives the same symbol.
    pub fn intern(&mut self, text: &str) -> Sym {
        if let Some(sym) = self.known.get(text) {
            return *sym;
        }
        let sym = Sym::from_index(self.ends.len());
        self.text.push_str(text);
        self.ends.push(u32::try_from(self.text.len()).unwrap_or(u32::MAX));
        self.known.insert(text.into(), sym);
        sym
    }

    /// The text of a symbol that this interner gave out.
    pub fn get(&self, sym: Sym) -> &str {
        let index = sym.index();
        let start = index.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        let end = self.ends.get(index).copied().unwrap_or(start);
        self.text.get(start as usize..end as usize).unwrap_or("")
    }

    /// The finished table.
    pub fn finish(self) -> Strings {
        Strings { text: self.text.into_boxed_str(), ends: self.ends.into_boxed_slice() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_texts_share_a_symbol_and_come_back_unchanged() {
        let mut interner = Interner::default();
        let texts = ["", "a", "läuft", "a", "b", ""];
        let syms: Vec<Sym> = texts.iter().map(|text| interner.intern(text)).collect();
        assert_eq!(syms[1], syms[3]);
        assert_eq!(syms[0], syms[5]);
        let strings = interner.finish();
        for (text, sym) in texts.iter().zip(syms) {
            assert_eq!(strings.get(sym), *text);
        }
        assert_eq!(strings.iter().count(), 4);
    }
}
