//! Interactive Brokers: what stands in other people's files, counted and added up from the files
//! themselves, by hand.

use std::collections::BTreeMap;

use super::{cash, corpus, number, report};
use rentier::event::Event;
use rentier::money::Decimal;

/// Rows of each file: read, new, ignored, unresolved.
#[test]
fn every_row_is_accounted_for() {
    let Some(corpus) = corpus() else { return };
    for (path, counts) in [
        ("activity_statement_2024.csv", [363, 192, 171, 0]),
        ("activity_trades_multi_account.csv", [24, 6, 18, 0]),
        ("activity_trades_option_assignment.csv", [38, 12, 26, 0]),
        ("activity_trades_quoted_numbers.csv", [18, 4, 14, 0]),
        ("activity_trades_warrants.csv", [7, 2, 5, 0]),
        ("flex_cash.csv", [12, 11, 1, 0]),
        ("flex_corporate_action_2025.xml", [17, 7, 10, 0]),
        ("flex_pp_02.xml", [14, 13, 1, 0]),
        ("flex_pp_12_reversals.xml", [19, 18, 1, 0]),
        ("flex_pp_23_corporate_action.xml", [4, 3, 1, 0]),
        ("flex_sections_bof_bos.csv", [64, 3, 61, 0]),
        ("flex_short_options_2025.xml", [16, 7, 9, 0]),
        ("flex_trade_confirmation_empty.csv", [1, 0, 1, 0]),
        ("flex_trades.csv", [12, 11, 1, 0]),
        ("flex_uabean.xml", [24, 20, 4, 0]),
        ("flex_vt_and_chill_2025.xml", [39, 17, 22, 0]),
        ("transaction_history.csv", [22, 11, 11, 0]),
    ] {
        let rows = report(&corpus, &format!("ibkr/{path}")).rows;
        let found = [rows.read, rows.new, rows.ignored, rows.unresolved];
        assert_eq!(found, counts, "{path}");
    }
}

/// How many events of each kind, and their cash.
fn by_kind(events: &[Event]) -> BTreeMap<&'static str, (usize, Decimal)> {
    let mut kinds: BTreeMap<&'static str, (usize, Decimal)> = BTreeMap::new();
    for event in events {
        let kind = kinds.entry(event.kind.name()).or_default();
        kind.0 += 1;
        kind.1 += event.amount;
    }
    kinds
}

#[test]
fn a_year_s_statement_has_the_sums_of_its_rows() {
    let Some(corpus) = corpus() else { return };
    let report = report(&corpus, "ibkr/activity_statement_2024.csv");
    let kinds = by_kind(&report.events);
    // Its own rows `Total` are made up and do not add up; these are sums of its rows.
    assert_eq!(kinds["deposit"], (12, number("6000")));
    assert_eq!(kinds["dividend"], (82, number("868.30")));
    assert_eq!(kinds["withholding"], (82, number("-130.27")));
    assert_eq!((kinds["buy"].0, kinds["sell"].0), (12, 4));
    // Proceeds 839.00 less 16 commissions of 1.00.
    assert_eq!(kinds["buy"].1 + kinds["sell"].1, number("823.00"));
}

#[test]
fn fills_and_lots_are_not_counted_beside_their_orders() {
    let Some(corpus) = corpus() else { return };
    let assigned = report(&corpus, "ibkr/activity_trades_option_assignment.csv");
    let kinds = by_kind(&assigned.events);
    // 8000 + 15000 + 17000 + 5000 less 0.0166 three times and 0.0332.
    assert_eq!(kinds["sell"], (4, number("44999.917")));
    // 164 + 475 + 338 + 210 less 1.05424, 1.06074, 1.05644 and 0.85288.
    assert_eq!(kinds["option-open"], (4, number("1182.9757")));
    assert_eq!(kinds["option-assign"], (4, Decimal::ZERO));
    let quoted = report(&corpus, "ibkr/activity_trades_quoted_numbers.csv");
    // Its SubTotal: 567 less 15.3709247.
    assert_eq!(cash(&quoted), number("551.6290753"));
}

#[test]
fn sums_of_queries_are_those_of_their_details() {
    let Some(corpus) = corpus() else { return };
    let action = report(&corpus, "ibkr/flex_corporate_action_2025.xml");
    let kinds = by_kind(&action.events);
    assert_eq!(kinds["dividend"], (2, number("26.64")));
    assert_eq!(kinds["withholding"], (2, number("-4.00")));
    assert_eq!(kinds["rename"].0, 1);
    let all = report(&corpus, "ibkr/flex_uabean.xml");
    let kinds = by_kind(&all.events);
    assert_eq!((kinds["buy"].0, kinds["sell"].0), (5, 3));
    assert_eq!((kinds["merger"], kinds["rename"].0), ((2, number("10.622048")), 1));
    assert_eq!(kinds["split"].0, 1);
}
