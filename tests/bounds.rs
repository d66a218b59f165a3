//! Texts made to be hard: each ends, with a clear problem where it goes too far, and in time that
//! grows with its length. Sizes are such that a step for each pair of parts would not come to an end;
//! nothing here looks at a clock.

use std::fmt::Write;

use rentier::ledger::{self, Dialect, Ledger, Options};
use rentier::source::{Name, Source};

fn read(text: String, dialect: Dialect) -> Ledger {
    let options = Options { dialect: Some(dialect), ..Options::default() };
    let mut none = |_: &str, _: &Name| Ok(Vec::new());
    ledger::read(Source::new("hard.journal", text), &options, &mut none)
}

const ALL: [Dialect; 3] = [Dialect::Hledger, Dialect::Ledger, Dialect::Beancount];

#[test]
fn deep_brackets_are_a_problem_and_no_overflow() {
    let deep = "(".repeat(300_000);
    for dialect in ALL {
        for amount in [format!("{deep}1 USD"), format!("1 USD {}", "{".repeat(300_000))] {
            let text = format!("2024-01-01 * \"x\"\n  Assets:A  {amount}\n  Assets:B\n");
            let tidy = ledger::fmt::fmt("hard", &text, dialect);
            assert!(ledger::fmt::same_words(&text, &tidy));
            let read = read(text, dialect);
            assert!(!read.diagnostics.is_empty() && read.transactions.is_empty(), "{dialect:?}");
        }
    }
    let rule = format!("= expr {deep}\n  a  1\n\n2024-01-01 x\n  a  1\n  b\n");
    assert!(!read(rule, Dialect::Ledger).diagnostics.is_empty());
}

#[test]
fn long_lines_and_long_names_are_read_once() {
    let words = "word ".repeat(400_000);
    let parts = "Part:".repeat(10_000);
    for dialect in ALL {
        let mut text = format!(
            "2024-01-01 * \"{words}\"\n  ; {words}\n  Assets:A  1 USD ; {words}\n  Assets:B\n"
        );
        let _ =
            write!(text, "\n2024-01-02 * \"y\"\n  Assets:{parts}A  1 USD\n  Assets:B  -1 USD\n");
        let read = read(text.clone(), dialect);
        assert!(read.transactions.len() >= 2, "{:?}", read.diagnostics.first());
        assert_eq!(ledger::balance(&read, |_| true).len(), 3);
        assert!(ledger::fmt::same_words(&text, &ledger::fmt::fmt("hard", &text, dialect)));
    }
}

#[test]
fn a_transaction_may_have_many_postings_and_a_posting_many_comments() {
    let mut text = "2024-01-01 * \"x\"\n".to_owned();
    for number in 0..100_000 {
        let _ = writeln!(text, "  Assets:A{}  1 USD", number % 1000);
    }
    text.push_str("  Assets:B\n");
    for _ in 0..100_000 {
        text.push_str("    ; more: of it\n");
    }
    for dialect in ALL {
        let read = read(text.clone(), dialect);
        assert_eq!(read.postings.len(), 100_001, "{:?}", read.diagnostics.first());
        let lines: u64 = read.all_postings().map(|posting| u64::from(posting.line())).sum();
        assert!(lines > 5_000_000_000);
        let tidy = ledger::fmt::fmt("hard", &text, dialect);
        assert_eq!(
            ledger::fmt::changes(&text, &tidy)
                .iter()
                .filter(|c| !matches!(c, ledger::fmt::Change::Same(_)))
                .count()
                % 2,
            0
        );
    }
}

#[test]
fn open_comments_and_strings_end_with_the_text() {
    for dialect in ALL {
        for line in [
            "comment\n",
            "2024-01-01 * \"\n",
            "test\n",
            "apply account a\n",
            "\"\n",
            "= \"\n",
            "pushtag #a\n",
        ] {
            let text = line.repeat(10_000);
            let tidy = ledger::fmt::fmt("hard", &text, dialect);
            assert!(ledger::fmt::same_words(&text, &tidy));
            let _ = read(text, dialect);
        }
    }
}

#[test]
fn a_text_that_is_included_without_end_is_told() {
    for dialect in [Dialect::Hledger, Dialect::Ledger] {
        let options = Options { dialect: Some(dialect), ..Options::default() };
        let mut opened = 0u32;
        let mut load = |path: &str, _: &Name| {
            opened += 1;
            Ok(vec![Source::new(format!("{opened}-{path}"), "include again.journal\n")])
        };
        let root = Source::new("hard.journal", "include again.journal\n".repeat(2));
        let read = ledger::read(root, &options, &mut load);
        assert!(read.diagnostics.iter().any(|one| one.code == "include"));
        assert!(opened < 300_000, "{opened}");
    }
}
