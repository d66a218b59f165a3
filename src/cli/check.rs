//! `rentier check`: every problem of the records, and every question only a person can answer, with
//! what to write and where.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::args::CheckArgs;
use super::init::FIRST_IMPORT;
use super::open;
use super::present::{Present, present};
use super::{Error, Exit, World, words};
use crate::diagnostic::Diagnostic;
use crate::income::Detail;
use crate::ledger::checks;
use crate::render::{self, Screen};
use crate::report::income::{Asked, IncomeStatement, Reached, Status, Year};
use crate::report::table::{Cell, Column, Row, Table};
use crate::report::words::{list, money};

/// Whoever is asked a question need not see the lots of every sale.
const SUMS: Detail<'static> = Detail { years: None, lots: false };

/// Runs it.
pub fn run(args: &CheckArgs, world: &mut World) -> Result<Exit, Error> {
    if args.list {
        for (name, asks, _) in checks::ALWAYS {
            writeln!(world.out, "{name:<17} {asks}; always, but with --skip {name}")?;
        }
        for (name, asks) in checks::CHECKS {
            writeln!(world.out, "{name:<17} {asks}")?;
        }
        return Ok(Exit::Done);
    }
    let skips = |name: &str| args.skip.iter().any(|skipped| skipped == name);
    let always = || checks::ALWAYS.iter().map(|(name, ..)| *name);
    let can_skip = || always().chain(checks::names());
    if let Some(other) = args.skip.iter().find(|name| !can_skip().any(|known| known == *name)) {
        return Err(Error::unknown("check", other, can_skip()));
    }
    let known = |word: &String| can_skip().any(|name| name == word);
    let (named, words): (Vec<String>, Vec<String>) = args.words.iter().cloned().partition(known);
    let (years, files) = words::years_and_files(&words, &args.reading);
    let opened = open::judged_for(&files, SUMS, false, &args.reading, world)?;
    let shown = if years.is_empty() { opened.years() } else { years };
    let mut diagnostics = opened.books.diagnostics.clone();
    // Profiles are read by those who need them; whoever checks wants to know all the same.
    diagnostics.extend(opened.books.problems_of_profiles());
    let settings = &opened.books.settings.check;
    let set = settings.always.iter().map(|name| &**name);
    let mut asked: Vec<&str> = set.chain(named.iter().map(String::as_str)).collect();
    asked.sort_unstable();
    asked.dedup();
    asked.retain(|name| !skips(name));
    diagnostics.extend(checks::check(&opened.books.ledgers, &asked, settings.recent_days));
    for (name, _, code) in checks::ALWAYS {
        if skips(name) {
            diagnostics.retain(|one| one.code != *code);
        }
    }
    let statement = opened.statement(shown);
    let asked = statement.incomplete();
    let told = world.tell(&diagnostics)?;
    let found = Found {
        statement: &statement,
        diagnostics: &diagnostics,
        empty: opened.books.journal.events.is_empty(),
    };
    present(&found, &args.output, world)?;
    Ok(if asked { told.max(Exit::Problems) } else { told })
}

/// What was found.
struct Found<'f> {
    statement: &'f IncomeStatement<'f>,
    diagnostics: &'f [Diagnostic],
    /// There are no events at all.
    empty: bool,
}

impl Present for Found<'_> {
    fn table(&self) -> Table {
        self.records()
    }

    /// A row for each problem, then one for each question.
    fn records(&self) -> Table {
        let keys = ["kind", "year", "source", "says", "amount", "write_in", "write"];
        let text = |text: &str| Cell::text(text);
        let problems = self.diagnostics.iter().map(|one| {
            let place = one.places.first().map(|place| format!("{}:{}", place.file, place.line));
            let help = one.help.as_deref().unwrap_or_default();
            let cells = [&one.severity.to_string(), "", &place.unwrap_or_default(), &one.message];
            cells.into_iter().chain(["", "", help]).map(text).collect()
        });
        let questions = self.statement.years.iter().flat_map(|year| {
            year.questions.iter().map(|asked| {
                let mut cells: Vec<Cell> =
                    ["question", &year.label, &asked.source, &asked.asks].map(text).into();
                cells.push(asked.amount.map_or(Cell::Nothing, Cell::number));
                cells.extend([text(&asked.write.file), text(&asked.write.text)]);
                cells
            })
        });
        let rows = problems.chain(questions).map(|cells| Row { cells, ..Row::default() });
        Table {
            columns: keys.iter().map(|key| Column::words(key, key)).collect(),
            rows: rows.collect(),
            ..Table::default()
        }
    }

    fn json(&self) -> Value {
        let problems = self.diagnostics.iter().map(render::diagnostics::json);
        json!({
            "schema": "rentier/check/1",
            "years": self.statement.json()["years"],
            "problems": problems.collect::<Vec<_>>(),
        })
    }

    fn text(&self, _: Screen) -> String {
        if self.empty {
            return format!("No events yet, so nothing to ask.\nNext: {FIRST_IMPORT}\n");
        }
        let mut text = String::new();
        for year in &self.statement.years {
            one(&mut text, year, &self.statement.currency);
        }
        if !self.diagnostics.iter().any(Diagnostic::is_error) && !self.statement.incomplete() {
            text.push_str("No problems, and no questions.\n");
        }
        text
    }
}

fn one(text: &mut String, year: &Year, currency: &str) {
    let _ = writeln!(text, "{}  {}", year.label, status(year));
    for asked in &year.questions {
        question(text, asked, currency);
    }
    for change in &year.because {
        let law = change.law.as_deref().map(|law| format!(" ({law})")).unwrap_or_default();
        let _ = writeln!(
            text,
            "  until {}: buying {} would defer up to {} of a loss{law}",
            change.until,
            crate::report::words::security(&change.security),
            money(change.amount, currency)
        );
    }
    if !year.short.is_empty() {
        let _ = writeln!(text, "  {}", ends(&year.short));
    }
}

/// `records of roth end 2024-12-31`
pub fn ends(short: &[Reached]) -> String {
    let each: Vec<String> = short
        .iter()
        .map(|one| match one.day {
            Some(day) => format!("those of {} end {day}", one.account),
            None => format!("{} has none", one.account),
        })
        .collect();
    format!("records: {}", list(&each))
}

/// `incomplete: 1 question; may still change until 2025-01-17`, as in a statement.
pub fn status(year: &Year) -> String {
    let until = year.until.map(|day| format!("may still change until {day}"));
    match (year.status, until) {
        (Status::Incomplete, None) => {
            format!("incomplete: {}", year.open())
        }
        (Status::Incomplete, Some(until)) => {
            format!("incomplete: {}; {until}", year.open())
        }
        (Status::Open, Some(until)) => until,
        (Status::Open, None) => "open".to_owned(),
        (Status::Final, _) => "final".to_owned(),
    }
}

fn question(text: &mut String, asked: &Asked, currency: &str) {
    let _ = writeln!(text, "  ?{}  {}", asked.number, asked.asks);
    let waits = asked
        .amount
        .map(|amount| format!("; {} {currency} wait for the answer", money(amount, currency)));
    let _ = writeln!(text, "      {}{}", asked.source, waits.unwrap_or_default());
    let _ = writeln!(text, "      write in {}:", asked.write.file);
    for line in asked.write.text.lines() {
        let _ = writeln!(text, "          {line}");
    }
}
