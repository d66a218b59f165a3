//! Reads the rows below a header: cells become days, numbers and names, and each row gets what makes
//! it the same row at every download.
//!
//! In: a text and its layout. Out: every row with its line, in file order, to whoever takes them. What
//! a row means is not decided here, but for rows that no event can come of.

mod amounts;
mod fields;
mod harmless;
mod identity;
mod memory;
mod places;
mod records;
mod said;
mod security;
mod seldom;
mod stretch;

use xxhash_rust::xxh3::xxh3_64;

use self::memory::Memory;
use self::places::Places;
use super::canonical;
use super::cell::{Mark, Number};
use super::evidence::{self, Spelling};
use super::feed::Form;
use super::hash::Hashed;
use super::profile::Profile;
use super::recognise::{Layout, Section};
use super::record::Cell;
use super::symbol::Aliases;
use crate::money::{Decimal, Written};
use crate::period::{DateForm, NaiveDate, NaiveTime};
use crate::source::{Name, Source};

/// Takes the rows of a file as they are read, one after the other: nothing keeps them all.
pub trait Takes: Send {
    /// The next row, of the table `section`; nobody looks at it afterwards.
    fn take(&mut self, row: &mut Row, section: &Section);

    /// The rows that another has taken of the stretch below, whose holders have these numbers here.
    fn append(&mut self, below: Self, holders: &[usize]);
}

/// A file that was read to its end.
#[derive(Debug)]
pub struct Sheet<'p, T> {
    /// What took its rows.
    pub rows: T,
    /// The accounts that the rows name, in the order they appear; rows point here.
    pub holders: Vec<Holder>,
    /// A column states balances.
    pub balances: bool,
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

impl Holder {
    /// What tells one holder of a file from another.
    fn key(&self) -> u64 {
        key_of(
            self.number.as_deref().unwrap_or_default(),
            self.title.as_deref().unwrap_or_default(),
        )
    }
}

/// By what a holder is known again: its number, else with its title.
fn key_of(number: &str, title: &str) -> u64 {
    let key = xxh3_64(number.as_bytes());
    if title.is_empty() { key } else { key.rotate_left(1) ^ xxh3_64(title.as_bytes()) }
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
    /// The action's words.
    pub words: Name,
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
    /// What the row's amount is changed into, another currency, and how much of it.
    pub changed: Option<(Name, Decimal)>,
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
    /// Columns that the profile does not know say something.
    Columns(Vec<usize>),
    /// It has more cells than the header, and they say something.
    Surplus,
    /// A cost is in another currency than the amount, and nothing says at which rate.
    Currency(Name),
    /// Nothing says what its amount is in.
    NoCurrency,
}

/// How many bytes are read in one piece: what they become stays near the core that reads them.
const LENGTH: usize = 1 << 19;

/// What reading a sheet depends on beside its text.
#[derive(Clone, Copy)]
pub struct Reading<'r> {
    /// Other names of securities.
    pub aliases: &'r Aliases,
    /// How days are written where the file leaves it open.
    pub form: Option<DateForm>,
    /// What amounts are in, where the file does not say and the profile cannot.
    pub currency: Option<&'r Name>,
    /// What the account has cash in, where that is several currencies: there an instrument pays in its own.
    pub cash: &'r [Name],
    /// How many bytes are read in one piece.
    pub length: usize,
    /// What words say is remembered for rows that repeat them: the same, and much quicker.
    pub remembers: bool,
}

impl<'r> Reading<'r> {
    /// Where nothing is known of a file beside its text.
    pub fn new(aliases: &'r Aliases) -> Reading<'r> {
        Reading { aliases, form: None, currency: None, cash: &[], length: LENGTH, remembers: true }
    }
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

/// Reads the rows of `source`, taken by what `new` makes with room for about so many; `holders` are those that are known before. `Err`
/// where its days can be read two ways.
pub fn read<'p, T: Takes>(
    source: &Source,
    layout: &Layout<'p>,
    reading: Reading,
    holders: &[Holder],
    new: &(dyn Fn(usize) -> T + Sync),
) -> Result<Sheet<'p, T>, Ambiguous> {
    let profile = layout.profile;
    let usual = profile.dates.form.or(reading.form);
    let plain = layout.form == Form::Delimited(b',') && profile.decimal == Mark::Point;
    let read_as = |form: DateForm, spelling: &[Spelling]| {
        let text = &source.text;
        let file = File { text, layout, profile, reading, form, spelling, holders };
        stretch::read(&file, &|bytes| text.let_go(bytes), new)
    };
    if let (Some(form), true) = (usual, plain) {
        let points = vec![Spelling::Only(Mark::Point); layout.first.columns.len()];
        if let Some(sheet) = read_as(form, &points).without_doubt() {
            return Ok(sheet);
        }
    }
    let evidence = evidence::of(&source.text, layout);
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
    Ok(read_as(form, &spelling).whatever())
}

/// What reading a file as it is taken to be written has come to.
struct Attempt<'p, T> {
    sheet: Sheet<'p, T>,
    /// A cell is not written so, but may be otherwise.
    doubt: bool,
}

impl<'p, T> Attempt<'p, T> {
    fn without_doubt(self) -> Option<Sheet<'p, T>> {
        (!self.doubt).then_some(self.sheet)
    }

    fn whatever(self) -> Sheet<'p, T> {
        self.sheet
    }
}

/// When something was: the day of the event, of `A as of B` A, and the time of day.
type When = (NaiveDate, Option<NaiveDate>, Option<NaiveTime>);

/// A file and how it is taken to be written.
struct File<'s, 'r, 'p> {
    text: &'s str,
    layout: &'r Layout<'p>,
    profile: &'p Profile,
    reading: Reading<'r>,
    form: DateForm,
    spelling: &'r [Spelling],
    holders: &'r [Holder],
}

/// Makes rows of records, one by one.
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
    at: Places,
    /// What was made of texts before.
    memory: Memory,
    holders: Vec<Holder>,
    known_holders: Hashed<u64, usize>,
    /// The holder of the row before.
    last_holder: usize,
    /// The last day that was hashed, as it is written for that.
    written: (NaiveDate, Written),
    /// What was hashed last; its room is used again.
    buffer: Vec<u8>,
    /// The last day read and its text: rows of one day stand together.
    last_day: Option<(&'s str, When)>,
    doubt: bool,
}

impl<'s, 'r, 'p> Reader<'s, 'r, 'p> {
    fn new(file: &File<'s, 'r, 'p>, memory: Memory) -> Reader<'s, 'r, 'p> {
        let first = &file.layout.first;
        let known_holders = file.holders.iter().enumerate().map(|(at, holder)| (holder.key(), at));
        Reader {
            text: file.text,
            layout: file.layout,
            profile: file.profile,
            section: first.clone(),
            before: Vec::new(),
            reading: file.reading,
            form: file.form,
            spelling: file.spelling,
            at: Places::of(first),
            memory,
            holders: file.holders.to_vec(),
            known_holders: known_holders.collect(),
            last_holder: 0,
            written: (NaiveDate::default(), canonical::day(NaiveDate::default())),
            buffer: Vec::new(),
            last_day: None,
            doubt: false,
        }
    }
}
