//! Long lists of events, or of what was found of them, a stretch at a time.

use rayon::prelude::*;

/// How many things one core looks at before it asks for more. A list that is no longer is looked at
/// before threads would have started.
const STRETCH: usize = 16384;

/// What `work` makes of each stretch of a list and the index of its first thing, in their order; on all
/// cores where the list is long.
pub fn stretches<'t, T: Sync, R: Send>(
    things: &'t [T],
    work: impl Fn(usize, &'t [T]) -> R + Sync,
) -> Vec<R> {
    if things.len() <= STRETCH {
        return vec![work(0, things)];
    }
    let stretches = things.par_chunks(STRETCH).enumerate().with_max_len(1);
    stretches.map(|(at, stretch)| work(at * STRETCH, stretch)).collect()
}

/// Whether a test holds for any thing of a list.
pub fn any<T: Sync>(things: &[T], test: impl Fn(&T) -> bool + Sync + Send) -> bool {
    if things.len() <= STRETCH { things.iter().any(test) } else { things.par_iter().any(test) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stretches_are_the_list_in_its_order() {
        for length in [0, 1, STRETCH, STRETCH + 1, 3 * STRETCH + 7] {
            let list: Vec<usize> = (0..length).collect();
            let found = stretches(&list, |first, stretch| {
                assert_eq!(stretch.first().copied().unwrap_or(first), first);
                stretch.to_vec()
            });
            assert_eq!(found.concat(), list);
            assert_eq!(any(&list, |thing| thing + 1 == length), length > 0);
        }
    }
}
