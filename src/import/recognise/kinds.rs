//! Files of other kinds: what they are, and what to download instead.

use super::{Head, Layout};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::strict::File;
use crate::import::outcome::{Refused, plural};
use crate::import::profile::{Profile, normalised};
use crate::source::Source;

/// Files of other kinds.
#[derive(Debug, Default)]
pub struct Kinds(Vec<Kind>);

#[derive(Debug)]
struct Kind {
    begins: Vec<String>,
    contains: Option<String>,
    header: Vec<String>,
    first: Vec<String>,
    reason: String,
    advice: String,
}

impl Kinds {
    /// Those that come with rentier.
    pub fn shipped() -> (Kinds, Vec<Diagnostic>) {
        let source = Source::new("src/import/refusals.toml", include_str!("../refusals.toml"));
        File::read(&source, |root| {
            let kind = |group: &crate::diagnostic::strict::Group| {
                let lower = |key| {
                    group.texts(key).iter().map(|at| at.value.to_lowercase()).collect::<Vec<_>>()
                };
                let text = |key| group.text(key).map(|at| at.value.to_string());
                let kind = Kind {
                    begins: lower("begins"),
                    contains: text("contains"),
                    header: group.texts("header").iter().map(|at| normalised(&at.value)).collect(),
                    first: lower("first"),
                    reason: text("reason").unwrap_or_default(),
                    advice: text("advice").unwrap_or_default(),
                };
                group.finish();
                kind
            };
            Kinds(root.groups("refuse").iter().map(kind).collect())
        })
    }
}

impl Kind {
    fn refused(&self, source: &Source) -> Refused {
        Refused {
            file: source.name.clone(),
            reason: self.reason.clone(),
            advice: self.advice.clone(),
            diagnostic: None,
        }
    }
}

pub(super) fn by_beginning(source: &Source, kinds: &Kinds) -> Option<Refused> {
    let text = source.text.trim_start();
    if text.is_empty() {
        return Some(Refused {
            file: source.name.clone(),
            reason: "an empty file".to_owned(),
            advice: "download it again".to_owned(),
            diagnostic: None,
        });
    }
    let begins = |start: &String| {
        text.get(..start.len()).is_some_and(|found| found.eq_ignore_ascii_case(start))
    };
    let kind = kinds.0.iter().find(|kind| {
        kind.begins.iter().any(begins)
            && kind.contains.as_ref().is_none_or(|part| {
                let end = (0..=text.len().min(20_000)).rev().find(|at| text.is_char_boundary(*at));
                text[..end.unwrap_or_default()].contains(part)
            })
    })?;
    Some(kind.refused(source))
}

pub(super) fn by_rows(source: &Source, heads: &[Head], kinds: &Kinds) -> Option<Refused> {
    let rows = || heads.iter().flat_map(|head| &head.records).map(|(_, _, cells)| cells);
    let kind = kinds.0.iter().find(|kind| {
        let header = !kind.header.is_empty()
            && rows().any(|cells| kind.header.iter().all(|name| cells.contains(name)));
        let first = rows().any(|cells| {
            cells
                .first()
                .is_some_and(|cell| kind.first.iter().any(|start| cell.starts_with(start.as_str())))
        });
        header || first
    })?;
    Some(kind.refused(source))
}

/// A file that nothing knows: what comes nearest, for a profile of the user's own.
pub(super) fn unread(source: &Source, heads: &[Head], profiles: &[Profile]) -> Refused {
    let refused = Refused::unread(source);
    let comma =
        heads.iter().max_by_key(|head| head.records.iter().map(|(_, _, cells)| cells.len()).max());
    let Some(head) = comma else { return refused };
    let known = |profile: &Profile, cells: &[String]| {
        cells.iter().filter(|cell| profile.field_of(cell).is_some()).count()
    };
    let nearest = head
        .records
        .iter()
        .filter(|(_, _, cells)| cells.len() > 1)
        .flat_map(|record| profiles.iter().map(move |profile| (record, profile)))
        .map(|(record, profile)| (known(profile, &record.2), record, profile))
        .rev()
        .max_by_key(|(count, _, _)| *count);
    let first = head.records.iter().find(|(_, _, cells)| cells.iter().any(|cell| !cell.is_empty()));
    let (line, label) = match (nearest, first) {
        (Some((count, (line, _, cells), profile)), _) if count > 0 => {
            let all = cells.iter().filter(|cell| !cell.is_empty()).count();
            let has =
                format!("nearest: `{}`, which has {count} of these {all} columns", profile.name);
            (*line, has)
        }
        (_, Some((line, ..))) => (*line, String::new()),
        _ => return refused,
    };
    let diagnostic = Diagnostic::error("no-profile", "no profile reads this file")
        .at(source.place_of_line(line).labelled(label))
        .help(format!("draft a profile from it: rentier profile new {}", source.name));
    Refused { diagnostic: Some(diagnostic), ..refused }
}

/// A file of one of the profile's brokers that has no events.
pub(super) fn eventless(source: &Source, layout: &Layout) -> Refused {
    let what = layout.first.table.ignore.as_deref().unwrap_or_default();
    Refused {
        file: source.name.clone(),
        reason: format!("{}, not events", plural(what)),
        advice: format!("download the history: {}", layout.profile.download),
        diagnostic: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::profile::shipped;

    fn refusal(text: &str) -> String {
        let profiles = shipped();
        match recognise(&Source::new("x.csv", text), &profiles, &Kinds::shipped().0) {
            Ok(layout) => format!("read by {}: {}", layout.profile.name, layout.why),
            Err(refused) => format!("{}: {}", refused.reason, refused.advice),
        }
    }

    #[test]
    fn the_table_of_refusals_is_read_without_a_complaint() {
        let (kinds, diagnostics) = Kinds::shipped();
        assert_eq!(diagnostics, []);
        assert!(kinds.0.iter().all(|kind| !kind.reason.is_empty() && !kind.advice.is_empty()));
    }

    #[test]
    fn files_of_other_kinds_are_named() {
        for (text, expected) in [
            ("", "an empty file"),
            ("\n \n", "an empty file"),
            ("<!DOCTYPE html><html>", "a web page"),
            ("PK\u{3}\u{4}\u{14}", "a spreadsheet or an archive"),
            (
                "\"Positions for All-Accounts as of 06:04 PM ET\"\n\n\"Symbol\",\"Quantity\"\n",
                "positions, not events: download the history",
            ),
            ("Date,What\n2024-01-01,x\n", "no profile reads it"),
        ] {
            assert!(refusal(text).starts_with(expected), "{}", refusal(text));
        }
    }

    #[test]
    fn a_header_is_found_below_a_preamble_in_any_order_of_columns() {
        let text = "\u{a0}\n\"Transactions  for account Brokerage XXXX-1234 as of 11/15/2020 18:00:21 ET\"\n\
                    Date,Action,Symbol,Description,Price,Quantity,Fees & Comm,Amount,\n";
        let profiles = shipped();
        let layout = recognise(&Source::new("x", text), &profiles, &Kinds::shipped().0)
            .expect("a Schwab export");
        assert_eq!(layout.skip, 3);
        assert_eq!(layout.number.as_deref(), Some("XXXX-1234"));
        assert_eq!(layout.first.columns[4], Column::Field(Field::Price));
        assert_eq!(layout.first.columns[8], Column::Unused);
    }

    #[test]
    fn what_almost_matched_is_said() {
        let profiles = shipped();
        let text = "When,Symbol,Description,How much\n1,2,3,4\n";
        let refused = recognise(&Source::new("budget.csv", text), &profiles, &Kinds::shipped().0)
            .expect_err("unknown");
        let diagnostic = refused.diagnostic.expect("a diagnostic");
        let label = &diagnostic.places[0].label;
        assert!(label.starts_with("nearest: `"), "{label}");
        assert!(label.ends_with("`, which has 2 of these 4 columns"), "{label}");
    }
}
