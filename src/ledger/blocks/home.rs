//! In which account of the books a transaction happened, and what sort of account a name is.

use indexmap::IndexMap;

use crate::event::Account;
use crate::ledger::{Posting, PostingKind, Transaction};
use crate::source::Name;

/// What reading transactions needs to know of the books.
#[derive(Clone, Copy, Debug)]
pub struct Context<'b> {
    /// By id. A transaction below none of their `ledger`s is of an account named as the ledger has it.
    pub accounts: &'b IndexMap<Name, Account>,
    /// What `$`, or an amount without a commodity, means.
    pub currency: &'b str,
}

/// The sort of an account, by the first part of its name as hledger takes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// `Assets`
    Asset,
    /// `Liabilities`
    Liability,
    /// `Income`, `Revenues`
    Income,
    /// `Expenses`
    Expense,
    /// `Equity`
    Equity,
    /// A name that says nothing.
    Other,
}

/// The sort of the account with this name.
pub fn sort(account: &str) -> Sort {
    let root = account.split(':').next().unwrap_or_default();
    let is = |names: &[&str]| names.iter().any(|name| root.eq_ignore_ascii_case(name));
    if is(&["asset", "assets"]) {
        Sort::Asset
    } else if is(&["liability", "liabilities", "debt", "debts"]) {
        Sort::Liability
    } else if is(&["income", "incomes", "revenue", "revenues"]) {
        Sort::Income
    } else if is(&["expense", "expenses"]) {
        Sort::Expense
    } else if is(&["equity"]) {
        Sort::Equity
    } else {
        Sort::Other
    }
}

/// Whether `account` is `above` or lies below it.
pub fn below(account: &str, above: &str) -> bool {
    account.strip_prefix(above).is_some_and(|rest| rest.is_empty() || rest.starts_with(':'))
}

/// Whether an account is kept for gains and losses, by its name: what it says is a claim.
pub fn is_gains(account: &str) -> bool {
    if matches!(sort(account), Sort::Asset | Sort::Liability) {
        return false;
    }
    // Most names have none of the words anywhere, which is seen without a copy.
    let begins = |letters: &[u8]| {
        [b"gai", b"pnl", b"los", b"cap"].iter().any(|word| letters.eq_ignore_ascii_case(*word))
    };
    if !account.as_bytes().windows(3).any(begins) {
        return false;
    }
    account.split(':').skip(1).any(|part| {
        let part = part.to_ascii_lowercase();
        let mut words = part.split(|c: char| !c.is_alphanumeric());
        let gains = words.any(|word| {
            matches!(word, "gain" | "gains" | "pnl" | "loss" | "losses" | "capitalgains")
                || word.starts_with("capgain")
        });
        gains && !part.contains("distribution")
    })
}

impl<'b> Context<'b> {
    /// The account of the books that a name of the ledger lies below: of several the lowest.
    pub fn account_of(&self, name: &str) -> Option<&'b Account> {
        let found = self.accounts.values().filter(|account| below(name, &account.ledger));
        found.max_by_key(|account| account.ledger.len())
    }

    /// The account with this id, or with this `ledger`, or one named so that the books do not have.
    pub fn named(&self, name: &Name) -> Account {
        let known = self.accounts.get(name);
        let known = known.or_else(|| self.accounts.values().find(|a| a.ledger == *name));
        known.cloned().unwrap_or_else(|| Account::taxable(name.clone()))
    }

    /// The name of that account that goes into the ids of its events.
    pub fn identity<'n>(&self, name: &'n Name) -> &'n Name
    where
        'b: 'n,
    {
        let known = self.accounts.get(name);
        let known = known.or_else(|| self.accounts.values().find(|a| a.ledger == *name));
        known.map_or(name, Account::identity)
    }

    /// Where the postings of that account go.
    pub fn ledger_of(&self, name: &Name) -> Name {
        let known = self.accounts.get(name);
        let known = known.or_else(|| self.accounts.values().find(|a| a.ledger == *name));
        match known {
            Some(account) => account.ledger.clone(),
            None if name.contains(':') => name.clone(),
            None => Account::taxable(name.clone()).ledger,
        }
    }
}

/// The real postings of a transaction.
pub fn real(transaction: Transaction<'_>) -> impl Iterator<Item = Posting<'_>> {
    transaction.postings().filter(|posting| posting.kind() == PostingKind::Real)
}

/// The ledger name of an account that the books do not have, by one of its postings: without the
/// last part where that is `Cash` or the commodity.
pub fn implied(posting: Posting<'_>) -> Name {
    let name = posting.account();
    match name.rsplit_once(':') {
        Some((above, last)) if above.contains(':') => {
            let commodity = super::text::part(posting.commodity());
            let own = last.eq_ignore_ascii_case("cash") || *last == *commodity;
            if own { Name::new(above) } else { name.clone() }
        }
        _ => name.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gains_accounts_are_told_from_distributions() {
        for name in [
            "Income:Capital gains",
            "Income:Gains:VTI",
            "Income:CapitalGains:LT",
            "Equity:Realized Gains",
            "Expenses:Capital Losses",
            "Income:Cap-Gains",
        ] {
            assert!(is_gains(name), "{name}");
        }
        for name in [
            "Income:Capital gain distributions",
            "Assets:Gains",
            "Income:Bargains",
            "Income:Dividends",
            "Gains",
        ] {
            assert!(!is_gains(name), "{name}");
        }
    }

    #[test]
    fn a_name_below_is_a_part_longer() {
        assert!(below("Assets:Schwab", "Assets:Schwab"));
        assert!(below("Assets:Schwab:Cash", "Assets:Schwab"));
        assert!(!below("Assets:Schwab2", "Assets:Schwab"));
    }
}
