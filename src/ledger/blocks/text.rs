//! Words of a block that both hledger and Ledger accept, whatever a broker wrote: header texts, tag
//! values, commodities, parts of account names.
//!
//! In: any text. Out: text that ends nothing early. Tag values are read back as they were; the
//! others are for the eye, and a tag has the exact word.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::Write as _;

use crate::money::{Decimal, Written};
use crate::period::{Datelike, NaiveDate};
use crate::source::Name;

/// The source's words for the header: one line, nothing in it that ends a description early, opens
/// a code or sets a status. Cleaning twice changes nothing.
pub fn header(text: &str) -> Cow<'_, str> {
    let mut last = b' ';
    let clean = text.bytes().all(|byte| {
        let two = last == b' ' && byte == b' ';
        last = byte;
        !two && HEADER[usize::from(byte)]
    });
    let ends = last != b' ' || text.is_empty();
    if clean && ends && !text.starts_with(['(', '*', '!', '=']) {
        return Cow::Borrowed(text);
    }
    let mut clean = String::with_capacity(text.len());
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()) {
        if !word.is_empty() {
            if !clean.is_empty() {
                clean.push(' ');
            }
            clean.extend(word.chars().map(|c| if c == ';' || c == '|' { ',' } else { c }));
        }
    }
    let start = clean.trim_start_matches(['(', '*', '!', '=', ' ']);
    Cow::Owned(if start.len() == clean.len() { clean } else { start.to_owned() })
}

/// The bytes that a header may have as they are.
const HEADER: [bool; 256] = {
    let mut may = [false; 256];
    let mut byte = b' ';
    while byte < 0x7f {
        may[byte as usize] = !matches!(byte, b';' | b'|');
        byte += 1;
    }
    may
};

/// A tag's value in one line without a comma, in which neither tool finds a date or a further tag.
pub fn escape(value: &str) -> Cow<'_, str> {
    escape_but(value, true)
}

/// The value of `row:`, which runs to the end of its line and keeps its commas.
pub fn escape_row(value: &str) -> Cow<'_, str> {
    escape_but(value, false)
}

/// Writes `%`, ends of lines, control characters, blanks at either end, a bracket that could open a
/// date, and maybe commas as `%XX` of their UTF-8 bytes.
fn escape_but(value: &str, commas: bool) -> Cow<'_, str> {
    let plain = |byte: u8| {
        (b' '..0x7f).contains(&byte) && !matches!(byte, b'%' | b'[') && (byte != b',' || !commas)
    };
    let bytes = value.as_bytes();
    let edges = [bytes.first(), bytes.last()].contains(&Some(&b' '));
    if !edges && bytes.iter().all(|byte| plain(*byte)) {
        return Cow::Borrowed(value);
    }
    let inner = value.trim();
    let edges = inner.len() != value.len();
    let odd = |c: char| {
        matches!(c, '%' | '[' | '\u{2028}' | '\u{2029}') || c.is_control() || commas && c == ','
    };
    if !edges && !value.contains(odd) {
        return Cow::Borrowed(value);
    }
    let start = inner.as_ptr() as usize - value.as_ptr() as usize;
    let mut text = String::with_capacity(value.len() + 8);
    for (at, letter) in value.char_indices() {
        if odd(letter) || at < start || at >= start + inner.len() {
            let mut bytes = [0; 4];
            for byte in letter.encode_utf8(&mut bytes).bytes() {
                let _ = write!(text, "%{byte:02X}");
            }
        } else {
            text.push(letter);
        }
    }
    Cow::Owned(text)
}

/// The value that was escaped. A `%` that opens no byte stands for itself, and so do bytes that make
/// no letter.
pub fn unescape(text: &str) -> Cow<'_, str> {
    if !text.contains('%') {
        return Cow::Borrowed(text);
    }
    let (mut bytes, mut rest) = (Vec::with_capacity(text.len()), text.as_bytes());
    while let Some((&first, after)) = rest.split_first() {
        let code = after.get(..2).filter(|code| code.iter().all(u8::is_ascii_hexdigit));
        let code = code.and_then(|code| std::str::from_utf8(code).ok());
        let byte = code.and_then(|code| u8::from_str_radix(code, 16).ok());
        if let Some(byte) = byte.filter(|_| first == b'%') {
            bytes.push(byte);
            rest = &after[2..];
        } else {
            bytes.push(first);
            rest = after;
        }
    }
    String::from_utf8(bytes).map_or(Cow::Borrowed(text), Cow::Owned)
}

/// The commodity that stands for a security or a currency, without quotes: what neither tool can
/// have inside quotes becomes `_`.
pub fn commodity(id: &str) -> Cow<'_, str> {
    let plain = |byte: u8| (b' '..0x7f).contains(&byte) && !matches!(byte, b'"' | b';');
    if !id.is_empty() && id.bytes().all(plain) {
        return Cow::Borrowed(id);
    }
    let odd =
        |c: char| matches!(c, '"' | ';') || c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    if id.is_empty() || id.contains(odd) {
        let text: String = id.chars().map(|c| if odd(c) { '_' } else { c }).collect();
        return Cow::Owned(if text.is_empty() { "_".to_owned() } else { text });
    }
    Cow::Borrowed(id)
}

/// The same as a name, which it is already for most.
pub fn commodity_name(id: &Name) -> Name {
    match commodity(id) {
        Cow::Borrowed(_) => id.clone(),
        Cow::Owned(text) => text.into(),
    }
}

/// A commodity as it is written in an amount: in quotes where it is not letters only, or where it
/// is a word of Ledger's expressions.
pub fn quoted(commodity: &str) -> Cow<'_, str> {
    if is_bare(commodity) {
        Cow::Borrowed(commodity)
    } else {
        Cow::Owned(format!("\"{commodity}\""))
    }
}

/// Appends a commodity as `quoted` writes it.
pub fn push_quoted(text: &mut Vec<u8>, commodity: &str) {
    if is_bare(commodity) {
        text.extend_from_slice(commodity.as_bytes());
    } else {
        text.push(b'"');
        text.extend_from_slice(commodity.as_bytes());
        text.push(b'"');
    }
}

/// Whether a commodity is letters only, and no word of Ledger's expressions.
fn is_bare(commodity: &str) -> bool {
    let word = matches!(commodity, "and" | "div" | "else" | "false" | "if" | "or" | "not" | "true");
    !word && commodity.bytes().all(|byte| byte.is_ascii_alphabetic())
}

/// One part of an account's name: no separator, no two blanks, nothing that ends the name.
pub fn part(id: &str) -> Cow<'_, str> {
    let plain = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b';' | b'|' | b'"' | b':');
    if !id.is_empty() && id.bytes().all(plain) {
        return Cow::Borrowed(id);
    }
    let mut clean = String::with_capacity(id.len());
    for letter in id.chars() {
        match letter {
            ' ' if clean.is_empty() || clean.ends_with(' ') => {}
            ';' | '|' | '"' | ':' | '\u{2028}' | '\u{2029}' => clean.push('-'),
            c if c.is_control() || c.is_whitespace() && c != ' ' => clean.push('-'),
            c => clean.push(c),
        }
    }
    clean.truncate(clean.trim_end().len());
    Cow::Owned(if clean.is_empty() { "-".to_owned() } else { clean })
}

/// A property or an expense as part of an account's name: `mortgage_interest` is `Mortgage interest`.
pub fn title(id: &str) -> String {
    let spaced = id.replace('_', " ");
    let text = part(&spaced);
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// A number with the digits it was recorded with; zero has no sign.
pub fn number(number: Decimal) -> String {
    Written::number(number).text().to_owned()
}

/// A day of four digits' year: `2024-03-27`.
pub fn day(day: NaiveDate) -> Option<[u8; 10]> {
    let year = u32::try_from(day.year()).ok().filter(|year| *year <= 9999)?;
    let digit = |number: u32| b'0' + (number % 10) as u8;
    let (month, of_month) = (day.month(), day.day());
    Some([
        digit(year / 1000),
        digit(year / 100),
        digit(year / 10),
        digit(year),
        b'-',
        digit(month / 10),
        digit(month),
        b'-',
        digit(of_month / 10),
        digit(of_month),
    ])
}

/// Appends a day: `2024-03-27`.
pub fn push_day(text: &mut Vec<u8>, date: NaiveDate) {
    match day(date) {
        Some(day) => text.extend_from_slice(&day),
        None => write!(text, "{date}").expect("memory takes all that is written"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_one_line_that_opens_nothing() {
        for (text, clean) in [
            ("VANGUARD\t TOTAL\r\n STOCK", "VANGUARD TOTAL STOCK"),
            ("(* !=  SOLD; all | of it", "SOLD, all , of it"),
            ("a (b)", "a (b)"),
            ("", ""),
            (" ( ", ""),
        ] {
            assert_eq!(header(text), clean);
            assert_eq!(header(&header(text)), clean);
        }
    }

    #[test]
    fn a_value_comes_back_as_it_was() {
        for value in [
            "",
            " a ",
            "a,b",
            "50%",
            "%2C",
            "a\r\nb",
            "[2024-01-01]",
            "\u{a0}é\u{2028}",
            "::",
            "%C3%28",
        ] {
            let text = escape(value);
            assert_eq!(unescape(&text), value);
            assert!(!text.contains([',', '\n', '\r', '[']), "{text}");
            assert_eq!(text.trim(), text);
            assert_eq!(unescape(&escape_row(value)), value);
        }
        assert_eq!(unescape("100%"), "100%");
        assert_eq!(unescape("%FF"), "%FF");
    }

    #[test]
    fn days_are_written_as_they_are_shown() {
        for (year, month, day) in
            [(2024, 3, 27), (987, 12, 1), (0, 1, 9), (-5, 2, 3), (10_000, 1, 1)]
        {
            let day = NaiveDate::from_ymd_opt(year, month, day).expect("a day");
            let mut written = Vec::new();
            push_day(&mut written, day);
            assert_eq!(written, day.to_string().as_bytes());
        }
    }

    #[test]
    fn commodities_and_parts_end_nothing_early() {
        assert_eq!(quoted("VTI"), "VTI");
        assert_eq!(quoted("BRK.B"), "\"BRK.B\"");
        assert_eq!(quoted("$"), "\"$\"");
        assert_eq!(quoted("or"), "\"or\"");
        assert_eq!(commodity("a\"b;c"), "a_b_c");
        assert_eq!(part("NYSE: A  B\t;"), "NYSE- A B--");
        assert_eq!(title("mortgage_interest"), "Mortgage interest");
    }
}
