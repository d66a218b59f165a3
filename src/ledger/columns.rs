//! What a row names by number, for those who keep tables beside a ledger's own, and words without a
//! copy.

use std::borrow::Cow;

use crate::ledger::header;
use crate::ledger::model::{AccountId, CommodityId, Dialect, Ledger};
use crate::ledger::view::{Posting, Transaction};
use crate::period::NaiveDate;
use crate::source;

impl Ledger {
    /// Gives back the room of the first `count` transactions, and of the postings and details before those
    /// of all others: for those who have made of them what they need.
    pub fn drop_first(&mut self, count: usize) {
        let Ledger { transactions, postings, details, .. } = self;
        transactions.drain(..count);
        let first = transactions.iter().map(|row| row.first).min();
        postings.drain(..first.map_or(postings.len(), |first| first as usize));
        for row in &mut *transactions {
            row.first -= first.unwrap_or_default();
        }
        let detailed = || postings.iter().filter(|row| row.detail > 0);
        let first = detailed().map(|row| row.detail - 1).min();
        details.drain(..first.map_or(details.len(), |first| first as usize));
        for row in postings.iter_mut().filter(|row| row.detail > 0) {
            row.detail -= first.unwrap_or_default();
        }
        transactions.shrink_to_fit();
        postings.shrink_to_fit();
        details.shrink_to_fit();
    }

    /// The transaction whose row stands at `at`.
    pub fn transaction(&self, at: usize) -> Transaction<'_> {
        Transaction::new(self, &self.transactions[at])
    }
}

impl Posting<'_> {
    /// Its account, by its number in `Ledger::accounts`.
    pub fn account_id(self) -> AccountId {
        self.row().account
    }

    /// The commodity of its amount, by its number in `Ledger::commodities`.
    pub fn commodity_id(self) -> CommodityId {
        self.row().commodity
    }
}

impl<'l> Transaction<'l> {
    /// The byte of the text it was read from, where `part` of it begins; `None` where that is no part.
    pub fn start_of(self, part: &str) -> Option<u32> {
        let text = self.text();
        let start = (part.as_ptr() as usize).checked_sub(text.as_ptr() as usize)?;
        (start + part.len() <= text.len()).then_some(())?;
        self.start().checked_add(u32::try_from(start).ok()?)
    }

    /// The same as `description`, not copied where it lies in its text in one piece.
    pub fn words(self) -> Cow<'l, str> {
        self.words_and_date2().0
    }

    /// The same, and the secondary date: both are read at once.
    pub fn words_and_date2(self) -> (Cow<'l, str>, Option<NaiveDate>) {
        match self.dialect() {
            Dialect::Beancount => (Cow::Owned(self.description()), self.date2()),
            Dialect::Hledger | Dialect::Ledger => {
                let header = header::header(source::first_line(self.text()));
                let date2 = header.date2.and_then(|text| header::date(text, self.date()));
                (Cow::Borrowed(header.description), date2)
            }
        }
    }
}
