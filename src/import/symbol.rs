//! What a symbol means: a ticker, a CUSIP, an option in one of its spellings.
//!
//! Options get their OCC symbol without blanks: root, date, `C` or `P`, strike in thousandths.

use std::collections::HashMap;

use crate::event::Securities;
use crate::money::Decimal;
use crate::period::{self, DateForm, Datelike, NaiveDate};
use crate::source::Name;

/// What an option is on, as its OCC symbol says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contract<'s> {
    /// Usually the ticker of the underlying.
    pub root: &'s str,
    /// Its last day.
    pub expires: NaiveDate,
    /// Whether it is a call.
    pub call: bool,
    /// Price of one unit at exercise.
    pub strike: Decimal,
}

/// The id of what a broker calls `symbol`: of an option its OCC symbol, else the symbol itself.
pub fn id(symbol: &str) -> String {
    spaced(symbol)
        .or_else(|| dashed(symbol))
        .or_else(|| padded(symbol))
        .unwrap_or_else(|| symbol.trim().to_owned())
}

/// `SPY 03/31/2020 284.00 P`.
fn spaced(symbol: &str) -> Option<String> {
    let mut parts = symbol.split_whitespace();
    let (root, date, strike, right) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let date = period::date(date, DateForm::MonthDayYear)
        .or_else(|| period::date(date, DateForm::YearMonthDay))?;
    let call = match right {
        "C" | "c" => true,
        "P" | "p" => false,
        _ => return None,
    };
    let strike = strike.replace(',', "");
    parts.next().is_none().then(|| occ(root, date, call, &strike))?
}

/// ` -ABC260227P9`, `-ABC260227P9.5`.
fn dashed(symbol: &str) -> Option<String> {
    let rest = symbol.trim().strip_prefix('-')?;
    let (root, date, call, strike) = parts(rest)?;
    occ(root, date, call, strike)
}

/// `SPY   250321C00500000`, with or without its blanks.
fn padded(symbol: &str) -> Option<String> {
    let joined: String = symbol.split_whitespace().collect();
    let (root, date, call, strike) = parts(&joined)?;
    (strike.len() == 8 && strike.bytes().all(|byte| byte.is_ascii_digit())).then(|| {
        let right = if call { 'C' } else { 'P' };
        format!("{root}{:02}{:02}{:02}{right}{strike}", date.year() % 100, date.month(), date.day())
    })
}

/// Root, date, right and strike of `ABC260227P9`.
fn parts(text: &str) -> Option<(&str, NaiveDate, bool, &str)> {
    if !text.is_ascii() {
        return None;
    }
    let at = text.rfind(['C', 'P'])?;
    let date_at = at.checked_sub(6)?;
    let (root, date, strike) = (&text[..date_at], &text[date_at..at], &text[at + 1..]);
    let number = |range: std::ops::Range<usize>| date[range].parse::<u32>().ok();
    if root.is_empty() || root.len() > 6 || !date.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let year = 2000 + i32::try_from(number(0..2)?).ok()?;
    let date = NaiveDate::from_ymd_opt(year, number(2..4)?, number(4..6)?)?;
    Some((root, date, text.as_bytes()[at] == b'C', strike))
}

/// The OCC symbol; `None` for a strike that has no place in one.
fn occ(root: &str, date: NaiveDate, call: bool, strike: &str) -> Option<String> {
    let strike = crate::money::plain(strike)?;
    let thousandths = strike.checked_mul(Decimal::ONE_THOUSAND)?.normalize();
    if thousandths.scale() > 0 || thousandths.is_sign_negative() {
        return None;
    }
    let right = if call { 'C' } else { 'P' };
    let (year, month, day) = (date.year() % 100, date.month(), date.day());
    Some(format!("{root}{year:02}{month:02}{day:02}{right}{:0>8}", thousandths.to_string()))
}

/// The contract that an id is, where it is an option's.
pub fn contract(id: &str) -> Option<Contract<'_>> {
    let (root, expires, call, strike) = parts(id)?;
    if strike.len() != 8 {
        return None;
    }
    let strike = Decimal::new(strike.parse().ok()?, 3).normalize();
    Some(Contract { root, expires, call, strike })
}

/// Whether an id is shaped as a CUSIP: of bonds, bills, and securities that have no ticker.
pub fn is_cusip(id: &str) -> bool {
    id.len() == 9
        && id.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
        && id.bytes().filter(u8::is_ascii_digit).count() >= 2
}

/// The number of units that one contract is for, as the text says it: `(100 SHS)`.
pub fn multiplier(text: &str) -> Option<Decimal> {
    let end = text.find(" SHS)")?;
    let start = text[..end].rfind('(')?;
    crate::money::plain(&text[start + 1..end])
}

/// Securities by every name the books give them.
#[derive(Debug, Default)]
pub struct Aliases {
    by_name: HashMap<Name, Vec<(Option<NaiveDate>, Name)>>,
}

impl Aliases {
    /// Of the securities of the books.
    pub fn new(securities: &Securities) -> Aliases {
        let mut by_name: HashMap<Name, Vec<_>> = HashMap::new();
        for security in securities.0.values() {
            for other in &security.ids {
                if !securities.0.contains_key(&other.value) {
                    by_name
                        .entry(other.value.clone())
                        .or_default()
                        .push((other.from, security.id.clone()));
                }
            }
        }
        Aliases { by_name }
    }

    /// The books name no security.
    pub fn is_empty(&self) -> bool {
        self.by_name.is_empty()
    }

    /// The id of the security that goes by `name` on `day`.
    pub fn resolve(&self, name: Name, day: NaiveDate) -> Name {
        let Some(known) = self.by_name.get(&name) else { return name };
        let begun = known.iter().find(|(from, _)| from.is_none_or(|from| from <= day));
        begun.map_or(name, |(_, id)| id.clone())
    }
}

impl super::ofx::Books for Aliases {
    fn id(&self, name: &Name, day: NaiveDate) -> Name {
        self.resolve(name.clone(), day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_have_one_id_in_every_spelling() {
        for symbol in [
            "SPY 03/21/2025 500.00 C",
            " -SPY250321C500",
            "SPY   250321C00500000",
            "SPY250321C00500000",
        ] {
            assert_eq!(id(symbol), "SPY250321C00500000", "{symbol}");
        }
        assert_eq!(id(" -ABC260227P9.5"), "ABC260227P00009500");
        assert_eq!(id("VTI"), "VTI");
        assert_eq!(id("912828YW8"), "912828YW8");
        let contract = contract("SPY250321C00500000").expect("an option");
        assert_eq!((contract.root, contract.call), ("SPY", true));
        assert_eq!(contract.strike, Decimal::from(500));
    }

    #[test]
    fn a_cusip_is_told_from_a_ticker_and_from_an_option() {
        assert!(is_cusip("912828YW8") && is_cusip("96255NBE8") && is_cusip("98999TBB8"));
        assert!(!is_cusip("VTI") && !is_cusip("SPY250321C00500000") && !is_cusip("ABCDEFGHI"));
        assert_eq!(multiplier("PUT (XYZ) XYZ JUN 21 24 $9 (100 SHS) (Cash)"), Some(100.into()));
    }
}
