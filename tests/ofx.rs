//! OFX and QFX become events: fixtures with what they must become beside them, and other people's
//! files, where they are at hand.

#[path = "support/feeds.rs"]
mod feeds;
#[path = "support/left_out.rs"]
mod left_out;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use feeds::{accounting, counted, facts, files, source};
use proptest::prelude::*;
use rentier::event::{Account, Event, EventKind};
use rentier::import::{self, FileReport, Run};
use rentier::source::Source;

fn account() -> Account {
    Account { sweep: vec!["SWEEP".into()], ..Account::taxable("broker".into()) }
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

fn is_ofx(path: &Path) -> bool {
    let ending = path.extension().map(std::ffi::OsStr::to_ascii_lowercase);
    ending.is_some_and(|ending| ending == "ofx" || ending == "qfx")
}

fn fixtures() -> Vec<PathBuf> {
    let all: Vec<PathBuf> =
        files("fixtures/import/ofx").into_iter().filter(|p| is_ofx(p)).collect();
    assert!(!all.is_empty(), "the fixtures are part of the package");
    all
}

#[test]
fn exports_become_journals() {
    feeds::become_journals(&account(), &fixtures());
}

#[test]
fn what_is_imported_is_read_back_from_its_journal() {
    let corpus = files("../shared/corpus/brokers").into_iter().filter(|path| is_ofx(path));
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
        let file = source(&path);
        assert_eq!(import::ofx::recognises(&file.text), is_ofx(&path), "{}", path.display());
        if !is_ofx(&path) {
            continue;
        }
        let rows = ["STMTTRN", "INVTRAN", "OO"].map(|name| {
            let text = file.text.to_uppercase();
            text.matches(&format!("<{name}>")).count()
        });
        let mut run = import(&[file]);
        assert_eq!(run.refused, [], "{}", path.display());
        let [report] = &run.files[..] else { panic!("{}: no report", path.display()) };
        assert!(report.rows.add_up(), "{}: {}", path.display(), counted(report));
        let stated: usize = rows.into_iter().sum();
        assert_eq!(report.rows.read as usize, stated, "{}", path.display());
        if std::env::var_os("SHOW").is_some() {
            println!("=== {}\n{}", path.display(), accounting(&run));
            println!("{}", journal(&mut run));
        }
    }
}

/// A made-up statement with as many purchases and dividends as asked for, on days one after another.
fn statement(rows: std::ops::Range<u32>) -> String {
    let mut text = String::from(
        "OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\n\n<OFX><INVSTMTMSGSRSV1><INVSTMTTRNRS><INVSTMTRS>\
         <CURDEF>USD<INVACCTFROM><BROKERID>b<ACCTID>12345678</INVACCTFROM><INVTRANLIST>\n",
    );
    for row in rows {
        let day = chrono_day(row);
        let _ = write!(
            text,
            "<BUYSTOCK><INVBUY><INVTRAN><FITID>buy{row:06}<DTTRADE>{day}</INVTRAN>\
             <SECID><UNIQUEID>98999X100<UNIQUEIDTYPE>CUSIP</SECID><UNITS>2<UNITPRICE>10.00\
             <TOTAL>-20.00<SUBACCTSEC>CASH<SUBACCTFUND>CASH</INVBUY><BUYTYPE>BUY</BUYSTOCK>\n\
             <INCOME><INVTRAN><FITID>div{row:06}<DTTRADE>{day}</INVTRAN><SECID><UNIQUEID>98999X100\
             <UNIQUEIDTYPE>CUSIP</SECID><INCOMETYPE>DIV<TOTAL>1.50<SUBACCTSEC>CASH</INCOME>\n"
        );
    }
    text.push_str("</INVTRANLIST></INVSTMTRS></INVSTMTTRNRS></INVSTMTMSGSRSV1></OFX>\n");
    text
}

fn chrono_day(row: u32) -> String {
    format!("2024{:02}{:02}120000[-5:EST]", 1 + row / 28 % 12, 1 + row % 28)
}

#[test]
fn overlapping_statements_in_any_order_are_one_journal() {
    let whole = Source::new("whole", statement(0..40));
    let parts = [
        Source::new("a", statement(0..15)),
        Source::new("b", statement(10..30)),
        Source::new("c", statement(30..40)),
    ];
    let expected = facts(&mut import(&[whole]));
    assert_eq!(expected.len(), 80);
    for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
        let files = order.map(|at| parts[at].clone());
        assert_eq!(facts(&mut import(&files)), expected);
        let events = feeds::one_by_one(&account(), files);
        let mut kept = Run::default();
        let report = import(&[parts[0].clone()]).files.remove(0);
        kept.files.push(FileReport { events, ..report });
        assert_eq!(facts(&mut kept), expected);
    }
}

#[test]
fn a_known_fitid_with_another_amount_is_a_change_not_a_new_event() {
    let before = Source::new("before", statement(0..3));
    let events = import(std::slice::from_ref(&before)).take_events();
    let after = Source::new("after", statement(0..3).replacen("<TOTAL>1.50", "<TOTAL>1.45", 1));
    let mut run = import_beside(std::slice::from_ref(&after), &events);
    assert_eq!((run.files[0].rows.changed, run.files[0].rows.known), (1, 5));
    assert_eq!(run.changed[0].broker_id, "div000000");
    assert_eq!(run.changed[0].was.amount.to_string(), "1.50");
    assert_eq!(run.changed[0].now.amount.to_string(), "1.45");
    assert_eq!(run.take_events(), []);
    // The same in one run: the rows of one file are known, the changed one is shown.
    let both = import(&[before, after]);
    let changed: u32 = both.files.iter().map(|file| file.rows.changed).sum();
    assert_eq!((changed, both.changed.len()), (1, 1));
}

#[test]
fn a_fitid_that_two_transactions_share_is_none_of_either() {
    let row = |amount: &str| {
        format!("<STMTTRN><TRNTYPE>DEBIT<DTPOSTED>20240105<TRNAMT>{amount}<FITID>777777</STMTTRN>")
    };
    let file = |name: &str, rows: &[&str]| {
        let rows: String = rows.iter().map(|amount| row(amount)).collect();
        let text = format!(
            "<OFX><STMTRS><CURDEF>USD<BANKACCTFROM><ACCTID>1</BANKACCTFROM><BANKTRANLIST>{rows}\
             </BANKTRANLIST></STMTRS></OFX>"
        );
        Source::new(name, text)
    };
    let (both, one) = (file("both", &["-5.00", "-7.00"]), file("one", &["-5.00"]));
    for order in [[both.clone(), one.clone()], [one, both]] {
        let mut run = import(&order);
        assert_eq!(run.take_events().len(), 2);
        let events = feeds::one_by_one(&account(), order);
        assert_eq!(events.len(), 2);
    }
}

#[test]
fn a_download_that_broke_off_is_refused() {
    let whole = statement(0..3);
    let cut = Source::new("cut", &whole[..whole.len() / 2]);
    let run = import(&[cut]);
    assert_eq!(run.files.len(), 0);
    assert!(run.refused[0].reason.starts_with("OFX that breaks off on line"));
}

#[test]
fn no_amount_of_nesting_or_of_tags_without_end_takes_long() {
    // A step for each pair of tags would not come to an end.
    let many = 100_000;
    let texts = [
        format!("<OFX>{}</OFX>", "<A>".repeat(many)),
        format!("<OFX>{}{}</OFX>", "<STMTRS>".repeat(many), "</STMTRS>".repeat(many)),
        format!("<OFX>{}", "<STMTTRN><FITID>1".repeat(many)),
        format!("<OFX>{}", "<A ".repeat(many)),
        format!("<OFX>{}", "</B>".repeat(many)),
        format!("<OFX><STMTRS><BANKTRANLIST>{}</OFX>", "<X><Y></Y></X>".repeat(many)),
        format!("<OFX><INVSTMTRS>{}</INVSTMTRS></OFX>", "<INCOME><TOTAL>-1</INCOME>".repeat(many)),
    ];
    for text in texts {
        let run = import(&[Source::new("long", text)]);
        assert!(run.files.iter().all(|file| file.rows.add_up()));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// No prefix, and no text with bytes put elsewhere, makes it panic or lose count.
    #[test]
    fn nothing_panics(which in 0usize..64, cut in 0usize..10_000, at in 0usize..10_000, with in "[<>/A-Z0-9.,&\\-\n ]{0,12}") {
        let all = fixtures();
        let text = source(&all[which % all.len()]).text;
        let place = |share: usize| {
            let at = text.len() * share / 10_000;
            (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
        };
        let (cut, at) = (place(cut), place(at));
        let mut changed = text.to_string();
        changed.insert_str(at, &with);
        for text in [text[..cut].to_owned(), changed] {
            let run = import(&[Source::new("changed", text)]);
            for file in &run.files {
                prop_assert!(file.rows.add_up());
                let unknown = |event: &&Event| matches!(event.kind, EventKind::Unknown { .. });
                prop_assert!(file.events.iter().filter(unknown).count() <= file.rows.unresolved as usize);
            }
        }
    }
}
