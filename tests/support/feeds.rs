//! Exports without a table (OFX, Interactive Brokers) imported as one account's, and what is said of them.

#![allow(dead_code)] // each test uses its part of this

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use indexmap::IndexMap;
use rentier::event::{Account, Event, Securities};
use rentier::import::{self, Context, FileReport, Known, Otherwise, Profile, Run};
use rentier::ledger;
use rentier::source::{Name, Source};

/// Read once for all cases.
static SHIPPED: OnceLock<Vec<Profile>> = OnceLock::new();

/// Imports files as one account's, beside what the books have.
pub fn import_beside(account: &Account, files: &[Source], books: &[Event]) -> Run {
    let known = Known::new(books);
    let context = Context {
        profiles: SHIPPED.get_or_init(import::profile::shipped),
        accounts: &IndexMap::new(),
        securities: &Securities::default(),
        known: &known,
        otherwise: Otherwise::Named(account),
        dates: &IndexMap::new(),
        overrides: &[],
        accepted: &[],
    };
    import::run(files, &context)
}

/// What a run made, as the journal of one account.
pub fn journal(account: &Account, run: &mut Run) -> String {
    let accounts = IndexMap::from([(account.id.clone(), account.clone())]);
    ledger::print(&run.take_events(), &accounts)
}

/// A file under its own name.
pub fn source(path: &Path) -> Source {
    let name = path.file_name().expect("a name").to_string_lossy();
    Source::decode(name, fs::read(path).expect("the file can be read"))
}

/// What events say, without the file they came from.
pub fn facts(run: &mut Run) -> Vec<String> {
    let told =
        |event: &Event| format!("{} {} {:?} {}", event.id, event.date, event.kind, event.amount);
    let mut facts: Vec<String> = run.take_events().iter().map(told).collect();
    facts.sort();
    facts
}

/// The events of files that are imported one after the other, each into the books of those before.
pub fn one_by_one(account: &Account, files: impl IntoIterator<Item = Source>) -> Vec<Event> {
    let mut events = Vec::new();
    for file in files {
        let new = import_beside(account, &[file], &events).take_events();
        events.extend(new);
    }
    events
}

/// The counts of a file's rows.
pub fn counted(file: &FileReport) -> String {
    let rows = file.rows;
    format!(
        "read {} new {} known {} changed {} ignored {} unresolved {}",
        rows.read, rows.new, rows.known, rows.changed, rows.ignored, rows.unresolved
    )
}

/// The row accounting of a run, and every sentence it says.
pub fn accounting(run: &Run) -> String {
    let mut text = String::new();
    for file in &run.files {
        let _ = writeln!(text, "{}: {}", file.why, counted(file));
        for ignored in &file.ignored {
            let _ = writeln!(text, "{} ignored: {}", ignored.line, ignored.reason);
        }
        for unresolved in &file.unresolved {
            let _ = writeln!(text, "{} unresolved: {}", unresolved.line, unresolved.reason);
        }
    }
    for refused in &run.refused {
        let _ = writeln!(text, "refused: {}: {}", refused.reason, refused.advice);
    }
    for told in &run.diagnostics {
        let line = told.places.first().map_or(0, |place| place.line);
        let _ = writeln!(text, "{line} {}: {}", told.severity, told.message);
        told.notes.iter().for_each(|note| {
            let _ = writeln!(text, "    {note}");
        });
    }
    text
}

/// All files below a folder of the package.
pub fn files(folder: &str) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        for path in entries.filter_map(Result::ok).map(|entry| entry.path()) {
            if path.is_dir() {
                folders.push(path);
            } else {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

/// Compares with the file beside a fixture; `UPDATE_GOLDEN=1` writes it.
pub fn golden(path: &Path, actual: &str) {
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(path, actual).expect("the expected file can be written");
        return;
    }
    let expected = fs::read_to_string(path).unwrap_or_default();
    assert_eq!(expected, actual, "{}", path.display());
}

/// Each file becomes the journal beside it, with the accounting beside it.
pub fn become_journals(account: &Account, files: &[PathBuf]) {
    for path in files {
        let mut run = import_beside(account, &[source(path)], &[]);
        for file in &run.files {
            assert!(file.rows.add_up(), "{}: {}", path.display(), counted(file));
        }
        golden(&path.with_extension("rows"), &accounting(&run));
        if !run.files.is_empty() {
            golden(&path.with_extension("journal"), &journal(account, &mut run));
        }
    }
}

/// What is printed of each file's events reads back as those events.
pub fn read_back(account: &Account, files: &[PathBuf]) {
    let accounts = IndexMap::from([(account.id.clone(), account.clone())]);
    for path in files {
        let events = import_beside(account, &[source(path)], &[]).take_events();
        let text = ledger::print(&events, &accounts);
        let mut load = |path: &str, _: &Name| Err(format!("no include here, but `{path}`"));
        let printed = Source::new("printed.journal", text);
        let ledger = ledger::read(printed, &ledger::Options::default(), &mut load);
        let context = ledger::blocks::Context { accounts: &accounts, currency: "USD" };
        let (back, problems) = ledger::blocks::events(&ledger, &context);
        assert_eq!(ledger.diagnostics, [], "{}", path.display());
        assert_eq!(problems, [], "{}", path.display());
        for (event, back) in events.iter().zip(&back) {
            assert_eq!(event, back, "{}", path.display());
        }
        assert_eq!(events.len(), back.len(), "{}", path.display());
    }
}

/// A file that the books have already changes nothing.
pub fn nothing_new_the_second_time(account: &Account, files: &[PathBuf]) {
    for path in files {
        let file = source(path);
        let events = import_beside(account, std::slice::from_ref(&file), &[]).take_events();
        let mut again = import_beside(account, &[file], &events);
        for file in &again.files {
            assert_eq!((file.rows.new, file.rows.changed), (0, 0), "{}", path.display());
        }
        assert_eq!(again.take_events(), [], "{}", path.display());
    }
}
