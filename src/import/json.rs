//! Reads JSON as tables: an array of objects is a table, their keys its header, each object a row.
//!
//! In: a text. Out: every such array with its rows, each with its place in the text. Objects inside
//! a row add their keys to it; an array of objects inside a row makes a row of each below it: an
//! action, then its details.

use std::borrow::Cow;

use indexmap::IndexMap;
use memchr::memchr_iter;
use serde_json::value::RawValue;

use super::profile::normalised;
use super::record::{Cell, Record};

/// An array of objects.
#[derive(Debug)]
pub struct Table<'s> {
    /// The key it stands under; empty for the whole text.
    pub name: String,
    /// The keys of its objects, in the order they appear.
    pub header: Vec<String>,
    /// A row of cells for each object, in the order of `header`.
    pub rows: Vec<(Record<'s>, Vec<Cell<'s>>)>,
}

/// How deep tables are looked for.
const DEPTH: usize = 3;

/// The tables of `text`; `Err` where it is no JSON: line, column and what was expected.
pub fn tables(text: &str) -> Result<Vec<Table<'_>>, (u32, String)> {
    let whole: &RawValue = serde_json::from_str(text).map_err(|error| {
        let line = u32::try_from(error.line()).unwrap_or(u32::MAX);
        (line, error.to_string())
    })?;
    let mut reading = Reading { text, at: 0, line: 1, tables: Vec::new() };
    reading.look("", whole, 0);
    Ok(reading.tables)
}

/// Cells by their keys.
type Keyed<'s> = Vec<(Cow<'s, str>, Cell<'s>)>;

struct Reading<'s> {
    text: &'s str,
    /// The place whose line is known.
    at: usize,
    line: u32,
    tables: Vec<Table<'s>>,
}

impl<'s> Reading<'s> {
    /// Finds the tables in a value.
    fn look(&mut self, name: &str, value: &'s RawValue, depth: usize) {
        if let Some(items) = items(value) {
            if items.first().is_some_and(|item| item.get().starts_with('{')) {
                self.table(name, &items);
            } else if depth < DEPTH {
                for item in items {
                    self.look(name, item, depth + 1);
                }
            }
        } else if depth < DEPTH
            && let Some(keys) = keys(value)
        {
            for (key, value) in keys {
                self.look(&key, value, depth + 1);
            }
        }
    }

    fn table(&mut self, name: &str, items: &[&'s RawValue]) {
        let mut header: IndexMap<Cow<'s, str>, ()> = IndexMap::new();
        let mut rows: Vec<(Record<'s>, Keyed<'s>)> = Vec::new();
        for item in items {
            let (mut own, mut details) = (Keyed::new(), Vec::new());
            flatten(item, &mut own, &mut details);
            let record = self.record(item.get());
            rows.push((record, own));
            for (text, detail) in details {
                let record = self.record(text);
                rows.push((record, detail));
            }
        }
        for (key, _) in rows.iter().flat_map(|(_, cells)| cells) {
            header.entry(key.clone()).or_default();
        }
        let ordered = |(record, keyed): (Record<'s>, Keyed<'s>)| {
            let mut cells = vec![Cow::Borrowed(""); header.len()];
            for (key, cell) in keyed {
                if let Some(at) = header.get_index_of(&key)
                    && !cell.is_empty()
                {
                    cells[at] = cell;
                }
            }
            (record, cells)
        };
        let rows = rows.into_iter().map(ordered).collect();
        let header = header.keys().map(ToString::to_string).collect();
        self.tables.push(Table { name: name.to_owned(), header, rows });
    }

    /// The record that is `part` of the text; parts are asked for from first to last.
    fn record(&mut self, part: &'s str) -> Record<'s> {
        let start = part.as_ptr() as usize - self.text.as_ptr() as usize;
        let (from, to) = (self.at.min(start), start);
        let lines = memchr_iter(b'\n', &self.text.as_bytes()[from..to]).count();
        self.line = self.line.saturating_add(u32::try_from(lines).unwrap_or(u32::MAX));
        self.at = start;
        Record { line: self.line, text: part, cut: false }
    }
}

/// The cells of an object, those of objects in it too, and the objects of arrays in it.
fn flatten<'s>(value: &'s RawValue, own: &mut Keyed<'s>, details: &mut Vec<(&'s str, Keyed<'s>)>) {
    for (key, value) in keys(value).into_iter().flatten() {
        match value.get().as_bytes().first() {
            Some(b'{') => flatten(value, own, details),
            Some(b'[') => {
                for item in items(value).into_iter().flatten() {
                    let mut detail = Keyed::new();
                    flatten(item, &mut detail, &mut Vec::new());
                    details.push((item.get(), detail));
                }
            }
            _ => own.push((key, cell(value))),
        }
    }
}

/// A plain value as a cell: nothing for `null`.
fn cell(value: &RawValue) -> Cell<'_> {
    let text = value.get();
    if text == "null" {
        return Cow::Borrowed("");
    }
    match text.strip_prefix('"').and_then(|text| text.strip_suffix('"')) {
        Some(plain) if !plain.contains('\\') => Cow::Borrowed(plain),
        Some(_) => Cow::Owned(serde_json::from_str(text).unwrap_or_default()),
        None => Cow::Borrowed(text),
    }
}

fn items(value: &RawValue) -> Option<Vec<&RawValue>> {
    value.get().starts_with('[').then(|| serde_json::from_str(value.get()).ok())?
}

/// The keys of an object with their values, in the order of the text.
fn keys(value: &RawValue) -> Option<Vec<(Cow<'_, str>, &RawValue)>> {
    let text = value.get();
    if !text.starts_with('{') {
        return None;
    }
    let map: IndexMap<String, &RawValue> = serde_json::from_str(text).ok()?;
    Some(map.into_iter().map(|(key, value)| (Cow::Owned(key), value)).collect())
}

/// The line of a row's text on which `key` stands, and the text of that line.
pub fn line_of<'s>(raw: &'s str, names: &[String]) -> Option<(u32, &'s str)> {
    raw.lines().enumerate().find_map(|(number, line)| {
        let key = line.trim_start().strip_prefix('"')?;
        let (key, rest) = key.split_once('"')?;
        let named = rest.trim_start().starts_with(':') && names.contains(&normalised(key));
        named.then(|| (u32::try_from(number).unwrap_or(u32::MAX), line))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrays_of_objects_are_tables_and_details_stand_below_their_row() {
        let text = "{\n \"From\": \"1\",\n \"Rows\": [\n  {\"A\": \"x\", \"B\": null, \"N\": 1.50},\n  {\"A\": \"y\\n\", \"More\": [\n    {\"Details\": {\"C\": \"1\"}},\n    {\"Details\": {\"C\": \"2\"}}]}\n ]\n}\n";
        let tables = tables(text).expect("JSON");
        assert_eq!(tables.len(), 1);
        let table = &tables[0];
        assert_eq!(
            (&*table.name, &table.header[..]),
            ("Rows", &["A", "B", "N", "C"].map(String::from)[..])
        );
        let rows: Vec<(u32, String)> =
            table.rows.iter().map(|(record, cells)| (record.line, cells.join("|"))).collect();
        let expected = [(4, "x||1.50|"), (5, "y\n|||"), (6, "|||1"), (7, "|||2")];
        assert_eq!(rows, expected.map(|(line, cells)| (line, cells.to_owned())));
    }

    #[test]
    fn what_is_cut_short_is_no_json() {
        assert_eq!(tables("{\"a\": [\n{\"b\": 1},").err().map(|(line, _)| line), Some(2));
        assert!(tables("{\"a\": 1}").expect("JSON").is_empty());
    }
}
