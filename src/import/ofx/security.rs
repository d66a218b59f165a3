//! Which security a transaction is about: the list of securities of a file, and options by their
//! terms.
//!
//! In: a `Document`. Out: `Listed`, what the file says of each security by its unique id. The id of
//! a security is its ticker, else its CUSIP, ISIN or the broker's own number; of an option the OCC
//! symbol without blanks, made of its terms.

use std::collections::HashMap;

use super::syntax::{Document, Element};
use super::value::{self, Numbers};
use crate::money::Decimal;
use crate::period::{Datelike, NaiveDate};
use crate::source::Name;

/// What the books call a security.
pub trait Books {
    /// The id of the security that goes by `name` on `day`; `name` where they know none.
    fn id(&self, name: &Name, day: NaiveDate) -> Name;
}

/// What sort of security the file says it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// Of a company.
    Stock,
    /// A mutual fund.
    Fund,
    /// A bond, note, bill or certificate.
    Debt,
    /// A call or a put.
    Option,
    /// Anything else.
    Other,
}

/// What the file says of one security.
#[derive(Clone, Debug)]
pub struct Security {
    /// Ticker, else the unique id; an option's OCC symbol where its terms are stated.
    pub id: Name,
    /// The number it goes by in this file: a CUSIP, an ISIN, the broker's own.
    pub unique: Name,
    /// For the eye.
    pub title: Option<String>,
    /// `None` where the file has no entry for it.
    pub sort: Option<Sort>,
    /// `TREASURY`, `MUNICIPAL`, `CORPORATE` …, of debt.
    pub class: Option<String>,
    /// When debt is paid back.
    pub matures: Option<NaiveDate>,
    /// Face value of one unit of debt.
    pub par: Option<Decimal>,
    /// Terms of an option.
    pub terms: Option<Terms>,
}

/// What an option is on.
#[derive(Clone, Debug)]
pub struct Terms {
    /// Ticker of what it is on.
    pub root: Name,
    /// Per share.
    pub strike: Decimal,
    /// Shares of one contract, where stated.
    pub shares: Option<Decimal>,
}

impl Security {
    /// A security the file names by a number only.
    fn unlisted(unique: &str) -> Security {
        Security {
            id: occ(unique).unwrap_or_else(|| unique.to_owned()).into(),
            unique: unique.into(),
            title: None,
            sort: None,
            class: None,
            matures: None,
            par: None,
            terms: None,
        }
    }

    /// Whether it is an option, by the file's list or by its symbol.
    pub fn is_option(&self) -> bool {
        self.sort == Some(Sort::Option) || occ(&self.id).is_some()
    }

    /// Whether the file, or its name, calls it debt of the United States.
    pub fn is_treasury(&self) -> bool {
        self.class.as_deref() == Some("TREASURY")
            || self.title.as_deref().is_some_and(|title| {
                let title = title.to_uppercase();
                ["UNITED STATES TREAS", "US TREASURY", "U S TREASURY"]
                    .iter()
                    .any(|words| title.contains(words))
            })
    }
}

impl Books for crate::event::Securities {
    fn id(&self, name: &Name, day: NaiveDate) -> Name {
        self.resolve(name, day)
    }
}

/// The securities a file lists, by unique id.
#[derive(Debug, Default)]
pub struct Listed(HashMap<String, Security>);

impl Listed {
    /// All lists of a file; of two entries for one id the first.
    pub fn of(document: &Document, numbers: Numbers) -> Listed {
        const INFOS: [(&str, Sort); 5] = [
            ("STOCKINFO", Sort::Stock),
            ("MFINFO", Sort::Fund),
            ("DEBTINFO", Sort::Debt),
            ("OPTINFO", Sort::Option),
            ("OTHERINFO", Sort::Other),
        ];
        let names = INFOS.map(|(name, _)| name);
        let infos: Vec<(Element, Sort)> = document
            .named(&names)
            .filter_map(|info| {
                let (_, sort) = INFOS.iter().find(|(name, _)| info.is(name))?;
                Some((info, *sort))
            })
            .collect();
        let mut listed = HashMap::new();
        // Options last: their underlying's ticker is looked up among the others.
        for options in [false, true] {
            for (info, sort) in infos.iter().filter(|(_, sort)| (*sort == Sort::Option) == options)
            {
                let Some(unique) = info.value("UNIQUEID") else { continue };
                let security = entry(*info, *sort, &unique, numbers, &listed);
                listed.entry(unique.into_owned()).or_insert(security);
            }
        }
        Listed(listed)
    }

    /// The security that `row` is about. Its id is that of the books, where they know the security
    /// by one of its names on `day`.
    pub fn get(&self, row: Element, books: &dyn Books, day: NaiveDate) -> Option<Security> {
        let named = row.value("UNIQUEID");
        let mut security = match named.as_deref() {
            Some(unique) => {
                self.0.get(unique).cloned().unwrap_or_else(|| Security::unlisted(unique))
            }
            None => Security::unlisted(&row.value("TICKER")?),
        };
        let listed_id = security.id.clone();
        let known = books.id(&security.id, day);
        security.id = if known == security.id { books.id(&security.unique, day) } else { known };
        if security.id == security.unique {
            security.id = listed_id;
        }
        Some(security)
    }
}

/// One entry of a list.
fn entry(
    info: Element,
    sort: Sort,
    unique: &str,
    numbers: Numbers,
    listed: &HashMap<String, Security>,
) -> Security {
    let number = |name| info.value(name).and_then(|text| numbers.read(name, &text).ok());
    let day = |name| info.value(name).and_then(|text| value::day(name, &text).ok());
    let ticker = info.value("TICKER");
    let ticker: Vec<&str> = ticker.as_deref().unwrap_or_default().split_whitespace().collect();
    let ticker = (!ticker.is_empty()).then_some(ticker);
    let mut security = Security {
        title: info.value("SECNAME").map(std::borrow::Cow::into_owned),
        sort: Some(sort),
        ..Security::unlisted(unique)
    };
    match sort {
        // A bond's ticker is a description at some brokers; its number is what names it.
        Sort::Debt => {
            security.class = info.value("DEBTCLASS").map(|class| class.to_uppercase());
            security.matures = day("DTMAT");
            security.par =
                number("PARVALUE").filter(|par| par.is_sign_positive() && !par.is_zero());
        }
        Sort::Option => {
            let written = ticker.as_ref().map(|words| words.concat());
            let own = [written.as_deref(), Some(unique)].into_iter().flatten().find_map(occ);
            // The second id of the entry is that of what the option is on.
            let ids = info.descendants().filter(|element| element.is("UNIQUEID"));
            let underlying = ids.skip(1).find_map(|id| listed.get(&*id.text()));
            let root = own
                .as_deref()
                .map(|symbol| symbol[..symbol.len() - 15].to_owned())
                .or_else(|| underlying.map(|security| security.id.to_string()));
            let strike = number("STRIKEPRICE");
            let shares = number("SHPERCTRCT").filter(|shares| !shares.is_zero());
            let call = info.value("OPTTYPE").and_then(|kind| match &*kind.to_uppercase() {
                "CALL" => Some('C'),
                "PUT" => Some('P'),
                _ => None,
            });
            let by_terms =
                root.as_deref().zip(day("DTEXPIRE")).zip(call).zip(strike).and_then(
                    |(((root, expires), call), strike)| symbol(root, expires, call, strike),
                );
            let fallback = written.filter(|_| own.is_none() && by_terms.is_none());
            if let Some(id) = own.or(by_terms).or(fallback) {
                security.id = id.into();
            }
            let terms = root.zip(strike);
            security.terms =
                terms.map(|(root, strike)| Terms { root: root.into(), strike, shares });
        }
        Sort::Stock | Sort::Fund | Sort::Other => {
            if let Some(words) = ticker {
                security.id = words.join(".").into();
            }
        }
    }
    security
}

/// The OCC symbol of an option's terms: `MSFT240315C00420000`. `None` past what it can say.
fn symbol(root: &str, expires: NaiveDate, call: char, strike: Decimal) -> Option<String> {
    let thousandths = strike.checked_mul(Decimal::ONE_THOUSAND)?.normalize();
    let root: String = root.chars().filter(char::is_ascii_alphanumeric).collect();
    if root.is_empty()
        || root.len() > 6
        || thousandths.scale() > 0
        || thousandths.is_sign_negative()
    {
        return None;
    }
    let digits = thousandths.to_string();
    (digits.len() <= 8).then(|| {
        let year = expires.year().rem_euclid(100);
        format!("{root}{year:02}{:02}{:02}{call}{digits:0>8}", expires.month(), expires.day())
    })
}

/// The OCC symbol that an option's symbol at a broker stands for, without blanks: from
/// `MSFT  240315C00420000`, `MSFT240315C420`, `-MSFT240315C420`, `.MSFT240315C420`,
/// `MSFT_031524C420`. `None`: no option.
pub fn occ(written: &str) -> Option<String> {
    let compact: String = written.split_whitespace().collect();
    let bare = compact.trim_start_matches(['-', '.']);
    if !bare.is_ascii() {
        return None;
    }
    let letters = bare.bytes().take_while(u8::is_ascii_alphabetic).count();
    let (root, rest) = bare.split_at(letters);
    let (rest, month_first) = match rest.strip_prefix('_') {
        Some(rest) => (rest, true),
        None => (rest, false),
    };
    if root.is_empty() || root.len() > 6 || rest.len() < 8 {
        return None;
    }
    let number = |from: usize| rest.get(from..from + 2)?.parse::<u32>().ok();
    let (a, b, c) = (number(0)?, number(2)?, number(4)?);
    let (year, month, day) = if month_first { (c, a, b) } else { (a, b, c) };
    let expires = NaiveDate::from_ymd_opt(2000 + i32::try_from(year).ok()?, month, day)?;
    let call = match rest.as_bytes().get(6)? {
        b'C' => 'C',
        b'P' => 'P',
        _ => return None,
    };
    let strike = &rest[7..];
    let number = crate::money::plain(strike)?;
    // Eight digits are thousandths, fewer are the price itself.
    let plain = strike.len() == 8 && !strike.contains('.');
    let strike = if plain { number.checked_div(Decimal::ONE_THOUSAND)? } else { number };
    symbol(root, expires, call, strike)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::ofx::syntax;

    #[test]
    fn an_option_has_one_name_however_it_is_written() {
        for written in [
            "MSFT  240315C00420000",
            "MSFT240315C00420000",
            "-MSFT240315C420",
            ".MSFT240315C420",
            "MSFT_031524C420",
        ] {
            assert_eq!(occ(written).as_deref(), Some("MSFT240315C00420000"), "{written}");
        }
        assert_eq!(occ("XYZ240419P47.5").as_deref(), Some("XYZ240419P00047500"));
        for written in ["VTI", "912796Z77", "921909768", "LUAXX", "MSFT241315C1", ""] {
            assert_eq!(occ(written), None, "{written}");
        }
    }

    #[test]
    fn securities_are_named_by_ticker_debt_by_number_options_by_their_terms() {
        let text = "<OFX><SECLIST>\
            <OPTINFO><SECINFO><SECID><UNIQUEID>77</SECID><SECNAME>XYZ Put<TICKER>XYZQM</SECINFO>\
            <OPTTYPE>PUT<STRIKEPRICE>47.50<DTEXPIRE>20240419<SHPERCTRCT>100\
            <SECID><UNIQUEID>98999X100</SECID></OPTINFO>\
            <STOCKINFO><SECINFO><SECID><UNIQUEID>98999X100<UNIQUEIDTYPE>CUSIP</SECID>\
            <SECNAME>Xyz Corp<TICKER>XYZ</SECINFO></STOCKINFO>\
            <DEBTINFO><SECINFO><SECID><UNIQUEID>98999TAA0</SECID><SECNAME>UNITED STATES TREAS BILLS\
            <TICKER>T 0 2026</SECINFO><DEBTCLASS>TREASURY</DEBTINFO></SECLIST></OFX>";
        let document = syntax::parse(text);
        let listed = Listed::of(&document, Numbers::of(&document));
        let books = crate::event::Securities::default();
        let day = NaiveDate::from_ymd_opt(2024, 3, 1).expect("a day");
        for (row, id) in [
            ("<SECID><UNIQUEID>98999X100", "XYZ"),
            ("<SECID><UNIQUEID>77", "XYZ240419P00047500"),
            ("<SECID><UNIQUEID>98999TAA0", "98999TAA0"),
            ("<SECID><UNIQUEID>1234", "1234"),
        ] {
            let row = format!("<OFX><INCOME>{row}</SECID></INCOME></OFX>");
            let row = syntax::parse(&row);
            let row = row.named(&["INCOME"]).next().expect("the row");
            let security = listed.get(row, &books, day).expect("a security");
            assert_eq!(security.id, *id);
        }
    }
}
