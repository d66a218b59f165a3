//! hledger's rules files read exports: each fixture beside the events that its rows become (`.journal`)
//! and what the import says of it (`.said`); and hledger itself, where it is installed, makes the same
//! postings of them. `UPDATE_GOLDEN=1` rewrites both.

#[path = "support/golden.rs"]
mod golden;
#[path = "support/left_out.rs"]
mod left_out;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use indexmap::IndexMap;
use rentier::books::rules::naming;
use rentier::diagnostic::Diagnostic;
use rentier::event::{Account, Securities};
use rentier::import::{self, Context, Known, Otherwise, Profile, Run, hledger};
use rentier::ledger;
use rentier::render::diagnostics;
use rentier::source::{Name, Source};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/import/hledger-rules")
}

fn read(file: &str) -> Source {
    let bytes = fs::read(folder().join(file)).expect("a fixture");
    Source::decode(Name::new(file), bytes)
}

/// The rules of a fixture, with all the rules beside it.
fn rules(file: &str) -> (Profile, Vec<Diagnostic>) {
    let others = [read("common.rules")];
    hledger::read(&read(file), &others, &naming(&[], &"USD".into()))
}

/// The only account there is, of this profile.
fn accounts(profile: &Profile) -> IndexMap<Name, Account> {
    let mut account = Account::taxable("bank".into());
    account.profile = Some(profile.name.clone());
    IndexMap::from([("bank".into(), account)])
}

fn run(file: &Source, profile: Profile) -> Run {
    let accounts = accounts(&profile);
    let profiles = import::profile::merge(import::profile::shipped(), vec![profile]);
    let context = Context {
        profiles: &profiles,
        accounts: &accounts,
        securities: &Securities::default(),
        known: &Known::default(),
        otherwise: Otherwise::Ask,
        dates: &IndexMap::new(),
        overrides: &[],
        accepted: &[],
    };
    import::run(std::slice::from_ref(file), &context)
}

/// Each export and its rules.
const FIXTURES: &[(&str, &str)] = &[
    ("checking.csv", "checking.csv.rules"),
    ("Umsaetze_2024.csv", "giro.rules"),
    ("postings.csv", "postings.csv.rules"),
    ("wrong.csv", "wrong.csv.rules"),
];

#[test]
fn exports_become_what_their_rules_say() {
    for (file, of) in FIXTURES {
        let (profile, found) = rules(of);
        let accounts = accounts(&profile);
        let mut run = run(&read(file), profile);
        let mut said = String::new();
        if let Some(report) = run.files.first() {
            said = format!("{}\n{:?}\n", report.why, report.rows);
            for row in &report.ignored {
                let _ = writeln!(said, "{}: ignored: {}", row.line, row.reason);
            }
        }
        let mut all = found;
        all.append(&mut run.diagnostics);
        said += &diagnostics::all(&all, false);
        let events = run.take_events();
        let path = folder().join(file);
        golden::golden(&path.with_extension("said"), &said);
        golden::golden(&path.with_extension("journal"), &ledger::print(&events, &accounts));
    }
}

#[test]
fn a_file_that_only_the_rules_fit_is_read_by_them_under_any_name() {
    let renamed =
        Source::new("download (3).csv", "2024-01-02,plain,10.00,\n2024-02-02,plain,,9.00\n");
    let run = run(&renamed, rules("postings.csv.rules").0);
    assert_eq!(run.files.len(), 1, "{:?}", run.refused);
    assert_eq!(run.files[0].events.len(), 2);
}

#[test]
fn editing_the_rules_changes_no_identity() {
    let ids = |text: &str| {
        let source = Source::new("profiles/postings.csv.rules", text);
        let profile = hledger::read(&source, &[], &naming(&[], &"USD".into())).0;
        let file = Source::new("postings.csv", "2024-01-02,plain,10.00,\n2024-02-02,plain,,9.00\n");
        let events = run(&file, profile).take_events();
        events.iter().map(|event| event.id.to_string()).collect::<Vec<_>>()
    };
    let fields = "fields date, description, amount-in, amount-out\naccount1 assets:bank\n";
    let more = "if plain\n account2 Income:Interest\n description changed %2\n";
    assert_eq!(ids(fields), ids(&format!("{fields}{more}")));
}

/// hledger's own reading of a fixture: day, description, amount of the first posting, by line.
fn by_hledger(file: &str, of: &str) -> Option<Vec<String>> {
    // `source` is younger than some of its versions.
    let here = tempfile::tempdir().expect("a folder");
    for name in [file, of, "common.rules"] {
        let text = read(name).text.to_string();
        let kept = text.lines().filter(|line| !line.starts_with("source "));
        let text: String = kept.flat_map(|line| [line, "\n"]).collect();
        fs::write(here.path().join(name), text).expect("it can be written");
    }
    let output = Command::new("hledger")
        .current_dir(here.path())
        .args(["-f", file, "--rules-file", of, "register", "-O", "csv", "-I", "^assets"])
        .output()
        .ok()?;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let rows = reader.records().map(|row| {
        let row = row.expect("a row of hledger");
        let plain: String = row[5].chars().filter(|c| !"$EUR ".contains(*c)).collect();
        let point =
            if plain.contains('.') { plain.replace(',', "") } else { plain.replace(',', ".") };
        let amount = rentier::money::plain(&point).expect("an amount");
        format!("{} {} {}", &row[1], &row[3], amount.normalize())
    });
    let mut rows: Vec<String> = rows.collect();
    rows.sort();
    Some(rows)
}

#[test]
fn hledger_makes_the_same_postings() {
    if Command::new("hledger").arg("--version").output().is_err() {
        left_out::left_out("no hledger on this machine");
        return;
    }
    for (file, of) in &FIXTURES[..2] {
        let events = run(&read(file), rules(of).0).take_events();
        let mut own: Vec<String> = events
            .iter()
            .map(|event| format!("{} {} {}", event.date, event.text, event.amount.normalize()))
            .collect();
        own.sort();
        assert_eq!(Some(own), by_hledger(file, of), "{file}");
    }
}
