//! Large files as texts without a copy: the system lends their pages.
//!
//! A journal of hundreds of megabytes is read where it lies. Pages that were read are given back, so
//! that a run needs memory for what it keeps of a file and not for the file.
//!
//! This is the one place of unsafe code. A file that somebody else changes while it is mapped changes
//! under its readers; one that is cut short then ends the program. So no file is written or moved while it
//! is mapped, and small ones, which are what somebody edits meanwhile, are read as usual.
#![allow(unsafe_code)]

use std::fs::File;
use std::io;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use memmap2::{Mmap, UncheckedAdvice};
use rayon::prelude::*;

use crate::source::{Encoding, Lent, Source, Text};

/// Files from this size on are mapped: below it a copy costs nothing that anybody feels, and above it
/// a hundred of them would cost a third more than one file of their length.
const LARGE: u64 = 128 << 10;
/// Below it, one thread checks all.
const SHORT: usize = 16 << 20;
/// Bytes that one thread checks at a time.
const CHECKED: usize = 1 << 20;

/// The text of a file, however it is encoded, under this name; one that is not UTF-8 is `otherwise`.
///
/// # Errors
/// It cannot be opened or read.
pub fn source(path: &Path, name: &str, otherwise: &'static Encoding) -> io::Result<Source> {
    match large(path)? {
        Some(text) => Ok(Source::utf8(name, text)),
        None => Ok(Source::decode_else(name, std::fs::read(path)?, otherwise)),
    }
}

/// The text of a large file whose bytes are its text, as they lie; `None` for any other.
///
/// # Errors
/// It cannot be opened.
pub fn large(path: &Path) -> io::Result<Option<Text>> {
    let file = File::open(path)?;
    let kind = file.metadata()?;
    let mapped = if kind.is_file() && kind.len() >= LARGE { Mapped::of(&file) } else { None };
    Ok(mapped.map(|mapped| Text::lent(Arc::new(mapped))))
}

/// The pages of one file, all of them UTF-8.
struct Mapped(Mmap);

impl Mapped {
    /// `None`: the system lends none, or what is in them must be decoded first.
    fn of(file: &File) -> Option<Mapped> {
        // SAFETY: the file is a regular one of the user's own; see the head of this module for what
        // happens if somebody changes it meanwhile.
        let map = unsafe { Mmap::map(file) }.ok()?;
        let mapped = Mapped(map);
        (Source::is_plain(&mapped.0) && mapped.is_utf8()).then_some(mapped)
    }

    fn is_utf8(&self) -> bool {
        let bytes = &*self.0;
        // A letter that lies across a border belongs to the part before it.
        let border = |at: usize| {
            (at..bytes.len()).find(|at| bytes[*at] & 0xc0 != 0x80).unwrap_or(bytes.len())
        };
        let mut parts = 0..bytes.len().div_ceil(CHECKED);
        let is_good = |part: usize| {
            let part = border(part * CHECKED)..border((part + 1) * CHECKED);
            let text = &bytes[part.clone()];
            let good = text.is_ascii() || std::str::from_utf8(text).is_ok();
            // What is read next may stay: it is given back before what is kept of it needs the room.
            if part.start >= bytes.len() / 3 * 2 {
                self.let_go(part);
            }
            good
        };
        // A short one is checked before other threads have begun.
        if bytes.len() < SHORT { parts.all(is_good) } else { parts.into_par_iter().all(is_good) }
    }
}

impl Lent for Mapped {
    fn letters(&self) -> &str {
        // SAFETY: `of` has checked all of it.
        unsafe { std::str::from_utf8_unchecked(&self.0) }
    }

    fn let_go(&self, bytes: Range<usize>) {
        // Advice only: where it is not taken, the pages stay.
        #[cfg(unix)]
        // SAFETY: the pages are a file's and never written to, so that reading them again gives the same.
        let _ = unsafe {
            self.0.unchecked_advise_range(UncheckedAdvice::DontNeed, bytes.start, bytes.len())
        };
        #[cfg(not(unix))]
        let _ = bytes;
    }
}
