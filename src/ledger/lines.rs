//! The lines of one text, one after the other, each with its number and where it begins.

use crate::ledger::amount::Fault;
use crate::ledger::view;
use crate::source::{Name, Place};

/// A text being read, line by line.
#[derive(Clone, Debug)]
pub struct Lines<'t> {
    /// The text's name, for places.
    pub name: &'t Name,
    /// Its index in the ledger's `sources`.
    pub source: u32,
    text: &'t str,
    at: usize,
    number: u32,
}

/// One line, without its end.
#[derive(Clone, Copy, Debug)]
pub struct Line<'t> {
    /// Its first byte.
    pub start: u32,
    /// From 1.
    pub number: u32,
    /// Without its end.
    pub text: &'t str,
}

impl<'t> Lines<'t> {
    /// The lines of `text`, which has fewer than 4 GiB.
    pub fn new(source: u32, name: &'t Name, text: &'t str) -> Lines<'t> {
        Lines { name, source, text, at: 0, number: 1 }
    }

    /// The same text from and up to a byte, its lines counted from 1.
    pub fn part(&self, range: std::ops::Range<usize>) -> Lines<'t> {
        Lines { text: &self.text[..range.end], at: range.start, number: 1, ..*self }
    }

    /// Goes on at byte `at`, which `lines` lines lie before.
    pub fn jump(&mut self, at: usize, lines: u32) {
        self.at = at;
        self.number += lines;
    }

    /// The whole text.
    pub fn text(&self) -> &'t str {
        self.text
    }

    /// Where the next line begins.
    pub fn at(&self) -> usize {
        self.at
    }

    /// The number of the next line, from 1.
    pub fn number(&self) -> u32 {
        self.number
    }

    /// The first byte of the next line.
    pub fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// The next line, if its first byte is a blank and it has more than blanks.
    pub fn next_indented(&mut self) -> Option<Line<'t>> {
        if !matches!(self.peek(), Some(b' ' | b'\t')) {
            return None;
        }
        let before = (self.at, self.number);
        let line = self.next()?;
        // What a line ends with tells most.
        if line.text.bytes().rev().all(|byte| byte.is_ascii_whitespace()) {
            (self.at, self.number) = before;
            return None;
        }
        Some(line)
    }

    /// Skips the indented lines that follow.
    pub fn skip_indented(&mut self) {
        while self.next_indented().is_some() {}
    }

    /// How many bytes lie between the start of `line` and the end of the last line read.
    pub fn length_from(&self, line: Line<'t>) -> u32 {
        let read = &self.text[line.start as usize..self.at];
        small(read.trim_end_matches(['\n', '\r']).len())
    }

    /// Points at `part` of `line`, or at its start where it is no part of it.
    pub fn place(&self, line: Line<'_>, part: &str) -> Place {
        let start = (part.as_ptr() as usize).wrapping_sub(line.text.as_ptr() as usize);
        let (start, length) = if start <= line.text.len() { (start, part.len()) } else { (0, 0) };
        view::place(self.name, line.number, line.text, start, length)
    }

    /// Points at what a fault is about.
    pub fn place_of(&self, line: Line<'_>, fault: &Fault<'_>) -> Place {
        self.place(line, fault.at)
    }
}

impl<'t> Iterator for Lines<'t> {
    type Item = Line<'t>;

    fn next(&mut self) -> Option<Line<'t>> {
        let rest = &self.text[self.at..];
        if rest.is_empty() {
            return None;
        }
        let bytes = rest.as_bytes();
        let end = memchr::memchr2(b'\n', b'\r', bytes).unwrap_or(bytes.len());
        let width = match bytes.get(end) {
            Some(b'\r') if bytes.get(end + 1) == Some(&b'\n') => 2,
            Some(_) => 1,
            None => 0,
        };
        let line = Line { start: small(self.at), number: self.number, text: &rest[..end] };
        self.at += end + width;
        self.number += 1;
        Some(line)
    }
}

/// Offsets fit: texts of 4 GiB and more are refused before they are read.
fn small(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
