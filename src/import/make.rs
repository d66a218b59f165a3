//! Makes events of rows: the kind a profile names, the signs every kind has, the sums held together.
//!
//! In: a row, what the profile says it becomes, its id. Out: its events, or the reason why none can
//! be made. Nothing is guessed: a row that lacks what its kind needs, or moves what its kind does
//! not, is unresolved.

use super::cell::Number;
use super::profile::{Beside, Field, Link, Make, Profile, Side, Sign, SymbolIs, Symbols, When};
use super::row::Row;
use super::symbol;
use crate::event::{
    self, Dates, Event, EventId, EventKind, FieldError, Origin, Relation, Value, WithheldTax,
};
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
    /// What to write instead.
    pub help: Option<String>,
}

impl Reason {
    pub(super) fn new(code: &'static str, message: impl Into<String>) -> Reason {
        Reason { code, message: message.into(), at: None, help: None }
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
    /// Whether the conditions hold of the row.
    pub fn holds(&self, when: &When, row: &Row) -> bool {
        when.is_empty()
            || (when.quantity.is_none_or(|sign| sign_holds(sign, row.quantity))
                && when.amount.is_none_or(|sign| sign_holds(sign, self.cash(row)))
                && (when.symbol.is_empty()
                    || when.symbol.iter().any(|symbol| self.symbol_holds(symbol, row)))
                && (when.types.is_empty()
                    || when.types.iter().any(|kind| row.kind.eq_ignore_ascii_case(kind)))
                && (when.text.is_empty() || self.text_holds(&when.text, row))
                && !when.empty.iter().any(|field| self.states(*field, row))
                && when.filled.iter().all(|field| self.states(*field, row)))
    }

    /// Whether the row says something in a field.
    fn states(&self, field: Field, row: &Row) -> bool {
        let number = |number: Number| number != Number::Nothing;
        match field {
            Field::Date | Field::Account | Field::Holder => true,
            Field::Posted => row.posted.is_some(),
            Field::Settles => row.settles.is_some(),
            Field::Action => !self.words.is_empty(),
            Field::Symbol | Field::Asset => !row.symbol.is_empty(),
            Field::Text | Field::Name => !row.text.is_empty() && *row.text != *self.words,
            Field::Type => !row.kind.is_empty(),
            Field::Quantity => number(row.quantity),
            Field::Price => number(row.price),
            Field::Fees | Field::Commission | Field::OtherFees => number(row.fees),
            Field::Accrued => number(row.accrued),
            Field::Withheld => number(row.withheld),
            Field::Amount | Field::Debit | Field::Credit | Field::Gross => number(row.amount),
            Field::Time => row.time.is_some(),
            Field::Isin | Field::Cusip | Field::Wkn => row.security.is_some(),
            Field::Ex => row.further.as_ref().is_some_and(|further| further.ex.is_some()),
            Field::Rate | Field::Original | Field::PriceCurrency | Field::WithheldCurrency => {
                row.further.as_ref().is_some_and(|further| further.factor.is_some())
            }
            Field::Balance => number(row.balance),
            Field::Currency => !row.currency.is_empty(),
            Field::Reference => !row.reference.is_empty(),
            Field::Property => row.property.is_some(),
            Field::Id => row.id.is_some(),
        }
    }

    fn text_holds(&self, any: &[String], row: &Row) -> bool {
        let (words, text) = (self.words.to_lowercase(), row.text.to_lowercase());
        any.iter().any(|part| words.contains(part) || text.contains(part))
    }

    fn symbol_holds(&self, symbol: &SymbolIs, row: &Row) -> bool {
        let sweep = || {
            let symbols = &self.profile.symbols;
            let id = row.security.as_ref().unwrap_or(&row.symbol);
            Symbols::any(&symbols.sweep, id)
                || self.sweep.contains(id)
                || (!row.symbol.is_empty() && Symbols::any(&symbols.cash, &row.symbol))
        };
        match symbol {
            SymbolIs::None => row.security.is_none(),
            SymbolIs::Some => row.security.is_some(),
            SymbolIs::Option => {
                row.security.as_deref().is_some_and(|id| symbol::contract(id).is_some())
            }
            SymbolIs::Sweep => sweep(),
            SymbolIs::Is(name) => row.security.as_ref() == Some(name) || row.symbol == *name,
        }
    }

    /// The row's amount where it is cash.
    pub fn cash(&self, row: &Row) -> Number {
        let none = self.profile.no_cash.as_ref().is_some_and(|when| self.no_cash(when, row));
        if none {
            return Number::Nothing;
        }
        // Where amounts have no sign, what costs leave of them is known with the action only.
        let costs = row.fees != Number::Nothing || row.withheld != Number::Nothing;
        match row.amount {
            Number::Some(gross) if row.gross && !self.profile.unsigned => {
                less_costs(row, gross).map_or(Number::Unreadable, Number::Some)
            }
            Number::Nothing if row.gross && costs && row.quantity == Number::Nothing => {
                less_costs(row, Decimal::ZERO).map_or(Number::Unreadable, Number::Some)
            }
            amount => amount,
        }
    }

    /// The conditions of `no_cash`, which may not ask for the amount.
    fn no_cash(&self, when: &When, row: &Row) -> bool {
        let when_types = when.types.iter().any(|kind| row.kind.eq_ignore_ascii_case(kind));
        (when.types.is_empty() || when_types)
            && when.quantity.is_none_or(|sign| sign_holds(sign, row.quantity))
            && (when.symbol.is_empty()
                || when.symbol.iter().any(|symbol| self.symbol_holds(symbol, row)))
            && (when.text.is_empty() || self.text_holds(&when.text, row))
    }

    /// The row as it stands, for a person: it moves the cash that it states.
    pub fn unknown(&self, row: &Row, id: EventId, raw: &str) -> Event {
        let kind = EventKind::Unknown { row: Name::new(raw) };
        let mut event = self.event(row, id, kind);
        if let Some(amount) = self.cash(row).value() {
            event.amount = amount;
            event.currency = Some(row.currency.clone());
        }
        event
    }

    /// An event of the row's day, account, line and text.
    pub(super) fn event(&self, row: &Row, id: EventId, kind: EventKind) -> Event {
        let origin = Origin::new(self.file.clone(), row.line);
        let mut event = Event::new(id, row.date, self.account.clone(), kind, origin);
        event.text = row.text.clone();
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
        let (cash, units) = (cash_of(kind), units_of(kind));
        let quantity = row.quantity.value().filter(|quantity| !quantity.is_zero());
        let side = if kind == rule.kind { rule.side } else { Make::of(kind).side };
        let quantity = quantity.map(|quantity| sided(unpadded(quantity), side));
        if !units
            && !self.profile.held
            && !invested
            && let Some(quantity) = quantity
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
            (Cash::Trade, None) if rule.priced => worth(row, quantity, self.scale(row, kind))?,
            (Cash::In | Cash::Out | Cash::Trade, None) => {
                let message = format!("the row states no amount, and `{kind}` needs one");
                return Err(Reason::new("missing-value", message).at(Field::Amount));
            }
            (_, Some(amount)) => amount,
        };
        let unsigned = self.profile.unsigned && !rule.signed;
        let amount = match (cash, unsigned) {
            // What a file without signs writes below zero takes back.
            (Cash::Out, true) => -amount.abs(),
            (Cash::Trade, true) => match quantity {
                Some(quantity) if quantity.is_sign_positive() => -amount.abs(),
                _ => amount.abs(),
            },
            _ => amount,
        };
        let amount = if row.gross && self.profile.unsigned && cash != Cash::None {
            checked(less_costs(row, amount))?
        } else {
            amount
        };
        let (amount, doubt) = match (cash, quantity) {
            (Cash::Trade, Some(quantity)) => self.traded(row, kind, rule, quantity, amount),
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
        let scale = self.scale(row, kind);
        let kind = self.kind(row, rule, kind, quantity)?;
        let mut event = self.event(row, id.clone(), kind);
        event.amount = checked(amount.checked_sub(accrued.unwrap_or_default()))?;
        event.fees =
            self.fees(row, rule, quantity.filter(|_| cash == Cash::Trade), event.amount, scale);
        // A row that is nothing but a tax has nothing else that it could be taken off.
        event.set_withheld(row.withheld.value().filter(|_| !tax_itself).unwrap_or_default());
        if let Some(authority) = rule.tax.filter(|_| !event.further.withheld.is_zero()) {
            event.further.tax = Some(WithheldTax { authority, country: None });
        }
        checked(
            event
                .amount
                .checked_add(event.fees)
                .and_then(|sum| sum.checked_add(event.further.withheld)),
        )?;
        if cash != Cash::None {
            event.currency = Some(row.currency.clone());
        }
        event.claimed = rule.claimed;
        event.reason.clone_from(&rule.reason);
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
        let second = match (into, rule.beside) {
            (Some((security, units)), _) => Some(self.bought(row, &mut event, security, *units)?),
            (None, Some(Beside::Invested)) => self.invested(row, &event),
            (None, Some(Beside::PassedOn)) => self.passed_on(row, &event),
            (None, None) => second.or(fees),
        };
        Ok(Made { event, second, doubt })
    }

    /// What the event costs, as an event of its own.
    fn fees_apart(
        &self,
        row: &Row,
        event: &mut Event,
        kind: &'static str,
        expense: Option<&Name>,
        id: EventId,
    ) -> Result<Box<Event>, Reason> {
        let fees = std::mem::take(&mut event.fees);
        event.amount = checked(event.amount.checked_add(fees))?;
        let rule = Make { expense: expense.cloned(), ..Make::of(kind) };
        let kind = self.kind(row, &rule, kind, None)?;
        let mut second = self.event(row, id.with_part(1), kind);
        second.amount = -fees;
        second.currency = Some(row.currency.clone());
        second.further.links.push(event::Link { relation: Relation::PartOf, to: id });
        Ok(Box::new(second))
    }

    /// The units of `event` on their way to another account.
    fn passed_on(&self, row: &Row, event: &Event) -> Option<Box<Event>> {
        let security = event.security().cloned()?;
        let quantity = -event.quantity();
        let kind = EventKind::TransferOut { security, quantity, lots: event::Lots::default() };
        let mut second = self.event(row, event.id.with_part(1), kind);
        second.further.links.push(event::Link { relation: Relation::PartOf, to: event.id.clone() });
        Some(Box::new(second))
    }

    /// The amount of a row that is invested at once: where it states none, what its units cost; units
    /// of a fund that is cash in all but name cost 1.
    fn paid(&self, row: &Row) -> Result<Number, Reason> {
        let stated = self.cash(row);
        if stated.value().is_some_and(|amount| !amount.is_zero()) {
            return Ok(stated);
        }
        let Some(quantity) = row.quantity.value() else { return Ok(stated) };
        let price = match row.price.value().filter(|price| !price.is_zero()) {
            None if self.symbol_holds(&SymbolIs::Sweep, row) => Decimal::ONE,
            None => return Ok(stated),
            Some(price) => price,
        };
        Ok(Number::Some(money::rounded(checked(quantity.checked_mul(price))?, 2)))
    }

    /// The purchase of the row's units by what `event` brought, or the sale that pays it; none where
    /// they are cash in all but name.
    fn invested(&self, row: &Row, event: &Event) -> Option<Box<Event>> {
        let quantity = row.quantity.value().filter(|quantity| !quantity.is_zero())?.abs();
        let security = row.security.clone()?;
        if self.symbol_holds(&SymbolIs::Sweep, row) {
            return None;
        }
        let price = row.price.value().filter(|price| !price.is_zero());
        let bought = event.amount.is_sign_positive();
        let kind = if bought {
            EventKind::Buy { security, quantity, price }
        } else {
            EventKind::Sell { security, quantity: -quantity, price }
        };
        let mut second = self.event(row, event.id.with_part(1), kind);
        second.amount = -event.amount;
        second.currency.clone_from(&event.currency);
        let income = cash_of(event.kind.name()) == Cash::In
            && !matches!(event.kind, EventKind::Deposit { .. });
        let relation = if income && bought { Relation::Reinvests } else { Relation::PartOf };
        second.further.links.push(event::Link { relation, to: event.id.clone() });
        Some(Box::new(second))
    }

    /// What the units of a sale are changed into: a purchase at what they are worth, the costs with
    /// it, so that no cash is left or missing.
    fn bought(
        &self,
        row: &Row,
        event: &mut Event,
        into: &Name,
        units: Decimal,
    ) -> Result<Box<Event>, Reason> {
        event.fees = Decimal::ZERO;
        let kind = EventKind::Buy { security: into.clone(), quantity: units, price: None };
        let mut second = self.event(row, event.id.with_part(1), kind);
        second.amount = -event.amount;
        second.currency.clone_from(&event.currency);
        second.further.links.push(event::Link { relation: Relation::PartOf, to: event.id.clone() });
        if event.amount.is_zero() {
            return Err(Reason::new(
                "missing-value",
                "the row does not say what its units are worth",
            )
            .at(Field::Amount));
        }
        Ok(Box::new(second))
    }

    fn kind(
        &self,
        row: &Row,
        rule: &Make,
        kind: &'static str,
        quantity: Option<Decimal>,
    ) -> Result<EventKind, Reason> {
        let multiplier = || symbol::multiplier(self.words).unwrap_or(Decimal::ONE_HUNDRED);
        let (security, into) = if kind == "spin-off" {
            let from = rule.from.clone().or_else(|| parent(self.words, &row.text));
            (from, row.security.clone())
        } else {
            let own = row.security.clone();
            let named = |form: &Name| {
                Name::from(form.replace("{symbol}", own.as_deref().unwrap_or_default()))
            };
            (rule.security.as_ref().map(named).or(own.clone()), None)
        };
        let mut get = |field: &'static str| -> Option<Value> {
            match field {
                "security" => security.clone().map(Value::Text),
                "into" => into.clone().map(Value::Text),
                "quantity" => quantity.map(Value::Number),
                "price" => self.price(row, quantity).map(Value::Number),
                "value" => {
                    let stated = self.cash(row).value();
                    let worth = || worth(row, quantity, Decimal::ONE).ok().filter(|_| rule.priced);
                    stated.or_else(worth).map(|value| Value::Number(value.abs()))
                }
                "cost" if kind == "cost-adjustment" => {
                    let cost = self.cash(row).value()?.abs();
                    Some(Value::Number(if rule.side == Side::Out { -cost } else { cost }))
                }
                "multiplier" => Some(Value::Number(multiplier())),
                "property" => row.property.clone().map(Value::Text),
                "expense" => rule.expense.clone().map(Value::Text),
                "tax" => rule.tax.map(|tax| Value::Text(tax.text().into())),
                _ => None,
            }
        };
        EventKind::build(kind, &mut get).map_err(|error| match error {
            FieldError::Missing("security") if kind == "spin-off" => {
                let new = row.security.clone().unwrap_or_default();
                Reason::new("missing-parent", "the row does not say what it was spun off from")
                    .at(Field::Action)
                    .help(format!(
                        "say it in {}, then import again:\n[[action]]\nis = \"{}\"\nwhen = {{ symbol = \
                         \"{new}\" }}\nevent = \"spin-off\"\nfrom = \"…\"    # the security it came from",
                        self.profile.teach, self.words
                    ))
            }
            FieldError::Missing("security" | "into") => {
                let message = format!("the row names no security, and `{kind}` needs one");
                Reason::new("missing-value", message).at(Field::Symbol)
            }
            FieldError::Missing("property") => {
                let message = format!("the row names no property, and `{kind}` needs one");
                Reason::new("missing-value", message).at(Field::Property)
            }
            FieldError::Missing("quantity") => {
                let message = format!("the row states no quantity, and `{kind}` needs one");
                Reason::new("missing-value", message).at(Field::Quantity)
            }
            FieldError::Missing(field) | FieldError::Unreadable(field, ..) => {
                let message = format!("the row does not say the {field} that `{kind}` needs");
                Reason::new("missing-value", message)
            }
            FieldError::UnknownKind => Reason::new("unknown-kind", format!("no kind `{kind}`")),
        })
    }

    /// What a price is multiplied by: a contract's units, a hundredth for bonds, else 1.
    fn scale(&self, row: &Row, kind: &str) -> Decimal {
        if kind.starts_with("option") {
            symbol::multiplier(self.words).unwrap_or(Decimal::ONE_HUNDRED)
        } else if row.security.as_deref().is_some_and(symbol::is_cusip) {
            Decimal::new(1, 2)
        } else {
            Decimal::ONE
        }
    }

    /// The price, where it is in the currency of the event's money.
    fn price(&self, row: &Row, quantity: Option<Decimal>) -> Option<Decimal> {
        let price = own_price(row)?;
        if !self.profile.foreign_prices {
            return Some(price);
        }
        let amount = row.amount.value()?;
        let off = quantity?.abs().checked_mul(price)?.checked_sub(amount.abs())?.abs();
        (off <= amount.abs().checked_mul(Decimal::new(1, 2))?).then_some(price)
    }

    /// What the row costs: as it states, else, where the profile says so, what the amount has
    /// beside quantity times price.
    fn fees(
        &self,
        row: &Row,
        rule: &Make,
        quantity: Option<Decimal>,
        amount: Decimal,
        scale: Decimal,
    ) -> Decimal {
        let stated = costs(row, rule);
        if !stated.is_zero() || !self.profile.costs.rest {
            return stated;
        }
        let rest = || {
            let worth = quantity?.checked_mul(own_price(row)?)?.checked_mul(scale)?;
            let rest = (-worth)
                .checked_sub(amount)?
                .checked_sub(row.withheld.value().unwrap_or_default())?;
            let rest = money::rounded(rest, money::decimals_of(&row.currency));
            // A cost is a small part of a trade; anything else does not tie, and is said to.
            let most = worth.abs().checked_mul(Decimal::new(5, 2))?.max(Decimal::from(50));
            (rest >= Decimal::ZERO && rest <= most).then_some(rest)
        };
        rest().unwrap_or(stated)
    }

    /// A trade's amount with the sign its units ask for, and a doubt where quantity, price and fees
    /// do not make it.
    fn traded(
        &self,
        row: &Row,
        kind: &str,
        rule: &Make,
        quantity: Decimal,
        amount: Decimal,
    ) -> (Decimal, Option<Doubt>) {
        // A price of 0 beside more than the costs is none.
        let most = costs(row, rule).abs().checked_add(Decimal::ONE).unwrap_or_default();
        let price = row.price.value().filter(|price| !price.is_zero() || amount.abs() <= most);
        let wanted = if quantity.is_sign_positive() { -amount.abs() } else { amount.abs() };
        let taken = if self.profile.unsigned { wanted } else { amount };
        let expected = price.and_then(|price| {
            let scale = self.scale(row, kind);
            let net = less_accrued(row, quantity, amount);
            let costs = self.fees(row, rule, Some(quantity), net, scale);
            let withheld = row.withheld.value().unwrap_or_default();
            let factor = factor(row);
            // A price in another currency at a rate that nothing states cannot be checked.
            if factor.is_none() && own_price(row).is_none() {
                return None;
            }
            let by = factor.unwrap_or(Decimal::ONE);
            let accrued = row.accrued.value().unwrap_or_default().abs();
            let tie = |scale: Decimal| -> Option<(Decimal, Decimal)> {
                let gross = times(times(quantity.checked_mul(price)?, scale)?, by)?;
                let accrued = if quantity.is_sign_positive() { -accrued } else { accrued };
                let sum =
                    (-gross).checked_sub(costs)?.checked_sub(withheld)?.checked_add(accrued)?;
                // What ties to the last digit needs no slack.
                if sum == taken {
                    return Some((sum, Decimal::ZERO));
                }
                // Price and a fraction of units may be rounded to their last digits: half of one in
                // each can hide in the product.
                let half = |number: Decimal| Decimal::new(5, (number.scale() + 1).min(28));
                let by_price = quantity.abs().checked_mul(half(price))?;
                let by_units = price.abs().checked_mul(half(quantity))?;
                let by_units = if quantity.scale() > 0 { by_units } else { Decimal::ZERO };
                let slack = by_price.checked_add(by_units)?.checked_mul(scale)?;
                // A rate has some five digits.
                let by_rate = gross.abs().checked_mul(Decimal::new(1, 4))?;
                let by_rate = if factor.is_some() { by_rate } else { Decimal::ZERO };
                let slack = slack.checked_add(by_rate)?;
                Some((sum, slack.checked_add(Decimal::new(1, 2))?))
            };
            let mut ties = vec![tie(scale)?];
            // A bond's price is per 100 of face, but redeemed at 1 it is per 1. What a broker names by
            // its ISIN may be a bond too.
            if scale == Decimal::new(1, 2) {
                ties.extend(tie(Decimal::ONE));
            } else if scale == Decimal::ONE && row.security.as_deref().is_some_and(symbol::is_isin)
            {
                ties.extend(tie(Decimal::new(1, 2)));
            }
            Some(ties)
        });
        let near = |amount: Decimal| {
            expected.as_ref().is_none_or(|ties| {
                ties.iter().any(|(sum, slack)| {
                    amount.checked_sub(*sum).is_some_and(|off| off.abs() <= *slack)
                })
            })
        };
        let amount = taken;
        if expected.is_some() && near(amount) {
            return (amount, None);
        }
        // What is called the amount before costs may be the one after them: units and price tell.
        if let Some(stated) = row.amount.value().filter(|stated| row.gross && near(*stated))
            && expected.is_some()
        {
            return (stated, None);
        }
        if self.profile.foreign_prices && wanted == amount {
            return (amount, None);
        }
        let currency = &row.currency;
        let shown = |number: Decimal| money::grouped(money::cash(number, currency));
        if wanted != amount && (near(wanted) || rule.link.is_none()) {
            let message = format!("amount {} has the wrong sign for `{kind}`", shown(amount));
            let note = format!("taken as {}, for units {}", shown(wanted), direction(quantity));
            return (wanted, Some(Doubt { code: "wrong-sign", message, note, at: Field::Amount }));
        }
        if near(amount) {
            return (amount, None);
        }
        let sum = expected.and_then(|ties| ties.first().map(|(sum, _)| *sum)).unwrap_or_default();
        let message = format!(
            "quantity, price and fees make {}, the row states {}",
            shown(money::rounded(sum, 2)),
            shown(amount)
        );
        let note = "the amount stated is taken: it is what moved".to_owned();
        (amount, Some(Doubt { code: "does-not-tie", message, note, at: Field::Amount }))
    }
}

/// Every number of the row can be read.
pub(super) fn readable(row: &Row) -> Result<(), Reason> {
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

/// The price, where it is in the currency of the event's money.
fn own_price(row: &Row) -> Option<Decimal> {
    let other = row.further.as_ref().is_some_and(|further| further.price_currency.is_some());
    row.price.value().filter(|_| !other)
}

/// Quantity times price, in the amount's currency, for rows that state no amount.
fn worth(row: &Row, quantity: Option<Decimal>, scale: Decimal) -> Result<Decimal, Reason> {
    let factor = factor(row).unwrap_or(Decimal::ONE);
    // Cash goes against the units.
    let worth = quantity.zip(row.price.value()).map(|(quantity, price)| {
        (-quantity).checked_mul(price)?.checked_mul(factor)?.checked_mul(scale)
    });
    let Some(worth) = worth else {
        let message = "the row states neither an amount nor a price";
        return Err(Reason::new("missing-value", message).at(Field::Amount));
    };
    let worth = checked(worth)?;
    Ok(money::rounded(worth, money::decimals_of(&row.currency).max(worth.scale().min(2))))
}

/// `number` times `factor`, which is 1 for most.
fn times(number: Decimal, factor: Decimal) -> Option<Decimal> {
    if factor == Decimal::ONE { Some(number) } else { number.checked_mul(factor) }
}

/// A gross amount less what was taken off it.
fn less_costs(row: &Row, gross: Decimal) -> Option<Decimal> {
    let fees = row.fees.value().unwrap_or_default();
    gross.checked_sub(fees)?.checked_sub(row.withheld.value().unwrap_or_default())
}

/// A trade's amount without the interest bought or sold with it.
fn less_accrued(row: &Row, quantity: Decimal, amount: Decimal) -> Decimal {
    let accrued = row.accrued.value().unwrap_or_default().abs();
    let accrued = if quantity.is_sign_positive() { -accrued } else { accrued };
    amount.checked_sub(accrued).unwrap_or(amount)
}

/// What one of the price's currency is in the amount's, where they differ.
fn factor(row: &Row) -> Option<Decimal> {
    row.further.as_ref().and_then(|further| further.factor)
}

/// Whether a kind that moves no cash states what its units are worth.
fn is_worth(kind: &str) -> bool {
    EventKind::field_names(kind).is_some_and(|fields| fields.contains(&"value"))
}

fn sign_holds(sign: Sign, number: Number) -> bool {
    let value = number.value().unwrap_or_default();
    match sign {
        Sign::Positive => value > Decimal::ZERO,
        Sign::Negative => value < Decimal::ZERO,
        Sign::Zero => value.is_zero() && number != Number::Unreadable,
        Sign::Any => !value.is_zero() || number == Number::Unreadable,
    }
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

/// What the row costs; what takes a row back gives its costs back.
fn costs(row: &Row, rule: &Make) -> Decimal {
    let fees = row.fees.value().unwrap_or_default();
    match rule.link {
        Some(Link::Reverses) => -fees.abs(),
        Some(Link::Reinvests | Link::WithholdingOf | Link::Corrects | Link::PartOf) | None => fees,
    }
}

fn direction(quantity: Decimal) -> &'static str {
    if quantity.is_sign_positive() { "that come in" } else { "that go out" }
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

/// The security a spin-off came from, where the row's words name it as a CUSIP or in brackets.
fn parent(words: &str, text: &str) -> Option<Name> {
    [words, text].into_iter().find_map(|text| {
        let (_, after) = text.split_once("FROM ").or_else(|| text.split_once("FROM:"))?;
        let token = after.split([' ', '#']).find(|token| !token.is_empty())?;
        symbol::is_cusip(token).then(|| Name::new(token))
    })
}

/// The sum, where it can be held.
pub(super) fn checked(sum: Option<Decimal>) -> Result<Decimal, Reason> {
    sum.ok_or_else(|| Reason::new("unreadable-number", "the row's numbers are too large to add up"))
}
