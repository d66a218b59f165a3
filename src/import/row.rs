//! Reads the rows below a header: cells become days, numbers and names, and each row gets what makes
//! it the same row at every download.
//!
//! In: a text and its layout. Out: every row with its line, in file order. What a row means is not
//! decided here, but for rows that no event can come of.

mod amounts;
mod fields;
mod identity;
mod records;
mod security;

use xxhash_rust::xxh3::xxh3_64;

use super::cell::{Mark, Number};
use super::evidence::{self, Spelling};
use super::feed::Form;
use super::hash::{Hashed, Kept};
use super::profile::{Field, Profile};
use super::recognise::{Column, Layout, Section};
use super::record::{Cell, Record};
use super::symbol::Aliases;
use crate::money::Decimal;
use crate::period::{DateForm, NaiveDate, NaiveTime};
use crate::source::Name;

/// The rows of one file.
#[derive(Debug)]
pub struct Sheet<'p> {
    /// In file order.
    pub rows: Vec<Row>,
    /// The accounts that the rows name, in the order they appear; rows point here.
    pub holders: Vec<Holder>,
    /// A column states balances.
    pub balances: bool,
    /// By holder, first and last day of its rows.
    pub days: Vec<Option<(NaiveDate, NaiveDate)>>,
    /// Its tables, in file order.
    pub sections: Vec<Section<'p>>,
}

/// An account as a file names it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Holder {
    /// Its number, where the file states it.
    pub number: Option<Name>,
    /// What the broker calls it.
    pub title: Option<Name>,
}

/// One row, its cells read.
#[derive(Clone, Debug)]
pub struct Row {
    /// Of the file as it lies, from 1.
    pub line: u32,
    /// Where its text starts.
    pub start: usize,
    /// How long its text is.
    pub length: usize,
    /// Which of the sheet's holders it belongs to.
    pub holder: usize,
    /// Hash of the values that make it the same row at every download.
    pub content: u64,
    /// The day of the event.
    pub date: NaiveDate,
    /// The day of booking, where it is another.
    pub posted: Option<NaiveDate>,
    /// When money and units change hands.
    pub settles: Option<NaiveDate>,
    /// The time of day, in the broker's zone.
    pub time: Option<NaiveTime>,
    /// The action's words, to look up what they may mean.
    pub words: u32,
    /// The security's id; `None` for cash.
    pub security: Option<Name>,
    /// The broker's symbol, as it stands there.
    pub symbol: Name,
    /// The description for the eye.
    pub text: Name,
    /// The broker's own id.
    pub id: Option<Name>,
    /// Of the type column.
    pub kind: Name,
    /// Of the currency column, else the profile's.
    pub currency: Name,
    /// What it has in common with other rows of one order or trade.
    pub reference: Name,
    /// The let property's id.
    pub property: Option<Name>,
    /// Units, as signed in the file.
    pub quantity: Number,
    /// Of one unit.
    pub price: Number,
    /// Fees and commission, together.
    pub fees: Number,
    /// Interest bought or sold with a bond.
    pub accrued: Number,
    /// Tax taken off.
    pub withheld: Number,
    /// Cash, as signed in the file.
    pub amount: Number,
    /// The amount is before fees and tax.
    pub gross: bool,
    /// What few rows state.
    pub further: Option<Box<Further>>,
    /// The cash after the row.
    pub balance: Number,
    /// Why it can be no event, already.
    pub trouble: Option<Trouble>,
}

/// What a row states beside the usual.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Further {
    /// What the price is in, where that is another currency than the amount's.
    pub price_currency: Option<Name>,
    /// What one of the price's currency is in the amount's.
    pub factor: Option<Decimal>,
    /// First day without a claim to the payment.
    pub ex: Option<NaiveDate>,
    /// What the row's units are changed into, and how much of it.
    pub into: Option<(Name, Decimal)>,
}

/// Why a row can be no event of any kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// It is no event by its nature.
    Aside(Name),
    /// It ends before the header does, or within a quote.
    Cut {
        /// How many cells it has.
        has: usize,
        /// How many the header has.
        of: usize,
    },
    /// It has no day; that of its neighbour stands in.
    NoDay,
    /// A column that the profile does not know says something.
    Column(usize),
    /// It has more cells than the header, and they say something.
    Surplus,
    /// A cost is in another currency than the amount, and nothing says at which rate.
    Currency(Name),
}

/// What reading a sheet depends on beside its text.
#[derive(Clone, Copy)]
pub struct Reading<'r> {
    /// Other names of securities.
    pub aliases: &'r Aliases,
    /// How days are written where the file leaves it open.
    pub form: Option<DateForm>,
}

/// Days that can be read two ways, and nothing says which.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ambiguous {
    /// How many days there are.
    pub days: usize,
    /// Line of the first.
    pub line: u32,
    /// Its text.
    pub text: String,
}

/// The action's words of one sheet, each once, by the number that rows have.
#[derive(Debug, Default)]
pub struct Spoken {
    /// In the order they appear.
    pub words: Vec<String>,
    known: Hashed<u64, u32>,
}

impl Spoken {
    fn number(&mut self, text: &str) -> u32 {
        let next = u32::try_from(self.words.len()).unwrap_or(u32::MAX);
        *self.known.entry(xxh3_64(text.as_bytes())).or_insert_with(|| {
            self.words.push(text.to_owned());
            next
        })
    }
}

/// Reads the rows of `text`. `Err` where its days can be read two ways.
pub fn read<'p>(
    text: &str,
    layout: &Layout<'p>,
    reading: Reading,
) -> Result<(Sheet<'p>, Spoken), Ambiguous> {
    let profile = layout.profile;
    let usual = profile.dates.form.or(reading.form);
    let plain = layout.form == Form::Delimited(b',') && profile.decimal == Mark::Point;
    if let (Some(form), true) = (usual, plain) {
        let points = vec![Spelling::Only(Mark::Point); layout.first.columns.len()];
        let (sheet, spoken, doubt) = read_as(text, layout, reading, form, &points);
        if !doubt {
            return Ok((sheet, spoken));
        }
    }
    let evidence = evidence::of(text, layout);
    let form = match (evidence.month_first, evidence.day_first) {
        (true, false) => Some(DateForm::MonthDayYear),
        (false, true) => Some(DateForm::DayMonthYear),
        _ => usual,
    };
    let spelling = evidence.spelling(profile.decimal);
    let form = match (form, evidence.open) {
        (Some(form), _) => form,
        (None, None) => DateForm::YearMonthDay,
        (None, Some((line, text))) => {
            return Err(Ambiguous { days: evidence.days, line, text });
        }
    };
    let (sheet, spoken, _) = read_as(text, layout, reading, form, &spelling);
    Ok((sheet, spoken))
}

/// Reads rows in one spelling; true where a cell is not in it but may be in another.
fn read_as<'p>(
    text: &str,
    layout: &Layout<'p>,
    reading: Reading,
    form: DateForm,
    spelling: &[Spelling],
) -> (Sheet<'p>, Spoken, bool) {
    let mut reader = Reader {
        text,
        layout,
        section: layout.first.clone(),
        before: Vec::new(),
        profile: layout.profile,
        reading,
        form,
        spelling,
        at: Position::of(&layout.first),
        costs_at: costs_at(&layout.first),
        names: Kept::default(),
        spoken: Spoken::default(),
        holders: Vec::new(),
        known_holders: Hashed::default(),
        buffer: String::new(),
        last_day: None,
        doubt: false,
    };
    let (rows, balances) = reader.rows();
    let mut days: Vec<Option<(NaiveDate, NaiveDate)>> = vec![None; reader.holders.len()];
    for row in rows.iter().filter(|row| !matches!(row.trouble, Some(Trouble::Aside(_)))) {
        let own = &mut days[row.holder];
        let (first, last) = own.unwrap_or((row.date, row.date));
        *own = Some((first.min(row.date), last.max(row.date)));
    }
    let mut sections = reader.before;
    sections.push(reader.section);
    let sheet = Sheet { rows, holders: reader.holders, balances, days, sections };
    (sheet, reader.spoken, reader.doubt)
}

/// At which position each field stands, and where else, should that cell be blank.
struct Position([Option<usize>; Field::ALL.len()], Vec<(Field, usize)>);

impl Position {
    fn of(section: &Section) -> Position {
        let mut positions = [None; Field::ALL.len()];
        let mut others = Vec::new();
        for (field, at) in &section.places {
            match &mut positions[*field as usize] {
                Some(_) => others.push((*field, *at)),
                free => *free = Some(*at),
            }
        }
        Position(positions, others)
    }

    /// Where the field stands in this row.
    fn at(&self, field: Field, cells: &[Cell]) -> Option<usize> {
        let first = self.0[field as usize];
        if self.1.is_empty() || first.is_none_or(|at| filled(at, cells)) {
            return first;
        }
        let mut others = self.1.iter().filter(|(other, _)| *other == field).map(|(_, at)| *at);
        others.find(|at| filled(*at, cells)).or(first)
    }

    fn get<'c>(&self, field: Field, cells: &'c [Cell]) -> &'c str {
        self.at(field, cells).and_then(|at| cells.get(at)).map_or("", |cell| cell.trim())
    }
}

fn filled(at: usize, cells: &[Cell]) -> bool {
    cells.get(at).is_some_and(|cell| !cell.trim().is_empty())
}

/// Where costs and tax stand.
fn costs_at(section: &Section) -> Vec<(Field, usize)> {
    let cost = |(at, column): (usize, &Column)| match column {
        Column::Field(
            field @ (Field::Fees | Field::Commission | Field::OtherFees | Field::Withheld),
        ) => Some((*field, at)),
        _ => None,
    };
    section.columns.iter().enumerate().filter_map(cost).collect()
}

/// When something was: the day of the event, of `A as of B` A, and the time of day.
type When = (NaiveDate, Option<NaiveDate>, Option<NaiveTime>);

/// A row that those below it may fill.
struct Main<'s> {
    record: Record<'s>,
    cells: Vec<Cell<'s>>,
    /// The first that filled it.
    first: Option<(Record<'s>, Vec<Cell<'s>>)>,
    /// How many have filled it.
    details: usize,
}

struct Reader<'s, 'r, 'p> {
    text: &'s str,
    layout: &'r Layout<'p>,
    profile: &'p Profile,
    /// The table that rows are read of, and those before it.
    section: Section<'p>,
    before: Vec<Section<'p>>,
    reading: Reading<'r>,
    form: DateForm,
    spelling: &'r [Spelling],
    at: Position,
    /// Where costs and tax stand, and which they are.
    costs_at: Vec<(Field, usize)>,
    names: Kept,
    spoken: Spoken,
    holders: Vec<Holder>,
    known_holders: Hashed<u64, usize>,
    buffer: String,
    /// The last day read and its text: rows of one day stand together.
    last_day: Option<(&'s str, When)>,
    doubt: bool,
}
