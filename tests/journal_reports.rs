//! What `balance`, `register`, `stats`, `accounts`, `commodities` and `prices` print of the journals in
//! `fixtures/reports`, in every format. What must come out lies beside them.

#[path = "support/golden.rs"]
mod golden;
mod world;

use std::path::{Path, PathBuf};

use golden::golden;
use rentier::cli::Exit;
use world::run;

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/reports")
}

#[test]
fn reports_are_those_of_the_fixtures() {
    for (line, report) in [
        ("balance -f invest.journal", "balance.txt"),
        ("balance --tree -X USD -f invest.journal", "balance-tree-usd.txt"),
        ("balance --tree -X USD -f invest.journal --format csv", "balance-tree-usd.csv"),
        ("balance -X USD --as-of 2023-12-31 -f invest.journal --format md", "balance-usd.md"),
        ("balance --yearly -f invest.journal", "balance-yearly.txt"),
        ("balance --yearly -f invest.journal --format csv", "balance-yearly.csv"),
        (
            "balance --quarterly -X EUR --depth 2 -f invest.journal --width 120",
            "balance-quarterly.txt",
        ),
        ("balance --monthly assets -X EUR -f invest.journal", "balance-monthly-assets.txt"),
        ("balance --monthly --tree -f invest.journal --format json", "balance-monthly.json"),
        ("register savings -f invest.journal", "register.txt"),
        ("register savings -X USD -f invest.journal --format csv", "register.csv"),
        ("register --quarterly food -f invest.journal", "register-quarterly.txt"),
        ("register -f invest.journal chec --from 2024-04-01 --format html", "register.html"),
        ("accounts --tree -f invest.journal", "accounts-tree.txt"),
        ("accounts --depth 2 -f invest.journal --format csv", "accounts.csv"),
        ("commodities -f invest.journal --format md", "commodities.md"),
        ("prices 2024 --commodity VTI --commodity SAP -f invest.journal", "prices.txt"),
        ("prices --infer-market-prices -f costs.journal --format csv", "prices-costs.csv"),
        ("prices --as beancount -f invest.journal --to 2023-06-30", "prices.beancount"),
        ("stats -f invest.journal", "stats.txt"),
        ("stats -f several.journal", "several-stats.txt"),
        ("accounts -f several.journal --format csv", "several-accounts.csv"),
        // Of several chains of prices hledger takes the shortest, Ledger the one whose oldest price is
        // the newest.
        ("balance -X CCC --format csv --dialect hledger -f chains.journal", "chains-hledger.csv"),
        ("balance -X CCC --format csv --dialect ledger -f chains.journal", "chains-ledger.csv"),
        ("balance -X BBB --format csv --dialect ledger -f chains.journal", "chains-ledger-bbb.csv"),
    ] {
        let ran = run(&fixtures(), line);
        assert_eq!(ran.exit, Exit::Done, "{line}: {}", ran.err);
        golden(&fixtures().join(report), &ran.out);
    }
}

#[test]
fn what_is_wrong_in_a_journal_is_told_beside_its_reports() {
    for (line, report) in [
        ("stats -f inert.journal", "inert-stats.txt"),
        ("accounts --undeclared -f inert.journal --format html", "inert-accounts.html"),
        ("commodities --unused -f inert.journal", "inert-commodities.txt"),
        ("register -f inert.journal --format csv", "inert-register.csv"),
        ("register -f inert.journal --format md", "inert-register.md"),
    ] {
        let ran = run(&fixtures(), line);
        assert_eq!(ran.exit, Exit::Problems, "{line}: {}", ran.err);
        assert!(ran.err.contains("21.00 EUR"), "{line}: {}", ran.err);
        golden(&fixtures().join(report), &ran.out);
    }
}

#[test]
fn what_cannot_be_asked_is_told_with_what_can() {
    for (line, says) in [
        ("balance -X XYZ -f invest.journal", "no commodity `XYZ`"),
        ("balance ( -f invest.journal", "`(` is not a pattern"),
        ("balance --from 2024-13-01 -f invest.journal", "expected a day such as"),
        ("register --from 2024-02-01 --to 2024-01-01 -f invest.journal", "is no stretch of days"),
        ("balance --depth 0 -f invest.journal", "expected a number"),
        ("balance --lots --tree -f invest.journal", "`--lots` and `--tree` do not go together"),
        ("balance --monthly --yearly -f invest.journal", "do not go together"),
        ("balance --yearly --yearly -f invest.journal", "`--yearly` is there twice"),
        ("prices --as csv -f invest.journal", "no form `csv`"),
        ("accounts", "no books here"),
        ("balance --format xml -f invest.journal", "expected text, csv, json, md or html"),
    ] {
        let ran = run(&fixtures(), line);
        assert_eq!(ran.exit, Exit::CouldNotRun, "{line}: {}", ran.out);
        assert!(ran.err.contains(says), "{line}: {}", ran.err);
    }
}

#[test]
fn a_commodity_without_a_price_is_told_where_programs_read_too() {
    let ran = run(&fixtures(), "balance drawer -X USD -f invest.journal --format csv");
    assert_eq!(ran.out, "account,commodity,quantity\r\nAssets:Drawer,COINS,7\r\n");
    assert!(
        ran.err.starts_with("COINS has no price in USD on or before 2024-12-30"),
        "{}",
        ran.err
    );
    let quiet = run(&fixtures(), "balance drawer -X USD -f invest.journal --format csv -q");
    assert_eq!(quiet.err, "");
}

#[test]
fn a_long_register_has_one_head_and_every_posting() {
    let folder = world::folder();
    let text = "2024-01-01 x\n  a  1 EUR\n  b\n\n".repeat(6_000);
    std::fs::write(folder.path().join("long.journal"), text).expect("a journal");
    let ran = run(folder.path(), "register -f long.journal a$ --format csv");
    let lines: Vec<&str> = ran.out.lines().collect();
    assert_eq!(lines.len(), 6_001);
    let ran = run(folder.path(), "register -f long.journal --format csv");
    let rows: Vec<&str> = ran.out.lines().collect();
    assert_eq!(rows.len(), 12_001);
    assert_eq!(rows.iter().filter(|row| row.starts_with("date,code")).count(), 1);
    assert_eq!(rows[11_999], "2024-01-01,,x,a,EUR,1,1,long.journal:23997");
    let none = run(folder.path(), "register -f long.journal nothing --format csv");
    assert_eq!(none.out, "date,code,description,account,commodity,quantity,total,source\r\n");
}

#[test]
fn all_formats_are_told_by_the_ending_of_the_output() {
    let folder = world::folder();
    std::fs::copy(fixtures().join("costs.journal"), folder.path().join("a.journal"))
        .expect("a copy");
    for (ending, begins) in [
        ("txt", "Balances\n"),
        ("csv", "account,commodity"),
        ("json", "[\n"),
        ("md", "# Balances\n"),
        ("html", "<!doctype html>"),
    ] {
        let ran = run(folder.path(), &format!("balance -f a.journal -o out.{ending}"));
        assert_eq!((ran.exit, &*ran.out), (Exit::Done, ""), "{}", ran.err);
        let written = std::fs::read_to_string(folder.path().join(format!("out.{ending}")));
        assert!(written.expect("a report").starts_with(begins), "{ending}");
    }
}
