//! What must be known of a kind to read the postings of its blocks.
//!
//! In: a kind's name. Out: how its postings are understood, worked out once for all kinds.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::event::EventKind;
use crate::source::ByLetters;

/// How the postings of a kind's blocks are understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ways {
    /// The kind's name.
    pub name: &'static str,
    /// The names of its fields.
    pub fields: &'static [&'static str],
    /// Whether it moves units, or stands for some with a posting of 0.
    pub moves_units: bool,
    /// Whether its units are bought or sold at a price.
    pub is_trade: bool,
    /// Whether it is of a let property.
    pub is_property: bool,
    /// Where what the cash lacks of the gross goes.
    pub lack: Lack,
}

/// Where what the cash lacks of the gross goes when no tag says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lack {
    /// To the broker.
    Fees,
    /// To a tax authority.
    Withheld,
    /// Nothing can lack.
    Nothing,
}

/// The kinds whose units are held against a price.
const TRADES: &[&str] = &[
    "buy",
    "sell",
    "short-open",
    "short-cover",
    "redemption",
    "option-open",
    "option-close",
    "option-cash-settle",
    "cash-in-lieu",
    "rights-exercise",
    "currency-exchange",
];

/// The kinds that pay.
const INCOME: &[&str] = &[
    "dividend",
    "fund-distribution",
    "payment-in-lieu",
    "capital-gain-distribution",
    "interest",
    "accrued-interest",
    "return-of-capital",
    "liquidation",
    "other-income",
];

/// The kinds of let property, whose payments are recorded one by one.
const PROPERTY: &[&str] =
    &["rent", "security-deposit", "security-deposit-kept", "rent-expense", "mortgage-principal"];

/// The kinds of which nothing is taken off.
const WHOLE: &[&str] = &[
    "opening",
    "mark",
    "cost-adjustment",
    "placed-in-service",
    "stated-position",
    "stated-cash",
    "unknown",
];

/// By the kind's number.
static WAYS: LazyLock<Vec<Ways>> =
    LazyLock::new(|| EventKind::NAMES.iter().map(|name| Ways::make(name)).collect());

/// By the kind's name.
static NAMED: LazyLock<HashMap<&str, &Ways, ByLetters>> =
    LazyLock::new(|| WAYS.iter().map(|ways| (ways.name, ways)).collect());

impl Ways {
    /// Those of a kind.
    pub fn of(kind: &EventKind) -> &'static Ways {
        &WAYS[kind.number()]
    }

    /// Those of the kind with this name, where there is one.
    pub fn named(name: &str) -> Option<&'static Ways> {
        NAMED.get(name).copied()
    }

    fn make(name: &'static str) -> Ways {
        let fields = EventKind::field_names(name).unwrap_or_default();
        let has = |field| fields.contains(&field);
        let lack = if INCOME.contains(&name) {
            Lack::Withheld
        } else if PROPERTY.contains(&name) || WHOLE.contains(&name) {
            Lack::Nothing
        } else {
            Lack::Fees
        };
        Ways {
            name,
            fields,
            moves_units: has("quantity") || matches!(name, "cost-adjustment" | "stated-position"),
            is_trade: TRADES.contains(&name),
            is_property: PROPERTY.contains(&name),
            lack,
        }
    }

    /// Whether it has a field of this name.
    pub fn has(&self, field: &str) -> bool {
        self.fields.contains(&field)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_in_a_list_is_that_of_a_kind() {
        for name in [TRADES, INCOME, PROPERTY, WHOLE].concat() {
            assert_eq!(Ways::named(name).map(|ways| ways.name), Some(name));
        }
        assert_eq!(Ways::named("dance"), None);
    }
}
