//! Sorts events into the order of a journal, in place and on all cores.
//!
//! Events of many years fall on few days: these are counted and not compared, and only events of one day
//! are held against each other. Each event moves once.

use std::cmp::Ordering;

use rayon::prelude::*;

use super::Event;
use crate::period::{Datelike, Timelike};

/// Sorts `events` by date, time, rank of the kind and id.
pub fn sort(events: &mut [Event]) {
    if events.is_sorted_by(|one, other| one.stands_to(other).is_le()) {
        return;
    }
    // Many sources begin with what is newest: turned round, their events lie near their places.
    if falling(events) {
        let (first, last) = events.split_at_mut(events.len() / 2);
        let turned = first.par_iter_mut().zip(last.par_iter_mut().rev());
        turned.for_each(|(one, other)| std::mem::swap(one, other));
    }
    if events.par_windows(2).all(|pair| pair[0].date <= pair[1].date) {
        let days = events.par_chunk_by_mut(|one, other| one.date == other.date);
        return days.for_each(|day| {
            let mut turns: Vec<u32> = (0..).take(day.len()).collect();
            within_a_day(day, &mut turns);
            to_their_places(day, &mut turns, PIECE);
        });
    }
    let Some(mut turns) = by_days(events) else {
        events.par_sort_unstable_by(Event::stands_to);
        return;
    };
    turns
        .par_chunk_by_mut(|one, other| events[*one as usize].date == events[*other as usize].date)
        .for_each(|day| within_a_day(events, day));
    to_their_places(events, &mut turns, PIECE);
}

/// So many events are brought to their places at once: they stay near the core that moves them.
const PIECE: usize = 1 << 12;

/// Whether most events that stand beside each other fall in date.
fn falling(events: &[Event]) -> bool {
    let steps = events.par_windows(2).map(|pair| match pair[0].date.cmp(&pair[1].date) {
        Ordering::Less => -1,
        Ordering::Equal => 0,
        Ordering::Greater => 1,
    });
    steps.sum::<i64>() > 0
}

/// Where the events stand, in the order of their dates alone. `None` where days lie so far apart that
/// they are too many to be counted.
fn by_days(events: &[Event]) -> Option<Vec<u32>> {
    let count = u32::try_from(events.len()).ok()?;
    let days: Vec<i32> = events.par_iter().map(|event| event.date.num_days_from_ce()).collect();
    let (first, last) = (days.iter().min()?, days.iter().max()?);
    let of = |day: i32| day.abs_diff(*first) as usize;
    if of(*last) > 8 * events.len() {
        return None;
    }
    let mut next = vec![0u32; of(*last) + 2];
    for day in &days {
        next[of(*day) + 1] += 1;
    }
    for day in 1..next.len() {
        next[day] += next[day - 1];
    }
    let mut turns = vec![0; days.len()];
    for (at, day) in (0..count).zip(&days) {
        let place = &mut next[of(*day)];
        turns[*place as usize] = at;
        *place += 1;
    }
    Some(turns)
}

/// Brings the events of one day, told by where they stand, into their order. Numbers are held against
/// each other, and events only where those are the same.
fn within_a_day(events: &[Event], day: &mut [u32]) {
    let mut turns: Vec<(u64, u32)> =
        day.iter().map(|at| (brief(&events[*at as usize]), *at)).collect();
    turns.sort_unstable_by(|(one, at), (other, to)| {
        let events = || events[*at as usize].stands_to(&events[*to as usize]);
        one.cmp(other).then_with(events).then(at.cmp(to))
    });
    for (place, (_, at)) in day.iter_mut().zip(turns) {
        *place = at;
    }
}

/// Moves each event to its place, in pieces of `length` on all cores. `turns`: which event comes first,
/// and so on.
fn to_their_places(events: &mut [Event], turns: &mut [u32], length: usize) {
    let mut places = vec![0u32; turns.len()];
    for (place, at) in (0..).zip(&*turns) {
        places[*at as usize] = place;
    }
    // Few events leave the piece that they stand in. They change places with those that belong there, so
    // that each piece has all of its own.
    for end in (length..events.len()).step_by(length) {
        let mut others = end - length..end;
        for place in end - length..end {
            let at = turns[place] as usize;
            if at < end {
                continue;
            }
            let other = others.find(|other| places[*other] as usize >= end);
            let other = other.expect("as many leave a piece as come into it");
            events.swap(at, other);
            places.swap(at, other);
            (turns[places[at] as usize], turns[place]) = (number(at), number(other));
        }
    }
    let pieces = events.par_chunks_mut(length).zip(places.par_chunks_mut(length));
    pieces.enumerate().for_each(|(piece, (events, places))| {
        let start = piece * length;
        for at in 0..places.len() {
            while places[at] as usize != start + at {
                let place = places[at] as usize - start;
                events.swap(at, place);
                places.swap(at, place);
            }
        }
    });
}

/// A place among events, of which there are no more than `u32` can count.
fn number(at: usize) -> u32 {
    u32::try_from(at).expect("events are counted in `u32`")
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
        let kind = if number.is_multiple_of(3) {
            EventKind::Unknown { row: "x".into() }
        } else {
            EventKind::Withdrawal {}
        };
        let mut event = Event::new(id, date, "a".into(), kind, Origin::new("a.csv".into(), number));
        if number.is_multiple_of(5) {
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

        /// Each comes to its place, however many leave the pieces they stand in.
        #[test]
        fn events_come_to_their_places(
            turns in prop::collection::vec(any::<u64>(), 0..40),
            length in 1usize..12,
        ) {
            let mut turns: Vec<(u64, u32)> = turns.into_iter().zip(0..).collect();
            turns.sort_unstable();
            let mut turns: Vec<u32> = turns.into_iter().map(|(_, at)| at).collect();
            let mut events: Vec<Event> = (0..).take(turns.len()).map(|at| event(1, at)).collect();
            let expected: Vec<Event> = turns.iter().map(|at| event(1, *at)).collect();
            to_their_places(&mut events, &mut turns, length);
            prop_assert_eq!(events, expected);
        }
    }
}
