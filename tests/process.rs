//! The program as a process: exit codes, streams, and what happens when it is killed.

use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

fn rentier(folder: &Path, line: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rentier"));
    command.current_dir(folder).args(line.split_whitespace());
    command.env_remove("RENTIER_BOOKS").env_remove("CLICOLOR_FORCE");
    command
}

/// Books with one account, and an export of so many rows.
fn books(root: &Path, rows: u32) {
    assert!(rentier(root, "init").output().expect("it runs").status.success());
    let settings = root.join("rentier.toml");
    let mut text = fs::read_to_string(&settings).expect("settings");
    text.push_str("\n[account.schwab]\nshelter = \"taxable\"\nprofile = \"schwab\"\n");
    fs::write(&settings, text).expect("settings");
    for part in ["a", "b"] {
        let mut csv = "\"Date\",\"Action\",\"Symbol\",\"Description\",\"Quantity\",\"Price\",\"Fees & Comm\",\"Amount\"\n".to_owned();
        for row in 0..rows {
            let (month, day) = (1 + row / 28 % 12, 1 + row % 28);
            let _ = writeln!(
                csv,
                "\"{month:02}/{day:02}/2024\",\"Qualified Dividend\",\"VTI\",\"ROW {part}{row}\",\"\",\"\",\"\",\"${row}.05\""
            );
        }
        fs::write(root.join(format!("{part}.csv")), csv).expect("a file");
    }
}

fn journal(root: &Path) -> Option<String> {
    fs::read_to_string(root.join("imported/schwab.journal")).ok()
}

#[test]
fn exit_codes_are_those_of_the_manual() {
    let root = tempfile::tempdir().expect("a folder");
    for (line, code) in [("--version", 0), ("help exit-codes", 0), ("income 2024", 2), ("dance", 2)]
    {
        let ran = rentier(root.path(), line).output().expect("it runs");
        assert_eq!(ran.status.code(), Some(code), "{line}");
        assert_eq!(ran.stdout.is_empty(), code == 2, "{line}");
    }
    fs::write(root.path().join("wrong.journal"), "2024-01-01 * Odd\n  Assets:A  1 USD\n")
        .expect("a file");
    let ran = rentier(root.path(), "check wrong.journal").output().expect("it runs");
    assert_eq!(ran.status.code(), Some(1));
}

#[test]
fn a_reader_that_goes_away_ends_it_quietly() {
    let root = tempfile::tempdir().expect("a folder");
    let mut child = rentier(root.path(), "completions bash")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it runs");
    let mut line = String::new();
    let mut reader = BufReader::with_capacity(16, child.stdout.take().expect("a pipe"));
    reader.read_line(&mut line).expect("a line");
    drop(reader);
    let ended = child.wait_with_output().expect("it ends");
    assert!(ended.status.success(), "{:?}", ended.status);
    assert!(ended.stderr.is_empty());
}

#[test]
fn two_imports_at_once_both_arrive() {
    let root = tempfile::tempdir().expect("a folder");
    books(root.path(), 300);
    let start = |file: &str| {
        let mut command = rentier(root.path(), &format!("import {file}"));
        command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it runs")
    };
    let children = [start("a.csv"), start("b.csv")];
    for mut child in children {
        assert!(child.wait().expect("it ends").success());
    }
    let text = journal(root.path()).expect("it was written");
    assert_eq!(text.matches("event: dividend").count(), 600);
    let left: Vec<_> = fs::read_dir(root.path())
        .expect("a folder")
        .flatten()
        .map(|entry| entry.file_name())
        .collect();
    assert!(!left.iter().any(|name| name.to_string_lossy().starts_with(".rentier")), "{left:?}");
}

#[test]
fn a_killed_import_leaves_the_books_before_or_after_it() {
    let whole = tempfile::tempdir().expect("a folder");
    books(whole.path(), 800);
    let began = std::time::Instant::now();
    assert!(rentier(whole.path(), "import a.csv").output().expect("it runs").status.success());
    let took = began.elapsed();
    let after = journal(whole.path());
    let root = tempfile::tempdir().expect("a folder");
    books(root.path(), 800);
    for part in 1..=8 {
        let mut child = rentier(root.path(), "import a.csv")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("it runs");
        std::thread::sleep(took * part / 8 + Duration::from_millis(1));
        let _ = child.kill();
        child.wait().expect("it ends");
        // The next command takes back what was half done; `check` exits 1 where a year has questions.
        let next = rentier(root.path(), "check").output().expect("it runs");
        assert_ne!(next.status.code(), Some(2));
        let now = journal(root.path());
        assert!(now.is_none() || now == after, "killed after {part} of 8 parts");
        assert!(!root.path().join(".rentier.import").exists());
    }
    let last = rentier(root.path(), "import a.csv").output().expect("it runs");
    assert!(last.status.success());
    assert_eq!(journal(root.path()), after);
}
