//! Reads patterns: those that find a value in a text, and those that names are compared with.

use glob::Pattern;
use regex::Regex;

use super::unknown;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::strict::{At, Group};
use crate::import::profile::Field;
use crate::source::Name;

/// The fields that a group of a pattern may be named for.
const IN_PATTERN: [Field; 13] = [
    Field::Symbol,
    Field::Isin,
    Field::Cusip,
    Field::Quantity,
    Field::Price,
    Field::PriceCurrency,
    Field::Rate,
    Field::Fees,
    Field::Withheld,
    Field::Accrued,
    Field::Amount,
    Field::Currency,
    Field::Ex,
];

pub(super) fn regex(group: &Group, at: Option<At<Name>>) -> Option<Regex> {
    let at = at?;
    match Regex::new(&at.value) {
        Ok(regex) if regex.captures_len() == 2 => Some(regex),
        Ok(_) => {
            let message = "expected a pattern with one group `(…)`";
            group.wrong(Diagnostic::error("unreadable-setting", message), &at.span);
            None
        }
        Err(error) => {
            not_a_pattern(group, &at, &error);
            None
        }
    }
}

/// Patterns whose groups are named for fields.
pub(super) fn patterns(group: &Group) -> Vec<Regex> {
    group.texts("pattern").iter().filter_map(|at| pattern(group, at)).collect()
}

fn pattern(group: &Group, at: &At<Name>) -> Option<Regex> {
    let regex = match Regex::new(&at.value) {
        Ok(regex) => regex,
        Err(error) => {
            not_a_pattern(group, at, &error);
            return None;
        }
    };
    let known = || IN_PATTERN.iter().map(|field| field.name()).chain(["into", "into_quantity"]);
    for name in regex.capture_names().flatten() {
        if !known().any(|known| known == name) {
            let named = At { value: Name::new(name), span: at.span.clone() };
            unknown(group, "pattern", &named, known());
        }
    }
    Some(regex)
}

fn not_a_pattern(group: &Group, at: &At<Name>, error: &regex::Error) {
    let text = error.to_string();
    let reason = text.lines().last().unwrap_or_default().trim_start_matches("error: ");
    let message = format!("not a pattern: {reason}");
    group.wrong(Diagnostic::error("unreadable-setting", message), &at.span);
}

pub(super) fn glob(group: &Group, at: &At<Name>) -> Option<Pattern> {
    match Pattern::new(&at.value) {
        Ok(pattern) => Some(pattern),
        Err(error) => {
            let message = format!("not a pattern: {}", error.msg);
            group.wrong(Diagnostic::error("unreadable-setting", message), &at.span);
            None
        }
    }
}
