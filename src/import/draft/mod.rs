//! Drafts a profile from an export that no profile reads: what the file itself tells is filled in,
//! what only a person knows stands there as a question.
//!
//! In: a text. Out: TOML in the language of `profile`, with the evidence as comments. Every guess is
//! of the whole file, never of one row, and none of them makes an event: each action word waits for
//! the person to say what it means.

mod bind;
mod table;

use std::fmt::Write as _;

use self::table::{Column, Table};
use super::cell::{self, Mark};
use super::profile::{Field, Outcome, Profile};
use crate::period::DateForm;
use crate::source::{Source, harmless};

/// A starting profile for `source`, named `name`; `profiles` lend their names of columns and their
/// meanings of words. `None`: the text is no table.
pub fn draft(source: &Source, name: &str, profiles: &[Profile]) -> Option<String> {
    let mut table = table::table(&source.text)?;
    bind::bind(&mut table, profiles);
    Some(written(source, name, &table, profiles))
}

/// The draft as it is saved.
fn written(source: &Source, name: &str, table: &Table, profiles: &[Profile]) -> String {
    let Table { delimiter, columns, mark } = table;
    let mut text = String::new();
    let file = harmless(&source.name);
    let between = match *delimiter {
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
    let _ = match most_frequent(columns) {
        Some((code, column)) => {
            writeln!(text, "currency = {}   # as most rows of `{column}` say", quoted(code))
        }
        None => {
            writeln!(text, "currency = \"USD\"   # what are amounts in, where no column says so?")
        }
    };
    if *mark == Mark::Comma {
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
        let why = column.why.as_ref().map(|why| format!("    # {why}")).unwrap_or_default();
        let _ = writeln!(text, "{} = {}{why}", field.name(), quoted(&column.name));
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

/// The currency that most rows name, and the column that does.
fn most_frequent(columns: &[Column]) -> Option<(&str, &str)> {
    let column = columns.iter().find(|column| column.field == Some(Field::Currency))?;
    let (code, _) = column.words.iter().max_by_key(|(_, (count, _))| *count)?;
    Some((code, &column.name))
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
