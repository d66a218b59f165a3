//! The same income grouped another way: by payer, account, owner, property, month or category.
//!
//! One year: a row for each group, a column for each category. Several years: a column for each year.

use std::str::FromStr;

use indexmap::IndexMap;

use super::{Entry, IncomeStatement, Line, Origin};
use crate::money::{self, Decimal};
use crate::period::Datelike;
use crate::report::table::{Cell, Column, Row, RowStyle, Table};

/// What a row of the grouped statement stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// The statement itself.
    Category,
    /// Security or property, and the account that holds it.
    Payer,
    /// Account.
    Account,
    /// Owners of the account.
    Owner,
    /// Let property.
    Property,
    /// Month of the day that decided the year.
    Month,
}

impl By {
    /// As the flag spells them.
    pub const NAMES: [&str; 6] = ["category", "payer", "account", "owner", "property", "month"];
}

impl FromStr for By {
    type Err = ();
    fn from_str(text: &str) -> Result<By, ()> {
        Ok(match text {
            "category" => By::Category,
            "payer" => By::Payer,
            "account" => By::Account,
            "owner" => By::Owner,
            "property" => By::Property,
            "month" => By::Month,
            _ => return Err(()),
        })
    }
}

/// A statement, grouped.
#[derive(Debug)]
pub struct Grouped<'s, 'j> {
    /// What is grouped.
    pub statement: &'s IncomeStatement<'j>,
    /// By what.
    pub by: By,
}

impl Grouped<'_, '_> {
    /// To read.
    pub fn table(&self) -> Table {
        let whole = self.statement.table();
        let mut table = self.figures(false);
        table.title = format!("{} · by {}", whole.title, self.word());
        table.subtitle = whole.subtitle;
        table.preface = whole.preface;
        table
    }

    /// For CSV: exact figures, and no total.
    pub fn records(&self) -> Table {
        let mut table = self.figures(true);
        table.rows.retain(|row| row.style == RowStyle::Line);
        table
    }

    fn word(&self) -> &'static str {
        match self.by {
            By::Category => "category",
            By::Payer => "payer",
            By::Account => "account",
            By::Owner => "owner",
            By::Property => "property",
            By::Month => "month",
        }
    }

    /// Group and account of an entry; `None`: it belongs to no group.
    fn key(&self, line: &Line, entry: &Entry) -> (String, String) {
        let statement = self.statement;
        let journal = statement.journal;
        let event = entry.event().and_then(|at| journal.events.get(at));
        let (account, property, date) = match entry.from {
            Origin::Income(income) => {
                (Some(&income.account), income.property.as_ref(), Some(income.date))
            }
            Origin::Event(_) => (
                event.map(|event| &event.account),
                event.and_then(|event| event.property()),
                event.map(|event| event.date),
            ),
            Origin::Fold => (None, None, None),
        };
        let name = |name: Option<&crate::source::Name>| name.map(ToString::to_string);
        let none = || "-".to_owned();
        match self.by {
            By::Category => (line.label.clone(), String::new()),
            By::Payer => (statement.payer_of(entry), name(account).unwrap_or_default()),
            By::Account => (name(account).unwrap_or_else(none), String::new()),
            By::Owner => {
                let owners = account.and_then(|id| journal.accounts.get(id));
                let owners = owners.map(|account| account.owners.join(" and "));
                (owners.unwrap_or_else(none), String::new())
            }
            By::Property => (name(property).unwrap_or_else(none), String::new()),
            By::Month => {
                let month = date.map(|day| format!("{}-{:02}", day.year(), day.month()));
                (month.unwrap_or_else(none), String::new())
            }
        }
    }

    fn figures(&self, exact: bool) -> Table {
        let statement = self.statement;
        let years = statement.years.len();
        let pivot = years == 1 && self.by != By::Category;
        // A category filter asks for its parts too; else what adds to the total is enough.
        let filtered = statement.request.keep.categories.is_some();
        let lines: Vec<&Line> = statement
            .lines
            .iter()
            .filter(|line| filtered || line.adds)
            .filter(|line| filtered || line.depth <= 1)
            .collect();
        let width = if pivot { lines.len() } else { years };
        let mut groups: IndexMap<(String, String), Vec<Option<Decimal>>> = IndexMap::new();
        for (column, line) in lines.iter().enumerate() {
            let counts = pivot || line.adds || filtered && line.depth == 1;
            if !counts {
                continue;
            }
            for entry in &line.entries {
                let row = groups.entry(self.key(line, entry)).or_insert_with(|| vec![None; width]);
                let at = if pivot { column } else { entry.year };
                *row[at].get_or_insert_default() += entry.amount;
            }
        }
        if self.by == By::Month {
            groups.sort_keys();
        }
        let with_account = self.by == By::Payer;
        let number = |amount: Option<Decimal>| {
            let shown = |amount| {
                if exact {
                    money::cash(amount, &statement.currency)
                } else {
                    statement.coins(amount)
                }
            };
            Cell::maybe(amount.map(shown))
        };
        let sums = pivot && !filtered && lines.iter().filter(|line| line.adds).count() > 1;
        let mut table = Table::default();
        let mut heading = self.word().to_owned();
        heading[..1].make_ascii_uppercase();
        table.columns.push(Column::words(self.word(), &heading));
        if with_account {
            table.columns.push(Column::words("account", "Account"));
        }
        let columns = table.columns.len();
        let heads: Vec<(String, String)> = if pivot {
            lines.iter().map(|line| (line.category.to_string(), heading_of(&line.label))).collect()
        } else {
            let years = statement.years.iter();
            years.map(|year| (year.label.clone(), year.label.clone())).collect()
        };
        for (at, (key, heading)) in heads.into_iter().enumerate() {
            let drops = u8::try_from(at).unwrap_or(u8::MAX).saturating_add(1).min(200);
            table.columns.push(Column::figures(&key, &heading).drops(if pivot {
                drops
            } else {
                0
            }));
        }
        if sums {
            table.columns.push(Column::figures("total", "Total"));
        }
        let adding = |row: &[Option<Decimal>]| -> Option<Decimal> {
            let amounts = lines.iter().zip(row).filter(|(line, _)| line.adds);
            amounts.filter_map(|(_, amount)| *amount).reduce(|left, right| left + right)
        };
        let line = |label: Vec<Cell>, row: &[Option<Decimal>], style: RowStyle| {
            let mut cells = label;
            cells.extend(row.iter().map(|amount| number(*amount)));
            if sums {
                cells.push(number(adding(row)));
            }
            Row { style, indent: 0, cells }
        };
        let mut totals: Vec<Option<Decimal>> = vec![None; width];
        for ((group, account), row) in &groups {
            for (total, amount) in totals.iter_mut().zip(row) {
                if let Some(amount) = amount {
                    *total.get_or_insert_default() += amount;
                }
            }
            let mut label = vec![Cell::text(group)];
            if with_account {
                label.push(Cell::text(account));
            }
            table.rows.push(line(label, row, RowStyle::Line));
        }
        let mut label = vec![Cell::text("Total")];
        label.resize(columns, Cell::Empty);
        table.rows.push(line(label, &totals, RowStyle::Total));
        table
    }
}

/// A label in little room: `Ordinary dividends` is `Ordinary`, `section 199A` is `199A`.
fn heading_of(label: &str) -> String {
    const ROOM: usize = 12;
    let label = label.split(',').next().unwrap_or_default();
    let mut words: Vec<&str> = label.split(' ').collect();
    if let Some(last) = words.last().filter(|last| last.contains(|c: char| c.is_ascii_digit())) {
        words = vec![last];
    }
    while words.len() > 1 && words.iter().map(|word| word.len() + 1).sum::<usize>() > ROOM + 1 {
        words.pop();
    }
    while words.len() > 1 && matches!(words.last(), Some(&("of" | "in" | "from" | "paid"))) {
        words.pop();
    }
    let text = words.join(" ");
    let mut chars = text.chars();
    let first = chars.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    first + chars.as_str()
}
