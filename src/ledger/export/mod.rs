//! Prints journals for another program: hledger, Ledger or Beancount reads the text, and every account
//! holds there what it holds here.
//!
//! In: journals as they were read, which of their transactions are wanted, and the program. Out: text,
//! and a warning for each sort of thing that the program cannot say. Those stand in the text as
//! comments: nothing is left out in silence. Every amount is written out, rules and bucket applied, so
//! that the program has nothing left to work out by its own rules.

mod beancount;
mod directives;
mod family;
mod names;
mod running;
mod unsaid;
mod weigh;

use std::collections::HashMap;

use crate::diagnostic::Diagnostic;
use crate::ledger::model::{Dialect, Inert, Ledger};
use crate::ledger::view::Transaction;
use crate::period::NaiveDate;
use crate::source::Name;
use directives::{Directive, Pushed};

/// What was printed.
#[derive(Clone, Debug, Default)]
pub struct Exported {
    /// For the program.
    pub text: String,
    /// What it cannot say, one warning for each sort.
    pub warnings: Vec<Diagnostic>,
    /// Accounts that go by another name there: ours, theirs.
    pub accounts: Vec<(Name, String)>,
    /// Commodities that go by another name there: ours, theirs.
    pub commodities: Vec<(Name, String)>,
}

/// Prints the transactions of `ledgers` that `keeps` keeps, by date. `whole` says that it keeps all:
/// only then do balances that the journals state hold in what is printed.
pub fn export(
    ledgers: &[Ledger],
    target: Dialect,
    whole: bool,
    keeps: impl Fn(Transaction<'_>) -> bool,
) -> Exported {
    let journal = Journal::of(ledgers, whole, keeps);
    match target {
        Dialect::Hledger | Dialect::Ledger => family::print(&journal, target),
        Dialect::Beancount => beancount::print(&journal),
    }
}

/// What is to be printed, in its order.
struct Journal<'l> {
    ledgers: &'l [Ledger],
    whole: bool,
    items: Vec<(NaiveDate, Item<'l>)>,
    /// By file and line of a transaction.
    pushed: HashMap<(&'l Name, u32), Pushed<'l>>,
}

/// What stands beside a Beancount transaction's words.
struct Marks<'l> {
    tags: Vec<&'l str>,
    links: Vec<&'l str>,
    metadata: Vec<&'l str>,
}

/// One entry of the text.
enum Item<'l> {
    Transaction(Transaction<'l>),
    /// A line of Beancount that is neither a transaction nor read otherwise.
    Directive(Directive<'l>),
}

impl<'l> Journal<'l> {
    fn of(
        ledgers: &'l [Ledger],
        whole: bool,
        keeps: impl Fn(Transaction<'_>) -> bool,
    ) -> Journal<'l> {
        let mut items: Vec<(NaiveDate, Item<'l>)> = Vec::new();
        for ledger in ledgers {
            // Balances stand before what happens on their day, so they come first.
            if whole {
                let found = directives::all(ledger).map(|one| (one.date, Item::Directive(one)));
                items.extend(found);
            }
            let transactions = ledger.transactions().filter(|one| keeps(*one));
            items.extend(transactions.map(|one| (one.date(), Item::Transaction(one))));
        }
        let rank = |item: &Item| match item {
            Item::Transaction(_) => 1,
            Item::Directive(one) if one.word == "close" => 2,
            Item::Directive(_) => 0,
        };
        items.sort_by_key(|(date, item)| (*date, rank(item)));
        let pushed = ledgers.iter().flat_map(directives::pushed).collect();
        Journal { ledgers, whole, items, pushed }
    }

    /// Tags and metadata of a Beancount transaction: its own, and those of the stretch it stands in.
    fn marks(&self, one: Transaction<'l>) -> Marks<'l> {
        let (mut tags, links) = directives::marks(one.text());
        let pushed = self.pushed.get(&(one.file(), one.line()));
        for tag in pushed.iter().flat_map(|pushed| &pushed.tags) {
            if !tags.contains(tag) {
                tags.push(tag);
            }
        }
        Marks { tags, links, metadata: pushed.map(Pushed::counted).unwrap_or_default() }
    }

    fn transactions(&self) -> impl Iterator<Item = Transaction<'l>> {
        self.items.iter().filter_map(|(_, item)| match item {
            Item::Transaction(one) => Some(*one),
            Item::Directive(_) => None,
        })
    }
}

/// What has no effect here and does not stand in the text otherwise.
fn not_printed(ledger: &Ledger) -> impl Iterator<Item = &Inert> {
    ledger.inert.iter().filter(|one| {
        let beancount = ledger.dialects[one.source as usize].0 == Dialect::Beancount;
        !(beancount && WRITTEN.contains(&one.what))
    })
}

/// Constructs of Beancount that are written as they stand, as directives or as comments.
const WRITTEN: [&str; 7] = ["option", "plugin", "note", "document", "event", "query", "custom"];

/// The text with the ends of lines of a comment, each line behind `lead`.
fn comment(text: &mut String, lead: &str, words: &str) {
    for line in crate::source::lines(words) {
        let shown = format!("{lead}; {}", crate::source::harmless(line.trim()));
        text.push_str(shown.trim_end());
        text.push('\n');
    }
}

/// The day itself, or the nearest one in years from `first` to `last`.
fn within(date: NaiveDate, first: i32, last: i32) -> NaiveDate {
    let start = NaiveDate::from_ymd_opt(first, 1, 1).unwrap_or(date);
    let end = NaiveDate::from_ymd_opt(last, 12, 31).unwrap_or(date);
    date.clamp(start, end)
}
