//! Postings by day with a running total, or what accounts came to by period.
//!
//! In: journals as they were read, and what is asked. Out: a row for each posting, or for each account
//! and commodity of a period. The total of a row is what the rows so far come to in its commodity.

use std::collections::{HashMap, HashSet};

use super::sums::{Ask, Sums, Value, shown};
use super::table::{Cell, Column, Row, Table};
use crate::diagnostic::Diagnostic;
use crate::ledger::{AmountFrom, Ledger, Posting, Transaction};
use crate::money::Decimal;
use crate::period::{Every, NaiveDate};
use crate::source::Name;

/// Rows of a part of the records.
const PART: usize = 10_000;

/// The rows, oldest first.
#[derive(Debug)]
pub struct Register<'l> {
    lines: Vec<Line<'l>>,
    every: Option<Every>,
    value: Option<Value>,
    too_long: HashSet<(Name, Name)>,
}

/// One row.
#[derive(Clone, Debug)]
struct Line<'l> {
    when: When,
    /// Of which transaction; none of a period.
    transaction: Option<Transaction<'l>>,
    /// The posting's line.
    at: u32,
    account: Name,
    commodity: Name,
    quantity: Decimal,
    total: Decimal,
}

impl Line<'_> {
    /// Whether it is of the same posting, not only of one like it.
    fn is_of(&self, posting: Posting<'_>) -> bool {
        let same = |one: Transaction<'_>| {
            let other = posting.transaction;
            (one.line(), one.source()) == (other.line(), other.source())
                && std::ptr::eq(one.ledger(), other.ledger())
        };
        posting.amount_from() == AmountFrom::Elided
            && self.at == posting.line()
            && self.transaction.is_some_and(same)
    }
}

/// The posting's own day, or the number of the period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum When {
    Day(NaiveDate),
    Period(i32),
}

impl<'l> Register<'l> {
    /// Over all `ledgers`, of the accounts and days that `ask` takes.
    pub fn of(ledgers: &'l [Ledger], ask: &Ask) -> Register<'l> {
        let mut register = match ask.every {
            Some(every) => by_period(ledgers, ask, every),
            None => by_day(ledgers, ask),
        };
        register.total();
        register
    }

    /// Adds up, and leaves out of the rows what cannot be added.
    fn total(&mut self) {
        let mut totals: HashMap<Name, Decimal> = HashMap::new();
        let too_long = &mut self.too_long;
        self.lines.retain_mut(|line| {
            let Some(total) = totals.get_mut(&line.commodity) else {
                totals.insert(line.commodity.clone(), line.quantity);
                line.total = line.quantity;
                return true;
            };
            let sum = total.checked_add(line.quantity);
            match sum {
                Some(sum) => {
                    *total = sum;
                    line.total = sum;
                }
                None => {
                    too_long.insert((line.account.clone(), line.commodity.clone()));
                }
            }
            sum.is_some()
        });
    }

    /// A problem for each account with a row that has too many digits.
    pub fn problems(&self) -> Vec<Diagnostic> {
        let mut names: Vec<&(Name, Name)> = self.too_long.iter().collect();
        names.sort_unstable();
        let problem = |(account, commodity): &&(Name, Name)| {
            let what = format!("a figure of `{account}` in `{commodity}`");
            Diagnostic::error("number", format!("{what} has more digits than a number can have"))
                .note("it is left out of the report and of the total")
        };
        names.iter().map(problem).collect()
    }

    /// To read.
    pub fn table(&self) -> Table {
        let title = match self.every {
            Some(every) => format!("Postings by {}", every.name()),
            None => "Postings".to_owned(),
        };
        let subtitle = self.value.as_ref().map(Value::says).unwrap_or_default();
        let mut table = Table { title, subtitle, ..Table::default() };
        if self.lines.is_empty() {
            "No postings".clone_into(&mut table.title);
            table.subtitle.clear();
            table.preface.push(
                "No account that is asked for has postings on the days that are asked for.".into(),
            );
            table.preface.push("All there are: rentier accounts".into());
            return table;
        }
        table.columns = vec![Column::words("date", self.every.map_or("Date", heading))];
        if self.every.is_none() {
            table.columns.push(Column::words("description", "Description").soft());
        }
        table.columns.extend([
            Column::words("account", "Account"),
            Column::figures("quantity", "Amount"),
            Column::figures("total", "Total"),
            Column::words("commodity", "").gap(1),
        ]);
        table.rows = rows(&self.lines, |line| {
            let shown = |number| Cell::number(shown(number, &line.commodity, self.value.as_ref()));
            let described = line.transaction.map(|it| Cell::Text(it.description()));
            let mut cells = vec![self.when(line)];
            cells.extend(described);
            cells.extend([
                Cell::text(&*line.account),
                shown(line.quantity),
                shown(line.total),
                Cell::text(&*line.commodity),
            ]);
            cells
        });
        table.notes = self.value.iter().filter_map(Value::told).collect();
        table
    }

    /// For programs: `date,code,description,account,commodity,quantity,total,source`; of periods
    /// `month,account,commodity,quantity,total`, or as the period is called. Plain and unrounded.
    pub fn records(&self) -> Table {
        self.records_of(&self.lines)
    }

    /// The same, so many rows at a time: a row as cells is much larger than what it is made of.
    pub fn records_in_parts(&self) -> impl Iterator<Item = Table> {
        let parts = self.lines.chunks(PART).map(|lines| self.records_of(lines));
        let none = self.lines.is_empty().then(|| self.records_of(&[]));
        parts.chain(none)
    }

    fn records_of(&self, lines: &[Line<'l>]) -> Table {
        let keys: &[&str] = match self.every {
            Some(every) => &[every.name(), "account", "commodity"],
            None => &["date", "code", "description", "account", "commodity"],
        };
        let mut columns: Vec<Column> = keys.iter().map(|key| Column::words(key, key)).collect();
        columns.extend(["quantity", "total"].map(|key| Column::figures(key, key)));
        if self.every.is_none() {
            columns.push(Column::words("source", "source"));
        }
        let rows = rows(lines, |line| {
            let mut cells = vec![self.when(line)];
            if let Some(transaction) = line.transaction {
                cells.push(Cell::text(transaction.code()));
                cells.push(Cell::Text(transaction.description()));
            }
            cells.extend([&line.account, &line.commodity].map(|name| Cell::text(&**name)));
            cells.extend([line.quantity, line.total].map(|it| Cell::number(it.normalize())));
            if let Some(transaction) = line.transaction {
                cells.push(Cell::Text(format!("{}:{}", transaction.file(), transaction.line())));
            }
            cells
        });
        Table { columns, rows, ..Table::default() }
    }

    /// What of the sentences must be said where a format has no place for them.
    pub fn said(&self) -> Option<String> {
        self.value.as_ref()?.told().map(|sentence| sentence.text)
    }

    fn when(&self, line: &Line<'_>) -> Cell {
        match (line.when, self.every) {
            (When::Day(day), _) => Cell::Day(day),
            (When::Period(number), Some(every)) => Cell::Text(every.label(number)),
            (When::Period(_), None) => Cell::Empty,
        }
    }
}

fn rows<'l>(lines: &[Line<'l>], cells: impl Fn(&Line<'l>) -> Vec<Cell>) -> Vec<Row> {
    lines.iter().map(|line| Row { cells: cells(line), ..Row::default() }).collect()
}

fn heading(every: Every) -> &'static str {
    match every {
        Every::Day => "Day",
        Every::Week => "Week",
        Every::Month => "Month",
        Every::Quarter => "Quarter",
        Every::Year => "Year",
    }
}

fn by_day<'l>(ledgers: &'l [Ledger], ask: &Ask) -> Register<'l> {
    let mut value = Value::of(ledgers, ask);
    let mut too_long = HashSet::new();
    let mut lines: Vec<Line<'l>> = Vec::new();
    for ledger in ledgers {
        // Accounts are few and postings many: a name is asked for once.
        let mut names: HashMap<&str, Option<Name>> = HashMap::new();
        for posting in ledger.all_postings() {
            let day = posting.date();
            let account = posting.account();
            if ask.period(day).is_none() {
                continue;
            }
            let called = names.entry(account).or_insert_with(|| {
                ask.patterns.take(account).then(|| match ask.cut(account) {
                    cut if cut.len() == account.len() => account.clone(),
                    cut => Name::new(cut),
                })
            });
            let Some(called) = called else { continue };
            let (number, commodity) = (posting.number(), posting.commodity());
            let worth = match &mut value {
                None => Some((number, commodity.clone())),
                Some(value) => match posting.lot().filter(|lot| lot.fixed).and_then(|lot| lot.cost)
                {
                    Some(cost) => {
                        let total = if cost.total {
                            Some(cost.amount.number.abs())
                        } else {
                            number.abs().checked_mul(cost.amount.number)
                        };
                        let signed =
                            total.map(|it| if number.is_sign_negative() { -it } else { it });
                        signed
                            .and_then(|it| value.at(it, ledger.commodity(cost.amount.commodity), 0))
                    }
                    None => value.at(number, commodity, 0),
                },
            };
            let Some((quantity, commodity)) = worth else {
                too_long.insert((called.clone(), commodity.clone()));
                continue;
            };
            // A posting of several commodities that come to one is one.
            if let Some(last) = lines.last_mut()
                && last.is_of(posting)
                && last.commodity == commodity
                && let Some(sum) = last.quantity.checked_add(quantity)
            {
                last.quantity = sum;
                continue;
            }
            lines.push(Line {
                at: posting.line(),
                when: When::Day(day),
                transaction: Some(posting.transaction),
                account: called.clone(),
                commodity,
                quantity,
                total: Decimal::ZERO,
            });
        }
    }
    // Those of a day as they were read.
    lines.sort_by_key(|line| line.when);
    Register { lines, every: None, value, too_long }
}

fn by_period<'l>(ledgers: &'l [Ledger], ask: &Ask, every: Every) -> Register<'l> {
    let sums = Sums::of(ledgers, ask, None);
    let mut lines: Vec<Line<'l>> = Vec::new();
    for ((_, account, commodity), periods) in &sums.rows {
        lines.extend(periods.iter().map(|(period, quantity)| Line {
            when: When::Period(*period),
            transaction: None,
            at: 0,
            account: account.clone(),
            commodity: commodity.clone(),
            quantity: *quantity,
            total: Decimal::ZERO,
        }));
    }
    lines.sort_by_key(|line| line.when);
    let too_long = sums.too_long.into_iter().collect();
    Register { lines, every: Some(every), value: sums.value, too_long }
}
