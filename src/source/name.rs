//! Names that are stored once: accounts, securities, currencies, files, words of a source.

mod set;
mod table;

use std::borrow::Borrow;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{BuildHasherDefault, Hash, Hasher};
use std::num::NonZeroU32;
use std::ops::Deref;

use hashbrown::HashTable;
use serde::{Serialize, Serializer};

pub use set::NameSet;
pub use table::Letters;

/// What makes a map of names a quick one.
pub type ByLetters = BuildHasherDefault<Letters>;

/// A name out of a text, in four bytes: its letters are kept once for the whole process and never
/// given back. A clone is a copy of the four bytes; names compare, sort and hash as their letters do.
#[derive(Clone, PartialEq, Eq)]
pub struct Name(NonZeroU32);

impl Name {
    /// The name with these letters. A reader of many rows takes its names from a `Names`, which
    /// asks no other thread.
    pub fn new(text: &str) -> Name {
        Name(table::number(table::hash(text), text))
    }

    /// Its letters, which stay for as long as the process does.
    pub fn letters(&self) -> &'static str {
        table::letters(self.0)
    }

    /// Its number, from 1, for tables beside it: one for each name there is, in no order that a
    /// second run would repeat.
    pub fn number(&self) -> usize {
        self.0.get() as usize
    }
}

impl Default for Name {
    fn default() -> Name {
        Name(table::empty())
    }
}

impl Hash for Name {
    fn hash<H: Hasher>(&self, state: &mut H) {
        // As `str` does, because maps of names are asked with letters.
        self.deref().hash(state);
    }
}

impl PartialOrd for Name {
    fn partial_cmp(&self, other: &Name) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Name {
    fn cmp(&self, other: &Name) -> Ordering {
        if self.0 == other.0 { Ordering::Equal } else { self.deref().cmp(other) }
    }
}

impl Deref for Name {
    type Target = str;
    #[inline]
    fn deref(&self) -> &str {
        table::letters(self.0)
    }
}

impl AsRef<str> for Name {
    fn as_ref(&self) -> &str {
        self
    }
}

impl Borrow<str> for Name {
    fn borrow(&self) -> &str {
        self
    }
}

impl From<&str> for Name {
    fn from(text: &str) -> Name {
        Name::new(text)
    }
}

impl From<String> for Name {
    fn from(text: String) -> Name {
        Name::new(&text)
    }
}

impl PartialEq<str> for Name {
    fn eq(&self, other: &str) -> bool {
        &**self == other
    }
}

impl PartialEq<&str> for Name {
    fn eq(&self, other: &&str) -> bool {
        &**self == *other
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self)
    }
}

impl Serialize for Name {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self)
    }
}

/// The names that one reader has met, so that it need not ask the table that all threads share.
#[derive(Debug, Default)]
pub struct Names(HashTable<(u64, Name)>);

impl Names {
    /// The name with these letters: the one met before, or a new one.
    pub fn get(&mut self, text: &str) -> Name {
        let hash = table::hash(text);
        // Letters lie far from each other: they are looked at only where all of the hash is the same.
        if let Some((_, name)) = self.0.find(hash, |(of, name)| *of == hash && *name == *text) {
            return name.clone();
        }
        let name = Name(table::number(hash, text));
        self.0.insert_unique(hash, (hash, name.clone()), |(of, _)| *of);
        name
    }
}
