//! Which cells of columns that a profile does not know say nothing about the event of their row: what
//! the row says anyway, its time, where it was traded, a mark that tells it from others.

use super::Reader;
use crate::import::cell::{self, Mark, trimmed};
use crate::import::clock;
use crate::import::profile::Field;
use crate::import::recognise::Column;
use crate::import::record::Cell;
use crate::money::Decimal;
use crate::period::NaiveDate;

/// A column named by one of these says that the row is no event, unless it says no.
const UNDONE: &str = "cancel void revers storno annul correct reject";
/// A column named by one of these may say that the row is no event, unless it says that it is done.
const STATUS: &str = "status state";
/// A column named by one of these may say whose the row is.
const WHOSE: &str = "account acct client customer portfolio wallet owner konto depot compte conto cuenta \
    rekening konta";
/// What such a column holds is told by the rest of the row, or is for the eye.
const ABOUT: &str = "exchange market venue mic sector industry country region börse handelsplatz beurs bourse \
    mercado mercato giełda";
/// A column named so tells one row from another.
const MARKS: &str = "id uuid ref reference referenz référence referencia riferimento referentie isin cusip \
    sedol figi wkn hash confirmation";
/// `Order number`, `Trade No.`
const NUMBERED: &str = "order transaction trade contract execution serial ticket row";
const NUMBER: &str = "number no nr num #";
/// Such a column says what the rows have come to.
const TOTALS: &str = "balance saldo solde running realized realised unrealized unrealised";
/// That the row is done as it stands.
const DONE: &str = "completed complete settled executed filled posted cleared booked done ok success \
    successful confirmed processed ausgeführt gebucht exécuté comptabilisé eseguito \
    ejecutado uitgevoerd zrealizowane";
/// Such a column has a time of day.
const TIMES: &str = "time zeit uhrzeit heure hora ora tijd tid czas";
/// The answer to a question that is no.
const NO: &str = "no n false nein non nee nie nej não";

impl Reader<'_, '_, '_> {
    /// Whether the cell of the column at `at` says nothing about the event of a row of this day.
    pub(super) fn is_harmless(&self, at: usize, cells: &[Cell], day: Option<NaiveDate>) -> bool {
        let Some(Column::Unknown(name)) = self.section.columns.get(at) else { return false };
        let cell = trimmed(&cells[at]);
        let words: Vec<&str> = name
            .split(|c: char| !c.is_alphanumeric() && c != '#')
            .filter(|word| !word.is_empty())
            .collect();
        let is = |all: &str| words.iter().any(|word| among(all, word));
        let begins =
            |all: &str| words.iter().any(|word| all.split(' ').any(|one| word.starts_with(one)));
        let lower = cell.to_lowercase();
        if among(NO, &lower) {
            return true;
        }
        if begins(UNDONE) || begins(WHOSE) {
            return false;
        }
        if among(DONE, &lower) {
            return true;
        }
        if begins(STATUS) {
            return false;
        }
        if self.is_said(cell, at, cells) {
            return true;
        }
        if let Some(own) = cell::day(cell, self.form) {
            // One before the row's own may be that of the event.
            return day.is_some_and(|day| own >= day);
        }
        let begins_so = |what: fn(char) -> bool| cell.starts_with(what);
        let is_time =
            || is(TIMES) && begins_so(|c| c.is_ascii_digit()) && clock::time(cell).is_some();
        let number = number(cell);
        let is_mark = || {
            let named = is(MARKS) || is(NUMBERED) && is(NUMBER);
            named && !cell.contains(' ') && cell.bytes().any(|byte| byte.is_ascii_digit())
        };
        let is_total = || number.is_some() && begins(TOTALS);
        let is_about = || number.is_none() && is(ABOUT) && begins_so(char::is_alphabetic);
        is_time() || is_mark() || is_total() || is_about()
    }

    /// Whether another cell of the row that is read says the same: words in any column, a number in one
    /// of its sums.
    fn is_said(&self, cell: &str, at: usize, cells: &[Cell]) -> bool {
        let said = number(cell);
        let mut others = self.section.columns.iter().zip(cells).enumerate();
        others.any(|(other, (column, text))| {
            let Column::Field(field) = column else { return false };
            let text = trimmed(text);
            if other == at || text.is_empty() {
                return false;
            }
            let sum = matches!(
                field,
                Field::Amount | Field::Gross | Field::Debit | Field::Credit | Field::Balance
            );
            match said {
                Some(said) if sum => number(text).is_some_and(|sum| sum.abs() == said.abs()),
                Some(_) => false,
                None => text.eq_ignore_ascii_case(cell),
            }
        })
    }
}

/// The number that a cell may be, with either decimal mark.
fn number(cell: &str) -> Option<Decimal> {
    let of = |mark| cell::number(cell, mark).value();
    of(Mark::Point).or_else(|| of(Mark::Comma))
}

fn among(all: &str, word: &str) -> bool {
    all.split(' ').any(|one| one == word)
}
