//! `rentier accounts` and `rentier commodities`

use super::args::{AccountsArgs, CommoditiesArgs, Named};
use super::journals::{self, Read};
use super::present::Present;
use super::{Error, Exit, World};
use crate::render::{Screen, clean};
use crate::report::names::{Keep, Names};
use crate::report::table::Table;

/// Runs `rentier accounts`.
pub fn accounts(args: &AccountsArgs, world: &mut World) -> Result<Exit, Error> {
    let patterns = journals::patterns(&args.patterns)?;
    let read = Read::of(&args.journals, &[], world)?;
    let depth = args.depth.map(usize::from);
    let names = Names::accounts(&read.ledgers, &patterns, keep(&args.named), depth, args.tree);
    read.show(&names, None, Vec::new(), &args.output, world)
}

/// Runs `rentier commodities`.
pub fn commodities(args: &CommoditiesArgs, world: &mut World) -> Result<Exit, Error> {
    let read = Read::of(&args.journals, &args.words, world)?;
    let names = Names::commodities(&read.ledgers, keep(&args.named));
    read.show(&names, None, Vec::new(), &args.output, world)
}

fn keep(named: &Named) -> Keep {
    match named {
        Named { declared: true, .. } => Keep::Declared,
        Named { used: true, .. } => Keep::Used,
        Named { undeclared: true, .. } => Keep::Undeclared,
        Named { unused: true, .. } => Keep::Unused,
        Named { .. } => Keep::All,
    }
}

impl Present for Names {
    fn table(&self) -> Table {
        Names::table(self)
    }

    fn records(&self) -> Table {
        Names::records(self)
    }

    /// One name on a line, for other tools.
    fn text(&self, _: Screen) -> String {
        if self.is_empty() {
            return format!("{}\n", self.empty());
        }
        self.lines().iter().map(|line| format!("{}\n", clean(line))).collect()
    }
}
