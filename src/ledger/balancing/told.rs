//! What is said of transactions that do not balance.

use super::{Balancing, detail, too_long};
use crate::diagnostic::Diagnostic;
use crate::ledger::model::{AmountFrom, Dialect, PostingKind, PostingRow};
use crate::ledger::view::{Posting, Spot};
use crate::source::Place;

impl Balancing<'_> {
    pub(super) fn unbalanced(&mut self, at: usize, kinds: &[PostingKind], left: &str, lots: bool) {
        let which = match kinds {
            [PostingKind::BalancedVirtual] => "the postings in `[ ]` do not balance",
            _ => "transaction does not balance",
        };
        let view = self.view(at);
        let mut problem = Diagnostic::error("unbalanced", format!("{which}: {left} too much"))
            .at(view.place())
            .help("correct an amount, or leave it out of one posting");
        if lots {
            problem.notes.push(
                "neither the prices after `@` nor the costs in `{}` make it balance".to_owned(),
            );
        }
        let several = self.sums.all().iter().filter(|(_, sum)| !sum.is_zero()).count() > 1;
        if several && !lots {
            problem
                .notes
                .push("amounts of several commodities need a price: `@` or `@@`".to_owned());
        }
        self.problems.push(problem);
    }

    pub(super) fn two_elided(&mut self, at: usize, first: usize, second: usize) {
        let [first, second] = [first, second].map(|posting| self.place_of(at, posting));
        self.problems.push(
            Diagnostic::error("two-elided", "two postings have no amount")
                .at(second)
                .at(first.labelled("the other"))
                .help("write the amount of one; two blanks stand between account and amount"),
        );
    }

    /// An assignment where one with a cost was before: what that brought goes at its own cost, which is
    /// not known here. Whether it is told so.
    pub(super) fn is_priced_twice(&mut self, at: usize, posting: usize) -> bool {
        let row = self.ledger.postings[posting];
        let assertion = detail(self.ledger, &row).and_then(|detail| detail.assertion.as_ref());
        let Some(assertion) = assertion else { return false };
        let key = (row.account, assertion.amount.commodity);
        let again = self.priced.contains(&key);
        if assertion.cost.is_some() {
            self.priced.insert(key);
        }
        if again {
            let place = self.place_of(at, posting);
            self.problems.push(
                Diagnostic::error(
                    "assertion",
                    "a second balance where one with a cost was assigned",
                )
                .at(place)
                .help("write the amount, with its cost, before `=`"),
            );
            self.bad.push(at);
        }
        again
    }

    /// Ledger brings one commodity to zero with one posting, not several.
    pub(super) fn of_several(&mut self, at: usize, posting: usize) {
        let place = self.place_of(at, posting);
        self.problems.push(
            Diagnostic::error("assertion", "this balance is of several commodities")
                .at(place)
                .help("write a posting for each commodity, with its balance"),
        );
        self.bad.push(at);
    }

    /// Ledger finds an amount for an elided posting in `( )` only where no other has one.
    pub(super) fn elided_virtual(&mut self, at: usize) -> bool {
        let rows = self.rows(at);
        let elided =
            |row: &PostingRow| row.kind == PostingKind::Virtual && row.amount == AmountFrom::Elided;
        let Some(which) = rows.iter().position(elided) else { return false };
        if rows.iter().all(|row| row.amount == AmountFrom::Elided) {
            return false;
        }
        let place = self.place_of(at, self.ledger.transactions[at].first as usize + which);
        self.problems.push(
            Diagnostic::error("no-amount", "a posting in `( )` has no amount")
                .at(place)
                .help("write its amount: no other posting balances it"),
        );
        true
    }

    /// Whether a posting without an amount stands beside such only as balance without it, which Ledger
    /// refuses.
    pub(super) fn has_no_counterpart(&mut self, at: usize, elided: usize) -> bool {
        let is_ledger = self.commodities.dialect == Dialect::Ledger;
        if !is_ledger || self.rows(at).iter().all(|row| row.amount == AmountFrom::Elided) {
            return false;
        }
        let place = self.place_of(at, elided);
        self.problems.push(
            Diagnostic::error(
                "no-amount",
                "a posting has no amount, and no other one gives it any",
            )
            .at(place)
            .note("those in `( )` balance on their own")
            .help("write its amount, or leave the posting out"),
        );
        true
    }

    pub(super) fn too_long(&mut self, at: usize) {
        let place = self.view(at).place();
        self.problems.push(too_long(place));
    }

    pub(super) fn place_of(&self, at: usize, posting: usize) -> Place {
        let row = &self.ledger.postings[posting];
        Posting::new(self.view(at), row, &mut Spot::default()).place()
    }
}
