//! The rows below one header: what each of its columns holds, and where each field stands.

use crate::import::profile::{Field, Profile, Table, in_currency, normalised};
use crate::source::Name;

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

/// Whether a record of these cells, normalised, is the header of a table.
pub(super) fn opens(table: &Table, cells: &[String]) -> bool {
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
pub(super) fn currencies(profile: &Profile, cells: &[String]) -> Vec<In> {
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
pub(super) fn places(table: &Table, cells: &[String]) -> Vec<(Field, usize)> {
    let of = |(field, names): &(Field, Vec<String>)| {
        let field = *field;
        let found = names.iter().filter_map(|name| place(name, cells)).map(move |at| (field, at));
        found.collect::<Vec<_>>()
    };
    table.columns.iter().flat_map(of).collect()
}

/// What each column holds.
pub(super) fn columns(
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
pub(super) fn bound(columns: &[Column]) -> usize {
    columns.iter().filter(|column| matches!(column, Column::Field(_))).count()
}

/// How many columns the profile does not know.
pub(super) fn unknown(columns: &[Column]) -> usize {
    columns.iter().filter(|column| matches!(column, Column::Unknown(_))).count()
}
