//! `rentier balance`

use std::time::{SystemTime, UNIX_EPOCH};

use regex::Regex;
use serde_json::Value;

use super::args::{BalanceArgs, Reading};
use super::present::{Present, present};
use super::{Error, Exit, World, open};
use crate::diagnostic::Diagnostic;
use crate::ledger::{self, Ledger, Options};
use crate::period::{Datelike, Days, NaiveDate};
use crate::render;
use crate::report::balance::{self, Balances};
use crate::report::held::Held;
use crate::report::table::Table;
use crate::report::yearly::Yearly;

/// Runs it.
pub fn run(args: &BalanceArgs, world: &mut World) -> Result<Exit, Error> {
    let patterns = args.patterns.iter().map(|text| {
        balance::pattern(text).ok_or_else(|| {
            Error::new(format!("`{text}` is not a pattern"))
                .help("a part of an account's name, or a regular expression: ^assets:bank")
        })
    });
    let patterns = patterns.collect::<Result<Vec<_>, _>>()?;
    if args.files.is_empty() {
        let reading = Reading { dialect: args.dialect.clone(), ..Reading::default() };
        let mut books = open::open(&[], &reading, world)?;
        let problems = show(&books.ledgers, &patterns, args, world)?;
        books.diagnostics.extend(problems);
        return world.tell(&books.diagnostics);
    }
    let mut ledgers = read(args, world)?;
    let left_out = show(&ledgers, &patterns, args, world)?;
    let mut problems: Vec<Diagnostic> =
        ledgers.iter_mut().flat_map(|ledger| ledger.diagnostics.drain(..)).collect();
    problems.extend(left_out);
    world.tell(&problems)
}

/// Writes the report that is asked for; what is left out of it comes back.
fn show(
    ledgers: &[Ledger],
    patterns: &[Regex],
    args: &BalanceArgs,
    world: &mut World,
) -> Result<Vec<Diagnostic>, Error> {
    if args.lots {
        let held = Held::of(ledgers, patterns);
        present(&held, &args.output, world)?;
        return Ok(held.problems());
    }
    if args.yearly {
        let yearly = Yearly::of(ledgers, patterns);
        present(&yearly, &args.output, world)?;
        return Ok(yearly.problems());
    }
    let balances = Balances::of(ledgers, patterns);
    present(&balances, &args.output, world)?;
    Ok(balances.problems())
}

/// The journals that are named.
fn read(args: &BalanceArgs, world: &World) -> Result<Vec<Ledger>, Error> {
    let dialect = args.dialect.as_deref().map(open::dialect).transpose()?;
    let options = Options { dialect, year: this_year() };
    let roots = args.files.iter().map(|path| world.read(path)).collect::<Result<Vec<_>, _>>()?;
    let folder = world.folder.clone();
    Ok(ledger::read_all(roots, &options, &mut |path, from| open::texts(&folder, path, from)))
}

/// The year of today: only dates that name no year ask for it, and reading one warns.
fn this_year() -> i32 {
    let days =
        SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs() / 86_400);
    let today = NaiveDate::default().checked_add_days(Days::new(days));
    today.map_or(Options::default().year, |today| today.year())
}

impl Present for Yearly {
    fn table(&self) -> Table {
        Yearly::table(self)
    }
    fn records(&self) -> Table {
        Yearly::records(self)
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
