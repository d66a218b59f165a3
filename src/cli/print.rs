//! `rentier print`: the journal itself.

use std::collections::HashSet;

use super::args::{PrintArgs, Reading};
use super::{Error, Exit, Output, World, journals, open, words};
use crate::books::Books;
use crate::diagnostic::Diagnostic;
use crate::event::Event;
use crate::ledger::export;
use crate::ledger::{self, Dialect, Ledger, Options, Transaction};
use crate::period::{self, NaiveDate};
use crate::report::patterns::Patterns;
use crate::source::{Name, Source};

/// Runs it.
pub fn run(args: &PrintArgs, world: &mut World) -> Result<Exit, Error> {
    let kept = Kept {
        every: args.patterns.is_empty(),
        patterns: journals::patterns(&args.patterns)?,
        from: words::day(args.days.from.as_deref())?,
        to: words::day(args.days.to.as_deref())?,
    };
    let target = args.target.as_deref().map(Target::named).transpose()?;
    let reading = Reading { dialect: args.dialect.clone(), ..Reading::default() };
    let mut books = open::open(&args.files, &reading, world)?;
    if let Some(exports) = exports(&books) {
        books.ledgers.push(exports);
    }
    let mut warnings = Vec::new();
    let text = match target {
        None => as_read(&books.ledgers, &kept),
        Some(Target::Rentier) => {
            let (text, found) = canonical(&books, &kept);
            warnings = found;
            text
        }
        Some(Target::Other(dialect)) => {
            let keeps = |one: Transaction<'_>| kept.keeps(one);
            let exported = export::export(&books.ledgers, dialect, kept.is_all(), keeps);
            warnings = exported.warnings;
            exported.text
        }
    };
    let output = Output { output: args.output.clone(), ..Output::default() };
    world.deliver(text.as_bytes(), &output)?;
    books.diagnostics.extend(warnings);
    world.tell(&books.diagnostics)
}

/// Whose text is printed.
enum Target {
    /// The canonical journal of events.
    Rentier,
    /// Another program's.
    Other(Dialect),
}

impl Target {
    fn named(name: &str) -> Result<Target, Error> {
        match (name, Dialect::named(name)) {
            ("rentier", _) => Ok(Target::Rentier),
            (_, Some(dialect)) => Ok(Target::Other(dialect)),
            (_, None) => {
                let known = ["rentier", "hledger", "ledger", "beancount"];
                Err(Error::unknown("format", name, known))
            }
        }
    }
}

/// What is printed: transactions of some days with some account.
struct Kept {
    /// No pattern is given.
    every: bool,
    patterns: Patterns,
    from: Option<NaiveDate>,
    to: Option<NaiveDate>,
}

impl Kept {
    fn is_all(&self) -> bool {
        self.every && self.from.is_none() && self.to.is_none()
    }

    fn keeps(&self, transaction: Transaction<'_>) -> bool {
        let date = transaction.date();
        self.from.is_none_or(|from| from <= date)
            && self.to.is_none_or(|to| date <= to)
            && (self.patterns.take_all()
                || transaction.postings().any(|posting| self.patterns.take(posting.account())))
    }
}

/// Exports that are read as they lie, as the journal they would become; `None` where there are none.
fn exports(books: &Books) -> Option<Ledger> {
    let sources = books.ledgers.iter().flat_map(|ledger| &ledger.sources);
    let journals: HashSet<&Name> = sources.map(|source| &source.name).collect();
    let is_export = |name: &Name| books.sources.contains_key(name) && !journals.contains(name);
    if !books.sources.keys().any(is_export) {
        return None;
    }
    let blocks = books.ledgers.iter().flat_map(Ledger::transactions);
    let known: HashSet<&str> = blocks.filter_map(|transaction| transaction.tag("id")).collect();
    let events: Vec<Event> = books
        .journal
        .events
        .iter()
        .filter(|event| is_export(&event.origin.file) && !known.contains(&*event.id.to_string()))
        .cloned()
        .collect();
    if events.is_empty() {
        return None;
    }
    let text = ledger::print(&events, &books.journal.accounts);
    let source = Source::new("exports.journal", text);
    Some(ledger::read(source, &Options::default(), &mut |_: &str, _: &Name| Ok(Vec::new())))
}

/// The transactions as they stand, by date, those of one day in the order of their files.
fn as_read(ledgers: &[Ledger], kept: &Kept) -> String {
    let all = ledgers.iter().flat_map(Ledger::transactions);
    let mut shown: Vec<Transaction<'_>> = all.filter(|one| kept.keeps(*one)).collect();
    shown.sort_by_key(|transaction| transaction.date());
    let mut text = String::new();
    for transaction in shown {
        if !text.is_empty() {
            text.push('\n');
        }
        for (_, line) in transaction.lines() {
            text.push_str(line);
            text.push('\n');
        }
    }
    text
}

/// The journal of events: a block for each, and what is no event with every amount written out, by date.
fn canonical(books: &Books, kept: &Kept) -> (String, Vec<Diagnostic>) {
    // Events made of hand-written entries name the lines of those.
    let made: HashSet<(&Name, u32)> =
        books.journal.events.iter().map(|event| (&event.origin.file, event.origin.line)).collect();
    let is_event = |one: Transaction<'_>| {
        one.tag("event").is_some()
            || one.lines().any(|(line, _)| made.contains(&(one.file(), line)))
    };
    let mut parts: Vec<(NaiveDate, String)> = Vec::new();
    let mut printer = ledger::print::Printer::new(&books.journal.accounts);
    for event in &books.journal.events {
        let mut text = Vec::new();
        printer.push(&mut text, event);
        let text = String::from_utf8(text).expect("blocks are UTF-8");
        let wanted = kept.is_all() || {
            let source = Source::new("block", format!("{}{text}", ledger::print::HEAD));
            let none = &mut |_: &str, _: &Name| Ok(Vec::new());
            let block = ledger::read(source, &Options::default(), none);
            block.transactions().any(|one| kept.keeps(one))
        };
        if wanted {
            parts.push((event.date, text));
        }
    }
    let rest = export::export(&books.ledgers, Dialect::Hledger, false, |one| {
        kept.keeps(one) && !is_event(one)
    });
    let blocks = rest.text.split("\n\n").map(|block| block.trim_start_matches('\n'));
    parts.extend(blocks.filter_map(|block| {
        let day = block.get(..10).and_then(period::iso)?;
        Some((day, format!("{}\n", block.trim_end())))
    }));
    parts.sort_by_key(|(date, _)| *date);
    let mut text = ledger::print::HEAD.to_owned();
    for (_, part) in parts {
        text.push('\n');
        text.push_str(&part);
    }
    (text, rest.warnings)
}
