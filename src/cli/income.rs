//! `rentier income`: the yearly statement.

use std::str::FromStr;

use serde_json::Value;

use super::args::{IncomeArgs, View as ViewFlag};
use super::judged::Read;
use super::present::{Present, no_events, present};
use super::{Error, Exit, World};
use crate::regime::Regime;
use crate::report::income::{self, By, Grouped, IncomeStatement, Request, View};
use crate::report::keep::below;
use crate::report::table::Table;
use crate::source::Name;

/// Runs it.
pub fn run(args: &IncomeArgs, world: &mut World) -> Result<Exit, Error> {
    let read = Read::for_years(&args.words, args.detail, &args.reading, world)?;
    let settings = &read.books.settings;
    let view = match args.view {
        Some(ViewFlag::Cash) => View::Cash,
        None if settings.report.view.as_deref() == Some("cash") => View::Cash,
        Some(ViewFlag::Tax) | None => View::Tax,
    };
    let by = args.by.as_deref().or(settings.report.by.as_deref()).unwrap_or("category");
    let by = By::from_str(by).map_err(|()| Error::unknown("key", by, By::NAMES))?;
    let mut keep = read.keep(&args.keep)?;
    keep.categories = categories(&args.category, &read.regime, view)?;
    let years = read.years_or_last();
    if years.is_empty() && no_events(&args.output, world)? {
        return read.ended(false, world);
    }
    let request = Request {
        years,
        view,
        filing: settings.filing.clone(),
        keep,
        detail: args.detail,
        taken: read.books.taken.clone(),
    };
    let statement = income::statement(&read.judged, &read.books.journal, &read.regime, request);
    match by {
        By::Category => present(&statement, &args.output, world)?,
        by => present(&Grouped { statement: &statement, by }, &args.output, world)?,
    }
    let incomplete = statement.incomplete();
    read.ended(incomplete, world)
}

/// The categories named, each of them one of the regime's or above one.
fn categories(named: &[String], regime: &Regime, view: View) -> Result<Option<Vec<Name>>, Error> {
    if named.is_empty() {
        return Ok(None);
    }
    let known: Vec<Name> = match view {
        View::Tax => {
            regime.categories.values().filter(|one| one.shown).map(|one| one.id.clone()).collect()
        }
        View::Cash => crate::classify::CASH_LINES.iter().map(|id| Name::new(id)).collect(),
    };
    let check = |id: &String| {
        // `rent.net.maple` is a line that a statement adds below `rent.net`.
        let fits = |known: &Name| below(known, id) || below(id, known);
        if known.iter().any(fits) {
            Ok(Name::new(id))
        } else {
            Err(Error::unknown("category", id, known.iter().map(|id| &**id)))
        }
    };
    named.iter().map(check).collect::<Result<_, _>>().map(Some)
}

impl Present for IncomeStatement<'_> {
    fn table(&self) -> Table {
        IncomeStatement::table(self)
    }
    fn records(&self) -> Table {
        IncomeStatement::records(self)
    }
    fn json(&self) -> Value {
        IncomeStatement::json(self)
    }
}

impl Present for Grouped<'_, '_> {
    fn table(&self) -> Table {
        Grouped::table(self)
    }
    fn records(&self) -> Table {
        Grouped::records(self)
    }
}
