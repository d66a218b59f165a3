//! From files to rows: each is taken apart, told whose its rows are, and its rows made.

use std::collections::HashMap;

use xxhash_rust::xxh3::xxh3_64;

use super::fields::Field;
use super::make::{self, Making};
use super::rows::{Period, Raw, Sheet};
use super::rules::Rules;
use super::sections::Sort;
use super::security::Instruments;
use super::stated::stated;
use super::{Opened, beside, identity, value};
use crate::event::Account;
use crate::import::entry::{File, Part};
use crate::import::ofx::Books;
use crate::import::whose::{self, Asking, Named};
use crate::import::{Context, Refused, Run};
use crate::period::DateForm;
use crate::source::{Name, Source};

/// Reads `sources` as one set; what is refused or asked for goes into `run`.
pub fn files<'s>(
    sources: &[&'s Source],
    context: &Context,
    books: &dyn Books,
    run: &mut Run,
) -> Vec<File<'s>> {
    let mut rules: HashMap<&str, Rules> = HashMap::new();
    let mut files = Vec::new();
    for source in sources {
        let opened = match super::open(source) {
            Ok(opened) => opened,
            Err(refused) => {
                run.refused.push(*refused);
                continue;
            }
        };
        let profile = opened.profile;
        let rules = rules
            .entry(profile)
            .or_insert_with(|| Rules::new(context.profiles, profile, super::STATEMENT));
        let form = match form(source, &opened, context) {
            Ok(form) => form,
            Err(refused) => {
                run.refused.push(*refused);
                continue;
            }
        };
        match file(source, &opened, form, rules, context, books) {
            Ok(file) => files.push(file),
            Err(mut asked) => run.asked.append(&mut asked),
        }
    }
    beside::taxes(&mut files, context.known);
    files
}

/// Which number of a day is which: only queries let their owner choose.
fn form(source: &Source, opened: &Opened, context: &Context) -> Result<DateForm, Box<Refused>> {
    let own = source.name.rsplit(['/', '\\']).next().unwrap_or(&source.name);
    let numbers: Vec<&Name> =
        opened.sheet.rows.iter().filter_map(|raw| raw.holder.as_ref()).collect();
    let account = context.accounts.values().find(|account| {
        account.matches.iter().any(|known| {
            let matches = |text: &str| crate::import::profile::matches(known, text);
            matches(own) || numbers.first().is_some_and(|number| matches(number))
        })
    });
    let stated = account.and_then(|account| context.dates.get(&account.id)).copied();
    value::form(&opened.sheet, stated).map_err(|text| {
        Box::new(Refused {
            file: source.name.clone(),
            reason: format!("its dates can be read day first or month first: `{text}`"),
            advice:
                "choose yyyy-MM-dd as the date format of the query, or say it for this account in \
                     rentier.toml: dates = \"dd/mm/yyyy\""
                    .to_owned(),
            diagnostic: None,
        })
    })
}

fn file<'s>(
    source: &'s Source,
    opened: &Opened<'s>,
    form: DateForm,
    rules: &Rules,
    context: &Context,
    books: &dyn Books,
) -> Result<File<'s>, Vec<crate::import::Asked>> {
    let sheet = &opened.sheet;
    let instruments = Instruments::of(sheet);
    let holders = holders(sheet);
    // Nobody need be named for rows that move nothing.
    let nobody = Account::taxable(opened.profile.into());
    let whole = Making {
        text: &source.text,
        file: &source.name,
        profile: opened.profile,
        account: &nobody,
        instruments: &instruments,
        books,
        rules,
        form,
        base: sheet.base.as_ref(),
        period: None,
    };
    let hashes: Vec<_> = holders
        .iter()
        .map(|(number, raws)| {
            let period = period(sheet, number.as_ref());
            move |account: &Account| identity::hashes(raws, &Making { account, period, ..whole })
        })
        .collect();
    let asked: Vec<Named> = holders
        .iter()
        .zip(&hashes)
        .map(|((number, raws), hashes)| Named {
            number: number.clone(),
            institution: None,
            title: None,
            rows: raws.iter().filter(|raw| counts(raw)).count(),
            hashes,
        })
        .collect();
    let asking = Asking {
        file: &source.name,
        profile: opened.profile,
        base: super::STATEMENT,
        shape: None,
        by_rules: false,
    };
    let accounts = whose::accounts(asking, &asked, context)?;
    // Two numbers of one account are one part, in the order of the file.
    let mut owned: Vec<(Account, Option<Period>, Vec<&Raw>)> = Vec::new();
    for ((number, raws), account) in holders.into_iter().zip(accounts) {
        let account = account.unwrap_or_else(|| nobody.clone());
        match owned.iter_mut().find(|(known, ..)| known.id == account.id) {
            Some((_, _, all)) => {
                all.extend(raws);
                all.sort_by_key(|raw| raw.bytes);
            }
            None => owned.push((account, period(sheet, number.as_ref()), raws)),
        }
    }
    let part = |(account, period, raws): (Account, Option<Period>, Vec<&Raw>)| {
        let making = Making { account: &account, period, ..whole };
        let (rows, stated) = (make::rows(&raws, making), stated(&raws, &making));
        Part { account, rows, period, stated }
    };
    let parts: Vec<Part> = owned.into_iter().map(part).collect();
    Ok(File {
        source,
        profile: opened.profile.into(),
        why: opened.why.clone(),
        digest: xxh3_64(source.text.as_bytes()),
        parts,
    })
}

/// Whether a row may move something.
fn counts(raw: &Raw) -> bool {
    let moves = !matches!(
        raw.sort,
        Sort::About
            | Sort::Instruments
            | Sort::Positions
            | Sort::Performance
            | Sort::CashReport
            | Sort::Other
    );
    raw.aside.is_none() && moves
}

/// The rows of a file by the account's number; those that name none are the first one's.
fn holders<'r, 's>(sheet: &'r Sheet<'s>) -> Vec<(Option<Name>, Vec<&'r Raw<'s>>)> {
    let named = |raw: &&Raw| raw.aside.is_none() && raw.holder.is_some() && counts(raw);
    let main = sheet.rows.iter().find(named).or(sheet.rows.iter().find(|raw| raw.holder.is_some()));
    let main = main.and_then(|raw| raw.holder.clone());
    let mut holders: Vec<(Option<Name>, Vec<&Raw>)> = vec![(main.clone(), Vec::new())];
    for raw in &sheet.rows {
        let number = if counts(raw) && raw.get(Field::Account).is_some() {
            raw.holder.clone()
        } else {
            raw.holder
                .clone()
                .filter(|own| holders.iter().any(|(known, _)| known.as_ref() == Some(own)))
        };
        let number = number.or_else(|| main.clone());
        match holders.iter_mut().find(|(known, _)| *known == number) {
            Some((_, rows)) => rows.push(raw),
            None => holders.push((number, vec![raw])),
        }
    }
    holders
}

/// The days a file is of, for one of its accounts.
fn period(sheet: &Sheet, number: Option<&Name>) -> Option<Period> {
    let of = |(own, _): &&(Option<Name>, Period)| own.is_none() || own.as_ref() == number;
    let mut own = sheet.periods.iter().filter(of).map(|(_, period)| *period);
    let first = own.next()?;
    Some(own.fold(first, |one, other| (one.0.min(other.0), one.1.max(other.1))))
}
