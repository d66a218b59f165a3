//! `rentier balance`

use super::args::BalanceArgs;
use super::{Error, Exit, World};

/// Runs it.
pub fn run(_args: &BalanceArgs, _world: &mut World) -> Result<Exit, Error> {
    Err(Error::new("`rentier balance` is not there yet"))
}
