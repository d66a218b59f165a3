//! The ground: texts a person gave us, the names in them, and places to point at.
//!
//! In: bytes as they lie in a file. Out: a `Source` (decoded text with its name), `Name`s that are
//! stored once, and `Place`s a message can quote. Knows no format: what the text says is for the
//! readers above.

mod name;
mod text;
mod words;
mod workbook;

use std::borrow::Cow;

pub use encoding_rs::Encoding;
use encoding_rs::{UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

pub use name::{ByLetters, Letters, Name, NameSet, Names};
pub use text::{Lent, Text};
pub use words::{Staying, Words};

/// One text with the name it goes by in messages: `statements/schwab-2024.csv`.
#[derive(Clone, Debug)]
pub struct Source {
    /// As a message shows it; never used to decide what the text is.
    pub name: Name,
    /// The text, without a byte-order mark. Line ends are those of the file.
    pub text: Text,
    /// How the bytes were read, for `check -v`: `UTF-8`, `UTF-16LE`, `windows-1252`, `workbook`.
    pub encoding: &'static str,
    /// The other sheets of a workbook, longest first; none of them longer than this.
    pub sheets: Vec<Source>,
}

/// What a sheet of a workbook counts as.
const WORKBOOK: &str = "workbook";

impl Source {
    /// A text that is at hand already, in tests and from other rooms.
    pub fn new(name: impl AsRef<str>, text: impl Into<String>) -> Source {
        Source::utf8(name, text.into().into())
    }

    /// A text that is UTF-8 where it lies, as `is_plain` and a check of its letters have shown.
    pub fn utf8(name: impl AsRef<str>, text: Text) -> Source {
        Source { name: Name::new(name.as_ref()), text, encoding: UTF_8.name(), sheets: Vec::new() }
    }

    /// Whether nothing at the start of `bytes` says that they are anything but UTF-8 without a mark.
    pub fn is_plain(bytes: &[u8]) -> bool {
        Encoding::for_bom(bytes).is_none()
            && sixteen_bits(bytes).is_none()
            && !workbook::begins(bytes)
    }

    /// Decodes `bytes`: by byte-order mark, else UTF-16 by its zero bytes, else UTF-8, else
    /// windows-1252, which every byte string is. Marks at the start are dropped, however many
    /// there are. UTF-8 is checked and kept, not copied. A workbook is the text of its longest sheet.
    pub fn decode(name: impl AsRef<str>, bytes: Vec<u8>) -> Source {
        Source::decode_else(name, bytes, WINDOWS_1252)
    }

    /// As `decode`, but what is not UTF-8 and has no mark is `otherwise`.
    pub fn decode_else(
        name: impl AsRef<str>,
        bytes: Vec<u8>,
        otherwise: &'static Encoding,
    ) -> Source {
        if let Some(texts) = workbook::texts(&bytes) {
            let name = Name::new(name.as_ref());
            let sheet = |text: String| Source {
                name: name.clone(),
                text: text.into(),
                encoding: WORKBOOK,
                sheets: Vec::new(),
            };
            let mut sheets = texts.into_iter().map(sheet);
            if let Some(longest) = sheets.next() {
                return Source { sheets: sheets.collect(), ..longest };
            }
        }
        let told = Encoding::for_bom(&bytes).map(|(found, _)| found);
        let (text, encoding) = match told.or_else(|| sixteen_bits(&bytes)) {
            Some(encoding) if encoding != UTF_8 => {
                (encoding.decode(&bytes).0.into_owned(), encoding)
            }
            told => match String::from_utf8(bytes) {
                Ok(text) => (text, UTF_8),
                Err(error) => {
                    let encoding = told.unwrap_or(otherwise);
                    (encoding.decode(error.as_bytes()).0.into_owned(), encoding)
                }
            },
        };
        let marks = text.len() - text.trim_start_matches('\u{feff}').len();
        let text = if marks == 0 { text } else { text[marks..].to_owned() };
        let name = Name::new(name.as_ref());
        Source { name, text: text.into(), encoding: encoding.name(), sheets: Vec::new() }
    }

    /// Whether nothing in its bytes told how they are to be read: they are no UTF-8 and have no mark.
    pub fn is_guessed(&self) -> bool {
        self.encoding != WORKBOOK
            && ![UTF_8, UTF_16LE, UTF_16BE].iter().any(|told| told.name() == self.encoding)
    }

    /// The line with this number, from 1, without its end. Lines end with LF, CRLF or a lone CR.
    /// Linear in the text: for messages, not for reading.
    pub fn line(&self, number: u32) -> Option<&str> {
        lines(&self.text).nth(number.checked_sub(1)? as usize)
    }

    /// Points at `part`, which must be a slice of this text; at its first line where it has several.
    pub fn place(&self, part: &str) -> Place {
        let start = (part.as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize);
        self.place_at(start.min(self.text.len()), part.len())
    }

    /// Points at `length` bytes from `start`.
    pub fn place_at(&self, start: usize, length: usize) -> Place {
        let before = &self.text[..start];
        let line_start = before.rfind(['\n', '\r']).map_or(0, |end| end + 1);
        let line_end =
            self.text[start..].find(['\n', '\r']).map_or(self.text.len(), |end| start + end);
        let shown_end = (start + length).min(line_end);
        Place {
            file: self.name.clone(),
            line: count(lines(before).count().max(1) + usize::from(before.ends_with(['\n', '\r']))),
            column: count(self.text[line_start..start].chars().count() + 1),
            width: count(self.text[start..shown_end].chars().count()),
            text: self.text[line_start..line_end].to_owned(),
            label: String::new(),
        }
    }

    /// Points at a whole line, from 1.
    pub fn place_of_line(&self, number: u32) -> Place {
        let text = self.line(number).unwrap_or_default().to_owned();
        let width = count(text.chars().count());
        Place {
            file: self.name.clone(),
            line: number,
            column: 1,
            width,
            text,
            label: String::new(),
        }
    }
}

/// A stretch of one line in a file, with the line itself, so that a message can show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file's name as messages show it.
    pub file: Name,
    /// From 1, of the file as it lies; 0 where only the file is meant.
    pub line: u32,
    /// In characters, from 1.
    pub column: u32,
    /// In characters; 0 points between two.
    pub width: u32,
    /// The whole line, without its end.
    pub text: String,
    /// What stands beside the carets; empty for nothing.
    pub label: String,
}

impl Place {
    /// A place that is a file as a whole.
    pub fn file(name: impl AsRef<str>) -> Place {
        let file = Name::new(name.as_ref());
        Place { file, line: 0, column: 0, width: 0, text: String::new(), label: String::new() }
    }

    /// The same place with words beside its carets.
    #[must_use]
    pub fn labelled(mut self, label: impl Into<String>) -> Place {
        self.label = label.into();
        self
    }
}

/// The lines of a text without their ends: LF, CRLF and a lone CR all end a line.
pub fn lines(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = (!text.is_empty()).then_some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let Some(end) = memchr::memchr2(b'\n', b'\r', text.as_bytes()) else {
            rest = None;
            return Some(text);
        };
        let after = if text[end..].starts_with("\r\n") { end + 2 } else { end + 1 };
        rest = (after < text.len()).then(|| &text[after..]);
        Some(&text[..end])
    })
}

/// The first of them.
pub fn first_line(text: &str) -> &str {
    memchr::memchr2(b'\n', b'\r', text.as_bytes()).map_or(text, |end| &text[..end])
}

/// Text of a source made harmless for a terminal: control characters become a blank.
pub fn harmless(text: &str) -> Cow<'_, str> {
    if text.chars().any(char::is_control) {
        Cow::Owned(text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect())
    } else {
        Cow::Borrowed(text)
    }
}

/// A count as the numbers of messages are; files past 4 thousand million lines count as that.
fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// UTF-16 without a mark: ASCII in it has a zero in every second byte.
fn sixteen_bits(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = &bytes[..bytes.len().min(512)];
    let zeros = |from: usize| head.iter().skip(from).step_by(2).filter(|byte| **byte == 0).count();
    if head.len() >= 4 && zeros(1) * 4 > head.len() {
        Some(UTF_16LE)
    } else if head.len() >= 4 && zeros(0) * 4 > head.len() {
        Some(UTF_16BE)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_end_ends_a_line() {
        let all: Vec<_> = lines("a\r\nb\rc\n\nd").collect();
        assert_eq!(all, ["a", "b", "c", "", "d"]);
        assert_eq!(lines("").count(), 0);
        assert_eq!(lines("a\n").count(), 1);
    }

    #[test]
    fn a_place_knows_its_line_and_column() {
        let source = Source::new("x", "one\r\ntwo thrée four\n");
        let part = &source.text[source.text.find("four").expect("it is there")..][..4];
        let place = source.place(part);
        assert_eq!((place.line, place.column, place.width), (2, 11, 4));
        assert_eq!(place.text, "two thrée four");
        assert_eq!(source.place(&source.text[..3]).line, 1);
    }

    #[test]
    fn encodings_are_told_by_their_bytes() {
        let utf16: Vec<u8> = "Date,Ä".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(Source::decode("x", utf16).text, "Date,Ä");
        assert_eq!(Source::decode("x", b"\xef\xbb\xbf\xef\xbb\xbfDate".to_vec()).text, "Date");
        assert_eq!(Source::decode("x", b"\xa3 1".to_vec()).text, "£ 1");
        let otherwise = Encoding::for_label(b"windows-1251").expect("one of the web's");
        let russian = Source::decode_else("x", b"\xd0\xf3\xe1".to_vec(), otherwise);
        assert_eq!((&*russian.text, russian.is_guessed()), ("Руб", true));
        let marked = Source::decode_else("x", "Ä".as_bytes().to_vec(), otherwise);
        assert_eq!((&*marked.text, marked.is_guessed()), ("Ä", false), "UTF-8 stays what it is");
        assert_eq!(Source::decode("x", b"\xfe\xff\x00D\x00a".to_vec()).text, "Da");
    }
}
