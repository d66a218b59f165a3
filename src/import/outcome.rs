//! What an import says: of every file what it is, of every row what became of it.

use std::collections::HashMap;

use crate::diagnostic::Diagnostic;
use crate::event::{self, Event, EventId};
use crate::money::Decimal;
use crate::period::NaiveDate;
use crate::source::{Name, Source};

/// All that became of one set of files.
#[derive(Clone, Debug, Default)]
pub struct Run {
    /// The exports that were read, in the order they were given.
    pub files: Vec<FileReport>,
    /// Files that are no export of ours, in the order they were given.
    pub refused: Vec<Refused>,
    /// Files whose account a person has to name; nothing of them became an event.
    pub asked: Vec<Asked>,
    /// Rows that a broker has changed since the books read them.
    pub changed: Vec<Changed>,
    /// Events `unknown` in the books that this run made superfluous: their row is now part of an
    /// event of another row, or ignored.
    pub superseded: Vec<EventId>,
    /// Everything wrong or doubtful, in the order of files and lines.
    pub diagnostics: Vec<Diagnostic>,
}

impl Run {
    /// Adds what became of other files of the same run; files and refusals stand in the order of
    /// `given`.
    pub fn add(&mut self, other: Run, given: &[Source]) {
        self.files.extend(other.files);
        self.refused.extend(other.refused);
        self.asked.extend(other.asked);
        self.changed.extend(other.changed);
        self.superseded.extend(other.superseded);
        self.diagnostics.extend(other.diagnostics);
        let place: HashMap<&Name, usize> =
            given.iter().enumerate().rev().map(|(at, file)| (&file.name, at)).collect();
        self.files.sort_by_key(|file| place.get(&file.file));
        self.refused.sort_by_key(|refused| place.get(&refused.file));
        self.asked.sort_by_key(|asked| place.get(&asked.file));
    }

    /// All new events, taken out of their files, in the order of a journal.
    pub fn take_events(&mut self) -> Vec<Event> {
        let mut parts = self.files.iter_mut().filter(|file| !file.events.is_empty());
        // The events of one file are in order already.
        let mut events = parts.next().map(|file| std::mem::take(&mut file.events));
        let mut several = false;
        for file in parts {
            several = true;
            events.get_or_insert_default().append(&mut std::mem::take(&mut file.events));
        }
        let mut events = events.unwrap_or_default();
        if several {
            event::sort(&mut events);
        }
        events
    }

    /// Whether something waits for a person: exit code 1.
    pub fn waits(&self) -> bool {
        !self.refused.is_empty()
            || !self.asked.is_empty()
            || !self.changed.is_empty()
            || self.files.iter().any(|file| !file.unresolved.is_empty())
            || self.diagnostics.iter().any(Diagnostic::is_error)
    }
}

/// What became of one export.
#[derive(Clone, Debug, PartialEq)]
pub struct FileReport {
    /// The file's name, as it was given.
    pub file: Name,
    /// The profile that reads it.
    pub profile: Name,
    /// By what it was recognised: `its header on line 2 has all 8 columns`.
    pub why: String,
    /// The accounts of its rows, in the order they appear.
    pub accounts: Vec<Name>,
    /// First and last day of its rows.
    pub days: Option<(NaiveDate, NaiveDate)>,
    /// Hash of its text: the same for the same content under any name.
    pub digest: u64,
    /// How many rows, and what became of them.
    pub rows: Counts,
    /// Rows that are no event, by line.
    pub ignored: Vec<Ignored>,
    /// Rows that nothing understood, by line.
    pub unresolved: Vec<Unresolved>,
    /// Events that this file first brought, `unknown` ones among them, in the order of a journal.
    /// Their origin names the file as it was given.
    pub events: Vec<Event>,
    /// What the file states, held against its events.
    pub ties: Vec<Tie>,
}

/// Rows of a file: read = new + known + changed + ignored + unresolved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Records after the header that are neither blank nor a sentence of the footer.
    pub read: u32,
    /// Rows that became events now, or were `unknown` and are understood now.
    pub new: u32,
    /// Rows that the books, or another file of the run, had.
    pub known: u32,
    /// Rows whose broker id is known and whose content is another.
    pub changed: u32,
    /// Rows that are no event, each with its reason.
    pub ignored: u32,
    /// Rows that nothing understood, or that are still `unknown` in the books.
    pub unresolved: u32,
}

impl Counts {
    /// Whether every row is accounted for.
    pub fn add_up(&self) -> bool {
        self.read == self.new + self.known + self.changed + self.ignored + self.unresolved
    }
}

/// A row that is no event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ignored {
    /// Of the file as it lies, from 1.
    pub line: u32,
    /// What it is, in the singular: `move of the cash sweep SPAXX`; see `plural`.
    pub reason: Name,
}

/// A row that nothing understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unresolved {
    /// Of the file as it lies, from 1.
    pub line: u32,
    /// Why: ``profile `schwab` does not know the action `Foo` ``.
    pub reason: String,
}

/// A reason of `Ignored` for several rows: `moves of the cash sweep SPAXX`, `pending orders`.
pub fn plural(reason: &str) -> String {
    let marks = [" of ", ": ", ", "];
    let (head, rest) = match marks.iter().find_map(|mark| reason.find(mark)) {
        Some(end) => reason.split_at(end),
        None => (reason, ""),
    };
    format!("{head}s{rest}")
}

/// A file that is no export which a profile reads.
#[derive(Clone, Debug, PartialEq)]
pub struct Refused {
    /// The file's name, as it was given.
    pub file: Name,
    /// What it is: `positions, not events`.
    pub reason: String,
    /// What to do instead: `download the history`.
    pub advice: String,
    /// The same, with its place, where there is more to show than one line.
    pub diagnostic: Option<Diagnostic>,
}

impl Refused {
    /// A file that no profile reads.
    pub fn unread(file: &Source) -> Refused {
        Refused {
            file: file.name.clone(),
            reason: "no profile reads it".to_owned(),
            advice: "rentier profile new FILE".to_owned(),
            diagnostic: None,
        }
    }
}

/// An account that a file has rows of and nothing names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The file's name, as it was given.
    pub file: Name,
    /// The profile that reads it.
    pub profile: Name,
    /// The account's number as the file states it.
    pub number: Option<Name>,
    /// What the file calls the account: `ROTH IRA`.
    pub title: Option<Name>,
    /// The account of a ledger that rules say it is: `assets:bank:checking`.
    pub ledger: Option<Name>,
    /// How many rows of the file are this account's.
    pub rows: u32,
    /// An id that no account has yet, to paste.
    pub suggested: Name,
    /// What to write as its `match`: the number, else a pattern of the file's name.
    pub matches: Name,
    /// Whether `matches` means one account: a number, or what the profile calls the account in the
    /// file's name.
    pub told_apart: bool,
    /// Whether an account of another profile has the same `matches`, so that both must say whose
    /// exports they are of.
    pub shared: bool,
}

/// A row that the books have under the same broker id with another content.
#[derive(Clone, Debug, PartialEq)]
pub struct Changed {
    /// The file's name, as it was given.
    pub file: Name,
    /// The broker's own id of the row.
    pub broker_id: Name,
    /// As in the books.
    pub was: Event,
    /// As the file has it now; the event that would be written has a `replaces` link.
    pub now: Event,
}

/// What an export states of one account, held against its events.
#[derive(Clone, Debug, PartialEq)]
pub struct Tie {
    /// The account's id.
    pub account: Name,
    /// What is held against each other: `cash`, `positions`.
    pub what: &'static str,
    /// The outcome.
    pub ties: Ties,
}

/// Whether an export's own figures agree with its events.
#[derive(Clone, Debug, PartialEq)]
pub enum Ties {
    /// The export does not state it.
    NotStated,
    /// Opening + moved should be closing.
    Stated {
        /// Before the first row.
        opening: Decimal,
        /// The sum of the events' amounts.
        moved: Decimal,
        /// After the last row.
        closing: Decimal,
        /// closing - opening - moved: zero where they agree.
        off: Decimal,
        /// Of all of them.
        currency: Name,
    },
}
