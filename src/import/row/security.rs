//! Which security a row is about: by symbol, by another of its names, by its words.

use std::borrow::Cow;

use super::Reader;
use super::identity::single;
use crate::import::profile::{Field, Symbols};
use crate::import::record::Cell;
use crate::import::symbol;
use crate::period::NaiveDate;
use crate::source::Name;

impl Reader<'_, '_, '_> {
    /// The id of the row's security, as its symbol says; `None` where it is about cash.
    pub(super) fn security(&mut self, symbol: &str, text: &str, cells: &[Cell]) -> Option<Name> {
        let symbols = &self.profile.symbols;
        let symbol = match &symbols.part {
            Some(part) => part
                .captures(symbol)
                .and_then(|found| found.get(1))
                .map_or("", |part| part.as_str()),
            None => symbol,
        };
        if !symbol.is_empty() {
            if Symbols::any(&symbols.cash, symbol) {
                return None;
            }
            let plain = symbol.bytes().all(|byte| byte.is_ascii_alphabetic());
            let id = if plain { Cow::Borrowed(symbol) } else { symbol::id(symbol).into() };
            return Some(self.memory.names.get(&id));
        }
        let numbers = [Field::Isin, Field::Cusip].map(|field| stated(self.word(field, cells)));
        let number = numbers.into_iter().find(|number| !number.is_empty());
        if let Some(number) = number {
            let is_cash = Symbols::any(&symbols.cash, number);
            return (!is_cash).then(|| self.memory.names.get(number));
        }
        let mut found = symbols.in_text.iter().filter_map(|pattern| pattern.captures(text));
        Some(self.memory.names.get(&found.next()?[1]))
    }

    /// The id that the books have for a security: by this name of it, else by another of the row.
    pub(super) fn known_as(&self, own: Name, day: NaiveDate, cells: &[Cell]) -> Name {
        let aliases = self.reading.aliases;
        let found = aliases.resolve(own.clone(), day);
        if found != own || aliases.is_empty() {
            return found;
        }
        let others = [Field::Isin, Field::Cusip, Field::Wkn].map(|field| self.at.get(field, cells));
        let known = |other: &str| {
            let other = Name::new(other);
            let id = aliases.resolve(other.clone(), day);
            (id != other).then_some(id)
        };
        let mut others = others.into_iter().filter(|other| !other.is_empty());
        others.find_map(known).unwrap_or(own)
    }

    /// The option that the row's words name, where the profile says that they do.
    pub(super) fn contract(&mut self, symbol: &str, text: &str, words: &str) -> Option<Name> {
        if !self.profile.symbols.option_in_text {
            return None;
        }
        let id = [symbol, text, words].into_iter().find_map(symbol::in_words)?;
        Some(self.memory.names.get(&id))
    }

    /// The security that the row calls by name, where it has no symbol.
    pub(super) fn called(&mut self, symbol: &str, cells: &[Cell]) -> Option<Name> {
        let name = stated(self.word(Field::Name, cells));
        let symbols = &self.profile.symbols;
        if !symbol.is_empty() || name.is_empty() || Symbols::any(&symbols.cash, name) {
            return None;
        }
        let known =
            symbols.named.iter().find(|(pattern, _)| pattern.matches_with(name, CASE_APART));
        known.map_or_else(
            || Some(self.memory.names.get(&single(name))),
            |(_, symbol)| symbol.clone(),
        )
    }
}

/// A name that a cell states: a dash is none.
pub(super) fn stated(text: &str) -> &str {
    if matches!(text, "-" | "--" | "n/a" | "N/A") { "" } else { text }
}

/// How names are compared with patterns.
pub(super) const CASE_APART: glob::MatchOptions = glob::MatchOptions {
    case_sensitive: false,
    require_literal_separator: false,
    require_literal_leading_dot: false,
};
