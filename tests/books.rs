//! Books: settings and facts are read strictly, and all sources become one journal.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use rentier::books::plan::{Copy, Keep, There, plan};
use rentier::books::{self, Books, Flags, Folder, Settings, Stated};
use rentier::event::{Event, EventId, EventKind, LotMethod, Origin, RowHash};
use rentier::import::{Counts, FileReport, Run};
use rentier::money::plain;
use rentier::period::NaiveDate;
use rentier::render::diagnostics;
use rentier::source::{Name, Source};

fn fixture(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/books").join(path)
}

fn source(path: &str, name: &str) -> Source {
    Source::decode(name, fs::read(fixture(path)).expect("a fixture"))
}

/// Compares with the file beside the fixture; `UPDATE_GOLDEN=1` writes it.
fn golden(path: &str, found: &str) {
    let path = fixture(path);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, found).expect("the fixtures can be written");
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(found, expected, "{}", path.display());
}

#[test]
fn every_documented_setting_is_known() {
    let (settings, found) =
        Settings::read(&source("settings/complete.rentier.toml", "rentier.toml"));
    assert_eq!(diagnostics::all(&found, false), "");
    assert_eq!(settings.accounts.len(), 4);
    let fidelity = &settings.accounts["fidelity"];
    assert_eq!(fidelity.lots[1].method, LotMethod::HighestCost);
    assert_eq!(settings.rules.len(), 3);
    assert_eq!(settings.carry.len(), 3);
    assert_eq!(settings.choices[0].lots.len(), 1);
}

#[test]
fn every_documented_fact_is_known() {
    let (facts, found) =
        Stated::read(&source("settings/complete.securities.toml", "securities.toml"));
    assert_eq!(diagnostics::all(&found, false), "");
    assert_eq!(facts.securities.0.len(), 3);
    assert_eq!(facts.properties.len(), 1);
    assert_eq!(facts.payer_figures.len(), 1);
    let security = facts.securities.get("FUND").expect("it is there");
    assert_eq!(security.splits[0].parts.0.len(), 3);
    assert_eq!(security.line, 9);
}

#[test]
fn mistakes_in_settings_are_all_shown_with_their_lines() {
    let (_, found) = Settings::read(&source("settings/mistakes.rentier.toml", "rentier.toml"));
    golden("settings/mistakes.rentier.errors", &diagnostics::all(&found, false));
    let (_, found) = Stated::read(&source("settings/mistakes.securities.toml", "securities.toml"));
    golden("settings/mistakes.securities.errors", &diagnostics::all(&found, false));
}

/// A folder of records in memory.
#[derive(Clone, Debug, Default, PartialEq)]
struct Memory(BTreeMap<String, String>);

impl Memory {
    fn new() -> Memory {
        let mut memory = Memory::default();
        let settings =
            "[account.schwab]\nshelter = \"taxable\"\n[account.roth]\nshelter = \"roth\"\n";
        memory.0.insert("rentier.toml".into(), settings.into());
        memory.0.insert("main.journal".into(), "include imported/*.journal\n".into());
        memory.0.insert("imported/none.journal".into(), "; nothing\n".into());
        memory
    }

    fn books(&self) -> Books {
        let settings = self.0.get("rentier.toml").map(|text| Source::new("rentier.toml", text));
        let folder = Folder { settings, ..Folder::default() };
        books::load(folder, &Flags::default(), &mut |path, _| {
            let (before, after) = path.split_once('*').unwrap_or((path, ""));
            let found = self.0.iter().filter(|(name, _)| {
                if path.contains('*') {
                    name.starts_with(before) && name.ends_with(after)
                } else {
                    **name == *path
                }
            });
            Ok(found.map(|(name, text)| Source::new(name, text)).collect())
        })
    }

    fn import(&mut self, files: Vec<FileReport>) -> Brought {
        let books = self.books();
        assert_eq!(diagnostics::all(&books.diagnostics, false), "");
        let mut there = There::default();
        for (name, text) in &self.0 {
            if let Some(statement) = name.strip_prefix("statements/") {
                there.statements.push((statement.into(), text.parse().ok()));
            } else if name.starts_with("imported/") {
                there.journals.insert(Name::new(name), text.clone().into());
            }
        }
        let digests: BTreeMap<Name, u64> =
            files.iter().map(|file| (file.file.clone(), file.digest)).collect();
        let mut run = Run { files, ..Run::default() };
        let plan = plan(&mut run, &digests, &books, &there, Keep::WhatBroughtEvents);
        for journal in &plan.journals {
            self.0.insert(journal.path.to_string(), journal.text(&books.journal.accounts));
        }
        for copy in &plan.kept {
            let digest = digests[&copy.file].to_string();
            assert_eq!(self.0.insert(format!("statements/{}", copy.name), digest), None);
        }
        Brought { events: plan.events, kept: plan.kept }
    }
}

/// What an import changed.
struct Brought {
    events: usize,
    kept: Vec<Copy>,
}

fn day(number: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2024, 1 + number / 28, 1 + number % 28).expect("a day")
}

/// An event of a made-up row: what kind it is follows from its number.
fn event(number: u32) -> Event {
    let kind = match number % 4 {
        0 => EventKind::Buy { security: "VTI".into(), quantity: 1.into(), price: plain("10.00") },
        1 => {
            EventKind::Sell { security: "VTI".into(), quantity: (-1).into(), price: plain("10.00") }
        }
        2 => EventKind::Interest { security: None, per_share: None },
        _ => EventKind::Unknown { row: format!("row {number}").as_str().into() },
    };
    let amount = if number.is_multiple_of(4) { "-10.00" } else { "10.00" };
    let id = EventId::new(RowHash::of("schwab", [number.to_string().as_str()]), 1);
    let origin = Origin::new("export.csv".into(), number + 2);
    let mut event = Event::new(id, day(number / 6), "schwab".into(), kind, origin);
    event.amount = plain(amount).expect("a number");
    event.currency = Some("USD".into());
    event.text = "A row".into();
    event
}

fn report(file: &str, mut events: Vec<Event>) -> FileReport {
    for event in &mut events {
        event.origin.file = file.into();
    }
    events.sort_by_key(Event::order);
    let first = events.iter().map(|event| event.date).min();
    let last = events.iter().map(|event| event.date).max();
    let digest =
        events.iter().fold(7u64, |sum, event| sum.wrapping_mul(31) + u64::from(event.origin.line));
    FileReport {
        file: file.into(),
        profile: "schwab".into(),
        why: String::new(),
        accounts: vec!["schwab".into()],
        days: first.zip(last),
        digest,
        rows: Counts::default(),
        ignored: Vec::new(),
        unresolved: Vec::new(),
        events,
        ties: Vec::new(),
    }
}

/// The journal without its `src:` tags: over several runs they name the file that came first.
fn without_sources(text: &str) -> String {
    let line = |line: &str| line.split(", src:").next().unwrap_or_default().to_owned();
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

proptest! {
    #[test]
    fn the_order_of_imports_never_counts(
        numbers in prop::collection::btree_set(0u32..60, 1..30),
        cut in prop::collection::vec(0usize..3, 30),
    ) {
        let numbers: Vec<u32> = numbers.into_iter().collect();
        let mut whole = Memory::new();
        whole.import(vec![report("export.csv", numbers.iter().copied().map(event).collect())]);
        let mut parts = Memory::new();
        for part in [1, 0, 2] {
            let events = numbers.iter().enumerate().filter(|(at, _)| cut[*at] == part);
            let events: Vec<Event> = events.map(|(_, number)| event(*number)).collect();
            if !events.is_empty() {
                parts.import(vec![report("export.csv", events)]);
            }
        }
        let journal = |memory: &Memory| without_sources(&memory.0["imported/schwab.journal"]);
        prop_assert_eq!(journal(&whole), journal(&parts));
        let books = whole.books();
        prop_assert_eq!(books.journal.events.len(), numbers.len());
        prop_assert!(books.journal.events.is_sorted_by_key(Event::order));
    }
}

#[test]
fn importing_again_changes_no_byte() {
    let mut memory = Memory::new();
    let files = || vec![report("a.csv", (0..20).map(event).collect())];
    assert_eq!(memory.import(files()).events, 20);
    let before = memory.clone();
    // An importer that knew nothing of the books: nothing is written twice all the same. Rows that
    // are still unknown are written again as they are.
    let plan = memory.import(files());
    assert_eq!(plan.kept, []);
    assert_eq!(memory, before);
}

#[test]
fn a_row_understood_later_replaces_its_block_and_no_other_byte() {
    let mut memory = Memory::new();
    memory.import(vec![report("a.csv", (0..12).map(event).collect())]);
    let path = "imported/schwab.journal";
    let mine = "; my own note\n\n2024-01-01 * Mine\n    Assets:Bank   1.00 USD\n    Income:Job\n";
    let text = memory.0.get_mut(path).expect("it was written");
    text.push('\n');
    text.push_str(mine);
    let before = text.clone();
    let mut understood = event(3);
    understood.kind = EventKind::Interest { security: None, per_share: None };
    memory.import(vec![report("b.csv", vec![understood.clone()])]);
    let after = &memory.0[path];
    let id = understood.id.to_string();
    let others = |text: &str| -> Vec<String> {
        text.split("\n\n")
            .filter(|block| !block.contains(&id))
            .map(|block| block.trim_end().to_owned())
            .collect()
    };
    assert_eq!(others(after), others(&before));
    assert!(after.ends_with(mine));
    let events = memory.books().journal.events;
    let now = events.iter().find(|event| event.id == understood.id).expect("it is there");
    assert_eq!(now.kind, understood.kind);
    assert_eq!(now.origin.file, "schwab-2024-2.csv");
}

#[test]
fn kept_exports_are_named_by_account_and_years() {
    let mut memory = Memory::new();
    let plan = memory.import(vec![
        report("z.CSV", (0..3).map(event).collect()),
        report("a.csv", (30..33).map(event).collect()),
    ]);
    let names: Vec<&str> = plan.kept.iter().map(|copy| &*copy.name).collect();
    assert_eq!(names, ["schwab-2024.csv", "schwab-2024-2.csv"]);
    // The earlier days come first, whatever the files' names.
    assert_eq!(plan.kept[0].file, "z.CSV");
}
