//! Which records are rows, and long texts read on all cores.
//!
//! A text is cut at line ends into stretches that are read at the same time, each as if a row began
//! there and nothing above it mattered. Then they are put together from first to last: a stretch
//! stands where the one above it ended exactly there and left nothing open; else it is read again from
//! where that one ended. So a line end within a quoted cell, a table that begins or a footer costs
//! time, and changes nothing.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use memchr::memchr;
use rayon::prelude::*;

use super::memory::Memory;
use super::records::sentence;
use super::{Attempt, File, Reader, Row, Sheet, Takes, Trouble};
use crate::import::cell::trimmed;
use crate::import::feed::{Feed, Form};
use crate::import::profile::Field;
use crate::import::recognise::Section;
use crate::import::record::{Cell, Record, Start, line_ends};

/// Reads `file` in stretches; bytes of which nothing more is needed are let go.
pub(super) fn read<'p, T: Takes>(
    file: &File<'_, '_, 'p>,
    let_go: &(dyn Fn(Range<usize>) + Sync),
    new: &(dyn Fn(usize) -> T + Sync),
) -> Attempt<'p, T> {
    let feed = Feed::new(file.text, file.layout.form, file.layout.skip);
    let begin = feed.start();
    // What one stretch has met, the next need not make again.
    let spare: Mutex<Vec<Memory>> = Mutex::default();
    let shelf = || spare.lock().unwrap_or_else(PoisonError::into_inner);
    let memory = || shelf().pop().unwrap_or_default();
    let mut whole = Stretch::new(Reader::new(file, memory()), feed, new(0));
    let parts_lean = file.profile.wraps || file.profile.tables.iter().any(|table| table.continues);
    let (Some(begin), Form::Delimited(delimiter), false) = (begin, file.layout.form, parts_lean)
    else {
        whole.read_to(usize::MAX);
        return whole.end();
    };
    let length = file.reading.length;
    if file.text.len() - begin.at <= length {
        whole.read_to(usize::MAX);
        return whole.end();
    }
    let doubt = AtomicBool::new(false);
    let joining = Mutex::new(Joining { whole, next: 0, early: BTreeMap::new() });
    let cuts = Cuts { text: file.text, start: begin, length };
    cuts.enumerate().par_bridge().for_each(|(number, Cut { start, end, lines })| {
        if doubt.load(Ordering::Relaxed) {
            return;
        }
        let feed = Feed::from(file.text, delimiter, start);
        let mut part = Stretch::new(Reader::new(file, memory()), feed, new(lines as usize));
        part.read_to(end);
        shelf().push(std::mem::take(&mut part.reader.memory));
        if part.reader.doubt {
            doubt.store(true, Ordering::Relaxed);
        }
        let mut joining = joining.lock().unwrap_or_else(PoisonError::into_inner);
        joining.add(number, Part { start, end, read: part });
        drop(joining);
        let_go(start.at..end);
    });
    let mut whole = joining.into_inner().unwrap_or_else(PoisonError::into_inner).whole;
    whole.reader.doubt |= doubt.into_inner();
    whole.end()
}

/// Where a text is cut: at line ends, some `length` bytes apart.
struct Cuts<'s> {
    text: &'s str,
    start: Start,
    length: usize,
}

/// One stretch of a text: where it starts and ends, and how many lines it has.
struct Cut {
    start: Start,
    end: usize,
    lines: u32,
}

impl Iterator for Cuts<'_> {
    type Item = Cut;

    fn next(&mut self) -> Option<Cut> {
        let start = self.start;
        let rest = self.text.as_bytes().get(start.at..).filter(|rest| !rest.is_empty())?;
        let line_end = rest.get(self.length..).and_then(|rest| memchr(b'\n', rest));
        let end = line_end.map_or(self.text.len(), |more| start.at + self.length + more + 1);
        let lines = line_ends(&self.text[start.at..end]);
        self.start = Start { at: end, line: start.line.saturating_add(lines) };
        Some(Cut { start, end, lines })
    }
}

/// A stretch of a text that was read as if nothing stood above it.
struct Part<'s, 'r, 'p, T> {
    start: Start,
    end: usize,
    read: Stretch<'s, 'r, 'p, T>,
}

/// Puts stretches together, in their order.
struct Joining<'s, 'r, 'p, T> {
    /// All that was put together.
    whole: Stretch<'s, 'r, 'p, T>,
    /// The number of the stretch that goes on from there.
    next: usize,
    /// Stretches that were read before their turn.
    early: BTreeMap<usize, Part<'s, 'r, 'p, T>>,
}

impl<'s, 'r, 'p, T: Takes> Joining<'s, 'r, 'p, T> {
    fn add(&mut self, number: usize, part: Part<'s, 'r, 'p, T>) {
        self.early.insert(number, part);
        while let Some(part) = self.early.remove(&self.next) {
            self.next += 1;
            if self.whole.feed.start() == Some(part.start) && self.whole.is_open() {
                self.whole.append(part.read);
            } else {
                self.whole.read_to(part.end);
            }
        }
    }
}

/// A row that those below it may fill.
pub(super) struct Main<'s> {
    pub(super) record: Record<'s>,
    pub(super) cells: Vec<Cell<'s>>,
    /// The first that filled it.
    pub(super) first: Option<(Record<'s>, Vec<Cell<'s>>)>,
    /// How many have filled it.
    pub(super) details: usize,
}

/// A row without a day, and what it is if no row with a day follows.
struct Held {
    row: Row,
    then: Then,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Then {
    /// A row all the same.
    Row,
    /// A footer that the profile knows: no row wherever it stands.
    Footer,
    /// A sentence that the profile does not know: a footer only at the end.
    Sentence,
}

/// Reading from one record to another.
struct Stretch<'s, 'r, 'p, T> {
    reader: Reader<'s, 'r, 'p>,
    feed: Feed<'s>,
    rows: T,
    cells: Vec<Cell<'s>>,
    /// Rows without a day that may be the footer, if no row with a day follows.
    held: Vec<Held>,
    main: Option<Main<'s>>,
    /// The last row, where those below may fill it.
    last: Option<Row>,
    balances: bool,
}

impl<'s, 'r, 'p, T: Takes> Stretch<'s, 'r, 'p, T> {
    fn new(reader: Reader<'s, 'r, 'p>, feed: Feed<'s>, rows: T) -> Stretch<'s, 'r, 'p, T> {
        let balances = reader.section.has(Field::Balance);
        let (cells, held) = (Vec::new(), Vec::new());
        Stretch { reader, feed, rows, cells, held, main: None, last: None, balances }
    }

    /// Whether what follows can be read as if nothing stood above it.
    fn is_open(&self) -> bool {
        self.held.is_empty()
            && self.main.is_none()
            && self.last.is_none()
            && self.reader.section.is_bound_as(&self.reader.layout.first)
    }

    /// Goes on where `below` ended, which was read from the end of this stretch.
    fn append(&mut self, below: Stretch<'s, 'r, 'p, T>) {
        let mut reader = below.reader;
        let own = &mut self.reader;
        let mut numbers = Vec::with_capacity(reader.holders.len());
        for holder in reader.holders {
            let next = own.holders.len();
            let number = *own.known_holders.entry(holder.key()).or_insert(next);
            if number == next {
                own.holders.push(holder);
            }
            numbers.push(number);
        }
        // The first of its tables is the one that this stretch ended in.
        if !reader.before.is_empty() {
            let tables = reader.before.drain(1..).chain([reader.section]);
            for section in tables {
                own.go_on_with(section);
            }
        }
        own.doubt |= reader.doubt;
        own.last_day = None;
        self.rows.append(below.rows, &numbers);
        let place = |mut row: Row| {
            row.holder = numbers[row.holder];
            row
        };
        self.held =
            below.held.into_iter().map(|held| Held { row: place(held.row), ..held }).collect();
        self.last = below.last.map(place);
        self.main = below.main;
        self.feed = below.feed;
        self.balances |= below.balances;
    }

    /// Reads all records that start before `end`, in bytes.
    fn read_to(&mut self, end: usize) {
        let mut cells = std::mem::take(&mut self.cells);
        while self.feed.start().is_none_or(|start| start.at < end) {
            let Some(record) = self.feed.next(&mut cells) else { break };
            if !cells.iter().all(|cell| trimmed(cell).is_empty()) {
                self.record(record, &mut cells);
            }
        }
        self.cells = cells;
    }

    /// What a record that is not blank makes of what was read.
    fn record(&mut self, record: Record<'s>, cells: &mut Vec<Cell<'s>>) {
        let reader = &mut self.reader;
        reader.shift(cells);
        let day = reader.day(cells);
        if day.is_none() {
            if let Some(section) = reader.opens(cells, record) {
                self.end_table(section, record, cells);
                return;
            }
            if self.main.is_some() && reader.at.get(Field::Date, cells).is_empty() {
                self.fill(record, cells);
                return;
            }
        }
        let mut row = reader.row(record, cells, day);
        if let Some(reason) = &reader.section.table.ignore
            && !sentence(record, cells)
        {
            row.trouble = Some(Trouble::Aside(reason.clone()));
            self.push(row);
        } else if day.is_some() {
            let lasts = reader.section.table.continues || reader.profile.wraps;
            self.release(|then| then != Then::Footer);
            self.push(row);
            if lasts {
                let cells = cells.clone();
                self.main = Some(Main { record, cells, first: None, details: 0 });
            }
        } else if let Some(reason) = reader.aside(cells) {
            row.trouble = Some(Trouble::Aside(reason));
            self.held.push(Held { row, then: Then::Row });
        } else if reader.known_footer(cells) {
            self.held.push(Held { row, then: Then::Footer });
        } else if sentence(record, cells) {
            row.trouble = Some(Trouble::NoDay);
            // What it says is no action.
            row.words = reader.memory.names.get("");
            self.held.push(Held { row, then: Then::Sentence });
        } else {
            self.held.push(Held { row, then: Then::Row });
        }
    }

    /// The cells of a record without a date are those of the row above: they fill it.
    fn fill(&mut self, record: Record<'s>, cells: &[Cell<'s>]) {
        let Some(mut main) = self.main.take() else { return };
        let reader = &mut self.reader;
        if reader.profile.wraps {
            // The cells of several lines are one row.
            main.cells = reader.whole(&main, cells);
            main.record = reader.through(main.record, record);
            self.last = Some(reader.filled(&main, main.record, &[]));
            self.main = Some(main);
            return;
        }
        if main.details == 1 {
            // What the action states as a whole belongs to none of several details.
            let first = main.first.clone();
            reader.share(&mut main);
            self.last = first.map(|(record, cells)| reader.filled(&main, record, &cells));
            for field in [Field::Fees, Field::Commission, Field::OtherFees] {
                reader.blank(&mut main, field);
            }
        }
        main.details += 1;
        let place = if main.details == 1 {
            let place = reader.through(main.record, record);
            main.first = Some((place, cells.to_vec()));
            self.last = None;
            place
        } else {
            record
        };
        let row = reader.filled(&main, place, cells);
        self.push(row);
        self.main = Some(main);
    }

    /// Goes on with another table. What reads as a sentence before its header is a title; a header
    /// that stands there again is a row that is none.
    fn end_table(&mut self, section: Section<'p>, record: Record<'s>, cells: &[Cell<'s>]) {
        if std::ptr::eq(section.table, self.reader.section.table) {
            let mut row = self.reader.row(record, cells, None);
            row.trouble = Some(Trouble::Aside("repeated header".into()));
            self.held.push(Held { row, then: Then::Row });
            self.release(|then| then != Then::Footer);
        } else {
            self.release(|then| then == Then::Row);
        }
        self.flush();
        self.reader.go_on_with(section);
        self.balances |= self.reader.section.has(Field::Balance);
        self.main = None;
    }

    /// Rows that were held are rows, those that `are`; the others are none.
    fn release(&mut self, are: impl Fn(Then) -> bool) {
        if self.held.is_empty() {
            return;
        }
        for held in std::mem::take(&mut self.held) {
            if are(held.then) {
                self.push(held.row);
            }
        }
    }

    /// A row, which those below may fill if its table says so.
    #[inline]
    fn push(&mut self, mut row: Row) {
        let section = &self.reader.section;
        if section.table.continues || self.reader.profile.wraps {
            if let Some(mut last) = self.last.replace(row) {
                self.rows.take(&mut last, section);
            }
        } else {
            self.rows.take(&mut row, section);
        }
    }

    /// Nothing fills the last row any more.
    fn flush(&mut self) {
        if let Some(mut last) = self.last.take() {
            self.rows.take(&mut last, &self.reader.section);
        }
    }

    /// The end of the text.
    fn end(mut self) -> Attempt<'p, T> {
        self.release(|then| then == Then::Row);
        self.flush();
        let mut sections = self.reader.before;
        sections.push(self.reader.section);
        let sheet = Sheet {
            rows: self.rows,
            holders: self.reader.holders,
            balances: self.balances,
            sections,
        };
        Attempt { sheet, doubt: self.reader.doubt }
    }
}
