//! What files are taken for, by their content.

use super::*;
use crate::import::profile::Field;
use crate::import::profile::shipped;

fn refusal(text: &str) -> String {
    let profiles = shipped();
    match recognise(&Source::new("x.csv", text), &profiles, &Kinds::shipped().0) {
        Ok(layout) => format!("read by {}: {}", layout.profile.name, layout.why),
        Err(refused) => format!("{}: {}", refused.reason, refused.advice),
    }
}

#[test]
fn the_table_of_refusals_is_read_without_a_complaint() {
    let (kinds, diagnostics) = Kinds::shipped();
    assert_eq!(diagnostics, []);
    assert!(kinds.0.iter().all(|kind| !kind.reason.is_empty() && !kind.advice.is_empty()));
}

#[test]
fn files_of_other_kinds_are_named() {
    for (text, expected) in [
        ("", "an empty file"),
        ("\n \n", "an empty file"),
        ("<!DOCTYPE html><html>", "a web page"),
        ("PK\u{3}\u{4}\u{14}", "a spreadsheet or an archive"),
        (
            "\"Positions for All-Accounts as of 06:04 PM ET\"\n\n\"Symbol\",\"Quantity\"\n",
            "positions, not events: download the history",
        ),
        ("Date,What\n2024-01-01,x\n", "no profile reads it"),
    ] {
        assert!(refusal(text).starts_with(expected), "{}", refusal(text));
    }
}

#[test]
fn a_header_is_found_below_a_preamble_in_any_order_of_columns() {
    let text = "\u{a0}\n\"Transactions  for account Brokerage XXXX-1234 as of 11/15/2020 18:00:21 ET\"\n\
                Date,Action,Symbol,Description,Price,Quantity,Fees & Comm,Amount,\n";
    let profiles = shipped();
    let layout = recognise(&Source::new("x", text), &profiles, &Kinds::shipped().0)
        .expect("a Schwab export");
    assert_eq!(layout.skip, 3);
    assert_eq!(layout.number.as_deref(), Some("XXXX-1234"));
    assert_eq!(layout.first.columns[4], Column::Field(Field::Price));
    assert_eq!(layout.first.columns[8], Column::Unused);
    let deep = "a notice, and more of it\n".repeat(60) + text;
    let layout = recognise(&Source::new("x", deep), &profiles, &Kinds::shipped().0);
    assert_eq!(layout.expect("a Schwab export").skip, 63);
}

#[test]
fn what_almost_matched_is_said() {
    let profiles = shipped();
    let text = "When,Symbol,Description,How much\n1,2,3,4\n";
    let refused = recognise(&Source::new("budget.csv", text), &profiles, &Kinds::shipped().0)
        .expect_err("unknown");
    let diagnostic = refused.diagnostic.expect("a diagnostic");
    let label = &diagnostic.places[0].label;
    assert!(label.starts_with("nearest: `"), "{label}");
    assert!(label.ends_with("`, which has 2 of these 4 columns"), "{label}");
}
