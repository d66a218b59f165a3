//! Reads the time of day beside a day, and makes of a stamp with an offset the day it was in the
//! broker's zone. A stamp is converted once, here; behind it are calendar days.

use chrono::{FixedOffset, TimeZone as _};

use crate::period::{NaiveDate, NaiveTime, Zone};

/// The time of day that a cell states, and its offset from UTC where it states one:
/// `14:30:05.123`, `2:05 PM`, `14:30:05Z`, `14:30:05+0200`.
pub fn time(text: &str) -> Option<(NaiveTime, Option<FixedOffset>)> {
    let bytes = text.as_bytes();
    let colon = memchr::memchr(b':', bytes)?;
    let start = bytes[..colon].iter().rposition(|byte| !byte.is_ascii_digit());
    let (mut hour, rest) = number(&text[start.map_or(0, |at| at + 1)..])?;
    let (minute, rest) = number(rest.strip_prefix(':')?)?;
    let (second, rest) = match rest.strip_prefix(':') {
        Some(rest) => number(rest)?,
        None => (0, rest),
    };
    let (micro, rest) = match rest.strip_prefix(['.', ',']) {
        Some(rest) => fraction(rest),
        None => (0, rest),
    };
    let rest = rest.trim_start();
    let half = rest.get(..2).filter(|_| hour <= 12);
    let rest = match half {
        Some(half) if half.eq_ignore_ascii_case("pm") => {
            hour = hour % 12 + 12;
            rest[2..].trim_start()
        }
        Some(half) if half.eq_ignore_ascii_case("am") => {
            hour %= 12;
            rest[2..].trim_start()
        }
        _ => rest,
    };
    Some((NaiveTime::from_hms_micro_opt(hour, minute, second, micro)?, offset(rest)))
}

/// Up to two digits, and the rest.
fn number(text: &str) -> Option<(u32, &str)> {
    let end = text.bytes().take(2).take_while(u8::is_ascii_digit).count();
    Some((text[..end].parse().ok()?, &text[end..]))
}

/// Digits after a point as millionths, and the rest.
fn fraction(text: &str) -> (u32, &str) {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let parts = text.bytes().take(digits).chain(std::iter::repeat(b'0')).take(6);
    (parts.fold(0, |sum, digit| sum * 10 + u32::from(digit - b'0')), &text[digits..])
}

/// `Z`, `UTC`, `+02:00`, `-0500`, `+01`.
fn offset(text: &str) -> Option<FixedOffset> {
    if ["Z", "UTC", "GMT"].iter().any(|zone| text.eq_ignore_ascii_case(zone)) {
        return FixedOffset::east_opt(0);
    }
    let (sign, rest) = match text.as_bytes().first()? {
        b'+' => (1, &text[1..]),
        b'-' => (-1, &text[1..]),
        _ => return None,
    };
    let (hours, rest) = number(rest)?;
    let (minutes, _) = number(rest.strip_prefix(':').unwrap_or(rest)).unwrap_or((0, ""));
    FixedOffset::east_opt(sign * (i32::try_from(hours * 3600 + minutes * 60).ok()?))
}

/// A stamp's day and time in `zone`; as written where it states no offset.
pub fn in_zone(
    day: NaiveDate,
    time: NaiveTime,
    offset: Option<FixedOffset>,
    zone: &Zone,
) -> (NaiveDate, NaiveTime) {
    let stamp = offset.and_then(|offset| offset.from_local_datetime(&day.and_time(time)).single());
    let there = stamp.map(|stamp| zone.clock(stamp));
    there.map_or((day, time), |there| (there.date(), there.time()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_in_every_spelling() {
        for (text, expected) in [
            ("2024-03-27T14:30:05.123Z", "14:30:05.123 Some(+00:00)"),
            ("2024-03-27 14:30:05", "14:30:05 None"),
            ("23/12/24 15:18:12", "15:18:12 None"),
            ("06-11-2023 9:33", "09:33:00 None"),
            ("01/02/2024 12:05 AM", "00:05:00 None"),
            ("01/02/2024 2:05 pm", "14:05:00 None"),
            ("2024-03-27T14:30:05-0500", "14:30:05 Some(-05:00)"),
            ("2024-03-27T14:30:05.5+02:00", "14:30:05.500 Some(+02:00)"),
            ("2024-03-27 14:30:05 UTC", "14:30:05 Some(+00:00)"),
        ] {
            let (time, offset) = time(text).expect(text);
            assert_eq!(format!("{time} {offset:?}"), expected, "{text}");
        }
        for text in ["2024-03-27", "", "25:00", "a: b", "12:99"] {
            assert_eq!(time(text), None, "{text}");
        }
    }

    #[test]
    fn a_stamp_is_the_day_it_was_in_the_broker_s_zone() {
        let day = crate::period::iso("2024-04-05").expect("a day");
        let (clock, utc) = time("23:30:00Z").expect("a time");
        let zone = |name| Zone::named(name).expect("a zone");
        let london = in_zone(day, clock, utc, &zone("Europe/London"));
        assert_eq!(format!("{} {}", london.0, london.1), "2024-04-06 00:30:00");
        let new_york = in_zone(day, clock, utc, &zone("America/New_York"));
        assert_eq!(format!("{} {}", new_york.0, new_york.1), "2024-04-05 19:30:00");
        assert_eq!(in_zone(day, clock, None, &zone("Europe/London")), (day, clock));
    }
}
