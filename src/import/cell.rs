//! Reads what stands in one cell: numbers and days, in every spelling brokers use.
//!
//! A cell that says there is nothing (blank, `--`, `n/a`) is `Nothing`, which is not zero. Which mark
//! is decimal, and whether day or month comes first, is decided for a whole file, by evidence.

use std::borrow::Cow;

use crate::money::{self, Decimal};
use crate::period::{self, DateForm, NaiveDate};

/// A number's decimal mark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mark {
    /// `1,234.56`
    #[default]
    Point,
    /// `1.234,56`
    Comma,
}

/// What a cell says where a number is expected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Number {
    /// A number, with the digits it was written with.
    Some(Decimal),
    /// Nothing: blank, a dash, `n/a`.
    #[default]
    Nothing,
    /// Text that is no number in this file's spelling.
    Unreadable,
}

impl Number {
    /// The number, where there is one.
    #[inline]
    pub fn value(self) -> Option<Decimal> {
        match self {
            Number::Some(number) => Some(number),
            Number::Nothing | Number::Unreadable => None,
        }
    }
}

/// The text without blanks around it; most cells have none.
#[inline]
pub fn trimmed(text: &str) -> &str {
    match text.as_bytes() {
        [] => text,
        [first, ..]
            if first.is_ascii_graphic() && text.as_bytes()[text.len() - 1].is_ascii_graphic() =>
        {
            text
        }
        _ => text.trim(),
    }
}

/// Reads a number: `-$1,234.56`, `$-0.88`, `($1,234.56)`, `$(0.88)`, `1,234.56-`, `+0001.50`, `.9232`, `£5.38`,
/// `@12.97`, `99.50%`; `1S` is one that leaves.
pub fn number(text: &str, mark: Mark) -> Number {
    let text = trimmed(text);
    if mark == Mark::Point
        && let Some(number) = simple(text)
    {
        return Number::Some(number);
    }
    spelled(text, mark)
}

/// The same of a text without blanks around it, whatever its spelling.
fn spelled(text: &str, mark: Mark) -> Number {
    if is_nothing(text) {
        return Number::Nothing;
    }
    // `-USD 1.40`: the sign stands before the currency's code.
    if let Some(rest) = text.strip_prefix('-')
        && rest.starts_with(|c: char| c.is_ascii_uppercase())
    {
        return match number(rest, mark) {
            Number::Some(number) if !number.is_sign_negative() => Number::Some(-number),
            _ => Number::Unreadable,
        };
    }
    let text = without_code(text);
    let mut digits = String::with_capacity(text.len());
    let (mut negative, mut opened, mut percent) = (false, false, false);
    for (at, c) in text.char_indices() {
        match c {
            '0'..='9' | '.' | ',' | '\'' => digits.push(c),
            '-' | '\u{2212}' if !negative => negative = true,
            '(' if digits.is_empty() && !negative => opened = true,
            ')' if opened && at + 1 == text.len() => negative = true,
            'S' if !negative && !digits.is_empty() && at + 1 == text.len() => negative = true,
            '+' | '@' if digits.is_empty() => {}
            // The price of a bond, in hundredths of its face.
            '%' if !digits.is_empty() && at + 1 == text.len() => percent = true,
            '$' | '£' | '€' | ' ' | '\u{a0}' | '\u{202f}' => {}
            'e' | 'E' if !digits.is_empty() => {
                return money::plain(text).map_or(Number::Unreadable, Number::Some);
            }
            _ => return Number::Unreadable,
        }
    }
    let inside = text.trim_start_matches(|c: char| !c.is_ascii_digit() && c != '.' && c != ',');
    if inside.trim_end_matches(['-', ')', ' ', '€', '$', '£', '%', '\u{a0}']).contains('-') {
        return Number::Unreadable;
    }
    let number = ungrouped(&digits, mark).and_then(|digits| money::plain(&digits));
    let hundredths = |number: Decimal| number.checked_mul(Decimal::new(1, 2));
    match if percent { number.and_then(hundredths) } else { number } {
        Some(number) => Number::Some(if negative { -number } else { number }),
        None => Number::Unreadable,
    }
}

/// A number without the currency's code before or after it: `USD 52.07`, `US$5`, `52.07 EUR`.
fn without_code(text: &str) -> &str {
    let letters = |text: &str| text.bytes().take_while(u8::is_ascii_uppercase).count();
    let sign = text.bytes().take_while(|byte| matches!(byte, b'-' | b'+')).count();
    let code = letters(&text[sign..]);
    if sign == 0 && matches!(code, 2 | 3) && text[code..].starts_with([' ', '$', '\u{a0}', '-']) {
        return text[code..].trim_start();
    }
    match text.rsplit_once([' ', '\u{a0}']) {
        Some((number, code)) if code.len() == 3 && letters(code) == 3 => number.trim_end(),
        _ => text,
    }
}

/// The usual case without an allocation: a sign and a currency in front, digits in groups or without,
/// one point.
fn simple(text: &str) -> Option<Decimal> {
    let (negative, digits) = match text.as_bytes() {
        [b'-', b'$', digits @ ..] | [b'$', b'-', digits @ ..] | [b'-', digits @ ..] => {
            (true, digits)
        }
        [b'$', digits @ ..] | digits => (false, digits),
    };
    if digits.is_empty() || digits.len() > 17 {
        return None;
    }
    let (mut value, mut rest) = leading(digits, 0);
    let (mut group, mut grouped) = (digits.len() - rest.len(), false);
    while let [b',', behind @ ..] = rest {
        if !matches!((grouped, group), (false, 1..=3) | (true, 2 | 3)) {
            return None;
        }
        (value, rest) = leading(behind, value);
        (group, grouped) = (behind.len() - rest.len(), true);
    }
    let scale = match rest {
        _ if grouped && group != 3 => return None,
        [] => 0,
        [b'.', fraction @ ..] if digits.len() > 1 => {
            (value, rest) = leading(fraction, value);
            fraction.len()
        }
        _ => return None,
    };
    let value = if negative { -value } else { value };
    rest.is_empty().then(|| Decimal::new(value, u32::try_from(scale).unwrap_or_default()))
}

/// What the digits in front make behind those of `value`, and what stands after them.
fn leading(mut digits: &[u8], mut value: i64) -> (i64, &[u8]) {
    while let [digit @ b'0'..=b'9', rest @ ..] = digits {
        value = value * 10 + i64::from(digit - b'0');
        digits = rest;
    }
    (value, digits)
}

/// Digits with a point and no groups; `None` where the groups are none in this spelling.
fn ungrouped(digits: &str, mark: Mark) -> Option<String> {
    let (decimal, group) = match mark {
        Mark::Point => ('.', ','),
        Mark::Comma => (',', '.'),
    };
    let (whole, fraction) = match digits.split_once(decimal) {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (digits, None),
    };
    if fraction.is_some_and(|part| !part.bytes().all(|byte| byte.is_ascii_digit())) {
        return None;
    }
    let groups: Vec<&str> = whole.split([group, '\'']).collect();
    if let [first, middle @ .., last] = &groups[..] {
        let sound = (1..=3).contains(&first.len())
            && last.len() == 3
            && middle.iter().all(|part| matches!(part.len(), 2 | 3))
            && groups.iter().all(|part| part.bytes().all(|byte| byte.is_ascii_digit()));
        if !sound {
            return None;
        }
    } else if !whole.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let mut plain: String = groups.concat();
    if plain.is_empty() && fraction.is_none_or(str::is_empty) {
        return None;
    }
    if let Some(fraction) = fraction {
        plain.push('.');
        plain.push_str(fraction);
    }
    Some(plain)
}

/// Whether a cell says that there is nothing to say.
pub fn is_nothing(text: &str) -> bool {
    let text = trimmed(text);
    let begins = |first: &u8| matches!(first, b'n' | b'N' | b'p' | b'P');
    matches!(text, "" | "-" | "--" | "\u{2013}" | "\u{2014}")
        || text.as_bytes().first().is_some_and(begins)
            && ["n/a", "na", "not available", "processing", "not applicable"]
                .iter()
                .any(|word| text.eq_ignore_ascii_case(word))
}

/// What a number's own marks say about the file's decimal mark; `None` where they leave it open:
/// `1,234` may be either.
pub fn mark_of(text: &str) -> Option<Mark> {
    let last = text.rfind(['.', ','])?;
    let (marked, other) = if text.as_bytes()[last] == b',' { (',', '.') } else { ('.', ',') };
    let as_decimal = if marked == ',' { Mark::Comma } else { Mark::Point };
    let as_group = if marked == ',' { Mark::Point } else { Mark::Comma };
    let after = text[last + 1..].chars().take_while(char::is_ascii_digit).count();
    let before = text[..last].chars().rev().take_while(char::is_ascii_digit).count();
    if text[..last].contains(other) {
        return Some(as_decimal);
    }
    if text.matches(marked).count() > 1 {
        return Some(as_group);
    }
    (after != 3 || before == 0 || before > 3).then_some(as_decimal)
}

/// Reads a day. `form` says which number is which where the year does not come first and the
/// month is no word. What follows a blank, `T` or comma is a time and is left aside.
pub fn day(text: &str, form: DateForm) -> Option<NaiveDate> {
    let text = trimmed(text);
    if text.is_empty() {
        return None;
    }
    let bytes = text.as_bytes();
    // `010.09.2024`: a zero too many has one reading.
    let text = match bytes {
        [b'0', one, two, b'.' | b'/' | b'-', ..]
            if one.is_ascii_digit() && two.is_ascii_digit() =>
        {
            &text[1..]
        }
        _ => text,
    };
    let form = if year_first(text) { DateForm::YearMonthDay } else { form };
    if let Some((day, rest)) = period::date_prefix(text, form) {
        return ends(rest).then_some(day);
    }
    worded(text).or_else(|| compact(text))
}

/// Reads what stands in a column of days: a day, or the number that a spreadsheet keeps for one, with
/// or without its time: `45378`, `45378.5625`.
pub fn in_days(text: &str, form: DateForm) -> Option<NaiveDate> {
    day(text, form).or_else(|| {
        let (days, time) = trimmed(text).split_once(['.', ',']).unwrap_or((trimmed(text), "0"));
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        let days: u64 = Some(days).filter(|days| days.len() == 5 && digits(time))?.parse().ok()?;
        // From 1970 to 2099.
        let days = Some(days).filter(|days| (25_569..73_051).contains(days))?;
        NaiveDate::from_ymd_opt(1899, 12, 30)?.checked_add_days(period::Days::new(days))
    })
}

/// `2024-03-27`, told by its four leading digits.
pub fn year_first(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() > 4
        && bytes[..4].iter().all(u8::is_ascii_digit)
        && matches!(bytes[4], b'-' | b'/' | b'.')
}

/// Nothing follows a day but a time.
fn ends(rest: &str) -> bool {
    let mut chars = rest.trim_start_matches([',', ';']).chars();
    match chars.next() {
        None => true,
        Some(' ' | 'T') => chars.as_str().trim_start().starts_with(|c: char| c.is_ascii_digit()),
        Some(_) => false,
    }
}

/// How the months begin in the languages of brokers' exports.
const MONTHS: [&str; 12] = [
    "jan gen ene led",
    "feb fev fév",
    "mar mrt mär mae",
    "apr avr abr",
    "may mei mai mag maj",
    "jun juin giu",
    "jul juil lug",
    "aug aou aoû ago",
    "sep set",
    "oct okt ott out",
    "nov",
    "dec dez déc dic",
];

/// `Dec-30-2025`, `02-Apr-2025`, `January 10, 2025`, `Jun 12, 2018, 4:16:32 PM`.
fn worded(text: &str) -> Option<NaiveDate> {
    let parts: Vec<&str> =
        text.split(['-', ' ', ',', '/', '.']).filter(|part| !part.is_empty()).take(4).collect();
    let (first, second, year) = match parts[..] {
        [first, second, year] => (first, second, year),
        [first, second, year, time] if time.contains(':') => (first, second, year),
        _ => return None,
    };
    let month = |word: &str| {
        let letters = word.chars().all(char::is_alphabetic);
        let lower: String = word.chars().flat_map(char::to_lowercase).collect();
        let means = |names: &str| names.split(' ').any(|name| lower.starts_with(name));
        let at = MONTHS.iter().position(|names| means(names)).filter(|_| letters)?;
        Some(u32::try_from(at).ok()? + 1)
    };
    let (month, day) = match (month(first), month(second)) {
        (Some(month), None) => (month, second),
        (None, Some(month)) => (month, first),
        _ => return None,
    };
    if year.len() != 4 || !matches!(day.len(), 1 | 2) {
        return None;
    }
    NaiveDate::from_ymd_opt(year.parse().ok()?, month, day.parse().ok()?)
}

/// `20240327`.
fn compact(text: &str) -> Option<NaiveDate> {
    if text.len() != 8 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let part = |range: std::ops::Range<usize>| text[range].parse().ok();
    NaiveDate::from_ymd_opt(text[..4].parse().ok()?, part(4..6)?, part(6..8)?)
}

/// What a date's own numbers say: `27/03/2024` is day first. `None` where both readings stand, or
/// where it is read the same by both, or is no such date.
pub fn form_of(text: &str) -> Option<DateForm> {
    let text = text.trim();
    if year_first(text) {
        return None;
    }
    let month_first = period::date_prefix(text, DateForm::MonthDayYear).is_some();
    let day_first = period::date_prefix(text, DateForm::DayMonthYear).is_some();
    match (month_first, day_first) {
        (true, false) => Some(DateForm::MonthDayYear),
        (false, true) => Some(DateForm::DayMonthYear),
        _ => None,
    }
}

/// Text that was UTF-8, read as windows-1252 and saved again, as it was: `CrÃ©dito` is `Crédito`.
pub fn mended(text: &str) -> Cow<'_, str> {
    if text.is_ascii() || !text.contains(['Ã', 'Â']) {
        return Cow::Borrowed(text);
    }
    let (bytes, _, lossy) = encoding_rs::WINDOWS_1252.encode(text);
    match std::str::from_utf8(&bytes) {
        Ok(mended) if !lossy => Cow::Owned(mended.to_owned()),
        _ => Cow::Borrowed(text),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_read_at_once_is_what_is_spelled(text in "[-$]{0,2}[0-9]{0,4}[0-9,.]{0,9}") {
            if let Some(number) = simple(&text) {
                let expected = spelled(&text, Mark::Point);
                prop_assert_eq!(expected, Number::Some(number));
                prop_assert_eq!(expected.value().map(|other| other.scale()), Some(number.scale()));
            }
        }
    }

    fn shown(text: &str, mark: Mark) -> String {
        match number(text, mark) {
            Number::Some(number) => number.to_string(),
            Number::Nothing => "nothing".to_owned(),
            Number::Unreadable => "unreadable".to_owned(),
        }
    }

    #[test]
    fn numbers_are_read_in_every_spelling() {
        for (text, expected) in [
            ("-$1,234.56", "-1234.56"),
            ("$-0.88", "-0.88"),
            ("($1,234.56)", "-1234.56"),
            ("(12.34)", "-12.34"),
            ("1,234.56-", "-1234.56"),
            ("+0001.50", "1.50"),
            (".9232", "0.9232"),
            ("£9,998.15", "9998.15"),
            ("$0.93 ", "0.93"),
            ("1,23,456.00", "123456.00"),
            ("-2.637591265E-4", "-0.0002637591265"),
            ("8275", "8275"),
            ("@12.97", "12.97"),
            ("1S", "-1"),
            ("-1S", "unreadable"),
            ("10000000000000000000.5", "10000000000000000000.5"),
            ("USD 1,500.00", "1500.00"),
            ("US$5", "5"),
            ("-52.07 EUR", "-52.07"),
            ("USD -5.10", "-5.10"),
            ("-USD 1.40", "-1.40"),
            ("-US$1.40", "-1.40"),
            ("-USD -1.40", "unreadable"),
            ("99.50%", "0.9950"),
            ("5%0", "unreadable"),
            ("%", "unreadable"),
            ("USD", "unreadable"),
            ("", "nothing"),
            ("--", "nothing"),
            ("n/a", "nothing"),
            ("Processing", "nothing"),
            ("abc", "unreadable"),
            ("1,5", "unreadable"),
            ("1.2.3", "unreadable"),
            ("5 - 3", "unreadable"),
            ("$", "unreadable"),
            ("1,2345", "unreadable"),
        ] {
            assert_eq!(shown(text, Mark::Point), expected, "{text}");
        }
        assert_eq!(shown("$17.000,03", Mark::Comma), "17000.03");
        assert_eq!(shown("-$17000,03", Mark::Comma), "-17000.03");
        assert_eq!(shown("170,00", Mark::Comma), "170.00");
        assert_eq!(shown("1.000", Mark::Comma), "1000");
        assert_eq!(shown("1.5", Mark::Comma), "unreadable");
    }

    #[test]
    fn a_number_s_marks_are_evidence_only_where_one_reading_is_left() {
        for (text, mark) in [
            ("$170,00", Some(Mark::Comma)),
            ("1.234,56", Some(Mark::Comma)),
            ("1,234.56", Some(Mark::Point)),
            ("1,234,567", Some(Mark::Point)),
            ("0.0005", Some(Mark::Point)),
            ("1,234", None),
            ("1.234", None),
            ("17000.035", Some(Mark::Point)),
            ("12", None),
        ] {
            assert_eq!(mark_of(text), mark, "{text}");
        }
    }

    #[test]
    fn text_whose_encoding_was_mistaken_is_mended() {
        assert_eq!(mended("CrÃ©dito de divisa"), "Crédito de divisa");
        assert_eq!(mended("Ação"), "Ação");
        assert_eq!(mended("SÃO PAULO"), "SÃO PAULO");
    }

    #[test]
    fn a_spreadsheet_s_number_is_a_day_in_a_column_of_days_alone() {
        let day = |text: &str| in_days(text, DateForm::DayMonthYear).map(|day| day.to_string());
        for text in ["45378", " 45378 ", "45378.5625", "45378,0", "27/03/2024"] {
            assert_eq!(day(text).as_deref(), Some("2024-03-27"), "{text}");
        }
        for text in ["", "4537", "453780", "12345", "99999", "45378.x", "-45378", "45,378.00"] {
            assert_eq!(day(text), None, "{text}");
        }
        assert_eq!(super::day("45378", DateForm::DayMonthYear), None);
    }

    #[test]
    fn days_are_read_in_every_spelling() {
        for text in [
            "03/27/2024",
            "3/27/24",
            "03-27-2024",
            "2024-03-27",
            "2024/3/27",
            "20240327",
            "Mar-27-2024",
            "27-Mar-2024",
            "27-mrt-2024",
            "27 März 2024",
            "003/27/2024",
            "March 27, 2024",
            "2024-03-27T10:00:00Z",
            "03/27/2024 12:00:00 AM",
        ] {
            let day = day(text, DateForm::MonthDayYear).map(|day| day.to_string());
            assert_eq!(day.as_deref(), Some("2024-03-27"), "{text}");
        }
        for text in ["", "Transactions Total", "03/27/2024 as of 03/26/2024", "13/13/2024", "May"] {
            assert_eq!(day(text, DateForm::MonthDayYear), None, "{text}");
        }
        assert_eq!(form_of("27/03/2024"), Some(DateForm::DayMonthYear));
        assert_eq!(form_of("03/27/2024"), Some(DateForm::MonthDayYear));
        assert_eq!(form_of("03/04/2024"), None);
    }
}
