//! A map from commodities that holds few as a rule, and is quick still where it holds many.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;

use crate::ledger::model::{CommodityId, Xxh};

/// Up to so many are looked for one by one.
const FEW: usize = 12;

/// In the order they were first asked for.
#[derive(Debug, Default)]
pub(super) struct Few<V> {
    list: Vec<(CommodityId, V)>,
    places: HashMap<CommodityId, usize, BuildHasherDefault<Xxh>>,
}

impl<V> Few<V> {
    pub fn clear(&mut self) {
        self.list.clear();
        self.places.clear();
    }

    pub fn iter(&self) -> impl Iterator<Item = &(CommodityId, V)> {
        self.list.iter()
    }

    pub fn get(&self, key: CommodityId) -> Option<&V> {
        self.place(key).map(|at| &self.list[at].1)
    }

    /// The value of `key`; the one that `make` makes where there is none yet.
    pub fn entry(&mut self, key: CommodityId, make: impl FnOnce() -> V) -> &mut V {
        let at = self.place(key).unwrap_or_else(|| {
            let at = self.list.len();
            self.list.push((key, make()));
            if at == FEW {
                self.places.extend(self.list.iter().enumerate().map(|(at, (key, _))| (*key, at)));
            } else if at > FEW {
                self.places.insert(key, at);
            }
            at
        });
        &mut self.list[at].1
    }

    fn place(&self, key: CommodityId) -> Option<usize> {
        if self.places.is_empty() {
            self.list.iter().position(|(known, _)| *known == key)
        } else {
            self.places.get(&key).copied()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_are_found_as_few_are() {
        let mut map = Few::default();
        for key in 0..100 {
            *map.entry(CommodityId(key), || 0) += key;
            *map.entry(CommodityId(key), || 0) += 1;
        }
        assert!((0..100).all(|key| map.get(CommodityId(key)) == Some(&(key + 1))));
        assert_eq!(map.get(CommodityId(100)), None);
        assert!(map.iter().map(|(key, _)| key.0).eq(0..100));
        map.clear();
        assert!(map.iter().next().is_none() && map.get(CommodityId(1)).is_none());
    }
}
