//! The free text of a transaction: its header line, its comments, the tags in them.
//!
//! In: lines as they lie in a file. Out: slices of them. Read when somebody asks, so nothing here is
//! on the way of a million transactions that nobody asks about.

use crate::ledger::model::{Dialect, Status};
use crate::period::{Datelike, NaiveDate};

/// The parts of `DATE[=DATE2] [*|!] [(CODE)] DESCRIPTION [; COMMENT]`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Header<'s> {
    /// What follows `=`, as written.
    pub date2: Option<&'s str>,
    /// The mark.
    pub status: Status,
    /// Without its brackets.
    pub code: &'s str,
    /// Without outer blanks.
    pub description: &'s str,
    /// Without `;` and outer blanks.
    pub comment: &'s str,
}

/// Reads a header line of Ledger or hledger; the date has been read before.
pub fn header(line: &str) -> Header<'_> {
    let mut header = Header::default();
    let (_, mut rest) = run(line, is_date);
    if let Some(after) = rest.strip_prefix('=') {
        let (date2, after) = run(after, is_date);
        header.date2 = Some(date2);
        rest = after;
    }
    let (status, after) = status(from_word(rest));
    header.status = status;
    rest = from_word(after);
    if let Some(after) = rest.strip_prefix('(')
        && let Some(end) = memchr::memchr(b')', after.as_bytes())
    {
        header.code = trimmed(&after[..end]);
        rest = &after[end + 1..];
    }
    let end = memchr::memchr(b';', rest.as_bytes());
    header.description = trimmed(&rest[..end.unwrap_or(rest.len())]);
    header.comment = end.map_or("", |end| trimmed(&rest[end + 1..]));
    header
}

/// Reads the header of a Beancount transaction, whose strings may run over several lines. The
/// description is what stands between the flag and the end, strings with their quotes.
pub fn beancount(text: &str) -> Header<'_> {
    let (_, rest) = run(text, is_date);
    let rest = rest.trim_start();
    let (flag, after) = match rest.strip_prefix("txn") {
        Some(after) => (Status::Cleared, after),
        None => match rest.chars().next() {
            Some('"') | None => (Status::Unmarked, rest),
            Some('!') => (Status::Pending, &rest[1..]),
            Some(flag) => (Status::Cleared, &rest[flag.len_utf8()..]),
        },
    };
    let (mut quoted, mut escaped, mut end, mut comment) = (false, false, after.len(), "");
    for (at, byte) in after.bytes().enumerate() {
        match byte {
            b'\\' if quoted => escaped = !escaped,
            b'"' if !escaped => quoted = !quoted,
            b'\n' if !quoted => {
                end = at;
                break;
            }
            b';' if !quoted => {
                comment = after[at + 1..].lines().next().unwrap_or_default().trim();
                end = at;
                break;
            }
            _ => escaped = false,
        }
    }
    Header { status: flag, description: after[..end].trim(), comment, ..Header::default() }
}

/// The contents of the quoted strings of a Beancount header, escapes undone.
pub fn strings(text: &str) -> Vec<String> {
    let mut strings = Vec::new();
    let mut open: Option<String> = None;
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match (&mut open, letter) {
            (None, '"') => open = Some(String::new()),
            (None, _) => {}
            (Some(_), '"') => strings.extend(open.take()),
            (Some(string), '\\') => match letters.next() {
                Some('n') => string.push('\n'),
                Some('t') => string.push('\t'),
                Some(other) => string.push(other),
                None => {}
            },
            (Some(string), letter) => string.push(letter),
        }
    }
    strings
}

/// The mark at the start of `text`, and what follows it.
pub fn status(text: &str) -> (Status, &str) {
    match text.as_bytes().first() {
        Some(b'*') => (Status::Cleared, &text[1..]),
        Some(b'!') => (Status::Pending, &text[1..]),
        _ => (Status::Unmarked, text),
    }
}

/// A whole date `[YEAR-]MONTH-DAY` with `-`, `/`, `.` or `:` between, the year of four digits; the year
/// of `near` where it names none. `None`: not a date, or no such day.
pub fn date(text: &str, near: NaiveDate) -> Option<NaiveDate> {
    let mut numbers = [0u32; 3];
    let mut count = 0;
    let first = text.split(['-', '/', '.', ':']).next().unwrap_or_default();
    for part in text.split(['-', '/', '.', ':']) {
        if part.is_empty() || part.len() > 4 || !part.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        *numbers.get_mut(count)? = part.parse().ok()?;
        count += 1;
    }
    match count {
        2 => NaiveDate::from_ymd_opt(near.year(), numbers[0], numbers[1]),
        3 if first.len() == 4 => {
            NaiveDate::from_ymd_opt(i32::try_from(numbers[0]).ok()?, numbers[1], numbers[2])
        }
        _ => None,
    }
}

/// The comment of a line that is nothing but an indented comment, without `;` and outer blanks. In
/// Beancount, a line of metadata too.
pub fn own_comment(line: &str, dialect: Dialect) -> Option<&str> {
    // What most lines begin with says at once what they are.
    let blanks = line.bytes().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    match line.as_bytes().get(blanks) {
        Some(b';') if blanks > 0 => return Some(trimmed(&line[blanks + 1..])),
        Some(b'A'..=b'Z') => return None,
        _ => {}
    }
    let text = line.trim_start();
    if text.len() == line.len() {
        return None;
    }
    if let Some(comment) = text.strip_prefix(';') {
        return Some(comment.trim());
    }
    let is_key = |key: &str| {
        key.starts_with(|first: char| first.is_ascii_lowercase())
            && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    match dialect {
        Dialect::Beancount => {
            text.split_once(':').filter(|(key, _)| is_key(key)).map(|_| text.trim())
        }
        Dialect::Hledger | Dialect::Ledger => None,
    }
}

/// The comment at the end of a posting line, without `;` and outer blanks.
pub fn end_comment(line: &str) -> Option<&str> {
    let text = line.trim_start();
    let rest = &text[account_end(text)..];
    let mut quoted = false;
    for (at, byte) in rest.bytes().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            b';' if !quoted => return Some(rest[at + 1..].trim()),
            _ => {}
        }
    }
    None
}

/// Where the account name at the start of `text` ends: at two blanks, a tab, or the end.
pub fn account_end(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut from = 0;
    while let Some(found) = memchr::memchr2(b' ', b'\t', &bytes[from..]) {
        let at = from + found;
        if bytes[at] == b'\t' || matches!(bytes.get(at + 1), None | Some(b' ' | b'\t')) {
            return at;
        }
        from = at + 1;
    }
    bytes.len()
}

/// The tags of a comment: `key: value` anywhere in it, a value up to a comma or the end, and
/// `:a:b:`, tags without a value.
pub fn tags(comment: &str) -> Vec<(&str, &str)> {
    let mut tags = Vec::new();
    each_tag(comment, |key, value| tags.push((key, value)));
    tags
}

/// Shows each of them, in their order.
pub fn each_tag<'s>(comment: &'s str, mut show: impl FnMut(&'s str, &'s str)) {
    let mut rest = comment;
    while let Some(colon) = memchr::memchr(b':', rest.as_bytes()) {
        let before = &rest[..colon];
        let parted = memchr::memrchr3(b' ', b'\t', b',', before.as_bytes());
        let key = &before[parted.map_or(0, |at| at + 1)..];
        let after = &rest[colon + 1..];
        if key.is_empty() {
            // No list runs past a blank or a comma, and none begins with two colons.
            let after = after.trim_start_matches(':');
            let word = after.split([' ', '\t', ',']).next().unwrap_or_default();
            if let Some(list) = word.strip_suffix(':') {
                list.split(':').filter(|tag| !tag.is_empty()).for_each(|tag| show(tag, ""));
                rest = &after[word.len()..];
            } else {
                rest = after;
            }
            continue;
        }
        // `key:: expression` is Ledger's typed value; its text is the value here.
        let after = after.strip_prefix(':').unwrap_or(after);
        let end = memchr::memchr(b',', after.as_bytes()).unwrap_or(after.len());
        show(key, trimmed(&after[..end]));
        rest = after.get(end + 1..).unwrap_or_default();
    }
}

/// The value of the first tag of this key.
pub fn tag<'s>(comment: &'s str, key: &str) -> Option<&'s str> {
    let mut first = None;
    each_tag(comment, |found, value| {
        if first.is_none() && found == key {
            first = Some(value);
        }
    });
    first
}

/// As `trim_start`, which looks at letters where most texts have one blank before a word.
fn from_word(text: &str) -> &str {
    match text.as_bytes() {
        [b' ', b'!'..=b'~', ..] => &text[1..],
        [b'!'..=b'~', ..] => text,
        _ => text.trim_start(),
    }
}

/// As `trim`, the same way.
fn trimmed(text: &str) -> &str {
    let text = from_word(text);
    match text.as_bytes() {
        [.., b'!'..=b'~'] => text,
        _ => text.trim_end(),
    }
}

/// The longest start of `text` that passes, and the rest.
fn run(text: &str, passes: impl Fn(u8) -> bool) -> (&str, &str) {
    let end = text.bytes().position(|byte| !passes(byte)).unwrap_or(text.len());
    text.split_at(end)
}

fn is_date(byte: u8) -> bool {
    byte.is_ascii_digit() || matches!(byte, b'-' | b'/' | b'.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_has_five_parts() {
        let found = header("2024-03-15=2024-03-18 * (T+1) Payee | note ; a: b");
        assert_eq!(found.date2, Some("2024-03-18"));
        assert_eq!(found.status, Status::Cleared);
        assert_eq!((found.code, found.description, found.comment), ("T+1", "Payee | note", "a: b"));
        assert_eq!(header("2024/1/1").description, "");
        assert_eq!(header("2024.1.1 ! 7 up").description, "7 up");
    }

    #[test]
    fn tags_end_at_commas_and_lists_have_no_values() {
        assert_eq!(
            tags("event: dividend, security: VTI, claimed: qualified"),
            [("event", "dividend"), ("security", "VTI"), ("claimed", "qualified")]
        );
        assert_eq!(tags("see :a:b-c: and key:: 3"), [("a", ""), ("b-c", ""), ("key", "3")]);
        assert_eq!(tags("no tag : here"), []);
        assert_eq!(tag("row: x, src: a.csv:14", "src"), Some("a.csv:14"));
    }

    #[test]
    fn a_beancount_header_keeps_its_strings_whole() {
        let found = beancount("2024-01-01 * \"Pay; \\\"x\\\"\" \"a\nb\" #t ; end\n  A:B  1 USD");
        assert_eq!(strings(found.description), ["Pay; \"x\"", "a\nb"]);
        assert_eq!(found.comment, "end");
    }

    #[test]
    fn a_comment_follows_the_amount() {
        assert_eq!(end_comment("  a:b c  1 \"x;y\" ; note"), Some("note"));
        assert_eq!(end_comment("  a:b c ; d"), None);
    }
}
