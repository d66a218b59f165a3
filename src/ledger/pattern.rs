//! Regular expressions in journals: which accounts an alias or a rule is for, and what they become.
//!
//! In: a pattern as a journal has it. Out: one of the `regex` crate, and replacements as it reads them.

use regex::{Regex, RegexBuilder};

use crate::ledger::model::Dialect;

/// A pattern of `dialect` and what stands for a name that it matches; `None` where either is none.
pub fn rewriting(pattern: &str, new: &str, dialect: Dialect) -> Option<(Regex, String)> {
    let pattern = match dialect {
        Dialect::Hledger => regex(&posix(pattern))?,
        Dialect::Ledger | Dialect::Beancount => regex(pattern)?,
    };
    (groups(new) < pattern.captures_len()).then(|| (pattern, replacement(new)))
}

/// A pattern as hledger and Ledger read one: case apart.
pub fn regex(pattern: &str) -> Option<Regex> {
    RegexBuilder::new(pattern).case_insensitive(true).size_limit(1 << 20).build().ok()
}

/// A pattern as hledger reads it, to which `\d` is the letter: it knows word boundaries, and no other
/// letter after a `\\` means more than itself.
fn posix(pattern: &str) -> String {
    let mut read = String::with_capacity(pattern.len());
    let mut letters = pattern.chars();
    while let Some(letter) = letters.next() {
        match (letter, letters.clone().next()) {
            ('\\', Some('`')) => read.push_str("\\A"),
            ('\\', Some('\'')) => read.push_str("\\z"),
            ('\\', Some(next)) if next.is_alphanumeric() && !matches!(next, 'b' | 'B') => {
                read.push(next);
            }
            ('\\', Some(next)) => read.extend([letter, next]),
            _ => {
                read.push(letter);
                continue;
            }
        }
        letters.next();
    }
    read
}

/// The highest number of a group that a replacement names.
fn groups(text: &str) -> usize {
    let digit = |text: &str| text.chars().next().and_then(|first| first.to_digit(10));
    let named = text.split('\\').skip(1).filter_map(digit);
    named.max().map_or(0, |highest| highest as usize)
}

/// `\1` is how journals name a group; `$1` is how `regex` does.
fn replacement(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 4);
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match (letter, letters.peek()) {
            ('\\', Some(digit)) if digit.is_ascii_digit() => {
                out.push_str("${");
                out.push(*digit);
                out.push('}');
                letters.next();
            }
            ('$', _) => out.push_str("$$"),
            _ => out.push(letter),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rewritten(pattern: &str, new: &str, name: &str, dialect: Dialect) -> Option<String> {
        let (pattern, new) = rewriting(pattern, new, dialect)?;
        Some(pattern.replace_all(name, new).into_owned())
    }

    #[test]
    fn a_letter_after_a_backslash_is_itself_to_hledger() {
        for (pattern, name, of_hledger, of_ledger) in [
            (r"\d+", "A2:dd", "A2:-", "A-:dd"),
            (r"\bcash\b", "Cash:Cashier", "-:Cashier", "-:Cashier"),
            (r"a\.b", "a.b:axb", "-:axb", "-:axb"),
            (r"\`A", "A:A", "-:A", "A:A"),
        ] {
            let found = |dialect| rewritten(pattern, "-", name, dialect);
            assert_eq!(found(Dialect::Hledger).as_deref(), Some(of_hledger), "{pattern}");
            assert_eq!(found(Dialect::Ledger).as_deref().unwrap_or(name), of_ledger, "{pattern}");
        }
    }

    #[test]
    fn a_replacement_names_groups_that_there_are() {
        let found = rewritten("^bank:(.*)", r"Assets:\1 $", "bank:x", Dialect::Hledger);
        assert_eq!(found.as_deref(), Some("Assets:x $"));
        assert_eq!(rewritten("^bank:(.*)", r"\2", "bank:x", Dialect::Hledger), None);
    }
}
