//! The words of a Beancount text, one at a time: dates, accounts, currencies, numbers, strings.
//!
//! In: a text and a place in it. Out: the next word if it is of the sort that is asked for, a slice
//! of the text where it is a name. Strings may run over lines; nothing else does.

mod number;

use crate::period::NaiveDate;
use crate::source::{Name, Place};

pub(super) use number::Wrong;

/// A place in a text that moves on word by word.
#[derive(Clone, Debug)]
pub(super) struct Cursor<'t> {
    pub text: &'t str,
    bytes: &'t [u8],
    pub at: usize,
    /// Of `at`, from 1.
    pub line: u32,
    /// First byte of that line.
    pub line_start: usize,
}

/// What stands at the cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found<T> {
    Good(T),
    /// It begins as what is asked for, and is none: no such day, no end.
    Bad,
    /// Something else.
    Other,
}

impl<'t> Cursor<'t> {
    pub fn new(text: &'t str) -> Cursor<'t> {
        Cursor::at(text, 0)
    }

    /// At the line that begins at byte `at`, which is counted as the first.
    pub fn at(text: &'t str, at: usize) -> Cursor<'t> {
        Cursor { text, bytes: text.as_bytes(), at, line: 1, line_start: at }
    }

    /// The byte at the cursor; a line end at the end of the text.
    #[inline]
    pub fn byte(&self) -> u8 {
        self.peek(0)
    }

    /// The byte `ahead` of the cursor.
    #[inline]
    pub fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(b'\n')
    }

    #[inline]
    pub fn is_end(&self) -> bool {
        self.at >= self.bytes.len()
    }

    /// Passes blanks; a carriage return is one.
    #[inline]
    pub fn blanks(&mut self) {
        while let Some(b' ' | b'\t' | b'\r') = self.bytes.get(self.at) {
            self.at += 1;
        }
    }

    /// Whether nothing but a comment follows on this line.
    #[inline]
    pub fn is_line_end(&self) -> bool {
        matches!(self.byte(), b'\n' | b';')
    }

    /// Goes to the start of the next line, whatever follows on this one.
    pub fn next_line(&mut self) {
        let rest = &self.bytes[self.at.min(self.bytes.len())..];
        // Most often it is the next byte.
        let end = if rest.first() == Some(&b'\n') { Some(0) } else { memchr::memchr(b'\n', rest) };
        match end {
            Some(end) => {
                self.at += end + 1;
                self.line = self.line.saturating_add(1);
                self.line_start = self.at;
            }
            None => self.at = self.bytes.len(),
        }
    }

    /// The text from `start` to the cursor.
    pub fn since(&self, start: usize) -> &'t str {
        self.text.get(start..self.at).unwrap_or_default()
    }

    /// Passes `word` if it stands here.
    pub fn word(&mut self, word: &str) -> bool {
        let here = self.bytes[self.at..].starts_with(word.as_bytes());
        if here {
            self.at += word.len();
        }
        here
    }

    /// `2024-03-15`, `2024/3/5`.
    pub fn date(&mut self) -> Found<NaiveDate> {
        if let Some(date) = self.usual_date() {
            self.at += 10;
            return Found::Good(date);
        }
        let mut at = self.at;
        let mut number = |most: usize| {
            let start = at;
            let mut value = 0_u32;
            while let Some(digit @ b'0'..=b'9') = self.bytes.get(at) {
                value = value.saturating_mul(10).saturating_add(u32::from(digit - b'0'));
                at += 1;
            }
            let length = at - start;
            let separated = most == 0 || matches!(self.bytes.get(at), Some(b'-' | b'/'));
            at += usize::from(most > 0);
            (length > 0 && separated).then_some((value, length))
        };
        let (Some((year, 4..)), Some((month, _)), Some((day, _))) =
            (number(1), number(1), number(0))
        else {
            return Found::Other;
        };
        self.at = at;
        let year = i32::try_from(year).ok().filter(|year| (1..=9999).contains(year));
        year.and_then(|year| NaiveDate::from_ymd_opt(year, month, day))
            .map_or(Found::Bad, Found::Good)
    }

    /// A date as most are written: `2024-03-15`.
    fn usual_date(&self) -> Option<NaiveDate> {
        let rest = self.bytes.get(self.at..)?;
        let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = *rest.first_chunk::<10>()? else {
            return None;
        };
        if !([y1, y2, y3, y4, m1, m2, d1, d2].iter().all(u8::is_ascii_digit))
            || rest.get(10).is_some_and(u8::is_ascii_digit)
        {
            return None;
        }
        let two = |tens: u8, ones: u8| u32::from(tens - b'0') * 10 + u32::from(ones - b'0');
        let year = i32::try_from(two(y1, y2) * 100 + two(y3, y4)).ok().filter(|year| *year > 0)?;
        NaiveDate::from_ymd_opt(year, two(m1, m2), two(d1, d2))
    }

    /// Whether a date stands here.
    pub fn is_date(&self) -> bool {
        self.byte().is_ascii_digit() && self.clone().date() != Found::Other
    }

    /// The text up to the next blank or line end, which may be any.
    #[inline]
    pub fn word_here(&self) -> &'t str {
        let rest = &self.bytes[self.at.min(self.bytes.len())..];
        let length = memchr::memchr2(b' ', b'\n', rest).unwrap_or(rest.len());
        self.text.get(self.at..self.at + length).unwrap_or_default()
    }

    /// A name of at least two components with `:` between, each beginning with a capital letter, a
    /// digit (but not the first), or a letter beyond ASCII.
    pub fn account(&mut self) -> Option<&'t str> {
        let start = self.at;
        let mut at = start;
        let mut parts = 0;
        loop {
            match self.bytes.get(at) {
                Some(b'A'..=b'Z' | 0x80..) => {}
                Some(b'0'..=b'9') if parts > 0 => {}
                _ => return None,
            }
            at += 1;
            while let Some(b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | 0x80..) =
                self.bytes.get(at)
            {
                at += 1;
            }
            parts += 1;
            if self.bytes.get(at) != Some(&b':') {
                break;
            }
            at += 1;
        }
        if parts < 2 {
            return None;
        }
        self.at = at;
        Some(self.since(start))
    }

    /// `USD`, `V`, `NT.TO`, `/ESH25`.
    pub fn currency(&mut self) -> Option<&'t str> {
        let start = self.at;
        let slash = self.byte() == b'/';
        let mut at = start + usize::from(slash);
        if !slash && !self.byte().is_ascii_uppercase() {
            return None;
        }
        let (mut end, mut letter) = (start, false);
        loop {
            match self.bytes.get(at) {
                Some(b'A'..=b'Z') => {
                    letter = true;
                    end = at + 1;
                }
                Some(b'0'..=b'9') => end = at + 1,
                Some(b'\'' | b'.' | b'_' | b'-') => {}
                _ => break,
            }
            at += 1;
        }
        let after = self.bytes.get(end);
        if !letter || after.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte >= 0x80) {
            return None;
        }
        // These are values of metadata, wherever they stand.
        if matches!(&self.bytes[start..end], b"TRUE" | b"FALSE" | b"NULL") {
            return None;
        }
        self.at = end;
        Some(self.since(start))
    }

    /// `"…"`, its escapes not undone yet.
    pub fn string(&mut self) -> Found<&'t str> {
        if self.byte() != b'"' {
            return Found::Other;
        }
        let start = self.at + 1;
        let mut at = start;
        let (mut line, mut line_start) = (self.line, self.line_start);
        loop {
            let rest = &self.bytes[at.min(self.bytes.len())..];
            let Some(found) = memchr::memchr3(b'"', b'\\', b'\n', rest) else {
                return Found::Bad;
            };
            at += found + 1;
            let mut byte = rest[found];
            if byte == b'"' {
                break;
            }
            if byte == b'\\' {
                byte = rest.get(found + 1).copied().unwrap_or_default();
                at += 1;
            }
            if byte == b'\n' {
                (line, line_start) = (line.saturating_add(1), at);
            }
        }
        (self.line, self.line_start, self.at) = (line, line_start, at);
        let at = at - 1;
        self.text.get(start..at).map_or(Found::Bad, Found::Good)
    }

    /// `#tag` or `^link`, with `mark` as its first byte, which is not part of the answer.
    pub fn marked(&mut self, mark: u8) -> Option<&'t str> {
        if self.byte() != mark {
            return None;
        }
        let start = self.at + 1;
        let rest = &self.bytes[start.min(self.bytes.len())..];
        let length = rest.iter().position(|byte| !is_tag_byte(*byte)).unwrap_or(rest.len());
        if length == 0 {
            return None;
        }
        self.at = start + length;
        Some(self.since(start))
    }

    /// `key` of `key: value`, the colon passed.
    pub fn key(&mut self) -> Option<&'t str> {
        let start = self.at;
        if !self.byte().is_ascii_lowercase() {
            return None;
        }
        let rest = &self.bytes[start..];
        let length = rest
            .iter()
            .position(|byte| !(byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')))?;
        if length < 2 || rest[length] != b':' {
            return None;
        }
        self.at = start + length + 1;
        self.text.get(start..start + length)
    }

    /// Whether a number or an expression begins here.
    #[inline]
    pub fn is_number(&self) -> bool {
        matches!(self.byte(), b'0'..=b'9' | b'+' | b'-' | b'(')
    }

    /// Points at `length` bytes from `start`, which stand on the cursor's line.
    pub fn place(&self, file: &Name, start: usize, length: usize) -> Place {
        let rest = &self.bytes[start.min(self.bytes.len())..];
        let end = memchr::memchr(b'\n', rest).map_or(self.bytes.len(), |end| start + end);
        let shown = floor(self.text, (start + length).min(end));
        let start = floor(self.text, start);
        let before = self.text.get(self.line_start..start).unwrap_or_default();
        let marked = self.text.get(start..shown).unwrap_or_default();
        let line = self.text.get(self.line_start..end).unwrap_or_default();
        Place {
            file: file.clone(),
            line: self.line,
            column: count(before.chars().count()).saturating_add(1),
            width: count(marked.chars().count()),
            text: line.strip_suffix('\r').unwrap_or(line).to_owned(),
            label: String::new(),
        }
    }

    /// The word at the cursor, for messages: up to a blank.
    pub fn here(&self) -> &'t str {
        let rest = self.text.get(floor(self.text, self.at)..).unwrap_or_default();
        let end = rest.find([' ', '\t', '\r', '\n']).unwrap_or(rest.len());
        &rest[..end]
    }
}

/// The start of the letter that byte `at` is in.
fn floor(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

fn is_tag_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'/' | b'.')
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_end_where_they_must() {
        assert_eq!(Cursor::new("Assets:US-1:2nd:銀行  1").account(), Some("Assets:US-1:2nd:銀行"));
        assert_eq!(Cursor::new("Assets:bank").account(), None);
        assert_eq!(Cursor::new("Assets").account(), None);
        assert_eq!(Cursor::new("NT.TO_ x").currency(), Some("NT.TO"));
        assert_eq!(Cursor::new("USDollar").currency(), None);
        assert_eq!(Cursor::new("/6J").currency(), Some("/6J"));
        assert_eq!(Cursor::new("/6.3").currency(), None);
        assert_eq!(Cursor::new("NULL").currency(), None);
        assert_eq!(Cursor::new("NULLS").currency(), Some("NULLS"));
        assert_eq!(Cursor::new("\"a\\\"b\nc\" d").string(), Found::Good("a\\\"b\nc"));
        assert_eq!(Cursor::new("\"a").string(), Found::Bad);
        let day = NaiveDate::from_ymd_opt(2024, 3, 5).expect("a day");
        assert_eq!(Cursor::new("2024/3/5").date(), Found::Good(day));
        assert_eq!(Cursor::new("2024-02-30").date(), Found::Bad);
        assert_eq!(Cursor::new("124-02-03").date(), Found::Other);
    }
}
