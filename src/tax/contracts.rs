//! Contracts that are valued at every year's end: futures, and options on broad indices.
//!
//! Source: 26 USC 1256; Form 6781.

use std::collections::{HashMap, VecDeque};

use super::share::share;
use super::sold::{Sale, Sold};
use super::walk::Walk;
use crate::event::Event;
use crate::money::Decimal;
use crate::period::{Datelike, NaiveDate};
use crate::source::Name;

/// Futures that are open, by position, oldest first.
#[derive(Default)]
pub(super) struct Contracts(HashMap<usize, VecDeque<Open>>);

/// Contracts of one purchase, or of one sale where the quantity is negative.
struct Open {
    quantity: Decimal,
    /// What all of them were worth when they were opened, or last valued.
    value: Decimal,
    /// When that was.
    day: NaiveDate,
}

impl<'j> Walk<'j> {
    pub fn future_open(
        &mut self,
        event: &'j Event,
        security: &Name,
        quantity: Decimal,
        value: Decimal,
    ) {
        let position = self.position(&event.account, security);
        let open = Open { quantity, value: value.abs(), day: event.date };
        self.contracts.0.entry(position).or_default().push_back(open);
    }

    /// A value stated at a year's end: the change since is the year's result.
    pub fn mark(&mut self, at: usize, event: &'j Event, security: &Name, value: Decimal) {
        let position = self.position(&event.account, security);
        let mut gain = Decimal::ZERO;
        if let Some(open) = self.contracts.0.get_mut(&position) {
            let units: Decimal = open.iter().map(|open| open.quantity.abs()).sum();
            for open in open {
                let now = share(value, open.quantity.abs(), units);
                gain += if open.quantity.is_sign_negative() {
                    open.value - now
                } else {
                    now - open.value
                };
                open.value = now;
                open.day = event.date;
            }
        }
        self.accrue(
            "section1256",
            Some(at),
            position,
            gain,
            event.date,
            "valued at the year's end".to_owned(),
        );
    }

    pub fn future_close(
        &mut self,
        at: usize,
        event: &'j Event,
        security: &Name,
        quantity: Decimal,
        value: Decimal,
    ) {
        let position = self.position(&event.account, security);
        let mut left = quantity.abs();
        let (mut gain, mut stale) = (-event.fees, None);
        while left > Decimal::ZERO
            && let Some(open) = self.contracts.0.get_mut(&position).and_then(VecDeque::front_mut)
        {
            let units = left.min(open.quantity.abs());
            let was = share(open.value, units, open.quantity.abs());
            let now = share(value.abs(), units, quantity.abs());
            gain += if open.quantity.is_sign_negative() { was - now } else { now - was };
            if open.day.year() < event.date.year() && (open.day.month(), open.day.day()) < (12, 24)
            {
                stale = Some(open.day);
            }
            left -= units;
            open.value -= was;
            open.quantity -= if open.quantity.is_sign_negative() { -units } else { units };
            if open.quantity.is_zero()
                && let Some(open) = self.contracts.0.get_mut(&position)
            {
                open.pop_front();
            }
        }
        if let Some(day) = stale {
            let asks = format!("what was {security}, open since {day}, worth at the year's end?");
            self.ask(event, asks, None, "main.journal", mark_lines(security, day));
        }
        if left > Decimal::ZERO {
            let asks =
                format!("when were {} {security} opened, and at what value?", left.normalize());
            self.ask(
                event,
                asks,
                None,
                "main.journal",
                "    ; event: future-open, value: …".to_owned(),
            );
            return;
        }
        self.accrue("section1256", Some(at), position, gain, event.date, String::new());
    }

    /// Whether a disposal is of options that the year's-end rule is for.
    pub fn is_marked(&self, sale: &Sale, day: NaiveDate) -> bool {
        let of_options = matches!(sale.sort, "options" | "options-bought");
        let security = &self.positions[sale.position].security;
        let fact = || self.journal.securities.fact(security, "section_1256", day, day.year());
        of_options && fact().is_some_and(|fact| *fact == "true")
    }

    /// What was sold of such options is a result of that rule, not of a sale.
    pub fn close_contract(&mut self, sale: &Sale, sold: &Sold) {
        let day = sold.disposed;
        let opened = sold.acquisition.map(|at| self.journal.events[at].date);
        if opened.is_some_and(|opened| opened.year() < day.year()) {
            let event = &self.journal.events[sale.disposal];
            let security = self.positions[sale.position].security.clone();
            let asks = format!("what was {security} worth at the end of the year before?");
            self.ask(event, asks, None, "main.journal", mark_lines(&security, day));
        }
        if let Some(gain) = sold.gain() {
            let (at, gain) = (Some(sale.disposal), gain.decimal());
            self.accrue("section1256", at, sale.position, gain, day, String::new());
        }
    }

    /// Contracts open at a year's end that the records say no value of.
    pub fn unmarked(&mut self, last: NaiveDate) {
        let mut open: Vec<(usize, NaiveDate)> = self
            .contracts
            .0
            .iter()
            .filter_map(|(position, open)| Some((*position, open.front()?.day)))
            .filter(|(_, day)| day.year() < last.year() && (day.month(), day.day()) < (12, 24))
            .collect();
        open.sort_unstable();
        for (position, day) in open {
            let of = &self.positions[position];
            let security = of.security.clone();
            let event = self.events().rev().find(|(_, event)| event.security() == Some(&security));
            let event = event.map(|(_, event)| event);
            if let Some(event) = event {
                let asks =
                    format!("what was {security}, open since {day}, worth at the year's end?");
                self.ask(event, asks, None, "main.journal", mark_lines(&security, day));
            }
        }
    }
}

fn mark_lines(security: &str, day: NaiveDate) -> String {
    format!(
        "{}-12-31 * Value at the year's end\n    ; event: mark, security: {security}, value: …",
        day.year()
    )
}
