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
        // Tether for bitcoin: two commodities, and no row says what either is worth.
        ("coinbase/coinbase_pro_account.csv", [15, 12, 0, 3]),
        ("coinbase/convert_with_preamble.csv", [1, 1, 0, 0]),
        ("coinbase/learning_reward_2025.csv", [1, 1, 0, 0]),
        ("coinbase/report_with_preamble_2020.csv", [6, 6, 0, 0]),
        ("coinbase/transactions_2025_eur.csv", [8, 7, 1, 0]),
        ("coinbase/unstake_transfer.csv", [2, 0, 2, 0]),
        ("kraken/ledgers.csv", [8, 2, 6, 0]),
        ("questrade/excerpt_activities.csv", [2, 2, 0, 0]),
        ("rbc_direct/activity_2026.csv", [12, 12, 0, 0]),
        // A faulty row, put there by its author.
        ("rbc_direct/activity_errors.csv", [2, 1, 0, 1]),
        ("selfwealth/excerpt_movements.csv", [4, 4, 0, 0]),
        ("wealthsimple/cash_account_2024.csv", [5, 5, 0, 0]),
        ("wealthsimple/excerpt_activities_export_2026.csv", [7, 7, 0, 0]),
        ("wealthsimple/excerpt_monthly_statement_2025.csv", [7, 6, 1, 0]),
        ("zerodha/kuvera_mutual_funds.csv", [9, 9, 0, 0]),
        ("zerodha/tradebook_2022.csv", [98, 98, 0, 0]),
    ] {
        let rows = report(&corpus, path).rows;
        assert_eq!([rows.read, rows.new, rows.ignored, rows.unresolved], counts, "{path}");
    }
}

#[test]
fn a_workbook_is_the_table_of_its_sheet() {
    let Some(corpus) = corpus() else { return };
    let report = report(&corpus, "questrade/activities_fx.xlsx");
    assert_eq!(&*report.profile, "questrade");
    let lines: Vec<u32> = report.unresolved.iter().map(|row| row.line).collect();
    assert_eq!(lines, [2, 3, 4, 5], "the sheet's rows; their quantities were replaced by words");
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
        // 810.04 + 4500.00; 1900.00 + 110.00
        ("coinbase/report_with_preamble_2020.csv", "buy", 2, "-5310.04"),
        ("coinbase/report_with_preamble_2020.csv", "sell", 2, "2010.00"),
        ("coinbase/report_with_preamble_2020.csv", "transfer-in", 1, "0"),
        ("coinbase/report_with_preamble_2020.csv", "transfer-out", 1, "0"),
        // One conversion to XRP, what it bought, two rewards and what they bought, two purchases.
        ("coinbase/transactions_2025_eur.csv", "sell", 1, "351.66322"),
        ("coinbase/transactions_2025_eur.csv", "other-income", 2, "0.19676"),
        ("coinbase/transactions_2025_eur.csv", "buy", 5, "-491.85998"),
        // A deposit and the reward; the rest are requests and moves to and from staking.
        ("kraken/ledgers.csv", "transfer-in", 1, "0"),
        ("kraken/ledgers.csv", "award", 1, "0"),
        ("questrade/excerpt_activities.csv", "buy", 1, "-15009.95"),
        ("questrade/excerpt_activities.csv", "return-of-capital", 1, "42.50"),
        // 409.95 + 500.00 + 330.00 + 2409.95; 160.05 + 155.10 + 1215.05
        ("rbc_direct/activity_2026.csv", "buy", 4, "-3649.90"),
        ("rbc_direct/activity_2026.csv", "sell", 3, "1530.20"),
        ("rbc_direct/activity_2026.csv", "fund-distribution", 1, "0.60"),
        ("rbc_direct/activity_2026.csv", "cost-adjustment", 1, "0"),
        ("rbc_direct/activity_2026.csv", "split", 1, "0"),
        // 4559.50 + 1978.70; 2390.50 (its total says 2409.50) + 390.50
        ("selfwealth/excerpt_movements.csv", "buy", 2, "-6538.20"),
        ("selfwealth/excerpt_movements.csv", "sell", 2, "2781.00"),
        ("wealthsimple/cash_account_2024.csv", "interest", 1, "12.34"),
        ("wealthsimple/cash_account_2024.csv", "withdrawal", 2, "-50.23"),
        ("wealthsimple/excerpt_activities_export_2026.csv", "currency-exchange", 1, "-32.93"),
        ("wealthsimple/excerpt_activities_export_2026.csv", "buy", 2, "-385.41"),
        ("wealthsimple/excerpt_monthly_statement_2025.csv", "dividend", 2, "25.92"),
        ("wealthsimple/excerpt_monthly_statement_2025.csv", "withholding", 2, "-0.02"),
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
