//! What a broker's export looks like, as data: how it is recognised, what its columns are, and which
//! event each of its action words is.
//!
//! In: TOML, the shipped files of `src/import/profiles` or the user's own. Out: a `Profile`. Knows
//! the language only; `recognise` and `make` act on it.

mod action;
mod expression;
mod read;
mod table;
mod words;

use std::collections::HashMap;
use std::sync::Arc;

use glob::{MatchOptions, Pattern};
use rayon::prelude::*;

use crate::period::{DateForm, Zone};
use crate::source::{Name, Source};

use super::cell::Mark;
use super::hledger::Ruled;

pub use action::{Action, Actions, Beside, Link, Make, Outcome, Pair, Side, Sign, SymbolIs, When};
pub use expression::Expression;
pub use read::{date_form, merge, read};
pub use table::Table;
pub use words::Words;

/// One kind of export.
#[derive(Clone, Debug)]
#[allow(clippy::struct_excessive_bools, reason = "settings of a file, each for itself")]
pub struct Profile {
    /// The name on the command line: `schwab`.
    pub name: Name,
    /// For the eye: `Charles Schwab, brokerage account`.
    pub title: String,
    /// How to get the file from the broker.
    pub download: String,
    /// Where teaching it goes: `profiles/schwab.toml`.
    pub teach: String,
    /// How the broker names its files, `*` where the account stands: `*_Transactions*`.
    pub file: Option<String>,
    /// Which room of rentier reads it, where it is no table: then this file says what words mean.
    pub reader: Option<Name>,
    /// What amounts are in where no column says so.
    pub currency: Name,
    /// Its file says so: the user's own goes before a shipped one.
    pub states_currency: bool,
    /// Files say nothing of their currency, and accounts may be in others than this.
    pub assumes_currency: bool,
    /// What prices are in on a market, by how symbols of it end: `.DE`.
    pub listed: Vec<(String, Name)>,
    /// Its tables: first that of the profile's own header, then other layouts and sections.
    pub tables: Vec<Table>,
    /// Fields whose values make a row the same row at every download.
    pub identity: Vec<Field>,
    /// How days are written.
    pub dates: Dates,
    /// Amounts have no sign; the action says which way the cash goes.
    pub unsigned: bool,
    /// Rows may be longer than the header: what follows its last column is text for the eye.
    pub surplus: bool,
    /// A long text goes on in the line below, whose other cells are blank.
    pub wraps: bool,
    /// The price may be in the security's currency, which nothing states: one that makes another
    /// amount is not the event's.
    pub foreign_prices: bool,
    /// A quantity beside what moves no units is what it was paid for: of a dividend, the shares held.
    pub held: bool,
    /// The broker puts no more rows into one file: what is older may be missing from one that has as many.
    pub most_rows: Option<u32>,
    /// How costs are written.
    pub costs: Costs,
    /// The usual decimal mark; a file's own evidence goes before it.
    pub decimal: Mark,
    /// How the account's number is found.
    pub number: AccountNumber,
    /// Rows told by their first cell, with the reason why they are no event: `Transactions Total`.
    pub asides: Vec<Aside>,
    /// How the sentences of the footer begin.
    pub footer: Vec<String>,
    /// Symbols with a meaning.
    pub symbols: Symbols,
    /// Rows whose amount is no cash.
    pub no_cash: Option<When>,
    /// The action column holds sentences, of which the first words tell the action.
    pub prose: bool,
    /// A bank's account: of a row whose words nothing knows, its cash came or went.
    pub bank: bool,
    /// Currencies and commodities by the broker's own codes.
    pub assets: HashMap<Name, Name>,
    /// Endings that are left off such a code: `.S` of what is staked.
    pub endings: Vec<String>,
    /// Let properties, by what the broker calls them, as they are compared.
    pub properties: HashMap<String, Name>,
    /// What its action words mean; the user's own first.
    pub actions: Actions,
    /// It is hledger's rules, which make its rows.
    pub rules: Option<Arc<Ruled>>,
}

/// How costs are written.
#[derive(Clone, Debug, Default)]
pub struct Costs {
    /// What an amount has beside quantity times price is a fee: the broker prints no costs.
    pub rest: bool,
    /// How the column is named that says what another is in, `{}` for that one's name:
    /// `Currency ({})`.
    pub currency_of: Option<String>,
}

/// What the cells of a column are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cells {
    /// Days.
    Days,
    /// Numbers.
    Numbers,
    /// Words: neither a day nor a number.
    Words,
    /// This text, as names are compared.
    Text(String),
    /// Whatever stands there.
    Any,
}

/// How days are written.
#[derive(Clone, Debug, Default)]
pub struct Dates {
    /// Which number is which; `None`: by the file's evidence only.
    pub form: Option<DateForm>,
    /// Between the day of booking and the day of the event: `A as of B`.
    pub as_of: Option<String>,
    /// Before the day of the event inside the action's words.
    pub in_action: Option<String>,
    /// Before the day of the event inside the description.
    pub in_text: Option<String>,
    /// Where a stamp that names its own offset becomes a day; `None`: where it was written.
    pub zone: Option<Zone>,
}

/// How the account's number is found in a file.
#[derive(Clone, Debug, Default)]
pub struct AccountNumber {
    /// In a row above the header; the first group is the number.
    pub title: Option<Expression>,
    /// In the account's column; the first group is the number.
    pub holder: Option<Expression>,
}

/// Rows told by their first cell or by their type.
#[derive(Clone, Debug)]
pub struct Aside {
    /// How the first cell begins, in lower case.
    pub starts: Option<String>,
    /// What the type column says, one of these, case apart.
    pub types: Vec<String>,
    /// Why it is no event, in the singular.
    pub reason: Name,
}

/// Symbols with a meaning, as patterns.
#[derive(Clone, Debug, Default)]
pub struct Symbols {
    /// The account's cash itself: no security.
    pub cash: Vec<Pattern>,
    /// Funds that are cash in all but name.
    pub sweep: Vec<Pattern>,
    /// Where the symbol stands in the text of a row without one; the first group is the symbol.
    pub in_text: Vec<Expression>,
    /// The part of the symbol's cell that is the symbol, its first group: `VWRL` of `VWRL:xams`.
    pub part: Option<Expression>,
    /// The contract of an option stands in the text; the symbol, if any, is what it is on.
    pub option_in_text: bool,
    /// Securities that rows name and give no symbol: how the name looks, and the symbol; without one it is
    /// cash.
    pub named: Vec<(Pattern, Option<Name>)>,
}

impl Symbols {
    /// Whether one of `patterns` means this symbol.
    pub fn any(patterns: &[Pattern], symbol: &str) -> bool {
        patterns.iter().any(|pattern| pattern.matches(symbol))
    }
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Field {
    /// The day of the event, or `A as of B`.
    Date,
    /// The day of booking, where a column of its own has it.
    Posted,
    /// When money and units change hands.
    Settles,
    /// The action words.
    Action,
    /// Ticker, CUSIP or the name of an option.
    Symbol,
    /// What the security is called: its id where there is no symbol.
    Name,
    /// The description.
    Text,
    /// Cash, margin …
    Type,
    /// Units.
    Quantity,
    /// Price of one unit.
    Price,
    /// Costs that the amount is net of.
    Fees,
    /// More of them.
    Commission,
    /// Interest bought or sold with a bond.
    Accrued,
    /// Tax that the amount is net of.
    Withheld,
    /// The cash effect, net.
    Amount,
    /// Cash that went, where it has a column of its own.
    Debit,
    /// Cash that came.
    Credit,
    /// The cash after the row.
    Balance,
    /// What the amount is in.
    Currency,
    /// What the amount is of: a currency, else a commodity, whose units it is then.
    Asset,
    /// What rows of one order or trade have in common.
    Reference,
    /// The let property.
    Property,
    /// The account's number.
    Account,
    /// What the broker calls the account.
    Holder,
    /// The broker's own id of the row.
    Id,
    /// The security's ISIN: its id where there is no symbol, else another name of it.
    Isin,
    /// The security's CUSIP: its id where there is neither symbol nor ISIN.
    Cusip,
    /// Another name of the security: its German number.
    Wkn,
    /// The time of day, where it has a column of its own.
    Time,
    /// First day without a claim to the payment.
    Ex,
    /// The cash effect before fees and tax; in the place of `amount`.
    Gross,
    /// How much of the price's currency is one of the amount's.
    Rate,
    /// The amount in the price's currency.
    Original,
    /// What the price is in, where it may be another currency than the amount's.
    PriceCurrency,
    /// What the tax is in, where it may be another currency than the amount's.
    WithheldCurrency,
    /// Further costs: every one of these columns, they add up.
    OtherFees,
    /// What comes for the amount that goes, in a currency of its own: money changed in one row.
    Into,
}

impl Field {
    /// Whether its cells are numbers.
    pub fn is_number(self) -> bool {
        match self {
            Field::Quantity
            | Field::Price
            | Field::Fees
            | Field::Commission
            | Field::Accrued
            | Field::Withheld
            | Field::Amount
            | Field::Debit
            | Field::Credit
            | Field::Balance
            | Field::Gross
            | Field::Rate
            | Field::Original
            | Field::OtherFees
            | Field::Into => true,
            Field::Date
            | Field::Posted
            | Field::Settles
            | Field::Ex
            | Field::Time
            | Field::Action
            | Field::Symbol
            | Field::Name
            | Field::Text
            | Field::Type
            | Field::Currency
            | Field::Account
            | Field::Holder
            | Field::Asset
            | Field::Reference
            | Field::Property
            | Field::Id
            | Field::Isin
            | Field::Cusip
            | Field::Wkn
            | Field::PriceCurrency
            | Field::WithheldCurrency => false,
        }
    }

    /// Every field, by its name in a profile.
    pub const ALL: &[(&str, Field)] = &[
        ("date", Field::Date),
        ("posted", Field::Posted),
        ("settles", Field::Settles),
        ("action", Field::Action),
        ("symbol", Field::Symbol),
        ("name", Field::Name),
        ("text", Field::Text),
        ("type", Field::Type),
        ("quantity", Field::Quantity),
        ("price", Field::Price),
        ("fees", Field::Fees),
        ("commission", Field::Commission),
        ("accrued", Field::Accrued),
        ("withheld", Field::Withheld),
        ("amount", Field::Amount),
        ("debit", Field::Debit),
        ("credit", Field::Credit),
        ("balance", Field::Balance),
        ("currency", Field::Currency),
        ("asset", Field::Asset),
        ("reference", Field::Reference),
        ("property", Field::Property),
        ("account", Field::Account),
        ("holder", Field::Holder),
        ("id", Field::Id),
        ("isin", Field::Isin),
        ("cusip", Field::Cusip),
        ("wkn", Field::Wkn),
        ("time", Field::Time),
        ("ex", Field::Ex),
        ("gross", Field::Gross),
        ("rate", Field::Rate),
        ("original", Field::Original),
        ("price_currency", Field::PriceCurrency),
        ("withheld_currency", Field::WithheldCurrency),
        ("other_fees", Field::OtherFees),
        ("into", Field::Into),
    ];

    /// The field with this name in a profile.
    pub fn named(name: &str) -> Option<Field> {
        Field::ALL.iter().find(|(known, _)| *known == name).map(|(_, field)| *field)
    }

    /// As it is named in a profile.
    pub fn name(self) -> &'static str {
        Field::ALL.iter().find(|(_, field)| *field == self).map_or("", |(name, _)| name)
    }
}

impl Profile {
    /// Whether it describes a table.
    pub fn is_table(&self) -> bool {
        self.reader.is_none() && self.rules.is_none()
    }

    /// The field that a column of this name holds.
    pub fn field_of(&self, column: &str) -> Option<Field> {
        let column = normalised(column);
        let plain = in_currency(&column).map(|(name, _)| name);
        let known = |(_, names): &&(Field, Vec<String>)| {
            names.iter().any(|name| *name == column || plain == Some(name.as_str()))
        };
        let mut columns = self.tables.iter().flat_map(|table| &table.columns);
        columns.find(known).map(|(field, _)| *field)
    }
}

/// A column's name as names are compared: trimmed, in lower case, blanks single, without a trailing
/// `($)`, `$` or `#`.
pub fn normalised(column: &str) -> String {
    let mut name = single_blanks(column).to_lowercase();
    for end in [" ($)", " $", " #", "($)"] {
        if let Some(rest) = name.strip_suffix(end) {
            name.truncate(rest.len());
        }
    }
    name
}

/// A normalised column's name without the currency at its end, and that currency: `total (gbp)`,
/// `total eur`, `value (£)`, `unit cost (p)`.
pub fn in_currency(name: &str) -> Option<(&str, &'static str)> {
    let (rest, last) = name.rsplit_once(' ')?;
    let bracketed = last.strip_prefix('(').and_then(|last| last.strip_suffix(')'));
    let code = bracketed.unwrap_or(last);
    let found = match code {
        "€" => Some("EUR"),
        "p" => Some("GBX"),
        // Also the sign of pounds in a file whose encoding was lost.
        "£" | "" | "\u{fffd}" => Some("GBP"),
        _ => coded(code),
    };
    let found = found.filter(|_| bracketed.is_some() || code.len() == 3)?;
    Some((rest, found))
}

/// The currency that `code` names in any case, of those that brokers keep accounts in.
pub fn coded(code: &str) -> Option<&'static str> {
    HEADER_CURRENCIES.iter().find(|known| known.eq_ignore_ascii_case(code)).copied()
}

/// Currencies that names of columns end with.
const HEADER_CURRENCIES: &[&str] = &[
    "USD", "EUR", "GBP", "GBX", "CHF", "CAD", "AUD", "NZD", "JPY", "SEK", "NOK", "DKK", "PLN",
    "CZK", "HUF", "RON", "BGN", "HKD", "SGD", "ZAR", "INR", "BRL", "MXN", "ILS", "TRY",
];

/// Text with its runs of blanks made single, and none at its ends.
pub fn single_blanks(text: &str) -> String {
    let mut words = text.split_whitespace();
    let mut joined = words.next().unwrap_or_default().to_owned();
    for word in words {
        joined.push(' ');
        joined.push_str(word);
    }
    joined
}

/// Whether `pattern`, with `*` and `?`, means the whole of `text`, case apart.
pub fn matches(pattern: &str, text: &str) -> bool {
    let options = MatchOptions { case_sensitive: false, ..MatchOptions::new() };
    Pattern::new(pattern).is_ok_and(|pattern| pattern.matches_with(text, options))
}

/// The texts of the profiles that come with rentier, by name: every file of `src/import/profiles`,
/// as `build.rs` lists them.
const SHIPPED: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/profiles.rs"));

/// The profiles that come with rentier, by name.
pub fn shipped() -> Vec<Profile> {
    let texts = SHIPPED.par_iter();
    texts.map(|(name, text)| read::read_shipped(&path(name), text)).collect()
}

/// Where the profile of this name stands.
fn path(name: &str) -> String {
    format!("src/import/profiles/{name}.toml")
}

/// The text of the profile of this name that comes with rentier.
pub fn shipped_source(name: &str) -> Option<Source> {
    let (name, text) = SHIPPED.iter().find(|(known, _)| *known == name)?;
    Some(Source::new(path(name), *text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn column_names_are_compared_without_their_dress() {
        for (written, expected) in [
            (" Price ($)", "price"),
            ("Quantity #", "quantity"),
            ("Fees  & Comm", "fees & comm"),
            ("AMOUNT $", "amount"),
        ] {
            assert_eq!(normalised(written), expected);
        }
    }

    #[test]
    fn a_column_s_name_may_end_with_its_currency() {
        for (name, expected) in [
            ("total (gbp)", Some(("total", "GBP"))),
            ("total eur", Some(("total", "EUR"))),
            ("value (£)", Some(("value", "GBP"))),
            ("unit cost (p)", Some(("unit cost", "GBX"))),
            ("total", None),
            ("net proceeds", None),
            ("fx fee (bps)", None),
        ] {
            assert_eq!(in_currency(name), expected, "{name}");
        }
    }

    #[test]
    fn shipped_profiles_are_read_without_a_complaint() {
        assert!(SHIPPED.iter().any(|(name, _)| *name == "schwab"));
        for (name, text) in SHIPPED {
            let (profile, diagnostics) = read(&Source::new(format!("{name}.toml"), *text));
            assert_eq!(diagnostics, [], "{name}");
            assert_eq!(profile.name, **name);
            assert!(profile.actions.iter().all(|action| action.example.is_some()));
        }
    }

    #[test]
    fn actions_that_wait_are_all_that_stands_behind_the_first() {
        for (name, text) in SHIPPED {
            let whole = read(&Source::new(path(name), *text)).0;
            let said = |mut profile: Profile| {
                let actions = format!("{:#?}", &*std::mem::take(&mut profile.actions));
                let (assets, properties) =
                    (std::mem::take(&mut profile.assets), std::mem::take(&mut profile.properties));
                (format!("{profile:#?}"), actions, assets, properties)
            };
            assert_eq!(said(read::read_shipped(&path(name), text)), said(whole), "{name}");
        }
    }
}
