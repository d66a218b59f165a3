//! What a reader remembers of texts that its file repeats: actions, descriptions, symbols.

use super::Reader;
use super::identity::{single, unescaped};
use super::security::stated;
use crate::import::cell;
use crate::import::hash::{Kept, Memo};
use crate::import::profile::Field;
use crate::import::record::Cell;
use crate::source::Name;

/// What was made of texts before, in this stretch of the file or another.
#[derive(Debug, Default)]
pub(super) struct Memory {
    pub(super) names: Kept,
    actions: Memo<Name>,
    texts: Memo<Name>,
    symbols: Memo<Name>,
    /// The ids of securities, by symbols that tell them alone.
    pub(super) securities: Memo<Option<Name>>,
}

impl Reader<'_, '_, '_> {
    /// The action's words.
    pub(super) fn words(&mut self, cells: &[Cell]) -> Name {
        let Memory { names, actions, .. } = &mut self.memory;
        let text = self.at.get(Field::Action, cells);
        actions.get(text, names, |names| names.get(&single(&cell::mended(text))))
    }

    /// The description.
    pub(super) fn text(&mut self, cells: &[Cell]) -> Name {
        let Memory { names, texts, .. } = &mut self.memory;
        let text = self.at.get(Field::Text, cells);
        texts.get(text, names, |names| names.get(&single(text)))
    }

    /// The broker's symbol.
    pub(super) fn symbol(&mut self, cells: &[Cell]) -> Name {
        let Memory { names, symbols, .. } = &mut self.memory;
        let text = self.at.get(Field::Symbol, cells);
        symbols.get(text, names, |names| names.get(&unescaped(stated(text))))
    }
}
