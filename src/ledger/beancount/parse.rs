//! Reads the text of one Beancount file, directive by directive.
//!
//! In: a source. Out: its directives added to the [`Draft`], and the texts it includes. A line that
//! cannot be read is reported and passed; a transaction with such a line is left out whole.

mod block;
mod cost;
mod undated;
mod word;

use std::collections::HashMap;
use std::hash::BuildHasherDefault;
use std::sync::Arc;

use crate::diagnostic::{Diagnostic, nearest};
use crate::ledger::beancount::draft::{Balance, Booking, Draft, Item, Open, Pad, What};
use crate::ledger::beancount::lex::Cursor;
use crate::ledger::beancount::options::Options;
use crate::ledger::beancount::slices;
use crate::ledger::model::{
    self, AccountId, CommodityId, Declaration, Declared, Inert, Price, Quantity, Status, Xxh,
};
use crate::ledger::reader::LET_GO;
use crate::ledger::slices::Pace;
use crate::period::NaiveDate;
use crate::source::{Name, Source};

pub(super) use undated::Include;
pub(super) use undated::Stretch;

/// The directives that follow a date.
const DIRECTIVES: [&str; 12] = [
    "txn",
    "open",
    "close",
    "balance",
    "pad",
    "commodity",
    "price",
    "note",
    "document",
    "event",
    "query",
    "custom",
];

/// A problem has been reported; what it stands in cannot be used.
#[derive(Debug)]
struct Told;

/// Reads one text.
pub(super) struct Parser<'d, 't> {
    pub draft: &'d mut Draft,
    pub cursor: Cursor<'t>,
    /// Index of the text in the ledger's sources.
    pub source: u32,
    file: Name,
    pub text: &'t Source,
    /// Options as this text has set them so far.
    pub options: Options,
    /// Those whose first part is in order.
    accounts: HashMap<&'t str, AccountId, BuildHasherDefault<Xxh>>,
    commodities: HashMap<&'t str, CommodityId, BuildHasherDefault<Xxh>>,
    /// The one that was named last.
    last_commodity: Option<(&'t str, CommodityId)>,
    /// Accounts whose first part is none, each with the index of the problem that says so.
    pub strange: HashMap<&'t str, usize>,
    pub stretches: Vec<Stretch<'t>>,
    pub includes: Vec<Include>,
    /// The keys of the metadata of the transaction or posting at hand.
    keys: HashMap<&'t str, &'t str>,
}

/// The date of a directive and where it begins.
#[derive(Clone, Copy, Debug)]
struct Head {
    date: NaiveDate,
    start: usize,
    line: u32,
}

/// Reads the text with this number. Its includes come back in their order.
pub(super) fn parse(draft: &mut Draft, source: u32, how: model::Options) -> Vec<Include> {
    let Some(text) = draft.ledger.sources.get(source as usize).map(Arc::clone) else {
        return Vec::new();
    };
    // Names of roots hold for the texts that are included, too; Beancount itself wants them
    // repeated there.
    let options = Options { roots: draft.options.roots.clone(), ..Options::default() };
    let mut parser = Parser::new(draft, source, &text, options);
    parser.run(Pace::new(how, 0));
    let Parser { draft, includes, options, .. } = parser;
    if source == 0 {
        draft.options = options;
    } else {
        draft.options.operating.extend(options.operating);
    }
    includes
}

impl<'d, 't> Parser<'d, 't> {
    /// Nothing read yet.
    pub fn new(
        draft: &'d mut Draft,
        source: u32,
        text: &'t Source,
        options: Options,
    ) -> Parser<'d, 't> {
        Parser {
            draft,
            cursor: Cursor::new(&text.text),
            source,
            file: text.name.clone(),
            text,
            options,
            accounts: HashMap::default(),
            commodities: HashMap::default(),
            last_commodity: None,
            strange: HashMap::new(),
            stretches: Vec::new(),
            includes: Vec::new(),
            keys: HashMap::new(),
        }
    }

    fn run(&mut self, mut pace: Pace) {
        let mut read = 0;
        while !self.cursor.is_end() {
            if self.cursor.byte().is_ascii_digit()
                && pace.cuts(self.cursor.at, self.cursor.text.len())
            {
                let dropped = slices::read(self, pace);
                pace.pay(self.cursor.at, dropped);
                read = self.cursor.at;
                continue;
            }
            if self.cursor.at - read >= LET_GO {
                self.text.text.let_go(read..self.cursor.at);
                read = self.cursor.at;
            }
            self.directive();
        }
        self.end_stretches();
    }

    /// Reads on up to the first directive that begins at byte `end` or past it, or to one that may say
    /// how those below it are read; whether there was none.
    pub fn slice(&mut self, end: usize) -> bool {
        while self.cursor.at < end {
            // `option`, the only word with that letter.
            if self.cursor.byte() == b'o' {
                return false;
            }
            self.directive();
        }
        true
    }

    /// Reads what begins at the margin, or passes a line that is nothing.
    fn directive(&mut self) {
        match self.cursor.byte() {
            b'0'..=b'9' => {
                if self.dated().is_err() {
                    self.skip_block();
                }
            }
            b'\n' | b';' | b'*' | b':' | b'#' | b'!' | b'&' | b'?' | b'%' => {
                self.cursor.next_line();
            }
            b' ' | b'\t' | b'\r' => self.stray(),
            _ => {
                if self.undated().is_err() {
                    self.skip_block();
                }
            }
        }
    }

    /// An indented line that belongs to no directive.
    fn stray(&mut self) {
        self.cursor.blanks();
        if self.cursor.byte() == b'\n' {
            self.cursor.next_line();
            return;
        }
        self.report(
            Diagnostic::error("indented", "an indented line belongs to no directive")
                .at(self.place_here())
                .help("remove its blanks, or the empty line or the comment at the margin above it"),
        );
        self.skip_block();
    }

    /// A directive that begins with a date.
    fn dated(&mut self) -> Result<(), Told> {
        let (start, line) = (self.cursor.at, self.cursor.line);
        let date = self.day()?;
        let head = Head { date, start, line };
        self.cursor.blanks();
        let byte = self.cursor.byte();
        let status = match byte {
            b'*' => Some(Status::Cleared),
            b'!' => Some(Status::Pending),
            b'&' | b'#' | b'?' | b'%' => Some(Status::Unmarked),
            b'A'..=b'Z' if self.cursor.peek(1).is_ascii_whitespace() => Some(Status::Unmarked),
            _ => None,
        };
        if let Some(status) = status {
            self.cursor.at += 1;
            self.transaction(head, status);
            return Ok(());
        }
        let word_start = self.cursor.at;
        while self.cursor.byte().is_ascii_lowercase() {
            self.cursor.at += 1;
        }
        let word = self.cursor.since(word_start);
        if word == "txn" {
            self.transaction(head, Status::Cleared);
            return Ok(());
        }
        self.cursor.blanks();
        let what = match word {
            "open" => self.open(head)?,
            "close" => {
                let account = self.account()?;
                What::Close(account)
            }
            "commodity" => {
                let commodity = self.currency()?;
                self.declare(Declared::Commodity, head, commodity.0);
                What::Commodity(commodity)
            }
            "pad" => {
                let account = self.account()?;
                self.cursor.blanks();
                let from = self.account()?;
                self.draft.pads.push(Pad { account, from });
                What::Pad(last(self.draft.pads.len()))
            }
            "balance" => self.balance()?,
            "price" => self.price(head)?,
            "note" | "document" => {
                let account = self.account()?;
                self.cursor.blanks();
                self.string()?;
                self.tags_and_links();
                if word == "note" {
                    self.inert("note", head.line);
                    What::Note(account)
                } else {
                    self.inert("document", head.line);
                    What::Document(account)
                }
            }
            "event" | "query" => {
                self.string()?;
                self.cursor.blanks();
                self.string()?;
                self.inert(if word == "event" { "event" } else { "query" }, head.line);
                What::Other
            }
            "custom" => {
                self.string()?;
                self.values()?;
                self.inert("custom", head.line);
                What::Other
            }
            _ => {
                self.cursor.at = word_start;
                return Err(self.no_directive(word));
            }
        };
        self.end_of_line()?;
        self.metadata_lines();
        let item = Item {
            date: head.date,
            what,
            source: self.source,
            line: head.line,
            start: index(head.start),
        };
        self.draft.items.push(item);
        let length = index(self.block_end().saturating_sub(head.start));
        if let Some(declaration) = self.draft.ledger.declared.last_mut()
            && declaration.line == head.line
            && declaration.source == self.source
        {
            declaration.length = length;
        }
        Ok(())
    }

    fn no_directive(&mut self, word: &str) -> Told {
        let near = nearest(word, DIRECTIVES);
        let found = self.cursor.here().to_owned();
        let place = self.place_here();
        let message = if found.is_empty() {
            "expected a mark or a directive after the date, found the line's end".to_owned()
        } else {
            format!("expected a mark or a directive after the date, found `{found}`")
        };
        let help = match near.first() {
            Some(near) if !word.is_empty() => format!("did you mean `{near}`?"),
            _ => {
                "a transaction has `*`, `!` or `txn` after its date: `2024-03-15 * \"Shop\"`".into()
            }
        };
        self.told(Diagnostic::error("directive", message).at(place).help(help))
    }

    /// `open ACCOUNT CURRENCY,… "METHOD"`, the word passed.
    fn open(&mut self, head: Head) -> Result<What, Told> {
        let account = self.account()?;
        let mut currencies = Vec::new();
        let mut booking = None;
        self.cursor.blanks();
        if matches!(self.cursor.byte(), b'A'..=b'Z' | b'/') {
            loop {
                currencies.push(self.currency()?);
                self.cursor.blanks();
                if !self.cursor.word(",") {
                    break;
                }
                self.cursor.blanks();
            }
        }
        if self.cursor.byte() == b'"' {
            let start = self.cursor.at;
            let name = self.string()?;
            booking = Booking::named(name);
            if booking.is_none() && !name.is_empty() {
                let place = self.cursor.place(&self.file, start, self.cursor.at - start);
                let all = Booking::NAMES.map(|(name, _)| name).join(", ");
                let message = format!("no booking method `{name}`");
                self.report(
                    Diagnostic::error("booking-method", message)
                        .at(place)
                        .help(format!("methods are {all}")),
                );
            }
        }
        self.declare(Declared::Account, head, account.0);
        self.draft.opens.push(Open { account, currencies, booking });
        Ok(What::Open(last(self.draft.opens.len())))
    }

    /// `balance ACCOUNT NUMBER [~ TOLERANCE] CURRENCY`, the word passed.
    fn balance(&mut self) -> Result<What, Told> {
        let account = self.account()?;
        self.cursor.blanks();
        let number = self.number()?;
        self.cursor.blanks();
        let mut tolerance = None;
        if self.cursor.word("~") {
            self.cursor.blanks();
            tolerance = Some(self.number()?);
            self.cursor.blanks();
        }
        let commodity = self.currency()?;
        self.draft.balances.push(Balance { account, number, commodity, tolerance });
        Ok(What::Balance(last(self.draft.balances.len())))
    }

    /// `price CURRENCY AMOUNT`, the word passed.
    fn price(&mut self, head: Head) -> Result<What, Told> {
        let commodity = self.currency()?;
        self.cursor.blanks();
        let number = self.number()?;
        self.cursor.blanks();
        let amount = Quantity { number, commodity: self.currency()? };
        let (date, source, line) = (head.date, self.source, head.line);
        self.draft.ledger.prices.push(Price { date, commodity, amount, source, line });
        Ok(What::Price(last(self.draft.ledger.prices.len())))
    }

    /// The end of a directive's line, passed.
    fn end_of_line(&mut self) -> Result<(), Told> {
        self.cursor.blanks();
        if !self.cursor.is_line_end() {
            return Err(self.expected("the line's end"));
        }
        self.cursor.next_line();
        Ok(())
    }

    /// Goes on behind this line and the indented ones below it.
    fn skip_block(&mut self) {
        self.cursor.next_line();
        while !self.cursor.is_end() && matches!(self.cursor.byte(), b' ' | b'\t') {
            self.cursor.blanks();
            if self.cursor.byte() == b'\n' {
                break;
            }
            self.cursor.next_line();
        }
    }

    /// The end of the last line that was passed, without its line end.
    fn block_end(&self) -> usize {
        self.without_line_end(self.line_end())
    }

    /// The end of the last line that was passed, its line end with it.
    fn line_end(&self) -> usize {
        if self.cursor.is_end() { self.cursor.at } else { self.cursor.line_start }
    }

    /// Where the line that ends at `end` does without its line end.
    fn without_line_end(&self, end: usize) -> usize {
        let text = self.cursor.text.get(..end).unwrap_or_default();
        let text = text.strip_suffix('\n').unwrap_or(text);
        text.strip_suffix('\r').unwrap_or(text).len()
    }

    fn declare(&mut self, what: Declared, head: Head, number: u32) {
        let names = match what {
            Declared::Account => self.draft.ledger.accounts.names(),
            Declared::Commodity | Declared::Payee | Declared::Tag => {
                self.draft.ledger.commodities.names()
            }
        };
        let Some(name) = names.get(number as usize).cloned() else { return };
        self.draft.ledger.declared.push(Declaration {
            what,
            name,
            source: self.source,
            start: index(head.start),
            length: 0,
            line: head.line,
        });
    }

    fn inert(&mut self, what: &'static str, line: u32) {
        let source = self.source;
        self.draft.ledger.inert.push(Inert { what, matters: false, source, line });
    }
}

/// A byte of a text as the rows number them; longer texts are refused before.
pub(super) fn index(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// The index of the last of `count`.
fn last(count: usize) -> u32 {
    index(count.saturating_sub(1))
}
