//! Reads the rows below a header: cells become days, numbers and names, and each row gets what makes
//! it the same row at every download.
//!
//! In: a text and its layout. Out: every row with its line, in file order. What a row means is not
//! decided here, but for rows that no event can come of.

use std::borrow::Cow;
use std::fmt::Write as _;

use xxhash_rust::xxh3::xxh3_64;

use super::canonical::{push_day, push_number};
use super::cell::{self, Mark, Number};
use super::clock;
use super::evidence::{self, Spelling};
use super::exchange::{Exchange, exchanged, hundredth_of, in_units, is_in_pence};
use super::feed::{Feed, Form};
use super::hash::{Hashed, Kept};
use super::profile::{Aside, Field, Profile, Symbols, normalised, single_blanks};
use super::recognise::{self, Column, In, Layout, Section};
use super::record::{Cell, Record};
use super::symbol::{self, Aliases};
use crate::money::{self, Decimal};
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

impl<'s, 'p> Reader<'s, '_, 'p> {
    fn rows(&mut self) -> (Vec<Row>, bool) {
        let mut feed = Feed::new(self.text, self.layout.form, self.layout.skip);
        let mut cells: Vec<Cell<'s>> = Vec::new();
        let mut rows: Vec<Row> = Vec::new();
        // Rows without a day that may be the footer, if no row with a day follows.
        let mut held: Vec<(Row, bool)> = Vec::new();
        let mut main: Option<Main> = None;
        let mut balances = self.at.0[Field::Balance as usize].is_some();
        while let Some(record) = feed.next(&mut cells) {
            if cells.iter().all(|cell| cell.trim().is_empty()) {
                continue;
            }
            self.shift(&mut cells);
            let day = self.day(&cells);
            if day.is_none()
                && let Some(section) = self.opens(&cells, record)
            {
                self.end_table(section, record, &cells, &mut held);
                rows.extend(held.drain(..).filter(|(_, known)| !known).map(|(row, _)| row));
                balances |= self.at.0[Field::Balance as usize].is_some();
                main = None;
                continue;
            }
            if day.is_none()
                && let Some(main) = &mut main
                && self.at.get(Field::Date, &cells).is_empty()
            {
                if self.profile.wraps {
                    // The cells of several lines are one row.
                    main.cells = self.whole(main, &cells);
                    main.record = self.through(main.record, record);
                    rows.pop();
                    let row = self.filled(main, main.record, &[]);
                    rows.push(row);
                    continue;
                }
                if main.details == 1 {
                    // What the action states as a whole belongs to none of several details.
                    let first = main.first.clone();
                    self.share(main);
                    rows.pop();
                    rows.extend(first.map(|(record, cells)| self.filled(main, record, &cells)));
                    for field in [Field::Fees, Field::Commission, Field::OtherFees] {
                        self.blank(main, field);
                    }
                }
                main.details += 1;
                let place = if main.details == 1 {
                    let place = self.through(main.record, record);
                    main.first = Some((place, cells.clone()));
                    rows.pop();
                    place
                } else {
                    record
                };
                let row = self.filled(main, place, &cells);
                rows.push(row);
                continue;
            }
            let mut row = self.row(record, &cells, day);
            if let Some(reason) = &self.section.table.ignore
                && !sentence(record, &cells)
            {
                row.trouble = Some(Trouble::Aside(reason.clone()));
                rows.push(row);
            } else if day.is_some() {
                rows.extend(held.drain(..).filter(|(_, known)| !known).map(|(row, _)| row));
                rows.push(row);
                if self.section.table.continues || self.profile.wraps {
                    main = Some(Main { record, cells: cells.clone(), first: None, details: 0 });
                }
            } else if let Some(reason) = self.aside(&cells) {
                row.trouble = Some(Trouble::Aside(reason));
                held.push((row, false));
            } else {
                let known = self.known_footer(&cells);
                if known || !sentence(record, &cells) {
                    held.push((row, known));
                } else {
                    // A sentence that the profile does not know: a footer only at the end.
                    row.trouble = Some(Trouble::NoDay);
                    row.words = u32::MAX;
                    held.push((row, false));
                }
            }
        }
        let end = held.into_iter().filter(|(row, known)| !known && row.words != u32::MAX);
        rows.extend(end.map(|(row, _)| row));
        self.name_unspoken(&mut rows);
        neighbours(&mut rows);
        (rows, balances)
    }

    /// A pasted table may have more empty cells in front of its rows than its header has.
    fn shift(&self, cells: &mut Vec<Cell>) {
        if self.profile.surplus {
            self.close_up(cells);
        }
        let more = cells.len().saturating_sub(self.section.columns.len());
        if more == 0 || !cells[..more].iter().all(|cell| cell.trim().is_empty()) {
            return;
        }
        let Some(at) = self.at.0[Field::Date as usize] else { return };
        let day = |at: usize| cells.get(at).and_then(|cell| cell::day(cell, self.form)).is_some();
        if !day(at) && day(at + more) {
            cells.drain(..more);
        }
    }

    /// In a ragged file a row may have a blank too many before its amount, which then stands where
    /// its currency should.
    fn close_up(&self, cells: &mut Vec<Cell>) {
        let [Some(amount), Some(currency)] =
            [Field::Amount, Field::Currency].map(|field| self.at.0[field as usize])
        else {
            return;
        };
        let is =
            |at: usize, what: fn(&str) -> bool| cells.get(at).is_some_and(|cell| what(cell.trim()));
        let number = |text: &str| cell::number(text, Mark::Point).value().is_some();
        let code =
            |text: &str| text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_uppercase());
        if amount + 1 == currency
            && is(amount, str::is_empty)
            && is(currency, number)
            && is(currency + 1, code)
        {
            cells.remove(amount);
        }
    }

    /// The table that a record begins, where it is a header.
    fn opens(&self, cells: &[Cell<'s>], record: Record<'s>) -> Option<Section<'p>> {
        if matches!(self.layout.form, Form::Json(_)) {
            return None;
        }
        let names: Vec<String> = cells.iter().map(|cell| normalised(cell)).collect();
        recognise::section(self.profile, &names, record.line)
    }

    /// Goes on with another table. What reads as a sentence before its header is a title; a header
    /// that stands there again is a row that is none.
    fn end_table(
        &mut self,
        section: Section<'p>,
        record: Record<'s>,
        cells: &[Cell<'s>],
        held: &mut Vec<(Row, bool)>,
    ) {
        if std::ptr::eq(section.table, self.section.table) {
            let mut row = self.row(record, cells, None);
            row.trouble = Some(Trouble::Aside("repeated header".into()));
            held.push((row, false));
        } else {
            held.retain(|(row, known)| !known && row.words != u32::MAX);
        }
        self.at = Position::of(&section);
        self.costs_at = costs_at(&section);
        self.last_day = None;
        self.before.push(std::mem::replace(&mut self.section, section));
    }

    /// The row that the cells of a record without a date make of the one above it: they fill it.
    fn filled(&mut self, main: &Main<'s>, place: Record<'s>, cells: &[Cell<'s>]) -> Row {
        let whole = self.whole(main, cells);
        let day = self.day(&whole);
        self.row(place, &whole, day)
    }

    /// The cells of the row above with those of a record below it.
    fn whole(&self, main: &Main<'s>, cells: &[Cell<'s>]) -> Vec<Cell<'s>> {
        let mut whole = main.cells.clone();
        whole.resize(whole.len().max(cells.len()), Cow::Borrowed(""));
        for (place, cell) in whole.iter_mut().zip(cells) {
            let (first, rest) = (place.trim(), cell.trim());
            if self.profile.wraps && !first.is_empty() && !rest.is_empty() {
                // A number that was broken after its dash goes on without a blank.
                let blank = if first.ends_with('-') { "" } else { " " };
                *place = Cow::Owned(format!("{first}{blank}{rest}"));
            } else if !rest.is_empty() {
                place.clone_from(cell);
            }
        }
        whole
    }

    /// Takes out of the row above what its details share.
    fn share(&self, main: &mut Main<'s>) {
        for field in [Field::Amount, Field::Quantity] {
            self.blank(main, field);
        }
    }

    fn blank(&self, main: &mut Main<'s>, field: Field) {
        for (at, column) in self.section.columns.iter().enumerate() {
            if *column == Column::Field(field)
                && let Some(cell) = main.cells.get_mut(at)
            {
                *cell = Cow::Borrowed("");
            }
        }
    }

    /// From the start of `first` to the end of `last`.
    fn through(&self, first: Record<'s>, last: Record<'s>) -> Record<'s> {
        let start = first.text.as_ptr() as usize - self.text.as_ptr() as usize;
        let end = last.text.as_ptr() as usize + last.text.len() - self.text.as_ptr() as usize;
        let end = end.max(start + first.text.len());
        Record { text: &self.text[start..end], cut: last.cut, ..first }
    }

    /// Sentences in the midst of rows have no words; they get the empty ones.
    fn name_unspoken(&mut self, rows: &mut [Row]) {
        for row in rows.iter_mut().filter(|row| row.words == u32::MAX) {
            row.words = self.spoken.number("");
        }
    }

    fn aside(&self, cells: &[Cell]) -> Option<Name> {
        let first = cells.iter().map(|cell| cell.trim()).find(|cell| !cell.is_empty())?;
        let starts = |start: &str| {
            first.get(..start.len()).is_some_and(|found| found.eq_ignore_ascii_case(start))
        };
        let aside =
            self.profile.asides.iter().find(|aside| aside.starts.as_deref().is_some_and(starts))?;
        Some(aside.reason.clone())
    }

    /// Why a row of this type is no event: it is pending.
    fn aside_by_type(&self, cells: &[Cell]) -> Option<Name> {
        if self.profile.asides.is_empty() {
            return None;
        }
        let kind = self.at.get(Field::Type, cells);
        let is = |aside: &&Aside| aside.types.iter().any(|known| kind.eq_ignore_ascii_case(known));
        self.profile.asides.iter().find(is).map(|aside| aside.reason.clone())
    }

    fn known_footer(&self, cells: &[Cell]) -> bool {
        let first = cells.iter().map(|cell| cell.trim()).find(|cell| !cell.is_empty());
        let first = first.unwrap_or_default();
        self.profile.footer.iter().any(|start| {
            first.get(..start.len()).is_some_and(|found| found.eq_ignore_ascii_case(start))
        })
    }

    /// The day of the event and, of `A as of B`, A; the time where the cell states one.
    fn day(&mut self, cells: &[Cell<'s>]) -> Option<When> {
        let at = self.at.0[Field::Date as usize]?;
        let cell = cells.get(at)?;
        if let (Cow::Borrowed(text), Some((last, day))) = (cell, self.last_day)
            && *text == last
        {
            return Some(day);
        }
        let mut text = cell.trim();
        let mut lent = None;
        if cell::is_nothing(text) {
            // A row without a day of its own has that of its settlement.
            lent = Some(self.at.get(Field::Settles, cells)).filter(|day| !day.is_empty());
            text = lent.unwrap_or(text);
        }
        let as_of = self.profile.dates.as_of.as_deref();
        let day = if let Some((posted, day)) = as_of.and_then(|as_of| text.split_once(as_of)) {
            (cell::day(day, self.form)?, Some(cell::day(posted, self.form)?), None)
        } else {
            let day = cell::day(text, self.form);
            self.doubt |= day.is_none() && cell::form_of(text).is_some();
            let (day, time) = self.at_time(day?, text);
            (day, None, time)
        };
        if let (Cow::Borrowed(text), None, None) = (cell, day.1, lent) {
            self.last_day = Some((text, day));
        }
        Some(day)
    }

    /// A day with the time that `text` states, in the broker's zone.
    fn at_time(&self, day: NaiveDate, text: &str) -> (NaiveDate, Option<NaiveTime>) {
        let Some((time, offset)) = (text.len() > 4).then(|| clock::time(text)).flatten() else {
            return (day, None);
        };
        match self.profile.dates.zone {
            Some(zone) => {
                let (day, time) = clock::in_zone(day, time, offset, zone);
                (day, Some(time))
            }
            None => (day, Some(time)),
        }
    }

    fn number(&mut self, field: Field, cells: &[Cell]) -> Number {
        self.at.at(field, cells).map_or(Number::Nothing, |at| self.number_at(at, cells))
    }

    fn number_at(&mut self, at: usize, cells: &[Cell]) -> Number {
        let text = cells.get(at).map_or("", |cell| cell.trim());
        if text.is_empty() {
            return Number::Nothing;
        }
        let (number, usual) = self.spelling.get(at).copied().unwrap_or_default().number(text);
        self.doubt |= !usual;
        number
    }

    /// What the number in this column is in; `None`: what the row says.
    fn currency_at(&mut self, at: usize, cells: &[Cell]) -> Option<Name> {
        match self.section.currencies.get(at)? {
            In::Row => None,
            In::Name(name) => Some(name.clone()),
            In::Column(at) => {
                let text = cells.get(*at).map_or("", |cell| cell.trim());
                (!text.is_empty()).then(|| self.names.get(text))
            }
        }
    }

    /// What the column of `field` is in, by its name or the column beside it; else by the column
    /// of `named`.
    fn currency_of(&mut self, field: Field, named: Field, cells: &[Cell]) -> Option<Name> {
        let at = self.at.at(field, cells)?;
        let beside = self.currency_at(at, cells);
        beside.or_else(|| {
            let text = self.at.get(named, cells);
            (!text.is_empty()).then(|| self.names.get(text))
        })
    }

    /// The row's amount and what it is in, pence made pounds; whether it is before costs.
    fn money(&mut self, cells: &[Cell]) -> (Number, Name, bool) {
        let net = self.amount(cells);
        let gross = net == Number::Nothing && self.at.0[Field::Gross as usize].is_some();
        let amount = if gross { self.number(Field::Gross, cells) } else { net };
        let fields = [Field::Amount, Field::Gross, Field::Debit];
        let field =
            fields[usize::from(gross)..].iter().find(|field| self.at.0[**field as usize].is_some());
        let said = field.and_then(|field| self.currency_of(*field, Field::Currency, cells));
        let said = match said {
            Some(said) => self.asset(&said),
            None => match self.at.get(Field::Currency, cells) {
                "" => self.profile.currency.clone(),
                currency => self.asset(currency),
            },
        };
        match hundredth_of(&said) {
            Some(whole) => (in_units(amount), self.names.get(whole), gross),
            None => (amount, said, gross),
        }
    }

    /// What the row costs, and what was withheld, in the amount's currency. `Err`: the currency of
    /// one that nothing brings into it.
    fn costs(
        &mut self,
        cells: &[Cell],
        currency: &Name,
        exchange: Exchange,
    ) -> Result<(Number, Number), Name> {
        let (mut fees, mut withheld) = (Number::Nothing, Number::Nothing);
        for place in 0..self.costs_at.len() {
            let (field, at) = self.costs_at[place];
            let cost = self.cost(field, at, cells, currency, &exchange)?;
            let total = if field == Field::Withheld { &mut withheld } else { &mut fees };
            *total = sum(*total, cost);
        }
        Ok((fees, withheld))
    }

    /// One cost in the amount's currency, positive where it costs.
    fn cost(
        &mut self,
        field: Field,
        at: usize,
        cells: &[Cell],
        currency: &Name,
        exchange: &Exchange,
    ) -> Result<Number, Name> {
        let number = match self.number_at(at, cells) {
            Number::Some(cost) if self.section.table.costs_signed => Number::Some(-cost),
            other => other,
        };
        let Some(cost) = number.value().filter(|cost| !cost.is_zero()) else { return Ok(number) };
        let named = match field {
            Field::Withheld => self.at.get(Field::WithheldCurrency, cells),
            _ => "",
        };
        let own = match self.currency_at(at, cells) {
            None if !named.is_empty() => Some(self.names.get(named)),
            own => own,
        };
        match own.filter(|own| *own != *currency) {
            None => Ok(number),
            Some(own) if hundredth_of(&own) == Some(currency) => Ok(in_units(number)),
            Some(own) => {
                let made = exchange.factor().and_then(|factor| exchanged(cost, factor, currency));
                made.map(Number::Some).ok_or(own)
            }
        }
    }

    fn row(&mut self, record: Record<'s>, cells: &[Cell<'s>], day: Option<When>) -> Row {
        let spoken = cell::mended(self.at.get(Field::Action, cells));
        let words = single(&spoken);
        let holder = self.holder(cells);
        let symbol = stated(self.at.get(Field::Symbol, cells));
        let text = single(self.at.get(Field::Text, cells));
        let quantity = self.number(Field::Quantity, cells);
        let mut price = self.number(Field::Price, cells);
        let accrued = self.number(Field::Accrued, cells);
        let (amount, currency, gross) = self.money(cells);
        let mut price_currency = self.currency_of(Field::Price, Field::PriceCurrency, cells);
        let whole = price_currency.as_deref().and_then(hundredth_of);
        if let Some(whole) = whole {
            (price, price_currency) = (in_units(price), Some(self.names.get(whole)));
        }
        let exchange = Exchange {
            rate: self.number(Field::Rate, cells),
            original: self.number(Field::Original, cells),
            quantity,
            price,
            amount,
            hundredths: whole.is_some(),
        };
        let costs = self.costs(cells, &currency, exchange);
        let price_currency = price_currency.filter(|other| *other != currency);
        let balance = self.number(Field::Balance, cells);
        let dated = !cell::is_nothing(self.at.get(Field::Date, cells));
        let settles =
            dated.then(|| cell::day(self.at.get(Field::Settles, cells), self.form)).flatten();
        let time = match self.at.get(Field::Time, cells) {
            "" => day.and_then(|(_, _, time)| time),
            text => clock::time(text).map(|(time, _)| time),
        };
        let dates = &self.profile.dates;
        let named = dates.in_action.as_deref().map(|before| (before, &words));
        let named = named.or_else(|| dates.in_text.as_deref().map(|before| (before, &text)));
        let named_day = named.and_then(|(before, said)| {
            let after = after_words(said, before)?;
            cell::day(after.split([' ', ')']).next()?, self.form)
        });
        let booked = cell::day(self.at.get(Field::Posted, cells), self.form);
        let (date, posted) = match (named_day, day) {
            (None, Some((date, None, _))) if booked.is_some_and(|booked| booked != date) => {
                (Some(date), booked)
            }
            (Some(named), Some((run, _, _))) if named != run => (Some(named), Some(run)),
            (_, Some((date, posted, _))) => (Some(date), posted),
            (_, None) => (None, None),
        };
        let trouble = self.trouble(record, cells, date.is_some());
        let trouble = trouble.or_else(|| costs.clone().err().map(Trouble::Currency));
        let trouble = self.aside_by_type(cells).map(Trouble::Aside).or(trouble);
        let (fees, withheld) = costs.unwrap_or((Number::Nothing, Number::Nothing));
        let ex = cell::day(self.at.get(Field::Ex, cells), self.form);
        let further = (price_currency.is_some() || ex.is_some()).then(|| {
            let factor = price_currency.as_ref().and_then(|_| exchange.factor());
            Box::new(Further { price_currency, factor, ex, into: None })
        });
        let said = !cell::is_nothing(&text) && text != "No Description";
        let shown = match (said, words.is_empty()) {
            (true, _) => &*text,
            (false, false) => &*words,
            (false, true) => symbol,
        };
        let name = stated(self.at.get(Field::Name, cells));
        let called = &self.profile.symbols.named;
        let cash = |(pattern, symbol): &(glob::Pattern, Option<Name>)| {
            symbol.is_none() && pattern.matches_with(name, CASE_APART)
        };
        let named: Cow<str> = if name.is_empty() || called.iter().any(cash) {
            Cow::Borrowed(shown)
        } else {
            Cow::Owned(single_blanks(&format!("{name}, {shown}")))
        };
        let day = date.unwrap_or_default();
        let own = self.security(symbol, &text, cells);
        let security = self.contract(symbol, &text, &words).or_else(|| own.clone());
        let security = security.or_else(|| self.called(symbol, cells));
        let security = security.map(|own| self.known_as(own, day, cells));
        let property = self.property(cells);
        let id = self.at.get(Field::Id, cells);
        let id = (!id.is_empty()).then(|| Name::new(id));
        let mut row = Row {
            line: record.line,
            start: record.text.as_ptr() as usize - self.text.as_ptr() as usize,
            length: record.text.len(),
            holder,
            content: 0,
            date: day,
            posted,
            settles,
            time,
            words: self.spoken.number(&words),
            security,
            symbol: self.names.get(symbol),
            text: self.names.get(&named),
            id,
            kind: self.names.get(self.at.get(Field::Type, cells)),
            currency,
            reference: self.names.get(self.at.get(Field::Reference, cells)),
            property,
            quantity,
            price,
            fees,
            accrued,
            withheld,
            amount,
            gross,
            further,
            balance,
            trouble,
        };
        let unsaid = row.further.as_ref().is_none_or(|further| further.price_currency.is_none());
        if unsaid && is_in_pence(&row) {
            row.price = in_units(row.price);
        }
        self.of_asset(&mut row, cells);
        row.content = self.content(&row, cells, &words, own.as_ref());
        row
    }

    /// The cash: what came less what went, where each has its own column.
    fn amount(&mut self, cells: &[Cell]) -> Number {
        let amount = self.number(Field::Amount, cells);
        if self.at.0[Field::Debit as usize].is_none() && self.at.0[Field::Credit as usize].is_none()
        {
            return amount;
        }
        let debit = match self.number(Field::Debit, cells) {
            Number::Some(debit) => Number::Some(-debit.abs()),
            other => other,
        };
        sum(sum(amount, self.number(Field::Credit, cells)), debit)
    }

    /// The code of a currency or a commodity that the broker calls `code`.
    fn asset(&mut self, code: &str) -> Name {
        let endings = &self.profile.endings;
        let code = endings.iter().find_map(|end| code.strip_suffix(end.as_str())).unwrap_or(code);
        let known = &self.profile.assets;
        let renamed = if known.is_empty() { None } else { known.get(code).cloned() };
        renamed.unwrap_or_else(|| self.names.get(code))
    }

    /// The id of the row's property: the profile's, else the name in kebab-case.
    fn property(&mut self, cells: &[Cell]) -> Option<Name> {
        let called = self.at.get(Field::Property, cells);
        if called.is_empty() {
            return None;
        }
        let id = self.profile.properties.get(&super::profile::normalised(called)).cloned();
        id.or_else(|| Some(self.names.get(&kebab(called)))).filter(|id| !id.is_empty())
    }

    /// Where a column says what an amount is of: of a currency it is cash, of anything else units.
    fn of_asset(&mut self, row: &mut Row, cells: &[Cell]) {
        let code = self.at.get(Field::Asset, cells);
        if code.is_empty() {
            return;
        }
        let asset = self.asset(code);
        if money::currency(&asset, &self.profile.currency).is_some() {
            row.currency = asset;
            return;
        }
        row.security = Some(self.reading.aliases.resolve(asset.clone(), row.date));
        row.symbol = asset;
        if row.quantity == Number::Nothing {
            row.quantity = std::mem::replace(&mut row.amount, Number::Nothing);
            // A fee in units leaves with them.
            if row.gross {
                let fee = std::mem::replace(&mut row.fees, Number::Nothing);
                if let (Some(units), Some(fee)) = (row.quantity.value(), fee.value()) {
                    row.quantity = units.checked_sub(fee).map_or(Number::Unreadable, Number::Some);
                }
            }
        }
    }

    fn trouble(&self, record: Record, cells: &[Cell], dated: bool) -> Option<Trouble> {
        let of = self.section.columns.len();
        let ends = record.text.as_ptr() as usize + record.text.len()
            == self.text.as_ptr() as usize + self.text.len();
        let short = cells.len() < of && {
            let amount = self.at.0[Field::Amount as usize];
            ends && amount.is_some_and(|at| at >= cells.len())
        };
        if record.cut || short {
            return Some(Trouble::Cut { has: cells.len(), of });
        }
        if !dated {
            return Some(Trouble::NoDay);
        }
        if !self.profile.surplus
            && cells.len() > of
            && cells[of..].iter().any(|cell| !cell.trim().is_empty())
        {
            return Some(Trouble::Surplus);
        }
        let says = |at: usize| {
            cells.get(at).is_some_and(|cell| {
                !cell::is_nothing(cell)
                    && cell::number(cell, Mark::Point).value().is_none_or(|value| !value.is_zero())
            })
        };
        let unknown = |(_, column): &(usize, &Column)| matches!(column, Column::Unknown(_));
        let mut columns = self.section.columns.iter().enumerate().filter(unknown);
        columns.find(|(at, _)| says(*at)).map(|(at, _)| Trouble::Column(at))
    }

    /// Which holder the row belongs to, as the file names it.
    fn holder(&mut self, cells: &[Cell]) -> usize {
        let (mut number, mut title) =
            (self.at.get(Field::Account, cells), self.at.get(Field::Holder, cells));
        if number.is_empty()
            && let Some(found) = self.profile.number.holder.as_ref().and_then(|p| p.captures(title))
        {
            number = found.get(1).map_or("", |part| part.as_str());
            title = title[..found.get(0).map_or(0, |all| all.start())].trim();
        }
        if number.is_empty() {
            number = self.layout.number.as_deref().unwrap_or_default();
        }
        let mut key = xxh3_64(number.as_bytes());
        if !title.is_empty() {
            key = key.rotate_left(1) ^ xxh3_64(title.as_bytes());
        }
        let next = self.holders.len();
        let at = *self.known_holders.entry(key).or_insert(next);
        if at == next {
            let name = |text: &str| (!text.is_empty()).then(|| Name::new(text));
            self.holders.push(Holder { number: name(number), title: name(title) });
        }
        at
    }

    /// The id of the row's security, as its symbol says; `None` where it is about cash.
    fn security(&mut self, symbol: &str, text: &str, cells: &[Cell]) -> Option<Name> {
        let symbols = &self.profile.symbols;
        let symbol = match &symbols.part {
            Some(part) => part
                .captures(symbol)
                .and_then(|found| found.get(1))
                .map_or("", |part| part.as_str()),
            None => symbol,
        };
        let numbers = [Field::Isin, Field::Cusip].map(|field| stated(self.at.get(field, cells)));
        let number = numbers.into_iter().find(|number| !number.is_empty());
        let id = if let (true, Some(number)) = (symbol.is_empty(), number) {
            if Symbols::any(&symbols.cash, number) {
                return None;
            }
            Cow::Borrowed(number)
        } else if symbol.is_empty() {
            let mut found = symbols.in_text.iter().filter_map(|pattern| pattern.captures(text));
            Cow::Owned(found.next()?[1].to_owned())
        } else if Symbols::any(&symbols.cash, symbol) {
            return None;
        } else if symbol.bytes().all(|byte| byte.is_ascii_alphabetic()) {
            Cow::Borrowed(symbol)
        } else {
            Cow::Owned(symbol::id(symbol))
        };
        Some(self.names.get(&id))
    }

    /// The id that the books have for a security: by this name of it, else by another of the row.
    fn known_as(&self, own: Name, day: NaiveDate, cells: &[Cell]) -> Name {
        let aliases = self.reading.aliases;
        let found = aliases.resolve(own.clone(), day);
        if found != own || aliases.is_empty() {
            return found;
        }
        let others = [Field::Isin, Field::Cusip, Field::Wkn].map(|field| self.at.get(field, cells));
        let known = |other: &str| {
            let other = Name::new(other);
            let id = aliases.resolve(other.clone(), day);
            (id != other).then_some(id)
        };
        let mut others = others.into_iter().filter(|other| !other.is_empty());
        others.find_map(known).unwrap_or(own)
    }

    /// The option that the row's words name, where the profile says that they do.
    fn contract(&mut self, symbol: &str, text: &str, words: &str) -> Option<Name> {
        if !self.profile.symbols.option_in_text {
            return None;
        }
        let id = [symbol, text, words].into_iter().find_map(symbol::in_words)?;
        Some(self.names.get(&id))
    }

    /// The security that the row calls by name, where it has no symbol.
    fn called(&mut self, symbol: &str, cells: &[Cell]) -> Option<Name> {
        let name = stated(self.at.get(Field::Name, cells));
        let symbols = &self.profile.symbols;
        if !symbol.is_empty() || name.is_empty() || Symbols::any(&symbols.cash, name) {
            return None;
        }
        let known =
            symbols.named.iter().find(|(pattern, _)| pattern.matches_with(name, CASE_APART));
        known.map_or_else(|| Some(self.names.get(&single(name))), |(_, symbol)| symbol.clone())
    }

    /// Hash of the identity columns' values, each in its canonical form. Zero is nothing, and the
    /// costs are one number, so that layouts of one broker agree.
    fn content(&mut self, row: &Row, cells: &[Cell], words: &str, own: Option<&Name>) -> u64 {
        let mut buffer = std::mem::take(&mut self.buffer);
        buffer.clear();
        // The broker's own id is all, unless the profile says that it is shared.
        if let (Some(id), false) = (&row.id, self.profile.identity.contains(&Field::Id)) {
            buffer.push_str("id\0");
            buffer.push_str(id);
            let hash = xxh3_64(buffer.as_bytes());
            self.buffer = buffer;
            return hash;
        }
        for field in &self.profile.identity {
            let number = match field {
                Field::Quantity => row.quantity,
                Field::Price => row.price,
                Field::Fees => row.fees,
                Field::Accrued => row.accrued,
                Field::Withheld => row.withheld,
                // Units of a commodity stand in the column of amounts.
                Field::Amount
                    if row.amount == Number::Nothing
                        && self.at.0[Field::Asset as usize].is_some() =>
                {
                    row.quantity
                }
                Field::Amount | Field::Debit | Field::Credit | Field::Gross => row.amount,
                Field::Date => {
                    push_day(&mut buffer, row.date);
                    row.posted.iter().for_each(|day| push_day(&mut buffer, *day));
                    Number::Nothing
                }
                Field::Action => {
                    buffer.push_str(words);
                    Number::Nothing
                }
                Field::Symbol => {
                    buffer.push_str(own.unwrap_or(&row.symbol));
                    Number::Nothing
                }
                Field::Time => {
                    if let Some(time) = row.time {
                        let _ = write!(buffer, "{time}");
                    }
                    Number::Nothing
                }
                Field::Commission
                | Field::Balance
                | Field::Settles
                | Field::Posted
                | Field::Ex
                | Field::OtherFees => continue,
                Field::Text
                | Field::Name
                | Field::Type
                | Field::Currency
                | Field::Account
                | Field::Holder
                | Field::Asset
                | Field::Reference
                | Field::Property
                | Field::Id
                | Field::Isin
                | Field::Cusip
                | Field::Wkn
                | Field::Rate
                | Field::Original
                | Field::PriceCurrency
                | Field::WithheldCurrency => {
                    buffer.push_str(&single(self.at.get(*field, cells)));
                    Number::Nothing
                }
            };
            match number {
                Number::Some(number) => push_number(&mut buffer, number),
                Number::Nothing => {}
                Number::Unreadable => buffer.push_str(self.at.get(*field, cells)),
            }
            buffer.push('\0');
        }
        let hash = xxh3_64(buffer.as_bytes());
        self.buffer = buffer;
        hash
    }
}

/// Rows without a day get that of the row before them, else of the one after: it says which year
/// they leave incomplete.
fn neighbours(rows: &mut [Row]) {
    let unset = NaiveDate::default();
    let Some(first) = rows.iter().map(|row| row.date).find(|date| *date != unset) else { return };
    let mut last = first;
    for row in rows {
        if row.date == unset {
            row.date = last;
        }
        last = row.date;
    }
}

/// Whether a record reads as a sentence: one cell of words, or words in its first cell and no number
/// or day in the others.
fn sentence(record: Record, cells: &[Cell]) -> bool {
    let mut filled = cells.iter().map(|cell| cell.trim()).filter(|cell| !cell.is_empty());
    let Some(first) = filled.next() else { return false };
    let words = first.starts_with(|c: char| c.is_alphabetic() || "*-'\"(".contains(c));
    // A footnote has its number in front, and nothing beside it.
    let words = words || cells.len() == 1 && first.split(' ').count() > 4;
    words
        && !record.cut
        && filled.all(|cell| {
            cell.contains(char::is_alphabetic)
                && cell::day(cell, DateForm::MonthDayYear).is_none()
                && cell.contains(' ')
        })
}

/// A name as an id: `Shadyside Suite` is `shadyside-suite`.
fn kebab(name: &str) -> String {
    let parts = name.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty());
    parts.map(str::to_lowercase).collect::<Vec<_>>().join("-")
}

/// A name that a cell states: a dash is none.
fn stated(text: &str) -> &str {
    if matches!(text, "-" | "--" | "n/a" | "N/A") { "" } else { text }
}

/// How names are compared with patterns.
const CASE_APART: glob::MatchOptions = glob::MatchOptions {
    case_sensitive: false,
    require_literal_separator: false,
    require_literal_leading_dot: false,
};

/// Both together; nothing and nothing is nothing.
fn sum(one: Number, other: Number) -> Number {
    match (one, other) {
        (Number::Unreadable, _) | (_, Number::Unreadable) => Number::Unreadable,
        (Number::Nothing, number) | (number, Number::Nothing) => number,
        (Number::Some(one), Number::Some(other)) => {
            one.checked_add(other).map_or(Number::Unreadable, Number::Some)
        }
    }
}

/// What follows `words` in a text, case apart.
fn after_words<'t>(text: &'t str, words: &str) -> Option<&'t str> {
    let end = text
        .as_bytes()
        .windows(words.len())
        .position(|part| part.eq_ignore_ascii_case(words.as_bytes()))?;
    text.get(end + words.len()..)
}

/// Text with single blanks, copied only where it has others.
fn single(text: &str) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    let odd = bytes.iter().any(|byte| byte.is_ascii_control() || *byte >= 0x80)
        || memchr::memmem::find(bytes, b"  ").is_some();
    if odd { Cow::Owned(single_blanks(text)) } else { Cow::Borrowed(text) }
}
