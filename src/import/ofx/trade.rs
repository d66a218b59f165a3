//! Purchases and sales: stocks, funds, debt, options, short positions, redemptions.

use super::make::{At, Back, Fate, bare, link, times, unpadded};
use super::security::{Security, Sort};
use super::statement::face;
use super::value::Unread;
use super::words::{Rows, Says, says};
use crate::event::{Event, EventKind, Relation};
use crate::money::Decimal;
use crate::period::{self, DateForm};
use crate::source::Name;

/// A trade's figures, signed as an event's: units and total as the account sees them.
struct Figures {
    units: Decimal,
    total: Decimal,
    price: Option<Decimal>,
    /// Commission, fees, taxes and load; negative where they come back.
    costs: Decimal,
    /// It undoes another trade.
    turned: bool,
}

impl At<'_, '_, '_, '_> {
    /// `BUY…`, `SELL…`
    pub fn trade(&mut self, buys: bool) -> Result<Fate, Unread> {
        let security = self.security()?;
        let memo = &self.fact().memo;
        if self.maker.is_sweep(security) || says(Rows::Trade, memo, Says::Sweep) {
            return Ok(Fate::Ignored(format!("move of the cash sweep {}", security.id).into()));
        }
        let mut figures = self.figures(buys)?;
        let accrued = self.accrued(&mut figures)?;
        let (kind, reason) = self.kind(buys, security, &mut figures)?;
        let mut main = self.event(0, kind, figures.total)?;
        main.fees = figures.costs;
        main.reason = reason;
        self.withheld(&mut main, figures.turned)?;
        let mut events = vec![main];
        if !accrued.is_zero() {
            let kind = EventKind::AccruedInterest { security: security.id.clone() };
            let mut part = self.event(1, kind, accrued)?;
            link(&mut part, Relation::PartOf, events[0].id.clone());
            events.push(part);
        }
        self.state_tax(&mut events, figures.turned)?;
        self.links(&mut events);
        self.tie(&events[0], security);
        Ok(Fate::Events(events))
    }

    fn costs(&self) -> Result<Decimal, Unread> {
        let mut sum = Decimal::ZERO;
        for name in ["COMMISSION", "FEES", "TAXES", "LOAD", "PENALTY"] {
            let cost = self.number(name)?.unwrap_or_default();
            // Some brokers sign a cost as the cash it takes.
            sum = sum.checked_add(cost.abs()).ok_or(Unread::Missing(name))?;
        }
        Ok(sum)
    }

    /// Units, total and price with the signs of an event. Type, units and total vote: a file's own
    /// habit is followed, and two against the type are a trade taken back.
    fn figures(&mut self, buys: bool) -> Result<Figures, Unread> {
        let (mut units, mut total) = (bare(self.needed("UNITS")?), self.needed("TOTAL")?);
        if units.is_zero() {
            return Err(Unread::NotTold("a trade of 0 units".to_owned()));
        }
        let price = self.number("UNITPRICE")?.filter(|price| !price.is_zero());
        let costs = self.costs()?;
        let reverses = self.text("REVERSALFITID").is_some();
        if reverses && self.repeats_signs(total) {
            (units, total) = (-units, -total);
        }
        let comes = units.is_sign_positive();
        let paid = total.is_sign_negative();
        let dear = !buys && paid && costs_more_than_it_brings(units, price, costs, total);
        let against_units = comes != buys;
        let against_total = !total.is_zero() && paid != buys && !dear;
        let turned = against_units && against_total;
        if against_units && !against_total {
            // Sales without a sign are a habit; a purchase of negative units is not.
            if buys {
                self.doubts.push("units leave in a purchase that is paid: taken as bought".into());
            }
            units = -units;
        }
        if against_total && !against_units {
            let habit = buys && !self.maker.making.habits.signed_totals;
            if !habit {
                let doubt = if buys {
                    "a purchase brings money by its total: taken as paid"
                } else {
                    "a sale takes money by its total: taken as received"
                };
                self.doubts.push(doubt.into());
            }
            total = -total;
        }
        if turned && !reverses {
            self.back = Some(Back::Must);
        }
        let costs = if turned { -costs } else { costs };
        Ok(Figures { units, total, price: price.map(|price| unpadded(price.abs())), costs, turned })
    }

    /// Takes accrued interest out of the total, where it is in it, and returns its cash effect. By
    /// the specification (OFX 2.3, `ACCRDINT`) the total is without it; price and units tell.
    fn accrued(&self, figures: &mut Figures) -> Result<Decimal, Unread> {
        let accrued = self.number("ACCRDINT")?.unwrap_or_default().abs();
        let signed = if figures.total.is_sign_negative() { -accrued } else { accrued };
        if accrued.is_zero() {
            return Ok(Decimal::ZERO);
        }
        let clean = figures.price.and_then(|price| {
            let clean =
                figures.units.abs().checked_mul(price)?.checked_div(Decimal::ONE_HUNDRED)?;
            let signed = if figures.total.is_sign_negative() { -clean } else { clean };
            signed.checked_sub(figures.costs)
        });
        if let Some(clean) = clean {
            let without = (figures.total - clean).abs();
            let with = (figures.total - signed - clean).abs();
            if with < without {
                figures.total -= signed;
            }
        }
        Ok(signed)
    }

    fn kind(
        &mut self,
        buys: bool,
        security: &Security,
        figures: &mut Figures,
    ) -> Result<(EventKind, Option<Name>), Unread> {
        let row = self.fact().element;
        let memo = &self.fact().memo;
        let (id, quantity, price) = (security.id.clone(), figures.units, figures.price);
        if row.is("BUYOPT") || row.is("SELLOPT") || security.is_option() {
            let multiplier = self.multiplier(security, figures)?;
            let opens = self.opens(buys)?;
            let kind = EventKind::option_trade(opens, id, quantity, price, multiplier);
            return Ok((kind, None));
        }
        let debt = security.sort == Some(Sort::Debt) || row.is("SELLDEBT") || row.is("BUYDEBT");
        let (quantity, price) = if debt { of_debt(figures, security) } else { (quantity, price) };
        let short = self.has("SUBACCTSEC", "SHORT");
        if !buys && says(Rows::Trade, memo, Says::CashInLieu) {
            return Ok((EventKind::CashInLieu { security: id, quantity: Some(quantity) }, None));
        }
        let (redeemed, reason) = self.redeemed(buys, debt, security);
        if redeemed {
            let kind = EventKind::Redemption { security: id, quantity, price };
            return Ok((kind, reason));
        }
        let kind = match buys {
            true if short || self.has("BUYTYPE", "BUYTOCOVER") => {
                EventKind::ShortCover { security: id, quantity, price }
            }
            true => EventKind::Buy { security: id, quantity, price },
            false if short || self.has("SELLTYPE", "SELLSHORT") => {
                EventKind::ShortOpen { security: id, quantity, price }
            }
            false => EventKind::Sell { security: id, quantity, price },
        };
        Ok((kind, None))
    }

    /// Whether an option's trade begins a position.
    fn opens(&self, buys: bool) -> Result<bool, Unread> {
        let name = if buys { "OPTBUYTYPE" } else { "OPTSELLTYPE" };
        let memo = &self.fact().memo;
        if let Some(kind) = self.text(name) {
            let kind = kind.to_ascii_uppercase();
            if kind.contains("OPEN") || kind.contains("CLOSE") {
                return Ok(kind.contains("OPEN"));
            }
        }
        match (says(Rows::Trade, memo, Says::Opens), says(Rows::Trade, memo, Says::Closes)) {
            (true, false) => Ok(true),
            (false, true) => Ok(false),
            _ if self.has("SUBACCTSEC", "SHORT") => Ok(!buys),
            _ => Err(Unread::NotTold(format!("whether it opens or closes: `{name}` is missing"))),
        }
    }

    /// Shares of one contract: as stated, else 100 where price and total fit that.
    fn multiplier(
        &self,
        security: &Security,
        figures: &Figures,
    ) -> Result<Option<Decimal>, Unread> {
        let stated = self.number("SHPERCTRCT")?.filter(|shares| !shares.is_zero());
        let listed = security.terms.as_ref().and_then(|terms| terms.shares);
        Ok(stated.or(listed).or_else(|| {
            let gross = (figures.total + figures.costs).abs();
            let each = figures.units.abs().checked_mul(figures.price?)?;
            let fits = each.checked_mul(Decimal::ONE_HUNDRED)? - gross;
            (fits.abs() <= Decimal::new(2, 2)).then_some(Decimal::ONE_HUNDRED)
        }))
    }

    /// Whether the issuer paid it back, and why.
    fn redeemed(&self, buys: bool, debt: bool, security: &Security) -> (bool, Option<Name>) {
        let unlisted = self.fact().element.is("SELLOTHER") && security.sort.is_none();
        if buys || !(debt || unlisted) {
            return (false, None);
        }
        if self.has("SELLREASON", "CALL") {
            return (true, Some("call".into()));
        }
        if self.has("SELLREASON", "MATURITY") {
            return (true, Some("maturity".into()));
        }
        if !says(Rows::Trade, &self.fact().memo, Says::Redemption) {
            return (false, None);
        }
        let titled = || {
            let words = security.title.as_deref()?.split_whitespace();
            words.rev().find_map(|word| period::date(word, DateForm::MonthDayYear))
        };
        let due = security.matures.or_else(titled);
        let reason = due
            .zip(self.fact().day)
            .map(|(due, day)| if day < due { "call" } else { "maturity" }.into());
        (true, reason)
    }

    fn links(&self, events: &mut [Event]) {
        if let Some(back) = self.taken_back() {
            for (part, event) in (0..).zip(events.iter_mut()) {
                link(event, Relation::Reverses, back.with_part(part));
            }
        }
        if let Some(income) = self.maker.beside.paid_by.get(&self.index) {
            link(&mut events[0], Relation::Reinvests, self.maker.facts[*income].id.clone());
        }
        if let Some((relation, option)) = self.option_behind() {
            link(&mut events[0], relation, option);
        }
    }

    /// A doubt where units times price are far from what the total says: the total counts.
    fn tie(&mut self, event: &Event, security: &Security) {
        let (quantity, price, factor) = match &event.kind {
            EventKind::OptionOpen { quantity, price, multiplier, .. }
            | EventKind::OptionClose { quantity, price, multiplier, .. } => {
                (*quantity, *price, multiplier.get().unwrap_or(Decimal::ONE))
            }
            EventKind::Redemption { quantity, price, .. }
            | EventKind::Buy { quantity, price, .. }
            | EventKind::Sell { quantity, price, .. } => {
                let row = self.fact().element;
                let debt =
                    security.sort == Some(Sort::Debt) || row.is("SELLDEBT") || row.is("BUYDEBT");
                (*quantity, *price, if debt { Decimal::new(1, 2) } else { Decimal::ONE })
            }
            _ => return,
        };
        let product = price
            .and_then(|price| quantity.abs().checked_mul(price))
            .and_then(|product| product.checked_mul(factor));
        let Some(product) = product else { return };
        let gross = event.gross().abs();
        let off = (product - gross).abs();
        if off > Decimal::ONE && off > gross / Decimal::ONE_HUNDRED {
            let product = product.round_dp(2);
            self.doubts.push(format!("units times price are {product}, the total says {gross}"));
        }
    }
}

/// Whether a sale's costs are above its price, so that its total is rightly negative.
fn costs_more_than_it_brings(
    units: Decimal,
    price: Option<Decimal>,
    costs: Decimal,
    total: Decimal,
) -> bool {
    let Some(price) = price else { return false };
    let gross = units.abs().checked_mul(price.abs());
    let multiplied = gross.and_then(|gross| gross.checked_mul(Decimal::ONE_HUNDRED));
    [gross, multiplied].into_iter().flatten().any(|gross| {
        gross.checked_sub(costs).is_some_and(|net| (net - total).abs() <= Decimal::new(2, 2))
    })
}

/// Face value and price per 100 of it, however the broker counts and quotes.
fn of_debt(figures: &Figures, security: &Security) -> (Decimal, Option<Decimal>) {
    let gross = (figures.total + figures.costs).abs();
    let quantity = face(figures.units, figures.price, Some(gross), security.par);
    let price = figures.price.map(|price| {
        let each = quantity.abs().checked_mul(price);
        let near = |worth: Option<Decimal>| {
            worth.is_some_and(|worth| (worth - gross).abs() <= gross / Decimal::ONE_HUNDRED)
        };
        let per_hundred = near(each.and_then(|each| each.checked_div(Decimal::ONE_HUNDRED)));
        if !per_hundred && near(each) {
            times("UNITPRICE", price, Decimal::ONE_HUNDRED).unwrap_or(price)
        } else {
            price
        }
    });
    (quantity, price)
}
