//! The walk: every event once, in the order of the journal, lots taken and matches made on the way.

use std::collections::{HashMap, HashSet};

use super::lot::{Dealer, Lot, Position};
use super::{bonds, contracts::Contracts, holding, repurchase::Losses};
use crate::event::{
    Choice, Event, EventId, EventKind, Journal, LotMethod, Question, Relation, Shelter, Write,
};
use crate::income::{Adjustment, Findings, Income, Match};
use crate::money::Decimal;
use crate::period::{NaiveDate, TaxYear};
use crate::regime::{Regime, Where};
use crate::source::Name;

/// Everything that is known at one moment of the walk.
pub(super) struct Walk<'j> {
    pub journal: &'j Journal,
    pub regime: &'j Regime,
    pub findings: Findings,
    pub positions: Vec<Position>,
    by_name: HashMap<(u32, u32), usize>,
    accounts: HashMap<&'j str, u32>,
    securities: HashMap<Name, u32>,
    /// Whose purchases count for each other's losses, by account.
    groups: Vec<u32>,
    /// Events that another event has brought forward.
    pub done: HashSet<usize>,
    /// Events that others link to, by id.
    pub linked: HashMap<&'j EventId, usize>,
    choices: HashMap<&'j EventId, &'j Choice>,
    pub losses: Losses,
    pub contracts: Contracts,
    /// The other end of a transfer, by its index.
    pub pairs: HashMap<usize, usize>,
    /// Lots on their way from a transfer out to its other end.
    pub moving: HashMap<usize, Vec<Lot>>,
    /// Premiums of options that ended, by the option's event.
    pub premiums: HashMap<usize, Decimal>,
    /// Positions with payments whose ex-date is known, by account and security.
    watched: HashSet<(u32, u32)>,
    /// How many positions are of bonds.
    pub bonds: usize,
}

impl<'j> Walk<'j> {
    pub fn new(journal: &'j Journal, regime: &'j Regime) -> Walk<'j> {
        let relations = [Relation::Assigns, Relation::Exercises, Relation::Pair];
        let wanted: HashSet<&EventId> = journal
            .events
            .iter()
            .flat_map(|event| &event.links)
            .filter(|link| relations.contains(&link.relation))
            .map(|link| &link.to)
            .collect();
        let linked = if wanted.is_empty() {
            HashMap::new()
        } else {
            let events = journal.events.iter().enumerate();
            events
                .filter(|(_, event)| wanted.contains(&event.id))
                .map(|(at, event)| (&event.id, at))
                .collect()
        };
        let mut walk = Walk {
            journal,
            regime,
            findings: Findings::default(),
            positions: Vec::new(),
            by_name: HashMap::new(),
            accounts: HashMap::new(),
            securities: HashMap::new(),
            groups: Vec::new(),
            done: HashSet::new(),
            linked,
            choices: journal.choices.iter().map(|choice| (&choice.event, choice)).collect(),
            losses: Losses::default(),
            contracts: Contracts::default(),
            pairs: HashMap::new(),
            moving: HashMap::new(),
            premiums: HashMap::new(),
            watched: HashSet::new(),
            bonds: 0,
        };
        walk.pairs = super::transfers::pairs(&walk);
        let tests = regime.holdings.iter().any(|test| test.within.is_some());
        if tests {
            for event in &journal.events {
                if holding::ex_date(journal, event).is_some()
                    && let Some(security) = event.security()
                {
                    let key = (walk.account(&event.account), walk.security(security));
                    walk.watched.insert(key);
                }
            }
        }
        walk
    }

    /// The account's number.
    fn account(&mut self, account: &'j Name) -> u32 {
        if let Some(known) = self.accounts.get(&**account) {
            return *known;
        }
        let number = u32::try_from(self.accounts.len()).unwrap_or(u32::MAX);
        self.accounts.insert(account, number);
        self.groups.push(group(self.journal, account));
        number
    }

    fn security(&mut self, security: &Name) -> u32 {
        if let Some(known) = self.securities.get(security) {
            return *known;
        }
        let number = u32::try_from(self.securities.len()).unwrap_or(u32::MAX);
        self.securities.insert(security.clone(), number);
        number
    }

    /// What an account holds of a security, by its index.
    pub fn position(&mut self, account: &'j Name, security: &Name) -> usize {
        let account_number = self.account(account);
        let scope = if self.regime.identify.by_account { account_number } else { 0 };
        let key = (scope, self.security(security));
        if let Some(known) = self.by_name.get(&key) {
            return *known;
        }
        let sheltered = self.sheltered(account);
        let group = self.groups.get(account_number as usize).copied().unwrap_or_default();
        let sort = sort(self.journal, security);
        let mut position = Position::new(account.clone(), security.clone(), sheltered, group, sort);
        position.watched = self.watched.contains(&(account_number, key.1));
        self.bonds += usize::from(sort == "bonds");
        self.positions.push(position);
        self.by_name.insert(key, self.positions.len() - 1);
        self.positions.len() - 1
    }

    fn sheltered(&self, account: &str) -> bool {
        self.journal
            .accounts
            .get(account)
            .is_some_and(|account| account.shelter != Shelter::Taxable)
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
        self.choices.get(&event.id).copied()
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
                    cost.map(|cost| cost.abs()),
                );
                if quantity.is_sign_negative() {
                    self.positions[at_position].owed.push_back(lot);
                } else {
                    self.positions[at_position].add(lot);
                }
            }
            EventKind::Opening { .. } => {}
            EventKind::Buy { security, quantity, .. } => self.buy(at, event, security, *quantity),
            EventKind::Sell { security, quantity, .. } => {
                let premium = self.premium_of(event);
                self.sell(
                    at,
                    event,
                    security,
                    -*quantity,
                    event.amount + event.withheld + premium,
                    event.date,
                );
            }
            EventKind::Redemption { security, quantity, .. } => {
                self.sell(
                    at,
                    event,
                    security,
                    -*quantity,
                    event.amount + event.withheld,
                    event.date,
                );
            }
            EventKind::CashInLieu { security, quantity: Some(quantity) } => {
                self.sell(
                    at,
                    event,
                    security,
                    quantity.abs(),
                    event.amount + event.withheld,
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
                self.short_open(at, event, security, -*quantity)
            }
            EventKind::ShortCover { security, quantity, .. } => {
                self.short_cover(at, event, security, *quantity)
            }
            EventKind::PaymentInLieu { security, .. } => self.paid_in_lieu(at, event, security),
            EventKind::OptionOpen { security, quantity, multiplier, .. } => {
                self.option_open(at, event, security, *quantity, *multiplier);
            }
            EventKind::OptionClose { security, quantity, .. }
            | EventKind::OptionExpire { security, quantity }
            | EventKind::OptionCashSettle { security, quantity } => {
                self.option_end(at, event, security, *quantity)
            }
            EventKind::OptionExercise { security, quantity }
            | EventKind::OptionAssign { security, quantity } => {
                self.option_used(at, event, security, *quantity);
            }
            EventKind::FutureOpen { security, quantity, value } => {
                self.future_open(event, security, *quantity, *value)
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
                self.gain_passed_on(event, security)
            }
            EventKind::CostAdjustment { security, cost: Some(cost), .. } => {
                self.adjust(event, security, *cost)
            }
            EventKind::CostAdjustment { .. } => {}
            EventKind::Split { security, quantity, .. } => self.split(event, security, *quantity),
            EventKind::StockDividend { security, quantity, into: None } => {
                self.split(event, security, *quantity)
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
                self.spin_off(at, event, security, into, *quantity, *share);
            }
            EventKind::Merger { security, quantity, into, into_quantity, .. }
            | EventKind::Exchange { security, quantity, into, into_quantity, .. } => {
                self.merge(at, event, security, -*quantity, into.as_ref().zip(*into_quantity));
            }
            EventKind::Rename { security, quantity, into, into_quantity, .. } => {
                let into = into.as_ref().map(|into| (into, into_quantity.unwrap_or(-*quantity)));
                self.rename(event, security, -*quantity, into);
            }
            EventKind::RightsExercise { security, quantity, into, into_quantity } => {
                self.exercise_rights(at, event, security, -*quantity, into, *into_quantity);
            }
            EventKind::TransferIn { security, quantity, lots } => {
                self.transfer_in(at, event, security, *quantity, lots)
            }
            EventKind::TransferOut { security, quantity, lots } => {
                self.transfer_out(at, event, security, -*quantity, lots);
            }
            EventKind::GiftOut { security, quantity, lots, .. } => {
                self.transfer_out(at, event, security, -*quantity, lots);
            }
            EventKind::GiftIn { security, quantity, lots, value } => {
                self.gift_in(at, event, security, *quantity, lots, *value);
            }
            EventKind::Inheritance { security, quantity, value, .. } => {
                let position = self.position(&event.account, security);
                let mut lot = Lot::new(Some(at), Some(event.date), *quantity, *value);
                lot.always_long = true;
                self.positions[position].add(lot);
            }
            EventKind::Award { security, quantity, value } => {
                let position = self.position(&event.account, security);
                let lot = Lot::new(Some(at), Some(event.date), *quantity, *value);
                self.positions[position].add(lot);
                self.bought(at, position, *quantity, event.date);
            }
            EventKind::Interest { security: Some(security), .. } => {
                self.coupon(at, event, security)
            }
            EventKind::Interest { security: None, .. }
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
        self.positions[position].add(Lot::new(Some(at), Some(event.date), quantity, Some(cost)));
        self.bought(at, position, quantity, event.date);
    }

    /// A disposal of units held: a match for each lot, then what the law says of losses.
    pub fn sell(
        &mut self,
        at: usize,
        event: &'j Event,
        security: &Name,
        quantity: Decimal,
        proceeds: Decimal,
        day: NaiveDate,
    ) {
        if quantity <= Decimal::ZERO {
            return self.backwards(event, quantity);
        }
        let position = self.position(&event.account, security);
        self.accrue_to(position, day);
        let lots = self.identify(event, position, quantity);
        let first = self.findings.matches.len();
        self.dispose(at, position, lots, (quantity, proceeds), day);
        self.close_contracts(first, position);
        self.after_disposal(first, position);
    }

    /// The units that a sale takes, in order; fewer than asked for where fewer are held.
    pub fn identify(&mut self, event: &'j Event, position: usize, quantity: Decimal) -> Vec<Lot> {
        let held = self.positions[position].held;
        let account = self.journal.accounts.get(&event.account);
        let mut method = account.map_or(LotMethod::Fifo, |account| account.method_on(event.date));
        let elects =
            self.regime.identify.passes.iter().any(|pass| pass.take == crate::regime::Take::Chosen);
        let averages = self.regime.identify.elected.contains_key("average");
        if !elects && method != LotMethod::Average || !averages && method == LotMethod::Average {
            method = LotMethod::Fifo;
        }
        let mut lots = Vec::new();
        let mut left = quantity;
        if elects && let Some(choice) = self.choices.get(&event.id).copied() {
            for (acquired, units) in &choice.lots {
                let taken = self.positions[position].take_of(*acquired, left.min(*units));
                let found: Decimal = taken.iter().map(|lot| lot.quantity).sum();
                left -= found;
                lots.extend(taken);
                if found < *units && found < quantity {
                    let security = &self.positions[position].security;
                    let asks = format!(
                        "{units} {security} of {acquired} were chosen, {found} are held: which lots were sold?"
                    );
                    let text = format!(
                        "[[choose]]\nevent = \"{}\"\nlots = [{{ acquired = …, units = \"…\" }}]",
                        event.id
                    );
                    self.ask(event, asks, None, "rentier.toml", text);
                }
            }
        }
        let target = &mut self.positions[position];
        if method == LotMethod::Average {
            if target.pool.is_none() {
                let costs: Option<Decimal> = target.lots().map(|lot| lot.cost).sum();
                target.pool = costs;
            }
        } else if target.pool.is_some() {
            let lots = target.drain();
            lots.into_iter().for_each(|lot| target.add(lot));
        }
        let before = (target.pool, target.held);
        let mut taken = target.take(left, method);
        if let (Some(pool), whole) = before {
            let mut dealer = Dealer::new(pool, whole);
            let mut spent = Decimal::ZERO;
            for lot in &mut taken {
                let cost = dealer.next(lot.quantity);
                spent += cost;
                lot.set_cost(Some(cost));
            }
            target.pool = Some(pool - spent);
        }
        lots.extend(taken);
        let found: Decimal = lots.iter().map(|lot| lot.quantity).sum();
        if found < quantity {
            self.oversold(event, position, quantity, held);
        }
        lots
    }

    /// A purchase of less than nothing, or a sale of it: a correction that links to nothing.
    fn backwards(&mut self, event: &'j Event, quantity: Decimal) {
        let kind = event.kind.name();
        let asks =
            format!("a {kind} of {} units: which trade does it take back?", quantity.normalize());
        let text = "    ; link: reverses ID-OF-THAT-TRADE".to_owned();
        self.ask(event, asks, Some(event.amount), "main.journal", text);
    }

    /// More was sold than the records hold: income stands, the gain of the rest is unknown.
    fn oversold(&mut self, event: &'j Event, position: usize, sold: Decimal, held: Decimal) {
        let security = self.positions[position].security.clone();
        let missing = sold - held;
        let ledger =
            self.journal.accounts.get(&event.account).map(|account| account.ledger.clone());
        let ledger = ledger.unwrap_or_else(|| event.account.clone());
        let asks = format!(
            "{} {security} sold, {} held: when were the other {} bought, and for how much?",
            sold.normalize(),
            held.normalize(),
            missing.normalize()
        );
        let currency = event.currency.as_deref().unwrap_or("USD");
        let text = format!(
            "YYYY-MM-DD * Opening lot\n    ; event: opening, security: {security}, why: …\n    {ledger}:{security}          {} {security} @ … {currency}\n    Equity:Opening",
            missing.normalize()
        );
        self.ask(event, asks, None, "main.journal", text);
    }

    /// Makes the matches of a disposal. What is missing of the quantity has an unknown cost.
    pub fn dispose(
        &mut self,
        at: usize,
        position: usize,
        lots: Vec<Lot>,
        (quantity, proceeds): (Decimal, Decimal),
        day: NaiveDate,
    ) {
        let mut dealer = Dealer::new(proceeds, quantity);
        let mut missing = quantity;
        for lot in lots {
            let proceeds = dealer.next(lot.quantity);
            missing -= lot.quantity;
            self.positions[position].left(&lot, Some(day));
            let mut matched = self.matched(at, position, &lot, proceeds, day);
            bonds::settle(self, position, &lot, &mut matched);
            self.codes(&lot, &mut matched);
            if matched.cost.is_none() {
                self.unknown_cost(at, position, lot.quantity);
            }
            if let Some(long) = self.long_part(position, &lot, &mut matched) {
                self.findings.matches.push(long);
            }
            if !matched.quantity.is_zero() {
                self.findings.matches.push(matched);
            }
        }
        if missing > Decimal::ZERO {
            let lot = Lot::new(None, None, missing, None);
            let proceeds = dealer.next(missing);
            let matched = self.matched(at, position, &lot, proceeds, day);
            self.findings.matches.push(matched);
        }
    }

    /// One match: units of one lot, with what they brought.
    pub fn matched(
        &self,
        at: usize,
        position: usize,
        lot: &Lot,
        proceeds: Decimal,
        day: NaiveDate,
    ) -> Match {
        let of = &self.positions[position];
        let mut cost = lot.cost;
        let mut acquired = lot.acquired;
        let mut since = lot.since;
        if let (Some((worth, given)), Some(giver)) = (lot.worth, lot.cost)
            && proceeds < giver
        {
            // A gift below its cost: a loss counts from the value that day, and from that day; between
            // the two there is neither gain nor loss. 26 CFR 1.1015-1(a)(1), (2).
            cost = Some(if proceeds < worth { worth } else { proceeds });
            acquired = Some(given);
            since = Some(given);
        }
        let held = since.unwrap_or(day);
        let tests = self.regime.holdings.iter();
        let passed = tests.filter(|test| {
            test.months.is_some_and(|months| {
                lot.always_long || since.is_some() && holding::longer(held, day, months)
            })
        });
        Match {
            disposal: at,
            acquisition: lot.acquisition,
            account: of.account.clone(),
            security: of.security.clone(),
            sort: of.sort,
            quantity: lot.quantity,
            acquired,
            held_since: since.filter(|since| Some(*since) != acquired),
            disposed: day,
            proceeds,
            cost,
            adjustments: Vec::new(),
            holding: passed.map(|test| test.name.clone()).collect(),
            year: self.year(position, day),
        }
    }

    /// A long-term gain that a fund passed on, for each unit held.
    fn gain_passed_on(&mut self, event: &'j Event, security: &Name) {
        let stated = self.journal.made_of(event).and_then(|parts| parts.get("capital_gain"));
        let amount = match stated {
            Some(amount) => amount,
            None if event.claimed.has(crate::event::Claim::Long) => event.gross(),
            None => return,
        };
        let position = self.position(&event.account, security);
        let of = &mut self.positions[position];
        let units = of.held.checked_div(of.factor).unwrap_or(of.held);
        if !units.is_zero() {
            of.passed_on.push((event.date, amount / units));
        }
    }

    /// A loss on fund shares held six months or less is long-term as far as the fund passed on a
    /// long-term gain on them: that part as a match of its own, taken off `matched`.
    ///
    /// Source: 26 USC 852(b)(4)(A).
    fn long_part(&self, position: usize, lot: &Lot, matched: &mut Match) -> Option<Match> {
        let of = &self.positions[position];
        if of.passed_on.is_empty() {
            return None;
        }
        let year = self.regime.year.year_of(matched.disposed);
        let months = self.regime.param("fund_loss_months", year, "single")?;
        let loss = matched.gain().filter(|gain| gain.is_sign_negative()).map(|gain| -gain)?;
        let (since, acquired) = (lot.since?, lot.acquired?);
        if holding::longer(since, matched.disposed, u32::try_from(months).ok()?) {
            return None;
        }
        let units = lot.quantity.checked_div(of.factor).unwrap_or(lot.quantity);
        let first = of.passed_on.partition_point(|(day, _)| *day <= acquired);
        let held = of.passed_on[first..].iter().take_while(|(day, _)| *day <= matched.disposed);
        let passed_on: Decimal = held.map(|(_, each)| each.saturating_mul(units)).sum();
        let long = crate::money::rounded(passed_on, 2).min(loss);
        if long <= Decimal::ZERO {
            return None;
        }
        let mut part = matched.clone();
        part.quantity =
            crate::money::rounded(super::lot::share(matched.quantity, long, loss), 10).normalize();
        part.proceeds = crate::money::rounded(super::lot::share(matched.proceeds, long, loss), 2);
        part.cost = Some(part.proceeds + long);
        let tests = self.regime.holdings.iter().filter(|test| test.months.is_some());
        part.holding = tests.map(|test| test.name.clone()).collect();
        matched.quantity -= part.quantity;
        matched.proceeds -= part.proceeds;
        matched.cost = matched.cost.zip(part.cost).map(|(cost, part)| cost - part);
        Some(part)
    }

    /// Corrections that hang on what the thing is: small business stock held five years, of which a
    /// part of the gain is excluded (26 USC 1202(a)); collectibles held long, whose rate differs.
    fn codes(&self, lot: &Lot, matched: &mut Match) {
        let Some(known) = self.journal.securities.get(&matched.security) else { return };
        let is = |key: &str| {
            known.facts.on(key, matched.disposed, 0).is_some_and(|fact| *fact == "true")
        };
        let gain = matched.gain().unwrap_or_default();
        let long = matched.holding.iter().any(|test| *test == "long");
        let (mut code, mut amount) = (None, Decimal::ZERO);
        if long && is("collectible") {
            code = Some("C");
        }
        if let Some(since) = lot.since.filter(|_| gain > Decimal::ZERO && is("qsbs"))
            && holding::longer(since, matched.disposed, 60)
        {
            let day = |year, month, day| NaiveDate::from_ymd_opt(year, month, day);
            let percent = if Some(since) < day(2009, 2, 18) {
                Decimal::new(50, 2)
            } else if Some(since) < day(2010, 9, 28) {
                Decimal::new(75, 2)
            } else {
                Decimal::ONE
            };
            code = Some("Q");
            amount = -crate::money::rounded(gain.saturating_mul(percent), 2);
        }
        if let Some(code) = code {
            matched.adjustments.push(Adjustment {
                code: code.into(),
                amount,
                because: None,
                quantity: lot.quantity,
            });
        }
    }

    fn unknown_cost(&mut self, at: usize, position: usize, units: Decimal) {
        let event = &self.journal.events[at];
        let security = &self.positions[position].security;
        let asks =
            format!("when were these {} {security} bought, and for how much?", units.normalize());
        let text = format!(
            "    ; acquired: YYYY-MM-DD, cost: … on the posting of {security} that brought them in"
        );
        self.ask(event, asks, None, "main.journal", text);
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

/// The group of an account: people whose purchases count for each other's losses.
pub(super) fn group(journal: &Journal, account: &Name) -> u32 {
    let Some(account) = journal.accounts.get(account) else { return 0 };
    let first = journal.owners.keys().next();
    let own = |owner: &Name| {
        *owner == *"me"
            || Some(owner) == first
            || journal.owners.get(owner).is_some_and(|owner| owner.affiliate)
    };
    if account.owners.is_empty() || account.owners.iter().any(own) {
        return 0;
    }
    let at = account.owners.first().and_then(|owner| journal.owners.get_index_of(owner));
    at.and_then(|at| u32::try_from(at + 1).ok()).unwrap_or(u32::MAX)
}

/// What sort of thing a security is, as a split of a category names it. Written options are told
/// when they are written.
fn sort(journal: &Journal, security: &Name) -> &'static str {
    let kind = journal
        .securities
        .get(security)
        .and_then(|known| known.facts.on("kind", NaiveDate::MAX, 0));
    match kind.map(|kind| &**kind) {
        Some("bond" | "bill") => "bonds",
        Some("crypto") => "digital",
        Some("option") => "options-bought",
        Some(_) => "shares",
        None if super::options::occ(security).is_some() => "options-bought",
        None => "shares",
    }
}
