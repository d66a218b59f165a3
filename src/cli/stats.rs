//! `rentier stats`

use super::args::StatsArgs;
use super::journals::Read;
use super::present::Present;
use super::{Error, Exit, World};
use crate::diagnostic::Diagnostic;
use crate::report::stats::Stats;
use crate::report::table::Table;

/// Runs it.
pub fn run(args: &StatsArgs, world: &mut World) -> Result<Exit, Error> {
    let read = Read::of(&args.journals, &args.words, world)?;
    let errors = read.diagnostics.iter().filter(|found| Diagnostic::is_error(found)).count();
    let stats = Stats::of(&read.ledgers, errors);
    read.show(&stats, None, Vec::new(), &args.output, world)
}

impl Present for Stats {
    fn table(&self) -> Table {
        Stats::table(self)
    }
    fn records(&self) -> Table {
        Stats::records(self)
    }
}
