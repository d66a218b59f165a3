//! Takes a Flex query's XML apart: every element with attributes below a `FlexStatement` is a row,
//! its attributes the columns, its name the section.

use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;

use super::fields::{Field, field};
use super::rows::{Period, Raw, Sheet};
use super::sections::{self, Sort};
use crate::import::cell;
use crate::period::DateForm;
use crate::source::Name;

/// Every row. `Err`: the line on which the text breaks off or stops being XML.
pub fn read(text: &str) -> Result<Sheet<'_>, u32> {
    let mut sheet = Sheet::default();
    let mut reader = Reader::from_str(text);
    let (mut line, mut counted) = (1u32, 0usize);
    let mut line_at = |at: usize| {
        let breaks = memchr::memchr_iter(b'\n', &text.as_bytes()[counted.min(at)..at]).count();
        counted = counted.max(at);
        line = line.saturating_add(u32::try_from(breaks).unwrap_or(u32::MAX));
        line
    };
    let mut number: Option<Name> = None;
    let mut depth = 0usize;
    loop {
        let before = place(&reader);
        let event = reader.read_event();
        let after = place(&reader);
        match event {
            Ok(Event::Start(start)) => {
                depth += 1;
                element(&start, (before, after), &mut line_at, &mut number, &mut sheet)
                    .ok_or_else(|| line_at(before))?;
            }
            Ok(Event::Empty(start)) => {
                element(&start, (before, after), &mut line_at, &mut number, &mut sheet)
                    .ok_or_else(|| line_at(before))?;
            }
            Ok(Event::End(_)) => depth = depth.saturating_sub(1),
            Ok(Event::Eof) if depth == 0 => break,
            Ok(Event::Eof) | Err(_) => return Err(line_at(text.len())),
            Ok(_) => {}
        }
    }
    Ok(sheet)
}

fn place(reader: &Reader<&[u8]>) -> usize {
    usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX)
}

/// One element. `None`: its attributes are none.
fn element(
    start: &BytesStart,
    bytes: (usize, usize),
    line_at: &mut impl FnMut(usize) -> u32,
    number: &mut Option<Name>,
    sheet: &mut Sheet,
) -> Option<()> {
    let name = start.name().as_ref().to_owned();
    let mut raw = Raw {
        line: 0,
        bytes,
        sort: sections::sort(&name),
        section: Name::new(&name),
        cells: Vec::new(),
        also: Vec::new(),
        commission_in: None,
        holder: None,
        aside: None,
        trouble: None,
    };
    let mut any = false;
    for attribute in start.attributes().with_checks(false) {
        let attribute = attribute.ok()?;
        any = true;
        if let Some((field, _)) = field(attribute.key.as_ref()) {
            let value = attribute.normalized_value(XmlVersion::Implicit1_0).ok()?;
            if raw.cells.iter().all(|(known, _)| *known != field) {
                raw.cells.push((field, value.into_owned().into()));
            }
        }
    }
    match &*name {
        "FlexQueryResponse" | "FlexStatements" => return Some(()),
        "FlexStatement" => {
            *number = raw.get(Field::Account).map(Name::new);
            if let Some(period) = period(&raw) {
                sheet.periods.push((number.clone(), period));
            }
            return Some(());
        }
        // A section without rows, or the frame around them.
        _ if !any => return Some(()),
        _ => {}
    }
    raw.line = line_at(bytes.0);
    if raw.sort == Sort::About {
        let base = raw.get(Field::Currency).map(Name::new);
        sheet.base = sheet.base.take().or(base);
    }
    raw.holder = raw.get(Field::Account).map(Name::new).or_else(|| number.clone());
    sheet.rows.push(raw);
    Some(())
}

/// The days a statement is of.
fn period(raw: &Raw) -> Option<Period> {
    let day = |field| cell::day(raw.get(field)?, DateForm::YearMonthDay);
    Some((day(Field::FromDate)?, day(Field::ToDate)?))
}
