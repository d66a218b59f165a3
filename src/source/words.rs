//! Words that are kept for the eye: many, mostly different, and seldom looked at.
//!
//! A name would take all their letters in. So the words of a long text are kept as the place where they
//! lie in it; the text then stays for as long as the process does, as names do.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;
use std::sync::{Arc, PoisonError, RwLock};

use serde::{Serialize, Serializer};

use super::{Name, Source};

/// The texts that stay.
static STAYING: RwLock<Vec<&'static Source>> = RwLock::new(Vec::new());

/// A text that stays, by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Staying(u16);

impl Staying {
    /// Keeps the text of a source for as long as the process lasts; for long ones, of which there are few.
    /// `None` for more of them than can be counted.
    pub fn keep(source: &Arc<Source>) -> Option<Staying> {
        let mut staying = STAYING.write().unwrap_or_else(PoisonError::into_inner);
        let number = u16::try_from(staying.len()).ok()?;
        let kept: &'static Arc<Source> = Box::leak(Box::new(Arc::clone(source)));
        staying.push(kept);
        Some(Staying(number))
    }

    fn text(self) -> &'static str {
        let staying = STAYING.read().unwrap_or_else(PoisonError::into_inner);
        &staying[usize::from(self.0)].text
    }
}

/// Words out of a source. They compare, hash and show as their letters do.
#[derive(Clone)]
pub struct Words(Form);

/// Eight bytes and a mark, because every event has words.
#[derive(Clone)]
enum Form {
    Name(Name),
    Lying { of: Staying, length: u16, start: u32 },
}

impl Words {
    /// The `length` bytes from `start` of a text that stays.
    pub fn lying(of: Staying, start: u32, length: u16) -> Words {
        Words(Form::Lying { of, length, start })
    }

    /// Their letters, which stay for as long as the process does.
    pub fn letters(&self) -> &'static str {
        match &self.0 {
            Form::Name(name) => name.letters(),
            Form::Lying { of, start, length } => {
                let (start, length) = (*start as usize, usize::from(*length));
                of.text().get(start..start + length).unwrap_or_default()
            }
        }
    }
}

impl Default for Words {
    fn default() -> Words {
        Name::default().into()
    }
}

impl Deref for Words {
    type Target = str;
    fn deref(&self) -> &str {
        self.letters()
    }
}

impl PartialEq for Words {
    fn eq(&self, other: &Words) -> bool {
        match (&self.0, &other.0) {
            (Form::Name(one), Form::Name(other)) => one == other,
            _ => self.letters() == other.letters(),
        }
    }
}

impl Eq for Words {}

impl Hash for Words {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.letters().hash(state);
    }
}

impl From<Name> for Words {
    fn from(name: Name) -> Words {
        Words(Form::Name(name))
    }
}

impl From<&str> for Words {
    fn from(text: &str) -> Words {
        Name::new(text).into()
    }
}

impl From<String> for Words {
    fn from(text: String) -> Words {
        Name::new(&text).into()
    }
}

impl PartialEq<str> for Words {
    fn eq(&self, other: &str) -> bool {
        self.letters() == other
    }
}

impl fmt::Debug for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.letters(), f)
    }
}

impl fmt::Display for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self)
    }
}

impl Serialize for Words {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_the_same_wherever_they_lie() {
        let source = |text: &str| Arc::new(Source::new("a.journal", text));
        let (one, other) = (source("so many words"), source("many of them"));
        let keep = |source: &Arc<Source>| Staying::keep(source).expect("few are kept");
        let lying = Words::lying(keep(&one), 3, 4);
        drop(one.clone());
        assert_eq!(lying, Words::from("many"));
        assert_eq!(lying, Words::lying(keep(&other), 0, 4));
        assert_ne!(lying, Words::lying(keep(&other), 0, 5));
        assert_eq!((lying.to_string(), format!("{lying:?}")), ("many".into(), "\"many\"".into()));
    }

    #[test]
    fn what_is_no_place_of_the_text_is_no_words() {
        let source = Arc::new(Source::new("b.journal", "é"));
        let staying = Staying::keep(&source).expect("few are kept");
        for (start, length) in [(1, 1), (0, 9), (9, 0)] {
            assert_eq!(&*Words::lying(staying, start, length), "");
        }
        assert_eq!(&*Words::lying(staying, 0, 2), "é");
    }
}
