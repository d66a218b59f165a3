//! What makes a row the same row at every download.

use std::borrow::Cow;
use std::io::Write as _;

use xxhash_rust::xxh3::xxh3_64;

use super::{Reader, Row};
use crate::import::canonical;
use crate::import::cell::Number;
use crate::import::profile::{Field, single_blanks};
use crate::import::record::Cell;
use crate::source::Name;

impl Reader<'_, '_, '_> {
    /// Hash of the identity columns' values, each in its canonical form. Zero is nothing, and the
    /// costs are one number, so that layouts of one broker agree.
    pub(super) fn content(
        &mut self,
        row: &Row,
        cells: &[Cell],
        text: &str,
        own: Option<&Name>,
    ) -> u64 {
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
                Field::Amount
                    if row.amount == Number::Nothing
                        && self.at.0[Field::Asset as usize].is_some() =>
                {
                    row.quantity
                }
                Field::Amount | Field::Debit | Field::Credit | Field::Gross => row.amount,
                Field::Date => {
                    let known = self.written.filter(|(day, _)| *day == row.date);
                    let (_, written) = *self
                        .written
                        .insert(known.unwrap_or_else(|| (row.date, canonical::day(row.date))));
                    buffer.extend_from_slice(written.bytes());
                    if let Some(posted) = row.posted {
                        buffer.extend_from_slice(canonical::day(posted).bytes());
                    }
                    Number::Nothing
                }
                Field::Action => {
                    buffer.extend_from_slice(row.words.as_bytes());
                    Number::Nothing
                }
                Field::Symbol => {
                    buffer.extend_from_slice(own.unwrap_or(&row.symbol).as_bytes());
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
                    buffer.extend_from_slice(text.as_bytes());
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
    let mut blank = false;
    let odd = text.bytes().any(|byte| {
        let two = blank && byte == b' ';
        blank = byte == b' ';
        two || !(b' '..0x7f).contains(&byte) || byte == b'&'
    });
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
