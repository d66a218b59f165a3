//! Reads patterns: those that find a value in a text, and those that names are compared with.

use glob::Pattern;
use regex::Regex;

use super::unknown;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::strict::{At, Group};
use crate::import::profile::{Expression, Field};
use crate::source::Name;

/// The fields that a group of a pattern may be named for.
const IN_PATTERN: [Field; 14] = [
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
    Field::Reference,
];

/// Whether the regular expressions of a file have to be made to find what is wrong with them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Expressions {
    /// Nobody has looked at them.
    Unknown,
    /// Nothing is wrong with them.
    Sound,
}

impl Expressions {
    /// One that has one group, which is what is looked for.
    pub(super) fn of_one_group(self, group: &Group, at: Option<At<Name>>) -> Option<Expression> {
        let at = at?;
        if self == Expressions::Sound {
            return Some(Expression::shipped(at.value));
        }
        let regex = regex(group, &at)?;
        if regex.captures_len() != 2 {
            let message = "expected a pattern with one group `(…)`";
            group.wrong(Diagnostic::error("unreadable-setting", message), &at.span);
            return None;
        }
        Some(regex.into())
    }

    /// Those whose groups are named for fields.
    pub(super) fn of_fields(self, group: &Group) -> Vec<Expression> {
        let texts = group.texts("pattern");
        if self == Expressions::Sound {
            return texts.into_iter().map(|at| Expression::shipped(at.value)).collect();
        }
        texts.iter().filter_map(|at| Some(of_fields(group, at)?.into())).collect()
    }
}

fn of_fields(group: &Group, at: &At<Name>) -> Option<Regex> {
    let regex = regex(group, at)?;
    let known = || IN_PATTERN.iter().map(|field| field.name()).chain(["into", "into_quantity"]);
    for name in regex.capture_names().flatten() {
        if !known().any(|known| known == name) {
            let named = At { value: Name::new(name), span: at.span.clone() };
            unknown(group, "pattern", &named, known());
        }
    }
    Some(regex)
}

fn regex(group: &Group, at: &At<Name>) -> Option<Regex> {
    let made = Regex::new(&at.value);
    made.inspect_err(|error| not_a_pattern(group, at, error)).ok()
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
