//! What postings weigh when a transaction is added up.

use crate::ledger::amount::weight;
use crate::ledger::model::{Detail, Dialect, Quantity};

/// What a posting with a lot weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Weigh {
    /// Its price, else itself: hledger.
    Price,
    /// Its basis where it has both, else its price, else itself: Ledger.
    BasisOfPriced,
    /// Its basis, else its price, else itself: Beancount.
    Basis,
}

impl Weigh {
    /// The way of a dialect.
    pub(super) fn habit(dialect: Dialect) -> Weigh {
        match dialect {
            Dialect::Hledger => Weigh::Price,
            Dialect::Ledger => Weigh::BasisOfPriced,
            Dialect::Beancount => Weigh::Basis,
        }
    }

    /// What an amount with this detail weighs. `None`: more digits than a number can have.
    pub(super) fn of(self, own: Quantity, detail: &Detail) -> Option<Quantity> {
        let basis = detail.lot.as_ref().and_then(|lot| lot.cost.as_ref());
        let counts = match (self, &detail.cost, basis) {
            (Weigh::Basis, _, Some(basis)) => Some(basis),
            (Weigh::BasisOfPriced, Some(cost), Some(basis))
                if basis.amount.commodity == cost.amount.commodity =>
            {
                Some(basis)
            }
            (_, cost, _) => cost.as_ref(),
        };
        match counts {
            None => Some(own),
            Some(cost) => {
                let number = weight(own.number, cost)?;
                Some(Quantity { number, commodity: cost.amount.commodity })
            }
        }
    }
}
