//! Which security a row is about: by its ticker, else its CUSIP or ISIN; an option by its terms.

use std::collections::HashMap;
use std::sync::LazyLock;

use regex::Regex;

use super::fields::Field;
use super::rows::{Raw, Sheet};
use super::sections::Sort;
use crate::import::{ofx::Books, symbol};
use crate::money::{self, Decimal};
use crate::period::{Datelike, NaiveDate};
use crate::source::Name;

/// What sort of thing is traded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Category {
    /// Held in units: stocks, funds, warrants, crypto.
    Units,
    /// Bonds and bills: face value, price per 100.
    Debt,
    /// Puts and calls, on futures too.
    Option,
    /// Contracts that are settled day by day.
    Future,
    /// Contracts for difference.
    Difference,
    /// Currencies.
    Forex,
}

/// The category that a file names; `None` for a word that is not known.
pub fn category(word: &str) -> Option<Category> {
    let lower = word.to_lowercase();
    Some(match &*lower {
        "stocks"
        | "stock"
        | "stk"
        | "etf"
        | "etfs"
        | "funds"
        | "mutual funds"
        | "fund"
        | "fnd"
        | "warrants"
        | "warrant"
        | "war"
        | "iopt"
        | "structured products"
        | "structured product"
        | "crypto"
        | "cryptocurrency"
        | "cryptocurrencies"
        | "metals"
        | "metal"
        | "cmdty"
        | "rights"
        | "certificates" => Category::Units,
        "bonds" | "bond" | "treasury bills" | "treasury bill" | "bill" | "bills"
        | "corporate bonds" | "municipal bonds" => Category::Debt,
        "equity and index options"
        | "options"
        | "option"
        | "opt"
        | "stock options"
        | "index options"
        | "options on futures"
        | "futures options"
        | "fop"
        | "fsfop" => Category::Option,
        "futures" | "future" | "fut" | "fsfut" => Category::Future,
        "cfds" | "cfd" => Category::Difference,
        "forex" | "cash" | "fx" => Category::Forex,
        _ => return None,
    })
}

/// What a row says of its security.
#[derive(Clone, Debug, PartialEq)]
pub struct Security {
    /// Ticker, CUSIP, ISIN, or OCC symbol.
    pub id: Name,
    /// What sort of thing it is.
    pub category: Category,
    /// Units of one contract, where stated.
    pub multiplier: Option<Decimal>,
}

/// What the file lists of one security.
#[derive(Clone, Debug, Default)]
struct Listed {
    isin: Option<Name>,
    cusip: Option<Name>,
    multiplier: Option<Decimal>,
    category: Option<Category>,
}

/// The securities of a file.
#[derive(Debug, Default)]
pub struct Instruments {
    by_symbol: HashMap<Name, Listed>,
    /// The ticker of an ISIN or CUSIP.
    ticker: HashMap<Name, Name>,
    /// Words of a bond in the texts of cash rows, by the bond's symbol or name.
    debt: Vec<(String, Name)>,
}

static PREFIX: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^\s*([^()]*?)\s*\(([A-Za-z0-9]{6,15})\)\s*(.*)$").expect("a sound pattern")
});

static TAIL: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^(.*?)\s*\(([^(),]+), (.*), ([A-Za-z0-9]*)\)\s*$").expect("a sound pattern")
});

/// `VTI(US9229087690) Cash Dividend …`: ticker, number, the rest.
pub fn prefix(text: &str) -> Option<(&str, &str, &str)> {
    let found = PREFIX.captures(text)?;
    let part = |at: usize| found.get(at).map_or("", |part| part.as_str());
    Some((part(1), part(2), part(3)))
}

/// `… Split 4 for 1 (AAPL, APPLE INC, US0378331005)`: the sentence, ticker and number.
pub fn tail(text: &str) -> Option<(&str, &str, &str)> {
    let found = TAIL.captures(text)?;
    let part = |at: usize| found.get(at).map_or("", |part| part.as_str());
    Some((part(1), part(2), part(4)))
}

impl Instruments {
    /// Of all rows of a file.
    pub fn of(sheet: &Sheet) -> Instruments {
        let mut all = Instruments::default();
        let mut debts: Vec<(String, Name)> = Vec::new();
        for raw in &sheet.rows {
            if raw.aside.is_some() && raw.sort != Sort::Instruments {
                continue;
            }
            let Some(symbols) = raw.get(Field::Symbol) else { continue };
            let (isin, cusip) = numbers(raw);
            let multiplier = raw.get(Field::Multiplier).and_then(number);
            let category = raw.get(Field::Category).and_then(category);
            for symbol in symbols.split(", ").map(str::trim) {
                let listed = all.by_symbol.entry(symbol.into()).or_default();
                listed.isin = listed.isin.take().or_else(|| isin.clone());
                listed.cusip = listed.cusip.take().or_else(|| cusip.clone());
                listed.multiplier = listed.multiplier.or(multiplier);
                listed.category = listed.category.or(category);
                let passing = [".OLD", ".NEW", ".TMP"].iter().any(|end| symbol.ends_with(end));
                if !passing && !symbols.contains(", ") {
                    for number in [&isin, &cusip].into_iter().flatten() {
                        all.ticker.entry(number.clone()).or_insert_with(|| symbol.into());
                    }
                }
                if category == Some(Category::Debt) {
                    for words in [Some(symbol), raw.get(Field::Description)].into_iter().flatten() {
                        debts.push((words.to_lowercase(), symbol.into()));
                    }
                }
            }
        }
        // A number may stand below the first row that is of the bond.
        all.debt = debts
            .into_iter()
            .map(|(words, symbol)| {
                let listed = &all.by_symbol[&symbol];
                let id = debt_id(&symbol, listed.isin.as_ref(), listed.cusip.as_ref());
                (words, id)
            })
            .collect();
        all.debt.sort_by(|one, other| (other.0.len(), &one.0).cmp(&(one.0.len(), &other.0)));
        all.debt.dedup();
        all
    }

    /// The security a row names in its columns.
    pub fn security(&self, raw: &Raw, day: NaiveDate, books: &dyn Books) -> Option<Security> {
        let symbol = raw.get(Field::Symbol);
        let (isin, cusip) = numbers(raw);
        let listed = symbol.and_then(|symbol| self.by_symbol.get(symbol));
        let isin = isin.or_else(|| listed?.isin.clone());
        let cusip = cusip.or_else(|| listed?.cusip.clone());
        let stated = raw.get(Field::Category).and_then(category);
        let category = stated.or_else(|| listed?.category).unwrap_or_else(|| {
            if raw.get(Field::PutCall).is_some()
                || symbol.is_some_and(|text| option(text).is_some())
            {
                Category::Option
            } else if isin.is_none()
                && cusip.is_none()
                && symbol.is_some_and(|text| pair(text).is_some())
            {
                Category::Forex
            } else {
                Category::Units
            }
        });
        let stated = raw.get(Field::Multiplier).and_then(number);
        let multiplier = stated.or_else(|| listed?.multiplier).filter(|shares| !shares.is_zero());
        let own: Name = match category {
            Category::Option => option_id(raw)?,
            Category::Debt => debt_id(symbol.unwrap_or_default(), isin.as_ref(), cusip.as_ref()),
            _ => match symbol {
                Some(symbol) => symbol.into(),
                None => cusip.clone().or_else(|| isin.clone())?,
            },
        };
        if own.is_empty() {
            return None;
        }
        let id = known(&own, [isin, cusip], day, books);
        Some(Security { id, category, multiplier })
    }

    /// The security that a text begins with: `VTI(US9229087690) Cash Dividend …`.
    pub fn in_text(&self, text: &str, day: NaiveDate, books: &dyn Books) -> Option<Security> {
        let Some((ticker, number, _)) = prefix(text) else {
            // Without a number the first word is a ticker where the file lists it as one.
            let first = text.split(' ').next().unwrap_or_default();
            let (symbol, listed) = self.by_symbol.get_key_value(first)?;
            let id = known(symbol, [listed.isin.clone(), None], day, books);
            return Some(Security { id, category: Category::Units, multiplier: None });
        };
        let other = Name::new(number);
        let own = if ticker.is_empty() { other.clone() } else { ticker.into() };
        let listed = self.by_symbol.get(&own);
        let debt = listed.and_then(|listed| listed.category) == Some(Category::Debt);
        let own = if debt { debt_id(&own, Some(&other), None) } else { own };
        let id = known(&own, [Some(other), None], day, books);
        Some(Security { id, category: Category::Units, multiplier: None })
    }

    /// The bond that a text speaks of.
    pub fn debt_in(&self, text: &str, day: NaiveDate, books: &dyn Books) -> Option<Security> {
        let lower = text.to_lowercase();
        let (_, id) = self.debt.iter().find(|(words, _)| lower.contains(words))?;
        let id = books.id(id, day);
        Some(Security { id, category: Category::Debt, multiplier: None })
    }

    /// What a leg of a corporate action is of. Tickers that only stand for its moment give way to the
    /// ticker that the number goes by elsewhere in the file, else to themselves without their ending.
    pub fn leg(
        &self,
        ticker: &str,
        number: &str,
        debt: bool,
        day: NaiveDate,
        books: &dyn Books,
    ) -> Name {
        let bare = [".OLD", ".NEW", ".TMP"].iter().find_map(|end| ticker.strip_suffix(end));
        let number = (!number.is_empty()).then(|| Name::new(number));
        let own: Name = match (bare, &number) {
            (_, number) if debt => debt_id(ticker, number.as_ref(), None),
            (Some(bare), Some(number)) => {
                self.ticker.get(number).cloned().unwrap_or_else(|| bare.into())
            }
            (Some(bare), None) => bare.into(),
            (None, _) => ticker.into(),
        };
        known(&own, [number, None], day, books)
    }
}

/// What the books call it, by its own id or one of its numbers.
fn known(own: &Name, numbers: [Option<Name>; 2], day: NaiveDate, books: &dyn Books) -> Name {
    let named = books.id(own, day);
    if named != *own {
        return named;
    }
    let other = numbers.into_iter().flatten().map(|number| (books.id(&number, day), number));
    other.into_iter().find(|(named, number)| named != number).map_or(named, |(named, _)| named)
}

/// ISIN and CUSIP of a row.
fn numbers(raw: &Raw) -> (Option<Name>, Option<Name>) {
    let of = |field| raw.get(field).map(Name::new);
    let (mut isin, mut cusip) = (of(Field::Isin), of(Field::Cusip));
    if let Some(id) = of(Field::SecurityId) {
        match id.len() {
            12 => isin = isin.or(Some(id)),
            9 => cusip = cusip.or(Some(id)),
            _ => {}
        }
    }
    (isin, cusip)
}

/// The id of a bond: its CUSIP, which an ISIN of the United States or Canada holds, else its ISIN.
fn debt_id(symbol: &str, isin: Option<&Name>, cusip: Option<&Name>) -> Name {
    let within = |isin: &Name| {
        let ours =
            isin.len() == 12 && isin.is_ascii() && ["US", "CA"].iter().any(|c| isin.starts_with(c));
        ours.then(|| Name::new(&isin[2..11]))
    };
    cusip
        .cloned()
        .or_else(|| isin.and_then(within))
        .or_else(|| isin.cloned())
        .unwrap_or_else(|| symbol.into())
}

fn number(text: &str) -> Option<Decimal> {
    money::plain(&text.replace(',', ""))
}

/// `EUR.USD`: what is traded, and what it is paid in.
pub fn pair(symbol: &str) -> Option<(&str, &str)> {
    let (one, other) = symbol.split_once('.')?;
    let code = |text: &str| text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_uppercase());
    (code(one) && code(other)).then_some((one, other))
}

/// The id of an option by its symbol, its description or its terms.
fn option_id(raw: &Raw) -> Option<Name> {
    let symbol = raw.get(Field::Symbol);
    let texts = [symbol, raw.get(Field::Description)];
    let told = texts.into_iter().flatten().find_map(option);
    told.or_else(|| terms(raw)).or_else(|| symbol.map(Name::new))
}

/// `CLOV 16JUL21 20.0 C`, `CLOV  210716C00020000`.
fn option(text: &str) -> Option<Name> {
    let id = symbol::id(text);
    if symbol::contract(&id).is_some() {
        return Some(Name::new(&id));
    }
    let words: Vec<&str> = text.split_whitespace().collect();
    let [root @ .., day, strike, right] = &words[..] else { return None };
    if root.is_empty() || !matches!(*right, "C" | "P" | "CALL" | "PUT") {
        return None;
    }
    let day = worded(day)?;
    occ(&root.concat(), day, right.starts_with('C'), number(strike)?)
}

fn terms(raw: &Raw) -> Option<Name> {
    let day = super::value::day(raw.get(Field::Expiry)?, crate::period::DateForm::YearMonthDay)?;
    let call = match raw.get(Field::PutCall)? {
        "C" | "CALL" | "Call" => true,
        "P" | "PUT" | "Put" => false,
        _ => return None,
    };
    let root: String = raw.get(Field::Underlying)?.split_whitespace().collect();
    occ(&root, day, call, number(raw.get(Field::Strike)?)?)
}

/// `16JUL21`.
fn worded(text: &str) -> Option<NaiveDate> {
    const MONTHS: &str = "JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC";
    if text.len() != 7 || !text.is_ascii() {
        return None;
    }
    let at = MONTHS.find(&text[2..5].to_ascii_uppercase()).filter(|at| at % 3 == 0)?;
    let month = u32::try_from(at / 3 + 1).ok()?;
    let year = 2000 + text[5..].parse::<i32>().ok()?;
    NaiveDate::from_ymd_opt(year, month, text[..2].parse().ok()?)
}

fn occ(root: &str, day: NaiveDate, call: bool, strike: Decimal) -> Option<Name> {
    let thousandths = strike.checked_mul(Decimal::ONE_THOUSAND)?.normalize();
    if thousandths.scale() > 0 || thousandths.is_sign_negative() {
        return None;
    }
    let right = if call { 'C' } else { 'P' };
    let (year, month, day) = (day.year().rem_euclid(100), day.month(), day.day());
    let id = format!("{root}{year:02}{month:02}{day:02}{right}{:0>8}", thousandths.to_string());
    Some(Name::new(&id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_option_has_one_id_in_every_spelling() {
        for text in ["CLOV 16JUL21 20.0 C", "CLOV  210716C00020000", "CLOV 16JUL21 20 C"] {
            assert_eq!(option(text).as_deref(), Some("CLOV210716C00020000"), "{text}");
        }
        assert_eq!(option("BRK B 16JUL21 300 P").as_deref(), Some("BRKB210716P00300000"));
        assert_eq!(option("BRK B"), None);
        assert_eq!(option("T 4 1/4 08/15/35"), None);
    }

    #[test]
    fn a_sentence_names_the_security_in_front_and_the_leg_at_its_end() {
        let text = "LVGO(US5391831030) Cash and Stock Merger (Acquisition) US87918A1051 592 for 1000 \
                    and USD 4.24 (TDOC, TELADOC HEALTH, INC (NEW), US87918A1051)";
        let (ticker, number, rest) = prefix(text).expect("a security");
        assert_eq!((ticker, number), ("LVGO", "US5391831030"));
        assert!(rest.starts_with("Cash and Stock Merger"));
        let (sentence, ticker, number) = tail(text).expect("a leg");
        assert!(sentence.ends_with("and USD 4.24"));
        assert_eq!((ticker, number), ("TDOC", "US87918A1051"));
    }
}
