//! What makes a row the same row at every download.

use std::borrow::Cow;
use std::io::Write as _;

use xxhash_rust::xxh3::xxh3_64;

use super::said::Letters;
use super::{Reader, Row};
use crate::import::canonical;
use crate::import::cell::Number;
use crate::import::profile::{Field, single_blanks};
use crate::import::record::Cell;

impl Reader<'_, '_, '_> {
    /// Hash of the identity columns' values, each in its canonical form. Zero is nothing, and the
    /// costs are one number, so that layouts of one broker agree.
    pub(super) fn content(&mut self, row: &Row, cells: &[Cell], said: Letters) -> u64 {
        let mut buffer = std::mem::take(&mut self.buffer);
        buffer.clear();
        // The broker's own id is all, unless the profile says that it is shared.
        if let (Some(id), false) = (&row.id, self.profile.identity.contains(&Field::Id)) {
            buffer.extend_from_slice(b"id\0");
            buffer.extend_from_slice(id.as_bytes());
            let hash = xxh3_64(&buffer);
            self.buffer = buffer;
            return hash;
        }
        for field in &self.profile.identity {
            let number = match field {
                Field::Quantity => row.quantity,
                Field::Price => row.price,
                Field::Fees => row.fees,
                Field::Accrued => row.accrued,
                Field::Withheld => row.withheld,
                // Units of a commodity stand in the column of amounts.
                Field::Amount if row.amount == Number::Nothing && self.at.has(Field::Asset) => {
                    row.quantity
                }
                Field::Amount | Field::Debit | Field::Credit | Field::Gross => row.amount,
                Field::Date => {
                    if self.written.0 != row.date {
                        self.written = (row.date, canonical::day(row.date));
                    }
                    buffer.extend_from_slice(self.written.1.bytes());
                    if let Some(posted) = row.posted {
                        buffer.extend_from_slice(canonical::day(posted).bytes());
                    }
                    Number::Nothing
                }
                Field::Action => {
                    buffer.extend_from_slice(said.words.as_bytes());
                    Number::Nothing
                }
                Field::Symbol => {
                    buffer.extend_from_slice(said.symbol.as_bytes());
                    Number::Nothing
                }
                Field::Time => {
                    if let Some(time) = row.time {
                        let _ = write!(buffer, "{time}");
                    }
                    Number::Nothing
                }
                Field::Commission
                | Field::Balance
                | Field::Settles
                | Field::Posted
                | Field::Ex
                | Field::OtherFees
                | Field::Into => continue,
                Field::Text => {
                    buffer.extend_from_slice(said.text.as_bytes());
                    Number::Nothing
                }
                Field::Name
                | Field::Type
                | Field::Currency
                | Field::Account
                | Field::Holder
                | Field::Asset
                | Field::Reference
                | Field::Property
                | Field::Id
                | Field::Isin
                | Field::Cusip
                | Field::Wkn
                | Field::Rate
                | Field::Original
                | Field::PriceCurrency
                | Field::WithheldCurrency => {
                    buffer.extend_from_slice(single(self.at.get(*field, cells)).as_bytes());
                    Number::Nothing
                }
            };
            match number {
                Number::Some(number) => {
                    buffer.extend_from_slice(canonical::number(number).bytes());
                }
                Number::Nothing => {}
                Number::Unreadable => {
                    buffer.extend_from_slice(self.at.get(*field, cells).as_bytes());
                }
            }
            buffer.push(0);
        }
        let hash = xxh3_64(&buffer);
        self.buffer = buffer;
        hash
    }
}

/// Text with single blanks, copied only where it has others. What a web page wrote into it, `&amp;`, is
/// the character that is meant.
pub(super) fn single(text: &str) -> Cow<'_, str> {
    let (bytes, behind) = (text.as_bytes(), text.as_bytes().get(1..).unwrap_or_default());
    // Nothing stops at the first, so that many are looked at together.
    let strange = |byte: &u8| !(b' '..0x7f).contains(byte) || *byte == b'&';
    let strange = bytes.iter().fold(0, |any, byte| any | u8::from(strange(byte)));
    let pairs = bytes.iter().zip(behind);
    let doubled = pairs.fold(0, |any, (one, next)| any | u8::from([*one, *next] == [b' '; 2]));
    let odd = strange | doubled != 0;
    if odd { Cow::Owned(single_blanks(&unescaped(text))) } else { Cow::Borrowed(text) }
}

/// Text without the escapes of a web page.
pub(super) fn unescaped(text: &str) -> Cow<'_, str> {
    if memchr::memchr(b'&', text.as_bytes()).is_none() || !text.contains(';') {
        return Cow::Borrowed(text);
    }
    let mut plain = text.to_owned();
    for (escape, meant) in [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&apos;", "'"),
        ("&amp;", "&"),
    ] {
        plain = plain.replace(escape, meant);
    }
    Cow::Owned(plain)
}
