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
mod naming;
mod sides;
mod units;

use std::collections::HashSet;
use std::ops::Deref;

use indexmap::IndexMap;
use indexmap::map::Entry;

use super::settings::RuleText;
use crate::diagnostic::Diagnostic;
use crate::event::{Event, Question, Securities, Write};
use crate::ledger::blocks::text::part;
use crate::ledger::blocks::{Contents, Context, Sort, is_gains, sort};
use crate::ledger::{Ledger, Posting, PostingKind, PostingRow, Transaction, TransactionRow};
use crate::money::{self, Decimal};
use crate::period::{Datelike, NaiveDate};
use crate::source::{ByLetters, Name, Names, Staying, Words};
use entry::Room;
use sides::Action;

pub use naming::naming;

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

/// What the rules say of the accounts and commodities of one ledger, whatever is posted: worked out
/// once, so that a posting only looks it up.
#[derive(Debug)]
pub struct Rules<'b> {
    known: Known<'b>,
    /// What the books' own rules make of a posting, by their index.
    own: Vec<Action>,
    /// What the shipped ones make of one.
    shipped: Vec<Action>,
    /// By the account's number.
    accounts: Vec<AccountFacts>,
    /// By the commodity's number.
    commodities: Vec<CommodityFacts>,
    /// Names by which securities of the books go beside their ids.
    other_names: HashSet<&'b Name>,
    /// Rules without an account, which any entry may match.
    loose: bool,
    /// The texts of the ledger, where they stay because they are long.
    staying: Vec<Option<Staying>>,
}

/// Recognises transactions of one ledger, in the order in which they come.
#[derive(Debug)]
pub struct Recogniser<'b> {
    rules: &'b Rules<'b>,
    ledger: &'b Ledger,
    /// How many transactions the ledger had before those it has.
    before: usize,
    names: Names,
    left: Left,
    /// What is wrong with rules, each once, and with lots.
    found: Vec<Diagnostic>,
    /// Which transaction is read, by its index among all that the ledger had.
    at: usize,
    room: Room<'b>,
    /// Room for what an event says, which its id is made of.
    content: Contents,
}

/// What transactions left open: by the number of what it is about, the year, and the number of the
/// currency.
#[derive(Debug, Default)]
pub struct Left(IndexMap<(usize, i32, usize), Open, ByLetters>);

/// What is known of a commodity.
#[derive(Clone, Debug)]
struct CommodityFacts {
    /// Its code, where it is a currency.
    currency: Option<Name>,
    /// Whether it may be a security, though it is the code of a currency.
    may_be_units: bool,
    /// The books describe a security of this name.
    described: bool,
    /// As a part of an account's name.
    part: Name,
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
    /// Equity that says it is an opening.
    opens: bool,
    /// The account above it, where its own part is `Cash` or may be a commodity.
    above: Option<Above>,
    /// The let property that its name means.
    property: Option<Name>,
    securities: Meant,
}

/// The account above another, and by what the other is below it.
#[derive(Clone, Debug)]
struct Above {
    name: Name,
    last: Name,
    is_cash: bool,
}

/// The securities that an account's name may mean.
#[derive(Clone, Debug)]
struct Meant {
    /// Parts of the name that are known, from the last on; with each whether it always is, or only
    /// on days on which a security of the books goes by it.
    parts: Vec<(Name, bool)>,
    /// The last part, where it looks like a symbol.
    symbol: Option<Name>,
}

/// Something that entries of one year leave open, asked once.
#[derive(Clone, Debug)]
struct Open {
    /// The account, or the words of the entry.
    about: Name,
    /// Of the amount; empty where nothing waits.
    currency: Name,
    count: usize,
    /// The transaction that first left it open, by its index, and how many things had been left open
    /// before it where that was read.
    first: (usize, usize),
    day: NaiveDate,
    file: Name,
    line: u32,
    amount: Decimal,
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

impl<'b> Rules<'b> {
    /// For the transactions of `ledger`.
    pub fn new(ledger: &Ledger, known: Known<'b>) -> Rules<'b> {
        let shipped = names::shipped();
        let code = |name: &Name| {
            money::currency(name, known.context.currency).map(|code| Name::new(&code))
        };
        let commodity = |name: &Name| CommodityFacts {
            currency: code(name),
            may_be_units: **name != *known.context.currency && name.len() >= 3,
            described: known.securities.get(name).is_some(),
            part: Name::new(&part(name)),
        };
        let commodities: Vec<CommodityFacts> =
            ledger.commodities.names().iter().map(commodity).collect();
        let others = known.securities.0.values().flat_map(|security| &security.ids);
        let other_names: HashSet<&Name> = others.map(|other| &other.value).collect();
        let meant = |name: &Name| {
            Meant::by(name, |part| {
                let unit = ledger.commodities.find(part);
                let unit = unit.is_some_and(|at| commodities[at as usize].currency.is_none());
                let always = unit || known.securities.get(part).is_some();
                (always || other_names.contains(&Name::new(part))).then_some(always)
            })
        };
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
            opens: sort(name) == Sort::Equity && name.to_lowercase().contains("open"),
            above: name.rsplit_once(':').filter(|(above, _)| above.contains(':')).map(
                |(above, last)| Above {
                    name: Name::new(above),
                    last: Name::new(last),
                    is_cash: last.eq_ignore_ascii_case("cash"),
                },
            ),
            property: names::part_after(name, &["rent", "rental"])
                .map(|part| Name::new(&part.to_lowercase())),
            securities: meant(name),
        };
        let accounts = ledger.accounts.names().iter().map(facts).collect();
        let own = known.rules.iter().enumerate().map(|(at, rule)| Action::own(rule, at)).collect();
        // Few words of a short ledger are worth no text that stays.
        let long = ledger.transactions.len() > LONG;
        let staying = ledger.sources.iter().filter(|_| long).map(Staying::keep).collect();
        let loose = known.rules.iter().any(|rule| rule.account.is_none());
        Rules {
            known,
            own,
            shipped: shipped.iter().map(Action::shipped).collect(),
            accounts,
            commodities,
            other_names,
            loose,
            staying,
        }
    }

    /// Whether a transaction can be about investments, told by numbers alone.
    fn may_matter(&self, postings: &[PostingRow]) -> bool {
        self.loose
            || postings.iter().filter(|posting| posting.kind == PostingKind::Real).any(|posting| {
                let facts = &self.accounts[posting.account.0 as usize];
                let holds = !matches!(facts.sort, Sort::Income | Sort::Expense | Sort::Equity)
                    && self.commodities[posting.commodity.0 as usize].currency.is_none();
                let strong = facts.shipped.is_some_and(|at| !self.shipped[at].weak);
                facts.home.is_some() || facts.ruled || strong || holds
            })
    }

    fn facts(&self, posting: Posting<'_>) -> &AccountFacts {
        &self.accounts[posting.account_id().0 as usize]
    }

    /// The ledger name of an account that the books do not have, by one of its postings: without the
    /// last part where that is `Cash` or the commodity.
    fn implied(&self, posting: Posting<'_>) -> Name {
        let commodity = &self.commodities[posting.commodity_id().0 as usize];
        match &self.facts(posting).above {
            Some(above) if above.is_cash || above.last == commodity.part => above.name.clone(),
            _ => posting.account().clone(),
        }
    }

    /// The id of the security that goes by `name` on `day`.
    fn resolve(&self, name: &Name, day: NaiveDate) -> Name {
        if self.other_names.contains(name) {
            self.known.securities.resolve(name, day)
        } else {
            name.clone()
        }
    }
}

impl Meant {
    /// `known` tells of a part whether it always is a security, or only on some days.
    fn by(account: &str, known: impl Fn(&str) -> Option<bool>) -> Meant {
        let symbol = |part: &&str| {
            let own = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
            part.bytes().all(|byte| own(byte) || matches!(byte, b'.' | b'-' | b'/'))
                && part.bytes().any(own)
                && !NO_SYMBOLS.contains(part)
        };
        let parts: Vec<&str> = account.split(':').skip(1).collect();
        Meant {
            symbol: parts.last().copied().filter(symbol).map(Name::new),
            parts: parts
                .iter()
                .rev()
                .filter_map(|part| Some((Name::new(part), known(part)?)))
                .collect(),
        }
    }
}

/// A ledger of more transactions is a long one: it is read on all cores, and its texts stay. A shorter one
/// is read before threads would have started.
pub const LONG: usize = 16384;

/// Parts of account names in capital letters that are no symbols.
const NO_SYMBOLS: [&str; 12] =
    ["US", "UK", "EU", "CA", "DE", "AU", "LT", "ST", "IRA", "ADR", "RSU", "ESPP"];

impl<'b> Deref for Recogniser<'b> {
    type Target = Rules<'b>;
    fn deref(&self) -> &Rules<'b> {
        self.rules
    }
}

impl Left {
    /// With what other transactions left.
    pub fn extend(&mut self, other: Left) {
        for (key, open) in other.0 {
            match self.0.entry(key) {
                Entry::Vacant(entry) => drop(entry.insert(open)),
                Entry::Occupied(mut entry) => {
                    let known = entry.get_mut();
                    let amount = known.amount.checked_add(open.amount).unwrap_or(known.amount);
                    let count = known.count + open.count;
                    if open.first < known.first {
                        *known = open;
                    }
                    (known.count, known.amount) = (count, amount);
                }
            }
        }
    }

    /// As questions, in the order in which they first came up.
    pub fn finish(mut self) -> Vec<Question> {
        self.0.sort_by(|_, one, _, other| one.first.cmp(&other.first));
        let questions = self.0.into_iter().map(|((_, year, _), open)| {
            let Open { about, currency, day: first, file, .. } = open;
            let entries = match open.count {
                1 => format!("an entry of {first}"),
                count => format!("{count} entries of {year}, the first on {first}"),
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
                        1 => format!("`{about}` of {first}: {why}?"),
                        count => {
                            let more = count - 1;
                            format!("`{about}` of {first} and {more} more of {year}: {why}?")
                        }
                    },
                    Write { file: file.to_string(), text: tags },
                ),
            };
            Question {
                asks,
                event: None,
                date: first,
                amount: (!open.amount.is_zero()).then(|| money::cash(open.amount, &currency)),
                currency: (!currency.is_empty()).then_some(currency),
                source: format!("{file}:{}", open.line),
                write,
            }
        });
        questions.collect()
    }
}

impl<'b> Recogniser<'b> {
    /// For the transactions of `ledger`, the rules' own, that has forgotten so many `before` them.
    pub fn new(rules: &'b Rules<'b>, ledger: &'b Ledger, before: usize) -> Recogniser<'b> {
        Recogniser {
            rules,
            ledger,
            before,
            names: Names::default(),
            left: Left::default(),
            found: Vec::new(),
            at: 0,
            room: Room::default(),
            content: Contents::default(),
        }
    }

    /// Puts the events of a transaction without an `event:` tag to `events`, in the order in which they
    /// happened; none where it is not about investments. Their ids are told apart as if it were the
    /// only one.
    pub fn events(&mut self, at: usize, row: &TransactionRow, events: &mut Vec<Event>) {
        let first = row.first as usize;
        if self.may_matter(&self.ledger.postings[first..first + row.count as usize]) {
            self.at = self.before + at;
            entry::events(self, self.ledger.transaction(at), events);
        }
    }

    /// The accounts and the home currency of the books.
    pub fn context(&self) -> Context<'b> {
        self.known.context
    }

    /// What is wrong with rules and lots, since this was asked before.
    pub fn found(&mut self) -> Vec<Diagnostic> {
        std::mem::take(&mut self.found)
    }

    /// What was left open.
    pub fn left(self) -> Left {
        self.left
    }

    /// Words of a transaction: where they lie, if its text stays.
    fn words(&mut self, transaction: Transaction<'_>, words: &str) -> Words {
        let staying = self.rules.staying.get(transaction.source()).copied().flatten();
        let start = transaction.start_of(words).filter(|_| !words.is_empty());
        match (staying, start, u16::try_from(words.len())) {
            (Some(of), Some(start), Ok(length)) => Words::lying(of, start, length),
            _ => self.names.get(words).into(),
        }
    }

    /// Notes that an account is unknown in an entry about investments.
    fn ask_account(
        &mut self,
        transaction: Transaction<'_>,
        account: &Name,
        amount: Decimal,
        currency: Name,
    ) {
        self.ask(transaction, account.clone(), amount, currency, || What::Account);
    }

    /// Notes that an entry's shape says nothing.
    fn ask_entry(&mut self, transaction: Transaction<'_>, why: &str, tags: &str) {
        let what = || What::Entry(why.to_owned(), tags.to_owned());
        self.ask_about(transaction, None, what);
    }

    /// Notes what an entry does not say, and the money that waits for it.
    fn ask_about(
        &mut self,
        transaction: Transaction<'_>,
        money: Option<(Decimal, Name)>,
        what: impl FnOnce() -> What,
    ) {
        let words = transaction.words();
        let about = if words.is_empty() {
            Name::from(transaction.line().to_string())
        } else {
            self.names.get(&words)
        };
        let (amount, currency) = money.unwrap_or_default();
        self.ask(transaction, about, amount, currency, what);
    }

    fn ask(
        &mut self,
        transaction: Transaction<'_>,
        about: Name,
        amount: Decimal,
        currency: Name,
        what: impl FnOnce() -> What,
    ) {
        let key = (about.number(), transaction.date().year(), currency.number());
        let first = (self.at, self.left.0.len());
        let open = self.left.0.entry(key).or_insert_with(|| Open {
            about,
            currency,
            count: 0,
            first,
            day: transaction.date(),
            file: transaction.file().clone(),
            line: transaction.line(),
            amount: Decimal::ZERO,
            what: what(),
        });
        open.count += 1;
        open.amount = open.amount.checked_add(amount.abs()).unwrap_or(open.amount);
    }
}
