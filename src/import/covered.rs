//! Refuses files with days of an account that another profile has covered: a row looks different in
//! each, so that nothing could tell it is known.

use super::{Covered, Refused};
use crate::event::Account;
use crate::period::NaiveDate;
use crate::source::Name;

/// A file whose rows are told whose they are.
pub trait Dated {
    /// Its name, as it was given.
    fn name(&self) -> &Name;

    /// What reads it.
    fn profile(&self) -> &Name;

    /// Hash of its text.
    fn digest(&self) -> u64;

    /// The accounts of its rows, each once, with the first and last day of those.
    fn days(&self) -> Vec<(&Account, NaiveDate, NaiveDate)>;
}

/// The days of its accounts that a file covers.
pub fn days_of(file: &impl Dated) -> Vec<Covered> {
    let of = |(account, first, last): (&Account, NaiveDate, NaiveDate)| Covered {
        account: account.id.clone(),
        profile: file.profile().clone(),
        first,
        last,
    };
    file.days().into_iter().map(of).collect()
}

/// Takes those `files` out that cover days which others, or files before them, have covered with
/// another profile. Which file comes first goes by account, days and digest, never by name or order.
pub fn refuse(files: &mut Vec<impl Dated>, covered: &[Covered], refused: &mut Vec<Refused>) {
    let mut covered: Vec<Covered> = covered.to_vec();
    let mut turns: Vec<usize> = (0..files.len()).collect();
    turns.sort_by_cached_key(|at| {
        let first = days_of(&files[*at]).into_iter().next();
        (first.map(|days| (days.account, days.first, days.last)), files[*at].digest())
    });
    let mut stopped = vec![false; files.len()];
    for at in turns {
        let own = days_of(&files[at]);
        let Some((days, other)) = clash(&own, &covered) else {
            covered.extend(own);
            continue;
        };
        let (first, last) = (days.first.max(other.first), days.last.min(other.last));
        refused.push(Refused {
            file: files[at].name().clone(),
            reason: format!(
                "exports of `{}` cover {first} to {last} of `{}` already",
                other.profile, days.account
            ),
            advice: "export only the days that they do not cover".to_owned(),
            diagnostic: None,
        });
        stopped[at] = true;
    }
    let mut stopped = stopped.into_iter();
    files.retain(|_| !stopped.next().unwrap_or_default());
}

/// Days of one account that two profiles cover.
fn clash<'c>(own: &'c [Covered], covered: &'c [Covered]) -> Option<(&'c Covered, &'c Covered)> {
    own.iter().find_map(|days| {
        let other = covered.iter().find(|other| {
            other.account == days.account
                && other.profile != days.profile
                && other.first <= days.last
                && days.first <= other.last
        })?;
        Some((days, other))
    })
}
