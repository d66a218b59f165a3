//! A folder of records: its settings and facts, and all its sources merged into one journal.
//!
//! In: texts, and a function that finds the text of a file named by another. Out: `Books`. Knows how
//! records are kept in files; knows no law and no report.

mod facts;
mod load;
pub mod plan;
pub mod rules;
mod settings;
mod standing;
mod transactions;

use std::sync::Arc;

use indexmap::IndexMap;

pub use facts::{PayerFigure, Stated};
pub use load::{load, of_files};
pub use settings::{FILINGS, Report, RuleText, Settings};

use crate::diagnostic::Diagnostic;
use crate::event::Journal;
use crate::import::{self, Profile};
use crate::ledger::{Dialect, Ledger};
use crate::source::{Name, Source};

/// Finds the texts of the files that `path` names, a path with wildcards as it is written in `from`.
/// None for a pattern that matches nothing; `Err` says in words why a file cannot be read.
pub type Load<'l> = dyn FnMut(&str, &Name) -> Result<Vec<Source>, String> + 'l;

/// Everything that was read, merged.
#[derive(Debug, Default)]
pub struct Books {
    /// What `rentier.toml` says, or what is taken where there is none.
    pub settings: Settings,
    /// All events with the accounts, securities and properties they are about.
    pub journal: Journal,
    /// What payers' forms say and no event shows.
    pub payer_figures: Vec<PayerFigure>,
    /// The journals as they were read, one for each root.
    pub ledgers: Vec<Ledger>,
    /// The user's own profiles, unread: few commands need them; see `profiles`.
    pub own_profiles: Vec<Source>,
    /// The user's own regimes, unread: which law holds is not for this floor.
    pub regimes: Vec<Source>,
    /// Every text that was read, by its name, so that a report can quote a line.
    pub sources: IndexMap<Name, Arc<Source>>,
    /// Files read without books, each taken as one taxable account: the title says so.
    pub taken: Vec<Name>,
    /// Problems of the records, in the order of files and lines.
    pub diagnostics: Vec<Diagnostic>,
}

impl Books {
    /// The brokers' formats: shipped ones, the user's own merged in; and what is wrong with those.
    /// Made when it is asked for, since most runs read no export.
    pub fn profiles(&self) -> (Vec<Profile>, Vec<Diagnostic>) {
        let (own, found) = self.of_the_user();
        (import::profile::merge(import::profile::shipped(), own), found)
    }

    /// What is wrong in the user's own formats.
    pub fn problems_of_profiles(&self) -> Vec<Diagnostic> {
        self.of_the_user().1
    }

    fn of_the_user(&self) -> (Vec<Profile>, Vec<Diagnostic>) {
        let included = import::hledger::included(&self.own_profiles);
        let own = self.own_profiles.iter().filter(|own| !included.contains(&own.name));
        let (own, found): (Vec<_>, Vec<_>) = own.map(|own| self.format(own)).unzip();
        (own, found.into_iter().flatten().collect())
    }

    /// One of the user's own formats: a profile, or hledger's rules.
    pub fn format(&self, own: &Source) -> (Profile, Vec<Diagnostic>) {
        if !import::hledger::is_rules(&own.name) {
            return import::profile::read(own);
        }
        let naming = rules::naming(&self.settings.rules, &self.settings.currency);
        import::hledger::read(own, &self.own_profiles, &naming)
    }
}

/// What the command line says instead of the settings.
#[derive(Clone, Debug, Default)]
pub struct Flags {
    /// `--regime`
    pub regime: Option<Name>,
    /// `--filing`
    pub filing: Option<Name>,
    /// `--dialect`
    pub dialect: Option<Dialect>,
    /// Nobody will ask for the rows of journals once there are events of them.
    pub only_events: bool,
}

/// The texts that every folder of records has, or may have.
#[derive(Clone, Debug, Default)]
pub struct Folder {
    /// `rentier.toml`
    pub settings: Option<Source>,
    /// `securities.toml`
    pub securities: Option<Source>,
    /// `profiles/*.toml` and `profiles/*.rules`
    pub profiles: Vec<Source>,
    /// `regimes/*.toml`
    pub regimes: Vec<Source>,
}
