//! Whole books through the command line: what they must print is kept in `reports/`, in every format.

use std::fs;
use std::path::{Path, PathBuf};

use rentier::cli::Exit;
use serde_json::Value;

use crate::golden::golden;
use crate::world::{Ran, folder, run};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Runs a command line on the books of a fixture.
fn on(books: &str, line: &str) -> Ran {
    run(&root().join("fixtures/books").join(books), line)
}

/// Holds what `line` prints against `reports/NAME.txt`, `.csv` and `.json`.
fn every_format(books: &str, name: &str, line: &str) {
    for (format, ending) in [("text", "txt"), ("csv", "csv"), ("json", "json")] {
        let ran = on(books, &format!("{line} --format {format}"));
        assert_ne!(ran.exit, Exit::CouldNotRun, "{line}: {}", ran.err);
        golden(&root().join("reports").join(format!("{name}.{ending}")), &ran.out);
    }
}

/// The same in text only.
fn as_text(books: &str, name: &str, line: &str) {
    let ran = on(books, line);
    assert_ne!(ran.exit, Exit::CouldNotRun, "{line}: {}", ran.err);
    golden(&root().join("reports").join(format!("{name}.txt")), &ran.out);
}

#[test]
fn the_joint_books_print_what_is_kept() {
    every_format("joint", "joint-2023-2024", "income 2023 2024");
    every_format("joint", "joint-2024", "income 2024");
    every_format("joint", "joint-2024-cash", "income 2024 --view cash");
    every_format("joint", "joint-2024-gains", "gains 2024");
    every_format("joint", "joint-2024-payers", "income 2024 --by payer --category dividend");
    as_text(
        "joint",
        "joint-2024-detail",
        "income 2024 --detail --category dividend --security MSFT",
    );
    as_text("joint", "joint-2024-gains-detail", "gains 2024 --detail");
    as_text("joint", "joint-2024-months", "income 2024 --by month");
    as_text("joint", "joint-2024-narrow", "income 2024 --width 50");
    as_text("joint", "joint-2024-events", "events 2024 --account fidelity --security VXUS");
}

#[test]
fn the_joint_books_explain_themselves() {
    every_format("joint", "joint-explain-qualified", "explain 2024 dividend.qualified JNJ");
    as_text("joint", "joint-explain-plain", "explain 2024 dividend.qualified MSFT");
    as_text("joint", "joint-explain-wash", "explain 2024 capital.short VXUS");
    as_text("joint", "joint-explain-rent", "explain 2024 rent");
    as_text("joint", "joint-explain-depreciation", "explain 2024 rent.expense.depreciation harbor");
    as_text("joint", "joint-explain-total", "explain 2024");
    as_text("joint", "joint-explain-waits", "explain 2024 unplaced");
}

/// The figures that the books must come to stand in the contract's sample, event by event or not.
#[test]
fn the_joint_books_come_to_the_contract_s_figures() {
    let ran = on("joint", "income 2023 2024 --format json");
    assert_eq!(ran.exit, Exit::Problems);
    let shown: Value = serde_json::from_str(&ran.out).expect("it is JSON");
    let contract = fs::read_to_string(root().join("fixtures/report/joint-income.json"));
    let contract: Value = serde_json::from_str(&contract.expect("a fixture")).expect("it is JSON");
    let lines = shown["lines"].as_array().expect("lines");
    let expected = contract["lines"].as_array().expect("lines");
    for (line, expected) in lines.iter().zip(expected) {
        let mut line = line.clone();
        let events = line.as_object_mut().and_then(|line| line.remove("events"));
        assert!(events.is_some(), "{line}");
        cents(&mut line);
        assert_eq!(&line, expected);
    }
    assert_eq!(lines.len(), expected.len());
    let mut total = shown["total"].clone();
    cents(&mut total);
    assert_eq!(total, contract["total"]);
    assert_eq!(shown["lot_methods"], contract["lot_methods"]);
    let items = |value: &Value| {
        let mut items = value["bridge"].as_array().expect("a bridge").clone();
        for item in &mut items {
            item.as_object_mut().map(|item| item.remove("about"));
            cents(item);
        }
        items.sort_by_key(|item| item["label"].to_string());
        items
    };
    assert_eq!(items(&shown), items(&contract));
}

/// Amounts as the sample has them: in cents.
fn cents(value: &mut Value) {
    let amounts = value.get_mut("amounts").and_then(Value::as_object_mut);
    for amount in amounts.into_iter().flat_map(|amounts| amounts.values_mut()) {
        let exact = amount.as_str().and_then(rentier::money::plain);
        if let Some(exact) = exact {
            *amount = rentier::money::rounded(exact, 2).to_string().into();
        }
    }
}

#[test]
fn a_figure_s_events_lead_to_their_lines() {
    let ran = on("joint", "income 2024 --format json");
    let shown: Value = serde_json::from_str(&ran.out).expect("it is JSON");
    let line = shown["lines"]
        .as_array()
        .and_then(|lines| lines.iter().find(|line| line["category"] == "other.substitute_payment"));
    let event = line.and_then(|line| line["events"]["2024"][0].as_str()).expect("an event");
    let told = on("joint", &format!("explain {event}"));
    assert!(told.out.starts_with("18.40 USD  payment-in-lieu, VTI, 2024-08-30, schwab\n"));
    assert!(told.out.contains("18.40 as other.substitute_payment in 2024"), "{}", told.out);
    let at = told.out.lines().find_map(|line| line.strip_prefix("└ line    ")).expect("a line");
    let row = on("joint", &format!("explain {at}"));
    assert_eq!(row.out, told.out);
}

#[test]
fn what_is_not_known_is_told_with_what_is() {
    for (line, said) in [
        ("income 2024 --by payr", "no key `payr`; keys are `category`, `payer`"),
        ("income 2024 --category dividnd", "no category `dividnd`"),
        (
            "income 2024 --account fidelty",
            "no account `fidelty`; accounts are `schwab`, `fidelity`",
        ),
        ("explain 2024 dividend.qualifed", "no category `dividend.qualifed`"),
        ("explain 2024 dividend.ordinary XYZ", "no payer `XYZ`"),
        ("explain nowhere", "no event `nowhere`"),
        ("explain main.journal:99999", "`main.journal` has"),
        ("explain other.csv:3", "no file `other.csv`"),
    ] {
        let ran = on("joint", line);
        assert_eq!(ran.exit, Exit::CouldNotRun, "{line}: {}{}", ran.out, ran.err);
        assert!(ran.err.contains(said), "{line}: {}", ran.err);
    }
}

#[test]
fn a_report_goes_to_the_file_that_is_named() {
    let folder = folder();
    let path: PathBuf = folder.path().join("2024.csv");
    let ran = on("joint", &format!("income 2024 -o {}", path.display()));
    assert_eq!((ran.exit, ran.out.as_str()), (Exit::Problems, ""));
    let written = fs::read_to_string(path).expect("it was written");
    assert!(written.starts_with("year,section,category,label,"), "{written}");
}

#[test]
fn a_file_alone_is_a_source_and_the_title_says_so() {
    let folder = folder();
    let journal = "2024-03-27 * VTI\n    ; event: dividend, security: VTI, claimed: qualified\n    \
                   Assets:Broker:Cash   91.05 USD\n    Income:Dividends:VTI   -91.05 USD\n";
    fs::write(folder.path().join("my.journal"), journal).expect("a file");
    let ran = run(folder.path(), "income 2024 my.journal");
    assert!(
        ran.out.starts_with("Income 2024 · tax view (taken as taxable: my.journal)"),
        "{}",
        ran.out
    );
    let events = run(folder.path(), "events -f my.journal --format json");
    let events: Value = serde_json::from_str(&events.out).expect("it is JSON");
    assert_eq!(events[0]["amount"], "91.05");
    assert_eq!(events[0]["source"]["line"], 1);
}

/// The books of the README's example in a folder of their own, what the exports hold imported.
fn example() -> tempfile::TempDir {
    let folder = folder();
    let from = root().join("fixtures/books/example");
    for (path, bytes) in crate::world::tree(&from) {
        let to = folder.path().join(path.strip_prefix(&from).expect("it is below"));
        fs::create_dir_all(to.parent().expect("a folder")).expect("a folder can be made");
        fs::write(to, bytes).expect("a file can be written");
    }
    let line = "import statements/schwab-2024.csv statements/fidelity-2024.csv";
    let ran = run(folder.path(), line);
    assert_eq!(ran.exit, Exit::Done, "{}{}", ran.out, ran.err);
    folder
}

#[test]
fn the_example_of_the_readme_prints_the_screens_of_the_design() {
    let books = example();
    let ran = run(books.path(), "income 2024");
    assert_eq!((ran.exit, ran.out.as_str(), ran.err.as_str()), (Exit::Done, crate::sarah::TAX, ""));
    let ran = run(books.path(), "income 2024 --view cash");
    assert_eq!(
        (ran.exit, ran.out.as_str(), ran.err.as_str()),
        (Exit::Done, crate::sarah::CASH, "")
    );
    let none = run(books.path(), "gains 2024");
    assert!(none.out.contains("\nNothing was sold in 2024.\n"), "{}", none.out);
    let last = none.out.lines().last().unwrap_or_default();
    assert!(last.starts_with("Net gain, Schedule D 16 ") && last.ends_with(" 250.00"), "{last}");
    let none = run(books.path(), "gains 2020");
    let said = "No gains in 2020: nothing was sold. Records reach 2024-12-20.";
    assert!(none.out.contains(said), "{}", none.out);
}

#[test]
fn a_row_says_what_became_of_it() {
    let books = example();
    let told = |line: &str| run(books.path(), &format!("explain {line}")).out;
    let imported = told("schwab-2024.csv:3");
    assert!(imported.starts_with("500.00 USD  dividend, A, 2024-12-13, schwab\n"), "{imported}");
    assert!(imported.contains("└ line    statements/schwab-2024.csv:3\n"), "{imported}");
    assert!(imported.contains("\"12/13/2024\",\"Qualified Dividend\",\"A\""), "{imported}");
    // The same row in a download that the books do not keep under its name.
    let kept = fs::read(books.path().join("statements/schwab-2024.csv")).expect("a statement");
    fs::write(books.path().join("again.csv"), kept).expect("a file");
    assert_eq!(told("again.csv:3"), imported);
    let header = told("again.csv:1");
    assert!(header.starts_with("no event: "), "{header}");
    let header = "\"Date\",\"Action\",\"Symbol\",\"Description\",\"Quantity\",\"Price\",\"Fees & Comm\",\"Amount\"\n";
    let rows = [
        "\"01/10/2025\",\"Qualified Dividend\",\"A\",\"A COMPANY\",\"\",\"\",\"\",\"$9.00\"\n",
        "\"01/11/2025\",\"Securities Lending Reb\",\"A\",\"A COMPANY\",\"\",\"\",\"\",\"$1.00\"\n",
    ];
    fs::write(books.path().join("new.csv"), header.to_owned() + &rows.concat()).expect("a file");
    let new = told("new.csv:2");
    assert!(new.starts_with("9.00 USD  not imported yet: dividend, A, 2025-01-10"), "{new}");
    let strange = told("new.csv:3");
    assert!(strange.contains("not understood: "), "{strange}");
}
