//! Tells whose rows are: by the account's number, by the file's name, by rows that the books have, by
//! the only account of the format; else a person is asked.

use crate::event::{Account, RowHash};
use crate::import::profile::matches;
use crate::import::{Asked, Context, Otherwise};
use crate::source::Name;

/// Whom a file names as the holder of some of its rows.
pub struct Holder<'h> {
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
}

/// The account of each holder; `None` for one without rows that nothing tells. `Err`: what to ask.
pub fn accounts(
    asking: Asking,
    holders: &[Holder],
    context: &Context,
) -> Result<Vec<Option<Account>>, Vec<Asked>> {
    let mut asked: Vec<Asked> = Vec::new();
    let mut found = Vec::new();
    for holder in holders {
        let account = by_number(holder, context)
            .or_else(|| by_file(asking.file, context))
            .or_else(|| by_rows(asking, holder, context))
            .or_else(|| by_profile(asking, holder, holders, context));
        let account = match (account, context.otherwise) {
            (Some(account), _) => Some(account),
            (None, Otherwise::Named(account)) => Some(account.clone()),
            (None, Otherwise::Profile) => Some(Account::taxable(asking.profile.into())),
            (None, Otherwise::Ask) if holder.rows == 0 => None,
            (None, Otherwise::Ask) => {
                ask(asking, holder, context, &mut asked);
                None
            }
        };
        found.push(account);
    }
    if asked.is_empty() { Ok(found) } else { Err(asked) }
}

/// By the account's number, alone or behind that of its bank or broker: `121099999/999988`.
fn by_number(holder: &Holder, context: &Context) -> Option<Account> {
    let number = holder.number.as_deref()?;
    let whole = holder.institution.as_deref().map(|bank| format!("{bank}/{number}"));
    let means = |account: &&Account| {
        account.matches.iter().any(|known| {
            matches(known, number) || whole.as_deref().is_some_and(|whole| matches(known, whole))
        })
    };
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
fn by_rows(asking: Asking, holder: &Holder, context: &Context) -> Option<Account> {
    let of_format = |account: &&Account| {
        account.profile.as_deref().is_none_or(|profile| profile == asking.profile)
    };
    let mut counts: Vec<(usize, &Account)> = context
        .accounts
        .values()
        .filter(of_format)
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

/// The only account that the format is for, unless the file speaks of several, or of another number
/// than those that the account is known by.
fn by_profile(
    asking: Asking,
    holder: &Holder,
    holders: &[Holder],
    context: &Context,
) -> Option<Account> {
    let ours = |account: &&Account| account.profile.as_deref() == Some(asking.profile);
    let mut ours = context.accounts.values().filter(ours);
    let only = ours.next().filter(|_| ours.next().is_none())?;
    let others = holders.iter().any(|other| other.number != holder.number && other.rows > 0);
    let whole = |text: &str| {
        text.chars().filter(char::is_ascii_digit).count() >= 5
            && !text.contains(['*', '?', '.', '_'])
    };
    let denies = only.matches.iter().any(|known| whole(known))
        && holder.number.as_deref().is_some_and(whole);
    (!others && !denies).then(|| only.clone())
}

fn ask(asking: Asking, holder: &Holder, context: &Context, asked: &mut Vec<Asked>) {
    let rows = u32::try_from(holder.rows).unwrap_or(u32::MAX);
    if let Some(before) = asked.iter_mut().find(|before| before.number == holder.number) {
        before.rows = before.rows.saturating_add(rows);
        return;
    }
    let base = asking.base.to_owned();
    let free = |name: &str| {
        !context.accounts.contains_key(name) && asked.iter().all(|other| other.suggested != *name)
    };
    let numbered = (2u32..).map(|number| format!("{base}-{number}"));
    let suggested = std::iter::once(base.clone()).chain(numbered).find(|name| free(name));
    let own = asking.file.rsplit(['/', '\\']).next().unwrap_or(asking.file);
    asked.push(Asked {
        file: asking.file.clone(),
        profile: asking.profile.into(),
        number: holder.number.clone(),
        title: holder.title.clone(),
        rows,
        suggested: suggested.unwrap_or(base).into(),
        matches: holder.number.clone().unwrap_or_else(|| own.into()),
    });
}
