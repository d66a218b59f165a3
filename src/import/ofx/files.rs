//! From OFX files to rows: each is opened, its statements are told whose they are, their rows read.

use std::collections::{HashMap, HashSet};

use xxhash_rust::xxh3::xxh3_64;

use super::beside::Habits;
use super::make::{Making, rows};
use super::security::Books;
use super::statement::Statement;
use super::{NAME, Opened};
use crate::event::{Account, RowHash};
use crate::import::entry::{File, Part, Stated};
use crate::import::whose::{self, Asking, Named};
use crate::import::{Context, Refused, Run};
use crate::source::{Name, Source};

/// Reads OFX `sources` as one set; what is refused or asked for goes into `run`.
pub fn files<'s>(
    sources: &[&'s Source],
    context: &Context,
    books: &dyn Books,
    run: &mut Run,
) -> Vec<File<'s>> {
    let mut opened = Vec::new();
    for source in sources {
        match super::open(source) {
            Ok(export) => opened.push(Opened { source, export }),
            Err(nothing) => run.refused.push(Refused {
                file: source.name.clone(),
                reason: nothing.reason,
                advice: nothing.advice,
                diagnostic: None,
            }),
        }
    }
    sort(&opened, context, books, run)
}

/// A file, its statements, and whose each is.
type Owned<'o, 's> = (&'o Opened<'s>, &'o Vec<Statement<'o, 'o>>, Vec<Option<Account>>);

/// Tells whose the statements are and reads their rows.
fn sort<'s>(
    opened: &[Opened<'s>],
    context: &Context,
    books: &dyn Books,
    run: &mut Run,
) -> Vec<File<'s>> {
    let statements: Vec<Vec<Statement>> =
        opened.iter().map(|file| file.export.statements()).collect();
    let mut owned: Vec<Owned> = Vec::new();
    for (file, statements) in opened.iter().zip(&statements) {
        match accounts(file, statements, context) {
            Ok(accounts) => owned.push((file, statements, accounts)),
            Err(mut asked) => run.asked.append(&mut asked),
        }
    }
    // What all files of an account show: how they sign, and which FITIDs are none.
    let mut shown: HashMap<Name, (HashSet<String>, Habits)> = HashMap::new();
    for (file, statements, accounts) in &owned {
        for (statement, account) in statements.iter().zip(accounts) {
            let Some(account) = account else { continue };
            let (reused, habits) = shown.entry(account.id.clone()).or_default();
            reused.extend(file.export.reused(statement));
            habits.learn(statement, file.export.numbers);
        }
    }
    let mut sorted = Vec::new();
    for (file, statements, accounts) in owned {
        let mut parts: Vec<Part> = Vec::new();
        let mut ordinals: HashMap<Name, HashMap<RowHash, u32>> = HashMap::new();
        for (statement, account) in statements.iter().zip(accounts) {
            let Some(account) = account else { continue };
            let (reused, habits) = &shown[&account.id];
            let making = Making {
                listed: &file.export.listed,
                numbers: file.export.numbers,
                account: &account,
                books,
                file: &file.source.name,
                reused,
                habits: *habits,
                known: context.known,
            };
            let rows = rows(statement, making, ordinals.entry(account.id.clone()).or_default());
            let stated = stated(file, statement, books);
            match parts.iter_mut().find(|part| part.account.id == account.id) {
                Some(part) => {
                    part.rows.extend(rows);
                    part.stated.clear();
                }
                None => parts.push(Part { account, rows, period: None, stated }),
            }
        }
        sorted.push(File {
            source: file.source,
            profile: NAME.into(),
            why: file.export.why.clone(),
            digest: xxh3_64(file.source.text.as_bytes()),
            parts,
        });
    }
    sorted
}

/// The cash that a statement states at its end.
fn stated(file: &Opened, statement: &Statement, books: &dyn Books) -> Vec<Stated> {
    let Some(currency) = statement.currency.clone() else { return Vec::new() };
    let stated = file.export.stated(statement, books);
    let cash = stated.into_iter().find(|stated| stated.security.is_none());
    let of_cash = |cash: super::Stated| Stated {
        what: "cash",
        of: currency,
        day: cash.day,
        opening: None,
        closing: cash.quantity,
    };
    cash.map(of_cash).into_iter().collect()
}

/// Whose each statement is.
fn accounts(
    opened: &Opened,
    statements: &[Statement],
    context: &Context,
) -> Result<Vec<Option<Account>>, Vec<crate::import::Asked>> {
    let base = opened.export.bank().map(|bank| kebab(&bank)).filter(|name| !name.is_empty());
    let base = base.unwrap_or_else(|| NAME.to_owned());
    let hashes: Vec<_> = statements
        .iter()
        .map(|statement| {
            let reused = opened.export.reused(statement);
            move |account: &Account| opened.export.hashes(statement, account, &reused)
        })
        .collect();
    let holders: Vec<Named> = statements
        .iter()
        .zip(&hashes)
        .map(|(statement, hashes)| Named {
            number: statement.number.clone(),
            institution: statement.institution.clone(),
            title: statement.title.clone(),
            rows: statement.rows.len(),
            hashes,
        })
        .collect();
    let asking = Asking {
        file: &opened.source.name,
        profile: NAME,
        base: &base,
        shape: None,
        by_rules: false,
    };
    whose::accounts(asking, &holders, context)
}

/// A bank's name as an id: `Great Bank of Orangeland` is `great-bank-of-orangeland`, `fidelity.com`
/// is `fidelity`.
fn kebab(bank: &str) -> String {
    let bank = bank.trim().to_lowercase();
    let bare = [".com", ".org", ".net"].iter().find_map(|end| bank.strip_suffix(end));
    let parts = bare.unwrap_or(&bank).split(|c: char| !c.is_ascii_alphanumeric());
    parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-")
}
