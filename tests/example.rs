//! The shipped example books, as the README runs them: every statement as it stands in `reports/`,
//! and `imported/` as `rentier import` makes it of `statements/`.

#[path = "support/golden.rs"]
mod golden;
mod world;

use std::fs;
use std::path::{Path, PathBuf};

use golden::golden;
use rentier::cli::Exit;
use world::{folder, run, tree};

fn package(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// A copy of the example in a folder of its own.
fn copy_of_the_books() -> tempfile::TempDir {
    let copy = folder();
    let books = package("fixtures/books/example");
    for (path, bytes) in tree(&books) {
        let to = copy.path().join(path.strip_prefix(&books).expect("below the books"));
        fs::create_dir_all(to.parent().expect("it has a folder")).expect("a folder");
        fs::write(to, bytes).expect("a copy");
    }
    copy
}

#[test]
fn the_statements_are_those_of_the_reports_folder() {
    let books = package("fixtures/books/example");
    for (line, report) in [
        ("income 2024", "example-2024.txt"),
        ("income 2024 --format csv", "example-2024.csv"),
        ("income 2024 --format csv --detail", "example-2024-detail.csv"),
        ("income 2024 --format json", "example-2024.json"),
        ("income 2024 --view cash", "example-2024-cash.txt"),
        ("income 2024 --view cash --format csv", "example-2024-cash.csv"),
        ("income 2024 --detail", "example-2024-detail.txt"),
        ("income 2024 --by payer", "example-2024-by-payer.txt"),
        ("income 2024 --regime plain", "example-2024-plain.txt"),
        ("gains 2024", "example-2024-gains.txt"),
        ("events --format csv", "example-events.csv"),
        ("events --format json", "example-events.json"),
        ("explain 2024 dividend.qualified A", "example-explain-dividend.txt"),
        ("explain 2024 rent.net", "example-explain-rent.txt"),
        ("check 2024", "example-check.txt"),
        ("balance", "example-balance.txt"),
    ] {
        let ran = run(&books, &format!("{line} --color never"));
        assert_eq!(ran.exit, Exit::Done, "{line}: {}", ran.err);
        golden(&package("reports").join(report), &ran.out);
    }
}

#[test]
fn the_readme_shows_what_the_program_prints() {
    let readme = fs::read_to_string(package("README.md")).expect("a README");
    let statement = fs::read_to_string(package("reports/example-2024.txt")).expect("a report");
    assert!(readme.contains(&statement), "the README's statement is not reports/example-2024.txt");
}

#[test]
fn the_imported_journals_are_what_import_makes_of_the_statements() {
    let books = copy_of_the_books();
    for account in ["schwab", "fidelity"] {
        let journal = books.path().join(format!("imported/{account}.journal"));
        fs::remove_file(journal).expect("it was there");
    }
    fs::write(books.path().join("imported/none.journal"), "").expect("for the include");
    let line = "import statements/schwab-2024.csv statements/fidelity-2024.csv --account schwab";
    let ran = run(books.path(), line);
    assert_eq!(ran.exit, Exit::Done, "{}{}", ran.out, ran.err);
    for account in ["schwab", "fidelity"] {
        let made = fs::read(books.path().join(format!("imported/{account}.journal")));
        let shipped =
            fs::read(package(&format!("fixtures/books/example/imported/{account}.journal")));
        assert!(made.expect("imported") == shipped.expect("shipped"), "{account} differs");
    }
}

#[test]
fn importing_the_kept_statements_again_changes_no_byte() {
    let books = copy_of_the_books();
    let before = tree(books.path());
    let ran = run(books.path(), "import statements/schwab-2024.csv statements/fidelity-2024.csv");
    assert_eq!(ran.exit, Exit::Done, "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("nothing new in 2 files: 9 known"), "{}", ran.out);
    assert!(tree(books.path()) == before, "a second import wrote something");
}

#[test]
fn a_year_is_not_final_while_something_in_the_records_could_not_be_read() {
    let books = package("fixtures/books/broken");
    let text = run(&books, "income 2024 -f unbalanced.journal --color never");
    assert_eq!(text.exit, Exit::Problems);
    assert!(text.out.contains("\nIncomplete: 1 problem in the records"), "{}", text.out);
    assert!(text.err.contains("transaction does not balance"), "{}", text.err);
    let json = run(&books, "income 2024 -f unbalanced.journal --format json");
    assert!(json.out.contains("\"status\": \"incomplete\""), "{}", json.out);
    let cash = run(&books, "income 2024 -f unbalanced.journal --view cash --color never");
    assert!(cash.out.contains("\nIncomplete: 1 problem in the records"), "{}", cash.out);
    let gains = run(&books, "gains 2024 -f unbalanced.journal --color never");
    assert!(gains.out.contains("Incomplete: 1 problem in the records"), "{}", gains.out);
}
