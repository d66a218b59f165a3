//! Accounts below each other: what an account has with all that is below it.
//!
//! In: the own sums of each account. Out: the accounts in the order of a tree, with how deep each
//! stands and how it is called there. An account that has nothing of its own and only one below it
//! stands in one line with that one, `Bank:EUR`, as in hledger.

use std::collections::BTreeMap;

use crate::money::Decimal;
use crate::source::Name;

/// Sums by commodity, then by the key of a column.
pub type Own<'n, K> = BTreeMap<&'n Name, BTreeMap<K, Decimal>>;

/// One account that is shown.
#[derive(Debug)]
pub struct Account<'n, K> {
    /// Its whole name.
    pub name: &'n str,
    /// How it is called in its place.
    pub label: &'n str,
    /// How deep it stands.
    pub indent: u8,
    /// What it has, by commodity.
    pub sums: Own<'n, K>,
}

/// Accounts as they are, each with its own sums.
pub fn flat<'n, K: Ord + Copy>(own: BTreeMap<&'n str, Own<'n, K>>) -> Vec<Account<'n, K>> {
    let account = |(name, sums)| Account { name, label: name, indent: 0, sums };
    own.into_iter().map(account).collect()
}

/// Accounts below each other, each with the sums of all below it. Commodities that come to nothing
/// are left out, unless all of an account's do.
pub fn of<'n, K: Ord + Copy>(own: BTreeMap<&'n str, Own<'n, K>>) -> Vec<Account<'n, K>> {
    let mut nodes: BTreeMap<Vec<&'n str>, Node<'n, K>> = BTreeMap::new();
    for (name, sums) in own {
        let parts: Vec<&str> = name.split(':').collect();
        let mut end = 0;
        for depth in 1..=parts.len() {
            end += parts[depth - 1].len() + usize::from(depth > 1);
            let key = parts[..depth].to_vec();
            let is_new = !nodes.contains_key(&key);
            if is_new && depth > 1 {
                nodes.entry(key[..depth - 1].to_vec()).or_default().children += 1;
            }
            let node = nodes.entry(key).or_default();
            node.name = &name[..end];
            node.own |= depth == parts.len();
            for (commodity, periods) in &sums {
                let whole = node.sums.entry(commodity).or_default();
                for (key, sum) in periods {
                    let whole = whole.entry(*key).or_default();
                    *whole = whole.saturating_add(*sum);
                }
            }
        }
    }
    let mut shown = Vec::new();
    // Where the label of the next account begins, and how deep: by the depth of its parents.
    let mut above: Vec<(usize, u8)> = Vec::new();
    for (parts, mut node) in nodes {
        above.truncate(parts.len() - 1);
        let (start, indent) = above.last().copied().unwrap_or((0, 0));
        if !node.own && node.children == 1 {
            above.push((start, indent));
            continue;
        }
        let is_zero = |sums: &BTreeMap<K, Decimal>| sums.values().all(Decimal::is_zero);
        if !node.sums.values().all(is_zero) {
            node.sums.retain(|_, sums| !is_zero(sums));
        } else if let Some(first) = node.sums.keys().next().copied() {
            node.sums.retain(|commodity, _| *commodity == first);
        }
        let label = &node.name[start..];
        above.push((node.name.len() + 1, indent.saturating_add(1)));
        shown.push(Account { name: node.name, label, indent, sums: node.sums });
    }
    shown
}

struct Node<'n, K> {
    name: &'n str,
    /// Whether postings are its own.
    own: bool,
    children: usize,
    sums: Own<'n, K>,
}

impl<K> Default for Node<'_, K> {
    fn default() -> Self {
        Node { name: "", own: false, children: 0, sums: BTreeMap::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_has_what_is_below_it() {
        let (usd, eur) = (Name::new("USD"), Name::new("EUR"));
        let sum = |number: i64| BTreeMap::from([((), Decimal::from(number))]);
        let own = BTreeMap::from([
            ("Assets:Bank:A", BTreeMap::from([(&usd, sum(2))])),
            ("Assets:Bank:A:Pot", BTreeMap::from([(&eur, sum(5))])),
            ("Assets:Bank:B", BTreeMap::from([(&usd, sum(-2))])),
            ("Assets-old", BTreeMap::from([(&usd, sum(1))])),
        ]);
        let shown: Vec<String> = of(own)
            .iter()
            .map(|account| {
                let sums = account.sums.iter().map(|(commodity, sums)| {
                    format!(" {} {commodity}", sums.values().sum::<Decimal>())
                });
                let sums: String = sums.collect();
                format!("{}{}{sums}", "  ".repeat(account.indent.into()), account.label)
            })
            .collect();
        let expected = [
            "Assets:Bank 5 EUR",
            "  A 5 EUR 2 USD",
            "    Pot 5 EUR",
            "  B -2 USD",
            "Assets-old 1 USD",
        ];
        assert_eq!(shown, expected);
    }
}
