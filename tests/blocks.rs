//! Blocks among the fixtures: those that rentier prints come back byte for byte, those that people
//! write become the events and the problems in the files beside them.

#[path = "support/golden.rs"]
mod golden;

use std::fs;
use std::path::Path;

use indexmap::IndexMap;
use rentier::diagnostic::Diagnostic;
use rentier::event::{Account, Event, EventKind};
use rentier::ledger::{self, Options, blocks};
use rentier::render;
use rentier::source::{Name, Source};

fn accounts() -> IndexMap<Name, Account> {
    let ids = ["schwab", "fidelity", "bank"].map(Name::from);
    ids.map(|id| (id.clone(), Account::taxable(id))).into_iter().collect()
}

/// The events of a file's blocks, and all that is wrong in it.
fn read(file: &Path) -> (Vec<Event>, Vec<Diagnostic>) {
    let name = file.file_name().expect("a name").to_string_lossy();
    let source = Source::new(name, fs::read_to_string(file).expect("a fixture"));
    let mut load = |path: &str, _: &Name| Err(format!("no include here, but `{path}`"));
    let mut ledger = ledger::read(source, &Options::default(), &mut load);
    let mut problems = std::mem::take(&mut ledger.diagnostics);
    let accounts = accounts();
    let context = blocks::Context { accounts: &accounts, currency: "USD" };
    let (events, wrong) = blocks::events(&ledger, &context);
    problems.extend(wrong);
    (events, problems)
}

#[test]
fn printed_blocks_come_back_byte_for_byte() {
    let mut kinds = Vec::new();
    for file in golden::files("fixtures/blocks", "journal") {
        let (events, problems) = read(&file);
        assert!(problems.is_empty(), "{}: {problems:#?}", file.display());
        golden::golden(&file, &ledger::print(&events, &accounts()));
        kinds.extend(events.iter().map(|event| event.kind.name()));
    }
    for kind in EventKind::NAMES {
        assert!(kinds.contains(kind), "no fixture has a `{kind}`");
    }
}

#[test]
fn blocks_written_by_hand_are_read_as_they_are_meant() {
    for file in golden::files("fixtures/blocks/by-hand", "journal") {
        let (events, problems) = read(&file);
        golden::golden(&file.with_extension("events"), &ledger::print(&events, &accounts()));
        golden::golden(&file.with_extension("errors"), &render::diagnostics::all(&problems, false));
    }
}
