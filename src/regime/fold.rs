//! The year fold: a regime's steps on one year's totals. All exact; an absent name is nil.

use indexmap::IndexMap;

use super::Regime;
use super::rows::{Carry, Fold, Step, Term};
use crate::money::Decimal;
use crate::period::TaxYear;
use crate::source::Name;

/// Figures by category.
pub type Totals = IndexMap<Name, Decimal>;

/// One year on its way through the steps.
#[derive(Debug)]
pub struct Year<'y> {
    /// Which.
    pub year: TaxYear,
    /// `single`, `joint`, `separate`, `head`.
    pub filing: &'y str,
    /// What the person states for the year: `modified_agi`.
    pub stated: &'y dyn Stated,
    /// All categories; the steps' results are added.
    pub totals: Totals,
    /// The same for each let property.
    pub properties: IndexMap<Name, Totals>,
}

/// Figures that a person states for a year.
pub trait Stated: std::fmt::Debug {
    /// The figure with this name.
    fn stated(&self, name: &str) -> Option<Decimal>;
}

/// A figure that a step needs and the person has not stated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Needed {
    /// Its name: `modified_agi`.
    pub name: Name,
    /// What hangs on it.
    pub category: Name,
}

/// Runs the regime's steps. `carried` comes from the year before and is replaced by what goes on to
/// the next.
pub fn run(regime: &Regime, year: &mut Year<'_>, carried: &mut Totals) -> Vec<Needed> {
    let mut needed = Vec::new();
    for (name, amount) in carried.iter() {
        *year.totals.entry(name.clone()).or_default() += amount;
    }
    let this = year.year;
    for fold in regime.folds.iter().filter(|fold| fold.years.holds(this)) {
        step(regime, fold, year, &mut needed);
    }
    *carried = carried_names(regime)
        .filter_map(|name| Some((name.clone(), *year.totals.get(name)?)))
        .filter(|(_, amount)| !amount.is_zero())
        .collect();
    needed
}

/// The names that go from year to year.
fn carried_names(regime: &Regime) -> impl Iterator<Item = &Name> {
    let Carry(keys) = &regime.carry;
    regime
        .folds
        .iter()
        .flat_map(|fold| match &fold.step {
            Step::Net { carry, .. } => carry.iter().collect::<Vec<_>>(),
            Step::Use { of, .. } if !regime.params.contains_key(of) => vec![of],
            Step::LimitLoss { carry, .. } => carry.iter().collect(),
            Step::RentalAllowance { carry, .. } => vec![carry],
            Step::Sum(..) | Step::Scale { .. } | Step::Use { .. } => Vec::new(),
        })
        .chain(keys.values())
        .collect::<indexmap::IndexSet<_>>()
        .into_iter()
}

fn get(totals: &Totals, name: &str) -> Decimal {
    totals.get(name).copied().unwrap_or_default()
}

fn sum(
    regime: &Regime,
    (year, filing): (TaxYear, &str),
    terms: &[Term],
    totals: &Totals,
) -> Decimal {
    let mut result = Decimal::ZERO;
    for term in terms {
        let mut amount = totals
            .get(&term.name)
            .copied()
            .or_else(|| regime.param(&term.name, year, filing))
            .unwrap_or_default();
        if let Some(times) = &term.times {
            let by = regime.param(times, year, filing).unwrap_or_default();
            amount = amount.saturating_mul(by);
        }
        result =
            if term.minus { result.saturating_sub(amount) } else { result.saturating_add(amount) };
    }
    result
}

fn step(regime: &Regime, fold: &Fold, year: &mut Year<'_>, needed: &mut Vec<Needed>) {
    let when = (year.year, year.filing);
    let param = |name: &str| regime.param(name, when.0, when.1);
    match &fold.step {
        Step::Sum(terms, into) => {
            let amount = sum(regime, when, terms, &year.totals);
            let any = terms.iter().any(|term| year.totals.contains_key(&term.name));
            if any {
                year.totals.insert(into.clone(), amount);
            }
            if fold.by_property {
                for (property, totals) in &mut year.properties {
                    let amount = sum(regime, when, terms, totals);
                    totals.insert(into.clone(), amount);
                    year.totals.insert(format!("{into}.{property}").into(), amount);
                }
            }
        }
        Step::Net { of, less, carry } => {
            let mut left = get(&year.totals, less);
            for name in of {
                let amount = get(&year.totals, name);
                let taken = left.min(amount.max(Decimal::ZERO));
                year.totals.insert(name.clone(), amount - taken);
                left -= taken;
            }
            if let Some(carry) = carry {
                *year.totals.entry(carry.clone()).or_default() += left;
            }
        }
        Step::Use { of, against, down_to, used } => {
            let own = year.totals.get(of).copied();
            let available = own.or_else(|| param(of)).unwrap_or_default();
            let floor = down_to.as_ref().and_then(|name| param(name)).unwrap_or_default();
            let total: Decimal = against.iter().map(|name| get(&year.totals, name)).sum();
            let mut left = available.min((total - floor).max(Decimal::ZERO));
            let taken_in_all = left;
            for name in against {
                let amount = get(&year.totals, name);
                let taken = left.min(amount.max(Decimal::ZERO));
                year.totals.insert(name.clone(), amount - taken);
                left -= taken;
            }
            if own.is_some() {
                year.totals.insert(of.clone(), available - taken_in_all);
            }
            if let Some(used) = used {
                year.totals.insert(used.clone(), taken_in_all);
            }
        }
        Step::Scale { of, by, into } => {
            let amount = get(&year.totals, of).saturating_mul(param(by).unwrap_or(Decimal::ONE));
            year.totals.insert(into.clone(), amount);
        }
        Step::LimitLoss { of, to, parts, carry, into } => {
            let total = get(&year.totals, of);
            if !year.totals.contains_key(of) {
                return;
            }
            let deducted = (-total).max(Decimal::ZERO).min(param(to).unwrap_or(Decimal::MAX));
            year.totals.insert(into.clone(), -deducted);
            // The first part's loss is used first: Capital Loss Carryover Worksheet.
            let mut deduction = deducted;
            let amounts: Vec<Decimal> = parts.iter().map(|name| get(&year.totals, name)).collect();
            for (at, name) in carry.iter().enumerate() {
                let loss = -amounts.get(at).copied().unwrap_or_default();
                let others: Decimal = amounts
                    .iter()
                    .enumerate()
                    .filter(|(other, amount)| *other != at && amount.is_sign_positive())
                    .map(|(_, amount)| amount)
                    .sum();
                let left = (loss - others).max(Decimal::ZERO);
                let used = left.min(deduction);
                deduction -= used;
                year.totals.insert(name.clone(), left - used);
            }
        }
        Step::RentalAllowance { of, parts, into, carry, held } => {
            let recorded =
                |name: &Name| year.totals.get(name).is_some_and(|amount| !amount.is_zero());
            if !parts.iter().any(recorded) {
                return;
            }
            let before = get(&year.totals, carry);
            let net = get(&year.totals, of) - before;
            let mut after = Decimal::ZERO;
            if net.is_sign_negative() && !net.is_zero() {
                let loss = -net;
                let allowed = if let Some(income) = year.stated.stated("modified_agi") {
                    let from = param("rental_allowance_from").unwrap_or_default();
                    let over = (income - from).max(Decimal::ZERO) / Decimal::TWO;
                    let most = param("rental_allowance").unwrap_or_default() - over;
                    loss.min(most.max(Decimal::ZERO))
                } else {
                    needed.push(Needed { name: "modified_agi".into(), category: of.clone() });
                    loss
                };
                year.totals.insert(into.clone(), -allowed);
                after = loss - allowed;
            }
            if !after.is_zero() || !before.is_zero() {
                year.totals.insert(carry.clone(), after);
                year.totals.insert(held.clone(), after - before);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Income(Option<i64>);
    impl Stated for Income {
        fn stated(&self, _: &str) -> Option<Decimal> {
            self.0.map(Decimal::from)
        }
    }

    fn folded(
        filing: &str,
        stated: Option<i64>,
        totals: &[(&str, i64)],
        carried: &mut Totals,
    ) -> Totals {
        let us = super::super::shipped("us").expect("it is shipped");
        let totals = totals.iter().map(|(name, amount)| (Name::new(name), Decimal::from(*amount)));
        let stated = Income(stated);
        let mut year = Year {
            year: TaxYear(2024),
            filing,
            stated: &stated,
            totals: totals.collect(),
            properties: IndexMap::new(),
        };
        run(&us, &mut year, carried);
        year.totals
    }

    fn is(totals: &Totals, name: &str, amount: i64) {
        assert_eq!(get(totals, name), Decimal::from(amount), "{name}");
    }

    #[test]
    fn a_short_term_loss_is_used_first_and_keeps_its_character() {
        let mut carried = Totals::new();
        let year = folded(
            "single",
            None,
            &[("capital.short", -2000), ("capital.long", -5000)],
            &mut carried,
        );
        is(&year, "capital.loss_deduction", -3000);
        is(&carried, "capital.carryover_short", 0);
        is(&carried, "capital.carryover_long", 4000);
        let next = folded("single", None, &[("capital.long", 1500)], &mut carried);
        is(&next, "capital.net_long", -2500);
        is(&next, "capital.loss_deduction", -2500);
        assert!(carried.is_empty());
    }

    #[test]
    fn what_adds_up_on_the_statement_is_what_the_return_deducts() {
        let mut carried = Totals::new();
        let year = folded("separate", None, &[("capital.long", -5000)], &mut carried);
        let shown = get(&year, "capital.long") - get(&year, "capital.carried_in")
            + get(&year, "capital.carried_out");
        assert_eq!(shown, get(&year, "capital.loss_deduction"));
        is(&year, "capital.loss_deduction", -1500);
    }

    #[test]
    fn the_allowance_for_a_rental_loss_shrinks_with_income() {
        let mut carried = Totals::new();
        let year = folded(
            "single",
            Some(120_000),
            &[("rent.gross", 12_000), ("rent.expense.repairs", 30_000)],
            &mut carried,
        );
        is(&year, "rent.net", -18_000);
        is(&year, "rent.deductible_loss", -15_000);
        is(&year, "rent.suspended_loss", 3_000);
        let next = folded("single", Some(120_000), &[("rent.gross", 5_000)], &mut carried);
        is(&next, "rent.held_back", -3_000);
        is(&next, "rent.suspended_loss", 0);
    }
}
