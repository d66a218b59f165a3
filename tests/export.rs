//! What is printed for hledger, Ledger and Beancount is accepted by them, with the balances here: of
//! journals among the fixtures, of other people's journals, and of what their exports become.

#[path = "support/golden.rs"]
mod golden;
#[path = "support/left_out.rs"]
mod left_out;
#[path = "support/tools.rs"]
mod tools;

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tools::Balances;

fn package() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn rentier(args: &[&str], file: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rentier"));
    command.env_remove("RENTIER_BOOKS").args(args).arg("-f").arg(file);
    command.output().expect("it runs")
}

/// Our balances of a file; `None`: it is not in order.
fn ours(file: &Path, dialect: &str) -> Option<Balances> {
    let ran = rentier(&["balance", "--format", "csv", "--dialect", dialect], file);
    if !ran.status.success() {
        return None;
    }
    let mut rows = csv::Reader::from_reader(&ran.stdout[..]);
    let mut balances = Balances::new();
    for row in rows.records() {
        let row = row.expect("CSV");
        tools::add(&mut balances, &row[0], &row[1], &row[2]);
    }
    Some(balances)
}

/// Journals to be printed: where, and as which dialect they are read.
fn journals() -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for folder in
        ["fixtures/ledger", "fixtures/ledger/beancount", "fixtures/blocks", "fixtures/export"]
    {
        for entry in fs::read_dir(package().join(folder)).expect("fixtures") {
            let path = entry.expect("an entry").path();
            let dialect = match path.extension().and_then(|ending| ending.to_str()) {
                Some("beancount") => "beancount",
                Some("journal") => "hledger",
                Some("ledger") => "ledger",
                _ => continue,
            };
            found.push((path, dialect.to_owned()));
        }
    }
    let others = package().join("../shared/conformance");
    let Ok(manifest) = fs::read_to_string(others.join("manifest.toml")) else {
        left_out::left_out(
            "../shared/conformance is not there, other people's journals are not printed",
        );
        return found;
    };
    let manifest: toml::Table = manifest.parse().expect("TOML");
    for case in manifest["case"].as_array().expect("a list") {
        let text = |key: &str| case.get(key).and_then(toml::Value::as_str);
        if text("expect") == Some("reject") {
            continue;
        }
        let files = case.get("files").and_then(|files| files.get(0)).and_then(toml::Value::as_str);
        let file = text("main").or(text("file")).or(files).expect("a file");
        let dialect = text("id").and_then(|id| id.split('/').next()).expect("an id");
        let path = others.join(file);
        let path = if path.exists() { path } else { others.join(dialect).join(file) };
        found.push((path, dialect.to_owned()));
    }
    found.sort();
    found
}

/// Exports of other people, in the formats whose journals are checked.
fn exports() -> Vec<PathBuf> {
    let corpus = package().join("../shared/corpus/brokers");
    let mut found = Vec::new();
    let mut folders = vec![corpus.clone()];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(&folder) else {
            left_out::left_out(&format!("no exports of other people in {}", corpus.display()));
            return found;
        };
        for path in entries.map(|entry| entry.expect("an entry").path()) {
            let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
            if path.is_dir() {
                folders.push(path);
            } else if matches!(ending, "csv" | "ofx" | "qfx") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// Names that the printed text gives for names of ours: theirs to ours.
fn renamed(text: &str) -> HashMap<(String, String), String> {
    let mut names = HashMap::new();
    let mut above: Option<(String, String)> = None;
    for line in text.lines() {
        if let (Some(key), Some(name)) = (&above, line.strip_prefix("  name: \"")) {
            let name = name.trim_end().trim_end_matches('"');
            names.insert(key.clone(), name.replace("\\\"", "\"").replace("\\\\", "\\"));
        }
        let words: Vec<&str> = line.split_whitespace().collect();
        above = match words[..] {
            [_, word @ ("open" | "commodity"), name, ..] => {
                Some((word.to_owned(), name.to_owned()))
            }
            _ => None,
        };
    }
    names
}

/// Theirs by our names.
fn by_our_names(theirs: Balances, target: &str, text: &str) -> Balances {
    let names = renamed(text);
    let hours = [("hours", "h"), ("minutes", "m"), ("seconds", "s")];
    theirs
        .into_iter()
        .filter(|((account, _), _)| {
            !matches!(&**account, "Equity:Rounding" | "Equity:Unbalanced") || target != "beancount"
        })
        .map(|((account, commodity), sum)| {
            let of = |word: &str, name: String| {
                names.get(&(word.to_owned(), name.clone())).cloned().unwrap_or(name)
            };
            let commodity = match &*commodity {
                "NONE" if target == "beancount" => String::new(),
                hour if target == "ledger" => {
                    let found = hours.iter().find(|(theirs, _)| *theirs == hour);
                    found.map_or(commodity.clone(), |(_, ours)| (*ours).to_owned())
                }
                _ => of("commodity", commodity),
            };
            ((of("open", account), commodity), sum)
        })
        .collect()
}

/// Prints each file for `target` and compares what the program makes of it.
fn check(files: &[(PathBuf, String)], target: &str) -> (usize, Vec<String>) {
    let folder = tempfile::tempdir().expect("a folder for a moment");
    let (mut printed, mut wrong) = (Vec::new(), Vec::new());
    for (number, (file, dialect)) in files.iter().enumerate() {
        let Some(balances) = ours(file, dialect) else { continue };
        // hledger takes brackets off a name that we keep them in, and Ledger is asked for 14 digits
        // and 24 decimals.
        let long = |sum: &str| {
            let (whole, digits) = sum.split_once('.').unwrap_or((sum, ""));
            whole.len() > 14 || digits.len() > 24
        };
        let mut rows = balances.iter();
        let odd = rows.any(|((account, _), sum)| account.starts_with(['(', '[']) || long(sum));
        if odd {
            continue;
        }
        let out = folder.path().join(format!("{number}.{target}"));
        let path = out.to_string_lossy();
        let ran = rentier(&["print", "--as", target, "--dialect", dialect, "-o", &path], file);
        if !ran.status.success() {
            wrong.push(format!("{}: {}", file.display(), String::from_utf8_lossy(&ran.stderr)));
            continue;
        }
        printed.push((file, balances, out));
    }
    let outs: Vec<&Path> = printed.iter().map(|(_, _, out)| out.as_path()).collect();
    let theirs: Vec<Result<Balances, String>> = match target {
        "hledger" => outs.iter().map(|out| tools::hledger(out)).collect(),
        "ledger" => outs.iter().map(|out| tools::ledger(out)).collect(),
        _ => tools::beancount(&outs),
    };
    let checked = printed.len();
    for ((file, ours, out), theirs) in printed.into_iter().zip(theirs) {
        let what = file.display();
        match theirs {
            Err(why) => wrong.push(format!("{what}: {target} refuses it: {why}")),
            Ok(theirs) => {
                let text = fs::read_to_string(&out).expect("it was printed");
                let theirs = by_our_names(theirs, target, &text);
                let lacks = ours.iter().filter(|(key, sum)| theirs.get(*key) != Some(*sum));
                wrong.extend(lacks.map(|row| format!("{what}: {target} lacks {row:?}")));
                let more = theirs.iter().filter(|(key, _)| !ours.contains_key(*key));
                wrong.extend(more.map(|row| format!("{what}: {target} has {row:?}")));
            }
        }
    }
    (checked, wrong)
}

fn accepted(target: &str) {
    let mut files = journals();
    let folder = tempfile::tempdir().expect("a folder for a moment");
    for (number, export) in exports().into_iter().enumerate() {
        let journal = folder.path().join(format!("{number}.journal"));
        let path = journal.to_string_lossy();
        let ran = rentier(&["print", "--as", "rentier", "-o", &path], &export);
        let text = fs::read_to_string(&journal).unwrap_or_default();
        assert!(ran.status.code() != Some(2) || text.is_empty(), "{}", export.display());
        if text.contains("; event: ") {
            files.push((journal, "hledger".to_owned()));
        }
    }
    let (checked, wrong) = check(&files, target);
    eprintln!("{checked} journals printed for {target}");
    assert!(checked > 20, "only {checked}");
    assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn what_is_written_stands_beside_each_fixture() {
    let files = ["journal", "beancount"].map(|ending| golden::files("fixtures/export", ending));
    for file in files.concat() {
        let name = file.file_name().and_then(|name| name.to_str()).expect("a name");
        for target in ["hledger", "ledger", "beancount"] {
            let mut command = Command::new(env!("CARGO_BIN_EXE_rentier"));
            command.env_remove("RENTIER_BOOKS").current_dir(package().join("fixtures/export"));
            let ran = command.args(["print", "--as", target, "-f", name]).output();
            let Output { stdout, stderr, .. } = ran.expect("it runs");
            let [text, said] =
                [stdout, stderr].map(|bytes| String::from_utf8(bytes).expect("text"));
            let expected = file.with_file_name(format!("{name}.as-{target}"));
            golden::golden(&expected, &format!("{text}\n--- said\n{said}"));
        }
    }
}

#[test]
fn hledger_accepts_what_is_printed_for_it() {
    if tools::has("hledger") {
        accepted("hledger");
    }
}

#[test]
fn ledger_accepts_what_is_printed_for_it() {
    if tools::has("ledger") {
        accepted("ledger");
    }
}

#[test]
fn beancount_accepts_what_is_printed_for_it() {
    if tools::has_beancount() {
        accepted("beancount");
    }
}
