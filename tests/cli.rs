//! The program, mostly without a process: command lines run in a world of buffers and folders.

mod world;

use std::fs;
use std::io;

use rentier::cli::{self, Exit, World};
use world::{Ran, folder, run, run_with, tree};

#[test]
fn without_books_the_first_steps_are_shown() {
    let folder = folder();
    let ran = run(folder.path(), "");
    assert_eq!(ran.exit, Exit::Done);
    assert!(ran.out.starts_with("No books here: no rentier.toml in this folder or above it.\n"));
    assert_eq!(ran.err, "");
    let ran = run(folder.path(), "check");
    assert_eq!(ran.exit, Exit::CouldNotRun);
    assert!(ran.err.contains("rentier init"), "{}", ran.err);
}

#[test]
fn new_books_are_made_once_and_never_over_a_file() {
    let folder = folder();
    let ran = run(folder.path(), "init --regime us --filing joint");
    assert_eq!(
        ran.out,
        "Made rentier.toml (settings), main.journal (your entries), securities.toml\n\
         (facts about securities and properties), prices.journal and imported/.\n\
         Next: rentier import ~/Downloads/*.csv --dry-run\n"
    );
    let made = tree(folder.path());
    assert_eq!(made.len(), 5);
    assert_eq!(run(folder.path(), "init").exit, Exit::Done);
    assert_eq!(tree(folder.path()), made);
    fs::write(folder.path().join("main.journal"), "; mine\n").expect("a file");
    fs::remove_file(folder.path().join("prices.journal")).expect("it was there");
    let ran = run(folder.path(), "init");
    assert!(ran.out.starts_with("Made prices.journal.\n"), "{}", ran.out);
    let mine = fs::read_to_string(folder.path().join("main.journal")).expect("a file");
    assert_eq!(mine, "; mine\n");
}

#[test]
fn new_books_are_in_order() {
    let folder = folder();
    run(folder.path(), "init");
    let ran = run(folder.path(), "check");
    assert_eq!((ran.exit, ran.err.as_str()), (Exit::Done, ""), "{}", ran.out);
    let below = folder.path().join("imported");
    let ran = run(&below, "");
    assert!(
        ran.out.starts_with("Books   single · United States · USD · 0 accounts\n"),
        "{}",
        ran.out
    );
    assert!(ran.out.contains("rentier import"), "{}", ran.out);
}

#[test]
fn books_without_events_say_what_to_do_next() {
    let folder = tempfile::tempdir().expect("a folder");
    run(folder.path(), "init");
    for command in ["income", "gains"] {
        let ran = run(folder.path(), command);
        assert_eq!(ran.exit, Exit::Done);
        assert_eq!(ran.out, "No events yet.\nNext: rentier import ~/Downloads/*.csv --dry-run\n");
    }
    let markdown = run(folder.path(), "gains --format md").out;
    assert!(markdown.starts_with("# Gains · one row per lot sold\n"), "{markdown}");
    assert!(markdown.contains("No gains: nothing was sold."), "{markdown}");
    let json = run(folder.path(), "income --format json").out;
    assert!(json.contains("\"years\": []"), "{json}");
}

#[test]
fn documents_of_a_beancount_journal_must_be_there() {
    let folder = tempfile::tempdir().expect("a folder");
    let journal = "option \"documents\" \"scans\"\n\
                   2020-01-01 open Assets:A\n\
                   2020-01-02 document Assets:A \"letters/one.pdf\"\n";
    fs::write(folder.path().join("a.beancount"), journal).expect("written");
    let ran = run(folder.path(), "balance -f a.beancount");
    assert_eq!(ran.exit, Exit::Problems);
    for (line, path) in [(1, "scans"), (3, "letters/one.pdf")] {
        let said = format!("there is no file or folder `{path}`\n --> a.beancount:{line}:1\n");
        assert!(ran.err.contains(&said), "{}", ran.err);
    }
    for name in ["scans", "letters"] {
        fs::create_dir(folder.path().join(name)).expect("made");
    }
    fs::write(folder.path().join("letters/one.pdf"), "").expect("written");
    assert_eq!(run(folder.path(), "balance -f a.beancount").exit, Exit::Done);
    fs::remove_file(folder.path().join("letters/one.pdf")).expect("removed");
    // Beancount's own checks are off then.
    let raw = format!("option \"plugin_processing_mode\" \"raw\"\n{journal}");
    fs::write(folder.path().join("a.beancount"), raw).expect("written");
    assert_eq!(run(folder.path(), "balance -f a.beancount").exit, Exit::Done);
}

#[test]
fn a_dry_run_of_init_writes_nothing() {
    let folder = folder();
    let ran = run(folder.path(), "init -n");
    assert!(ran.out.starts_with("Would make rentier.toml"), "{}", ran.out);
    assert!(tree(folder.path()).is_empty());
}

#[test]
fn books_are_named_by_flag_before_variable_before_folder() {
    let folder = folder();
    for name in ["a", "b"] {
        run(folder.path(), &format!("init -b {name}"));
    }
    fs::write(folder.path().join("a/rentier.toml"), "regime = \"plain\"\n").expect("a file");
    let title = |ran: &Ran| ran.out.lines().next().unwrap_or_default().to_owned();
    let by_variable = run_with(folder.path(), "", |world| {
        world.env.insert("RENTIER_BOOKS".into(), "a".into());
    });
    assert!(!title(&by_variable).contains("United States"), "{}", by_variable.out);
    let by_flag = run_with(folder.path(), "-b b", |world| {
        world.env.insert("RENTIER_BOOKS".into(), "a".into());
    });
    assert!(title(&by_flag).contains("United States"), "{}", by_flag.out);
    let wrong = run(folder.path(), "-b c");
    assert_eq!(wrong.exit, Exit::CouldNotRun);
    assert!(wrong.err.contains("no rentier.toml in `c`"), "{}", wrong.err);
}

#[test]
fn what_is_mistyped_is_told_with_what_is_near() {
    let folder = folder();
    for (line, told) in [
        ("icnome", "error: no command `icnome`; near it: `income`\n"),
        ("income --frm 2024-01-01", "error: no flag `--frm` here; near it: `--from`\n"),
        ("2024", "error: `2024` is a year: what of it?\n  = help: rentier income 2024\n"),
        ("help yearend", "help: near it: rentier help year-end\n"),
        ("income --view taxes", "error: expected tax or cash for `--view`, found `taxes`\n"),
        ("import", "error: `FILE` is missing\n  = help: rentier import -h\n"),
        ("init --regime su", "error: no regime `su`; regimes are `us`, `plain`\n"),
    ] {
        let ran = run(folder.path(), line);
        assert_eq!(ran.exit, Exit::CouldNotRun, "{line}");
        assert!(ran.err.contains(told), "{line}: {}", ran.err);
        assert_eq!(ran.out, "");
    }
}

#[test]
fn help_is_there_for_every_command_and_topic() {
    let folder = folder();
    for line in ["-h", "--help", "help", "income -h", "import --help", "help import", "help rules"]
    {
        let ran = run(folder.path(), line);
        assert_eq!((ran.exit, ran.err.as_str()), (Exit::Done, ""), "{line}");
        assert!(ran.out.lines().all(|line| line.chars().count() <= 100), "{line}: {}", ran.out);
    }
    assert!(run(folder.path(), "completions bash").out.contains("rentier"));
    assert!(run(folder.path(), "man").out.contains(".TH"));
}

/// A stream whose reader has gone.
struct Closed;

impl io::Write for Closed {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::ErrorKind::BrokenPipe.into())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_closed_pipe_ends_quietly() {
    let folder = folder();
    let (mut out, mut err) = (Closed, Vec::new());
    let mut world = World::new(folder.path(), &mut out, &mut err);
    let exit = cli::run(["rentier".into(), "help".into()], &mut world);
    drop(world);
    assert_eq!(exit, Exit::Done);
    assert!(err.is_empty());
}

#[test]
fn fmt_says_shows_and_writes_what_is_untidy() {
    let folder = folder();
    run(folder.path(), "init");
    let path = folder.path().join("main.journal");
    let tidy = fs::read_to_string(&path).expect("a journal");
    let untidy =
        format!("{tidy}\r\n2024-01-02  * Shop\r\n  Expenses:Food 1\t12 USD\r\n  Assets:Cash  \r\n");
    let bytes = [b"\xef\xbb\xbf".as_slice(), untidy.as_bytes()].concat();
    fs::write(&path, &bytes).expect("a file");
    let before = tree(folder.path());
    let ran = run(folder.path(), "fmt --check");
    let line = tidy.lines().count() + 2;
    assert_eq!(ran.exit, Exit::Problems);
    assert_eq!(ran.out, format!("main.journal:{line}-{}\n", line + 2));
    let ran = run(folder.path(), "fmt -n");
    assert_eq!(ran.exit, Exit::Done);
    assert!(ran.out.contains("-2024-01-02  * Shop\n+2024-01-02 * Shop\n"), "{}", ran.out);
    assert_eq!(tree(folder.path()), before);
    let ran = run(folder.path(), "fmt");
    assert_eq!((ran.exit, ran.err.as_str()), (Exit::Done, "main.journal: 3 lines tidied\n"));
    let written = fs::read(&path).expect("a file");
    assert!(written.starts_with(b"\xef\xbb\xbf") && written.ends_with(b"  Assets:Cash\r\n"));
    assert_eq!(run(folder.path(), "fmt --check").exit, Exit::Done);
    assert_eq!(run(folder.path(), "fmt main.journal").err, "Nothing to tidy.\n");
    assert_eq!(fs::read(&path).expect("a file"), written);
    assert_eq!(run(folder.path(), "fmt absent.journal").exit, Exit::CouldNotRun);
}

#[test]
fn print_shows_transactions_by_date_as_they_stand() {
    let folder = folder();
    let text = "2024-02-01 b\n  A:X   1 USD ; kept\n  B\n\n2024-01-01 a\n  C   2 USD\n  B\n";
    fs::write(folder.path().join("x.journal"), text).expect("a file");
    let ran = run(folder.path(), "print -f x.journal");
    assert_eq!(
        ran.out,
        "2024-01-01 a\n  C   2 USD\n  B\n\n2024-02-01 b\n  A:X   1 USD ; kept\n  B\n"
    );
    assert_eq!(run(folder.path(), "print ^a: -f x.journal").out.lines().count(), 3);
    let ran = run(folder.path(), "print -f x.journal --to 2024-01-31");
    assert_eq!(ran.out, "2024-01-01 a\n  C   2 USD\n  B\n");
}

#[test]
fn checks_are_made_when_they_are_named() {
    let folder = folder();
    let text = "account a:cash\n\n~ monthly  x\n  a  1\n  b\n\n\
                2024-02-01 b\n  a:cash   1 USD = 1 USD\n  c:cash\n\n\
                2024-01-01 a ; k: v\n  a:cash   2 USD\n  c:cash\n\n\
                2024-03-01 c\n  a:cash   2 USD\n  c:cash\n";
    fs::write(folder.path().join("x.journal"), text).expect("a file");
    let codes = |line: &str| -> Vec<String> {
        let ran = run(folder.path(), &format!("check {line} -f x.journal --format json"));
        let found: serde_json::Value = serde_json::from_str(&ran.out).expect("JSON");
        let problems = found["problems"].as_array().expect("a list");
        problems
            .iter()
            .map(|one| format!("{} {}", one["code"].as_str().unwrap_or(""), one["line"]))
            .collect()
    };
    assert_eq!(codes(""), ["assertion 8"]);
    assert!(codes("--skip assertions").is_empty());
    let skip = "--skip assertions";
    assert_eq!(codes(&format!("accounts {skip}")), ["undeclared 9"]);
    assert_eq!(codes(&format!("commodities tags {skip}")), ["undeclared 8", "undeclared 11"]);
    assert_eq!(codes(&format!("payees {skip}")).len(), 3);
    assert_eq!(codes(&format!("ordereddates {skip}")), ["ordereddates 11"]);
    assert_eq!(codes(&format!("uniqueleafnames {skip}")), ["uniqueleafnames 13"]);
    assert_eq!(codes(&format!("recentassertions {skip}")), ["recentassertions 16"]);
    let ran = run(folder.path(), "check -v -f x.journal");
    assert!(
        ran.err.contains("x.journal:3 periodic transaction: kept without effect\n"),
        "{}",
        ran.err
    );
    let list = run(folder.path(), "check --list").out;
    assert!(list.contains("recentassertions") && list.contains("\nassertions"), "{list}");
    let ran = run(folder.path(), "check --skip nothing");
    assert_eq!(ran.exit, Exit::CouldNotRun);
    assert!(
        ran.err.starts_with("error: no check `nothing`; checks are `balanced`, "),
        "{}",
        ran.err
    );
    let unbalanced = "2024-01-01 a\n  a  1 USD\n  b  2 USD\n";
    fs::write(folder.path().join("x.journal"), unbalanced).expect("a file");
    assert_eq!(codes("balanced"), ["unbalanced 1"]);
    assert!(codes("--skip balanced").is_empty());
}

#[test]
fn settings_say_which_checks_are_always_made() {
    let folder = folder();
    let settings = "regime = \"us\"\n[check]\nalways = [\"accounts\", \"recentassertions\"]\nrecent_days = 30\n";
    fs::write(folder.path().join("rentier.toml"), settings).expect("settings");
    let text = "account a:cash\n\n2024-01-01 a\n  a:cash   1 USD = 1 USD\n  c:cash\n\n\
                2024-01-31 b\n  a:cash   1 USD\n  c:cash\n";
    let stale = text.replace("01-31", "02-01");
    let codes = |text: &str, line: &str| -> Vec<String> {
        fs::write(folder.path().join("main.journal"), text).expect("a journal");
        let ran = run(folder.path(), &format!("check {line} --format json"));
        let found: serde_json::Value = serde_json::from_str(&ran.out).expect("JSON");
        let problems = found["problems"].as_array().expect("a list");
        problems.iter().map(|one| one["code"].as_str().unwrap_or("").to_owned()).collect()
    };
    assert_eq!(codes(text, ""), ["undeclared"]);
    assert_eq!(codes(&stale, "accounts"), ["undeclared", "recentassertions"]);
    assert_eq!(codes(&stale, "--skip recentassertions"), ["undeclared"]);
    assert_eq!(codes(&stale, "--skip accounts --skip recentassertions"), [""; 0]);
}

#[test]
fn a_file_that_is_not_utf_8_is_told_and_can_be_said_to_be_another() {
    let root = folder();
    let cp1250 = b"2024-01-01 * x\n    Expenses:\xe8okol\xe1da  5.00 EUR\n    Assets:Bank\n";
    fs::write(root.path().join("old.journal"), cp1250).expect("a journal");
    let guessed = run(root.path(), "balance -f old.journal --format csv");
    assert!(guessed.out.contains("Expenses:\u{e8}okol\u{e1}da,EUR,5"), "{}", guessed.out);
    assert!(
        guessed.err.contains("warning: `old.journal` is not UTF-8: read as windows-1252\n"),
        "{}",
        guessed.err
    );
    assert!(guessed.err.contains("--encoding"), "{}", guessed.err);
    let said = run(root.path(), "balance -f old.journal --format csv --encoding windows-1250");
    assert!(said.out.contains("Expenses:\u{10d}okol\u{e1}da,EUR,5"), "{}", said.out);
    assert_eq!(said.err, "");
    let unknown = run(root.path(), "balance -f old.journal --encoding cp-1");
    assert_eq!(unknown.exit, Exit::CouldNotRun);
    assert!(unknown.err.contains("no encoding `cp-1`"), "{}", unknown.err);
}
