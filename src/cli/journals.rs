//! Journals as they lie, for the commands that show them: of the books, or of files that are named.

use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use super::args::{Exchange, Journals, Output, Periods, Reading};
use super::present::{Present, present};
use super::{Error, Exit, Format, World, open, words};
use crate::diagnostic::Diagnostic;
use crate::ledger::{self, Costs, Ledger, Options};
use crate::period::{Datelike, Days, Every, NaiveDate};
use crate::report::patterns::Patterns;
use crate::report::sums::Ask;
use crate::source::Name;

/// Journals that were read, and what is wrong in them.
pub struct Read {
    /// All of them.
    pub ledgers: Vec<Ledger>,
    /// What was found while reading.
    pub diagnostics: Vec<Diagnostic>,
}

impl Read {
    /// Reads what the flags name, and `files`; else the journals of the books.
    ///
    /// # Errors
    /// No books and no file, a file that cannot be read, a dialect that is none.
    pub fn of(journals: &Journals, files: &[PathBuf], world: &mut World) -> Result<Read, Error> {
        let files: Vec<&PathBuf> = journals.files.iter().chain(files).collect();
        if files.is_empty() {
            let reading = Reading { dialect: journals.dialect.clone(), ..Reading::default() };
            let books = open::open(&[], &reading, world)?;
            return Ok(Read { ledgers: books.ledgers, diagnostics: books.diagnostics });
        }
        let dialect = journals.dialect.as_deref().map(open::dialect).transpose()?;
        let options = Options { dialect, year: this_year(), ..Options::default() };
        let roots = files.iter().map(|path| world.read(path)).collect::<Result<Vec<_>, _>>()?;
        let (folder, encoding) = (world.folder.clone(), world.encoding);
        let mut load = |path: &str, from: &Name| open::texts(&folder, path, from, encoding);
        let mut ledgers = ledger::read_all(roots, &options, &mut load);
        let mut diagnostics: Vec<Diagnostic> =
            ledgers.iter_mut().flat_map(|ledger| ledger.diagnostics.drain(..)).collect();
        let sources = ledgers.iter().flat_map(|ledger| &ledger.sources);
        diagnostics.extend(open::guessed(sources.map(|source| &**source), world));
        diagnostics.extend(open::missing_documents(&ledgers, &world.folder));
        if world.flags.verbose {
            open::evidence(&ledgers, world)?;
        }
        Ok(Read { ledgers, diagnostics })
    }

    /// Writes a report, then what is wrong; `said` is what the report itself has no place for where
    /// programs read it.
    ///
    /// # Errors
    /// As `present`.
    pub fn show(
        mut self,
        report: &dyn Present,
        said: Option<String>,
        problems: Vec<Diagnostic>,
        output: &Output,
        world: &mut World,
    ) -> Result<Exit, Error> {
        present(report, output, world)?;
        if let (Some(said), Format::Csv | Format::Json) = (said, output.kind()?) {
            world.say(&said)?;
        }
        self.diagnostics.extend(problems);
        world.tell(&self.diagnostics)
    }

    /// The commodity that all is valued in.
    ///
    /// # Errors
    /// No journal names it.
    pub fn exchange(&self, exchange: &Exchange) -> Result<Option<Name>, Error> {
        let Some(name) = &exchange.exchange else { return Ok(None) };
        let names = || self.ledgers.iter().flat_map(|ledger| ledger.commodities.names());
        if let Some(known) = names().find(|known| ***known == **name) {
            return Ok(Some(known.clone()));
        }
        let mut known: Vec<&str> =
            names().map(|name| &**name).filter(|name| !name.is_empty()).collect();
        known.sort_unstable();
        known.dedup();
        Err(Error::unknown("commodity", name, known))
    }
}

/// Patterns of accounts.
///
/// # Errors
/// One is none.
pub fn patterns(texts: &[String]) -> Result<Patterns, Error> {
    Patterns::read(texts.iter().map(String::as_str)).map_err(|text| {
        Error::new(format!("`{}` is not a pattern", crate::source::harmless(text)))
            .help("a part of an account's name, or a regular expression: ^assets:bank")
    })
}

/// What is asked by flags that reports of sums share; in what it is valued, `Read::exchange` says.
///
/// # Errors
/// A pattern or a day that is none, days that end before they begin.
pub fn ask(
    accounts: &[String],
    periods: &Periods,
    exchange: &Exchange,
    depth: Option<u16>,
    days: [Option<&str>; 2],
) -> Result<Ask, Error> {
    let [from, to] = days;
    let (from, to) = (words::day(from)?, words::day(to)?);
    if let (Some(from), Some(to)) = (from, to)
        && to < from
    {
        return Err(Error::new(format!("{from} to {to} is no stretch of days")));
    }
    Ok(Ask {
        patterns: patterns(accounts)?,
        from,
        to,
        every: every(periods),
        depth: depth.map(usize::from),
        exchange: None,
        costs: costs(exchange.infer_market_prices),
    })
}

/// Whether costs are prices.
pub fn costs(infer: bool) -> Costs {
    if infer { Costs::Count } else { Costs::AsDialect }
}

fn every(periods: &Periods) -> Option<Every> {
    [
        (periods.yearly, Every::Year),
        (periods.quarterly, Every::Quarter),
        (periods.monthly, Every::Month),
        (periods.weekly, Every::Week),
        (periods.daily, Every::Day),
    ]
    .into_iter()
    .find_map(|(asked, every)| asked.then_some(every))
}

/// The year of today: only dates that name no year ask for it, and reading one warns.
fn this_year() -> i32 {
    let days =
        SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs() / 86_400);
    let today = NaiveDate::default().checked_add_days(Days::new(days));
    today.map_or(Options::default().year, |today| today.year())
}
