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
/// 2. A long list is gone through on all cores, each of which looks for some of the hashes at a time:
/// so the tables are small.
pub fn again<T: Sync>(items: &[T], hash: impl Fn(&T) -> RowHash + Sync) -> Vec<(u32, u32)> {
    let many = (4 * rayon::current_num_threads()).next_power_of_two();
    let shares = if items.len() < 1 << 14 { 1 } else { many };
    let found = (0..shares).into_par_iter().flat_map_iter(|share| {
        let mut seen: Hashed<RowHash, u32> = Hashed::default();
        seen.reserve(items.len() / shares);
        let mut again = Vec::new();
        for (place, item) in (0..).zip(items) {
            let hash = hash(item);
            if hash.bits() & (shares as u64 - 1) != share as u64 {
                continue;
            }
            let count = seen.entry(hash).or_default();
            *count += 1;
            if *count > 1 {
                again.push((place, *count));
            }
        }
        again
    });
    found.collect()
}

/// So many texts are remembered, and then others: rows that stand together repeat what they say, and few
/// texts stay near the core that asks for them.
const MOST: usize = 1 << 11;

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
        if self.names.len() >= 2 * MOST {
            self.names.clear();
        }
        let name = self.names.entry(xxh3_64(text.as_bytes())).or_insert_with(|| Name::new(text));
        // Two texts of one hash are two names all the same.
        if *name == *text { name.clone() } else { Name::new(text) }
    }
}

/// What was made of the texts of a file, for those that come again: rows repeat what they say. It looks
/// at no text of the file again, which may be let go.
#[derive(Debug)]
pub struct Memo<T>(Hashed<u64, (Name, T)>);

impl<T> Default for Memo<T> {
    fn default() -> Self {
        Memo(Hashed::default())
    }
}

impl<T: Clone> Memo<T> {
    /// What `make` makes of `text`, or made of it before.
    #[inline]
    pub fn get(&mut self, text: &str, names: &mut Kept, make: impl FnOnce(&mut Kept) -> T) -> T {
        let key = xxh3_64(text.as_bytes());
        if let Some((known, made)) = self.0.get(&key)
            && is_same(known, text)
        {
            return made.clone();
        }
        if self.0.len() >= MOST {
            self.0.clear();
        }
        let made = make(names);
        self.0.insert(key, (names.get(text), made.clone()));
        made
    }
}
