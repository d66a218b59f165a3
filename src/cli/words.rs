//! What the words of a command line mean: years or files, days, known names.

use std::path::PathBuf;

use super::Error;
use super::args::{Keep, Reading};
use crate::event::Journal;
use crate::period::{self, NaiveDate, TaxYear};
use crate::report::keep::Keep as Keeping;
use crate::source::Name;

/// Positionals apart: what reads as a year is one, everything else is a file, and `-f F` is the
/// same as naming F. Years come sorted and once each.
pub fn years_and_files(words: &[String], reading: &Reading) -> (Vec<TaxYear>, Vec<PathBuf>) {
    let (mut years, mut files) = (Vec::new(), reading.files.clone());
    for word in words {
        match period::years(word) {
            Some(several) => years.extend(several),
            None => files.push(PathBuf::from(word)),
        }
    }
    years.sort_unstable();
    years.dedup();
    (years, files)
}

/// What `--account`, `--owner`, `--security`, `--property`, `--from` and `--to` keep, checked
/// against the journal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// Ids of accounts: those named, and those of the owners named. `None` keeps all.
    pub accounts: Option<Vec<Name>>,
    /// Ids of securities. `None` keeps all.
    pub securities: Option<Vec<Name>>,
    /// Ids of properties. `None` keeps all.
    pub properties: Option<Vec<Name>>,
    /// First day.
    pub from: Option<NaiveDate>,
    /// Last day.
    pub to: Option<NaiveDate>,
}

impl Kept {
    /// Reads the flags.
    ///
    /// # Errors
    /// A name that the journal does not know, with those near it; a day that is none.
    pub fn read(keep: &Keep, journal: &Journal) -> Result<Kept, Error> {
        let mut accounts = known("account", &keep.account, journal.accounts.keys())?;
        if let Some(owners) = known("owner", &keep.owner, journal.owners.keys())? {
            let owned = |account: &Name| {
                let account = journal.accounts.get(account);
                account.is_some_and(|account| account.owners.iter().any(|id| owners.contains(id)))
            };
            let of_owners = journal.accounts.keys().filter(|account| owned(account)).cloned();
            accounts = Some(match accounts {
                None => of_owners.collect(),
                Some(named) => of_owners.filter(|account| named.contains(account)).collect(),
            });
        }
        let securities = (!keep.security.is_empty())
            .then(|| {
                let mut all: Vec<&Name> = journal.securities.0.keys().collect();
                all.extend(journal.events.iter().filter_map(crate::event::Event::security));
                all.sort_unstable();
                all.dedup();
                known("security", &keep.security, all)
            })
            .transpose()?
            .flatten();
        let properties = known("property", &keep.property, journal.properties.keys())?;
        Ok(Kept {
            accounts,
            securities,
            properties,
            from: day(keep.from.as_deref())?,
            to: day(keep.to.as_deref())?,
        })
    }
}

impl From<Kept> for Keeping {
    fn from(kept: Kept) -> Keeping {
        Keeping {
            accounts: kept.accounts,
            securities: kept.securities,
            properties: kept.properties,
            categories: None,
            from: kept.from,
            to: kept.to,
        }
    }
}

/// The named ones, each of them known. `None` where none is named.
fn known<'n>(
    what: &str,
    named: &[String],
    all: impl IntoIterator<Item = &'n Name>,
) -> Result<Option<Vec<Name>>, Error> {
    if named.is_empty() {
        return Ok(None);
    }
    let all: Vec<&Name> = all.into_iter().collect();
    let find = |name: &String| {
        let known = all.iter().find(|known| ***known == **name);
        let known = known.map(|known| Name::clone(known));
        known.ok_or_else(|| Error::unknown(what, name, all.iter().map(|name| &***name)))
    };
    named.iter().map(find).collect::<Result<_, _>>().map(Some)
}

/// A day of a flag.
///
/// # Errors
/// It is none.
pub fn day(text: Option<&str>) -> Result<Option<NaiveDate>, Error> {
    let Some(text) = text else { return Ok(None) };
    period::iso(text)
        .map(Some)
        .ok_or_else(|| Error::new(format!("expected a day such as `2024-03-27`, found `{text}`")))
}
