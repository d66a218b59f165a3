//! Drafts of profiles for exports that none reads: what the file tells is filled in, the rest asked.

#[path = "support/golden.rs"]
mod golden;

use std::fs;

use rentier::import::{self, profile};
use rentier::source::Source;

#[test]
fn drafts_say_what_the_file_tells_and_ask_the_rest() {
    for csv in golden::files("fixtures/import/draft", "csv") {
        let name = csv.file_stem().expect("a name").to_string_lossy().into_owned();
        let bytes = fs::read(&csv).expect("a fixture");
        let source = Source::decode(format!("{name}.csv"), bytes);
        let draft = import::draft(&source, &name, &profile::shipped()).expect("a table");
        golden::golden(&csv.with_extension("toml"), &draft);
    }
}

#[test]
fn an_answered_draft_reads_the_file_it_was_drafted_from() {
    let text = fs::read_to_string("fixtures/import/draft/budget.csv").expect("a fixture");
    let source = Source::new("budget.csv", text);
    let draft = import::draft(&source, "budget", &profile::shipped()).expect("a table");
    let (answered, problems) = profile::read(&Source::new("profiles/budget.toml", draft));
    assert_eq!(problems, []);
    assert!(import::recognizes(&source, &[answered]));
}

#[test]
fn a_word_that_is_not_answered_is_a_problem_with_its_line() {
    let text = fs::read_to_string("fixtures/import/draft/two-readings.csv").expect("a fixture");
    let source = Source::new("bank.csv", text);
    let draft = import::draft(&source, "bank", &[]).expect("a table");
    let (_, problems) = profile::read(&Source::new("profiles/bank.toml", draft));
    assert_eq!(problems.len(), 2, "{problems:#?}");
    assert!(problems.iter().all(|problem| problem.places.iter().all(|place| place.line > 0)));
}

#[test]
fn what_is_no_table_has_no_draft() {
    for text in ["", "one line", "<html><body>Log in</body></html>", "PK\u{3}\u{4}"] {
        assert_eq!(import::draft(&Source::new("x", text), "x", &[]), None, "{text}");
    }
}
