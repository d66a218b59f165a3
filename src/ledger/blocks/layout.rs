//! Which postings an event becomes: the cash and the holdings below the account's own name, and the
//! other side of each.
//!
//! In: an event and its account. Out: legs that balance in each commodity. Knows no text; what the
//! legs do not say of the event becomes tags.

use std::borrow::Cow;

use super::leg::{Leg, LegCost, LegLot, Path, product, sum};
use super::text::{commodity_name, part, title};
use crate::event::{Account, Event, EventKind, Lots, TaxAuthority};
use crate::money::{self, Decimal};
use crate::source::Name;

/// The postings of an event, in the order they are written; at least one lies in the account.
pub fn legs<'e>(event: &'e Event, account: &'e Account) -> Vec<Leg<'e>> {
    let mut layout = Layout::new(event, account);
    layout.fill();
    layout.legs
}

struct Layout<'e> {
    event: &'e Event,
    /// `Assets:Schwab`
    ledger: &'e str,
    /// Its last part, which income and cost that no security pays are named after.
    broker: &'e str,
    currency: Name,
    /// How many decimals its amounts have at least.
    decimals: u32,
    legs: Vec<Leg<'e>>,
}

impl<'e> Layout<'e> {
    fn new(event: &'e Event, account: &'e Account) -> Layout<'e> {
        let ledger: &str = &account.ledger;
        let broker = ledger.rsplit(':').next().unwrap_or_default();
        let currency = event.currency.as_ref().map_or_else(Name::default, commodity_name);
        let decimals = money::decimals_of(&currency);
        Layout { event, ledger, broker, currency, decimals, legs: Vec::with_capacity(4) }
    }

    /// One leg for each thing that moved. Every kind is named, so that a new one asks for its own.
    fn fill(&mut self) {
        let event = self.event;
        match &event.kind {
            EventKind::Opening { security, quantity, cost, acquired: _ } => {
                self.opening(security.as_ref(), *quantity, cost.get());
                self.money(Path::whole("Equity:Opening"));
            }
            EventKind::Buy { security, quantity, price }
            | EventKind::Sell { security, quantity, price }
            | EventKind::ShortOpen { security, quantity, price }
            | EventKind::ShortCover { security, quantity, price }
            | EventKind::Redemption { security, quantity, price } => {
                self.trade(security, *quantity, *price);
            }
            // Contracts at a price per share: their product is never what was paid.
            EventKind::OptionOpen { security, quantity, price: _, multiplier: _ }
            | EventKind::OptionClose { security, quantity, price: _, multiplier: _ }
            | EventKind::OptionCashSettle { security, quantity } => {
                self.trade(security, *quantity, None);
            }
            EventKind::CashInLieu { security, quantity } => {
                self.trade(security, quantity.unwrap_or_default(), None);
            }
            EventKind::OptionExpire { security, quantity }
            | EventKind::OptionExercise { security, quantity }
            | EventKind::OptionAssign { security, quantity }
            | EventKind::Worthless { security, quantity }
            | EventKind::Split { security, quantity, new: _, old: _ }
            | EventKind::StockDividend { security, quantity, into: None }
            | EventKind::Rights { security, quantity, into: None }
            | EventKind::FutureOpen { security, quantity, value: _ }
            | EventKind::FutureClose { security, quantity, value: _ } => {
                self.swap(security, *quantity, actions(security));
                self.money(actions(security));
            }
            EventKind::StockDividend { security, quantity, into: Some(into) }
            | EventKind::Rights { security, quantity, into: Some(into) }
            | EventKind::SpinOff { security, into, quantity, new: _, old: _, share: _ } => {
                self.swap(into, *quantity, actions(into));
                self.money(actions(security));
            }
            EventKind::Merger { security, quantity, into, into_quantity, new: _, old: _ }
            | EventKind::Exchange { security, quantity, into, into_quantity, new: _, old: _ }
            | EventKind::Rename { security, quantity, into, into_quantity, new: _, old: _ } => {
                self.swap(security, *quantity, actions(security));
                if let (Some(into), Some(units)) = (into, into_quantity.get()) {
                    self.swap(into, units, actions(into));
                }
                self.money(actions(security));
            }
            EventKind::RightsExercise { security, quantity, into, into_quantity } => {
                self.swap(security, *quantity, actions(security));
                self.trade(into, *into_quantity, None);
            }
            EventKind::Mark { security, quantity, value: _ } => {
                self.swap(security, quantity.unwrap_or_default(), actions(security));
                self.money(actions(security));
            }
            EventKind::CostAdjustment { security, cost: _, income: _ }
            | EventKind::StatedPosition { security, stated: _ } => {
                self.swap(security, Decimal::ZERO, Path::whole(""));
                self.money(actions(security));
            }
            EventKind::Dividend { security, per_share: _, parts: _ }
            | EventKind::FundDistribution { security, per_share: _, parts: _ } => {
                self.money(named("Income:Dividends", security));
            }
            EventKind::PaymentInLieu { security, per_share: _ } => {
                let paid = gross(event).is_some_and(|gross| gross < Decimal::ZERO);
                let side = if paid { "Expenses:InLieu" } else { "Income:InLieu" };
                self.money(named(side, security));
            }
            EventKind::CapitalGainDistribution { security, per_share: _, parts: _ } => {
                self.money(named("Income:Distributions", security));
            }
            EventKind::Interest { security: Some(security), per_share: _ }
            | EventKind::AccruedInterest { security } => {
                self.money(named("Income:Interest", security));
            }
            EventKind::Interest { security: None, per_share: _ } => {
                self.money(named("Income:Interest", self.broker));
            }
            EventKind::ReturnOfCapital { security, per_share: _ }
            | EventKind::Liquidation { security, per_share: _ } => {
                self.money(named("Equity:ReturnOfCapital", security));
            }
            EventKind::OtherIncome { security: _ } => {
                self.money(named("Income:Other", self.broker));
            }
            EventKind::Deposit {} | EventKind::Withdrawal {} => {
                self.money(Path::whole("Equity:Transfers"));
            }
            EventKind::TransferIn { security, quantity, lots }
            | EventKind::TransferOut { security, quantity, lots }
            | EventKind::GiftIn { security, quantity, lots, value: _ }
            | EventKind::GiftOut { security, quantity, lots, value: _ }
            | EventKind::Inheritance { security, quantity, lots, value: _ } => {
                self.lots(security, *quantity, lots);
                self.money(Path::whole("Equity:Transfers"));
            }
            EventKind::Award { security, quantity, value: _ } => {
                let awards = named("Equity:Awards", security);
                self.swap(security, *quantity, awards.clone());
                self.money(awards);
            }
            EventKind::CurrencyExchange { into_currency, into_amount } => {
                self.exchange(into_currency, *into_amount);
            }
            EventKind::Fee { security: _ } => self.money(named("Expenses:Fees", self.broker)),
            EventKind::MarginInterest {} => {
                self.money(named("Expenses:Interest", self.broker));
            }
            EventKind::Withholding { tax, country: _, security: _ } => {
                self.money(taxes(Some(*tax)));
            }
            EventKind::Rent { property, covers: _ } => {
                self.money(titled("Income:Rent", title(property)));
            }
            EventKind::SecurityDeposit { property } => {
                self.money(titled("Liabilities:Deposits", title(property)));
            }
            EventKind::SecurityDepositKept { property, value } => {
                self.kept(property, *value);
                self.money(titled("Liabilities:Deposits", title(property)));
            }
            EventKind::RentExpense { property, expense } => {
                let below = [title(property), title(expense)].join(":");
                self.money(titled("Expenses", below));
            }
            EventKind::MortgagePrincipal { property } => {
                self.money(titled("Liabilities", title(property) + ":Mortgage"));
            }
            EventKind::Improvement { property, life: _ }
            | EventKind::PlacedInService { property, life: _, building: _, land: _ }
            | EventKind::PropertySale { property } => {
                self.money(titled("Equity:Property", title(property)));
            }
            EventKind::StatedCash { stated: _ } | EventKind::Unknown { row: _ } => {
                self.money(Path::whole("Equity:Unknown"));
            }
        }
        if !self.legs.iter().any(|leg| leg.own) {
            let cash = self.cash(Decimal::ZERO);
            self.legs.insert(0, cash);
        }
    }

    /// A purchase or a sale: units at what was paid, then what the cash lacks of it, then the cash.
    /// Where neither tool could balance that (units and cash the same way, no units), units and cash
    /// stand against the other side.
    fn trade(&mut self, security: &'e Name, quantity: Decimal, price: Option<Decimal>) {
        let event = self.event;
        let gross = gross(event).filter(|gross| {
            let opposite = gross.is_sign_negative() != quantity.is_sign_negative();
            event.currency.is_some() && !quantity.is_zero() && (gross.is_zero() || opposite)
        });
        let Some(gross) = gross else {
            self.swap(security, quantity, actions(security));
            self.money(actions(security));
            return;
        };
        let exact = |price: &Decimal| {
            !price.is_sign_negative() && product(quantity, *price) == Some(gross.abs())
        };
        let mut leg = self.holding(security, quantity);
        leg.cost = Some(LegCost {
            unit: price.filter(exact),
            total: gross.abs(),
            commodity: self.currency.clone(),
        });
        self.legs.push(leg);
        self.lacking();
        if !event.amount.is_zero() {
            let cash = self.cash(event.amount);
            self.legs.push(cash);
        }
    }

    /// A lot from before the records, at its cost where that is known.
    fn opening(
        &mut self,
        security: Option<&'e Name>,
        quantity: Option<Decimal>,
        cost: Option<Decimal>,
    ) {
        let (Some(security), Some(quantity)) = (security, quantity) else { return };
        let known = self.event.currency.is_some() && !quantity.is_zero();
        let Some(cost) = cost.filter(|cost| known && !cost.is_sign_negative()) else {
            self.swap(security, quantity, Path::whole("Equity:Opening"));
            return;
        };
        // A price of few digits reads better than a total, if it is exact.
        let unit = cost.checked_div(quantity.abs()).map(|unit| self.digits(unit));
        let unit = unit.filter(|unit| unit.scale() <= 6 && product(quantity, *unit) == Some(cost));
        let mut leg = self.holding(security, quantity);
        leg.cost = Some(LegCost { unit, total: cost, commodity: self.currency.clone() });
        self.legs.push(leg);
        if !cost.is_zero() {
            let against = if quantity.is_sign_negative() { cost } else { -cost };
            self.other(Path::whole("Equity:Opening"), against, self.currency.clone());
        }
    }

    /// Units of several lots, each with what is known of it, then those of no lot.
    fn lots(&mut self, security: &'e Name, quantity: Decimal, lots: &Lots) {
        let mut rest = Some(quantity);
        for lot in &lots.0 {
            let mut leg = self.holding(security, lot.quantity);
            let priced = lot.basis.as_ref().is_some_and(|basis| basis.cost.is_some());
            let currency = if priced { self.currency.clone() } else { Name::default() };
            leg.lot = Some(LegLot { basis: lot.basis.clone(), currency });
            self.legs.push(leg);
            rest = rest.and_then(|rest| rest.checked_sub(lot.quantity));
        }
        if lots.0.is_empty() || rest.is_some_and(|rest| !rest.is_zero()) {
            let leg = self.holding(security, rest.unwrap_or_default());
            self.legs.push(leg);
        }
        if !quantity.is_zero() {
            // Summed up, so that it has the digits of its lots whoever wrote the total.
            let moved = sum(self.legs.iter().map(|leg| leg.quantity)).unwrap_or(quantity);
            self.other(Path::whole("Equity:Transfers"), -moved, commodity_name(security));
        }
    }

    /// Money of one currency for money of another.
    fn exchange(&mut self, into: &Name, into_amount: Decimal) {
        let event = self.event;
        let into = commodity_name(into);
        let came =
            Leg { quantity: into_amount, commodity: into.clone(), ..self.cash(Decimal::ZERO) };
        let gross = gross(event).filter(|gross| {
            let opposite = gross.is_sign_negative() != into_amount.is_sign_negative();
            event.currency.is_some() && opposite && !gross.is_zero() && !into_amount.is_zero()
        });
        if let Some(gross) = gross {
            let cost = LegCost { unit: None, total: into_amount.abs(), commodity: into };
            let went = Leg { cost: Some(cost), ..self.cash(gross) };
            self.legs.push(went);
            self.lacking();
            if let Some(paid) = event.amount.checked_sub(gross).filter(|paid| !paid.is_zero()) {
                let paid = self.cash(paid);
                self.legs.push(paid);
            }
            self.legs.push(came);
        } else {
            self.money(Path::whole("Equity:Transfers"));
            self.legs.push(came);
            if !into_amount.is_zero() {
                self.other(Path::whole("Equity:Transfers"), -into_amount, into);
            }
        }
    }

    /// A part of a deposit becomes rent; no cash moves.
    fn kept(&mut self, property: &Name, value: Option<Decimal>) {
        if let Some(value) = value.filter(|value| !value.is_zero() && self.event.currency.is_some())
        {
            let property = title(property);
            let deposits = titled("Liabilities:Deposits", property.clone());
            self.other(deposits, value, self.currency.clone());
            self.other(titled("Income:Rent", property), -value, self.currency.clone());
        }
    }

    /// Cash and where it came from or went; what receives stands first.
    fn money(&mut self, side: Path<'e>) {
        let event = self.event;
        if event.amount.is_zero() && event.fees.is_zero() && event.further.withheld.is_zero() {
            return;
        }
        // Past all digits only the cash itself can balance; tags have the rest.
        let (gross, whole) = match gross(event) {
            Some(gross) => (gross, true),
            None => (event.amount, false),
        };
        let cash = (!event.amount.is_zero()).then(|| self.cash(event.amount));
        let direction = if event.amount.is_zero() { gross } else { event.amount };
        if direction.is_sign_negative() {
            if !gross.is_zero() {
                self.other(side, -gross, self.currency.clone());
            }
            if whole {
                self.lacking();
            }
            self.legs.extend(cash);
        } else {
            self.legs.extend(cash);
            if whole {
                self.lacking();
            }
            if !gross.is_zero() {
                self.other(side, -gross, self.currency.clone());
            }
        }
    }

    /// What the cash lacks of the gross: tax, then fees.
    fn lacking(&mut self) {
        let event = self.event;
        if !event.further.withheld.is_zero() {
            let authority = event.further.tax.as_ref().map(|tax| tax.authority);
            self.other(taxes(authority), event.further.withheld, self.currency.clone());
        }
        if !event.fees.is_zero() {
            let side = named("Expenses:Fees", self.broker);
            self.other(side, event.fees, self.currency.clone());
        }
    }

    /// Units into or out of the holding, and the same units on the other side.
    fn swap(&mut self, security: &'e Name, quantity: Decimal, side: Path<'e>) {
        let leg = self.holding(security, quantity);
        let commodity = leg.commodity.clone();
        self.legs.push(leg);
        if !quantity.is_zero() {
            self.other(side, -quantity, commodity);
        }
    }

    fn holding(&self, security: &'e Name, quantity: Decimal) -> Leg<'e> {
        Leg {
            account: named(self.ledger, security),
            own: true,
            claim: false,
            quantity,
            commodity: commodity_name(security),
            cost: None,
            lot: None,
        }
    }

    fn cash(&self, quantity: Decimal) -> Leg<'e> {
        Leg {
            account: Path { above: self.ledger, below: Cow::Borrowed("Cash") },
            own: true,
            claim: false,
            quantity: self.digits(quantity),
            commodity: self.currency.clone(),
            cost: None,
            lot: None,
        }
    }

    fn other(&mut self, account: Path<'e>, quantity: Decimal, commodity: Name) {
        let quantity = if commodity == self.currency { self.digits(quantity) } else { quantity };
        self.legs.push(Leg {
            account,
            own: false,
            claim: false,
            quantity,
            commodity,
            cost: None,
            lot: None,
        });
    }

    /// Money with its currency's decimals.
    fn digits(&self, number: Decimal) -> Decimal {
        if self.currency.is_empty() { number } else { money::padded(number, self.decimals) }
    }
}

/// `amount + fees + withheld`, where it has no more digits than a `Decimal` holds.
pub fn gross(event: &Event) -> Option<Decimal> {
    event.amount.checked_add(event.fees)?.checked_add(event.further.withheld)
}

/// The other side of corporate actions.
fn actions(security: &Name) -> Path<'_> {
    named("Equity:Actions", security)
}

fn named<'a>(side: &'a str, id: &'a str) -> Path<'a> {
    Path { above: side, below: part(id) }
}

/// An account that is called after a property, or what is below that.
fn titled(side: &'static str, below: String) -> Path<'static> {
    Path { above: side, below: Cow::Owned(below) }
}

fn taxes(authority: Option<TaxAuthority>) -> Path<'static> {
    Path::whole(match authority {
        Some(TaxAuthority::Foreign) => "Expenses:Taxes:Foreign",
        Some(TaxAuthority::Federal) => "Expenses:Taxes:Federal",
        Some(TaxAuthority::State) => "Expenses:Taxes:State",
        None => "Expenses:Taxes",
    })
}
