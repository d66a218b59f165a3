//! The kinds of events: one table, from which the enum, the names and the fields follow.

use super::TaxAuthority;
use super::field::{Field, FieldError, Lots, Parts, Seldom, Shown, Value};
use crate::money::Decimal;
use crate::period::NaiveDate;
use crate::source::Name;

/// Where a kind stands among the events of one day; see `Event::order`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// Opening lots and corporate actions.
    Action,
    /// Money and units from elsewhere.
    MovementIn,
    /// Purchases, options written closed, rights taken up.
    Buying,
    /// Dividends, interest, rent.
    Income,
    /// Sales, redemptions, options ended.
    Selling,
    /// Everything else.
    Rest,
}

macro_rules! kinds {
    ($( $(#[$doc:meta])* $variant:ident $name:literal $rank:ident
        { $( $field:ident : $type:ty ),* $(,)? } )*) => {
        /// What happened. Signs as in `Event`; a field's name is its key in tags and JSON.
        #[derive(Clone, Debug, PartialEq)]
        #[allow(missing_docs)] // the fields are told in the doc of their kind
        pub enum EventKind { $( $(#[$doc])* $variant { $( $field: $type ),* } ),* }

        impl EventKind {
            /// The names of all kinds, in the order of the enum.
            pub const NAMES: &[&str] = &[$( $name ),*];

            /// As it is written in tags, TOML and JSON.
            pub fn name(&self) -> &'static str {
                match self { $( EventKind::$variant { .. } => $name ),* }
            }

            /// Its place among `NAMES`, for tables by kind.
            pub fn number(&self) -> usize {
                #[derive(Clone, Copy)]
                enum Number { $( $variant ),* }
                match self { $( EventKind::$variant { .. } => Number::$variant as usize ),* }
            }

            /// Where it stands among the events of one day.
            pub fn rank(&self) -> Rank {
                match self { $( EventKind::$variant { .. } => Rank::$rank ),* }
            }

            /// Its fields by name, those that have a value.
            pub fn fields(&self) -> Vec<(&'static str, Shown<'_>)> {
                let mut fields = Vec::new();
                self.each_field(|name, shown| fields.push((name, shown)));
                fields
            }

            /// Shows each of its fields that has a value, by name.
            pub fn each_field<'e>(&'e self, mut show: impl FnMut(&'static str, Shown<'e>)) {
                match self {
                    $( EventKind::$variant { $( $field ),* } => {
                        $( if let Some(shown) = Field::shown($field) {
                            show(stringify!($field), shown);
                        } )*
                        let _ = &mut show;
                    } )*
                }
            }

            /// The name of a kind as it is kept for all time, where there is such a kind.
            pub fn known_name(name: &str) -> Option<&'static str> {
                match name { $( $name => Some($name), )* _ => None }
            }

            /// The names of the fields that the kind with this name has.
            pub fn field_names(name: &str) -> Option<&'static [&'static str]> {
                match name { $( $name => Some(&[$( stringify!($field) ),*]), )* _ => None }
            }

            /// The security it is about.
            pub fn security(&self) -> Option<&Name> {
                match self {
                    $( EventKind::$variant { $( $field ),* } => {
                        $( if stringify!($field) == "security" { return Field::as_name($field); }
                           let _ = $field; )*
                        None
                    } )*
                }
            }

            /// The other security it is about: what it comes to be, or brings.
            pub fn into_security(&self) -> Option<&Name> {
                match self {
                    $( EventKind::$variant { $( $field ),* } => {
                        $( if stringify!($field) == "into" { return Field::as_name($field); }
                           let _ = $field; )*
                        None
                    } )*
                }
            }

            /// The let property it is about.
            pub fn property(&self) -> Option<&Name> {
                match self {
                    $( EventKind::$variant { $( $field ),* } => {
                        $( if stringify!($field) == "property" { return Field::as_name($field); }
                           let _ = $field; )*
                        None
                    } )*
                }
            }

            /// The price per unit as quoted.
            pub fn price(&self) -> Option<Decimal> {
                match self {
                    $( EventKind::$variant { $( $field ),* } => {
                        $( if stringify!($field) == "price" { return Field::as_number($field); }
                           let _ = $field; )*
                        None
                    } )*
                }
            }

            /// What was paid for each unit, as the source states it.
            pub fn per_share(&self) -> Option<Decimal> {
                match self {
                    $( EventKind::$variant { $( $field ),* } => {
                        $( if stringify!($field) == "per_share" { return Field::as_number($field); }
                           let _ = $field; )*
                        None
                    } )*
                }
            }

            /// Units into (+) or out of (-) the account.
            pub fn quantity(&self) -> Option<Decimal> {
                match self {
                    $( EventKind::$variant { $( $field ),* } => {
                        $( if stringify!($field) == "quantity" { return Field::as_number($field); }
                           let _ = $field; )*
                        None
                    } )*
                }
            }

            /// The kind with this name, its fields asked for one by one.
            ///
            /// # Errors
            /// The first field that is missing or cannot be read, or a name that is no kind.
            pub fn build(
                name: &str,
                get: &mut dyn FnMut(&'static str) -> Option<Value>,
            ) -> Result<EventKind, FieldError> {
                match name {
                    $( $name => Ok(EventKind::$variant {
                        $( $field: read::<$type>(stringify!($field), get)? ),*
                    }), )*
                    _ => Err(FieldError::UnknownKind),
                }
            }
        }
    };
}

/// One field of a kind.
fn read<F: Field>(
    name: &'static str,
    get: &mut dyn FnMut(&'static str) -> Option<Value>,
) -> Result<F, FieldError> {
    match get(name) {
        None => F::absent().ok_or(FieldError::Missing(name)),
        Some(value) => F::from_value(value).map_err(|value| {
            let text = match value {
                Value::Text(text) => text.to_string(),
                Value::Number(number) => number.to_string(),
                Value::Day(day) => day.to_string(),
                Value::Lots(_) => "lots".to_owned(),
                Value::Parts(_) => "figures".to_owned(),
            };
            FieldError::Unreadable(name, text, F::EXPECTED)
        }),
    }
}

impl Field for TaxAuthority {
    const EXPECTED: &'static str = "`foreign`, `federal` or `state`";
    fn shown(&self) -> Option<Shown<'_>> {
        Some(Shown::Text(self.text()))
    }
    fn from_value(value: Value) -> Result<TaxAuthority, Value> {
        match value {
            Value::Text(text) => text.parse().map_err(|()| Value::Text(text)),
            other => Err(other),
        }
    }
}

kinds! {
    /// A lot, or cash, from before the records. Cost of the whole lot; no cash moves.
    Opening "opening" Action
        { security: Option<Name>, quantity: Option<Decimal>, cost: Seldom, acquired: Option<NaiveDate> }
    /// A purchase: quantity +, amount -. Price per unit as quoted (bonds: per 100 of face).
    Buy "buy" Buying { security: Name, quantity: Decimal, price: Option<Decimal> }
    /// A sale of what is held: quantity -, amount +.
    Sell "sell" Selling { security: Name, quantity: Decimal, price: Option<Decimal> }
    /// A sale of borrowed units: quantity -, amount +.
    ShortOpen "short-open" Selling { security: Name, quantity: Decimal, price: Option<Decimal> }
    /// The purchase that ends a short position: quantity +, amount -.
    ShortCover "short-cover" Buying { security: Name, quantity: Decimal, price: Option<Decimal> }
    /// Paid back by the issuer: quantity -, amount +. Reason: maturity, call, tender, partial.
    Redemption "redemption" Selling { security: Name, quantity: Decimal, price: Option<Decimal> }
    /// An option bought (quantity + contracts) or written (-). Price per share.
    OptionOpen "option-open" Buying
        { security: Name, quantity: Decimal, price: Option<Decimal>, multiplier: Seldom }
    /// An option sold (quantity -) or bought back (+). Price per share.
    OptionClose "option-close" Selling
        { security: Name, quantity: Decimal, price: Option<Decimal>, multiplier: Seldom }
    /// Ran out without value; brings the position to 0.
    OptionExpire "option-expire" Selling { security: Name, quantity: Decimal }
    /// Used by its holder; brings the position to 0. The stock trade is its own event, linked.
    OptionExercise "option-exercise" Selling { security: Name, quantity: Decimal }
    /// Used against its writer; brings the position to 0. The stock trade is its own event, linked.
    OptionAssign "option-assign" Selling { security: Name, quantity: Decimal }
    /// Settled in cash at its end.
    OptionCashSettle "option-cash-settle" Selling { security: Name, quantity: Decimal }
    /// A futures contract opened; `value` is the contract's total value, no cash moves.
    FutureOpen "future-open" Buying { security: Name, quantity: Decimal, value: Decimal }
    /// A futures contract closed; amount is the cash of its result.
    FutureClose "future-close" Selling { security: Name, quantity: Decimal, value: Decimal }
    /// A stated value at the year's end.
    Mark "mark" Rest { security: Name, quantity: Option<Decimal>, value: Decimal }
    /// A distribution of a company or a fund. `parts` are "of which" figures the source states.
    Dividend "dividend" Income { security: Name, per_share: Option<Decimal>, parts: Parts }
    /// A fund's payment that the source does not split; `parts` where it does.
    FundDistribution "fund-distribution" Income
        { security: Name, per_share: Option<Decimal>, parts: Parts }
    /// Paid by a borrower of lent units in place of a dividend; paid by us on a short: amount -.
    PaymentInLieu "payment-in-lieu" Income { security: Name, per_share: Option<Decimal> }
    /// Gains passed on by a fund. Claimed: long, short.
    CapitalGainDistribution "capital-gain-distribution" Income
        { security: Name, per_share: Option<Decimal>, parts: Parts }
    /// Of a bond, bill or fund, or without a security of cash.
    Interest "interest" Income { security: Option<Name>, per_share: Option<Decimal> }
    /// Interest bought (amount -) or sold (+) with a bond; `part-of` its trade.
    AccruedInterest "accrued-interest" Income { security: Name }
    /// Capital given back; lowers the cost of the lots.
    ReturnOfCapital "return-of-capital" Income { security: Name, per_share: Option<Decimal> }
    /// Paid in the liquidation of its issuer.
    Liquidation "liquidation" Selling { security: Name, per_share: Option<Decimal> }
    /// Reason: lending, award, rebate, account-opening …
    OtherIncome "other-income" Income { security: Option<Name> }
    /// Changes cost (±, in total) or makes income, without cash. Reason: oid, premium …
    CostAdjustment "cost-adjustment" Rest
        { security: Name, cost: Option<Decimal>, income: Option<Decimal> }
    /// `new` units for each `old`; quantity is what was added (+) or taken (-).
    Split "split" Action
        { security: Name, quantity: Decimal, new: Seldom, old: Seldom }
    /// Units given without payment; `into` where they are of another security.
    StockDividend "stock-dividend" Action { security: Name, quantity: Decimal, into: Option<Name> }
    /// Rights given without payment; `into` is the right.
    Rights "rights" Action { security: Name, quantity: Decimal, into: Option<Name> }
    /// Quantity units of `into` given on `security`, `new` for each `old`; `share` of the cost goes along.
    SpinOff "spin-off" Action
        { security: Name, into: Name, quantity: Decimal, new: Seldom, old: Seldom, share: Seldom }
    /// Quantity units of `security` go (-), `into_quantity` of `into` come (+); amount is the cash beside.
    Merger "merger" Action
        { security: Name, quantity: Decimal, into: Option<Name>, into_quantity: Seldom, new: Seldom, old: Seldom }
    /// As a merger, within one fund or issuer.
    Exchange "exchange" Action
        { security: Name, quantity: Decimal, into: Option<Name>, into_quantity: Seldom, new: Seldom, old: Seldom }
    /// The same security under another name or number.
    Rename "rename" Action
        { security: Name, quantity: Decimal, into: Option<Name>, into_quantity: Seldom, new: Seldom, old: Seldom }
    /// Rights used (quantity -) with a payment for units of `into`.
    RightsExercise "rights-exercise" Buying
        { security: Name, quantity: Decimal, into: Name, into_quantity: Decimal }
    /// Cash for the fraction of a unit: quantity - (the fraction), amount +.
    CashInLieu "cash-in-lieu" Selling { security: Name, quantity: Option<Decimal> }
    /// Became worth nothing.
    Worthless "worthless" Selling { security: Name, quantity: Decimal }
    /// Money from outside the account.
    Deposit "deposit" MovementIn {}
    /// Money to outside the account.
    Withdrawal "withdrawal" Rest {}
    /// Units from another account, with what is known of their lots.
    TransferIn "transfer-in" MovementIn { security: Name, quantity: Decimal, lots: Lots }
    /// Units to another account.
    TransferOut "transfer-out" Rest { security: Name, quantity: Decimal, lots: Lots }
    /// Units received as a gift: the giver's lots, and the value that day in total.
    GiftIn "gift-in" MovementIn
        { security: Name, quantity: Decimal, lots: Lots, value: Seldom }
    /// Units given away.
    GiftOut "gift-out" Rest
        { security: Name, quantity: Decimal, lots: Lots, value: Seldom }
    /// Units inherited; value on the day of death in total.
    Inheritance "inheritance" MovementIn
        { security: Name, quantity: Decimal, lots: Lots, value: Seldom }
    /// Shares as pay; value that day in total.
    Award "award" MovementIn { security: Name, quantity: Decimal, value: Option<Decimal> }
    /// Amount leaves, `into_amount` of `into_currency` comes.
    CurrencyExchange "currency-exchange" Rest { into_currency: Name, into_amount: Decimal }
    /// Reason: advisory, adr, service, early-withdrawal … Amount +: given back.
    Fee "fee" Rest { security: Option<Name> }
    /// Interest paid on borrowed money.
    MarginInterest "margin-interest" Rest {}
    /// Tax taken off in a row of its own. Amount +: given back.
    Withholding "withholding" Rest
        { tax: TaxAuthority, country: Option<Name>, security: Option<Name> }
    /// Rent received. `covers` is the period it is for; reason: services, lease-cancellation.
    Rent "rent" Income { property: Name, covers: Option<Name> }
    /// A tenant's deposit: + received, - given back.
    SecurityDeposit "security-deposit" MovementIn { property: Name }
    /// A part of a deposit that is kept, `value`; no cash moves.
    SecurityDepositKept "security-deposit-kept" Income { property: Name, value: Option<Decimal> }
    /// Paid for a let property; `expense` is the last part of its category: `mortgage_interest`.
    RentExpense "rent-expense" Rest { property: Name, expense: Name }
    /// The part of a mortgage payment that is no expense.
    MortgagePrincipal "mortgage-principal" Rest { property: Name }
    /// Paid for something that is depreciated; `life` in years.
    Improvement "improvement" Rest { property: Name, life: Seldom }
    /// The day from which it is depreciated; `building` and `land` are cost, `life` in years.
    PlacedInService "placed-in-service" Rest
        { property: Name, life: Seldom, building: Seldom, land: Seldom }
    /// The property was sold.
    PropertySale "property-sale" Rest { property: Name }
    /// What the source states is held at the close of the day. Checked, never booked.
    StatedPosition "stated-position" Rest { security: Name, stated: Decimal }
    /// The cash balance the source states at the close of the day. Checked, never booked.
    StatedCash "stated-cash" Rest { stated: Decimal }
    /// A row that no profile understands, with its own words; moves the cash that it states.
    Unknown "unknown" Rest { row: Name }
}

impl EventKind {
    /// A trade of an option: it opens a position, or closes one. Contracts + or -, price per share.
    pub fn option_trade(
        opens: bool,
        security: Name,
        quantity: Decimal,
        price: Option<Decimal>,
        multiplier: Option<Decimal>,
    ) -> EventKind {
        let multiplier = multiplier.into();
        if opens {
            EventKind::OptionOpen { security, quantity, price, multiplier }
        } else {
            EventKind::OptionClose { security, quantity, price, multiplier }
        }
    }

    /// Whether it is income that its payer or broker may take tax off.
    pub fn is_taxed_at_source(&self) -> bool {
        matches!(
            self,
            EventKind::Dividend { .. }
                | EventKind::FundDistribution { .. }
                | EventKind::PaymentInLieu { .. }
                | EventKind::CapitalGainDistribution { .. }
                | EventKind::Interest { .. }
                | EventKind::ReturnOfCapital { .. }
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_58_kinds_and_each_has_its_name_once() {
        let mut names = EventKind::NAMES.to_vec();
        assert_eq!(names.len(), 58);
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), 58);
    }

    #[test]
    fn a_kind_is_built_by_name_and_says_what_it_lacks() {
        let mut get = |field: &str| match field {
            "security" => Some(Value::Text("VTI".into())),
            "quantity" => Some(Value::Text("-10".into())),
            _ => None,
        };
        let kind = EventKind::build("sell", &mut get).expect("all that a sale needs");
        assert_eq!(kind.security().map(|name| &**name), Some("VTI"));
        assert_eq!(kind.quantity(), Some(Decimal::from(-10)));
        assert_eq!(kind.fields().len(), 2);
        assert_eq!(EventKind::build("spin-off", &mut get), Err(FieldError::Missing("into")));
        assert_eq!(EventKind::build("dance", &mut get), Err(FieldError::UnknownKind));
    }
}
