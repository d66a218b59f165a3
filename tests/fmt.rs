//! Tidying a journal changes white space alone: the same words, the same transactions and balances,
//! and what is tidy stays as it is. Over all journals among the fixtures, those of other people
//! beside this checkout, and damaged ones.

#[path = "support/golden.rs"]
mod golden;
#[path = "support/left_out.rs"]
mod left_out;

use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use rentier::ledger::{self, Dialect, Ledger, Options};
use rentier::source::{Name, Source};

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    let entries = fs::read_dir(folder).expect("fixtures can be listed");
    for path in entries.map(|entry| entry.expect("an entry").path()) {
        let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
        if path.is_dir() {
            files(&path, found);
        } else if matches!(ending, "journal" | "ledger" | "beancount" | "bean" | "dat" | "untidy") {
            found.push(path);
        }
    }
}

/// All journals at hand, each with its dialects to be tried.
fn journals() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    files(&root.join("fixtures"), &mut found);
    let others = root.join("../shared/conformance");
    if others.is_dir() {
        files(&others, &mut found);
    } else {
        left_out::left_out(
            "../shared/conformance is not there, other people's journals are not read",
        );
    }
    found.sort();
    let text = |path: &PathBuf| {
        Source::decode("x", fs::read(path).expect("it can be read")).text.to_string()
    };
    found.iter().map(|path| (path.clone(), text(path))).collect()
}

fn read(name: &str, text: &str, dialect: Dialect) -> Ledger {
    let options = Options { dialect: Some(dialect), ..Options::default() };
    ledger::read(Source::new(name, text), &options, &mut |_: &str, _: &Name| Ok(Vec::new()))
}

/// What a text says, without places.
fn said(ledger: &Ledger) -> Vec<String> {
    let mut said = Vec::new();
    for transaction in ledger.transactions() {
        let comments: Vec<_> = transaction.comments().map(|(_, comment)| comment).collect();
        said.push(format!(
            "{} {:?} {:?} {} {comments:?}",
            transaction.date(),
            transaction.date2(),
            transaction.status(),
            transaction.description()
        ));
        for posting in transaction.postings() {
            let comments: Vec<_> = posting.comments().map(|(_, comment)| comment).collect();
            said.push(format!(
                "{} {:?} {} {} {:?} {:?} {:?} {comments:?}",
                posting.account(),
                posting.kind(),
                posting.number(),
                posting.commodity(),
                posting.cost(),
                posting.lot(),
                posting.assertion()
            ));
        }
    }
    said.extend(ledger.prices.iter().map(|price| format!("{} {:?}", price.date, price.amount)));
    said.extend(ledger.declared.iter().map(|one| format!("{:?} {}", one.what, one.name)));
    // In the order of lines, which differ.
    let told = ledger.diagnostics.iter().map(|one| format!("{} {}", one.code, one.message));
    let mut told: Vec<String> = told.collect();
    told.sort();
    said.extend(told);
    said
}

fn tidied(what: &str, text: &str, dialect: Dialect) -> Result<String, String> {
    let once = ledger::fmt::fmt(what, text, dialect);
    let words = |text: &str| text.split_whitespace().collect::<String>();
    if words(text) != words(&once) || !ledger::fmt::same_words(text, &once) {
        return Err(format!("{what}: words change\n{once}"));
    }
    let twice = ledger::fmt::fmt(what, &once, dialect);
    if once != twice {
        let steps = ledger::fmt::changes(&once, &twice);
        return Err(format!("{what}: twice is not once\n{}", ledger::fmt::unified(what, &steps)));
    }
    Ok(once)
}

#[test]
fn journals_say_the_same_when_they_are_tidy() {
    let mut wrong = Vec::new();
    let mut changed = 0;
    for (path, text) in journals() {
        let what = path.display().to_string();
        let told = ledger::evidence(&Source::new(&what, text.as_str())).0;
        let family = [Dialect::Hledger, Dialect::Ledger];
        let dialects = if told == Dialect::Beancount { vec![told] } else { family.to_vec() };
        for dialect in dialects {
            match tidied(&what, &text, dialect) {
                Err(why) => wrong.push(why),
                Ok(tidy) => {
                    changed += usize::from(tidy != text);
                    let (before, after) =
                        (read(&what, &text, dialect), read(&what, &tidy, dialect));
                    let (before, after) = (said(&before), said(&after));
                    let first = before.iter().zip(&after).find(|(one, other)| one != other);
                    if before != after {
                        wrong.push(format!("{what} as {}: {first:#?}", dialect.name()));
                    }
                }
            }
        }
    }
    assert!(changed > 0, "no journal was untidy");
    assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn what_rentier_prints_is_tidy() {
    let mut checked = 0;
    for (path, text) in journals() {
        if text.contains("\n    ; id: ")
            && path.extension().is_some_and(|ending| ending == "journal")
        {
            let printed = text
                .split("\n\n")
                .all(|block| block.starts_with("decimal-mark") || block.contains("\n    ; id: "));
            if printed {
                checked += 1;
                let tidy = ledger::fmt::fmt("x.journal", &text, Dialect::Hledger);
                let steps = ledger::fmt::changes(&text, &tidy);
                assert_eq!(text, tidy, "{}", ledger::fmt::unified(&path.to_string_lossy(), &steps));
            }
        }
    }
    assert!(checked > 10, "only {checked} were printed by rentier");
}

/// `NAME.untidy` becomes `NAME.tidy`.
#[test]
fn fixtures_are_tidied_as_shown() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/fmt");
    let mut found = Vec::new();
    files(&folder, &mut found);
    assert!(!found.is_empty());
    for path in found {
        let text = fs::read_to_string(&path).expect("a fixture");
        let name = path.with_extension("").to_string_lossy().into_owned();
        let dialect = ledger::evidence(&Source::new(&name, text.as_str())).0;
        golden::golden(&path.with_extension("tidy"), &ledger::fmt::fmt(&name, &text, dialect));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]
    #[test]
    fn any_text_keeps_its_words(
        lines in proptest::collection::vec(
            proptest::sample::select(vec![
                "2024-01-01 * (a)  x ; y", "  A:B  1 USD  ; c", "\tA:B\t$-10.00 @ 2 EUR = 3", "", "   ",
                "2024-01-01 I\r\t", "2024-01-01 A EUR", "; top", " ; deep", "comment", "end comment", "python", "account A  ; t", "  note x",
                "2024-01-01 * \"a", "b\" \"c\"", "  Assets:B 1 + 2 USD {3 USD}", "  key: \"v", "A \"",
                "= /x/", "~ monthly", "\u{a0}x", "  ! A  (1 * 2 USD) ", "P 2024-01-01 A 1 B", "\"", "  é: 1",
                "2024-01-02 balance Assets:B  1 USD", "    *A:B  = 5 ", "\u{c}", "  \u{c}x",
            ]),
            0..12,
        ),
        ends in proptest::collection::vec(proptest::sample::select(vec!["\n", "\r\n", "\r", ""]), 12),
    ) {
        let text: String = lines.iter().zip(&ends).map(|(line, end)| format!("{line}{end}")).collect();
        for dialect in [Dialect::Hledger, Dialect::Ledger, Dialect::Beancount] {
            let tidy = tidied("x", &text, dialect);
            prop_assert!(tidy.is_ok(), "{:?} of {text:?}: {}", dialect, tidy.unwrap_err());
            if let Ok(tidy) = tidy {
                let (before, after) = (read("x", &text, dialect), read("x", &tidy, dialect));
                // Where a line of Beancount does not read, so do quotes on it, and no two readers go
                // on alike; its words stay all the same.
                let unread = |one: &rentier::diagnostic::Diagnostic| {
                    matches!(one.code, "syntax" | "directive" | "indented")
                };
                if dialect == Dialect::Beancount && before.diagnostics.iter().any(unread) {
                    continue;
                }
                prop_assert_eq!(said(&before), said(&after), "{:?}: {:?} {:?}", dialect, text, tidy);
            }
        }
    }
}
