//! `rentier balance`

use serde_json::Value;

use super::args::BalanceArgs;
use super::journals::{self, Read};
use super::present::Present;
use super::{Error, Exit, World};
use crate::render;
use crate::report::balance::Balances;
use crate::report::held::Held;
use crate::report::periods::Periods;
use crate::report::table::Table;

/// Runs it.
pub fn run(args: &BalanceArgs, world: &mut World) -> Result<Exit, Error> {
    let days = [args.days.from.as_deref(), args.as_of.as_deref().or(args.days.to.as_deref())];
    let (periods, exchange) = (&args.periods, &args.exchange);
    let mut ask = journals::ask(&args.patterns, periods, exchange, args.depth, days)?;
    let read = Read::of(&args.journals, &[], world)?;
    ask.exchange = read.exchange(exchange)?;
    if args.lots {
        let held = Held::of(&read.ledgers, &ask.patterns);
        let problems = held.problems();
        return read.show(&held, None, problems, &args.output, world);
    }
    if let Some(every) = ask.every {
        let periods = Periods::of(&read.ledgers, &ask, every, args.tree);
        let (said, problems) = (periods.said(), periods.problems());
        return read.show(&periods, said, problems, &args.output, world);
    }
    let balances = Balances::of(&read.ledgers, &ask, args.tree);
    let (said, problems) = (balances.said(), balances.problems());
    read.show(&balances, said, problems, &args.output, world)
}

impl Present for Periods {
    fn table(&self) -> Table {
        Periods::table(self)
    }
    fn records(&self) -> Table {
        Periods::records(self)
    }
    fn json(&self) -> Value {
        render::rows(&self.records())
    }
}

impl Present for Balances {
    fn table(&self) -> Table {
        Balances::table(self)
    }
    fn records(&self) -> Table {
        Balances::records(self)
    }
    fn json(&self) -> Value {
        render::rows(&self.records())
    }
}

impl Present for Held {
    fn table(&self) -> Table {
        Held::table(self)
    }
    fn records(&self) -> Table {
        Held::records(self)
    }
}
