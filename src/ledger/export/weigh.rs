//! With which costs a transaction balances exactly in another program.
//!
//! In: a transaction, and what units with a lot weigh there. Out: the cost to write on each posting,
//! whether its lot may be written, and what is still lacking. Tolerances differ between programs, so
//! what a tolerance passed over here is put into a total cost, which changes no balance.

use crate::ledger::blocks::leg::product;
use crate::ledger::model::{CommodityId, Cost, Dialect, PostingKind};
use crate::ledger::sums::plus;
use crate::ledger::view::{Posting, Transaction};
use crate::money::Decimal;

/// What units with a lot weigh.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lots {
    /// Their price, else themselves: hledger.
    Priced,
    /// Their basis where they have a price too: Ledger.
    PricedByBasis,
    /// Their basis: Beancount.
    Basis,
}

/// A cost as it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Paid {
    /// Of one unit, or of all; not negative.
    pub number: Decimal,
    pub commodity: CommodityId,
    pub total: bool,
}

/// How the postings of a transaction are written.
pub(super) struct Plan {
    /// Of each posting its `@` or `@@`.
    pub costs: Vec<Option<Paid>>,
    /// Of each posting whether its lot is written.
    pub lots: Vec<bool>,
    /// A price that was beside a basis had to go.
    pub repriced: bool,
    /// What real postings come to, zeros left out; `None` past all digits.
    pub lacking: Option<Vec<(CommodityId, Decimal)>>,
    /// The same of postings that balance among themselves, where they do.
    pub virtually: Option<Vec<(CommodityId, Decimal)>>,
}

impl Plan {
    /// Whether it balances to the last digit.
    pub fn is_exact(&self) -> bool {
        let none = |sums: &Option<Vec<_>>| sums.as_ref().is_some_and(Vec::is_empty);
        none(&self.lacking) && none(&self.virtually)
    }

    fn off(&self) -> (bool, usize, Decimal) {
        let all = || [&self.lacking, &self.virtually].into_iter().flatten().flatten();
        let known = self.lacking.is_some() && self.virtually.is_some();
        let size = all().map(|(_, number)| number.abs());
        (
            !known,
            all().count(),
            size.fold(Decimal::ZERO, |a, b| a.checked_add(b).unwrap_or(Decimal::MAX)),
        )
    }
}

/// How to write `transaction`; `together`: virtual postings that balance do so with the real ones.
pub(super) fn plan(transaction: Transaction<'_>, rule: Lots, together: bool) -> Plan {
    let postings: Vec<Posting<'_>> = transaction.postings().collect();
    let written: Vec<_> = postings.iter().map(|one| paid(*one, one.cost())).collect();
    let basis: Vec<_> =
        postings.iter().map(|one| paid(*one, one.lot().and_then(|lot| lot.cost))).collect();
    let any = basis.iter().any(Option::is_some);
    let kept = lots_kept(&postings, &written, &basis, rule);
    let mut best = finish(&postings, written.clone(), kept.clone(), &basis, rule, together);
    // Beancount's own tolerances hold there too, and units without their lot would go another way.
    let at_home = rule == Lots::Basis && transaction.dialect() == Dialect::Beancount;
    if any && !at_home && !best.is_exact() {
        let none = vec![false; postings.len()];
        let at_price = finish(&postings, written.clone(), none, &basis, rule, together);
        let costs = basis.iter().zip(&written).map(|(basis, written)| basis.or(*written)).collect();
        let costs: Vec<Option<Paid>> = costs;
        let kept = lots_kept(&postings, &costs, &basis, rule);
        let mut at_basis = finish(&postings, costs, kept, &basis, rule, together);
        at_basis.repriced =
            basis.iter().zip(&written).any(|(basis, written)| basis.is_some() && written.is_some());
        for other in [at_price, at_basis] {
            if other.off() < best.off() {
                best = other;
            }
        }
    }
    best
}

/// Which lots can be written beside these costs.
fn lots_kept(
    postings: &[Posting<'_>],
    costs: &[Option<Paid>],
    basis: &[Option<Paid>],
    rule: Lots,
) -> Vec<bool> {
    let all = postings.iter().zip(costs.iter().zip(basis));
    all.map(|(posting, (cost, basis))| {
        let alike = match (cost, basis) {
            (Some(cost), Some(basis)) => cost.commodity == basis.commodity,
            // In Ledger units of a lot without a price are another commodity than units without one.
            (None, Some(_)) => rule != Lots::PricedByBasis,
            (_, None) => false,
        };
        posting.lot().is_some() && alike
    })
    .collect()
}

/// A cost that a program can read: of units that are there, not negative.
fn paid(posting: Posting<'_>, cost: Option<Cost>) -> Option<Paid> {
    let cost = cost?;
    let number = cost.amount.number;
    let same = cost.amount.commodity == posting.row().commodity;
    if posting.number().is_zero()
        || (!cost.total && number.is_sign_negative() && !number.is_zero())
        || same
    {
        return None;
    }
    let per = Paid { number: number.abs(), commodity: cost.amount.commodity, total: cost.total };
    if cost.total || product(posting.number(), number).is_some() {
        return Some(per);
    }
    let all = posting.number().checked_mul(number)?.abs();
    Some(Paid { number: all, total: true, ..per })
}

fn weight(posting: Posting<'_>, paid: Option<Paid>) -> Option<(CommodityId, Decimal)> {
    let Some(paid) = paid else { return Some((posting.row().commodity, posting.number())) };
    let all = if paid.total { paid.number } else { product(posting.number(), paid.number)? };
    Some((paid.commodity, if posting.number().is_sign_negative() { -all } else { all }))
}

fn finish(
    postings: &[Posting<'_>],
    mut costs: Vec<Option<Paid>>,
    lots: Vec<bool>,
    basis: &[Option<Paid>],
    rule: Lots,
    together: bool,
) -> Plan {
    // What the program weighs with, where it is not the cost that is written.
    let at_basis = |at: usize, cost: Option<Paid>| {
        lots[at]
            && basis[at].is_some()
            && match rule {
                Lots::Priced => false,
                Lots::PricedByBasis => cost.is_some(),
                Lots::Basis => true,
            }
    };
    let group = |kind: PostingKind| match kind {
        PostingKind::Real => Some(false),
        PostingKind::BalancedVirtual => Some(!together),
        PostingKind::Virtual => None,
    };
    let mut lacking = [None, None];
    for (number, virtually) in [false, true].into_iter().enumerate() {
        let mut sums: Option<Vec<(CommodityId, Decimal)>> = Some(Vec::new());
        for (at, posting) in postings.iter().enumerate() {
            if group(posting.kind()) != Some(virtually) {
                continue;
            }
            let cost = if at_basis(at, costs[at]) { basis[at] } else { costs[at] };
            sums = sums.and_then(|sums| add(sums, weight(*posting, cost)?));
        }
        let mut sums = sums.map(|mut sums| {
            sums.retain(|(_, sum)| !sum.is_zero());
            sums
        });
        if let Some(sums) = &mut sums {
            sums.retain(|(commodity, sum)| {
                !postings.iter().enumerate().any(|(at, posting)| {
                    let Some(cost) = costs[at].filter(|cost| cost.commodity == *commodity) else {
                        return false;
                    };
                    if group(posting.kind()) != Some(virtually) || at_basis(at, Some(cost)) {
                        return false;
                    }
                    let negative = posting.number().is_sign_negative();
                    let wanted = weight(*posting, Some(cost)).and_then(|(_, all)| plus(all, -*sum));
                    let fits = |all: &Decimal| all.is_zero() || all.is_sign_negative() == negative;
                    let Some(all) = wanted.filter(fits) else { return false };
                    costs[at] = Some(Paid { number: all.abs(), total: true, ..cost });
                    true
                })
            });
        }
        lacking[number] = sums;
    }
    let [lacking, virtually] = lacking;
    Plan { costs, lots, repriced: false, lacking, virtually }
}

fn add(
    mut sums: Vec<(CommodityId, Decimal)>,
    (commodity, number): (CommodityId, Decimal),
) -> Option<Vec<(CommodityId, Decimal)>> {
    match sums.iter_mut().find(|(known, _)| *known == commodity) {
        Some((_, sum)) => *sum = plus(*sum, number)?,
        None => sums.push((commodity, number)),
    }
    Some(sums)
}
