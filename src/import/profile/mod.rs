//! What a broker's export looks like, as data: how it is recognised, what its columns are, and which
//! event each of its action words is.

use crate::source::Name;

/// One kind of export, read from a TOML file.
#[derive(Clone, Debug, Default)]
pub struct Profile {
    /// The name on the command line: `schwab`.
    pub name: Name,
    /// For the eye: `Charles Schwab, brokerage account`.
    pub title: String,
    /// How to get the file from the broker.
    pub download: String,
    /// What its action words mean; the user's own first.
    pub actions: Vec<Action>,
}

/// One meaning of an action word.
#[derive(Clone, Debug, Default)]
pub struct Action {
    /// As a person wrote it: `is "Qualified Dividend"`, with its conditions.
    pub words: Vec<String>,
    /// What it becomes: `dividend, claimed qualified`, or `ignored: move of the cash sweep`.
    pub becomes: String,
}

/// The profiles that come with rentier, by name.
pub fn shipped() -> Vec<Profile> {
    Vec::new()
}
