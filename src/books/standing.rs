//! A journal as it stands, cut into its blocks, and the same with blocks that come among them.
//!
//! In: a text. Out: where its transactions lie and what their tags call them; stretches of it that stay.
//! Nothing of the text is copied: what stays is told by its place.

use std::ops::Range;

use rayon::prelude::*;

use crate::event::EventId;
use crate::ledger::{self, print::HEAD};

/// A journal's text and its transactions.
pub struct Standing<'t> {
    /// All of it; of a new journal, the line that stands first.
    pub text: &'t str,
    /// How many bytes stand before the first transaction.
    pub preamble: usize,
    /// The transactions, in their order.
    pub blocks: Vec<Block>,
}

/// A transaction of a journal's text, and where the next begins.
pub struct Block {
    /// From its date to the end of its last line.
    pub text: Range<usize>,
    /// Blank lines and comments lie between its end and this.
    pub next: usize,
    /// As its tag says.
    pub id: Option<EventId>,
}

/// Bytes of a text that one thread cuts into blocks at a time.
const PIECE: usize = 1 << 20;

impl<'t> Standing<'t> {
    /// Cuts a text into its blocks, a long one on all cores.
    pub fn read(text: &'t str) -> Standing<'t> {
        let text = if text.is_empty() { HEAD } else { text };
        let mut cuts = vec![0];
        while let Some(cut) = border(text, cuts[cuts.len() - 1] + PIECE) {
            cuts.push(cut);
        }
        cuts.push(text.len());
        let pieces: Vec<Vec<Block>> =
            cuts.par_windows(2).map(|cut| blocks(text, cut[0]..cut[1])).collect();
        let mut blocks: Vec<Block> = pieces.into_iter().flatten().collect();
        let mut next = text.len();
        for block in blocks.iter_mut().rev() {
            block.next = next;
            next = block.text.start;
        }
        Standing { text, preamble: next, blocks }
    }
}

/// Where the first transaction at or behind a byte begins.
fn border(text: &str, from: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let from = from.checked_sub(1).filter(|from| *from < bytes.len())?;
    let mut ends = memchr::memchr_iter(b'\n', &bytes[from..]).map(|end| from + end + 1);
    ends.find(|end| bytes.get(*end).is_some_and(u8::is_ascii_digit))
}

/// The transactions of a part of a text that begins with one, or with the text.
fn blocks(text: &str, part: Range<usize>) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut open: Option<usize> = None;
    let mut at = part.start;
    let mut close = |open: &mut Option<usize>, end: usize| {
        if let Some(start) = open.take() {
            blocks.push(Block { text: start..end, next: end, id: id(&text[start..end]) });
        }
    };
    for line in text[part.clone()].split_inclusive('\n') {
        let first = line.as_bytes()[0];
        if first.is_ascii_digit() {
            close(&mut open, at);
            open = Some(at);
        } else if open.is_some() && (!matches!(first, b' ' | b'\t') || line.trim().is_empty()) {
            close(&mut open, at);
        }
        at += line.len();
    }
    close(&mut open, part.end);
    blocks
}

/// The id that a block's comments tell.
fn id(block: &str) -> Option<EventId> {
    let comments = block.lines().skip(1).filter_map(|line| line.trim().strip_prefix(';'));
    // A comment is taken apart where it may tell one.
    let mut telling = comments.filter(|comment| comment.contains("id:"));
    telling.find_map(|comment| ledger::header::tag(comment, "id"))?.parse().ok()
}

/// A part of a journal that changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stretch {
    /// Bytes of the text, as they stand.
    Old(Range<usize>),
    /// One more line end.
    LineEnd,
    /// Blocks of these events, parted by blank lines; before the first only where it needs one.
    Blocks {
        /// Which events.
        events: Range<usize>,
        /// Whether a blank line, or nothing, stands before them.
        parted: bool,
    },
}

/// A text in the making, whose blocks are parted by blank lines.
pub struct Out<'t> {
    /// What it is made of.
    pub stretches: Vec<Stretch>,
    old: &'t str,
    /// Whether a blank line, or nothing, stands before what comes.
    parted: bool,
}

impl<'t> Out<'t> {
    /// Made of pieces of `old`.
    pub fn new(old: &'t str) -> Out<'t> {
        Out { stretches: Vec::new(), old, parted: true }
    }

    /// Adds blocks of events.
    pub fn events(&mut self, events: Range<usize>) {
        if events.is_empty() {
            return;
        }
        if !self.parted {
            self.end_line();
        }
        self.stretches.push(Stretch::Blocks { events, parted: self.parted });
        self.parted = false;
    }

    /// Adds a block that stands.
    pub fn block(&mut self, block: Range<usize>) {
        if !self.parted {
            self.end_line();
            self.stretches.push(Stretch::LineEnd);
        }
        self.put(block);
        self.parted = false;
    }

    /// Adds what stands beside blocks.
    pub fn verbatim(&mut self, bytes: Range<usize>) {
        if bytes.is_empty() {
            return;
        }
        self.put(bytes);
        let mut back = self.back().skip_while(|byte| *byte == b'\r');
        let last = (back.next(), back.next(), back.next());
        drop(back);
        self.parted = match last {
            (Some(b'\n'), None | Some(b'\n'), _) => true,
            (Some(b'\n'), Some(b'\r'), before) => before == Some(b'\n'),
            _ => false,
        };
    }

    /// Takes line ends away until there is but one.
    pub fn end_with_one(&mut self) {
        while self.back().take(2).eq(*b"\n\n") {
            match self.stretches.last_mut() {
                Some(Stretch::Old(bytes)) if bytes.len() > 1 => bytes.end -= 1,
                _ => drop(self.stretches.pop()),
            }
        }
    }

    /// Ends a line that is not at its end.
    fn end_line(&mut self) {
        if self.back().next().is_some_and(|last| last != b'\n') {
            self.stretches.push(Stretch::LineEnd);
        }
    }

    fn put(&mut self, bytes: Range<usize>) {
        match self.stretches.last_mut() {
            Some(Stretch::Old(last)) if last.end == bytes.start => last.end = bytes.end,
            _ => self.stretches.push(Stretch::Old(bytes)),
        }
    }

    /// The bytes of what stands, the last first, back to blocks of events.
    fn back(&self) -> impl Iterator<Item = u8> {
        let text = |stretch: &Stretch| match stretch {
            Stretch::Old(bytes) => Some(&self.old.as_bytes()[bytes.clone()]),
            Stretch::LineEnd => Some(&b"\n"[..]),
            Stretch::Blocks { .. } => None,
        };
        self.stretches.iter().rev().map_while(text).flat_map(|text| text.iter().rev()).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_cut_as_a_short_one_is() {
        let block = |at: usize| {
            let (day, end) = (at % 28 + 1, ["\n", "\n\n", "\n; a note\n", "\r\n\r\n"][at % 4]);
            format!("2024-01-{day:02} * A\n    ; id: {at:012x}-1, src: a.csv:{at}\n    A  1{end}")
        };
        let text: String =
            std::iter::once("; head\n".to_owned()).chain((0..40_000).map(block)).collect();
        assert!(text.len() > 2 * PIECE);
        let standing = Standing::read(&text);
        let whole = blocks(&text, 0..text.len());
        assert_eq!((standing.preamble, standing.blocks.len()), (7, 40_000));
        for (one, other) in standing.blocks.iter().zip(&whole) {
            assert_eq!((&one.text, &one.id), (&other.text, &other.id));
        }
        let nexts = standing.blocks.windows(2).all(|pair| pair[0].next == pair[1].text.start);
        assert!(nexts && standing.blocks.last().is_some_and(|last| last.next == text.len()));
        assert!(standing.blocks.iter().all(|block| block.id.is_some()));
    }

    #[test]
    fn what_stays_side_by_side_is_one_stretch() {
        let standing = Standing::read("a\n\n2024-01-01 b\n  c  1\n\n2024-01-02 d\n  e  1\n");
        let mut out = Out::new(standing.text);
        out.verbatim(0..standing.preamble);
        for block in &standing.blocks {
            out.block(block.text.clone());
            out.verbatim(block.text.end..block.next);
        }
        assert_eq!(out.stretches, [Stretch::Old(0..standing.text.len())]);
        out.events(0..2);
        let blocks = Stretch::Blocks { events: 0..2, parted: false };
        assert_eq!(out.stretches[1..], [blocks]);
    }
}
