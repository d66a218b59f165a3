//! Transactions and postings as a caller sees them: rows with their names and texts.
//!
//! A view is a pair of references and costs nothing to make; what it says of texts (description,
//! code, comments, tags) it reads from the source at each call.

use crate::ledger::header::{self, Header};
use crate::ledger::model::{
    AmountFrom, Assertion, Cost, Detail, Dialect, Ledger, Lot, PostingKind, PostingRow, Status,
    TransactionRow,
};
use crate::money::{Amount, Decimal};
use crate::period::NaiveDate;
use crate::source::{self, Name, Place};

/// One transaction of a `Ledger`.
#[derive(Clone, Copy, Debug)]
pub struct Transaction<'l> {
    ledger: &'l Ledger,
    row: &'l TransactionRow,
}

/// One posting of a `Ledger`, with its transaction.
#[derive(Clone, Copy, Debug)]
pub struct Posting<'l> {
    /// Where it stands.
    pub transaction: Transaction<'l>,
    row: &'l PostingRow,
    /// 0 where nobody has counted the lines up to it.
    line: u32,
}

/// A byte of a text and its line: lines are counted from one to the next, so that a transaction of
/// a million postings is gone through once and not once for each.
#[derive(Clone, Copy, Debug, Default)]
pub struct Spot {
    /// Of which transaction, by the start of its header and its source.
    transaction: (u32, u32),
    start: u32,
    line: u32,
}

impl Spot {
    fn of(transaction: Transaction<'_>) -> Spot {
        let row = transaction.row;
        Spot { transaction: (row.source, row.start), start: row.start, line: row.line }
    }

    /// The spot where `posting` of `transaction` begins.
    fn moved(self, transaction: Transaction<'_>, posting: &PostingRow) -> Spot {
        let here = Spot::of(transaction);
        // A spot that is nowhere yet has no line.
        let known = self.line > 0 && self.transaction == here.transaction;
        let from = if known { self } else { here };
        let text = transaction.source_text();
        let (start, end) = (from.start as usize, posting.start as usize);
        let line = if start <= end {
            text.get(start..end).map(|text| from.line + line_ends(text))
        } else {
            text.get(end..start).map(|text| from.line.saturating_sub(line_ends(text)))
        };
        Spot { start: posting.start, line: line.unwrap_or(here.line), ..here }
    }
}

impl<'l> Transaction<'l> {
    pub(super) fn new(ledger: &'l Ledger, row: &'l TransactionRow) -> Transaction<'l> {
        Transaction { ledger, row }
    }

    /// The journals it is of.
    pub fn ledger(self) -> &'l Ledger {
        self.ledger
    }

    /// The primary date.
    pub fn date(self) -> NaiveDate {
        self.row.date
    }

    /// The secondary date, `DATE=DATE2`.
    pub fn date2(self) -> Option<NaiveDate> {
        self.header().date2.and_then(|text| header::date(text, self.row.date))
    }

    /// The mark in the header.
    pub fn status(self) -> Status {
        self.row.status
    }

    /// What stands in `(…)` before the description; empty for none.
    pub fn code(self) -> &'l str {
        self.header().code
    }

    /// The description: what follows date, mark and code. Of Beancount, `payee | narration`.
    pub fn description(self) -> String {
        match self.dialect() {
            Dialect::Beancount => header::strings(self.header().description).join(" | "),
            Dialect::Hledger | Dialect::Ledger => self.header().description.to_owned(),
        }
    }

    /// Who: the description before the first `|`, or all of it.
    pub fn payee(self) -> String {
        let description = self.description();
        match description.split_once('|') {
            Some((payee, _)) => payee.trim().to_owned(),
            None => description,
        }
    }

    /// What for: the description after the first `|`, or all of it.
    pub fn note(self) -> String {
        let description = self.description();
        match description.split_once('|') {
            Some((_, note)) => note.trim().to_owned(),
            None => description,
        }
    }

    /// The comments of the transaction itself, without `;` and outer blanks: that of the header,
    /// then those on lines of their own before the first posting. With each its line, from 1.
    pub fn comments(self) -> impl Iterator<Item = (u32, &'l str)> {
        // Few headers have one, which is seen before they are taken apart.
        let has_comment = memchr::memchr(b';', self.header_text().as_bytes()).is_some();
        let many_lines = self.dialect() == Dialect::Beancount;
        let comment = if has_comment || many_lines { self.header().comment } else { "" };
        let first = (!comment.is_empty()).then_some((self.row.line, comment));
        let own = self.lines().skip(1).map_while(move |(line, text)| {
            header::own_comment(text, self.dialect()).map(|comment| (line, comment))
        });
        first.into_iter().chain(own)
    }

    /// The tags of the transaction itself, `key: value`, in the order they are written. A value ends
    /// at a comma or the line's end; `:a:b:` are tags without a value.
    pub fn tags(self) -> Vec<(&'l str, &'l str)> {
        self.comments().flat_map(|(_, comment)| header::tags(comment)).collect()
    }

    /// The value of a tag of the transaction itself, the first of that key.
    pub fn tag(self, key: &str) -> Option<&'l str> {
        self.comments().find_map(|(_, comment)| header::tag(comment, key))
    }

    /// Its postings, as written; generated ones follow.
    pub fn postings(self) -> impl Iterator<Item = Posting<'l>> {
        let first = self.row.first as usize;
        self.ledger.postings[first..first + self.row.count as usize].iter().scan(
            Spot::of(self),
            move |spot, row| {
                *spot = spot.moved(self, row);
                Some(Posting { transaction: self, row, line: spot.line })
            },
        )
    }

    /// The same for those who ask few of them for their lines, which are counted anew for each that is
    /// asked. `Posting::line_after` goes from one to the next.
    pub fn uncounted(self) -> impl Iterator<Item = Posting<'l>> {
        let first = self.row.first as usize;
        let rows = &self.ledger.postings[first..first + self.row.count as usize];
        rows.iter().map(move |row| Posting { transaction: self, row, line: 0 })
    }

    /// The whole block as it lies in its file, without the last line's end.
    pub fn text(self) -> &'l str {
        let start = self.row.start as usize;
        &self.source_text()[start..start + self.row.length as usize]
    }

    /// As what its file was read.
    pub fn dialect(self) -> Dialect {
        self.ledger.dialects[self.row.source as usize].0
    }

    /// The file's name.
    pub fn file(self) -> &'l Name {
        &self.ledger.sources[self.row.source as usize].name
    }

    /// Index of the file in the ledger's `sources`.
    pub fn source(self) -> usize {
        self.row.source as usize
    }

    /// The byte of its source where it begins.
    pub fn start(self) -> u32 {
        self.row.start
    }

    /// The line of its header, from 1.
    pub fn line(self) -> u32 {
        self.row.line
    }

    /// Points at its header.
    pub fn place(self) -> Place {
        place(self.file(), self.row.line, self.text(), 0, self.header_text().len())
    }

    /// Points at `part`, a slice of its text.
    pub fn place_of(self, part: &str) -> Place {
        let text = self.text();
        let start = (part.as_ptr() as usize).saturating_sub(text.as_ptr() as usize);
        let start = start.min(text.len());
        place(self.file(), self.row.line, text, start, part.len())
    }

    /// The lines of its text, with their numbers from 1.
    pub fn lines(self) -> impl Iterator<Item = (u32, &'l str)> {
        (self.row.line..).zip(source::lines(self.text()))
    }

    fn header_text(self) -> &'l str {
        source::first_line(self.text())
    }

    fn header(self) -> Header<'l> {
        match self.dialect() {
            Dialect::Beancount => header::beancount(self.text()),
            Dialect::Hledger | Dialect::Ledger => header::header(self.header_text()),
        }
    }

    fn source_text(self) -> &'l str {
        &self.ledger.sources[self.row.source as usize].text
    }
}

impl<'l> Posting<'l> {
    /// `spot`: where a posting near it was found, for its line is counted from there.
    pub(super) fn new(
        transaction: Transaction<'l>,
        row: &'l PostingRow,
        spot: &mut Spot,
    ) -> Posting<'l> {
        *spot = spot.moved(transaction, row);
        Posting { transaction, row, line: spot.line }
    }

    pub(super) fn row(self) -> &'l PostingRow {
        self.row
    }

    /// The account, aliases and `apply account` done, without the brackets of a virtual one.
    pub fn account(self) -> &'l Name {
        self.transaction.ledger.account(self.row.account)
    }

    /// Its amount, written or not.
    pub fn amount(self) -> Amount {
        Amount::new(self.row.number, self.commodity().clone())
    }

    /// The number of its amount.
    pub fn number(self) -> Decimal {
        self.row.number
    }

    /// The commodity of its amount; empty for none.
    pub fn commodity(self) -> &'l Name {
        self.transaction.ledger.commodity(self.row.commodity)
    }

    /// Where its amount comes from.
    pub fn amount_from(self) -> AmountFrom {
        self.row.amount
    }

    /// Whether it must balance.
    pub fn kind(self) -> PostingKind {
        self.row.kind
    }

    /// The mark of its own, else the transaction's.
    pub fn status(self) -> Status {
        match self.row.status {
            Status::Unmarked => self.transaction.status(),
            own => own,
        }
    }

    /// The posting's own date, else the transaction's.
    pub fn date(self) -> NaiveDate {
        self.detail().and_then(|detail| detail.date).unwrap_or(self.transaction.date())
    }

    /// `@` and `@@`.
    pub fn cost(self) -> Option<Cost> {
        self.detail()?.cost
    }

    /// What its amount cost in all, signed as the amount: of `@@` as written, of `@` the product.
    /// `None` too where the product has more digits than a number can have.
    pub fn total_cost(self) -> Option<Amount> {
        let cost = self.cost()?;
        let mut total = cost.amount;
        if cost.total {
            total.number.set_sign_negative(
                total.number.is_sign_negative() != self.row.number.is_sign_negative(),
            );
        } else {
            total.number = total.number.checked_mul(self.row.number)?;
        }
        Some(self.transaction.ledger.amount(total))
    }

    /// `{…}`, `[…]` and `(…)` after the amount.
    pub fn lot(self) -> Option<&'l Lot> {
        self.detail()?.lot.as_deref()
    }

    /// `= BALANCE`
    pub fn assertion(self) -> Option<Assertion> {
        self.detail()?.assertion.as_deref().copied()
    }

    /// The comments of the posting, without `;` and outer blanks: the one after its amount, then those
    /// on lines of their own below. With each its line, from 1.
    pub fn comments(self) -> impl Iterator<Item = (u32, &'l str)> {
        let line = self.line();
        self.comments_below().map(move |(below, comment)| (line + below, comment))
    }

    /// The same, with each how many lines below the posting's own.
    fn comments_below(self) -> impl Iterator<Item = (u32, &'l str)> {
        let dialect = self.transaction.dialect();
        // One that is not written, of a bucket or a pad, begins with its transaction and has none.
        let written = self.row.start != self.transaction.row.start;
        let text = if written { self.text() } else { "" };
        let first = header::end_comment(text).map(|comment| (0, comment));
        let own = (1..)
            .zip(source::lines(self.rest()).skip(1))
            .map_while(move |(below, text)| Some((below, header::own_comment(text, dialect)?)))
            .take_while(move |_| written);
        first.into_iter().chain(own)
    }

    /// The tags of the posting itself; those of its transaction are not repeated here.
    pub fn tags(self) -> Vec<(&'l str, &'l str)> {
        self.comments_below().flat_map(|(_, comment)| header::tags(comment)).collect()
    }

    /// The value of a tag of the posting itself, the first of that key.
    pub fn tag(self, key: &str) -> Option<&'l str> {
        self.comments_below().find_map(|(_, comment)| header::tag(comment, key))
    }

    /// Its line as it lies in the file, without the line's end. Of a generated posting, that of the
    /// posting it was made for.
    pub fn text(self) -> &'l str {
        source::first_line(self.rest())
    }

    /// Its line, from 1.
    pub fn line(self) -> u32 {
        self.line_after(&mut Spot::default())
    }

    /// The same, counted on from `spot`, which moves here.
    pub fn line_after(self, spot: &mut Spot) -> u32 {
        if self.line > 0 {
            return self.line;
        }
        *spot = spot.moved(self.transaction, self.row);
        spot.line
    }

    /// Whether both begin at one byte of one transaction: a line may stand for several.
    pub fn is_of_line(self, other: Posting<'_>) -> bool {
        self.row.start == other.row.start
    }

    /// Points at its line, without the indent.
    pub fn place(self) -> Place {
        self.place_of(self.text().trim())
    }

    /// Points at `part`, a slice of its text.
    pub fn place_of(self, part: &str) -> Place {
        let text = self.text();
        let start = (part.as_ptr() as usize).wrapping_sub(text.as_ptr() as usize);
        if start > text.len() {
            return self.transaction.place_of(part);
        }
        place(self.transaction.file(), self.line(), text, start, part.len())
    }

    /// The transaction's text from its line on.
    fn rest(self) -> &'l str {
        let text = self.transaction.text();
        let offset = self.row.start.saturating_sub(self.transaction.row.start) as usize;
        &text[offset.min(text.len())..]
    }

    fn detail(self) -> Option<&'l Detail> {
        self.transaction.ledger.details.get((self.row.detail as usize).checked_sub(1)?)
    }
}

/// Points at `length` bytes from `start` of `text`, whose first line is `line` of `file`.
pub(super) fn place(file: &Name, line: u32, text: &str, start: usize, length: usize) -> Place {
    let before = &text[..start];
    let line_start = before.rfind(['\n', '\r']).map_or(0, |end| end + 1);
    let line_end = text[start..].find(['\n', '\r']).map_or(text.len(), |end| start + end);
    let shown_end = (start + length).clamp(start, line_end.max(start));
    Place {
        file: file.clone(),
        line: line + line_ends(before),
        column: count(text[line_start..start].chars().count()) + 1,
        width: count(text[start..shown_end].chars().count()),
        text: text[line_start..line_end].to_owned(),
        label: String::new(),
    }
}

/// How many lines end in `text`.
fn line_ends(text: &str) -> u32 {
    let bytes = text.as_bytes();
    let (mut ends, mut returns) = (0, false);
    // Most texts are a few lines, which are counted sooner than searched, in bytes, as far as these count.
    for stretch in bytes.chunks(255) {
        let (mut count, mut found) = (0u8, 0u8);
        for byte in stretch {
            count += u8::from(*byte == b'\n');
            found |= u8::from(*byte == b'\r');
        }
        ends += usize::from(count);
        returns |= found > 0;
    }
    if returns {
        // That of a file of old, in which no line's end follows.
        let returns = memchr::memchr_iter(b'\r', bytes);
        ends += returns.filter(|at| bytes.get(at + 1) != Some(&b'\n')).count();
    }
    count(ends)
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
