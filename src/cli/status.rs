//! `rentier` alone: the status of the books, and the next step.

use super::{Error, Exit, World};

/// Runs it.
pub fn run(world: &mut World) -> Result<Exit, Error> {
    writeln!(
        world.out,
        "No books here: no rentier.toml in this folder or above it.
  rentier init                         make a folder of records here
  rentier import ~/Downloads/*.csv     read broker exports into it
  rentier income 2024                  the year, by tax category
  rentier income 2024 export.csv       the same from a file, without books"
    )?;
    Ok(Exit::Done)
}
