//! Takes a statement apart: lines of `Section,Kind,cells`, a header for each section, and another
//! where a section changes its columns.

use super::fields::{Field, field};
use super::fills;
use super::rows::{Raw, Sheet};
use super::sections::{self, Sort};
use crate::import::cell;
use crate::import::record::{Cell, Records};
use crate::period::{DateForm, NaiveDate};
use crate::source::Name;

/// The columns of a section.
#[derive(Default)]
struct Header {
    section: String,
    columns: Vec<Option<Field>>,
    commission_in: Option<Name>,
}

/// Every line of a statement that is not blank.
pub fn read(text: &str) -> Sheet<'_> {
    let mut sheet = Sheet::default();
    let mut records = Records::new(text, b',');
    let mut cells: Vec<Cell> = Vec::new();
    let mut header = Header::default();
    let mut number: Option<Name> = None;
    while let Some(record) = records.next(&mut cells) {
        if cells.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        let start = record.text.as_ptr() as usize - text.as_ptr() as usize;
        let section = cells[0].trim();
        let kind = cells.get(1).map_or("", |cell| cell.trim());
        if kind == "Header" {
            header = columns(section, &cells);
        }
        let sort = sections::sort(section);
        let mut raw = Raw {
            line: record.line,
            bytes: (start, start + record.text.len()),
            section: section.into(),
            sort,
            cells: Vec::new(),
            also: Vec::new(),
            commission_in: header.commission_in.clone(),
            holder: None,
            aside: None,
            trouble: None,
        };
        match kind {
            "Header" => raw.aside = Some("header of a section".into()),
            "Total" => raw.aside = Some("total".into()),
            "SubTotal" => raw.aside = Some("subtotal".into()),
            "Notes" => raw.aside = Some("note".into()),
            "Data" => {
                // Totals stand among the data too, told by their first words.
                let total =
                    |cell: &Cell| cell.trim() == "Total" || cell.trim().starts_with("Total ");
                let totals = sort != Sort::About && sort != Sort::CashReport;
                if totals && cells.iter().skip(2).take(2).any(total) {
                    raw.aside = Some("total".into());
                }
                if header.section != section {
                    raw.trouble = Some("it stands below no header of its section");
                }
                let wide = header.columns.len();
                let rest = cells.drain(..).skip(2);
                for (at, cell) in rest.enumerate() {
                    if let Some(Some(field)) = header.columns.get(at) {
                        raw.cells.push((*field, cell));
                    } else if at >= wide && !cell.trim().is_empty() {
                        raw.trouble = Some("it has more cells than the header of its section");
                    }
                }
                let ends = start + record.text.len() == text.len();
                if record.cut || ends && raw.cells.len() < header.columns.iter().flatten().count() {
                    raw.trouble = Some("it breaks off: download the file again");
                }
            }
            _ => raw.trouble = Some("it is neither header nor data nor total"),
        }
        if sort == Sort::About && raw.aside.is_none() {
            about(&raw, &mut sheet, &mut number);
        }
        raw.holder = raw.get(Field::Account).map(Name::new);
        sheet.rows.push(raw);
    }
    for row in &mut sheet.rows {
        if row.holder.is_none() {
            row.holder.clone_from(&number);
        }
    }
    fills::join(&mut sheet);
    sheet
}

fn columns(section: &str, cells: &[Cell]) -> Header {
    let mut header = Header { section: section.to_owned(), ..Header::default() };
    for cell in cells.iter().skip(2) {
        let found = field(cell);
        if let Some((_, Some(currency))) = found {
            header.commission_in = Some(currency.into());
        }
        // The first of two columns with one meaning is the one.
        let found = found.map(|(field, _)| field);
        let again = found.is_some() && header.columns.contains(&found);
        header.columns.push(if again { None } else { found });
    }
    header
}

/// What a statement says of itself.
fn about(raw: &Raw, sheet: &mut Sheet, number: &mut Option<Name>) {
    let (Some(name), Some(value)) = (raw.get(Field::About), raw.get(Field::Says)) else {
        return;
    };
    match name {
        "Account" => {
            *number = number.take().or_else(|| value.split_whitespace().next().map(Name::new));
        }
        "Base Currency" => sheet.base = Some(value.into()),
        "Period" => {
            if let Some(period) = period(value) {
                sheet.periods.push((None, period));
            }
        }
        _ => {}
    }
}

/// `January 1, 2024 - December 31, 2024`, or one day.
fn period(text: &str) -> Option<(NaiveDate, NaiveDate)> {
    let day = |text: &str| cell::day(text, DateForm::MonthDayYear);
    match text.split_once(" - ") {
        Some((first, last)) => Some((day(first)?, day(last)?)),
        None => day(text).map(|day| (day, day)),
    }
}
