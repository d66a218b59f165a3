//! `rentier check`: every problem of the records, and every question only a person can answer.

use super::args::CheckArgs;
use super::{Error, Exit, World, open, words};

/// Runs it.
pub fn run(args: &CheckArgs, world: &mut World) -> Result<Exit, Error> {
    let (_years, files) = words::years_and_files(&args.words, &args.reading);
    let mut books = open::open(&files, &args.reading, world)?;
    open::regime_of(&mut books)?;
    world.tell(&books.diagnostics)
}
