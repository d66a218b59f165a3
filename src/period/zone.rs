//! Time zones: by how much the clocks of a place were ahead of UTC at an instant.
//!
//! In: the name of a zone of the IANA database, and an instant. Out: what its clocks showed. The database
//! lies in the program; nothing is made of it before a zone is asked for.

use chrono::{DateTime, FixedOffset, NaiveDateTime};
use jiff::Timestamp;
use jiff::tz::{self, TimeZone};

/// A zone of the database: `Europe/London`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone(TimeZone);

impl Zone {
    /// The zone with this name, in the database's own letters.
    pub fn named(name: &str) -> Option<Zone> {
        let zone = tz::db().get(name).ok()?;
        (zone.iana_name() == Some(name)).then_some(Zone(zone))
    }

    /// The names of all zones.
    pub fn names() -> impl Iterator<Item = String> {
        tz::db().available().map(|name| name.as_str().to_owned())
    }

    /// What its clocks showed at an instant.
    pub fn clock(&self, at: DateTime<FixedOffset>) -> NaiveDateTime {
        let offset = FixedOffset::east_opt(self.ahead(at.timestamp()));
        offset.map_or(at.naive_local(), |offset| at.with_timezone(&offset).naive_local())
    }

    /// Seconds by which its clocks were ahead of UTC, `at` seconds after 1970.
    fn ahead(&self, at: i64) -> i32 {
        // Far beyond all records clocks are as at the end of what is counted.
        let (first, last) = (Timestamp::MIN, Timestamp::MAX);
        let end = if at < 0 { first } else { last };
        self.0.to_offset(Timestamp::from_second(at).unwrap_or(end)).seconds()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ahead(zone: &str, instant: &str) -> i32 {
        let at = DateTime::parse_from_rfc3339(instant).expect("an instant").timestamp();
        Zone::named(zone).expect("a zone").ahead(at)
    }

    #[test]
    fn clocks_change_when_the_law_said() {
        for (zone, instant, minutes) in [
            // Energy Policy Act of 2005: from 2007 on the second Sunday of March, before it the first of April.
            ("America/New_York", "2006-03-20T12:00:00Z", -300),
            ("America/New_York", "2007-03-11T06:59:59Z", -300),
            ("America/New_York", "2007-03-11T07:00:00Z", -240),
            ("America/New_York", "2024-11-03T05:59:59Z", -240),
            ("America/New_York", "2024-11-03T06:00:00Z", -300),
            ("America/New_York", "2060-07-01T00:00:00Z", -240),
            ("Europe/London", "2024-03-31T00:59:59Z", 0),
            ("Europe/London", "2024-03-31T01:00:00Z", 60),
            ("Europe/London", "1970-01-01T00:00:00Z", 60),
            ("Europe/Dublin", "2024-01-15T00:00:00Z", 0),
            ("Europe/Dublin", "2024-07-15T00:00:00Z", 60),
            ("Asia/Kolkata", "2024-07-15T00:00:00Z", 330),
            // Summer lies over the turn of the year.
            ("Australia/Sydney", "2024-12-31T23:00:00Z", 660),
            ("Australia/Sydney", "2024-06-15T00:00:00Z", 600),
            ("Australia/Lord_Howe", "2024-12-15T00:00:00Z", 660),
            ("Australia/Lord_Howe", "2024-06-15T00:00:00Z", 630),
            // In Greenland clocks change on the day before the others'.
            ("America/Nuuk", "2024-03-31T00:59:59Z", -120),
            ("America/Nuuk", "2024-03-31T01:00:00Z", -60),
            ("Pacific/Kiritimati", "2024-06-15T00:00:00Z", 840),
            ("Etc/UTC", "2024-06-15T00:00:00Z", 0),
        ] {
            assert_eq!(ahead(zone, instant), minutes * 60, "{zone} {instant}");
        }
    }

    #[test]
    fn every_zone_reads_at_any_time() {
        let mut count = 0;
        for name in Zone::names() {
            let zone = Zone::named(&name).expect("a zone has its name");
            for at in
                [i64::from(i32::MIN), 0, 1_000_000_000, 1_700_000_000, 1_720_000_000, 4_102_444_800]
            {
                let ahead = zone.ahead(at);
                assert!((-16 * 3600..=16 * 3600).contains(&ahead), "{name} {at}");
            }
            count += 1;
        }
        assert!(count > 400, "{count}");
        assert_eq!(Zone::named("europe/london"), None);
        assert_eq!(Zone::named("Europe/Nowhere"), None);
    }
}
