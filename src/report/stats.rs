//! What journals hold, in counts: files and as what they were read, days, transactions, names, prices,
//! and what was kept without effect.
//!
//! In: journals as they were read. Out: one row for each count.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::table::{Cell, Column, Row, RowStyle, Table};
use super::words::count;
use crate::ledger::{self, Declared, Ledger};
use crate::money::{Decimal, grouped};
use crate::period::{Every, NaiveDate};
use crate::source::Name;

/// The counts.
#[derive(Debug, Default)]
pub struct Stats {
    files: Vec<File>,
    /// The days of the first and the last posting or transaction.
    span: Option<(NaiveDate, NaiveDate)>,
    transactions: usize,
    postings: usize,
    /// Transactions and postings by the number of the month.
    months: BTreeMap<i32, (usize, usize)>,
    descriptions: usize,
    accounts: BTreeSet<Name>,
    accounts_declared: usize,
    commodities: BTreeSet<Name>,
    prices: usize,
    priced: BTreeSet<Name>,
    price_span: Option<(NaiveDate, NaiveDate)>,
    /// By what it is: how often, whether figures may depend on it, and where the first stands.
    inert: BTreeMap<&'static str, (usize, bool, String)>,
    problems: usize,
}

/// One text that was read.
#[derive(Clone, Debug)]
struct File {
    name: Name,
    dialect: &'static str,
    /// What told the dialect.
    why: String,
    encoding: String,
    bytes: usize,
}

impl Stats {
    /// Counts over all `ledgers`; `problems`: how many errors reading found.
    pub fn of(ledgers: &[Ledger], problems: usize) -> Stats {
        let mut stats = Stats { problems, ..Stats::default() };
        let mut descriptions: HashSet<String> = HashSet::new();
        for ledger in ledgers {
            stats.files.extend(ledger.sources.iter().zip(&ledger.dialects).map(
                |(source, (dialect, why))| File {
                    name: source.name.clone(),
                    dialect: dialect.name(),
                    why: why.clone(),
                    encoding: source.encoding.to_string(),
                    bytes: source.text.len(),
                },
            ));
            descriptions.extend(ledger.transactions().map(ledger::Transaction::description));
            stats.names(ledger);
            stats.prices += ledger.prices.len();
            for price in &ledger.prices {
                let name = ledger.commodity(price.commodity);
                if !stats.priced.contains(name) {
                    stats.priced.insert(name.clone());
                }
                stats.price_span = Some(grown(stats.price_span, price.date));
            }
            for inert in &ledger.inert {
                let place = || {
                    let file = &ledger.sources[inert.source as usize].name;
                    format!("{file}:{}", inert.line)
                };
                let entry = stats.inert.entry(inert.what).or_insert_with(|| (0, false, place()));
                entry.0 += 1;
                entry.1 |= inert.matters;
            }
        }
        stats.descriptions = descriptions.len();
        stats
    }

    fn names(&mut self, ledger: &Ledger) {
        let usage = ledger::usage(ledger);
        self.transactions += ledger.transactions.len();
        for (month, (transactions, postings)) in usage.months {
            let counts = self.months.entry(month).or_default();
            *counts = (counts.0 + transactions, counts.1 + postings);
            self.postings += postings;
        }
        for (name, used) in ledger.accounts.names().iter().zip(&usage.accounts) {
            if let Some((first, last)) = used.span {
                self.span = Some(grown(Some(grown(self.span, first)), last));
            }
            self.accounts.insert(name.clone());
        }
        let declared = ledger.declared.iter().filter(|one| one.what == Declared::Account);
        let names: BTreeSet<&Name> = declared.map(|one| &one.name).collect();
        self.accounts_declared += names.len();
        self.accounts.extend(names.into_iter().cloned());
        let known = ledger.commodities.names().iter().zip(&usage.commodities);
        let known = known.filter(|(name, used)| !name.is_empty() && used.is_used());
        self.commodities.extend(known.map(|(name, _)| name.clone()));
        let declared = ledger.declared.iter().filter(|one| one.what == Declared::Commodity);
        self.commodities.extend(declared.map(|one| one.name.clone()));
    }

    /// The rows: what is counted, its name, how many, and what else there is to say.
    fn rows(&self) -> Vec<[String; 4]> {
        let mut rows: Vec<[String; 4]> = Vec::new();
        let mut push = |what: &str, name: &str, value: String, more: String| {
            rows.push([what.to_owned(), name.to_owned(), value, more]);
        };
        for file in &self.files {
            let bytes = grouped(Decimal::from(file.bytes));
            let more = format!("{}; {}, {bytes} bytes", file.why, file.encoding);
            push("file", &file.name, file.dialect.to_owned(), more);
        }
        if let Some((first, last)) = self.span {
            let days = (last - first).num_days() + 1;
            let days = count(usize::try_from(days).unwrap_or(0), "day");
            push("days", "first", first.to_string(), String::new());
            push("days", "last", last.to_string(), days);
        }
        let months = self.month_count();
        let each = |number: usize| match months {
            0 => String::new(),
            months => format!("{} a month", grouped(per(number, months))),
        };
        push("count", "transactions", self.transactions.to_string(), each(self.transactions));
        push("count", "postings", self.postings.to_string(), each(self.postings));
        if let Some((month, (transactions, postings))) =
            self.months.iter().max_by_key(|(_, (transactions, _))| *transactions)
        {
            let label = Every::Month.label(*month);
            let (transactions, postings) =
                (count(*transactions, "transaction"), count(*postings, "posting"));
            push("count", "busiest month", label, format!("{transactions}, {postings}"));
        }
        push("count", "descriptions", self.descriptions.to_string(), String::new());
        let depth = self.accounts.iter().map(|name| name.split(':').count()).max().unwrap_or(0);
        let accounts = format!("depth {depth}, {} declared", self.accounts_declared);
        push("count", "accounts", self.accounts.len().to_string(), accounts);
        push("count", "commodities", self.commodities.len().to_string(), some(&self.commodities));
        let priced = match self.price_span {
            Some((first, last)) => format!("{first} to {last}: {}", some(&self.priced)),
            None => String::new(),
        };
        push("count", "prices", self.prices.to_string(), priced);
        for (what, (number, matters, place)) in &self.inert {
            let more = if *matters { ", figures may depend on it" } else { "" };
            push("without effect", what, number.to_string(), format!("first {place}{more}"));
        }
        if self.problems > 0 {
            let more = "rentier check lists them".to_owned();
            push("problems", "errors", self.problems.to_string(), more);
        }
        rows
    }

    fn month_count(&self) -> usize {
        let ends = self.months.keys().next().zip(self.months.keys().next_back());
        ends.map_or(0, |(first, last)| usize::try_from(last - first + 1).unwrap_or(0))
    }

    /// To read.
    pub fn table(&self) -> Table {
        let mut table = Table { title: "Journals".to_owned(), ..Table::default() };
        table.columns = vec![
            Column::words("name", "What").width(16),
            Column::words("value", "Value"),
            Column::words("more", "").soft(),
        ];
        let mut last = String::new();
        for [what, name, value, more] in self.rows() {
            if what != last {
                let heading = match &*what {
                    "file" => "Files",
                    "days" => "Days",
                    "count" => "Counts",
                    "problems" => "Problems",
                    _ => "Kept without effect",
                };
                let cells = vec![Cell::text(heading)];
                table.rows.push(Row { style: RowStyle::Heading, cells, ..Row::default() });
                last = what;
            }
            let number = value.parse::<u64>().map(|number| grouped(Decimal::from(number)));
            let value = number.unwrap_or(value);
            let cells = [name, value, more].map(Cell::Text).into();
            table.rows.push(Row { indent: 1, cells, ..Row::default() });
        }
        if self.transactions == 0 {
            table.notes.push("No transactions yet: rentier import ~/Downloads/*.csv".into());
        }
        table
    }

    /// For programs: `what,name,value,more`.
    pub fn records(&self) -> Table {
        let keys = ["what", "name", "value", "more"];
        let rows = self.rows().into_iter();
        let rows = rows.map(|cells| Row { cells: cells.map(Cell::Text).into(), ..Row::default() });
        Table {
            columns: keys.iter().map(|key| Column::words(key, key)).collect(),
            rows: rows.collect(),
            ..Table::default()
        }
    }
}

/// `span` with `day` in it.
fn grown(span: Option<(NaiveDate, NaiveDate)>, day: NaiveDate) -> (NaiveDate, NaiveDate) {
    span.map_or((day, day), |(first, last)| (first.min(day), last.max(day)))
}

/// One decimal of so many in each of `months`.
fn per(number: usize, months: usize) -> Decimal {
    Decimal::from(number).checked_div(Decimal::from(months)).unwrap_or_default().round_dp(1)
}

/// The first of many names.
fn some(names: &BTreeSet<Name>) -> String {
    let first: Vec<&str> = names.iter().take(8).map(|name| &**name).collect();
    match names.len().saturating_sub(first.len()) {
        0 => first.join(", "),
        more => format!("{} and {more} more", first.join(", ")),
    }
}
