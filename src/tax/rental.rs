//! Depreciation of let property: straight line by the regime's percentages, year by year.

use crate::event::{EventKind, Journal, Question, Write};
use crate::income::{Findings, Income};
use crate::money::Decimal;
use crate::period::{Datelike, NaiveDate};
use crate::regime::Regime;
use crate::source::Name;

/// One cost that is written off over its life.
struct Asset {
    property: Name,
    account: Name,
    event: Option<usize>,
    from: NaiveDate,
    cost: Decimal,
    life: Decimal,
    what: &'static str,
}

/// Adds an accrual `depreciation` for every property, improvement and year up to the last year of
/// the records. The day of sale ends it; what a sale makes of it is not computed, and asked. `events`:
/// whether there are any that say what is written off.
///
/// Source: 26 USC 168(c), (d)(2); Pub. 946, Table A-6; Pub. 527, chapter 2.
pub(super) fn depreciate(
    journal: &Journal,
    regime: &Regime,
    events: bool,
    findings: &mut Findings,
) {
    if regime.depreciation.is_empty() {
        return;
    }
    let assets = assets(journal, regime, events, findings);
    if assets.is_empty() {
        return;
    }
    let newest = journal.events.iter().map(|event| event.date.year()).max();
    // A year that the records reach the end of counts without an event in it.
    let reached = journal.accounts.values().filter_map(|account| account.reached);
    let reached = reached.filter_map(|day| day.succ_opt()).map(|day| day.year() - 1).max();
    let Some(last) = newest.max(reached) else { return };
    for asset in assets {
        let Some(rows) = regime.depreciation.get(&*asset.life.normalize().to_string()) else {
            findings.questions.push(Question {
                asks: format!(
                    "{} of {} is written off over {} years: how much a year?",
                    asset.what, asset.property, asset.life
                ),
                event: asset
                    .event
                    .and_then(|at| journal.events.get(at))
                    .map(|event| event.id.clone()),
                date: asset.from,
                amount: Some(asset.cost),
                currency: Some(regime.currency.clone()),
                source: asset
                    .event
                    .and_then(|at| journal.events.get(at))
                    .map(|event| event.origin.to_string())
                    .unwrap_or_default(),
                write: Write {
                    file: "main.journal".to_owned(),
                    text: "    ; life: 27.5".to_owned(),
                },
            });
            continue;
        };
        for (at, row) in rows.iter().enumerate() {
            let Some(year) =
                i32::try_from(at).ok().and_then(|at| asset.from.year().checked_add(at))
            else {
                break;
            };
            if year > last {
                break;
            }
            let percent = row[asset.from.month0() as usize];
            let mut amount = asset.cost.saturating_mul(percent) / Decimal::ONE_HUNDRED;
            let property = journal.properties.get(&asset.property);
            if let Some((rented, used)) = property.and_then(|property| property.days_let(year)) {
                amount = amount.saturating_mul(rented) / used.max(Decimal::ONE);
            }
            let Some(date) = NaiveDate::from_ymd_opt(year, 12, 31) else { break };
            if amount.is_zero() {
                continue;
            }
            findings.accruals.push(Income {
                category: "depreciation".into(),
                year: regime.year.year_of(date),
                date,
                amount,
                account: asset.account.clone(),
                security: None,
                property: Some(asset.property.clone()),
                event: asset.event,
                matched: None,
                rule: format!("{}/depreciation", regime.id).into(),
                law: Some("26 USC 168; Pub. 946, Table A-6".into()),
                how: format!(
                    "{}, {} x {percent} %, year {} of use",
                    asset.what,
                    asset.cost,
                    at + 1
                ),
            });
        }
    }
}

/// Buildings as `securities.toml` has them, else as events place them in service, and improvements.
fn assets(journal: &Journal, regime: &Regime, events: bool, findings: &mut Findings) -> Vec<Asset> {
    let usual = Decimal::new(275, 1);
    let mut assets = Vec::new();
    let account_of = |property: &Name| {
        let event = journal.events.iter().find(|event| event.kind.property() == Some(property));
        event.map(|event| event.account.clone()).unwrap_or_default()
    };
    for property in journal.properties.values() {
        if let (Some(from), Some(cost)) = (property.placed_in_service, property.building) {
            assets.push(Asset {
                property: property.id.clone(),
                account: account_of(&property.id),
                event: None,
                from,
                cost,
                life: property.life.unwrap_or(usual),
                what: "the building",
            });
        }
    }
    let stated = assets.len();
    for (at, event) in journal.events.iter().enumerate().filter(|_| events) {
        match &event.kind {
            EventKind::PlacedInService { property, life, building, .. } => {
                let known = assets[..stated].iter().any(|asset| asset.property == *property);
                match building.get() {
                    _ if known => {}
                    Some(cost) => assets.push(Asset {
                        property: property.clone(),
                        account: event.account.clone(),
                        event: Some(at),
                        from: event.date,
                        cost,
                        life: life.get().unwrap_or(usual),
                        what: "the building",
                    }),
                    None => findings.questions.push(Question {
                        asks: format!("what did the building of {property} cost, without the land?"),
                        event: Some(event.id.clone()),
                        date: event.date,
                        amount: None,
                        currency: Some(regime.currency.clone()),
                        source: event.origin.to_string(),
                        write: Write {
                            file: "securities.toml".to_owned(),
                            text: format!("[property.{property}]\nplaced_in_service = {}\nbuilding = \"…\"\nland = \"…\"", event.date),
                        },
                    }),
                }
            }
            EventKind::Improvement { property, life } => assets.push(Asset {
                property: property.clone(),
                account: event.account.clone(),
                event: Some(at),
                from: event.date,
                cost: -event.amount,
                life: life.get().unwrap_or(usual),
                what: "an improvement",
            }),
            _ => {}
        }
    }
    assets
}
