//! hledger and Ledger accept every journal that rentier prints, and their balances are ours.

#[path = "support/events.rs"]
mod events;
#[path = "support/tools.rs"]
mod tools;

#[path = "support/left_out.rs"]
mod left_out;

use std::fs;
use std::path::{Path, PathBuf};

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use rentier::event::{Event, EventKind};
use rentier::source::{Name, Source};
use rentier::{books, ledger};

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
    let mut journals = Vec::new();
    files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures"), "journal", &mut journals);
    let (mut wrong, mut checked) = (Vec::new(), 0);
    for file in journals {
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

#[test]
fn journals_imported_from_the_corpus_are_accepted_with_equal_balances() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let corpus = root.join("../shared/corpus/brokers");
    let (mut wrong, mut checked) = (Vec::new(), 0);
    if !corpus.is_dir() {
        left_out::left_out(&format!("no exports of other people in {}", corpus.display()));
        return;
    }
    let mut exports = Vec::new();
    files(&corpus, "csv", &mut exports);
    for export in exports {
        let bytes = fs::read(&export).expect("an export can be read");
        let source = Source::decode(export.file_name().expect("a name").to_string_lossy(), bytes);
        let mut none = |_: &str, _: &Name| Ok(Vec::new());
        let books = books::of_files(vec![source], &books::Flags::default(), &mut none);
        if books.journal.events.is_empty() {
            continue;
        }
        checked += 1;
        let accounts = &books.journal.accounts;
        let text = ledger::print(&books.journal.events, accounts);
        let what = export.display().to_string();
        let (back, problems) = events::try_events_of(&text, accounts);
        wrong.extend(problems.iter().map(|problem| format!("{what}: {}", problem.message)));
        let clean = books.journal.events.iter().cloned().map(|mut event| {
            event.text = Name::new(&ledger::blocks::text::header(&event.text)).into();
            event
        });
        let differing = clean.zip(&back).find(|(event, back)| event != *back);
        wrong.extend(differing.map(|both| format!("{what}: comes back otherwise: {both:#?}")));
        wrong.extend(check(&what, &text));
    }
    eprintln!("{checked} exports became journals");
    assert!(checked > 0, "no export became events");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn files(folder: &Path, ending: &str, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder)
        .expect("fixtures can be listed")
        .map(|entry| entry.expect("fixtures can be listed").path())
        .collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            files(&path, ending, found);
        } else if path.extension().is_some_and(|it| it == ending) {
            found.push(path);
        }
    }
}
