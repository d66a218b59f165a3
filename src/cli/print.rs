//! `rentier print`: the journal itself.

use std::collections::HashSet;

use super::args::{PrintArgs, Reading};
use super::{Error, Exit, Output, World, journals, open, words};
use crate::books::Books;
use crate::event::Event;
use crate::ledger::{self, Ledger, Options, Transaction};
use crate::period::NaiveDate;
use crate::report::patterns::Patterns;
use crate::source::{Name, Source};

/// Runs it.
pub fn run(args: &PrintArgs, world: &mut World) -> Result<Exit, Error> {
    let kept = Kept {
        patterns: journals::patterns(&args.patterns)?,
        from: words::day(args.from.as_deref())?,
        to: words::day(args.to.as_deref())?,
    };
    let reading = Reading { dialect: args.dialect.clone(), ..Reading::default() };
    let mut books = open::open(&args.files, &reading, world)?;
    if let Some(exports) = exports(&books) {
        books.ledgers.push(exports);
    }
    let text = as_read(&books.ledgers, &kept);
    let output = Output { output: args.output.clone(), ..Output::default() };
    world.deliver(text.as_bytes(), &output)?;
    world.tell(&books.diagnostics)
}

/// What is printed: transactions of some days with some account.
struct Kept {
    patterns: Patterns,
    from: Option<NaiveDate>,
    to: Option<NaiveDate>,
}

impl Kept {
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
