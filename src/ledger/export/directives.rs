//! Lines of Beancount that stand for themselves: balances, notes, closings.
//!
//! In: the texts of a journal. Out: each such directive with its lines as they stand. Transactions,
//! accounts and prices are read elsewhere.

use crate::ledger::header;
use crate::ledger::model::{Dialect, Ledger};
use crate::money::{self, Decimal};
use crate::period::{NaiveDate, iso};
use crate::source::{Name, Place, lines};

/// One directive with a date.
pub(super) struct Directive<'l> {
    pub date: NaiveDate,
    /// `balance`, `note`, `close` …
    pub word: &'l str,
    /// What follows the word on its line.
    pub rest: &'l str,
    /// The lines below it.
    pub below: Vec<&'l str>,
    pub file: &'l Name,
    pub line: u32,
}

const WORDS: [&str; 8] =
    ["balance", "close", "commodity", "custom", "document", "event", "note", "query"];

impl Directive<'_> {
    /// Points at its line.
    pub fn place(&self) -> Place {
        let text = format!("{} {} {}", self.date, self.word, self.rest);
        let width = u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
        Place { line: self.line, column: 1, width, text, ..Place::file(self.file) }
    }

    /// `balance ACCOUNT NUMBER [~ TOLERANCE] COMMODITY` in its parts, the tolerance left out.
    pub fn balance(&self) -> Option<(Name, Decimal, Name)> {
        if self.word != "balance" {
            return None;
        }
        let rest = self.rest.split(';').next().unwrap_or_default();
        let mut words = rest.split_whitespace();
        let (account, number) = (words.next()?, words.next()?.replace(',', ""));
        let commodity = words.next_back()?;
        let middle: Vec<&str> = words.collect();
        let plain = middle.is_empty() || (middle.len() == 2 && middle[0] == "~");
        let number = money::plain(&number).filter(|_| plain)?;
        Some((Name::new(account), number, Name::new(commodity)))
    }
}

/// The directives of Beancount's texts, in their order.
pub(super) fn all(ledger: &Ledger) -> impl Iterator<Item = Directive<'_>> {
    let texts = ledger.sources.iter().zip(&ledger.dialects);
    let texts = texts.filter(|(_, (dialect, _))| *dialect == Dialect::Beancount);
    texts.flat_map(|(source, _)| {
        let mut found: Vec<Directive<'_>> = Vec::new();
        let (mut open, mut string) = (false, false);
        for (number, line) in (1u32..).zip(lines(&source.text)) {
            if line.trim().is_empty() {
                open &= string;
                continue;
            }
            if string || line.starts_with([' ', '\t']) {
                if let (true, Some(last)) = (open, found.last_mut()) {
                    last.below.push(line);
                }
            } else {
                let one = directive(line, &source.name, number);
                open = one.is_some();
                found.extend(one);
            }
            let quotes = line.matches('"').count() - line.matches("\\\"").count();
            string ^= open && !quotes.is_multiple_of(2);
        }
        found
    })
}

fn directive<'l>(line: &'l str, file: &'l Name, number: u32) -> Option<Directive<'l>> {
    let (day, rest) = line.split_once([' ', '\t'])?;
    let near = NaiveDate::default();
    let date = iso(day).or_else(|| header::date(day, near))?;
    let rest = rest.trim();
    let (word, rest) = rest.split_once([' ', '\t']).unwrap_or((rest, ""));
    WORDS.contains(&word).then(|| Directive {
        date,
        word,
        rest: rest.trim(),
        below: Vec::new(),
        file,
        line: number,
    })
}

/// The tags and links in the header of a Beancount transaction.
pub(super) fn marks(text: &str) -> (Vec<&str>, Vec<&str>) {
    let header = header::beancount(text).description;
    let (mut quoted, mut escaped) = (false, false);
    let mut found = (Vec::new(), Vec::new());
    for (at, byte) in header.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'#' | b'^' if !quoted => {
                let rest = &header[at + 1..];
                let end = rest.find(|c: char| {
                    !c.is_ascii_alphanumeric() && !matches!(c, '-' | '_' | '/' | '.')
                });
                let word = &rest[..end.unwrap_or(rest.len())];
                if byte == b'#' { found.0.push(word) } else { found.1.push(word) }
            }
            _ => {}
        }
    }
    found
}
