//! The words for facts: what happened in one account on one day, as its source recorded it.
//!
//! Readers make `Event`s, everything above reads them; nobody changes one. An event holds no
//! judgement: no category, no gain, no tax year. Kinds and their fields are the table in `kind`;
//! `account`, `security` and `journal` are what the events stand in.

mod account;
mod field;
mod id;
mod journal;
mod json;
mod kind;
mod security;
mod sort;
mod stretch;
mod taxes;
mod transfers;

use std::cmp::Ordering;
use std::fmt;
use std::ops::{Deref, DerefMut};
use std::str::FromStr;

pub use account::{Account, LotElection, LotMethod, Owner, Shelter};
pub use field::{Field, FieldError, Lot, LotBasis, Lots, Part, Parts, Seldom, Shown, Value};
pub use id::{EventId, RowHash};
pub use journal::{Choice, Journal, Override, Property, PropertyUse, Question, Write};
pub use kind::{EventKind, Rank};
pub use security::{Distribution, Entitlement, Fact, Facts, Identifier, Securities, Security};
pub use sort::sort;
pub use stretch::{any, stretches};
pub use taxes::Taxes;
pub use transfers::Transfers;

use crate::money::Decimal;
use crate::period::{NaiveDate, NaiveTime};
use crate::source::{Name, Words};

/// One thing that happened in one account on one day.
///
/// Signs: `amount` is the cash effect on the account, net, + in and - out; `fees` and `withheld` are
/// positive when they cost, so that `amount = gross - fees - withheld`, gross signed as the cash.
/// A quantity in `kind` is + into the account, - out of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// The same at every import of the same row.
    pub id: EventId,
    /// Trade date of a trade, payment date of an income, the day of the thing itself where the
    /// source tells it from the day of booking. The regime picks which date counts for tax.
    pub date: NaiveDate,
    /// The account's id in the settings: `schwab`.
    pub account: Name,
    /// What happened, with the fields only this kind has.
    pub kind: EventKind,
    /// Signed cash effect, net, in `currency`. Zero where no cash moved.
    pub amount: Decimal,
    /// Positive: fees that the amount is net of. Negative: a fee given back.
    pub fees: Decimal,
    /// The currency of `amount`, `fees`, `withheld`, `price`; `None` where the event has no money.
    pub currency: Option<Name>,
    /// What the source claims of it: evidence for the classifier, never a verdict.
    pub claimed: Claims,
    /// In the source's or the profile's words, kebab-case: `maturity`, `adr`, `lending`.
    pub reason: Option<Name>,
    /// The source's words for the eye, one line; no part of the event's identity or equality of fact.
    pub text: Words,
    /// Where it was read, for messages and for audit.
    pub origin: Origin,
    /// What few sources say of few events.
    pub further: Further,
}

impl Event {
    /// An event of `kind` without money or further facts; fill in what the source says.
    pub fn new(
        id: EventId,
        date: NaiveDate,
        account: Name,
        kind: EventKind,
        origin: Origin,
    ) -> Event {
        Event {
            id,
            date,
            account,
            kind,
            amount: Decimal::ZERO,
            fees: Decimal::ZERO,
            currency: None,
            claimed: Claims::default(),
            reason: None,
            text: Words::default(),
            origin,
            further: Further::default(),
        }
    }

    /// The cash effect before fees and withheld tax, signed as the cash.
    pub fn gross(&self) -> Decimal {
        self.amount + self.fees + self.further.withheld
    }

    /// Tax that the amount is net of; nothing is written where there is none and was none.
    pub fn set_withheld(&mut self, withheld: Decimal) {
        if withheld != self.further.withheld {
            self.further.withheld = withheld;
        }
    }

    /// The security it is about, if it is about one.
    pub fn security(&self) -> Option<&Name> {
        self.kind.security()
    }

    /// The let property it is about, if it is about one.
    pub fn property(&self) -> Option<&Name> {
        self.kind.property()
    }

    /// Units into (+) or out of (-) the account; zero for a kind that moves none.
    pub fn quantity(&self) -> Decimal {
        self.kind.quantity().unwrap_or_default()
    }

    /// A day the source names beside `date`.
    pub fn other_date(&self, which: fn(&Dates) -> Option<NaiveDate>) -> Option<NaiveDate> {
        which(&self.further.dates)
    }

    /// The event linked to it in this way, if there is one.
    pub fn linked(&self, relation: Relation) -> Option<&EventId> {
        self.further.links.iter().find(|link| link.relation == relation).map(|link| &link.to)
    }

    /// What sorts events into the order of a journal: date, time, rank of the kind, id.
    pub fn order(&self) -> impl Ord + use<> {
        (self.date, self.further.dates.time, self.kind.rank(), self.id.clone())
    }

    /// How it stands to another in that order; most are of other days, and no more is looked at.
    pub fn stands_to(&self, other: &Event) -> Ordering {
        self.date
            .cmp(&other.date)
            .then_with(|| self.further.dates.time.cmp(&other.further.dates.time))
            .then_with(|| self.kind.rank().cmp(&other.kind.rank()))
            .then_with(|| self.id.cmp(&other.id))
    }
}

/// What an event says that most do not: nothing of it takes room, or time, where nothing is said.
///
/// Read it as if it were a `Rarities`; to write to it makes one, so write only what there is.
#[derive(Clone, Default)]
pub struct Further(Option<Box<Rarities>>);

/// The facts that stand aside; each is at its default where the source does not state it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rarities {
    /// Positive: tax that the amount is net of.
    pub withheld: Decimal,
    /// The other days the source names.
    pub dates: Dates,
    /// Events this one belongs to, corrects or pairs with.
    pub links: Vec<Link>,
    /// Whose the tax in `withheld` is, and which country's, on income with tax taken off.
    pub tax: Option<WithheldTax>,
}

impl From<Rarities> for Further {
    fn from(facts: Rarities) -> Further {
        Further((facts != *Further::default()).then(|| Box::new(facts)))
    }
}

impl Deref for Further {
    type Target = Rarities;
    fn deref(&self) -> &Rarities {
        static NOTHING: Rarities =
            Rarities { withheld: Decimal::ZERO, dates: Dates::NONE, links: Vec::new(), tax: None };
        self.0.as_deref().unwrap_or(&NOTHING)
    }
}

impl DerefMut for Further {
    fn deref_mut(&mut self) -> &mut Rarities {
        self.0.get_or_insert_default()
    }
}

impl PartialEq for Further {
    fn eq(&self, other: &Further) -> bool {
        (self.0.is_none() && other.0.is_none()) || **self == **other
    }
}

impl fmt::Debug for Further {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

/// Days beside an event's own, each only where the source states it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dates {
    /// When the broker booked it: A of `A as of B`.
    pub posted: Option<NaiveDate>,
    /// When money and units changed hands.
    pub settles: Option<NaiveDate>,
    /// First day on which a buyer has no claim to the payment.
    pub ex: Option<NaiveDate>,
    /// Whose holders are paid.
    pub record: Option<NaiveDate>,
    /// When the issuer announced it.
    pub declared: Option<NaiveDate>,
    /// When the right to it arose, where that decides the year.
    pub entitled: Option<NaiveDate>,
    /// The time of day in the source's zone, for the order within a day only.
    pub time: Option<NaiveTime>,
}

impl Dates {
    /// No other day than the event's own.
    pub const NONE: Dates = Dates {
        posted: None,
        settles: None,
        ex: None,
        record: None,
        declared: None,
        entitled: None,
        time: None,
    };

    /// The calendar days by their names in tags and JSON, those that are stated.
    pub fn named(&self) -> impl Iterator<Item = (&'static str, NaiveDate)> {
        [
            ("posted", self.posted),
            ("settles", self.settles),
            ("ex", self.ex),
            ("record", self.record),
            ("declared", self.declared),
            ("entitled", self.entitled),
        ]
        .into_iter()
        .filter_map(|(name, day)| day.map(|day| (name, day)))
    }

    /// The day with this name in tags and JSON, to be set.
    pub fn named_mut(&mut self, name: &str) -> Option<&mut Option<NaiveDate>> {
        Some(match name {
            "posted" => &mut self.posted,
            "settles" => &mut self.settles,
            "ex" => &mut self.ex,
            "record" => &mut self.record,
            "declared" => &mut self.declared,
            "entitled" => &mut self.entitled,
            _ => return None,
        })
    }

    /// Nothing but the event's own day is known.
    pub fn is_empty(&self) -> bool {
        *self == Dates::NONE
    }
}

/// A closed set of words with a spelling each, used in tags, TOML and JSON.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $( $(#[$word_doc:meta])* $word:ident = $text:literal, )* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $( $(#[$word_doc])* $word, )* }

        impl $name {
            /// Every word, in the order of the documentation.
            pub const ALL: &[$name] = &[$( $name::$word, )*];

            /// As it is written.
            pub fn text(self) -> &'static str {
                match self { $( $name::$word => $text, )* }
            }
        }

        impl FromStr for $name {
            type Err = ();
            fn from_str(text: &str) -> Result<$name, ()> {
                match text { $( $text => Ok($name::$word), )* _ => Err(()) }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.text())
            }
        }
    };
}
pub(crate) use words;

words! {
    /// What a source claims of a payment.
    Claim {
        /// A dividend that may be taxed as a qualified one.
        Qualified = "qualified",
        /// A dividend that may not.
        Nonqualified = "nonqualified",
        /// A long-term gain passed on by a fund.
        Long = "long",
        /// A short-term gain passed on by a fund.
        Short = "short",
        /// Interest, or a dividend of it, exempt from the federal tax.
        TaxExempt = "tax-exempt",
        /// Interest of the federal government.
        UsGovernment = "us-government",
        /// Capital given back.
        ReturnOfCapital = "return-of-capital",
        /// A dividend of a REIT under section 199A.
        Section199a = "section-199a",
        /// Belongs to the year before that of its payment.
        PriorYear = "prior-year",
    }
}

/// The claims of one event, a set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Claims(u16);

impl Claims {
    /// The same claims and `claim`.
    #[must_use]
    pub fn with(self, claim: Claim) -> Claims {
        Claims(self.0 | 1 << claim as u16)
    }

    /// Whether the source claims this.
    pub fn has(self, claim: Claim) -> bool {
        self.0 & (1 << claim as u16) != 0
    }

    /// The claims in the order of `Claim`.
    pub fn iter(self) -> impl Iterator<Item = Claim> {
        let all = if self.is_empty() { &[] } else { Claim::ALL };
        all.iter().copied().filter(move |claim| self.has(*claim))
    }

    /// Nothing is claimed.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }
}

impl FromIterator<Claim> for Claims {
    fn from_iter<I: IntoIterator<Item = Claim>>(claims: I) -> Claims {
        claims.into_iter().fold(Claims::default(), Claims::with)
    }
}

words! {
    /// How an event is related to another.
    Relation {
        /// Takes the other back.
        Reverses = "reverses",
        /// Stands in the other's place.
        Replaces = "replaces",
        /// Tax on the other, a payment.
        WithholdingOf = "withholding-of",
        /// A purchase paid by the other, an income.
        Reinvests = "reinvests",
        /// The stock trade of the other, an option assigned.
        Assigns = "assigns",
        /// The stock trade of the other, an option exercised.
        Exercises = "exercises",
        /// Another event of the same row or action.
        PartOf = "part-of",
        /// The other end of a transfer or of a currency exchange.
        Pair = "pair",
    }
}

/// One event's relation to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// In which way.
    pub relation: Relation,
    /// To which.
    pub to: EventId,
}

words! {
    /// Who took a tax that was withheld.
    TaxAuthority {
        /// Another country.
        Foreign = "foreign",
        /// The United States.
        Federal = "federal",
        /// A state of it.
        State = "state",
    }
}

/// Tax taken off an income in its own row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WithheldTax {
    /// Who took it.
    pub authority: TaxAuthority,
    /// Which country, where stated: `XX`.
    pub country: Option<Name>,
}

/// Where an event was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The file's name: as kept in the books, else its own.
    pub file: Name,
    /// Line of the file as it lies, from 1; of a quoted record its first. 0: made by no line.
    pub line: u32,
    /// Lines of further rows that are the same event, as they are written: `+13+20`.
    also: Option<Name>,
}

impl Origin {
    /// One row.
    pub fn new(file: Name, line: u32) -> Origin {
        Origin { file, line, also: None }
    }

    /// Lines of further rows that are the same event.
    pub fn also(&self) -> impl Iterator<Item = u32> + Clone {
        self.also.iter().flat_map(|lines| lines[1..].split('+')).flat_map(str::parse)
    }

    /// Another row that is the same event.
    pub fn add(&mut self, line: u32) {
        self.also = Some(format!("{}+{line}", self.also.as_deref().unwrap_or_default()).into());
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}{}", self.file, self.line, self.also.as_deref().unwrap_or_default())
    }
}

impl FromStr for Origin {
    type Err = ();
    fn from_str(text: &str) -> Result<Origin, ()> {
        let (file, lines) = text.rsplit_once(':').ok_or(())?;
        let mut lines = lines.split('+').map(str::parse);
        let line = lines.next().ok_or(())?.map_err(drop)?;
        let mut origin = Origin::new(file.into(), line);
        for line in lines {
            origin.add(line.map_err(drop)?);
        }
        Ok(origin)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_small() {
        assert_eq!(size_of::<EventId>(), 12);
        assert_eq!(size_of::<EventKind>(), 48);
        assert!(size_of::<Event>() <= 144, "{}", size_of::<Event>());
    }

    #[test]
    fn an_origin_is_read_as_it_is_written() {
        for text in ["a.csv:3", "a:b.csv:3+4+19"] {
            assert_eq!(text.parse().map(|origin: Origin| origin.to_string()), Ok(text.to_owned()));
        }
        let origin: Origin = "a.csv:3+4+19".parse().expect("an origin");
        assert_eq!((origin.line, origin.also().collect()), (3, vec![4, 19]));
    }

    #[test]
    fn nothing_further_is_the_same_as_nothing_written() {
        let (mut written, empty) = (Further::default(), Further::default());
        written.withheld = Decimal::ZERO;
        assert_eq!(written, empty);
        written.dates.posted = NaiveDate::from_ymd_opt(2024, 1, 2);
        assert_ne!(written, empty);
    }
}
