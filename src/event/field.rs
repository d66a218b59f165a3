//! The types a kind's fields may have, and how a field is shown and read, whatever its kind.

use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};
use thin_vec::ThinVec;

use crate::money::{self, Decimal};
use crate::period::{self, NaiveDate};
use crate::source::Name;

/// A field's value on its way in: from a tag, a posting or a cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Not yet read: a tag's text.
    Text(Name),
    /// A number.
    Number(Decimal),
    /// A calendar day.
    Day(NaiveDate),
    /// Lots of a transfer.
    Lots(Lots),
    /// Figures by name.
    Parts(Parts),
}

/// A field's value on its way out: to a tag or to JSON.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Shown<'e> {
    /// Words.
    Text(&'e str),
    /// A number, with the digits it was recorded with.
    Number(Decimal),
    /// A calendar day.
    Day(NaiveDate),
    /// Lots of a transfer.
    Lots(&'e Lots),
    /// Figures by name.
    Parts(&'e Parts),
}

/// Why a kind could not be made of the values at hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FieldError {
    /// There is no kind with this name.
    UnknownKind,
    /// The kind needs this field.
    Missing(&'static str),
    /// The field cannot be read from this text; the last part says what it should be.
    Unreadable(&'static str, String, &'static str),
}

/// A type that a kind's field may have.
pub trait Field: Sized {
    /// What a message calls it: `a number`.
    const EXPECTED: &'static str;

    /// The value to write, `None` where there is nothing to write.
    fn shown(&self) -> Option<Shown<'_>>;

    /// From a value; `Err` where it is of another sort.
    fn from_value(value: Value) -> Result<Self, Value>;

    /// What stands for a value that is not given; `None` where one is needed.
    fn absent() -> Option<Self> {
        None
    }

    /// It, where it is a name.
    fn as_name(&self) -> Option<&Name> {
        None
    }

    /// It, where it is a number.
    fn as_number(&self) -> Option<Decimal> {
        None
    }
}

impl Field for Name {
    const EXPECTED: &'static str = "a name";
    fn shown(&self) -> Option<Shown<'_>> {
        Some(Shown::Text(self))
    }
    fn from_value(value: Value) -> Result<Name, Value> {
        match value {
            Value::Text(name) if !name.is_empty() => Ok(name),
            other => Err(other),
        }
    }
    fn as_name(&self) -> Option<&Name> {
        Some(self)
    }
}

impl Field for Decimal {
    const EXPECTED: &'static str = "a number";
    fn shown(&self) -> Option<Shown<'_>> {
        Some(Shown::Number(*self))
    }
    fn from_value(value: Value) -> Result<Decimal, Value> {
        match value {
            Value::Number(number) => Ok(number),
            Value::Text(text) => {
                // `cost: 1800.00 USD` names its currency; the event's own says the same.
                let number = text.split_once(' ').map_or(&*text, |(number, _)| number);
                money::plain(number).ok_or(Value::Text(text))
            }
            other => Err(other),
        }
    }
    fn as_number(&self) -> Option<Decimal> {
        Some(*self)
    }
}

impl Field for NaiveDate {
    const EXPECTED: &'static str = "a date such as `2024-03-27`";
    fn shown(&self) -> Option<Shown<'_>> {
        Some(Shown::Day(*self))
    }
    fn from_value(value: Value) -> Result<NaiveDate, Value> {
        match value {
            Value::Day(day) => Ok(day),
            Value::Text(text) => period::iso(&text).ok_or(Value::Text(text)),
            other => Err(other),
        }
    }
}

impl<F: Field> Field for Option<F> {
    const EXPECTED: &'static str = F::EXPECTED;
    fn shown(&self) -> Option<Shown<'_>> {
        self.as_ref().and_then(F::shown)
    }
    fn from_value(value: Value) -> Result<Option<F>, Value> {
        match value {
            Value::Text(text) if text.is_empty() => Ok(None),
            value => F::from_value(value).map(Some),
        }
    }
    fn absent() -> Option<Option<F>> {
        Some(None)
    }
    fn as_name(&self) -> Option<&Name> {
        self.as_ref().and_then(F::as_name)
    }
    fn as_number(&self) -> Option<Decimal> {
        self.as_ref().and_then(F::as_number)
    }
}

/// A number that few events have, kept as it is written, so that the others need no room for it.
#[derive(Clone, Debug, Default)]
pub struct Seldom(Option<Name>);

impl Seldom {
    /// The number, if there is one.
    pub fn get(&self) -> Option<Decimal> {
        self.0.as_ref().and_then(|text| money::plain(text))
    }
}

impl From<Option<Decimal>> for Seldom {
    fn from(number: Option<Decimal>) -> Seldom {
        Seldom(number.map(|number| number.to_string().into()))
    }
}

impl PartialEq for Seldom {
    fn eq(&self, other: &Seldom) -> bool {
        self.0 == other.0 || self.get() == other.get()
    }
}

impl Field for Seldom {
    const EXPECTED: &'static str = Decimal::EXPECTED;
    fn shown(&self) -> Option<Shown<'_>> {
        self.get().map(Shown::Number)
    }
    fn from_value(value: Value) -> Result<Seldom, Value> {
        <Option<Decimal>>::from_value(value).map(Seldom::from)
    }
    fn absent() -> Option<Seldom> {
        Some(Seldom::default())
    }
    fn as_number(&self) -> Option<Decimal> {
        self.get()
    }
}

/// The lots a transfer, a gift or an inheritance brought or took.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lots(pub ThinVec<Lot>);

/// One lot: units with what they cost and since when they are held.
#[derive(Clone, Debug, PartialEq)]
pub struct Lot {
    /// Units, signed as the event's quantity.
    pub quantity: Decimal,
    /// `None` is unknown, which is not zero.
    pub basis: Option<LotBasis>,
}

/// What is known of a lot that came from elsewhere.
#[derive(Clone, Debug, PartialEq)]
pub struct LotBasis {
    /// The day of purchase, which decides the holding period.
    pub acquired: NaiveDate,
    /// Cost of the whole lot, positive; `None` is unknown.
    pub cost: Option<Decimal>,
}

impl FromIterator<Lot> for Lots {
    fn from_iter<I: IntoIterator<Item = Lot>>(lots: I) -> Lots {
        Lots(lots.into_iter().collect())
    }
}

impl FromIterator<Part> for Parts {
    fn from_iter<I: IntoIterator<Item = Part>>(parts: I) -> Parts {
        Parts(parts.into_iter().collect())
    }
}

impl Field for Lots {
    const EXPECTED: &'static str = "lots";
    fn shown(&self) -> Option<Shown<'_>> {
        (!self.0.is_empty()).then_some(Shown::Lots(self))
    }
    fn from_value(value: Value) -> Result<Lots, Value> {
        match value {
            Value::Lots(lots) => Ok(lots),
            other => Err(other),
        }
    }
    fn absent() -> Option<Lots> {
        Some(Lots::default())
    }
}

/// Figures by name that the source states of one payment, in the order of the source:
/// `qualified`, `ordinary`, `capital_gain`, `section_199a`, `exempt_interest` …
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Parts(pub ThinVec<Part>);

/// One figure of a payment.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// In snake_case, one of `Parts::NAMES`.
    pub name: Name,
    /// In the payment's currency, positive for income.
    pub amount: Decimal,
}

impl Parts {
    /// The names a part may have, those that add up to a payment first, then those that are a part
    /// of one of them.
    pub const NAMES: &[&str] = &[
        "ordinary",
        "capital_gain",
        "return_of_capital",
        "exempt_interest",
        "qualified",
        "section_199a",
        "short_term_gain",
        "private_activity",
        "unrecaptured_1250",
        "section_1202",
        "collectibles",
        "foreign_tax",
    ];

    /// The figure with this name.
    pub fn get(&self, name: &str) -> Option<Decimal> {
        self.0.iter().find(|part| part.name == *name).map(|part| part.amount)
    }
}

impl Field for Parts {
    const EXPECTED: &'static str = "figures";
    fn shown(&self) -> Option<Shown<'_>> {
        (!self.0.is_empty()).then_some(Shown::Parts(self))
    }
    fn from_value(value: Value) -> Result<Parts, Value> {
        match value {
            Value::Parts(parts) => Ok(parts),
            other => Err(other),
        }
    }
    fn absent() -> Option<Parts> {
        Some(Parts::default())
    }
}

impl Serialize for Shown<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Shown::Text(text) => serializer.serialize_str(text),
            Shown::Number(number) => serializer.collect_str(number),
            Shown::Day(day) => serializer.collect_str(day),
            Shown::Parts(parts) => {
                let mut map = serializer.serialize_map(Some(parts.0.len()))?;
                for part in &parts.0 {
                    map.serialize_entry(&part.name, &part.amount.to_string())?;
                }
                map.end()
            }
            Shown::Lots(lots) => {
                let mut list = serializer.serialize_seq(Some(lots.0.len()))?;
                for lot in &lots.0 {
                    list.serialize_element(lot)?;
                }
                list.end()
            }
        }
    }
}

impl Serialize for Lot {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("quantity", &self.quantity.to_string())?;
        let acquired = self.basis.as_ref().map(|basis| basis.acquired.to_string());
        map.serialize_entry("acquired", &acquired.unwrap_or_else(|| "unknown".to_owned()))?;
        let cost = self.basis.as_ref().and_then(|basis| basis.cost).map(|cost| cost.to_string());
        map.serialize_entry("cost", &cost)?;
        map.end()
    }
}
