//! Tells whose a statement is: by its number, by the file's name, by rows that the books have, by the
//! only account that OFX is for; else a person is asked.

use super::statement::Statement;
use super::{NAME, Opened};
use crate::event::{Account, RowHash};
use crate::import::profile::matches;
use crate::import::{Asked, Context, Otherwise};
use crate::source::Name;

/// The account of each statement of a file; `None` for one without rows that nothing tells. `Err`:
/// what to ask.
pub fn accounts(
    opened: &Opened,
    statements: &[Statement],
    context: &Context,
) -> Result<Vec<Option<Account>>, Vec<Asked>> {
    let mut asked: Vec<Asked> = Vec::new();
    let mut found = Vec::new();
    for statement in statements {
        let account = by_number(statement, context)
            .or_else(|| by_file(&opened.source.name, context))
            .or_else(|| by_rows(opened, statement, context))
            .or_else(|| by_profile(statement, statements, context));
        let account = match (account, context.otherwise) {
            (Some(account), _) => Some(account),
            (None, Otherwise::Named(account)) => Some(account.clone()),
            (None, Otherwise::Profile) => Some(Account::taxable(NAME.into())),
            (None, Otherwise::Ask) if statement.rows.is_empty() => None,
            (None, Otherwise::Ask) => {
                ask(opened, statement, context, &mut asked);
                None
            }
        };
        found.push(account);
    }
    if asked.is_empty() { Ok(found) } else { Err(asked) }
}

/// By the account's number, alone or behind that of its bank or broker: `121099999/999988`.
fn by_number(statement: &Statement, context: &Context) -> Option<Account> {
    let number = statement.number.as_deref()?;
    let whole = statement.institution.as_deref().map(|bank| format!("{bank}/{number}"));
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

fn is_ours(account: &Account) -> bool {
    account.profile.as_deref() == Some(NAME)
}

/// The account whose rows in the books these are; of several, the one with most of them.
fn by_rows(opened: &Opened, statement: &Statement, context: &Context) -> Option<Account> {
    let reused = opened.export.reused(statement);
    let mut counts: Vec<(usize, &Account)> = context
        .accounts
        .values()
        .filter(|account| account.profile.is_none() || is_ours(account))
        .map(|account| {
            let hashes: Vec<RowHash> = opened.export.hashes(statement, account, &reused);
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

/// The only account that OFX is for, unless the file speaks of several, or of another number than
/// those that the account is known by.
fn by_profile(
    statement: &Statement,
    statements: &[Statement],
    context: &Context,
) -> Option<Account> {
    let mut ours = context.accounts.values().filter(|account| is_ours(account));
    let only = ours.next().filter(|_| ours.next().is_none())?;
    let others =
        statements.iter().any(|other| other.number != statement.number && !other.rows.is_empty());
    let whole = |text: &str| {
        text.chars().filter(char::is_ascii_digit).count() >= 5
            && !text.contains(['*', '?', '.', '_'])
    };
    let denies = only.matches.iter().any(|known| whole(known))
        && statement.number.as_deref().is_some_and(whole);
    (!others && !denies).then(|| only.clone())
}

fn ask(opened: &Opened, statement: &Statement, context: &Context, asked: &mut Vec<Asked>) {
    let rows = u32::try_from(statement.rows.len()).unwrap_or(u32::MAX);
    if let Some(before) = asked.iter_mut().find(|before| before.number == statement.number) {
        before.rows = before.rows.saturating_add(rows);
        return;
    }
    let base = opened.export.bank().map(|bank| kebab(&bank)).filter(|name| !name.is_empty());
    let base = base.unwrap_or_else(|| NAME.to_owned());
    let free = |name: &str| {
        !context.accounts.contains_key(name) && asked.iter().all(|other| other.suggested != *name)
    };
    let numbered = (2u32..).map(|number| format!("{base}-{number}"));
    let suggested = std::iter::once(base.clone()).chain(numbered).find(|name| free(name));
    let file = &opened.source.name;
    let own = file.rsplit(['/', '\\']).next().unwrap_or(file);
    asked.push(Asked {
        file: file.clone(),
        profile: NAME.into(),
        number: statement.number.clone(),
        title: statement.title.clone(),
        rows,
        suggested: suggested.unwrap_or(base).into(),
        matches: statement.number.clone().unwrap_or_else(|| own.into()),
    });
}

/// A bank's name as an id: `Great Bank of Orangeland` is `great-bank-of-orangeland`, `fidelity.com`
/// is `fidelity`.
fn kebab(bank: &str) -> String {
    let bank = bank.trim().to_lowercase();
    let bare = [".com", ".org", ".net"].iter().find_map(|end| bank.strip_suffix(end));
    let parts = bare.unwrap_or(&bank).split(|c: char| !c.is_ascii_alphanumeric());
    parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-")
}
