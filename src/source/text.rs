//! The letters of a source: a string, or pages of a file that the system lends.
//!
//! In: a `String`, or whatever keeps lent letters. Out: a `&str`. Knows no files: who lends them is
//! the business of the one that opened them.

use std::fmt;
use std::ops::{Deref, Range};
use std::sync::Arc;

/// Keeps letters that are not on the heap.
pub trait Lent: Send + Sync {
    /// All of them, the same at every call.
    fn letters(&self) -> &str;

    /// Nobody will read these bytes soon: what keeps them in memory may be given back. They can be read
    /// again all the same.
    fn let_go(&self, bytes: Range<usize>);
}

/// The text of a source. A clone of a lent one shares its letters.
#[derive(Clone)]
pub struct Text(Kept);

#[derive(Clone)]
enum Kept {
    Owned(String),
    Lent(Arc<dyn Lent>),
}

impl Text {
    /// Letters that somebody lends.
    pub fn lent(letters: Arc<dyn Lent>) -> Text {
        Text(Kept::Lent(letters))
    }

    /// The same letters where they are lent, which takes no copy.
    pub fn lent_again(&self) -> Option<Text> {
        matches!(self.0, Kept::Lent(_)).then(|| self.clone())
    }

    /// Nobody will read these bytes soon. A lent text need not stay in memory for them; they can be
    /// read again all the same.
    pub fn let_go(&self, bytes: Range<usize>) {
        if let Kept::Lent(lent) = &self.0 {
            lent.let_go(bytes);
        }
    }
}

impl Deref for Text {
    type Target = str;
    fn deref(&self) -> &str {
        match &self.0 {
            Kept::Owned(text) => text,
            Kept::Lent(lent) => lent.letters(),
        }
    }
}

impl Default for Text {
    fn default() -> Text {
        String::new().into()
    }
}

impl From<String> for Text {
    fn from(text: String) -> Text {
        Text(Kept::Owned(text))
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Text {
        text.to_owned().into()
    }
}

impl PartialEq<str> for Text {
    fn eq(&self, other: &str) -> bool {
        **self == *other
    }
}

impl PartialEq<&str> for Text {
    fn eq(&self, other: &&str) -> bool {
        **self == **other
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}
