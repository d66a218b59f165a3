//! Accounts whose income is nobody's.

use crate::event::{Journal, Shelter};
use crate::source::Name;

/// The sheltered accounts of a journal, by the numbers of their names, so that an event that asks
/// costs no look into a map.
#[derive(Debug)]
pub(super) struct Sheltered(Vec<bool>);

impl Sheltered {
    /// Of these accounts.
    pub fn of(journal: &Journal) -> Sheltered {
        let mut found = Vec::new();
        let accounts = journal.accounts.iter();
        for (id, _) in accounts.filter(|(_, account)| account.shelter != Shelter::Taxable) {
            let at = id.number();
            if at >= found.len() {
                found.resize(at + 1, false);
            }
            found[at] = true;
        }
        Sheltered(found)
    }

    /// Whether the account with this id is one of them; one that is unknown is not.
    pub fn has(&self, account: &Name) -> bool {
        self.0.get(account.number()).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Account;

    #[test]
    fn only_accounts_that_are_known_and_sheltered_are() {
        let mut journal = Journal::default();
        for (id, shelter) in [
            ("a", Shelter::Taxable),
            ("b", Shelter::Roth),
            ("c", Shelter::Taxable),
            ("d", Shelter::Hsa),
        ] {
            let account = Account { shelter, ..Account::taxable(Name::new(id)) };
            journal.accounts.insert(Name::new(id), account);
        }
        let sheltered = Sheltered::of(&journal);
        let has = |id: &&&str| sheltered.has(&Name::new(id));
        let found: Vec<_> =
            ["a", "b", "c", "d", "unknown to this journal"].iter().filter(has).collect();
        assert_eq!(found, [&"b", &"d"]);
    }
}
