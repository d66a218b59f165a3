//! Takes a Flex query's CSV apart: a header above the rows of each section, or lines that begin with
//! `BOF`, `BOS`, `HEADER`, `DATA`, where the query writes section codes.

use std::borrow::Cow;

use super::fields::{Field, bare, field};
use super::rows::{Raw, Sheet};
use super::sections::{self, Sort};
use crate::import::cell;
use crate::import::record::{Cell, Records};
use crate::money;
use crate::period::DateForm;
use crate::source::Name;

/// Columns that only these queries have, bare.
#[rustfmt::skip]
const OWN: &[&str] = &[
    "clientaccountid", "currencyprimary", "ibcommission", "ibcommissioncurrency", "fxratetobase",
    "levelofdetail", "notescodes", "opencloseindicator", "fifopnlrealized", "ibexecid", "iborderid",
    "principaladjustfactor",
];

/// Words that begin the lines of a query with section codes.
const MARKS: &[&str] = &["BOF", "BOA", "BOS", "EOS", "EOA", "EOF"];

/// What a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Rows below headers, or with section codes.
    Query,
    /// Rows of a query whose headers were switched off.
    Headless,
    /// Something else.
    Other,
}

/// What the text is, by its first lines.
pub fn form(text: &str) -> Form {
    let mut records = Records::new(text, b',');
    let mut cells: Vec<Cell> = Vec::new();
    for _ in 0..8 {
        if records.next(&mut cells).is_none() {
            break;
        }
        let first = cells[0].trim();
        if matches!(first, "BOF" | "BOA" | "BOS") && cells.len() < 12 || is_header(&cells) {
            return Form::Query;
        }
        if !cells.iter().all(|cell| cell.trim().is_empty()) {
            break;
        }
    }
    if is_headless(text) { Form::Headless } else { Form::Other }
}

/// Whether a record is a header of a query: one of its own columns at least, and no number.
fn is_header(cells: &[Cell]) -> bool {
    cells.iter().any(|cell| OWN.contains(&&*bare(cell))) && is_names(cells)
}

/// Whether cells are names of columns: three that are known, and neither a number nor a day.
fn is_names(cells: &[Cell]) -> bool {
    let known = cells.iter().filter(|cell| field(cell).is_some()).count();
    let value = |cell: &Cell| {
        let text = cell.trim();
        money::plain(text).is_some() || cell::day(text, DateForm::YearMonthDay).is_some()
    };
    known >= 3 && !cells.iter().any(value)
}

/// Whether rows begin with the broker's ids and have its words for what they are.
fn is_headless(text: &str) -> bool {
    const WORDS: &[&str] = &[
        "Deposits/Withdrawals",
        "Deposits & Withdrawals",
        "Withholding Tax",
        "Broker Interest Received",
        "Broker Interest Paid",
        "Payment In Lieu Of Dividends",
    ];
    let mut records = Records::new(text, b',');
    let mut cells: Vec<Cell> = Vec::new();
    let mut rows = 0;
    let mut told = false;
    while rows < 200 && records.next(&mut cells).is_some() {
        rows += 1;
        told |= cells.iter().take(6).any(|cell| WORDS.contains(&cell.trim()))
            && cells[0].trim().bytes().all(|byte| byte.is_ascii_digit())
            && cells[0].trim().len() >= 8;
    }
    told
}

/// The columns of a section.
#[derive(Default)]
struct Section {
    name: Name,
    sort: Option<Sort>,
    columns: Vec<Option<Field>>,
}

/// Every line that is not blank.
pub fn read(text: &str) -> Sheet<'_> {
    let mut sheet = Sheet::default();
    let mut records = Records::new(text, b',');
    let mut cells: Vec<Cell> = Vec::new();
    let mut section = Section::default();
    let mut number: Option<Name> = None;
    while let Some(record) = records.next(&mut cells) {
        if cells.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        let start = record.text.as_ptr() as usize - text.as_ptr() as usize;
        let first = cells[0].trim().to_owned();
        let mut aside: Option<Name> = None;
        let mut skip = 0;
        if MARKS.contains(&&*first) {
            aside = Some("mark of a section".into());
            if first == "BOS" {
                let code = cells.get(1).map_or("", |cell| cell.trim());
                let sort = Some(sections::sort(code)).filter(|sort| *sort != Sort::Other);
                section = Section { name: code.into(), sort, columns: Vec::new() };
            } else if first == "BOA" || first == "BOF" {
                number = account(&cells).or(number);
            }
        } else {
            if matches!(&*first, "HEADER" | "DATA" | "TRAILER") {
                skip =
                    1 + usize::from(cells.get(1).is_some_and(|cell| *cell.trim() == *section.name));
            }
            if first == "TRAILER" {
                aside = Some("mark of a section".into());
            } else if first == "HEADER" || first != "DATA" && is_names(&cells) {
                aside = Some("header of a section".into());
                columns(&mut section, &cells[skip..]);
            }
        }
        let mut raw = Raw {
            line: record.line,
            bytes: (start, start + record.text.len()),
            section: section.name.clone(),
            sort: section.sort.unwrap_or(Sort::Other),
            cells: Vec::new(),
            also: Vec::new(),
            commission_in: None,
            holder: None,
            aside,
            trouble: None,
        };
        if raw.aside.is_none() {
            fill(&mut raw, &section, &mut cells, skip);
            let ends = start + record.text.len() == text.len();
            if record.cut || ends && raw.cells.len() < section.columns.iter().flatten().count() {
                raw.trouble = Some("it breaks off: download the file again");
            }
            if raw.sort == Sort::About {
                sheet.base = sheet.base.take().or(raw.get(Field::Currency).map(Name::new));
            }
        }
        raw.holder = raw.get(Field::Account).map(Name::new).or_else(|| number.clone());
        sheet.rows.push(raw);
    }
    sheet
}

fn columns(section: &mut Section, cells: &[Cell]) {
    let fields: Vec<Option<Field>> =
        cells.iter().map(|cell| field(cell).map(|(field, _)| field)).collect();
    let known: Vec<Field> = fields.iter().flatten().copied().collect();
    // Without section codes a header is where the next section begins.
    let by_code = !section.name.is_empty() && section.sort.is_some();
    if !by_code {
        section.sort = Some(sections::by_columns(&known));
    }
    section.columns = Vec::with_capacity(fields.len());
    for field in fields {
        let again = field.is_some() && section.columns.contains(&field);
        section.columns.push(if again { None } else { field });
    }
}

fn fill<'s>(raw: &mut Raw<'s>, section: &Section, cells: &mut Vec<Cell<'s>>, skip: usize) {
    let wide = section.columns.len();
    for (at, cell) in cells.drain(..).skip(skip).enumerate() {
        if let Some(Some(field)) = section.columns.get(at) {
            raw.cells.push((*field, cell));
        } else if at >= wide && !cell.trim().is_empty() {
            raw.trouble = Some("it has more cells than the header of its section");
        }
    }
    if section.columns.is_empty() {
        raw.trouble = Some("it stands below no header");
    }
}

/// The account's number in a line that begins the rows of an account: it alone stands after the mark.
fn account(cells: &[Cell]) -> Option<Name> {
    let text: Cow<str> = cells.get(1)?.trim().into();
    let number = text.len() >= 5
        && text.bytes().any(|byte| byte.is_ascii_digit())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    number.then(|| Name::new(&text))
}
