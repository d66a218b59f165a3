//! A regular expression of a profile, made ready when it is first asked for: to make one takes long, and
//! most profiles are read only to see that a file is none of theirs.

use std::ops::Deref;
use std::sync::{Arc, LazyLock};

use regex::Regex;

use crate::source::Name;

/// A regular expression that is known to be sound.
#[derive(Clone, Debug)]
pub struct Expression {
    text: Name,
    ready: Arc<LazyLock<Regex, Make>>,
}

type Make = Box<dyn FnOnce() -> Regex + Send>;

impl Expression {
    /// Of a text that tests have found to be sound.
    pub fn shipped(text: Name) -> Expression {
        let letters = text.letters();
        let make = || Regex::new(letters).expect("shipped expressions are sound");
        Expression { text, ready: Arc::new(LazyLock::new(Box::new(make))) }
    }

    /// As it is written.
    pub fn text(&self) -> &str {
        &self.text
    }
}

impl From<Regex> for Expression {
    fn from(regex: Regex) -> Expression {
        let text = Name::new(regex.as_str());
        Expression { text, ready: Arc::new(LazyLock::new(Box::new(|| regex))) }
    }
}

impl Deref for Expression {
    type Target = Regex;

    fn deref(&self) -> &Regex {
        &self.ready
    }
}
