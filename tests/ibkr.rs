//! Exports of Interactive Brokers become events: fixtures with what they must become beside them, and
//! other people's files, where they are at hand.

#[path = "support/feeds.rs"]
mod feeds;
#[path = "support/left_out.rs"]
mod left_out;

use std::path::{Path, PathBuf};

use feeds::{accounting, counted, facts, files, source};
use indexmap::IndexMap;
use rentier::event::{Account, Event, Securities};
use rentier::import::{self, Context, Known, Otherwise, Run};
use rentier::source::Source;

fn account() -> Account {
    Account::taxable("broker".into())
}

fn import_beside(files: &[Source], books: &[Event]) -> Run {
    feeds::import_beside(&account(), files, books)
}

fn import(files: &[Source]) -> Run {
    import_beside(files, &[])
}

fn journal(run: &mut Run) -> String {
    feeds::journal(&account(), run)
}

fn is_export(path: &Path) -> bool {
    let ending = path.extension().map(std::ffi::OsStr::to_ascii_lowercase);
    ending.is_some_and(|ending| ending == "csv" || ending == "xml")
}

fn fixtures() -> Vec<PathBuf> {
    let folders = ["ibkr", "ibkr-flex", "ibkr-history"];
    let all = folders.into_iter().flat_map(|name| files(&format!("fixtures/import/{name}")));
    let all: Vec<PathBuf> = all.filter(|path| is_export(path)).collect();
    assert!(!all.is_empty(), "the fixtures are part of the package");
    all
}

#[test]
fn exports_become_journals() {
    feeds::become_journals(&account(), &fixtures());
}

#[test]
fn what_is_imported_is_read_back_from_its_journal() {
    let corpus = files("../shared/corpus/brokers/ibkr").into_iter().filter(|path| is_export(path));
    let files: Vec<PathBuf> = fixtures().into_iter().chain(corpus).collect();
    feeds::read_back(&account(), &files);
}

#[test]
fn a_second_import_of_the_same_file_finds_nothing_new() {
    feeds::nothing_new_the_second_time(&account(), &fixtures());
}

#[test]
fn other_people_s_files_are_read_and_every_row_is_accounted_for() {
    let all = files("../shared/corpus/brokers");
    if all.is_empty() {
        left_out::left_out("no ../shared/corpus beside this checkout");
    }
    for path in all {
        let ours = path.parent().is_some_and(|folder| folder.ends_with("ibkr"));
        let file = source(&path);
        assert_eq!(import::ibkr::recognises(&file.text), ours, "{}", path.display());
        if !ours {
            continue;
        }
        let mut run = import(&[file]);
        for report in &run.files {
            assert!(report.rows.add_up(), "{}: {}", path.display(), counted(report));
        }
        if std::env::var_os("SHOW").is_some() {
            println!("=== {}\n{}", path.display(), accounting(&run));
            println!("{}", journal(&mut run));
        }
    }
}

/// A statement of some days with what stands below its sections.
fn statement(period: &str, sections: &str) -> Source {
    let head = format!(
        "Statement,Header,Field Name,Field Value\nStatement,Data,Period,\"{period}\"\n\
         Withholding Tax,Header,Currency,Date,Description,Amount,Code\n"
    );
    Source::new(format!("{period}.csv"), head + sections)
}

fn tax(day: &str, amount: &str) -> String {
    let text = "QTOT(US98999Q1094) Cash Dividend USD 0.90 per Share - US Tax";
    format!("Withholding Tax,Data,USD,{day},{text},{amount},\n")
}

#[test]
fn tax_that_is_taken_back_and_booked_again_under_its_first_day_is_there_twice() {
    let first = tax("2024-01-15", "-13.50");
    let again = tax("2024-01-15", "13.50") + &tax("2024-01-15", "-13.50");
    let january = statement("January 1, 2024 - January 31, 2024", &first);
    let march = statement("March 1, 2024 - March 31, 2024", &again);
    let year = statement("January 1, 2024 - December 31, 2024", &(first.clone() + &again));
    let expected = facts(&mut import(std::slice::from_ref(&year)));
    assert_eq!(expected.len(), 3);
    for files in [
        vec![january.clone(), march.clone()],
        vec![march.clone(), january.clone()],
        vec![year.clone(), march.clone()],
        vec![january, march, year],
    ] {
        assert_eq!(facts(&mut import(&files)), expected);
        let events = feeds::one_by_one(&account(), files);
        assert_eq!(events.len(), 3);
        let cash: rentier::money::Decimal = events.iter().map(|event| event.amount).sum();
        assert_eq!(cash.to_string(), "-13.50");
    }
}

#[test]
fn days_that_a_statement_covers_are_refused_of_a_query() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/import");
    let files =
        [source(&folder.join("ibkr/trades.csv")), source(&folder.join("ibkr-flex/query.xml"))];
    let run = import(&files);
    assert_eq!((run.files.len(), run.refused.len()), (1, 1));
    let reason = &run.refused[0].reason;
    assert!(reason.contains("cover 2024-01-09 to 2024-07-01 of `broker` already"), "{reason}");
}

#[test]
fn what_no_rule_knows_is_taught_by_the_books() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/import/ibkr");
    let file = source(&folder.join("actions.csv"));
    let helps: Vec<String> = import(std::slice::from_ref(&file))
        .diagnostics
        .iter()
        .filter_map(|told| told.help.clone())
        .collect();
    let helps = helps.join("\n");
    assert!(helps.contains("[[aside]]\nstarts = \"Moon Phases\""), "{helps}");
    assert!(helps.contains("starts = \"Frobnicated into\""), "{helps}");
    let own = Source::new(
        "profiles/ibkr.toml",
        "name = \"ibkr\"\n[[aside]]\nstarts = \"Moon Phases\"\nignore = \"phase of the moon\"\n\
         [[action]]\nstarts = \"Frobnicated into\"\nwhen = { type = \"corporate action\" }\n\
         event = \"worthless\"\n",
    );
    let own = import::profile::read(&own).0;
    let account = account();
    let context = Context {
        profiles: &import::profile::merge(import::profile::shipped(), vec![own]),
        accounts: &IndexMap::new(),
        securities: &Securities::default(),
        known: &Known::default(),
        otherwise: Otherwise::Named(&account),
        dates: &IndexMap::new(),
        overrides: &[],
        accepted: &[],
    };
    let taught = import::run(std::slice::from_ref(&file), &context);
    assert_eq!(taught.files[0].rows.unresolved, 1);
}

#[test]
fn no_prefix_of_a_file_panics_and_every_one_adds_up() {
    let corpus = files("../shared/corpus/brokers/ibkr").into_iter().filter(|path| is_export(path));
    for path in fixtures().into_iter().chain(corpus) {
        let text = source(&path).text.to_string();
        let step = (text.len() / 9).max(1);
        for end in (0..text.len()).step_by(step).filter(|end| text.is_char_boundary(*end)) {
            let run = import(&[Source::new("cut", &text[..end])]);
            for file in &run.files {
                assert!(file.rows.add_up(), "{}: {}", path.display(), counted(file));
            }
        }
    }
}

/// The header that a row of an example stands below.
fn header(section: &str) -> &'static str {
    match section {
        "Withholding Tax" | "Commission Adjustments" => "Currency,Date,Description,Amount,Code",
        "Fees" => "Subtitle,Currency,Date,Description,Amount",
        "Deposits & Withdrawals" => "Currency,Settle Date,Description,Amount",
        "Corporate Actions" => {
            "Asset Category,Currency,Report Date,Date/Time,Description,Quantity,Proceeds,Value,\
             Realized P/L,Code"
        }
        "Transaction History" => {
            "Date,Account,Description,Transaction Type,Symbol,Quantity,Price,Gross Amount ,\
             Commission,Net Amount"
        }
        "Grant Activity" => {
            "Symbol,Report Date,Description,Award Date,Vesting Date,Quantity,Price,Value"
        }
        _ => "Currency,Date,Description,Amount",
    }
}

#[test]
fn every_action_is_what_its_example_becomes() {
    let profiles = import::profile::shipped();
    let shared = profiles.iter().find(|profile| *profile.name == *"ibkr").expect("the words");
    for action in shared.actions.iter() {
        let example = action.example.as_deref().expect("a shipped action has an example");
        let text = if example.starts_with('<') {
            format!(
                "<FlexQueryResponse><FlexStatements><FlexStatement accountId=\"U1\">{example}\
                 </FlexStatement></FlexStatements></FlexQueryResponse>"
            )
        } else {
            let section = example.split(',').next().unwrap_or_default();
            format!(
                "Account Information,Header,Field Name,Field Value\n\
                 Account Information,Data,Base Currency,GBP\n\
                 {section},Header,{}\n{example}\n",
                header(section)
            )
        };
        let mut run = import(&[Source::new("example", text)]);
        let unresolved = run.files[0].unresolved.clone();
        let events = run.take_events();
        match &action.outcome {
            import::profile::Outcome::Ignore(reason) => {
                let told = &run.files[0].ignored;
                assert!(told.iter().any(|ignored| *ignored.reason == **reason), "{example}");
            }
            // A leg alone: that it is told as such shows that the action was found.
            import::profile::Outcome::Make(_) if !unresolved.is_empty() => {
                assert_eq!(unresolved[0].reason, "its other leg is missing", "{example}");
            }
            import::profile::Outcome::Make(make) => {
                let [event] = &events[..] else { panic!("{example}: {events:?}") };
                let kinds = [Some(make.kind), make.negative];
                assert!(kinds.contains(&Some(event.kind.name())), "{example}: {event:?}");
                assert_eq!(event.reason, make.reason, "{example}");
                assert_eq!(event.claimed, make.claimed, "{example}");
            }
        }
    }
}
