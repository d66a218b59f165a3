//! The joint books of the design: two people, three brokers, two properties, two years side by side.
//! The figures of `fixtures/report/joint.toml`, as if judged, must give the design's screen and the
//! contract with other programs.

use std::collections::BTreeMap;

use rentier::event::{EventKind, LotElection, LotMethod, Question, Shelter, Write};
use rentier::income::{Adjustment, Match, MayChange};
use rentier::money::Decimal;
use rentier::period::{Datelike, NaiveDate, TaxYear};
use rentier::render::{Screen, csv, text};
use rentier::report::gains;
use rentier::report::income::Request;
use serde_json::Value;

use crate::made::{Made, day, dividend, interest, number, of};

const FIGURES: &str = include_str!("../../fixtures/report/joint.toml");
const JSON: &str = include_str!("../../fixtures/report/joint-income.json");
const CSV: &str = include_str!("../../fixtures/report/joint-income-2024.csv");

/// A sale of one lot.
struct Sold<'s> {
    account: &'s str,
    security: &'s str,
    quantity: Decimal,
    acquired: NaiveDate,
    disposed: NaiveDate,
    proceeds: Decimal,
    cost: Decimal,
    wash: Decimal,
    long: bool,
}

impl Made {
    fn sell(&mut self, one: &Sold) -> usize {
        let written = one.acquired == one.disposed;
        let kind = if written {
            EventKind::OptionExpire { security: one.security.into(), quantity: one.quantity }
        } else {
            EventKind::Sell { security: one.security.into(), quantity: -one.quantity, price: None }
        };
        let amount = if written { Decimal::ZERO } else { one.proceeds };
        let at = self.event(&one.disposed.to_string(), one.account, kind, &amount.to_string());
        let wash = (!one.wash.is_zero()).then(|| Adjustment {
            code: "W".into(),
            amount: one.wash,
            because: None,
            quantity: Decimal::from(25),
        });
        let matched = Match {
            disposal: at,
            acquisition: None,
            account: one.account.into(),
            security: one.security.into(),
            sort: if written { "options" } else { "shares" },
            quantity: one.quantity,
            acquired: Some(one.acquired),
            held_since: None,
            disposed: one.disposed,
            proceeds: one.proceeds,
            cost: Some(one.cost),
            adjustments: wash.into_iter().collect(),
            holding: if one.long { ["long".into()].into() } else { [].into() },
            year: Some(TaxYear(one.disposed.year())),
            plain: u32::from(one.wash.is_zero()),
        };
        let gain = matched.gain().expect("the cost is known");
        let index = self.judged.findings.matches.len();
        let term = if one.long { "capital.long" } else { "capital.short" };
        let mut categories =
            vec![(term.to_owned(), gain), (format!("{term}.{}", matched.sort), gain)];
        if !one.wash.is_zero() {
            categories.push(("capital.adjustment.wash".to_owned(), one.wash));
        }
        for (category, amount) in categories {
            let mut income = self.income(at, &category, amount);
            income.matched = Some(index);
            self.judged.incomes.push(income);
        }
        self.judged.findings.matches.push(matched);
        if written {
            // Its cash came when it was written; here on the day it ended.
            let mut income = self.income(at, "cash.options", gain);
            income.security = Some(one.security.into());
            self.judged.cash.push(income);
        }
        at
    }
}

fn text_of<'t>(row: &'t toml::Value, key: &str) -> &'t str {
    row.get(key).and_then(toml::Value::as_str).unwrap_or_else(|| panic!("{key} of {row}"))
}

fn amount_of(row: &toml::Value, key: &str) -> Decimal {
    number(text_of(row, key))
}

fn year_of(row: &toml::Value) -> i32 {
    row["year"].as_integer().and_then(|year| year.try_into().ok()).expect("a year")
}

/// The joint books, judged.
pub fn joint() -> Made {
    let figures: toml::Value = toml::from_str(FIGURES).expect("it is TOML");
    let mut made = Made::default();
    let method = |method| vec![LotElection { from: day("2019-03-15"), method, instructed: None }];
    made.account("schwab", "2025-02-10").lots = method(LotMethod::Fifo);
    made.account("fidelity", "2025-02-10").lots = method(LotMethod::HighestCost);
    made.account("roth", "2024-12-31").shelter = Shelter::Roth;
    made.account("bank", "2025-02-10");
    for payer in figures["payer"].as_array().expect("payers") {
        let (name, account, year) =
            (text_of(payer, "name"), text_of(payer, "account"), year_of(payer));
        let figure = |key| amount_of(payer, key);
        let ordinary = figure("ordinary");
        let at =
            made.event(&format!("{year}-06-14"), account, dividend(name), &ordinary.to_string());
        made.journal.events[at].further.withheld = figure("foreign_tax");
        made.journal.events[at].amount -= figure("foreign_tax");
        made.tax(at, "dividend.ordinary", text_of(payer, "ordinary"));
        for (key, category) in [
            ("qualified", "dividend.qualified"),
            ("section_199a", "dividend.section199a"),
            ("foreign_tax", "foreign_tax.creditable"),
        ] {
            if !figure(key).is_zero() {
                made.tax(at, category, text_of(payer, key));
            }
        }
        made.cash(at, "cash.dividends");
        if !figure("capital_gain").is_zero() {
            let kind = EventKind::CapitalGainDistribution {
                security: name.into(),
                per_share: None,
                parts: rentier::event::Parts::default(),
            };
            let at =
                made.event(&format!("{year}-12-20"), account, kind, text_of(payer, "capital_gain"));
            made.tax(at, "dividend.capital_gain_distribution", text_of(payer, "capital_gain"));
            made.cash(at, "cash.fund_distributions");
        }
        if !figure("return_of_capital").is_zero() {
            let kind = EventKind::ReturnOfCapital { security: name.into(), per_share: None };
            let paid = text_of(payer, "return_of_capital");
            let at = made.event(&format!("{year}-12-15"), account, kind, paid);
            made.tax(at, "dividend.nondividend", paid);
            made.cash(at, "cash.return_of_capital");
        }
    }
    for year in [2023, 2024] {
        interest_of(&mut made, &figures["interest"][&year.to_string()], year);
    }
    sales(&mut made, &figures);
    for property in figures["property"].as_array().expect("properties") {
        rent(&mut made, property);
    }
    for (year, id, figure) in [
        (2024, "dividend.ordinary", "4334.72"),
        (2024, "dividend.capital_gain_distribution", "1140.22"),
        (2024, "interest.taxable", "1008.66"),
        (2024, "interest.accrued_paid", "45.33"),
        (2024, "capital.short", "2643.30"),
        (2024, "capital.long", "2318.00"),
        (2024, "rent.net", "8986.72"),
        (2024, "other.substitute_payment", "18.40"),
    ] {
        made.figure(year, id, figure);
    }
    made
}

fn interest_of(made: &mut Made, figures: &toml::Value, year: i32) {
    let paid = format!("{year}-09-30");
    let plain = [
        ("sweep_schwab", "schwab", None),
        ("savings", "bank", None),
        ("treasury_bill", "schwab", Some("BILL")),
        ("treasury_note", "schwab", Some("NOTE")),
    ];
    for (key, account, security) in plain {
        let amount = text_of(figures, key);
        if number(amount).is_zero() {
            continue;
        }
        let at = made.event(&paid, account, interest(security), amount);
        made.tax(at, "interest.taxable", amount);
        if security.is_some() {
            made.tax(at, "interest.us_government", amount);
        }
        made.cash(at, "cash.interest");
    }
    let accrued = text_of(figures, "accrued_paid");
    if !number(accrued).is_zero() {
        let kind = EventKind::AccruedInterest { security: "NOTE".into() };
        let at = made.event(&paid, "schwab", kind, accrued);
        made.tax(at, "interest.taxable", accrued);
        made.tax(at, "interest.us_government", accrued);
    }
    for key in ["municipal_bond", "municipal_fund_vteb"] {
        let amount = text_of(figures, key);
        let at = made.event(&paid, "schwab", interest(Some("MUNI")), amount);
        made.tax(at, "interest.tax_exempt", amount);
        made.cash(at, "cash.interest");
    }
    let kind = EventKind::CostAdjustment { security: "MUNI".into(), cost: None, income: None };
    let at = made.event(&paid, "schwab", kind, "0");
    made.tax(at, "interest.tax_exempt", text_of(figures, "municipal_premium"));
    let lieu = text_of(figures, "payment_in_lieu");
    if !number(lieu).is_zero() {
        let kind = EventKind::PaymentInLieu { security: "VTI".into(), per_share: None };
        let at = made.event(&paid, "schwab", kind, lieu);
        made.tax(at, "other.substitute_payment", lieu);
        made.cash(at, "cash.other");
    }
    let etv = text_of(figures, "not_placed_etv");
    if !number(etv).is_zero() {
        let at = made.event("2024-12-31", "fidelity", dividend("ETV"), etv);
        made.cash(at, "cash.fund_distributions");
        let question = Question {
            asks: "how much was return of capital?".to_owned(),
            event: Some(made.journal.events[at].id.clone()),
            date: day("2024-12-31"),
            amount: Some(number(etv)),
            currency: Some("USD".into()),
            source: made.journal.events[at].origin.to_string(),
            write: Write {
                file: "securities.toml".to_owned(),
                text: "[[security.ETV.split]]\ndate = 2024-12-31\nreturn_of_capital = \"…\""
                    .to_owned(),
            },
        };
        made.judged.questions.push(question);
    }
}

fn sales(made: &mut Made, figures: &toml::Value) {
    let gains = &figures["gains"]["2023"];
    for (key, security, acquired, long) in [
        ("short_shares", "AMD", "2023-02-01", false),
        ("short_options", "AMD230616C00100000", "2023-06-16", false),
        ("long", "VTI", "2020-01-02", true),
    ] {
        let gain = amount_of(gains, key);
        let cost = if key == "short_options" { Decimal::ZERO } else { Decimal::from(5000) };
        made.sell(&Sold {
            account: "schwab",
            security,
            quantity: Decimal::from(10),
            acquired: day(acquired),
            disposed: day("2023-06-16"),
            proceeds: cost + gain,
            cost,
            wash: Decimal::ZERO,
            long,
        });
    }
    for sale in figures["sale"].as_array().expect("sales") {
        let date = |key: &str| day(&sale[key].to_string());
        let name = text_of(sale, "security");
        let security = name.split_once(' ').map_or(name.to_owned(), |(root, rest)| {
            let (date, strike) = rest.split_at(7);
            format!("{root}{date}{strike:0>5}000")
        });
        let quantity = sale["quantity"].as_integer().expect("units");
        let at = made.sell(&Sold {
            account: text_of(sale, "account"),
            security: &security,
            quantity: Decimal::from(quantity),
            acquired: date("acquired"),
            disposed: date("sold"),
            proceeds: amount_of(sale, "proceeds"),
            cost: amount_of(sale, "cost"),
            wash: amount_of(sale, "adjustment"),
            long: text_of(sale, "term") == "long",
        });
        if security == "INTC" {
            made.judged.findings.may_change.push(MayChange {
                year: TaxYear(2024),
                until: day("2025-01-17"),
                rule: "us/repurchase".into(),
                law: Some("26 USC 1091(a), (d); Pub. 550, Wash Sales".into()),
                security: "INTC".into(),
                event: at,
                amount: number("1860.00"),
                waits_for: vec!["roth".into()],
            });
        }
    }
}

fn rent(made: &mut Made, figures: &toml::Value) {
    let (name, year) = (text_of(figures, "name"), year_of(figures));
    let property = || name.into();
    let paid = format!("{year}-07-01");
    let kind = EventKind::Rent { property: property(), covers: None };
    let at = made.event(&paid, "bank", kind, text_of(figures, "rents"));
    made.tax(at, "rent.gross", text_of(figures, "rents"));
    made.cash(at, "cash.rent_net");
    for expense in ["mortgage_interest", "taxes", "insurance", "repairs", "management", "other"] {
        let amount = text_of(figures, expense);
        if number(amount).is_zero() {
            continue;
        }
        let kind = EventKind::RentExpense { property: property(), expense: expense.into() };
        let at = made.event(&paid, "bank", kind, &format!("-{amount}"));
        made.tax(at, &format!("rent.expense.{expense}"), amount);
        made.cash(at, "cash.rent_net");
    }
    made.depreciation(year, name, text_of(figures, "depreciation"));
    let principal = text_of(figures, "mortgage_principal");
    if !number(principal).is_zero() {
        let kind = EventKind::MortgagePrincipal { property: property() };
        let at = made.event(&paid, "bank", kind, &format!("-{principal}"));
        made.cash(at, "cash.rent_net");
    }
    let line = made.journal.properties.len();
    made.journal.properties.entry(name.into()).or_insert(rentier::event::Property {
        id: name.into(),
        title: None,
        placed_in_service: None,
        building: None,
        land: None,
        life: None,
        facts: rentier::event::Facts::default(),
        days: Vec::new(),
        line: u32::try_from(line).expect("few"),
    });
}

fn request(years: &[i32]) -> Request {
    Request { filing: "joint".into(), ..of(years) }
}

#[test]
fn two_years_stand_side_by_side_as_in_the_design() {
    let expected = "\
Income 2023 and 2024 · tax view                      United States · joint · USD
2023  final; records reach 2024-12-31
2024  incomplete: 1 question; may still change until 2025-01-17
  ?1  ETV paid 332.10 on 2024-12-31: how much was return of capital?
      not placed below; answer: rentier check 2024
  until 2025-01-17: buying INTC would defer the loss of 2024-12-18
      (26 USC 1091); records of roth end 2024-12-31
                                             2023           2024    Form line
Dividends
  Ordinary dividends                     3,933.62       4,334.72    B 6, 1040 3b
    of which qualified                   2,343.69       2,457.30    1040 3a
    of which section 199A                  842.40         861.12    8995 6
  Capital gain distributions               612.40       1,140.22    D 13
Interest
  Taxable interest                         473.22       1,008.66    B 4, 1040 2b
    of which US government                 257.90         779.67    state-exempt
Gains
  Short-term                               554.10       2,643.30    D 7
    shares and funds                      -418.00       1,358.50    D 1a, 1b
      of which wash-sale adjustment             -         102.50    8949 code W
    options written                        972.10       1,284.80    D 1a
  Long-term, shares and funds            1,964.40       2,318.00    D 8a
Rent
  Net rent                               3,663.60       8,986.72    E 26
    rents received                      34,800.00      43,800.00    E 3
    expenses paid                      -20,386.65     -20,814.68    E 5-19
    depreciation                       -10,749.75     -13,998.60    E 18
    of which maple                       3,184.15       4,731.62    E 21 A
    of which harbor                        479.45       4,255.10    E 21 B
Other
  Payment in lieu of dividends                  -          18.40    Sch 1 8z
                                     ────────────   ────────────
Taxable total of these records          11,201.34      20,450.02 ?1
Beside the income
  Tax-exempt interest                      761.56         785.75    1040 2a
  Foreign tax paid, a credit                44.12          51.37    Sch 3 1
  Return of capital, lowers cost            46.20          51.30    no line
  Not placed yet                                -         332.10 ?1 no line yet
B, D, E: schedules; 1040 3b: Form 1040 line 3b, as in 2024. -: nothing recorded.
Lots: first in, first out (schwab); highest cost (fidelity).
Next: rentier check 2024 · rentier explain 2024 capital.long
";
    let made = joint();
    assert_eq!(text(&made.show(request(&[2023, 2024])).table(), Screen::PLAIN), expected);
}

#[test]
fn json_is_the_contract() {
    let made = joint();
    let shown = made.show(request(&[2023, 2024])).json();
    let contract: Value = serde_json::from_str(JSON).expect("it is JSON");
    for key in ["schema", "regime", "filing", "view", "currency", "total", "lot_methods"] {
        assert_eq!(shown[key], contract[key], "{key}");
    }
    let lines = shown["lines"].as_array().expect("lines");
    let expected = contract["lines"].as_array().expect("lines");
    for (line, expected) in lines.iter().zip(expected) {
        let mut line = line.clone();
        let events = line.as_object_mut().and_then(|line| line.remove("events"));
        assert!(events.is_some_and(|events| events.get("2024").is_some()), "{line}");
        assert_eq!(&line, expected);
    }
    assert_eq!(lines.len(), expected.len());
    let items = |value: &Value| -> BTreeMap<String, Value> {
        let items = value["bridge"].as_array().expect("a bridge").iter();
        items.map(|item| (item["label"].to_string(), item["amounts"].clone())).collect()
    };
    assert_eq!(items(&shown), items(&contract));
    let (year, expected) = (&shown["years"][1], &contract["years"][1]);
    for key in ["year", "status", "closed", "may_change_until"] {
        assert_eq!(year[key], expected[key], "{key}");
    }
    let keys = |value: &Value| -> Vec<String> {
        value.as_object().map(|map| map.keys().cloned().collect()).unwrap_or_default()
    };
    assert_eq!(keys(year), keys(expected));
    assert_eq!(keys(&year["because"][0]), keys(&expected["because"][0]));
    assert_eq!(year["because"][0]["needs"], expected["because"][0]["needs"]);
    assert_eq!(keys(&year["open"][0]), keys(&expected["open"][0]));
    assert_eq!(year["open"][0]["write"], expected["open"][0]["write"]);
}

#[test]
fn csv_is_the_contract() {
    let made = joint();
    assert_eq!(csv(&made.show(request(&[2024])).records()), CSV);
}

#[test]
fn gains_are_as_in_the_design() {
    let expected = "\
Gains 2024 · one row per lot sold                    United States · joint · USD
Incomplete: 1 question; rentier check 2024.
May still change until 2025-01-17: INTC, sold at a loss 2024-12-18.
                      Acquired       Sold  Proceeds      Cost   Adjust      Gain
Short-term · Form 8949 Part I, Schedule D 1a and 1b
 60 VXUS            2024-02-12 2024-06-14  3,180.00  3,426.00 W 102.50   -143.50
  2 MSFT 240315C420 2024-03-15 2024-03-15    618.70      0.00             618.70
 80 VYM             2023-11-08 2024-04-19  9,384.00  8,252.00           1,132.00
  2 MSFT 240719C460 2024-07-12 2024-07-12    848.70  1,211.30            -362.60
100 JNJ             2024-08-15 2024-09-30 16,190.00 15,820.00             370.00
  2 MSFT 241220C450 2024-12-20 2024-12-20  1,028.70      0.00           1,028.70
  Total, short-term                       31,250.10 28,709.30   102.50  2,643.30
Long-term · Schedule D 8a
 30 VTI             2021-03-04 2024-08-21  8,313.00  5,952.00           2,361.00
 20 VTI             2022-06-16 2024-08-21  5,542.00  3,725.00           1,817.00
200 INTC            2022-09-14 2024-12-18  4,020.00  5,880.00          -1,860.00
  Total, long-term                        17,875.00 15,557.00        -  2,318.00
Capital gain distributions, Schedule D 13                               1,140.22
Net gain, Schedule D 16                                                 6,101.52
Buying INTC by 2025-01-17 in any account of me or spouse defers up to 1,860.00.
";
    let mut made = joint();
    for id in ["me", "spouse"] {
        let owner = rentier::event::Owner { id: id.into(), affiliate: id == "spouse" };
        made.journal.owners.insert(id.into(), owner);
    }
    let us = rentier::regime::shipped("us").expect("it is shipped");
    let years = [TaxYear(2024)];
    let keep = rentier::report::keep::Keep::default();
    let gains = gains::gains(&made.judged, &made.journal, &us, "joint", &years, &keep);
    assert_eq!(text(&gains.table(), Screen::PLAIN), expected);
    let wide = text(&gains.table(), Screen { width: 120, colour: false });
    assert!(wide.contains("fidelity") && wide.contains("fidelity-2024.csv"), "{wide}");
    assert_eq!(gains.json(&Value::Null)["net_gain"], "6101.52");
    let records = csv(&gains.records());
    assert!(records.contains("2024,capital.short,VXUS,60,2024-02-12,,2024-06-14,3180.00,3426.00,W,102.50,-143.50,USD,fidelity,"));
}
