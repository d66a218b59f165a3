//! Names of accounts and commodities as Beancount takes them.
//!
//! In: ours. Out: theirs, another for each: five roots, parts that begin with a capital letter or a
//! digit, currencies in capitals. A name that Beancount takes is kept.

use std::collections::{HashMap, HashSet};
use std::fmt::Write;
use std::sync::LazyLock;

use regex::Regex;

use crate::ledger::blocks::{Sort, sort};
use crate::ledger::header;
use crate::ledger::model::{Declared, Dialect, Ledger};
use crate::money;
use crate::source::Name;

/// The names given so far.
#[derive(Default)]
pub(super) struct Names {
    accounts: HashMap<Name, String>,
    commodities: HashMap<Name, String>,
    taken: HashSet<String>,
    /// The sort of accounts that the journals declare.
    declared: HashMap<Name, Sort>,
    /// In the order they were given.
    pub changed_accounts: Vec<(Name, String)>,
    pub changed_commodities: Vec<(Name, String)>,
}

/// Words that Beancount reads as something else than a currency.
const WORDS: [&str; 3] = ["TRUE", "FALSE", "NULL"];
const ROOTS: [&str; 5] = ["Assets", "Liabilities", "Equity", "Income", "Expenses"];
/// Longer currencies were once refused.
const LONGEST: usize = 24;

impl Names {
    /// Names for what `ledgers` use. Good ones are kept before others are made.
    pub fn of(ledgers: &[Ledger]) -> Names {
        let mut names = Names::default();
        for ledger in ledgers {
            for one in ledger.declared.iter().filter(|one| one.what == Declared::Account) {
                names.declare(ledger, one);
            }
        }
        let mut rest = (Vec::new(), Vec::new());
        for ledger in ledgers {
            for name in ledger.accounts.names() {
                if is_account(name) {
                    names.taken.insert(name.to_string());
                    names.accounts.insert(name.clone(), name.to_string());
                } else {
                    rest.0.push(name);
                }
            }
            for name in ledger.commodities.names() {
                if is_currency(name) {
                    names.taken.insert(name.to_string());
                    names.commodities.insert(name.clone(), name.to_string());
                } else {
                    rest.1.push(name);
                }
            }
        }
        for name in rest.0 {
            if !names.accounts.contains_key(name) {
                let made = names.free(account(name, names.sort(name)), usize::MAX);
                names.changed_accounts.push((name.clone(), made.clone()));
                names.accounts.insert(name.clone(), made);
            }
        }
        for name in rest.1 {
            if !names.commodities.contains_key(name) {
                let made = names.free(currency(name), LONGEST);
                names.changed_commodities.push((name.clone(), made.clone()));
                names.commodities.insert(name.clone(), made);
            }
        }
        names
    }

    /// Beancount's name of an account.
    pub fn account(&self, name: &Name) -> &str {
        self.accounts.get(name).map_or("Equity:Unknown", String::as_str)
    }

    /// Beancount's name of a commodity.
    pub fn commodity(&self, name: &Name) -> &str {
        self.commodities.get(name).map_or("NONE", String::as_str)
    }

    /// hledger's `account Foo  ; type: X`.
    fn declare(&mut self, ledger: &Ledger, one: &crate::ledger::model::Declaration) {
        let source = one.source as usize;
        if ledger.dialects[source].0 == Dialect::Beancount {
            return;
        }
        let start = one.start as usize;
        let text = ledger.sources[source].text.get(start..start + one.length as usize);
        let comments =
            text.into_iter().flat_map(str::lines).filter_map(|line| line.split_once(';'));
        for (_, comment) in comments {
            let sort = match header::tag(comment, "type").map(str::to_ascii_lowercase).as_deref() {
                Some("a" | "asset" | "c" | "cash") => Sort::Asset,
                Some("l" | "liability") => Sort::Liability,
                Some("e" | "equity" | "v" | "conversion") => Sort::Equity,
                Some("r" | "revenue" | "g" | "gain") => Sort::Income,
                Some("x" | "expense") => Sort::Expense,
                _ => continue,
            };
            self.declared.insert(one.name.clone(), sort);
        }
    }

    /// The sort that is declared for an account or one above it, else by its name.
    fn sort(&self, name: &str) -> Sort {
        let mut above = name;
        loop {
            if let Some(sort) = self.declared.get(&Name::new(above)) {
                return *sort;
            }
            match above.rsplit_once(':') {
                Some((shorter, _)) if !self.declared.is_empty() => above = shorter,
                _ => return sort(name),
            }
        }
    }

    /// The name, with a number if another has it already.
    fn free(&mut self, name: String, longest: usize) -> String {
        if self.taken.insert(name.clone()) {
            return name;
        }
        let mut number = 2u32;
        loop {
            let end = format!("-{number}");
            let keep = name.char_indices().nth(longest.saturating_sub(end.len()));
            let made = format!("{}{end}", &name[..keep.map_or(name.len(), |(at, _)| at)]);
            if self.taken.insert(made.clone()) {
                return made;
            }
            number += 1;
        }
    }
}

fn is_account(name: &str) -> bool {
    let mut parts = name.split(':');
    let root = parts.next().is_some_and(|root| ROOTS.contains(&root));
    root && name.contains(':') && parts.all(|part| PART.is_match(part))
}

/// A part of an account: a capital letter or a digit, then letters, digits and `-`, of any script.
static PART: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^[\p{Lu}\p{Nd}][\p{L}\p{Nd}-]*$").expect("a pattern of ours"));

/// What a part cannot have.
static OTHER: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"[^\p{L}\p{Nd}-]").expect("a pattern of ours"));

fn account(name: &str, sort: Sort) -> String {
    let root = match sort {
        Sort::Asset => "Assets",
        Sort::Liability => "Liabilities",
        Sort::Income => "Income",
        Sort::Expense => "Expenses",
        Sort::Equity | Sort::Other => "Equity",
    };
    let (first, rest) = name.split_once(':').map_or((name, None), |(a, b)| (a, Some(b)));
    // A root of the same sort is Beancount's by another name.
    let named = crate::ledger::blocks::sort(first) == sort && sort != Sort::Other;
    let below = if named { rest } else { Some(name) };
    let mut made = root.to_owned();
    for part in below.unwrap_or("General").split(':') {
        made.push(':');
        let part = OTHER.replace_all(part.trim(), "-");
        let mut letters = part.chars();
        let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
        let capital = format!("{first}{}", letters.as_str());
        if PART.is_match(&capital) {
            made.push_str(&capital);
        } else {
            made.push('X');
            made.push_str(&part);
        }
    }
    made
}

fn is_currency(name: &str) -> bool {
    let bytes = name.as_bytes();
    let inner = |byte: &u8| {
        byte.is_ascii_uppercase()
            || byte.is_ascii_digit()
            || matches!(byte, b'\'' | b'.' | b'_' | b'-')
    };
    let ends = |byte: &u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
    bytes.first().is_some_and(u8::is_ascii_uppercase)
        && bytes.last().is_some_and(ends)
        && bytes.iter().all(inner)
        && bytes.len() <= LONGEST
        && !WORDS.contains(&name)
        || (name.starts_with('/') && name.len() > 1 && name[1..].bytes().all(|b| ends(&b)))
            && name.bytes().any(|byte| byte.is_ascii_uppercase())
}

fn currency(name: &str) -> String {
    if name.is_empty() {
        return "NONE".to_owned();
    }
    let name = money::currency(name, "USD").unwrap_or_else(|| name.into());
    let mut made = String::new();
    for letter in name.chars() {
        match letter.to_ascii_uppercase() {
            c if c.is_ascii_uppercase() || c.is_ascii_digit() || matches!(c, '\'' | '.' | '_') => {
                made.push(c);
            }
            c if c.is_ascii() => made.push('-'),
            c => {
                let _ = write!(made, "U{:X}", u32::from(c));
            }
        }
    }
    let made = made.trim_end_matches(['\'', '.', '_', '-']);
    let word = WORDS.contains(&made);
    let lead = if word || !made.starts_with(|c: char| c.is_ascii_uppercase()) { "X" } else { "" };
    let made: String = format!("{lead}{made}").chars().take(LONGEST).collect();
    made.trim_end_matches(['\'', '.', '_', '-']).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_what_beancount_takes() {
        for (name, sort, made) in [
            ("assets:bank account", Sort::Asset, "Assets:Bank-account"),
            ("Revenues", Sort::Income, "Income:General"),
            ("food", Sort::Expense, "Expenses:Food"),
            ("Assets:(x):_y", Sort::Asset, "Assets:X-x-:X-y"),
            ("été:1", Sort::Other, "Equity:Été:1"),
            ("現金:नकदी", Sort::Other, "Equity:X現金:Xनकद-"),
        ] {
            assert_eq!(account(name, sort), made, "{name}");
            assert!(is_account(made), "{made}");
        }
        for (name, made) in [
            ("$", "USD"),
            ("", "NONE"),
            ("91282CHT1", "X91282CHT1"),
            ("brk.b", "BRK.B"),
            ("Ünits -", "UDCNITS"),
            ("true", "XTRUE"),
            ("-", "X"),
        ] {
            assert_eq!(currency(name), made, "{name}");
            assert!(is_currency(made), "{made}");
        }
        assert!(is_currency("/ESH25") && !is_currency("A-") && is_currency("V"));
    }
}
