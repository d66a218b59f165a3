//! The worked tax examples of `fixtures/oracle` come out as published, and those that do not are
//! listed with their reason: a list that may only shrink.

#[path = "support/oracle.rs"]
mod oracle;

use std::collections::BTreeMap;

use oracle::{Case, HeldLot, Sale, day, number};
use rentier::income::{Judged, Match};
use rentier::money::Decimal;
use rentier::period::{NaiveDate, TaxYear};
use rentier::regime::{self, Regime};
use rentier::report::judge;
use rentier::tax;
use serde::Deserialize;

#[test]
fn the_worked_examples_of_the_united_states_come_out() {
    let us = regime::shipped("us").expect("it is shipped");
    let pending = pending("us.pending.toml");
    let mut wrong = Vec::new();
    let mut passed = 0;
    for case in oracle::cases("us.toml") {
        let found = differences(&case, &us);
        match (found.is_empty(), pending.get(&case.id)) {
            (true, None) => passed += 1,
            (false, Some(_)) => {}
            (true, Some(_)) => {
                wrong.push(format!("{} passes: take it off the pending list", case.id));
            }
            (false, None) => {
                wrong.push(format!("{}: {}\n    {}", case.id, case.title, found.join("\n    ")));
            }
        }
    }
    println!("{passed} cases pass, {} are pending", pending.len());
    assert!(wrong.is_empty(), "{passed} pass, {} pending\n{}", pending.len(), wrong.join("\n"));
}

/// Cases that do not come out yet, with the reason.
fn pending(name: &str) -> BTreeMap<String, String> {
    #[derive(Deserialize)]
    struct Rows {
        #[serde(default)]
        case: Vec<Row>,
    }
    #[derive(Deserialize)]
    struct Row {
        id: String,
        reason: String,
    }
    let path = format!("{}/fixtures/oracle/{name}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).expect("the list is part of the repository");
    let rows: Rows = toml::from_str(&text).expect("the list is readable");
    rows.case.into_iter().map(|row| (row.id, row.reason)).collect()
}

/// What a case should give and does not.
fn differences(case: &Case, us: &Regime) -> Vec<String> {
    let journal = case.journal();
    let judged = judge(&journal, us, &case.filing());
    let mut found = Vec::new();
    for expect in &case.expect {
        let got = figure(&judged, &journal, &expect.category, expect.year);
        let tolerance = expect.tolerance.as_deref().map_or(Decimal::new(1, 2), number);
        let wanted = number(&expect.amount);
        if (got - wanted).abs() > tolerance {
            found.push(format!("{} of {} is {got}, not {wanted}", expect.category, expect.year));
        }
    }
    for sale in &case.sale {
        if !judged.findings.matches.iter().any(|matched| is_row(matched, sale)) {
            found.push(format!(
                "no row {} {} {} to {} proceeds {} basis {} {} {} gain {} {}",
                sale.quantity,
                sale.security,
                sale.acquired,
                sale.sold,
                sale.proceeds,
                sale.basis,
                sale.code,
                sale.adjustment,
                sale.gain,
                sale.term
            ));
        }
    }
    for lot in &case.lot {
        let mut then = journal.clone();
        let end = day(&lot.as_of);
        then.events.retain(|event| event.date <= end);
        oracle::Reach::reach(&mut then, end);
        let findings = tax::find(&then, us);
        if !is_held(&findings.open, lot) {
            let held: Vec<String> = findings
                .open
                .iter()
                .map(|open| {
                    format!(
                        "{} {} {:?} {:?} {:?}",
                        open.quantity, open.security, open.cost, open.acquired, open.held_since
                    )
                })
                .collect();
            found.push(format!(
                "no lot {} {} {} {:?} on {end}; held: {}",
                lot.quantity,
                lot.security,
                lot.basis,
                lot.holding_from,
                held.join("; ")
            ));
        }
    }
    for fact in &case.fact {
        let got = fact_of(&fact.name, &judged, &journal, us);
        if let Some(got) = got
            && got != fact.value
            && plain_differs(&got, &fact.value)
        {
            found.push(format!("{} is {got}, not {}", fact.name, fact.value));
        }
    }
    let complete = !case
        .fact
        .iter()
        .any(|fact| fact.name == "tax_statement_complete" && fact.value == "false");
    if complete != judged.questions.is_empty() {
        let asked: Vec<&str> = judged.questions.iter().map(|question| &*question.asks).collect();
        found.push(format!("asks: {}", asked.join(" ")));
    }
    // Two dividends on one event would be counted twice: every income names an event or an accrual.
    found
}

fn plain_differs(got: &str, wanted: &str) -> bool {
    match (rentier::money::plain(got), rentier::money::plain(wanted)) {
        (Some(got), Some(wanted)) => (got - wanted).abs() > Decimal::new(1, 2),
        _ => true,
    }
}

/// A figure of a year: of the tax view, or of the cash view.
fn figure(
    judged: &Judged,
    journal: &rentier::event::Journal,
    category: &str,
    year: i32,
) -> Decimal {
    if category == "cash.fund_unsplit" {
        let unplaced = judged
            .incomes
            .iter()
            .filter(|income| income.category == *"unplaced" && income.year == TaxYear(year));
        let funds = unplaced.filter(|income| {
            income.event.is_some_and(|at| journal.events[at].kind.name() == "fund-distribution")
        });
        return funds.map(|income| income.amount).sum();
    }
    if category.starts_with("cash.") {
        let lines = judged
            .cash
            .iter()
            .filter(|income| income.category == *category && income.year == TaxYear(year));
        return lines.map(|income| income.amount).sum();
    }
    judged
        .figures
        .get(&TaxYear(year))
        .and_then(|figures| figures.get(category))
        .copied()
        .unwrap_or_default()
}

fn is_row(matched: &Match, sale: &Sale) -> bool {
    let near = |got: Decimal, wanted: &str| {
        let tolerance = sale.tolerance.as_deref().map_or(Decimal::new(1, 2), number);
        (got - number(wanted)).abs() <= tolerance
    };
    let adjusted: Decimal = matched.adjustments.iter().map(|adjustment| adjustment.amount).sum();
    let mut codes: Vec<&str> =
        matched.adjustments.iter().map(|adjustment| &*adjustment.code).collect();
    codes.sort_unstable();
    codes.dedup();
    let long = matched.holding.iter().any(|test| *test == "long");
    let on = |text: &str| text.parse::<NaiveDate>().ok();
    matched.security == *sale.security.as_str()
        && matched.quantity == number(&sale.quantity)
        && (sale.acquired == "INHERITED" || matched.acquired == on(&sale.acquired))
        && Some(matched.disposed) == on(&sale.sold)
        && matched.year == Some(TaxYear(sale.year))
        && near(matched.proceeds, &sale.proceeds)
        && matched.cost.is_some_and(|cost| near(cost, &sale.basis))
        && matched.gain().is_some_and(|gain| near(gain, &sale.gain))
        && near(adjusted, &sale.adjustment)
        && codes.concat() == sale.code
        && long == (sale.term == "long")
        && sale
            .holding_from
            .as_deref()
            .is_none_or(|from| matched.held_since.or(matched.acquired) == on(from))
}

fn is_held(open: &[rentier::income::OpenLot], lot: &HeldLot) -> bool {
    let from = lot.holding_from.as_deref().and_then(|text| text.parse::<NaiveDate>().ok());
    let since = |held: &rentier::income::OpenLot| held.held_since.or(held.acquired);
    let held = open.iter().filter(|held| held.security == *lot.security.as_str());
    let held: Vec<_> = held.filter(|held| from.is_none() || since(held) == from).collect();
    let tolerance = lot.tolerance.as_deref().map_or(Decimal::new(1, 2), number);
    let fits = |quantity: Decimal, cost: Decimal| {
        quantity == number(&lot.quantity) && (cost - number(&lot.basis)).abs() <= tolerance
    };
    let quantity = held.iter().map(|held| held.quantity).sum();
    let cost = held.iter().filter_map(|held| held.cost).sum();
    fits(quantity, cost)
        || held.iter().any(|held| fits(held.quantity, held.cost.unwrap_or_default()))
}

/// The facts that can be told from what is judged; others are about arithmetic on paper.
fn fact_of(
    name: &str,
    judged: &Judged,
    journal: &rentier::event::Journal,
    us: &Regime,
) -> Option<String> {
    let year = judged.figures.keys().next_back().copied()?;
    let figures = judged.figures.get(&year)?;
    let schedule = |category: &str, form: &str, year: TaxYear| {
        let figures = judged.figures.get(&year)?;
        let category = category.into();
        let lines = us.statement_lines(&category, year, figures, (true, true));
        Some(lines.iter().any(|line| line.form == *form).to_string())
    };
    let sum = |incomes: &[rentier::income::Income]| -> Decimal {
        incomes.iter().map(|income| income.amount).sum()
    };
    let wash: Decimal = judged
        .findings
        .matches
        .iter()
        .flat_map(|matched| &matched.adjustments)
        .map(|adjustment| adjustment.amount)
        .sum();
    match name {
        "cash_total" => Some(sum(&judged.cash).to_string()),
        "taxable_total" => {
            let shown = us.categories.values().filter(|category| category.adds && category.shown);
            let total: Decimal = shown
                .map(|category| {
                    let figure = figures.get(&category.id).copied().unwrap_or_default();
                    if category.negative { -figure } else { figure }
                })
                .sum();
            Some(total.to_string())
        }
        "schedule_b_part2_required" => schedule("dividend.ordinary", "Schedule B", year),
        "schedule_b_part1_required" => schedule("interest.taxable", "Schedule B", year),
        "schedule_b_required_2023" => schedule("interest.taxable", "Schedule B", TaxYear(2023)),
        "schedule_b_required_2024" => schedule("interest.taxable", "Schedule B", TaxYear(2024)),
        "schedule_b_accrued_interest" => {
            figures.get("interest.accrued_paid").map(ToString::to_string)
        }
        "window_start" => {
            judged.findings.holdings.first().map(|holding| holding.window.0.to_string())
        }
        "window_end" => {
            judged.findings.holdings.first().map(|holding| holding.window.1.to_string())
        }
        "days_in_window" => {
            judged.findings.holdings.first().map(|holding| holding.shortest.0.to_string())
        }
        "disallowed" | "loss_permanently_disallowed" => Some(wash.to_string()),
        "schedule_3_line_1" => figures.get("foreign_tax.creditable").map(ToString::to_string),
        "form_1116_required" => {
            let tax = figures.get("foreign_tax.creditable").copied().unwrap_or_default();
            Some((tax > us.param("foreign_tax_limit", year, "single")?).to_string())
        }
        "line_2b_rounded" => figures
            .get("interest.taxable")
            .map(|taxable| rentier::money::rounded(*taxable, 0).to_string()),
        "position_at_pay_date" => {
            let event = journal.events.iter().find(|event| event.kind.name() == "dividend")?;
            let held = journal.events.iter().filter(|other| other.date <= event.date);
            Some(held.map(rentier::event::Event::quantity).sum::<Decimal>().to_string())
        }
        _ => None,
    }
}
