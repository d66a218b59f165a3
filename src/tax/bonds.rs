//! Debt: what of a gain is interest, and interest that no coupon pays.
//!
//! A bill's discount is interest when it ends; a bond bought below what it repays has market discount,
//! which is interest when it ends, as far as it accrued; one bought at its issue earns its discount
//! year by year at a constant yield; one above what it repays may have its premium taken off its
//! coupons. Facts stand in `securities.toml`, prices per 100 of face value.
//!
//! Source: 26 USC 171, 1271 to 1278, 1281; Pub. 550, chapter 1.

use super::lot::Lot;
use super::options::number;
use super::share::share;
use super::sold::{Correction, Sale, Sold};
use super::walk::Walk;
use crate::event::{Event, EventKind};
use crate::money::{Decimal, rounded};
use crate::period::{Datelike, Months, NaiveDate, iso};
use crate::source::Name;

/// What is known of a bond.
#[derive(Clone, Debug)]
#[allow(clippy::struct_excessive_bools)] // what is known of a bond, each by itself
struct Terms {
    maturity: Option<NaiveDate>,
    /// Repaid for one unit of face value.
    redemption: Decimal,
    /// A year's coupon for one unit of face value.
    coupon: Decimal,
    /// Months between coupons, and between compoundings.
    months: u32,
    /// Bought when it was issued, below what it repays.
    original: bool,
    /// A bill: the law has rules of its own for a year or less.
    bill: bool,
    /// A premium is taken off the coupons.
    amortized: bool,
    indexed: bool,
}

fn terms(walk: &Walk<'_>, security: &str, day: NaiveDate) -> Terms {
    let fact = |key: &str| {
        walk.journal.securities.fact(security, key, day, day.year()).map(|text| &**text)
    };
    let months = match fact("frequency") {
        Some("annual") => 12,
        Some("quarterly") => 3,
        Some("monthly") => 1,
        _ => 6,
    };
    let municipal = fact("issuer") == Some("municipal");
    Terms {
        maturity: fact("maturity").and_then(iso),
        redemption: number(walk, security, "redemption", day)
            .map_or(Decimal::ONE, |price| price / Decimal::ONE_HUNDRED),
        coupon: number(walk, security, "coupon", day).unwrap_or_default(),
        months,
        original: fact("original_issue") == Some("true"),
        bill: fact("kind") == Some("bill"),
        amortized: municipal || fact("premium") == Some("amortized"),
        indexed: walk
            .journal
            .securities
            .get(security)
            .is_some_and(|known| known.facts.0.iter().any(|fact| fact.key == *"index_ratio")),
    }
}

/// Splits the gain of a disposal of debt into interest and capital gain.
pub(super) fn settle(walk: &mut Walk<'_>, lot: &Lot, sold: &mut Sold) {
    let sale = walk.sale;
    if sale.sort == "bonds" {
        settle_debt(walk, &sale, lot, sold);
    } else if matches!(walk.journal.events[sale.disposal].kind, EventKind::Redemption { .. }) {
        undescribed(walk, &sale, sold);
    }
}

fn settle_debt(walk: &mut Walk<'_>, sale: &Sale, lot: &Lot, sold: &mut Sold) {
    let (Some(cost), Some(acquired)) = (sold.cost, lot.acquired) else { return };
    let cost = cost.decimal();
    let day = sold.disposed;
    let security = walk.positions[sale.position].security.clone();
    let terms = terms(walk, &security, acquired);
    let repaid = terms.redemption.saturating_mul(lot.units());
    let gain = sold.proceeds.decimal() - cost;
    if gain <= Decimal::ZERO || cost >= repaid {
        return;
    }
    let Some(maturity) = terms.maturity else {
        let event = &walk.journal.events[sale.disposal];
        let asks = format!("when does {security} mature? a part of its gain may be interest");
        let text = format!(
            "[security.{security}]\nkind = \"…\"        # bond, bill\nmaturity = …\noriginal_issue = \"…\"   # true or false"
        );
        walk.ask(event, asks, Some(gain), "securities.toml", text);
        return;
    };
    let total = (maturity - acquired).num_days();
    let held = (day.min(maturity) - acquired).num_days();
    let accrued = |discount: Decimal| {
        if held >= total {
            discount
        } else {
            rounded(share(discount, held.into(), total.into()), 2)
        }
    };
    let discount = repaid - cost;
    let short = terms.bill || terms.coupon.is_zero() && within_a_year(acquired, maturity);
    let at = Some(sale.disposal);
    if short {
        // Its discount is interest, not gain: 26 USC 1271(a)(3), 1281.
        let interest = accrued(discount).min(gain);
        sold.cost = Some((cost + interest).into());
        walk.accrue(
            "discount",
            at,
            sale.position,
            interest,
            day,
            format!("discount of {held} of {total} days"),
        );
    } else if !terms.original {
        if discount < de_minimis(&terms, lot.units(), acquired, maturity) {
            return;
        }
        let interest = accrued(discount).min(gain);
        sold.plain = 0;
        let (code, amount) = ("D".into(), (-interest).into());
        sold.corrections.push(Correction { code, amount, quantity: lot.quantity });
        let how = format!("market discount {discount}, {held} of {total} days");
        walk.accrue("market-discount", at, sale.position, interest, day, how);
    }
}

/// Something repaid, of which nobody said what it is: its gain may be interest.
fn undescribed(walk: &mut Walk<'_>, sale: &Sale, sold: &Sold) {
    let event = &walk.journal.events[sale.disposal];
    let security = walk.positions[sale.position].security.clone();
    let day = sold.disposed;
    let kind = walk.journal.securities.fact(&security, "kind", day, day.year());
    let gain = sold.gain().filter(|gain| gain.is_positive());
    if let (None, Some(gain)) = (kind, gain) {
        let asks = format!(
            "what is {security}: a bond, a bill, a fund? a part of its gain may be interest"
        );
        let text =
            format!("[security.{security}]\nkind = \"…\"        # bond, bill, fund\nmaturity = …");
        walk.ask(event, asks, Some(gain.decimal()), "securities.toml", text);
    }
}

fn within_a_year(from: NaiveDate, to: NaiveDate) -> bool {
    from.checked_add_months(Months::new(12)).is_some_and(|year| to <= year)
}

/// Discount below this counts as none: 0.25 % of what is repaid for each full year to maturity.
///
/// Source: 26 USC 1273(a)(3), 1278(a)(2)(C).
fn de_minimis(terms: &Terms, quantity: Decimal, from: NaiveDate, maturity: NaiveDate) -> Decimal {
    let years = maturity.years_since(from).unwrap_or_default();
    let each = Decimal::new(25, 4).saturating_mul(terms.redemption).saturating_mul(quantity);
    each.saturating_mul(years.into())
}

impl<'j> Walk<'j> {
    /// Raises the cost of a bond's lots by the discount earned and the inflation compensated up to
    /// `day`, and puts both on record as income.
    pub fn accrue_to(&mut self, position: usize, day: NaiveDate) {
        if self.positions[position].sort != "bonds" || self.positions[position].held.is_zero() {
            return;
        }
        let security = self.positions[position].security.clone();
        let terms = terms(self, &security, day);
        if terms.indexed {
            return self.inflate(position, &security, day);
        }
        let Some(maturity) = terms.maturity.filter(|_| terms.original && !terms.bill) else {
            return;
        };
        let day = day.min(maturity);
        let mut earned = Decimal::ZERO;
        for lot in self.positions[position].lots_mut() {
            let (Some(acquired), Some(cost)) = (lot.acquired, lot.paid()) else { continue };
            let unit = cost.checked_div(lot.units()).unwrap_or_default();
            let (unit, to) = *lot.more.yields.get_or_insert((unit, acquired));
            let face = Decimal::ONE;
            let discount = (terms.redemption - unit).saturating_mul(lot.units());
            let small = discount < de_minimis(&terms, lot.units(), acquired, maturity);
            let short = terms.coupon.is_zero() && within_a_year(acquired, maturity);
            if discount <= Decimal::ZERO || small || short || to >= day {
                continue;
            }
            let bond = Bond { cost: unit, acquired, maturity, face, terms: &terms };
            let Some(rate) = bond.rate() else { continue };
            let (Some(before), Some(after)) = (bond.value(rate, to), bond.value(rate, day)) else {
                continue;
            };
            let amount = rounded((after - before).saturating_mul(lot.units()), 2);
            lot.set_cost(Some((cost + amount).into()));
            lot.more.yields = Some((unit, day));
            earned += amount;
        }
        let on = accrual_day(day);
        self.accrue("oid", None, position, earned, on, format!("constant yield to {day}"));
    }

    /// Inflation-indexed bonds: the change of the index is income of the year, a fall lowers it.
    ///
    /// Source: 26 CFR 1.1275-7(d), (f)(1).
    fn inflate(&mut self, position: usize, security: &Name, day: NaiveDate) {
        // The ratio of a year's end is the one of its last day.
        let ratio = |walk: &Walk<'_>, on: NaiveDate| number(walk, security, "index_ratio", on);
        let on = accrual_day(day);
        let Some(now) = ratio(self, on) else { return };
        let mut earned = Decimal::ZERO;
        let mut before = Vec::new();
        for lot in self.positions[position].lots() {
            let from = lot.more.yields.map_or(lot.acquired, |(_, to)| Some(accrual_day(to)));
            before.push(from.and_then(|from| ratio(self, from)));
        }
        for (lot, before) in self.positions[position].lots_mut().zip(before) {
            let (Some(before), Some(cost)) = (before, lot.paid()) else { continue };
            if lot.more.yields.is_some_and(|(_, to)| to >= day) {
                continue;
            }
            let amount = rounded((now - before).saturating_mul(lot.units()), 2);
            lot.set_cost(Some((cost + amount).into()));
            lot.more.yields = Some((Decimal::ZERO, day));
            earned += amount;
        }
        self.accrue("inflation", None, position, earned, on, format!("index ratio {now}"));
    }

    /// A coupon: the premium of its period comes off it, and off the cost.
    pub fn coupon(&mut self, at: usize, event: &'j Event, security: &Name) {
        let position = self.position(&event.account, security);
        if self.positions[position].sort != "bonds" || self.positions[position].held.is_zero() {
            return;
        }
        let terms = terms(self, security, event.date);
        if !terms.amortized || self.payer_amortizes(security) {
            return;
        }
        let mut taken = Decimal::ZERO;
        let mut lacking = false;
        for lot in self.positions[position].lots_mut() {
            let (Some(acquired), Some(cost)) = (lot.acquired, lot.paid()) else { continue };
            let unit = cost.checked_div(lot.units()).unwrap_or_default();
            let (unit, to) = *lot.more.yields.get_or_insert((unit, acquired));
            if unit <= terms.redemption {
                continue;
            }
            let bond = terms.maturity.map(|maturity| Bond {
                cost: unit,
                acquired,
                maturity,
                face: Decimal::ONE,
                terms: &terms,
            });
            let values = bond.as_ref().and_then(|bond| {
                let rate = bond.rate().filter(|_| !terms.coupon.is_zero())?;
                Some((bond.value(rate, to)?, bond.value(rate, event.date)?))
            });
            let Some((before, after)) = values else {
                lacking = true;
                continue;
            };
            let amount = rounded((before - after).saturating_mul(lot.units()), 2);
            lot.set_cost(Some((cost - amount).into()));
            lot.more.yields = Some((unit, event.date));
            taken += amount;
        }
        if lacking {
            let asks = format!(
                "what are coupon and maturity of {security}? its premium comes off its interest"
            );
            let text = format!(
                "[security.{security}]\ncoupon = \"…\"\nfrequency = \"semiannual\"\nmaturity = …"
            );
            self.ask(event, asks, None, "securities.toml", text);
        }
        self.accrue(
            "premium",
            Some(at),
            position,
            -taken,
            event.date,
            "premium of the period, constant yield".to_owned(),
        );
    }

    /// The payer states what it amortized: then nothing is computed beside it.
    fn payer_amortizes(&self, security: &Name) -> bool {
        self.journal.events.iter().any(|event| {
            matches!(&event.kind, EventKind::CostAdjustment { security: of, .. } if of == security)
                && event.reason.as_deref() == Some("premium")
        })
    }
}

/// What is counted to the first of January is income of the year before.
fn accrual_day(day: NaiveDate) -> NaiveDate {
    if (day.month(), day.day()) == (1, 1) { day.pred_opt().unwrap_or(day) } else { day }
}

/// One unit of face value, bought on a day at a cost.
struct Bond<'t> {
    cost: Decimal,
    acquired: NaiveDate,
    maturity: NaiveDate,
    face: Decimal,
    terms: &'t Terms,
}

impl Bond<'_> {
    /// The ends of the periods after the purchase, first to last.
    fn periods(&self) -> Vec<NaiveDate> {
        let mut ends = Vec::new();
        for count in 0..1200 {
            let months = Months::new(self.terms.months * count);
            let Some(end) = self.maturity.checked_sub_months(months) else { break };
            if end <= self.acquired {
                break;
            }
            ends.push(end);
        }
        ends.reverse();
        ends
    }

    /// The part of the first period that is left at the purchase.
    fn first_part(&self, first: NaiveDate) -> Decimal {
        let start =
            first.checked_sub_months(Months::new(self.terms.months)).unwrap_or(self.acquired);
        let whole = (first - start).num_days().max(1);
        Decimal::from((first - self.acquired).num_days().min(whole)) / Decimal::from(whole)
    }

    fn coupon(&self) -> Decimal {
        let periods = Decimal::from(12 / self.terms.months.max(1));
        self.face.saturating_mul(self.terms.coupon) / periods
    }

    /// The rate of a period at which the payments are worth the cost. `None`: there is none.
    fn rate(&self) -> Option<Decimal> {
        let periods = self.periods();
        let part = self.first_part(*periods.first()?);
        let repaid = self.terms.redemption.checked_mul(self.face)?;
        // The worth of the payments falls as the rate rises: halve the interval.
        let worth = |rate: Decimal| -> Option<Decimal> {
            let factor = Decimal::ONE + rate;
            let mut worth = repaid;
            for at in (0..periods.len()).rev() {
                worth = worth.checked_add(self.coupon().checked_mul(if at == 0 {
                    part
                } else {
                    Decimal::ONE
                })?)?;
                let discount =
                    if at == 0 { Decimal::ONE + rate.checked_mul(part)? } else { factor };
                worth = worth.checked_div(discount)?;
            }
            Some(worth)
        };
        let (mut low, mut high) = (Decimal::new(-5, 1), Decimal::ONE);
        for _ in 0..64 {
            let middle = (low + high) / Decimal::TWO;
            if worth(middle)? > self.cost {
                low = middle;
            } else {
                high = middle;
            }
        }
        Some((low + high) / Decimal::TWO)
    }

    /// What it is worth at that rate on a day: its cost and what it has earned, less the coupons.
    /// Within a period it grows by the day.
    fn value(&self, rate: Decimal, day: NaiveDate) -> Option<Decimal> {
        let mut value = self.cost;
        let mut start = self.acquired;
        for (at, end) in self.periods().into_iter().enumerate() {
            let part = if at == 0 { self.first_part(end) } else { Decimal::ONE };
            let grown =
                value.checked_mul(rate)?.checked_mul(part)? - self.coupon().checked_mul(part)?;
            if day < end {
                let days = Decimal::from((day - start).num_days().max(0));
                return Some(
                    value + share(grown, days, Decimal::from((end - start).num_days().max(1))),
                );
            }
            value += grown;
            start = end;
        }
        Some(value)
    }
}
