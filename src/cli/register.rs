//! `rentier register`

use super::args::RegisterArgs;
use super::journals::{self, Read};
use super::present::Present;
use super::{Error, Exit, World};
use crate::diagnostic::Diagnostic;
use crate::render;
use crate::report::register::Register;
use crate::report::table::Table;

/// Runs it.
pub fn run(args: &RegisterArgs, world: &mut World) -> Result<Exit, Error> {
    let days = [args.days.from.as_deref(), args.days.to.as_deref()];
    let (periods, exchange) = (&args.periods, &args.exchange);
    let mut ask = journals::ask(&args.patterns, periods, exchange, args.depth, days)?;
    let mut read = Read::of(&args.journals, &[], world)?;
    ask.exchange = read.exchange(exchange)?;
    let ledgers = std::mem::take(&mut read.ledgers);
    let register = Register::of(&ledgers, &ask);
    let problems: Vec<Diagnostic> = register.problems();
    read.show(&register, register.said(), problems, &args.output, world)
}

impl Present for Register<'_> {
    fn table(&self) -> Table {
        Register::table(self)
    }
    fn records(&self) -> Table {
        Register::records(self)
    }
    fn csv(&self) -> String {
        render::csv_in_parts(self.records_in_parts())
    }
}
