//! `rentier init`

use super::args::InitArgs;
use super::{Error, Exit, World};

/// Runs it.
pub fn run(_args: &InitArgs, _world: &mut World) -> Result<Exit, Error> {
    Err(Error::new("`rentier init` is not there yet"))
}
