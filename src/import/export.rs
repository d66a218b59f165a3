//! One export on its way: its rows become units, each ignored, unresolved or an event.
//!
//! A unit is one row, or the two rows of one event. Within a file everything is decided here; what
//! other files and the books know of it is `union`'s.

use std::collections::BTreeMap;

use super::canonical::hash;
use super::hash::Hashed;
use super::make::{Doubt, Made, Making, Reason};
use super::position::Awaits;
use super::profile::{Action, Field, Link, Make, Outcome, Pair, Side, Words};
use super::recognise::{Layout, Section};
use super::row::{Row, Sheet, Spoken};
use super::symbol::Aliases;
use crate::event::{Account, Event, EventId, EventKind, Override, RowHash};
use crate::period::NaiveDate;
use crate::source::{Name, Source};

/// A file that a profile reads, with everything known of it.
pub struct Export<'p> {
    /// Its text.
    pub source: &'p Source,
    /// How it is laid out.
    pub layout: Layout<'p>,
    /// Other names of securities.
    pub aliases: &'p Aliases,
    /// Its rows.
    pub sheet: Sheet<'p>,
    /// The action's words of its rows.
    pub spoken: Spoken,
    /// By the sheet's holders.
    pub accounts: Vec<Account>,
    /// Hash of its text.
    pub digest: u64,
    /// The ids of its rows.
    pub ids: Vec<EventId>,
    /// What its rows became, in file order.
    pub units: Vec<Unit>,
    /// The events of its units; a second event of a row follows its first.
    pub events: Vec<Event>,
    /// Events that the position decides about.
    pub awaiting: Vec<(usize, Awaits)>,
    /// What is doubtful, by row.
    pub doubts: Vec<(usize, Doubt)>,
}

/// One row, or the rows of one event, and what became of it.
#[derive(Debug)]
pub struct Unit {
    /// The row whose content is the event's id.
    pub row: usize,
    /// The other rows of the event.
    pub others: Box<[usize]>,
    /// The id of its event.
    pub id: EventId,
    /// What became of it.
    pub fate: Fate,
}

/// What became of a unit.
#[derive(Debug)]
pub enum Fate {
    /// No event, and why.
    Ignored(Name),
    /// Nothing understood it.
    Unresolved(Box<Reason>),
    /// An event.
    Event {
        /// Among the export's events.
        at: usize,
        /// A second event follows it.
        second: bool,
        /// How it belongs to another.
        link: Option<Link>,
    },
}

impl Unit {
    /// Its rows.
    pub fn rows(&self) -> impl Iterator<Item = usize> + '_ {
        std::iter::once(self.row).chain(self.others.iter().copied())
    }
}

impl Export<'_> {
    /// Whose the row is.
    pub fn account(&self, row: &Row) -> &Account {
        &self.accounts[row.holder]
    }

    /// What is needed beside the row to make an event of it.
    pub fn making(&self, row: &Row) -> Making<'_> {
        let account = self.account(row);
        Making {
            profile: self.layout.profile,
            account: &account.id,
            sweep: &account.sweep,
            file: &self.source.name,
            words: self.words(row),
        }
    }

    /// The action's words of a row.
    pub fn words(&self, row: &Row) -> &str {
        self.spoken.words.get(row.words as usize).map_or("", String::as_str)
    }

    /// The text of a row, as it lies in the file.
    pub fn raw(&self, row: &Row) -> &str {
        &self.source.text[row.start..row.start + row.length]
    }

    /// Whether the row's amount, and the balance after it, are units of a commodity.
    pub fn counts_units(&self, row: &Row) -> bool {
        row.security.is_some() && self.section(row).has(Field::Asset)
    }

    /// The table that a row stands in.
    pub fn section(&self, row: &Row) -> &Section<'_> {
        let later = self.sheet.sections.partition_point(|section| section.line <= row.line);
        &self.sheet.sections[later.saturating_sub(1)]
    }

    /// First and last day of the rows of one account.
    pub fn days(&self, account: &Name) -> Option<(NaiveDate, NaiveDate)> {
        let own = self.accounts.iter().zip(&self.sheet.days);
        let own = own.filter(|(owner, _)| owner.id == *account).filter_map(|(_, days)| *days);
        own.reduce(|one, other| (one.0.min(other.0), one.1.max(other.1)))
    }

    /// Whether the newest rows stand first; `None` where all are of one day.
    pub fn newest_first(&self) -> Option<bool> {
        let day = |row: &Row| row.posted.unwrap_or(row.date);
        let own = || self.sheet.rows.iter().filter(|row| row.trouble.is_none());
        let (first, last) = (own().next().map(day)?, own().next_back().map(day)?);
        (first != last).then_some(first > last)
    }

    /// The ids of its rows: hash of account and content, ordinal among identical rows.
    fn ids(&self) -> Vec<EventId> {
        let mut seen: Hashed<RowHash, u32> = Hashed::default();
        seen.reserve(self.sheet.rows.len());
        let id = |row: &Row| {
            let hash = hash(self.account(row), row.content);
            let ordinal = seen.entry(hash).or_default();
            *ordinal += 1;
            EventId::new(hash, *ordinal)
        };
        self.sheet.rows.iter().map(id).collect()
    }

    /// The id of a row.
    pub fn id_of(&self, row: usize) -> EventId {
        self.ids[row].clone()
    }

    /// Decides every row within the file.
    pub fn decide(&mut self, words: &Words, overrides: &[Override]) {
        let ids = self.ids();
        let mut deciding = Deciding {
            words,
            overrides,
            candidates: vec![None; self.spoken.words.len()],
            pairs: BTreeMap::new(),
        };
        self.units.reserve(self.sheet.rows.len());
        self.events.reserve(self.sheet.rows.len());
        for (at, id) in ids.iter().enumerate() {
            if let Some(fate) = deciding.one(self, at, id) {
                self.units.push(Unit { row: at, others: Box::default(), id: id.clone(), fate });
            }
        }
        for ((_, _, _, pair), members) in std::mem::take(&mut deciding.pairs) {
            let actions = &self.layout.profile.actions;
            let members: Vec<(usize, &Make)> = members
                .into_iter()
                .filter_map(|(row, action)| match &actions[action].outcome {
                    Outcome::Make(rule) => Some((row, rule)),
                    Outcome::Ignore(_) => None,
                })
                .collect();
            match pair {
                Pair::Legs => self.join_legs(members, &ids),
                Pair::Halves => self.join_halves(members, &ids),
                Pair::Swap => self.join_swaps(&members, &ids),
            }
        }
        self.units.sort_by_key(|unit| unit.row);
        self.ids = ids;
    }

    /// Keeps what was made and says where.
    pub(super) fn keep(&mut self, row: usize, made: Made, link: Option<Link>) -> Fate {
        let at = self.events.len();
        self.events.push(made.event);
        let second = made.second.is_some();
        self.events.extend(made.second.map(|second| *second));
        self.doubts.extend(made.doubt.map(|doubt| (row, doubt)));
        Fate::Event { at, second, link }
    }
}

/// Where rows may be one of two: holder, day, what joins them, and how.
type Joint = (usize, NaiveDate, Name, Pair);

struct Deciding<'d> {
    words: &'d Words,
    overrides: &'d [Override],
    /// By the number of the action's words.
    candidates: Vec<Option<Vec<usize>>>,
    /// Rows that are one of two, and their action.
    pairs: BTreeMap<Joint, Vec<(usize, usize)>>,
}

impl Deciding<'_> {
    /// What becomes of one row; `None` for one of two.
    fn one(&mut self, export: &mut Export, at: usize, id: &EventId) -> Option<Fate> {
        let row = &export.sheet.rows[at];
        if let Some(trouble) = &row.trouble {
            return Some(export.troubled(row, trouble));
        }
        let making = export.making(row);
        let actions: &[Action] = &export.layout.profile.actions;
        let (found, conditions) = self.action(export, row);
        let Some(action) = found else {
            if let Some(made) = self.decided(&making, row, id) {
                return Some(export.keep(at, made, None));
            }
            if let Some(made) = moved(&making, row, id) {
                return Some(export.keep(at, made, None));
            }
            return Some(Fate::Unresolved(Box::new(export.unknown_action(row, conditions))));
        };
        let read = making.read(&actions[action].patterns, row, export.aliases);
        if let Some(read) = read {
            export.sheet.rows[at] = read;
        }
        let row = &export.sheet.rows[at];
        let making = export.making(row);
        let rule = match &actions[action].outcome {
            Outcome::Ignore(reason) => {
                let reason = reason.replace("{symbol}", &row.symbol);
                return Some(Fate::Ignored(reason.trim().into()));
            }
            Outcome::Make(rule) => rule,
        };
        if let Some(pair) = rule.pair {
            let joins: Name = match pair {
                Pair::Legs => rule.kind.into(),
                Pair::Swap => row.reference.clone(),
                Pair::Halves => {
                    format!("{} {}", rule.kind, row.security.as_deref().unwrap_or_default()).into()
                }
            };
            // Rows of one reference belong together whatever their days are.
            let day = match pair {
                Pair::Swap if !row.reference.is_empty() => NaiveDate::MIN,
                Pair::Swap | Pair::Legs | Pair::Halves => row.date,
            };
            self.pairs.entry((row.holder, day, joins, pair)).or_default().push((at, action));
            return None;
        }
        Some(match making.make(row, rule, id.clone()) {
            Ok(made) => {
                let link = rule.link;
                let ends = (rule.side == Side::Closing).then_some(Awaits::Direction);
                let awaits = rule.closing.map(Awaits::Closing).or(ends);
                export.awaiting.extend(awaits.map(|awaits| (export.events.len(), awaits)));
                export.keep(at, made, link)
            }
            Err(reason) => match self.decided(&making, row, id) {
                Some(made) => export.keep(at, made, None),
                None => Fate::Unresolved(Box::new(export.found(row, reason))),
            },
        })
    }

    /// The action that a row is, and whether its words are known at all.
    fn action(&mut self, export: &Export, row: &Row) -> (Option<usize>, bool) {
        let candidates = match &mut self.candidates[row.words as usize] {
            Some(known) => &*known,
            unknown => unknown.insert(self.words.candidates(export.words(row))),
        };
        let making = export.making(row);
        let actions = &export.layout.profile.actions;
        let found = candidates.iter().find(|action| {
            let Action { when, patterns, .. } = &actions[**action];
            making.holds(when, row)
                && (patterns.is_empty()
                    || patterns.iter().any(|pattern| making.reads(pattern, row)))
        });
        (found.copied(), !candidates.is_empty())
    }

    /// What a person decided about a row that nothing understands.
    fn decided(&self, making: &Making, row: &Row, id: &EventId) -> Option<Made> {
        let decision = self.overrides.iter().find(|decision| decision.event == *id)?;
        let kind = EventKind::NAMES.iter().find(|name| ***name == *decision.kind)?;
        making.make(row, &Make::of(kind), id.clone()).ok()
    }
}

/// Of a bank's row whose words nothing knows: its cash came or went, and no more is said of it.
fn moved(making: &Making, row: &Row, id: &EventId) -> Option<Made> {
    let amount = row.amount.value().filter(|amount| making.profile.bank && !amount.is_zero())?;
    let kind = if amount.is_sign_negative() { "withdrawal" } else { "deposit" };
    making.make(row, &Make::of(kind), id.clone()).ok()
}

#[cfg(test)]
mod tests {
    use indexmap::IndexMap;

    use super::super::profile::shipped;
    use super::super::{Aliases, Context, Kinds, Known, Otherwise, open};
    use super::*;
    use crate::event::Securities;

    /// Whether the only row of `source` is the action of this number, and becomes what that says.
    fn wins(
        source: &Source,
        context: &Context,
        kinds: &Kinds,
        words: &Words,
        number: usize,
    ) -> Result<(), String> {
        let aliases = Aliases::new(context.securities);
        let Ok(mut export) = open(source, context, kinds, &aliases) else {
            return Err("not read".to_owned());
        };
        if export.sheet.rows.len() != 1 {
            return Err(format!("{} rows", export.sheet.rows.len()));
        }
        let mut deciding = Deciding {
            words,
            overrides: &[],
            candidates: vec![None; export.spoken.words.len()],
            pairs: BTreeMap::new(),
        };
        let (found, _) = deciding.action(&export, &export.sheet.rows[0]);
        if found != Some(number) {
            return Err(format!("it is action {found:?}, not {number}"));
        }
        export.decide(words, &[]);
        let outcome = &export.layout.profile.actions[number].outcome;
        let alone = matches!(outcome, Outcome::Make(rule) if rule.pair.is_some());
        match &export.units[0].fate {
            Fate::Unresolved(reason) if alone && reason.code == "unpaired" => Ok(()),
            Fate::Unresolved(reason) if reason.code == "missing-parent" => Ok(()),
            Fate::Unresolved(reason) => Err(reason.message.clone()),
            Fate::Ignored(_) if matches!(outcome, Outcome::Ignore(_)) => Ok(()),
            Fate::Ignored(reason) => Err(format!("ignored: {reason}")),
            // One row has no position before it.
            Fate::Event { .. }
                if export.doubts.iter().all(|(_, doubt)| doubt.code == "no-position") =>
            {
                Ok(())
            }
            Fate::Event { .. } => Err(format!("{:?}", export.doubts)),
        }
    }

    #[test]
    fn every_action_wins_its_own_example() {
        let (profiles, securities) = (shipped(), Securities::default());
        let (accounts, dates, known) = (IndexMap::new(), IndexMap::new(), Known::default());
        let context = Context {
            profiles: &profiles,
            accounts: &accounts,
            securities: &securities,
            known: &known,
            otherwise: Otherwise::Profile,
            dates: &dates,
            overrides: &[],
            accepted: &[],
        };
        let (kinds, _) = Kinds::shipped();
        for profile in profiles.iter().filter(|profile| profile.is_table()) {
            let words = Words::new(&profile.actions);
            for (number, action) in profile.actions.iter().enumerate() {
                let example = action.example.as_deref().expect("a shipped action has an example");
                let tables = profile.tables.iter().filter(|table| table.ignore.is_none());
                let tried: Vec<String> = tables
                    .map(|table| {
                        let text = format!("{}\n{example}\n", table.header.join(","));
                        let source = Source::new("example.csv", text);
                        wins(&source, &context, &kinds, &words, number).err().unwrap_or_default()
                    })
                    .collect();
                assert!(tried.iter().any(String::is_empty), "{example}\n{}", tried.join("\n"));
            }
        }
    }
}
