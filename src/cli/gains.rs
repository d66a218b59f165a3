//! `rentier gains`: one row for each lot sold.

use serde_json::Value;

use super::args::GainsArgs;
use super::judged::Read;
use super::present::{Present, no_events, present};
use super::{Error, Exit, World};
use crate::render;
use crate::report::gains::{self, Gains};
use crate::report::table::Table;

/// Runs it.
pub fn run(args: &GainsArgs, world: &mut World) -> Result<Exit, Error> {
    let read = Read::for_years(&args.words, true, &args.reading, world)?;
    let keep = read.keep(&args.keep)?;
    let years = read.years_or_last();
    if years.is_empty() && no_events(&args.output, world)? {
        return read.ended(false, world);
    }
    let filing = &read.books.settings.filing;
    let journal = &read.books.journal;
    let mut gains = gains::gains(&read.judged, journal, &read.regime, filing, &years, &keep);
    gains.detail = args.detail;
    present(&gains, &args.output, world)?;
    let incomplete = gains.incomplete();
    read.ended(incomplete, world)
}

impl Present for Gains<'_> {
    fn table(&self) -> Table {
        Gains::table(self)
    }
    fn records(&self) -> Table {
        Gains::records(self)
    }
    fn json(&self) -> Value {
        Gains::json(self, &render::rows(&self.records()))
    }
}
