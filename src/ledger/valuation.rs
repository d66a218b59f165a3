//! What a commodity is worth in another on a day: the prices that journals state, and those that
//! costs imply, as a graph.
//!
//! In: ledgers. Out: [`Quote`]s by day, and [`Rate`]s into one commodity. The price between two
//! commodities is the latest on or before the day; of one day, a stated one goes before an implied
//! one and a later line before an earlier. Between commodities without a price of their own a chain
//! of prices leads, and a price may be turned round:
//!
//! * In hledger's way the shortest chain of prices as they stand is taken, then the shortest in which
//!   some are turned round; a pair's own price is never passed over for its other direction.
//! * In Ledger's way the newest of both directions is a pair's price, and of all chains that is taken
//!   whose oldest price is the newest, then whose prices are the newest together. Every cost is a
//!   price there, `(@)` apart.
//!
//! Rates are fractions of what is written, so that turning a price round loses no digit.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

use crate::ledger::model::{CommodityId, Cost, Dialect, Ledger, Table};
use crate::ledger::view::{Posting, Spot, Transaction};
use crate::money::Decimal;
use crate::period::NaiveDate;
use crate::source::Name;

/// Whether costs of transactions are prices.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Costs {
    /// In journals of Ledger's dialect, as Ledger itself takes them.
    #[default]
    AsDialect,
    /// In all.
    Count,
}

/// One price: a unit of a commodity on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quote {
    /// Of that day.
    pub date: NaiveDate,
    /// One unit of it …
    pub commodity: Name,
    /// … is worth so many …
    pub price: Decimal,
    /// … of this.
    pub currency: Name,
    /// Whether a cost implies it, and no directive states it.
    pub implied: bool,
    /// The file.
    pub file: Name,
    /// From 1; of an implied price, the line of the transaction's header.
    pub line: u32,
}

/// All prices of some ledgers.
#[derive(Debug, Default)]
pub struct Market {
    /// By day; those of one day with the one that counts last.
    quotes: Vec<Quote>,
    commodities: Table,
    /// The quotes of a commodity in another, oldest first.
    pairs: HashMap<(u32, u32), Vec<u32>>,
    /// The commodities that share a quote with each, by number.
    near: Vec<Vec<u32>>,
    /// Ledger's way to choose between chains.
    newest: bool,
}

/// What one unit is worth in another commodity: a fraction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    above: Decimal,
    below: Decimal,
}

impl Rate {
    /// Of a commodity in itself.
    const ONE: Rate = Rate { above: Decimal::ONE, below: Decimal::ONE };

    /// What `quantity` is worth: exact where no price was turned round, else to the last digit a
    /// number can have. `None`: more digits before the point than a number can have.
    pub fn value(self, quantity: Decimal) -> Option<Decimal> {
        Some(quantity.checked_mul(self.above)?.checked_div(self.below)?.normalize())
    }

    /// This rate, then `next`. Where the fraction gets too long, its quotient stands for it.
    fn then(self, next: Rate) -> Option<Rate> {
        let exact = |one: Decimal, other: Decimal| {
            let product = one.checked_mul(other)?;
            (product.scale() == one.scale() + other.scale()).then(|| product.normalize())
        };
        if let (Some(above), Some(below)) =
            (exact(self.above, next.above), exact(self.below, next.below))
        {
            return Some(Rate { above, below });
        }
        let quotient = |rate: Rate| rate.above.checked_div(rate.below);
        let above = quotient(self)?.checked_mul(quotient(next)?)?;
        Some(Rate { above, below: Decimal::ONE })
    }
}

impl Market {
    /// The prices of all `ledgers`.
    pub fn of<'l>(ledgers: impl IntoIterator<Item = &'l Ledger>, costs: Costs) -> Market {
        let mut market = Market::default();
        let mut families = Vec::new();
        for ledger in ledgers {
            families.extend(ledger.dialects.iter().map(|(dialect, _)| *dialect));
            market.quotes.extend(ledger.prices.iter().map(|price| Quote {
                date: price.date,
                commodity: ledger.commodity(price.commodity).clone(),
                price: price.amount.number,
                currency: ledger.commodity(price.amount.commodity).clone(),
                implied: false,
                file: ledger.sources[price.source as usize].name.clone(),
                line: price.line,
            }));
            market.quotes.extend(implied(ledger, costs));
        }
        market.newest = !families.is_empty() && families.iter().all(|one| *one == Dialect::Ledger);
        let newest = market.newest;
        market.quotes.retain(|quote| quote.commodity != quote.currency);
        // A stable sort: what is read later stands later.
        market.quotes.sort_by(|one, other| {
            let stated = |quote: &Quote| !quote.implied && !newest;
            let line = |quote: &Quote| if newest { quote.line } else { 0 };
            (one.date, stated(one), line(one)).cmp(&(other.date, stated(other), line(other)))
        });
        market.index();
        market
    }

    fn index(&mut self) {
        for (at, quote) in self.quotes.iter().enumerate() {
            let from = self.commodities.number(&quote.commodity);
            let to = self.commodities.number(&quote.currency);
            let at = u32::try_from(at).unwrap_or(u32::MAX);
            self.pairs.entry((from, to)).or_default().push(at);
        }
        self.near = vec![Vec::new(); self.commodities.names().len()];
        for (from, to) in self.pairs.keys() {
            self.near[*from as usize].push(*to);
            self.near[*to as usize].push(*from);
        }
        for near in &mut self.near {
            near.sort_unstable();
            near.dedup();
        }
    }

    /// All prices, by day; of one day and pair, the one that counts stands last.
    pub fn quotes(&self) -> &[Quote] {
        &self.quotes
    }

    /// The day of the last price.
    pub fn last_day(&self) -> Option<NaiveDate> {
        self.quotes.last().map(|quote| quote.date)
    }

    /// What one unit of each commodity is worth in `to` on `day`; a commodity that nothing leads from
    /// is left out. `to` itself is worth one.
    pub fn rates(&self, to: &Name, day: NaiveDate) -> HashMap<Name, Rate> {
        let mut rates = HashMap::from([(to.clone(), Rate::ONE)]);
        let Some(to) = self.commodities.find(to) else { return rates };
        let ways: &[bool] = if self.newest { &[true] } else { &[false, true] };
        for turned in ways {
            for (number, rate) in self.reached(to, day, *turned).into_iter().enumerate() {
                if let Some(rate) = rate {
                    rates.entry(self.commodities.names()[number].clone()).or_insert(rate);
                }
            }
        }
        rates
    }

    /// The rates into `to` along the best chains, by number; `turned`: prices may be turned round.
    fn reached(&self, to: u32, day: NaiveDate, turned: bool) -> Vec<Option<Rate>> {
        let mut rates = vec![None; self.near.len()];
        let mut best = vec![(u64::MAX, u64::MAX); self.near.len()];
        let mut next = BinaryHeap::new();
        next.push(Reverse(((0, 0), to)));
        best[to as usize] = (0, 0);
        rates[to as usize] = Some(Rate::ONE);
        while let Some(Reverse((cost, here))) = next.pop() {
            let Some(rate) = rates[here as usize].filter(|_| cost == best[here as usize]) else {
                continue;
            };
            for from in &self.near[here as usize] {
                let Some((quoted, age)) = self.quoted(*from, here, day, turned) else { continue };
                let far = if self.newest {
                    (cost.0.max(age), cost.1 + age)
                } else {
                    (cost.0 + 1, cost.1 + age)
                };
                if far < best[*from as usize]
                    && let Some(whole) = quoted.then(rate)
                {
                    best[*from as usize] = far;
                    rates[*from as usize] = Some(whole);
                    next.push(Reverse((far, *from)));
                }
            }
        }
        rates
    }

    /// The price of a pair on `day`, with its age in days.
    fn quoted(&self, from: u32, to: u32, day: NaiveDate, turned: bool) -> Option<(Rate, u64)> {
        let age = |quote: &Quote| u64::try_from((day - quote.date).num_days()).unwrap_or(0);
        let forward = self.latest(from, to, day);
        let back = if turned { self.latest(to, from, day) } else { None };
        let back = back.filter(|quote| !quote.price.is_zero());
        let is_forward = match (forward, back) {
            (Some(forward), Some(back)) if self.newest => {
                (forward.date, forward.line) >= (back.date, back.line)
            }
            (forward, _) => forward.is_some(),
        };
        let (quote, rate) = if is_forward {
            let quote = forward?;
            (quote, Rate { above: quote.price, below: Decimal::ONE })
        } else {
            let quote = back?;
            (quote, Rate { above: Decimal::ONE, below: quote.price })
        };
        Some((rate, age(quote)))
    }

    /// The latest price of `from` in `to`, on or before `day`.
    fn latest(&self, from: u32, to: u32, day: NaiveDate) -> Option<&Quote> {
        let all = self.pairs.get(&(from, to))?;
        let until = all.partition_point(|at| self.quotes[*at as usize].date <= day);
        all[..until].last().map(|at| &self.quotes[*at as usize])
    }
}

/// The prices that costs imply.
fn implied(ledger: &Ledger, costs: Costs) -> Vec<Quote> {
    let mut quotes = Vec::new();
    for row in &ledger.transactions {
        let transaction = Transaction::new(ledger, row);
        let dialect = transaction.dialect();
        if costs == Costs::AsDialect && dialect != Dialect::Ledger {
            continue;
        }
        let range = row.first as usize..(row.first + row.count) as usize;
        for posting in ledger.postings[range].iter().filter(|posting| posting.detail > 0) {
            let detail = ledger.details.get(posting.detail as usize - 1);
            let Some(cost) = detail.and_then(|detail| detail.cost) else { continue };
            let shown = || Posting::new(transaction, posting, &mut Spot::default()).text();
            // `(@)` is a cost that makes no price.
            if dialect == Dialect::Ledger && shown().contains("(@") {
                continue;
            }
            let Some(price) = unit(cost, posting.number) else { continue };
            let name = |id: CommodityId| ledger.commodity(id).clone();
            quotes.push(Quote {
                date: detail.and_then(|detail| detail.date).unwrap_or(row.date),
                commodity: name(posting.commodity),
                price,
                currency: name(cost.amount.commodity),
                implied: true,
                file: transaction.file().clone(),
                line: row.line,
            });
        }
    }
    quotes
}

/// The price of one unit; a cost of nothing is none.
fn unit(cost: Cost, units: Decimal) -> Option<Decimal> {
    let price = cost.amount.number.abs();
    let price = if cost.total { price.checked_div(units.abs())?.normalize() } else { price };
    (!price.is_zero() && !units.is_zero()).then_some(price)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::{Options, read};
    use crate::money::plain;
    use crate::source::Source;

    fn market(text: &str, dialect: Dialect) -> Market {
        let options = Options { dialect: Some(dialect), ..Options::default() };
        let mut none = |_: &str, _: &Name| Ok(Vec::new());
        let ledger = read(Source::new("x", text), &options, &mut none);
        assert!(ledger.diagnostics.is_empty(), "{:?}", ledger.diagnostics);
        Market::of([&ledger], Costs::AsDialect)
    }

    fn worth(market: &Market, units: &str, of: &str, to: &str, day: &str) -> Option<String> {
        let day = crate::period::iso(day).expect("a day");
        let rate = *market.rates(&Name::new(to), day).get(of)?;
        Some(rate.value(plain(units).expect("a number"))?.to_string())
    }

    const PRICES: &str = "P 2024-01-10 VTI 200 USD\nP 2024-02-10 VTI 220 USD\n\
        P 2024-01-01 EUR 1.10 USD\nP 2024-03-01 EUR 1.25 USD\nP 2024-03-01 SAP 150 EUR\n";

    #[test]
    fn the_latest_price_on_or_before_the_day_counts() {
        let market = market(PRICES, Dialect::Hledger);
        let worth = |of, to, day| worth(&market, "2", of, to, day);
        assert_eq!(worth("VTI", "USD", "2024-01-09"), None);
        assert_eq!(worth("VTI", "USD", "2024-01-10").as_deref(), Some("400"));
        assert_eq!(worth("VTI", "USD", "2024-02-09").as_deref(), Some("400"));
        assert_eq!(worth("VTI", "USD", "2025-01-01").as_deref(), Some("440"));
        assert_eq!(worth("USD", "USD", "2000-01-01").as_deref(), Some("2"));
    }

    #[test]
    fn chains_lead_on_and_prices_turn_round_without_losing_a_digit() {
        let market = market(PRICES, Dialect::Hledger);
        assert_eq!(worth(&market, "1", "SAP", "USD", "2024-03-01").as_deref(), Some("187.5"));
        assert_eq!(worth(&market, "110", "USD", "EUR", "2024-01-01").as_deref(), Some("100"));
        assert_eq!(worth(&market, "3", "VTI", "EUR", "2024-03-01").as_deref(), Some("528"));
        assert_eq!(worth(&market, "1", "VTI", "SAP", "2024-02-01"), None);
    }

    #[test]
    fn a_chain_as_it_stands_goes_before_a_price_turned_round() {
        let text = "P 2024-01-01 A 2 B\nP 2024-01-01 B 3 C\nP 2024-01-02 C 0.1 A\n";
        let hledger = market(text, Dialect::Hledger);
        assert_eq!(worth(&hledger, "1", "A", "C", "2024-01-02").as_deref(), Some("6"));
        let ledger = market(text, Dialect::Ledger);
        assert_eq!(worth(&ledger, "1", "A", "C", "2024-01-02").as_deref(), Some("10"));
    }

    #[test]
    fn costs_are_prices_where_the_dialect_says_so() {
        let text = "2024-01-05 x\n  a  2 VTI @@ 300 USD\n  b\n\
            2024-01-06 y\n  a  2 SPY (@) 100 USD\n  b\n";
        let ledger = market(text, Dialect::Ledger);
        assert_eq!(worth(&ledger, "1", "VTI", "USD", "2024-01-05").as_deref(), Some("150"));
        assert_eq!(worth(&ledger, "1", "SPY", "USD", "2024-01-06"), None);
        assert!(market(text, Dialect::Hledger).quotes().is_empty());
    }
}
