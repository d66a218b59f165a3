//! Files of United States brokers: rows, counts and sums, taken from them by hand.

use std::collections::BTreeMap;

use rentier::import::FileReport;
use rentier::money::Decimal;

use super::{cash, corpus, number, report};

/// One file: its rows read, new, ignored, unresolved; the sum of its events' cash; then its kinds, how
/// many events of each and what they sum up to.
type Expected =
    (&'static str, [u32; 4], &'static str, &'static [(&'static str, u32, &'static str)]);

const FILES: &[Expected] = &[
    (
        "vanguard/ofxdownload_four_sections.csv",
        // Nine positions; a sweep. The reinvestment of 584.50 is what its row states.
        [16, 6, 10, 0],
        // 200.50 - 584.50 + 0.22, and the plan's contributions, which buy at once
        "-383.78",
        &[("dividend", 2, "200.72"), ("buy", 4, "-1732.39"), ("deposit", 3, "1147.89")],
    ),
    (
        "vanguard/excerpt_2026_settlement_fund.csv",
        [5, 2, 3, 0],
        "0",
        &[("dividend", 1, "1492.03"), ("withdrawal", 1, "-1492.03")],
    ),
    (
        "vanguard/excerpt_2025_parenthesised_variant.csv",
        [13, 5, 8, 0],
        // -2400 - 2400 + 12.34 + 420 - 59.50
        "-4427.16",
        &[("buy", 3, "-4859.50"), ("sell", 1, "420"), ("dividend", 1, "12.34")],
    ),
    (
        "schwab/brokerage_transactions.json",
        [26, 26, 0, 0],
        "-10001.43",
        &[
            ("award", 8, "0"),
            ("sell", 8, "150778.28"),
            ("withdrawal", 9, "-160779.86"),
            ("interest", 1, "0.15"),
        ],
    ),
];

fn kinds(report: &FileReport) -> BTreeMap<&'static str, (u32, Decimal)> {
    let mut kinds: BTreeMap<_, (u32, Decimal)> = BTreeMap::new();
    for event in &report.events {
        let kind = kinds.entry(event.kind.name()).or_default();
        kind.0 += 1;
        kind.1 += event.amount;
    }
    kinds
}

#[test]
fn files_of_united_states_brokers_are_what_a_hand_count_says() {
    let Some(corpus) = corpus() else { return };
    for (path, counts, sum, expected) in FILES {
        let report = report(&corpus, path);
        let rows = report.rows;
        let found = [rows.read, rows.new, rows.ignored, rows.unresolved];
        assert_eq!(found, *counts, "{path}: {:?}", report.unresolved);
        assert_eq!(cash(&report), number(sum), "{path}");
        let expected: BTreeMap<_, _> =
            expected.iter().map(|(kind, count, sum)| (*kind, (*count, number(sum)))).collect();
        assert_eq!(kinds(&report), expected, "{path}");
    }
}
