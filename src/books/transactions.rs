//! The events of a ledger: those that blocks state by their tags, and those that rules make of
//! hand-written transactions, in the order of a journal.
//!
//! Transactions know nothing of each other, so slices of them are read on all cores; what they leave
//! is put together in their order, and is the same with any number of cores.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

use super::Books;
use super::rules::{Known, LONG, Left, Recogniser, Rules};
use crate::diagnostic::Diagnostic;
use crate::event::{Event, EventId, Question, Rank};
use crate::ledger::blocks::{self, Context, Stated};
use crate::ledger::order::{Done, in_order, locked};
use crate::ledger::{Ledger, TransactionRow};
use crate::period::{NaiveDate, NaiveTime};
use crate::source::Names;

/// How many transactions are read by one core before what came of them is put to the rest: so many that
/// their events stay in the core's own memory until then.
const SLICE: usize = 2048;

/// A long ledger whose rows nobody asks for later gives them back in so many parts.
const PARTS: usize = 3;

/// Reads the events of `ledger`, and what they leave open, into `reading`; what is wrong with them into
/// the books. With `only_events` its rows are given back.
pub fn events(ledger: &mut Ledger, books: &mut Books, only_events: bool, reading: &mut Reading) {
    let context =
        Context { accounts: &books.settings.accounts, currency: &books.settings.currency };
    let known =
        Known { context, rules: &books.settings.rules, securities: &books.journal.securities };
    let rules = Rules::new(ledger, known);
    let count = ledger.transactions.len();
    let (mut diagnostics, mut found) = (Vec::new(), Vec::new());
    let mut put = |slice: &mut Slice| {
        reading.events.append(&mut slice.events);
        reading.marks.append(&mut slice.marks);
        diagnostics.append(&mut slice.diagnostics);
        for diagnostic in slice.found.drain(..) {
            if !found.contains(&diagnostic) {
                found.push(diagnostic);
            }
        }
    };
    let is_long = count > LONG;
    let threads = if is_long { rayon::current_num_threads() } else { 1 };
    let part = if is_long && only_events { count.div_ceil(PARTS) } else { count };
    let (mut left, mut before) = (Left::default(), 0);
    while before < count {
        let some = part.min(count - before);
        if threads == 1 {
            let mut recogniser = Recogniser::new(&rules, ledger, before);
            let (mut slice, mut names) = (Slice::default(), Names::default());
            for start in (0..some).step_by(SLICE) {
                slice.read((&mut recogniser, &mut names), ledger, start..some.min(start + SLICE));
                put(&mut slice);
            }
            left.extend(recogniser.left());
        } else {
            left.extend(on_threads(threads, &rules, ledger, before, some, &mut put));
        }
        before += some;
        if only_events {
            ledger.drop_first(some);
        }
    }
    reading.left.push(left);
    books.diagnostics.extend(diagnostics);
    books.diagnostics.extend(found);
    for price in &ledger.prices {
        let commodity = ledger.commodity(price.commodity).clone();
        let amount = ledger.amount(price.amount);
        books.journal.prices.push((price.date, commodity, amount.quantity, amount.commodity));
    }
}

/// Reads the first `count` transactions of `ledger`, which has forgotten so many `before` them. Slices are
/// put to the rest in the order of the ledger while others are read. What all of them left open.
fn on_threads(
    threads: usize,
    rules: &Rules<'_>,
    ledger: &Ledger,
    before: usize,
    count: usize,
    put: &mut impl FnMut(&mut Slice),
) -> Left {
    let next = AtomicUsize::new(0);
    let spare = Mutex::new(Vec::new());
    let left = Mutex::new(Left::default());
    let work = |_, done: &Done<Slice>| {
        let mut recogniser = Recogniser::new(rules, ledger, before);
        let mut names = Names::default();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let start = number.saturating_mul(SLICE);
            if start >= count {
                break;
            }
            let mut slice: Slice = locked(&spare).pop().unwrap_or_default();
            slice.read((&mut recogniser, &mut names), ledger, start..count.min(start + SLICE));
            if done.send((number, slice)).is_err() {
                break;
            }
        }
        locked(&left).extend(recogniser.left());
    };
    in_order(threads, 2 * threads, work, &mut |mut slice: Slice| {
        put(&mut slice);
        locked(&spare).push(slice);
    });
    left.into_inner().unwrap_or_else(PoisonError::into_inner)
}

/// What came of some transactions. Emptied, it serves for the next.
#[derive(Default)]
struct Slice {
    events: Vec<Event>,
    marks: Vec<Mark>,
    /// Of blocks with an `event:` tag.
    diagnostics: Vec<Diagnostic>,
    /// Of all others.
    found: Vec<Diagnostic>,
}

impl Slice {
    fn read<'b>(
        &mut self,
        (rules, names): (&mut Recogniser<'b>, &mut Names),
        ledger: &'b Ledger,
        range: Range<usize>,
    ) {
        let (context, mut at) = (rules.context(), range.start);
        for rows in ledger.transactions[range].chunk_by(|row, next| row.source == next.source) {
            let source = &ledger.sources[rows[0].source as usize];
            let bytes = stretch(rows);
            // Most journals have no tag of an event, which one look at many transactions shows.
            let looked = rows.iter().map(|row| row.length as usize).sum::<usize>() * 2;
            let one = source.text.get(bytes.clone()).filter(|_| bytes.len() <= looked);
            let tagged = one.is_none_or(blocks::is_tagged);
            for row in rows {
                let transaction = ledger.transaction(at);
                let read = || blocks::event(transaction, &context, names);
                let event = tagged.then(read).flatten();
                self.take(event, rules, at, row);
                at += 1;
            }
            // Nobody reads the texts of these transactions again soon.
            source.text.let_go(bytes);
        }
        self.found = rules.found();
    }

    /// What a transaction states as an event, else what rules make of it.
    fn take(
        &mut self,
        event: Option<blocks::Read<'_>>,
        rules: &mut Recogniser<'_>,
        at: usize,
        row: &TransactionRow,
    ) {
        match event {
            None => {
                let before = self.events.len();
                rules.events(at, row, &mut self.events);
                for at in before..self.events.len() {
                    let first = at == before;
                    self.marks.push(Mark { first, hand_written: true, derived: true });
                }
            }
            Some(Ok(Stated { event, id, warnings })) => {
                self.diagnostics.extend(warnings);
                let (hand_written, derived) = (id.is_none(), id.is_none_or(str::is_empty));
                self.marks.push(Mark { first: true, hand_written, derived });
                self.events.push(event);
            }
            Some(Err(found)) => self.diagnostics.extend(found),
        }
    }
}

/// From the first byte of these transactions to their last.
fn stretch(rows: &[TransactionRow]) -> Range<usize> {
    let ends = rows.iter().map(|row| (row.start, row.start + row.length));
    let (start, end) =
        ends.fold((u32::MAX, 0), |(start, end), (from, to)| (start.min(from), end.max(to)));
    start as usize..end as usize
}

/// Events as they are read, of several ledgers.
#[derive(Default)]
pub struct Reading {
    events: Vec<Event>,
    /// With each event, in the same order.
    marks: Vec<Mark>,
    /// Of each ledger.
    left: Vec<Left>,
}

/// What is known of an event beside itself.
#[derive(Clone, Copy)]
struct Mark {
    /// The first of its transaction.
    first: bool,
    /// By a person, not by an import.
    hand_written: bool,
    /// Its id is made of its content, and not yet told apart from others of the same.
    derived: bool,
}

/// What sorts events of books. Imported ones go by `Event::order`; hand-written ones keep their own
/// order within a day, so each stands at least as late as the one before it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key(NaiveDate, Option<NaiveTime>, Rank, Option<EventId>);

impl Key {
    /// That of the next event. `last`: day and rank of the last hand-written one.
    fn next(event: &Event, mark: Mark, last: &mut Option<(NaiveDate, Rank)>) -> Key {
        let mut rank = event.kind.rank();
        let id = if mark.hand_written {
            if let Some((_, before)) = last.filter(|(day, _)| *day == event.date) {
                rank = rank.max(before);
            }
            *last = Some((event.date, rank));
            None
        } else {
            Some(event.id.clone())
        };
        Key(event.date, event.further.dates.time, rank, id)
    }
}

impl Reading {
    /// All events, in the order of a journal, with ids of their own; and what entries left open.
    pub fn finish(mut self) -> (Vec<Event>, Vec<Question>) {
        let left = std::mem::take(&mut self.left);
        let asked = || left.into_iter().flat_map(Left::finish).collect();
        if self.events.len() <= LONG {
            return (self.in_order(), asked());
        }
        rayon::join(|| self.in_order(), asked)
    }

    fn in_order(mut self) -> Vec<Event> {
        // Most journals are in order: then nothing is moved.
        if self.tell_apart() {
            return self.events;
        }
        let mut keys: Vec<(Key, usize)> = keys(&self.events, &self.marks).zip(0..).collect();
        keys.sort();
        let mut places = vec![0; keys.len()];
        for (to, (_, from)) in keys.iter().enumerate() {
            places[*from] = to;
        }
        drop(keys);
        for at in 0..places.len() {
            while places[at] != at {
                let to = places[at];
                self.events.swap(at, to);
                places.swap(at, to);
            }
        }
        self.events
    }

    /// Gives ids that were made of contents the ordinals of those that say the same. A day is part of
    /// a content, so in a journal by date only events of one day are to be told apart. Returns whether
    /// the events are in order.
    fn tell_apart(&mut self) -> bool {
        let mut parts = Days::all(&mut self.events, &self.marks);
        let apart = parts.windows(2).all(|pair| pair[0].last() < pair[1].first());
        if apart && on_all(&mut parts, |days| days.events.is_sorted_by_key(|event| event.date)) {
            return on_all(&mut parts, Days::tell_apart);
        }
        tell_apart(&mut self.events, &self.marks, &mut Vec::new());
        keys(&self.events, &self.marks).is_sorted()
    }
}

/// What events are sorted by, in their present order.
fn keys<'e>(events: &'e [Event], marks: &'e [Mark]) -> impl Iterator<Item = Key> + 'e {
    let mut last = None;
    events.iter().zip(marks).map(move |(event, mark)| Key::next(event, *mark, &mut last))
}

/// Whether something holds of all of these, each of which is seen to.
fn on_all<'e>(
    parts: &mut [Days<'e>],
    see_to: impl Fn(&mut Days<'e>) -> bool + Sync + Send,
) -> bool {
    match parts {
        [] => true,
        [one] => see_to(one),
        parts => parts.par_iter_mut().map(see_to).reduce(|| true, |one, other| one & other),
    }
}

/// Events of whole days, in a journal by date.
struct Days<'e> {
    events: &'e mut [Event],
    marks: &'e [Mark],
}

impl<'e> Days<'e> {
    /// All events, in their order, as many together as make it worth another core.
    fn all(mut events: &'e mut [Event], mut marks: &'e [Mark]) -> Vec<Days<'e>> {
        let mut all = Vec::new();
        while !events.is_empty() {
            let (first, rest) = events.split_at(events.len().min(LONG));
            let more = rest
                .iter()
                .take_while(|event| Some(event.date) == first.last().map(|last| last.date));
            let count = first.len() + more.count();
            let (of_days, later) = std::mem::take(&mut events).split_at_mut(count);
            let (own, others) = marks.split_at(count);
            all.push(Days { events: of_days, marks: own });
            (events, marks) = (later, others);
        }
        all
    }

    fn first(&self) -> Option<NaiveDate> {
        self.events.first().map(|event| event.date)
    }

    fn last(&self) -> Option<NaiveDate> {
        self.events.last().map(|event| event.date)
    }

    /// Tells the events of each day apart. Returns whether they are in order.
    fn tell_apart(&mut self) -> bool {
        let (mut rows, mut start) = (Vec::new(), 0);
        for day in self.events.chunk_by_mut(|one, other| one.date == other.date) {
            let end = start + day.len();
            tell_apart(day, &self.marks[start..end], &mut rows);
            start = end;
        }
        keys(self.events, self.marks).is_sorted()
    }
}

/// Tells events apart that none but these can say the same as. `rows` is scratch.
fn tell_apart(events: &mut [Event], marks: &[Mark], rows: &mut Vec<u64>) {
    rows.clear();
    let derived = events.iter().zip(marks).filter(|(_, mark)| mark.derived);
    rows.extend(derived.map(|(event, _)| event.id.row().bits()));
    rows.sort_unstable();
    if rows.windows(2).all(|pair| pair[0] != pair[1]) {
        return;
    }
    let again = rows.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0]);
    // How many there were in the transactions before.
    let mut before: HashMap<u64, u32> = again.map(|row| (row, 0)).collect();
    let mut start = 0;
    while start < events.len() {
        let more = marks[start + 1..].iter().take_while(|mark| !mark.first);
        let end = start + 1 + more.count();
        let alone = end - start == 1;
        let told = |id: &EventId| {
            let before = before.get(&id.row().bits()).filter(|before| **before > 0)?;
            Some(EventId::new(id.row(), id.ordinal().saturating_add(*before)))
        };
        for event in &mut events[start..end] {
            // Its links to others of its transaction follow them.
            if !alone && !event.further.links.is_empty() {
                for link in &mut event.further.links {
                    link.to = told(&link.to).unwrap_or_else(|| link.to.clone());
                }
            }
        }
        let mut own = Vec::new();
        for at in (start..end).filter(|at| marks[*at].derived) {
            let event = &mut events[at];
            let row = event.id.row().bits();
            if before.contains_key(&row) {
                own.push(row);
                event.id = told(&event.id).unwrap_or_else(|| event.id.clone());
            }
        }
        for row in own {
            before.entry(row).and_modify(|count| *count += 1);
        }
        start = end;
    }
}

#[cfg(test)]
mod tests {
    use super::LONG;
    use crate::books::{Books, Flags, of_files};
    use crate::event::{EventId, Relation};
    use crate::source::Source;

    fn read(text: &str) -> Books {
        let source = Source::decode("main.journal", text.as_bytes().to_vec());
        of_files(vec![source], &Flags::default(), &mut |_, _| Ok(Vec::new()))
    }

    const REINVESTED: &str = "2024-03-27 * Reinvested
    Income:Dividends:VTI  -24.00 USD
    Assets:Broker:VTI  0.1 VTI @ 240.00 USD

";

    #[test]
    fn entries_that_say_the_same_have_ids_and_links_of_their_own() {
        let books = read(&REINVESTED.repeat(3));
        let events = &books.journal.events;
        assert_eq!(events.len(), 6);
        let mut ids: Vec<&EventId> = events.iter().map(|event| &event.id).collect();
        for pair in events.chunks(2) {
            assert_eq!(pair[1].linked(Relation::Reinvests), Some(&pair[0].id));
        }
        let ordinals: Vec<u32> = ids.iter().map(|id| id.ordinal()).collect();
        assert_eq!(ordinals, [1, 1, 2, 2, 3, 3]);
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), 6);
    }

    #[test]
    fn rows_that_are_given_back_change_no_event() {
        let entry = |at: usize| {
            let (month, day) = (1 + at * 7 % 12, 1 + at % 28);
            let (bought, asked) = (at.is_multiple_of(3), at.is_multiple_of(1000));
            let account = if asked { "Assets:Else:VTI" } else { "Assets:Broker:VTI" };
            let cost = if bought { " @ 24.00 USD" } else { " {24.00 USD}" };
            format!(
                "2024-{month:02}-{day:02} * {at}\n    {account}  1 VTI{cost}\n    Assets:Bank\n\n"
            )
        };
        let text: String = (0..LONG + 1000).map(entry).collect();
        let read = |only_events| {
            let source = Source::new("main.journal", &*text);
            let flags = Flags { only_events, ..Flags::default() };
            of_files(vec![source], &flags, &mut |_, _| Ok(Vec::new()))
        };
        let (kept, given_back) = (read(false), read(true));
        assert!(!kept.journal.events.is_empty());
        assert_eq!(given_back.journal.events, kept.journal.events);
        assert_eq!(given_back.journal.questions, kept.journal.questions);
        assert_eq!(given_back.diagnostics, kept.diagnostics);
        let [ledger] = &*given_back.ledgers else { panic!("one journal") };
        assert!(ledger.transactions.is_empty() && ledger.postings.is_empty());
    }

    #[test]
    fn a_tag_is_found_wherever_it_stands() {
        let entry = |day: u32| {
            format!("2024-01-{day:02} * Food\n    Expenses:Food  1 USD\n    Assets:Bank\n\n")
        };
        let tagged = "2024-01-15 * Paid
    ; event: interest
    Assets:Bank  2.00 USD
    Income:Interest

";
        let note = "; event: said between two entries\n\n";
        // In the order of the days, against it, and after much text that is no entry.
        let sorted = format!("{}{tagged}{}", entry(1), entry(20));
        let turned = format!("{}{}{tagged}{}", entry(20), note.repeat(100), entry(1));
        for text in [sorted, turned] {
            let events = read(&text).journal.events;
            assert_eq!(events.len(), 1, "{text}");
            assert_eq!(events[0].kind.name(), "interest");
        }
        assert!(read(&format!("{}{note}{}", entry(1), entry(2))).journal.events.is_empty());
    }

    #[test]
    fn slices_on_all_cores_are_the_journal_read_at_once() {
        let count = super::LONG + super::SLICE + 17;
        let day = |at: usize| format!("2024-{:02}-{:02}", at * 12 / count + 1, at % 28 + 1);
        let text: String = (0..count)
            .map(|at| {
                let (day, cents) = (day(at), at % 7);
                format!("{day} * Buy\n    Assets:Broker:VTI  1 VTI @ 10.0{cents} USD\n    Assets:Bank\n\n")
            })
            .collect();
        let whole = read(&text).journal.events;
        let read_by_one = rayon::ThreadPoolBuilder::new().num_threads(1).build();
        let alone = read_by_one.expect("a thread").install(|| read(&text).journal.events);
        assert_eq!(whole.len(), 2 * count);
        assert!(whole == alone);
        assert!(whole.is_sorted_by_key(|event| event.date));
        let mut ids: Vec<&EventId> = whole.iter().map(|event| &event.id).collect();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), whole.len());
    }
}
