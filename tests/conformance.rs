//! Journals that nobody here wrote: how many of them are read as the original tools read them.
//!
//! `fixtures/conformance.count` keeps how many cases of each kind pass; the number may not fall. The
//! cases lie beside this checkout, in `../shared/conformance`; where they do not, this says so.

#[path = "support/left_out.rs"]
mod left_out;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

fn package() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The numbers of the last line: `289 passed, 0 failed, 3 skipped`.
fn counts(output: &str) -> Option<(u32, u32, u32)> {
    let mut words = output.lines().last()?.split([' ', ',']).filter(|word| !word.is_empty());
    let mut number = |name| {
        let number = words.next()?.parse().ok()?;
        (words.next()? == name).then_some(number)
    };
    Some((number("passed")?, number("failed")?, number("skipped")?))
}

/// What is asked of the judge: the name of the count, what `balance` is told, which cases.
const ASKED: [(&str, &str, &[&str]); 4] = [
    ("hledger", "", &["hledger/*"]),
    ("ledger", "", &["ledger/*"]),
    ("beancount", "", &["beancount/*"]),
    ("yearly", "--yearly", &["--what", "income"]),
];

fn run(judge: &Path, shape: &str, words: &[&str]) -> String {
    let rentier = env!("CARGO_BIN_EXE_rentier");
    let bin = format!("{rentier} balance {shape} --format csv --dialect {{dialect}} -f");
    let output = Command::new(judge)
        .args(["--quiet", "--bin", &bin])
        .args(words)
        .output()
        .expect("the judge runs");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn no_fewer_journals_are_read_than_before() {
    let judge = package().join("../shared/conformance/run");
    if !judge.is_file() {
        left_out::left_out(
            "../shared/conformance is not there, other people's journals are not read",
        );
        return;
    }
    let kept = package().join("fixtures/conformance.count");
    let before = fs::read_to_string(&kept).unwrap_or_default();
    let mut now = String::new();
    let mut fallen = Vec::new();
    for (family, shape, words) in ASKED {
        let output = run(&judge, shape, words);
        let (passed, failed, skipped) =
            counts(&output).unwrap_or_else(|| panic!("{family}: {output}"));
        eprintln!("{family}: {passed} passed, {failed} failed, {skipped} skipped");
        writeln!(now, "{family} {passed}").expect("a string");
        let line = before.lines().find_map(|line| line.strip_prefix(family));
        let least: u32 = line.and_then(|line| line.trim().parse().ok()).unwrap_or(0);
        if passed < least {
            fallen.push(format!("{family}: {passed} passed, {least} did before\n{output}"));
        }
    }
    assert!(fallen.is_empty(), "{}", fallen.join("\n"));
    if now != before {
        if env::var_os("UPDATE_GOLDEN").is_some() {
            fs::write(&kept, &now).expect("the fixtures can be written");
        }
        assert!(
            env::var_os("UPDATE_GOLDEN").is_some(),
            "more journals are read than before: keep the count with UPDATE_GOLDEN=1\n{now}"
        );
    }
}
