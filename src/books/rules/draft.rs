//! Events in the making, of one entry.

use crate::event::{
    Claim, Event, EventId, EventKind, FieldError, Link, Lots, Origin, Relation, RowHash, Value,
};
use crate::ledger::blocks::{self, Context};
use crate::ledger::{Posting, Transaction};
use crate::money::Decimal;
use crate::source::{Name, Names};

/// An event without its id.
#[derive(Clone, Debug)]
pub struct Draft {
    /// The account it happened in: an id of the books, or as the ledger has it.
    pub home: Name,
    /// The kind's name.
    pub kind: &'static str,
    /// Its fields.
    pub fields: Vec<(&'static str, Value)>,
    /// Net, signed as the cash.
    pub amount: Decimal,
    /// Positive when they cost.
    pub fees: Decimal,
    /// The currency of both.
    pub currency: Option<Name>,
    /// What the account's name claims.
    pub claimed: Option<Claim>,
    /// As the event has it.
    pub reason: Option<Name>,
    /// How it is linked to an earlier event of the entry, by its index.
    pub link: Option<(Relation, usize)>,
    /// Line of the posting it was read from.
    pub line: u32,
}

impl Draft {
    /// Of a posting, without money and fields.
    pub fn new(kind: &'static str, home: Name, posting: Posting<'_>) -> Draft {
        Draft {
            home,
            kind,
            fields: Vec::new(),
            amount: Decimal::ZERO,
            fees: Decimal::ZERO,
            currency: None,
            claimed: None,
            reason: None,
            link: None,
            line: posting.line(),
        }
    }

    /// With a name in a field.
    #[must_use]
    pub fn name(mut self, field: &'static str, name: &Name) -> Draft {
        self.fields.push((field, Value::Text(name.clone())));
        self
    }

    /// With a number in a field.
    #[must_use]
    pub fn number(mut self, field: &'static str, number: Decimal) -> Draft {
        self.fields.push((field, Value::Number(number)));
        self
    }

    /// With lots.
    #[must_use]
    pub fn lots(mut self, lots: Lots) -> Draft {
        self.fields.push(("lots", Value::Lots(lots)));
        self
    }

    /// With money.
    #[must_use]
    pub fn money(mut self, amount: Decimal, currency: &Name) -> Draft {
        (self.amount, self.currency) = (amount, Some(currency.clone()));
        self
    }

    /// A name among its fields.
    pub fn field(&self, name: &str) -> Option<&Name> {
        self.fields.iter().find_map(|(field, value)| match value {
            Value::Text(text) if *field == name => Some(text),
            _ => None,
        })
    }
}

/// The events of an entry's drafts, in their order. The ids of two that say the same differ in their
/// ordinals, as if the entry were the only one.
///
/// # Errors
/// The first field that a draft lacks, with the draft's index.
pub fn finish(
    drafts: &[Draft],
    transaction: Transaction<'_>,
    context: &Context,
    names: &mut Names,
) -> Result<Vec<Event>, (usize, FieldError)> {
    let mut kinds = Vec::with_capacity(drafts.len());
    for (at, draft) in drafts.iter().enumerate() {
        let mut get = |field: &'static str| {
            draft.fields.iter().find(|(name, _)| *name == field).map(|(_, value)| value.clone())
        };
        kinds.push(EventKind::build(draft.kind, &mut get).map_err(|error| (at, error))?);
    }
    let (words, date2) = transaction.words_and_date2();
    let text = names.get(&words);
    let mut events: Vec<Event> = Vec::with_capacity(drafts.len());
    for (draft, kind) in drafts.iter().zip(kinds) {
        let origin = Origin::new(transaction.file().clone(), draft.line);
        let id = EventId::new(RowHash::NONE, 1);
        let mut event = Event::new(id, transaction.date(), draft.home.clone(), kind, origin);
        (event.amount, event.fees) = (draft.amount, draft.fees);
        event.currency.clone_from(&draft.currency);
        event.claimed = draft.claimed.into_iter().collect();
        event.reason.clone_from(&draft.reason);
        event.text = text.clone();
        // Of `DATE=DATE2` the second is when a trade settled.
        if matches!(draft.kind, "buy" | "sell")
            && let Some(settles) = date2
        {
            event.further.dates.settles = Some(settles);
        }
        event.id = blocks::derived(&event, context.identity(&draft.home));
        // Those of one entry that say the same are told apart here, those of several later.
        let same = events.iter().filter(|other| other.id.row() == event.id.row()).count();
        if same > 0 {
            let ordinal = u32::try_from(same).map_or(u32::MAX, |same| same.saturating_add(1));
            event.id = EventId::new(event.id.row(), ordinal);
        }
        events.push(event);
    }
    for (at, draft) in drafts.iter().enumerate() {
        let Some((relation, to)) = draft.link else { continue };
        let link = Link { relation, to: events[to].id.clone() };
        events[at].further.links.push(link);
        // The two ends of a movement name each other.
        if relation == Relation::Pair {
            let link = Link { relation, to: events[at].id.clone() };
            events[to].further.links.push(link);
        }
    }
    Ok(events)
}
