//! `rentier check`

use super::args::CheckArgs;
use super::{Error, Exit, World};

/// Runs it.
pub fn run(_args: &CheckArgs, _world: &mut World) -> Result<Exit, Error> {
    Err(Error::new("`rentier check` is not there yet"))
}
