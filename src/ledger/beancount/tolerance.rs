//! How far off a transaction may be: what Beancount infers from the digits that are written.
//!
//! In: the amounts of a transaction. Out: for each currency half a unit of the last digit of its
//! coarsest amount that has decimals; where the options say so, defaults and a share of costs.

use crate::ledger::beancount::arith;
use crate::ledger::beancount::few::Few;
use crate::ledger::beancount::options::Options;
use crate::ledger::model::{CommodityId, Table};
use crate::money::Decimal;

/// A share of a cost or a price widens the tolerance by no more than this.
const MOST: Decimal = Decimal::from_parts(5, 0, 0, false, 1);
/// A quantum with more digits than this was computed, not chosen, and rounds nothing.
const CHOSEN_DIGITS: u32 = 5;

/// The options that tolerances depend on, currencies by number.
#[derive(Debug)]
pub(super) struct Rules {
    defaults: Few<Decimal>,
    /// Of every other currency.
    other: Decimal,
    multiplier: Decimal,
    from_cost: bool,
    pub precise: bool,
}

/// Which amount of several decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    Coarsest,
    Finest,
}

/// The tolerances of one transaction.
#[derive(Debug, Default)]
pub(super) struct Tolerances {
    known: Few<Decimal>,
    shares: Few<Decimal>,
    /// The currencies that are written: defaults of others do not count.
    mentioned: Few<()>,
    other: Decimal,
}

impl Rules {
    pub fn new(options: &Options, commodities: &Table) -> Rules {
        let mut defaults = Few::default();
        for (currency, number) in &options.tolerances {
            if let Some(currency) = commodities.find(currency) {
                *defaults.entry(CommodityId(currency), || *number) = *number;
            }
        }
        Rules {
            defaults,
            other: options
                .tolerances
                .iter()
                .find(|(currency, _)| currency == "*")
                .map_or(Decimal::ZERO, |(_, number)| *number),
            multiplier: options.multiplier,
            from_cost: options.from_cost,
            precise: options.precise,
        }
    }

    /// The tolerance of a balance that is stated with `number`: twice that of a posting.
    pub fn of_balance(&self, number: Decimal) -> Decimal {
        if number.scale() == 0 {
            return Decimal::ZERO;
        }
        arith::mul(arith::unit(number.scale()), self.multiplier)
            .and_then(|tolerance| arith::mul(tolerance, Decimal::TWO))
            .unwrap_or_default()
    }

    /// The tolerance of a currency whose coarsest amount has `decimals`; `None` where all are whole.
    pub fn of_decimals(&self, currency: CommodityId, decimals: Option<u32>) -> Decimal {
        let default = self.default(currency);
        match decimals.and_then(|decimals| arith::mul(arith::unit(decimals), self.multiplier)) {
            Some(tolerance) => default.map_or(tolerance, |default| default.max(tolerance)),
            None => default.unwrap_or(self.other),
        }
    }

    fn default(&self, currency: CommodityId) -> Option<Decimal> {
        self.defaults.get(currency).copied()
    }
}

impl Tolerances {
    pub fn clear(&mut self, rules: &Rules) {
        self.known.clear();
        self.shares.clear();
        self.mentioned.clear();
        self.other = rules.other;
    }

    /// A currency is written, with or without a number.
    pub fn mention(&mut self, currency: CommodityId) {
        self.mentioned.entry(currency, || ());
    }

    /// Takes a written amount into account, with its cost, of one unit and of all, and its price.
    pub fn see(
        &mut self,
        rules: &Rules,
        mode: Mode,
        (number, currency): (Decimal, CommodityId),
        cost: Option<(CommodityId, [Option<Decimal>; 2])>,
        price: Option<(CommodityId, Decimal)>,
    ) {
        if number.scale() == 0 {
            return;
        }
        let Some(tolerance) = arith::mul(arith::unit(number.scale()), rules.multiplier) else {
            return;
        };
        let default = rules.default(currency);
        raise(&mut self.known, currency, tolerance, mode, default);
        if !rules.from_cost {
            return;
        }
        let part = |of: Decimal| arith::mul(tolerance, of).map_or(MOST, |part| part.min(MOST));
        // A cost without a number, `{USD}`, is worth the most.
        let cost = cost.map(|(currency, numbers)| {
            (currency, numbers.into_iter().flatten().map(part).fold(MOST, Decimal::min))
        });
        let price = price.map(|(currency, price)| (currency, part(price)));
        for (currency, share) in cost.into_iter().chain(price) {
            let sum = self.shares.entry(currency, Decimal::default);
            *sum = arith::add(*sum, share).unwrap_or(*sum);
        }
    }

    /// Takes the shares of costs and prices into account, after all amounts.
    pub fn finish(&mut self, rules: &Rules, mode: Mode) {
        for (currency, share) in std::mem::take(&mut self.shares).iter() {
            raise(&mut self.known, *currency, *share, mode, rules.default(*currency));
        }
    }

    pub fn of(&self, rules: &Rules, currency: CommodityId) -> Decimal {
        let default = || rules.default(currency).filter(|_| self.mentioned.get(currency).is_some());
        self.known.get(currency).copied().or_else(default).unwrap_or(self.other)
    }

    /// `number` rounded as an amount that is computed is.
    pub fn round(&self, rules: &Rules, currency: CommodityId, number: Decimal) -> Decimal {
        round(number, self.of(rules, currency))
    }
}

/// `number` rounded to the step that `tolerance` is half of, unless that step was itself computed.
pub(super) fn round(number: Decimal, tolerance: Decimal) -> Decimal {
    match arith::mul(tolerance, Decimal::TWO) {
        Some(quantum) if !quantum.is_zero() && arith::digits(quantum) < CHOSEN_DIGITS => {
            arith::quantize(number, quantum)
        }
        _ => number,
    }
}

fn raise(
    known: &mut Few<Decimal>,
    currency: CommodityId,
    tolerance: Decimal,
    mode: Mode,
    default: Option<Decimal>,
) {
    let old = known.entry(currency, || default.unwrap_or(tolerance));
    *old = match mode {
        Mode::Coarsest => tolerance.max(*old),
        Mode::Finest => tolerance.min(*old),
    };
}
