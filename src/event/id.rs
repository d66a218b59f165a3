//! What makes an event the same event at every import.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};
use xxhash_rust::xxh3::{Xxh3, xxh3_64};

/// Hash of a row's canonical content: 48 bits of XXH3 over the account's first name and the values
/// that a profile calls identity. Two rows with one hash count as identical rows, never as one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RowHash(u64);

impl RowHash {
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
        RowHash(long.map_or_else(|| xxh3_64(&piece[..length]), |hash| hash.digest()) >> 16)
    }
}

/// `7f3a91c2d04e-1`: a row's hash, its ordinal among identical rows of one file, and for a second
/// event of the same row `b`, for a third `c`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventId {
    /// The row's; of an event of several rows, its first row's.
    pub row: RowHash,
    /// From 1.
    pub ordinal: u32,
    /// 0 for the row's first event.
    pub part: u8,
    /// An id that a person wrote or another tool gave, kept as it stands; else `None`.
    pub given: Option<Box<str>>,
}

impl EventId {
    /// The id of the first event of a row.
    pub fn new(row: RowHash, ordinal: u32) -> EventId {
        EventId { row, ordinal, part: 0, given: None }
    }

    /// The id of a further event of the same row: 1 is `b`, 2 is `c`.
    #[must_use]
    pub fn part(&self, part: u8) -> EventId {
        EventId { part, ..self.clone() }
    }
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(given) = &self.given {
            return f.pad(given);
        }
        write!(f, "{:012x}-{}", self.row.0, self.ordinal)?;
        match self.part {
            0 => Ok(()),
            part @ 1..=25 => write!(f, "{}", char::from(b'a' + part)),
            part => write!(f, ".{part}"),
        }
    }
}

impl FromStr for EventId {
    type Err = std::convert::Infallible;

    /// Any text is an id; one that we did not form is kept as given.
    fn from_str(text: &str) -> Result<EventId, Self::Err> {
        Ok(formed(text).unwrap_or_else(|| {
            let row = RowHash::of("", [text]);
            EventId { row, ordinal: 1, part: 0, given: Some(text.into()) }
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
    let row = RowHash(u64::from_str_radix(hash, 16).ok()?);
    let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (ordinal, part) = rest.split_at(digits);
    let part = match part.as_bytes() {
        [] => 0,
        [letter @ b'b'..=b'z'] => letter - b'a',
        [b'.', ..] => part[1..].parse().ok().filter(|part| *part > 25)?,
        _ => return None,
    };
    let id = EventId { row, ordinal: ordinal.parse().ok()?, part, given: None };
    (id.to_string() == text).then_some(id)
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
        for id in
            [EventId::new(row, 1), EventId::new(row, 12).part(2), EventId::new(row, 1).part(40)]
        {
            assert_eq!(id.to_string().parse(), Ok(id.clone()));
        }
        for text in ["7f3a91c2-1", "my own id", "000000000000-01", "00000000000g-1"] {
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
            assert_eq!(hash, RowHash(whole.digest() >> 16), "{length}");
        }
    }

    #[test]
    fn the_end_of_a_value_counts() {
        assert_ne!(RowHash::of("a", ["bc", "d"]), RowHash::of("a", ["b", "cd"]));
        assert_ne!(RowHash::of("a", ["b"]), RowHash::of("ab", [""]));
    }
}
