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

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};

use crate::diagnostic::Diagnostic;
use crate::ledger::commodities::{Commodities, Trust};
use crate::ledger::guesses::Guesses;
use crate::ledger::lines::Lines;
use crate::ledger::model::{
    AccountId, CommodityId, Declaration, Detail, Inert, Ledger, Options, PostingRow, Price,
    Quantity, Table, TransactionRow,
};
use crate::ledger::reader::{Reader, Written, Yearless, index};
use crate::ledger::scope::Scope;
use crate::source::{Name, Source};

/// Bytes of the first slices after a stop; from there they grow to `LARGE`.
const SMALL: usize = 32 << 10;
/// Bytes of a slice whose rows stay in a core's own memory.
const LARGE: usize = 512 << 10;
/// What is copied for each thread, for each name that is known, in bytes of text it could have read.
pub const NAME: usize = 32;

/// When slices are cut.
#[derive(Debug)]
pub struct Pace {
    /// Bytes of a slice, where somebody says it.
    told: Option<usize>,
    /// Asked for where slices may be of use: to ask starts the threads.
    threads: usize,
    /// No slices are cut before this byte.
    next: usize,
}

/// A text, or what is left of one, that is to be read.
pub struct Part<'t> {
    /// Where it stands.
    pub lines: Lines<'t>,
    /// The text.
    pub source: &'t Arc<Source>,
    /// As what it is read, and what told so.
    pub why: String,
    /// Dates without a year so far.
    pub yearless: Option<Yearless>,
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
    pub fn size(&self, slice: usize) -> usize {
        let doubled = u32::try_from(slice / self.threads).unwrap_or(u32::MAX).min(4);
        self.told.unwrap_or((SMALL << doubled).min(LARGE))
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

/// What every slice's reader begins with.
struct Known<'t> {
    /// The texts, in their order, from where reading goes on.
    texts: Vec<(Lines<'t>, &'t Source)>,
    accounts: Table,
    commodities: Commodities,
    scope: Scope,
    date_format: Option<String>,
    options: Options,
}

/// What is left to cut.
struct Cut {
    /// Index of the text.
    text: usize,
    at: usize,
    slices: usize,
}

/// A slice, read.
struct Slice {
    /// Its number, from 0.
    number: usize,
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

/// Rows of one slice. Emptied, they serve the next.
#[derive(Default)]
pub struct Rows {
    transactions: Vec<TransactionRow>,
    postings: Vec<PostingRow>,
    details: Vec<Detail>,
    declared: Vec<Declaration>,
    prices: Vec<Price>,
    inert: Vec<Inert>,
    diagnostics: Vec<Diagnostic>,
    unsettled: Vec<u32>,
}

/// The numbers of one thread's names: up to `known` they are the first reader's.
#[derive(Clone, Default)]
pub struct Numbers {
    known: u32,
    new: Vec<u32>,
}

impl Numbers {
    /// Of a thread that begins with the names of `table`.
    pub fn new(table: &Table) -> Numbers {
        Numbers { known: index(table.names().len()), new: Vec::new() }
    }

    /// Takes in names that are new to the thread: `table` gives them the numbers they come to have.
    pub fn learn(&mut self, names: &[Name], table: &mut Table) {
        self.new.extend(names.iter().map(|name| table.number(name)));
    }

    /// The number that the name with this one of the thread's comes to have.
    pub fn of(&self, number: u32) -> u32 {
        number.checked_sub(self.known).map_or(number, |new| self.new[new as usize])
    }
}

/// Reads `parts` one after the other, until a slice ends before its time or the last part does. The first
/// one has begun, no other has. Gives the index of the one in which reading stands, at its end maybe; that
/// has begun and not ended. And how many bytes were read for nothing: those of slices that were dropped, and
/// those that could have been read while names were copied, as far as they are more than was taken in.
/// `meanwhile` is done while other threads read.
pub fn read<'o>(
    reader: &mut Reader<'o>,
    parts: &mut [Part<'_>],
    pace: &Pace,
    meanwhile: impl FnOnce(&mut Reader<'o>),
) -> (usize, usize) {
    let threads = pace.threads;
    let known = Known {
        texts: parts.iter().map(|part| (part.lines.clone(), &**part.source)).collect(),
        accounts: reader.ledger.accounts.clone(),
        commodities: reader.commodities.clone(),
        scope: reader.scope.clone(),
        date_format: reader.date_format.clone(),
        options: reader.options,
    };
    let names = known.accounts.names().len() + known.commodities.table.names().len();
    let mut taking = Taking::new(threads, &known);
    let at = known.texts.first().map_or(0, |(lines, _)| lines.at());
    let cut = Mutex::new(Cut { text: 0, at, slices: 0 });
    let spare = Mutex::new(std::mem::take(&mut reader.spare));
    let enough = AtomicBool::new(false);
    // Of several texts all slices have room: nobody takes any while something else is done meanwhile,
    // and that may need the threads.
    let slices = |part: &Part<'_>| part.lines.text().len() / pace.size(0) + 1;
    let room = if parts.len() > 1 { parts.iter().map(slices).sum() } else { 2 * threads };
    let (mut stands, mut dropped, mut taken) = (0, 0, 0);
    rayon::in_place_scope(|scope| {
        let (send, receive) = sync_channel(room);
        for thread in 0..threads {
            let send = send.clone();
            let (known, cut, spare, enough) = (&known, &cut, &spare, &enough);
            scope.spawn(move |_| known.work(thread, pace, cut, spare, enough, &send));
        }
        drop(send);
        meanwhile(reader);
        // Slices come in the order they are done and are taken in in the order of the texts.
        let mut early = BTreeMap::new();
        let mut next = 0;
        for slice in receive {
            early.insert(slice.number, slice);
            while let Some(slice) = early.remove(&next) {
                next += 1;
                if enough.load(Ordering::Relaxed) || !taking.is_justified(reader, &slice) {
                    enough.store(true, Ordering::Relaxed);
                    dropped += slice.range.len();
                    continue;
                }
                taken += slice.range.len();
                if !slice.whole {
                    enough.store(true, Ordering::Relaxed);
                }
                while stands < slice.text {
                    reader.text_ends(parts[stands].yearless.take());
                    reader.chain.pop();
                    stands += 1;
                    let Part { source, why, .. } = &mut parts[stands];
                    reader.text_begins(source, std::mem::take(why));
                }
                let rows = taking.take(reader, &mut parts[stands], slice);
                spare.lock().unwrap_or_else(PoisonError::into_inner).push(rows);
            }
        }
    });
    reader.spare = spare.into_inner().unwrap_or_else(PoisonError::into_inner);
    (stands, dropped + (names * NAME * threads).saturating_sub(taken))
}

impl Known<'_> {
    /// Reads one slice after the other until there is none, or none is wanted.
    fn work(
        &self,
        thread: usize,
        pace: &Pace,
        cut: &Mutex<Cut>,
        spare: &Mutex<Vec<Rows>>,
        enough: &AtomicBool,
        send: &SyncSender<Slice>,
    ) {
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
        while let Some((number, text, range)) = self.next(pace, cut)
            && !enough.load(Ordering::Relaxed)
        {
            let spare = spare.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let spare = spare.unwrap_or_default();
            let slice = self.slice(&mut reader, &mut written, spare, text, range);
            if send.send(Slice { number, thread, ..slice }).is_err() {
                return;
            }
        }
    }

    /// Cuts the next slice: up to a line that begins with a digit, or the end of a text. Its number, its
    /// text, its bytes.
    fn next(&self, pace: &Pace, cut: &Mutex<Cut>) -> Option<(usize, usize, Range<usize>)> {
        let mut cut = cut.lock().unwrap_or_else(PoisonError::into_inner);
        let bytes = loop {
            let bytes = self.texts.get(cut.text)?.0.text().as_bytes();
            if cut.at < bytes.len() {
                break bytes;
            }
            (cut.text, cut.at) = (cut.text + 1, 0);
        };
        let start = cut.at;
        let least = start.saturating_add(pace.size(cut.slices)).min(bytes.len());
        let mut ends = memchr::memchr_iter(b'\n', &bytes[least..]).map(|end| least + end + 1);
        let end = ends.find(|end| bytes.get(*end).is_some_and(u8::is_ascii_digit));
        cut.at = end.unwrap_or(bytes.len());
        cut.slices += 1;
        Some((cut.slices - 1, cut.text, start..cut.at))
    }

    fn slice<'t>(
        &'t self,
        reader: &mut Reader<'_>,
        written: &mut Written<'t>,
        spare: Rows,
        text: usize,
        range: Range<usize>,
    ) -> Slice {
        let (lines, source) = &self.texts[text];
        let known = (reader.ledger.accounts.names().len(), reader.commodities.table.names().len());
        spare.lend(reader);
        let mut lines = lines.part(range.clone());
        let mut yearless = None;
        let whole = reader.slice(&mut lines, written, &mut yearless);
        let read = range.start..lines.at();
        source.text.let_go(read.clone());
        Slice {
            number: 0,
            thread: 0,
            text,
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

impl Rows {
    /// Gives `reader` these empty rows to fill.
    fn lend(self, reader: &mut Reader<'_>) {
        reader.unsettled = self.unsettled;
        reader.ledger.transactions = self.transactions;
        reader.ledger.postings = self.postings;
        reader.ledger.details = self.details;
        reader.ledger.declared = self.declared;
        reader.ledger.prices = self.prices;
        reader.ledger.inert = self.inert;
        reader.ledger.diagnostics = self.diagnostics;
    }

    /// Takes back what `reader` has filled.
    fn back(reader: &mut Reader<'_>) -> Rows {
        let unsettled = std::mem::take(&mut reader.unsettled);
        let ledger = &mut reader.ledger;
        Rows {
            transactions: std::mem::take(&mut ledger.transactions),
            postings: std::mem::take(&mut ledger.postings),
            details: std::mem::take(&mut ledger.details),
            declared: std::mem::take(&mut ledger.declared),
            prices: std::mem::take(&mut ledger.prices),
            inert: std::mem::take(&mut ledger.inert),
            diagnostics: std::mem::take(&mut ledger.diagnostics),
            unsettled,
        }
    }
}

/// Takes slices in, in the order of the text.
struct Taking {
    /// By thread.
    accounts: Vec<Numbers>,
    commodities: Vec<Numbers>,
}

impl Taking {
    fn new(threads: usize, known: &Known<'_>) -> Taking {
        let numbers = |table: &Table| vec![Numbers::new(table); threads];
        Taking {
            accounts: numbers(&known.accounts),
            commodities: numbers(&known.commodities.table),
        }
    }

    /// Whether what a slice took for granted is so.
    fn is_justified(&self, reader: &Reader<'_>, slice: &Slice) -> bool {
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
    fn take(&mut self, reader: &mut Reader<'_>, part: &mut Part<'_>, slice: Slice) -> Rows {
        let Part { lines, yearless, .. } = part;
        let Slice { thread, range, mut rows, trust, .. } = slice;
        let above = lines.number() - 1;
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
        lines.jump(range.end, slice.lines);
        rows
    }
}
