//! Banks, hosts and landlords, Canada, Australia, India and crypto: rows, counts and sums by kind, taken
//! from the files by hand.

use super::{FileReport, corpus, number, report};
use rentier::money::Decimal;

/// How many events of a kind a file has, and the sum of their amounts.
fn of_kind(report: &FileReport, kind: &str) -> (usize, Decimal) {
    let own: Vec<_> = report.events.iter().filter(|event| event.kind.name() == kind).collect();
    (own.len(), own.iter().map(|event| event.amount).sum())
}

/// Rows of each file: read, new, ignored, unresolved.
#[test]
fn every_row_is_accounted_for() {
    let Some(corpus) = corpus() else { return };
    for (path, counts) in [
        ("airbnb/excerpt_en_2026.csv", [3, 3, 0, 0]),
        ("airbnb/excerpt_en_resolution_adjustment.csv", [4, 4, 0, 0]),
        ("airbnb/export_ptbr_2025_redacted.csv", [18, 18, 0, 0]),
        ("bank_of_america/synthetic_checking.csv", [4, 3, 1, 0]),
        ("capital_one/card.csv", [2, 2, 0, 0]),
        ("chase/credit_card.csv", [5, 5, 0, 0]),
        ("chase/excerpt_checking_activity.csv", [3, 3, 0, 0]),
        ("disnat/transactions_fr_ca.csv", [23, 23, 0, 0]),
        ("stessa/synthetic_import_template.csv", [3, 3, 0, 0]),
        ("treasury_direct/clipboard_ibonds.txt", [2, 2, 0, 0]),
        ("zerodha/kuvera_mutual_funds.csv", [9, 9, 0, 0]),
        ("zerodha/tradebook_2022.csv", [98, 98, 0, 0]),
    ] {
        let rows = report(&corpus, path).rows;
        assert_eq!([rows.read, rows.new, rows.ignored, rows.unresolved], counts, "{path}");
    }
}

#[test]
fn counts_and_sums_by_kind_are_those_of_the_rows() {
    let Some(corpus) = corpus() else { return };
    for (path, kind, count, sum) in [
        // 400 + 200 gross, 12 + 6 of service fee; what was paid out is both, less the fees.
        ("airbnb/excerpt_en_2026.csv", "rent", 2, "600.00"),
        ("airbnb/excerpt_en_2026.csv", "rent-expense", 2, "-18.00"),
        ("airbnb/excerpt_en_2026.csv", "withdrawal", 1, "-582.00"),
        // 1217.00 - 50.00 + 310.00; 36.50 + 10.00
        ("airbnb/excerpt_en_resolution_adjustment.csv", "rent", 3, "1477.00"),
        ("airbnb/excerpt_en_resolution_adjustment.csv", "rent-expense", 2, "-46.50"),
        ("airbnb/excerpt_en_resolution_adjustment.csv", "withdrawal", 1, "-1180.50"),
        // Amounts 233.84 + 1085.81 + 458.14 + 855.40 + 1085.81 + 2361.16 with their service fees 11.16 + 51.79
        // + 21.86 + 40.80 + 51.79 + 112.64, less the co-host's 116.92 + 462.90 + 229.07 + 347.69 + 462.90 + 1100.57
        ("airbnb/export_ptbr_2025_redacted.csv", "rent", 12, "3650.15"),
        ("airbnb/export_ptbr_2025_redacted.csv", "rent-expense", 6, "-290.04"),
        ("airbnb/export_ptbr_2025_redacted.csv", "withdrawal", 6, "-3360.11"),
        ("bank_of_america/synthetic_checking.csv", "interest", 1, "12.34"),
        ("bank_of_america/synthetic_checking.csv", "deposit", 1, "5000.00"),
        ("bank_of_america/synthetic_checking.csv", "withdrawal", 1, "-1250.00"),
        ("capital_one/card.csv", "withdrawal", 1, "-1000.00"),
        ("capital_one/card.csv", "deposit", 1, "1000.00"),
        // 1.23 + 4.56 + 6.54 + 4.00
        ("chase/credit_card.csv", "withdrawal", 4, "-16.33"),
        ("chase/credit_card.csv", "deposit", 1, "123.45"),
        ("chase/excerpt_checking_activity.csv", "deposit", 2, "3700.65"),
        ("chase/excerpt_checking_activity.csv", "withdrawal", 1, "-1200.00"),
        // 2.53 + 4.04 + 0.27 + 0.63 + 0.35
        ("disnat/transactions_fr_ca.csv", "dividend", 5, "7.82"),
        // 493.80 + 127.30 + 41.72 + 452.30 + 500 + 100
        ("disnat/transactions_fr_ca.csv", "buy", 6, "-1715.12"),
        ("disnat/transactions_fr_ca.csv", "sell", 1, "500"),
        ("disnat/transactions_fr_ca.csv", "fee", 3, "-114.98"),
        // 0.06 + 0.17
        ("disnat/transactions_fr_ca.csv", "interest", 2, "0.23"),
        // 568.09 + 500 + 50 + 231.60 + 25
        ("disnat/transactions_fr_ca.csv", "deposit", 5, "1374.69"),
        ("disnat/transactions_fr_ca.csv", "withdrawal", 1, "-500"),
        ("stessa/synthetic_import_template.csv", "rent", 1, "1850.00"),
        ("stessa/synthetic_import_template.csv", "rent-expense", 2, "-273.00"),
        ("treasury_direct/clipboard_ibonds.txt", "buy", 2, "-20000.00"),
        // 249.75 + 749.25 + 499.50 + 5999.70 + 5999.70 + 5999.70 + 13499.33
        ("zerodha/kuvera_mutual_funds.csv", "buy", 7, "-32996.93"),
        ("zerodha/kuvera_mutual_funds.csv", "sell", 2, "53000"),
        // Quantity times price of each row, added up with awk.
        ("zerodha/tradebook_2022.csv", "buy", 52, "-445206.03"),
        ("zerodha/tradebook_2022.csv", "sell", 46, "315038.65"),
    ] {
        let found = of_kind(&report(&corpus, path), kind);
        assert_eq!(found, (count, number(sum)), "{path}: {kind}");
    }
}
