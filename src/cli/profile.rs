//! `rentier profile`

use super::args::ProfileArgs;
use super::{Error, Exit, World};

/// Runs it.
pub fn run(_args: &ProfileArgs, _world: &mut World) -> Result<Exit, Error> {
    Err(Error::new("`rentier profile` is not there yet"))
}
