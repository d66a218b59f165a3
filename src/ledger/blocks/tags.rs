//! The tags of one transaction, each with the text it was read from.

use std::borrow::Cow;

use super::text::unescape;
use super::ways::Ways;
use crate::diagnostic::{Diagnostic, nearest};
use crate::event::Parts;
use crate::ledger::header;
use crate::ledger::{Dialect, Transaction};
use crate::source::{Name, Names, Place};

/// One tag.
#[derive(Clone, Debug)]
pub struct Tag<'l> {
    /// As written.
    pub key: &'l str,
    /// Escapes undone.
    pub value: Cow<'l, str>,
    /// The slice of the transaction's text that `value` was read from.
    pub written: &'l str,
}

/// The tags of a transaction, in the order they are written.
#[derive(Clone, Debug)]
pub struct Tags<'l> {
    transaction: Transaction<'l>,
    /// All of them.
    pub all: Vec<Tag<'l>>,
}

/// The keys that any kind may have.
const ALWAYS: &[&str] = &[
    "event", "id", "src", "account", "security", "reason", "claimed", "tax", "country", "posted",
    "settles", "ex", "record", "declared", "entitled", "time", "link", "fees", "withheld",
    "currency", "row", "why", "amount", "gross",
];

impl<'l> Tags<'l> {
    /// Reads them. A value ends at a comma, that of `row` at the end of its line.
    pub fn of(transaction: Transaction<'l>) -> Tags<'l> {
        let mut all = Vec::with_capacity(8);
        let quoted = transaction.dialect() == Dialect::Beancount;
        for (_, comment) in transaction.comments() {
            if let Some(row) = comment.strip_prefix("row:") {
                let written = row.trim();
                all.push(Tag { key: "row", value: unescape(written), written });
                continue;
            }
            header::each_tag(comment, |key, written| {
                let text = if quoted { written.trim_matches('"') } else { written };
                all.push(Tag { key, value: unescape(text), written });
            });
        }
        Tags { transaction, all }
    }

    /// The first of this key.
    pub fn get(&self, key: &str) -> Option<&Tag<'l>> {
        self.all.iter().find(|tag| tag.key == key)
    }

    /// The value of the first of this key, where it has one.
    pub fn name(&self, key: &str, names: &mut Names) -> Option<Name> {
        self.get(key).filter(|tag| !tag.value.is_empty()).map(|tag| names.get(&tag.value))
    }

    /// Points at a tag's value; at the header where it has none.
    pub fn place(&self, tag: &Tag<'l>) -> Place {
        if tag.written.is_empty() {
            return self.transaction.place();
        }
        self.transaction.place_of(tag.written)
    }

    /// A warning for each key that is nearly one of ours, which would else be lost in silence.
    pub fn misspelt(&self, ways: &Ways) -> Vec<Diagnostic> {
        let (kind, fields) = (ways.name, ways.fields);
        let known = || fields.iter().chain(ALWAYS).chain(Parts::NAMES).copied();
        // The keys of every block come first: most tags have one of those.
        let is_known = |tag: &Tag| ALWAYS.contains(&tag.key) || known().any(|key| key == tag.key);
        let strange = self.all.iter().filter(|tag| !is_known(tag));
        strange
            .filter_map(|tag| {
                let near = nearest(tag.key, known().filter(|key| key.len() > 3));
                let near = near.first()?;
                let message = format!("the tag `{}` is none of a `{kind}`", tag.key);
                let place = self.transaction.place_of(tag.key);
                let diagnostic = Diagnostic::warning("unknown-tag", message).at(place);
                Some(diagnostic.help(format!("if you mean `{near}:`, write that")))
            })
            .collect()
    }
}
