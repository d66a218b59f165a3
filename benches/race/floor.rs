//! The bare floor: the least that any program must do to give a year's figures.
//!
//! It maps the file, cuts it in two between entries, splits lines, and adds amounts of cash by account
//! and year, an entry's missing amount too. It checks nothing and knows one way to write things, so it
//! is no ledger: it is what a reader is measured against.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::fs::File;
use std::io;
use std::path::Path;

use memchr::{memchr, memmem};
use memmap2::Mmap;

/// Years that the sums have room for, from 2010 on.
const YEARS: usize = 32;
const FIRST: usize = 2010;

#[derive(Default)]
struct Sums<'t> {
    accounts: HashMap<&'t [u8], usize>,
    names: Vec<&'t [u8]>,
    cents: Vec<[i64; YEARS]>,
}

/// Prints `YEAR ACCOUNT CENTS` for income and expenses, on `threads` threads.
///
/// # Errors
/// The file cannot be mapped.
pub fn run(path: &Path, threads: usize) -> io::Result<()> {
    let file = File::open(path)?;
    // SAFETY: the race has written the file and nobody changes it while it is read.
    #[allow(unsafe_code)]
    let bytes = unsafe { Mmap::map(&file) }?;
    let mut rest = &bytes[..];
    let mut parts = Vec::new();
    for left in (1..=threads.max(1)).rev() {
        let least = rest.len() / left;
        let end = memmem::find(&rest[least..], b"\n\n").map_or(rest.len(), |end| least + end + 2);
        let (part, after) = rest.split_at(if left == 1 { rest.len() } else { end });
        parts.push(part);
        rest = after;
    }
    let read: Vec<Sums> = std::thread::scope(|scope| {
        let started: Vec<_> =
            parts[1..].iter().map(|part| scope.spawn(move || Sums::of(part))).collect();
        let first = Sums::of(parts[0]);
        let others = started.into_iter().map(|one| one.join().expect("it does not panic"));
        std::iter::once(first).chain(others).collect()
    });
    let mut all: BTreeMap<(usize, &[u8]), i64> = BTreeMap::new();
    for sums in &read {
        for (name, years) in sums.names.iter().zip(&sums.cents) {
            if !name.starts_with(b"Income") && !name.starts_with(b"Expenses") {
                continue;
            }
            for (year, cents) in years.iter().enumerate().filter(|(_, cents)| **cents != 0) {
                *all.entry((FIRST + year, name)).or_default() += cents;
            }
        }
    }
    let mut text = String::new();
    for ((year, name), cents) in all {
        let _ = writeln!(text, "{year} {} {cents}", String::from_utf8_lossy(name));
    }
    print!("{text}");
    Ok(())
}

impl<'t> Sums<'t> {
    fn of(mut text: &'t [u8]) -> Sums<'t> {
        let mut sums = Sums::default();
        let (mut year, mut left, mut missing) = (0, 0, None);
        while !text.is_empty() {
            let end = memchr(b'\n', text).unwrap_or(text.len());
            let line = &text[..end];
            text = text.get(end + 1..).unwrap_or_default();
            match line {
                [b'0'..=b'9', ..] => {
                    let digits = line[..4].iter().map(|digit| usize::from(digit - b'0'));
                    let written = digits.fold(0, |year, digit| year * 10 + digit);
                    year = written.saturating_sub(FIRST).min(YEARS - 1);
                    (left, missing) = (0, None);
                }
                [b' ', rest @ ..] => {
                    let start = rest.iter().position(|byte| *byte != b' ').unwrap_or(rest.len());
                    let posting = &rest[start..];
                    if matches!(posting, [] | [b';', ..]) {
                        continue;
                    }
                    let end = memmem::find(posting, b"  ").unwrap_or(posting.len());
                    let account = sums.account(&posting[..end]);
                    match cash(&posting[end..]) {
                        None => missing = Some(account),
                        Some((cents, is_cash)) => {
                            left += cents;
                            if is_cash {
                                sums.cents[account][year] += cents;
                            }
                        }
                    }
                }
                _ => {
                    if let Some(account) = missing.take() {
                        sums.cents[account][year] -= left;
                    }
                }
            }
        }
        sums
    }

    fn account(&mut self, name: &'t [u8]) -> usize {
        if let Some(account) = self.accounts.get(name) {
            return *account;
        }
        self.accounts.insert(name, self.names.len());
        self.names.push(name);
        self.cents.push([0; YEARS]);
        self.names.len() - 1
    }
}

/// What an amount comes to in cents, at its price if it has one, and whether it is cash itself.
fn cash(text: &[u8]) -> Option<(i64, bool)> {
    let (number, rest) = hundredths(text)?;
    match memchr(b'@', rest) {
        None => Some((number, true)),
        Some(at) => Some((number / 100 * hundredths(&rest[at + 1..])?.0, false)),
    }
}

/// The number after some blanks, times a hundred, and what follows.
fn hundredths(text: &[u8]) -> Option<(i64, &[u8])> {
    let mut at = text.iter().position(|byte| *byte != b' ')?;
    let negative = text[at] == b'-';
    at += usize::from(negative);
    let (mut number, mut decimals) = (0i64, None);
    while let Some(byte @ (b'0'..=b'9' | b'.')) = text.get(at) {
        match byte {
            b'.' => decimals = Some(0),
            digit => {
                number = number * 10 + i64::from(digit - b'0');
                decimals = decimals.map(|decimals| decimals + 1);
            }
        }
        at += 1;
    }
    let number = number * 10i64.pow(2u32.saturating_sub(decimals.unwrap_or(0)));
    Some((if negative { -number } else { number }, &text[at..]))
}
