//! `rentier` alone: the status of the books, and the next step.

use std::fmt::Write as _;

use super::args::Reading;
use super::init::FIRST_IMPORT;
use super::open::{self, Opened};
use super::{Error, Exit, World};
use crate::income::Detail;
use crate::money::Decimal;
use crate::report::income::{IncomeStatement, Status, Year};
use crate::report::words::{count, money};

/// Runs it.
pub fn run(world: &mut World) -> Result<Exit, Error> {
    if open::find(world)?.is_none() {
        writeln!(
            world.out,
            "No books here: no rentier.toml in this folder or above it.
  rentier init                         make a folder of records here
  rentier import ~/Downloads/*.csv     read broker exports into it
  rentier income 2024                  the year, by tax category
  rentier income 2024 export.csv       the same from a file, without books"
        )?;
        return Ok(Exit::Done);
    }
    let detail = Detail { years: None, lots: false };
    let opened = open::judged_for(&[], detail, true, &Reading::default(), world)?;
    let statement = opened.statement(opened.years());
    let text = report(&opened, &statement);
    world.out.write_all(text.as_bytes())?;
    let asked = statement.incomplete();
    let exit = Exit::of(&opened.books.diagnostics);
    Ok(if asked { exit.max(Exit::Problems) } else { exit })
}

fn report(opened: &Opened, statement: &IncomeStatement) -> String {
    let books = &opened.books;
    let journal = &books.journal;
    let mut text = String::new();
    let filing =
        statement.filing.as_deref().map(|filing| format!("{filing} · ")).unwrap_or_default();
    let mut holds = count(journal.accounts.len(), "account");
    if !journal.properties.is_empty() {
        let _ = write!(holds, ", {}", count(journal.properties.len(), "property"));
    }
    let _ = writeln!(
        text,
        "Books   {filing}{} · {} · {holds}",
        opened.regime.title, statement.currency
    );
    match statement.records {
        Some((first, last)) => {
            let events = count(journal.events.len(), "event");
            let _ = writeln!(text, "        {events}, {first} to {last}");
        }
        None => text.push_str("        no events yet\n"),
    }
    if !statement.years.is_empty() {
        table(&mut text, statement);
    }
    next(&mut text, opened, &statement.years);
    text
}

/// A line for each year: what is taxable, and how sure that is.
fn table(text: &mut String, statement: &IncomeStatement) {
    let years = &statement.years;
    let amount = |amount: &Option<Decimal>| money(amount.unwrap_or_default(), &statement.currency);
    let amounts: Vec<String> = statement.total.amounts.iter().map(amount).collect();
    let marks: Vec<String> = years
        .iter()
        .map(|year| match year.questions.len() {
            0 => String::new(),
            1 => " ?1".to_owned(),
            many => format!(" ?1-{many}"),
        })
        .collect();
    let wide = amounts.iter().map(String::len).max().unwrap_or(0).max(7);
    let marked = marks.iter().map(String::len).max().unwrap_or(0);
    let gap = wide + marked - "Taxable".len() + 3;
    let _ = writeln!(text, "Year    Taxable{:gap$}Status", "");
    for ((year, amount), mark) in years.iter().zip(&amounts).zip(&marks) {
        let label = &year.label;
        let _ = writeln!(text, "{label:<8}{amount:>wide$}{mark:<marked$}   {}", said(year));
    }
}

fn said(year: &Year) -> String {
    let until = year.until.map(|day| format!("may still change until {day}"));
    match (year.status, until) {
        (Status::Incomplete, until) => {
            let questions = year.open();
            until.map_or(questions.clone(), |until| format!("{questions}; {until}"))
        }
        (Status::Open, Some(until)) => until,
        (Status::Open, None) => "open".to_owned(),
        (Status::Final, _) => "final".to_owned(),
    }
}

/// What to do now: the newest year's questions, the accounts whose records end too early.
fn next(text: &mut String, opened: &Opened, years: &[Year]) {
    let mut steps: Vec<(String, String)> = Vec::new();
    let problems = opened.books.diagnostics.iter().filter(|one| one.is_error()).count();
    if problems > 0 {
        let shows = format!("shows {} of the records", count(problems, "problem"));
        steps.push(("rentier check".to_owned(), shows));
    }
    let asked: Vec<&Year> = years.iter().filter(|year| !year.questions.is_empty()).collect();
    let questions: usize = asked.iter().map(|year| year.questions.len()).sum();
    match asked.as_slice() {
        [] => {}
        [year] if questions == 1 => steps.push((
            format!("rentier check {}", year.label),
            "shows the question and what to write".to_owned(),
        )),
        [year] => steps.push((
            format!("rentier check {}", year.label),
            format!("shows the {questions} questions and what to write"),
        )),
        _ => steps.push((
            "rentier check".to_owned(),
            format!("shows {questions} questions of {} years and what to write", asked.len()),
        )),
    }
    if let Some(newest) = years.last() {
        for short in &newest.short {
            let why = match short.day {
                Some(day) => format!("its records end {day}"),
                None => "it has no records yet".to_owned(),
            };
            steps.push((format!("import {}", short.account), why));
        }
    }
    if steps.is_empty() {
        match years.last() {
            Some(year) => {
                steps.push((format!("rentier income {}", year.label), "the statement".to_owned()));
            }
            None => steps.push((FIRST_IMPORT.to_owned(), "shows what exports hold".to_owned())),
        }
    }
    let wide = steps.iter().map(|(step, _)| step.chars().count()).max().unwrap_or(0).max(24);
    for (at, (step, why)) in steps.iter().enumerate() {
        let lead = if at == 0 { "Next" } else { "" };
        let _ = writeln!(text, "{lead:<8}{step:<wide$}   {why}");
    }
}
