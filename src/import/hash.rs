//! Maps whose keys are hashes already, names kept by the hash of their letters, and what was made of
//! texts that come again.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use rayon::prelude::*;
use xxhash_rust::xxh3::xxh3_64;

use crate::event::RowHash;
use crate::source::Name;

/// A map by keys that are hashes, or hold one and little else.
pub type Hashed<K, V> = HashMap<K, V, BuildHasherDefault<Mixer>>;

/// Spreads numbers that are random already over all bits.
#[derive(Clone, Copy, Debug, Default)]
pub struct Mixer(u64);

impl Hasher for Mixer {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.write_u64(xxh3_64(bytes));
    }

    fn write_u8(&mut self, number: u8) {
        self.write_u64(number.into());
    }

    fn write_u32(&mut self, number: u32) {
        self.write_u64(number.into());
    }

    fn write_i32(&mut self, number: i32) {
        self.write_u32(number.cast_unsigned());
    }

    fn write_usize(&mut self, number: usize) {
        self.write_u64(number as u64);
    }

    fn write_isize(&mut self, number: isize) {
        self.write_u64(number.cast_unsigned() as u64);
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = (self.0.rotate_left(5) ^ number).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}

/// Whether two texts are the same. Nothing is looked at of two that are empty: they may lie at no address,
/// which processors take long to look at.
pub fn is_same(one: &str, other: &str) -> bool {
    one.len() == other.len() && (one.is_empty() || one == other)
}

/// Which of `items` are there again, by their place: their ordinals among those of the same hash, from
/// 2. A long list is parted by hash first, so that the tables of the parts are small, and all cores look
/// through one at a time.
pub fn again<T: Sync>(items: &[T], hash: impl Fn(&T) -> RowHash + Sync) -> Vec<(u32, u32)> {
    let parts = (items.len() >> 14).next_power_of_two();
    let part = |hash: u64| usize::try_from(hash & (parts as u64 - 1)).unwrap_or_default();
    let mut next = vec![0usize; parts + 1];
    for item in items {
        next[part(hash(item).bits()) + 1] += 1;
    }
    for part in 1..next.len() {
        next[part] += next[part - 1];
    }
    let starts = next.clone();
    let mut parted = vec![(0, 0); items.len()];
    for (place, item) in (0..).zip(items) {
        let hash = hash(item).bits();
        let at = &mut next[part(hash)];
        parted[*at] = (hash, place);
        *at += 1;
    }
    let found = starts.par_windows(2).flat_map_iter(|part| {
        let part = &parted[part[0]..part[1]];
        let mut seen: Hashed<u64, u32> = Hashed::default();
        seen.reserve(part.len());
        let mut again: Vec<(u32, u32)> = Vec::new();
        for (hash, place) in part {
            let count = seen.entry(*hash).or_default();
            *count += 1;
            if *count > 1 {
                again.push((*place, *count));
            }
        }
        again
    });
    found.collect()
}

/// So many texts are remembered, and then others: rows that stand together repeat what they say, and few
/// texts stay near the core that asks for them.
const MOST: usize = 1 << 12;

/// The names that a reader has met lately.
#[derive(Debug, Default)]
pub struct Kept {
    names: Hashed<u64, Name>,
    empty: Name,
}

impl Kept {
    /// The name with these letters: the one met before, or a new one.
    pub fn get(&mut self, text: &str) -> Name {
        if text.is_empty() {
            return self.empty.clone();
        }
        if self.names.len() >= MOST {
            self.names.clear();
        }
        let name = self.names.entry(xxh3_64(text.as_bytes())).or_insert_with(|| Name::new(text));
        // Two texts of one hash are two names all the same.
        if *name == *text { name.clone() } else { Name::new(text) }
    }
}

/// What was made of texts, for those that come again: rows repeat what they say. It has copies of the
/// texts, for those of the file may be let go.
#[derive(Debug)]
pub struct Memo<T>(Hashed<u64, (Box<[u8]>, T)>);

impl<T> Default for Memo<T> {
    fn default() -> Self {
        Memo(Hashed::default())
    }
}

impl<T> Memo<T> {
    /// What was made of this text before.
    #[inline]
    pub fn get(&self, text: &[u8]) -> Option<&T> {
        let (known, made) = self.0.get(&xxh3_64(text))?;
        // Two texts may have one hash.
        (**known == *text).then_some(made)
    }

    /// Remembers what was made of a text.
    pub fn put(&mut self, text: &[u8], made: T) {
        if self.0.len() >= MOST {
            self.0.clear();
        }
        self.0.insert(xxh3_64(text), (text.into(), made));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(12))]
        #[test]
        fn what_is_there_again_is_counted(
            few in prop::collection::vec(0u32..9, 0..40),
            many: bool,
        ) {
            // Enough others that the list is parted.
            let others = if many { 100..100_000u32 } else { 100..100 };
            let items: Vec<u32> = few.iter().copied().chain(others).chain(few.clone()).collect();
            let mut found = again(&items, |item| RowHash::of("a", [&*item.to_string()]));
            found.sort_unstable();
            let mut counts = HashMap::new();
            let expected = (0..).zip(&items).filter_map(|(place, item)| {
                let count = counts.entry(*item).or_insert(0u32);
                *count += 1;
                (*count > 1).then_some((place, *count))
            });
            let expected: Vec<(u32, u32)> = expected.collect();
            prop_assert_eq!(found, expected);
        }
    }
}
