//! What a plain-text journal says, in columns: transactions, postings, declarations, prices.
//!
//! Rows are small and name their parts by number (an account, a commodity, a byte of a text), so that
//! a million transactions stay near the size of their text. Free text is not copied: a view
//! ([`Transaction`], [`Posting`]) reads it again from its source when a caller asks.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Arc;

use xxhash_rust::xxh3::xxh3_64_with_seed;

use crate::diagnostic::Diagnostic;
use crate::ledger::view::{Posting, Transaction};
use crate::money::{Amount, Decimal};
use crate::period::NaiveDate;
use crate::source::{Name, Place, Source};

/// Which of the three families of plain-text accounting a text is read as. The same characters mean
/// different things in them: see the module's own page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// hledger's journal format; also what `rentier` itself writes.
    Hledger,
    /// Ledger's (the C++ one).
    Ledger,
    /// Beancount's.
    Beancount,
}

impl Dialect {
    /// The name of the `--dialect` flag.
    pub fn name(self) -> &'static str {
        match self {
            Dialect::Hledger => "hledger",
            Dialect::Ledger => "ledger",
            Dialect::Beancount => "beancount",
        }
    }

    /// The dialect that goes by this name.
    pub fn named(name: &str) -> Option<Dialect> {
        [Dialect::Hledger, Dialect::Ledger, Dialect::Beancount]
            .into_iter()
            .find(|dialect| dialect.name() == name)
    }
}

/// How journals are to be read.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// `None`: by evidence in the text.
    pub dialect: Option<Dialect>,
    /// The year of dates that name none where no `Y` stands above them. Reading such a date warns.
    pub year: i32,
    /// Bytes of a long text that one thread reads at a time; `None`: as many as suit it. What is read
    /// is the same with any number. How many threads there are is rayon's to say.
    pub slice: Option<usize>,
}

impl Default for Options {
    fn default() -> Options {
        Options { dialect: None, year: 2000, slice: None }
    }
}

/// An account of one `Ledger`, by number in `accounts`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountId(pub u32);

/// A commodity of one `Ledger`, by number in `commodities`; number 0 is "none named".
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CommodityId(pub u32);

/// A number of one commodity, as the rows keep it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quantity {
    /// Exact, with the decimals it was written with.
    pub number: Decimal,
    /// Of what.
    pub commodity: CommodityId,
}

/// Journals, read: everything that one root text and its includes say.
#[derive(Debug, Default)]
pub struct Ledger {
    /// The texts, in the order they were opened; the first is the root.
    pub sources: Vec<Arc<Source>>,
    /// As what each of `sources` was read, and what told so: `` `commodity 1,000.00 USD` on line 3 ``.
    pub dialects: Vec<(Dialect, String)>,
    /// Every account that is declared or posted to.
    pub accounts: Table,
    /// Every commodity that is declared or used; number 0 is the empty name.
    pub commodities: Table,
    /// By date, those of one day as they were read.
    pub transactions: Vec<TransactionRow>,
    /// Those of one transaction stand together, in its `postings`. All have their amounts.
    pub postings: Vec<PostingRow>,
    /// What only few postings have.
    pub details: Vec<Detail>,
    /// Accounts, commodities, payees and tags that the journals declare, as they were read.
    pub declared: Vec<Declaration>,
    /// Prices that the journals state, as they were read.
    pub prices: Vec<Price>,
    /// What is left of the lots that Beancount's booking has opened, in no order; see [`lots`].
    ///
    /// [`lots`]: crate::ledger::lots
    pub lots: Vec<HeldLot>,
    /// What was kept without effect, as it was read.
    pub inert: Vec<Inert>,
    /// Files that Beancount asks for.
    pub documents: Vec<Document>,
    /// What is wrong in the journals, in the order of the texts.
    pub diagnostics: Vec<Diagnostic>,
}

/// Names by number: each kept once.
#[derive(Clone, Debug, Default)]
pub struct Table {
    names: Vec<Name>,
    numbers: HashMap<&'static str, u32, BuildHasherDefault<Xxh>>,
}

/// A quick hash of short names; nobody who writes a journal gains by making its names collide.
#[derive(Clone, Copy, Debug, Default)]
pub struct Xxh(u64);

impl Hasher for Xxh {
    fn write(&mut self, bytes: &[u8]) {
        self.0 = xxh3_64_with_seed(bytes, self.0);
    }

    /// What ends a `str`: of one name alone it tells nothing.
    fn write_u8(&mut self, byte: u8) {
        self.0 ^= u64::from(byte);
    }

    fn write_u32(&mut self, number: u32) {
        self.0 = (self.0.rotate_left(5) ^ u64::from(number)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

impl Table {
    /// The number of this name, a new one if need be.
    pub fn number(&mut self, name: &str) -> u32 {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        let number = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        let name = Name::new(name);
        self.numbers.insert(name.letters(), number);
        self.names.push(name);
        number
    }

    /// The number of this name, if it is known.
    pub fn find(&self, name: &str) -> Option<u32> {
        self.numbers.get(name).copied()
    }

    /// All names; the number of each is its index.
    pub fn names(&self) -> &[Name] {
        &self.names
    }
}

/// One transaction. Its header is in its text; see [`Transaction`].
#[derive(Clone, Copy, Debug)]
pub struct TransactionRow {
    /// The primary date.
    pub date: NaiveDate,
    /// Index into `sources`.
    pub source: u32,
    /// First byte of its header line.
    pub start: u32,
    /// Bytes from there to the end of its last line.
    pub length: u32,
    /// Line of the header, from 1.
    pub line: u32,
    /// Index of its first posting.
    pub first: u32,
    /// How many postings it has.
    pub count: u32,
    /// The mark in its header.
    pub status: Status,
}

/// The mark before a description or an account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Status {
    /// None.
    #[default]
    Unmarked,
    /// `!`
    Pending,
    /// `*`
    Cleared,
}

/// One posting: one account, one amount. A posting without a written amount that takes several
/// commodities stands here several times.
#[derive(Clone, Copy, Debug)]
pub struct PostingRow {
    /// Where to.
    pub account: AccountId,
    /// Of what.
    pub commodity: CommodityId,
    /// Into the account +, out of it -.
    pub number: Decimal,
    /// First byte of its line in the transaction's source.
    pub start: u32,
    /// Index into `details`, plus one; 0 for none.
    pub detail: u32,
    /// Whether it must balance with the others.
    pub kind: PostingKind,
    /// Where its amount comes from.
    pub amount: AmountFrom,
    /// The mark of its own; where it has none, the transaction's.
    pub status: Status,
}

/// Whether a posting must balance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PostingKind {
    /// It does, with the other real ones.
    #[default]
    Real,
    /// `(account)`: it never does.
    Virtual,
    /// `[account]`: with the others like it.
    BalancedVirtual,
}

/// Where the amount of a posting comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AmountFrom {
    /// It is written.
    #[default]
    Written,
    /// None is written: it is what the others lack.
    Elided,
    /// None is written but `= BALANCE`: it is what the account lacked.
    Assigned,
    /// The posting itself is not written: a rule of the journal made it.
    Generated,
}

/// What only few postings have.
#[derive(Clone, Debug, Default)]
pub struct Detail {
    /// `@ 1.10 USD` or `@@ 110.00 USD`; also where two commodities imply it.
    pub cost: Option<Cost>,
    /// What stands in `{…}`, `[…]` and `(…)` after the amount.
    pub lot: Option<Box<Lot>>,
    /// `= BALANCE`
    pub assertion: Option<Box<Assertion>>,
    /// The posting's own date, where it has one.
    pub date: Option<NaiveDate>,
    /// The posting's own secondary date.
    pub date2: Option<NaiveDate>,
}

impl Detail {
    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        self.cost.is_none()
            && self.lot.is_none()
            && self.assertion.is_none()
            && self.date.is_none()
            && self.date2.is_none()
    }
}

impl Detail {
    /// Changes the amounts in it.
    pub(super) fn change(&mut self, change: impl Fn(Quantity) -> Quantity) {
        if let Some(cost) = &mut self.cost {
            cost.amount = change(cost.amount);
        }
        if let Some(cost) = self.lot.as_mut().and_then(|lot| lot.cost.as_mut()) {
            cost.amount = change(cost.amount);
        }
        if let Some(assertion) = &mut self.assertion {
            assertion.amount = change(assertion.amount);
            if let Some(cost) = &mut assertion.cost {
                cost.amount = change(cost.amount);
            }
        }
    }
}

/// What was paid for the amount, or got for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// As written: of one unit, or of all. That of all is positive for an amount of either sign.
    pub amount: Quantity,
    /// `@@`: for all of it, exactly.
    pub total: bool,
    /// Not written: the transaction's two commodities imply it.
    pub implied: bool,
}

/// A lot, as an annotation of the amount names it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lot {
    /// What it cost, `{1.10 USD}` of one unit or `{{110.00 USD}}` of all.
    pub cost: Option<Cost>,
    /// `{=1.10 USD}`: the price is fixed for valuation too.
    pub fixed: bool,
    /// When it was acquired: `[2024-03-15]`.
    pub date: Option<NaiveDate>,
    /// Its label: `(note)`, `{…, "label"}`.
    pub label: Option<Name>,
}

/// Units of one lot that an account holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldLot {
    /// Where.
    pub account: AccountId,
    /// How many units of what; negative for units sold and not yet bought.
    pub quantity: Quantity,
    /// Of one unit.
    pub cost: Quantity,
    /// When it was acquired, if the journal says so.
    pub date: Option<NaiveDate>,
    /// Its label, if it has one.
    pub label: Option<Name>,
}

/// A balance that the journal states after a posting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Assertion {
    /// What the account holds then.
    pub amount: Quantity,
    /// `@`: the cost of what a posting without an amount brings there.
    pub cost: Option<Cost>,
    /// `==`: and of no other commodity.
    pub sole: bool,
    /// `=*`: with its subaccounts.
    pub inclusive: bool,
}

/// A declared name.
#[derive(Clone, Debug)]
pub struct Declaration {
    /// Of what sort.
    pub what: Declared,
    /// As read, aliases and `apply account` done.
    pub name: Name,
    /// Index into `sources`.
    pub source: u32,
    /// First byte of its line.
    pub start: u32,
    /// Bytes to the end of its last line.
    pub length: u32,
    /// From 1.
    pub line: u32,
}

/// What can be declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Declared {
    /// `account`, `open`
    Account,
    /// `commodity`
    Commodity,
    /// `payee`
    Payee,
    /// `tag`
    Tag,
}

/// A price that a journal states: `P 2024-03-15 VTI 255.10 USD`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Price {
    /// Of that day.
    pub date: NaiveDate,
    /// One unit of it …
    pub commodity: CommodityId,
    /// … is worth this.
    pub amount: Quantity,
    /// Index into `sources`.
    pub source: u32,
    /// From 1.
    pub line: u32,
}

/// A construct that was kept without effect.
#[derive(Clone, Debug)]
pub struct Inert {
    /// What it is: `periodic transaction`.
    pub what: &'static str,
    /// Whether figures may be other ones where it is applied.
    pub matters: bool,
    /// Index into `sources`.
    pub source: u32,
    /// From 1.
    pub line: u32,
}

/// A file that a journal names as a document, and without which Beancount refuses the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// Index into `sources`.
    pub source: u32,
    /// From 1.
    pub line: u32,
    /// As it stands there, relative to the folder of the source.
    pub path: String,
}

impl Ledger {
    /// The transactions by date, with everything they say.
    pub fn transactions(&self) -> impl ExactSizeIterator<Item = Transaction<'_>> {
        self.transactions.iter().map(|row| Transaction::new(self, row))
    }

    /// All postings, those of a transaction together.
    pub fn all_postings(&self) -> impl Iterator<Item = Posting<'_>> {
        self.transactions().flat_map(Transaction::postings)
    }

    /// The name of an account.
    pub fn account(&self, id: AccountId) -> &Name {
        &self.accounts.names()[id.0 as usize]
    }

    /// The name of a commodity; empty for none.
    pub fn commodity(&self, id: CommodityId) -> &Name {
        &self.commodities.names()[id.0 as usize]
    }

    /// A quantity with its commodity's name.
    pub fn amount(&self, quantity: Quantity) -> Amount {
        Amount::new(quantity.number, self.commodity(quantity.commodity).clone())
    }

    /// Points at a line of one of the texts. Linear in the text: for messages.
    pub fn place(&self, source: u32, line: u32) -> Place {
        self.sources[source as usize].place_of_line(line)
    }
}
