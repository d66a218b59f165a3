//! Opens what a command reads: the books around the current folder, or files that are named.

use super::args::Reading;
use super::{Error, World};
use crate::books::Books;
use std::path::PathBuf;

/// The books, or what the files named on the command line hold; settings as the flags say.
pub fn open(_files: &[PathBuf], _reading: &Reading, _world: &mut World) -> Result<Books, Error> {
    Err(Error::new("books cannot be opened yet"))
}

/// Whether there is such a regime.
///
/// # Errors
/// None, with those there are.
pub fn check_regime(id: &str) -> Result<(), Error> {
    let known = ["us", "plain"];
    if known.contains(&id) { Ok(()) } else { Err(Error::unknown("regime", id, known)) }
}
