//! Fills in what transactions leave out, and says which do not balance.
//!
//! In: a `Ledger` with amounts as written. Out: the same with every amount filled, assertions checked,
//! transactions by date. All sums are exact; a sum counts as zero where it rounds to zero at the
//! decimals its commodity is written with, as the original tools have it.
//!
//! # What a posting weighs
//!
//! An amount with a price (`@`) weighs what it cost; one with a lot (`{…}`) and a price weighs its price
//! in hledger and its cost basis in Ledger, and one with a lot alone weighs itself in both. So a
//! transaction is added up in its dialect's way first; where that does not come to zero, in the other
//! ways. If one of them does, it is taken: a file of another family is read as it was meant.

mod added;
mod told;
mod weigh;

use std::collections::{HashMap, HashSet};

use self::weigh::Weigh;
use crate::diagnostic::Diagnostic;
use crate::ledger::commodities::Commodities;
use crate::ledger::model::{
    AccountId, AmountFrom, CommodityId, Cost, Detail, Dialect, Ledger, PostingKind, PostingRow,
    Quantity,
};
use crate::ledger::reader::index;
use crate::ledger::rules::Rule;
use crate::ledger::running::Running;
use crate::ledger::sums::{Long, Sums, rounds_to_zero};
use crate::ledger::view::Transaction;
use crate::money::Decimal;
use crate::source::{Name, Place};

/// Balances a transaction that has just been read, if its sums come to nothing to the last digit, or one
/// posting takes what the others lack in one commodity; whether that is so. What is known of decimals
/// when everything is read changes nothing then. All others wait for [`balance`].
pub(super) fn settle(
    postings: &mut [PostingRow],
    details: &[Detail],
    dialect: Dialect,
    sums: &mut Sums,
) -> bool {
    let habit = Weigh::habit(dialect);
    let mut elided = None;
    sums.clear();
    for (at, row) in postings.iter().enumerate() {
        match (row.kind, row.amount) {
            (PostingKind::Virtual, AmountFrom::Elided | AmountFrom::Assigned)
            | (PostingKind::BalancedVirtual, _)
            | (PostingKind::Real, AmountFrom::Assigned | AmountFrom::Generated) => return false,
            (PostingKind::Virtual, _) => {}
            (PostingKind::Real, AmountFrom::Elided) if elided.is_some() => return false,
            (PostingKind::Real, AmountFrom::Elided) => elided = Some(at),
            (PostingKind::Real, AmountFrom::Written) => {
                let own = Quantity { number: row.number, commodity: row.commodity };
                let weighed = match row.detail.checked_sub(1) {
                    None => Some(own),
                    Some(detail) => habit.of(own, &details[detail as usize]),
                };
                let added = weighed.map(|weighed| sums.add(weighed.commodity, weighed.number));
                if !matches!(added, Some(Ok(()))) {
                    return false;
                }
            }
        }
    }
    let mut left = sums.all().iter().filter(|(_, sum)| !sum.is_zero());
    let (lacking, more) = (left.next().copied(), left.next());
    let Some(elided) = elided else { return lacking.is_none() };
    let nothing = sums.all().is_empty() && postings.len() > 1;
    if more.is_some() || (nothing && dialect == Dialect::Ledger) {
        return false;
    }
    let first = sums.all().first().map_or(CommodityId(0), |(commodity, _)| *commodity);
    let row = &mut postings[elided];
    (row.commodity, row.number) =
        lacking.map_or((first, Decimal::ZERO), |(commodity, sum)| (commodity, -sum));
    true
}

/// Balances the transactions of `ledger` that are not settled yet, by index, and checks its assertions.
pub(super) fn balance(
    ledger: &mut Ledger,
    commodities: &Commodities,
    rules: &[Rule],
    mut unsettled: Vec<u32>,
) {
    let by_date = ledger.transactions.is_sorted_by_key(|row| row.date);
    if commodities.dialect != Dialect::Ledger && !by_date {
        unsettled = by_day(ledger, &unsettled);
    }
    let mut balancing = Balancing {
        running: Running::new(ledger, commodities.dialect),
        ledger,
        commodities,
        rules,
        sums: Sums::default(),
        filled: false,
        problems: Vec::new(),
        bad: Vec::new(),
        unsettled,
        priced: HashSet::new(),
    };
    balancing.all();
    let Balancing { problems, mut bad, .. } = balancing;
    ledger.diagnostics.extend(problems);
    in_file_order(ledger);
    if !bad.is_empty() {
        bad.sort_unstable();
        let mut at = 0;
        ledger.transactions.retain(|_| {
            at += 1;
            bad.binary_search(&(at - 1)).is_err()
        });
    }
    if !by_date && !ledger.transactions.is_sorted_by_key(|row| row.date) {
        ledger.transactions.sort_by_key(|row| row.date);
    }
}

/// Sorts the transactions by date. What is not settled comes back by its new indices.
fn by_day(ledger: &mut Ledger, unsettled: &[u32]) -> Vec<u32> {
    if unsettled.is_empty() {
        ledger.transactions.sort_by_key(|row| row.date);
        return Vec::new();
    }
    let rows = &ledger.transactions;
    let mut order: Vec<u32> = (0..index(rows.len())).collect();
    order.sort_by_key(|at| rows[*at as usize].date);
    let sorted = order.iter().map(|at| rows[*at as usize]).collect();
    ledger.transactions = sorted;
    let places = (0u32..).zip(&order);
    places.filter(|(_, was)| unsettled.binary_search(was).is_ok()).map(|(now, _)| now).collect()
}

/// Problems are told as a person meets them who reads the texts from top to bottom.
fn in_file_order(ledger: &mut Ledger) {
    let order: HashMap<&Name, usize> =
        ledger.sources.iter().enumerate().map(|(at, source)| (&source.name, at)).collect();
    ledger.diagnostics.sort_by_cached_key(|problem| {
        let place = problem.places.first();
        place.map(|place| (order.get(&place.file).copied(), place.line))
    });
}

struct Balancing<'l> {
    ledger: &'l mut Ledger,
    commodities: &'l Commodities,
    rules: &'l [Rule],
    running: Running,
    sums: Sums,
    /// Whether elided amounts are there by now.
    filled: bool,
    problems: Vec<Diagnostic>,
    /// Transactions that are left out, by index.
    bad: Vec<usize>,
    /// Those that must be balanced yet, by index, in order.
    unsettled: Vec<u32>,
    /// What an assignment gave a cost to.
    priced: HashSet<(AccountId, CommodityId)>,
}

impl Balancing<'_> {
    fn all(&mut self) {
        if !self.running.needed() && self.rules.is_empty() {
            for at in 0..self.unsettled.len() {
                self.transaction(self.unsettled[at] as usize);
            }
            return;
        }
        if !self.running.needed() {
            for at in 0..self.ledger.transactions.len() {
                if self.transaction(at) {
                    self.extend(at);
                }
            }
            return;
        }
        // An assignment needs the balances before it, so its transaction waits for them; the others
        // are balanced first, for their postings may have other dates.
        let mut steps = Vec::with_capacity(self.ledger.postings.len());
        for at in 0..self.ledger.transactions.len() {
            let row = self.ledger.transactions[at];
            let waits = self.rows(at).iter().any(|row| row.amount == AmountFrom::Assigned)
                || self.commodities.dialect == Dialect::Ledger;
            if waits {
                steps.push((row.date, at, None));
            } else if self.transaction(at) {
                let row = self.ledger.transactions[at];
                for posting in row.first..row.first + row.count {
                    let date = self.own_date(posting).unwrap_or(row.date);
                    steps.push((date, at, Some(posting)));
                }
            }
        }
        if self.commodities.dialect != Dialect::Ledger {
            steps.sort_by_key(|(date, ..)| *date);
        }
        for (_, at, posting) in steps {
            match posting {
                Some(posting) => self.step(at, posting, true),
                None => self.waiting(at),
            }
        }
    }

    /// A transaction with assignments, or any of Ledger, at its time.
    fn waiting(&mut self, at: usize) {
        let mut offset = 0;
        while offset < self.ledger.transactions[at].count {
            let posting = self.ledger.transactions[at].first + offset;
            let mut stands = 1;
            match self.ledger.postings[posting as usize].amount {
                AmountFrom::Elided => {
                    offset += 1;
                    continue;
                }
                AmountFrom::Assigned => {
                    if self.is_priced_twice(at, posting as usize) {
                        return;
                    }
                    let Some(missing) = self.running.missing(self.ledger, posting) else {
                        self.too_long(at);
                        self.bad.push(at);
                        return;
                    };
                    if missing.len() > 1 && self.commodities.dialect == Dialect::Ledger {
                        self.of_several(at, posting as usize);
                        return;
                    }
                    stands = index(missing.len());
                    self.put(at, posting as usize, &missing);
                }
                AmountFrom::Written | AmountFrom::Generated => {}
            }
            for part in 1..=stands {
                self.step(at, self.ledger.transactions[at].first + offset, part == stands);
                offset += 1;
            }
        }
        if !self.transaction(at) {
            return;
        }
        let row = self.ledger.transactions[at];
        for posting in row.first..row.first + row.count {
            // Those that were elided, and those that an elided one became.
            if self.ledger.postings[posting as usize].amount == AmountFrom::Elided {
                self.step(at, posting, true);
            }
        }
        if !self.rules.is_empty() && self.extend(at) {
            let row = self.ledger.transactions[at];
            for posting in row.first..row.first + row.count {
                if self.ledger.postings[posting as usize].amount == AmountFrom::Generated {
                    self.step(at, posting, true);
                }
            }
        }
    }

    /// Adds one posting to the balances and checks what it asserts.
    fn step(&mut self, at: usize, posting: u32, checked: bool) {
        if let Some(problem) = self.running.step(self.ledger, at, posting, checked) {
            self.problems.push(problem);
        }
    }

    /// Balances one transaction; whether it does.
    fn transaction(&mut self, at: usize) -> bool {
        if !self.filled && !self.waits(at) {
            return true;
        }
        let good = match self.commodities.dialect {
            // Ledger has real and balanced virtual postings balance together.
            Dialect::Ledger => {
                let lacks = !self.filled && self.elided_virtual(at);
                !lacks && self.group(at, &[PostingKind::Real, PostingKind::BalancedVirtual])
            }
            Dialect::Hledger | Dialect::Beancount => {
                let real = self.group(at, &[PostingKind::Real]);
                let has_virtual =
                    self.rows(at).iter().any(|row| row.kind == PostingKind::BalancedVirtual);
                real && (!has_virtual || self.group(at, &[PostingKind::BalancedVirtual]))
            }
        };
        if !good {
            self.bad.push(at);
        }
        good
    }

    /// Whether a transaction was not settled when it was read.
    fn waits(&self, at: usize) -> bool {
        self.unsettled.binary_search(&index(at)).is_ok()
    }

    /// Balances the postings of one transaction that must balance together.
    fn group(&mut self, at: usize, kinds: &[PostingKind]) -> bool {
        let row = self.ledger.transactions[at];
        let range = row.first as usize..(row.first + row.count) as usize;
        let (mut elided, mut second, mut lots, mut costs) = (None, None, false, false);
        for (posting, row) in range.clone().zip(&self.ledger.postings[range.clone()]) {
            if !kinds.contains(&row.kind) {
                continue;
            }
            if row.amount == AmountFrom::Elided && !self.filled {
                if elided.is_some() {
                    second = Some(posting);
                } else {
                    elided = Some(posting);
                }
            }
            if let Some(detail) = detail(self.ledger, row) {
                lots |= detail.lot.as_ref().is_some_and(|lot| lot.cost.is_some());
                costs |= detail.cost.is_some();
            }
        }
        if let (Some(first), Some(second)) = (elided, second) {
            self.two_elided(at, first, second);
            return false;
        }
        let habit = Weigh::habit(self.commodities.dialect);
        if self.add_up(at, kinds, habit).is_err() {
            self.too_long(at);
            return false;
        }
        if let Some(elided) = elided {
            if self.sums.all().is_empty() && self.has_no_counterpart(at, elided) {
                return false;
            }
            self.fill(at, elided);
            return true;
        }
        if self.is_zero() || (!costs && self.converts(at, kinds)) {
            return true;
        }
        let left = self.left();
        if lots {
            for other in [Weigh::Price, Weigh::BasisOfPriced, Weigh::Basis] {
                if self.add_up(at, kinds, other).is_ok() && self.is_zero() {
                    return true;
                }
            }
        }
        self.unbalanced(at, kinds, &left, lots);
        false
    }

    /// Adds up what the postings of these kinds weigh.
    fn add_up(&mut self, at: usize, kinds: &[PostingKind], weigh: Weigh) -> Result<(), Long> {
        self.sums.clear();
        let row = self.ledger.transactions[at];
        let range = row.first as usize..(row.first + row.count) as usize;
        for posting in &self.ledger.postings[range] {
            let missing = posting.amount == AmountFrom::Elided && !self.filled;
            if missing || !kinds.contains(&posting.kind) {
                continue;
            }
            let own = Quantity { number: posting.number, commodity: posting.commodity };
            let weighed = match detail(self.ledger, posting) {
                None => own,
                Some(detail) => weigh.of(own, detail).ok_or(Long)?,
            };
            self.sums.add(weighed.commodity, weighed.number)?;
        }
        Ok(())
    }

    /// Whether the sums are zero at the decimals their commodities are written with.
    fn is_zero(&self) -> bool {
        self.sums.all().iter().all(|(commodity, sum)| {
            let decimals = self.commodities.decimals(*commodity).unwrap_or(sum.scale());
            sum.is_zero() || rounds_to_zero(*sum, decimals)
        })
    }

    /// Gives the elided posting what the others lack; of several commodities, one posting for each.
    fn fill(&mut self, at: usize, elided: usize) {
        let lacking: Vec<(CommodityId, Decimal)> =
            self.sums.all().iter().filter(|(_, sum)| !sum.is_zero()).copied().collect();
        let mut lacking: Vec<Quantity> = lacking
            .into_iter()
            .map(|(commodity, sum)| Quantity { number: -sum, commodity })
            .collect();
        if lacking.is_empty() {
            let of = self.sums.all().first().map_or(CommodityId(0), |(commodity, _)| *commodity);
            lacking.push(Quantity { number: Decimal::ZERO, commodity: of });
        }
        self.put(at, elided, &lacking);
    }

    /// Gives a posting its amounts; of several, one posting for each. The transaction may move.
    fn put(&mut self, at: usize, posting: usize, amounts: &[Quantity]) {
        let [first, rest @ ..] = amounts else { return };
        let row = &mut self.ledger.postings[posting];
        (row.commodity, row.number) = (first.commodity, first.number);
        if rest.is_empty() {
            return;
        }
        let copy = *row;
        let cost = detail(self.ledger, &copy).and_then(|detail| detail.cost);
        if cost.is_some() {
            // The cost is of the last; those before have none.
            self.ledger.postings[posting].detail = 0;
        }
        let bare = |left: usize| if cost.is_some() && left > 0 { 0 } else { copy.detail };
        // There is no room between the rows: the transaction moves to the end.
        let row = &mut self.ledger.transactions[at];
        let range = row.first as usize..(row.first + row.count) as usize;
        let postings = &mut self.ledger.postings;
        row.first = index(postings.len());
        postings.extend_from_within(range.start..=posting);
        postings.extend(rest.iter().zip((0..rest.len()).rev()).map(|(amount, left)| PostingRow {
            commodity: amount.commodity,
            number: amount.number,
            detail: bare(left),
            ..copy
        }));
        postings.extend_from_within(posting + 1..range.end);
        row.count = index(postings.len()) - row.first;
    }

    /// Whether the sums are of two commodities, one in, one out: then each is the price of the other.
    /// The postings of the first are given that cost.
    fn converts(&mut self, at: usize, kinds: &[PostingKind]) -> bool {
        let left: Vec<(CommodityId, Decimal)> =
            self.sums.all().iter().filter(|(_, sum)| !sum.is_zero()).copied().collect();
        let [one, other] = left[..] else { return false };
        if one.1.is_sign_negative() == other.1.is_sign_negative() {
            return false;
        }
        let row = self.ledger.transactions[at];
        let range = row.first as usize..(row.first + row.count) as usize;
        let counts = |row: &PostingRow| {
            kinds.contains(&row.kind) && (row.commodity == one.0 || row.commodity == other.0)
        };
        let Some(first) = self.ledger.postings[range.clone()].iter().find(|row| counts(row)) else {
            return false;
        };
        let (from, to) = if first.commodity == one.0 { (one, other) } else { (other, one) };
        let converted: Vec<usize> = range
            .filter(|at| {
                let row = &self.ledger.postings[*at];
                kinds.contains(&row.kind) && row.commodity == from.0
            })
            .collect();
        let total = converted.len() == 1;
        let number = if total { Some(to.1.abs()) } else { to.1.abs().checked_div(from.1.abs()) };
        let Some(number) = number else { return false };
        let amount = Quantity { number, commodity: to.0 };
        let cost = Some(Cost { amount, total, implied: true });
        for at in converted {
            let posting = &mut self.ledger.postings[at];
            if posting.detail == 0 {
                self.ledger.details.push(Detail::default());
                posting.detail = index(self.ledger.details.len());
            }
            self.ledger.details[posting.detail as usize - 1].cost = cost;
        }
        true
    }

    /// What the sums leave over, in words.
    fn left(&self) -> String {
        let left: Vec<String> = self
            .sums
            .all()
            .iter()
            .filter(|(_, sum)| !sum.is_zero())
            .map(|(commodity, number)| {
                let amount = Quantity { number: *number, commodity: *commodity };
                self.ledger.amount(amount).to_string().trim_end().to_owned()
            })
            .collect();
        left.join(", ")
    }

    fn view(&self, at: usize) -> Transaction<'_> {
        Transaction::new(self.ledger, &self.ledger.transactions[at])
    }

    fn rows(&self, at: usize) -> &[PostingRow] {
        let row = self.ledger.transactions[at];
        &self.ledger.postings[row.first as usize..(row.first + row.count) as usize]
    }

    fn own_date(&self, posting: u32) -> Option<crate::period::NaiveDate> {
        detail(self.ledger, &self.ledger.postings[posting as usize])?.date
    }
}

fn too_long(place: Place) -> Diagnostic {
    Diagnostic::error("number", "the sum has more digits than a number can have")
        .at(place)
        .help("a number has at most 28 digits, those after the decimal mark included")
}

/// What few postings have, of this one.
pub(super) fn detail<'l>(ledger: &'l Ledger, row: &PostingRow) -> Option<&'l Detail> {
    ledger.details.get((row.detail as usize).checked_sub(1)?)
}
