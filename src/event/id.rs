//! What makes an event the same event at every import.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use serde::{Serialize, Serializer};
use xxhash_rust::xxh3::{Xxh3, xxh3_64};

use crate::money::Written;
use crate::source::Name;

/// Hash of a row's canonical content: 48 bits of XXH3 over the account's first name and the values
/// that a profile calls identity. Two rows with one hash count as identical rows, never as one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RowHash([u16; 3]);

impl Hash for RowHash {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.bits());
    }
}

impl RowHash {
    /// Of nothing: what stands for the hash of an event that is still being made.
    pub const NONE: RowHash = RowHash([0; 3]);

    /// Hashes the values in their order; a value's end is part of what is hashed.
    pub fn of<'v>(account: &'v str, values: impl IntoIterator<Item = &'v str>) -> RowHash {
        // In one piece it is many times faster, and most rows are short.
        let (mut piece, mut length) = ([0u8; 240], 0);
        let mut long: Option<Xxh3> = None;
        for value in std::iter::once(account).chain(values) {
            let end = length + value.len() + 1;
            if long.is_none() && end <= piece.len() {
                piece[length..end - 1].copy_from_slice(value.as_bytes());
                piece[end - 1] = 0;
                length = end;
                continue;
            }
            let hash = long.get_or_insert_with(|| {
                let mut hash = Xxh3::new();
                hash.update(&piece[..length]);
                hash
            });
            hash.update(value.as_bytes());
            hash.update(&[0]);
        }
        let hash = long.map_or_else(|| xxh3_64(&piece[..length]), |hash| hash.digest());
        RowHash::from_bits(hash >> 16)
    }

    /// The same of values that stand in one piece, the end of each a zero.
    pub fn of_piece(piece: &[u8]) -> RowHash {
        RowHash::from_bits(xxh3_64(piece) >> 16)
    }

    /// The highest bits first, so that hashes sort as their numbers do.
    fn from_bits(bits: u64) -> RowHash {
        let [_, high, middle, low] = [48, 32, 16, 0].map(|shift| (bits >> shift & 0xffff) as u16);
        RowHash([high, middle, low])
    }

    /// The hash as a number, below 2^48.
    pub fn bits(self) -> u64 {
        self.0.iter().fold(0, |bits, part| bits << 16 | u64::from(*part))
    }
}

/// `7f3a91c2d04e-1`: a row's hash, its ordinal among identical rows of one file, and for a second
/// event of the same row `b`, for a third `c`. Sorts by these, whatever text is shown for it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct EventId(Form);

/// Twelve bytes, because every event has an id.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Form {
    /// An id that we form.
    Formed { row: RowHash, part: u8, ordinal: u32 },
    /// An id that a person wrote or another tool gave, kept as it stands.
    Given { row: RowHash, part: u8, text: Name },
}

impl EventId {
    /// The id of the first event of a row; the ordinal counts from 1.
    pub fn new(row: RowHash, ordinal: u32) -> EventId {
        EventId(Form::Formed { row, part: 0, ordinal })
    }

    /// The id of a further event of the same row: 1 is `b`, 2 is `c`.
    #[must_use]
    pub fn with_part(&self, part: u8) -> EventId {
        EventId(match self.0.clone() {
            Form::Formed { row, ordinal, .. } => Form::Formed { row, part, ordinal },
            Form::Given { row, text, .. } => Form::Given { row, part, text },
        })
    }

    /// The id of the same event of another among identical rows; one that was given stays.
    #[must_use]
    pub fn with_ordinal(&self, ordinal: u32) -> EventId {
        EventId(match self.0.clone() {
            Form::Formed { row, part, .. } => Form::Formed { row, part, ordinal },
            given @ Form::Given { .. } => given,
        })
    }

    /// The row's; of an event of several rows, its first row's.
    pub fn row(&self) -> RowHash {
        match self.0 {
            Form::Formed { row, .. } | Form::Given { row, .. } => row,
        }
    }

    /// The ordinal among identical rows of one file, from 1.
    pub fn ordinal(&self) -> u32 {
        match self.0 {
            Form::Formed { ordinal, .. } => ordinal,
            Form::Given { .. } => 1,
        }
    }

    /// Which event of its row: 0 for the first.
    pub fn part(&self) -> u8 {
        match self.0 {
            Form::Formed { part, .. } | Form::Given { part, .. } => part,
        }
    }

    /// The text of an id that a person wrote or another tool gave; `None` for one that we formed.
    pub fn given(&self) -> Option<&Name> {
        match &self.0 {
            Form::Formed { .. } => None,
            Form::Given { text, .. } => Some(text),
        }
    }
}

impl PartialOrd for EventId {
    fn partial_cmp(&self, other: &EventId) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for EventId {
    fn cmp(&self, other: &EventId) -> Ordering {
        let row = self.row().bits().cmp(&other.row().bits());
        row.then_with(|| self.ordinal().cmp(&other.ordinal()))
            .then_with(|| self.part().cmp(&other.part()))
            .then_with(|| self.given().cmp(&other.given()))
    }
}

impl EventId {
    /// The text of an id that we formed; `Err` with that of one that was given.
    pub fn written(&self) -> Result<Written, &Name> {
        let (row, part, ordinal) = match &self.0 {
            Form::Given { text, .. } => return Err(text),
            Form::Formed { row, part, ordinal } => (row.bits(), *part, *ordinal),
        };
        let mut written = Written::nothing();
        match part {
            0 => {}
            1..=25 => written.put(b'a' + part),
            part => {
                written.put_digits(part.into(), 0);
                written.put(b'.');
            }
        }
        written.put_digits(ordinal.into(), 0);
        written.put(b'-');
        for half in 0..12 {
            let digit = (row >> (4 * half) & 15) as usize;
            written.put(b"0123456789abcdef"[digit]);
        }
        Ok(written)
    }
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.written() {
            Err(text) => f.pad(text),
            Ok(written) => f.write_str(written.text()),
        }
    }
}

impl FromStr for EventId {
    type Err = std::convert::Infallible;

    /// Any text is an id; one that we did not form is kept as given.
    fn from_str(text: &str) -> Result<EventId, Self::Err> {
        Ok(formed(text).unwrap_or_else(|| {
            let row = RowHash::of("", [text]);
            EventId(Form::Given { row, part: 0, text: text.into() })
        }))
    }
}

/// Reads an id in the form we write.
fn formed(text: &str) -> Option<EventId> {
    let (hash, rest) = text.split_once('-')?;
    let lower = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    if hash.len() != 12 || !hash.bytes().all(lower) {
        return None;
    }
    let row = RowHash::from_bits(u64::from_str_radix(hash, 16).ok()?);
    let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (ordinal, part) = rest.split_at(digits);
    // As we write numbers: other spellings of one would come back as another text.
    let plain = |number: &str| number.bytes().all(|byte| byte.is_ascii_digit());
    let ours = |number: &str| number == "0" || plain(number) && !number.starts_with('0');
    let part = match part.as_bytes() {
        [] => 0,
        [letter @ b'b'..=b'z'] => letter - b'a',
        [b'.', ..] if ours(&part[1..]) => part[1..].parse().ok().filter(|part| *part > 25)?,
        _ => return None,
    };
    let ordinal = Some(ordinal).filter(|ordinal| ours(ordinal))?.parse().ok()?;
    Some(EventId::new(row, ordinal).with_part(part))
}

impl Serialize for EventId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_read_as_it_is_written() {
        let row = RowHash::of("schwab", ["2024-03-27", "Dividend"]);
        for id in [
            EventId::new(row, 1),
            EventId::new(row, 12).with_part(2),
            EventId::new(row, 1).with_part(40),
        ] {
            assert_eq!(id.to_string().parse(), Ok(id.clone()));
        }
        for text in [
            "7f3a91c2-1",
            "my own id",
            "000000000000-0",
            "000000000000-00",
            "000000000000-01",
            "000000000000-1.026",
            "000000000000-1.+26",
            "000000000000-1.25",
            "000000000000-1.256",
            "000000000000-",
            "00000000000g-1",
        ] {
            let Ok(id) = text.parse::<EventId>();
            assert_eq!(id.to_string(), text);
        }
    }

    #[test]
    fn long_rows_and_short_ones_are_hashed_alike() {
        for length in [0, 10, 238, 239, 240, 241, 1000] {
            let value = "x".repeat(length);
            let mut whole = Xxh3::new();
            whole.update(format!("a\0{value}\0b\0").as_bytes());
            let hash = RowHash::of("a", [value.as_str(), "b"]);
            assert_eq!(hash, RowHash::from_bits(whole.digest() >> 16), "{length}");
        }
    }

    #[test]
    fn a_piece_is_hashed_as_its_values() {
        assert_eq!(RowHash::of_piece(b"a\0bc\0\0"), RowHash::of("a", ["bc", ""]));
    }

    #[test]
    fn the_end_of_a_value_counts() {
        assert_ne!(RowHash::of("a", ["bc", "d"]), RowHash::of("a", ["b", "cd"]));
        assert_ne!(RowHash::of("a", ["b"]), RowHash::of("ab", [""]));
    }
}
