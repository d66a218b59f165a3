//! Tells whose the rows of a file are: by what the file says, by its name, by rows that the books
//! have, by the only account of its profile; else a person is asked.

use super::canonical::hash;
use super::outcome::Asked;
use super::profile::{Profile, matches};
use super::row::{Holder, Row, Sheet, Trouble};
use super::{Context, Otherwise};
use crate::event::Account;
use crate::period::DateForm;
use crate::source::Name;

/// The accounts of a sheet's holders, or what to ask.
pub fn accounts(
    file: &Name,
    profile: &Profile,
    sheet: &Sheet,
    context: &Context,
) -> Result<Vec<Account>, Vec<Asked>> {
    let mut found: Vec<Option<Account>> =
        sheet.holders.iter().map(|holder| by_number(holder, context)).collect();
    for (at, holder) in sheet.holders.iter().enumerate() {
        if found[at].is_none() {
            found[at] = by_file(file, context)
                .or_else(|| by_rows(at, sheet, profile, context))
                .or_else(|| by_profile(holder, at, sheet, profile, context, &found));
        }
    }
    let mut asked: Vec<Asked> = Vec::new();
    for (at, holder) in sheet.holders.iter().enumerate() {
        if found[at].is_some() {
            continue;
        }
        // A preamble or a heading without rows: there is nothing to ask about.
        if sheet.days[at].is_none() {
            let other = found.iter().flatten().next().cloned();
            found[at] = other.or_else(|| Some(Account::taxable(profile.name.clone())));
            continue;
        }
        match context.otherwise {
            Otherwise::Named(account) => found[at] = Some(account.clone()),
            Otherwise::Profile => found[at] = Some(Account::taxable(profile.name.clone())),
            Otherwise::Ask => {
                let rows = rows_of(at, sheet).count();
                let rows = u32::try_from(rows).unwrap_or(u32::MAX);
                match asked.iter_mut().find(|other| other.number == holder.number) {
                    Some(other) => other.rows = other.rows.saturating_add(rows),
                    None => asked.push(ask(file, profile, holder, rows, context, &asked)),
                }
            }
        }
    }
    if asked.is_empty() { Ok(found.into_iter().flatten().collect()) } else { Err(asked) }
}

/// How the days of a file are written, where the settings of its account say so: found without
/// reading its rows.
pub fn form(file: &Name, profile: &Profile, context: &Context) -> Option<DateForm> {
    let named = match context.otherwise {
        Otherwise::Named(account) => Some(account.id.clone()),
        Otherwise::Ask | Otherwise::Profile => None,
    };
    let only = || {
        let mut own = context.accounts.values().filter(|account| of_profile(account, profile));
        own.next().filter(|_| own.next().is_none()).map(|account| account.id.clone())
    };
    let account = by_file(file, context).map(|account| account.id).or_else(only).or(named)?;
    context.dates.get(&account).copied()
}

fn of_profile(account: &Account, profile: &Profile) -> bool {
    account.profile.as_ref() == Some(&profile.name)
}

fn rows_of<'s>(holder: usize, sheet: &'s Sheet<'_>) -> impl Iterator<Item = &'s Row> {
    sheet
        .rows
        .iter()
        .filter(move |row| row.holder == holder && !matches!(row.trouble, Some(Trouble::Aside(_))))
}

fn by_number(holder: &Holder, context: &Context) -> Option<Account> {
    let number = holder.number.as_deref()?;
    let means = |account: &&Account| account.matches.iter().any(|known| matches(known, number));
    context.accounts.values().find(means).cloned()
}

fn by_file(file: &Name, context: &Context) -> Option<Account> {
    let own = file.rsplit(['/', '\\']).next().unwrap_or(file);
    let means = |account: &&Account| {
        account.matches.iter().any(|known| matches(known, own) || matches(known, file))
    };
    context.accounts.values().find(means).cloned()
}

/// The account whose rows in the books these are; of several, the one with most of them.
fn by_rows(holder: usize, sheet: &Sheet, profile: &Profile, context: &Context) -> Option<Account> {
    let mut counts: Vec<(usize, &Account)> = context
        .accounts
        .values()
        .filter(|account| account.profile.is_none() || of_profile(account, profile))
        .map(|account| {
            let known = |row: &&Row| context.known.has(hash(account, row.content));
            (rows_of(holder, sheet).filter(known).count(), account)
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

/// The only account with this profile, unless the file speaks of another: of several accounts at
/// once, or of a number that is not this account's.
fn by_profile(
    holder: &Holder,
    at: usize,
    sheet: &Sheet,
    profile: &Profile,
    context: &Context,
    found: &[Option<Account>],
) -> Option<Account> {
    let mut own = context.accounts.values().filter(|account| of_profile(account, profile));
    let only = own.next().filter(|_| own.next().is_none())?;
    let others = sheet.holders.iter().enumerate().any(|(other, known)| {
        other != at && known.number != holder.number && sheet.days[other].is_some()
    });
    let taken = found.iter().flatten().any(|account| account.id == only.id);
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

fn ask(
    file: &Name,
    profile: &Profile,
    holder: &Holder,
    rows: u32,
    context: &Context,
    asked: &[Asked],
) -> Asked {
    let base = holder.title.as_deref().map(kebab).filter(|name| !name.is_empty());
    let base = base.unwrap_or_else(|| profile.name.to_string());
    let free = |name: &str| {
        !context.accounts.contains_key(name) && asked.iter().all(|other| other.suggested != *name)
    };
    let numbered = (2u32..).map(|number| format!("{base}-{number}"));
    let suggested = std::iter::once(base.clone()).chain(numbered).find(|name| free(name));
    Asked {
        file: file.clone(),
        profile: profile.name.clone(),
        number: holder.number.clone(),
        title: holder.title.clone(),
        rows,
        suggested: suggested.unwrap_or(base).into(),
        matches: holder.number.clone().unwrap_or_else(|| pattern(file, profile).into()),
    }
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

/// A pattern of the file's name that means its account: of `Schwab_XXX234_Transactions.csv` by
/// `*_Transactions*` it is `Schwab_XXX234_*`.
fn pattern(file: &str, profile: &Profile) -> String {
    let own = file.rsplit(['/', '\\']).next().unwrap_or(file);
    let Some(shape) = &profile.file else { return own.to_owned() };
    let mut fixed = shape.split('*').filter(|part| !part.is_empty());
    let Some(first) = fixed.next() else { return own.to_owned() };
    match (own.find(first), shape.starts_with('*')) {
        (Some(at), true) if at > 0 => {
            let joint = first.chars().next().filter(|c| !c.is_alphanumeric());
            format!("{}{}*", &own[..at], joint.map(String::from).unwrap_or_default())
        }
        (Some(at), false) => {
            let rest = &own[at + first.len()..];
            let end = rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len());
            format!("*{}*", &rest[..end])
        }
        _ => own.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::profile::shipped;
    use super::*;

    #[test]
    fn a_pattern_keeps_what_names_the_account() {
        let profiles = shipped();
        let named = |name: &str| profiles.iter().find(|profile| profile.name == *name);
        let schwab = named("schwab").expect("shipped");
        let fidelity = named("fidelity").expect("shipped");
        let made = pattern("x/Schwab_XXX234_Transactions_20240105-120000.csv", schwab);
        assert_eq!(made, "Schwab_XXX234_*");
        assert!(matches(&made, "Schwab_XXX234_Transactions.csv"));
        let made = pattern("History_for_Account_X00000678 (1).csv", fidelity);
        assert_eq!(made, "*X00000678*");
        assert_eq!(pattern("export.csv", schwab), "export.csv");
    }
}
