//! Hand-written transactions without an `event:` tag, as events.
//!
//! In: a ledger, the accounts, rules and securities of the books. Out: for each posting that a rule
//! knows an event, for units that come and go the trades, for the rest of the cash its movement; and a
//! question where an entry is about investments and no rule knows it. The rules of the books come
//! first, then `rules.toml` by account names, then the shape of the postings. A posting to an account
//! for gains is a claim, which the computed gain is compared with, and never income.

mod draft;
mod entry;
mod names;
mod sides;
mod units;

use indexmap::IndexMap;

use super::settings::RuleText;
use crate::diagnostic::Diagnostic;
use crate::event::{Event, Question, Securities, Write};
use crate::ledger::blocks::{Context, Ids, Sort, is_gains, sort};
use crate::ledger::{Ledger, PostingKind, Transaction, TransactionRow};
use crate::money::{self, Decimal};
use crate::period::{Datelike, NaiveDate};
use crate::source::Name;
use names::Shipped;

/// What recognition needs to know of the books.
#[derive(Clone, Copy, Debug)]
pub struct Known<'b> {
    /// Accounts and home currency.
    pub context: Context<'b>,
    /// The books' own rules, the first match wins.
    pub rules: &'b [RuleText],
    /// What names of securities mean.
    pub securities: &'b Securities,
}

/// Recognises the transactions of one ledger.
#[derive(Debug)]
pub struct Recogniser<'b> {
    ledger: &'b Ledger,
    known: Known<'b>,
    shipped: Vec<Shipped>,
    /// By the account's number.
    accounts: Vec<AccountFacts>,
    /// The code of each commodity that is a currency, by its number.
    currencies: Vec<Option<Name>>,
    /// Rules without an account, which any entry may match.
    loose: bool,
    open: IndexMap<(String, i32, Name), Open>,
    diagnostics: Vec<Diagnostic>,
}

/// What is known of an account whatever is posted to it.
#[derive(Clone, Debug)]
struct AccountFacts {
    /// The id of the account of the books that it lies below.
    home: Option<Name>,
    sort: Sort,
    gains: bool,
    /// Whether a rule of the books may match it.
    ruled: bool,
    shipped: Option<usize>,
}

/// Something that entries of one year leave open, asked once.
#[derive(Clone, Debug)]
struct Open {
    count: usize,
    first: NaiveDate,
    amount: Decimal,
    source: String,
    /// The middle of the question: `What is … in 3 entries?`
    what: What,
}

/// What is asked.
#[derive(Clone, Debug)]
enum What {
    /// An account that no rule knows, in entries about investments.
    Account,
    /// An entry whose shape says nothing: why, and the tags that would say it.
    Entry(String, String),
}

impl<'b> Recogniser<'b> {
    /// For the transactions of `ledger`.
    pub fn new(ledger: &'b Ledger, known: Known<'b>) -> Recogniser<'b> {
        let shipped = names::shipped();
        // Who calls assets by another word has accounts of the books below it.
        let root = |name: &str| name.split(':').next().unwrap_or_default().to_owned();
        let roots: Vec<String> =
            known.context.accounts.values().map(|account| root(&account.ledger)).collect();
        let sort = |name: &str| match sort(name) {
            Sort::Other if roots.contains(&root(name)) => Sort::Asset,
            sort => sort,
        };
        let facts = |name: &Name| AccountFacts {
            home: known.context.account_of(name).map(|account| account.id.clone()),
            sort: sort(name),
            gains: is_gains(name),
            ruled: known
                .rules
                .iter()
                .filter_map(|rule| rule.account.as_deref())
                .any(|account| crate::ledger::blocks::below(name, account)),
            shipped: names::known(&shipped, name),
        };
        let accounts = ledger.accounts.names().iter().map(facts).collect();
        let code = |name: &Name| {
            money::currency(name, known.context.currency).map(|code| Name::new(&code))
        };
        let currencies = ledger.commodities.names().iter().map(code).collect();
        let loose = known.rules.iter().any(|rule| rule.account.is_none());
        Recogniser {
            ledger,
            known,
            shipped,
            accounts,
            currencies,
            loose,
            open: IndexMap::new(),
            diagnostics: Vec::new(),
        }
    }

    /// The events of a transaction without an `event:` tag, in the order in which they happened;
    /// none where it is not about investments.
    pub fn events(
        &mut self,
        transaction: Transaction<'b>,
        row: &TransactionRow,
        ids: &mut Ids,
    ) -> Vec<Event> {
        if self.may_matter(row) { entry::events(self, transaction, ids) } else { Vec::new() }
    }

    /// What was left open, and what is wrong with rules.
    pub fn finish(self) -> (Vec<Question>, Vec<Diagnostic>) {
        let questions = self.open.into_iter().map(|((about, year, currency), open)| {
            let entries = match open.count {
                1 => format!("an entry of {}", open.first),
                count => format!("{count} entries of {year}, the first on {}", open.first),
            };
            let (asks, write) = match open.what {
                What::Account => (
                    format!("What is `{about}` in {entries}?"),
                    Write {
                        file: "rentier.toml".to_owned(),
                        text: format!(
                            "[[rule]]\naccount = \"{about}\"\nevent   = \"…\"    # interest, dividend, fee...; \
                             deposit or withdrawal if it is neither income nor cost of investing"
                        ),
                    },
                ),
                What::Entry(why, tags) => (
                    match open.count {
                        1 => format!("`{about}` of {}: {why}?", open.first),
                        count => {
                            let more = count - 1;
                            format!("`{about}` of {} and {more} more of {year}: {why}?", open.first)
                        }
                    },
                    Write { file: open.source.rsplit_once(':').map_or_else(String::new, |(file, _)| file.to_owned()), text: tags },
                ),
            };
            Question {
                asks,
                event: None,
                date: open.first,
                amount: (!open.amount.is_zero()).then(|| money::cash(open.amount, &currency)),
                currency: (!currency.is_empty()).then_some(currency),
                source: open.source,
                write,
            }
        });
        let questions = questions.collect();
        let mut diagnostics: Vec<Diagnostic> = Vec::new();
        for diagnostic in self.diagnostics {
            if !diagnostics.contains(&diagnostic) {
                diagnostics.push(diagnostic);
            }
        }
        (questions, diagnostics)
    }

    /// Whether a transaction can be about investments, told by numbers alone.
    fn may_matter(&self, row: &TransactionRow) -> bool {
        let first = row.first as usize;
        let postings = &self.ledger.postings[first..first + row.count as usize];
        self.loose
            || postings.iter().filter(|posting| posting.kind == PostingKind::Real).any(|posting| {
                let facts = &self.accounts[posting.account.0 as usize];
                let holds = !matches!(facts.sort, Sort::Income | Sort::Expense | Sort::Equity)
                    && self.currencies[posting.commodity.0 as usize].is_none();
                let strong = facts.shipped.is_some_and(|at| !self.shipped[at].weak);
                facts.home.is_some() || facts.ruled || strong || holds
            })
    }

    fn facts(&self, account: &str) -> &AccountFacts {
        let number =
            self.ledger.accounts.find(account).expect("a posting's account is in the table");
        &self.accounts[number as usize]
    }

    /// Notes that an account is unknown in an entry about investments.
    fn ask_account(
        &mut self,
        transaction: Transaction<'_>,
        account: &str,
        amount: Decimal,
        currency: Name,
    ) {
        self.ask(transaction, account.to_owned(), amount, currency, What::Account);
    }

    /// Notes that an entry's shape says nothing.
    fn ask_entry(&mut self, transaction: Transaction<'_>, why: &str, tags: &str) {
        self.ask_about(transaction, why, tags, None);
    }

    /// Notes what an entry does not say, and the money that waits for it.
    fn ask_about(
        &mut self,
        transaction: Transaction<'_>,
        why: &str,
        tags: &str,
        money: Option<(Decimal, Name)>,
    ) {
        let description = transaction.description();
        let about =
            if description.is_empty() { transaction.line().to_string() } else { description };
        let what = What::Entry(why.to_owned(), tags.to_owned());
        let (amount, currency) = money.unwrap_or_default();
        self.ask(transaction, about, amount, currency, what);
    }

    fn ask(
        &mut self,
        transaction: Transaction<'_>,
        about: String,
        amount: Decimal,
        currency: Name,
        what: What,
    ) {
        let key = (about, transaction.date().year(), currency);
        let open = self.open.entry(key).or_insert_with(|| Open {
            count: 0,
            first: transaction.date(),
            amount: Decimal::ZERO,
            source: format!("{}:{}", transaction.file(), transaction.line()),
            what,
        });
        open.count += 1;
        open.amount = open.amount.checked_add(amount.abs()).unwrap_or(open.amount);
    }
}
