//! Shares out transactions whose postings have to do with lots.
//!
//! In: which transactions those are. Out: a list of them for each thread, in the order of days, such that
//! what two of different lists take from and add to are different holdings.
//!
//! A holding is one commodity in one account. A transaction joins all holdings that its postings may
//! change. Where the currency of a cost is left out and the other postings do not tell it, all that the
//! account holds may; where a commodity is left out anywhere, nothing is shared out.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;

use rayon::prelude::*;

use crate::ledger::beancount::booking::{Known, Way};
use crate::ledger::beancount::draft::{Draft, NONE, Spec, What};
use crate::ledger::model::{AccountId, CommodityId, PostingRow, Xxh};

/// Fewer transactions than these are not shared out.
const FEW: usize = 1024;
/// Transactions that one thread looks at at a time.
const PART: usize = 4096;

/// Transactions in the order of days, each with how it is computed.
type Task = Vec<(u32, Way)>;

/// The lists.
pub(super) fn tasks(draft: &Draft, known: &Known, ways: &[Way]) -> Vec<Task> {
    let mut all = Task::new();
    for item in &draft.items {
        if let What::Transaction(at) = item.what
            && ways[at as usize] != Way::Done
        {
            all.push((at, ways[at as usize]));
        }
    }
    let threads = rayon::current_num_threads();
    if known.infers || threads < 2 || all.len() < FEW {
        return vec![all];
    }
    let parts: Vec<Changes> =
        all.par_chunks(PART).map(|some| Changes::of(draft, known, some)).collect();
    let mut holdings = Holdings::new(draft.ledger.accounts.names().len(), &parts);
    // One that changes no holding may go anywhere.
    let joined = parts.iter().flat_map(Changes::by_transaction);
    let joined: Vec<u32> = joined.map(|changed| holdings.join(changed)).collect();
    let mut sizes = vec![0_usize; holdings.above.len()];
    for holding in &joined {
        sizes[holdings.top(*holding) as usize] += 1;
    }
    // The largest sets first, each to the list that has least.
    let mut sets: Vec<usize> = (0..sizes.len()).filter(|set| sizes[*set] > 0).collect();
    sets.sort_by_key(|set| std::cmp::Reverse(sizes[*set]));
    let mut tasks: Vec<Task> = vec![Task::new(); threads];
    let mut loads = vec![0; threads];
    let mut places = vec![0; sizes.len()];
    for set in sets {
        let least = (0..threads).min_by_key(|task| loads[*task]).unwrap_or_default();
        loads[least] += sizes[set];
        places[set] = least;
    }
    for (one, holding) in all.into_iter().zip(joined) {
        tasks[places[holdings.top(holding) as usize]].push(one);
    }
    tasks
}

/// What some transactions may change.
#[derive(Default)]
struct Changes {
    /// Holdings, transaction by transaction.
    holdings: Vec<(AccountId, CommodityId)>,
    /// How many there are when a transaction is done, one after the other.
    ends: Vec<usize>,
    /// Accounts of which any holding may change.
    whole: Vec<AccountId>,
}

impl Changes {
    fn of(draft: &Draft, known: &Known, some: &[(u32, Way)]) -> Changes {
        let mut changes = Changes::default();
        for (at, way) in some {
            let rows = draft.rows(*at);
            if *way == Way::Costly {
                changes.whole(draft, rows);
            }
            changes.transaction(draft, known, rows);
            changes.ends.push(changes.holdings.len());
        }
        changes
    }

    /// Notes accounts where a transaction leaves out the currency of a cost.
    fn whole(&mut self, draft: &Draft, rows: &[PostingRow]) {
        let open = |row: &PostingRow| {
            spec(draft, row).is_some_and(|spec| match (&spec.cost, &spec.price) {
                (Some(cost), price) => {
                    cost.currency == NONE && price.is_none_or(|price| price.currency == NONE)
                }
                (None, Some(price)) => price.currency == NONE,
                (None, None) => false,
            })
        };
        if rows.iter().any(open) && !is_told(draft, rows, open) {
            self.whole.extend(rows.iter().filter(|row| open(row)).map(|row| row.account));
        }
    }

    /// Notes the holdings that a transaction may change.
    fn transaction(&mut self, draft: &Draft, known: &Known, rows: &[PostingRow]) {
        for row in rows {
            let cost = spec(draft, row).is_some_and(|spec| spec.cost.is_some());
            if cost || known.costly[row.commodity.0 as usize] {
                self.holdings.push((row.account, row.commodity));
            }
            if row.commodity != NONE {
                continue;
            }
            // What it lacks may be of any currency that is named.
            for other in rows {
                let spec = spec(draft, other);
                let cost = spec.and_then(|spec| spec.cost.as_ref()).map(|cost| cost.currency);
                let price = spec.and_then(|spec| spec.price).map(|price| price.currency);
                for currency in [Some(other.commodity), cost, price].into_iter().flatten() {
                    if known.costly[currency.0 as usize] {
                        self.holdings.push((row.account, currency));
                    }
                }
            }
        }
    }

    /// The holdings of each transaction.
    fn by_transaction(&self) -> impl Iterator<Item = &[(AccountId, CommodityId)]> {
        let mut start = 0;
        self.ends.iter().map(move |end| &self.holdings[std::mem::replace(&mut start, *end)..*end])
    }
}

/// Sets of holdings that transactions join.
struct Holdings {
    /// Whether all that an account holds is one, by account.
    whole: Vec<bool>,
    numbers: HashMap<(AccountId, CommodityId), u32, BuildHasherDefault<Xxh>>,
    /// By number of the holding: another one of its set, or itself.
    above: Vec<u32>,
}

impl Holdings {
    fn new(accounts: usize, parts: &[Changes]) -> Holdings {
        let mut whole = vec![false; accounts];
        for account in parts.iter().flat_map(|part| &part.whole) {
            whole[account.0 as usize] = true;
        }
        Holdings { whole, numbers: HashMap::default(), above: vec![0] }
    }

    /// Joins all holdings that a transaction may change; one of them, or 0, which stands for none.
    fn join(&mut self, changed: &[(AccountId, CommodityId)]) -> u32 {
        changed.iter().fold(0, |set, holding| self.add(set, *holding))
    }

    /// Joins a holding with a set of them.
    fn add(&mut self, set: u32, (account, commodity): (AccountId, CommodityId)) -> u32 {
        let whole = self.whole[account.0 as usize];
        let key = (account, if whole { NONE } else { commodity });
        let above = &mut self.above;
        let number = *self.numbers.entry(key).or_insert_with(|| {
            let number = u32::try_from(above.len()).unwrap_or(u32::MAX);
            above.push(number);
            number
        });
        let number = self.top(number);
        if set == 0 {
            return number;
        }
        let set = self.top(set);
        self.above[number as usize] = set;
        set
    }

    /// The holding that stands for the set of this one.
    fn top(&mut self, mut number: u32) -> u32 {
        while self.above[number as usize] != number {
            let next = self.above[number as usize];
            self.above[number as usize] = self.above[next as usize];
            number = next;
        }
        number
    }
}

/// Whether the one posting that is `open` can only balance in the currency of all others.
fn is_told(draft: &Draft, rows: &[PostingRow], open: impl Fn(&PostingRow) -> bool) -> bool {
    if rows.iter().filter(|row| open(row)).count() != 1 {
        return false;
    }
    let known = rows.iter().filter(|row| !open(row) && row.commodity != NONE).map(|row| {
        let spec = spec(draft, row);
        let cost = spec.and_then(|spec| spec.cost.as_ref()).map(|cost| cost.currency);
        let price = spec.and_then(|spec| spec.price).map(|price| price.currency);
        let named = [cost, price].into_iter().flatten().find(|currency| *currency != NONE);
        named.unwrap_or(row.commodity)
    });
    let mut known = known;
    known.next().is_some_and(|first| known.all(|other| other == first))
}

/// The cost and the price of a posting as written.
fn spec<'d>(draft: &'d Draft, row: &PostingRow) -> Option<&'d Spec> {
    draft.specs.get((row.detail as usize).wrapping_sub(1))
}
