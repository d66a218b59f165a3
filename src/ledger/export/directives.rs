//! Lines of Beancount that stand for themselves: balances, notes, closings, options, and the tags and
//! metadata that hold for a stretch of text.
//!
//! In: the texts of a journal. Out: each such directive with its lines as they stand. Transactions,
//! accounts and prices are read elsewhere.

use std::collections::{HashMap, HashSet};

use crate::ledger::header;
use crate::ledger::model::{Dialect, Ledger};
use crate::ledger::view::Transaction;
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

/// An option or a plugin.
pub(super) struct Setting<'l> {
    /// `option` or `plugin`.
    pub word: &'l str,
    /// What follows the word on its line, without a comment's blanks.
    pub rest: &'l str,
    pub file: &'l Name,
    pub line: u32,
}

impl Setting<'_> {
    /// Points at its line.
    pub fn place(&self) -> Place {
        let text = self.words();
        let width = u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
        Place { line: self.line, column: 1, width, text, ..Place::file(self.file) }
    }

    /// Its line.
    pub fn words(&self) -> String {
        format!("{} {}", self.word, self.rest)
    }

    /// Whether it says something of the books that changes no amount, so that another file may say it.
    pub fn is_of_the_books(&self) -> bool {
        let name = self.rest.split('"').nth(1).unwrap_or_default();
        self.word == "option" && matches!(name, "title" | "operating_currency" | "render_commas")
    }
}

/// The lines of Beancount's texts that begin with a word, with their numbers.
fn worded(ledger: &Ledger) -> impl Iterator<Item = (&Name, u32, &str, &str)> {
    let texts = ledger.sources.iter().zip(&ledger.dialects);
    let texts = texts.filter(|(_, (dialect, _))| *dialect == Dialect::Beancount);
    texts.flat_map(|(source, _)| {
        let lines = (1u32..).zip(lines(&source.text));
        let lines = lines.filter(|(_, line)| line.starts_with(|c: char| c.is_ascii_lowercase()));
        lines.filter_map(|(number, line)| {
            let (word, rest) = line.split_once([' ', '\t'])?;
            Some((&source.name, number, word, rest.trim()))
        })
    })
}

/// The options and plugins of Beancount's texts, in their order.
pub(super) fn settings(ledger: &Ledger) -> impl Iterator<Item = Setting<'_>> {
    let settings = worded(ledger).filter(|(_, _, word, _)| matches!(*word, "option" | "plugin"));
    settings.map(|(file, line, word, rest)| Setting { word, rest, file, line })
}

/// What holds for one transaction because it stands in a stretch of text.
#[derive(Clone, Debug, Default)]
pub(super) struct Pushed<'l> {
    /// Tags, without `#`.
    pub tags: Vec<&'l str>,
    /// Metadata, `key: value`.
    pub metadata: Vec<&'l str>,
}

/// What `pushtag` and `pushmeta` say of transactions, by their file and line.
pub(super) fn pushed(ledger: &Ledger) -> HashMap<(&Name, u32), Pushed<'_>> {
    let mut changes: HashMap<&Name, Vec<(u32, &str, &str)>> = HashMap::new();
    for (file, line, word, rest) in worded(ledger) {
        if matches!(word, "pushtag" | "poptag" | "pushmeta" | "popmeta") {
            changes.entry(file).or_default().push((line, word, rest));
        }
    }
    let mut found = HashMap::new();
    if changes.is_empty() {
        return found;
    }
    let mut all: Vec<Transaction<'_>> = ledger.transactions().collect();
    all.sort_by_key(|one| (one.source(), one.line()));
    for file in all.chunk_by(|one, next| one.source() == next.source()) {
        let Some(changes) = file.first().and_then(|one| changes.get(one.file())) else { continue };
        let mut changes = changes.iter().peekable();
        let mut now = Pushed::default();
        for one in file {
            while let Some((_, word, rest)) = changes.next_if(|(line, ..)| *line < one.line()) {
                now.change(word, rest);
            }
            if !now.tags.is_empty() || !now.metadata.is_empty() {
                found.insert((one.file(), one.line()), now.clone());
            }
        }
    }
    found
}

impl<'l> Pushed<'l> {
    fn change(&mut self, word: &str, rest: &'l str) {
        let tag = rest.split([' ', '\t', ';']).next().unwrap_or_default();
        let tag = tag.strip_prefix('#').unwrap_or(tag);
        let key = |words: &'l str| words.split(':').next().unwrap_or_default();
        match word {
            "pushtag" => self.tags.push(tag),
            "poptag" => {
                if let Some(at) = self.tags.iter().rposition(|one| *one == tag) {
                    self.tags.remove(at);
                }
            }
            "pushmeta" => self.metadata.push(rest),
            _ => {
                if let Some(at) = self.metadata.iter().rposition(|one| key(one) == key(rest)) {
                    self.metadata.remove(at);
                }
            }
        }
    }

    /// The metadata that counts: of one key, what was pushed last.
    pub fn counted(&self) -> Vec<&'l str> {
        let mut keys = HashSet::new();
        let newest = self.metadata.iter().rev().copied();
        let mut counted: Vec<&str> = newest
            .filter(|words| keys.insert(words.split(':').next().unwrap_or_default()))
            .collect();
        counted.reverse();
        counted
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
