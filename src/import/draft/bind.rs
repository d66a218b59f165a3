//! Tells what each column of a table holds: by its name, as this or another broker has it, then by what
//! its cells are, and by what its numbers come to.
//!
//! A name counts only where the cells agree with it. What is told by the cells alone says so beside
//! the column, for a person to look at.

use std::collections::HashMap;

use super::table::{Column, Table};
use crate::import::profile::{Field, Profile, normalised};
use crate::import::symbol;
use crate::money::{self, Decimal};
use crate::period::DateForm;

/// Column names as brokers and banks use them, beside those of the shipped profiles.
const NAMES: &[(Field, &[&str])] = &[
    (
        Field::Date,
        &[
            "date",
            "trade date",
            "transaction date",
            "when",
            "datum",
            "day",
            "time",
            "date/time",
            "timestamp",
        ],
    ),
    (Field::Posted, &["post date", "posting date", "process date", "run date"]),
    (Field::Settles, &["settlement date", "settle date", "value date"]),
    (
        Field::Action,
        &[
            "action",
            "type",
            "transaction type",
            "activity",
            "what",
            "transaction",
            "description of transaction",
            "kind",
            "event",
        ],
    ),
    (
        Field::Symbol,
        &["symbol", "ticker", "isin", "cusip", "instrument", "security", "stock", "sedol"],
    ),
    (
        Field::Text,
        &["description", "name", "details", "memo", "note", "notes", "security name", "narration"],
    ),
    (Field::Quantity, &["quantity", "shares", "units", "qty", "no. of shares"]),
    (Field::Price, &["price", "share price", "unit price", "price per share", "rate"]),
    (Field::Fees, &["fees", "fee", "fees & comm", "charges"]),
    (Field::Commission, &["commission", "commissions"]),
    (Field::Withheld, &["tax", "withholding tax", "tax withheld"]),
    (
        Field::Amount,
        &["amount", "net amount", "total", "total amount", "value", "how much", "net", "cash"],
    ),
    (
        Field::Debit,
        &["debit", "debits", "withdrawal", "withdrawals", "paid out", "money out", "debit amount"],
    ),
    (
        Field::Credit,
        &["credit", "credits", "deposit", "deposits", "paid in", "money in", "credit amount"],
    ),
    (Field::Balance, &["balance", "running balance", "cash balance"]),
    (Field::Currency, &["currency", "ccy"]),
    (Field::Account, &["account number", "account", "account no", "account id"]),
    (Field::Id, &["id", "transaction id", "reference", "order id", "txid"]),
];

/// How far apart an amount and quantity times price may be, for fees and rounding.
const SLACK: Decimal = Decimal::from_parts(3, 0, 0, false, 2);

/// Gives columns their fields.
pub fn bind(table: &mut Table, profiles: &[Profile]) {
    by_shape(table);
    by_name(table);
    by_profiles(table, profiles);
    by_sums(table);
    by_days(table);
    by_words(table, profiles);
    only(table, Field::Amount, Column::is_numbers);
}

fn has(table: &Table, field: Field) -> bool {
    table.columns.iter().any(|column| column.field == Some(field))
}

/// Codes of one shape.
fn by_shape(table: &mut Table) {
    let is_currency = |cell: &str| cell.len() == 3 && money::currency(cell, "").is_some();
    for (field, fits, what) in [
        (Field::Isin, &symbol::is_isin as &dyn Fn(&str) -> bool, "each is an ISIN"),
        (Field::Currency, &is_currency, "each is a currency's code"),
    ] {
        let fits =
            |column: &&mut Column| column.filled().next().is_some() && column.filled().all(fits);
        if let Some(first) = table.columns.iter_mut().find(fits) {
            first.field = Some(field);
            first.why = Some(what.to_owned());
        }
    }
}

/// By the names of `NAMES`, the likelier of a field first.
fn by_name(table: &mut Table) {
    for (field, names) in NAMES {
        for name in *names {
            if has(table, *field) {
                break;
            }
            let free = table.columns.iter_mut().find(|column| {
                column.field.is_none() && normalised(&column.name) == *name && column.holds(*field)
            });
            if let Some(column) = free {
                column.field = Some(*field);
            }
        }
    }
}

/// By the names that the shipped profiles know: the field most of them have it for.
fn by_profiles(table: &mut Table, profiles: &[Profile]) {
    let mut known: HashMap<&str, Vec<(Field, u32, &str)>> = HashMap::new();
    for profile in profiles {
        let columns = profile.tables.iter().flat_map(|table| &table.columns);
        for (field, name) in
            columns.flat_map(|(field, names)| names.iter().map(move |name| (*field, name)))
        {
            let fields = known.entry(name).or_default();
            match fields.iter_mut().find(|(known, ..)| *known == field) {
                Some((_, count, _)) => *count += 1,
                None => fields.push((field, 1, &profile.name)),
            }
        }
    }
    for at in 0..table.columns.len() {
        let column = &table.columns[at];
        let Some(fields) = known.get(&*normalised(&column.name)) else { continue };
        if column.field.is_some() {
            continue;
        }
        let mut fields = fields.clone();
        fields.sort_by_key(|(_, count, _)| std::cmp::Reverse(*count));
        let free = |(field, ..): &&(Field, u32, &str)| column.holds(*field) && !has(table, *field);
        if let Some((field, _, profile)) = fields.iter().find(free) {
            let column = &mut table.columns[at];
            column.field = Some(*field);
            column.why = Some(format!("as in `{profile}`"));
        }
    }
}

/// By what numbers come to: quantity times price is the amount, amounts add up to the balance.
fn by_sums(table: &mut Table) {
    let free = |column: &Column, field: Field| {
        column.field == Some(field) || column.field.is_none() && column.is_numbers()
    };
    let of = |field: Field| -> Vec<usize> {
        let bound = table.columns.iter().position(|column| column.field == Some(field));
        let any = || (0..table.columns.len()).filter(|at| free(&table.columns[*at], field));
        bound.map_or_else(|| any().collect(), |at| vec![at])
    };
    let values: Vec<_> = table.columns.iter().map(|column| column.values(table.mark)).collect();
    let (quantities, prices, amounts, balances) =
        (of(Field::Quantity), of(Field::Price), of(Field::Amount), of(Field::Balance));
    let mut found: Vec<(usize, Field, String)> = Vec::new();
    let products = quantities.iter().flat_map(|quantity| {
        let pairs =
            prices.iter().flat_map(|price| amounts.iter().map(move |amount| (*price, *amount)));
        pairs.map(move |(price, amount)| (*quantity, price, amount))
    });
    let best = products
        .filter(|(quantity, price, amount)| {
            quantity != price && price != amount && quantity != amount
        })
        .map(|at| (product(&values[at.0], &values[at.1], &values[at.2]), at))
        // Of equal ones the first column is the quantity.
        .max_by_key(|((hits, of), at)| (*hits * 100 / (*of).max(1), *hits, std::cmp::Reverse(*at)));
    if let Some(((hits, of), (quantity, price, amount))) = best
        && hits > 0
        && hits * 2 > of
    {
        let why = format!("quantity times price is the amount, in {hits} of {of} rows");
        for (at, field) in
            [(quantity, Field::Quantity), (price, Field::Price), (amount, Field::Amount)]
        {
            found.push((at, field, why.clone()));
        }
    }
    let amount = found.iter().find(|(_, field, _)| *field == Field::Amount).map(|(at, ..)| *at);
    let amounts = amount.map_or(amounts, |at| vec![at]);
    let pairs = amounts.iter().flat_map(|amount| balances.iter().map(move |at| (*amount, *at)));
    let best = pairs
        .filter(|(amount, balance)| {
            amount != balance && !found.iter().any(|(at, ..)| at == balance)
        })
        .map(|at| (running(&values[at.0], &values[at.1]), at))
        .max_by_key(|((hits, _), at)| (*hits, std::cmp::Reverse(*at)));
    if let Some(((hits, of), (amount, balance))) = best
        && hits > 1
        && hits * 2 > of
    {
        let why = format!("what the amounts come to, in {hits} of {of} rows");
        found.push((amount, Field::Amount, why.clone()));
        found.push((balance, Field::Balance, why));
    }
    for (at, field, why) in found {
        if table.columns[at].field.is_none() && !has(table, field) {
            table.columns[at].field = Some(field);
            table.columns[at].why = Some(why);
        }
    }
}

/// In how many rows the product of two is about the third, but for its sign, and in how many there
/// are all three.
fn product(
    quantities: &[Option<Decimal>],
    prices: &[Option<Decimal>],
    amounts: &[Option<Decimal>],
) -> (usize, usize) {
    let rows = quantities.iter().zip(prices).zip(amounts);
    let all = rows.filter_map(|((quantity, price), amount)| {
        let all = ((*quantity)?, (*price)?, (*amount)?);
        (!all.0.is_zero() && !all.1.is_zero()).then_some(all)
    });
    all.fold((0, 0), |(hits, of), (quantity, price, amount)| {
        let near = quantity.checked_mul(price).is_some_and(|product| {
            let off = (product.abs() - amount.abs()).abs();
            off <= amount.abs().saturating_mul(SLACK) && price != Decimal::ONE
        });
        (hits + usize::from(near), of + 1)
    })
}

/// In how many rows the balance is that of the row before, or after, with the amount; of how many.
fn running(amounts: &[Option<Decimal>], balances: &[Option<Decimal>]) -> (usize, usize) {
    let rows: Vec<(Decimal, Decimal)> =
        amounts.iter().zip(balances).filter_map(|(a, b)| Some(((*a)?, (*b)?))).collect();
    let hits = |newest_first: bool| {
        let pairs = rows
            .windows(2)
            .map(|pair| if newest_first { (pair[1].1, pair[0]) } else { (pair[0].1, pair[1]) });
        pairs
            .filter(|(before, (amount, after))| before.checked_add(*amount) == Some(*after))
            .count()
    };
    (hits(false).max(hits(true)), rows.len().saturating_sub(1))
}

/// Columns of days: the first is the event's; one that is never earlier is when money moves.
fn by_days(table: &mut Table) {
    let days: Vec<usize> = (0..table.columns.len())
        .filter(|at| table.columns[*at].field.is_none() && table.columns[*at].is_days())
        .collect();
    let mut days = days.into_iter();
    let date = table.columns.iter().position(|column| column.field == Some(Field::Date));
    let Some(date) = date.or_else(|| {
        let first = days.next()?;
        let several = days.len() > 0;
        let column = &mut table.columns[first];
        column.field = Some(Field::Date);
        column.why = several.then(|| "the first column of days: is it the event's?".to_owned());
        Some(first)
    }) else {
        return;
    };
    let form = table.columns[date].forms.first().map_or(DateForm::MonthDayYear, |(form, _)| *form);
    for at in days {
        if !has(table, Field::Settles) && table.columns[at].never_before(&table.columns[date], form)
        {
            table.columns[at].field = Some(Field::Settles);
            table.columns[at].why = Some("never before the other day".to_owned());
        }
    }
}

/// Columns of words: those that repeat most are the action's, the longest are the text.
fn by_words(table: &mut Table, profiles: &[Profile]) {
    let free = |table: &Table| -> Vec<usize> {
        (0..table.columns.len())
            .filter(|at| table.columns[*at].field.is_none() && table.columns[*at].is_words())
            .collect()
    };
    if !has(table, Field::Action) {
        let all = free(table);
        let several = all.len() > 1;
        // Words that brokers have for what happens, else the fewest.
        let known = |at: usize| {
            let words = table.columns[at].words.keys();
            words.filter(|word| super::known(word, profiles).is_some()).count()
        };
        let likely =
            |at: &usize| (std::cmp::Reverse(known(*at)), table.columns[*at].words.len(), *at);
        if let Some(at) = all.into_iter().min_by_key(likely) {
            let why = match known(at) {
                0 => "its words repeat most: do they say what happened?".to_owned(),
                1 => "1 of its words is a broker's for what happens".to_owned(),
                many => format!("{many} of its words are a broker's for what happens"),
            };
            table.columns[at].field = Some(Field::Action);
            table.columns[at].why = several.then_some(why);
        }
    }
    if !has(table, Field::Text) {
        let longest = |at: &usize| {
            let letters: usize = table.columns[*at].filled().map(str::len).sum();
            (letters, std::cmp::Reverse(*at))
        };
        if let Some(at) = free(table).into_iter().max_by_key(longest) {
            table.columns[at].field = Some(Field::Text);
            table.columns[at].why = Some("the longest words".to_owned());
        }
    }
}

/// The only column that is left of a kind.
fn only(table: &mut Table, field: Field, fits: fn(&Column) -> bool) {
    if has(table, field) || has(table, Field::Debit) || has(table, Field::Credit) {
        return;
    }
    let mut free = table.columns.iter_mut().filter(|column| column.field.is_none() && fits(column));
    if let (Some(only), None) = (free.next(), free.next()) {
        only.field = Some(field);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(texts: &[&str]) -> Vec<Option<Decimal>> {
        texts.iter().map(|text| money::plain(text)).collect()
    }

    #[test]
    fn numbers_tell_what_they_are_by_what_they_come_to() {
        let (quantity, price) = (numbers(&["10", "", "3"]), numbers(&["2.50", "", "9"]));
        assert_eq!(product(&quantity, &price, &numbers(&["-25.10", "4", "26.99"])), (2, 2));
        assert_eq!(product(&quantity, &price, &numbers(&["10", "4", "9"])), (0, 2));
        let amounts = numbers(&["5", "-2", "1.5"]);
        assert_eq!(running(&amounts, &numbers(&["105", "103", "104.5"])), (2, 2));
        assert_eq!(running(&amounts, &numbers(&["104.5", "99.5", "101.5"])), (2, 2));
        assert_eq!(running(&amounts, &numbers(&["1", "2", "3"])), (0, 2));
    }
}
