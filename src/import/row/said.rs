//! What the words of a row say: all that follows from its cells of words alone, whatever its days and
//! numbers are. Rows repeat their words, so it is worked out once for each way they are filled.

use super::Reader;
use super::fields::after_words;
use super::identity::{single, unescaped};
use super::security::{CASE_APART, stated};
use crate::import::cell;
use crate::import::profile::{Field, normalised, single_blanks};
use crate::import::record::Cell;
use crate::period::NaiveDate;
use crate::source::Name;

/// The fields that are words: nothing else of a row is looked at here.
pub(super) const WORDS: [Field; 8] = [
    Field::Action,
    Field::Symbol,
    Field::Text,
    Field::Name,
    Field::Type,
    Field::Property,
    Field::Isin,
    Field::Cusip,
];

/// What the words of a row say.
#[derive(Clone, Debug)]
pub(super) struct Said {
    /// The action's words.
    pub(super) words: Name,
    /// The broker's symbol.
    pub(super) symbol: Name,
    /// The description for the eye: with the security's name, and never without words.
    pub(super) shown: Name,
    /// Of the type column.
    pub(super) kind: Name,
    /// The security's id; the books may have another for it.
    pub(super) security: Option<Name>,
    /// The let property's id.
    pub(super) property: Option<Name>,
    /// The day of the event, where action or description name it.
    pub(super) day: Option<NaiveDate>,
    /// Why a row of this type is no event.
    pub(super) aside: Option<Name>,
    /// What of it is part of the row's identity.
    pub(super) letters: Letters,
}

/// The words that make a row the same row at every download, at hand to be hashed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Letters {
    /// Those of the action.
    pub(super) words: &'static str,
    /// The security's id or, where the row is about none, the symbol.
    pub(super) symbol: &'static str,
    /// The description.
    pub(super) text: &'static str,
}

impl Reader<'_, '_, '_> {
    /// Reads the cells of words.
    pub(super) fn read_words(&mut self, cells: &[Cell]) -> Said {
        let action = self.word(Field::Action, cells);
        let words = self.memory.names.get(&single(&cell::mended(action)));
        let symbol = self.word(Field::Symbol, cells);
        let symbol = self.memory.names.get(&unescaped(stated(symbol)));
        let text = self.memory.names.get(&single(self.word(Field::Text, cells)));
        let own = self.security(&symbol, &text, cells);
        let security = self.contract(&symbol, &text, &words).or_else(|| own.clone());
        let dates = &self.profile.dates;
        let named = dates.in_action.as_deref().map(|before| (before, &words));
        let named = named.or_else(|| dates.in_text.as_deref().map(|before| (before, &text)));
        let day = named.and_then(|(before, said)| {
            let after = after_words(said, before)?;
            cell::day(after.split([' ', ')']).next()?, self.form)
        });
        let letters = Letters {
            words: words.letters(),
            symbol: own.as_ref().unwrap_or(&symbol).letters(),
            text: text.letters(),
        };
        Said {
            letters,
            shown: self.shown(&words, &symbol, &text, cells),
            kind: self.memory.names.get(self.word(Field::Type, cells)),
            security: security.or_else(|| self.called(&symbol, cells)),
            property: self.property(cells),
            aside: self.aside_by_type(cells),
            words,
            symbol,
            day,
        }
    }

    /// What stands in the cell of a field of words.
    pub(super) fn word<'c>(&self, field: Field, cells: &'c [Cell]) -> &'c str {
        debug_assert!(WORDS.contains(&field), "what was said before depends on these alone");
        self.at.get(field, cells)
    }

    /// What is shown of a row: its description, else its action, else its symbol.
    fn shown(&mut self, words: &Name, symbol: &Name, text: &Name, cells: &[Cell]) -> Name {
        let said = !cell::is_nothing(text) && *text != "No Description";
        let shown = match (said, words.is_empty()) {
            (true, _) => text,
            (false, false) => words,
            (false, true) => symbol,
        };
        let name = stated(self.word(Field::Name, cells));
        let called = &self.profile.symbols.named;
        let cash = |(pattern, symbol): &(glob::Pattern, Option<Name>)| {
            symbol.is_none() && pattern.matches_with(name, CASE_APART)
        };
        if name.is_empty() || called.iter().any(cash) {
            shown.clone()
        } else {
            self.memory.names.get(&single_blanks(&format!("{name}, {shown}")))
        }
    }

    /// The id of the row's property: the profile's, else the name in kebab-case.
    fn property(&mut self, cells: &[Cell]) -> Option<Name> {
        let called = self.word(Field::Property, cells);
        if called.is_empty() {
            return None;
        }
        let id = self.profile.properties.get(&normalised(called)).cloned();
        id.or_else(|| Some(self.memory.names.get(&kebab(called)))).filter(|id| !id.is_empty())
    }
}

/// A name as an id: `Shadyside Suite` is `shadyside-suite`.
fn kebab(name: &str) -> String {
    let parts = name.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty());
    parts.map(str::to_lowercase).collect::<Vec<_>>().join("-")
}
