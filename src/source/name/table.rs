//! The letters of all names: one table for the process, which only grows.
//!
//! Nothing can be told from it but what was put in: a number says no more than that two names are
//! the same. To look up letters by a number waits for nobody; to take in letters waits for those who
//! take in others of the same shard.

use std::hash::Hasher;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{LazyLock, Mutex, OnceLock, PoisonError};

use hashbrown::HashTable;
use xxhash_rust::xxh3::xxh3_64;

/// Letters by number, in blocks that double, so that none ever moves.
static BLOCKS: [OnceLock<Block>; 22] = [const { OnceLock::new() }; 22];

/// Numbers by letters.
static SHARDS: LazyLock<[Mutex<Shard>; 16]> = LazyLock::new(Default::default);

/// The next free number.
static NEXT: AtomicU32 = AtomicU32::new(1);

/// How many names the first block holds; the blocks together hold all that `u32` can count.
const FIRST: u32 = 1 << 10;

/// How many bytes are taken at once for letters.
const PIECE: usize = 1 << 14;

type Block = Box<[OnceLock<&'static str>]>;

#[derive(Default)]
struct Shard {
    /// Each with the hash of its letters.
    numbers: HashTable<(u64, NonZeroU32)>,
    /// What is left of the piece that the last letters were copied into.
    room: &'static mut [u8],
}

/// What letters are looked up by.
pub(super) fn hash(text: &str) -> u64 {
    xxh3_64(text.as_bytes())
}

/// The number of these letters, whose hash is known: the one they have, or the next.
pub(super) fn number(hash: u64, text: &str) -> NonZeroU32 {
    // Other bits than those by which a shard's own table finds its place.
    let shard = (hash >> 40) as usize % SHARDS.len();
    // A shard is whole at every moment, even if a thread that held it panicked.
    let mut shard = SHARDS[shard].lock().unwrap_or_else(PoisonError::into_inner);
    let same = |(of, number): &(u64, NonZeroU32)| *of == hash && letters(*number) == text;
    if let Some((_, number)) = shard.numbers.find(hash, same) {
        return *number;
    }
    let kept = shard.keep(text);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let (block, at) = place(number);
    let size = (FIRST as usize) << block;
    let block =
        BLOCKS[block].get_or_init(|| std::iter::repeat_with(OnceLock::new).take(size).collect());
    let number = NonZeroU32::new(number).expect("fewer names than `u32` can count");
    block[at].set(kept).expect("a number is given once");
    shard.numbers.insert_unique(hash, (hash, number), |(of, _)| *of);
    number
}

/// The number of no letters: what most texts that could say something say.
pub(super) fn empty() -> NonZeroU32 {
    static EMPTY: OnceLock<NonZeroU32> = OnceLock::new();
    *EMPTY.get_or_init(|| number(hash(""), ""))
}

/// The letters with this number.
#[inline]
pub(super) fn letters(number: NonZeroU32) -> &'static str {
    let (block, at) = place(number.get());
    let letters = BLOCKS[block].get().and_then(|block| block[at].get());
    letters.expect("a number is given out with its letters")
}

/// In which block a number stands, and where in it.
#[inline]
fn place(number: u32) -> (usize, usize) {
    let block = (number / FIRST + 1).ilog2();
    let first = FIRST * ((1 << block) - 1);
    (block as usize, (number - first) as usize)
}

impl Shard {
    /// A copy of the letters that stays.
    fn keep(&mut self, text: &str) -> &'static str {
        if self.room.len() < text.len() {
            self.room = Box::leak(vec![0; text.len().max(PIECE)].into_boxed_slice());
        }
        let (copy, room) = std::mem::take(&mut self.room).split_at_mut(text.len());
        self.room = room;
        copy.copy_from_slice(text.as_bytes());
        std::str::from_utf8(copy).expect("a copy of letters is letters")
    }
}

/// Hashes letters in one piece; nobody who writes records gains by making his names collide.
#[derive(Clone, Copy, Debug, Default)]
pub struct Letters(u64);

impl Hasher for Letters {
    fn write(&mut self, bytes: &[u8]) {
        self.0 = self.0.rotate_left(5) ^ xxh3_64(bytes);
    }

    /// The end of a text, which tells nothing where there is but one.
    fn write_u8(&mut self, _: u8) {}

    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_has_its_own_place() {
        let mut next = (0, 0);
        for number in 0..FIRST * 9 {
            let (block, at) = place(number);
            if block != next.0 {
                next = (next.0 + 1, 0);
            }
            assert_eq!((block, at), next, "{number}");
            assert!(at < (FIRST as usize) << block);
            next.1 += 1;
        }
        assert!(place(u32::MAX - FIRST).0 < BLOCKS.len());
    }

    #[test]
    fn threads_agree_on_the_numbers_of_letters() {
        let texts: Vec<String> =
            (0..5000).map(|n| format!("name {n} {}", "x".repeat(n % 50))).collect();
        let numbers = || texts.iter().map(|text| number(hash(text), text)).collect::<Vec<_>>();
        let (left, right) = std::thread::scope(|scope| {
            let left = scope.spawn(numbers);
            (numbers(), left.join().expect("no panic"))
        });
        assert_eq!(left, right);
        for (text, number) in texts.iter().zip(left) {
            assert_eq!(letters(number), text);
        }
    }
}
