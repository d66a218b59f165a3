//! Ids for events that were written by hand, the same at every reading.
//!
//! In: an event and its account. Out: an id made of what the event says. Knows no text: a renamed
//! payee or a comment changes no id.

use std::collections::HashMap;
use std::io::Write;

use super::text;
use crate::event::{Event, EventId, RowHash, Shown};
use crate::money::Decimal;
use crate::period::NaiveDate;
use crate::source::Name;

/// The id of what an event says: its account, its day, its kind and figures, but no words for the
/// eye and no links. `identity` is the account's first name. The second of two events that say the
/// same has ordinal 2, which `Ids` tells. `room` is for what is hashed, so that the next event need
/// not get its own.
pub fn derived(event: &Event, identity: &Name, room: &mut Contents) -> EventId {
    room.bytes.clear();
    room.text(identity);
    room.event(event);
    EventId::new(RowHash::of_piece(&room.bytes), 1)
}

/// Tells events that say the same apart, in the order in which they are read.
#[derive(Debug, Default)]
pub struct Ids(HashMap<RowHash, u32>);

impl Ids {
    /// The id of the next event with this content.
    pub fn next(&mut self, id: &EventId) -> EventId {
        let ordinal = self.0.entry(id.row()).or_insert(0);
        *ordinal += 1;
        EventId::new(id.row(), *ordinal)
    }
}

/// Everything that an event states, as texts that do not change with the way it was written; each
/// text ends with a zero.
#[derive(Clone, Debug, Default)]
pub struct Contents {
    bytes: Vec<u8>,
    /// The last day that was written, since the next event is mostly of the same.
    day: Option<(NaiveDate, [u8; 11])>,
}

impl Contents {
    fn event(&mut self, event: &Event) {
        self.day(event.date);
        self.text(event.kind.name());
        event.kind.each_field(|name, shown| {
            self.text(name);
            match shown {
                Shown::Text(text) => self.text(text),
                Shown::Number(value) => self.number(value),
                Shown::Day(day) => self.day(day),
                Shown::Lots(lots) => {
                    for lot in &lots.0 {
                        self.number(lot.quantity);
                        let basis = lot.basis.as_ref();
                        match basis.map(|basis| basis.acquired) {
                            Some(acquired) => self.day(acquired),
                            None => self.text(""),
                        }
                        match basis.and_then(|basis| basis.cost) {
                            Some(cost) => self.number(cost),
                            None => self.text(""),
                        }
                    }
                }
                Shown::Parts(parts) => {
                    for part in &parts.0 {
                        self.text(&part.name);
                        self.number(part.amount);
                    }
                }
            }
        });
        self.number(event.amount);
        self.number(event.fees);
        self.number(event.further.withheld);
        self.text(event.currency.as_deref().unwrap_or_default());
        for claim in event.claimed.iter() {
            self.text(claim.text());
        }
        self.text(event.reason.as_deref().unwrap_or_default());
    }

    fn text(&mut self, text: &str) {
        self.bytes.reserve(text.len() + 1);
        self.bytes.extend_from_slice(text.as_bytes());
        self.bytes.push(0);
    }

    /// As `2024-03-27`.
    fn day(&mut self, day: NaiveDate) {
        if let Some((_, text)) = self.day.filter(|(last, _)| *last == day) {
            self.bytes.extend_from_slice(&text);
        } else if let Some(written) = text::day(day) {
            let mut text = [0; 11];
            text[..written.len()].copy_from_slice(&written);
            self.day = Some((day, text));
            self.bytes.extend_from_slice(&text);
        } else {
            write!(self.bytes, "{day}\0").expect("a Vec takes all");
        }
    }

    /// Without padding: `-91.5`.
    fn number(&mut self, number: Decimal) {
        let mantissa = number.mantissa();
        if mantissa == 0 {
            self.bytes.extend_from_slice(b"0\0");
            return;
        }
        let Ok(mut left) = u64::try_from(mantissa.unsigned_abs()) else {
            write!(self.bytes, "{}\0", number.normalize()).expect("a Vec takes all");
            return;
        };
        let mut scale = number.scale();
        while scale > 0 && left.is_multiple_of(10) {
            (left, scale) = (left / 10, scale - 1);
        }
        // From the last digit on: at most 28 after the point, one before it, 20 in all, point, sign.
        let (mut text, mut at) = ([0u8; 64], 63);
        let mut put = |byte: u8| {
            at -= 1;
            text[at] = byte;
        };
        if scale > 0 {
            for _ in 0..scale {
                put(b'0' + (left % 10) as u8);
                left /= 10;
            }
            put(b'.');
        }
        loop {
            put(b'0' + (left % 10) as u8);
            left /= 10;
            if left == 0 {
                break;
            }
        }
        if mantissa < 0 {
            put(b'-');
        }
        // The last byte is the zero that ends it.
        self.bytes.extend_from_slice(&text[at..]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(write: impl Fn(&mut Contents)) -> String {
        let mut room = Contents::default();
        write(&mut room);
        assert_eq!(room.bytes.pop(), Some(0));
        let text = std::mem::take(&mut room.bytes);
        // What was written before is the same again.
        write(&mut room);
        assert_eq!(room.bytes.pop(), Some(0));
        assert_eq!(room.bytes, text);
        String::from_utf8(text).expect("ASCII")
    }

    #[test]
    fn numbers_are_written_as_decimals_without_padding() {
        for text in [
            "0",
            "0.00",
            "-0.00",
            "1",
            "-1",
            "10",
            "100.00",
            "-91.050",
            "0.05",
            "-0.0000001",
            "1.5",
            "18446744073709551615",
            "18446744073709551616.5",
            "0.0000000000000000000000000001",
            "-0.1234567890123456789",
            "79228162514264337593543950335",
        ] {
            let number: Decimal = text.parse().expect("a number");
            let expected = number.normalize().to_string();
            assert_eq!(written(|content| content.number(number)), expected, "{text}");
        }
    }

    #[test]
    fn days_are_written_as_in_iso() {
        for (year, month, day) in
            [(2024, 3, 27), (1, 12, 31), (9999, 1, 1), (10_000, 2, 3), (-5, 2, 3)]
        {
            let day = NaiveDate::from_ymd_opt(year, month, day).expect("a day");
            assert_eq!(written(|content| content.day(day)), day.to_string());
        }
    }
}
