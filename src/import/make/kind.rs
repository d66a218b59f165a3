//! The kind of an event: its fields, of what the row states and the profile says of its action.

use super::trade::worth;
use super::{Making, Reason};
use crate::event::{EventKind, FieldError, Parts, TaxAuthority, Value};
use crate::import::profile::{Field, Make, Side};
use crate::import::row::Row;
use crate::import::symbol;
use crate::money::Decimal;
use crate::source::Name;

impl Making<'_> {
    /// The kind of this name, with the fields that it has.
    pub(super) fn kind(
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
        let own = security.as_ref().filter(|own| !own.is_empty());
        if let Some(kind) = usual(kind, own, rule.tax, quantity, || self.price(row, quantity)) {
            return Ok(kind);
        }
        let mut get = |field: &'static str| -> Option<Value> {
            match field {
                "security" => security.clone().map(Value::Text),
                "into" => into.clone().map(Value::Text),
                "into_currency" => {
                    exchanged_into(row).map(|(currency, _)| Value::Text(currency.clone()))
                }
                "into_amount" => exchanged_into(row).map(|(_, amount)| Value::Number(*amount)),
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
}

/// The kinds that most rows are, as `EventKind::build` makes them, without being asked for each of their
/// fields. `None`: another kind, or it lacks what it needs.
fn usual(
    kind: &str,
    security: Option<&Name>,
    tax: Option<TaxAuthority>,
    quantity: Option<Decimal>,
    price: impl FnOnce() -> Option<Decimal>,
) -> Option<EventKind> {
    let security = || security.cloned();
    Some(match kind {
        "buy" => EventKind::Buy { security: security()?, quantity: quantity?, price: price() },
        "sell" => EventKind::Sell { security: security()?, quantity: quantity?, price: price() },
        "dividend" => {
            EventKind::Dividend { security: security()?, per_share: None, parts: Parts::default() }
        }
        "interest" => EventKind::Interest { security: security(), per_share: None },
        "withholding" => EventKind::Withholding { tax: tax?, country: None, security: security() },
        "deposit" => EventKind::Deposit {},
        "withdrawal" => EventKind::Withdrawal {},
        _ => return None,
    })
}

/// What the row says that its amount is changed into, and how much of it.
pub(super) fn exchanged_into(row: &Row) -> Option<&(Name, Decimal)> {
    let further = row.further.as_ref()?;
    further.changed.as_ref().or(further.into.as_ref())
}

/// The security a spin-off came from, where the row's words name it as a CUSIP or in brackets.
fn parent(words: &str, text: &str) -> Option<Name> {
    [words, text].into_iter().find_map(|text| {
        let (_, after) = text.split_once("FROM ").or_else(|| text.split_once("FROM:"))?;
        let token = after.split([' ', '#']).find(|token| !token.is_empty())?;
        symbol::is_cusip(token).then(|| Name::new(token))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_most_rows_are_is_what_would_be_built() {
        let (one, price) = (Some(Decimal::ONE), Some(Decimal::ONE_HUNDRED));
        let mut made = 0;
        for name in EventKind::NAMES {
            for security in [None, Some(Name::from("VTI"))] {
                let tax = security.as_ref().map(|_| TaxAuthority::Foreign);
                for (quantity, price) in [(None, None), (one, None), (one, price)] {
                    let mut get = |field: &'static str| match field {
                        "security" => security.clone().map(Value::Text),
                        "quantity" => quantity.map(Value::Number),
                        "price" => price.map(Value::Number),
                        "tax" => tax.map(|tax| Value::Text(tax.text().into())),
                        _ => None,
                    };
                    if let Some(kind) = usual(name, security.as_ref(), tax, quantity, || price) {
                        assert_eq!(EventKind::build(name, &mut get), Ok(kind));
                        made += 1;
                    }
                }
            }
        }
        assert_eq!(made, 2 + 2 + 3 + 6 + 3 + 6 + 6);
    }
}
