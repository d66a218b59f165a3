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
    (
        "robinhood/activity_report_2022_2025_redacted.csv",
        [381, 381, 0, 0],
        "4932.88",
        &[
            // 212 purchases of 61426.86, and one of 44.07 taken back
            ("buy", 213, "-61382.79"),
            ("sell", 90, "54077.83"),
            ("dividend", 12, "227.38"),
            ("capital-gain-distribution", 1, "0.24"),
            ("other-income", 6, "2.73"),
            ("fee", 4, "-42.02"),
            ("award", 1, "0"),
            // 22 instant and 25 bank transfers
            ("deposit", 47, "21508.83"),
            // 4 instant ones, 1 by bank, 2 to an IRA
            ("withdrawal", 7, "-9459.32"),
        ],
    ),
    (
        "robinhood/excerpt_options_assignment_tax.csv",
        [7, 7, 0, 0],
        // -0.02 + 0.13 - 44000 - 69.13 + 59.86 + 619.95
        "-43389.21",
        &[
            ("withholding", 1, "-0.02"),
            ("dividend", 1, "0.13"),
            ("buy", 1, "-44000"),
            ("option-expire", 1, "0"),
            ("option-close", 1, "-69.13"),
            ("option-open", 2, "679.81"),
        ],
    ),
    (
        "etrade/excerpt_2023_for_account.csv",
        [13, 13, 0, 0],
        // The sum of its thirteen amounts
        "211.56",
        &[("buy", 7, "-1282.51"), ("sell", 5, "994.07"), ("deposit", 1, "500")],
    ),
    (
        "etrade/excerpt_dividends_reinvest_2019.csv",
        [5, 5, 0, 0],
        "-81.33",
        &[("dividend", 2, "24.75"), ("buy", 3, "-106.08")],
    ),
    (
        "etrade/excerpt_activity_2026_options.csv",
        [4, 4, 0, 0],
        // -1091.81 + 212.49 + 150
        "-729.32",
        &[("option-open", 3, "-729.32"), ("option-expire", 1, "0")],
    ),
    (
        "etrade/excerpt_activity_2026.csv",
        // The old side of the exchange has neither symbol nor CUSIP: half an exchange is no event.
        [7, 5, 0, 2],
        "-117.5",
        &[
            ("buy", 1, "-250"),
            ("option-open", 1, "-40"),
            ("sell", 1, "160"),
            ("dividend", 1, "12.5"),
            ("option-expire", 1, "0"),
            ("unknown", 2, "0"),
        ],
    ),
    (
        "merrill/activities_2026.csv",
        [17, 15, 2, 0],
        // The amounts of the settled rows, and interest paid in units of the sweep: 0.04 + 0.01
        "-37803.75",
        &[
            ("option-open", 7, "7473.55"),
            ("option-close", 2, "-3224.60"),
            ("sell", 1, "10947.25"),
            ("interest", 2, "0.05"),
            ("withholding", 1, "-4300"),
            ("withdrawal", 2, "-48700"),
        ],
    ),
    ("td_ameritrade/transactions_2013.csv", [6, 2, 4, 0], "62.23", &[("dividend", 2, "62.23")]),
    (
        "td_ameritrade/excerpt_2022.csv",
        [4, 4, 0, 0],
        "2448.09",
        &[("buy", 2, "-216.23"), ("sell", 1, "2772.44"), ("short-cover", 1, "-108.12")],
    ),
    (
        "tastytrade/deposit_and_interest_2024.csv",
        [2, 2, 0, 0],
        "1000.06",
        &[("interest", 1, "0.06"), ("deposit", 1, "1000")],
    ),
    (
        "tastytrade/excerpt_20col_assignment_dividend.csv",
        [10, 10, 0, 0],
        // 368.85 - 10305 + 203.86 + 1000 - 1 + 0.91 - 3.02 + 20.15
        "-8715.25",
        &[
            ("option-open", 2, "572.71"),
            ("option-assign", 1, "0"),
            ("option-expire", 1, "0"),
            ("buy", 1, "-10305"),
            ("deposit", 1, "1000"),
            ("fee", 1, "-1"),
            ("interest", 1, "0.91"),
            ("dividend", 1, "20.15"),
            ("withholding", 1, "-3.02"),
        ],
    ),
    (
        "tastytrade/excerpt_21col_total.csv",
        [3, 3, 0, 0],
        // Its column Total: 737.70 - 124.25 + 624.97
        "1238.42",
        &[
            ("option-open", 1, "737.70"),
            ("option-close", 1, "-124.25"),
            ("short-open", 1, "624.97"),
        ],
    ),
    (
        "tastytrade/excerpt_legacy_15col.csv",
        [5, 5, 0, 0],
        // 95 - 1.14 - 1205 - 0.08 + 0.42 + 1200
        "89.20",
        &[
            ("option-expire", 1, "0"),
            ("option-open", 1, "93.86"),
            ("buy", 1, "-1205.08"),
            ("interest", 1, "0.42"),
            ("deposit", 1, "1200"),
        ],
    ),
    (
        "webull/excerpt_orders_2026.csv",
        [14, 10, 4, 0],
        // By a hundred units: 10 x (12.97 - 11.72 - 0.99 + 0.89 + 0.29 - 0.33) - 156.13 - 151.57
        // + 170.64 + 162.46
        "3650",
        &[("option-open", 7, "3460"), ("option-close", 3, "190")],
    ),
    (
        "firstrade/excerpt_2025_2026.csv",
        [10, 10, 0, 0],
        // The sum of its column Amount
        "-1494.57",
        &[
            ("buy", 3, "-117363.70"),
            ("sell", 3, "116269.20"),
            ("accrued-interest", 2, "-399.17"),
            ("option-open", 1, "11"),
            ("option-close", 1, "-15"),
            ("option-assign", 1, "0"),
            ("interest", 1, "3.10"),
        ],
    ),
    (
        "jpmorgan_chase/excerpt_self_directed_activity_2026.csv",
        [5, 4, 1, 0],
        "2481.67",
        &[
            ("interest", 1, "0.01"),
            ("deposit", 1, "1400"),
            ("sell", 1, "1081.55"),
            ("dividend", 1, "0.11"),
        ],
    ),
    (
        "betterment/transactions_2015_market_change.csv",
        [12, 1, 11, 0],
        "98.38",
        &[("dividend", 1, "98.38")],
    ),
    (
        "betterment/transactions_2015_old_layout.csv",
        [7, 1, 6, 0],
        "1000",
        &[("deposit", 1, "1000")],
    ),
    ("betterment/header_only.csv", [0, 0, 0, 0], "0", &[]),
    (
        "healthequity/investment_transactions.csv",
        [5, 5, 0, 0],
        // -300 + 336.73 - 1936.76; what is paid in dividends buys at once
        "-1900.03",
        &[("buy", 4, "-2256.93"), ("sell", 1, "336.73"), ("dividend", 2, "20.17")],
    ),
    ("morgan_stanley/releases_report.csv", [2, 2, 0, 0], "0", &[("award", 2, "0")]),
    ("morgan_stanley/releases_net_shares_report.csv", [1, 1, 0, 0], "0", &[("award", 1, "0")]),
    (
        "morgan_stanley/withdrawals_report.csv",
        [4, 4, 0, 0],
        // 4219.95 - 4218.95: a fee of the wire between both
        "1",
        &[("sell", 2, "7390.88"), ("withdrawal", 2, "-7389.88")],
    ),
    (
        "morgan_stanley/withdrawal_wire_report.csv",
        [1, 1, 0, 0],
        "-4219.95",
        &[("withdrawal", 1, "-4219.95")],
    ),
    (
        "schwab/bank_checking_2022.csv",
        [4, 4, 0, 0],
        "-215.27",
        &[("deposit", 1, "20"), ("withdrawal", 3, "-235.27")],
    ),
    (
        "schwab/bank_checking_eac_2020.csv",
        [12, 12, 0, 0],
        "22481.17",
        &[
            ("fee", 1, "3"),
            ("interest", 1, "0.09"),
            // 20000 + 10500 + 1.56 + 2500 + 1234.56
            ("deposit", 5, "34236.12"),
            // 10500 + 1.10 + 6.14 + 16.69 + 1234.11
            ("withdrawal", 5, "-11758.04"),
        ],
    ),
    (
        "schwab/equity_awards_rsu_lapse.csv",
        [1, 1, 0, 0],
        "0",
        &[("award", 1, "0"), ("transfer-out", 1, "0")],
    ),
    (
        "schwab/equity_awards_multi.csv",
        [3, 3, 0, 0],
        "0",
        &[("award", 3, "0"), ("transfer-out", 3, "0")],
    ),
    (
        "schwab/equity_awards.json",
        [8, 8, 0, 0],
        "0",
        &[("award", 8, "0"), ("transfer-out", 8, "0")],
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
    let mut wrong = Vec::new();
    for (path, counts, sum, expected) in FILES {
        let report = report(&corpus, path);
        let rows = report.rows;
        let found = [rows.read, rows.new, rows.ignored, rows.unresolved];
        let expected: BTreeMap<_, _> =
            expected.iter().map(|(kind, count, sum)| (*kind, (*count, number(sum)))).collect();
        let (cash, kinds) = (cash(&report), kinds(&report));
        if found != *counts || cash != number(sum) || kinds != expected {
            wrong.push(format!("{path}: {found:?} {cash} {kinds:?} {:?}", report.unresolved));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
