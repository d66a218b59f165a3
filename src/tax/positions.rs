//! Positions by account and security, and what is known of each from the start: whose it is, what sort
//! of thing, what the books state about it.

use super::options::occ;
use super::position::{Position, Stated};
use super::walk::Walk;
use crate::event::{Journal, Shelter};
use crate::period::NaiveDate;
use crate::source::Name;

impl<'j> Walk<'j> {
    /// What an account holds of a security, by its index.
    pub fn position(&mut self, account: &'j Name, security: &Name) -> usize {
        let scope = if self.regime.identify.by_account { account.number() } else { 0 };
        let key = (scope, security.number());
        if let Some(known) = self.by_name.get(&key) {
            return *known;
        }
        let sheltered = self.sheltered(account);
        let group = group(self.journal, account);
        let sort = sort(self.journal, security);
        let mut position = Position::new(account.clone(), security.clone(), sheltered, sort);
        position.losses = self.losses.number(group, security);
        position.watched = self.watched.contains(&(account.number(), security.number()));
        position.born = self.now.0 as usize;
        if let Some(known) = self.journal.securities.get(security) {
            let mut facts = known.facts.0.iter();
            let dated = facts.any(|fact| fact.from.is_some() || fact.year.is_some());
            position.stated = if dated { Stated::Dated } else { Stated::Always };
        }
        self.bonds += usize::from(sort == "bonds");
        self.positions.push(position);
        self.by_name.insert(key, self.positions.len() - 1);
        self.positions.len() - 1
    }

    pub fn sheltered(&self, account: &str) -> bool {
        self.journal
            .accounts
            .get(account)
            .is_some_and(|account| account.shelter != Shelter::Taxable)
    }
}

/// The group of an account: people whose purchases count for each other's losses.
pub(super) fn group(journal: &Journal, account: &Name) -> u32 {
    let Some(account) = journal.accounts.get(account) else { return 0 };
    let first = journal.owners.keys().next();
    let own = |owner: &Name| {
        *owner == *"me"
            || Some(owner) == first
            || journal.owners.get(owner).is_some_and(|owner| owner.affiliate)
    };
    if account.owners.is_empty() || account.owners.iter().any(own) {
        return 0;
    }
    let at = account.owners.first().and_then(|owner| journal.owners.get_index_of(owner));
    at.and_then(|at| u32::try_from(at + 1).ok()).unwrap_or(u32::MAX)
}

/// What sort of thing a security is, as a split of a category names it. Written options are told
/// when they are written.
fn sort(journal: &Journal, security: &Name) -> &'static str {
    let kind = journal
        .securities
        .get(security)
        .and_then(|known| known.facts.on("kind", NaiveDate::MAX, 0));
    match kind.map(|kind| &**kind) {
        Some("bond" | "bill") => "bonds",
        Some("crypto") => "digital",
        Some("option") => "options-bought",
        None if occ(security).is_some() => "options-bought",
        _ => "shares",
    }
}
