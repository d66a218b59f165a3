//! A diagnostic as text in the shape of a compiler's message, or as JSON.
//!
//! ```text
//! error: two lot methods for `fidelity` from the same day
//!   --> rentier.toml:33:12
//!    |
//! 32 |   { from = 2022-01-01, method = "fifo" },
//!    |            ---------- first
//! 33 |   { from = 2022-01-01, method = "highest-cost" },
//!    |            ^^^^^^^^^^ second
//!    = help: remove one, or give one another day
//! ```
//!
//! The shape is ours rather than a crate's because no blank line stands before a note, a file
//! without a line is a place too, and a help of several lines is something to paste.

use std::collections::BTreeSet;
use std::fmt::Write;

use serde_json::{Value, json};

use super::screen::{Paint, Screen, clean, width};
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::Place;

/// A line of a file longer than this is cut around what is pointed at.
const WIDEST: usize = 120;

/// `diagnostic` as text, with a line end and without an empty line after it.
pub fn diagnostic(diagnostic: &Diagnostic, colour: bool) -> String {
    text(diagnostic, Screen { width: WIDEST, colour })
}

/// All `diagnostics`, an empty line between them, and how many there are in how many files where
/// there are several.
pub fn all(diagnostics: &[Diagnostic], colour: bool) -> String {
    let mut out = String::new();
    for (at, one) in diagnostics.iter().enumerate() {
        if at > 0 {
            out.push('\n');
        }
        out.push_str(&diagnostic(one, colour));
    }
    if let Some(summary) = summary(diagnostics, colour) {
        out.push('\n');
        out.push_str(&summary);
    }
    out
}

/// `error: 3 problems in 2 files`, with a line end; `None` for fewer than two problems. Warnings
/// alone are counted as warnings.
pub fn summary(diagnostics: &[Diagnostic], colour: bool) -> Option<String> {
    let errors = diagnostics.iter().filter(|one| one.is_error()).count();
    let (severity, count, word) = match errors {
        0 => (Severity::Warning, diagnostics.len(), "warnings"),
        _ => (Severity::Error, errors, "problems"),
    };
    if count < 2 {
        return None;
    }
    let files: BTreeSet<&str> = diagnostics
        .iter()
        .filter(|one| one.severity == severity)
        .filter_map(|one| one.places.first())
        .map(|place| &*place.file)
        .collect();
    let place = match files.len() {
        0 => String::new(),
        1 => " in 1 file".to_owned(),
        many => format!(" in {many} files"),
    };
    let screen = Screen { width: WIDEST, colour };
    let word_of = screen.paint(name(severity), paint(severity)).into_owned();
    Some(format!("{word_of}: {count} {word}{place}\n"))
}

/// `diagnostic` for programs.
pub fn json(diagnostic: &Diagnostic) -> Value {
    let places: Vec<Value> = diagnostic
        .places
        .iter()
        .map(|place| {
            json!({
                "file": &*place.file,
                "line": place.line,
                "column": place.column,
                "width": place.width,
                "text": place.text,
                "label": place.label,
            })
        })
        .collect();
    let first = diagnostic.places.first();
    json!({
        "file": first.map(|place| &*place.file),
        "line": first.map(|place| place.line),
        "column": first.map(|place| place.column),
        "endColumn": first.map(|place| place.column + place.width),
        "severity": name(diagnostic.severity),
        "code": diagnostic.code,
        "message": diagnostic.message,
        "places": places,
        "notes": diagnostic.notes,
        "help": diagnostic.help,
    })
}

/// `diagnostic` on a screen; its width only decides how long lines of a file are cut.
pub fn text(diagnostic: &Diagnostic, screen: Screen) -> String {
    let mut out = String::new();
    let strong = paint(diagnostic.severity);
    let word = screen.paint(name(diagnostic.severity), strong);
    let mut message = diagnostic.message.lines();
    let first = clean(message.next().unwrap_or_default());
    push(&mut out, &format!("{word}: {}", screen.paint(&first, Paint::Bold)));
    for line in message {
        push(&mut out, &format!("       {}", clean(line)));
    }
    let highest = diagnostic.places.iter().map(|place| place.line).max().unwrap_or(0);
    let gutter = highest.max(1).to_string().len();
    for (at, places) in by_file(&diagnostic.places).into_iter().enumerate() {
        excerpt(&mut out, &places, at == 0, gutter, strong, screen);
    }
    for note in &diagnostic.notes {
        said(&mut out, "note", note, gutter, screen);
    }
    if let Some(help) = &diagnostic.help {
        said(&mut out, "help", help, gutter, screen);
    }
    out
}

/// The places of one file each, in the order in which the files are first named.
fn by_file(places: &[Place]) -> Vec<Vec<(bool, &Place)>> {
    let mut files: Vec<Vec<(bool, &Place)>> = Vec::new();
    for (at, place) in places.iter().enumerate() {
        match files.iter_mut().find(|file| file[0].1.file == place.file) {
            Some(file) => file.push((at == 0, place)),
            None => files.push(vec![(at == 0, place)]),
        }
    }
    files
}

/// The places of one file: where, then each line with carets below what is meant.
fn excerpt(
    out: &mut String,
    places: &[(bool, &Place)],
    main: bool,
    gutter: usize,
    strong: Paint,
    screen: Screen,
) {
    let here = places[0].1;
    let arrow = screen.paint(if main { "-->" } else { ":::" }, Paint::Dim).into_owned();
    let file = clean(&here.file).into_owned();
    let position = match (here.line, here.column) {
        (0, _) => file,
        (line, 0) => format!("{file}:{line}"),
        (line, column) => format!("{file}:{line}:{column}"),
    };
    push(out, &format!("{:gutter$}{arrow} {position}", ""));
    let mut shown: Vec<&(bool, &Place)> =
        places.iter().filter(|(_, place)| place.line > 0 && place.column > 0).collect();
    if shown.is_empty() {
        return;
    }
    shown.sort_by_key(|(_, place)| (place.line, place.column));
    let bar = screen.paint("|", Paint::Dim).into_owned();
    push(out, &format!("{:gutter$} {bar}", ""));
    let (mut last, room) = (0, screen.width.max(60) - gutter - 3);
    for (is_main, place) in shown {
        let cut = Cut::around(place, room);
        if place.line != last {
            if last > 0 && place.line > last + 1 {
                push(out, "...");
            }
            let number = format!("{:>gutter$}", place.line);
            let number = screen.paint(&number, Paint::Dim).into_owned();
            push(out, &format!("{number} {bar} {}", cut.text));
            last = place.line;
        }
        let (mark, paint) = if *is_main { ("^", strong) } else { ("-", Paint::Dim) };
        let label = clean(&place.label);
        let space = if label.is_empty() { "" } else { " " };
        let marks = format!("{}{space}{label}", mark.repeat(cut.width));
        let marks = screen.paint(&marks, paint).into_owned();
        push(out, &format!("{:gutter$} {bar} {:before$}{marks}", "", "", before = cut.before));
    }
}

/// One line of a file as there is room for it.
struct Cut {
    /// The line, or the stretch of it around what is pointed at.
    text: String,
    /// Columns before what is pointed at.
    before: usize,
    /// Columns of what is pointed at, at least one.
    width: usize,
}

impl Cut {
    /// Shows at most `room` columns of the line; a line that is longer keeps what is pointed at and
    /// the stretch before it.
    fn around(place: &Place, room: usize) -> Cut {
        let text = clean(&place.text);
        let chars: Vec<char> = text.chars().collect();
        let start = (place.column as usize - 1).min(chars.len());
        let end = (start + place.width as usize).min(chars.len());
        let columns = |part: &[char]| width(&part.iter().collect::<String>());
        if columns(&chars) <= room {
            return Cut {
                before: columns(&chars[..start]),
                width: columns(&chars[start..end]).max(1),
                text: text.trim_end().to_owned(),
            };
        }
        // Two thirds of the room stand before the end of what is pointed at.
        let mut from = end;
        while from > 0 && columns(&chars[from - 1..end]) <= room * 2 / 3 {
            from -= 1;
        }
        let mut to = from;
        while to < chars.len() && columns(&chars[from..=to]) <= room - 6 {
            to += 1;
        }
        let (left, right) = (from > 0, to < chars.len());
        let mut shown = String::new();
        let _ = write!(
            shown,
            "{}{}{}",
            if left { "..." } else { "" },
            chars[from..to].iter().collect::<String>(),
            if right { "..." } else { "" }
        );
        let dots = if left { 3 } else { 0 };
        let start = start.max(from);
        let end = end.clamp(start, to.max(start));
        Cut {
            text: shown.trim_end().to_owned(),
            before: dots + columns(&chars[from..start]),
            width: columns(&chars[start..end]).max(1),
        }
    }
}

/// `= help: …`, further lines below its first word.
fn said(out: &mut String, word: &str, text: &str, gutter: usize, screen: Screen) {
    let to_type = |line: &str, first: bool| {
        let line = clean(line).into_owned();
        match word {
            "help" if first => backticks(&line, screen),
            "help" => screen.paint(&line, Paint::Cyan).into_owned(),
            _ => line,
        }
    };
    let mut lines = text.lines();
    let first = to_type(lines.next().unwrap_or_default(), true);
    let sign = screen.paint("=", Paint::Dim).into_owned();
    push(out, &format!("{:gutter$} {sign} {word}: {first}", ""));
    for line in lines {
        let line = to_type(line, false);
        push(out, &format!("{:indent$}{line}", "", indent = gutter + 5 + word.len()));
    }
}

/// What stands in backticks, in the colour of what is to be typed.
fn backticks(line: &str, screen: Screen) -> String {
    let parts: Vec<&str> = line.split('`').collect();
    let closed = parts.len() % 2 == 1;
    let painted = parts.iter().enumerate().map(|(at, part)| match at % 2 {
        1 if closed => screen.paint(part, Paint::Cyan).into_owned(),
        _ => (*part).to_owned(),
    });
    painted.collect::<Vec<_>>().join("`")
}

/// One line without blanks at its end.
fn push(out: &mut String, line: &str) {
    out.push_str(line.trim_end());
    out.push('\n');
}

fn name(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

fn paint(severity: Severity) -> Paint {
    match severity {
        Severity::Error => Paint::Red,
        Severity::Warning => Paint::Yellow,
    }
}

#[cfg(test)]
mod tests;
