//! hledger's `.rules` files as profiles: which cell of a record is its date and its amount, and which
//! account stands on the other side, which says what happened.
//!
//! In: the text of a rules file, those it includes, and what account names mean to the books. Out: a
//! `Profile` whose rows are what the rules make of each record, line by line of the export. What a
//! directive says and cannot be applied is said with its line.

mod apply;
mod parse;

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use indexmap::IndexMap;
use xxhash_rust::xxh3::xxh3_64;

use super::Run;
use super::feed::Form;
use super::profile::{Action, Aside, Field, Make, Outcome, Profile, When, shipped_source};
use super::recognise::{Column, In, Layout, Section};
use super::record::Records;
use crate::diagnostic::Diagnostic;
use crate::event::{Account, Claim, Claims, EventKind, TaxAuthority};
use crate::source::{Name, Source, lines};

pub use parse::Rules;

/// What the names of accounts mean to the books: to the user's own rules first, then to those that are
/// shipped.
#[derive(Clone)]
pub struct Naming {
    /// What an account's name may mean.
    pub meanings: Vec<Meaning>,
    /// Which of them an account's name means beside a description, and what it names.
    pub of: Arc<NameOf>,
    /// The base currency.
    pub currency: Name,
}

/// What the name of an account says beside a description.
pub type NameOf = dyn Fn(&str, &str) -> Option<Named> + Send + Sync;

impl fmt::Debug for Naming {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{} meanings", self.meanings.len())
    }
}

/// One thing that an account's name may mean.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Meaning {
    /// The kind of event.
    pub event: Name,
    /// What the name claims of it.
    pub claimed: Option<Name>,
    /// In kebab-case.
    pub reason: Option<Name>,
    /// Whose tax it is.
    pub tax: Option<Name>,
    /// Of a `rent-expense`.
    pub expense: Option<Name>,
}

/// What one account's name says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// By the number of the meaning.
    pub meaning: usize,
    /// The security in it.
    pub security: Option<Name>,
    /// The let property in it.
    pub property: Option<Name>,
}

/// A rules file, and what makes rows of it.
#[derive(Clone, Debug)]
pub struct Ruled {
    rules: Rules,
    naming: Naming,
    /// The name of the export that hledger would read by it, without a folder: `checking.csv`.
    beside: String,
}

/// Whether a file's name is that of a rules file.
pub fn is_rules(name: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(_, ending)| ending.eq_ignore_ascii_case("rules"))
}

/// The first cell of a record that the rules leave out.
const SKIPPED: &str = "skipped by the rules";
/// The first cell of a record below the one at which the rules say that the file ends.
const ENDED: &str = "below the end that the rules say";

/// What stands in the columns of a row that rules made, in this order.
const COLUMNS: [Field; 10] = [
    Field::Date,
    Field::Action,
    Field::Text,
    Field::Symbol,
    Field::Property,
    Field::Amount,
    Field::Currency,
    Field::Balance,
    Field::Reference,
    Field::Holder,
];

/// Reads `source`, with the texts of `others` where it includes them by name.
pub fn read(source: &Source, others: &[Source], naming: &Naming) -> (Profile, Vec<Diagnostic>) {
    let mut found = Vec::new();
    let rules = parse::rules(source, others, &mut found);
    let file = source.name.rsplit(['/', '\\']).next().unwrap_or_default();
    let beside = file.strip_suffix(".rules").unwrap_or(file).to_owned();
    let stem = beside.rsplit_once('.').map_or(&*beside, |(stem, _)| stem);
    // One of a shipped profile's name is another all the same.
    let shipped = shipped_source(stem).is_some();
    let name = if shipped { format!("{stem}-rules") } else { stem.to_owned() };
    let mut profile = super::profile::read(&Source::new(format!("profiles/{name}.toml"), "")).0;
    profile.title = format!("by hledger's rules, {}", source.name);
    profile.teach = source.name.to_string();
    profile.currency = naming.currency.clone();
    profile.bank = true;
    profile.identity = vec![Field::Reference];
    let table = &mut profile.tables[0];
    table.header = COLUMNS.iter().map(|field| field.name().to_owned()).collect();
    table.columns = COLUMNS.iter().map(|field| (*field, vec![field.name().to_owned()])).collect();
    let asides = [SKIPPED, ENDED].map(|starts| Aside {
        starts: Some(starts.to_owned()),
        types: Vec::new(),
        reason: Name::new(&format!("row: {starts}")),
    });
    profile.asides = asides.into();
    profile.actions = naming
        .meanings
        .iter()
        .enumerate()
        .filter_map(|(number, meaning)| action(number, meaning, source))
        .collect();
    profile.rules = Some(Arc::new(Ruled { rules, naming: naming.clone(), beside }));
    (profile, found)
}

/// The words of the action that a meaning is.
fn words(number: usize, meaning: &Meaning) -> String {
    format!("{} {number}", meaning.event)
}

fn action(number: usize, meaning: &Meaning, source: &Source) -> Option<Action> {
    let kind = EventKind::known_name(&meaning.event)?;
    let claim = meaning.claimed.as_deref().and_then(|claim| claim.parse::<Claim>().ok());
    let make = Make {
        claimed: claim.into_iter().collect::<Claims>(),
        reason: meaning.reason.clone(),
        tax: meaning.tax.as_deref().and_then(|tax| tax.parse::<TaxAuthority>().ok()),
        expense: meaning.expense.clone(),
        ..Make::of(kind)
    };
    Some(Action {
        is: vec![words(number, meaning)],
        starts: Vec::new(),
        contains: Vec::new(),
        when: When::default(),
        patterns: Vec::new(),
        outcome: Outcome::Make(make),
        example: None,
        file: source.name.clone(),
    })
}

/// The profile whose rules name this file, as hledger reads it by them; or that of the account whose
/// kept export it is: `checking-2024.csv`.
fn named<'p>(
    file: &Source,
    profiles: &'p [Profile],
    accounts: &IndexMap<Name, Account>,
) -> Option<&'p Profile> {
    let name = file.name.rsplit(['/', '\\']).next().unwrap_or_default();
    let mut all = profiles.iter().filter(|profile| profile.rules.is_some());
    let of_name =
        |profile: &&Profile| profile.rules.as_ref().is_some_and(|ruled| ruled.names(name));
    all.clone().find(of_name).or_else(|| {
        let kept = |account: &&Account| {
            let rest = name.strip_prefix(&*account.id).and_then(|rest| rest.strip_prefix('-'));
            rest.is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
        };
        let profile = accounts.values().find(kept)?.profile.clone()?;
        all.find(|known| known.name == profile)
    })
}

/// The rules files that others include: no export is read by them alone.
pub fn included(all: &[Source]) -> Vec<Name> {
    let rules = all.iter().filter(|source| is_rules(&source.name));
    let includes = rules.flat_map(|source| lines(&source.text));
    let names: Vec<&str> = includes
        .filter_map(|line| line.strip_prefix("include ")?.trim().rsplit(['/', '\\']).next())
        .collect();
    let last = |name: &str| name.rsplit(['/', '\\']).next().unwrap_or_default().to_owned();
    let of = |source: &&Source| names.contains(&&*last(&source.name));
    all.iter().filter(of).map(|source| source.name.clone()).collect()
}

/// The only profile whose rules fit every record of this file.
fn fitting<'p>(file: &Source, profiles: &'p [Profile]) -> Option<&'p Profile> {
    let fits = |profile: &&Profile| {
        profile.rules.as_ref().is_some_and(|ruled| apply::fits(&ruled.rules, &ruled.naming, file))
    };
    let mut all = profiles.iter().filter(fits);
    all.next().filter(|_| all.next().is_none())
}

impl Ruled {
    /// Whether hledger would read a file of this name by these rules.
    fn names(&self, file: &str) -> bool {
        let stem =
            |name: &str| name.rsplit_once('.').map_or(name.to_owned(), |(stem, _)| stem.to_owned());
        let own = file == self.beside || (!self.beside.contains('.') && stem(file) == self.beside);
        own || self.rules.sources.iter().any(|pattern| super::profile::matches(pattern, file))
    }
}

/// A file as the rules of one of `profiles` make rows of it; `None` where none of them reads it.
/// `known`: another profile reads it by its content.
pub fn rewritten<'p>(
    file: &Source,
    profiles: &'p [Profile],
    accounts: &IndexMap<Name, Account>,
    known: impl FnOnce() -> bool,
) -> Option<(&'p Profile, Source)> {
    if profiles.iter().all(|profile| profile.rules.is_none()) {
        return None;
    }
    let profile = named(file, profiles, accounts)
        .or_else(|| if known() { None } else { fitting(file, profiles) })?;
    let ruled = profile.rules.as_ref()?;
    let text = apply::text(&ruled.rules, &ruled.naming, file);
    Some((profile, Source::new(&file.name, text)))
}

/// How the text that rules made is laid out.
pub fn layout(profile: &Profile) -> Layout<'_> {
    let places = COLUMNS.iter().enumerate().map(|(at, field)| (*field, at)).collect();
    let first = Section {
        line: 0,
        table: &profile.tables[0],
        columns: COLUMNS.iter().map(|field| Column::Field(*field)).collect(),
        places,
        currencies: vec![In::Row; COLUMNS.len()],
    };
    let why = format!("read by the rules of {}", profile.teach);
    Layout { profile, form: Form::Delimited(b','), skip: 0, first, number: None, why }
}

/// Says what `run` found in rows that rules made in the words of the files as they lie.
pub fn restore(run: &mut Run, files: &[&Source], ruled: &[Option<(&Profile, Source)>]) {
    for (file, (profile, _)) in
        files.iter().zip(ruled).filter_map(|(file, ruled)| Some((file, ruled.as_ref()?)))
    {
        let Some(ruled) = &profile.rules else { continue };
        let separator = apply::separator(&ruled.rules, &file.name);
        let (mut records, mut cells) = (Records::new(&file.text, separator), Vec::new());
        let lying: HashMap<u32, &str> = std::iter::from_fn(|| records.next(&mut cells))
            .map(|record| (record.line, record.text))
            .collect();
        for diagnostic in &mut run.diagnostics {
            let Some(place) = diagnostic.places.first_mut().filter(|place| place.file == file.name)
            else {
                continue;
            };
            if diagnostic.code == "unknown-action" {
                let rules = &profile.teach;
                diagnostic.help = Some(format!("say in {rules} what it is, by one `account2`"));
            }
            if let Some(text) = lying.get(&place.line).and_then(|record| record.lines().next()) {
                let label = std::mem::take(&mut place.label);
                *place = file.place(text).labelled(label);
            }
        }
        for report in run.files.iter_mut().filter(|report| report.file == file.name) {
            report.digest = xxh3_64(file.text.as_bytes());
            for event in &mut report.events {
                if let EventKind::Unknown { row } = &mut event.kind
                    && let Some(record) = lying.get(&event.origin.line)
                {
                    *row = Name::new(record);
                }
            }
        }
    }
}
