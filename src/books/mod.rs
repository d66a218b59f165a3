//! A folder of records: its settings and facts, and all its sources merged into one journal.
//!
//! In: texts, and a function that finds the text of a file named by another. Out: `Books`. Knows how
//! records are kept in files; knows no law and no report.

use indexmap::IndexMap;

use crate::diagnostic::Diagnostic;
use crate::event::Journal;
use crate::source::{Name, Source};

mod facts;
mod settings;
mod strict;

pub use facts::{PayerFigure, Stated};
pub use settings::{FILINGS, Report, RuleText, Settings};

/// Finds the texts of the files that `path` names, a path with wildcards as it is written in `from`.
/// None for a pattern that matches nothing; `Err` says in words why a file cannot be read.
pub type Load<'l> = dyn FnMut(&str, &Name) -> Result<Vec<Source>, String> + 'l;

/// Everything that was read, merged.
#[derive(Clone, Debug, Default)]
pub struct Books {
    /// What `rentier.toml` says, or what is taken where there is none.
    pub settings: Settings,
    /// All events with the accounts, securities and properties they are about.
    pub journal: Journal,
    /// Every text that was read, by its name, so that a report can quote a line.
    pub sources: IndexMap<Name, Source>,
    /// Files read without books, each taken as one taxable account: the title says so.
    pub taken: Vec<Name>,
    /// Problems of the records, in the order of files and lines.
    pub diagnostics: Vec<Diagnostic>,
}
