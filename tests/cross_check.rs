//! hledger and Ledger accept every journal that rentier prints, and their balances are ours.

#[path = "support/events.rs"]
mod events;
#[path = "support/tools.rs"]
mod tools;

use std::fs;
use std::path::{Path, PathBuf};

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use rentier::event::{Event, EventKind};
use rentier::ledger;

/// Gives `text` to the tools that are here and compares what they make of it.
fn check(what: &str, text: &str) -> Vec<String> {
    let journal = events::read(text);
    let ours = tools::rentier(&journal);
    let folder = tempfile::tempdir().expect("a folder for a moment");
    let file = folder.path().join("printed.journal");
    fs::write(&file, text).expect("a file for a moment");
    let mut wrong: Vec<String> =
        journal.diagnostics.iter().map(|found| format!("{what}: {found:?}")).collect();
    for (tool, balances) in
        [("hledger", tools::hledger as fn(&Path) -> _), ("ledger", tools::ledger)]
    {
        if !tools::has(tool) {
            continue;
        }
        match balances(&file) {
            Err(complaint) => wrong.push(format!("{what}: {tool} refuses it: {complaint}")),
            Ok(theirs) => {
                let missing = ours.iter().filter(|(key, sum)| theirs.get(*key) != Some(*sum));
                wrong.extend(missing.map(|row| format!("{what}: {tool} lacks {row:?}")));
                let more = theirs.iter().filter(|(key, _)| !ours.contains_key(*key));
                wrong.extend(more.map(|row| format!("{what}: {tool} has {row:?}")));
            }
        }
    }
    wrong
}

#[test]
fn generated_events_of_all_kinds_are_accepted_with_equal_balances() {
    let accounts = events::accounts();
    let mut wrong = Vec::new();
    for (number, kind) in EventKind::NAMES.iter().enumerate() {
        let mut runner = TestRunner::deterministic();
        let strategy = events::event_of(number);
        let sample: Vec<Event> =
            (0..16).map(|_| strategy.new_tree(&mut runner).expect("an event").current()).collect();
        wrong.extend(check(kind, &ledger::print(&sample, &accounts)));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn journals_among_the_fixtures_are_accepted_with_equal_balances() {
    let mut files = Vec::new();
    journals(&Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures"), &mut files);
    let (mut wrong, mut checked) = (Vec::new(), 0);
    for file in files {
        let text = fs::read_to_string(&file).unwrap_or_default();
        // Those that rentier printed; what people write is tried elsewhere.
        if text.contains("\n    ; id: ") {
            checked += 1;
            wrong.extend(check(&file.display().to_string(), &text));
        }
    }
    assert!(checked > 0, "no fixture was printed by rentier");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn journals(folder: &Path, files: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder)
        .expect("fixtures can be listed")
        .map(|entry| entry.expect("fixtures can be listed").path())
        .collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            journals(&path, files);
        } else if path.extension().is_some_and(|ending| ending == "journal") {
            files.push(path);
        }
    }
}
