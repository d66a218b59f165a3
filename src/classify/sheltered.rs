//! Accounts whose income is nobody's.

use crate::event::{Journal, Shelter};
use crate::source::NameSet;

/// The sheltered accounts of a journal; one that it does not know is not sheltered.
pub(super) fn sheltered(journal: &Journal) -> NameSet {
    let accounts = journal.accounts.iter();
    accounts.filter(|(_, account)| account.shelter != Shelter::Taxable).map(|(id, _)| id).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Account;
    use crate::source::Name;

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
        let sheltered = sheltered(&journal);
        let has = |id: &&&str| sheltered.contains(&Name::new(id));
        let found: Vec<_> =
            ["a", "b", "c", "d", "unknown to this journal"].iter().filter(has).collect();
        assert_eq!(found, [&"b", &"d"]);
    }
}
