//! Reads plain-text journals: text in, balanced transactions out.
//!
//! In: a root text, and a function that gives the texts it includes. Out: a [`Ledger`], which has all
//! transactions with every amount filled, what else the texts declare, and what is wrong in them.
//! Knows no files, and nothing of income or tax.

pub mod blocks;
pub mod header;
mod model;
pub mod print;
mod view;

pub use model::*;
pub use print::print;
pub use view::{Posting, Transaction};

use crate::source::{Name, Source};

/// Gives the texts that `include PATH` means: the path as written, and the name of the text that
/// includes it. The names it gives are what cycles are told by.
pub type Load<'l> = &'l mut dyn FnMut(&str, &Name) -> Result<Vec<Source>, String>;
