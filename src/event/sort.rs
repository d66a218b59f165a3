//! Sorts events into the order of a journal, in place and on all cores.
//!
//! Exports stand in the order of their days, forwards or backwards, but for rows that are booked later
//! than they happened. So events go to their days first, which are counted and not compared, and only
//! those of one day are held against each other.

use rayon::prelude::*;

use super::Event;
use crate::period::{Datelike, Timelike};

/// Sorts `events` by date, time, rank of the kind and id.
pub fn sort(events: &mut [Event]) {
    if events.is_sorted_by(|one, other| one.stands_to(other).is_le()) {
        return;
    }
    let ends = events.first().zip(events.last());
    if ends.is_some_and(|(first, last)| first.date > last.date) {
        reverse(events);
    }
    if events.is_sorted_by_key(|event| event.date) || to_their_days(events) {
        events.par_chunk_by_mut(|one, other| one.date == other.date).for_each(within_a_day);
    } else {
        events.par_sort_unstable_by(Event::stands_to);
    }
}

fn reverse(events: &mut [Event]) {
    let (first, rest) = events.split_at_mut(events.len() / 2);
    let last = rest.par_iter_mut().rev();
    first.par_iter_mut().zip(last).for_each(|(one, other)| std::mem::swap(one, other));
}

/// Sorts events by their dates alone. Whether it was done: days that lie far apart are too many to be
/// counted, and nothing has moved then.
fn to_their_days(events: &mut [Event]) -> bool {
    let days: Vec<i32> = events.par_iter().map(|event| event.date.num_days_from_ce()).collect();
    let (Some(first), Some(last)) = (days.iter().min(), days.iter().max()) else { return true };
    let span = usize::try_from(i64::from(*last) - i64::from(*first)).unwrap_or(usize::MAX);
    if span > 8 * days.len() || u32::try_from(days.len()).is_err() {
        return false;
    }
    let of = |day: i32| day.abs_diff(*first) as usize;
    let mut next = vec![0u32; span + 2];
    for day in &days {
        next[of(*day) + 1] += 1;
    }
    for day in 1..next.len() {
        next[day] += next[day - 1];
    }
    let mut places: Vec<u32> = Vec::with_capacity(days.len());
    for day in &days {
        let place = &mut next[of(*day)];
        places.push(*place);
        *place += 1;
    }
    to_their_places(events, &mut places);
    true
}

/// Moves each event to its place.
fn to_their_places(events: &mut [Event], places: &mut [u32]) {
    for at in 0..places.len() {
        while places[at] as usize != at {
            let place = places[at] as usize;
            events.swap(at, place);
            places.swap(at, place);
        }
    }
}

/// Sorts the events of one day. Numbers are held against each other, and moved, instead of events.
fn within_a_day(day: &mut [Event]) {
    let mut turns: Vec<(u64, u32)> = day.iter().map(brief).zip(0..).collect();
    turns.sort_unstable_by(|(one, at), (other, to)| {
        let events = || day[*at as usize].stands_to(&day[*to as usize]);
        one.cmp(other).then_with(events).then(at.cmp(to))
    });
    let mut places = vec![0; day.len()];
    for (place, (_, at)) in (0..).zip(turns) {
        places[at as usize] = place;
    }
    to_their_places(day, &mut places);
}

/// A number that sorts events of one day as they stand to each other, as far as it tells them apart.
fn brief(event: &Event) -> u64 {
    match event.further.dates.time {
        // Those without a time stand first; of a time the seconds, and no more of the event.
        Some(time) => u64::from(time.num_seconds_from_midnight() + 1) << 47,
        None => (event.kind.rank() as u64) << 44 | event.id.row().bits() >> 4,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::event::{EventId, EventKind, Origin, RowHash};
    use crate::period::{NaiveDate, NaiveTime};

    fn event(day: i32, number: u32) -> Event {
        let id = EventId::new(RowHash::of("a", [&*number.to_string()]), 1);
        let date = NaiveDate::from_num_days_from_ce_opt(day).expect("a day");
        let kind = if number % 3 == 0 {
            EventKind::Unknown { row: "x".into() }
        } else {
            EventKind::Withdrawal {}
        };
        let mut event = Event::new(id, date, "a".into(), kind, Origin::new("a.csv".into(), number));
        if number % 5 == 0 {
            event.further.dates.time = NaiveTime::from_hms_milli_opt(0, 0, number % 2, number);
        }
        event
    }

    proptest! {
        /// The order is that of the keys, however the events lay before.
        #[test]
        fn events_are_sorted_by_their_keys(
            days in prop::collection::vec(prop_oneof![730_000..730_010, 1..800_000], 0..60),
            near: bool,
            falling: bool,
        ) {
            let days = days.into_iter().map(|day| if near { 730_000 + day % 10 } else { day });
            let mut events: Vec<Event> = days.zip(0..).map(|(day, number)| event(day, number)).collect();
            if falling {
                events.sort_by_key(|event| std::cmp::Reverse(event.date));
            }
            let mut expected = events.clone();
            expected.sort_by_key(Event::order);
            sort(&mut events);
            prop_assert_eq!(events, expected);
        }
    }
}
