//! Tells whose the rows of a file are: by what the file says, by its name, by rows that the books
//! have, by the only account of its format; else a person is asked.
//!
//! Of several accounts that a number or a name may mean, the one with the format's `profile` is
//! meant: two brokers may give out one number.

use std::collections::HashMap;

use super::canonical::hash;
use super::open::Survey;
use super::outcome::Asked;
use super::profile::{Field, Profile, matches};
use super::recognise::Layout;
use super::row::{Holder, Sheet};
use super::{Context, Otherwise};
use crate::event::{Account, RowHash};
use crate::period::DateForm;
use crate::source::Name;

/// Whom a file names as the holder of some of its rows.
pub struct Named<'h> {
    /// The account's number as the file states it.
    pub number: Option<Name>,
    /// The number of its bank or broker.
    pub institution: Option<Name>,
    /// What the file calls the account.
    pub title: Option<Name>,
    /// How many rows are the holder's.
    pub rows: usize,
    /// The ids that its rows would have in an account.
    pub hashes: &'h dyn Fn(&Account) -> Vec<RowHash>,
}

/// A file and the format that reads it.
#[derive(Clone, Copy)]
pub struct Asking<'a> {
    /// The file's name.
    pub file: &'a Name,
    /// The format's, as a profile's.
    pub profile: &'a str,
    /// What an account that is asked for may be called: `fidelity`.
    pub base: &'a str,
    /// How the format's files are called, where a profile says so: `*_Transactions*`.
    pub shape: Option<&'a str>,
    /// Whether titles are accounts of a ledger: rules say which.
    pub by_rules: bool,
}

impl<'a> Asking<'a> {
    fn of(file: &'a Name, profile: &'a Profile) -> Asking<'a> {
        let shape = profile.file.as_deref();
        let by_rules = profile.rules.is_some();
        Asking { file, profile: &profile.name, base: &profile.name, shape, by_rules }
    }
}

/// The account of each holder; `None` for one without rows that nothing tells. `Err`: what to ask.
pub fn accounts(
    asking: Asking,
    holders: &[Named],
    context: &Context,
) -> Result<Vec<Option<Account>>, Vec<Asked>> {
    // Numbers first: what another holder's number means is no longer free.
    let mut found: Vec<Option<Account>> =
        holders.iter().map(|holder| by_number(asking, holder, context)).collect();
    let mut asked: Vec<Asked> = Vec::new();
    for (at, holder) in holders.iter().enumerate() {
        if found[at].is_some() {
            continue;
        }
        let account = by_file(asking, context)
            .or_else(|| by_rows(asking, holder, context))
            .or_else(|| by_profile(asking, at, holders, context, &found));
        found[at] = match (account, context.otherwise) {
            (Some(account), _) => Some(account),
            // A preamble or a heading without rows: there is nothing to ask about.
            (None, _) if holder.rows == 0 => None,
            (None, Otherwise::Named(account)) => Some(account.clone()),
            (None, Otherwise::Profile) => Some(Account::taxable(asking.profile.into())),
            (None, Otherwise::Ask) => {
                ask(asking, holder, context, &mut asked);
                None
            }
        };
    }
    if asked.is_empty() { Ok(found) } else { Err(asked) }
}

/// The account of each of a sheet's holders, or what to ask.
pub fn of_sheet(
    file: &Name,
    profile: &Profile,
    sheet: &Sheet<Survey>,
    context: &Context,
) -> Result<Vec<Account>, Vec<Asked>> {
    let hashes: Vec<_> = sheet
        .all()
        .map(|(at, _)| {
            move |account: &Account| -> Vec<RowHash> {
                sheet.contents(at).iter().map(|content| hash(account, *content)).collect()
            }
        })
        .collect();
    let with_rows = || sheet.all().filter(|(at, _)| sheet.count(*at) > 0);
    let holders: Vec<Named> = with_rows()
        .map(|(at, holder)| Named {
            number: holder.number.clone(),
            institution: None,
            title: holder.title.clone(),
            rows: sheet.count(at),
            hashes: &hashes[at],
        })
        .collect();
    let found = accounts(Asking::of(file, profile), &holders, context)?;
    // A preamble or a heading without rows has nobody to ask for.
    let nobody = || Account::taxable(profile.name.clone());
    let anyone = found.iter().flatten().next().cloned().unwrap_or_else(nobody);
    let mut all = vec![anyone; sheet.holders.len()];
    for ((at, _), account) in with_rows().zip(found) {
        all[at] = account.unwrap_or_else(nobody);
    }
    Ok(all)
}

/// The only holder that the rows of a file can have, and whose they are; `None` where its rows have to
/// be seen before that can be told, or asked.
pub fn before_reading(
    file: &Name,
    layout: &Layout,
    context: &Context,
) -> Option<(Holder, Account)> {
    let profile = layout.profile;
    let names = |(field, _): &(Field, Vec<String>)| matches!(field, Field::Account | Field::Holder);
    if profile.tables.iter().any(|table| table.columns.iter().any(names)) {
        return None;
    }
    let holder = Holder { number: layout.number.clone(), title: None };
    let asking = Asking::of(file, profile);
    let named = Named {
        number: holder.number.clone(),
        institution: None,
        title: None,
        rows: 1,
        hashes: &|_| Vec::new(),
    };
    if !context.known.is_empty()
        && let Some(account) =
            by_number(asking, &named, context).or_else(|| by_file(asking, context))
    {
        return Some((holder, account));
    }
    let account = accounts(asking, &[named], context).ok()?.pop().flatten()?;
    // Rows that the books have could only be those of an account of the format: they say nothing more
    // where it is this one, or where there is none.
    let others = || of_format(asking, context).any(|other| other.id != account.id);
    (context.known.is_empty() || !others()).then_some((holder, account))
}

/// How the days of a file are written, where the settings of its account say so: found without
/// reading its rows.
pub fn form(file: &Name, profile: &Profile, context: &Context) -> Option<DateForm> {
    let named = match context.otherwise {
        Otherwise::Named(account) => Some(account.id.clone()),
        Otherwise::Ask | Otherwise::Profile => None,
    };
    let only = || {
        let mut own =
            context.accounts.values().filter(|account| of_profile(account, &profile.name));
        own.next().filter(|_| own.next().is_none()).map(|account| account.id.clone())
    };
    let account = by_file(Asking::of(file, profile), context)
        .map(|account| account.id)
        .or_else(only)
        .or(named)?;
    context.dates.get(&account).copied()
}

fn of_profile(account: &Account, profile: &str) -> bool {
    account.profile.as_deref() == Some(profile)
}

/// By the account's number, alone or behind that of its bank or broker: `121099999/999988`.
fn by_number(asking: Asking, holder: &Named, context: &Context) -> Option<Account> {
    let number = holder.number.as_deref()?;
    let whole = holder.institution.as_deref().map(|bank| format!("{bank}/{number}"));
    let means = |known: &str| {
        matches(known, number) || whole.as_deref().is_some_and(|whole| matches(known, whole))
    };
    meant(asking, context, &means)
}

fn by_file(asking: Asking, context: &Context) -> Option<Account> {
    let own = own_name(asking.file);
    meant(asking, context, &|known| matches(known, own) || matches(known, asking.file))
}

/// The account that one of its `match` means; of several, the only one of this format.
fn meant(asking: Asking, context: &Context, means: &dyn Fn(&str) -> bool) -> Option<Account> {
    let meant = || {
        context.accounts.values().filter(|account| account.matches.iter().any(|known| means(known)))
    };
    let only = |found: &mut dyn Iterator<Item = &'_ Account>| {
        let first = found.next().cloned();
        first.filter(|_| found.next().is_none())
    };
    only(&mut meant())
        .or_else(|| only(&mut meant().filter(|account| of_profile(account, asking.profile))))
        .or_else(|| only(&mut meant().filter(|account| account.profile.is_none())))
}

/// The accounts that the format may be of.
fn of_format<'c>(asking: Asking<'c>, context: &Context<'c>) -> impl Iterator<Item = &'c Account> {
    let of_format =
        move |account: &&Account| account.profile.is_none() || of_profile(account, asking.profile);
    context.accounts.values().filter(of_format)
}

/// The account whose rows in the books these are; of several, the one with most of them.
fn by_rows(asking: Asking, holder: &Named, context: &Context) -> Option<Account> {
    let mut counts: Vec<(usize, &Account)> = of_format(asking, context)
        .map(|account| {
            let hashes = (holder.hashes)(account);
            (hashes.into_iter().filter(|row| context.known.has(*row)).count(), account)
        })
        .filter(|(count, _)| *count > 0)
        .collect();
    counts.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
    match counts[..] {
        [] => None,
        [(most, _), (second, _), ..] if most == second => None,
        [(_, account), ..] => Some(account.clone()),
    }
}

/// The only account that the format is for, unless the file speaks of another: of several accounts at
/// once, or of a number that is not this account's.
fn by_profile(
    asking: Asking,
    at: usize,
    holders: &[Named],
    context: &Context,
    found: &[Option<Account>],
) -> Option<Account> {
    let holder = &holders[at];
    let mut own = context.accounts.values().filter(|account| of_profile(account, asking.profile));
    let only = own.next().filter(|_| own.next().is_none())?;
    let others = holders.iter().any(|other| other.number != holder.number && other.rows > 0);
    let taken = holders.iter().zip(found).any(|(other, account)| {
        other.title != holder.title && account.as_ref().is_some_and(|one| one.id == only.id)
    });
    // A masked number says nothing against an account; a whole one does.
    let whole = |number: &str| {
        number.chars().filter(char::is_ascii_digit).count() >= 5
            && !number.contains(['*', '?', '.', '_'])
    };
    let denies = holder
        .number
        .as_deref()
        .is_some_and(|number| whole(number) && only.matches.iter().any(|known| whole(known)));
    (!others && !taken && !denies).then(|| only.clone())
}

fn ask(asking: Asking, holder: &Named, context: &Context, asked: &mut Vec<Asked>) {
    let rows = u32::try_from(holder.rows).unwrap_or(u32::MAX);
    if let Some(before) = asked.iter_mut().find(|before| before.number == holder.number) {
        before.rows = before.rows.saturating_add(rows);
        return;
    }
    let ledger = holder.title.clone().filter(|_| asking.by_rules);
    let last = |title: &str| match ledger {
        Some(_) => kebab(title.rsplit(':').next().unwrap_or(title)),
        None => kebab(title),
    };
    let base = holder.title.as_deref().map(last).filter(|name| !name.is_empty());
    let base = base.unwrap_or_else(|| asking.base.to_owned());
    let free = |name: &str| {
        !context.accounts.contains_key(name) && asked.iter().all(|other| other.suggested != *name)
    };
    let numbered = (2u32..).map(|number| format!("{base}-{number}"));
    let suggested = std::iter::once(base.clone()).chain(numbered).find(|name| free(name));
    let (matches, told_apart) = match &holder.number {
        Some(number) => (number.clone(), true),
        None => match asking.shape.and_then(|shape| pattern(own_name(asking.file), shape)) {
            Some(pattern) => (pattern.into(), true),
            None => (own_name(asking.file).into(), false),
        },
    };
    asked.push(Asked {
        file: asking.file.clone(),
        profile: asking.profile.into(),
        number: holder.number.clone(),
        title: holder.title.clone(),
        ledger,
        rows,
        suggested: suggested.unwrap_or(base).into(),
        matches,
        told_apart,
        shared: false,
    });
}

/// Gives the accounts that are asked for ids apart, one for each number of a profile, or pattern of
/// its files' names; files that nothing tells apart are of one account. Where two brokers gave out
/// one number, says so.
pub fn name_apart(asked: &mut [Asked], context: &Context) {
    let mut given: HashMap<Name, (Name, Option<Name>)> = HashMap::new();
    for ask in asked.iter_mut() {
        let whose = (ask.profile.clone(), Some(ask.matches.clone()).filter(|_| ask.told_apart));
        let base = ask.suggested.clone();
        let numbered = (2u32..).map(|number| Name::from(format!("{base}-{number}")));
        let free = |name: &Name| {
            !context.accounts.contains_key(name)
                && given.get(name).is_none_or(|other| *other == whose)
        };
        let before = given.iter().find(|(_, other)| **other == whose).map(|(name, _)| name.clone());
        let name = before.or_else(|| std::iter::once(base.clone()).chain(numbered).find(free));
        ask.suggested = name.unwrap_or(base);
        given.insert(ask.suggested.clone(), whose);
    }
    let shared: Vec<bool> = asked
        .iter()
        .map(|ask| {
            let known = context.accounts.values().any(|one| one.matches.contains(&ask.matches));
            known
                || asked
                    .iter()
                    .any(|other| other.matches == ask.matches && other.suggested != ask.suggested)
        })
        .collect();
    for (ask, shared) in asked.iter_mut().zip(shared) {
        ask.shared = shared;
    }
}

/// A file's name without its folders.
fn own_name(file: &str) -> &str {
    file.rsplit(['/', '\\']).next().unwrap_or(file)
}

/// `ROTH IRA` as an id: `roth-ira`.
fn kebab(title: &str) -> String {
    let parts: Vec<String> = title
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|part| !part.is_empty())
        .map(str::to_ascii_lowercase)
        .collect();
    parts.join("-")
}

/// A pattern of a file's name that means its account: of `Schwab_XXX234_Transactions.csv` by
/// `{account}_Transactions*` it is `Schwab_XXX234_*`. `None` where the shape says no account, or the
/// name is of another.
fn pattern(own: &str, shape: &str) -> Option<String> {
    let (before, after) = shape.split_once(ACCOUNT)?;
    let before = before.rsplit('*').next().unwrap_or_default();
    let after = after.split('*').next().unwrap_or_default();
    let start = own.find(before)? + before.len();
    let rest = &own[start..];
    let other = || rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
    let end = if after.is_empty() { other() } else { rest.find(after)? };
    // A download's own counter would not be there the next time, what stands beside the account is.
    let joint = after.chars().next().filter(|c| !c.is_alphanumeric());
    let joint = joint.map(String::from).unwrap_or_default();
    (end > 0).then(|| format!("{before}{}{joint}*", &rest[..end]))
}

/// Where a profile's `file` has the account: `History_for_Account_{account}*.csv`.
const ACCOUNT: &str = "{account}";

#[cfg(test)]
mod tests {
    use super::super::profile::matches;
    use super::*;

    #[test]
    fn a_pattern_keeps_what_names_the_account() {
        let made =
            pattern("Schwab_XXX234_Transactions_20240105-120000.csv", "{account}_Transactions*");
        assert_eq!(made.as_deref(), Some("Schwab_XXX234_*"));
        assert!(matches("Schwab_XXX234_*", "Schwab_XXX234_Transactions.csv"));
        let fidelity = "History_for_Account_{account}*.csv";
        let made = pattern("History_for_Account_X00000678 (1).csv", fidelity);
        assert_eq!(made.as_deref(), Some("History_for_Account_X00000678*"));
        assert_eq!(pattern("History_for_Account_.csv", fidelity), None);
        assert_eq!(pattern("export.csv", "{account}_Transactions*"), None);
        assert_eq!(pattern("Account.csv", "Account*.csv"), None);
    }
}
