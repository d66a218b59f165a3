//! What accounts came to by year, quarter, month, week or day, as journals have them.
//!
//! In: journals as they were read, and what is asked. Out: one row for each account, commodity and
//! period; to read, a column for each period. Without a pattern these are the income and expense
//! accounts; a pattern may name others. No categories and no law: those are `income`'s.

use std::collections::{BTreeMap, BTreeSet};

use super::sums::{Ask, Sums};
use super::table::{Cell, Column, Row, RowStyle, Table};
use super::tree;
use crate::diagnostic::Diagnostic;
use crate::ledger::{Ledger, Section};
use crate::money::Decimal;
use crate::period::Every;
use crate::source::Name;

/// What accounts came to by period, zeros left out. Revenues are positive.
#[derive(Debug)]
pub struct Periods {
    sums: Sums,
    every: Every,
    tree: bool,
    named: bool,
}

impl Periods {
    /// Over all `ledgers`, of the accounts that `ask` takes; `tree`: with what the accounts below them
    /// came to.
    pub fn of(ledgers: &[Ledger], ask: &Ask, every: Every, tree: bool) -> Periods {
        let named = ask.patterns.names_some();
        let sections = |section: Section| named || section.is_income();
        let ask = Ask { every: Some(every), ..ask.clone() };
        Periods { sums: Sums::of(ledgers, &ask, Some(&sections)), every, tree, named }
    }

    /// A problem for each account that has a sum with too many digits.
    pub fn problems(&self) -> Vec<Diagnostic> {
        self.sums.problems()
    }

    /// The accounts of each section, with their sums.
    fn sections(&self) -> Vec<(Section, Vec<tree::Account<'_, i32>>)> {
        let mut own: BTreeMap<Section, BTreeMap<&str, tree::Own<'_, i32>>> = BTreeMap::new();
        for ((section, account, commodity), periods) in &self.sums.rows {
            let accounts = own.entry(*section).or_default();
            accounts.entry(account).or_default().insert(commodity, periods.clone());
        }
        let shown = |own| if self.tree { tree::of(own) } else { tree::flat(own) };
        own.into_iter().map(|(section, own)| (section, shown(own))).collect()
    }

    /// What a section comes to, or with its sign several, by commodity.
    fn total(&self, signs: &[(Section, bool)]) -> BTreeMap<&Name, BTreeMap<i32, Decimal>> {
        let mut totals: BTreeMap<&Name, BTreeMap<i32, Decimal>> = BTreeMap::new();
        for ((section, _, commodity), periods) in &self.sums.rows {
            let Some((_, adds)) = signs.iter().find(|(of, _)| of == section) else { continue };
            let total = totals.entry(commodity).or_default();
            for (period, sum) in periods {
                let whole = total.entry(*period).or_default();
                *whole = whole.saturating_add(if *adds { *sum } else { -*sum });
            }
        }
        totals
    }

    /// To read: a column for each period.
    pub fn table(&self) -> Table {
        let mut table = Table { subtitle: self.sums.subtitle(), ..Table::default() };
        let title = if self.named { "Changes" } else { "Income and expenses" };
        table.title = format!("{title} by {}", self.every.name());
        if self.sums.rows.is_empty() {
            table.subtitle.clear();
            if self.named {
                "No changes".clone_into(&mut table.title);
                table.preface.push("No account that is asked for has postings then.".into());
            } else {
                "No income and no expenses".clone_into(&mut table.title);
                table
                    .preface
                    .push("No account that is asked for is one of income or expenses.".into());
            }
            table.preface.push("All there are: rentier accounts".into());
            return table;
        }
        let periods: BTreeSet<i32> =
            self.sums.rows.values().flat_map(|periods| periods.keys().copied()).collect();
        let ends = periods.first().copied().zip(periods.last().copied());
        // A period in which nothing happened is one all the same, where they are few.
        let periods: Vec<i32> = match ends {
            Some((first, last)) if last - first < 60 => (first..=last).collect(),
            Some(_) | None => periods.into_iter().collect(),
        };
        table.columns = vec![Column::words("account", "")];
        for (at, period) in periods.iter().enumerate() {
            let label = self.every.label(*period);
            let after = u8::try_from(periods.len() - 1 - at).unwrap_or(u8::MAX);
            table.columns.push(Column::figures(&label, &label).drops(after));
        }
        table.columns.push(Column::words("commodity", "").gap(1));
        let sections = self.sections();
        for (section, accounts) in &sections {
            let cells = vec![Cell::text(section.name())];
            table.rows.push(Row { style: RowStyle::Heading, cells, ..Row::default() });
            for account in accounts {
                let mut label = account.label;
                for (commodity, sums) in &account.sums {
                    let mut row = self.row(label, commodity, sums, &periods, RowStyle::Line);
                    row.indent = 1 + account.indent;
                    table.rows.push(row);
                    if self.tree {
                        label = "";
                    }
                }
            }
            let name = format!("Total {}", section.name().to_lowercase());
            self.totals(&mut table, &name, &[(*section, true)], &periods);
        }
        let has = |wanted| sections.iter().any(|(section, _)| *section == wanted);
        if has(Section::Revenues) && has(Section::Expenses) {
            let signs = [(Section::Revenues, true), (Section::Expenses, false)];
            self.totals(&mut table, "Net income", &signs, &periods);
        }
        table.notes = self.sums.notes();
        table
    }

    /// The rows of a total, one for each commodity.
    fn totals(&self, table: &mut Table, name: &str, signs: &[(Section, bool)], periods: &[i32]) {
        for (at, (commodity, sums)) in self.total(signs).into_iter().enumerate() {
            let style = if at == 0 { RowStyle::Total } else { RowStyle::Sum };
            let mut row = self.row(name, commodity, &sums, periods, style);
            row.indent = 1;
            table.rows.push(row);
        }
    }

    fn row(
        &self,
        label: &str,
        commodity: &str,
        sums: &BTreeMap<i32, Decimal>,
        periods: &[i32],
        style: RowStyle,
    ) -> Row {
        let figure =
            |period| Cell::maybe(sums.get(period).map(|sum| self.sums.shown(*sum, commodity)));
        let cells = [Cell::text(label)]
            .into_iter()
            .chain(periods.iter().map(figure))
            .chain([Cell::text(commodity)]);
        Row { style, cells: cells.collect(), ..Row::default() }
    }

    /// For programs: `section,year,account,commodity,quantity`, plain and unrounded; `quarter`, `month`,
    /// `week` or `day` in place of `year`.
    pub fn records(&self) -> Table {
        let columns = vec![
            Column::words("section", "section"),
            Column::words(self.every.name(), self.every.name()),
            Column::words("account", "account"),
            Column::words("commodity", "commodity"),
            Column::figures("quantity", "quantity"),
        ];
        let mut rows = Vec::new();
        for (section, accounts) in self.sections() {
            for account in accounts {
                for (commodity, sums) in &account.sums {
                    rows.extend(sums.iter().map(|(period, sum)| Row {
                        cells: vec![
                            Cell::text(section.name()),
                            Cell::text(self.every.label(*period)),
                            Cell::text(account.name),
                            Cell::text(&***commodity),
                            Cell::number(sum.normalize()),
                        ],
                        ..Row::default()
                    }));
                }
            }
        }
        Table { columns, rows, ..Table::default() }
    }

    /// What of the sentences must be said where a format has no place for them.
    pub fn said(&self) -> Option<String> {
        self.sums.value.as_ref()?.told().map(|sentence| sentence.text)
    }
}
