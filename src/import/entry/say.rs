//! Puts into words what a person has to know of the rows of a file, each with its place.

use std::collections::HashMap;

use super::{Fate, Row};
use crate::diagnostic::Diagnostic;
use crate::event::Event;
use crate::import::FileReport;
use crate::period::Datelike;
use crate::source::{Place, Source};

/// Problems and doubts of one file, by line; rows with one and the same trouble are one. Doubts only
/// of rows that are new: once is enough.
pub fn diagnostics<'r>(
    source: &Source,
    rows: impl Iterator<Item = (&'r Row, bool)>,
    report: &FileReport,
) -> Vec<Diagnostic> {
    let mut all: Vec<Diagnostic> = Vec::new();
    let mut first_of: HashMap<(bool, String), (usize, Vec<u32>)> = HashMap::new();
    for (row, fresh) in rows {
        let mut told = |error: bool, message: &str, diagnostic: &dyn Fn() -> Diagnostic| {
            let key = (error, kind_of(message));
            if let Some((_, lines)) = first_of.get_mut(&key) {
                lines.push(row.line);
                return;
            }
            first_of.insert(key, (all.len(), Vec::new()));
            all.push(diagnostic());
        };
        let event = match &row.fate {
            Fate::Unresolved(_, event) => event.as_deref(),
            Fate::With(_) => row.unknown.as_deref(),
            Fate::Events(_) | Fate::Ignored(_) => None,
        };
        if matches!(row.fate, Fate::Unresolved(..) | Fate::With(_))
            && let Ok(here) = report.unresolved.binary_search_by_key(&row.line, |one| one.line)
        {
            let reason = &report.unresolved[here].reason;
            told(true, reason, &|| {
                let diagnostic =
                    Diagnostic::error("unread-transaction", reason).at(place(source, row));
                unread(diagnostic, row, event)
            });
        }
        for doubt in row.doubts.iter().filter(|_| fresh) {
            told(false, doubt, &|| {
                Diagnostic::warning("doubtful-transaction", doubt).at(place(source, row))
            });
        }
    }
    for (at, lines) in first_of.into_values() {
        if !lines.is_empty() {
            let rows = if lines.len() == 1 { "row" } else { "rows" };
            all[at].notes.push(format!(
                "so it is with {} more {rows}: {}",
                lines.len(),
                said(&lines)
            ));
        }
    }
    all.sort_by_key(|diagnostic| diagnostic.places.first().map(|place| place.line));
    all
}

/// What follows from a row that nothing understands, and what to write.
fn unread(mut diagnostic: Diagnostic, row: &Row, event: Option<&Event>) -> Diagnostic {
    if let Some(event) = event {
        let year = event.date.year();
        let note = format!("the row is kept as `unknown` and leaves {year} incomplete");
        diagnostic = diagnostic.note(note);
    }
    match (&row.teach, event) {
        (Some(teach), _) => diagnostic.help(teach),
        (None, Some(event)) => diagnostic.help(format!(
            "say what it is in rentier.toml, then import again:\n[override.\"{}\"]\n\
             event = \"deposit\"    # or dividend, interest, fee...",
            event.id
        )),
        (None, None) => diagnostic,
    }
}

/// The part of a message that is the same for every row with this trouble: without its figures and
/// the row's own words.
fn kind_of(message: &str) -> String {
    let told = message.split_once(": ").map_or(message, |(told, _)| told);
    told.chars().filter(|c| !c.is_ascii_digit()).collect()
}

/// `lines 7, 9, 12`, the first eight.
fn said(lines: &[u32]) -> String {
    let shown: Vec<String> = lines.iter().take(8).map(ToString::to_string).collect();
    let more = if lines.len() > 8 { ", ..." } else { "" };
    let word = if lines.len() == 1 { "line" } else { "lines" };
    format!("{word} {}{more}", shown.join(", "))
}

/// A row's first line, as far as it is the row's: some files are one line.
fn place(source: &Source, row: &Row) -> Place {
    let (start, end) = row.bytes;
    let text = source.text.get(start..end).unwrap_or_default();
    let text: String = text.lines().next().unwrap_or_default().chars().take(120).collect();
    // Its tag only, so that what follows is shown too.
    let tag = text.find('>').map_or(text.len(), |end| end + 1);
    let width = u32::try_from(text[..tag].chars().count()).unwrap_or(u32::MAX);
    let file = source.name.clone();
    Place { file, line: row.line, column: 1, width, text, label: String::new() }
}
