//! Reads plain-text journals: text in, balanced transactions out.
//!
//! In: a root text, and a function that gives the texts it includes. Out: a [`Ledger`], which has all
//! transactions with every amount filled, what else the texts declare, and what is wrong in them.
//! Knows no files, and nothing of income or tax.
//!
//! # Three dialects, one model
//!
//! hledger, Ledger and Beancount write the same things with characters that mean different ones. A
//! text is read as what `--dialect` says, else as what stands in it: the first line that one family has
//! and the others have not decides (`option "title"`, `apply tag`, an amount in brackets,
//! `decimal-mark`), and [`Ledger::dialects`] keeps it with its line; without any, as hledger's, which is
//! also what is written here. Included texts are of the dialect of their root.
//!
//! | | hledger | Ledger |
//! |---|---|---|
//! | `1,000` with nothing else to go by | one | one thousand |
//! | `5` below `D $1,000.00` | `$5` | 5 of nothing |
//! | `-4 XYZ {20 USD} @ 31 USD` weighs | its price, -124 | its basis, -80 |
//! | `[account]` balances | among themselves | with the real ones |
//! | `= 5` is checked | in order of dates | in order of the file |
//! | and sees | all postings | of a real posting, real ones |
//! | `= 0` without a commodity | of no commodity | of all |
//! | `apply`, `Y` end | with their file | with their file |
//! | `alias`, `D` end | with their file | never |
//! | an alias replaces | the first parts of a name, patterns anywhere | the name or its first part, once |
//! | `5 h` | 5 of `h` | 18000 of `s`: hours and minutes are seconds |
//! | `i`, `o` in a journal | kept, not counted | hours worked, in seconds |
//! | `= /pattern/` adds postings | only when asked: kept, not applied | always |
//! | a tag, `key: value`, ends | at a comma or the line's end | the same here: canonical blocks rely on it |
//!
//! What holds for both:
//!
//! * **Marks.** In this order: both marks in one number, or one mark twice, explain themselves; what
//!   `decimal-mark`, `commodity` or `D` declares; a mark not before exactly three digits is the decimal
//!   mark; what an earlier amount of that commodity showed; the dialect's habit. Where the habit
//!   decided and nothing in the text shows that it is right, that is told, once for each commodity. A
//!   number that does not fit what is declared is refused: hledger reads `1.5` below `commodity
//!   1.000,00 EUR` as 15, and a figure ten times too large is worse than none.
//! * **Weights.** A transaction is added up in its dialect's way first; with lots in it, in the other
//!   ways too, and the one that comes to zero is taken. So journals of one family load in another.
//! * **Tolerance.** A sum is zero if it rounds to zero at the decimals its commodity is declared with,
//!   else at the most that its amounts are written with (costs apart), as both tools have it; in Ledger
//!   only `format` declares fewer than amounts show. Elided amounts are never rounded.
//! * **Digits.** All sums are exact. A number past 28 digits is refused; of a price its last digits are
//!   left out, which is told, for prices are often quotients.
//! * **One space** before an amount makes it part of the account's name. If what reads as an amount
//!   there has a commodity, that is an error; a bare number warns.
//! * **A transaction that cannot be read or does not balance** is left out of all figures, and is an
//!   error; the others are read on.
//! * **Kept without effect** (in [`Ledger::inert`]): periodic transactions, checks, rewritings of
//!   names, Python, options that change no figure here, and blocks under an unknown word.

mod amount;
mod balance;
mod balancing;
mod beancount;
pub mod blocks;
pub mod checks;
mod columns;
mod commodities;
mod day;
mod declare;
mod directive;
mod evidence;
pub mod export;
mod expression;
mod flows;
pub mod fmt;
mod guesses;
pub mod header;
mod includes;
mod lines;
mod lots;
mod model;
mod number;
mod options;
pub mod order;
mod pattern;
mod periods;
mod posting;
pub mod print;
mod query;
mod reader;
mod rules;
mod running;
mod scope;
mod section;
mod slices;
mod sums;
mod time;
mod usage;
mod usual;
mod valuation;
mod view;

pub use balance::{Balance, balance};
pub use flows::{Flow, flows};
pub use lots::{LotRow, lots};
pub use model::*;
pub use print::print;
pub use section::{Section, sections};
pub use usage::{Usage, Used, usage};
pub use valuation::{Costs, Market, Quote, Rate};
pub use view::{Posting, Spot, Transaction};

use crate::source::{Name, Source};

/// Gives the texts that `include PATH` means: the path as written, and the name of the text that
/// includes it. The names it gives are what cycles are told by.
pub type Load<'l> = &'l mut dyn FnMut(&str, &Name) -> Result<Vec<Source>, String>;

/// Reads `root` and all that it includes, as its dialect.
pub fn read(root: Source, options: &Options, load: Load<'_>) -> Ledger {
    let (dialect, why) = told(&root, *options);
    if dialect == Dialect::Beancount {
        return beancount::read(root, why, *options, load);
    }
    family([(root, dialect, why)], *options, load)
}

/// Reads several roots. Those of hledger's dialect become one `Ledger`, and so do those of Ledger's:
/// their transactions share one timeline, and what a directive of one says for the lines below it does
/// not reach the next. Each Beancount file is one by itself, after them.
pub fn read_all(
    roots: impl IntoIterator<Item = Source>,
    options: &Options,
    load: Load<'_>,
) -> Vec<Ledger> {
    let told = roots.into_iter().map(|root| {
        let (dialect, why) = told(&root, *options);
        (root, dialect, why)
    });
    let (mut beancount, mut hledger, mut journals) = (Vec::new(), Vec::new(), Vec::new());
    for root in told {
        match root.1 {
            Dialect::Beancount => beancount.push(root),
            Dialect::Hledger => hledger.push(root),
            Dialect::Ledger => journals.push(root),
        }
    }
    let mut ledgers = Vec::new();
    for roots in [hledger, journals] {
        if !roots.is_empty() {
            ledgers.push(family(roots, *options, &mut *load));
        }
    }
    ledgers.extend(
        beancount
            .into_iter()
            .map(|(root, _, why)| beancount::read(root, why, *options, &mut *load)),
    );
    ledgers
}

/// As what a text is read where nobody says it, and what tells so.
pub fn evidence(source: &Source) -> (Dialect, String) {
    evidence::dialect(source)
}

/// As what a root is read, and why.
fn told(root: &Source, options: Options) -> (Dialect, String) {
    match options.dialect {
        Some(dialect) => (dialect, "`--dialect`".to_owned()),
        None => evidence::dialect(root),
    }
}

/// Reads journals of one dialect, Ledger's or hledger's.
fn family(
    roots: impl IntoIterator<Item = (Source, Dialect, String)>,
    options: Options,
    load: Load<'_>,
) -> Ledger {
    let mut reader = reader::Reader::new(options, load);
    for (root, dialect, why) in roots {
        reader.root(root, dialect, why);
    }
    let reader::Reader { mut ledger, mut commodities, rules, unsettled, .. } = reader;
    ledger.commodities = std::mem::take(&mut commodities.table);
    balancing::balance(&mut ledger, &commodities, &rules, unsettled);
    ledger
}
