//! Says what a file is, by its content: an export with the layout of its header, or another kind of
//! file with what to do instead.

use std::cmp::Reverse;

use super::cell::{self, Mark, Number};
use super::feed::{Feed, Form};
use super::json;
use super::outcome::{Refused, plural};
use super::profile::{Cells, Field, Profile, Table, in_currency, normalised};
use super::record::{Cell, Records};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::strict::File;
use crate::period::DateForm;
use crate::source::{Name, Source};

/// In how many records the header is looked for.
const HEAD: usize = 30;

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

/// The rows below one header.
#[derive(Clone, Debug)]
pub struct Section<'p> {
    /// Line of the header; 0 where the file has none.
    pub line: u32,
    /// Which of the profile's tables it is.
    pub table: &'p Table,
    /// What each column holds, in the order of the file.
    pub columns: Vec<Column>,
    /// Where each field stands: of several columns of one field, the one to look at first in front.
    pub places: Vec<(Field, usize)>,
    /// What each column is in, in the order of the file.
    pub currencies: Vec<In>,
}

impl Section<'_> {
    /// Whether a column holds this field.
    pub fn has(&self, field: Field) -> bool {
        self.place(field).is_some()
    }

    /// Whether the cells of both mean the same, wherever their headers stand.
    pub fn is_bound_as(&self, other: &Section) -> bool {
        std::ptr::eq(self.table, other.table)
            && self.columns == other.columns
            && self.places == other.places
            && self.currencies == other.currencies
    }

    /// Where the column of this field stands.
    pub fn place(&self, field: Field) -> Option<usize> {
        self.places.iter().find(|(known, _)| *known == field).map(|(_, at)| *at)
    }
}

/// What a column holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Column {
    /// A field of the row.
    Field(Field),
    /// Nothing that an event needs.
    Unused,
    /// Something that the profile does not know, under this name.
    Unknown(String),
}

/// What says the currency of a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum In {
    /// Nothing but the row.
    Row,
    /// The column's own name: `Total (GBP)`.
    Name(Name),
    /// The column at this position: `Currency (Total)`.
    Column(usize),
}

/// The first records of a file, its cells as they are compared with names.
struct Head {
    form: Form,
    records: Vec<(u32, String, Vec<String>)>,
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
    let heads = [b',', b';', b'\t'].map(|delimiter| head(&source.text, delimiter));
    if let Some(layout) = best(&heads, profiles).or_else(|| by_shape(&heads, profiles)) {
        return if has_events(source, &layout) {
            Ok(layout)
        } else {
            Err(Box::new(eventless(source, &layout)))
        };
    }
    let refused = by_rows(source, &heads, kinds);
    Err(Box::new(refused.unwrap_or_else(|| unread(source, &heads, profiles))))
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

/// The section that a record of these cells, normalised, begins: of several tables the one that knows
/// most of its columns, then the one whose own header has most of their names.
pub fn section<'p>(profile: &'p Profile, cells: &[String], line: u32) -> Option<Section<'p>> {
    let mut found: Option<((usize, usize, usize), Section<'p>)> = None;
    for table in profile.tables.iter().filter(|table| opens(table, cells)) {
        let places = places(table, cells);
        let columns = columns(profile, table, cells, &places);
        let own = |cell: &&String| table.header.iter().any(|name| normalised(name) == **cell);
        let known = columns.len() - unknown(&columns);
        let fits = (known, cells.iter().filter(own).count(), bound(&columns));
        if found.as_ref().is_none_or(|(most, _)| fits > *most) {
            let currencies = currencies(profile, cells);
            found = Some((fits, Section { line, table, columns, places, currencies }));
        }
    }
    found.map(|(_, section)| section)
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

/// A file of one of the profile's brokers that has no events.
fn eventless(source: &Source, layout: &Layout) -> Refused {
    let what = layout.first.table.ignore.as_deref().unwrap_or_default();
    Refused {
        file: source.name.clone(),
        reason: format!("{}, not events", plural(what)),
        advice: format!("download the history: {}", layout.profile.download),
        diagnostic: None,
    }
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

fn head(text: &str, delimiter: u8) -> Head {
    let (mut records, mut cells) = (Records::new(text, delimiter), Vec::new());
    let mut head = Vec::new();
    while head.len() < HEAD {
        let Some(record) = records.next(&mut cells) else { break };
        let names = cells.iter().map(|cell: &Cell| normalised(cell)).collect();
        head.push((record.line, record.text.to_owned(), names));
    }
    Head { form: Form::Delimited(delimiter), records: head }
}

/// Whether a record of these cells, normalised, is the header of a table.
fn opens(table: &Table, cells: &[String]) -> bool {
    if cells.len() < 2 {
        return false;
    }
    // Names that a profile gave to the columns of files without a header are common ones.
    if table.needs.is_empty() || !table.shape.is_empty() {
        let mut all = table.header.iter().map(|name| normalised(name));
        return !table.header.is_empty() && all.all(|name| cells.contains(&name));
    }
    let found = |need: &Field| table.aliases(*need).iter().any(|name| place(name, cells).is_some());
    table.needs.iter().all(found)
}

/// Where a column of this name stands: as it is named, else with a currency at its end. `change >`
/// is the unnamed column after `change`, `< total` the one before `total`.
fn place(name: &str, cells: &[String]) -> Option<usize> {
    let unnamed = |at: usize| cells.get(at).is_some_and(String::is_empty).then_some(at);
    if let Some(before) = name.strip_suffix(" >") {
        return unnamed(place(before, cells)? + 1);
    }
    if let Some(after) = name.strip_prefix("< ") {
        return unnamed(place(after, cells)?.checked_sub(1)?);
    }
    // A name in a currency begins with the name: most cells are told apart by that alone.
    let plain = |cell: &String| {
        cell.len() > name.len()
            && cell.starts_with(name)
            && in_currency(cell).is_some_and(|(plain, _)| plain == name)
    };
    cells.iter().position(|cell| cell == name).or_else(|| cells.iter().position(plain))
}

/// What says the currency of each column.
fn currencies(profile: &Profile, cells: &[String]) -> Vec<In> {
    let of = |cell: &String| {
        let plain = in_currency(cell);
        let named = plain.map_or(cell.as_str(), |(name, _)| name);
        let beside = profile.costs.currency_of.as_ref().and_then(|form| {
            let own = form.replace("{}", cell);
            let plain = form.replace("{}", named);
            cells.iter().position(|cell| *cell == own || *cell == plain)
        });
        match (beside, plain) {
            (Some(at), _) => In::Column(at),
            (None, Some((_, currency))) => In::Name(currency.into()),
            (None, None) => In::Row,
        }
    };
    cells.iter().map(of).collect()
}

/// Where each field stands. The first of two columns with one name is the one; of two names of one
/// field, that which the profile gives first.
fn places(table: &Table, cells: &[String]) -> Vec<(Field, usize)> {
    let of = |(field, names): &(Field, Vec<String>)| {
        let field = *field;
        let found = names.iter().filter_map(|name| place(name, cells)).map(move |at| (field, at));
        found.collect::<Vec<_>>()
    };
    table.columns.iter().flat_map(of).collect()
}

/// What each column holds.
fn columns(
    profile: &Profile,
    table: &Table,
    cells: &[String],
    places: &[(Field, usize)],
) -> Vec<Column> {
    let other = |cell: &String| {
        if table.is_unused(cell) { Column::Unused } else { Column::Unknown(cell.clone()) }
    };
    let mut columns: Vec<Column> = cells.iter().map(other).collect();
    for (field, at) in places {
        columns[*at] = Column::Field(*field);
    }
    // What only says the currency of another column is known by that.
    for currency in currencies(profile, cells) {
        if let In::Column(at) = currency
            && matches!(columns[at], Column::Unknown(_))
        {
            columns[at] = Column::Unused;
        }
    }
    columns
}

/// How many columns hold a field.
fn bound(columns: &[Column]) -> usize {
    columns.iter().filter(|column| matches!(column, Column::Field(_))).count()
}

/// How many columns the profile does not know.
fn unknown(columns: &[Column]) -> usize {
    columns.iter().filter(|column| matches!(column, Column::Unknown(_))).count()
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

/// Files of other kinds.
#[derive(Debug, Default)]
pub struct Kinds(Vec<Kind>);

#[derive(Debug)]
struct Kind {
    begins: Vec<String>,
    contains: Option<String>,
    header: Vec<String>,
    first: Vec<String>,
    reason: String,
    advice: String,
}

impl Kinds {
    /// Those that come with rentier.
    pub fn shipped() -> (Kinds, Vec<Diagnostic>) {
        let source = Source::new("src/import/refusals.toml", include_str!("refusals.toml"));
        File::read(&source, |root| {
            let kind = |group: &crate::diagnostic::strict::Group| {
                let lower = |key| {
                    group.texts(key).iter().map(|at| at.value.to_lowercase()).collect::<Vec<_>>()
                };
                let text = |key| group.text(key).map(|at| at.value.to_string());
                let kind = Kind {
                    begins: lower("begins"),
                    contains: text("contains"),
                    header: group.texts("header").iter().map(|at| normalised(&at.value)).collect(),
                    first: lower("first"),
                    reason: text("reason").unwrap_or_default(),
                    advice: text("advice").unwrap_or_default(),
                };
                group.finish();
                kind
            };
            Kinds(root.groups("refuse").iter().map(kind).collect())
        })
    }
}

impl Kind {
    fn refused(&self, source: &Source) -> Refused {
        Refused {
            file: source.name.clone(),
            reason: self.reason.clone(),
            advice: self.advice.clone(),
            diagnostic: None,
        }
    }
}

fn by_beginning(source: &Source, kinds: &Kinds) -> Option<Refused> {
    let text = source.text.trim_start();
    if text.is_empty() {
        return Some(Refused {
            file: source.name.clone(),
            reason: "an empty file".to_owned(),
            advice: "download it again".to_owned(),
            diagnostic: None,
        });
    }
    let begins = |start: &String| {
        text.get(..start.len()).is_some_and(|found| found.eq_ignore_ascii_case(start))
    };
    let kind = kinds.0.iter().find(|kind| {
        kind.begins.iter().any(begins)
            && kind.contains.as_ref().is_none_or(|part| {
                let end = (0..=text.len().min(20_000)).rev().find(|at| text.is_char_boundary(*at));
                text[..end.unwrap_or_default()].contains(part)
            })
    })?;
    Some(kind.refused(source))
}

fn by_rows(source: &Source, heads: &[Head], kinds: &Kinds) -> Option<Refused> {
    let rows = || heads.iter().flat_map(|head| &head.records).map(|(_, _, cells)| cells);
    let kind = kinds.0.iter().find(|kind| {
        let header = !kind.header.is_empty()
            && rows().any(|cells| kind.header.iter().all(|name| cells.contains(name)));
        let first = rows().any(|cells| {
            cells
                .first()
                .is_some_and(|cell| kind.first.iter().any(|start| cell.starts_with(start.as_str())))
        });
        header || first
    })?;
    Some(kind.refused(source))
}

/// A file that nothing knows: what comes nearest, for a profile of the user's own.
fn unread(source: &Source, heads: &[Head], profiles: &[Profile]) -> Refused {
    let refused = Refused::unread(source);
    let comma =
        heads.iter().max_by_key(|head| head.records.iter().map(|(_, _, cells)| cells.len()).max());
    let Some(head) = comma else { return refused };
    let known = |profile: &Profile, cells: &[String]| {
        cells.iter().filter(|cell| profile.field_of(cell).is_some()).count()
    };
    let nearest = head
        .records
        .iter()
        .filter(|(_, _, cells)| cells.len() > 1)
        .flat_map(|record| profiles.iter().map(move |profile| (record, profile)))
        .map(|(record, profile)| (known(profile, &record.2), record, profile))
        .rev()
        .max_by_key(|(count, _, _)| *count);
    let first = head.records.iter().find(|(_, _, cells)| cells.iter().any(|cell| !cell.is_empty()));
    let (line, label) = match (nearest, first) {
        (Some((count, (line, _, cells), profile)), _) if count > 0 => {
            let all = cells.iter().filter(|cell| !cell.is_empty()).count();
            let has =
                format!("nearest: `{}`, which has {count} of these {all} columns", profile.name);
            (*line, has)
        }
        (_, Some((line, ..))) => (*line, String::new()),
        _ => return refused,
    };
    let diagnostic = Diagnostic::error("no-profile", "no profile reads this file")
        .at(source.place_of_line(line).labelled(label))
        .help(format!("draft a profile from it: rentier profile new {}", source.name));
    Refused { diagnostic: Some(diagnostic), ..refused }
}

#[cfg(test)]
mod tests {
    use super::super::profile::shipped;
    use super::*;

    fn refusal(text: &str) -> String {
        let profiles = shipped();
        match recognise(&Source::new("x.csv", text), &profiles, &Kinds::shipped().0) {
            Ok(layout) => format!("read by {}: {}", layout.profile.name, layout.why),
            Err(refused) => format!("{}: {}", refused.reason, refused.advice),
        }
    }

    #[test]
    fn the_table_of_refusals_is_read_without_a_complaint() {
        let (kinds, diagnostics) = Kinds::shipped();
        assert_eq!(diagnostics, []);
        assert!(kinds.0.iter().all(|kind| !kind.reason.is_empty() && !kind.advice.is_empty()));
    }

    #[test]
    fn files_of_other_kinds_are_named() {
        for (text, expected) in [
            ("", "an empty file"),
            ("\n \n", "an empty file"),
            ("<!DOCTYPE html><html>", "a web page"),
            ("PK\u{3}\u{4}\u{14}", "a spreadsheet or an archive"),
            (
                "\"Positions for All-Accounts as of 06:04 PM ET\"\n\n\"Symbol\",\"Quantity\"\n",
                "positions, not events: download the history",
            ),
            ("Date,What\n2024-01-01,x\n", "no profile reads it"),
        ] {
            assert!(refusal(text).starts_with(expected), "{}", refusal(text));
        }
    }

    #[test]
    fn a_header_is_found_below_a_preamble_in_any_order_of_columns() {
        let text = "\u{a0}\n\"Transactions  for account Brokerage XXXX-1234 as of 11/15/2020 18:00:21 ET\"\n\
                    Date,Action,Symbol,Description,Price,Quantity,Fees & Comm,Amount,\n";
        let profiles = shipped();
        let layout = recognise(&Source::new("x", text), &profiles, &Kinds::shipped().0)
            .expect("a Schwab export");
        assert_eq!(layout.skip, 3);
        assert_eq!(layout.number.as_deref(), Some("XXXX-1234"));
        assert_eq!(layout.first.columns[4], Column::Field(Field::Price));
        assert_eq!(layout.first.columns[8], Column::Unused);
    }

    #[test]
    fn what_almost_matched_is_said() {
        let profiles = shipped();
        let text = "When,Symbol,Description,How much\n1,2,3,4\n";
        let refused = recognise(&Source::new("budget.csv", text), &profiles, &Kinds::shipped().0)
            .expect_err("unknown");
        let diagnostic = refused.diagnostic.expect("a diagnostic");
        let label = &diagnostic.places[0].label;
        assert!(label.starts_with("nearest: `"), "{label}");
        assert!(label.ends_with("`, which has 2 of these 4 columns"), "{label}");
    }
}
