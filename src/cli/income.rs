//! `rentier income`

use super::args::IncomeArgs;
use super::{Error, Exit, World};

/// Runs it.
pub fn run(_args: &IncomeArgs, _world: &mut World) -> Result<Exit, Error> {
    Err(Error::new("`rentier income` is not there yet"))
}
