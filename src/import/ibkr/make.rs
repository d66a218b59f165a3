//! Rows of one account become events.
//!
//! In: the rows of a file that are of one account, what the file lists of securities, the rules of its
//! profile. Out: a `Row` for each, with its events or the reason why it has none. First each row's
//! plain facts are read, then it is decided which of several levels of detail counts, then each
//! becomes events by the sort of its section: `trade`, `cash`, `action`; `beside` joins them.

use std::collections::HashMap;

use super::fields::Field;
use super::identity;
use super::rows::{Period, Raw};
use super::rules::{Rules, Seen};
use super::sections::Sort;
use super::security::{Instruments, Security};
use super::value;
use crate::event::{Account, Event, EventId, EventKind, Link, Origin, Relation, RowHash};
use crate::import::entry::{Back, Fate, Row};
use crate::import::ofx::Books;
use crate::import::profile::{Action, Make, Outcome, single_blanks};
use crate::money::Decimal;
use crate::period::{DateForm, NaiveDate, NaiveTime};
use crate::source::{Name, harmless};

/// What the rows of an account are made into events with.
#[derive(Clone, Copy)]
pub struct Making<'m> {
    /// The file's text.
    pub text: &'m str,
    /// The file's name.
    pub file: &'m Name,
    /// The file's format, as a profile's name.
    pub profile: &'static str,
    /// Whose rows they are.
    pub account: &'m Account,
    /// What the file lists of securities.
    pub instruments: &'m Instruments,
    /// What the books call securities.
    pub books: &'m dyn Books,
    /// What words mean.
    pub rules: &'m Rules,
    /// Which number of a day is which.
    pub form: DateForm,
    /// The account's base currency, where the file says.
    pub base: Option<&'m Name>,
    /// The days the file is of, where it says.
    pub period: Option<Period>,
}

/// What a row says before it is known what it means.
#[derive(Debug)]
pub struct Fact<'f, 's> {
    /// As it lies in the file.
    pub raw: &'f Raw<'s>,
    /// Its id.
    pub id: EventId,
    /// The broker's own, where it is one.
    pub broker_id: Option<Name>,
    /// The day of the thing itself.
    pub day: Option<NaiveDate>,
    /// Its time of day.
    pub time: Option<NaiveTime>,
    /// The description, blanks single.
    pub text: String,
    /// What it is about, as its columns or its text say.
    pub security: Option<Security>,
    /// Units, as signed in the file.
    pub quantity: Option<Decimal>,
    /// Its codes: `A`, `C`, `Ep`.
    pub codes: Vec<String>,
    /// It is no event, whatever it says.
    pub aside: Option<Name>,
    /// It says again what another row says.
    pub again: bool,
    /// The id of what it says, by its own content.
    pub own: EventId,
}

/// What became of one row.
#[derive(Debug, Default)]
pub struct Made {
    /// Its events, the main one first.
    pub events: Vec<Event>,
    /// What is doubtful.
    pub doubts: Vec<String>,
    /// It takes another row back.
    pub back: Option<Back>,
}

/// The rows of one account beside each other.
pub struct Maker<'m, 's> {
    /// What they are made with.
    pub making: Making<'m>,
    /// In the order of the file.
    pub facts: Vec<Fact<'m, 's>>,
}

/// Why a row is no event that can be told.
#[derive(Debug)]
pub enum Unread {
    /// It lacks what its kind needs, or contradicts itself.
    Reason(String),
    /// Words that no rule knows, and what to write so that they are.
    Words(String, String),
}

impl From<String> for Unread {
    fn from(reason: String) -> Unread {
        Unread::Reason(reason)
    }
}

impl From<&str> for Unread {
    fn from(reason: &str) -> Unread {
        Unread::Reason(reason.to_owned())
    }
}

/// All rows of an account, in the order of the file.
pub fn rows(raws: &[&Raw], making: Making) -> Vec<Row> {
    let ids = identity::ids(raws, &making);
    let facts = raws.iter().zip(&ids).map(|(raw, (row, broker_id, _))| {
        fact(raw, EventId::new(*row, 1), broker_id.clone(), &making)
    });
    let mut facts: Vec<Fact> = facts.collect();
    super::levels::set_aside(&mut facts, &making);
    let mut ordinals: HashMap<RowHash, u32> = HashMap::new();
    for (fact, (row, _, before)) in facts.iter_mut().zip(ids) {
        let ordinal = ordinals.entry(row).or_insert(before);
        if fact.again {
            // What says a trade again has an id of its own, so that identical trades count alike
            // with it and without it.
            let said = RowHash::of(making.account.identity(), ["again", &fact.id.to_string()]);
            fact.id = EventId::new(said, 1);
            continue;
        }
        *ordinal = ordinal.saturating_add(1);
        fact.id = EventId::new(row, *ordinal);
    }
    let maker = Maker { making, facts };
    let mut rows: Vec<Row> = (0..maker.facts.len()).map(|at| maker.row(at)).collect();
    super::action::join(&maker, &mut rows);
    neighbours(&maker, &mut rows);
    super::beside::link(&maker, &mut rows);
    super::beside::ex_dates(&maker, &mut rows);
    rows
}

/// Rows without a day get that of the row before them, else of the one after: it says which year
/// they leave incomplete.
fn neighbours(maker: &Maker, rows: &mut [Row]) {
    let end = maker.making.period.map(|(_, last)| last);
    let waits = |row: &Row| matches!(row.fate, Fate::Unresolved(_, None));
    let mut last = rows.iter().find_map(|row| row.day).or(end);
    for (at, row) in rows.iter_mut().enumerate() {
        let day = row.day.or(last);
        if waits(row) {
            row.day = day;
            let event = day.map(|day| Box::new(maker.unknown(at, day)));
            if let Fate::Unresolved(_, unknown) = &mut row.fate {
                *unknown = event;
            }
        }
        last = day;
    }
}

fn fact<'f, 's>(
    raw: &'f Raw<'s>,
    id: EventId,
    broker_id: Option<Name>,
    making: &Making,
) -> Fact<'f, 's> {
    let day = day_of(raw, making.form);
    let clock = raw.get(Field::TradeTime).and_then(value::time);
    let time = clock.or_else(|| raw.get(Field::DateTime).and_then(value::time_of));
    let text = raw.get(Field::ActionDescription).or_else(|| raw.get(Field::Description));
    let text = single_blanks(&harmless(text.unwrap_or_default()));
    let aside = raw.aside.clone().or_else(|| set_aside(raw, making));
    let security = match raw.sort {
        _ if aside.is_some() => None,
        Sort::Cash | Sort::TradeCosts => {
            let (day, books) = (day.unwrap_or_default(), making.books);
            let named = making.instruments.security(raw, day, books);
            named
                .or_else(|| making.instruments.in_text(&text, day, books))
                .or_else(|| making.instruments.debt_in(&text, day, books))
        }
        _ => making.instruments.security(raw, day.unwrap_or_default(), making.books),
    };
    let codes = raw.get(Field::Codes).unwrap_or_default().split([';', ',', ' ']);
    Fact {
        raw,
        again: false,
        own: id.clone(),
        id,
        broker_id,
        day,
        time,
        text,
        security,
        quantity: value::number(raw, Field::Quantity).ok().flatten(),
        codes: codes.filter(|code| !code.is_empty()).map(str::to_owned).collect(),
        aside,
    }
}

/// The day of a row: of a trade its own, of a payment that on which it was due.
pub fn day_of(raw: &Raw, form: DateForm) -> Option<NaiveDate> {
    let order: &[Field] = match raw.sort {
        Sort::Trades => &[Field::TradeDate, Field::DateTime, Field::Date, Field::ReportDate],
        _ => {
            &[Field::DateTime, Field::Date, Field::TradeDate, Field::SettleDate, Field::ReportDate]
        }
    };
    order.iter().find_map(|field| value::day(raw.get(*field)?, form))
}

/// Why a row of this section is no event.
fn set_aside(raw: &Raw, making: &Making) -> Option<Name> {
    let reason = match raw.sort {
        Sort::Instruments => "description of a security",
        Sort::Positions => "position",
        Sort::Performance => "sum of profits",
        Sort::CashReport => "line of the cash report",
        Sort::About => "statement of whose file it is",
        // Queries have these among the costs of their trades.
        Sort::TradeCosts if making.profile == super::FLEX => {
            "detail of amounts that stand elsewhere"
        }
        Sort::Other => return making.rules.aside(&raw.section),
        _ => return None,
    };
    Some(reason.into())
}

impl<'m> Maker<'m, '_> {
    fn row(&self, at: usize) -> Row {
        let fact = &self.facts[at];
        let made = self.make(at);
        let mut row = Row {
            line: fact.raw.line,
            bytes: fact.raw.bytes,
            id: fact.id.row(),
            ordinal: fact.id.ordinal(),
            broker_id: fact.broker_id.clone(),
            day: fact.day,
            fate: Fate::Events(Vec::new()),
            doubts: Vec::new(),
            back: None,
            unknown: None,
            security: fact.security.as_ref().map(|security| security.id.clone()),
            units: fact.quantity,
            teach: None,
        };
        match made {
            Ok(Ok(made)) => {
                row.back = made.back;
                row.unknown = made.back.and(fact.day).map(|day| Box::new(self.unknown(at, day)));
                row.doubts = made.doubts;
                row.fate = Fate::Events(made.events);
            }
            Ok(Err(reason)) => row.fate = Fate::Ignored(reason),
            Err(unread) => self.set_unread(at, &mut row, unread),
        }
        row
    }

    /// Makes a row one that nothing understands.
    pub fn set_unread(&self, at: usize, row: &mut Row, unread: Unread) {
        let event = self.facts[at].day.map(|day| Box::new(self.unknown(at, day)));
        let reason = match unread {
            Unread::Reason(reason) => reason,
            Unread::Words(reason, teach) => {
                row.teach = Some(teach);
                reason
            }
        };
        row.fate = Fate::Unresolved(reason, event);
    }

    /// What becomes of a row: events, or why it is none. Corporate actions are joined afterwards.
    fn make(&self, at: usize) -> Result<Result<Made, Name>, Unread> {
        let fact = &self.facts[at];
        if let Some(reason) = &fact.aside {
            return Ok(Err(reason.clone()));
        }
        if let Some(trouble) = fact.raw.trouble {
            return Err(trouble.into());
        }
        match fact.raw.sort {
            Sort::Trades => self.trade(at).map(Ok),
            Sort::Cash | Sort::TradeCosts | Sort::Grants | Sort::Options | Sort::History => {
                self.by_words(at)
            }
            Sort::Transfers => self.transfer(at).map(Ok),
            // `action::join` decides.
            Sort::Actions => Ok(Ok(Made::default())),
            _ => {
                let section = &fact.raw.section;
                let named = if section.is_empty() {
                    "without a name".into()
                } else {
                    format!("`{section}`")
                };
                Err(Unread::Words(
                    format!("the section {named} is not known"),
                    format!(
                        "where its rows move nothing, add to {}:\n[[aside]]\nstarts = \"{section}\"\nignore = \"why\"",
                        self.making.rules.teach
                    ),
                ))
            }
        }
    }

    /// The action that a row's words mean, or what to write so that they mean one.
    pub fn action(&self, words: &str, seen: &Seen) -> Result<&'m Action, Unread> {
        self.making.rules.action(words, seen).ok_or_else(|| {
            let typed = match seen.sort {
                "cash" => String::new(),
                sort => format!("when = {{ type = \"{sort}\" }}\n"),
            };
            let key = if seen.sort == "corporate action" { "starts" } else { "is" };
            let short = words.split(" (").next().unwrap_or(words).trim();
            let what = if seen.sort == "corporate action" { seen.sort } else { "type" };
            Unread::Words(
                format!("the {what} is not known: `{short}`"),
                format!(
                    "add to {}, with what it is:\n[[action]]\n{key} = \"{short}\"\n{typed}event = \"dividend\"    # or ignore = \"why\"",
                    self.making.rules.teach
                ),
            )
        })
    }

    /// The rule of an action, or the reason why its rows are no event.
    pub fn rule(action: &'m Action) -> Result<&'m Make, Name> {
        match &action.outcome {
            Outcome::Make(make) => Ok(make),
            Outcome::Ignore(reason) => Err(reason.as_str().into()),
        }
    }

    /// The number in a column of a row.
    pub fn number(&self, at: usize, field: Field) -> Result<Option<Decimal>, Unread> {
        value::number(self.facts[at].raw, field).map_err(Unread::Reason)
    }

    /// What a row's amounts are in.
    pub fn currency(&self, at: usize) -> Result<Name, Unread> {
        let raw = self.facts[at].raw;
        let stated = raw.get(Field::Currency).map(Name::new);
        let base = || self.making.base.cloned();
        let found = if raw.sort == Sort::History { base() } else { stated };
        found.ok_or_else(|| "its currency is not stated".into())
    }

    /// An event of a row: its first, or a further one.
    pub fn event(&self, at: usize, part: u8, kind: EventKind) -> Result<Event, Unread> {
        let day = self.facts[at].day.ok_or("it has no day that can be read")?;
        Ok(self.bare(at, part, day, kind))
    }

    fn bare(&self, at: usize, part: u8, day: NaiveDate, kind: EventKind) -> Event {
        let fact = &self.facts[at];
        let (making, raw) = (&self.making, fact.raw);
        let mut origin = Origin::new(making.file.clone(), raw.line);
        raw.also.iter().for_each(|line| origin.add(*line));
        let mut event =
            Event::new(fact.id.with_part(part), day, making.account.id.clone(), kind, origin);
        event.text = self.words(at).as_str().into();
        let other = |field| {
            let other = value::day(raw.get(field)?, making.form)?;
            (other != day).then_some(other)
        };
        let (posted, settles) = (other(Field::ReportDate), other(Field::SettleDate));
        let ex = other(Field::ExDate);
        let posted = if raw.sort == Sort::Trades { None } else { posted };
        if posted.or(settles).or(ex).is_some() || fact.time.is_some() {
            let dates = &mut event.further.dates;
            (dates.posted, dates.settles, dates.ex) = (posted, settles, ex);
            dates.time = fact.time;
        }
        event
    }

    /// The row's words for the eye.
    fn words(&self, at: usize) -> String {
        let fact = &self.facts[at];
        if !fact.text.is_empty() {
            // A journal's line cannot begin with these.
            return fact.text.trim_start_matches(['(', '*', '!', '=', ' ']).to_owned();
        }
        let said =
            [Field::Subtitle, Field::Type, Field::TransactionType, Field::BuySell, Field::Symbol];
        let said: Vec<&str> = said.into_iter().filter_map(|field| fact.raw.get(field)).collect();
        let said = if said.is_empty() { fact.raw.section.to_string() } else { said.join(" ") };
        single_blanks(&harmless(&said))
    }

    /// The event of a row that nothing understands: it moves the cash that the row states.
    pub fn unknown(&self, at: usize, day: NaiveDate) -> Event {
        let fact = &self.facts[at];
        let (start, end) = fact.raw.bytes;
        let row = self.making.text.get(start..end).unwrap_or_default();
        let row = single_blanks(&harmless(row));
        let mut event = self.bare(at, 0, day, EventKind::Unknown { row: row.as_str().into() });
        let number = |field| self.number(at, field).ok().flatten();
        let cash = match fact.raw.sort {
            Sort::Trades => number(Field::NetCash).or_else(|| {
                let costs = number(Field::Commission).unwrap_or_default();
                number(Field::Proceeds)?.checked_add(costs)
            }),
            Sort::Actions => number(Field::Proceeds),
            Sort::Transfers => number(Field::CashAmount),
            Sort::History => number(Field::NetAmount),
            _ => number(Field::Amount),
        };
        if let (Some(amount), Ok(currency)) = (cash, self.currency(at)) {
            event.amount = amount;
            event.currency = Some(currency);
        }
        event
    }
}

/// Adds a link to an event.
pub fn link(event: &mut Event, relation: Relation, to: EventId) {
    event.further.links.push(Link { relation, to });
}
