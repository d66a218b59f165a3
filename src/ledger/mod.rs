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
    let (dialect, why) = told(&root, *options);
    if dialect == Dialect::Beancount {
        return beancount::read(root, why, load);
    }
    family([(root, dialect, why)], *options, load)
}

/// Reads several roots. Journals of Ledger and hledger become one `Ledger`: their transactions share
/// one timeline, and what a directive of one says for the lines below does not reach the next. Each
/// Beancount file is one by itself, after them.
pub fn read_all(
    roots: impl IntoIterator<Item = Source>,
    options: &Options,
    load: Load<'_>,
) -> Vec<Ledger> {
    let told = roots.into_iter().map(|root| {
        let (dialect, why) = told(&root, *options);
        (root, dialect, why)
    });
    let (beancount, journals): (Vec<_>, Vec<_>) =
        told.partition(|(_, dialect, _)| *dialect == Dialect::Beancount);
    let mut ledgers = Vec::new();
    if !journals.is_empty() {
        ledgers.push(family(journals, *options, &mut *load));
    }
    ledgers
        .extend(beancount.into_iter().map(|(root, _, why)| beancount::read(root, why, &mut *load)));
    ledgers
}

/// As what a root is read, and why.
fn told(root: &Source, options: Options) -> (Dialect, String) {
    match options.dialect {
        Some(dialect) => (dialect, "`--dialect`".to_owned()),
        None => evidence::dialect(root),
    }
}

/// Reads journals of Ledger and hledger.
fn family(
    roots: impl IntoIterator<Item = (Source, Dialect, String)>,
    options: Options,
    load: Load<'_>,
) -> Ledger {
    let mut reader = reader::Reader::new(options, load);
    for (root, dialect, why) in roots {
        reader.root(root, dialect, why);
    }
    let reader::Reader { mut ledger, mut commodities, rules, .. } = reader;
    ledger.commodities = std::mem::take(&mut commodities.table);
    balancing::balance(&mut ledger, &commodities, &rules);
    ledger
}
