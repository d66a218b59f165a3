//! Transactions that can be computed by themselves: no costs, no prices, all currencies written.
//!
//! In: a draft. Out: its postings with the amounts that such transactions leave out; which transactions
//! are left for what accounts hold. All cores take part: no transaction has to do with another here.

use rayon::prelude::*;

use crate::ledger::beancount::arith;
use crate::ledger::beancount::booking::{Known, Way, unbalanced};
use crate::ledger::beancount::draft::{Draft, NONE, Problem};
use crate::ledger::beancount::few::Few;
use crate::ledger::beancount::tolerance::{self, Rules};
use crate::ledger::model::{AmountFrom, CommodityId, PostingRow, TransactionRow};
use crate::money::Decimal;

/// Transactions that one thread takes at a time.
const PART: usize = 4096;

/// Some transactions, one after the other, with their postings.
struct Part<'d> {
    draft: &'d Draft,
    rules: &'d Rules,
    known: &'d Known,
    /// Index of the first transaction.
    first: u32,
    transactions: &'d [TransactionRow],
    /// Of these transactions; the first has the number of the first transaction's.
    postings: &'d mut [PostingRow],
    /// Of the transaction at hand: sums by currency, with the fewest decimals of an amount.
    sums: Few<(Decimal, Option<u32>)>,
    found: Found,
}

/// What is found about them.
#[derive(Default)]
struct Found {
    ways: Vec<Way>,
    replaced: Vec<(u32, Vec<PostingRow>)>,
    problems: Vec<Problem>,
}

/// Computes what can be computed so. How each transaction goes on comes back.
pub(super) fn settle(draft: &mut Draft, rules: &Rules, known: &Known) -> Vec<Way> {
    let mut postings = std::mem::take(&mut draft.ledger.postings);
    let shared = &*draft;
    let mut parts = Vec::new();
    let (mut rest, mut passed) = (postings.as_mut_slice(), 0);
    for (number, transactions) in shared.ledger.transactions.chunks(PART).enumerate() {
        let end = transactions.last().map_or(passed, |row| (row.first + row.count) as usize);
        let (part, after) = rest.split_at_mut(end - passed);
        (rest, passed) = (after, end);
        parts.push(Part {
            draft: shared,
            rules,
            known,
            first: u32::try_from(number * PART).unwrap_or(u32::MAX),
            transactions,
            postings: part,
            sums: Few::default(),
            found: Found::default(),
        });
    }
    let found: Vec<Found> = parts.into_par_iter().map(Part::all).collect();
    draft.ledger.postings = postings;
    let mut ways = Vec::with_capacity(draft.ledger.transactions.len());
    for found in found {
        ways.extend(found.ways);
        draft.replaced.extend(found.replaced);
        draft.problems.extend(found.problems);
    }
    ways
}

impl Part<'_> {
    fn all(mut self) -> Found {
        let first = self.transactions.first().map_or(0, |row| row.first);
        self.found.ways.reserve(self.transactions.len());
        for (at, row) in (self.first..).zip(self.transactions) {
            let start = (row.first - first) as usize;
            let way = self.one(at, start, row.count as usize);
            self.found.ways.push(way);
        }
        self.found
    }

    /// Computes transaction `at`, whose `count` postings begin with number `start` of the part's.
    fn one(&mut self, at: u32, start: usize, count: usize) -> Way {
        if self.rules.precise {
            return Way::Costly;
        }
        let mut elided = None;
        let mut holds = self.known.infers;
        self.sums.clear();
        for (index, leg) in self.postings[start..start + count].iter().enumerate() {
            if leg.detail != 0 {
                return Way::Costly;
            }
            if leg.amount == AmountFrom::Elided {
                if leg.commodity != NONE || elided.is_some() {
                    return Way::Costly;
                }
                elided = Some(index);
                continue;
            }
            if leg.commodity == NONE {
                return Way::Costly;
            }
            holds |= self.known.costly[leg.commodity.0 as usize];
            let (sum, decimals) = self.sums.entry(leg.commodity, Default::default);
            match arith::add(*sum, leg.number) {
                Some(total) => *sum = total,
                None => return Way::Costly,
            }
            let scale = leg.number.scale();
            if scale > 0 {
                *decimals = Some(decimals.map_or(scale, |known| known.min(scale)));
            }
        }
        match elided {
            Some(index) => self.complete(at, start, count, index),
            None => self.check_sums(at),
        }
        if holds { Way::Held } else { Way::Done }
    }

    /// Gives the one posting without an amount what the others lack.
    fn complete(&mut self, at: u32, start: usize, count: usize, index: usize) {
        let rules = self.rules;
        let lacking = |(currency, (sum, decimals)): &(CommodityId, (Decimal, Option<u32>))| {
            let number = if sum.is_zero() { Decimal::ZERO } else { -*sum };
            (*currency, tolerance::round(number, rules.of_decimals(*currency, *decimals)))
        };
        let mut sums = self.sums.iter();
        if let (Some(only), None) = (sums.next(), sums.next()) {
            let (commodity, number) = lacking(only);
            let leg = &mut self.postings[start + index];
            (leg.commodity, leg.number) = (commodity, number);
            return;
        }
        let legs = &self.postings[start..start + count];
        let mut rows = Vec::with_capacity(legs.len() + 1);
        for (at, leg) in legs.iter().enumerate() {
            if at != index {
                rows.push(*leg);
                continue;
            }
            let sums = self.sums.iter().filter(|(_, (sum, _))| !sum.is_zero()).map(lacking);
            rows.extend(sums.map(|(commodity, number)| PostingRow { commodity, number, ..*leg }));
        }
        self.found.replaced.push((at, rows));
    }

    /// Reports what the sums of a transaction lack.
    fn check_sums(&mut self, at: u32) {
        let is_off = |(currency, (sum, decimals)): &&(CommodityId, (Decimal, Option<u32>))| {
            !sum.is_zero() && sum.abs() > self.rules.of_decimals(*currency, *decimals)
        };
        if self.sums.iter().any(|sum| is_off(&sum)) {
            let off = self.sums.iter().filter(is_off);
            let off: Vec<_> = off.map(|(currency, (sum, _))| (*currency, *sum)).collect();
            self.found.problems.push(unbalanced(self.draft, at, &off));
        }
    }
}
