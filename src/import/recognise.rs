//! Says what a file is, by its content: an export with the layout of its header, or another kind of
//! file with what to do instead.

mod kinds;
mod section;
#[cfg(test)]
mod tests;

use std::cmp::Reverse;

pub use self::kinds::Kinds;
pub use self::section::{Column, In, Section, section};

use self::kinds::{by_beginning, by_rows, eventless, unread};
use self::section::{bound, columns, currencies, opens, places, unknown};
use super::cell::{self, Mark, Number};
use super::feed::{Feed, Form};
use super::json;
use super::outcome::Refused;
use super::profile::{Cells, Profile, Table, normalised};
use super::record::{Cell, Records};
use crate::diagnostic::Diagnostic;
use crate::period::DateForm;
use crate::source::{Name, Source};

/// In how many records the header is looked for.
const HEAD: usize = 30;
/// In how many more where it is not among those.
const DEEP: usize = 400;

/// How one export is laid out.
#[derive(Clone, Debug)]
pub struct Layout<'p> {
    /// What reads it.
    pub profile: &'p Profile,
    /// How it is written.
    pub form: Form,
    /// How many records stand above the first that may be a row.
    pub skip: usize,
    /// Its first table.
    pub first: Section<'p>,
    /// The account's number in a row above the header.
    pub number: Option<Name>,
    /// By what it was recognised, in words.
    pub why: String,
}

/// The first records of a file, its cells as they are compared with names.
struct Head {
    form: Form,
    records: Vec<(u32, String, Vec<String>)>,
}

/// What `file` is, and which of its texts: of a workbook the longest sheet that one of `profiles`
/// reads. `Err` as of its longest.
pub fn sheet<'p, 's>(
    file: &'s Source,
    profiles: &'p [Profile],
    kinds: &Kinds,
) -> Result<(&'s Source, Layout<'p>), Box<Refused>> {
    let refused = match recognise(file, profiles, kinds) {
        Ok(layout) => return Ok((file, layout)),
        Err(refused) => refused,
    };
    let read = |other: &'s Source| Some((other, recognise(other, profiles, kinds).ok()?));
    file.sheets.iter().find_map(read).ok_or(refused)
}

/// What `source` is. `Err`: no export that one of `profiles` reads.
pub fn recognise<'p>(
    source: &Source,
    profiles: &'p [Profile],
    kinds: &Kinds,
) -> Result<Layout<'p>, Box<Refused>> {
    if source.text.trim_start().starts_with(['{', '[']) {
        return as_json(source, profiles, kinds);
    }
    if let Some(refused) = by_beginning(source, kinds) {
        return Err(Box::new(refused));
    }
    let heads = |most| [b',', b';', b'\t'].map(|delimiter| head(&source.text, delimiter, most));
    let near = heads(HEAD);
    let mut layout = best(&near, profiles).or_else(|| by_shape(&near, profiles));
    if layout.is_none() {
        if let Some(refused) = by_rows(source, &near, kinds) {
            return Err(Box::new(refused));
        }
        layout = best(&heads(DEEP), profiles);
    }
    match layout {
        Some(layout) if has_events(source, &layout) => Ok(layout),
        Some(layout) => Err(Box::new(eventless(source, &layout))),
        None => Err(Box::new(unread(source, &near, profiles))),
    }
}

/// The layout that most columns speak for, tables of no events last; it starts at the first header
/// of its profile.
fn best<'p>(heads: &[Head], profiles: &'p [Profile]) -> Option<Layout<'p>> {
    type Rank = (bool, usize, Reverse<usize>);
    let mut best: Option<(Rank, &Head, &'p Profile, usize)> = None;
    for head in heads {
        for (line, _, cells) in &head.records {
            for profile in profiles.iter().filter(|profile| profile.is_table()) {
                for table in profile.tables.iter().filter(|table| opens(table, cells)) {
                    let columns = columns(profile, table, cells, &places(table, cells));
                    let bound = bound(&columns);
                    let unknown = unknown(&columns);
                    // Common names among many others are another broker's.
                    if table.ignore.is_none() && 2 * unknown > bound {
                        continue;
                    }
                    let rank = (table.ignore.is_none(), bound, Reverse(unknown));
                    if best.as_ref().is_none_or(|(most, ..)| rank > *most) {
                        best = Some((rank, head, profile, *line as usize));
                    }
                }
            }
        }
    }
    let ((_, bound, _), head, profile, line) = best?;
    let (at, first) = head.records.iter().enumerate().find_map(|(at, (line, _, cells))| {
        section(profile, cells, *line).map(|section| (at, section))
    })?;
    Some(Layout {
        profile,
        form: head.form,
        skip: at + 1,
        first,
        number: number(profile, &head.records[..at]),
        why: why(profile, line, bound, head.form),
    })
}

/// Whether one of the file's tables has rows that may be events.
fn has_events(source: &Source, layout: &Layout) -> bool {
    if layout.first.table.ignore.is_none() {
        return true;
    }
    let mut feed = Feed::new(&source.text, layout.form, layout.skip);
    let mut cells = Vec::new();
    while let Some(record) = feed.next(&mut cells) {
        let names: Vec<String> = cells.iter().map(|cell: &Cell| normalised(cell)).collect();
        let found = section(layout.profile, &names, record.line);
        if found.is_some_and(|section| section.table.ignore.is_none()) {
            return true;
        }
    }
    false
}

/// What a JSON text is: its tables are looked at as others are.
fn as_json<'p>(
    source: &Source,
    profiles: &'p [Profile],
    kinds: &Kinds,
) -> Result<Layout<'p>, Box<Refused>> {
    let tables = json::tables(&source.text).map_err(|(line, message)| {
        let diagnostic = Diagnostic::error("not-json", format!("not JSON: {message}"))
            .at(source.place_of_line(line.max(1)));
        Box::new(Refused {
            file: source.name.clone(),
            reason: "JSON that is cut short or damaged".to_owned(),
            advice: "download it again".to_owned(),
            diagnostic: Some(diagnostic),
        })
    })?;
    let mut best: Option<(usize, Layout<'p>)> = None;
    for (number, table) in tables.iter().enumerate() {
        let cells: Vec<String> = table.header.iter().map(|name| normalised(name)).collect();
        for profile in profiles.iter().filter(|profile| profile.is_table()) {
            let Some(first) = section(profile, &cells, 0) else { continue };
            let bound = bound(&first.columns);
            if first.table.ignore.is_none() && best.as_ref().is_none_or(|(most, _)| bound > *most) {
                let why =
                    format!("the table `{}` has {bound} columns of `{}`", table.name, profile.name);
                let form = Form::Json(number);
                best = Some((bound, Layout { profile, form, skip: 0, first, number: None, why }));
            }
        }
    }
    best.map(|(_, layout)| layout).ok_or_else(|| {
        Box::new(by_beginning(source, kinds).unwrap_or_else(|| Refused::unread(source)))
    })
}

fn head(text: &str, delimiter: u8, most: usize) -> Head {
    let (mut records, mut cells) = (Records::new(text, delimiter), Vec::new());
    let mut head = Vec::new();
    while head.len() < most {
        let Some(record) = records.next(&mut cells) else { break };
        let names = cells.iter().map(|cell: &Cell| normalised(cell)).collect();
        head.push((record.line, record.text.to_owned(), names));
    }
    Head { form: Form::Delimited(delimiter), records: head }
}

/// The layout of a file without a header, all of whose first records have the shape that a table
/// describes; `None` where two tables do.
fn by_shape<'p>(heads: &[Head], profiles: &'p [Profile]) -> Option<Layout<'p>> {
    let fits = |table: &Table, head: &Head| {
        let records = head.records.iter().map(|(_, _, cells)| cells);
        let mut records =
            records.filter(|cells| cells.iter().any(|cell| !cell.is_empty())).peekable();
        records.peek().is_some() && records.all(|cells| has_shape(&table.shape, cells))
    };
    let tables = profiles
        .iter()
        .flat_map(|profile| profile.tables.iter().map(move |table| (profile, table)))
        .filter(|(_, table)| !table.shape.is_empty());
    let mut found = tables
        .flat_map(|(profile, table)| heads.iter().map(move |head| (profile, table, head)))
        .filter(|(_, table, head)| fits(table, head));
    let (profile, table, head) = found.next().filter(|_| found.next().is_none())?;
    let names: Vec<String> = table.header.iter().map(|name| normalised(name)).collect();
    let places = places(table, &names);
    let columns = columns(profile, table, &names, &places);
    let currencies = currencies(profile, &names);
    let first = Section { line: 0, table, columns, places, currencies };
    let count = names.len();
    let why = format!("its rows have no header and the {count} columns of `{}`", profile.name);
    Some(Layout { profile, form: head.form, skip: 0, first, number: None, why })
}

fn has_shape(shape: &[Cells], cells: &[String]) -> bool {
    let number = |cell: &str| matches!(cell::number(cell, Mark::Point), Number::Some(_));
    let day = |cell: &str| {
        cell::day(cell, DateForm::MonthDayYear)
            .or_else(|| cell::day(cell, DateForm::DayMonthYear))
            .is_some()
    };
    cells.len() == shape.len()
        && cells.iter().zip(shape).all(|(cell, what)| match what {
            Cells::Days => day(cell),
            Cells::Numbers => number(cell),
            Cells::Words => !cell.is_empty() && !day(cell) && !number(cell),
            Cells::Text(text) => cell == text,
            Cells::Any => true,
        })
}

fn why(profile: &Profile, line: usize, bound: usize, form: Form) -> String {
    let marks = match form {
        Form::Delimited(b';') => ", parted by semicolons",
        Form::Delimited(b'\t') => ", parted by tabs",
        Form::Delimited(_) | Form::Json(_) => "",
    };
    format!("the header on line {line} has {bound} columns of `{}`{marks}", profile.name)
}

/// The account's number in the rows above the header.
fn number(profile: &Profile, above: &[(u32, String, Vec<String>)]) -> Option<Name> {
    let pattern = profile.number.title.as_ref()?;
    above.iter().find_map(|(_, text, _)| Some(Name::new(&pattern.captures(text)?[1])))
}
