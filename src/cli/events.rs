//! `rentier events`

use super::args::EventsArgs;
use super::{Error, Exit, World};

/// Runs it.
pub fn run(_args: &EventsArgs, _world: &mut World) -> Result<Exit, Error> {
    Err(Error::new("`rentier events` is not there yet"))
}
