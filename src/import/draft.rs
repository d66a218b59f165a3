//! Drafts a profile from an export that no profile reads: what the file itself tells is filled in,
//! what only a person knows stands there as a question.
//!
//! In: a text. Out: TOML in the language of `profile`, with the evidence as comments. Every guess is
//! of the whole file, never of one row, and none of them makes an event: each action word waits for
//! the person to say what it means.

use std::fmt::Write as _;

use indexmap::IndexMap;

use super::cell::{self, Mark, Number};
use super::profile::{Field, Outcome, Profile, normalised};
use super::record::{Cell, Records};
use crate::period::DateForm;
use crate::source::{Source, harmless};

/// In how many records the header is looked for.
const HEAD: usize = 30;

/// More distinct words than this in a column, and it is prose rather than a set of action words.
const WORDS: usize = 60;

/// Column names as brokers and banks use them, beside those of the shipped profiles.
const NAMES: &[(Field, &[&str])] = &[
    (
        Field::Date,
        &[
            "date",
            "trade date",
            "transaction date",
            "when",
            "datum",
            "day",
            "time",
            "date/time",
            "timestamp",
        ],
    ),
    (Field::Posted, &["post date", "posting date", "process date", "run date"]),
    (Field::Settles, &["settlement date", "settle date", "value date"]),
    (
        Field::Action,
        &[
            "action",
            "type",
            "transaction type",
            "activity",
            "what",
            "transaction",
            "description of transaction",
            "kind",
            "event",
        ],
    ),
    (
        Field::Symbol,
        &["symbol", "ticker", "isin", "cusip", "instrument", "security", "stock", "sedol"],
    ),
    (
        Field::Text,
        &["description", "name", "details", "memo", "note", "notes", "security name", "narration"],
    ),
    (Field::Quantity, &["quantity", "shares", "units", "qty", "no. of shares"]),
    (Field::Price, &["price", "share price", "unit price", "price per share", "rate"]),
    (Field::Fees, &["fees", "fee", "fees & comm", "charges"]),
    (Field::Commission, &["commission", "commissions"]),
    (Field::Withheld, &["tax", "withholding tax", "tax withheld"]),
    (
        Field::Amount,
        &["amount", "net amount", "total", "total amount", "value", "how much", "net", "cash"],
    ),
    (
        Field::Debit,
        &["debit", "debits", "withdrawal", "withdrawals", "paid out", "money out", "debit amount"],
    ),
    (
        Field::Credit,
        &["credit", "credits", "deposit", "deposits", "paid in", "money in", "credit amount"],
    ),
    (Field::Balance, &["balance", "running balance", "cash balance"]),
    (Field::Currency, &["currency", "ccy"]),
    (Field::Account, &["account number", "account", "account no", "account id"]),
    (Field::Id, &["id", "transaction id", "reference", "order id", "txid"]),
];

/// One column of the file, with what its cells tell.
struct Column {
    name: String,
    field: Option<Field>,
    days: usize,
    numbers: usize,
    filled: usize,
    words: IndexMap<String, (usize, String)>,
    forms: Vec<(DateForm, u32)>,
    marks: Vec<(Mark, u32)>,
}

/// A starting profile for `source`, named `name`; `profiles` lend their meanings of words as
/// suggestions. `None`: the text is no table.
pub fn draft(source: &Source, name: &str, profiles: &[Profile]) -> Option<String> {
    let (delimiter, header) = table(&source.text)?;
    let mut columns = read(&source.text, delimiter, header);
    bind(&mut columns);
    Some(written(source, name, delimiter, &columns, profiles))
}

/// The delimiter, and the index of the record that is the header: the first of the widest run of
/// records of one width, none of whose cells is a number or a day.
fn table(text: &str) -> Option<(u8, usize)> {
    let mut best: Option<(usize, u8, usize)> = None;
    for delimiter in [b',', b';', b'\t', b'|'] {
        let (mut records, mut cells) = (Records::new(text, delimiter), Vec::new());
        let mut head: Vec<Vec<String>> = Vec::new();
        while head.len() < HEAD && records.next(&mut cells).is_some() {
            head.push(cells.iter().map(|cell| cell.trim().to_owned()).collect());
        }
        for (at, cells) in head.iter().enumerate() {
            let filled = cells.iter().filter(|cell| !cell.is_empty()).count();
            let names = cells.iter().all(|cell| !is_day(cell) && !is_number(cell));
            let rows = head[at + 1..].iter().filter(|row| row.len().abs_diff(cells.len()) <= 1);
            let weight = filled * rows.count().max(1);
            if filled >= 2 && names && best.as_ref().is_none_or(|(most, ..)| weight > *most) {
                best = Some((weight, delimiter, at));
            }
        }
    }
    best.map(|(_, delimiter, at)| (delimiter, at))
}

fn is_number(text: &str) -> bool {
    [Mark::Point, Mark::Comma]
        .iter()
        .any(|mark| matches!(cell::number(text, *mark), Number::Some(_)))
}

fn is_day(text: &str) -> bool {
    [DateForm::MonthDayYear, DateForm::DayMonthYear]
        .iter()
        .any(|form| cell::day(text, *form).is_some())
}

/// The columns with what the cells of all rows tell.
fn read(text: &str, delimiter: u8, header: usize) -> Vec<Column> {
    let (mut records, mut cells) = (Records::new(text, delimiter), Vec::new());
    for _ in 0..header {
        records.next(&mut cells);
    }
    let mut columns: Vec<Column> = match records.next(&mut cells) {
        Some(_) => cells.iter().map(|cell: &Cell| Column::new(cell.trim())).collect(),
        None => Vec::new(),
    };
    while let Some(record) = records.next(&mut cells) {
        if cells.len() + 1 < columns.len() {
            continue;
        }
        for (column, cell) in columns.iter_mut().zip(&cells) {
            column.take(cell.trim(), record.line, record.text);
        }
    }
    columns
}

impl Column {
    fn new(name: &str) -> Column {
        Column {
            name: name.to_owned(),
            field: None,
            days: 0,
            numbers: 0,
            filled: 0,
            words: IndexMap::new(),
            forms: Vec::new(),
            marks: Vec::new(),
        }
    }

    fn take(&mut self, cell: &str, line: u32, row: &str) {
        if cell::is_nothing(cell) {
            return;
        }
        self.filled += 1;
        if is_day(cell) {
            self.days += 1;
            if let Some(form) = cell::form_of(cell)
                && !self.forms.iter().any(|(known, _)| *known == form)
            {
                self.forms.push((form, line));
            }
        } else if is_number(cell) {
            self.numbers += 1;
            if let Some(mark) = cell::mark_of(cell)
                && !self.marks.iter().any(|(known, _)| *known == mark)
            {
                self.marks.push((mark, line));
            }
        }
        if self.words.len() <= WORDS {
            let word = self.words.entry(cell.to_owned()).or_insert_with(|| (0, row.to_owned()));
            word.0 += 1;
        }
    }

    fn is_days(&self) -> bool {
        self.filled > 0 && self.days == self.filled
    }

    fn is_numbers(&self) -> bool {
        self.filled > 0 && self.numbers == self.filled
    }

    /// Words that repeat: what action words do.
    fn is_words(&self) -> bool {
        self.days + self.numbers == 0 && self.filled > 0 && self.words.len() <= WORDS
    }

    /// Whether its cells are what a field of this kind holds.
    fn holds(&self, field: Field) -> bool {
        match field {
            Field::Date | Field::Posted | Field::Settles | Field::Ex => self.is_days(),
            Field::Quantity
            | Field::Price
            | Field::Fees
            | Field::Commission
            | Field::Accrued
            | Field::Withheld
            | Field::Amount
            | Field::Debit
            | Field::Credit
            | Field::Balance
            | Field::Gross
            | Field::Rate
            | Field::Original
            | Field::OtherFees => self.is_numbers() || self.filled == 0,
            Field::Action => self.is_words(),
            Field::Symbol
            | Field::Name
            | Field::Text
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
            | Field::Time
            | Field::PriceCurrency
            | Field::WithheldCurrency => !self.is_days(),
        }
    }
}

/// Gives columns their fields: by name where the cells agree, then by the cells alone where only one
/// column can be meant.
fn bind(columns: &mut [Column]) {
    for (field, names) in NAMES {
        for name in *names {
            let free = columns.iter().position(|column| {
                column.field.is_none() && normalised(&column.name) == *name && column.holds(*field)
            });
            if let Some(at) = free
                && !columns.iter().any(|column| column.field == Some(*field))
            {
                columns[at].field = Some(*field);
            }
        }
    }
    for (field, fits) in [
        (Field::Date, Column::is_days as fn(&Column) -> bool),
        (Field::Amount, Column::is_numbers),
        (Field::Action, Column::is_words),
    ] {
        let has = |field| columns.iter().any(|column: &Column| column.field == Some(field));
        if has(field) || field == Field::Amount && (has(Field::Debit) || has(Field::Credit)) {
            continue;
        }
        let mut free = columns.iter_mut().filter(|column| column.field.is_none() && fits(column));
        if let (Some(only), None) = (free.next(), free.next()) {
            only.field = Some(field);
        }
    }
}

/// The draft as it is saved.
fn written(
    source: &Source,
    name: &str,
    delimiter: u8,
    columns: &[Column],
    profiles: &[Profile],
) -> String {
    let mut text = String::new();
    let file = harmless(&source.name);
    let between = match delimiter {
        b'\t' => "tabs".to_owned(),
        other => format!("`{}`", char::from(other)),
    };
    let _ = writeln!(text, "# A draft from {file} ({}, cells between {between}).", source.encoding);
    let _ = writeln!(
        text,
        "# Answer what ends in a question mark, save it as profiles/{name}.toml in your books, then try it:"
    );
    let _ = writeln!(text, "#     rentier import {file} --dry-run\n");
    let _ = writeln!(text, "name = {}", quoted(name));
    let _ = writeln!(text, "title = \"\"         # the broker's name, for `rentier profile list`?");
    let _ = writeln!(text, "download = \"\"      # how to get this file?");
    let _ = writeln!(text, "currency = \"USD\"   # what are amounts in, where no column says so?");
    if columns.iter().any(|column| column.marks.iter().any(|(mark, _)| *mark == Mark::Comma)) {
        let _ = writeln!(text, "decimal = \"comma\"  # 1.234,56, by evidence in this file");
    }
    let signed = columns.iter().filter(|column| column.field == Some(Field::Amount));
    if signed
        .flat_map(|column| column.words.keys())
        .all(|cell| !cell.contains(['-', '(', '\u{2212}']))
    {
        let _ = writeln!(
            text,
            "# amounts = \"unsigned\"    # no amount here is negative: does the action alone say which way cash goes?"
        );
    }
    let names: Vec<String> = columns.iter().map(|column| quoted(&column.name)).collect();
    let _ = writeln!(text, "\nheader = [{}]", names.join(", "));
    let bound: Vec<(&Column, Field)> =
        columns.iter().filter_map(|column| Some((column, column.field?))).collect();
    let needs: Vec<String> = bound.iter().map(|(_, field)| quoted(field.name())).collect();
    let _ = writeln!(text, "needs = [{}]", needs.join(", "));
    let unused: Vec<String> = columns
        .iter()
        .filter(|column| column.field.is_none() && !column.name.is_empty())
        .map(|column| quoted(&column.name))
        .collect();
    if !unused.is_empty() {
        let _ = writeln!(
            text,
            "unused = [{}]    # does none of them hold money, units or a date?",
            unused.join(", ")
        );
    }
    text.push_str("\n[columns]\n");
    for (column, field) in &bound {
        let _ = writeln!(text, "{} = {}", field.name(), quoted(&column.name));
    }
    for field in [Field::Date, Field::Action, Field::Amount] {
        let has = |field| bound.iter().any(|(_, known)| *known == field);
        let halves = field == Field::Amount && (has(Field::Debit) || has(Field::Credit));
        if !has(field) && !halves {
            let _ = writeln!(text, "# {} = \"…\"    # which column?", field.name());
        }
    }
    days(&mut text, &bound);
    actions(&mut text, &bound, profiles);
    text
}

fn days(text: &mut String, bound: &[(&Column, Field)]) {
    let Some((column, _)) = bound.iter().find(|(_, field)| *field == Field::Date) else { return };
    let first = column.words.keys().next().map_or("", |cell| cell);
    text.push_str("\n[dates]\n");
    let _ = match column.forms.as_slice() {
        [(DateForm::DayMonthYear, line)] => {
            writeln!(text, "form = \"dd/mm/yyyy\"    # line {line} has a day above 12")
        }
        [(_, line)] => writeln!(text, "form = \"mm/dd/yyyy\"    # line {line} has a day above 12"),
        [] if cell::year_first(first) => writeln!(text, "form = \"yyyy-mm-dd\""),
        [] => writeln!(
            text,
            "# form = \"…\"    # mm/dd/yyyy or dd/mm/yyyy? no day here is above 12: {first}"
        ),
        [(_, one), (_, other), ..] => writeln!(
            text,
            "# form = \"…\"    # line {one} and line {other} contradict each other: which is right?"
        ),
    };
}

/// One `[[action]]` for each word of the action column, the most frequent first.
fn actions(text: &mut String, bound: &[(&Column, Field)], profiles: &[Profile]) {
    let Some((column, _)) = bound.iter().find(|(_, field)| *field == Field::Action) else { return };
    text.push_str(
        "\n# What does each word mean? An event (buy, sell, dividend, interest, deposit, withdrawal, fee …), or\n\
         # ignore = \"why\". The kinds: rentier help profiles\n",
    );
    let mut words: Vec<_> = column.words.iter().collect();
    words.sort_by(|(_, (one, _)), (_, (other, _))| other.cmp(one));
    for (word, (count, row)) in words {
        let rows = if *count == 1 { "1 row".to_owned() } else { format!("{count} rows") };
        let _ = writeln!(text, "\n[[action]]                    # {rows}");
        let _ = writeln!(text, "is = {}", quoted(word));
        match known(word, profiles) {
            Some((kind, profile)) => {
                let _ = writeln!(text, "event = {}    # as in `{profile}`: is it?", quoted(kind));
            }
            None => {
                let _ = writeln!(text, "event = \"…\"    # what is it?");
            }
        }
        let _ = writeln!(text, "example = {}", quoted(row));
    }
}

/// What a shipped profile takes this very word for.
fn known<'p>(word: &str, profiles: &'p [Profile]) -> Option<(&'p str, &'p str)> {
    profiles.iter().filter(|profile| profile.is_table()).find_map(|profile| {
        let mut actions = profile.actions.iter();
        let action =
            actions.find(|action| action.is.iter().any(|is| is.eq_ignore_ascii_case(word)))?;
        match &action.outcome {
            Outcome::Make(make) => Some((make.kind, &*profile.name)),
            Outcome::Ignore(_) => None,
        }
    })
}

/// A TOML string, the literal kind where that reads better.
fn quoted(text: &str) -> String {
    if text.contains(['"', '\\']) && !text.contains('\'') && !text.contains(char::is_control) {
        return format!("'{text}'");
    }
    let mut quoted = String::from('"');
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            c if c.is_control() => {
                let _ = write!(quoted, "\\u{:04X}", u32::from(c));
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}
