//! Takes a delimited text apart into records and cells, malformed ones too, without copying them.
//!
//! What RFC 4180 says is read as it says. What brokers and spreadsheets write beside it is read as
//! it is meant: blanks before a quote, text after a closing one, `="123"`, any line end, and a quote
//! that is never closed, which ends with its line. A quoted cell has several lines only where its
//! closing quote ends the cell; so a stray quote cannot swallow the rows after it.

use std::borrow::Cow;

use memchr::{memchr, memchr_iter, memchr2, memchr3};

/// One record: where it lies, and whether it ended as it should.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record<'s> {
    /// Line of its first character, from 1.
    pub line: u32,
    /// All of it, without its line end.
    pub text: &'s str,
    /// A quote was still open where it ends.
    pub cut: bool,
}

/// Where a record starts: after how many bytes, and on which line, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Start {
    /// In bytes.
    pub at: usize,
    /// Of the file as it lies.
    pub line: u32,
}

/// A cell's text, without its quotes; not trimmed.
pub type Cell<'s> = Cow<'s, str>;

/// The records of a text, one after the other.
#[derive(Clone, Debug)]
pub struct Records<'s> {
    text: &'s str,
    at: usize,
    line: u32,
    delimiter: u8,
    /// A cell of the record may have several lines.
    broken: bool,
    /// From here on there is no quote; spares a second search to the end.
    quoteless: usize,
}

impl<'s> Records<'s> {
    /// From the start of `text`.
    pub fn new(text: &'s str, delimiter: u8) -> Records<'s> {
        Records::from(text, delimiter, Start { at: 0, line: 1 })
    }

    /// From the start of a record within `text`.
    pub fn from(text: &'s str, delimiter: u8, start: Start) -> Records<'s> {
        let Start { at, line } = start;
        Records { text, at, line, delimiter, broken: false, quoteless: usize::MAX }
    }

    /// Where the next record starts.
    pub fn start(&self) -> Start {
        Start { at: self.at, line: self.line }
    }

    /// The next record, its cells in `cells`. Empty lines are records of one empty cell.
    pub fn next(&mut self, cells: &mut Vec<Cell<'s>>) -> Option<Record<'s>> {
        cells.clear();
        if self.at >= self.text.len() {
            return None;
        }
        let (start, line) = (self.at, self.line);
        self.broken = false;
        let mut cut = false;
        loop {
            let end = if let Some((cell, end)) = self.usual(self.at) {
                cells.push(Cow::Borrowed(cell));
                end
            } else {
                let (cell, end, open) = self.cell(self.at);
                self.broken = true;
                cut |= open;
                cells.push(cell);
                end
            };
            self.at = end;
            match self.byte(end) {
                Some(byte) if byte == self.delimiter => self.at += 1,
                _ => break,
            }
        }
        let record = Record { line, text: &self.text[start..self.at], cut };
        if self.broken {
            self.line = self.line.saturating_add(line_ends(record.text));
        }
        match self.byte(self.at) {
            Some(b'\r') => {
                self.at += 1 + usize::from(self.byte(self.at + 1) == Some(b'\n'));
                self.line = self.line.saturating_add(1);
            }
            Some(_) => {
                self.at += 1;
                self.line = self.line.saturating_add(1);
            }
            None => {}
        }
        Some(record)
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied()
    }

    /// The cell from `start` and where it ends, where it is as most are: bare, or in quotes with none
    /// within and nothing after.
    #[inline]
    fn usual(&mut self, start: usize) -> Option<(&'s str, usize)> {
        let bytes = self.text.as_bytes();
        match *bytes.get(start)? {
            b'"' => {
                let mut controls = 0;
                let quotes = |word| {
                    let quotes = marks_of(word, b'"');
                    // Of the bytes before the first quote, or of all.
                    let before = (quotes & quotes.wrapping_neg()).wrapping_sub(1);
                    controls |= word.wrapping_sub(ONES * u64::from(b' ')) & !word & HIGHS & before;
                    quotes
                };
                let close = start + 1 + near(&bytes[start + 1..], quotes).ok()?;
                let next = *bytes.get(close + 1)?;
                if next != self.delimiter && next != b'\n' && next != b'\r' {
                    return None;
                }
                self.broken |= controls != 0;
                Some((&self.text[start + 1..close], close + 1))
            }
            byte if byte == self.delimiter => Some(("", start)),
            b' ' | b'=' => None,
            _ => {
                let end = self.bare_end(start);
                Some((&self.text[start..end], end))
            }
        }
    }

    /// The cell from `start`: its text, where it ends, and whether a quote stayed open.
    fn cell(&mut self, start: usize) -> (Cell<'s>, usize, bool) {
        let bytes = self.text.as_bytes();
        let mut first = start;
        if !matches!(bytes.get(start), Some(b'"')) {
            while matches!(bytes.get(first), Some(b' ')) {
                first += 1;
            }
            if bytes[first..].starts_with(b"=\"") {
                first += 1;
            }
        }
        if matches!(bytes.get(first), Some(b'"')) {
            self.quoted(start, first + 1)
        } else {
            let end = self.bare_end(first);
            (Cow::Borrowed(&self.text[start..end]), end, false)
        }
    }

    /// Where a cell without quotes ends: at a delimiter or a line end.
    #[inline]
    fn bare_end(&self, from: usize) -> usize {
        let rest = &self.text.as_bytes()[from..];
        let ends = [self.delimiter, b'\n', b'\r'];
        near(rest, |word| ends.iter().fold(0, |marks, end| marks | marks_of(word, *end)))
            .unwrap_or_else(|passed| {
                let rest = &rest[passed..];
                let length = memchr3(self.delimiter, b'\n', b'\r', rest);
                passed + length.unwrap_or(rest.len())
            })
            + from
    }

    /// A quoted cell, `start` at its first blank or quote, `open` after its opening quote.
    fn quoted(&mut self, start: usize, open: usize) -> (Cell<'s>, usize, bool) {
        let bytes = self.text.as_bytes();
        let (mut from, mut doubled) = (open, false);
        let close = loop {
            match self.quote(from) {
                Some(at) if self.byte(at + 1) == Some(b'"') => {
                    doubled = true;
                    from = at + 2;
                }
                other => break other,
            }
        };
        let Some(close) = close else {
            // Never closed: the cell ends with its line.
            let end =
                memchr2(b'\n', b'\r', &bytes[open..]).map_or(bytes.len(), |length| open + length);
            return (Cow::Borrowed(&self.text[open..end]), end, true);
        };
        let end = self.bare_end(close + 1);
        let (inside, after) = (&self.text[open..close], self.text[close + 1..end].trim());
        if memchr2(b'\n', b'\r', inside.as_bytes()).is_some() && !after.is_empty() {
            // The quote that would close it opens a cell of a later line.
            let end =
                memchr2(b'\n', b'\r', &bytes[start..]).map_or(bytes.len(), |length| start + length);
            return (Cow::Borrowed(&self.text[open..end.max(open)]), end.max(open), true);
        }
        let cell = match (doubled, after.is_empty()) {
            (false, true) => Cow::Borrowed(inside),
            (true, true) => Cow::Owned(inside.replace("\"\"", "\"")),
            (_, false) => {
                let tail = &self.text[close + 1..end];
                Cow::Owned(format!("{}{}", inside.replace("\"\"", "\""), tail.replace('"', "")))
            }
        };
        (cell, end, false)
    }

    /// The next quote from `from` on.
    fn quote(&mut self, from: usize) -> Option<usize> {
        if from >= self.quoteless {
            return None;
        }
        let found = self.text.as_bytes().get(from..).and_then(|rest| memchr(b'"', rest));
        if found.is_none() {
            self.quoteless = from;
        }
        found.map(|at| from + at)
    }
}

/// The lowest bit of each byte of a word, and the highest.
const ONES: u64 = u64::from_ne_bytes([1; 8]);
const HIGHS: u64 = ONES << 7;

/// Marks, by its highest bit, the first byte of `word` that is `byte`. Bytes behind it may be marked too.
#[inline]
fn marks_of(word: u64, byte: u8) -> u64 {
    // A byte that is wanted is zero now, and the first zero borrows from no other.
    let other = word ^ (ONES * u64::from(byte));
    other.wrapping_sub(ONES) & !other & HIGHS
}

/// The first byte that `marks` marks in a word of eight: most cells end within a few, and there a call
/// takes longer than to look. `Err`: it is not among so many bytes.
#[inline]
fn near(bytes: &[u8], mut marks: impl FnMut(u64) -> u64) -> Result<usize, usize> {
    let mut passed = 0;
    while passed < 48
        && let Some(eight) = bytes.get(passed..).and_then(<[u8]>::first_chunk::<8>)
    {
        let marked = marks(u64::from_le_bytes(*eight));
        if marked != 0 {
            return Ok(passed + marked.trailing_zeros() as usize / 8);
        }
        passed += 8;
    }
    Err(passed)
}

/// How many line ends are in `text`: LF, CRLF or a lone CR.
pub fn line_ends(text: &str) -> u32 {
    let bytes = text.as_bytes();
    let lone = |at: &usize| bytes.get(at + 1) != Some(&b'\n');
    let lone = memchr_iter(b'\r', bytes).filter(lone).count();
    u32::try_from(memchr_iter(b'\n', bytes).count() + lone).unwrap_or(u32::MAX)
}

/// The stretch of `record` that is its cell number `index`, quotes included, for a message.
pub fn stretch(record: &str, delimiter: u8, index: usize) -> Option<&str> {
    let mut records = Records::new(record, delimiter);
    let mut at = 0;
    for number in 0..=index {
        let (_, end, _) = records.cell(at);
        if number == index {
            let cell = &record[at..end];
            let blanks = cell.len() - cell.trim_start().len();
            return Some(&record[at + blanks..end]);
        }
        if records.byte(end) != Some(delimiter) {
            return None;
        }
        at = end + 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn all(text: &str, delimiter: u8) -> Vec<(u32, Vec<String>, bool)> {
        let (mut records, mut cells) = (Records::new(text, delimiter), Vec::new());
        std::iter::from_fn(|| {
            let record = records.next(&mut cells)?;
            Some((record.line, cells.iter().map(ToString::to_string).collect(), record.cut))
        })
        .collect()
    }

    fn cells(line: &str) -> Vec<String> {
        all(line, b',').remove(0).1
    }

    #[test]
    fn a_cell_s_end_is_found_wherever_it_stands() {
        for length in 0..70 {
            for other in ["!", "#", "\u{7f}", " ", "é", "\n", "\t"] {
                let inside = other.repeat(length);
                let lines = if other == "\n" { 1 + u32::try_from(length).expect("few") } else { 1 };
                for (end, next) in [(",", 0), ("\n", 1), ("\r", 1)] {
                    let found = all(&format!("\"{inside}\"{end}x"), b',');
                    let (last, cells, _) = found.last().expect("a record");
                    assert_eq!((found[0].1[0].as_str(), *last), (&*inside, 1 + next * lines));
                    assert_eq!(cells.last().map(String::as_str), Some("x"));
                    if other != "\n" {
                        let found = all(&format!("a{inside}{end}x"), b',');
                        assert_eq!(found[0].1[0], format!("a{inside}"), "{length} {end:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn text_after_a_closing_quote_is_part_of_the_cell() {
        assert_eq!(
            cells(r#" 07/05/2023,"Individual" X00000000," YOU SOLD, A (B)""#),
            [" 07/05/2023", "Individual X00000000", " YOU SOLD, A (B)"]
        );
        assert_eq!(cells(r#"a, "b, c",="123""#), ["a", "b, c", "123"]);
        assert_eq!(cells(r#"5" pipe,"say ""hi""",x"#), ["5\" pipe", "say \"hi\"", "x"]);
    }

    #[test]
    fn an_open_quote_ends_with_its_line_and_swallows_nothing() {
        let found = all("\"a\",\"b\n\"c\",\"d\"\n", b',');
        assert_eq!(found.len(), 2);
        assert!(found[0].2 && !found[1].2);
        assert_eq!(found[1], (2, vec!["c".to_owned(), "d".to_owned()], false));
        let last = all("a,b\nc,\"Credit In", b',');
        assert_eq!(last[1], (2, vec!["c".to_owned(), "Credit In".to_owned()], true));
    }

    #[test]
    fn lines_are_those_of_the_file_as_it_lies() {
        let found = all("\r\n\"a\r\nb\",c\rd,e\n\nf", b',');
        let lines: Vec<_> = found.iter().map(|(line, ..)| *line).collect();
        assert_eq!(lines, [1, 2, 4, 5, 6]);
        assert_eq!(found[1].1, ["a\r\nb", "c"]);
    }

    #[test]
    fn a_message_can_point_at_a_cell() {
        let record = r#""08/30/2024","Securities Lending Reb", "VTI",x"#;
        assert_eq!(stretch(record, b',', 1), Some("\"Securities Lending Reb\""));
        assert_eq!(stretch(record, b',', 2), Some("\"VTI\""));
        assert_eq!(stretch(record, b',', 4), None);
    }

    proptest! {
        /// The csv crate is the referee: what it writes is read as it reads it.
        #[test]
        fn regular_files_are_read_as_the_csv_crate_reads_them(
            rows in prop::collection::vec(
                prop::collection::vec("[a-z0-9 ,;\"\n\r$.-]{0,8}", 1..6), 0..8),
            semicolon: bool,
            always: bool,
        ) {
            let delimiter = if semicolon { b';' } else { b',' };
            let style = if always { csv::QuoteStyle::Always } else { csv::QuoteStyle::Necessary };
            let mut writer = csv::WriterBuilder::new()
                .flexible(true).delimiter(delimiter).quote_style(style).from_writer(Vec::new());
            // A bare cell with leading blanks before a quote is not what the crate writes bare.
            let rows: Vec<Vec<String>> = rows;
            for row in &rows {
                writer.write_record(row).expect("into memory");
            }
            let text = String::from_utf8(writer.into_inner().expect("flushed")).expect("UTF-8");
            let mut reader = csv::ReaderBuilder::new()
                .flexible(true).has_headers(false).delimiter(delimiter)
                .from_reader(text.as_bytes());
            let expected: Vec<Vec<String>> = reader
                .records()
                .map(|row| row.expect("regular").iter().map(str::to_owned).collect())
                .collect();
            let found: Vec<Vec<String>> = all(&text, delimiter)
                .into_iter()
                .map(|(_, cells, _)| cells)
                .filter(|cells| cells.len() > 1 || !cells[0].is_empty() || always)
                .collect();
            let expected: Vec<Vec<String>> = expected
                .into_iter()
                .filter(|cells| cells.len() > 1 || !cells[0].is_empty() || always)
                .collect();
            prop_assert_eq!(found, expected);
        }

        #[test]
        fn no_text_panics_and_none_is_lost(text in "[a,\"\n\r= é;]{0,60}") {
            let (mut records, mut cells) = (Records::new(&text, b','), Vec::new());
            let mut seen = 0;
            while let Some(record) = records.next(&mut cells) {
                seen += record.text.chars().filter(|c| *c == 'é').count();
                for index in 0..cells.len() {
                    prop_assert!(stretch(record.text, b',', index).is_some());
                }
            }
            prop_assert_eq!(seen, text.chars().filter(|c| *c == 'é').count());
        }
    }
}
