//! What the postings of a block say of its event by themselves, before any tag is asked.
//!
//! In: legs, the names of kind, security and currency, and the tags that part what the cash lacks.
//! Out: quantities, price, cost, lots, cash, fees, tax withheld. Looks at postings below the
//! account's own name, and of the others only at their signs, so that a person may rename them.

use super::leg::{Leg, sum};
use super::text::commodity_name;
use super::ways::{Lack, Ways};
use crate::event::{Lot, Lots};
use crate::money::Decimal;
use crate::source::Name;

/// What must be known to read legs.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// Those of the kind.
    pub ways: &'static Ways,
    /// The tag `security`.
    pub security: Option<&'a Name>,
    /// The tag `into`.
    pub into: Option<&'a Name>,
    /// The tag `currency`, where there is one.
    pub currency: Option<&'a Name>,
    /// The tag `into_currency`, where there is one.
    pub into_currency: Option<&'a Name>,
    /// The tag `fees`, where there is one.
    pub fees: Option<Decimal>,
    /// The tag `withheld`, where there is one.
    pub withheld: Option<Decimal>,
}

impl<'a> Asked<'a> {
    /// A block with these tags, and none on its money.
    pub fn new(ways: &'static Ways, security: Option<&'a Name>, into: Option<&'a Name>) -> Self {
        let (fees, withheld) = (None, None);
        Asked { ways, security, into, currency: None, into_currency: None, fees, withheld }
    }
}

/// What legs say.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Said {
    /// Units of what the kind's quantity counts, signed.
    pub quantity: Option<Decimal>,
    /// Units of `into`, signed.
    pub into_quantity: Option<Decimal>,
    /// Of one unit, where all the units are priced alike and by the unit.
    pub price: Option<Decimal>,
    /// What all units cost, positive.
    pub cost: Option<Decimal>,
    /// The lots that comments name.
    pub lots: Lots,
    /// What a currency was exchanged into.
    pub into_currency: Option<Name>,
    /// How much of it.
    pub into_amount: Option<Decimal>,
    /// The currency of the money.
    pub currency: Option<Name>,
    /// The cash effect, net.
    pub amount: Decimal,
    /// What the cash lacks of the gross, by tags and by the kind.
    pub fees: Decimal,
    /// As `fees`.
    pub withheld: Decimal,
    /// What the cash lacks of the gross, whatever the tags say.
    pub lacking: Decimal,
    /// Whether the gross is told by a price, so that what the cash lacks is sure.
    pub priced: bool,
}

/// Why legs could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// Their sum has more than 28 digits.
    Digits,
    /// Cash of two commodities, where the kind has one.
    Commodities(Name, Name),
    /// `fees` and `withheld` together are not what the cash lacks, which is this.
    Lacking(Decimal),
}

/// What an entry's price may miss its cash by in a journal that tools accept: they compare sums as
/// rounded as the journal's amounts are.
pub const ROUNDED_OFF: Decimal = Decimal::from_parts(5, 0, 0, false, 2);

/// Reads the legs of one block.
///
/// # Errors
/// Where the legs contradict each other or the tags.
pub fn said(asked: &Asked, legs: &[Leg]) -> Result<Said, Trouble> {
    let security = asked.security.map(commodity_name);
    let into = asked.into.map(commodity_name);
    let of = |leg: &Leg, id: Option<&Name>| id == Some(&leg.commodity);
    let own = || legs.iter().filter(|leg| leg.own);
    let (kind, moves) = (asked.ways.name, asked.ways.moves_units);
    let is_unit = |leg: &Leg| {
        (moves || leg.quantity.is_zero()) && (of(leg, security.as_ref()) || of(leg, into.as_ref()))
    };
    let units = |id: Option<&Name>| {
        let mut found = own().filter(|leg| of(leg, id)).peekable();
        if found.peek().is_none() {
            return Ok(None);
        }
        sum(found.map(|leg| leg.quantity)).ok_or(Trouble::Digits).map(Some)
    };

    let mut said = Said::default();
    if moves {
        let counted = match kind {
            "spin-off" | "stock-dividend" | "rights" if into.is_some() => into.as_ref(),
            _ => security.as_ref(),
        };
        said.quantity = units(counted)?;
        // A posting of 0 stands for a position, not for units, where a kind may do without them.
        if matches!(kind, "opening" | "mark" | "cash-in-lieu") {
            said.quantity = said.quantity.filter(|quantity| !quantity.is_zero());
        }
        if into != security {
            said.into_quantity = units(into.as_ref())?;
        }
    }
    priced_units(&mut said, || own().filter(|leg| is_unit(leg) && leg.cost.is_some()))?;
    let lots = own().filter(|leg| is_unit(leg)).filter_map(|leg| {
        leg.lot.as_ref().map(|lot| Lot { quantity: leg.quantity, basis: lot.basis.clone() })
    });
    said.lots = lots.collect();

    let money = || own().filter(|leg| !is_unit(leg));
    let exchanged = (kind == "currency-exchange").then(|| money().find(|leg| leg.cost.is_some()));
    if kind == "currency-exchange" {
        let priced = exchanged.flatten();
        said.into_currency = asked.into_currency.cloned().or_else(|| {
            priced.and_then(|leg| leg.cost.as_ref()).map(|cost| cost.commodity.clone())
        });
        let came = said.into_currency.as_ref().map(commodity_name);
        let mut came = money().filter(|leg| of(leg, came.as_ref())).peekable();
        if came.peek().is_some() {
            said.into_amount = Some(sum(came.map(|leg| leg.quantity)).ok_or(Trouble::Digits)?);
        }
        said.currency = priced.map(|leg| leg.commodity.clone());
    }
    let stated = || {
        let cash = money().map(|leg| &leg.commodity);
        let costs = own().filter_map(|leg| leg.cost.as_ref()).map(|cost| &cost.commodity);
        let lots = own().filter_map(|leg| leg.lot.as_ref()).map(|lot| &lot.currency);
        cash.chain(costs).chain(lots).find(|name| !name.is_empty()).cloned()
    };
    said.currency = asked.currency.cloned().or(said.currency).or_else(stated);
    let currency = said.currency.as_ref().map_or_else(Name::default, commodity_name);
    let came = said.into_currency.as_ref().map(commodity_name);
    for leg in money() {
        let known = leg.commodity == currency || of(leg, came.as_ref());
        if !known && !leg.quantity.is_zero() {
            return Err(Trouble::Commodities(currency, leg.commodity.clone()));
        }
    }
    let cash = money().filter(|leg| leg.commodity == currency);
    said.amount = sum(cash.map(|leg| leg.quantity)).ok_or(Trouble::Digits)?;
    part(&mut said, asked, legs, &currency, &is_unit)?;
    Ok(said)
}

/// Price and cost of the units that have one.
fn priced_units<'l, I: Iterator<Item = &'l Leg<'l>>>(
    said: &mut Said,
    priced: impl Fn() -> I,
) -> Result<(), Trouble> {
    let mut units = priced().map(|leg| leg.cost.as_ref().and_then(|cost| cost.unit));
    if let Some(first) = units.next() {
        said.price = first.filter(|_| units.all(|unit| unit == first));
        let weights = priced().filter_map(Leg::weight).map(|(weight, _)| weight);
        said.cost = Some(sum(weights).ok_or(Trouble::Digits)?.abs());
    }
    Ok(())
}

/// Parts what the cash lacks of the gross between fees and tax.
fn part(
    said: &mut Said,
    asked: &Asked,
    legs: &[Leg],
    currency: &Name,
    is_unit: &impl Fn(&Leg) -> bool,
) -> Result<(), Trouble> {
    let weights = |which: &dyn Fn(&Leg) -> bool| {
        let weights = legs.iter().filter(|leg| which(leg)).filter_map(Leg::weight);
        sum(weights.filter(|(_, of)| *of == currency).map(|(weight, _)| weight))
            .ok_or(Trouble::Digits)
    };
    let exchange = asked.ways.name == "currency-exchange";
    let priced = |leg: &Leg| leg.own && leg.cost.is_some() && (is_unit(leg) || exchange);
    // Of a trade the price says the gross. Of anything else the other side does: what stands there
    // with the sign of the cash was taken off.
    let sure = asked.ways.is_trade && legs.iter().any(priced);
    said.priced = sure;
    said.lacking = if sure && exchange {
        let gross = sum(legs.iter().filter(|leg| priced(leg)).map(|leg| leg.quantity));
        gross.and_then(|gross| gross.checked_sub(said.amount)).ok_or(Trouble::Digits)?
    } else if sure {
        let weight = weights(&priced)?;
        let lacking = (-weight).checked_sub(said.amount).ok_or(Trouble::Digits)?;
        // Tools let a price of few digits miss the cash by a cent or two: that is no fee.
        let elsewhere = weights(&|leg: &Leg| !leg.own && !leg.claim)?;
        let missed = lacking.checked_sub(elsewhere).ok_or(Trouble::Digits)?;
        if missed.abs() <= ROUNDED_OFF { elsewhere } else { lacking }
    } else {
        let negative = said.amount.is_sign_negative() && !said.amount.is_zero();
        let unit = |leg: &Leg| is_unit(leg) && leg.cost.is_none();
        weights(&|leg: &Leg| {
            let side = !leg.own && !leg.claim && !unit(leg);
            side && !leg.quantity.is_zero() && leg.quantity.is_sign_negative() == negative
        })?
    };
    let lacking = said.lacking;
    // What is not sure and not there is nothing, not the opposite of a tag.
    let rest = |part: Decimal| {
        if !sure && lacking.is_zero() {
            return Some(Decimal::ZERO);
        }
        lacking.checked_sub(part)
    };
    let lack = asked.ways.lack;
    let moved = !said.amount.is_zero() || sure || lack == Lack::Withheld;
    (said.fees, said.withheld) = match (asked.fees, asked.withheld) {
        (Some(fees), Some(withheld)) => {
            let both = fees.checked_add(withheld).ok_or(Trouble::Digits)?;
            if sure && both != lacking {
                return Err(Trouble::Lacking(lacking));
            }
            (fees, withheld)
        }
        (Some(fees), None) if lack == Lack::Nothing => (fees, Decimal::ZERO),
        (None, Some(withheld)) if lack == Lack::Nothing => (Decimal::ZERO, withheld),
        (Some(fees), None) => (fees, rest(fees).ok_or(Trouble::Digits)?),
        (None, Some(withheld)) => (rest(withheld).ok_or(Trouble::Digits)?, withheld),
        (None, None) => match lack {
            Lack::Fees if moved => (lacking, Decimal::ZERO),
            Lack::Withheld => (Decimal::ZERO, lacking),
            Lack::Fees | Lack::Nothing => (Decimal::ZERO, Decimal::ZERO),
        },
    };
    Ok(())
}
