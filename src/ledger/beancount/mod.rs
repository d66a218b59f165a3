//! Reads Beancount: text in, the same [`Ledger`] as other journals out.
//!
//! In: a root text, and a function that gives the texts it includes. Out: transactions with every
//! amount computed, units matched with their lots, gaps padded, plugins applied where we know them,
//! balances checked; and all that is wrong. What Beancount accepts is accepted with its balances;
//! where its own arithmetic rounds on the way (`@@`, `{{ }}`), ours stays with what is written.
//!
//! Stages: `parse` fills a `draft`; `booking` computes it in the order of days, `pad` with it; then
//! `plugins`, then `check`.

mod arith;
mod booking;
mod check;
mod documents;
mod draft;
mod few;
mod inventory;
mod lex;
mod options;
mod pad;
mod parse;
mod plugins;
mod slices;
mod subtree;
mod texts;
mod tolerance;

use crate::ledger::Load;
use crate::ledger::model::{self, Ledger};
use crate::money::Decimal;
use crate::source::Source;

/// `one / other` as Beancount divides; `None` for 0, and past all digits.
pub(super) fn quotient(one: Decimal, other: Decimal) -> Option<Decimal> {
    arith::div(one, other)
}

/// `one + other` as Beancount adds, to 28 digits; `None` where even they do not suffice.
pub(super) fn sum(one: Decimal, other: Decimal) -> Option<Decimal> {
    arith::add(one, other)
}

/// Reads `root` and all that it includes. `why` is what told that it is Beancount.
pub(super) fn read(root: Source, why: String, options: model::Options, load: Load<'_>) -> Ledger {
    let mut draft = texts::read(root, why, options, load);
    draft.items.sort_by_key(draft::Item::order);
    let pads = booking::book(&mut draft);
    pad::insert(&mut draft, pads);
    let applied = plugins::apply(&mut draft);
    check::check(&mut draft, &applied);
    if !draft.options.raw {
        draft.ledger.documents = documents::of(&draft.ledger);
    }
    draft.finish()
}
