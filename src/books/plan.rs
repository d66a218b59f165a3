//! What an import changes in the books, as data: which blocks come into which journal, and which
//! exports are kept under which name.
//!
//! In: what the import said, and the journals and kept exports that are there. Out: whole new texts,
//! each made when it is written: a look at what would be new makes none.
//! Blocks that are there move as wholes and keep their bytes; a new block stands where the order of a
//! journal wants it, so that the same rows make the same file in whatever order they came.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::{self, Write};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use indexmap::IndexMap;

use super::Books;
use super::standing::{Block, Out, Standing, Stretch};
use crate::event::{Account, Event, EventId, EventKind};
use crate::import::{FileReport, Hashed, Run};
use crate::ledger::order::{Done, in_order, locked};
use crate::ledger::print::Printer;
use crate::period::{Datelike, NaiveDate};
use crate::source::{Name, Text};

/// The folder of the journals that imports write.
pub const IMPORTED: &str = "imported";

/// What lies in the books' folder.
#[derive(Clone, Debug, Default)]
pub struct There {
    /// The texts of `imported/*.journal`, by path relative to the books.
    pub journals: IndexMap<Name, Text>,
    /// The kept exports: file name, and a hash of the bytes; `None` where no given file has as many.
    pub statements: Vec<(Name, Option<u64>)>,
}

/// What is to be written.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan<'t> {
    /// The journals that change, by path.
    pub journals: Vec<Journal<'t>>,
    /// Exports to be kept.
    pub kept: Vec<Copy>,
    /// How many events are new, `unknown` ones included.
    pub events: usize,
    /// The given files, as they were named, whose bytes lie among the kept exports once this is written
    /// and of which nothing waits for a person; only where those are to be kept.
    pub settled: Vec<Name>,
}

/// Which exports are kept, where the settings keep any.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// Those that brought an event.
    WhatBroughtEvents,
    /// All whose rows are in the books, brought by them or known already.
    WhatIsSettled,
}

/// An export to be kept, byte for byte.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copy {
    /// As it was given.
    pub file: Name,
    /// Its name among the kept ones: `schwab-2024.csv`.
    pub name: Name,
}

/// Works out what an import changes. `digests` are hashes of the bytes of the given files.
pub fn plan<'t>(
    run: &mut Run,
    digests: &BTreeMap<Name, u64>,
    books: &Books,
    there: &'t There,
    keep: Keep,
) -> Plan<'t> {
    let (names, kept) = kept(run, digests, books, there, keep);
    let mut events = run.take_events();
    // Events of one file stand together.
    for events in events.chunk_by_mut(|one, other| one.origin.file == other.origin.file) {
        if let Some(name) = names.get(&events[0].origin.file) {
            for event in events {
                event.origin.file = name.clone();
            }
        }
    }
    let mut plan = Plan { kept, ..Plan::default() };
    if keep == Keep::WhatIsSettled && books.settings.keep.is_some() {
        let settled = |file: &&FileReport| file.rows.changed == 0 && names.contains_key(&file.file);
        plan.settled = run.files.iter().filter(settled).map(|file| file.file.clone()).collect();
    }
    // What stands there need not be looked at where nothing comes and nothing goes.
    if events.is_empty() && run.superseded.is_empty() {
        return plan;
    }
    let mut known: Hashed<&EventId, &Event> = Hashed::default();
    known.reserve(books.journal.events.len());
    known.extend(books.journal.events.iter().map(|event| (&event.id, event)));
    let is_unknown = |id: &EventId| {
        known.get(id).is_some_and(|event| matches!(event.kind, EventKind::Unknown { .. }))
    };
    let mut standing: IndexMap<&Name, Standing> =
        there.journals.iter().map(|(path, text)| (path, Standing::read(text))).collect();
    // What the books have is never written a second time, but for an unknown row understood now; nor
    // is what stands in a block that could not be read, or in a journal that nothing includes.
    let strange = standing
        .values()
        .flat_map(|one| &one.blocks)
        .filter_map(|block| block.id.as_ref().filter(|id| !known.contains_key(id)));
    let strange: HashSet<EventId> = strange.cloned().collect();
    let mut gone: HashSet<EventId> = run.superseded.iter().cloned().collect();
    if !known.is_empty() || !strange.is_empty() {
        events.retain(|event| {
            let understood = !matches!(event.kind, EventKind::Unknown { .. });
            let there = known.contains_key(&event.id) || strange.contains(&event.id);
            !there || (understood && is_unknown(&event.id))
        });
        gone.extend(events.iter().map(|event| event.id.with_part(0)).filter(is_unknown));
    }
    plan.events = events.len();

    let mut by_journal = by_journal(events, books, there);
    let new = by_journal.keys().filter(|path| !there.journals.contains_key(*path));
    let paths: Vec<Name> = there.journals.keys().chain(new).cloned().collect();
    for path in paths {
        let old = standing.swap_remove(&path).unwrap_or_else(|| Standing::read(""));
        let new = by_journal.swap_remove(&path).unwrap_or_default();
        plan.journals.extend(Journal::changed(path, &old, new, &gone, &known));
    }
    plan.journals.sort_by(|one, other| one.path.cmp(&other.path));
    plan
}

/// The events of each journal, in their order.
fn by_journal(events: Vec<Event>, books: &Books, there: &There) -> IndexMap<Name, Vec<Event>> {
    let mut homes: HashMap<Name, Name> = HashMap::new();
    for events in events.chunk_by(|one, other| one.account == other.account) {
        let account = &events[0].account;
        if !homes.contains_key(account) {
            homes.insert(account.clone(), journal_of(account, books, there));
        }
    }
    let paths: HashSet<&Name> = homes.values().collect();
    if let [only] = paths.into_iter().collect::<Vec<_>>()[..] {
        return IndexMap::from([(only.clone(), events)]);
    }
    let mut by_journal: IndexMap<Name, Vec<Event>> = IndexMap::new();
    for event in events {
        by_journal.entry(homes[&event.account].clone()).or_default().push(event);
    }
    by_journal
}

/// `imported/ACCOUNT.journal`, or that of an earlier name of the account where it has one.
fn journal_of(account: &Name, books: &Books, there: &There) -> Name {
    let path = |id: &str| Name::from(format!("{IMPORTED}/{}.journal", file_name(id)));
    let own = path(account);
    let was = books.journal.accounts.get(account).map_or(&[][..], |account| &account.was);
    let earlier = was.iter().map(|id| path(id)).find(|path| there.journals.contains_key(path));
    if there.journals.contains_key(&own) { own } else { earlier.unwrap_or(own) }
}

/// An account's id as part of a file name: nothing that leads elsewhere.
fn file_name(id: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | ' ');
    let name: String = id.chars().map(|c| if plain(c) { c } else { '-' }).collect();
    match name.trim_start_matches('.') {
        "" => "account".to_owned(),
        name => name.to_owned(),
    }
}

/// Under which name each given file goes, and which of them are to be kept. One whose bytes are kept
/// already goes by that name.
fn kept(
    run: &Run,
    digests: &BTreeMap<Name, u64>,
    books: &Books,
    there: &There,
    keep: Keep,
) -> (HashMap<Name, Name>, Vec<Copy>) {
    let mut names = HashMap::new();
    let mut copies = Vec::new();
    let mut taken: HashSet<Name> = there.statements.iter().map(|(name, _)| name.clone()).collect();
    let mut lying: HashMap<u64, Name> = there
        .statements
        .iter()
        .filter_map(|(name, digest)| Some(((*digest)?, name.clone())))
        .collect();
    let wanted = |file: &&FileReport| match keep {
        Keep::WhatBroughtEvents => !file.events.is_empty(),
        Keep::WhatIsSettled => !file.events.is_empty() || file.rows.changed == 0,
    };
    let mut files: Vec<_> = run.files.iter().filter(wanted).collect();
    files.sort_by(|a, b| {
        let key = |file: &FileReport| (file.accounts.first().cloned(), file.days, file.digest);
        key(a).cmp(&key(b))
    });
    for file in files {
        let digest = digests.get(&file.file);
        let there = digest.and_then(|digest| lying.get(digest));
        let name = match (there, &books.settings.keep) {
            (Some(name), _) => name.clone(),
            (None, None) => Name::new(own_name(&file.file)),
            (None, Some(_)) => {
                let who = match file.accounts.as_slice() {
                    [one] => one,
                    _ => &file.profile,
                };
                let name = free_name(&file_name(who), file.days, &file.file, &taken);
                taken.insert(name.clone());
                lying.extend(digest.map(|digest| (*digest, name.clone())));
                copies.push(Copy { file: file.file.clone(), name: name.clone() });
                name
            }
        };
        names.insert(file.file.clone(), name);
    }
    (names, copies)
}

/// `schwab-2024.csv`, `schwab-2019-2024.csv`, then with `-2`, `-3`.
fn free_name(
    who: &str,
    days: Option<(NaiveDate, NaiveDate)>,
    file: &str,
    taken: &HashSet<Name>,
) -> Name {
    let years = match days {
        None => String::new(),
        Some((first, last)) if first.year() == last.year() => format!("-{}", first.year()),
        Some((first, last)) => format!("-{}-{}", first.year(), last.year()),
    };
    let ending = own_name(file).rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    let plain = |ending: &String| {
        (1..=5).contains(&ending.len()) && ending.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    let ending = ending.filter(plain).unwrap_or_else(|| "csv".to_owned());
    let stem = format!("{who}{years}");
    let mut name = Name::from(format!("{stem}.{ending}"));
    let mut number = 1u32;
    while taken.contains(&name) {
        number += 1;
        name = Name::from(format!("{stem}-{number}.{ending}"));
    }
    name
}

/// A path's last part.
fn own_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

/// A journal that changes: the text that stays, byte for byte, and the events that come among it.
#[derive(Clone, Debug, PartialEq)]
pub struct Journal<'t> {
    /// Relative to the books.
    pub path: Name,
    /// As it stands; the first line of a new one.
    old: &'t str,
    /// In the order in which their blocks stand.
    events: Vec<Event>,
    stretches: Vec<Stretch>,
}

/// Bytes that most blocks have room in.
const BLOCK: usize = 280;
/// Blocks that one thread makes at a time.
const AT_ONCE: usize = 1 << 10;

impl<'t> Journal<'t> {
    /// What stands with the blocks of `new` in their places and without those of `gone`; `None` where
    /// that changes nothing.
    fn changed(
        path: Name,
        old: &Standing<'t>,
        new: Vec<Event>,
        gone: &HashSet<EventId>,
        known: &Hashed<&EventId, &Event>,
    ) -> Option<Journal<'t>> {
        let untouched = |block: &Block| block.id.as_ref().is_none_or(|id| !gone.contains(id));
        if new.is_empty() && (gone.is_empty() || old.blocks.iter().all(untouched)) {
            return None;
        }
        let mut out = Out::new(old.text);
        out.verbatim(0..old.preamble);
        let mut at = 0;
        for block in &old.blocks {
            if at < new.len()
                && let Some(event) = block.id.as_ref().and_then(|id| known.get(id))
            {
                let earlier = new[at..].iter().take_while(|new| new.stands_to(event).is_lt());
                let end = at + earlier.count();
                out.events(at..end);
                at = end;
            }
            let after = block.text.end..block.next;
            if untouched(block) {
                out.block(block.text.clone());
                out.verbatim(after);
            } else if !old.text[after.clone()].trim().is_empty() {
                out.verbatim(after);
            }
        }
        out.events(at..new.len());
        // One line end at the end, where the last block that was there had a blank line after it.
        if !old.text.ends_with("\n\n") {
            out.end_with_one();
        }
        Some(Journal { path, old: old.text, events: new, stretches: out.stretches })
    }

    /// Writes all of it, the blocks of new events made on all cores.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write(&self, accounts: &IndexMap<Name, Account>, out: &mut dyn Write) -> io::Result<()> {
        for stretch in &self.stretches {
            match stretch {
                Stretch::Old(bytes) => out.write_all(&self.old.as_bytes()[bytes.clone()])?,
                Stretch::LineEnd => out.write_all(b"\n")?,
                Stretch::Blocks { events, parted } => {
                    out.write_all(if *parted { b"" } else { b"\n" })?;
                    let mut blank: &[u8] = b"";
                    blocks(&self.events[events.clone()], accounts, |bundle| {
                        out.write_all(blank)?;
                        blank = b"\n";
                        out.write_all(bundle)
                    })?;
                }
            }
        }
        Ok(())
    }

    /// All of it.
    pub fn text(&self, accounts: &IndexMap<Name, Account>) -> String {
        let mut text = Vec::new();
        self.write(accounts, &mut text).expect("memory takes all that is written");
        String::from_utf8(text).expect("blocks and texts are UTF-8")
    }
}

/// Has the blocks of events written, many at a time and in their order, while others are made.
fn blocks(
    events: &[Event],
    accounts: &IndexMap<Name, Account>,
    mut write: impl FnMut(&[u8]) -> io::Result<()>,
) -> io::Result<()> {
    let make = |printer: &mut Printer, events: &[Event], text: &mut Vec<u8>| {
        text.clear();
        text.reserve(events.len() * BLOCK);
        for event in events {
            text.extend_from_slice(if text.is_empty() { b"" } else { b"\n" });
            printer.push(text, event);
        }
    };
    let threads = rayon::current_num_threads();
    if threads == 1 || events.len() <= AT_ONCE {
        let (mut printer, mut text) = (Printer::new(accounts), Vec::new());
        return events.chunks(AT_ONCE).try_for_each(|events| {
            make(&mut printer, events, &mut text);
            write(&text)
        });
    }
    let (next, spare) = (AtomicUsize::new(0), Mutex::new(Vec::<Vec<u8>>::new()));
    let failed = AtomicBool::new(false);
    let work = |_, done: &Done<Vec<u8>>| {
        let mut printer = Printer::new(accounts);
        while !failed.load(Ordering::Relaxed) {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some(events) = events.chunks(AT_ONCE).nth(number) else { break };
            let mut text = locked(&spare).pop().unwrap_or_default();
            make(&mut printer, events, &mut text);
            if done.send((number, text)).is_err() {
                break;
            }
        }
    };
    let mut written = Ok(());
    in_order(threads, 2 * threads, work, &mut |text: Vec<u8>| {
        if written.is_ok() {
            written = write(&text);
            failed.store(written.is_err(), Ordering::Relaxed);
        }
        locked(&spare).push(text);
    });
    written
}
