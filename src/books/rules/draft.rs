//! Events in the making, of one entry.

use super::Recogniser;
use crate::event::{
    Claim, Event, EventId, EventKind, FieldError, Link, Lots, Origin, Relation, RowHash, Value,
};
use crate::ledger::blocks;
use crate::ledger::{Posting, Spot, Transaction};
use crate::money::Decimal;
use crate::period::NaiveDate;
use crate::source::Name;

/// An event without its id.
#[derive(Clone, Debug)]
pub struct Draft<'l> {
    /// The account it happened in: an id of the books, or as the ledger has it.
    pub home: Name,
    /// The kind's name.
    pub kind: &'static str,
    /// What fields of the kind are filled with.
    pub said: Said,
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
    /// What it was read from.
    pub posting: Posting<'l>,
}

/// The fields that an entry can fill, under their names in events.
#[derive(Clone, Debug, Default)]
pub struct Said {
    pub security: Option<Name>,
    pub property: Option<Name>,
    pub expense: Option<Name>,
    pub tax: Option<Name>,
    pub quantity: Option<Decimal>,
    pub price: Option<Decimal>,
    pub cost: Option<Decimal>,
    pub value: Option<Decimal>,
    pub acquired: Option<NaiveDate>,
    pub lots: Option<Lots>,
    pub into: Option<(Name, Decimal)>,
}

impl<'l> Draft<'l> {
    /// Of a posting, without money and fields.
    pub fn new(kind: &'static str, home: Name, posting: Posting<'l>) -> Draft<'l> {
        Draft {
            home,
            kind,
            said: Said::default(),
            amount: Decimal::ZERO,
            fees: Decimal::ZERO,
            currency: None,
            claimed: None,
            reason: None,
            link: None,
            posting,
        }
    }

    /// With money.
    #[must_use]
    pub fn money(mut self, amount: Decimal, currency: &Name) -> Draft<'l> {
        (self.amount, self.currency) = (amount, Some(currency.clone()));
        self
    }
}

impl Said {
    /// Units of a security.
    pub fn units(security: &Name, quantity: Decimal) -> Said {
        Said { security: Some(security.clone()), quantity: Some(quantity), ..Said::default() }
    }

    fn get(&self, field: &str) -> Option<Value> {
        let text = |name: &Option<Name>| name.clone().map(Value::Text);
        match field {
            "security" => text(&self.security),
            "property" => text(&self.property),
            "expense" => text(&self.expense),
            "tax" => text(&self.tax),
            "quantity" => self.quantity.map(Value::Number),
            "price" => self.price.map(Value::Number),
            "cost" => self.cost.map(Value::Number),
            "value" => self.value.map(Value::Number),
            "acquired" => self.acquired.map(Value::Day),
            "lots" => self.lots.clone().map(Value::Lots),
            "into_currency" => self.into.as_ref().map(|(name, _)| Value::Text(name.clone())),
            "into_amount" => self.into.as_ref().map(|(_, amount)| Value::Number(*amount)),
            _ => None,
        }
    }
}

/// Puts the events of an entry's drafts to `events`, in their order. The ids of two that say the same
/// differ in their ordinals, as if the entry were the only one.
///
/// # Errors
/// The first field that a draft lacks, with the draft's index; then nothing is put there.
pub fn finish(
    drafts: &[Draft<'_>],
    transaction: Transaction<'_>,
    rules: &mut Recogniser<'_>,
    events: &mut Vec<Event>,
) -> Result<(), (usize, FieldError)> {
    let first = events.len();
    for (at, draft) in drafts.iter().enumerate() {
        let mut get = |field: &'static str| draft.said.get(field);
        match EventKind::build(draft.kind, &mut get) {
            Ok(kind) => {
                let origin = Origin::new(transaction.file().clone(), 0);
                let id = EventId::new(RowHash::NONE, 1);
                let day = transaction.date();
                events.push(Event::new(id, day, draft.home.clone(), kind, origin));
            }
            Err(error) => {
                events.truncate(first);
                return Err((at, error));
            }
        }
    }
    let made = &mut events[first..];
    if made.is_empty() {
        return Ok(());
    }
    let (words, date2) = transaction.words_and_date2();
    let text = rules.words(transaction, &words);
    let mut spot = Spot::default();
    for (at, draft) in drafts.iter().enumerate() {
        let (before, rest) = made.split_at_mut(at);
        let event = &mut rest[0];
        event.origin.line = draft.posting.line_after(&mut spot);
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
        let context = rules.context();
        event.id = blocks::derived(event, context.identity(&draft.home), &mut rules.content);
        // Those of one entry that say the same are told apart here, those of several later.
        let same = before.iter().filter(|other| other.id.row() == event.id.row()).count();
        if same > 0 {
            let ordinal = u32::try_from(same).map_or(u32::MAX, |same| same.saturating_add(1));
            event.id = EventId::new(event.id.row(), ordinal);
        }
    }
    for (at, draft) in drafts.iter().enumerate() {
        let Some((relation, to)) = draft.link else { continue };
        let link = Link { relation, to: made[to].id.clone() };
        made[at].further.links.push(link);
        // The two ends of a movement name each other.
        if relation == Relation::Pair {
            let link = Link { relation, to: made[at].id.clone() };
            made[to].further.links.push(link);
        }
    }
    Ok(())
}
