//! Shipped rules: what the words of an account's name say.
//!
//! In: the name of an account. Out: the row of `rules.toml` that knows it. Knows no transaction.

use serde::Deserialize;

use crate::ledger::blocks::{Sort, sort};

/// A row of `rules.toml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shipped {
    sort: String,
    has: Vec<String>,
    #[serde(default)]
    but: Vec<String>,
    /// The kind of event.
    pub event: String,
    /// What the name claims of it.
    pub claimed: Option<String>,
    /// As the event has it.
    pub reason: Option<String>,
    /// Whose tax a withholding is.
    pub tax: Option<String>,
    /// Only beside an account of the books.
    #[serde(default)]
    pub weak: bool,
    /// An account that this row knows, which a test holds it to.
    #[allow(dead_code)]
    pub example: String,
}

#[derive(Deserialize)]
struct File {
    rule: Vec<Shipped>,
}

/// The shipped rules, in their order.
pub fn shipped() -> Vec<Shipped> {
    let rows = include_str!(concat!(env!("OUT_DIR"), "/rules.json"));
    let file: File = serde_json::from_str(rows).expect("rules.toml is tested");
    file.rule
}

/// The words of an account's name below its first part, in lower case and in the singular.
fn words(account: &str) -> Vec<String> {
    let mut words = Vec::new();
    for part in account.split(':').skip(1) {
        let mut word = String::new();
        let mut before_lower = false;
        for letter in part.chars() {
            if !letter.is_alphanumeric() || (letter.is_uppercase() && before_lower) {
                words.push(std::mem::take(&mut word));
            }
            before_lower = letter.is_lowercase();
            if letter.is_alphanumeric() {
                word.extend(letter.to_lowercase());
            }
        }
        words.push(word);
    }
    words.retain(|word| !word.is_empty());
    words.iter().map(|word| singular(word)).collect()
}

fn singular(word: &str) -> String {
    if let Some(stem) = word.strip_suffix("ies") {
        return format!("{stem}y");
    }
    if let Some(stem) = word.strip_suffix("es").filter(|stem| stem.ends_with('x')) {
        return stem.to_owned();
    }
    match word.strip_suffix('s') {
        Some(stem) if !stem.ends_with('s') && stem.len() > 2 => stem.to_owned(),
        _ => word.to_owned(),
    }
}

/// The first of `rules` that knows this account, by its index.
pub fn known(rules: &[Shipped], account: &str) -> Option<usize> {
    let wanted = match sort(account) {
        Sort::Income => "income",
        Sort::Expense => "expense",
        Sort::Equity => "equity",
        Sort::Asset | Sort::Liability | Sort::Other => return None,
    };
    let words = words(account);
    rules.iter().position(|rule| {
        let has = |phrase: &String| {
            phrase.split(' ').all(|wanted| words.iter().any(|word| *word == singular(wanted)))
        };
        let not = rule.but.iter().any(|but| words.contains(but));
        rule.sort == wanted && rule.has.iter().any(has) && !not
    })
}

/// The part of an account's name after the one with one of these words: `Income:Rent:Maple` after
/// `rent` is `Maple`.
pub fn part_after<'a>(account: &'a str, wanted: &[&str]) -> Option<&'a str> {
    let mut parts = account.split(':').skip(1);
    parts.find(|part| {
        let words = words(&format!("x:{part}"));
        wanted.iter().any(|wanted| words.iter().any(|word| word == wanted))
    })?;
    parts.next()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Claim, EventKind, TaxAuthority};

    #[test]
    fn every_rule_wins_its_own_example_and_names_what_exists() {
        let rules = shipped();
        for (at, rule) in rules.iter().enumerate() {
            assert_eq!(known(&rules, &rule.example), Some(at), "{}", rule.example);
            assert!(EventKind::NAMES.contains(&&*rule.event), "{}", rule.event);
            assert!(rule.claimed.iter().all(|claim| claim.parse::<Claim>().is_ok()));
            assert!(rule.tax.iter().all(|tax| tax.parse::<TaxAuthority>().is_ok()));
        }
    }

    #[test]
    fn wages_and_groceries_are_known_to_no_rule() {
        let rules = shipped();
        for account in [
            "Income:Salary",
            "Income:Wages:Employer",
            "Expenses:Groceries",
            "Expenses:Rent",
            "Expenses:Coffee",
            "Assets:Dividends",
            "Expenses:Interest:Mortgage",
            "Income:Current",
            "Income:Gains",
            "Income:Capital gains:VTI",
        ] {
            assert_eq!(known(&rules, account), None, "{account}");
        }
    }

    #[test]
    fn names_in_many_spellings_are_known() {
        let rules = shipped();
        for (account, event) in [
            ("Income:US:ETrade:VBMPX:Dividend", "dividend"),
            ("income:investments:dividends", "dividend"),
            ("Revenues:Bank Interest", "interest"),
            ("Income:Schwab:Qualified Dividends", "dividend"),
            ("Income:Rental:Maple", "rent"),
            ("Income:CapitalGainDistributions", "capital-gain-distribution"),
            ("Expenses:Commissions", "fee"),
            ("Expenses:ForeignTaxes", "withholding"),
        ] {
            let found = known(&rules, account).map(|at| &*rules[at].event);
            assert_eq!(found, Some(event), "{account}");
        }
        assert_eq!(part_after("Income:Rent:Maple", &["rent"]), Some("Maple"));
        assert_eq!(part_after("Income:Rent", &["rent"]), None);
    }
}
