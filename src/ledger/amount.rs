//! Amounts as journals write them: symbols left, right or in quotes, and what may follow an amount
//! on a posting (`@`, `{…}`, `[…]`, `(…)`, `=`).
//!
//! In: the rest of a line. Out: numbers of commodities, and the text after them. Spans are slices of
//! the line; where a fault lies is worked out only when it is told.

use std::ops::Deref;

use crate::ledger::commodities::{Commodities, Doubt};
use crate::ledger::expression;
use crate::ledger::header;
use crate::ledger::model::{Assertion, Cost, Dialect, Lot, Quantity};
use crate::ledger::number::{self, Sure, Wrong};
use crate::ledger::usual;
use crate::money::Decimal;
use crate::period::NaiveDate;
use crate::source::Name;

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

/// Everything that may stand after the account of a posting.
#[derive(Clone, Debug, Default)]
pub struct Amounts {
    /// The amount itself.
    pub amount: Option<Quantity>,
    /// `@`, `@@`
    pub cost: Option<Cost>,
    /// `{…}`, `[…]`, `(…)`
    pub lot: Option<Box<Lot>>,
    /// `= …`
    pub assertion: Option<Box<Assertion>>,
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

/// All that follows the account of a posting, up to its comment or the line's end. `near`: the
/// transaction's date, whose year a lot's date may leave out.
pub fn amounts<'t>(
    text: &'t str,
    near: NaiveDate,
    commodities: &mut Commodities,
) -> Read<'t, Amounts> {
    let rest = blanks(text);
    if matches!(rest.as_bytes().first(), None | Some(b';' | b'=')) {
        return further(Amounts::default(), rest, near, commodities);
    }
    let (amount, rest) = amount(rest, commodities)?;
    after(amount, rest, near, commodities)
}

/// The same where the amount itself has been read.
pub fn after<'t>(
    amount: Quantity,
    text: &'t str,
    near: NaiveDate,
    commodities: &mut Commodities,
) -> Read<'t, Amounts> {
    let found = Amounts { amount: Some(amount), ..Amounts::default() };
    further(found, blanks(text), near, commodities)
}

/// What stands after an amount, or where there is none.
fn further<'t>(
    mut found: Amounts,
    text: &'t str,
    near: NaiveDate,
    commodities: &mut Commodities,
) -> Read<'t, Amounts> {
    let mut rest = text;
    loop {
        let start = rest;
        match rest.as_bytes().first() {
            None | Some(b';') => {
                if commodities.dialect == Dialect::Ledger && !has_lot(text) {
                    of_another(text, &found)?;
                }
                if !commodities.has_no_units() {
                    in_smallest(&mut found, commodities);
                }
                return Ok((found, rest));
            }
            Some(b'@' | b'{' | b'[' | b'(')
                if commodities.dialect == Dialect::Ledger && found.assertion.is_some() =>
            {
                let word = start.split(';').next().unwrap_or_default().trim_end();
                return Err(Fault::helped(
                    word,
                    format!("expected `;` or the line's end after a balance, found `{word}`"),
                    "write the price or lot before `=`",
                ));
            }
            Some(b'@') if found.cost.is_some() => return Err(twice(start, "price")),
            Some(b'@') => {
                let (cost, after) = cost(&rest[1..], false, commodities)?;
                found.cost = Some(cost);
                rest = after;
            }
            Some(b'(') if rest.starts_with("(@") => {
                let (cost, after) = cost(&rest[2..], true, commodities)?;
                found.cost = Some(cost);
                rest = after;
            }
            Some(b'{' | b'[' | b'(') => {
                // In Ledger what stands after a price annotates the price.
                let mut of_price = Box::default();
                let lot = match found.cost {
                    Some(_) if commodities.dialect == Dialect::Ledger => &mut of_price,
                    _ => found.lot.get_or_insert_default(),
                };
                rest = annotation(rest, near, lot, commodities)?.1;
            }
            Some(b'=') if found.assertion.is_some() => return Err(twice(start, "balance")),
            Some(b'=') if commodities.dialect == Dialect::Ledger && is_hledgers(rest) => {
                return Err(Fault::helped(
                    &rest[..2],
                    "Ledger has no assertion of this kind",
                    "write `= AMOUNT`, or read the journal with `--dialect hledger`",
                ));
            }
            Some(b'=') => {
                let (assertion, after) = assertion(&rest[1..], near, commodities)?;
                found.assertion = Some(Box::new(assertion));
                rest = after;
            }
            Some(_) => {
                let word = start.split(';').next().unwrap_or_default().trim_end();
                return Err(Fault::helped(
                    word,
                    format!("expected `@`, `=`, `;` or the line's end, found `{word}`"),
                    "a commodity that is not letters only stands in quotes: `10 \"ABC 1\"`; a comment starts with `;`",
                ));
            }
        }
        rest = blanks(rest);
        if found.amount.is_none() && found.assertion.is_none() {
            return Err(expected(start));
        }
    }
}

/// Brings an amount to the smallest unit of its commodity, with what it cost in all, and so what is
/// asserted.
fn in_smallest(found: &mut Amounts, commodities: &mut Commodities) {
    if let Some(assertion) = &mut found.assertion
        && let Some((factor, commodity)) = commodities.unit(assertion.amount.commodity)
        && let Some(number) = exact(assertion.amount.number, factor)
    {
        assertion.amount = Quantity { number: number.normalize(), commodity };
        commodities.written(commodity, number);
    }
    let Some(amount) = &mut found.amount else { return };
    let Some((factor, commodity)) = commodities.unit(amount.commodity) else { return };
    let Some(number) = exact(amount.number, factor) else { return };
    let own = amount.number;
    *amount = Quantity { number: number.normalize(), commodity };
    commodities.written(commodity, amount.number);
    let lot = found.lot.as_mut().and_then(|lot| lot.cost.as_mut());
    for cost in [found.cost.as_mut(), lot].into_iter().flatten() {
        if let (false, Some(total)) = (cost.total, exact(cost.amount.number, own.abs())) {
            cost.amount.number = total;
            cost.total = true;
        }
    }
}

/// A posting has one of these.
fn twice<'t>(text: &'t str, what: &str) -> Fault<'t> {
    let again = text.split(';').next().unwrap_or_default().trim_end();
    Fault::helped(again, format!("a second {what} on one posting"), "remove one of the two")
}

/// In Ledger a price is of another commodity than the amount.
fn of_another<'t>(text: &'t str, found: &Amounts) -> Result<(), Fault<'t>> {
    let (Some(own), Some(cost)) = (&found.amount, &found.cost) else { return Ok(()) };
    if own.commodity != cost.amount.commodity {
        return Ok(());
    }
    Err(Fault::helped(
        text.split(';').next().unwrap_or_default().trim_end(),
        "expected a price in another commodity than the amount's",
        "name the price's commodity, or remove the price",
    ))
}

/// Whether a lot stands among what follows an amount.
fn has_lot(text: &str) -> bool {
    text.split(';').next().unwrap_or_default().contains(['{', '['])
}

/// `==` and `=*`, which Ledger has not.
fn is_hledgers(text: &str) -> bool {
    matches!(text.as_bytes().get(1), Some(b'=' | b'*'))
}

/// What follows the first `@`: `@ 110.00 USD` or ` 1.10 USD`; of `(@)`, the bracket too. In Ledger a
/// `=` may stand before the price, which fixes it for valuations.
pub fn cost<'t>(text: &'t str, bracket: bool, commodities: &mut Commodities) -> Read<'t, Cost> {
    let (total, mut rest) = match text.strip_prefix('@') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    if bracket {
        rest =
            rest.strip_prefix(')').ok_or_else(|| Fault::new(text, "expected `(@)` or `(@@)`"))?;
    }
    let start = blanks(rest);
    let is_ledger = commodities.dialect == Dialect::Ledger;
    let fixed = if is_ledger { start.strip_prefix('=').map(blanks) } else { None };
    let (amount, rest) =
        commodities.apart(|commodities| amount(fixed.unwrap_or(start), commodities))?;
    if is_ledger && amount.number.is_sign_negative() && !amount.number.is_zero() {
        let written = between(start, rest).trim_end();
        return Err(Fault::helped(
            written,
            "expected a price that is not negative",
            "write the price without its sign: the amount's sign says which way it goes",
        ));
    }
    Ok((Cost { amount, total, implied: false }, rest))
}

/// What follows `=`: `= 10 USD`, `== 10 USD`, `=* 10 USD`. A lot after it is read past, and so is a
/// cost: neither enters the comparison. The cost is that of a posting without an amount.
fn assertion<'t>(
    text: &'t str,
    near: NaiveDate,
    commodities: &mut Commodities,
) -> Read<'t, Assertion> {
    let (sole, rest) = text.strip_prefix('=').map_or((false, text), |rest| (true, rest));
    let (inclusive, rest) = rest.strip_prefix('*').map_or((false, rest), |rest| (true, rest));
    let (amount, mut rest) = amount(blanks(rest), commodities)?;
    let mut price = None;
    loop {
        rest = blanks(rest);
        match rest.as_bytes().first() {
            Some(b'@') if commodities.dialect == Dialect::Hledger => {
                let (read, after) = cost(&rest[1..], false, commodities)?;
                price = Some(read);
                rest = after;
            }
            Some(b'{' | b'[' | b'(') => {
                rest = annotation(rest, near, &mut Lot::default(), commodities)?.1;
            }
            _ => return Ok((Assertion { amount, cost: price, sole, inclusive }, rest)),
        }
    }
}

/// One annotation of a lot: `{…}`, `[DATE]`, `(LABEL)`.
fn annotation<'t>(
    text: &'t str,
    near: NaiveDate,
    lot: &mut Lot,
    commodities: &mut Commodities,
) -> Read<'t, ()> {
    let (close, open) = match text.as_bytes()[0] {
        b'{' if text.starts_with("{{") => ("}}", 2),
        b'{' => ("}", 1),
        b'[' => ("]", 1),
        _ if text.starts_with("((") => ("))", 2),
        _ => (")", 1),
    };
    let Some(end) = text[open..].find(close) else {
        return Err(Fault::helped(
            text.trim_end(),
            format!("`{}` has no end", &text[..open]),
            format!("write `{close}` after it"),
        ));
    };
    let (inner, rest) = (text[open..open + end].trim(), &text[open + end + close.len()..]);
    let again = match text.as_bytes()[0] {
        b'{' => lot.cost.is_some(),
        b'[' => lot.date.is_some(),
        _ => open == 1 && lot.label.is_some(),
    };
    if again {
        return Err(twice(text, "annotation of that kind"));
    }
    match text.as_bytes()[0] {
        b'{' => braces(inner, open == 2, near, lot, commodities)?,
        b'[' => {
            let date = header::date(inner, near);
            lot.date = Some(date.ok_or_else(|| not_a_date(inner))?);
        }
        // `((expression))` values the lot; it does not enter the balance.
        _ if open == 2 => {}
        _ => lot.label = Some(Name::new(inner)),
    }
    Ok(((), rest))
}

/// What stands in braces: a cost; in hledger 2, `date, "label", cost`, each of which may be missing.
fn braces<'t>(
    inner: &'t str,
    total: bool,
    near: NaiveDate,
    lot: &mut Lot,
    commodities: &mut Commodities,
) -> Result<(), Fault<'t>> {
    let mut rest = inner;
    if let Some(after) = rest.strip_prefix('=') {
        lot.fixed = true;
        rest = after.trim_start();
    }
    let (first, after) = rest.split_once(',').unwrap_or((rest, ""));
    if let Some(date) = header::date(first.trim(), near).filter(|_| first.contains(['-', '/'])) {
        lot.date = Some(date);
        rest = after.trim_start();
    }
    if let Some((label, after)) = rest.strip_prefix('"').and_then(|text| text.split_once('"')) {
        // `{"ABC 1" 5}` begins with a quoted commodity, not with a label.
        let after = after.trim_start();
        if after.is_empty() || after.starts_with(',') {
            lot.label = Some(Name::new(label));
            rest = after.trim_start_matches([',', ' ']);
        }
    }
    if rest.is_empty() {
        return Ok(());
    }
    let (amount, after) = commodities.apart(|commodities| amount(rest, commodities))?;
    if !after.trim().is_empty() {
        return Err(Fault::new(after.trim(), "expected `}` after the cost of the lot"));
    }
    lot.cost = Some(Cost { amount, total, implied: false });
    Ok(())
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
