//! Trades: units, bonds, options, futures, currencies.

use super::fields::Field;
use super::levels;
use super::make::{Made, Maker, Unread, link};
use super::sections::Sort;
use super::security::{Category, Security};
use crate::event::{Event, EventKind, Relation};
use crate::import::entry::Back;
use crate::money::Decimal;
use crate::source::Name;

/// A trade's figures, signed as an event's.
pub struct Figures {
    /// Units, + into the account.
    pub quantity: Decimal,
    /// As quoted.
    pub price: Option<Decimal>,
    /// Cash before costs.
    pub proceeds: Decimal,
    /// Commission, where it is in the trade's currency, and taxes; negative where they come back.
    pub fees: Decimal,
    /// Commission in another currency.
    pub apart: Option<(Decimal, Name)>,
    /// It takes another trade back.
    pub cancels: bool,
}

impl Maker<'_, '_> {
    /// One trade.
    pub fn trade(&self, at: usize) -> Result<Made, Unread> {
        let fact = &self.facts[at];
        if let Some(trouble) = levels::trouble(fact) {
            return Err(trouble.into());
        }
        let category = fact.security.as_ref().map(|security| security.category);
        if category == Some(Category::Forex) || fact.security.is_none() && self.is_pair(at) {
            return self.forex(at);
        }
        let security = fact.security.as_ref().ok_or("its security is not stated")?;
        if fact
            .raw
            .get(Field::Category)
            .is_some_and(|word| super::security::category(word).is_none())
        {
            let word = fact.raw.get(Field::Category).unwrap_or_default();
            return Err(format!("the asset category is not known: `{word}`").into());
        }
        let currency = self.currency(at)?;
        let figures = self.figures(at, security, &currency)?;
        let mut made = Made::default();
        match security.category {
            Category::Difference => {
                return Err("a contract for difference: its cash is settled day by day".into());
            }
            Category::Future => self.future(at, security, &figures, &mut made)?,
            Category::Option => self.option(at, security, &figures, &mut made)?,
            _ => self.units(at, security, &figures, &mut made)?,
        }
        for event in &mut made.events {
            if !event.amount.is_zero() || !event.fees.is_zero() || event.kind.price().is_some() {
                event.currency = Some(currency.clone());
            }
        }
        self.accrued(at, security, &figures, &currency, &mut made)?;
        self.costs_apart(at, &figures, &mut made)?;
        if figures.cancels {
            self.cancel(at, &mut made);
        }
        Ok(made)
    }

    pub(super) fn figures(
        &self,
        at: usize,
        security: &Security,
        currency: &Name,
    ) -> Result<Figures, Unread> {
        let raw = self.facts[at].raw;
        let side = raw.get(Field::BuySell).unwrap_or_default().to_uppercase();
        let mut quantity = self.number(at, Field::Quantity)?.ok_or("its quantity is missing")?;
        quantity = quantity.normalize();
        if quantity.is_zero() {
            return Err("a trade of 0 units".into());
        }
        let cancelled = self.facts[at].codes.iter().any(|code| code == "Ca");
        let cancels = cancelled
            || side.contains("(CA")
            || raw.get(Field::TransactionType).is_some_and(|kind| kind.ends_with("Cancel"));
        // Queries that leave signs out say the side.
        if side.starts_with("SELL") && quantity.is_sign_positive() && !cancels {
            quantity = -quantity;
        }
        let price = self.number(at, Field::Price)?.map(unpadded);
        let each = security.multiplier.unwrap_or(match security.category {
            Category::Option => Decimal::ONE_HUNDRED,
            _ => Decimal::ONE,
        });
        let product = || {
            let product = quantity.checked_mul(price?)?.checked_mul(each)?;
            let debt = security.category == Category::Debt;
            if debt { product.checked_div(Decimal::ONE_HUNDRED) } else { Some(product) }
        };
        let mut commission = self.number(at, Field::Commission)?.unwrap_or_default();
        let taxes = self.number(at, Field::Taxes)?.unwrap_or_default();
        let paid_in = raw.get(Field::CommissionCurrency).map(Name::new);
        let paid_in = paid_in.or_else(|| raw.commission_in.clone());
        let foreign = paid_in.filter(|stated| stated != currency && !commission.is_zero());
        let stated = self.number(at, Field::Proceeds)?.or(self.number(at, Field::Notional)?);
        // Proceeds go against the units: where they do not, the file leaves signs out, of costs too.
        let unsigned = price.is_some_and(|price| price.is_sign_positive())
            && stated.is_some_and(|money| {
                !money.is_zero() && money.is_sign_negative() == quantity.is_sign_negative()
            });
        if unsigned {
            commission = -commission.abs();
        }
        let own = if foreign.is_some() { Decimal::ZERO } else { commission };
        let net = own.checked_add(taxes).ok_or("its costs are too large")?;
        let signed =
            |money: Decimal| if quantity.is_sign_negative() { money.abs() } else { -money.abs() };
        let from_cost = |cost: Decimal| {
            // What units cost holds the commission; what sold ones cost says nothing of their price.
            quantity.is_sign_positive().then(|| -cost.abs() - net)
        };
        let proceeds = match stated {
            Some(proceeds) if unsigned => Some(-proceeds),
            Some(proceeds) => Some(proceeds),
            None => match self.number(at, Field::TradeMoney)? {
                Some(money) => Some(signed(money)),
                None => product()
                    .map(|product| -product)
                    .or(self.number(at, Field::Cost)?.and_then(from_cost)),
            },
        };
        let proceeds = proceeds.ok_or("neither its proceeds nor its price are stated")?;
        Ok(Figures {
            quantity,
            price,
            proceeds,
            fees: -net,
            apart: foreign.map(|currency| (commission, currency)),
            cancels,
        })
    }

    /// The cash of a trade: what the file says it was, net, else proceeds less costs. A doubt where the
    /// two differ.
    fn cash(&self, at: usize, figures: &Figures, made: &mut Made) -> Result<Decimal, Unread> {
        let reckoned =
            figures.proceeds.checked_sub(figures.fees).ok_or("its figures are too large")?;
        let stated = self.number(at, Field::NetCash)?.filter(|cash| !cash.is_zero());
        let Some(stated) = stated else { return Ok(reckoned) };
        if (stated - reckoned).abs() > Decimal::new(1, 2) {
            made.doubts.push(format!(
                "proceeds less costs are {reckoned}, net cash says {stated}: net cash counts"
            ));
        }
        Ok(stated)
    }

    fn has(&self, at: usize, code: &str) -> bool {
        self.facts[at].codes.iter().any(|own| own == code)
    }

    /// Whether a trade opens, closes, or does both.
    pub(super) fn opens(&self, at: usize) -> (bool, bool) {
        let side = self.facts[at].raw.get(Field::OpenClose).unwrap_or_default();
        (side.contains('O') || self.has(at, "O"), side.contains('C') || self.has(at, "C"))
    }

    fn units(
        &self,
        at: usize,
        security: &Security,
        figures: &Figures,
        made: &mut Made,
    ) -> Result<(), Unread> {
        let cash = self.cash(at, figures, made)?;
        // A cancellation is of the kind it takes back, with its signs turned.
        let buys = figures.quantity.is_sign_positive() != figures.cancels;
        let kind = |short: bool, quantity: Decimal| {
            let (security, price) = (security.id.clone(), figures.price);
            match (buys, short) {
                (true, false) => EventKind::Buy { security, quantity, price },
                (true, true) => EventKind::ShortCover { security, quantity, price },
                (false, false) => EventKind::Sell { security, quantity, price },
                (false, true) => EventKind::ShortOpen { security, quantity, price },
            }
        };
        let (opens, closes) = self.opens(at);
        let both = opens && closes;
        if both && let Some(closed) = self.closed(at, figures.quantity) {
            let rest = figures.quantity - closed;
            let share = |whole: Decimal| {
                let part = whole.checked_mul(closed)?.checked_div(figures.quantity)?;
                Some(part.round_dp(whole.scale().max(2)))
            };
            let (first, fees) =
                share(cash).zip(share(figures.fees)).ok_or("its figures are too large")?;
            let mut one = self.event(at, 0, kind(buys, closed))?;
            (one.amount, one.fees) = (first, fees);
            let mut two = self.event(at, 1, kind(!buys, rest))?;
            (two.amount, two.fees) = (cash - first, figures.fees - fees);
            link(&mut two, Relation::PartOf, one.id.clone());
            made.events.extend([one, two]);
            return Ok(());
        }
        if both {
            let what = if buys { "bought" } else { "sold" };
            made.doubts.push(format!(
                "it closes a position and opens another, and nothing says how much of each: taken as {what}"
            ));
        }
        let short = if buys { closes && !opens } else { opens && !closes };
        let mut event = self.event(at, 0, kind(short, figures.quantity))?;
        (event.amount, event.fees) = (cash, figures.fees);
        made.events.push(event);
        Ok(())
    }

    /// How many of a trade's units closed a position, by the lots listed below it.
    fn closed(&self, at: usize, quantity: Decimal) -> Option<Decimal> {
        let fact = &self.facts[at];
        let symbol = fact.raw.get(Field::Symbol);
        let below = self.facts[at + 1..].iter().take_while(|other| {
            other.raw.sort == Sort::Trades
                && other.raw.get(Field::Symbol) == symbol
                && other.aside.is_some()
        });
        let lots = below.filter(|other| other.aside.as_deref() == Some(levels::LOT));
        let closed: Decimal = lots.filter_map(|lot| lot.quantity).map(|units| units.abs()).sum();
        let closed = if quantity.is_sign_negative() { -closed } else { closed };
        (!closed.is_zero() && closed.abs() < quantity.abs()).then_some(closed)
    }

    fn option(
        &self,
        at: usize,
        security: &Security,
        figures: &Figures,
        made: &mut Made,
    ) -> Result<(), Unread> {
        let (id, quantity) = (security.id.clone(), figures.quantity);
        let ended = ["A", "Ex", "Ep"].into_iter().find(|code| self.has(at, code));
        let cash = self.cash(at, figures, made)?;
        let kind = match ended {
            Some(_) if !figures.proceeds.is_zero() => {
                EventKind::OptionCashSettle { security: id, quantity }
            }
            Some("A") => EventKind::OptionAssign { security: id, quantity },
            Some("Ex") => EventKind::OptionExercise { security: id, quantity },
            Some(_) => EventKind::OptionExpire { security: id, quantity },
            None => {
                let (price, multiplier) = (figures.price, multiplier(security, figures));
                let opens = self.begins(at, security, quantity, made);
                EventKind::option_trade(opens, id, quantity, price, multiplier)
            }
        };
        let mut event = self.event(at, 0, kind)?;
        (event.amount, event.fees) = (cash, figures.fees);
        made.events.push(event);
        Ok(())
    }

    /// Whether an option's trade begins a position: as stated, else by what the file's earlier trades
    /// left of it.
    fn begins(&self, at: usize, security: &Security, quantity: Decimal, made: &mut Made) -> bool {
        match self.opens(at) {
            (true, false) => return true,
            (false, true) => return false,
            (true, true) => {
                made.doubts.push(
                    "it closes a position and opens another, and nothing says how much of each: taken \
                     as closed"
                        .to_owned(),
                );
                return false;
            }
            (false, false) => {}
        }
        let fact = &self.facts[at];
        let when = |other: &super::make::Fact| (other.day, other.time, other.raw.line);
        let earlier = self.facts.iter().filter(|other| {
            other.aside.is_none() && other.raw.sort == fact.raw.sort && when(other) < when(fact)
        });
        let same = earlier
            .filter(|other| other.security.as_ref().is_some_and(|other| other.id == security.id));
        let held: Decimal = same.filter_map(|other| other.quantity).sum();
        let opens = held.is_zero() || held.is_sign_negative() == quantity.is_sign_negative();
        let what = if opens { "opens" } else { "closes" };
        made.doubts
            .push(format!("nothing says whether it opens or closes: taken as one that {what}"));
        opens
    }

    /// Interest bought or sold with a bond, where no payment of the file is it.
    fn accrued(
        &self,
        at: usize,
        security: &Security,
        figures: &Figures,
        currency: &Name,
        made: &mut Made,
    ) -> Result<(), Unread> {
        let accrued = self.number(at, Field::Accrued)?.unwrap_or_default().abs();
        if accrued.is_zero() || security.category != Category::Debt {
            return Ok(());
        }
        let paid = self.facts.iter().any(|other| {
            other.raw.sort == Sort::Cash
                && other.aside.is_none()
                && other.text.to_lowercase().contains("accrued int")
        });
        let Some(first) = made.events.first().filter(|_| !paid) else { return Ok(()) };
        let id = first.id.clone();
        let part = u8::try_from(made.events.len()).unwrap_or(u8::MAX);
        let kind = EventKind::AccruedInterest { security: security.id.clone() };
        let mut event = self.event(at, part, kind)?;
        event.amount = if figures.quantity.is_sign_positive() { -accrued } else { accrued };
        event.currency = Some(currency.clone());
        link(&mut event, Relation::PartOf, id);
        made.events.push(event);
        Ok(())
    }

    /// A commission in another currency is a fee of its own.
    fn costs_apart(&self, at: usize, figures: &Figures, made: &mut Made) -> Result<(), Unread> {
        let Some((commission, currency)) = &figures.apart else { return Ok(()) };
        self.commission(at, *commission, currency, made)
    }

    pub(super) fn commission(
        &self,
        at: usize,
        commission: Decimal,
        currency: &Name,
        made: &mut Made,
    ) -> Result<(), Unread> {
        let Some(first) = made.events.first() else { return Ok(()) };
        let (of, security) = (first.id.clone(), first.security().cloned());
        let part = u8::try_from(made.events.len()).unwrap_or(u8::MAX);
        let mut fee = self.event(at, part, EventKind::Fee { security })?;
        fee.amount = commission;
        fee.currency = Some(currency.clone());
        fee.reason = Some("commission".into());
        link(&mut fee, Relation::PartOf, of);
        made.events.push(fee);
        Ok(())
    }

    /// What a cancellation takes back: the trade it names, else the latest with its figures.
    fn cancel(&self, at: usize, made: &mut Made) {
        let named = self.facts[at].raw.get(Field::OrigTradeId);
        let original = named.and_then(|id| {
            self.facts.iter().find(|other| {
                other.aside.is_none()
                    && other.raw.get(Field::TradeId) == Some(id)
                    && other.raw.line != self.facts[at].raw.line
            })
        });
        match original {
            Some(original) => {
                for (part, event) in (0..).zip(made.events.iter_mut()) {
                    link(event, Relation::Reverses, original.id.with_part(part));
                }
            }
            None => made.back = Some(Back::Must),
        }
    }

    /// The option that made this trade of its underlying.
    pub fn is_of_option(&self, at: usize) -> Option<Relation> {
        let category = self.facts[at].security.as_ref()?.category;
        match category {
            Category::Option | Category::Forex => None,
            _ if self.has(at, "A") => Some(Relation::Assigns),
            _ if self.has(at, "Ex") => Some(Relation::Exercises),
            _ => None,
        }
    }

    /// Whether a trade is the reinvestment of a dividend.
    pub fn reinvests(&self, at: usize) -> bool {
        self.has(at, "R")
    }
}

/// Shares of one contract: as stated, else 100 where price and proceeds fit that.
fn multiplier(security: &Security, figures: &Figures) -> Option<Decimal> {
    security.multiplier.or_else(|| {
        let each = figures.quantity.checked_mul(figures.price?)?;
        let fits = each.checked_mul(Decimal::ONE_HUNDRED)?.checked_add(figures.proceeds)?;
        (fits.abs() <= Decimal::new(2, 2)).then_some(Decimal::ONE_HUNDRED)
    })
}

/// A price without padding; the two decimals of a currency stay.
fn unpadded(price: Decimal) -> Decimal {
    let mut bare = price.normalize();
    if bare.scale() < 2 && price.scale() >= 2 {
        bare.rescale(2);
    }
    bare
}

/// Events of a trade that a stock's trade may be linked to.
pub fn contract_of(event: &Event) -> Option<&Name> {
    match &event.kind {
        EventKind::OptionAssign { security, .. } | EventKind::OptionExercise { security, .. } => {
            Some(security)
        }
        _ => None,
    }
}
