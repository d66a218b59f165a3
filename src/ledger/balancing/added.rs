//! Postings that rules add to a transaction that balances.

use super::{Balancing, index, too_long};
use crate::diagnostic::Diagnostic;
use crate::ledger::model::{AccountId, AmountFrom, PostingKind, PostingRow};
use crate::ledger::rules::{self, Added};
use crate::ledger::view::Posting;
use crate::money::Decimal;

impl Balancing<'_> {
    /// Adds the postings that rules make of a transaction; whether there are any and they balance.
    pub(super) fn extend(&mut self, at: usize) -> bool {
        let mut generated = Vec::new();
        let mut made = Vec::new();
        let mut problem = None;
        for rule in self.rules.iter().filter(|rule| rule.from <= at) {
            let mut last = None;
            for posting in self.view(at).postings() {
                // Of those that an elided one became, a rule sees the first.
                let row = posting.row();
                let again = row.amount == AmountFrom::Elided && last == Some(row.start);
                last = Some(row.start);
                if again || !rule.query.passes(posting) {
                    continue;
                }
                if let Some(place) = &rule.amountless {
                    problem = Some(
                        Diagnostic::error("rule", "the posting of a rule has no amount")
                            .at(place.clone())
                            .at(posting.place().labelled("for this posting"))
                            .help("write an amount, or a factor such as `-0.10`"),
                    );
                    continue;
                }
                for added in &rule.adds {
                    match generate(added, posting) {
                        Some(row) => {
                            made.extend(
                                added.account.made(posting).map(|name| (generated.len(), name)),
                            );
                            generated.push(row);
                        }
                        None => problem = Some(too_long(posting.transaction.place())),
                    }
                }
            }
        }
        if let Some(problem) = problem {
            self.problems.push(problem);
            self.bad.push(at);
            return false;
        }
        if generated.is_empty() {
            return false;
        }
        for (row, name) in made {
            generated[row].account = AccountId(self.ledger.accounts.number(&name));
        }
        let row = self.ledger.transactions[at];
        let range = row.first as usize..(row.first + row.count) as usize;
        let row = &mut self.ledger.transactions[at];
        row.first = index(self.ledger.postings.len());
        row.count += index(generated.len());
        self.ledger.postings.extend_from_within(range);
        let balances = generated.iter().all(|row| row.kind == PostingKind::Virtual);
        self.ledger.postings.extend(generated);
        // What was elided is written now: only those that rules add can upset the balance.
        self.filled = true;
        let balances = balances || self.transaction(at);
        self.filled = false;
        balances
    }
}

/// The posting that a rule adds for `posting`. `None`: more digits than a number can have.
fn generate(added: &Added, posting: Posting<'_>) -> Option<PostingRow> {
    let own = posting.row();
    let amount = added.amount;
    let (commodity, number) = if amount.of_amount || amount.commodity.0 == 0 {
        (own.commodity, amount.times(own.number)?)
    } else {
        (amount.commodity, amount.times(Decimal::ONE)?)
    };
    Some(PostingRow {
        account: match added.account {
            rules::Account::Named(account) => account,
            // One that is made has its name once all of the transaction's are known.
            rules::Account::Own | rules::Account::Made(_) => own.account,
        },
        commodity,
        number,
        start: own.start,
        detail: 0,
        kind: added.kind,
        amount: AmountFrom::Generated,
        status: own.status,
    })
}
