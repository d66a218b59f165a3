//! What a reader remembers of rows before: names, and what the words of a row say.

use super::Reader;
use super::said::Said;
use crate::import::hash::{Kept, Memo};
use crate::import::record::Cell;

/// What was made of texts before, in this stretch of the file or another.
#[derive(Debug, Default)]
pub(super) struct Memory {
    pub(super) names: Kept,
    said: Memo<Said>,
    /// What was looked up last; its room is used again.
    key: Vec<u8>,
}

impl Reader<'_, '_, '_> {
    /// What the words of a row say: as they said before, where a row before had the same.
    pub(super) fn said(&mut self, cells: &[Cell]) -> Said {
        let mut key = std::mem::take(&mut self.memory.key);
        key.clear();
        for field in &self.at.words {
            key.push(*field as u8);
            key.extend_from_slice(self.at.get(*field, cells).as_bytes());
            // No text has this byte: it ends here.
            key.push(0xff);
        }
        let known = self.memory.said.get(&key).filter(|_| self.reading.remembers).cloned();
        let said = known.unwrap_or_else(|| {
            let said = self.read_words(cells);
            self.memory.said.put(&key, said.clone());
            said
        });
        self.memory.key = key;
        said
    }
}
