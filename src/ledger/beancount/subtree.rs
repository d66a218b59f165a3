//! Which of some accounts an account lies at or below: what a balance of theirs counts it into.

use std::collections::HashMap;

use crate::ledger::model::{AccountId, Table};

/// Some accounts, numbered as they came, and for every account those it counts into.
#[derive(Debug, Default)]
pub(super) struct Subtrees {
    tops: Vec<AccountId>,
    above: Vec<Vec<u32>>,
}

impl Subtrees {
    /// Of these accounts; an account may be named several times.
    pub fn new(tops: impl Iterator<Item = AccountId>, accounts: &Table) -> Subtrees {
        let names = accounts.names();
        let mut numbers: HashMap<&str, u32> = HashMap::new();
        let mut list = Vec::new();
        for top in tops {
            let name = names.get(top.0 as usize).map_or("", |name| name);
            numbers.entry(name).or_insert_with(|| {
                list.push(top);
                u32::try_from(list.len() - 1).unwrap_or(u32::MAX)
            });
        }
        let mut above = Vec::new();
        if !list.is_empty() {
            above.reserve(names.len());
            for name in names {
                let ends = memchr::memchr_iter(b':', name.as_bytes()).chain([name.len()]);
                above.push(ends.filter_map(|end| numbers.get(&name[..end]).copied()).collect());
            }
        }
        Subtrees { tops: list, above }
    }

    /// The accounts, each once.
    pub fn tops(&self) -> &[AccountId] {
        &self.tops
    }

    /// The numbers of those that `account` is, or lies below; the topmost first.
    pub fn above(&self, account: AccountId) -> &[u32] {
        self.above.get(account.0 as usize).map_or(&[], Vec::as_slice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subaccount_counts_into_all_above_it() {
        let mut accounts = Table::default();
        for name in ["Assets:A", "Assets:A:B:C", "Assets:AB", "Assets:A:B"] {
            accounts.number(name);
        }
        let tops = [AccountId(0), AccountId(3), AccountId(0)];
        let trees = Subtrees::new(tops.into_iter(), &accounts);
        assert_eq!(trees.tops(), [AccountId(0), AccountId(3)]);
        assert_eq!(trees.above(AccountId(1)), [0, 1]);
        assert!(trees.above(AccountId(2)).is_empty());
    }
}
