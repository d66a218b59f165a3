//! `rentier check`: every problem of the records, and every question only a person can answer, with
//! what to write and where.

use std::fmt::Write as _;

use super::args::CheckArgs;
use super::open::{self, Opened};
use super::{Error, Exit, World, words};
use crate::diagnostic::Diagnostic;
use crate::report::income::{Asked, IncomeStatement, Reached, Status, Year};
use crate::report::words::{count, list, money};

/// Runs it.
pub fn run(args: &CheckArgs, world: &mut World) -> Result<Exit, Error> {
    let (years, files) = words::years_and_files(&args.words, &args.reading);
    let opened = open::judged(&files, &args.reading, world)?;
    let shown = if years.is_empty() { opened.years() } else { years };
    let mut diagnostics = opened.books.diagnostics.clone();
    // Profiles are read by those who need them; whoever checks wants to know all the same.
    diagnostics.extend(opened.books.profiles().1);
    let told = world.tell(&diagnostics)?;
    let statement = opened.statement(shown);
    let text = report(&opened, &statement);
    world.out.write_all(text.as_bytes())?;
    let asked = statement.incomplete();
    Ok(if asked { told.max(Exit::Problems) } else { told })
}

fn report(opened: &Opened, statement: &IncomeStatement) -> String {
    if opened.books.journal.events.is_empty() {
        return "No events yet, so nothing to ask.\nNext: rentier import ~/Downloads/*.csv --dry-run\n".to_owned();
    }
    let mut text = String::new();
    for year in &statement.years {
        one(&mut text, year, &statement.currency);
    }
    if !opened.books.diagnostics.iter().any(Diagnostic::is_error) && !statement.incomplete() {
        text.push_str("No problems, and no questions.\n");
    }
    text
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
            format!("incomplete: {}", count(year.questions.len(), "question"))
        }
        (Status::Incomplete, Some(until)) => {
            format!("incomplete: {}; {until}", count(year.questions.len(), "question"))
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
