//! A transaction with an `event:` tag, ours or hand-written, as the event it states.
//!
//! In: a balanced transaction and the accounts of the books. Out: the event, or everything that is
//! wrong with its block. What the postings say stands; a tag adds to it and may not contradict it.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

use memchr::memmem::Finder;

use super::advice;
use super::facts::parts;
use super::home::{Context, Sort, implied, sort};
use super::ids::{Contents, Ids, derived};
use super::leg::Leg;
use super::postings::{legs, money_holders};
use super::said::{Asked, Said, Trouble, said};
use super::tags::{Tag, Tags};
use super::ways::Ways;
use crate::diagnostic::{Diagnostic, nearest};
use crate::event::{Account, Event, EventId, EventKind, FieldError, Rarities, RowHash, Value};
use crate::ledger::{Ledger, PostingKind, Transaction};
use crate::money::{self, Decimal};
use crate::period::NaiveDate;
use crate::source::{Name, Names};

/// Finds what every block has somewhere.
static TAG: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("event:"));

/// The event of a block; or what is wrong with it.
pub type Read<'l> = Result<Stated<'l>, Vec<Diagnostic>>;

/// What a block states.
pub struct Stated<'l> {
    /// Its event.
    pub event: Event,
    /// The value of its `id:`, where it has that tag.
    pub id: Option<&'l str>,
    /// What may be wrong with it.
    pub warnings: Vec<Diagnostic>,
}

/// The events of all blocks of a journal, in its order, and what is wrong with the others.
pub fn events(ledger: &Ledger, context: &Context) -> (Vec<Event>, Vec<Diagnostic>) {
    let (mut ids, mut events, mut problems) = (Ids::default(), Vec::new(), Vec::new());
    let mut names = Names::default();
    for transaction in ledger.transactions() {
        let Some(read) = event(transaction, context, &mut names) else { continue };
        match read {
            Ok(Stated { mut event, id, warnings }) => {
                if id.is_none() {
                    event.id = ids.next(&event.id);
                }
                events.push(event);
                problems.extend(warnings);
            }
            Err(errors) => problems.extend(errors),
        }
    }
    (events, problems)
}

/// The event that a transaction states by its `event:` tag; `None` where it has none. Where no `id:`
/// stands beside it, its id is that of its content, the first of all events that say the same. `names`:
/// those that the reader of many blocks has met.
pub fn event<'l>(
    transaction: Transaction<'l>,
    context: &Context,
    names: &mut Names,
) -> Option<Read<'l>> {
    // Most transactions of most journals have no tag; those are passed over without a copy.
    if !is_tagged(transaction.text()) {
        return None;
    }
    let tags = Tags::of(transaction);
    let Some(kind) = tags.get("event").cloned() else { return misplaced(transaction) };
    let id = tags.get("id").map(|tag| tag.written);
    let mut block = Block { transaction, context: *context, tags, names, problems: Vec::new() };
    let event = block.read(&kind);
    let mut problems = std::mem::take(&mut block.problems);
    problems.sort_by_key(|problem| problem.places.first().map(|place| (place.line, place.column)));
    Some(match event {
        Some(event) if !problems.iter().any(Diagnostic::is_error) => {
            Ok(Stated { event, id, warnings: problems })
        }
        _ => Err(problems),
    })
}

/// Whether a text, of one transaction or of many, may have a tag that states an event.
pub fn is_tagged(text: &str) -> bool {
    TAG.find(text.as_bytes()).is_some()
}

/// Says it where the tag stands below a posting: there it is the posting's, and the event would be lost.
fn misplaced(transaction: Transaction<'_>) -> Option<Read<'_>> {
    let tag = transaction.postings().find_map(|posting| posting.tag("event"))?;
    let message = format!("the tag `event: {tag}` stands below a posting");
    let place = transaction.place_of(tag);
    let help = "put it between the entry's first line and its first posting";
    Some(Err(vec![Diagnostic::error("misplaced-tag", message).at(place).help(help)]))
}

/// A block on its way to an event.
pub(super) struct Block<'l, 'c, 'n> {
    pub(super) transaction: Transaction<'l>,
    context: Context<'c>,
    pub(super) tags: Tags<'l>,
    pub(super) names: &'n mut Names,
    pub(super) problems: Vec<Diagnostic>,
}

impl<'l, 'c> Block<'l, 'c, '_> {
    fn read(&mut self, kind: &Tag<'l>) -> Option<Event> {
        let Some(ways) = Ways::named(&kind.value) else {
            self.unknown_kind(kind);
            return None;
        };
        self.problems.extend(self.tags.misspelt(ways));
        let account = self.account(ways)?;
        let into = self.tags.name("into", self.names);
        let named = self.tags.name("security", self.names);
        let (legs, security) = self.legs(ways, &account, named.as_ref(), into.as_ref());
        let said = self.said(ways, &account, &legs, (security.as_ref(), into.as_ref()))?;
        self.compare(ways, &said, into.is_some() && into == named);
        let built = self.build(ways.name, &said, security.as_ref());

        let day = self.transaction.date();
        let origin = self.origin();
        let kind = built?;
        let id = EventId::new(RowHash::NONE, 1);
        let mut event = Event::new(id, day, account.id.clone(), kind, origin);
        (event.amount, event.fees) = (said.amount, said.fees);
        event.currency = said.currency;
        event.claimed = self.claims();
        event.reason = self.tags.name("reason", self.names);
        let further = Rarities {
            dates: self.dates(),
            links: self.links(),
            tax: self.tax(ways.name),
            withheld: said.withheld,
        };
        event.further = further.into();
        event.text = self.names.get(&self.transaction.words()).into();
        event.id = match self.tags.get("id").filter(|id| !id.value.is_empty()) {
            Some(id) => {
                let Ok(id) = id.value.parse();
                id
            }
            None => derived(&event, account.identity(), &mut Contents::default()),
        };
        Some(event)
    }

    fn unknown_kind(&mut self, kind: &Tag<'l>) {
        let place = self.tags.place(kind);
        let message = match &*kind.value {
            "" => "the tag `event` names no kind of event".to_owned(),
            name => format!("there is no kind of event `{name}`"),
        };
        let mut diagnostic = Diagnostic::error("unknown-kind", message).at(place);
        let meant: Vec<String> =
            advice::meant(&kind.value).iter().map(|name| format!("`{name}`")).collect();
        diagnostic = if meant.is_empty() {
            diagnostic.help("a kind is a word such as `dividend`, `buy`, `rent-expense`")
        } else {
            diagnostic.help(format!("here that is {}", meant.join(" and ")))
        };
        self.problems.push(diagnostic);
    }

    /// The account that the event happened in.
    fn account(&mut self, ways: &Ways) -> Option<Cow<'c, Account>> {
        let kind = ways.name;
        if let Some(tag) = self.tags.get("account").cloned() {
            let mut known = self.context.accounts.values();
            let known = known.find(|a| *a.id == *tag.value || *a.ledger == *tag.value);
            if known.is_none() && !self.context.accounts.is_empty() {
                let names = self.context.accounts.keys().map(|id| &**id);
                let message = format!("no account `{}`", tag.value);
                let mut diagnostic =
                    Diagnostic::error("unknown-account", message).at(self.tags.place(&tag));
                let near = nearest(&tag.value, names.clone());
                let listed: Vec<String> = names.map(|name| format!("`{name}`")).collect();
                diagnostic = diagnostic.help(match near.first() {
                    Some(near) => format!("if you mean `{near}`, write that"),
                    None => format!("accounts are {}", listed.join(", ")),
                });
                self.problems.push(diagnostic);
                return None;
            }
            let named = || Cow::Owned(self.context.named(&Name::new(&tag.value)));
            return Some(known.map_or_else(named, Cow::Borrowed));
        }
        let lying =
            |posting: crate::ledger::Posting<'l>| self.context.account_of(posting.account());
        // Of a movement between two own accounts, the one that it comes into, or goes out of.
        let mut real = self.transaction.uncounted().filter(|one| one.kind() == PostingKind::Real);
        let found: Vec<_> =
            real.by_ref().filter_map(|posting| Some((posting, lying(posting)?))).collect();
        let comes = matches!(kind, "deposit" | "transfer-in" | "gift-in" | "inheritance" | "award");
        let goes = matches!(kind, "withdrawal" | "transfer-out" | "gift-out");
        let fits =
            |number: Decimal| (comes && number > Decimal::ZERO) || (goes && number < Decimal::ZERO);
        let chosen = found.iter().find(|(posting, _)| fits(posting.number())).or(found.first());
        if let Some((_, account)) = chosen {
            return Some(Cow::Borrowed(account));
        }
        // Money of a let property may lie anywhere; other things happen in an account of the books.
        if self.context.accounts.is_empty() || ways.is_property || anywhere(kind) {
            if let Some(name) = self.holder(ways) {
                return Some(Cow::Owned(Account::taxable(name)));
            }
            let message = format!("no posting shows the money of this `{kind}`");
            let place = self.transaction.place();
            let help = "add a posting to the account that it went through: `Assets:Bank`";
            self.problems.push(Diagnostic::error("no-money", message).at(place).help(help));
            return None;
        }
        let ledgers: Vec<String> =
            self.context.accounts.values().map(|account| format!("`{}`", account.ledger)).collect();
        let message = format!("this `{kind}` touches no account of the books");
        self.problems.push(
            Diagnostic::error("no-account", message)
                .at(self.transaction.place())
                .note(format!("accounts are below {}", ledgers.join(", ")))
                .help("post it there, or add `account: ID` to its tags"),
        );
        None
    }

    /// The name of the account that holds the money, or the units, of a block outside the books.
    fn holder(&self, ways: &Ways) -> Option<Name> {
        let kind = ways.name;
        let holders = money_holders(self.transaction);
        let first = if ways.is_property || anywhere(kind) {
            let spent = spends(kind);
            let fits = |number: Decimal| number.is_sign_negative() == spent;
            let fitting = holders.iter().find(|posting| fits(posting.number()));
            fitting.or(holders.first())
        } else {
            holders.first()
        };
        first.map(|posting| implied(*posting))
    }

    /// The legs, and the security where a tag or the units name one.
    fn legs(
        &mut self,
        ways: &Ways,
        account: &Account,
        named: Option<&Name>,
        into: Option<&Name>,
    ) -> (Vec<Leg<'l>>, Option<Name>) {
        let units: Vec<&str> = named.into_iter().chain(into).map(|name| &**name).collect();
        let mut legs = legs(self.transaction, account, &units, &self.context, &mut self.problems);
        let money = |leg: &Leg| money::currency(&leg.commodity, self.context.currency).is_some();
        let is_unit = |leg: &Leg| units.contains(&&*leg.commodity) || !money(leg);
        // Paid from, or into, an account outside: that is still the event's cash.
        if !legs.iter().any(|leg| leg.own && !is_unit(leg)) {
            for leg in legs.iter_mut().filter(|leg| !leg.own && !leg.claim && money(leg)) {
                leg.own = matches!(sort(leg.account.above), Sort::Asset | Sort::Liability);
            }
        }
        let has_security = ways.has("security");
        let security = named.cloned().or_else(|| {
            let mut units = legs.iter().filter(|leg| has_security && leg.own && !money(leg));
            let first = units.next()?;
            units.all(|leg| leg.commodity == first.commodity).then(|| first.commodity.clone())
        });
        (legs, security)
    }

    fn said(
        &mut self,
        ways: &'static Ways,
        account: &Account,
        legs: &[Leg],
        (security, into): (Option<&Name>, Option<&Name>),
    ) -> Option<Said> {
        let currency = self.tags.name("currency", self.names);
        let into_currency = self.tags.name("into_currency", self.names);
        let kind = ways.name;
        let asked = Asked {
            ways,
            security,
            into,
            currency: currency.as_ref(),
            into_currency: into_currency.as_ref(),
            fees: self.number("fees"),
            withheld: self.number("withheld"),
        };
        let trouble = match said(&asked, legs) {
            Ok(said) => {
                self.check_lacking(&asked, legs, &said);
                return Some(said);
            }
            Err(trouble) => trouble,
        };
        let place = self.transaction.place();
        self.problems.push(match trouble {
            Trouble::Digits => Diagnostic::error(
                "too-many-digits",
                "the sum of these amounts has more than 28 digits",
            )
            .at(place),
            Trouble::Commodities(first, second) => {
                let message = format!("a `{kind}` moves money of one currency, here are two");
                let found = match (first.is_empty(), second.is_empty()) {
                    (false, false) => {
                        format!("found `{first}` and `{second}` below `{}`", account.ledger)
                    }
                    _ => format!("found an amount without a commodity below `{}`", account.ledger),
                };
                let help = "write an event for each: units bought or sold are a `buy` or a `sell`, \
                            money changed is a `currency-exchange`";
                Diagnostic::error("two-commodities", message).at(place).note(found).help(help)
            }
            Trouble::Lacking(lacking) => {
                let message =
                    format!("`fees` and `withheld` do not make the {lacking} the cash lacks");
                Diagnostic::error("unequal-tags", message)
                    .at(place)
                    .help("leave one of them out: it is then what the other leaves")
            }
        });
        None
    }

    /// What the cash of a hand-written block lacks must be fees or tax, not another thing.
    fn check_lacking(&mut self, asked: &Asked, legs: &[Leg], said: &Said) {
        if asked.fees.is_some() || asked.withheld.is_some() || said.lacking.is_zero() {
            return;
        }
        let place = || self.transaction.place();
        let kind = asked.ways.name;
        if asked.ways.is_property && kind != "security-deposit-kept" && !said.amount.is_zero() {
            let message = format!("{} of this `{kind}` went elsewhere", said.lacking.abs());
            self.problems.push(
                Diagnostic::error("mixed-block", message)
                    .at(place())
                    .note("its amount would be taken as what reached the account")
                    .help("write the other part as an entry of its own, with its own `event:`"),
            );
        } else if asked.ways.is_trade && said.priced {
            let strange = legs.iter().find(|leg| {
                let sort = sort(leg.account.above);
                let named =
                    matches!(sort, Sort::Income | Sort::Asset | Sort::Liability | Sort::Equity);
                let paid = Some(&leg.commodity) == said.currency.as_ref();
                !leg.own && !leg.claim && named && paid && !leg.quantity.is_zero()
            });
            if let Some(leg) = strange {
                let message = format!("`{}` is no fee of this `{kind}`", leg.account);
                let mut diagnostic = Diagnostic::error("mixed-block", message).at(place());
                diagnostic = diagnostic.note("what the cash of a trade lacks is taken as its fees");
                self.problems.push(diagnostic.help(match sort(leg.account.above) {
                    Sort::Income => {
                        "write two entries: the income, and the trade it paid for with \
                                     `link: reinvests ID`"
                    }
                    _ => "write two entries: the movement of money, and the trade",
                }));
            }
        }
    }

    /// A figure in a tag that the postings also say must be the same.
    fn compare(&mut self, ways: &Ways, said: &Said, same_twice: bool) {
        const FIGURES: [&str; 7] =
            ["quantity", "into_quantity", "price", "cost", "into_amount", "amount", "gross"];
        if !self.tags.all.iter().any(|tag| FIGURES.contains(&tag.key)) {
            return;
        }
        let gross =
            said.amount.checked_add(said.fees).and_then(|sum| sum.checked_add(said.withheld));
        for key in FIGURES {
            let shown = match key {
                "amount" => Some(said.amount),
                "gross" => gross,
                _ if ways.has(key) && !same_twice => said.number(key),
                _ => None,
            };
            let (Some(shown), Some(tag)) = (shown, self.tags.get(key).cloned()) else { continue };
            let number = tag.value.split(' ').next().and_then(money::plain);
            if number.is_some_and(|number| number != shown && !(key == "cost" && number == -shown))
            {
                let message =
                    format!("the tag says {key} {}, the postings make it {shown}", tag.value);
                let place = self.tags.place(&tag);
                self.problems.push(
                    Diagnostic::error("contradiction", message)
                        .at(place)
                        .help(format!("the postings say it: leave `{key}` out")),
                );
            }
        }
    }

    /// The kind with its fields: from tags, else from the postings. Every field that is missing or
    /// unreadable is said.
    fn build(&mut self, name: &str, said: &Said, security: Option<&Name>) -> Option<EventKind> {
        // A field that is wrong is replaced and the rest asked for, so that one run shows all.
        const STANDINS: [&str; 3] = ["1", "2000-01-01", "foreign"];
        let mut standins: HashMap<&'static str, usize> = HashMap::new();
        loop {
            let (tags, names) = (&self.tags, &mut *self.names);
            let mut get = |field: &'static str| {
                if let Some(standin) = standins.get(field) {
                    return Some(Value::Text(Name::new(STANDINS[*standin])));
                }
                match field {
                    "lots" => (!said.lots.0.is_empty()).then(|| Value::Lots(said.lots.clone())),
                    "parts" => parts(tags).map(Value::Parts),
                    "row" => tags.get("row").map(|tag| Value::Text(Name::new(&tag.value))),
                    _ => tags.name(field, names).map(Value::Text).or_else(|| match field {
                        "security" => security.cloned().map(Value::Text),
                        "into_currency" => said.into_currency.clone().map(Value::Text),
                        "acquired" => acquired(said).map(Value::Day),
                        _ => said.number(field).map(Value::Number),
                    }),
                }
            };
            let (field, diagnostic) = match EventKind::build(name, &mut get) {
                Ok(kind) => return standins.is_empty().then_some(kind),
                Err(FieldError::UnknownKind) => return None,
                Err(FieldError::Missing(field)) => {
                    let message = format!("a `{name}` needs `{field}`");
                    let diagnostic =
                        Diagnostic::error("missing-field", message).at(self.transaction.place());
                    (field, diagnostic.help(missing(field)))
                }
                Err(FieldError::Unreadable(field, text, expected)) => {
                    let message = format!("`{field}`: expected {expected}, found `{text}`");
                    let place = self.tags.get(field).map(|tag| self.tags.place(tag));
                    let place = place.unwrap_or_else(|| self.transaction.place());
                    (field, Diagnostic::error("unreadable-field", message).at(place))
                }
            };
            match standins.get_mut(field) {
                None => {
                    self.problems.push(diagnostic);
                    standins.insert(field, 0);
                }
                Some(standin) if *standin + 1 < STANDINS.len() => *standin += 1,
                Some(_) => return None,
            }
        }
    }
}

/// The day on which lots were acquired, where they name one day.
fn acquired(said: &Said) -> Option<NaiveDate> {
    let mut days = said.lots.0.iter().map(|lot| lot.basis.as_ref().map(|basis| basis.acquired));
    let first = days.next()??;
    days.all(|day| day == Some(first)).then_some(first)
}

/// The further kinds whose money may lie in any account.
fn anywhere(kind: &str) -> bool {
    matches!(kind, "improvement" | "placed-in-service" | "property-sale")
}

/// The kinds of property for which money goes out.
fn spends(kind: &str) -> bool {
    matches!(kind, "rent-expense" | "mortgage-principal" | "improvement")
}

/// What to write for a field that is not there.
fn missing(field: &str) -> String {
    match field {
        "quantity" => "add a posting of the units below the account".to_owned(),
        "security" => "name it in the tags: `security: VTI`".to_owned(),
        "property" => "name it in the tags: `property: house`".to_owned(),
        "expense" => "name it in the tags, as the form has it: `expense: repairs`".to_owned(),
        "tax" => "say whose it is in the tags: `tax: foreign`, `federal` or `state`".to_owned(),
        "row" => "write the row itself on a line of its own: `; row: …`".to_owned(),
        field => format!("add it to the tags: `{field}: …`"),
    }
}
