//! `rentier events`

use serde_json::Value;

use super::args::EventsArgs;
use super::open::open;
use super::present::{Present, present};
use super::words::{self, Kept};
use super::{Error, Exit, World};
use crate::period::YearRule;
use crate::report::events::Events;
use crate::report::table::Table;

/// Runs it.
pub fn run(args: &EventsArgs, world: &mut World) -> Result<Exit, Error> {
    let (years, files) = words::years_and_files(&args.words, &args.reading);
    let books = open(&files, &args.reading, world)?;
    let keep = Kept::read(&args.keep, &books.journal)?.into();
    let events = Events::of(&books.journal, YearRule::CALENDAR, &years, &keep);
    present(&events, &args.output, world)?;
    world.tell(&books.diagnostics)
}

impl Present for Events<'_> {
    fn table(&self) -> Table {
        Events::table(self)
    }
    fn records(&self) -> Table {
        Events::records(self)
    }
    fn json(&self) -> Value {
        Events::json(self)
    }
}
