//! Exports of Interactive Brokers become events: fixtures with what they must become beside them, and
//! other people's files, where they are at hand.

#[path = "support/left_out.rs"]
mod left_out;

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use indexmap::IndexMap;
use rentier::event::{Account, Event, Securities};
use rentier::import::{self, Context, FileReport, Known, Otherwise, Run};
use rentier::ledger;
use rentier::source::{Name, Source};

fn account() -> Account {
    Account::taxable("broker".into())
}

/// Imports files as one account's, beside what the books have.
fn import_beside(files: &[Source], books: &[Event]) -> Run {
    let account = account();
    let known = Known::new(books);
    let context = Context {
        profiles: &import::profile::shipped(),
        accounts: &IndexMap::new(),
        securities: &Securities::default(),
        known: &known,
        otherwise: Otherwise::Named(&account),
        dates: &IndexMap::new(),
        overrides: &[],
        accepted: &[],
    };
    import::run(files, &context)
}

fn import(files: &[Source]) -> Run {
    import_beside(files, &[])
}

fn journal(run: &mut Run) -> String {
    let accounts: IndexMap<Name, Account> = [("broker".into(), account())].into_iter().collect();
    ledger::print(&run.take_events(), &accounts)
}

fn source(path: &Path) -> Source {
    let name = path.file_name().expect("a name").to_string_lossy();
    Source::decode(name, fs::read(path).expect("the file can be read"))
}

fn counted(file: &FileReport) -> String {
    let rows = file.rows;
    format!(
        "read {} new {} known {} changed {} ignored {} unresolved {}",
        rows.read, rows.new, rows.known, rows.changed, rows.ignored, rows.unresolved
    )
}

/// The row accounting of a run, and every sentence it says.
fn accounting(run: &Run) -> String {
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

fn files(folder: &str) -> Vec<PathBuf> {
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

fn is_export(path: &Path) -> bool {
    let ending = path.extension().map(std::ffi::OsStr::to_ascii_lowercase);
    ending.is_some_and(|ending| ending == "csv" || ending == "xml")
}

fn fixtures() -> Vec<PathBuf> {
    let folders = ["ibkr", "ibkr-flex", "ibkr-history"];
    let all = folders.into_iter().flat_map(|name| files(&format!("fixtures/import/{name}")));
    let all: Vec<PathBuf> = all.filter(|path| is_export(path)).collect();
    assert!(!all.is_empty(), "the fixtures are part of the package");
    all
}

fn golden(path: &Path, actual: &str) {
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(path, actual).expect("the expected file can be written");
        return;
    }
    let expected = fs::read_to_string(path).unwrap_or_default();
    assert_eq!(expected, actual, "{}", path.display());
}

#[test]
fn exports_become_journals() {
    for path in fixtures() {
        let mut run = import(&[source(&path)]);
        for file in &run.files {
            assert!(file.rows.add_up(), "{}: {}", path.display(), counted(file));
        }
        golden(&path.with_extension("rows"), &accounting(&run));
        if !run.files.is_empty() {
            golden(&path.with_extension("journal"), &journal(&mut run));
        }
    }
}

#[test]
fn what_is_imported_is_read_back_from_its_journal() {
    let accounts: IndexMap<Name, Account> = [("broker".into(), account())].into_iter().collect();
    let corpus = files("../shared/corpus/brokers/ibkr").into_iter().filter(|path| is_export(path));
    for path in fixtures().into_iter().chain(corpus) {
        let events = import(&[source(&path)]).take_events();
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

#[test]
fn a_second_import_of_the_same_file_finds_nothing_new() {
    for path in fixtures() {
        let file = source(&path);
        let events = import(std::slice::from_ref(&file)).take_events();
        let mut again = import_beside(&[file], &events);
        for file in &again.files {
            assert_eq!((file.rows.new, file.rows.changed), (0, 0), "{}", path.display());
        }
        assert_eq!(again.take_events(), [], "{}", path.display());
    }
}

#[test]
fn other_people_s_files_are_read_and_every_row_is_accounted_for() {
    let all = files("../shared/corpus/brokers");
    if all.is_empty() {
        left_out::left_out("no ../shared/corpus beside this checkout");
    }
    for path in all {
        let ours = path.parent().is_some_and(|folder| folder.ends_with("ibkr"));
        let file = source(&path);
        assert_eq!(import::ibkr::recognises(&file.text), ours, "{}", path.display());
        if !ours {
            continue;
        }
        let mut run = import(&[file]);
        for report in &run.files {
            assert!(report.rows.add_up(), "{}: {}", path.display(), counted(report));
        }
        if std::env::var_os("SHOW").is_some() {
            println!("=== {}\n{}", path.display(), accounting(&run));
            println!("{}", journal(&mut run));
        }
    }
}
