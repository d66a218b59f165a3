//! Which accounts a person asks for: patterns of names, as they stand on the command line.

use regex::{Regex, RegexBuilder};

/// Patterns of account names; without any, all accounts are asked for.
#[derive(Clone, Debug, Default)]
pub struct Patterns {
    keep: Vec<Regex>,
    leave: Vec<Regex>,
}

impl Patterns {
    /// Reads patterns: part of a name or a regular expression, case apart; after `not:`, of names to
    /// leave out. `acct:` may stand before, as in hledger.
    ///
    /// # Errors
    /// The first text that is no pattern.
    pub fn read<'t>(texts: impl IntoIterator<Item = &'t str>) -> Result<Patterns, &'t str> {
        let mut patterns = Patterns::default();
        for text in texts {
            let (list, bare) = match text.strip_prefix("not:") {
                Some(bare) => (&mut patterns.leave, bare),
                None => (&mut patterns.keep, text),
            };
            let bare = bare.strip_prefix("acct:").unwrap_or(bare);
            let built = RegexBuilder::new(bare).case_insensitive(true).size_limit(1 << 20).build();
            list.push(built.map_err(|_| text)?);
        }
        Ok(patterns)
    }

    /// Whether accounts are named that are to be kept.
    pub fn names_some(&self) -> bool {
        !self.keep.is_empty()
    }

    /// Whether all accounts are asked for.
    pub fn take_all(&self) -> bool {
        self.keep.is_empty() && self.leave.is_empty()
    }

    /// Whether the account of this name is asked for.
    pub fn take(&self, account: &str) -> bool {
        let kept = self.keep.is_empty() || self.keep.iter().any(|it| it.is_match(account));
        kept && !self.leave.iter().any(|it| it.is_match(account))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_are_asked_for_by_parts_of_their_names() {
        let taken = |texts: &[&str], account: &str| {
            Patterns::read(texts.iter().copied()).expect("patterns").take(account)
        };
        assert!(taken(&[], "Assets:Cash"));
        assert!(taken(&["cash"], "Assets:Cash"));
        assert!(taken(&["^Income", "acct:^assets:c"], "Assets:Cash"));
        assert!(!taken(&["^cash"], "Assets:Cash"));
        assert!(!taken(&["not:cash"], "Assets:Cash"));
        assert!(taken(&["not:cash"], "Assets:Bank"));
        assert!(!taken(&["assets", "not:cash$"], "Assets:Cash"));
        assert_eq!(Patterns::read(["a", "(", "["]).err(), Some("("));
    }
}
