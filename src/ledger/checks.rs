//! Checks that a person may ask for: names that must be declared, dates in order, balances stated
//! lately.
//!
//! In: journals as they were read, and the names of checks. Out: a problem for each thing that one of
//! them finds, the first place of each with how often it is met. What must always hold (that
//! transactions read and balance, and stated balances) is no check of these.

use std::collections::HashMap;

use indexmap::IndexMap;

use crate::diagnostic::Diagnostic;
use crate::ledger::model::{Declared, Ledger};
use crate::ledger::view::Transaction;
use crate::period::NaiveDate;
use crate::source::{Name, Place};

/// The checks by name, and what each asks. Those of hledger have hledger's names.
pub const CHECKS: &[(&str, &str)] = &[
    ("accounts", "every account is declared"),
    ("commodities", "every commodity is declared"),
    ("payees", "every payee is declared"),
    ("tags", "every tag is declared"),
    ("ordereddates", "transactions of a file stand by date"),
    ("uniqueleafnames", "no two accounts end in the same name"),
    (
        "recentassertions",
        "an account that states balances did so shortly before its last posting: in a week, or as set",
    ),
];

/// What is always checked unless somebody leaves it out: the name, what it asks, and the code of what it
/// finds.
pub const ALWAYS: &[(&str, &str, &str)] = &[
    ("balanced", "every transaction comes to zero", "unbalanced"),
    ("assertions", "every stated balance is the balance", "assertion"),
];

/// Days that an account may go on without a stated balance, where nobody says how many.
pub const RECENT: u32 = 7;

/// The names of the checks.
pub fn names() -> impl Iterator<Item = &'static str> {
    CHECKS.iter().map(|(name, _)| *name)
}

/// What the checks with these names find; `recent`: the days that an account may go on without a stated
/// balance.
pub fn check(ledgers: &[Ledger], names: &[&str], recent: u32) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for ledger in ledgers {
        for name in names {
            match *name {
                "accounts" => declared(ledger, Declared::Account, "account", &mut found),
                "commodities" => declared(ledger, Declared::Commodity, "commodity", &mut found),
                "payees" => declared(ledger, Declared::Payee, "payee", &mut found),
                "tags" => declared(ledger, Declared::Tag, "tag", &mut found),
                "ordereddates" => ordered(ledger, &mut found),
                "uniqueleafnames" => leaves(ledger, &mut found),
                "recentassertions" => stated_lately(ledger, recent, &mut found),
                _ => {}
            }
        }
    }
    found
}

/// Names that are used and not declared.
fn declared(ledger: &Ledger, what: Declared, word: &'static str, found: &mut Vec<Diagnostic>) {
    let known: std::collections::HashSet<&Name> =
        ledger.declared.iter().filter(|one| one.what == what).map(|one| &one.name).collect();
    let mut used: IndexMap<Name, (Place, usize)> = IndexMap::new();
    let mut meet = |name: Name, place: &dyn Fn() -> Place| {
        if !name.is_empty() && !known.contains(&name) {
            used.entry(name).or_insert_with(|| (place(), 0)).1 += 1;
        }
    };
    for one in in_file_order(ledger) {
        match what {
            Declared::Payee => meet(Name::new(&one.payee()), &|| one.place()),
            Declared::Tag => {
                for (key, _) in one.tags() {
                    meet(Name::new(key), &|| one.place());
                }
                for posting in one.postings() {
                    for (key, _) in posting.tags() {
                        meet(Name::new(key), &|| posting.place());
                    }
                }
            }
            Declared::Account => {
                for posting in one.postings() {
                    meet(posting.account().clone(), &|| posting.place());
                }
            }
            Declared::Commodity => {
                for posting in one.postings() {
                    meet(posting.commodity().clone(), &|| posting.place());
                }
            }
        }
    }
    for (name, (place, count)) in used {
        let problem =
            Diagnostic::error("undeclared", format!("the {word} `{name}` is not declared"));
        let times =
            if count == 1 { "once".to_owned() } else { format!("{count} times, first here") };
        let help = format!("declare it, or correct the name: `{word} {name}`");
        found.push(problem.at(place).note(format!("it is used {times}")).help(help));
    }
}

/// The transactions as a person meets them who reads the texts.
fn in_file_order(ledger: &Ledger) -> Vec<Transaction<'_>> {
    let mut all: Vec<Transaction<'_>> = ledger.transactions().collect();
    all.sort_by_key(|one| (one.source(), one.line()));
    all
}

/// Transactions that stand below a later one of their file.
fn ordered(ledger: &Ledger, found: &mut Vec<Diagnostic>) {
    for pair in in_file_order(ledger).windows(2) {
        let [before, one] = pair else { continue };
        if before.source() == one.source() && one.date() < before.date() {
            let message = format!("{} stands below {}", one.date(), before.date());
            found.push(
                Diagnostic::error("ordereddates", message)
                    .at(one.place())
                    .at(before.place().labelled("later"))
                    .help("move the transaction up, or correct its date"),
            );
        }
    }
}

/// Accounts whose last parts are the same.
fn leaves(ledger: &Ledger, found: &mut Vec<Diagnostic>) {
    let mut first: HashMap<&str, (&Name, Place)> = HashMap::new();
    let mut seen = std::collections::HashSet::new();
    for posting in ledger.all_postings() {
        let account = posting.account();
        if !seen.insert(account) {
            continue;
        }
        let leaf = account.rsplit(':').next().unwrap_or_default();
        if let Some((other, place)) = first.get(leaf) {
            let message = format!("`{account}` ends as `{other}` does");
            found.push(
                Diagnostic::error("uniqueleafnames", message)
                    .at(posting.place())
                    .at(place.clone().labelled("first"))
                    .help("give one of them another last part"),
            );
        } else {
            first.insert(leaf, (account, posting.place()));
        }
    }
}

/// Accounts that state balances, but not in the last `recent` days.
fn stated_lately(ledger: &Ledger, recent: u32, found: &mut Vec<Diagnostic>) {
    let mut stated: HashMap<&Name, NaiveDate> = HashMap::new();
    let mut last: IndexMap<&Name, (NaiveDate, Place)> = IndexMap::new();
    for posting in ledger.all_postings() {
        let (account, date) = (posting.account(), posting.date());
        if posting.assertion().is_some() {
            let day = stated.entry(account).or_insert(date);
            *day = date.max(*day);
        }
        if last.get(account).is_none_or(|(day, _)| *day <= date) {
            last.insert(account, (date, posting.place()));
        }
    }
    for (account, (date, place)) in last {
        let Some(day) = stated.get(account) else { continue };
        let days = date.signed_duration_since(*day).num_days();
        if days > i64::from(recent) {
            let message = format!("the last stated balance of `{account}` is {days} days old");
            let problem = Diagnostic::error("recentassertions", message).at(place);
            found.push(problem.note(format!("it is of {day}, the last posting of {date}")).help(
                "compare with the account's statement and write its balance: ` = 100.00 USD`",
            ));
        }
    }
}
