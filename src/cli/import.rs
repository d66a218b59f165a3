//! `rentier import`

use super::args::ImportArgs;
use super::{Error, Exit, World};

/// Runs it.
pub fn run(_args: &ImportArgs, _world: &mut World) -> Result<Exit, Error> {
    Err(Error::new("`rentier import` is not there yet"))
}
