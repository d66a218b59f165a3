//! What a record is beside a row: the header of a table, a footer, a part of the row above; and its day.

use std::borrow::Cow;

use super::places::Places;
use super::stretch::Main;
use super::{Reader, Row, When};
use crate::import::cell::{self, Mark, trimmed};
use crate::import::clock;
use crate::import::feed::Form;
use crate::import::profile::{Aside, Field, normalised};
use crate::import::recognise::{self, Column, Section};
use crate::import::record::{Cell, Record};
use crate::period::{DateForm, NaiveDate, NaiveTime};
use crate::source::Name;

impl<'s, 'p> Reader<'s, '_, 'p> {
    /// A pasted table may have more empty cells in front of its rows than its header has.
    pub(super) fn shift(&self, cells: &mut Vec<Cell>) {
        if self.profile.surplus {
            self.close_up(cells);
        }
        let more = cells.len().saturating_sub(self.section.columns.len());
        if more == 0 || !cells[..more].iter().all(|cell| trimmed(cell).is_empty()) {
            return;
        }
        let Some(at) = self.at.first(Field::Date) else { return };
        let day =
            |at: usize| cells.get(at).and_then(|cell| cell::in_days(cell, self.form)).is_some();
        if !day(at) && day(at + more) {
            cells.drain(..more);
        }
    }

    /// In a ragged file a row may have a blank too many before its amount, which then stands where
    /// its currency should.
    pub(super) fn close_up(&self, cells: &mut Vec<Cell>) {
        let [Some(amount), Some(currency)] =
            [Field::Amount, Field::Currency].map(|field| self.at.first(field))
        else {
            return;
        };
        let is = |at: usize, what: fn(&str) -> bool| {
            cells.get(at).is_some_and(|cell| what(trimmed(cell)))
        };
        let number = |text: &str| cell::number(text, Mark::Point).value().is_some();
        let code =
            |text: &str| text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_uppercase());
        if amount + 1 == currency
            && is(amount, str::is_empty)
            && is(currency, number)
            && is(currency + 1, code)
        {
            cells.remove(amount);
        }
    }

    /// The table that a record begins, where it is a header.
    pub(super) fn opens(&self, cells: &[Cell<'s>], record: Record<'s>) -> Option<Section<'p>> {
        if matches!(self.layout.form, Form::Json(_)) {
            return None;
        }
        let names: Vec<String> = cells.iter().map(|cell| normalised(cell)).collect();
        recognise::section(self.profile, &names, record.line)
    }

    /// Goes on with another table; whether it is another than the one before.
    pub(super) fn go_on_with(&mut self, section: Section<'p>) -> bool {
        let other = !std::ptr::eq(section.table, self.section.table);
        self.at = Places::of(&section);
        self.last_day = None;
        self.before.push(std::mem::replace(&mut self.section, section));
        other
    }

    /// The row that the cells of a record without a date make of the one above it: they fill it.
    pub(super) fn filled(&mut self, main: &Main<'s>, place: Record<'s>, cells: &[Cell<'s>]) -> Row {
        let whole = self.whole(main, cells);
        let day = self.day(&whole);
        self.row(place, &whole, day)
    }

    /// The cells of the row above with those of a record below it.
    pub(super) fn whole(&self, main: &Main<'s>, cells: &[Cell<'s>]) -> Vec<Cell<'s>> {
        let mut whole = main.cells.clone();
        whole.resize(whole.len().max(cells.len()), Cow::Borrowed(""));
        for (place, cell) in whole.iter_mut().zip(cells) {
            let (first, rest) = (place.trim(), cell.trim());
            if self.profile.wraps && !first.is_empty() && !rest.is_empty() {
                // A number that was broken after its dash goes on without a blank.
                let blank = if first.ends_with('-') { "" } else { " " };
                *place = Cow::Owned(format!("{first}{blank}{rest}"));
            } else if !rest.is_empty() {
                place.clone_from(cell);
            }
        }
        whole
    }

    /// Takes out of the row above what its details share.
    pub(super) fn share(&self, main: &mut Main<'s>) {
        for field in [Field::Amount, Field::Quantity] {
            self.blank(main, field);
        }
    }

    pub(super) fn blank(&self, main: &mut Main<'s>, field: Field) {
        for (at, column) in self.section.columns.iter().enumerate() {
            if *column == Column::Field(field)
                && let Some(cell) = main.cells.get_mut(at)
            {
                *cell = Cow::Borrowed("");
            }
        }
    }

    /// From the start of `first` to the end of `last`.
    pub(super) fn through(&self, first: Record<'s>, last: Record<'s>) -> Record<'s> {
        let start = first.text.as_ptr() as usize - self.text.as_ptr() as usize;
        let end = last.text.as_ptr() as usize + last.text.len() - self.text.as_ptr() as usize;
        let end = end.max(start + first.text.len());
        Record { text: &self.text[start..end], cut: last.cut, ..first }
    }

    pub(super) fn aside(&self, cells: &[Cell]) -> Option<Name> {
        let first = cells.iter().map(|cell| trimmed(cell)).find(|cell| !cell.is_empty())?;
        let starts = |start: &str| {
            first.get(..start.len()).is_some_and(|found| found.eq_ignore_ascii_case(start))
        };
        let aside =
            self.profile.asides.iter().find(|aside| aside.starts.as_deref().is_some_and(starts))?;
        Some(aside.reason.clone())
    }

    /// Why a row of this type is no event: it is pending.
    pub(super) fn aside_by_type(&self, cells: &[Cell]) -> Option<Name> {
        if self.profile.asides.is_empty() {
            return None;
        }
        let kind = self.word(Field::Type, cells);
        let is = |aside: &&Aside| aside.types.iter().any(|known| kind.eq_ignore_ascii_case(known));
        self.profile.asides.iter().find(is).map(|aside| aside.reason.clone())
    }

    pub(super) fn known_footer(&self, cells: &[Cell]) -> bool {
        let first = cells.iter().map(|cell| trimmed(cell)).find(|cell| !cell.is_empty());
        let first = first.unwrap_or_default();
        self.profile.footer.iter().any(|start| {
            first.get(..start.len()).is_some_and(|found| found.eq_ignore_ascii_case(start))
        })
    }

    /// The day of the event and, of `A as of B`, A; the time where the cell states one.
    pub(super) fn day(&mut self, cells: &[Cell<'s>]) -> Option<When> {
        let at = self.at.at(Field::Date, cells)?;
        let cell = cells.get(at)?;
        if let (Cow::Borrowed(text), Some((last, day))) = (cell, self.last_day)
            && *text == last
        {
            return Some(day);
        }
        let mut text = trimmed(cell);
        let mut lent = None;
        if cell::is_nothing(text) {
            // A row without a day of its own has that of its settlement.
            lent = Some(self.at.get(Field::Settles, cells)).filter(|day| !day.is_empty());
            text = lent.unwrap_or(text);
        }
        let as_of = self.profile.dates.as_of.as_deref();
        let day = if let Some((posted, day)) = as_of.and_then(|as_of| text.split_once(as_of)) {
            (cell::day(day, self.form)?, Some(cell::day(posted, self.form)?), None)
        } else {
            let day = cell::in_days(text, self.form);
            self.doubt |= day.is_none() && cell::form_of(text).is_some();
            let (day, time) = self.at_time(day?, text);
            (day, None, time)
        };
        if let (Cow::Borrowed(text), None, None) = (cell, day.1, lent) {
            self.last_day = Some((text, day));
        }
        Some(day)
    }

    /// A day with the time that `text` states, in the broker's zone.
    pub(super) fn at_time(&self, day: NaiveDate, text: &str) -> (NaiveDate, Option<NaiveTime>) {
        let Some((time, offset)) = (text.len() > 4).then(|| clock::time(text)).flatten() else {
            return (day, None);
        };
        match &self.profile.dates.zone {
            Some(zone) => {
                let (day, time) = clock::in_zone(day, time, offset, zone);
                (day, Some(time))
            }
            None => (day, Some(time)),
        }
    }
}

/// Whether a record reads as a sentence: one cell of words, or words in its first cell and no number
/// or day in the others.
pub(super) fn sentence(record: Record, cells: &[Cell]) -> bool {
    let mut filled = cells.iter().map(|cell| trimmed(cell)).filter(|cell| !cell.is_empty());
    let Some(first) = filled.next() else { return false };
    let words = first.starts_with(|c: char| c.is_alphabetic() || "*-'\"(".contains(c));
    // A footnote has its number in front, and nothing beside it.
    let words = words || cells.len() == 1 && first.split(' ').count() > 4;
    words
        && !record.cut
        && filled.all(|cell| {
            cell.contains(char::is_alphabetic)
                && cell::day(cell, DateForm::MonthDayYear).is_none()
                && cell.contains(' ')
        })
}
