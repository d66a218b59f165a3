//! `rentier prices`

use super::args::{PricesArgs, Reading};
use super::journals::{self, Read};
use super::present::Present;
use super::{Error, Exit, World, words};
use crate::ledger::Dialect;
use crate::report::prices::{Prices, Wanted};
use crate::report::table::Table;

/// Runs it.
pub fn run(args: &PricesArgs, world: &mut World) -> Result<Exit, Error> {
    let (years, files) = words::years_and_files(&args.words, &Reading::default());
    let wanted = Wanted {
        commodities: args.commodity.clone(),
        years,
        from: words::day(args.days.from.as_deref())?,
        to: words::day(args.days.to.as_deref())?,
        costs: journals::costs(args.infer_market_prices),
    };
    let kind = args.kind.as_deref().map(dialect).transpose()?;
    let read = Read::of(&args.journals, &files, world)?;
    let prices = Prices::of(&read.ledgers, &wanted);
    if let Some(kind) = kind {
        world.deliver(prices.lines(kind).as_bytes(), &args.output)?;
        return world.tell(&read.diagnostics);
    }
    read.show(&prices, None, Vec::new(), &args.output, world)
}

/// `--as`: `rentier` writes what hledger reads.
fn dialect(name: &str) -> Result<Dialect, Error> {
    let known = ["hledger", "ledger", "beancount", "rentier"];
    match name {
        "rentier" => Ok(Dialect::Hledger),
        name => Dialect::named(name).ok_or_else(|| Error::unknown("form", name, known)),
    }
}

impl Present for Prices {
    fn table(&self) -> Table {
        Prices::table(self)
    }
    fn records(&self) -> Table {
        Prices::records(self)
    }
}
