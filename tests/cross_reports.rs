//! `balance` and `register` come to the figures of the real hledger, and of Ledger where costs are
//! prices: valued, by period, at a depth, with running totals. The journals are `fixtures/reports`.

#[path = "support/left_out.rs"]
mod left_out;
#[path = "support/tools.rs"]
#[allow(dead_code)] // only whether a tool is here is asked
mod tools;
mod world;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use rentier::money::{Decimal, plain};
use rentier::period::{Every, iso};

/// Figures by account, commodity and period; without periods that is empty.
type Figures = BTreeMap<(String, String, String), Decimal>;

fn package(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn number(text: &str) -> Decimal {
    plain(text).unwrap_or_else(|| panic!("no number: {text}"))
}

/// What we make of `line`, a command with its flags.
fn ours(journal: &str, line: &str) -> Vec<Vec<String>> {
    let line = format!("{line} --format csv -f {journal}.journal");
    let ran = world::run(&package("fixtures/reports"), &line);
    assert!(ran.err.is_empty() || !ran.err.contains("error"), "{line}: {}", ran.err);
    rows(&ran.out)
}

/// What hledger makes of it.
fn theirs(journal: &str, line: &str) -> Vec<Vec<String>> {
    let file = package(&format!("fixtures/reports/{journal}.journal"));
    let output = Command::new("hledger")
        .arg("-f")
        .arg(file)
        .args(line.split_whitespace())
        .args(["-O", "csv"])
        .output()
        .expect("hledger runs");
    let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "hledger {line}: {complaint}");
    rows(&String::from_utf8_lossy(&output.stdout))
}

/// The records with their head.
fn rows(text: &str) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
    let record = |row: csv::StringRecord| row.iter().map(str::to_owned).collect();
    reader.records().map(|row| record(row.expect("CSV"))).collect()
}

/// Our balances; revenues of a report by period with hledger's sign.
fn balances(rows: &[Vec<String>]) -> Figures {
    let column = |key: &str| rows[0].iter().position(|head| head == key);
    let at = |row: &[String], key| column(key).map(|at| row[at].clone()).unwrap_or_default();
    let period =
        |row: &[String]| if rows[0][0] == "section" { row[1].clone() } else { String::new() };
    let figure = |row: &Vec<String>| {
        let sum = number(&at(row, "quantity"));
        let sum = if at(row, "section") == "Revenues" { -sum } else { sum };
        ((at(row, "account"), at(row, "commodity"), period(row)), sum)
    };
    rows[1..].iter().map(figure).collect()
}

/// hledger's balances, a column for each period, with the digits it shows; totals left out.
fn columns(rows: &[Vec<String>], every: Option<Every>) -> Figures {
    let label = |head: &str| match every {
        None => String::new(),
        Some(every) => {
            let day = head.get(..10).and_then(iso);
            day.map_or_else(|| head.to_owned(), |day| every.label(every.number(day)))
        }
    };
    let mut figures = Figures::new();
    for row in rows[1..].iter().filter(|row| row[0] != "total") {
        for (head, text) in rows[0].iter().zip(row).skip(2) {
            let key = (row[0].clone(), row[1].clone(), label(head));
            figures.insert(key, number(text));
        }
    }
    figures
}

/// Whether `ours` is what is shown as `theirs`: equal to the last digit shown.
fn agrees(ours: Decimal, theirs: Decimal) -> bool {
    let half = Decimal::new(5, theirs.scale() + 1);
    (ours - theirs).abs() <= half
}

/// What differs, each on a line. A figure that one side does not have is zero.
fn differ(what: &str, ours: &Figures, theirs: &Figures) -> String {
    let mut text = String::new();
    for key in ours.keys().chain(theirs.keys()) {
        let of = |figures: &Figures| figures.get(key).copied().unwrap_or_default();
        if !agrees(of(ours), of(theirs)) {
            let _ = writeln!(text, "{what}: {key:?}: ours {} theirs {}", of(ours), of(theirs));
        }
    }
    text
}

#[test]
fn balances_are_hledger_s() {
    if !tools::has("hledger") {
        return;
    }
    let mut wrong = String::new();
    for (journal, line, asked) in [
        ("invest", "balance", ""),
        ("invest", "balance -X USD", "-X USD"),
        ("invest", "balance -X EUR", "-X EUR"),
        ("invest", "balance -X VTI", "-X VTI"),
        ("invest", "balance -X USD --to 2023-12-31", "-X USD -e 2024-01-01"),
        ("invest", "balance -X USD --as-of 2024-04-01", "-X USD -e 2024-04-02"),
        ("invest", "balance --from 2023-06-01 --to 2024-03-31", "-b 2023-06-01 -e 2024-04-01"),
        ("invest", "balance --to 2024-12-08", "-e 2024-12-09"),
        ("invest", "balance --depth 1", "--depth 1"),
        ("invest", "balance --depth 2 -X USD", "--depth 2 -X USD"),
        ("invest", "balance food not:market", "food not:market"),
        ("invest", "balance ^assets:b savings", "^assets:b savings"),
        ("invest", "balance -X USD --infer-market-prices", "-X USD --infer-market-prices"),
        ("chains", "balance -X AAA", "-X AAA"),
        ("chains", "balance -X BBB", "-X BBB"),
        ("chains", "balance -X CCC", "-X CCC"),
        ("chains", "balance -X DDD", "-X DDD"),
        ("chains", "balance -X EEE", "-X EEE"),
        ("chains", "balance -X FFF", "-X FFF"),
        ("chains", "balance -X CCC --to 2024-01-03", "-X CCC -e 2024-01-04"),
        ("costs", "balance -X EUR", "-X EUR"),
        ("costs", "balance -X EUR --infer-market-prices", "-X EUR --infer-market-prices"),
        ("costs", "balance -X USD --infer-market-prices", "-X USD --infer-market-prices"),
    ] {
        let ours = balances(&ours(journal, line));
        let asked = format!("bal --flat --layout=bare {asked}");
        let theirs = columns(&theirs(journal, &asked), None);
        assert!(!ours.is_empty(), "{journal}: {line}");
        wrong.push_str(&differ(&format!("{journal}: {line}"), &ours, &theirs));
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn balances_by_period_are_hledger_s() {
    if !tools::has("hledger") {
        return;
    }
    let mut wrong = String::new();
    for (every, flag, letter) in [
        (Every::Year, "--yearly", "-Y"),
        (Every::Quarter, "--quarterly", "-Q"),
        (Every::Month, "--monthly", "-M"),
        (Every::Week, "--weekly", "-W"),
        (Every::Day, "--daily", "-D"),
    ] {
        for more in ["", "-X USD", "-X EUR --depth 2", "--depth 1"] {
            let ours = balances(&ours("invest", &format!("balance . {flag} {more}")));
            let asked = format!("bal --flat --layout=bare {letter} {more}");
            let theirs = columns(&theirs("invest", &asked), Some(every));
            assert!(!ours.is_empty(), "{flag} {more}");
            wrong.push_str(&differ(&format!("{flag} {more}"), &ours, &theirs));
        }
    }
    // Without a pattern these are the income statement's accounts.
    let ours = balances(&ours("invest", "balance --monthly -X USD"));
    let asked = "bal --flat --layout=bare -M -X USD ^income ^expenses";
    let theirs = columns(&theirs("invest", asked), Some(Every::Month));
    wrong.push_str(&differ("--monthly", &ours, &theirs));
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn an_account_of_the_tree_has_what_hledger_has_below_it() {
    if !tools::has("hledger") {
        return;
    }
    for more in ["", "-X USD", "--depth 2"] {
        let ours = balances(&ours("invest", &format!("balance --tree {more}")));
        let flat = columns(&theirs("invest", &format!("bal --flat --layout=bare {more}")), None);
        assert!(ours.len() > 12, "{ours:?}");
        for ((account, commodity, _), sum) in &ours {
            let below = flat.iter().filter(|((name, of, _), _)| {
                let rest = name.strip_prefix(&**account);
                of == commodity && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(':'))
            });
            let (many, whole) =
                below.fold((0, Decimal::ZERO), |(many, whole), (_, sum)| (many + 1, whole + sum));
            // Each figure there is rounded by itself.
            let room = Decimal::new(5, 3) * Decimal::from(many);
            assert!((whole - sum).abs() <= room, "{account} {commodity}: {sum}, {whole}");
        }
    }
}

/// hledger's amounts: `-2071.00 EUR, 12 "FUND 1"`.
fn amounts(text: &str) -> BTreeMap<String, Decimal> {
    let amount = |part: &str| {
        let (number_, commodity) = part.split_once(' ')?;
        Some((commodity.trim_matches('"').to_owned(), number(number_)))
    };
    text.split(", ").filter_map(amount).collect()
}

#[test]
fn running_totals_are_hledger_s() {
    if !tools::has("hledger") {
        return;
    }
    for (journal, line, asked) in [
        ("invest", "register", "reg"),
        ("invest", "register -X USD", "reg -X USD"),
        ("invest", "register -X EUR assets", "reg -X EUR assets"),
        ("invest", "register savings --from 2023-03-01", "reg savings -b 2023-03-01"),
        ("invest", "register --to 2024-03-31 -X USD", "reg -e 2024-04-01 -X USD"),
        ("chains", "register -X CCC", "reg -X CCC"),
        ("costs", "register -X EUR --infer-market-prices", "reg -X EUR --infer-market-prices"),
    ] {
        let (ours, theirs) = (ours(journal, line), theirs(journal, asked));
        let mut ours = ours[1..].iter();
        let mut totals: BTreeMap<String, Decimal> = BTreeMap::new();
        for their in &theirs[1..] {
            // A posting of several commodities is one row there, and several here.
            let shown = amounts(&their[5]);
            for _ in 0..shown.len().max(1) {
                let our = ours.next().expect("as many rows as hledger has");
                let what = format!("{journal}: {line}: {our:?}, {their:?}");
                let [date, _, description, account, commodity, quantity, total, _] = &our[..]
                else {
                    panic!("{what}")
                };
                let heads = [date, description, account];
                assert_eq!(heads, [&their[1], &their[3], &their[4]], "{what}");
                let shown = shown.get(commodity).copied().unwrap_or_default();
                assert!(agrees(number(quantity), shown), "{what}");
                totals.insert(commodity.clone(), number(total));
            }
            let what = format!("{journal}: {line}: {their:?}");
            let running = amounts(&their[6]);
            for (commodity, total) in &totals {
                let shown = running.get(commodity).copied().unwrap_or_default();
                assert!(agrees(*total, shown), "{what}: {total} {commodity}");
            }
            assert!(running.keys().all(|commodity| totals.contains_key(commodity)), "{what}");
        }
        assert_eq!(ours.next(), None, "{journal}: {line}");
    }
}

#[test]
fn running_totals_by_month_are_hledger_s_at_each_month_s_end() {
    if !tools::has("hledger") {
        return;
    }
    for more in ["", "-X USD", "--depth 1", "-X EUR income expenses"] {
        let ours = ours("invest", &format!("register --monthly {more}"));
        let theirs = theirs("invest", &format!("reg -M {more}"));
        let mut ends: BTreeMap<String, BTreeMap<String, Decimal>> = BTreeMap::new();
        let mut running: BTreeMap<String, Decimal> = BTreeMap::new();
        for row in &ours[1..] {
            running.insert(row[2].clone(), number(&row[4]));
            ends.insert(row[0].clone(), running.clone());
        }
        let mut shown: BTreeMap<String, BTreeMap<String, Decimal>> = BTreeMap::new();
        for row in &theirs[1..] {
            // Only the first row of a period has its day.
            let month = match row[1].get(..7) {
                Some(month) => month.to_owned(),
                None => shown.keys().next_back().cloned().expect("a month before"),
            };
            shown.insert(month, amounts(&row[6]));
        }
        assert!(ends.len() > 5, "{ends:?}");
        assert_eq!(ends.keys().collect::<Vec<_>>(), shown.keys().collect::<Vec<_>>(), "{more}");
        for (month, totals) in &ends {
            for (commodity, total) in totals {
                let theirs = shown[month].get(commodity).copied().unwrap_or_default();
                assert!(agrees(*total, theirs), "{more}: {month}: {total} {commodity}, {theirs}");
            }
        }
    }
}

#[test]
fn where_costs_are_prices_values_are_ledger_s() {
    if !tools::has("ledger") {
        return;
    }
    for (journal, exchange) in
        [("costs", "EUR"), ("costs", "USD"), ("chains", "CCC"), ("chains", "BBB")]
    {
        let ours = balances(&ours(journal, &format!("balance -X {exchange} --dialect ledger")));
        let file = package(&format!("fixtures/reports/{journal}.journal"));
        let output = Command::new("ledger")
            .args(["--args-only", "-f"])
            .arg(file)
            .args(["bal", "--flat", "--no-total", "-X", exchange])
            .args(["--format", "%(account)\x01%(strip(display_amount))\n"])
            .output()
            .expect("Ledger runs");
        let text = String::from_utf8_lossy(&output.stdout);
        let mut theirs = Figures::new();
        for line in text.lines() {
            let (account, amount) = line.split_once('\x01').expect("an account and an amount");
            let (quantity, commodity) = amount.trim().split_once(' ').expect("an amount");
            let key = (account.to_owned(), commodity.to_owned(), String::new());
            theirs.insert(key, number(&quantity.replace(',', "")));
        }
        let wrong = differ(&format!("{journal}: {exchange}"), &ours, &theirs);
        assert!(wrong.is_empty() && !ours.is_empty(), "{wrong}");
    }
}

#[test]
fn price_lines_are_read_by_both_tools_as_they_were() {
    let folder = world::folder();
    let ran = world::run(&package("fixtures/reports"), "prices --as hledger -f invest.journal");
    let file = folder.path().join("prices.journal");
    fs::write(&file, &ran.out).expect("a file for a moment");
    let again = world::run(folder.path(), "prices --as hledger -f prices.journal");
    assert_eq!(ran.out, again.out);
    assert_eq!(ran.out.lines().count(), 12);
    if tools::has("hledger") {
        let output = Command::new("hledger").arg("-f").arg(&file).arg("prices").output();
        let shown = String::from_utf8(output.expect("hledger runs").stdout).expect("UTF-8");
        let sorted = |text: &str| {
            let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
            lines.sort();
            lines
        };
        assert_eq!(sorted(&shown), sorted(&ran.out));
    }
}
