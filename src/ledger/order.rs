//! Work that all threads do piece by piece, and one takes in, in the order of the pieces.

use std::collections::BTreeMap;
use std::sync::mpsc::{SyncSender, TryRecvError, sync_channel};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Where a thread puts a piece when it is done, with its number: each has one, from 0.
pub type Done<P> = SyncSender<(usize, P)>;

/// Takes pieces in.
pub trait Take<P> {
    /// The next one.
    fn take(&mut self, piece: P);

    /// None has come yet. Whether something else was done, so that one may have come by now.
    fn meanwhile(&mut self) -> bool {
        false
    }
}

impl<P, F: FnMut(P)> Take<P> for F {
    fn take(&mut self, piece: P) {
        self(piece);
    }
}

/// Has so many threads `work`: each does pieces until there are no more. `room`: how many may be done and
/// not taken in, before threads wait.
pub fn in_order<P: Send>(
    threads: usize,
    room: usize,
    work: impl Fn(usize, &Done<P>) + Sync,
    taking: &mut impl Take<P>,
) {
    rayon::in_place_scope(|scope| {
        let (send, receive) = sync_channel(room);
        for thread in 0..threads {
            let (send, work) = (send.clone(), &work);
            scope.spawn(move |_| work(thread, &send));
        }
        drop(send);
        // Pieces come in the order they are done.
        let mut early = BTreeMap::new();
        let mut next = 0;
        loop {
            let come = match receive.try_recv() {
                Err(TryRecvError::Empty) if taking.meanwhile() => continue,
                Err(TryRecvError::Empty) => receive.recv().ok(),
                come => come.ok(),
            };
            let Some((number, piece)) = come else { break };
            early.insert(number, piece);
            while let Some(piece) = early.remove(&next) {
                next += 1;
                taking.take(piece);
            }
        }
    });
}

/// What threads share is whole at every moment, even if one of them panicked.
pub fn locked<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
