//! One row of its cells: every field, whose it is, and why it may be no event.

use super::amounts::Money;
use super::security::{CASE_APART, stated};
use super::{Further, Holder, Reader, Row, Trouble, When, key_of};
use crate::import::cell::{self, Mark, Number, trimmed};
use crate::import::clock;
use crate::import::exchange::{Exchange, hundredth_of, in_units, is_in_pence};
use crate::import::hash::is_same;
use crate::import::profile::{Field, normalised, single_blanks};
use crate::import::recognise::Column;
use crate::import::record::{Cell, Record};
use crate::period::NaiveDate;
use crate::source::Name;

impl<'s> Reader<'s, '_, '_> {
    pub(super) fn row(&mut self, record: Record<'s>, cells: &[Cell<'s>], day: Option<When>) -> Row {
        let holder = self.holder(cells);
        let names = (self.words(cells), self.symbol(cells), self.text(cells));
        let (words, symbol, text) = (names.0.letters(), names.1.letters(), names.2.letters());
        let quantity = self.number(Field::Quantity, cells);
        let mut price = self.number(Field::Price, cells);
        let accrued = self.number(Field::Accrued, cells);
        let Money { amount, currency, gross, hundredths, unsaid } = self.money(cells);
        let changed = self.changed(cells);
        let mut price_currency = self.currency_of(Field::Price, Field::PriceCurrency, cells);
        let whole = price_currency.as_deref().and_then(hundredth_of);
        if let Some(whole) = whole {
            (price, price_currency) = (in_units(price), Some(self.memory.names.get(whole)));
        }
        let exchange = Exchange {
            rate: self.number(Field::Rate, cells),
            original: match (self.number(Field::Original, cells), &changed) {
                // Of money that is changed, what comes is the other currency's.
                (Number::Nothing, Some((_, came))) if quantity == Number::Nothing => {
                    Number::Some(*came)
                }
                (original, _) => original,
            },
            quantity,
            price,
            amount,
            hundredths: whole.is_some(),
        };
        let costs = self.costs(cells, &currency, hundredths, exchange);
        let price_currency = price_currency.filter(|other| *other != currency);
        let balance = self.number(Field::Balance, cells);
        let dated = !cell::is_nothing(self.at.get(Field::Date, cells));
        let settles =
            dated.then(|| cell::in_days(self.at.get(Field::Settles, cells), self.form)).flatten();
        let time = match self.at.get(Field::Time, cells) {
            "" => day.and_then(|(_, _, time)| time),
            text => clock::time(text).map(|(time, _)| time),
        };
        let dates = &self.profile.dates;
        let named = dates.in_action.as_deref().map(|before| (before, words));
        let named = named.or_else(|| dates.in_text.as_deref().map(|before| (before, text)));
        let named_day = named.and_then(|(before, said)| {
            let after = after_words(said, before)?;
            cell::day(after.split([' ', ')']).next()?, self.form)
        });
        let booked = cell::in_days(self.at.get(Field::Posted, cells), self.form);
        let (date, posted) = match (named_day, day) {
            (None, Some((date, None, _))) if booked.is_some_and(|booked| booked != date) => {
                (Some(date), booked)
            }
            (Some(named), Some((run, _, _))) if named != run => (Some(named), Some(run)),
            (_, Some((date, posted, _))) => (Some(date), posted),
            (_, None) => (None, None),
        };
        let trouble = self.trouble(record, cells, date);
        let trouble = trouble.or_else(|| costs.clone().err().map(Trouble::Currency));
        let unsaid = unsaid && amount.value().is_some_and(|amount| !amount.is_zero());
        let trouble = trouble.or_else(|| unsaid.then_some(Trouble::NoCurrency));
        let trouble = self.aside_by_type(cells).map(Trouble::Aside).or(trouble);
        let (fees, withheld) = costs.unwrap_or((Number::Nothing, Number::Nothing));
        let amount = self.outgoing(amount, fees, cells);
        let ex = cell::in_days(self.at.get(Field::Ex, cells), self.form);
        let further = (price_currency.is_some() || ex.is_some() || changed.is_some()).then(|| {
            let factor = price_currency.as_ref().and_then(|_| exchange.factor());
            Box::new(Further { price_currency, factor, ex, into: None, changed })
        });
        let said = !cell::is_nothing(text) && text != "No Description";
        let shown = match (said, words.is_empty()) {
            (true, _) => &names.2,
            (false, false) => &names.0,
            (false, true) => &names.1,
        };
        let name = stated(self.at.get(Field::Name, cells));
        let called = &self.profile.symbols.named;
        let cash = |(pattern, symbol): &(glob::Pattern, Option<Name>)| {
            symbol.is_none() && pattern.matches_with(name, CASE_APART)
        };
        let named = if name.is_empty() || called.iter().any(cash) {
            shown.clone()
        } else {
            self.memory.names.get(&single_blanks(&format!("{name}, {shown}")))
        };
        let day = date.unwrap_or_default();
        let own = self.security(symbol, text, cells);
        let security = self.contract(symbol, text, words).or_else(|| own.clone());
        let security = security.or_else(|| self.called(symbol, cells));
        let security = security.map(|own| self.known_as(own, day, cells));
        let property = self.property(cells);
        let id = self.at.get(Field::Id, cells);
        let id = (!id.is_empty()).then(|| Name::new(id));
        let mut row = Row {
            line: record.line,
            start: record.text.as_ptr() as usize - self.text.as_ptr() as usize,
            length: record.text.len(),
            holder,
            content: 0,
            date: day,
            posted,
            settles,
            time,
            words: names.0,
            security,
            symbol: names.1,
            text: named,
            id,
            kind: self.memory.names.get(self.at.get(Field::Type, cells)),
            currency,
            reference: self.memory.names.get(self.at.get(Field::Reference, cells)),
            property,
            quantity,
            price,
            fees,
            accrued,
            withheld,
            amount,
            gross,
            further,
            balance,
            trouble,
        };
        let unsaid = row.further.as_ref().is_none_or(|further| further.price_currency.is_none());
        if unsaid && is_in_pence(&row) {
            row.price = in_units(row.price);
        }
        self.of_asset(&mut row, cells);
        row.content = self.content(&row, cells, text, own.as_ref());
        row
    }

    /// The id of the row's property: the profile's, else the name in kebab-case.
    pub(super) fn property(&mut self, cells: &[Cell]) -> Option<Name> {
        let called = self.at.get(Field::Property, cells);
        if called.is_empty() {
            return None;
        }
        let id = self.profile.properties.get(&normalised(called)).cloned();
        id.or_else(|| Some(self.memory.names.get(&kebab(called)))).filter(|id| !id.is_empty())
    }

    pub(super) fn trouble(
        &self,
        record: Record,
        cells: &[Cell],
        date: Option<NaiveDate>,
    ) -> Option<Trouble> {
        let of = self.section.columns.len();
        let ends = record.text.as_ptr() as usize + record.text.len()
            == self.text.as_ptr() as usize + self.text.len();
        let short = cells.len() < of && {
            let amount = self.at.0[Field::Amount as usize];
            ends && amount.is_some_and(|at| at >= cells.len())
        };
        if record.cut || short {
            return Some(Trouble::Cut { has: cells.len(), of });
        }
        if date.is_none() {
            return Some(Trouble::NoDay);
        }
        if !self.profile.surplus
            && cells.len() > of
            && cells[of..].iter().any(|cell| !trimmed(cell).is_empty())
        {
            return Some(Trouble::Surplus);
        }
        let says = |at: usize| {
            cells.get(at).is_some_and(|cell| {
                !cell::is_nothing(cell)
                    && cell::number(cell, Mark::Point).value().is_none_or(|value| !value.is_zero())
            })
        };
        // The name of what the row is in anyway, `feecurrency` beside `asset`, says nothing new.
        let called = |code| self.profile.assets.get(code).map_or(code, |name| &**name);
        let repeats = |at: usize| {
            let said = called(trimmed(&cells[at]));
            let own = [Field::Currency, Field::Asset].map(|field| self.at.get(field, cells));
            own.iter().any(|own| !own.is_empty() && called(own) == said)
        };
        let unknown = |(_, column): &(usize, &Column)| matches!(column, Column::Unknown(_));
        let columns = self.section.columns.iter().enumerate().filter(unknown);
        let columns = columns.map(|(at, _)| at).filter(|at| says(*at) && !repeats(*at));
        let columns: Vec<usize> =
            columns.filter(|at| !self.is_harmless(*at, cells, date)).collect();
        (!columns.is_empty()).then_some(Trouble::Columns(columns))
    }

    /// Which holder the row belongs to, as the file names it.
    pub(super) fn holder(&mut self, cells: &[Cell]) -> usize {
        let (mut number, mut title) =
            (self.at.get(Field::Account, cells), self.at.get(Field::Holder, cells));
        if number.is_empty()
            && let Some(found) = self.profile.number.holder.as_ref().and_then(|p| p.captures(title))
        {
            number = found.get(1).map_or("", |part| part.as_str());
            title = title[..found.get(0).map_or(0, |all| all.start())].trim();
        }
        if number.is_empty() {
            number = self.layout.number.as_deref().unwrap_or_default();
        }
        if let Some(last) = self.holders.get(self.last_holder)
            && is_same(last.number.as_deref().unwrap_or_default(), number)
            && is_same(last.title.as_deref().unwrap_or_default(), title)
        {
            return self.last_holder;
        }
        let next = self.holders.len();
        let at = *self.known_holders.entry(key_of(number, title)).or_insert(next);
        if at == next {
            let name = |text: &str| (!text.is_empty()).then(|| Name::new(text));
            self.holders.push(Holder { number: name(number), title: name(title) });
        }
        self.last_holder = at;
        at
    }
}

/// A name as an id: `Shadyside Suite` is `shadyside-suite`.
pub(super) fn kebab(name: &str) -> String {
    let parts = name.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty());
    parts.map(str::to_lowercase).collect::<Vec<_>>().join("-")
}

/// What follows `words` in a text, case apart.
pub(super) fn after_words<'t>(text: &'t str, words: &str) -> Option<&'t str> {
    let end = text
        .as_bytes()
        .windows(words.len())
        .position(|part| part.eq_ignore_ascii_case(words.as_bytes()))?;
    text.get(end + words.len()..)
}
