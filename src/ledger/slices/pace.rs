//! How a long text is cut into slices.

use crate::ledger::model::Options;

/// Bytes of the first slices after a stop; from there they grow to `LARGE`.
const SMALL: usize = 32 << 10;
/// Bytes of a slice whose rows stay in a core's own memory.
const LARGE: usize = 512 << 10;
/// What is copied for each thread, for each name that is known, in bytes of text it could have read.
pub const NAME: usize = 32;

/// When slices are cut.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// Bytes of a slice, where somebody says it.
    told: Option<usize>,
    /// Asked for where slices may be of use: to ask starts the threads.
    threads: usize,
    /// No slices are cut before this byte.
    next: usize,
}

impl Pace {
    /// As the options say, and not before byte `next`.
    pub fn new(options: Options, next: usize) -> Pace {
        Pace { told: options.slice, threads: 0, next }
    }

    /// Whether to cut slices at byte `at` of a text of `length` bytes: they are of no use to a single
    /// thread, nor in a short text.
    pub fn cuts(&mut self, at: usize, length: usize) -> bool {
        let left = length - at;
        if at < self.next || self.told.map_or(left <= 4 * SMALL, |told| left / 2 < told) {
            return false;
        }
        self.threads = rayon::current_num_threads();
        self.threads > 1
    }

    /// How many bytes slice number `slice` is to have.
    fn size(&self, slice: usize) -> usize {
        let doubled = u32::try_from(slice / self.threads).unwrap_or(u32::MAX).min(4);
        self.told.unwrap_or((SMALL << doubled).min(LARGE))
    }

    /// Where slice number `slice` ends, which begins at byte `start` of `text`: before a line that begins
    /// with a digit, or with the text.
    pub fn end(&self, slice: usize, text: &str, start: usize) -> usize {
        let bytes = text.as_bytes();
        let least = start.saturating_add(self.size(slice)).min(bytes.len());
        let mut ends = memchr::memchr_iter(b'\n', &bytes[least..]).map(|end| least + end + 1);
        let end = ends.find(|end| bytes.get(*end).is_some_and(u8::is_ascii_digit));
        end.unwrap_or(bytes.len())
    }

    /// How many slices a text of `length` bytes may come to.
    pub fn slices(&self, length: usize) -> usize {
        length / self.size(0) + 1
    }

    /// How many threads read.
    pub fn threads(&self) -> usize {
        self.threads
    }

    /// `dropped` bytes were read for nothing up to byte `at`.
    pub fn pay(&mut self, at: usize, dropped: usize) {
        self.next = if self.told.is_some() { at } else { at + dropped };
    }

    /// How many bytes are to be read in order where byte `at` is the last.
    pub fn debt(&self, at: usize) -> usize {
        self.next.saturating_sub(at)
    }
}
