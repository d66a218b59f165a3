//! Reads long texts on several threads, with the outcome of reading them from top to bottom.
//!
//! In: a reader that stands before a transaction, or before texts that are included one after the other.
//! Out: the same reader some way further down. Most of a long journal is transactions, and a transaction
//! says nothing for the lines below it: so the text is cut before lines that begin with a date, and each
//! thread reads whole slices with a reader of its own, which knows what the first one knew before the
//! first slice. The first one takes their rows in, in the order of the text, and gives accounts and
//! commodities the numbers they would have had.
//!
//! # Why the outcome is the same
//!
//! A slice is read on trust, and taken in only if the trust was justified:
//!
//! * A line that may say something for the lines below it (a directive, a block, an `include`) ends the
//!   slice it stands in. It is read by the first reader, and all slices after it are dropped.
//! * What a number means may hang on earlier amounts, and so may whether a name is an account's. A slice
//!   keeps what it took for granted there ([`Trust`]); where that turns out wrong it is dropped, with
//!   all after it.
//!
//! The first slice after a stop has nothing to take for granted, so reading always goes on. What was
//! dropped is paid for: as many bytes are read in order before the next slices are cut. So a text of
//! nothing but directives costs at most twice its length.

mod pace;
mod rows;

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

pub use pace::{NAME, Pace};
pub use rows::{Numbers, Rows};

use crate::ledger::commodities::{Commodities, Trust};
use crate::ledger::guesses::Guesses;
use crate::ledger::lines::Lines;
use crate::ledger::model::{
    AccountId, CommodityId, Declaration, Inert, Ledger, Options, PostingRow, Price, Quantity,
    Table, TransactionRow,
};
use crate::ledger::order::{Done, Take, in_order, locked};
use crate::ledger::reader::{Reader, Written, Yearless, index};
use crate::ledger::scope::Scope;
use crate::source::{Name, Source};

/// No more texts are opened where so many slices may wait to be taken in,
const WAITING: usize = 256;
/// and where fewer bytes are left to cut, a text is opened before any is taken in.
const FEW: usize = 2 << 20;

/// A text, or what is left of one, that is to be read.
pub struct Part {
    /// The text.
    pub source: Arc<Source>,
    /// Where reading stands in it.
    pub at: usize,
    /// How many lines lie before that.
    pub above: u32,
    /// As what it is read, and what told so.
    pub why: String,
    /// Dates without a year so far.
    pub yearless: Option<Yearless>,
}

impl Part {
    /// A text of which nothing is read yet.
    pub fn whole(source: Arc<Source>, why: String) -> Part {
        Part { source, at: 0, above: 0, why, yearless: None }
    }

    /// How many bytes are left to read.
    fn left(&self) -> usize {
        self.source.text.len() - self.at
    }
}

/// Where reading stands after some slices.
pub struct Stand {
    /// The text that has begun and not ended: reading stands in it, at its end maybe.
    pub part: Part,
    /// Texts that come after it.
    pub unread: VecDeque<Part>,
    /// How many bytes were read for nothing: those of slices that were dropped, and those that could have
    /// been read while names were copied, as far as they are more than was taken in.
    pub lost: usize,
}

/// Gives the text that comes after those that are known, so many of which have not begun. `None`: there is
/// none, or it is to be read by itself.
pub type Feed<'f, 'o> = &'f mut dyn FnMut(&mut Reader<'o>, usize) -> Option<Part>;

/// What every slice's reader begins with, and what they share.
struct Known {
    pace: Pace,
    accounts: Table,
    commodities: Commodities,
    scope: Scope,
    date_format: Option<String>,
    options: Options,
    /// Index of the first text in the ledger's `sources`.
    first: u32,
    left: Mutex<Left>,
    spare: Mutex<Vec<Rows>>,
    /// No more slices are wanted.
    enough: AtomicBool,
}

/// What is left to cut.
struct Left {
    /// All texts that are open.
    texts: Vec<Arc<Source>>,
    /// Index of the one that is being cut.
    text: usize,
    at: usize,
    /// In this one and those after it.
    bytes: usize,
    slices: usize,
    /// A thread came for a slice when there was none, and has left.
    dry: bool,
}

/// A slice, to be read.
struct Cut {
    number: usize,
    /// Index of its text.
    text: usize,
    source: Arc<Source>,
    range: Range<usize>,
}

/// A slice, read.
struct Slice {
    /// Which thread has read it.
    thread: usize,
    /// Of which text.
    text: usize,
    /// What was read: up to the end of the slice, or to a line that is not for it.
    range: Range<usize>,
    /// Whether all of it was.
    whole: bool,
    /// How many lines.
    lines: u32,
    rows: Rows,
    /// Names that are new to the thread, in the order it met them.
    accounts: Vec<Name>,
    commodities: Vec<Name>,
    trust: Trust,
    guesses: Guesses,
    yearless: Option<Yearless>,
}

/// Reads `part`, which has begun and is number `first` of the ledger's texts, then `unread`, then what
/// `feed` gives: until a slice ends before its time, or there is no more.
pub fn read<'o>(
    reader: &mut Reader<'o>,
    first: u32,
    part: Part,
    unread: VecDeque<Part>,
    pace: Pace,
    feed: Option<Feed<'_, 'o>>,
) -> Stand {
    let threads = pace.threads();
    let open = || [&part].into_iter().chain(&unread);
    let known = Known {
        pace,
        accounts: reader.ledger.accounts.clone(),
        commodities: reader.commodities.clone(),
        scope: reader.scope.clone(),
        date_format: reader.date_format.clone(),
        options: reader.options,
        first,
        left: Mutex::new(Left {
            texts: open().map(|part| Arc::clone(&part.source)).collect(),
            text: 0,
            at: part.at,
            bytes: open().map(Part::left).sum(),
            slices: 0,
            dry: false,
        }),
        spare: Mutex::new(std::mem::take(&mut reader.spare)),
        enough: AtomicBool::new(false),
    };
    // To open a file may need the threads: then all that are waited for must find room.
    let room = if feed.is_some() { WAITING } else { 2 * threads };
    let numbers = |table: &Table| vec![Numbers::new(table); threads];
    let mut taking = Taking {
        accounts: numbers(&known.accounts),
        commodities: numbers(&known.commodities.table),
        reader,
        known: &known,
        feed,
        part,
        unread,
        text: 0,
        taken: 0,
        dropped: 0,
    };
    in_order(threads, room, |thread, done| known.work(thread, done), &mut taking);
    let Taking { reader, part, unread, taken, dropped, .. } = taking;
    let names = known.accounts.names().len() + known.commodities.table.names().len();
    reader.spare = std::mem::take(&mut *locked(&known.spare));
    Stand { part, unread, lost: dropped + (names * NAME * threads).saturating_sub(taken) }
}

impl Known {
    /// Reads one slice after the other until there is none, or none is wanted.
    fn work(&self, thread: usize, done: &Done<Slice>) {
        // No slice has a line that includes anything.
        let mut load = |_: &str, _: &Name| Err(String::new());
        let mut reader = Reader::new(self.options, &mut load);
        reader.dialect = self.commodities.dialect;
        reader.ledger.accounts = self.accounts.clone();
        reader.commodities = self.commodities.clone();
        reader.commodities.trust = Some(Trust::default());
        // What was shown above the first slice is told of the text there.
        reader.commodities.marks_seen = (false, false);
        reader.scope = self.scope.clone();
        reader.date_format.clone_from(&self.date_format);
        let mut written = Written::default();
        while let Some(cut) = self.next()
            && !self.enough.load(Ordering::Relaxed)
        {
            let spare = locked(&self.spare).pop().unwrap_or_default();
            let slice = self.slice(&mut reader, &mut written, spare, thread, &cut);
            if done.send((cut.number, slice)).is_err() {
                return;
            }
        }
    }

    /// Cuts the next slice: up to a line that begins with a digit, or the end of a text.
    fn next(&self) -> Option<Cut> {
        let left = &mut *locked(&self.left);
        let source = loop {
            let Some(source) = left.texts.get(left.text) else {
                left.dry = true;
                return None;
            };
            if left.at < source.text.len() {
                break Arc::clone(source);
            }
            (left.text, left.at) = (left.text + 1, 0);
        };
        let Left { text, at: start, slices: number, .. } = *left;
        left.at = self.pace.end(number, &source.text, start);
        left.bytes -= left.at - start;
        left.slices += 1;
        Some(Cut { number, text, source, range: start..left.at })
    }

    fn slice(
        &self,
        reader: &mut Reader<'_>,
        written: &mut Written,
        spare: Rows,
        thread: usize,
        cut: &Cut,
    ) -> Slice {
        let Cut { text, source, range, .. } = cut;
        let known = (reader.ledger.accounts.names().len(), reader.commodities.table.names().len());
        spare.lend(reader);
        let lines = Lines::new(self.first + index(*text), &source.name, &source.text);
        let mut lines = lines.part(range.clone());
        let mut yearless = None;
        let whole = reader.slice(&mut lines, written, &mut yearless);
        let read = range.start..lines.at();
        source.text.let_go(read.clone());
        Slice {
            thread,
            text: *text,
            range: read,
            whole,
            lines: lines.number() - 1,
            rows: Rows::back(reader),
            accounts: reader.ledger.accounts.names()[known.0..].to_vec(),
            commodities: reader.commodities.table.names()[known.1..].to_vec(),
            trust: reader.commodities.end_of_slice(),
            guesses: reader.take_guesses(),
            yearless,
        }
    }
}

/// Takes slices in, in the order of the texts.
struct Taking<'t, 'f, 'o> {
    reader: &'t mut Reader<'o>,
    known: &'t Known,
    feed: Option<Feed<'f, 'o>>,
    /// The text that has begun, its number among those that are read here, and the texts after it.
    part: Part,
    text: usize,
    unread: VecDeque<Part>,
    /// The numbers of names, by thread.
    accounts: Vec<Numbers>,
    commodities: Vec<Numbers>,
    /// Bytes.
    taken: usize,
    dropped: usize,
}

impl Take<Slice> for Taking<'_, '_, '_> {
    fn take(&mut self, slice: Slice) {
        self.open(FEW);
        if self.known.enough.load(Ordering::Relaxed) || !self.is_justified(&slice) {
            self.known.enough.store(true, Ordering::Relaxed);
            self.dropped += slice.range.len();
            return;
        }
        self.taken += slice.range.len();
        if !slice.whole {
            self.known.enough.store(true, Ordering::Relaxed);
        }
        while self.text < slice.text
            && let Some(next) = self.unread.pop_front()
        {
            self.text += 1;
            let ended = std::mem::replace(&mut self.part, next);
            self.reader.text_ends(ended.yearless);
            self.reader.chain.pop();
            self.reader.text_begins(&self.part.source, std::mem::take(&mut self.part.why));
        }
        let rows = self.append(slice);
        locked(&self.known.spare).push(rows);
    }

    fn meanwhile(&mut self) -> bool {
        self.open(usize::MAX)
    }
}

impl Taking<'_, '_, '_> {
    /// Opens the text that comes next, where fewer than so many bytes are left to cut. Whether it did.
    fn open(&mut self, bytes: usize) -> bool {
        let Some(feed) = &mut self.feed else { return false };
        let (few, dry) = {
            let left = locked(&self.known.left);
            (left.bytes < bytes, left.dry)
        };
        let open = [&self.part].into_iter().chain(&self.unread);
        let waiting: usize = open.map(|part| self.known.pace.slices(part.left())).sum();
        if !few || waiting > WAITING {
            return false;
        }
        // Where a thread has left, all are to begin anew.
        let next = if dry || self.known.enough.load(Ordering::Relaxed) {
            None
        } else {
            // What comes later does not stand within the text that has begun.
            let begun = self.reader.chain.pop();
            let next = feed(self.reader, self.unread.len());
            self.reader.chain.extend(begun);
            next
        };
        let Some(next) = next else {
            self.feed = None;
            return false;
        };
        let mut left = locked(&self.known.left);
        left.bytes += next.left();
        left.texts.push(Arc::clone(&next.source));
        self.unread.push_back(next);
        true
    }

    /// Whether what a slice took for granted is so.
    fn is_justified(&self, slice: &Slice) -> bool {
        let reader = &*self.reader;
        let numbers = &self.commodities[slice.thread];
        let first_new = numbers.known + index(numbers.new.len());
        let seen = |id: CommodityId| {
            let id = match id.0.checked_sub(first_new) {
                Some(new) => reader.commodities.table.find(&slice.commodities[new as usize])?,
                None => numbers.of(id.0),
            };
            reader.commodities.known[id as usize].seen_mark
        };
        slice.trust.marks.iter().all(|(id, mark)| seen(*id) == *mark)
            && slice
                .trust
                .no_accounts
                .iter()
                .all(|name| reader.ledger.accounts.find(name).is_none())
    }

    /// Appends what a slice has; its rows come back, empty.
    fn append(&mut self, slice: Slice) -> Rows {
        let reader = &mut *self.reader;
        let Slice { thread, range, mut rows, trust, .. } = slice;
        let Part { at, above: lines, yearless, .. } = &mut self.part;
        let above = *lines;
        let (accounts, commodities) = (&mut self.accounts[thread], &mut self.commodities[thread]);
        accounts.learn(&slice.accounts, &mut reader.ledger.accounts);
        commodities.new.extend(slice.commodities.iter().map(|name| reader.commodities.add(name)));
        let (accounts, commodities) = (&*accounts, &*commodities);
        let commodity = |id: CommodityId| CommodityId(commodities.of(id.0));
        let quantity = |of: Quantity| Quantity { commodity: commodity(of.commodity), ..of };
        reader.commodities.learn(&trust, commodity);
        if let Some(mut told) = slice.yearless {
            told.place.line += above;
            let all = yearless.get_or_insert(Yearless { count: 0, ..told.clone() });
            all.count += told.count;
        }
        reader.take_in_guesses(slice.guesses, commodity, above);

        let ledger: &mut Ledger = &mut reader.ledger;
        let transaction = index(ledger.transactions.len());
        reader.unsettled.extend(rows.unsettled.drain(..).map(|at| transaction + at));
        let posting = index(ledger.postings.len());
        ledger.transactions.extend(rows.transactions.drain(..).map(|row| TransactionRow {
            line: row.line + above,
            first: row.first + posting,
            ..row
        }));
        let detail = index(ledger.details.len());
        ledger.postings.extend(rows.postings.drain(..).map(|row| PostingRow {
            account: AccountId(accounts.of(row.account.0)),
            commodity: commodity(row.commodity),
            detail: if row.detail == 0 { 0 } else { row.detail + detail },
            ..row
        }));
        ledger.details.extend(rows.details.drain(..).map(|mut detail| {
            detail.change(quantity);
            detail
        }));
        ledger.prices.extend(rows.prices.drain(..).map(|price| Price {
            commodity: commodity(price.commodity),
            amount: quantity(price.amount),
            line: price.line + above,
            ..price
        }));
        ledger.declared.extend(
            rows.declared.drain(..).map(|one| Declaration { line: one.line + above, ..one }),
        );
        ledger
            .inert
            .extend(rows.inert.drain(..).map(|one| Inert { line: one.line + above, ..one }));
        ledger.diagnostics.extend(rows.diagnostics.drain(..).map(|mut problem| {
            for place in &mut problem.places {
                place.line += above;
            }
            problem
        }));
        *at = range.end;
        *lines += slice.lines;
        rows
    }
}
