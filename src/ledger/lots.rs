//! The lots that accounts hold, as a journal's own annotations and booking have them.
//!
//! In: a ledger. Out: one row for each lot still held. Beancount's booking says what is left of each
//! lot; of other journals, units with the same annotation are one lot. Knows no tax: lots by a
//! regime's rule are another thing.

use std::collections::HashMap;

use crate::ledger::model::{Dialect, HeldLot, Ledger, Quantity};
use crate::ledger::sums::plus;
use crate::ledger::view::Posting;
use crate::money::Decimal;
use crate::period::NaiveDate;
use crate::source::Name;

/// One lot, as a report shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LotRow {
    /// The account that holds it.
    pub account: Name,
    /// What is held.
    pub commodity: Name,
    /// Of one unit.
    pub cost: Decimal,
    /// What the cost is in.
    pub cost_commodity: Name,
    /// When it was acquired, if the journal says so.
    pub date: Option<NaiveDate>,
    /// Empty for none.
    pub label: Name,
    /// How many units are left; negative for units sold and not yet bought. `None`: more digits than
    /// a number can have.
    pub quantity: Option<Decimal>,
}

/// What tells a lot from another: account, commodity, cost, its commodity, date, label.
type Key = (Name, Name, Decimal, Name, Option<NaiveDate>, Name);

/// The lots that are left, by account, commodity, date and cost.
pub fn lots(ledger: &Ledger) -> Vec<LotRow> {
    let mut sums: HashMap<Key, Option<Decimal>> = HashMap::new();
    let mut add = |key: Key, number: Option<Decimal>| {
        let sum = sums.entry(key).or_insert(Some(Decimal::ZERO));
        *sum = sum.zip(number).and_then(|(sum, number)| plus(sum, number));
    };
    for lot in &ledger.lots {
        let HeldLot { account, quantity: Quantity { number, commodity }, cost, date, label } = lot;
        let key = (
            ledger.account(*account).clone(),
            ledger.commodity(*commodity).clone(),
            cost.number.normalize(),
            ledger.commodity(cost.commodity).clone(),
            *date,
            label.clone().unwrap_or_default(),
        );
        add(key, Some(*number));
    }
    for transaction in ledger.transactions() {
        if transaction.dialect() == Dialect::Beancount {
            continue;
        }
        for posting in transaction.postings() {
            if let Some(key) = annotated(ledger, posting) {
                add(key, Some(posting.number()));
            }
        }
    }
    let left = sums.into_iter().filter(|(_, sum)| !sum.is_some_and(|sum| sum.is_zero()));
    let mut rows: Vec<LotRow> = left
        .map(|((account, commodity, cost, cost_commodity, date, label), quantity)| LotRow {
            account,
            commodity,
            cost,
            cost_commodity,
            date,
            label,
            quantity,
        })
        .collect();
    rows.sort_unstable_by(|one, other| {
        let key = |row: &LotRow| (row.account.clone(), row.commodity.clone(), row.date, row.cost);
        key(one).cmp(&key(other)).then_with(|| {
            (&one.cost_commodity, &one.label).cmp(&(&other.cost_commodity, &other.label))
        })
    });
    rows
}

/// The lot that a posting names.
fn annotated(ledger: &Ledger, posting: Posting<'_>) -> Option<Key> {
    let lot = posting.lot()?;
    let cost = lot.cost?;
    let number = if cost.total {
        cost.amount.number.checked_div(posting.number().abs())?
    } else {
        cost.amount.number
    };
    Some((
        posting.account().clone(),
        posting.commodity().clone(),
        number.normalize(),
        ledger.commodity(cost.amount.commodity).clone(),
        lot.date,
        lot.label.clone().unwrap_or_default(),
    ))
}
