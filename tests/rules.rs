//! Hand-written entries become events by rules, account names and shapes; what nobody knows is asked.
//! A folder of fixtures/rules has `main.journal`, `rentier.toml` where there are books, and what must
//! come of them: `events.journal`, `open.txt`.

#[path = "support/golden.rs"]
mod golden;

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use rentier::books::{self, Books, Flags, Folder};
use rentier::source::{Name, Source};
use rentier::{ledger, render};

fn books(folder: &Path) -> Books {
    let text = |name: &str| fs::read_to_string(folder.join(name)).ok();
    let source = |name: &str| text(name).map(|text| Source::new(name, text));
    let mut load = |path: &str, _: &Name| {
        source(path).map(|source| vec![source]).ok_or_else(|| format!("no {path}"))
    };
    let flags = Flags::default();
    if let Some(settings) = source("rentier.toml") {
        let securities = source("securities.toml");
        let folder = Folder { settings: Some(settings), securities, ..Folder::default() };
        return books::load(folder, &flags, &mut load);
    }
    let journal = source("main.journal").expect("a journal");
    books::of_files(vec![journal], &flags, &mut load)
}

fn open(books: &Books) -> String {
    let mut text = String::new();
    for question in &books.journal.questions {
        let _ = writeln!(text, "{} {}: {}", question.date, question.source, question.asks);
        if let Some(amount) = question.amount {
            let currency = question.currency.as_deref().unwrap_or_default();
            let _ = writeln!(text, "  about {amount} {currency}");
        }
        let _ = writeln!(text, "  write in {}:", question.write.file);
        for line in question.write.text.lines() {
            let _ = writeln!(text, "  {line}");
        }
    }
    text + &render::diagnostics::all(&books.diagnostics, false)
}

#[test]
fn hand_written_entries_are_recognised() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/rules");
    let mut folders: Vec<PathBuf> =
        fs::read_dir(root).expect("cases").map(|case| case.expect("a case").path()).collect();
    folders.sort();
    for folder in folders {
        let books = books(&folder);
        let accounts = &books.journal.accounts;
        let printed = ledger::print(&books.journal.events, accounts);
        golden::golden(&folder.join("events.journal"), &printed);
        golden::golden(&folder.join("open.txt"), &open(&books));
    }
}
