//! The prices that journals state, by day.
//!
//! In: journals as they were read. Out: one row for each price, or lines of a journal.

use std::fmt::Write as _;

use super::table::{Cell, Column, Row, Table};
use crate::ledger::{Costs, Dialect, Ledger, Market, Quote};
use crate::period::{Datelike, NaiveDate, TaxYear};

/// Which prices.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Of these commodities; of all where none is named.
    pub commodities: Vec<String>,
    /// Of these years; of all where none is named.
    pub years: Vec<TaxYear>,
    /// First day.
    pub from: Option<NaiveDate>,
    /// Last day.
    pub to: Option<NaiveDate>,
    /// Whether costs are prices.
    pub costs: Costs,
}

/// The prices, oldest first.
#[derive(Debug, Default)]
pub struct Prices {
    quotes: Vec<Quote>,
    /// There are others that are not asked for.
    others: bool,
}

impl Prices {
    /// Those of all `ledgers` that are wanted.
    pub fn of(ledgers: &[Ledger], wanted: &Wanted) -> Prices {
        let market = Market::of(ledgers, wanted.costs);
        let is_wanted = |quote: &&Quote| {
            let Wanted { commodities, years, from, to, .. } = wanted;
            (commodities.is_empty() || commodities.iter().any(|name| **name == *quote.commodity))
                && (years.is_empty() || years.contains(&TaxYear(quote.date.year())))
                && from.is_none_or(|from| from <= quote.date)
                && to.is_none_or(|to| quote.date <= to)
        };
        let quotes: Vec<Quote> = market.quotes().iter().filter(is_wanted).cloned().collect();
        Prices { others: quotes.len() < market.quotes().len(), quotes }
    }

    /// To read.
    pub fn table(&self) -> Table {
        let mut table = self.records();
        "Prices".clone_into(&mut table.title);
        if self.quotes.is_empty() {
            "No prices".clone_into(&mut table.title);
            table.columns.clear();
            table.preface.push(if self.others {
                "None of those that are asked for; all there are: rentier prices".into()
            } else {
                "No journal states one, such as: P 2024-03-15 VTI 255.10 USD".into()
            });
            return table;
        }
        for column in &mut table.columns {
            let heading = match &*column.key {
                "date" => "Date",
                "commodity" => "Commodity",
                "price" => "Price",
                "source" => "Source",
                _ => "",
            };
            heading.clone_into(&mut column.heading);
        }
        table
    }

    /// For programs: `date,commodity,price,currency,from,source`; `from` is `stated` or `cost`.
    pub fn records(&self) -> Table {
        let columns = vec![
            Column::words("date", "date"),
            Column::words("commodity", "commodity"),
            Column::figures("price", "price"),
            Column::words("currency", "currency").gap(1),
            Column::words("from", "from"),
            Column::words("source", "source").drops(1),
        ];
        let rows = self.quotes.iter().map(|quote| Row {
            cells: vec![
                Cell::Day(quote.date),
                Cell::text(&*quote.commodity),
                Cell::number(quote.price),
                Cell::text(&*quote.currency),
                Cell::text(if quote.implied { "cost" } else { "stated" }),
                Cell::Text(format!("{}:{}", quote.file, quote.line)),
            ],
            ..Row::default()
        });
        Table { columns, rows: rows.collect(), ..Table::default() }
    }

    /// As lines of a journal: `P 2024-03-15 VTI 255.10 USD`, or of a Beancount file.
    pub fn lines(&self, dialect: Dialect) -> String {
        let mut text = String::new();
        for Quote { date, commodity, price, currency, .. } in &self.quotes {
            let _ = match dialect {
                Dialect::Beancount => {
                    // What is no name there is kept as a comment.
                    let fits = [commodity, currency].iter().all(|name| is_beancount_s(name));
                    let mark = if fits { "" } else { "; " };
                    writeln!(text, "{mark}{date} price {commodity} {price} {currency}")
                }
                Dialect::Hledger | Dialect::Ledger => {
                    let (commodity, currency) = (quoted(commodity), quoted(currency));
                    writeln!(text, "P {date} {commodity} {price} {currency}")
                }
            };
        }
        text
    }
}

/// Whether Beancount takes this for a commodity: capital letters, digits and `'._-` between.
fn is_beancount_s(commodity: &str) -> bool {
    let bytes = commodity.as_bytes();
    let ends = |byte: &u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
    (2..=24).contains(&bytes.len())
        && bytes[0].is_ascii_uppercase()
        && bytes.last().is_some_and(ends)
        && bytes.iter().all(|byte| ends(byte) || b"'._-".contains(byte))
}

/// A commodity as a journal writes it: between quotes where it has more than letters and signs.
pub(super) fn quoted(commodity: &str) -> String {
    let apart = |c: char| {
        c.is_ascii_digit() || c.is_whitespace() || ".,;:?!-+*/^&|=<>@{}()[]\"'#~\\".contains(c)
    };
    if commodity.is_empty() || commodity.contains(apart) {
        format!("\"{commodity}\"")
    } else {
        commodity.to_owned()
    }
}
