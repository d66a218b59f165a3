//! Options and short sales: what is owed first and bought later, and premiums that move into the
//! stock trade, exactly once.
//!
//! Source: Pub. 550, chapter 4, Options, Short Sales, Constructive Sales; 26 USC 1233, 1234, 1259.

use std::collections::HashMap;

use super::day::Day;
use super::fixed::Fixed;
use super::holding;
use super::lot::Lot;
use super::share::Dealer;
use super::sold::Sale;
use super::walk::Walk;
use crate::event::{Event, EventKind, Journal, LotMethod, Relation};
use crate::money::{self, Decimal};
use crate::period::{Datelike, NaiveDate};
use crate::source::Name;

/// The terms of a contract, as its symbol has them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Contract<'s> {
    /// The stock's symbol.
    pub underlying: &'s str,
    /// A call rather than a put.
    pub call: bool,
}

/// Reads an OCC symbol without blanks: root, `yymmdd`, `C` or `P`, strike in thousandths.
pub(super) fn occ(symbol: &str) -> Option<Contract<'_>> {
    let at = symbol.len().checked_sub(15).filter(|at| (1..=6).contains(at))?;
    if !symbol.is_char_boundary(at) {
        return None;
    }
    let (underlying, terms) = symbol.split_at(at);
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let call = match terms.as_bytes().get(6)? {
        b'C' => true,
        b'P' => false,
        _ => return None,
    };
    (digits(terms.get(..6)?) && digits(terms.get(7..)?)).then_some(Contract { underlying, call })
}

/// The security that an option is on, and whether it is a call, as facts or its symbol say.
pub(super) fn underlying(
    journal: &Journal,
    security: &Name,
    day: NaiveDate,
) -> Option<(Name, bool)> {
    let stated = |key: &str| journal.securities.fact(security, key, day, day.year());
    if let (Some(underlying), Some(right)) = (stated("underlying"), stated("right")) {
        return Some((underlying.clone(), *right == "call"));
    }
    occ(security).map(|contract| (Name::new(contract.underlying), contract.call))
}

impl<'j> Walk<'j> {
    /// The premium of the option whose use made this trade: + received, - paid.
    pub fn premium_of(&mut self, event: &'j Event) -> Decimal {
        if event.further.links.is_empty() {
            return Decimal::ZERO;
        }
        let used = [Relation::Assigns, Relation::Exercises];
        let Some(link) = event.further.links.iter().find(|link| used.contains(&link.relation))
        else {
            return Decimal::ZERO;
        };
        let Some(at) = self.linked.get(&link.to).copied() else { return Decimal::ZERO };
        // Within a day the purchase stands before the option's end: what ended comes first here.
        if !self.premiums.contains_key(&at)
            && !self.done.contains(&at)
            && self.journal.events[at].date >= event.date
        {
            self.event(at);
            self.done.insert(at);
        }
        self.premiums.insert(at, Decimal::ZERO).unwrap_or_default()
    }

    pub fn option_open(
        &mut self,
        at: usize,
        event: &'j Event,
        security: &Name,
        quantity: Decimal,
        multiplier: Option<Decimal>,
    ) {
        let position = self.position(&event.account, security);
        let lot = Lot::new(Some(at), Some(event.date), quantity.abs(), Some(event.amount.abs()));
        if quantity.is_sign_negative() {
            self.positions[position].owed.push_back(lot);
            return;
        }
        self.positions[position].add(lot);
        self.call_bought(event, security, quantity * multiplier.unwrap_or(Decimal::ONE_HUNDRED));
    }

    /// A call bought counts as its shares when a loss is looked at; which of both was replaced is
    /// not computed, and asked where it matters.
    fn call_bought(&mut self, event: &'j Event, security: &Name, shares: Decimal) {
        let Some((underlying, call)) = underlying(self.journal, security, event.date) else {
            return;
        };
        if call && self.loss_waits(&event.account, &underlying, event.date) {
            let asks = format!(
                "{security} was bought within 30 days of a loss on {underlying}: how much of the loss does the call on {} shares defer?",
                shares.normalize()
            );
            let text = format!("[override.\"{}\"]\nevent = \"option-open\"\nwhy = \"…\"", event.id);
            self.ask(event, asks, None, "rentier.toml", text);
        }
    }

    /// An option closed, expired or settled in cash.
    pub fn option_end(&mut self, at: usize, event: &'j Event, security: &Name, quantity: Decimal) {
        if quantity.is_sign_negative() {
            self.sell(
                at,
                event,
                security,
                -quantity,
                event.amount + event.further.withheld,
                event.date,
            );
        } else if !quantity.is_zero() {
            let position = self.position(&event.account, security);
            self.close_owed(at, event, position, (quantity, -event.amount), None);
            self.sale.sort = "options";
            if self.is_marked(&self.sale, event.date) {
                let sale = self.sale;
                for sold in std::mem::take(&mut self.sold) {
                    self.close_contract(&sale, &sold);
                }
            }
            self.keep_sold();
        }
    }

    /// An option used: its premium waits for the stock trade that belongs to it.
    pub fn option_used(&mut self, at: usize, event: &'j Event, security: &Name, quantity: Decimal) {
        let position = self.position(&event.account, security);
        let of = &mut self.positions[position];
        let mut premium = Decimal::ZERO;
        let mut known = true;
        let mut missing = Fixed::from(quantity.abs());
        if quantity.is_sign_negative() {
            for lot in of.take(missing, LotMethod::Fifo) {
                missing -= lot.quantity;
                known &= lot.cost.is_some();
                premium -= lot.paid().unwrap_or_default();
            }
        } else {
            while missing.is_positive()
                && let Some(lot) = of.owed.front_mut()
            {
                let part = lot.take(missing.min(lot.quantity));
                missing -= part.quantity;
                known &= part.cost.is_some();
                premium += part.paid().unwrap_or_default();
                if lot.quantity.is_zero() {
                    of.owed.pop_front();
                }
            }
        }
        if missing.is_positive() || !known {
            let asks = format!(
                "for how much was {security} bought or written before these records begin?"
            );
            let text = format!(
                "YYYY-MM-DD * Opening lot\n    ; event: opening, security: {security}, why: …"
            );
            self.ask(event, asks, None, "main.journal", text);
        }
        self.premiums.insert(at, premium);
    }

    /// Premiums of options used whose stock trade is not linked to them.
    pub fn lost_premiums(&mut self) {
        let mut lost: Vec<(usize, Decimal)> = self
            .premiums
            .iter()
            .filter(|(_, premium)| !premium.is_zero())
            .map(|(at, premium)| (*at, *premium))
            .collect();
        lost.sort_unstable_by_key(|(at, _)| *at);
        for (at, premium) in lost {
            let event = &self.journal.events[at];
            let security = event.security().cloned().unwrap_or_default();
            let asks =
                format!("which trade was made when {security} was used? its premium belongs to it");
            let text = format!(
                "    ; link: {} {}",
                if event.kind.name() == "option-assign" { "assigns" } else { "exercises" },
                event.id
            );
            self.ask(event, asks, Some(premium), "main.journal", text);
        }
    }

    pub fn short_open(&mut self, at: usize, event: &'j Event, security: &Name, quantity: Decimal) {
        let position = self.position(&event.account, security);
        if self.positions[position].held.is_positive() {
            self.constructive_sale(at, event, position, quantity);
        }
        let lot = Lot::new(Some(at), Some(event.date), quantity, Some(event.amount));
        self.positions[position].owed.push_back(lot);
    }

    /// A short sale against units held at a gain is a sale of them that day, unless it is closed
    /// within 30 days of the year's end. Source: 26 USC 1259(a), (c)(3).
    fn constructive_sale(
        &mut self,
        at: usize,
        event: &'j Event,
        position: usize,
        quantity: Decimal,
    ) {
        let Some(limit) = NaiveDate::from_ymd_opt(event.date.year() + 1, 1, 30) else { return };
        let security = self.positions[position].security.clone();
        let mut covered = Decimal::ZERO;
        for later in self.journal.events[at..].iter().take_while(|later| later.date <= limit) {
            if let EventKind::ShortCover { security: of, quantity, .. } = &later.kind
                && *of == security
                && later.account == event.account
            {
                covered += *quantity;
            }
        }
        if covered >= quantity {
            return;
        }
        let units = self.positions[position].held.min(quantity.into());
        let mut dealer = Dealer::new(event.amount.into(), quantity.into());
        for mut lot in self.positions[position].take(units, LotMethod::Fifo) {
            let worth = dealer.next(lot.quantity);
            if lot.cost.is_some_and(|cost| cost < worth) {
                let sold = self.units_of(position, &lot, worth, event.date);
                self.keep(at, position, sold);
                lot.set_cost(Some(worth));
                lot.since = Some(event.date.into());
            }
            self.positions[position].add(lot);
        }
    }

    pub fn short_cover(&mut self, at: usize, event: &'j Event, security: &Name, quantity: Decimal) {
        let position = self.position(&event.account, security);
        let delivered = self.choice_of(event).map(|choice| choice.lots.clone()).unwrap_or_default();
        let mut own = Vec::new();
        for (acquired, units) in delivered {
            own.extend(self.positions[position].take_of(acquired, units.into()));
        }
        self.close_owed(at, event, position, (quantity, -event.amount), Some(&own));
        self.short_again(security);
        self.keep_sold();
    }

    /// A loss on a short sale does not count either when another one is opened within 30 days: which
    /// part of it waits is not computed, and asked. Source: 26 USC 1091(e).
    fn short_again(&mut self, security: &Name) {
        let Some(rule) = &self.regime.repurchase else { return };
        for at in 0..self.sold.len() {
            let sold = &self.sold[at];
            let loss = sold.gain().filter(|gain| gain.is_negative());
            if loss.is_none() || sold.year.is_none() {
                continue;
            }
            let opened = sold.acquisition;
            let day = sold.disposed;
            let (Some(from), Some(to)) =
                (holding::moved(day, rule.from), holding::moved(day, rule.to))
            else {
                continue;
            };
            let event = &self.journal.events[self.sale.disposal];
            self.index_shorts();
            let days = self.shorts.as_ref().and_then(|all| all.get(security));
            let again = days.and_then(|days| {
                let near = days.partition_point(|(on, _)| *on < from);
                let mut near = days[near..].iter().take_while(|(on, _)| *on <= to);
                near.find(|(_, at)| Some(*at) != opened).copied()
            });
            if let Some((again, _)) = again {
                let asks = format!(
                    "{security} was sold short again on {again}: how much of this loss waits for that?"
                );
                let text =
                    format!("[override.\"{}\"]\nevent = \"short-cover\"\nwhy = \"…\"", event.id);
                self.ask(event, asks, loss.map(Fixed::decimal), "rentier.toml", text);
            }
        }
    }

    /// Notes the days on which each security was sold short, once.
    fn index_shorts(&mut self) {
        if self.shorts.is_some() {
            return;
        }
        let mut days: HashMap<Name, Vec<(NaiveDate, usize)>> = HashMap::new();
        for (at, event) in self.events() {
            if let EventKind::ShortOpen { security, .. } = &event.kind {
                days.entry(security.clone()).or_default().push((event.date, at));
            }
        }
        self.shorts = Some(days);
    }

    /// Closes what is owed, oldest first. `own`: units held that are delivered for short sales;
    /// `None` for options written, whose rows show the day they ended twice.
    fn close_owed(
        &mut self,
        at: usize,
        event: &'j Event,
        position: usize,
        (quantity, paid): (Decimal, Decimal),
        own: Option<&[Lot]>,
    ) {
        let short_sale = own.is_some();
        let own_cost: Decimal = own.unwrap_or_default().iter().filter_map(|lot| lot.cost).sum();
        let sort = self.positions[position].sort;
        self.sale = Sale { disposal: at, position, sort };
        let mut dealer = Dealer::new((paid + own_cost).into(), quantity.into());
        let mut left = Fixed::from(quantity);
        while left.is_positive()
            && let Some(lot) = self.positions[position].owed.front_mut()
        {
            let part = lot.take(left.min(lot.quantity));
            if lot.quantity.is_zero() {
                self.positions[position].owed.pop_front();
            }
            left -= part.quantity;
            let mut cost = dealer.next(part.quantity);
            let opened = part.acquired.unwrap_or(event.date);
            if short_sale {
                let days = (event.date - opened).num_days();
                cost += self.dividends_paid(position, &part, days).into();
            }
            let proceeds = part.cost.unwrap_or(Fixed::ZERO);
            let loss = proceeds < cost;
            let day = if loss && short_sale {
                event.other_date(|dates| dates.settles).unwrap_or(event.date)
            } else {
                event.date
            };
            let bought = Lot::new(Some(at), Some(event.date), part.units(), Some(cost.decimal()));
            let mut sold = self.units_of(position, &bought, proceeds, day);
            sold.acquisition = part.acquisition();
            sold.passed = 0;
            sold.since = sold.acquired.map(Day::from);
            if part.cost.is_none() {
                sold.cost = None;
            }
            if short_sale && loss {
                sold.passed = self.held_long(position, opened);
            }
            self.sold.push(sold);
        }
        if left.is_positive() {
            let left = left.decimal();
            let security = &self.positions[position].security;
            let asks = format!(
                "{} {security} bought back, {} owed: when were the other {} sold, and for how much?",
                quantity.normalize(),
                (quantity - left).normalize(),
                left.normalize()
            );
            let text = format!(
                "YYYY-MM-DD * Opening lot\n    ; event: opening, security: {security}, why: …"
            );
            self.ask(event, asks, None, "main.journal", text);
        }
    }

    /// The tests that units held when a short sale was made had passed: a loss on it is long-term
    /// when they had been held long. Source: 26 USC 1233(d).
    fn held_long(&self, position: usize, opened: NaiveDate) -> u64 {
        let of = &self.positions[position];
        self.tests.passing(|months| {
            let long = |since| holding::longer(since, opened, months);
            of.lots().any(|lot| lot.since.map(Day::date).is_some_and(long))
        })
    }

    /// A dividend paid to the lender of units sold short.
    pub fn paid_in_lieu(&mut self, at: usize, event: &'j Event, security: &Name) {
        if !event.amount.is_sign_negative() {
            return;
        }
        let position = self.position(&event.account, security);
        let owed = &mut self.positions[position].owed;
        let units: Decimal = owed.iter().map(|lot| lot.quantity).sum();
        if units.is_zero() {
            let asks = format!("for which short sale of {security} was this paid?");
            self.ask(
                event,
                asks,
                Some(event.amount),
                "main.journal",
                "    ; event: short-open".to_owned(),
            );
            return;
        }
        let mut dealer = Dealer::new((-event.amount).into(), units.into());
        for lot in owed {
            let paid = dealer.next(lot.quantity).decimal();
            lot.more.paid.push((at, paid));
        }
    }

    /// Dividends paid on a short sale open 45 days or less are cost of closing it; longer, they are
    /// investment interest of the day they were paid. Source: 26 USC 263(h).
    fn dividends_paid(&mut self, position: usize, part: &Lot, days: i64) -> Decimal {
        if days <= 45 {
            return part.more.paid.iter().map(|(_, paid)| paid).sum();
        }
        for (at, paid) in &part.more.paid {
            let day = self.journal.events[*at].date;
            self.accrue(
                "short-dividend",
                Some(*at),
                position,
                *paid,
                day,
                format!("short sale open {days} days"),
            );
        }
        Decimal::ZERO
    }

    /// Dividends paid on short sales that are still open at the end of the records.
    pub fn open_shorts(&mut self, last: NaiveDate) {
        for position in 0..self.positions.len() {
            let owed: Vec<Lot> = self.positions[position]
                .owed
                .iter()
                .filter(|lot| !lot.more.paid.is_empty())
                .cloned()
                .collect();
            for lot in owed {
                let days = lot.acquired.map_or(0, |opened| (last - opened).num_days());
                if days > 45 {
                    self.dividends_paid(position, &lot, days);
                } else if let Some((at, paid)) = lot.more.paid.first() {
                    let event = &self.journal.events[*at];
                    let asks = "was this short sale closed within 45 days? the dividend paid on it hangs on that".to_owned();
                    self.ask(
                        event,
                        asks,
                        Some(-*paid),
                        "main.journal",
                        "the entries of the days after".to_owned(),
                    );
                }
            }
        }
    }
}

/// A number among the facts of a security.
pub(super) fn number(
    walk: &Walk<'_>,
    security: &str,
    key: &str,
    day: NaiveDate,
) -> Option<Decimal> {
    walk.journal
        .securities
        .fact(security, key, day, walk.regime.year.year_of(day).0)
        .and_then(|text| money::plain(text))
}

#[cfg(test)]
mod tests {
    use super::occ;

    #[test]
    fn a_symbol_names_its_stock() {
        let contract = occ("MSFT240315C00420000").expect("an option");
        assert_eq!((contract.underlying, contract.call), ("MSFT", true));
        assert!(occ("MSFT").is_none());
        assert!(occ("ABCDEFG240315C00420000").is_none());
        assert!(occ("é40315C00420000xx").is_none());
    }
}
