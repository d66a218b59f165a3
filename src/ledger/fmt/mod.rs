//! Tidies a journal: white space and alignment change, and nothing else.
//!
//! In: a text as it lies. Out: the same words with an indent of their own, amounts aligned, one empty
//! line at most between two blocks, no blanks at the ends of lines, and an end to the last line. No
//! letter of it comes, goes or moves past another, so what reads it reads the same; a text that is
//! tidy comes back as it was. What the words mean is not looked into: where that would matter (a
//! `comment` block, Python, a string over several lines) lines stay as they are.

mod beancount;
mod change;
mod family;
mod page;

pub use change::{Change, changes, unified};

use crate::ledger::model::Dialect;

/// The text, tidied as a journal of `dialect`. `name` tells time clocks by their ending: those have
/// no amounts to align and come back as they are.
pub fn fmt(name: &str, text: &str, dialect: Dialect) -> String {
    match (name.rsplit_once('.'), dialect) {
        (Some((_, "timeclock" | "timedot")), _) => text.to_owned(),
        (_, Dialect::Beancount) => beancount::fmt(text),
        (_, Dialect::Hledger | Dialect::Ledger) => family::fmt(text),
    }
}

/// Whether two texts differ in white space alone.
pub fn same_words(one: &str, other: &str) -> bool {
    let words = |text: &'_ str| -> Vec<u8> {
        text.chars().filter(|c| !c.is_whitespace()).collect::<String>().into_bytes()
    };
    words(one) == words(other)
}

/// What is a blank within a line, for journals: others are letters of names.
const BLANKS: [char; 2] = [' ', '\t'];

/// The text after the blanks at its start.
fn after_blanks(text: &str) -> &str {
    text.trim_start_matches(BLANKS)
}

/// The text before the blanks at its end.
fn before_blanks(text: &str) -> &str {
    text.trim_end_matches(BLANKS)
}
