//! Reads brokers' exports: text in, events out, every row accounted for.
//!
//! In: texts of any kind, the profiles that describe brokers' exports, and what the books know
//! already. Out: a `Run`, which says of every file what it is and of every row what became of it.
//! Detection goes by content, never by a file's name. Knows no tax and writes nothing.
//!
//! The way of a row: `record` takes the text apart, `recognise` says whose layout it has, `row`
//! reads its cells, `whose` tells the account, `export` decides with the profile's actions,
//! `make`, `pair` and `position` what it is, `links` joins it to others, `union` says whether it is new.

mod canonical;
mod cell;
mod clock;
mod context;
mod draft;
mod entry;
mod evidence;
mod exchange;
mod export;
mod feed;
mod hash;
pub mod ibkr;
mod in_text;
mod json;
mod links;
mod make;
mod mirror;
pub mod ofx;
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

use std::collections::HashMap;

use xxhash_rust::xxh3::xxh3_64;

pub use context::{Context, Covered, Known, Otherwise};
pub use draft::draft;
pub use outcome::{
    Asked, Changed, Counts, FileReport, Ignored, Refused, Run, Tie, Ties, Unresolved, plural,
};
pub use profile::Profile;

use self::export::Export;
use self::profile::Words;
use self::recognise::Kinds;
use self::symbol::Aliases;
use crate::source::{Name, Source};

/// Whether this text is an export: one that a profile reads, OFX, or of Interactive Brokers.
pub fn recognizes(source: &Source, profiles: &[Profile]) -> bool {
    ofx::recognises(&source.text)
        || ibkr::recognises(&source.text)
        || recognise::recognise(source, profiles, &Kinds::default()).is_ok()
}

/// Reads `files` as one set: what becomes of their rows depends neither on their order nor on
/// their names, but where a name is all that tells the account.
pub fn run(files: &[Source], context: &Context) -> Run {
    let mut run = Run::default();
    let (kinds, _) = Kinds::shipped();
    let aliases = Aliases::new(context.securities);
    let mut exports: Vec<Export> = Vec::new();
    let (ofx, others): (Vec<&Source>, Vec<&Source>) =
        files.iter().partition(|file| ofx::recognises(&file.text));
    let (ibkr, tables): (Vec<&Source>, Vec<&Source>) =
        others.into_iter().partition(|file| ibkr::recognises(&file.text));
    for file in tables {
        match open(file, context, &kinds, &aliases) {
            Ok(export) => exports.push(export),
            Err(Stopped::Refused(refused)) => run.refused.push(*refused),
            Err(Stopped::Asked(mut asked)) => run.asked.append(&mut asked),
        }
    }
    refuse_covered(&mut exports, context, &mut run.refused);
    let mut covered = context.known.covered.clone();
    covered.extend(exports.iter().flat_map(days_of));
    let mut beside = Run::default();
    let mut entries = ofx::files(&ofx, context, &aliases, &mut beside);
    entries.append(&mut ibkr::files(&ibkr, context, &aliases, &mut beside));
    entry::finish(entries, context, &covered, &mut beside);
    run.asked.append(&mut beside.asked);
    run.refused.append(&mut beside.refused);
    whose::name_apart(&mut run.asked, context);
    let mut words: HashMap<&str, Words> = HashMap::new();
    for export in &mut exports {
        let profile = export.layout.profile;
        let words = words.entry(&profile.name).or_insert_with(|| Words::new(&profile.actions));
        export.decide(words, context.overrides);
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
        run.diagnostics.append(&mut say::diagnostics(export, &outcome));
        run.files.push(report(export, outcome, ties));
    }
    run.add(beside, files);
    run
}

/// More accounts than this in one file are none: another column was taken for theirs.
const MOST_ACCOUNTS: usize = 500;

/// Why a file became no export.
enum Stopped {
    Refused(Box<Refused>),
    Asked(Vec<Asked>),
}

/// Recognises a file, reads its rows and tells whose they are.
fn open<'p>(
    file: &'p Source,
    context: &Context<'p>,
    kinds: &Kinds,
    aliases: &'p Aliases,
) -> Result<Export<'p>, Stopped> {
    let layout = recognise::recognise(file, context.profiles, kinds).map_err(Stopped::Refused)?;
    let form = whose::form(&file.name, layout.profile, context);
    let reading = row::Reading { aliases, form };
    let (sheet, spoken) = row::read(&file.text, &layout, reading).map_err(|ambiguous| {
        Stopped::Refused(Box::new(Refused {
            file: file.name.clone(),
            reason: "its dates can be read day first or month first".to_owned(),
            advice: "say it for this account in rentier.toml: dates = \"dd/mm/yyyy\"".to_owned(),
            diagnostic: Some(say::ambiguous(file, &ambiguous)),
        }))
    })?;
    if sheet.holders.len() > MOST_ACCOUNTS {
        return Err(Stopped::Refused(Box::new(Refused {
            file: file.name.clone(),
            reason: format!("it names {} accounts", sheet.holders.len()),
            advice: "look at its account column".to_owned(),
            diagnostic: None,
        })));
    }
    let accounts =
        whose::of_sheet(&file.name, layout.profile, &sheet, context).map_err(Stopped::Asked)?;
    Ok(Export {
        source: file,
        layout,
        aliases,
        sheet,
        spoken,
        accounts,
        digest: xxh3_64(file.text.as_bytes()),
        ids: Vec::new(),
        units: Vec::new(),
        events: Vec::new(),
        awaiting: Vec::new(),
        doubts: Vec::new(),
    })
}

/// The accounts of an export, in the order of its rows.
fn named(export: &Export) -> Vec<Name> {
    let mut accounts: Vec<Name> = Vec::new();
    for account in &export.accounts {
        if !accounts.contains(&account.id) {
            accounts.push(account.id.clone());
        }
    }
    accounts
}

fn report(export: &Export, outcome: union::Outcome, ties: Vec<Tie>) -> FileReport {
    let accounts = named(export);
    let days = accounts.iter().filter_map(|account| export.days(account));
    FileReport {
        file: export.source.name.clone(),
        profile: export.layout.profile.name.clone(),
        why: export.layout.why.clone(),
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

/// The days of its accounts that an export covers.
fn days_of(export: &Export) -> Vec<Covered> {
    let of = |account: Name| {
        let (first, last) = export.days(&account)?;
        Some(Covered { account, profile: export.layout.profile.name.clone(), first, last })
    };
    named(export).into_iter().filter_map(of).collect()
}

/// Refuses files with days of an account that another profile has covered: a row looks different in
/// each, so that nothing could tell it is known.
fn refuse_covered(exports: &mut Vec<Export>, context: &Context, refused: &mut Vec<Refused>) {
    let mut covered: Vec<Covered> = context.known.covered.clone();
    let mut turns: Vec<usize> = (0..exports.len()).collect();
    turns.sort_by_cached_key(|at| {
        let first = days_of(&exports[*at]).into_iter().next();
        (first.map(|days| (days.account, days.first, days.last)), exports[*at].digest)
    });
    let mut stopped = vec![false; exports.len()];
    for at in turns {
        let own = days_of(&exports[at]);
        let clash = own.iter().find_map(|days| {
            let other = covered.iter().find(|other| {
                other.account == days.account
                    && other.profile != days.profile
                    && other.first <= days.last
                    && days.first <= other.last
            })?;
            Some((days.clone(), other.clone()))
        });
        match clash {
            None => covered.extend(own),
            Some((days, other)) => {
                let (first, last) = (days.first.max(other.first), days.last.min(other.last));
                refused.push(Refused {
                    file: exports[at].source.name.clone(),
                    reason: format!(
                        "exports of `{}` cover {first} to {last} of `{}` already",
                        other.profile, days.account
                    ),
                    advice: "export only the days that they do not cover".to_owned(),
                    diagnostic: None,
                });
                stopped[at] = true;
            }
        }
    }
    let mut stopped = stopped.into_iter();
    exports.retain(|_| !stopped.next().unwrap_or_default());
}
