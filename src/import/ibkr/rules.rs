//! What words mean: the actions and asides of the profile that a file is of, and of `ibkr`, which all
//! files of the broker share.

use crate::import::Profile;
use crate::import::profile::{Action, Sign, SymbolIs, When, Words};
use crate::money::Decimal;
use crate::source::Name;

/// The rules for one kind of file.
#[derive(Debug)]
pub struct Rules {
    actions: Vec<Action>,
    words: Words,
    asides: Vec<(String, Name)>,
    /// Where teaching goes: `profiles/ibkr.toml`.
    pub teach: String,
}

/// A row as its conditions are held against it.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'r> {
    /// What sort of row it is: `cash`, `corporate action`, `option`, `grant`, `history`.
    pub sort: &'static str,
    /// The description.
    pub text: &'r str,
    /// What it moves.
    pub amount: Option<Decimal>,
    /// Its units.
    pub quantity: Option<Decimal>,
    /// It is about an option.
    pub option: bool,
    /// It is about a security.
    pub security: bool,
}

/// Sorts of rows that every rule without a type may mean.
const UNTYPED: &[&str] = &["cash", "history"];

impl Rules {
    /// Of the profile `name`, and of `shared` where that is another.
    pub fn new(profiles: &[Profile], name: &str, shared: &str) -> Rules {
        let mut actions = Vec::new();
        let mut asides = Vec::new();
        let own = profiles.iter().filter(|profile| *profile.name == *name);
        let others = profiles.iter().filter(|other| *other.name == *shared && shared != name);
        for profile in own.chain(others) {
            actions.extend(profile.actions.iter().cloned());
            let aside = |aside: &crate::import::profile::Aside| {
                Some((aside.starts.as_deref()?.to_lowercase(), aside.reason.clone()))
            };
            asides.extend(profile.asides.iter().filter_map(aside));
        }
        asides.sort_by_key(|(starts, _)| std::cmp::Reverse(starts.len()));
        let words = Words::new(&actions);
        Rules { actions, words, asides, teach: format!("profiles/{shared}.toml") }
    }

    /// Why a section holds no event.
    pub fn aside(&self, section: &str) -> Option<Name> {
        let section = section.to_lowercase();
        let found = self.asides.iter().find(|(starts, _)| section.starts_with(starts))?;
        Some(found.1.clone())
    }

    /// What a row with these words means.
    pub fn action(&self, words: &str, seen: &Seen) -> Option<&Action> {
        let candidates = self.words.candidates(words).into_iter();
        candidates.map(|at| &self.actions[at]).find(|action| holds(&action.when, words, seen))
    }
}

fn holds(when: &When, words: &str, seen: &Seen) -> bool {
    let typed = when.types.iter().any(|kind| kind == seen.sort);
    let text = || {
        let (words, text) = (words.to_lowercase(), seen.text.to_lowercase());
        when.text.iter().any(|part| words.contains(part) || text.contains(part))
    };
    let symbol = |is: &SymbolIs| match is {
        SymbolIs::Option => seen.option,
        SymbolIs::Some => seen.security,
        SymbolIs::None => !seen.security,
        SymbolIs::Sweep | SymbolIs::Is(_) => false,
    };
    (typed || when.types.is_empty() && UNTYPED.contains(&seen.sort))
        && when.amount.is_none_or(|wanted| sign(wanted, seen.amount))
        && when.quantity.is_none_or(|wanted| sign(wanted, seen.quantity))
        && (when.symbol.is_empty() || when.symbol.iter().any(symbol))
        && (when.text.is_empty() || text())
}

fn sign(wanted: Sign, number: Option<Decimal>) -> bool {
    let number = number.unwrap_or_default();
    match wanted {
        Sign::Positive => number > Decimal::ZERO,
        Sign::Negative => number < Decimal::ZERO,
        Sign::Zero => number.is_zero(),
        Sign::Any => !number.is_zero(),
    }
}
