//! Reads brokers' exports: text in, events out, every row accounted for.
//!
//! In: texts of any kind, the profiles that describe brokers' exports, and what the books know
//! already. Out: a `Run`, which says of every file what it is and of every row what became of it.
//! Detection goes by content, never by a file's name. Knows no tax and writes nothing.
//!
//! The way of a row: `recognise` says whose layout its file has, `whose` tells the account, `record`
//! takes the text apart, `row` reads its cells, `decide` says with the profile's actions what it is,
//! `make`, `pair` and `position` make its event, `links` joins it to others, `union` says whether it is
//! new.

mod assumed;
mod canonical;
mod cell;
mod clock;
mod context;
mod covered;
mod decide;
mod draft;
mod entry;
mod evidence;
mod exchange;
mod export;
mod feed;
mod hash;
pub mod hledger;
pub mod ibkr;
mod in_text;
mod json;
mod links;
mod make;
mod mirror;
pub mod ofx;
mod open;
mod outcome;
mod pair;
mod parts;
mod position;
pub mod profile;
mod recognise;
mod record;
mod row;
mod say;
mod swap;
mod symbol;
mod tie;
mod union;
mod whose;

use indexmap::IndexMap;

pub use context::{Beside, Context, Covered, Known, Otherwise};
pub use draft::draft;
pub use hash::Hashed;
pub use outcome::{
    Asked, Changed, Counts, FileReport, Ignored, Refused, Run, Tie, Ties, Unresolved, plural,
};
pub use position::retell;
pub use profile::Profile;

use self::covered::Dated;
use self::export::Export;
use self::open::{Opener, Stopped};
use self::recognise::Kinds;
use self::symbol::Aliases;
use crate::event::Account;
use crate::period::NaiveDate;
use crate::source::{Name, Source};

/// Whether this text is an export: one that a profile reads, OFX, or of Interactive Brokers.
pub fn recognizes(source: &Source, profiles: &[Profile]) -> bool {
    ofx::recognises(&source.text)
        || ibkr::recognises(&source.text)
        || recognise::sheet(source, profiles, &Kinds::default()).is_ok()
        || hledger::rewritten(source, profiles, &IndexMap::new(), || false).is_some()
}

/// The profile whose table a file is, told by its first lines; `None` where its rows have to be read for
/// that, or where none reads it.
pub fn profile_of<'p>(
    source: &Source,
    profiles: &'p [Profile],
    accounts: &IndexMap<Name, Account>,
) -> Option<&'p Name> {
    if ofx::recognises(&source.text) || ibkr::recognises(&source.text) {
        return None;
    }
    let (_, layout) = recognise::sheet(source, profiles, &Kinds::shipped().0).ok()?;
    let ruled = hledger::rewritten(source, profiles, accounts, || true);
    ruled.is_none().then_some(&layout.profile.name)
}

/// Of a workbook the sheet that one of `profiles` reads, any other file as it is: what the lines of
/// its rows are lines of.
pub fn meant(file: Source, profiles: impl FnOnce() -> Vec<Profile>) -> Source {
    if file.sheets.is_empty() {
        return file;
    }
    let read = recognise::sheet(&file, &profiles(), &Kinds::shipped().0)
        .ok()
        .map(|(sheet, _)| sheet.clone());
    read.unwrap_or(file)
}

/// Reads `files` as one set: what becomes of their rows depends neither on their order nor on
/// their names, but where a name is all that tells the account.
pub fn run(files: &[Source], context: &Context) -> Run {
    let mut run = Run::default();
    let aliases = Aliases::new(context.securities);
    let (kinds, _) = Kinds::shipped();
    let (ofx, others): (Vec<&Source>, Vec<&Source>) =
        files.iter().partition(|file| ofx::recognises(&file.text));
    let (ibkr, tables): (Vec<&Source>, Vec<&Source>) =
        others.into_iter().partition(|file| ibkr::recognises(&file.text));
    let known = |file: &Source| recognise::sheet(file, context.profiles, &kinds).is_ok();
    let ruled: Vec<Option<(&Profile, Source)>> = tables
        .iter()
        .map(|file| hledger::rewritten(file, context.profiles, context.accounts, || known(file)))
        .collect();
    let mut opener = Opener::new(context, &aliases);
    let mut exports: Vec<Export> = Vec::new();
    for (file, ruled) in tables.iter().zip(&ruled) {
        let opened = match ruled {
            Some((profile, rows)) => opener.read(rows, &hledger::layout(profile)),
            None => opener.open(file),
        };
        match opened {
            Ok(export) => exports.push(export),
            Err(Stopped::Refused(refused)) => run.refused.push(*refused),
            Err(Stopped::Asked(mut asked)) => run.asked.append(&mut asked),
        }
    }
    let mut beside = Run::default();
    let mut entries = ofx::files(&ofx, context, &aliases, &mut beside);
    entries.append(&mut ibkr::files(&ibkr, context, &aliases, &mut beside));
    let own = exports.iter().flat_map(covered::days_of);
    let own: Vec<Covered> = own.chain(entries.iter().flat_map(covered::days_of)).collect();
    let mut covered = context.known.covered_beside(&own);
    covered::refuse(&mut exports, &covered, &mut run.refused);
    covered.extend(exports.iter().flat_map(covered::days_of));
    entry::finish(entries, context, &covered, &mut beside);
    run.asked.append(&mut beside.asked);
    run.refused.append(&mut beside.refused);
    whose::name_apart(&mut run.asked, context);
    for export in &mut exports {
        parts::join(export);
        links::within_days(export);
    }
    position::settle(&mut exports, context.known);
    links::reversals(&mut exports, context.known);
    let ties: Vec<Vec<Tie>> = exports
        .iter()
        .map(|export| named(export).iter().flat_map(|account| tie::cash(export, account)).collect())
        .collect();
    let union = union::unite(&mut exports, context);
    run.changed = union.changed;
    run.superseded = union.superseded;
    for ((export, outcome), ties) in exports.iter().zip(union.outcomes).zip(ties) {
        debug_assert!(outcome.rows.add_up(), "{:?}", outcome.rows);
        debug_assert_eq!(
            outcome.rows.read as usize,
            export.traces.len(),
            "each row is one of them"
        );
        run.diagnostics.extend(say::cut(export, outcome.rows.read));
        run.diagnostics.append(&mut say::diagnostics(export, &outcome));
        run.files.push(report(export, outcome, ties));
    }
    hledger::restore(&mut run, &tables, &ruled);
    run.add(beside, files);
    run
}

/// The accounts of an export, in the order of its rows.
fn named(export: &Export) -> Vec<Name> {
    let mut accounts: Vec<Name> = Vec::new();
    for account in &export.document.accounts {
        if !accounts.contains(&account.id) {
            accounts.push(account.id.clone());
        }
    }
    accounts
}

fn report(export: &Export, outcome: union::Outcome, ties: Vec<Tie>) -> FileReport {
    let accounts = named(export);
    let days = accounts.iter().filter_map(|account| export.days_of(account));
    FileReport {
        file: export.document.source.name.clone(),
        profile: export.document.layout.profile.name.clone(),
        why: export.document.layout.why.clone(),
        days: days.reduce(|one, other| (one.0.min(other.0), one.1.max(other.1))),
        accounts,
        digest: export.digest,
        rows: outcome.rows,
        ignored: outcome.ignored,
        unresolved: outcome.unresolved,
        events: outcome.events,
        ties,
    }
}

impl Dated for Export<'_> {
    fn name(&self) -> &Name {
        &self.document.source.name
    }

    fn profile(&self) -> &Name {
        &self.document.layout.profile.name
    }

    fn digest(&self) -> u64 {
        self.digest
    }

    fn days(&self) -> Vec<(&Account, NaiveDate, NaiveDate)> {
        let mut seen: Vec<&Name> = Vec::new();
        let mut days = Vec::new();
        for account in &self.document.accounts {
            if !seen.contains(&&account.id) {
                seen.push(&account.id);
                days.extend(self.days_of(&account.id).map(|(first, last)| (account, first, last)));
            }
        }
        days
    }
}
