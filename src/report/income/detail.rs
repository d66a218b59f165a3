//! A line's figure down to each payment: who paid, when, how it came about, and its source line.

use indexmap::IndexMap;

use super::{Entry, IncomeStatement, Line, Origin};
use crate::money::Decimal;
use crate::report::table::{Cell, Row, RowStyle, Table};

impl IncomeStatement<'_> {
    /// Adds the payers of `line` and their payments, below it. A line that others below it sum up
    /// is told by those.
    pub(super) fn detail(&self, line: &Line, table: &mut Table) {
        let summed = self
            .lines
            .iter()
            .any(|part| part.part_of.as_ref() == Some(&line.category) && !part.of_which);
        if summed {
            return;
        }
        let mut payers: IndexMap<String, Vec<&Entry>> = IndexMap::new();
        for entry in &line.entries {
            payers.entry(self.payer_of(entry)).or_default().push(entry);
        }
        payers.sort_keys();
        for (payer, entries) in &payers {
            if !payer.is_empty() {
                let mut sums: Vec<Option<Decimal>> = vec![None; self.years.len()];
                for entry in entries {
                    *(sums[entry.year].get_or_insert_default()) += entry.amount;
                }
                let mut cells = vec![Cell::text(payer)];
                cells.extend(
                    sums.iter().map(|sum| Cell::maybe(sum.map(|amount| self.coins(amount)))),
                );
                table.rows.push(Row { style: RowStyle::Detail, indent: line.depth + 1, cells });
            }
            for entry in entries {
                table.rows.push(self.payment(line, entry));
            }
        }
    }

    /// Who stands behind an entry.
    pub(super) fn payer_of(&self, entry: &Entry) -> String {
        match entry.from {
            Origin::Income(income) => super::cash::payer(income, self.journal),
            Origin::Event(event) => {
                let event = self.journal.events.get(event);
                let security = event.and_then(|event| event.security().or(event.property()));
                security.map(|name| crate::report::words::security(name)).unwrap_or_default()
            }
            Origin::Fold => String::new(),
        }
    }

    fn payment(&self, line: &Line, entry: &Entry) -> Row {
        let event = entry.event().and_then(|at| self.journal.events.get(at));
        let label = match entry.from {
            Origin::Income(income) => {
                let how = match event {
                    _ if !income.how.is_empty() => income.how.clone(),
                    Some(event) => match self.held().each(event) {
                        Some(each) if income.amount == event.gross() => format!("{each} each"),
                        Some(each) => format!("of {each} each"),
                        None => event.text.to_string(),
                    },
                    None => String::new(),
                };
                format!("{}  {how}", income.date)
            }
            Origin::Event(_) => {
                let day = event.map(|event| event.date.to_string()).unwrap_or_default();
                let text = match event {
                    _ if *line.category == *"unplaced" => "waits for an answer",
                    Some(event) => &*event.text,
                    None => "",
                };
                format!("{day}  {text}")
            }
            Origin::Fold => "by rule, on the year's totals".to_owned(),
        };
        let mut cells = vec![Cell::text(label)];
        for at in 0..self.years.len() {
            cells.push(if at == entry.year {
                Cell::number(self.coins(entry.amount))
            } else {
                Cell::Empty
            });
        }
        let source = event.map(|event| near(&event.origin.to_string()));
        cells.push(source.map_or(Cell::Empty, Cell::text));
        Row { style: RowStyle::Detail, indent: line.depth + 2, cells }
    }
}

/// A source without the folder where copies of exports are kept.
pub(crate) fn near(source: &str) -> String {
    let short = source.strip_prefix("statements/").or_else(|| source.strip_prefix("imported/"));
    short.unwrap_or(source).to_owned()
}
