//! What a symbol means: a ticker, a CUSIP, an option in one of its spellings.
//!
//! Options get their OCC symbol without blanks: root, date, `C` or `P`, strike in thousandths.

use std::collections::HashMap;

use crate::event::Securities;
use crate::money::{Decimal, Written};
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
        .or_else(|| lettered(symbol))
        .unwrap_or_else(|| symbol.trim().to_owned())
}

/// `SPY 03/31/2020 284.00 P`, `SPY 200331 P 284.00`.
fn spaced(symbol: &str) -> Option<String> {
    let mut parts = symbol.split_whitespace();
    let (root, date, third, fourth) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let date = period::date(date, DateForm::MonthDayYear)
        .or_else(|| period::date(date, DateForm::YearMonthDay))
        .or_else(|| six_digits(date))?;
    let (call, strike) = match (right(third), right(fourth)) {
        (None, Some(call)) => (call, third),
        (Some(call), None) => (call, fourth),
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

/// `XYZ#B1326C425000`: the month's letter, A to L for calls and M to X for puts, day, year, and a
/// strike of which the letter before it says how many digits are decimals: C three, D four.
fn lettered(symbol: &str) -> Option<String> {
    let (root, terms) = symbol.trim().split_once('#')?;
    let bytes = terms.as_bytes();
    let (letter, places) = (bytes.first()?, bytes.get(5)?);
    if !letter.is_ascii_uppercase() || *letter > b'X' || !(b'A'..=b'F').contains(places) {
        return None;
    }
    let (call, first) = if *letter < b'M' { (true, b'A') } else { (false, b'M') };
    let number = |part: Option<&str>| part?.parse::<u32>().ok();
    let (day, year) = (number(terms.get(1..3))?, number(terms.get(3..5))?);
    let year = 2000 + i32::try_from(year).ok()?;
    let date = NaiveDate::from_ymd_opt(year, u32::from(letter - first) + 1, day)?;
    let digits: i64 = terms.get(6..)?.parse().ok()?;
    let strike = Decimal::try_new(digits, u32::from(places - b'A') + 1).ok()?;
    occ(root, date, call, &strike.normalize().to_string())
}

/// The OCC symbol of the option that words name: `CALL XYZ 01/16/26 50`, `XYZ 1/16/2026 Call
/// $50.00`, `XYZ Jan 16 2026 50.0 Call`, `XYZ 100 (Weeklys) 16 JAN 26 50 CALL`.
pub fn in_words(text: &str) -> Option<String> {
    let parts: Vec<&str> = text.split_whitespace().map(|part| part.trim_end_matches(',')).collect();
    parts.iter().enumerate().find_map(|(at, part)| {
        let call = if part.eq_ignore_ascii_case("call") {
            true
        } else if part.eq_ignore_ascii_case("put") {
            false
        } else {
            return None;
        };
        let get = |place: Option<usize>| place.and_then(|place| parts.get(place)).copied();
        let day = |text: &str| period::date(text, DateForm::MonthDayYear);
        let strike = |text: &str| {
            let plain = text.trim_start_matches('$').replace(',', "");
            crate::money::plain(&plain).is_some().then_some(plain)
        };
        // The right stands first, or between the day and the strike.
        let first =
            || Some((get(Some(at + 1))?, day(get(Some(at + 2))?)?, strike(get(Some(at + 3))?)?));
        let between = || {
            let root = get(at.checked_sub(2))?;
            Some((root, day(get(at.checked_sub(1))?)?, strike(get(Some(at + 1))?)?))
        };
        let last = || {
            let written = parts.get(at.checked_sub(4)?..at.checked_sub(1)?)?.join(" ");
            let date = worded_day(&written)?;
            let root = parts[..at - 4].iter().rev().find(|part| {
                !part.starts_with('(') && !part.bytes().all(|byte| byte.is_ascii_digit())
            })?;
            Some((*root, date, strike(get(at.checked_sub(1))?)?))
        };
        let (root, date, strike) = first().or_else(between).or_else(last)?;
        // `.XYZ`, as some exchanges write what an option is on.
        let root = root.trim_start_matches('.');
        let sound = (1..=6).contains(&root.len())
            && root.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
        sound.then(|| occ(root, date, call, &strike))?
    })
}

/// `Jan 21 2022`, `21 JAN 22`, `Jan 21 '22`.
fn worded_day(text: &str) -> Option<NaiveDate> {
    let (start, year) = text.rsplit_once(' ')?;
    let year = year.trim_start_matches('\'');
    let year = if year.len() == 2 { format!("20{year}") } else { year.to_owned() };
    super::cell::day(&format!("{start} {year}"), DateForm::MonthDayYear)
}

/// `C` or `P`, as whether it is a call.
fn right(text: &str) -> Option<bool> {
    match text {
        "C" | "c" => Some(true),
        "P" | "p" => Some(false),
        _ => None,
    }
}

/// `240327`.
fn six_digits(text: &str) -> Option<NaiveDate> {
    if text.len() != 6 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number = |range: std::ops::Range<usize>| text[range].parse::<u32>().ok();
    let year = 2000 + i32::try_from(number(0..2)?).ok()?;
    NaiveDate::from_ymd_opt(year, number(2..4)?, number(4..6)?)
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
    let thousandths = strike.checked_mul(Decimal::ONE_THOUSAND)?;
    if thousandths.is_sign_negative() || !thousandths.fract().is_zero() {
        return None;
    }
    let mut written = Written::nothing();
    written.put_digits(thousandths.trunc().mantissa().unsigned_abs(), 0);
    while written.bytes().len() < 8 {
        written.put(b'0');
    }
    written.put(if call { b'C' } else { b'P' });
    for part in [date.day(), date.month(), date.year().unsigned_abs()] {
        written.put_two(part);
    }
    Some([root, written.text()].concat())
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

/// Whether an id is shaped as a CUSIP: of bonds, bills, and securities that have no ticker. Its second
/// and third place are digits, which tickers of nine letters are not.
pub fn is_cusip(id: &str) -> bool {
    id.len() == 9
        && id.as_bytes()[1..3].iter().all(u8::is_ascii_digit)
        && id.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
        && id.bytes().filter(u8::is_ascii_digit).count() >= 2
}

/// Whether an id is shaped as an ISIN: two letters of a country, nine characters, a digit.
pub fn is_isin(id: &str) -> bool {
    id.len() == 12
        && id.bytes().take(2).all(|byte| byte.is_ascii_uppercase())
        && id.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
        && id.bytes().last().is_some_and(|byte| byte.is_ascii_digit())
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
        assert_eq!(id("SPY 250321 C 500.00"), "SPY250321C00500000");
        assert_eq!(id("XYZ#B1326C432500"), "XYZ260213C00432500");
        assert_eq!(id("ABC#N1326D130000"), "ABC260213P00013000");
        assert_eq!(id("VTI"), "VTI");
        assert_eq!(id("912828YW8"), "912828YW8");
        let contract = contract("SPY250321C00500000").expect("an option");
        assert_eq!((contract.root, contract.call), ("SPY", true));
        assert_eq!(contract.strike, Decimal::from(500));
    }

    #[test]
    fn options_are_found_in_words() {
        for (words, expected) in [
            ("PUT MDB 07/17/26 312.500", "MDB260717P00312500"),
            ("CALL XYZ    01/16/26    50 EXP", "XYZ260116C00050000"),
            ("EXP - PUT .XYZ   12/31/27    5,025 XYZ INC", "XYZ271231P05025000"),
            ("Option Expiration for MRVL 8/7/2026 Call $95.00", "MRVL260807C00095000"),
            ("Bought 1 XYZ Jan 21 2022 100.0 Call @ 1.25", "XYZ220121C00100000"),
            ("BOT +1 AAPL 100 19 JUN 26 200 CALL @1.25", "AAPL260619C00200000"),
            ("SOLD -1 SPY 100 (Weeklys) 5 JUN 26 715 PUT @.34", "SPY260605P00715000"),
            ("XYZ Jan 21 '22 $1,100.50 Put", "XYZ220121P01100500"),
        ] {
            assert_eq!(in_words(words).as_deref(), Some(expected), "{words}");
        }
        for words in [
            "PUT your money here",
            "SOLD -1 VERTICAL SPY 100 5 JUN 26 715/714 PUT @.34",
            "Call",
            "",
        ] {
            assert_eq!(in_words(words), None, "{words}");
        }
    }

    #[test]
    fn a_cusip_is_told_from_a_ticker_and_from_an_option() {
        assert!(is_cusip("912828YW8") && is_cusip("96255NBE8") && is_cusip("98999TBB8"));
        assert!(!is_cusip("VTI") && !is_cusip("SPY250321C00500000") && !is_cusip("ABCDEFGHI"));
        assert!(!is_cusip("SETFNIF50") && is_cusip("G0123X101"));
        assert_eq!(multiplier("PUT (XYZ) XYZ JUN 21 24 $9 (100 SHS) (Cash)"), Some(100.into()));
    }
}
