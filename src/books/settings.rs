//! The settings of books: what `rentier.toml` says about the person and the accounts.

use crate::source::Name;

/// What `rentier.toml` says beside accounts, owners and decisions, which are in the `Journal`.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// The id of the regime: `us`.
    pub regime: Name,
    /// What statements are in.
    pub currency: Name,
    /// How the return is filed, where the regime asks: `single`, `joint`, `separate`, `head`.
    pub filing: Name,
    /// The files the books begin from.
    pub sources: Vec<Name>,
    /// Where copies of exports are kept, relative to the books; `None` keeps none.
    pub keep: Option<Name>,
    /// What `rentier inbox` imports.
    pub inbox: Option<Name>,
    /// Defaults of flags.
    pub report: Report,
}

/// Defaults of the flags of reports.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    /// What `--by` says when it is not given.
    pub by: Option<Name>,
    /// What `--view` says when it is not given.
    pub view: Option<Name>,
}

impl Default for Settings {
    /// As without books: regime `us`, filing `single`.
    fn default() -> Settings {
        Settings {
            regime: "us".into(),
            currency: "USD".into(),
            filing: "single".into(),
            sources: vec!["main.journal".into()],
            keep: Some("statements".into()),
            inbox: Some("inbox".into()),
            report: Report::default(),
        }
    }
}
