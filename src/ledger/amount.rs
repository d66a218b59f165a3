//! Amounts as journals write them: symbols left, right or in quotes; below, what may follow an amount on
//! a posting (`@`, `{…}`, `[…]`, `(…)`, `=`).
//!
//! In: the rest of a line. Out: numbers of commodities, and the text after them. Spans are slices of
//! the line; where a fault lies is worked out only when it is told.

mod after;
mod lot;

use std::ops::Deref;

pub use self::after::{Amounts, after, amounts, cost};
use crate::ledger::commodities::{Commodities, Doubt};
use crate::ledger::expression;
use crate::ledger::model::{Cost, Dialect, Quantity};
use crate::ledger::number::{self, Sure, Wrong};
use crate::ledger::usual;
use crate::money::Decimal;

/// What stands where an amount does not read: a slice of the line, and words about it. Faults are rare,
/// so they are boxed.
#[derive(Clone, Debug)]
pub struct Fault<'t>(Box<Told<'t>>);

/// What a fault says.
#[derive(Clone, Debug)]
pub struct Told<'t> {
    /// What it is about.
    pub at: &'t str,
    /// What was expected or is wrong.
    pub message: String,
    /// What to write.
    pub help: Option<String>,
}

/// A value and the text after it, or what is wrong.
pub type Read<'t, T> = Result<(T, &'t str), Fault<'t>>;

impl<'t> Fault<'t> {
    /// A fault at `at`.
    pub fn new(at: &'t str, message: impl Into<String>) -> Fault<'t> {
        Fault(Box::new(Told { at, message: message.into(), help: None }))
    }

    /// The same, with what to write.
    pub fn helped(at: &'t str, message: impl Into<String>, help: impl Into<String>) -> Fault<'t> {
        Fault(Box::new(Told { at, message: message.into(), help: Some(help.into()) }))
    }
}

impl<'t> Deref for Fault<'t> {
    type Target = Told<'t>;
    fn deref(&self) -> &Told<'t> {
        &self.0
    }
}

/// One number with its commodity, at the start of `text`: `-91.05 USD`, `$-1`, `"ABC 1" 3`, `5`.
pub fn quantity<'t>(text: &'t str, commodities: &mut Commodities) -> Read<'t, Quantity> {
    match usual::quantity(text, commodities) {
        Some(read) => Ok(read),
        None => any(text, commodities),
    }
}

/// The same, whatever it looks like.
pub(super) fn any<'t>(text: &'t str, commodities: &mut Commodities) -> Read<'t, Quantity> {
    let start = text;
    let (mut negative, text) = sign(text);
    let dialect = commodities.dialect;
    let (written, number, commodity, rest) =
        if let Some((written, after)) = number::scan(text, dialect) {
            let (symbol, rest) = symbol(blanks(after), dialect)?.unwrap_or(("", after));
            (written, between(start, after), commodities.number_of(symbol), rest)
        } else {
            let Some((symbol, after)) = symbol(text, dialect)? else {
                return Err(expected(start));
            };
            let (inner, after) = sign(blanks(after));
            negative ^= inner;
            let Some((written, rest)) = number::scan(after, dialect) else {
                return Err(expected(start));
            };
            // `$10 USD`: two symbols are one too many; the caller meets the second as a stray word.
            (written, between(after, rest), commodities.number_of(symbol), rest)
        };
    let commodity = commodities.or_default(commodity);
    let (declared, seen) = commodities.marks(commodity);
    if declared.is_none() && written.is_open() {
        commodities.asked(commodity);
    }
    let mut decided = number::decide(&written, declared, seen, dialect);
    if dialect == Dialect::Ledger && !commodities.in_sample && written.slips(declared.or(seen)) {
        decided = Err(Wrong::Marks);
    }
    if decided == Err(Wrong::Long)
        && commodities.in_cost
        && let Some(number) = number::shortened(&written)
    {
        commodities.doubt(Doubt::Digits, commodity, between(start, rest));
        decided = Ok((number, Sure::Yes));
    }
    let (mut value, sure) =
        decided.map_err(|wrong| wrong_number(between(start, rest), number, wrong))?;
    match sure {
        Sure::Yes => {}
        Sure::Shows(mark) => commodities.shown(commodity, mark),
        Sure::Guessed(mark) => {
            commodities.doubt(Doubt::Mark(mark), commodity, between(start, rest));
        }
    }
    if negative {
        value.set_sign_negative(!value.is_zero());
    }
    commodities.written(commodity, value);
    Ok((Quantity { number: value, commodity }, rest))
}

/// The text from the start of `text` to where `rest`, a part at its end, begins.
fn between<'t>(text: &'t str, rest: &str) -> &'t str {
    &text[..text.len() - rest.len()]
}

fn wrong_number<'t>(text: &'t str, number: &'t str, wrong: Wrong) -> Fault<'t> {
    match wrong {
        Wrong::Marks => Fault::helped(
            number,
            format!("expected an amount such as `-91.05 USD`, found `{text}`"),
            "a number has one decimal point; with digit groups, write `commodity 1,000.00 USD` above",
        ),
        Wrong::Declared => Fault::helped(
            text,
            format!("`{text}` does not fit the decimal mark declared for it"),
            "write the number with the declared mark, or correct the `commodity` or `decimal-mark` line",
        ),
        Wrong::Long => Fault::helped(
            text,
            format!("`{text}` has more digits than a number can have"),
            "a number has at most 28 digits, those after the decimal mark included",
        ),
        Wrong::Exponent => Fault::helped(
            text,
            format!("`{text}` has digit groups and an exponent"),
            "write the number without group marks, or without `E`",
        ),
    }
}

fn expected(text: &str) -> Fault<'_> {
    let word = text.split(';').next().unwrap_or_default().trim_end();
    if word.is_empty() {
        return Fault::new(&text[..0], "expected an amount such as `-91.05 USD`, found nothing");
    }
    Fault::new(word, format!("expected an amount such as `-91.05 USD`, found `{word}`"))
}

/// The symbol at the start of `text`, without its quotes.
pub fn symbol(text: &str, dialect: Dialect) -> Result<Option<(&str, &str)>, Fault<'_>> {
    if let Some(quoted) = text.strip_prefix('"') {
        return match memchr::memchr(b'"', quoted.as_bytes()) {
            Some(0) => Err(Fault::helped(
                text.trim_end(),
                "a commodity has no name",
                "write it between the quotes, or leave them out",
            )),
            Some(end) => Ok(Some((&quoted[..end], &quoted[end + 1..]))),
            None => Err(Fault::helped(
                text.trim_end(),
                "a quoted commodity has no end",
                "write a second `\"` after the name",
            )),
        };
    }
    let mut letters = 0;
    let end = text.bytes().position(|byte| {
        letters |= byte;
        !in_symbol(byte, dialect)
    });
    let mut end = end.unwrap_or(text.len());
    // A no-break space is a blank, not a letter; it is met here as bytes past ASCII.
    if !letters.is_ascii() {
        end = text[..end].find(char::is_whitespace).unwrap_or(end);
    }
    Ok((end > 0).then(|| text.split_at(end)))
}

/// Whether an unquoted symbol may have this byte. Those past ASCII all are letters here.
fn in_symbol(byte: u8, dialect: Dialect) -> bool {
    match byte {
        0..=b' '
        | 0x7f
        | b'0'..=b'9'
        | b'"'
        | b'('
        | b')'
        | b'*'
        | b'+'
        | b','
        | b'-'
        | b'.'
        | b';'
        | b'='
        | b'@'
        | b'['
        | b']'
        | b'{'
        | b'}' => false,
        b'!' | b'&' | b'/' | b':' | b'<' | b'>' | b'?' | b'^' | b'|' | b'~' => {
            dialect == Dialect::Hledger
        }
        _ => true,
    }
}

/// The sign at the start of `text`, blanks around it skipped: whether it is `-`.
fn sign(text: &str) -> (bool, &str) {
    match text.as_bytes().first() {
        Some(b'-') => (true, blanks(&text[1..])),
        Some(b'+') => (false, blanks(&text[1..])),
        _ => (false, text),
    }
}

/// `text` without the blanks at its start.
pub fn blanks(text: &str) -> &str {
    let bytes = text.as_bytes();
    let mut at = 0;
    // Amounts stand in a column of their own, far from short names.
    while let Some(eight) = bytes.get(at..).and_then(<[u8]>::first_chunk) {
        let others = u64::from_le_bytes(*eight) ^ u64::from_le_bytes([b' '; 8]);
        at += others.trailing_zeros() as usize / 8;
        if others != 0 {
            break;
        }
    }
    while matches!(bytes.get(at), Some(b' ' | b'\t')) {
        at += 1;
    }
    match bytes.get(at) {
        Some(0x80..) => text[at..].trim_start(),
        _ => &text[at..],
    }
}

/// An amount, or in Ledger an expression in brackets that makes one.
pub fn amount<'t>(text: &'t str, commodities: &mut Commodities) -> Read<'t, Quantity> {
    if text.starts_with('(') {
        return expression::amount(text, commodities);
    }
    quantity(text, commodities)
}

/// The words for a date that is none.
pub fn not_a_date(text: &str) -> Fault<'_> {
    Fault::helped(
        text,
        format!("expected a date such as `2024-03-15`, found `{text}`"),
        "a date is year, month, day",
    )
}

/// What the whole amount comes to at this cost: signed as the amount. `None`: too many digits.
pub fn weight(number: Decimal, cost: &Cost) -> Option<Decimal> {
    if cost.total {
        let mut total = cost.amount.number;
        if number.is_sign_negative() && !number.is_zero() {
            total.set_sign_negative(!total.is_sign_negative());
        }
        Some(total)
    } else {
        // Of a price with many digits those past the twenty-eighth are left out, as in a division.
        exact(cost.amount.number, number).or_else(|| cost.amount.number.checked_mul(number))
    }
}

/// The product, where no digit of it is lost.
pub fn exact(left: Decimal, right: Decimal) -> Option<Decimal> {
    // Of few digits, as nearly all are.
    let scale = left.scale() + right.scale();
    if let (Ok(one), Ok(other)) = (i64::try_from(left.mantissa()), i64::try_from(right.mantissa()))
        && let Some(product) = one.checked_mul(other)
        && scale <= 28
    {
        return Some(Decimal::new(product, scale));
    }
    let product = left.checked_mul(right)?;
    if product.scale() == left.scale() + right.scale() {
        return Some(product);
    }
    // More than 28 decimals: blanks at the end of a factor may make room.
    let (left, right) = (left.normalize(), right.normalize());
    let product = left.checked_mul(right)?;
    (product.scale() == left.scale() + right.scale() || product.is_zero()).then_some(product)
}
