//! Reads plain-text journals: text in, balanced transactions out.
//!
//! In: a root text, and a function that gives the texts it includes. Out: a [`Ledger`], which has all
//! transactions with every amount filled, what else the texts declare, and what is wrong in them.
//! Knows no files, and nothing of income or tax.

mod amount;
mod balance;
mod balancing;
mod beancount;
pub mod blocks;
mod commodities;
mod day;
mod directive;
mod evidence;
mod expression;
pub mod header;
mod lines;
mod lots;
mod model;
mod number;
pub mod print;
mod query;
mod reader;
mod rules;
mod running;
mod scope;
mod sums;
mod time;
mod view;

pub use balance::{Balance, balance};
pub use lots::{LotRow, lots};
pub use model::*;
pub use print::print;
pub use view::{Posting, Transaction};

use crate::source::{Name, Source};

/// Gives the texts that `include PATH` means: the path as written, and the name of the text that
/// includes it. The names it gives are what cycles are told by.
pub type Load<'l> = &'l mut dyn FnMut(&str, &Name) -> Result<Vec<Source>, String>;

/// Reads `root` and all that it includes, as its dialect.
pub fn read(root: Source, options: &Options, load: Load<'_>) -> Ledger {
    let (dialect, why) = match options.dialect {
        Some(dialect) => (dialect, "`--dialect`".to_owned()),
        None => evidence::dialect(&root),
    };
    if dialect == Dialect::Beancount {
        return beancount::read(root, why, load);
    }
    let mut reader = reader::Reader::new(*options, load);
    reader.root(root);
    let reader::Reader { mut ledger, mut commodities, rules, .. } = reader;
    ledger.commodities = std::mem::take(&mut commodities.table);
    balancing::balance(&mut ledger, &commodities, &rules);
    ledger
}
