//! A problem in the user's data: what is wrong, where, and what to write instead.
//!
//! Readers return these beside their events and go on; only `cli` prints them. The wording follows
//! one shape: lower case, no full stop, the user's words in backticks.

pub mod strict;

use std::fmt;

use crate::source::Place;

/// How much a problem weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The figures are not touched by it, or the person may have meant it.
    Warning,
    /// A figure is missing or cannot be trusted: exit code 1.
    Error,
}

/// One problem, whole in itself: it can be printed without the file it is about.
#[derive(Clone, Debug, PartialEq)]
pub struct Diagnostic {
    /// Whether it changes the exit code.
    pub severity: Severity,
    /// A short name for programs, kebab-case: `unknown-action`.
    pub code: &'static str,
    /// What is wrong, in words.
    pub message: String,
    /// Where; the first is what the message is about, the others what it is compared with.
    pub places: Vec<Place>,
    /// What it means for the figures.
    pub notes: Vec<String>,
    /// What to write instead; may have several lines.
    pub help: Option<String>,
}

impl Diagnostic {
    /// A problem that makes a figure missing or doubtful.
    pub fn error(code: &'static str, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(Severity::Error, code, message.into())
    }

    /// A problem that leaves the figures as they are.
    pub fn warning(code: &'static str, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(Severity::Warning, code, message.into())
    }

    fn new(severity: Severity, code: &'static str, message: String) -> Diagnostic {
        Diagnostic { severity, code, message, places: Vec::new(), notes: Vec::new(), help: None }
    }

    /// Adds where it is, or what it is compared with.
    #[must_use]
    pub fn at(mut self, place: Place) -> Diagnostic {
        self.places.push(place);
        self
    }

    /// Adds what it means.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Diagnostic {
        self.notes.push(note.into());
        self
    }

    /// Says what to write instead.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Diagnostic {
        self.help = Some(help.into());
        self
    }

    /// Whether it makes the exit code 1.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Severity::Warning => "warning",
            Severity::Error => "error",
        })
    }
}

/// The known names nearest to a mistyped one, at most three, nearest first.
pub fn nearest<'n>(wrong: &str, known: impl IntoIterator<Item = &'n str>) -> Vec<&'n str> {
    let limit = (wrong.chars().count() / 3).max(1);
    let mut near: Vec<(usize, &str)> = known
        .into_iter()
        .map(|name| (distance(wrong, name), name))
        .filter(|(distance, _)| *distance <= limit)
        .collect();
    near.sort_unstable();
    near.into_iter().take(3).map(|(_, name)| name).collect()
}

/// Levenshtein's distance in characters, case apart.
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.to_lowercase().chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, a) in left.to_lowercase().chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, b) in right.iter().enumerate() {
            let substituted = diagonal + usize::from(a != *b);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[right.len()]
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn near_names_are_offered() {
        assert_eq!(nearest("fidelty", ["schwab", "fidelity", "roth"]), ["fidelity"]);
        assert!(nearest("xyz", ["schwab", "roth"]).is_empty());
    }
}
