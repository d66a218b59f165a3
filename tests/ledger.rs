//! Journals: what is read, what it comes to, what is said of what is wrong.
//!
//! A case is a file in `fixtures/ledger` with what it must give beside it: `.balances.csv`, `.errors`,
//! or both. `UPDATE_GOLDEN=1` writes them.

#[path = "support/left_out.rs"]
mod left_out;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use proptest::prelude::*;
use rentier::ledger::{self, Dialect, Ledger, Options, Section};
use rentier::money::{Decimal, plain};
use rentier::period::Every;
use rentier::render::diagnostics;
use rentier::source::{Name, Source};

const OPTIONS: Options = Options { dialect: None, year: 2024, slice: None };

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/ledger")
}

/// The journals of the folder itself, in the order of their names.
fn journals() -> Vec<PathBuf> {
    let files = fs::read_dir(folder()).expect("the fixtures are there");
    let mut files: Vec<PathBuf> = files.map(|file| file.expect("it can be read").path()).collect();
    files.retain(|file| {
        file.extension()
            .is_some_and(|end| end == "journal" || end == "timeclock" || end == "timedot")
    });
    files.sort();
    files
}

fn read(path: &Path) -> Ledger {
    let name = path.file_name().expect("a file").to_string_lossy();
    ledger::read(source(path, &name), &OPTIONS, &mut include)
}

fn source(path: &Path, name: &str) -> Source {
    Source::decode(name, fs::read(path).expect("a fixture"))
}

/// What a command would do: paths are relative to the including file, patterns sorted.
fn include(path: &str, from: &Name) -> Result<Vec<Source>, String> {
    let folder = folder();
    let whole = folder.join(Path::new(&**from).parent().unwrap_or(Path::new(""))).join(path);
    let mut found: Vec<PathBuf> =
        glob::glob(&whole.to_string_lossy()).expect("a pattern").flatten().collect();
    found.sort();
    if found.is_empty() && !path.contains('*') {
        return Err("there is no such file".to_owned());
    }
    let sources = found.into_iter().map(|path| {
        let path = path.canonicalize().expect("it is there");
        let root = folder.canonicalize().expect("it is there");
        let name = path.strip_prefix(root).expect("below the fixtures").to_string_lossy();
        source(&path, &name)
    });
    Ok(sources.collect())
}

fn balances(ledger: &Ledger) -> String {
    let mut text = "account,commodity,quantity\n".to_owned();
    for row in ledger::balance(ledger, |_| true) {
        let quantity = row.quantity.expect("few digits").normalize();
        writeln!(text, "{},{},{quantity}", row.account, row.commodity).expect("a string");
    }
    text
}

/// Compares with the file of that ending beside the fixture; where there is none, nothing is due.
fn golden(path: &Path, ending: &str, found: &str) {
    let path = path.with_extension(match path.extension().and_then(|end| end.to_str()) {
        Some("journal") | None => ending.to_owned(),
        Some(other) => format!("{other}.{ending}"),
    });
    if env::var_os("UPDATE_GOLDEN").is_some() && !found.is_empty() {
        fs::write(&path, found).expect("the fixtures can be written");
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(found, expected, "{}", path.display());
}

#[test]
fn journals_come_to_their_balances_and_problems() {
    for path in journals() {
        let ledger = read(&path);
        let errors = diagnostics::all(&ledger.diagnostics, false);
        golden(&path, "errors", &errors);
        golden(&path, "balances.csv", &balances(&ledger));
    }
}

#[test]
fn the_original_tools_find_the_same_balances() {
    let required = env::var("RENTIER_CROSS_CHECKS").is_ok_and(|value| value == "required");
    for (tool, dialect) in [("hledger", Dialect::Hledger), ("ledger", Dialect::Ledger)] {
        if Command::new(tool).arg("--version").output().is_err() {
            assert!(!required, "{tool} is not installed");
            left_out::left_out(&format!("{tool} is not installed, its balances are not compared"));
            continue;
        }
        for path in journals() {
            let ledger = read(&path);
            // hledger 1.25 takes no mark at the start of a text, `lots` mixes the families, and
            // `marks-shown` goes by evidence that hledger does not look at.
            let ours_alone = ["line-ends.journal", "lots.journal", "marks-shown.journal"];
            let left_out = ours_alone.iter().any(|name| path.ends_with(name));
            if ledger.dialects[0].0 != dialect || !ledger.diagnostics.is_empty() || left_out {
                continue;
            }
            assert_eq!(theirs(tool, &path), ours(&ledger), "{tool} {}", path.display());
        }
    }
}

fn ours(ledger: &Ledger) -> Vec<(String, String, Decimal)> {
    let rows = ledger::balance(ledger, |_| true).into_iter();
    let rows = rows.map(|row| {
        let quantity = row.quantity.expect("few digits").normalize();
        (row.account.to_string(), row.commodity.to_string(), quantity)
    });
    rows.collect()
}

fn theirs(tool: &str, path: &Path) -> Vec<(String, String, Decimal)> {
    let mut command = Command::new(tool);
    command.arg("-f").arg(path);
    if tool == "hledger" {
        // Posting by posting, unrounded: a report would round to what it shows.
        command.args(["print", "-x", "-O", "csv"]);
    } else {
        let form = "%(account)\x01%(quantity(amount))\x01%(commodity(strip(amount)))\n";
        command.args(["--args-only", "register", "--empty", "--format", form]);
    }
    let output = command.output().expect("it runs");
    let shown = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{tool} {}: {shown}", path.display());
    let mut sums: BTreeMap<(String, String), Decimal> = BTreeMap::new();
    let mut add = |account: &str, commodity: &str, number: &str| {
        let number = plain(&unmarked(number)).expect("a number");
        let bare = account
            .strip_prefix('(')
            .and_then(|name| name.strip_suffix(')'))
            .or_else(|| account.strip_prefix('[').and_then(|name| name.strip_suffix(']')));
        let account = bare.unwrap_or(account);
        let key = (account.to_owned(), commodity.trim_matches('"').to_owned());
        *sums.entry(key).or_default() += number;
    };
    if tool == "hledger" {
        let mut rows = csv::Reader::from_reader(output.stdout.as_slice());
        let head = rows.headers().expect("a header").clone();
        let column = |name| head.iter().position(|found| found == name).expect("a column");
        let (account, amount, commodity) =
            (column("account"), column("amount"), column("commodity"));
        for row in rows.records() {
            let row = row.expect("a record");
            add(&row[account], &row[commodity], &row[amount]);
        }
    } else {
        for line in String::from_utf8_lossy(&output.stdout).lines() {
            let parts: Vec<&str> = line.split('\x01').collect();
            add(parts[0], parts[2], parts[1]);
        }
    }
    sums.retain(|_, sum| !sum.is_zero());
    sums.into_iter()
        .map(|((account, commodity), sum)| (account, commodity, sum.normalize()))
        .collect()
}

/// A number of hledger's, in the commodity's own marks: the last is the decimal mark, unless three
/// digits follow it.
fn unmarked(number: &str) -> String {
    let Some(at) = number.rfind(['.', ',']).filter(|at| number.len() - at != 4) else {
        return number.replace(['.', ','], "");
    };
    format!("{}.{}", number[..at].replace(['.', ','], ""), &number[at + 1..])
}

#[test]
fn a_transaction_says_what_its_text_says() {
    let ledger = read(&folder().join("headers.journal"));
    let first = ledger.transactions().next().expect("there is one");
    assert_eq!(first.code(), "2024/17");
    assert_eq!((first.payee().as_str(), first.note().as_str()), ("Shop", "weekly food"));
    assert_eq!(first.tag("trip"), Some("north"));
    assert_eq!(first.tags(), [("trip", "north"), ("paid", "card"), ("tag", "")]);
    let postings: Vec<_> = first.postings().collect();
    let comments: Vec<_> = postings[0].comments().collect();
    assert_eq!(comments, [(4, "of the posting"), (5, "and of the posting too")]);
    assert_eq!(postings[1].line(), 6);
    assert_eq!(postings[1].status(), ledger::Status::Pending);
    assert_eq!(postings[1].amount_from(), ledger::AmountFrom::Elided);
    assert_eq!(postings[1].amount().to_string(), "-12.50 EUR");
}

#[test]
fn an_account_is_of_the_type_that_is_declared_above_it() {
    let text = "account in  ; type: R\naccount out\n  ; type: X\naccount expenses:not  ; type: A\n\
        2023-12-31 x\n  in:shop  -5 EUR  ; date: 2024-01-02\n  out  3 EUR\n  expenses:not  2 EUR\n";
    let mut none = |_: &str, _: &Name| Ok(Vec::new());
    let ledger = ledger::read(Source::new("x", text), &OPTIONS, &mut none);
    let sections = ledger::sections(&ledger);
    let flows = ledger::flows(&ledger, |_| true, |day| Some(Every::Year.number(day)));
    let rows: Vec<_> = flows
        .iter()
        .map(|flow| {
            let (year, sum) = flow.periods[0];
            let section = sections[flow.account.0 as usize];
            (section, year, &**ledger.account(flow.account), sum.expect("few digits").to_string())
        })
        .collect();
    let expected = [
        (Section::Revenues, 2024, "in:shop", "-5".to_owned()),
        (Section::Expenses, 2023, "out", "3".to_owned()),
        (Section::Assets, 2023, "expenses:not", "2".to_owned()),
    ];
    assert_eq!(rows, expected);
}

#[test]
fn a_file_is_read_as_what_it_shows_itself_to_be() {
    let ledger = read(&folder().join("of-ledger.journal"));
    assert_eq!(ledger.dialects[0], (Dialect::Ledger, "`apply tag trip` on line 2".to_owned()));
}

/// Reads a text, and asks everything that can be asked of it.
fn ask(text: &str, dialect: Option<Dialect>) {
    let options = Options { dialect, ..OPTIONS };
    let mut none = |_: &str, _: &Name| Ok(Vec::new());
    let ledger = ledger::read(Source::new("x.journal", text), &options, &mut none);
    let rows = ledger::balance(&ledger, |_| true);
    assert!(rows.len() <= ledger.postings.len());
    for transaction in ledger.transactions() {
        let _ = (transaction.date2(), transaction.code(), transaction.payee(), transaction.note());
        let _ = (transaction.tags(), transaction.place(), transaction.comments().count());
        for posting in transaction.postings() {
            let _ = (posting.amount(), posting.total_cost(), posting.tags(), posting.place());
            assert!(posting.text().len() <= transaction.text().len());
        }
    }
    let _ = diagnostics::all(&ledger.diagnostics, false);
}

const DIALECTS: [Option<Dialect>; 3] = [None, Some(Dialect::Hledger), Some(Dialect::Ledger)];

#[test]
fn no_beginning_of_a_fixture_is_too_much() {
    for path in journals() {
        let text = source(&path, "x").text;
        for (end, _) in text.char_indices() {
            ask(&text[..end], None);
        }
    }
}

/// Each of these would take hours if something in it were done once for each pair of its parts.
#[test]
fn long_texts_take_no_longer_than_they_are() {
    let many = 30_000;
    let postings: String = (0..many).map(|at| format!("  a{}  1 X\n", at % 7)).collect();
    let commodities: String = (0..many)
        .map(|at| format!("  a  1 \"{at}\"\n  b  -1 \"{at}\" == 5\n"))
        .take(many / 10)
        .collect();
    let wrong: String = (0..many / 10).map(|_| "  a  1 X = 0 X\n".to_owned()).collect();
    for text in [
        format!("2024-01-01\n{postings}  rest\n"),
        format!("2024-01-01\n{commodities}"),
        format!("2024-01-01\n{wrong}  b\n"),
        format!("2024-01-01 x ; {}\n  a  1\n  b\n", ":a,".repeat(many)),
        format!("2024-01-01 x ; {}\n  a  1\n  b\n", ":".repeat(many)),
        format!("2024-01-01 x\n  a{}  1 =* 1\n  b\n", ":a".repeat(many)),
        format!("2024-01-01 x\n  a  {}\n  b\n", "(".repeat(many)),
        format!("2024-01-01 x\n  a  1 X {}\n  b\n", "{1 Y}".repeat(many)),
        format!("2024-01-01 x\n  a b {}\n  b\n", "c 1 ".repeat(many)),
        "apply account a\n2024-01-01\n  x  1\n  y\n".repeat(many / 10),
        "2024-01-01\n  a  1 X\n  b\n  c\n".repeat(many / 10),
        "x\n".repeat(many / 10),
    ] {
        ask(&text, Some(Dialect::Hledger));
        ask(&text, Some(Dialect::Ledger));
    }
}

#[test]
fn includes_without_end_are_told_once() {
    let text = "include same.journal\n".repeat(150_000);
    let mut load = |_: &str, _: &Name| Ok(vec![Source::new("same.journal", "; nothing\n")]);
    let ledger = ledger::read(Source::new("x.journal", text), &OPTIONS, &mut load);
    assert_eq!(ledger.diagnostics.len(), 1);
    let problem = &ledger.diagnostics[0];
    assert_eq!(problem.message, "texts include texts without end");
    assert_eq!(problem.places[0].line, 100_001);
}

/// Pieces that texts are made of, in any order.
const PIECES: [&str; 58] = [
    "2024-01-01",
    "1/2",
    "=",
    "==",
    "=*",
    " ",
    "  ",
    "\t",
    "\n",
    "\r\n",
    "\n    ",
    "a:b",
    "(a)",
    "[a]",
    "<a>",
    "10",
    "-1.5",
    "1,000",
    "1.000.000",
    "1e5",
    "99999999999999999999",
    ".",
    ",",
    "USD",
    "$",
    "\"ABC 1\"",
    "\"",
    "@",
    "@@",
    "(@)",
    "{",
    "}",
    "{{",
    "}}",
    "[",
    "]",
    "(",
    ")",
    "*",
    "/",
    ";",
    "; a: b, ",
    "date:",
    "~",
    "= /a/",
    "P ",
    "D ",
    "Y",
    "include x",
    "alias ",
    "apply account ",
    "end ",
    "comment\n",
    "commodity ",
    "bucket ",
    "define ",
    "é",
    "\u{a0}",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn no_text_is_too_much(text in any::<String>(), dialect in 0usize..3) {
        ask(&text, DIALECTS[dialect]);
    }

    #[test]
    fn no_order_of_pieces_is_too_much(
        pieces in proptest::collection::vec(0..PIECES.len(), 0..60),
        dialect in 0usize..3,
    ) {
        let text: String = pieces.into_iter().map(|piece| PIECES[piece]).collect();
        ask(&text, DIALECTS[dialect]);
    }

    #[test]
    fn no_change_to_a_fixture_is_too_much(
        file in any::<prop::sample::Index>(),
        at in any::<prop::sample::Index>(),
        length in 0usize..8,
        piece in 0..PIECES.len(),
        dialect in 0usize..3,
    ) {
        let files = journals();
        let text = source(&files[file.index(files.len())], "x").text;
        let mut letters: Vec<char> = text.chars().collect();
        let start = at.index(letters.len());
        let end = (start + length).min(letters.len());
        letters.splice(start..end, PIECES[piece].chars());
        ask(&letters.into_iter().collect::<String>(), DIALECTS[dialect]);
    }

    /// What an elided amount takes is what the others lack, to the last digit.
    #[test]
    fn an_elided_amount_completes_the_others(
        numbers in proptest::collection::vec((any::<i32>(), 0u32..9, 0usize..3), 1..8),
    ) {
        let mut text = "2024-01-01 x\n".to_owned();
        for (number, scale, commodity) in &numbers {
            let number = Decimal::new(i64::from(*number), *scale);
            writeln!(text, "  a{commodity}  {number} {}", ["X", "Y", "Z"][*commodity]).expect("a string");
        }
        text.push_str("  rest\n");
        let mut none = |_: &str, _: &Name| Ok(Vec::new());
        // Only one family: `1.000` in a journal with nothing else is a thousandth of a thousand.
        let options = Options { dialect: Some(Dialect::Ledger), ..OPTIONS };
        let ledger = ledger::read(Source::new("x", text), &options, &mut none);
        for commodity in ["X", "Y", "Z"] {
            let rows = ledger::balance(&ledger, |_| true);
            let of = rows.iter().filter(|row| row.commodity == commodity);
            let sum: Decimal = of.filter_map(|row| row.quantity).sum();
            prop_assert!(sum.is_zero());
        }
        prop_assert!(!ledger.diagnostics.iter().any(rentier::diagnostic::Diagnostic::is_error));
    }
}
