//! What the words of a bank or broker add to a transaction's type: claims, withholding, fees, moves of
//! a cash sweep. OFX has one type for all of them, and the memo says which.
//!
//! Rules are rows that prove themselves: each wins its own example. A memo that no rule knows leaves
//! the transaction what its type says.

use crate::event::{Claim, TaxAuthority};

/// Which transactions a rule is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rows {
    /// Of a bank account: STMTTRN, money in.
    BankIn,
    /// Of a bank account: STMTTRN, money out.
    BankOut,
    /// INVBANKTRAN, money in or out.
    BrokerCash,
    /// INCOME and REINVEST.
    Income,
    /// INVEXPENSE.
    Expense,
    /// BUY… and SELL…
    Trade,
    /// TRANSFER.
    Transfer,
}

/// What the words make of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Says {
    /// Interest on cash.
    Interest,
    /// A payment of some security, which the row does not name.
    Payment,
    /// Interest paid on borrowed money.
    MarginInterest,
    /// What the broker claims of a payment.
    Claims(Claim),
    /// In place of a dividend, by the borrower of lent units.
    PaymentInLieu,
    /// Capital given back.
    ReturnOfCapital,
    /// For lent units.
    Lending,
    /// Cash for a fraction of a unit.
    CashInLieu,
    /// Tax taken off a payment.
    Withholding(TaxAuthority),
    /// A fee, and which.
    Fee(&'static str),
    /// Between cash and the fund that is cash in all but name.
    Sweep,
    /// Paid by an income.
    Reinvestment,
    /// Paid back by the issuer.
    Redemption,
    /// An option ran out.
    Expired,
    /// An option was used against its writer.
    Assigned,
    /// An option was used by its holder.
    Exercised,
    /// Units added or taken by a split.
    Split,
    /// Another action of an issuer: what it did to cost and units, the row does not say.
    Action,
    /// Paid in units of a fund.
    FeeInUnits,
    /// A trade that begins a position.
    Opens,
    /// A trade that ends one.
    Closes,
}

/// One rule: any of `words`, as whole words, in a memo of such a row.
#[derive(Debug)]
pub struct Rule {
    /// For which transactions.
    pub rows: &'static [Rows],
    /// In capitals; one of them is enough. A `*` at the end: letters may follow, for brokers cut their
    /// texts to a width and set the next one behind. A `^` in front: only at the start.
    pub words: &'static [&'static str],
    /// What they say.
    pub says: Says,
    /// A memo that means this.
    pub example: &'static str,
}

use Rows::{BankIn, BankOut, BrokerCash, Expense, Income, Trade, Transfer};

/// Tried in order; the first match wins, so exceptions stand above the general.
pub const RULES: &[Rule] = &[
    Rule {
        rows: &[Income],
        words: &["NON-QUALIFIED", "NONQUALIFIED", "NON QUALIFIED"],
        says: Says::Claims(Claim::Nonqualified),
        example: "NON-QUALIFIED DIVIDEND ~O",
    },
    Rule {
        rows: &[Income],
        words: &["QUALIFIED DIVIDEND", "QUALIFIED DIV", "QUAL DIV"],
        says: Says::Claims(Claim::Qualified),
        example: "QUALIFIED DIVIDEND (A)",
    },
    Rule {
        rows: &[Income],
        words: &[
            "SUBSTITUTE PAYMENT",
            "SUBSTITUTE DIV",
            "SUBSTITUTE DIVIDEND",
            "IN LIEU OF DIVIDEND",
            "IN LIEU OF DIVIDENDS",
            "PAYMENT IN LIEU",
        ],
        says: Says::PaymentInLieu,
        example: "PAYMENT IN LIEU OF DIVIDEND",
    },
    Rule {
        rows: &[Income, Trade],
        words: &["CASH IN LIEU", "IN LIEU OF FRX", "IN LIEU OF FRACTION", "IN LIEU OF FRACTIONAL"],
        says: Says::CashInLieu,
        example: "IN LIEU OF FRX SHARE",
    },
    Rule {
        rows: &[Income],
        words: &["RETURN OF CAPITAL", "RETURN CAPITAL"],
        says: Says::ReturnOfCapital,
        example: "RETURN OF CAPITAL",
    },
    Rule {
        rows: &[Income, BrokerCash],
        words: &["SECURITIES LENDING", "LENDING REBATE", "FULLY PAID LENDING", "LENDING INCOME"],
        says: Says::Lending,
        example: "FULLY PAID LENDING REBATE",
    },
    Rule {
        rows: &[Income, Expense, BrokerCash],
        words: &[
            "FOREIGN TAX",
            "FOREIGN STK W/H*",
            "FOREIGN WITHHOLDING",
            "FOREIGN TAX WITHHELD",
            "FOREIGN W/H",
            "FRGN TAX",
        ],
        says: Says::Withholding(TaxAuthority::Foreign),
        example: "DIV - SAMPLE SEMI Foreign Stk W/HLTD-SPONSORED ADR",
    },
    Rule {
        rows: &[Income, Expense, BrokerCash],
        words: &["STATE TAX", "STATE WITHHOLDING", "STATE TAX W/H"],
        says: Says::Withholding(TaxAuthority::State),
        example: "STATE WITHHOLDING",
    },
    Rule {
        rows: &[Income, Expense, BrokerCash],
        words: &[
            "NRA TAX",
            "NRA WITHHOLDING",
            "NRA W/H",
            "BACKUP WITHHOLDING",
            "FEDERAL TAX",
            "FEDERAL WITHHOLDING",
            "FED TAX",
            "FED TAX W/H",
            "IRS WITHHOLDING",
            "W-8 WITHHOLDING",
        ],
        says: Says::Withholding(TaxAuthority::Federal),
        example: "BACKUP WITHHOLDING (W-9)",
    },
    Rule {
        rows: &[Income, Expense, BrokerCash],
        words: &["ADR FEE", "ADR MGMT FEE", "ADR CUSTODY", "ADR PASS-THROUGH", "DEPOSITARY FEE"],
        says: Says::Fee("adr"),
        example: "ADR MGMT FEE",
    },
    Rule {
        rows: &[Expense, BrokerCash],
        words: &["ADVISORY FEE", "ADVISOR FEE", "MANAGEMENT FEE", "PROGRAM FEE", "WRAP FEE"],
        says: Says::Fee("advisory"),
        example: "ADVISORY FEE Q3",
    },
    Rule {
        rows: &[BrokerCash],
        words: &["MARGIN INTEREST", "INTEREST CHARGED", "INTEREST CHARGE", "DEBIT INTEREST"],
        says: Says::MarginInterest,
        example: "MARGIN INTEREST ADJUSTMENT",
    },
    Rule {
        rows: &[BankOut],
        words: &["INTEREST CHARGE", "INTEREST CHARGED", "FINANCE CHARGE", "OVERDRAFT INTEREST"],
        says: Says::MarginInterest,
        example: "INTEREST CHARGED ON PURCHASES",
    },
    Rule {
        rows: &[BankIn, BrokerCash],
        words: &[
            "INTEREST PAID",
            "INTEREST PAYMENT",
            "INTEREST EARNED",
            "INTEREST CREDIT",
            "CREDIT INTEREST",
            "BANK INTEREST",
            "INTEREST DEPOSIT",
            "INTEREST INCOME",
            "INT EARNED",
            "MONTHLY INTEREST",
            "SAVINGS INTEREST",
            "DEPOSIT INTEREST",
            "CASH INTEREST",
            "INTEREST ON CASH",
            "MONEY MARKET INTEREST",
            "FREE BALANCE INTEREST",
        ],
        says: Says::Interest,
        example: "Monthly Interest Paid",
    },
    // What a credit union pays on a deposit it calls a dividend; it is interest (IRS Publication 550,
    // "Dividends that are actually interest").
    Rule {
        rows: &[BankIn],
        words: &["DIVIDEND EARNED", "SHARE DIVIDEND", "DEPOSIT DIVIDEND", "DIVIDEND DEPOSIT"],
        says: Says::Interest,
        example: "DIVIDEND EARNED FOR PERIOD OF 03/01/2024 THROUGH 03/31/2024",
    },
    Rule {
        rows: &[BankOut],
        words: &[
            "SERVICE CHARGE",
            "SERVICE FEE",
            "RETURNED CHECK FEE",
            "OVERDRAFT FEE",
            "MAINTENANCE FEE",
            "MONTHLY FEE",
            "ATM FEE",
            "WIRE FEE",
            "LATE FEE",
            "FOREIGN TRANSACTION FEE",
            "ANNUAL FEE",
            "INSUFFICIENT FUNDS FEE",
            "PAPER STATEMENT FEE",
        ],
        says: Says::Fee("service"),
        example: "RETURNED CHECK FEE, CHECK # 319",
    },
    Rule {
        rows: &[BrokerCash],
        words: &["FEE", "FEES", "SERVICE CHARGE"],
        says: Says::Fee("service"),
        example: "LATE SETTLEMENT FEE",
    },
    Rule {
        rows: &[Trade, Transfer, BrokerCash],
        words: &[
            "MONEY FUND PURCHASE",
            "MONEY FUND REDEMPTION",
            "MONEY FUND SALE",
            "SWEEP IN",
            "SWEEP OUT",
            "SWEEP TO",
            "SWEEP FROM",
            "CASH SWEEP",
            "MONEY MARKET PURCHASE",
            "MONEY MARKET REDEMPTION",
            "CORE ACCOUNT",
            "BANK SWEEP",
        ],
        says: Says::Sweep,
        example: "MONEY FUND PURCHASE",
    },
    Rule {
        rows: &[Trade],
        words: &[
            "REINVESTMENT",
            "REINVEST",
            "DIVIDEND REINVESTMENT",
            "REINVESTED",
            "REINV",
            "REINVESTING",
        ],
        says: Says::Reinvestment,
        example: "REINVESTMENT",
    },
    Rule {
        rows: &[Trade],
        words: &["REDEMPTION PAYOUT", "REDEMPTION", "MATURED", "MATURITY", "FULL REDEMPTION"],
        says: Says::Redemption,
        example: "REDEMPTION PAYOUT",
    },
    Rule {
        rows: &[Transfer],
        words: &["EXPIRED", "EXPIRATION", "EXPIRE"],
        says: Says::Expired,
        example: "EXPIRED CALL (XYZ) XYZ CORP",
    },
    Rule {
        rows: &[Transfer],
        words: &["ASSIGNED", "ASSIGNMENT"],
        says: Says::Assigned,
        example: "ASSIGNED PUTS AS OF 04/19/24",
    },
    Rule {
        rows: &[Transfer],
        words: &["EXERCISED", "EXERCISE"],
        says: Says::Exercised,
        example: "EXERCISED CALLS",
    },
    Rule {
        rows: &[Transfer],
        words: &["STOCK SPLIT", "REVERSE SPLIT", "SPLIT"],
        says: Says::Split,
        example: "STOCK SPLIT 2 FOR 1",
    },
    Rule {
        rows: &[Transfer],
        words: &[
            "MERGER",
            "SPIN OFF",
            "SPIN-OFF",
            "SPINOFF",
            "NAME CHANGE",
            "EXCHANGED",
            "EXCHANGE",
            "CONVERSION",
            "REORGANIZATION",
            "REORG",
            "TENDER",
            "TENDERED",
            "STOCK DIVIDEND",
            "LIQUIDATION",
            "RIGHTS",
        ],
        says: Says::Action,
        example: "MERGER MER FROM XYZ CORP",
    },
    Rule {
        rows: &[Transfer],
        words: &["INVESTMENT EXPENSE", "FEE", "FEES", "EXPENSE"],
        says: Says::FeeInUnits,
        example: "Investment Expense",
    },
    Rule {
        rows: &[Trade],
        words: &["OPENING TRANSACTION", "TO OPEN"],
        says: Says::Opens,
        example: "YOU SOLD OPENING TRANSACTION",
    },
    Rule {
        rows: &[Trade],
        words: &["CLOSING TRANSACTION", "TO CLOSE"],
        says: Says::Closes,
        example: "YOU BOUGHT CLOSING TRANSACTION",
    },
    Rule {
        rows: &[BrokerCash],
        words: &["DIVIDEND", "DIVIDENDS", "DIV", "CAP GAIN", "CAPITAL GAIN", "RETURN OF CAPITAL"],
        says: Says::Payment,
        example: "DIVIDEND RECEIVED SAMPLE A CORP",
    },
    Rule {
        rows: &[BrokerCash],
        words: &["INTEREST", "INT"],
        says: Says::Interest,
        example: "OFF-CYCLE INTEREST",
    },
    Rule {
        rows: &[BankIn],
        words: &["^INTEREST", "^INT"],
        says: Says::Interest,
        example: "Interest",
    },
];

impl Rule {
    /// `INCOME, INVEXPENSE: "FOREIGN TAX", "FRGN TAX"`
    pub fn wanted(&self) -> String {
        let rows: Vec<&str> = self
            .rows
            .iter()
            .map(|rows| match rows {
                BankIn => "STMTTRN in",
                BankOut => "STMTTRN out",
                BrokerCash => "INVBANKTRAN",
                Income => "INCOME, REINVEST",
                Expense => "INVEXPENSE",
                Trade => "BUY..., SELL...",
                Transfer => "TRANSFER",
            })
            .collect();
        let words: Vec<String> = self.words.iter().map(|word| format!("\"{word}\"")).collect();
        format!("{}: {}", rows.join(", "), words.join(", "))
    }

    /// What it makes of the row, in words.
    pub fn meaning(&self) -> String {
        match self.says {
            Says::Interest => "interest on cash".to_owned(),
            Says::Payment => "a payment of a security that is not named: unresolved".to_owned(),
            Says::MarginInterest => "margin-interest".to_owned(),
            Says::Claims(claim) => format!("claimed {claim}"),
            Says::PaymentInLieu => "payment-in-lieu".to_owned(),
            Says::ReturnOfCapital => "return-of-capital".to_owned(),
            Says::Lending => "other-income, reason lending".to_owned(),
            Says::CashInLieu => "cash-in-lieu".to_owned(),
            Says::Withholding(tax) => format!("withholding, tax {tax}"),
            Says::Fee(reason) => format!("fee, reason {reason}"),
            Says::Sweep => "ignored: move of the cash sweep".to_owned(),
            Says::Reinvestment => "reinvests an income of that day".to_owned(),
            Says::Redemption => "redemption, of debt".to_owned(),
            Says::Expired => "option-expire".to_owned(),
            Says::Assigned => "option-assign".to_owned(),
            Says::Exercised => "option-exercise".to_owned(),
            Says::Split => "split".to_owned(),
            Says::Action => "an action of an issuer: unresolved".to_owned(),
            Says::FeeInUnits => "a sale, and the fee it pays".to_owned(),
            Says::Opens => "option-open".to_owned(),
            Says::Closes => "option-close".to_owned(),
        }
    }
}

/// What a memo says of such a row: the first rule with one of its words.
pub fn said(rows: Rows, memo: &str) -> Option<Says> {
    let memo = memo.to_ascii_uppercase();
    let rules = RULES.iter().filter(|rule| rule.rows.contains(&rows));
    rules
        .into_iter()
        .find(|rule| rule.words.iter().any(|word| has(&memo, word)))
        .map(|rule| rule.says)
}

/// Whether a memo of such a row says this, whatever else it says.
pub fn says(rows: Rows, memo: &str, says: Says) -> bool {
    let memo = memo.to_ascii_uppercase();
    let mut rules = RULES.iter().filter(|rule| rule.rows.contains(&rows) && rule.says == says);
    rules.any(|rule| rule.words.iter().any(|word| has(&memo, word)))
}

/// Whether `memo` has `words` at the borders of words: `FEE` is not in `COFFEE`.
fn has(memo: &str, words: &str) -> bool {
    let (words, open) = words.strip_suffix('*').map_or((words, false), |words| (words, true));
    let (words, first) = words.strip_prefix('^').map_or((words, false), |words| (words, true));
    let letter = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    memo.match_indices(words).any(|(at, _)| {
        let begins = if first { at == 0 } else { !letter(memo[..at].chars().next_back()) };
        begins && (open || !letter(memo[at + words.len()..].chars().next()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_wins_its_own_example() {
        for rule in RULES {
            for rows in rule.rows {
                assert_eq!(said(*rows, rule.example), Some(rule.says), "{}", rule.example);
            }
        }
    }

    #[test]
    fn words_are_whole() {
        assert_eq!(said(BrokerCash, "COFFEE SHOP"), None);
        assert_eq!(said(BankIn, "PINTEREST PAYMENTS INC"), None);
        assert_eq!(said(BankOut, "INTEREST PAID TO THE MORTGAGE BANK"), None);
        assert_eq!(said(Income, "DIVIDEND RECEIVED"), None);
        assert_eq!(said(BankIn, "Interest 01/31"), Some(Says::Interest));
        assert_eq!(said(BankIn, "FROM INTEREST GROUP LLC"), None);
    }
}
