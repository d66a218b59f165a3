//! `rentier gains`

use super::args::GainsArgs;
use super::{Error, Exit, World};

/// Runs it.
pub fn run(_args: &GainsArgs, _world: &mut World) -> Result<Exit, Error> {
    Err(Error::new("`rentier gains` is not there yet"))
}
