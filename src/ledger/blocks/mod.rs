//! The blocks of the canonical journal: how an event is laid out in postings and tags, and what
//! postings and tags say of an event.
//!
//! In: an event and its account, or a transaction with an `event:` tag. Out: legs and tags to print,
//! or the event. What the postings say by themselves ([`said`]) is asked by printer and reader alike,
//! so that a tag is written exactly where the postings do not say it.

mod advice;
mod facts;
mod home;
mod ids;
pub mod layout;
pub mod leg;
mod postings;
mod read;
pub mod said;
mod tags;
pub mod text;
pub mod ways;

pub use home::{Context, Sort, below, implied, is_gains, real, sort};
pub use ids::{Contents, Ids, derived};
pub use postings::{code, cost_alone, legs, lot_of};
pub use read::{Read, Stated, event, events, is_tagged};
pub use said::ROUNDED_OFF;

/// Whether the kind with this name moves units, or stands for some with a posting of 0.
pub fn moves_units(kind: &str) -> bool {
    ways::Ways::named(kind).is_some_and(|ways| ways.moves_units)
}
