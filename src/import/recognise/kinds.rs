//! Files of other kinds: what they are, and what to download instead.

use super::{Head, Layout};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::strict::File;
use crate::import::outcome::{Refused, plural};
use crate::import::profile::{Profile, normalised};
use crate::source::Source;

/// Files of other kinds.
#[derive(Debug, Default)]
pub struct Kinds(pub(super) Vec<Kind>);

#[derive(Debug)]
pub(super) struct Kind {
    begins: Vec<String>,
    contains: Option<String>,
    header: Vec<String>,
    first: Vec<String>,
    pub(super) reason: String,
    pub(super) advice: String,
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
