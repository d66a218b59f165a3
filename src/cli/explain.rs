//! `rentier explain`

use super::args::ExplainArgs;
use super::{Error, Exit, World};

/// Runs it.
pub fn run(_args: &ExplainArgs, _world: &mut World) -> Result<Exit, Error> {
    Err(Error::new("`rentier explain` is not there yet"))
}
