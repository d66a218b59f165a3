//! An event as JSON, the contract with other programs: keys in snake_case, decimals as strings,
//! dates ISO, and a key only where it has a value.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::{Event, Link, Origin};
use crate::money;

impl Serialize for Event {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("id", &self.id)?;
        map.serialize_entry("date", &self.date.to_string())?;
        map.serialize_entry("kind", self.kind.name())?;
        map.serialize_entry("account", &self.account)?;
        for (name, value) in self.kind.fields() {
            map.serialize_entry(name, &value)?;
        }
        if let Some(currency) = &self.currency {
            let money = |number| money::cash(number, currency).to_string();
            map.serialize_entry("amount", &money(self.amount))?;
            map.serialize_entry("gross", &money(self.gross()))?;
            if !self.fees.is_zero() {
                map.serialize_entry("fees", &money(self.fees))?;
            }
            if !self.further.withheld.is_zero() {
                map.serialize_entry("withheld", &money(self.further.withheld))?;
            }
            map.serialize_entry("currency", currency)?;
        }
        if let Some(tax) = &self.further.tax {
            map.serialize_entry("tax", tax.authority.text())?;
            if let Some(country) = &tax.country {
                map.serialize_entry("country", country)?;
            }
        }
        if !self.claimed.is_empty() {
            let claims: Vec<&str> = self.claimed.iter().map(super::Claim::text).collect();
            map.serialize_entry("claimed", &claims)?;
        }
        if let Some(reason) = &self.reason {
            map.serialize_entry("reason", reason)?;
        }
        for (name, day) in self.further.dates.named() {
            map.serialize_entry(name, &day.to_string())?;
        }
        if !self.further.links.is_empty() {
            map.serialize_entry("links", &self.further.links)?;
        }
        if !self.text.is_empty() {
            map.serialize_entry("text", &self.text)?;
        }
        map.serialize_entry("source", &self.origin)?;
        map.end()
    }
}

impl Serialize for Link {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("as", self.relation.text())?;
        map.serialize_entry("to", &self.to)?;
        map.end()
    }
}

impl Serialize for Origin {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("file", &self.file)?;
        map.serialize_entry("line", &self.line)?;
        let also: Vec<u32> = self.also().collect();
        if !also.is_empty() {
            map.serialize_entry("also", &also)?;
        }
        map.end()
    }
}
