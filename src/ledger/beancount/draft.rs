//! What the texts say before anything is computed: directives by number, amounts as written.
//!
//! Filled by the parser, read by the stages after it. Postings are the rows of the model at once;
//! one with a cost or a price has a [`Spec`] beside it, by number in the row's `detail`.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;

use crate::diagnostic::Diagnostic;
use crate::ledger::beancount::options::Options;
use crate::ledger::header;
use crate::ledger::model::{
    AccountId, CommodityId, Dialect, Ledger, PostingRow, TransactionRow, Xxh,
};
use crate::ledger::view;
use crate::money::Decimal;
use crate::period::NaiveDate;
use crate::source::{Name, Place};

/// The commodity of an amount that names none.
pub(super) const NONE: CommodityId = CommodityId(0);

/// Everything the texts say.
#[derive(Debug, Default)]
pub(super) struct Draft {
    /// Names, texts, transactions and their postings as written, prices, what is inert.
    pub ledger: Ledger,
    /// All directives with a date; in the order of the texts until they are sorted.
    pub items: Vec<Item>,
    /// Costs and prices; a posting's `detail` is the index plus one.
    pub specs: Vec<Spec>,
    pub opens: Vec<Open>,
    pub balances: Vec<Balance>,
    pub pads: Vec<Pad>,
    /// Of the root text; those of other texts count only while that text is parsed.
    pub options: Options,
    pub plugins: Vec<Plugin>,
    /// Postings of transactions that have more or fewer of them than are written.
    pub replaced: HashMap<u32, Vec<PostingRow>, BuildHasherDefault<Xxh>>,
    pub problems: Vec<Problem>,
}

impl Draft {
    /// The postings of a transaction.
    pub fn rows(&self, at: u32) -> &[PostingRow] {
        if let Some(rows) = self.replaced.get(&at) {
            return rows;
        }
        let row = &self.ledger.transactions[at as usize];
        &self.ledger.postings[row.first as usize..(row.first + row.count) as usize]
    }

    /// Reports a problem in the text with this number.
    pub fn tell(&mut self, source: u32, diagnostic: Diagnostic) {
        self.problems.push(Problem::new(source, diagnostic));
    }

    /// Reports a problem of a directive.
    pub fn tell_at(&mut self, item: Item, diagnostic: Diagnostic) {
        let place = self.place_of_item(item);
        self.problems.push(Problem {
            source: item.source,
            line: item.line,
            diagnostic: diagnostic.at(place),
        });
    }

    /// Points at the line a directive begins with.
    pub fn place_of_item(&self, item: Item) -> Place {
        let source = &self.ledger.sources[item.source as usize];
        let text = source.text.get(item.start as usize..).unwrap_or_default();
        let line = text.split('\n').next().unwrap_or_default().trim_end();
        view::place(&source.name, item.line, line, 0, line.len())
    }

    /// The value of the metadata below a directive, as written: `None` where it has no such key.
    pub fn metadata(&self, item: Item, key: &str) -> Option<&str> {
        self.metadata_at(item.source, item.start, key)
    }

    /// The value of the metadata below the line of `source` that begins at `start`.
    pub fn metadata_at(&self, source: u32, start: u32, key: &str) -> Option<&str> {
        let text = self.ledger.sources[source as usize].text.get(start as usize..)?;
        crate::source::lines(text)
            .skip(1)
            .map_while(|line| header::own_comment(line, Dialect::Beancount))
            .find_map(|line| line.strip_prefix(key)?.strip_prefix(':'))
            .map(|value| value.split(';').next().unwrap_or_default().trim())
    }

    /// Points at the header of a transaction.
    pub fn place_of_transaction(&self, at: u32) -> Place {
        let row = &self.ledger.transactions[at as usize];
        let source = &self.ledger.sources[row.source as usize];
        let text = source.text.get(row.start as usize..).unwrap_or_default();
        let line = text.split('\n').next().unwrap_or_default().trim_end();
        view::place(&source.name, row.line, line, 0, line.len())
    }

    /// Points at a posting of a transaction, by its number among those written.
    pub fn place_of_posting(&self, at: u32, index: usize) -> Place {
        let row = &self.ledger.transactions[at as usize];
        let start = self.ledger.postings[row.first as usize + index].start;
        self.place_in(row, start)
    }

    /// Points at the line of a transaction that begins at `start`, without its indent.
    pub fn place_in(&self, row: &TransactionRow, start: u32) -> Place {
        let source = &self.ledger.sources[row.source as usize];
        let from = row.start as usize;
        let text = source.text.get(from..from + row.length as usize).unwrap_or_default();
        let offset = (start.saturating_sub(row.start) as usize).min(text.len());
        let line = text[offset..].split('\n').next().unwrap_or_default();
        let indent = line.len() - line.trim_start().len();
        view::place(&source.name, row.line, text, offset + indent, line.trim().len())
    }

    /// The ledger: transactions in their order, postings with all amounts, problems as in the texts.
    pub fn finish(mut self) -> Ledger {
        if !self.replaced.is_empty() {
            let mut postings = Vec::with_capacity(self.ledger.postings.len());
            for at in 0..self.ledger.transactions.len() {
                let first = index(postings.len());
                postings.extend_from_slice(self.rows(index(at)));
                let row = &mut self.ledger.transactions[at];
                (row.first, row.count) = (first, index(postings.len()) - first);
            }
            self.ledger.postings = postings;
        }
        let order = || self.items.iter().filter_map(|item| item.what.transaction());
        if !order().eq(0..index(self.ledger.transactions.len())) {
            let rows = &self.ledger.transactions;
            self.ledger.transactions = order().map(|at| rows[at as usize]).collect();
        }
        self.problems.sort_by_key(|problem| (problem.source, problem.line));
        let problems = self.problems.into_iter().map(|problem| problem.diagnostic);
        self.ledger.diagnostics.extend(problems);
        self.ledger
    }
}

/// A count as the rows keep it; texts that are longer are refused before.
fn index(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// A diagnostic with its place in the order of the texts.
#[derive(Debug)]
pub(super) struct Problem {
    pub source: u32,
    pub line: u32,
    pub diagnostic: Diagnostic,
}

impl Problem {
    /// In the text with this number.
    pub fn new(source: u32, diagnostic: Diagnostic) -> Problem {
        let line = diagnostic.places.first().map_or(0, |place| place.line);
        Problem { source, line, diagnostic }
    }
}

/// One directive with a date.
#[derive(Clone, Copy, Debug)]
pub(super) struct Item {
    pub date: NaiveDate,
    pub what: What,
    pub source: u32,
    /// From 1.
    pub line: u32,
    /// First byte of that line.
    pub start: u32,
}

/// What a directive is; numbers are indices into the draft's lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    Open(u32),
    Close(AccountId),
    Balance(u32),
    Pad(u32),
    Transaction(u32),
    Note(AccountId),
    Document(AccountId),
    Commodity(CommodityId),
    Price(u32),
    /// `event`, `query`, `custom`
    Other,
}

impl What {
    /// The transaction that it is.
    pub fn transaction(self) -> Option<u32> {
        match self {
            What::Transaction(at) => Some(at),
            What::Open(_)
            | What::Close(_)
            | What::Balance(_)
            | What::Pad(_)
            | What::Note(_)
            | What::Document(_)
            | What::Commodity(_)
            | What::Price(_)
            | What::Other => None,
        }
    }
}

impl Item {
    /// The order of directives: by day; accounts open and balances are checked before all else of a
    /// day, documents and closings come last; then by line, whatever the text.
    pub fn order(&self) -> (NaiveDate, i8, u32) {
        let rank = match self.what {
            What::Open(_) => -2,
            What::Balance(_) => -1,
            What::Pad(_)
            | What::Transaction(_)
            | What::Note(_)
            | What::Commodity(_)
            | What::Price(_)
            | What::Other => 0,
            What::Document(_) => 1,
            What::Close(_) => 2,
        };
        (self.date, rank, self.line)
    }
}

/// `open ACCOUNT CURRENCY,… "METHOD"`
#[derive(Clone, Debug)]
pub(super) struct Open {
    pub account: AccountId,
    /// Empty: any.
    pub currencies: Vec<CommodityId>,
    pub booking: Option<Booking>,
}

/// `balance ACCOUNT NUMBER [~ TOLERANCE] CURRENCY`
#[derive(Clone, Copy, Debug)]
pub(super) struct Balance {
    pub account: AccountId,
    pub number: Decimal,
    pub commodity: CommodityId,
    pub tolerance: Option<Decimal>,
}

/// `pad ACCOUNT FROM`
#[derive(Clone, Copy, Debug)]
pub(super) struct Pad {
    pub account: AccountId,
    pub from: AccountId,
}

/// `plugin "MODULE" "CONFIG"`
#[derive(Clone, Debug)]
pub(super) struct Plugin {
    pub module: String,
    pub config: String,
    pub source: u32,
    pub line: u32,
    pub place: Place,
}

/// The cost and the price of a posting, as written.
#[derive(Clone, Debug, Default)]
pub(super) struct Spec {
    pub cost: Option<CostSpec>,
    pub price: Option<PriceSpec>,
}

impl Spec {
    /// Changes the numbers of commodities.
    pub fn change(&mut self, commodity: impl Fn(CommodityId) -> CommodityId) {
        if let Some(cost) = &mut self.cost {
            cost.currency = commodity(cost.currency);
        }
        if let Some(price) = &mut self.price {
            price.currency = commodity(price.currency);
        }
    }
}

/// A number that may be left out, to be computed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Part {
    /// There is none.
    #[default]
    Absent,
    /// It is to be computed.
    Missing,
    Known(Decimal),
}

impl Part {
    pub fn known(self) -> Option<Decimal> {
        match self {
            Part::Known(number) => Some(number),
            Part::Absent | Part::Missing => None,
        }
    }
}

/// What stands in `{…}`.
#[derive(Clone, Debug)]
pub(super) struct CostSpec {
    /// Of one unit. Never absent: `{{…}}` is 0 a unit.
    pub per: Part,
    /// Of all units, beside that.
    pub total: Part,
    pub currency: CommodityId,
    pub date: Option<NaiveDate>,
    pub label: Option<Name>,
    /// `*`: the lots become one at their average cost.
    pub merge: bool,
}

/// `@` or `@@`.
#[derive(Clone, Copy, Debug)]
pub(super) struct PriceSpec {
    /// Of one unit, or of all; `None` is to be computed.
    pub number: Option<Decimal>,
    pub currency: CommodityId,
    pub total: bool,
}

/// How units that leave an account are matched with lots in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Booking {
    #[default]
    Strict,
    StrictWithSize,
    None,
    Average,
    Fifo,
    Lifo,
    Hifo,
}

impl Booking {
    pub const NAMES: [(&'static str, Booking); 7] = [
        ("STRICT", Booking::Strict),
        ("STRICT_WITH_SIZE", Booking::StrictWithSize),
        ("NONE", Booking::None),
        ("AVERAGE", Booking::Average),
        ("FIFO", Booking::Fifo),
        ("LIFO", Booking::Lifo),
        ("HIFO", Booking::Hifo),
    ];

    pub fn named(name: &str) -> Option<Booking> {
        Booking::NAMES.into_iter().find(|(known, _)| *known == name).map(|(_, booking)| booking)
    }
}
