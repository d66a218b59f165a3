//! The walk: every event once, in the order of the journal, lots taken and matches made on the way.

use std::collections::{HashMap, HashSet};
use std::hint::black_box;

use super::apart::{Found, Shared, Stamp, Stamps};
use super::contracts::Contracts;
use super::day::Day;
use super::fixed::Fixed;
use super::holding::{self, Tests};
use super::lot::Lot;
use super::position::Position;
use super::repurchase::{Losses, Purchase};
use super::sold::{Kept, Sale, Sold};
use crate::event::{Choice, Event, EventId, EventKind, Journal, Question, Transfers, Write};
use crate::income::{Detail, Findings, Income, OpenLot};
use crate::money::Decimal;
use crate::period::{Datelike, NaiveDate, TaxYear};
use crate::regime::{Regime, Where};
use crate::source::{ByLetters, Name};

/// How many events are looked at before they are walked.
const AHEAD: usize = 64;

/// Everything that is known at one moment of the walk.
pub(super) struct Walk<'j> {
    pub journal: &'j Journal,
    pub regime: &'j Regime,
    pub shared: &'j Shared<'j>,
    /// How far matches are kept apart.
    pub detail: Detail<'j>,
    /// The events to walk, by index.
    own: &'j [u32],
    /// The event that is walked, and what comes before it or after all.
    pub now: Stamp,
    pub findings: Findings,
    pub stamps: Stamps,
    pub positions: Vec<Position>,
    pub by_name: HashMap<(usize, usize), usize, ByLetters>,
    /// What one event sold, until it is kept.
    pub sold: Vec<Sold>,
    /// The lots that one disposal takes, until they are sold.
    pub taken: Vec<Lot>,
    pub sale: Sale,
    pub kept: Kept,
    pub tests: Tests,
    /// Events that another event has brought forward.
    pub done: HashSet<usize>,
    /// Events that others link to, by id.
    pub linked: &'j HashMap<&'j EventId, usize>,
    pub losses: Losses,
    pub contracts: Contracts,
    /// Which units move between accounts.
    pub transfers: &'j Transfers,
    /// Lots on their way from a transfer out to its other end.
    pub moving: HashMap<usize, Vec<Lot>>,
    /// Premiums of options that ended, by the option's event.
    pub premiums: HashMap<usize, Decimal>,
    /// Positions with payments whose ex-date is known, by account and security.
    pub watched: HashSet<(usize, usize)>,
    /// Days of short sales by security, once a loss on one asked for them.
    pub shorts: Option<HashMap<Name, Vec<(NaiveDate, usize)>>>,
    /// How many positions are of bonds.
    pub bonds: usize,
}

impl<'j> Walk<'j> {
    pub fn new(shared: &'j Shared<'j>, own: &'j [u32]) -> Walk<'j> {
        let Shared { journal, regime, detail, .. } = *shared;
        let mut walk = Walk {
            journal,
            regime,
            shared,
            detail,
            own,
            now: (0, 0),
            findings: Findings::default(),
            stamps: Stamps::default(),
            positions: Vec::new(),
            by_name: HashMap::default(),
            sold: Vec::new(),
            taken: Vec::new(),
            sale: Sale::default(),
            kept: Kept::default(),
            tests: Tests::new(regime),
            done: HashSet::new(),
            linked: &shared.linked,
            losses: Losses::default(),
            contracts: Contracts::default(),
            transfers: &shared.transfers,
            moving: HashMap::new(),
            premiums: HashMap::new(),
            watched: HashSet::new(),
            shorts: None,
            bonds: 0,
        };
        if shared.ex_dates && regime.holdings.iter().any(|test| test.within.is_some()) {
            let known =
                walk.events().filter(|(_, event)| holding::ex_date(journal, event).is_some());
            let known = known.filter_map(|(_, event)| {
                Some((event.account.number(), event.security()?.number()))
            });
            walk.watched = known.collect();
        }
        walk
    }

    /// The events to walk, in their order.
    pub fn events(&self) -> impl DoubleEndedIterator<Item = (usize, &'j Event)> + use<'j> {
        let journal = self.journal;
        self.own.iter().map(move |at| (*at as usize, &journal.events[*at as usize]))
    }

    /// Walks all events, and finds what follows from them.
    pub fn run(mut self) -> Found {
        let last = self.shared.last;
        let mut year = self.journal.events.first().map(|event| event.date.year());
        for (number, (at, event)) in self.events().enumerate() {
            if number % AHEAD == 0 {
                self.look_ahead(number);
            }
            let stamp = u32::try_from(at).unwrap_or(u32::MAX);
            self.now = (stamp, 0);
            while let Some(ended) = year.filter(|ended| *ended < event.date.year()) {
                self.close_year(ended);
                year = Some(ended + 1);
            }
            self.now = (stamp, 1);
            self.event(at);
        }
        self.now = (u32::MAX, 0);
        while let (Some(ended), Some(last)) = (year, last) {
            if NaiveDate::from_ymd_opt(ended, 12, 31).is_none_or(|end| end > last) {
                break;
            }
            self.close_year(ended);
            year = Some(ended + 1);
        }
        if let Some(last) = last {
            self.now.1 = 1;
            self.open_shorts(last);
            self.now.1 = 2;
            self.unmarked(last);
        }
        self.now.1 = 3;
        self.lost_premiums();
        holding::tests(&mut self);
        let groups = self.may_change();
        let (born, open) = self.open();
        self.findings.open = open;
        (self.findings.matches, self.stamps.matches) = self.kept.all();
        Found { findings: self.findings, stamps: self.stamps, born, groups }
    }

    /// Looks at the events from the one of a number on: those of one security lie far from each other,
    /// and the memory brings many at once sooner than one after the other.
    fn look_ahead(&self, number: usize) {
        for at in self.own[number..].iter().take(AHEAD) {
            let event = &self.journal.events[*at as usize];
            black_box((event.kind.number(), event.amount.scale(), event.date));
        }
    }

    /// The end of a year: what bonds earned in it.
    fn close_year(&mut self, year: i32) {
        let Some(day) = NaiveDate::from_ymd_opt(year + 1, 1, 1) else { return };
        if self.bonds == 0 {
            return;
        }
        for position in 0..self.positions.len() {
            self.accrue_to(position, day);
        }
    }

    /// What is held and owed at the end, each with the event that its position is first named in.
    fn open(&mut self) -> (Vec<usize>, Vec<OpenLot>) {
        let mut open = Vec::new();
        let mut born = Vec::new();
        for position in &mut self.positions {
            let (account, security) = (position.account.clone(), position.security.clone());
            let of = |lot: &Lot, owed: bool| OpenLot {
                account: account.clone(),
                security: security.clone(),
                acquisition: lot.acquisition(),
                acquired: lot.acquired,
                held_since: lot.since.map(Day::date).filter(|since| Some(*since) != lot.acquired),
                quantity: if owed { -lot.quantity } else { lot.quantity }.decimal(),
                cost: lot.cost.map(Fixed::decimal),
            };
            let owed: Vec<OpenLot> = position.owed.iter().map(|lot| of(lot, true)).collect();
            open.extend(position.drain().iter().map(|lot| of(lot, false)));
            open.extend(owed);
            born.resize(open.len(), position.born);
        }
        (born, open)
    }

    /// The tax year of a disposal; `None` where nobody is taxed on it.
    pub fn year(&self, at: usize, day: NaiveDate) -> Option<TaxYear> {
        (!self.positions[at].sheltered).then(|| self.regime.year.year_of(day))
    }

    /// Whether all of these conditions hold for a security.
    pub fn is(&self, security: &str, day: NaiveDate, conditions: &[Where]) -> bool {
        conditions.iter().any(|condition| {
            let value = self.journal.securities.fact(
                security,
                &condition.fact,
                day,
                self.regime.year.year_of(day).0,
            );
            value.is_some_and(|value| condition.any.iter().any(|test| test.holds(value)))
        })
    }

    /// Lots named for an event.
    pub fn choice_of(&self, event: &Event) -> Option<&'j Choice> {
        if self.shared.choices.is_empty() {
            return None;
        }
        self.shared.choices.get(&event.id).copied()
    }

    /// Asks the person about an event.
    pub fn ask(
        &mut self,
        event: &Event,
        asks: String,
        amount: Option<Decimal>,
        file: &str,
        text: String,
    ) {
        if self.sheltered(&event.account) {
            return;
        }
        self.stamps.questions.push(self.now);
        self.findings.questions.push(Question {
            asks,
            event: Some(event.id.clone()),
            date: event.date,
            amount,
            currency: event.currency.clone(),
            source: event.origin.to_string(),
            write: Write { file: file.to_owned(), text },
        });
    }

    /// One event, unless another has brought it forward.
    pub fn event(&mut self, at: usize) {
        if !self.done.is_empty() && self.done.contains(&at) {
            return;
        }
        let event = &self.journal.events[at];
        match &event.kind {
            EventKind::Opening {
                security: Some(security),
                quantity: Some(quantity),
                cost,
                acquired,
            } => {
                let at_position = self.position(&event.account, security);
                let lot = Lot::new(
                    Some(at),
                    Some(acquired.unwrap_or(event.date)),
                    quantity.abs(),
                    cost.get().map(|cost| cost.abs()),
                );
                if quantity.is_sign_negative() {
                    self.positions[at_position].owed.push_back(lot);
                } else {
                    self.positions[at_position].add(lot);
                }
            }
            EventKind::Buy { security, quantity, .. } => self.buy(at, event, security, *quantity),
            EventKind::Sell { security, quantity, .. } => {
                let premium = self.premium_of(event);
                self.sell(
                    at,
                    event,
                    security,
                    -*quantity,
                    event.amount + event.further.withheld + premium,
                    event.date,
                );
            }
            EventKind::Redemption { security, quantity, .. } => {
                self.sell(
                    at,
                    event,
                    security,
                    -*quantity,
                    event.amount + event.further.withheld,
                    event.date,
                );
            }
            EventKind::CashInLieu { security, quantity: Some(quantity) } => {
                self.sell(
                    at,
                    event,
                    security,
                    quantity.abs(),
                    event.amount + event.further.withheld,
                    event.date,
                );
            }
            EventKind::CashInLieu { security, quantity: None } => {
                let asks =
                    format!("of how many units of {security} was this the cash for the fraction?");
                self.ask(
                    event,
                    asks,
                    Some(event.amount),
                    "main.journal",
                    "a posting of the fraction, such as -0.25".to_owned(),
                );
            }
            EventKind::Worthless { security, quantity } => {
                // Deemed sold on the last day of the year: 26 USC 165(g)(1).
                let year = self.regime.year.year_of(event.date);
                let day = self.regime.year.days(year).map_or(event.date, |(_, last)| last);
                self.sell(at, event, security, -*quantity, Decimal::ZERO, day);
            }
            EventKind::ShortOpen { security, quantity, .. } => {
                self.short_open(at, event, security, -*quantity);
            }
            EventKind::ShortCover { security, quantity, .. } => {
                self.short_cover(at, event, security, *quantity);
            }
            EventKind::PaymentInLieu { security, .. } => self.paid_in_lieu(at, event, security),
            EventKind::OptionOpen { security, quantity, multiplier, .. } => {
                self.option_open(at, event, security, *quantity, multiplier.get());
            }
            EventKind::OptionClose { security, quantity, .. }
            | EventKind::OptionExpire { security, quantity }
            | EventKind::OptionCashSettle { security, quantity } => {
                self.option_end(at, event, security, *quantity);
            }
            EventKind::OptionExercise { security, quantity }
            | EventKind::OptionAssign { security, quantity } => {
                self.option_used(at, event, security, *quantity);
            }
            EventKind::FutureOpen { security, quantity, value } => {
                self.future_open(event, security, *quantity, *value);
            }
            EventKind::FutureClose { security, quantity, value } => {
                self.future_close(at, event, security, *quantity, *value);
            }
            EventKind::Mark { security, value, .. } => self.mark(at, event, security, *value),
            EventKind::ReturnOfCapital { security, .. }
            | EventKind::Liquidation { security, .. } => {
                self.return_capital(at, event, security);
            }
            EventKind::Dividend { security, .. } | EventKind::FundDistribution { security, .. } => {
                self.return_capital(at, event, security);
                self.gain_passed_on(event, security);
            }
            EventKind::CapitalGainDistribution { security, .. } => {
                self.gain_passed_on(event, security);
            }
            EventKind::CostAdjustment { security, cost: Some(cost), .. } => {
                self.adjust(event, security, *cost);
            }
            EventKind::Split { security, quantity, new, old } => {
                self.split(at, event, security, *quantity, new.get().zip(old.get()));
            }
            EventKind::StockDividend { security, quantity, into: None } => {
                self.split(at, event, security, *quantity, None);
            }
            EventKind::StockDividend { security, quantity, into: Some(into) }
            | EventKind::Rights { security, quantity, into: Some(into) } => {
                self.spin_off(at, event, security, into, *quantity, None);
            }
            EventKind::Rights { security, into: None, .. } => {
                let asks = format!("under which name are the rights on {security} held?");
                self.ask(event, asks, None, "main.journal", "    ; into: …".to_owned());
            }
            EventKind::SpinOff { security, into, quantity, share, .. } => {
                self.spin_off(at, event, security, into, *quantity, share.get());
            }
            EventKind::Merger { security, quantity, into, into_quantity, .. }
            | EventKind::Exchange { security, quantity, into, into_quantity, .. } => {
                self.merge(at, event, security, -*quantity, into.as_ref().zip(into_quantity.get()));
            }
            EventKind::Rename { security, quantity, into, into_quantity, .. } => {
                let into =
                    into.as_ref().map(|into| (into, into_quantity.get().unwrap_or(-*quantity)));
                self.rename(event, security, -*quantity, into);
            }
            EventKind::RightsExercise { security, quantity, into, into_quantity } => {
                self.exercise_rights(at, event, security, -*quantity, into, *into_quantity);
            }
            EventKind::TransferIn { security, quantity, lots } => {
                self.transfer_in(at, event, security, *quantity, lots);
            }
            EventKind::TransferOut { security, quantity, lots }
            | EventKind::GiftOut { security, quantity, lots, .. } => {
                self.transfer_out(at, event, security, -*quantity, lots);
            }
            EventKind::GiftIn { security, quantity, lots, value } => {
                self.gift_in(at, event, security, *quantity, lots, value.get());
            }
            EventKind::Inheritance { security, quantity, value, .. } => {
                let position = self.position(&event.account, security);
                let mut lot = Lot::new(Some(at), Some(event.date), *quantity, value.get());
                lot.always_long = true;
                self.positions[position].add(lot);
            }
            EventKind::Award { security, quantity, .. }
                if self.transfers.other.contains_key(&at) =>
            {
                self.transfer_in(at, event, security, *quantity, &crate::event::Lots::default());
            }
            EventKind::Award { security, quantity, value } => {
                let position = self.position(&event.account, security);
                let lot = Lot::new(Some(at), Some(event.date), *quantity, *value);
                let order = self.positions[position].add(lot);
                self.bought(Purchase { event: at, position, day: event.date, order });
            }
            EventKind::Interest { security: Some(security), .. } => {
                self.coupon(at, event, security);
            }
            EventKind::Opening { .. }
            | EventKind::CostAdjustment { .. }
            | EventKind::Interest { security: None, .. }
            | EventKind::AccruedInterest { .. }
            | EventKind::OtherIncome { .. }
            | EventKind::Deposit {}
            | EventKind::Withdrawal {}
            | EventKind::CurrencyExchange { .. }
            | EventKind::Fee { .. }
            | EventKind::MarginInterest {}
            | EventKind::Withholding { .. }
            | EventKind::Rent { .. }
            | EventKind::SecurityDeposit { .. }
            | EventKind::SecurityDepositKept { .. }
            | EventKind::RentExpense { .. }
            | EventKind::MortgagePrincipal { .. }
            | EventKind::Improvement { .. }
            | EventKind::PlacedInService { .. }
            | EventKind::PropertySale { .. }
            | EventKind::StatedPosition { .. }
            | EventKind::StatedCash { .. }
            | EventKind::Unknown { .. } => {}
        }
    }

    fn buy(&mut self, at: usize, event: &'j Event, security: &Name, quantity: Decimal) {
        if quantity <= Decimal::ZERO {
            return self.backwards(event, quantity);
        }
        let premium = self.premium_of(event);
        let cost = -event.amount - premium;
        let position = self.position(&event.account, security);
        let lot = Lot::new(Some(at), Some(event.date), quantity, Some(cost));
        let order = self.positions[position].add(lot);
        self.bought(Purchase { event: at, position, day: event.date, order });
    }

    /// An amount that no event states; its year is that of `date`, none where sheltered.
    pub fn accrue(
        &mut self,
        name: &str,
        at: Option<usize>,
        position: usize,
        amount: Decimal,
        date: NaiveDate,
        how: String,
    ) {
        let of = &self.positions[position];
        if of.sheltered || amount.is_zero() {
            return;
        }
        self.stamps.accruals.push(self.now);
        self.findings.accruals.push(Income {
            category: name.into(),
            year: self.regime.year.year_of(date),
            date,
            amount,
            account: of.account.clone(),
            security: Some(of.security.clone()),
            property: None,
            event: at,
            matched: None,
            rule: format!("{}/{name}", self.regime.id).into(),
            law: None,
            how,
        });
    }
}
