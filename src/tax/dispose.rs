//! A disposal: which units it takes, what they brought and cost, and what corrects the result.

use thin_vec::ThinVec;

use super::day::Day;
use super::fixed::Fixed;
use super::losses::Queue;
use super::lot::Lot;
use super::position::Stated;
use super::share::{DIGITS, Dealer, share};
use super::sold::{Correction, Disposal, Sale, Sold};
use super::walk::Walk;
use super::{bonds, holding};
use crate::event::{Event, EventKind, LotMethod};
use crate::ledger::blocks::text::quoted;
use crate::money::{Decimal, rounded};
use crate::period::NaiveDate;
use crate::period::TaxYear;
use crate::source::Name;

impl<'j> Walk<'j> {
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
        self.identify(event, position, quantity);
        let sort = self.positions[position].sort;
        self.sale = Sale { disposal: at, position, sort };
        let (sale, year) = (self.sale, self.year(position, day));
        let rule = self.denies(position, day).filter(|_| year.is_some());
        let sums = self.sums(&sale, day, year);
        let marked = self.is_marked(&sale, day);
        let losses = Queue::default();
        let end = Day::from(day);
        let mut disposal = Disposal { sale, day, end, year, sums, marked, rule, losses };
        self.dispose(&mut disposal, quantity, proceeds);
        self.after_disposal(disposal);
    }

    /// Takes the units of a sale, in order; fewer than asked for where fewer are held.
    fn identify(&mut self, event: &'j Event, position: usize, quantity: Decimal) {
        let held = self.positions[position].held;
        let account = self.journal.accounts.get(&event.account);
        let mut method = account.map_or(LotMethod::Fifo, |account| account.method_on(event.date));
        let elects =
            self.regime.identify.passes.iter().any(|pass| pass.take == crate::regime::Take::Chosen);
        let averages = self.regime.identify.elected.contains_key("average");
        if !elects && method != LotMethod::Average || !averages && method == LotMethod::Average {
            method = LotMethod::Fifo;
        }
        let mut left = Fixed::from(quantity);
        if elects && let Some(choice) = self.choice_of(event) {
            for (acquired, units) in &choice.lots {
                let wanted = left.min(Fixed::from(*units));
                let taken = self.positions[position].take_of(*acquired, wanted);
                let found: Fixed = taken.iter().map(|lot| lot.quantity).sum();
                left -= found;
                self.taken.extend(taken);
                let found = found.decimal();
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
                let costs: Option<Fixed> = target.lots().map(|lot| lot.cost).sum();
                target.pool = costs;
            }
        } else if target.pool.is_some() {
            let lots = target.drain();
            for lot in lots {
                target.add(lot);
            }
        }
        let before = (target.pool, target.held);
        let first = self.taken.len();
        target.take_into(left, method, &mut self.taken);
        if let (Some(pool), whole) = before {
            let mut dealer = Dealer::new(pool, whole);
            let mut spent = Fixed::ZERO;
            for lot in &mut self.taken[first..] {
                let cost = dealer.next(lot.quantity);
                spent += cost;
                lot.set_cost(Some(cost));
            }
            target.pool = Some(pool - spent);
        }
        let found = held - target.held;
        if found < quantity.into() {
            self.oversold(event, position, quantity, held.decimal());
        }
    }

    /// A purchase of less than nothing, or a sale of it: a correction that links to nothing.
    pub fn backwards(&mut self, event: &'j Event, quantity: Decimal) {
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
            "YYYY-MM-DD * Opening lot\n    ; event: opening, security: {security}, why: …\n    {ledger}:{security}          {} {} @ … {currency}\n    Equity:Opening",
            missing.normalize(),
            quoted(&security)
        );
        self.ask(event, asks, None, "main.journal", text);
    }

    /// Deals out what a sale brought over the lots that it took. What is missing of the quantity has an
    /// unknown cost.
    fn dispose(&mut self, disposal: &mut Disposal<'_>, quantity: Decimal, proceeds: Decimal) {
        let Disposal { sale, day, year, .. } = *disposal;
        let of = &self.positions[sale.position];
        let kind = &self.journal.events[sale.disposal].kind;
        // Of most there is nothing to say but what they cost and brought.
        let special = of.stated != Stated::Nothing
            || of.watched
            || !of.passed_on.is_empty()
            || sale.sort != "shares"
            || matches!(kind, EventKind::Redemption { .. });
        let mut dealer = Dealer::new(proceeds.into(), quantity.into());
        let mut missing = Fixed::from(quantity);
        let mut taken = std::mem::take(&mut self.taken);
        if disposal.rule.is_some() {
            disposal.losses = self.losses.rooms.take();
            disposal.losses.reserve(taken.len());
        }
        for lot in &taken {
            let proceeds = dealer.next(lot.quantity);
            missing -= lot.quantity;
            if !special && self.add_alike(disposal, lot, proceeds) {
                continue;
            }
            let sold = self.units(lot, proceeds, (day, year));
            if sold.cost.is_none() {
                self.unknown_cost(sale.disposal, sale.position, lot.units());
            }
            if special {
                self.keep_special(disposal, lot, sold);
            } else {
                self.keep_of(disposal, sold);
            }
        }
        taken.clear();
        self.taken = taken;
        if missing.is_positive() {
            let lot = Lot::new(None, None, missing.decimal(), None);
            let proceeds = dealer.next(missing);
            let sold = self.units(&lot, proceeds, (day, year));
            self.keep_of(disposal, sold);
        }
    }

    /// Keeps units of which the law says more than what they cost and brought.
    fn keep_special(&mut self, disposal: &mut Disposal<'_>, lot: &Lot, mut sold: Sold) {
        let position = disposal.sale.position;
        self.positions[position].left(lot, Some(sold.disposed));
        bonds::settle(self, lot, &mut sold);
        self.codes(position, lot, &mut sold);
        if let Some(long) = self.long_part(position, lot, &mut sold) {
            self.keep_of(disposal, long);
        }
        if !sold.quantity.is_zero() {
            self.keep_of(disposal, sold);
        }
    }

    /// Units of one lot of a position, sold for `proceeds`.
    pub fn units_of(
        &mut self,
        position: usize,
        lot: &Lot,
        proceeds: Fixed,
        day: NaiveDate,
    ) -> Sold {
        let year = self.year(position, day);
        self.units(lot, proceeds, (day, year))
    }

    /// Units of one lot, sold for `proceeds` on a day, which is of a tax year.
    #[inline]
    fn units(
        &mut self,
        lot: &Lot,
        proceeds: Fixed,
        (day, year): (NaiveDate, Option<TaxYear>),
    ) -> Sold {
        let mut cost = lot.cost;
        let mut acquired = lot.acquired;
        let mut since = lot.since;
        if let (Some((worth, given)), Some(giver)) = (lot.more.worth, lot.cost)
            && proceeds < giver
        {
            // A gift below its cost: a loss counts from the value that day, and from that day; between
            // the two there is neither gain nor loss. 26 CFR 1.1015-1(a)(1), (2).
            cost = Some(proceeds.max(worth.into()));
            acquired = Some(given);
            since = Some(given.into());
        }
        let passed = match since {
            _ if lot.always_long => self.tests.passing(|_| true),
            Some(since) => self.tests.held(since, day),
            None => 0,
        };
        Sold {
            acquisition: lot.acquisition(),
            acquired,
            since,
            disposed: day,
            year,
            quantity: lot.quantity,
            proceeds,
            cost,
            corrections: ThinVec::new(),
            passed,
            plain: 1,
        }
    }

    /// A long-term gain that a fund passed on, for each unit held.
    pub fn gain_passed_on(&mut self, event: &'j Event, security: &Name) {
        let stated = self.journal.made_of(event).and_then(|parts| parts.get("capital_gain"));
        let amount = match stated {
            Some(amount) => amount,
            None if event.claimed.has(crate::event::Claim::Long) => event.gross(),
            None => return,
        };
        let position = self.position(&event.account, security);
        let of = &mut self.positions[position];
        let units = of.in_first_units(of.held);
        if let Some(each) = amount.checked_div(units) {
            of.passed_on.push((event.date, each));
        }
    }

    /// A loss on fund shares held six months or less is long-term as far as the fund passed on a
    /// long-term gain on them: that part by itself, taken off `sold`.
    ///
    /// Source: 26 USC 852(b)(4)(A).
    fn long_part(&self, position: usize, lot: &Lot, sold: &mut Sold) -> Option<Sold> {
        let of = &self.positions[position];
        if of.passed_on.is_empty() {
            return None;
        }
        let year = self.regime.year.year_of(sold.disposed);
        let months = self.regime.param("fund_loss_months", year, "single")?;
        let loss = sold.gain().filter(|gain| gain.is_negative()).map(|gain| -gain.decimal())?;
        let (since, acquired) = (lot.since?.date(), lot.acquired?);
        if holding::longer(since, sold.disposed, u32::try_from(months).ok()?) {
            return None;
        }
        let units = of.in_first_units(lot.quantity);
        let first = of.passed_on.partition_point(|(day, _)| *day <= acquired);
        let held = of.passed_on[first..].iter().take_while(|(day, _)| *day <= sold.disposed);
        let passed_on: Decimal = held
            .fold(Decimal::ZERO, |sum, (_, each)| sum.saturating_add(each.saturating_mul(units)));
        let long = rounded(passed_on, 2).min(loss);
        if long <= Decimal::ZERO {
            return None;
        }
        let mut part = sold.clone();
        part.quantity = rounded(share(sold.quantity.into(), long, loss), DIGITS).normalize().into();
        part.proceeds = rounded(share(sold.proceeds.into(), long, loss), 2).into();
        part.cost = Some(part.proceeds + long.into());
        part.passed = self.tests.passing(|_| true);
        sold.quantity -= part.quantity;
        sold.proceeds -= part.proceeds;
        sold.cost = sold.cost.zip(part.cost).map(|(cost, part)| cost - part);
        Some(part)
    }

    /// Corrections that hang on what the thing is: small business stock held five years, of which a
    /// part of the gain is excluded (26 USC 1202(a)); collectibles held long, whose rate differs.
    fn codes(&self, position: usize, lot: &Lot, sold: &mut Sold) {
        let security = &self.positions[position].security;
        let Some(known) = self.journal.securities.get(security) else { return };
        let is =
            |key: &str| known.facts.on(key, sold.disposed, 0).is_some_and(|fact| *fact == "true");
        let gain = sold.gain().map_or(Decimal::ZERO, Fixed::decimal);
        let (mut code, mut amount) = (None, Decimal::ZERO);
        if self.tests.is(sold.passed, "long") && is("collectible") {
            code = Some("C");
        }
        let since = lot.since.map(Day::date);
        if let Some(since) = since.filter(|_| gain > Decimal::ZERO && is("qsbs"))
            && holding::longer(since, sold.disposed, 60)
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
            amount = -rounded(gain.saturating_mul(percent), 2);
        }
        if let Some(code) = code {
            sold.plain = 0;
            let (code, amount) = (code.into(), amount.into());
            sold.corrections.push(Correction { code, amount, quantity: lot.quantity });
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
}
