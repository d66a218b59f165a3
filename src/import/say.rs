//! Puts what is wrong or doubtful into words, each with its place and what to write instead.

use std::collections::HashMap;
use std::fmt::Write;

use super::export::{Document, Export, Fate};
use super::feed::Form;
use super::json;
use super::make::Reason;
use super::profile::{Field, normalised};
use super::recognise::{Column, Section};
use super::record::stretch;
use super::row::{Ambiguous, Row, Trouble};
use super::union::Outcome;
use crate::diagnostic::Diagnostic;
use crate::period::{DateForm, Datelike};
use crate::source::{Name, Place, Source};

impl Document<'_> {
    /// What becomes of a row that has trouble of its own: it is ignored, `Ok`, or unresolved.
    pub(super) fn troubled(&self, section: &Section, trouble: &Trouble) -> Result<Name, Reason> {
        Err(match trouble {
            Trouble::Aside(reason) => return Ok(reason.clone()),
            Trouble::Cut { has, of } => {
                Reason::new("cut-row", format!("the row ends in column {has} of {of}"))
                    .help("the file is cut short: download it again")
            }
            Trouble::NoDay => {
                Reason::new("no-date", "expected a row with a date, or the end of the file")
                    .at(Field::Date)
            }
            Trouble::Surplus => {
                let of = section.columns.len();
                Reason::new(
                    "surplus-cells",
                    format!("the row has more than the {of} columns of the header"),
                )
            }
            Trouble::Currency(other) => Reason::new(
                "no-exchange-rate",
                format!(
                    "the row states a cost in {other}, and no rate to bring it into its amount"
                ),
            )
            .help("write this event by hand in main.journal"),
            Trouble::NoCurrency => {
                let message = "nothing in the file says what the amount is in";
                let currency = &self.layout.profile.currency;
                let id = self.accounts.first().map_or("…", |account| &*account.id);
                Reason::new("no-currency", message).at(Field::Amount).help(format!(
                    "say it in rentier.toml, then import again:\n[account.{id}]\ncurrency = \"{currency}\"    # or what it is"
                ))
            }
            Trouble::Columns(columns) => self.unknown_columns(section, columns),
        })
    }

    /// A row that fills columns which the profile does not know.
    fn unknown_columns(&self, section: &Section, columns: &[usize]) -> Reason {
        let profile = self.layout.profile;
        let names: Vec<String> = columns.iter().map(|at| self.column(section, *at)).collect();
        let (column, them) = if names.len() == 1 { ("column", "it") } else { ("columns", "them") };
        let message = format!(
            "profile `{}` does not know the {column} `{}`",
            profile.name,
            names.join("`, `")
        );
        let quoted: Vec<String> =
            names.iter().map(|name| format!("\"{}\"", name.replace(['\\', '"'], ""))).collect();
        let mut reason = Reason::new("unknown-column", message).help(format!(
            "where nothing in {them} changes an amount, say so in {}, then import again:\nunused = [{}]    # or a field each, under [columns]",
            profile.teach,
            quoted.join(", ")
        ));
        reason.cell = columns.first().copied();
        reason
    }

    /// A column's name as it stands in the header.
    fn column(&self, section: &Section, at: usize) -> String {
        let Some(Column::Unknown(name)) = section.columns.get(at) else { return String::new() };
        let header = self.source.place_of_line(section.line).text;
        let written = match self.layout.form {
            Form::Delimited(delimiter) => stretch(&header, delimiter, at),
            Form::Json(_) => None,
        };
        let written = written.map(|cell| cell.trim_matches(['"', ' ']));
        written.filter(|cell| normalised(cell) == *name).unwrap_or(name).to_owned()
    }

    /// A row whose action's words the profile does not know, or not with these values.
    pub(super) fn unknown_action(&self, row: &Row, conditions: bool) -> Reason {
        let profile = self.layout.profile;
        let words = &*row.words;
        let (key, shown) = self.taught(row);
        if words.is_empty() {
            return Reason::new("unknown-action", "the row states no action").at(Field::Action);
        }
        let but = if conditions { " with these values" } else { "" };
        let message = format!("profile `{}` does not know the action `{shown}`{but}", profile.name);
        Reason::new("unknown-action", message).at(Field::Action).help(format!(
            "teach it in {}, then import again:\n[[action]]\n{key} = \"{}\"\n{}",
            profile.teach,
            shown.replace('\\', "\\\\").replace('"', "\\\""),
            self.suggestion(row)
        ))
    }

    /// The reason with what was found in its place, where a number was expected.
    pub(super) fn found(&self, row: &Row, section: &Section, mut reason: Reason) -> Reason {
        if reason.code == "unreadable-number" && reason.at.is_some() {
            let place = self.place(row, section, reason.at);
            let skip = place.column.saturating_sub(1) as usize;
            let cell = place.text.chars().skip(skip).take(place.width as usize);
            let cell: String = cell.collect();
            let _ = write!(reason.message, ", found `{}`", cell.trim().trim_matches('"'));
        }
        reason
    }

    /// The words to teach: all of them, or of a sentence those before the description.
    fn taught(&self, row: &Row) -> (&'static str, String) {
        let words = &*row.words;
        if !self.layout.profile.prose {
            return ("is", words.to_owned());
        }
        let description: String = row.text.chars().take(8).collect();
        let end = (!description.is_empty() && *row.text != *words)
            .then(|| words.find(&description))
            .flatten()
            .filter(|end| *end > 0)
            .or_else(|| words.find(" ("))
            .unwrap_or(words.len());
        ("starts", words[..end].trim_end().to_owned())
    }

    /// A kind that such a row may be, to be changed by who knows.
    fn suggestion(&self, row: &Row) -> &'static str {
        let amount = self.making(row).cash(row).value().unwrap_or_default();
        let units = row.quantity.value().is_some_and(|quantity| !quantity.is_zero());
        if row.security.is_none() && !amount.is_zero() {
            return if amount.is_sign_negative() {
                "event = \"withdrawal\"    # or fee, margin-interest, withholding..."
            } else {
                "event = \"deposit\"    # or interest, other-income, fee..."
            };
        }
        match (units, amount.is_zero(), amount.is_sign_negative()) {
            (true, true, _) => "event = \"split\"    # or stock-dividend, transfer-in, award...",
            (true, false, true) => "event = \"buy\"    # or option-open, short-cover...",
            (true, false, false) => "event = \"sell\"    # or redemption, option-close...",
            (false, true, _) => "ignore = \"note\"    # it moves nothing",
            (false, false, true) => {
                "event = \"fee\"    # or withholding, margin-interest, withdrawal..."
            }
            (false, false, false) => {
                "event = \"payment-in-lieu\"    # or dividend, interest, fee..."
            }
        }
    }

    /// The place of a whole line.
    fn line(&self, line: u32, text: &str) -> Place {
        Place {
            file: self.source.name.clone(),
            line,
            column: 1,
            width: u32::try_from(text.chars().count()).unwrap_or(u32::MAX),
            text: text.to_owned(),
            label: String::new(),
        }
    }

    /// The place of a row, or of one of its cells.
    fn place(&self, row: &Row, section: &Section, field: Option<Field>) -> Place {
        let raw = self.raw(row);
        let at = field.and_then(|field| section.place(field));
        let cell = match self.layout.form {
            Form::Delimited(delimiter) => at.and_then(|at| stretch(raw, delimiter, at)),
            Form::Json(_) => {
                let names = field.map_or(&[][..], |field| section.table.aliases(field));
                if let Some((lines, text)) = json::line_of(raw, names).filter(|(at, _)| *at > 0) {
                    return self.line(row.line.saturating_add(lines), text.trim());
                }
                None
            }
        };
        self.part(row, cell)
    }

    /// The place of a row's cell number `at`.
    fn cell(&self, row: &Row, at: usize) -> Place {
        let cell = match self.layout.form {
            Form::Delimited(delimiter) => stretch(self.raw(row), delimiter, at),
            Form::Json(_) => None,
        };
        self.part(row, cell)
    }

    /// The place of a part of a row; without one, of all of it.
    fn part(&self, row: &Row, cell: Option<&str>) -> Place {
        let raw = self.raw(row);
        let first = raw.lines().next().unwrap_or_default();
        let start = cell.map_or(0, |cell| cell.as_ptr() as usize - raw.as_ptr() as usize);
        let (start, cell) = match cell {
            Some(cell) if start <= first.len() && !cell.is_empty() => (start, cell),
            _ => (0, first),
        };
        let end = (start + cell.len()).min(first.len());
        let count = |text: &str| u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
        Place {
            file: self.source.name.clone(),
            line: row.line,
            column: count(&first[..start]).saturating_add(1),
            width: count(&first[start..end]),
            text: first.to_owned(),
            label: String::new(),
        }
    }
}

/// That a file has as many rows as its broker puts into one: what came before them may be missing, and so
/// may be what was paid for what they sell.
pub fn cut(export: &Export, rows: u32) -> Option<Diagnostic> {
    let profile = export.document.layout.profile;
    let most = profile.most_rows.filter(|most| rows >= *most)?;
    let message = format!(
        "the file has {rows} rows, and {} puts no more than {most} into one",
        profile.title
    );
    let line = export.document.layout.first.line.max(1);
    let help = "export shorter spans of days, so that none has as many";
    let place = export.document.source.place_of_line(line);
    Some(Diagnostic::warning("may-be-cut", message).at(place).help(help))
}

/// What a person has to know of one export, by line; rows with one and the same trouble are one.
pub fn diagnostics(export: &Export, outcome: &Outcome) -> Vec<Diagnostic> {
    let mut all: Vec<(u32, Diagnostic)> = Vec::new();
    let mut first_of: HashMap<(&str, &str), usize> = HashMap::new();
    let mut further: Vec<Vec<u32>> = Vec::new();
    for (number, trace) in (0..).zip(&export.traces) {
        let Fate::Unresolved(reason) = trace.fate else { continue };
        let reason = &export.reasons[reason as usize];
        if outcome.unresolved.binary_search_by_key(&trace.line, |one| one.line).is_err() {
            continue;
        }
        let row = export.row(number);
        let key = (reason.code, reason.message.as_str());
        if let Some(at) = first_of.get(&key) {
            further[*at].push(row.line);
            continue;
        }
        first_of.insert(key, further.len());
        further.push(Vec::new());
        let year = row.date.year();
        let mut diagnostic = Diagnostic::error(reason.code, reason.message.clone())
            .at(match reason.cell {
                Some(at) => export.document.cell(row, at),
                None => export.document.place(row, export.section(row), reason.at),
            })
            .note(format!("the row is kept as `unknown` and leaves {year} incomplete"));
        if let Some(help) = &reason.help {
            diagnostic = diagnostic.help(help.clone());
        }
        all.push((row.line, diagnostic));
    }
    for ((_, diagnostic), lines) in all.iter_mut().zip(&further) {
        if let Some(more) = also(lines) {
            diagnostic.notes.push(more);
        }
    }
    let mut doubts: Vec<(u32, Diagnostic)> = Vec::new();
    for (at, doubt) in export.doubts.iter().filter(|(at, _)| outcome.fresh.contains(at)) {
        let row = export.row(*at);
        let diagnostic = Diagnostic::warning(doubt.code, doubt.message.clone())
            .at(export.document.place(row, export.section(row), Some(doubt.at)))
            .note(doubt.note.clone());
        doubts.push((row.line, diagnostic));
    }
    all.append(&mut doubts);
    all.sort_by_key(|(line, _)| *line);
    all.into_iter().map(|(_, diagnostic)| diagnostic).collect()
}

/// `so are lines 7, 9 and 12`.
fn also(lines: &[u32]) -> Option<String> {
    let shown: Vec<String> = lines.iter().take(8).map(ToString::to_string).collect();
    match (shown.split_last()?, lines.len()) {
        ((only, []), 1) => Some(format!("so is line {only}")),
        ((last, before), many) if many <= 8 => {
            Some(format!("so are lines {} and {last}", before.join(", ")))
        }
        (_, many) => Some(format!("so are lines {} and {} more", shown.join(", "), many - 8)),
    }
}

/// Days that can be read two ways.
pub fn ambiguous(source: &Source, ambiguous: &Ambiguous) -> Diagnostic {
    let text = &ambiguous.text;
    let read = |form| super::cell::day(text, form);
    let month = |day: crate::period::NaiveDate| day.format("%B").to_string();
    let label = match (read(DateForm::DayMonthYear), read(DateForm::MonthDayYear)) {
        (Some(day), Some(other)) => {
            format!("{} {} or {} {}", day.day(), month(day), month(other), other.day())
        }
        _ => String::new(),
    };
    let mut place = source.place_of_line(ambiguous.line);
    if let Some(at) = place.text.find(text.as_str()) {
        place.column = u32::try_from(place.text[..at].chars().count() + 1).unwrap_or(u32::MAX);
        place.width = u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
    }
    let message = format!(
        "dates can be read day first or month first: none of the {} is above 12",
        ambiguous.days
    );
    Diagnostic::error("ambiguous-dates", message)
        .at(place.labelled(label))
        .help("say it for this account in rentier.toml: dates = \"dd/mm/yyyy\"")
}
