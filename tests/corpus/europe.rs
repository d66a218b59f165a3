//! Exports of brokers of Britain and Europe: rows, counts and sums, taken from the files by hand.

use std::collections::BTreeMap;

use rentier::money::Decimal;

use super::{corpus, number, report};

/// File; rows read, new, ignored, unresolved; how many events of a kind, and their cash by currency.
type Expected = (&'static str, [u32; 4], &'static [(&'static str, usize, &'static str)]);

const FILES: &[Expected] = &[
    (
        "trading212/history_2020_2021.csv",
        [8, 8, 0, 0],
        &[("buy", 4, "-8070.13 GBP"), ("sell", 1, "32453.25 GBP"), ("dividend", 1, "0.10 GBP")],
    ),
    (
        "trading212/history_2021_2022.csv",
        [20, 20, 0, 0],
        &[
            ("buy", 7, "-10465.65 GBP"),
            ("dividend", 3, "7.31 GBP"),
            ("interest", 2, "3.29 GBP"),
            ("sell", 5, "8141.94 GBP"),
            ("withdrawal", 1, "-400.00 GBP"),
        ],
    ),
    (
        "trading212/history_2024.csv",
        [7, 7, 0, 0],
        &[
            ("interest", 1, "0.04 GBP"),
            ("withholding", 1, "0.75 GBP"),
            ("withdrawal", 1, "-2000.00 GBP"),
        ],
    ),
    (
        "trading212/history_2026_crlf.csv",
        [5, 5, 0, 0],
        &[("buy", 2, "-2005.40 GBP"), ("sell", 2, "2126.77 GBP")],
    ),
    (
        // 106.55 USD for 5 shares, 82.80 GBP changed into them, fees of 0.43 and 0.02 GBP.
        "degiro/account_en_buy_usd_fx.csv",
        [5, 5, 0, 0],
        &[
            ("buy", 1, "-106.55 USD"),
            ("currency-exchange", 1, "-82.80 GBP"),
            ("fee", 2, "-0.45 GBP"),
        ],
    ),
    (
        "degiro/account_nl.csv",
        [73, 59, 14, 0],
        &[
            ("buy", 10, "-21106.72 EUR, -35.1108 USD"),
            ("currency-exchange", 6, "-31.91 EUR, -536.45 USD"),
            ("deposit", 2, "52.80 EUR"),
            ("dividend", 9, "9999.99 JPY, 19.06 USD"),
            ("fee", 10, "-11.65 EUR, -0.01 USD"),
            ("sell", 3, "4.42 EUR, 19.84 GBP, 63.97 USD"),
            ("stock-dividend", 1, ""),
            ("withdrawal", 1, "-15.10 EUR"),
            ("withholding", 6, "-9999.99 JPY, -0.93 USD"),
        ],
    ),
    (
        "degiro/account_nl_accrued_interest.csv",
        [2, 2, 0, 0],
        &[("accrued-interest", 1, "-3.00 EUR"), ("buy", 1, "-100.00 EUR")],
    ),
    // 34 and 4 at 26.88, and a fee of 3.00.
    ("degiro/account_nl_buy_multipart.csv", [3, 3, 0, 0], &[("buy", 2, "-1024.44 EUR")]),
    (
        "degiro/account_nl_dividend.csv",
        [2, 2, 0, 0],
        &[("dividend", 1, "9.57 EUR"), ("withholding", 1, "-1.44 EUR")],
    ),
    ("degiro/account_nl_unknown_type.csv", [2, 1, 0, 1], &[("deposit", 1, "1000.00 EUR")]),
    (
        "degiro/transactions_de.csv",
        [2, 2, 0, 0],
        &[("buy", 1, "-2924.23 EUR"), ("sell", 1, "3181.80 EUR")],
    ),
    (
        "freetrade/transactions.csv",
        [17, 17, 0, 0],
        &[
            ("award", 1, ""),
            ("buy", 10, "-4006.56 GBP"),
            ("dividend", 2, "1.67 GBP"),
            ("interest", 1, "9.02 GBP"),
            ("sell", 2, "2940.99 GBP"),
        ],
    ),
    // Four dividends taken back with 29.06 of tax, and booked again with 23.66.
    (
        "trade_republic/export_2026_dividend_correction.csv",
        [8, 8, 0, 0],
        &[("dividend", 8, "5.40 EUR")],
    ),
    (
        "trade_republic/export_2026_quoted.csv",
        [9, 9, 0, 0],
        &[
            ("buy", 2, "-56.66 EUR"),
            ("deposit", 4, "118.00 EUR"),
            ("sell", 1, "4.58 EUR"),
            ("withdrawal", 2, "-54.00 EUR"),
        ],
    ),
    (
        "trade_republic/export_2026_tax_optimisation.csv",
        [1, 1, 0, 0],
        &[("withholding", 1, "-4.21 EUR")],
    ),
    ("trade_republic/export_bond_redemption.csv", [1, 1, 0, 0], &[("redemption", 1, "99.47 EUR")]),
    ("trade_republic/export_interest_with_tax.csv", [1, 1, 0, 0], &[("interest", 1, "42.50 EUR")]),
    (
        "trade_republic/pytr_events_de.csv",
        [5, 5, 0, 0],
        &[
            ("buy", 1, "-3002.80 EUR"),
            ("dividend", 1, "2.24 EUR"),
            ("sell", 1, "94.76 EUR"),
            ("split", 1, ""),
        ],
    ),
    (
        "trade_republic/statement_semicolon_en.csv",
        [6, 6, 0, 0],
        &[
            ("buy", 1, "-15.00 EUR"),
            ("deposit", 2, "103.33 EUR"),
            ("dividend", 1, "3.45 EUR"),
            ("interest", 1, "1.23 EUR"),
        ],
    ),
    (
        "revolut/invest.csv",
        [12, 9, 3, 0],
        &[
            ("buy", 3, "-70.00 EUR, -85.11 USD"),
            ("dividend", 1, "0.08 USD"),
            ("fee", 1, "-0.01 USD"),
            ("sell", 1, "80.34 USD"),
            ("split", 1, ""),
        ],
    ),
    (
        "hargreaves_lansdown/transaction_summary_cp1252.csv",
        [5, 5, 0, 0],
        &[
            ("buy", 1, "-150006.84 GBP"),
            ("deposit", 1, "50000.00 GBP"),
            ("fee", 1, "-4.05 GBP"),
            ("interest", 1, "3.87 GBP"),
            ("sell", 1, "44988.05 GBP"),
        ],
    ),
    (
        "interactive_investor/excerpt_2026.csv",
        [6, 6, 0, 0],
        &[("buy", 3, "-19987.64 GBP"), ("dividend", 1, "68.77 GBP"), ("sell", 2, "26031.47 GBP")],
    ),
    ("_edge/ii_three_boms.csv", [6, 6, 0, 0], &[("dividend", 1, "68.77 GBP")]),
    (
        "investengine/trades.csv",
        [5, 5, 0, 0],
        &[("buy", 4, "-1199.98 GBP"), ("sell", 1, "1093.41 GBP")],
    ),
    (
        "vanguard_uk/cash_report.csv",
        [19, 19, 0, 0],
        &[
            ("buy", 4, "-46329.34 GBP"),
            ("deposit", 4, "46150.00 GBP"),
            ("dividend", 4, "396.66 GBP"),
            ("fee", 4, "-27.96 GBP"),
            ("interest", 1, "0.41 GBP"),
        ],
    ),
    (
        // Two dividends at another rate than one: the account has cash in euros, which their funds are in.
        "saxo/transactions.csv",
        [30, 30, 0, 0],
        &[
            ("buy", 11, "-110.00 EUR, -5951.91 USD"),
            ("deposit", 11, "6339.00 USD"),
            ("dividend", 2, "2.29 EUR"),
            ("fee", 4, "-12.58 USD"),
            ("sell", 1, "419.22 USD"),
        ],
    ),
    (
        "swissquote/transactions.csv",
        [21, 21, 0, 0],
        &[
            ("buy", 5, "-31921.15 CHF, -23545.70 USD"),
            ("currency-exchange", 2, "-108017.30 USD"),
            ("dividend", 3, "486.58 EUR, 1414.96 USD"),
            ("fee", 1, "-53.85 CHF"),
            ("margin-interest", 1, "-0.01 CHF"),
            ("sell", 5, "169368.29 USD"),
        ],
    ),
    ("scalable_capital/buy.csv", [1, 1, 0, 0], &[("buy", 1, "-456.69 EUR")]),
    ("scalable_capital/buy_pending.csv", [1, 0, 1, 0], &[]),
    (
        "etoro/account_activity.csv",
        [28, 28, 0, 0],
        &[
            ("buy", 5, "-470.87 USD"),
            ("dividend", 11, "1.71 USD"),
            ("fee", 6, "-8.53 USD"),
            ("interest", 1, "0.08 USD"),
            ("sell", 4, "472.24 USD"),
        ],
    ),
    (
        "xtb/cash_operations.csv",
        [46, 46, 0, 0],
        &[
            ("buy", 15, "-3031.66 EUR"),
            ("dividend", 7, "25.48 EUR"),
            ("interest", 4, "15.27 EUR"),
            ("sell", 2, "137.53 EUR"),
            ("withholding", 6, "-8.01 EUR"),
        ],
    ),
    (
        "avanza/transactions_sv.csv",
        [20, 20, 0, 0],
        &[
            ("buy", 3, "-10119.40 SEK"),
            ("dividend", 1, "285.38 SEK"),
            ("exchange", 1, ""),
            ("interest", 2, "1.56 SEK"),
            ("sell", 1, "54447.41 SEK"),
            ("withholding", 3, "-160.49 SEK"),
        ],
    ),
    (
        // The row `Pippo` is the publisher's own joke: nobody understands it.
        "directa/movements_it.csv",
        [25, 23, 1, 1],
        &[
            ("buy", 10, "-1851.17 EUR"),
            ("dividend", 2, "31.89 EUR"),
            ("interest", 2, "95.63 EUR"),
            ("withholding", 5, "-30.16 EUR"),
        ],
    ),
    (
        "finpension/portfolio_3a.csv",
        [26, 26, 0, 0],
        &[
            ("buy", 11, "-38.61153 CHF"),
            ("dividend", 7, "5.703186 CHF"),
            ("fee", 2, "-2.0001 CHF"),
            ("sell", 4, "24.41995 CHF"),
        ],
    ),
    (
        "parqet/activities.csv",
        [27, 27, 0, 0],
        &[("buy", 18, "-3299.64 EUR"), ("dividend", 7, "121.30 EUR"), ("sell", 2, "1894.13 EUR")],
    ),
    (
        "bux/transactions.csv",
        [25, 25, 0, 0],
        &[
            ("buy", 4, "-580.00 EUR"),
            ("deposit", 3, "610.00 EUR"),
            ("dividend", 2, "31.16 EUR"),
            ("fee", 7, "-19.44 EUR"),
            ("interest", 3, "0.68 EUR"),
            ("split", 1, ""),
        ],
    ),
    (
        "mintos/p2p_interest.csv",
        [15, 10, 5, 0],
        &[("interest", 3, "8.75 EUR"), ("other-income", 3, "18.50 EUR")],
    ),
];

/// What the account got or gave by currency: `1.00 EUR, -2.00 USD`.
fn sums(text: &str) -> BTreeMap<String, Decimal> {
    let parts = text.split(", ").filter_map(|part| part.split_once(' '));
    parts.map(|(sum, currency)| (currency.to_owned(), number(sum))).collect()
}

#[test]
fn rows_and_sums_are_those_counted_by_hand() {
    let Some(corpus) = corpus() else { return };
    for (path, counts, kinds) in FILES {
        let report = report(&corpus, path);
        let rows = report.rows;
        assert_eq!([rows.read, rows.new, rows.ignored, rows.unresolved], *counts, "{path}");
        for (kind, count, cash) in *kinds {
            let own: Vec<_> =
                report.events.iter().filter(|event| event.kind.name() == *kind).collect();
            let mut moved: BTreeMap<String, Decimal> = BTreeMap::new();
            for event in own.iter().filter(|event| !event.amount.is_zero()) {
                let currency = event.currency.as_ref().expect("cash has a currency");
                *moved.entry(currency.to_string()).or_default() += event.amount;
            }
            assert_eq!((own.len(), moved), (*count, sums(cash)), "{path}: {kind}");
        }
    }
}

/// Tax and costs that stand in columns of their own, in whatever currency, in the amount's.
#[test]
fn tax_and_costs_are_those_of_the_rows() {
    let Some(corpus) = corpus() else { return };
    for (path, withheld, fees) in [
        // 0.21 of 1.19 USD paid as 0.93, 0.18 of 0.97 as 0.74; costs of the exchange and stamp duty.
        ("freetrade/transactions.csv", "0.30", "6.81"),
        // 4.76 + 4.47 + 12.20 + 6.71 + 13.13 + 0.74 + 9.54 + 0.79, stamp duty 11.90 + 0.78 + 0.56
        ("trading212/history_2021_2022.csv", "0", "65.58"),
        // 1.80 + 1.87 + 0.05 USD + 1.20 + 3.00 EUR + 1.32
        ("trading212/history_2026_crlf.csv", "0", "8.63"),
        ("trade_republic/export_interest_with_tax.csv", "7.50", "0"),
        // Tax 14.83 and -12.64 on sales, 19.64 on dividends.
        ("parqet/activities.csv", "21.83", "2"),
        // Two costs of 11.95 that only the amounts tell.
        ("hargreaves_lansdown/transaction_summary_cp1252.csv", "0", "23.90"),
    ] {
        let events = report(&corpus, path).events;
        let tax: Decimal = events.iter().map(|event| event.further.withheld).sum();
        let costs: Decimal = events.iter().map(|event| event.fees).sum();
        assert_eq!((tax, costs), (number(withheld), number(fees)), "{path}");
    }
}
