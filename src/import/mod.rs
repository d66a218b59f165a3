//! Reads brokers' exports: text in, events out, every row accounted for.
//!
//! In: texts of any kind, the profiles that describe brokers' exports, and what the books know
//! already. Out: a `Run`, which says of every file what it is and of every row what became of it.
//! Detection goes by content, never by a file's name. Knows no tax and writes nothing.

mod cell;
mod context;
mod outcome;
pub mod profile;
mod record;

pub use context::{Context, Covered, Known, Otherwise};
pub use outcome::{
    Asked, Changed, Counts, FileReport, Ignored, Refused, Run, Tie, Ties, Unresolved, plural,
};
pub use profile::Profile;

use crate::source::Source;

/// Reads `files` as one set: the result depends neither on their order nor on their names.
pub fn run(files: &[Source], context: &Context) -> Run {
    let _ = context;
    let refused = files.iter().map(Refused::unread).collect();
    Run { refused, ..Run::default() }
}
