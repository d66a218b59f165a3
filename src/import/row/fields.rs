//! One row of its cells: every field, whose it is, and why it may be no event.

use super::amounts::Money;
use super::seldom::Seldom;
use super::{Further, Holder, Reader, Row, Trouble, When, key_of};
use crate::import::cell::{self, Mark, Number, trimmed};
use crate::import::exchange::{Exchange, in_units, is_in_pence};
use crate::import::hash::is_same;
use crate::import::profile::Field;
use crate::import::record::{Cell, Record};
use crate::period::NaiveDate;
use crate::source::Name;

impl<'s> Reader<'s, '_, '_> {
    pub(super) fn row(&mut self, record: Record<'s>, cells: &[Cell<'s>], day: Option<When>) -> Row {
        let holder = self.holder(cells);
        let said = self.said(cells);
        let quantity = self.number(Field::Quantity, cells);
        let price = self.number(Field::Price, cells);
        let Money { amount, currency, gross, hundredths, unsaid } = self.money(cells);
        let exchange = Exchange { quantity, price, amount, ..Exchange::default() };
        let time = day.and_then(|(_, _, time)| time);
        let seldom = if self.at.seldom {
            self.seldom(exchange, time, cells)
        } else {
            Seldom { exchange, time, ..Seldom::default() }
        };
        let Seldom { exchange, price_currency, changed, accrued, balance, .. } = seldom;
        let price = exchange.price;
        let costs = self.costs(cells, &currency, hundredths, &exchange);
        let price_currency = price_currency.filter(|other| *other != currency);
        let Seldom { settles, booked, ex, time, .. } = seldom;
        let (date, posted) = match (said.day, day) {
            (None, Some((date, None, _))) if booked.is_some_and(|booked| booked != date) => {
                (Some(date), booked)
            }
            (Some(named), Some((run, _, _))) if named != run => (Some(named), Some(run)),
            (_, Some((date, posted, _))) => (Some(date), posted),
            (_, None) => (None, None),
        };
        let trouble = self.trouble(record, cells, date);
        let (fees, withheld, trouble) = match costs {
            Ok((fees, withheld)) => (fees, withheld, trouble),
            Err(other) => {
                (Number::Nothing, Number::Nothing, trouble.or(Some(Trouble::Currency(other))))
            }
        };
        let unsaid = unsaid && amount.value().is_some_and(|amount| !amount.is_zero());
        let trouble = trouble.or_else(|| unsaid.then_some(Trouble::NoCurrency));
        let amount = self.outgoing(amount, fees, cells);
        let further = (price_currency.is_some() || ex.is_some() || changed.is_some()).then(|| {
            let factor = price_currency.as_ref().and_then(|_| exchange.factor());
            Box::new(Further { price_currency, factor, ex, into: None, changed })
        });
        let day = date.unwrap_or_default();
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
            words: said.words,
            security: said.security.map(|own| self.known_as(own, day, cells)),
            symbol: said.symbol,
            text: said.shown,
            id: seldom.id,
            kind: said.kind,
            currency,
            reference: seldom.reference,
            property: said.property,
            quantity,
            price,
            fees,
            accrued,
            withheld,
            amount,
            gross,
            further,
            balance,
            trouble: said.aside.map(Trouble::Aside).or(trouble),
        };
        let unsaid = row.further.as_ref().is_none_or(|further| further.price_currency.is_none());
        if unsaid && is_in_pence(&row) {
            row.price = in_units(row.price);
        }
        self.of_asset(&mut row, cells);
        row.content = self.content(&row, cells, said.letters);
        row
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
            let amount = self.at.first(Field::Amount);
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
        let columns = self.at.unknown.iter().copied();
        let columns: Vec<usize> = columns.filter(|at| self.is_unread(*at, cells, date)).collect();
        (!columns.is_empty()).then_some(Trouble::Columns(columns))
    }

    /// Whether the cell of a column that the profile does not know may say something about the event.
    fn is_unread(&self, at: usize, cells: &[Cell], date: Option<NaiveDate>) -> bool {
        let says = cells.get(at).is_some_and(|cell| {
            !cell::is_nothing(cell)
                && cell::number(cell, Mark::Point).value().is_none_or(|value| !value.is_zero())
        });
        // The name of what the row is in anyway, `feecurrency` beside `asset`, says nothing new.
        let called = |code| self.profile.assets.get(code).map_or(code, |name| &**name);
        let repeats = || {
            let said = called(trimmed(&cells[at]));
            let own = [Field::Currency, Field::Asset].map(|field| self.at.get(field, cells));
            own.iter().any(|own| !own.is_empty() && called(own) == said)
        };
        says && !repeats() && !self.is_harmless(at, cells, date)
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

/// What follows `words` in a text, case apart.
pub(super) fn after_words<'t>(text: &'t str, words: &str) -> Option<&'t str> {
    let end = text
        .as_bytes()
        .windows(words.len())
        .position(|part| part.eq_ignore_ascii_case(words.as_bytes()))?;
    text.get(end + words.len()..)
}
