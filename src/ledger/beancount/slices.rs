//! Reads a long Beancount text on several threads, with the outcome of reading it from top to bottom.
//!
//! In: a parser that stands before a directive. Out: the same parser some way further down. The text is
//! cut before lines that begin with a digit; each thread reads whole slices with a parser of its own, and
//! the first one takes in what they say, in the order of the text, with the numbers it would have given.
//!
//! # Why the outcome is the same
//!
//! A directive says nothing for those below it, but `option`, which may rename what accounts begin with:
//! it ends the slice it stands in, is read by the first parser, and all slices after it are dropped. What
//! begins in one slice and ends in another (`pushtag`) is looked at when all of the text is read, and what
//! is told of an account once is told by the first slice that does.
//!
//! A line that begins with a digit may stand in the midst of a text in quotes. So a slice is read to the
//! end of its last directive, wherever that is, and the next one is taken in only if it began there.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::ledger::beancount::draft::{Balance, Draft, Item, Open, Pad, What};
use crate::ledger::beancount::lex::Cursor;
use crate::ledger::beancount::options::Options;
use crate::ledger::beancount::parse::{Include, Parser, Stretch, index};
use crate::ledger::model::{
    AccountId, CommodityId, Declaration, Inert, PostingRow, Price, Quantity, Table, TransactionRow,
};
use crate::ledger::order::{Done, Take, in_order, locked};
use crate::ledger::slices::{NAME, Numbers, Pace};
use crate::source::{Name, Source};

/// What every slice's parser begins with, and what they share.
struct Known<'t> {
    pace: Pace,
    text: &'t Source,
    /// Its index among the ledger's.
    source: u32,
    accounts: Table,
    commodities: Table,
    options: Options,
    left: Mutex<Left>,
    spare: Mutex<Vec<Draft>>,
    /// No more slices are wanted.
    enough: AtomicBool,
}

/// What is left to cut.
struct Left {
    at: usize,
    slices: usize,
}

/// A slice, read.
struct Slice<'t> {
    /// Which thread has read it.
    thread: usize,
    /// Where it began.
    start: usize,
    /// Where reading stands behind it, lines counted from its first.
    end: Cursor<'t>,
    /// Whether it was read to its end.
    whole: bool,
    /// What it says, with numbers of its own.
    said: Draft,
    stretches: Vec<Stretch<'t>>,
    includes: Vec<Include>,
    /// Accounts whose first part is none, with the problem that says so.
    strange: Vec<(&'t str, usize)>,
    /// Names that are new to the thread, in the order it met them.
    accounts: Vec<Name>,
    commodities: Vec<Name>,
}

/// Reads on from a directive, until a slice ends before its time or the text does. Gives how many bytes
/// were read for nothing: those of slices that were dropped, and those that could have been read while
/// names were copied, as far as they are more than was taken in.
pub(super) fn read(parser: &mut Parser<'_, '_>, pace: Pace) -> usize {
    let threads = pace.threads();
    let known = Known {
        pace,
        text: parser.text,
        source: parser.source,
        accounts: parser.draft.ledger.accounts.clone(),
        commodities: parser.draft.ledger.commodities.clone(),
        options: parser.options.clone(),
        left: Mutex::new(Left { at: parser.cursor.at, slices: 0 }),
        spare: Mutex::default(),
        enough: AtomicBool::new(false),
    };
    let mut taking = Taking {
        accounts: vec![Numbers::new(&known.accounts); threads],
        commodities: vec![Numbers::new(&known.commodities); threads],
        parser,
        known: &known,
        taken: 0,
        dropped: 0,
    };
    in_order(threads, 2 * threads, |thread, done| known.work(thread, done), &mut taking);
    let names = known.accounts.names().len() + known.commodities.names().len();
    taking.dropped + (names * NAME * threads).saturating_sub(taking.taken)
}

impl<'t> Known<'t> {
    /// Reads one slice after the other until there is none, or none is wanted.
    fn work(&self, thread: usize, done: &Done<Slice<'t>>) {
        let mut draft = Draft::default();
        draft.ledger.accounts = self.accounts.clone();
        draft.ledger.commodities = self.commodities.clone();
        let mut parser = Parser::new(&mut draft, self.source, self.text, self.options.clone());
        while let Some((number, range)) = self.next()
            && !self.enough.load(Ordering::Relaxed)
        {
            let spare = locked(&self.spare).pop().unwrap_or_default();
            let slice = self.slice(&mut parser, spare, thread, range);
            if done.send((number, slice)).is_err() {
                return;
            }
        }
    }

    /// Cuts the next slice: up to a line that begins with a digit, or the end of the text. Its number,
    /// its bytes.
    fn next(&self) -> Option<(usize, Range<usize>)> {
        let mut left = locked(&self.left);
        let Left { at: start, slices: number } = *left;
        if start >= self.text.text.len() {
            return None;
        }
        *left = Left { at: self.pace.end(number, &self.text.text, start), slices: number + 1 };
        Some((number, start..left.at))
    }

    /// Reads one slice; `spare`, which is empty, takes in the next.
    fn slice(
        &self,
        parser: &mut Parser<'_, 't>,
        mut spare: Draft,
        thread: usize,
        range: Range<usize>,
    ) -> Slice<'t> {
        let ledger = &parser.draft.ledger;
        let known = (ledger.accounts.names().len(), ledger.commodities.names().len());
        parser.cursor = Cursor::at(&self.text.text, range.start);
        let whole = parser.slice(range.end);
        self.text.text.let_go(range.start..parser.cursor.at);
        let ledger = &mut parser.draft.ledger;
        let accounts = ledger.accounts.names()[known.0..].to_vec();
        let commodities = ledger.commodities.names()[known.1..].to_vec();
        std::mem::swap(&mut ledger.accounts, &mut spare.ledger.accounts);
        std::mem::swap(&mut ledger.commodities, &mut spare.ledger.commodities);
        Slice {
            thread,
            start: range.start,
            end: parser.cursor.clone(),
            whole,
            said: std::mem::replace(parser.draft, spare),
            stretches: std::mem::take(&mut parser.stretches),
            includes: std::mem::take(&mut parser.includes),
            strange: parser.strange.drain().collect(),
            accounts,
            commodities,
        }
    }
}

/// Takes slices in, in the order of the text.
struct Taking<'p, 'd, 't> {
    parser: &'p mut Parser<'d, 't>,
    known: &'p Known<'t>,
    /// The numbers of names, by thread.
    accounts: Vec<Numbers>,
    commodities: Vec<Numbers>,
    /// Bytes.
    taken: usize,
    dropped: usize,
}

impl<'t> Take<Slice<'t>> for Taking<'_, '_, 't> {
    fn take(&mut self, slice: Slice<'t>) {
        let length = slice.end.at.saturating_sub(slice.start);
        if self.known.enough.load(Ordering::Relaxed) || slice.start != self.parser.cursor.at {
            self.known.enough.store(true, Ordering::Relaxed);
            self.dropped += length;
            return;
        }
        self.taken += length;
        if !slice.whole {
            self.known.enough.store(true, Ordering::Relaxed);
        }
        let said = self.append(slice);
        locked(&self.known.spare).push(said);
    }
}

impl<'t> Taking<'_, '_, 't> {
    /// Appends what a slice says; its lists come back, empty.
    fn append(&mut self, slice: Slice<'t>) -> Draft {
        let parser = &mut *self.parser;
        let Slice { thread, end, mut said, .. } = slice;
        let above = parser.cursor.line - 1;
        let draft = &mut *parser.draft;
        let (accounts, commodities) = (&mut self.accounts[thread], &mut self.commodities[thread]);
        accounts.learn(&slice.accounts, &mut draft.ledger.accounts);
        commodities.learn(&slice.commodities, &mut draft.ledger.commodities);
        let account = |id: AccountId| AccountId(accounts.of(id.0));
        let commodity = |id: CommodityId| CommodityId(commodities.of(id.0));
        let quantity =
            |of: Quantity| Quantity { commodity: commodity(of.commodity), number: of.number };

        let first = First::of(draft);
        draft.items.extend(said.items.drain(..).map(|item| Item {
            what: first.of_whole(item.what, account, commodity),
            line: item.line + above,
            ..item
        }));
        draft.specs.extend(said.specs.drain(..).map(|mut spec| {
            spec.change(commodity);
            spec
        }));
        draft.opens.extend(said.opens.drain(..).map(|open| Open {
            account: account(open.account),
            currencies: open.currencies.into_iter().map(commodity).collect(),
            ..open
        }));
        draft.balances.extend(said.balances.drain(..).map(|balance| Balance {
            account: account(balance.account),
            commodity: commodity(balance.commodity),
            ..balance
        }));
        draft.pads.extend(
            said.pads
                .drain(..)
                .map(|pad| Pad { account: account(pad.account), from: account(pad.from) }),
        );
        draft.plugins.extend(said.plugins.drain(..).map(|mut plugin| {
            plugin.line += above;
            plugin.place.line += above;
            plugin
        }));

        let ledger = &mut draft.ledger;
        ledger.transactions.extend(said.ledger.transactions.drain(..).map(|row| TransactionRow {
            line: row.line + above,
            first: row.first + first.posting,
            ..row
        }));
        ledger.postings.extend(said.ledger.postings.drain(..).map(|row| PostingRow {
            account: account(row.account),
            commodity: commodity(row.commodity),
            detail: if row.detail == 0 { 0 } else { row.detail + first.spec },
            ..row
        }));
        ledger.prices.extend(said.ledger.prices.drain(..).map(|price| Price {
            commodity: commodity(price.commodity),
            amount: quantity(price.amount),
            line: price.line + above,
            ..price
        }));
        ledger.declared.extend(
            said.ledger.declared.drain(..).map(|one| Declaration { line: one.line + above, ..one }),
        );
        ledger
            .inert
            .extend(said.ledger.inert.drain(..).map(|one| Inert { line: one.line + above, ..one }));

        // What this text has told of an account already is not told again.
        let mut again = HashSet::new();
        for (name, problem) in slice.strange {
            if parser.strange.insert(name, 0).is_some() {
                again.insert(problem);
            }
        }
        let problems = said.problems.drain(..).enumerate();
        let problems = problems.filter(|(at, _)| !again.contains(at));
        draft.problems.extend(problems.map(|(_, mut problem)| {
            problem.line += above;
            for place in &mut problem.diagnostic.places {
                place.line += above;
            }
            problem
        }));
        parser.stretches.extend(slice.stretches.into_iter().map(|mut stretch| {
            stretch.place.line += above;
            stretch
        }));
        parser.includes.extend(slice.includes.into_iter().map(|mut include| {
            include.place.line += above;
            include
        }));
        parser.cursor = end;
        parser.cursor.line += above;
        said
    }
}

/// The numbers that the next of each kind have.
struct First {
    transaction: u32,
    posting: u32,
    spec: u32,
    open: u32,
    balance: u32,
    pad: u32,
    price: u32,
}

impl First {
    fn of(draft: &Draft) -> First {
        First {
            transaction: index(draft.ledger.transactions.len()),
            posting: index(draft.ledger.postings.len()),
            spec: index(draft.specs.len()),
            open: index(draft.opens.len()),
            balance: index(draft.balances.len()),
            pad: index(draft.pads.len()),
            price: index(draft.ledger.prices.len()),
        }
    }

    /// `what` as the whole text numbers it.
    fn of_whole(
        &self,
        what: What,
        account: impl Fn(AccountId) -> AccountId,
        commodity: impl Fn(CommodityId) -> CommodityId,
    ) -> What {
        match what {
            What::Open(at) => What::Open(self.open + at),
            What::Close(id) => What::Close(account(id)),
            What::Balance(at) => What::Balance(self.balance + at),
            What::Pad(at) => What::Pad(self.pad + at),
            What::Transaction(at) => What::Transaction(self.transaction + at),
            What::Note(id) => What::Note(account(id)),
            What::Document(id) => What::Document(account(id)),
            What::Commodity(id) => What::Commodity(commodity(id)),
            What::Price(at) => What::Price(self.price + at),
            What::Other => What::Other,
        }
    }
}
