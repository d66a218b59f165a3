//! Makes events of rows: the kind a profile names, the signs every kind has, the sums held together.
//!
//! In: a row, what the profile says it becomes, its id. Out: its events, or the reason why none can
//! be made. Nothing is guessed: a row that lacks what its kind needs, or moves what its kind does
//! not, is unresolved.

mod holds;
mod kind;
mod second;
mod trade;

use self::kind::exchanged_into;
use self::trade::{less_costs, worth};
use super::cell::Number;
use super::position;
use super::profile::{Beside, Field, Make, Profile, Side};
use super::row::{Row, Trouble};
use crate::event::{self, Dates, Event, EventId, EventKind, Origin, Relation, WithheldTax};
use crate::money::{self, Decimal};
use crate::source::Name;

/// Why no event could be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// For programs, kebab-case.
    pub code: &'static str,
    /// In words, without the row's place.
    pub message: String,
    /// Which cell it is about.
    pub at: Option<Field>,
    /// Which, where its column holds no field.
    pub cell: Option<usize>,
    /// What to write instead.
    pub help: Option<String>,
}

impl Reason {
    pub(super) fn new(code: &'static str, message: impl Into<String>) -> Reason {
        Reason { code, message: message.into(), at: None, cell: None, help: None }
    }

    pub(super) fn at(mut self, field: Field) -> Reason {
        self.at = Some(field);
        self
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Reason {
        self.help = Some(help.into());
        self
    }
}

/// Something doubtful about a row that became an event all the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doubt {
    /// For programs, kebab-case.
    pub code: &'static str,
    /// In words, without the row's place.
    pub message: String,
    /// What was made of it.
    pub note: String,
    /// Which cell it is about.
    pub at: Field,
}

/// What a row became.
#[derive(Clone, Debug)]
pub struct Made {
    /// The row's event.
    pub event: Event,
    /// A second event of the same row: interest bought or sold with a bond, fees of their own kind.
    pub second: Option<Box<Event>>,
    /// What is doubtful about it.
    pub doubt: Option<Doubt>,
}

/// What is needed beside a row to make an event of it.
#[derive(Clone, Copy)]
pub struct Making<'m> {
    /// Its file's profile.
    pub profile: &'m Profile,
    /// The account's id.
    pub account: &'m Name,
    /// Securities that the account's owner calls cash in all but name.
    pub sweep: &'m [Name],
    /// The file's name.
    pub file: &'m Name,
    /// The action's words.
    pub words: &'m str,
}

/// Which way a kind's cash goes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Cash {
    /// None moves.
    None,
    /// It comes; less is a correction.
    In,
    /// It goes; more is a refund.
    Out,
    /// Against the units.
    Trade,
    /// Either way, or none.
    Any,
}

fn cash_of(kind: &str) -> Cash {
    match kind {
        "buy" | "sell" | "short-open" | "short-cover" | "redemption" | "option-open"
        | "option-close" => Cash::Trade,
        "dividend"
        | "fund-distribution"
        | "payment-in-lieu"
        | "capital-gain-distribution"
        | "interest"
        | "return-of-capital"
        | "liquidation"
        | "other-income"
        | "cash-in-lieu"
        | "rent"
        | "deposit"
        | "property-sale"
        | "security-deposit" => Cash::In,
        "fee" | "margin-interest" | "withholding" | "withdrawal" | "rent-expense"
        | "mortgage-principal" | "improvement" => Cash::Out,
        "merger" | "exchange" | "rename" | "rights-exercise" | "option-cash-settle"
        | "accrued-interest" | "currency-exchange" | "future-close" | "unknown" => Cash::Any,
        _ => Cash::None,
    }
}

impl Making<'_> {
    /// The row as it stands, for a person: it moves the cash that it states.
    pub fn unknown(&self, row: &Row, id: EventId, raw: &str) -> Event {
        let kind = EventKind::Unknown { row: Name::new(raw) };
        let mut event = self.event(row, id, kind);
        let said = row.trouble != Some(Trouble::NoCurrency);
        if let Some(amount) = self.cash(row).value().filter(|_| said) {
            event.amount = amount;
            event.currency = Some(row.currency.clone());
        }
        event
    }

    /// An event of the row's day, account, line and text.
    pub(super) fn event(&self, row: &Row, id: EventId, kind: EventKind) -> Event {
        let origin = Origin::new(self.file.clone(), row.line);
        let mut event = Event::new(id, row.date, self.account.clone(), kind, origin);
        event.text = row.text.clone().into();
        let ex = row.further.as_ref().and_then(|further| further.ex);
        let (posted, settles, time) = (row.posted, row.settles, row.time);
        if posted.is_some() || settles.is_some() || ex.is_some() || time.is_some() {
            event.further.dates = Dates { posted, settles, ex, time, ..Dates::default() };
        }
        event
    }

    /// The event of one row, and the second where it has accrued interest or fees of their own kind.
    pub fn make(&self, row: &Row, rule: &Make, id: EventId) -> Result<Made, Reason> {
        readable(row)?;
        let invested = rule.beside == Some(Beside::Invested);
        let stated = match (invested, rule.valued) {
            (true, _) => self.paid(row)?,
            (false, true) => Number::Nothing,
            (false, false) => self.cash(row),
        };
        let negative = match stated.value().filter(|amount| !amount.is_zero()) {
            Some(amount) => amount.is_sign_negative(),
            None => row.quantity.value().is_some_and(|quantity| quantity.is_sign_negative()),
        };
        let kind = rule.negative.filter(|_| negative).unwrap_or(rule.kind);
        let cash = cash_of(kind);
        // Nothing but a trade has units that are paid for.
        let scale = if cash == Cash::Trade { self.scale(row, kind) } else { Decimal::ONE };
        let quantity = row.quantity.value().filter(|quantity| !quantity.is_zero());
        let side = if kind == rule.kind { rule.side } else { Make::of(kind).side };
        let quantity = quantity.map(|quantity| sided(unpadded(quantity), side));
        if let Some(quantity) = quantity
            && !self.profile.held
            && !invested
            && !units_of(kind)
        {
            let message = format!("the row moves {quantity} units, and `{kind}` moves none");
            return Err(Reason::new("units-without-place", message).at(Field::Quantity));
        }
        let amount = match (cash, stated.value()) {
            (Cash::None | Cash::Any, None) => Decimal::ZERO,
            (Cash::None, Some(amount)) if amount.is_zero() => Decimal::ZERO,
            (Cash::None, Some(_)) if is_worth(kind) || kind == "cost-adjustment" => Decimal::ZERO,
            (Cash::None, Some(amount)) => {
                let message = format!("the row moves {amount} in cash, and `{kind}` moves none");
                return Err(Reason::new("cash-without-place", message).at(Field::Amount));
            }
            (Cash::Trade, None) if rule.priced => worth(row, quantity, scale)?,
            (Cash::In | Cash::Out | Cash::Trade, None) => {
                let message = format!("the row states no amount, and `{kind}` needs one");
                return Err(Reason::new("missing-value", message).at(Field::Amount));
            }
            (_, Some(amount)) => amount,
        };
        let unsigned = self.profile.unsigned && !rule.signed;
        let amount = match (cash, unsigned) {
            // One row that says what goes and what comes for it.
            (Cash::Any, _)
                if kind == "currency-exchange"
                    && amount.is_zero()
                    && exchanged_into(row).is_some() =>
            {
                let message = "the row says what came, and not what went for it";
                return Err(Reason::new("missing-value", message).at(Field::Amount));
            }
            (Cash::Any, _) if kind == "currency-exchange" && exchanged_into(row).is_some() => {
                -amount.abs()
            }
            // What a file without signs writes below zero takes back.
            (Cash::Out, true) => -amount.abs(),
            (Cash::Trade, true) => match quantity {
                Some(quantity) if quantity.is_sign_positive() => -amount.abs(),
                _ => amount.abs(),
            },
            _ => amount,
        };
        // What units and price make is before costs too.
        let is_priced = rule.priced && cash == Cash::Trade && stated.value().is_none();
        let is_gross = row.gross && self.profile.unsigned && cash != Cash::None;
        let amount = if is_gross || is_priced { checked(less_costs(row, amount))? } else { amount };
        let (amount, doubt) = match (cash, quantity) {
            (Cash::Trade, Some(quantity)) => self.traded(row, kind, rule, quantity, amount, scale),
            (Cash::In, _)
                if amount < Decimal::ZERO && rule.link.is_none() && rule.negative.is_none() =>
            {
                (amount, unusual(row, kind, amount))
            }
            _ => (amount, None),
        };
        let accrued = row.accrued.value().filter(|_| cash == Cash::Trade);
        let accrued = accrued.filter(|accrued| !accrued.is_zero()).map(|accrued| {
            if quantity.is_some_and(|quantity| quantity.is_sign_positive()) {
                -accrued.abs()
            } else {
                accrued.abs()
            }
        });
        let relabelled;
        let row = if rule.fees_are_tax {
            let withheld = if row.withheld == Number::Nothing { row.fees } else { row.withheld };
            relabelled = Row { withheld, fees: Number::Nothing, ..row.clone() };
            &relabelled
        } else {
            row
        };
        let tax_itself = kind == "withholding";
        let kind = self.kind(row, rule, kind, quantity)?;
        let mut event = self.event(row, id.clone(), kind);
        event.amount = match accrued {
            None if !amount.is_zero() => amount,
            // A zero comes out without sign and digits.
            accrued => checked(amount.checked_sub(accrued.unwrap_or_default()))?,
        };
        event.fees =
            self.fees(row, rule, quantity.filter(|_| cash == Cash::Trade), event.amount, scale);
        // A row that is nothing but a tax has nothing else that it could be taken off.
        event.set_withheld(row.withheld.value().filter(|_| !tax_itself).unwrap_or_default());
        if let Some(authority) = rule.tax.filter(|_| !event.further.withheld.is_zero()) {
            event.further.tax = Some(WithheldTax { authority, country: None });
        }
        let with = |sum: Decimal, cost: Decimal| checked(sum.checked_add(cost));
        if !event.fees.is_zero() || !event.further.withheld.is_zero() {
            with(with(event.amount, event.fees)?, event.further.withheld)?;
        }
        if cash != Cash::None {
            event.currency = Some(row.currency.clone());
        }
        event.claimed = rule.claimed;
        let untold = || rule.closing.map(|_| Name::new(position::BY_POSITION));
        event.reason = rule.reason.clone().or_else(untold);
        let second = accrued.map(|amount| {
            let security = row.security.clone().unwrap_or_default();
            let kind = EventKind::AccruedInterest { security };
            let mut second = self.event(row, id.with_part(1), kind);
            second.amount = amount;
            second.currency = Some(row.currency.clone());
            second.further.links.push(event::Link { relation: Relation::PartOf, to: id.clone() });
            Box::new(second)
        });
        let fees = match &rule.fees {
            Some((kind, expense)) if !event.fees.is_zero() => {
                Some(self.fees_apart(row, &mut event, kind, expense.as_ref(), id)?)
            }
            _ => None,
        };
        let into = row.further.as_ref().and_then(|further| further.into.as_ref());
        let into = into.filter(|_| event.kind.name() != "currency-exchange");
        let second = match (into, rule.beside) {
            (Some((security, units)), _) => Some(self.bought(row, &mut event, security, *units)?),
            (None, Some(Beside::Invested)) => self.invested(row, &event),
            (None, Some(Beside::PassedOn)) => self.passed_on(row, &event),
            (None, None) => second.or(fees),
        };
        Ok(Made { event, second, doubt })
    }
}

/// Every number of the row can be read.
pub(super) fn readable(row: &Row) -> Result<(), Reason> {
    let Row { quantity, price, fees, accrued, withheld, amount, .. } = row;
    let all = [quantity, price, fees, accrued, withheld, amount];
    if !all.iter().any(|number| matches!(number, Number::Unreadable)) {
        return Ok(());
    }
    let numbers = [
        (Field::Quantity, row.quantity, "quantity"),
        (Field::Price, row.price, "price"),
        (Field::Fees, row.fees, "fee"),
        (Field::Accrued, row.accrued, "accrued interest"),
        (Field::Withheld, row.withheld, "tax"),
        (Field::Amount, row.amount, "amount"),
    ];
    match numbers.into_iter().find(|(_, number, _)| *number == Number::Unreadable) {
        None => Ok(()),
        Some((field, _, name)) => {
            Err(Reason::new("unreadable-number", format!("expected a number as {name}")).at(field))
        }
    }
}

/// Whether a kind that moves no cash states what its units are worth.
fn is_worth(kind: &str) -> bool {
    EventKind::field_names(kind).is_some_and(|fields| fields.contains(&"value"))
}

/// Whether a kind moves units.
fn units_of(kind: &str) -> bool {
    EventKind::field_names(kind).is_some_and(|fields| fields.contains(&"quantity"))
}

/// The quantity with the sign of its side. What the profile says of the action goes before the
/// broker's sign, for many write none.
pub(super) fn sided(quantity: Decimal, side: Side) -> Decimal {
    match side {
        Side::In => quantity.abs(),
        Side::Out => -quantity.abs(),
        Side::Signed | Side::Closing => quantity,
    }
}

/// Units without the zeros of a fixed width: `10.0000000000`.
pub(super) fn unpadded(quantity: Decimal) -> Decimal {
    if quantity.scale() < 6 { quantity } else { quantity.normalize() }
}

/// An income below zero: kept, for it may take an earlier one back.
fn unusual(row: &Row, kind: &str, amount: Decimal) -> Option<Doubt> {
    if matches!(kind, "deposit" | "payment-in-lieu" | "other-income" | "security-deposit") {
        return None;
    }
    let shown = money::grouped(money::cash(amount, &row.currency));
    Some(Doubt {
        code: "unusual-sign",
        message: format!("amount {shown} is below zero for `{kind}`"),
        note: "kept as it is: it takes back what was paid before".to_owned(),
        at: Field::Amount,
    })
}

/// The sum, where it can be held.
pub(super) fn checked(sum: Option<Decimal>) -> Result<Decimal, Reason> {
    sum.ok_or_else(|| Reason::new("unreadable-number", "the row's numbers are too large to add up"))
}
