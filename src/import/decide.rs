//! Decides rows as they are read: each is ignored, unresolved or an event, or one of several that
//! are joined when all of them are there.
//!
//! In: rows in file order, in stretches that are read at the same time; the profile's actions; what a
//! person decided. Out: an `Export`. What its id tells, which counts identical rows of the whole
//! file, is decided at the end: for a row that a person decided about, and for joined ones.

use std::collections::BTreeMap;

use super::cell::Number;
use super::export::{Document, Export, Fate, Trace, numbered};
use super::hash::Hashed;
use super::make::{Doubt, Made, Making, Reason};
use super::position::Awaits;
use super::profile::{Action, Field, Link, Make, Outcome, Pair, Side, Words};
use super::recognise::Section;
use super::row::{self, Ambiguous, Reading, Row, Sheet, Takes, Trouble};
use crate::event::{Event, EventId, EventKind, Override};
use crate::money::Decimal;
use crate::period::NaiveDate;
use crate::source::Name;

/// By what the rows of a document are decided, beside its profile.
#[derive(Clone, Copy)]
pub struct Deciding<'d> {
    /// The action's words of the profile.
    pub words: &'d Words,
    /// What a person decided about rows that nothing understands.
    pub overrides: &'d [Override],
    /// The books have events, whose rows may have changed since.
    pub known: bool,
}

/// What a row states of cash.
#[derive(Debug)]
pub struct Step {
    /// Its number.
    pub row: u32,
    /// What its cash is in.
    pub currency: Name,
    /// The cash after it.
    pub balance: Number,
    /// Its own; zero where it states none.
    pub amount: Decimal,
}

/// Where rows may be one of two: holder, day, what joins them, and how.
type Joint = (usize, NaiveDate, Name, Pair);

/// What the rows of a stretch became.
#[derive(Debug, Default)]
pub struct Decided {
    pub(super) traces: Vec<Trace>,
    pub(super) events: Vec<Event>,
    pub(super) reasons: Vec<Reason>,
    pub(super) whole: Vec<(u32, Row)>,
    pub(super) linked: Vec<u32>,
    pub(super) ended: Vec<u32>,
    pub(super) awaiting: Vec<(u32, Awaits)>,
    pub(super) doubts: Vec<(u32, Doubt)>,
    pub(super) references: Vec<(u32, Name)>,
    pub(super) steps: Vec<Step>,
    pub(super) broker_ids: Hashed<u32, Name>,
    pub(super) days: Vec<Option<(NaiveDate, NaiveDate)>>,
    pub(super) ends: Option<(NaiveDate, NaiveDate)>,
    /// Rows that are one of several, and their action.
    joints: BTreeMap<Joint, Vec<(u32, usize)>>,
    /// Rows that nothing understands, and a person may have decided about.
    open: Vec<u32>,
    /// The day of the first row that has one, and of the last.
    dated: Option<(NaiveDate, NaiveDate)>,
    /// Rows without a day, before all that have one.
    undated: Vec<u32>,
}

/// Reads a document and decides its rows. `Err` where its days can be read two ways.
pub fn read<'p>(
    document: Document<'p>,
    digest: u64,
    reading: Reading,
    holders: &[row::Holder],
    deciding: Deciding,
) -> Result<Export<'p>, Ambiguous> {
    let decider = Decider::new(&document, deciding);
    let taker =
        || Taker { decider: &decider, candidates: Hashed::default(), rows: decider.empty() };
    let sheet = row::read(document.source, &document.layout, reading, holders, &taker)?;
    let Sheet { rows, balances, sections, .. } = sheet;
    let mut decided = rows.rows;
    decided.date_the_first();
    let joints = std::mem::take(&mut decided.joints);
    let open = std::mem::take(&mut decided.open);
    let mut export = Export::new(document, digest, sections, balances, decided);
    export.decide_open(open, deciding);
    export.join_all(joints);
    export.linked.sort_unstable();
    Ok(export)
}

struct Decider<'d, 'p> {
    document: &'d Document<'p>,
    deciding: Deciding<'d>,
    /// A fee of this profile may be part of a trade.
    has_orders: bool,
    /// A table of this profile states balances.
    has_balances: bool,
}

impl<'d, 'p> Decider<'d, 'p> {
    fn new(document: &'d Document<'p>, deciding: Deciding<'d>) -> Decider<'d, 'p> {
        let profile = document.layout.profile;
        let is_part = |action: &Action| matches!(&action.outcome, Outcome::Make(rule) if rule.link == Some(Link::PartOf));
        let balance = |(field, _): &(Field, Vec<String>)| *field == Field::Balance;
        Decider {
            document,
            deciding,
            has_orders: profile.actions.iter().any(is_part),
            has_balances: profile.tables.iter().any(|table| table.columns.iter().any(balance)),
        }
    }

    fn empty(&self) -> Decided {
        Decided { days: vec![None; self.document.accounts.len()], ..Decided::default() }
    }
}

/// Decides the rows of one stretch.
struct Taker<'d, 'p> {
    decider: &'d Decider<'d, 'p>,
    /// The actions that words may mean, by the number of the words.
    candidates: Hashed<usize, Vec<usize>>,
    rows: Decided,
}

impl Takes for Taker<'_, '_> {
    fn take(&mut self, mut row: Row, section: &Section) {
        let Decider { document, deciding, .. } = self.decider;
        let at = numbered(self.rows.traces.len());
        self.rows.date(at, &mut row);
        let hash = document.hash(&row);
        let fate = self.fate(at, &mut row, &EventId::new(hash, 1), section);
        let rows = &mut self.rows;
        if self.decider.has_balances && !(row.security.is_some() && section.has(Field::Asset)) {
            let amount = document.making(&row).cash(&row).value().unwrap_or_default();
            let (currency, balance) = (row.currency.clone(), row.balance);
            rows.steps.push(Step { row: at, currency, balance, amount });
        }
        if self.decider.has_orders && !row.reference.is_empty() {
            rows.references.push((at, row.reference.clone()));
        }
        if let (true, Some(id)) = (deciding.known, &row.id) {
            rows.broker_ids.insert(at, id.clone());
        }
        let is_asked_for = match &fate {
            Fate::Ignored(_) | Fate::With(_) => false,
            Fate::Unresolved(_) | Fate::Open => true,
            Fate::Event { link, .. } => {
                let doubtful = rows.doubts.last().is_some_and(|(last, _)| *last == at);
                let awaits = rows.awaiting.last().is_some_and(|(last, _)| *last == at);
                let ends = rows.ended.last() == Some(&at);
                doubtful || awaits || ends || matches!(link, Some(Link::Reverses | Link::Corrects))
            }
        };
        let holder = u16::try_from(row.holder).expect("a file with more accounts is refused");
        rows.traces.push(Trace { fate, line: row.line, hash, holder });
        if is_asked_for {
            rows.whole.push((at, row));
        }
    }

    fn append(&mut self, below: Self, _: &[usize]) {
        self.rows.append(below.rows);
    }
}

impl Taker<'_, '_> {
    /// What becomes of a row within its file; `id` is that of the first of its kind.
    fn fate(&mut self, at: u32, row: &mut Row, id: &EventId, section: &Section) -> Fate {
        let Decider { document, deciding, .. } = *self.decider;
        if let Some(trouble) = &row.trouble {
            return match document.troubled(section, trouble) {
                Ok(aside) => Fate::Ignored(aside),
                Err(reason) => self.rows.unresolved(reason),
            };
        }
        let actions = &document.layout.profile.actions;
        let candidates = self
            .candidates
            .entry(row.words.number())
            .or_insert_with(|| deciding.words.candidates(&row.words));
        let Some(action) = action_of(&document.making(row), actions, candidates, row) else {
            if !deciding.overrides.is_empty() {
                self.rows.open.push(at);
                return Fate::Open;
            }
            if let Some(made) = moved(&document.making(row), row, id) {
                return self.rows.keep(at, made, None);
            }
            let reason = document.unknown_action(row, !candidates.is_empty());
            return self.rows.unresolved(reason);
        };
        let patterns = &actions[action].patterns;
        if !patterns.is_empty()
            && let Some(read) = document.making(row).read(patterns, row, document.aliases)
        {
            *row = read;
        }
        let rule = match &actions[action].outcome {
            Outcome::Ignore(reason) => return Fate::Ignored(ignored(reason, &row.symbol)),
            Outcome::Make(rule) => rule,
        };
        if let Some(pair) = rule.pair {
            self.rows.joints.entry(joint(row, rule, pair)).or_default().push((at, action));
            return Fate::Open;
        }
        match document.making(row).make(row, rule, id.clone()) {
            Ok(made) => {
                let ends = (rule.side == Side::Closing).then_some(Awaits::Direction);
                let awaits = rule.closing.map(Awaits::Closing).or(ends);
                self.rows.awaiting.extend(awaits.map(|awaits| (at, awaits)));
                self.rows.keep(at, made, rule.link)
            }
            Err(_) if !deciding.overrides.is_empty() => {
                self.rows.open.push(at);
                Fate::Open
            }
            Err(reason) => {
                let reason = document.found(row, section, reason);
                self.rows.unresolved(reason)
            }
        }
    }
}

impl Decided {
    /// The day of a row without one is that of its neighbour: of the row before it, else of the one
    /// after. It says which year the row leaves incomplete.
    fn date(&mut self, at: u32, row: &mut Row) {
        if row.date != NaiveDate::default() {
            let first = self.dated.map_or(row.date, |(first, _)| first);
            self.dated = Some((first, row.date));
        } else if let Some((_, last)) = self.dated {
            row.date = last;
        }
        if matches!(row.trouble, Some(Trouble::Aside(_))) {
            return;
        }
        if row.trouble.is_none() {
            let day = row.posted.unwrap_or(row.date);
            self.ends = Some((self.ends.map_or(day, |(first, _)| first), day));
        }
        if row.date == NaiveDate::default() {
            self.undated.push(at);
        } else {
            self.covers(row.holder, row.date);
        }
    }

    /// Rows without a day before all that have one get the day of the first that has.
    fn date_the_first(&mut self) {
        let undated = std::mem::take(&mut self.undated);
        let day = self.dated.map_or_else(NaiveDate::default, |(first, _)| first);
        for row in undated {
            self.date_as(row, day);
        }
    }

    fn date_as(&mut self, row: u32, day: NaiveDate) {
        if let Ok(at) = self.whole.binary_search_by_key(&row, |(number, _)| *number) {
            self.whole[at].1.date = day;
        }
        let holder = usize::from(self.traces[row as usize].holder);
        self.covers(holder, day);
    }

    fn covers(&mut self, holder: usize, day: NaiveDate) {
        let (first, last) = self.days[holder].unwrap_or((day, day));
        self.days[holder] = Some((first.min(day), last.max(day)));
    }

    fn unresolved(&mut self, reason: Reason) -> Fate {
        self.reasons.push(reason);
        Fate::Unresolved(numbered(self.reasons.len() - 1))
    }

    fn keep(&mut self, row: u32, made: Made, link: Option<Link>) -> Fate {
        let at = numbered(self.events.len());
        let ends = matches!(
            made.event.kind,
            EventKind::OptionAssign { .. } | EventKind::OptionExercise { .. }
        );
        self.ended.extend(ends.then_some(row));
        self.linked.extend(link.map(|_| row));
        self.events.push(made.event);
        let second = made.second.is_some();
        self.events.extend(made.second.map(|second| *second));
        self.doubts.extend(made.doubt.map(|doubt| (row, doubt)));
        Fate::Event { at, second, link }
    }

    /// What the rows of the stretch below became.
    fn append(&mut self, mut below: Decided) {
        let rows = numbered(self.traces.len());
        let events = numbered(self.events.len());
        let reasons = numbered(self.reasons.len());
        self.traces.extend(below.traces.into_iter().map(|mut trace| {
            match &mut trace.fate {
                Fate::Event { at, .. } => *at += events,
                Fate::Unresolved(reason) => *reason += reasons,
                Fate::With(row) => *row += rows,
                Fate::Ignored(_) | Fate::Open => {}
            }
            trace
        }));
        self.events.append(&mut below.events);
        self.reasons.append(&mut below.reasons);
        let place = |row: u32| row + rows;
        self.whole.extend(below.whole.into_iter().map(|(row, whole)| (place(row), whole)));
        self.linked.extend(below.linked.into_iter().map(place));
        self.ended.extend(below.ended.into_iter().map(place));
        self.awaiting.extend(below.awaiting.into_iter().map(|(row, what)| (place(row), what)));
        self.doubts.extend(below.doubts.into_iter().map(|(row, doubt)| (place(row), doubt)));
        self.references.extend(below.references.into_iter().map(|(row, name)| (place(row), name)));
        self.broker_ids.extend(below.broker_ids.into_iter().map(|(row, id)| (place(row), id)));
        self.open.extend(below.open.into_iter().map(place));
        self.steps
            .extend(below.steps.into_iter().map(|step| Step { row: place(step.row), ..step }));
        for (joint, members) in below.joints {
            let members = members.into_iter().map(|(row, action)| (place(row), action));
            self.joints.entry(joint).or_default().extend(members);
        }
        for (holder, days) in below.days.into_iter().enumerate() {
            if let Some((first, last)) = days {
                self.covers(holder, first);
                self.covers(holder, last);
            }
        }
        self.ends = both_ends(self.ends, below.ends);
        for row in below.undated.into_iter().map(place) {
            match self.dated {
                Some((_, last)) => self.date_as(row, last),
                None => self.undated.push(row),
            }
        }
        self.dated = both_ends(self.dated, below.dated);
    }
}

/// From the first of one to the last of the other.
fn both_ends<T: Copy>(one: Option<(T, T)>, other: Option<(T, T)>) -> Option<(T, T)> {
    match (one, other) {
        (Some((first, _)), Some((_, last))) => Some((first, last)),
        (one, other) => one.or(other),
    }
}

impl Export<'_> {
    /// Rows that nothing understands: what a person decided about them goes by their ids.
    fn decide_open(&mut self, rows: Vec<u32>, deciding: Deciding) {
        for number in rows {
            let row = self.row(number).clone();
            let id = self.id_of(number);
            let document = &self.document;
            let making = document.making(&row);
            let actions = &document.layout.profile.actions;
            let candidates = deciding.words.candidates(&row.words);
            let decided = || decided(deciding.overrides, &making, &row, &id);
            let made = match action_of(&making, actions, &candidates, &row) {
                None => decided()
                    .or_else(|| moved(&making, &row, &id))
                    .ok_or_else(|| document.unknown_action(&row, !candidates.is_empty())),
                Some(action) => match &actions[action].outcome {
                    Outcome::Ignore(_) => continue,
                    Outcome::Make(rule) => making.make(&row, rule, id.clone()).or_else(|reason| {
                        decided().ok_or_else(|| document.found(&row, self.section(&row), reason))
                    }),
                },
            };
            match made {
                Ok(made) => self.keep(number, &[], made, None),
                Err(reason) => self.unresolve(number, reason),
            }
        }
    }

    /// Joins the rows that are one of several.
    fn join_all(&mut self, joints: BTreeMap<Joint, Vec<(u32, usize)>>) {
        let actions = &self.document.layout.profile.actions;
        for ((_, _, _, pair), members) in joints {
            let members: Vec<(u32, &Make)> = members
                .into_iter()
                .filter_map(|(row, action)| match &actions[action].outcome {
                    Outcome::Make(rule) => Some((row, rule)),
                    Outcome::Ignore(_) => None,
                })
                .collect();
            match pair {
                Pair::Legs => self.join_legs(members),
                Pair::Halves => self.join_halves(members),
                Pair::Swap => self.join_swaps(&members),
            }
        }
    }
}

/// The action that a row is, of those that its words may mean.
fn action_of(
    making: &Making,
    actions: &[Action],
    candidates: &[usize],
    row: &Row,
) -> Option<usize> {
    let is = |action: &&usize| {
        let Action { when, patterns, .. } = &actions[**action];
        making.holds(when, row)
            && (patterns.is_empty() || patterns.iter().any(|pattern| making.reads(pattern, row)))
    };
    candidates.iter().find(is).copied()
}

/// Where the row's others are looked for.
fn joint(row: &Row, rule: &Make, pair: Pair) -> Joint {
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
    (row.holder, day, joins, pair)
}

/// Why a row is ignored, `{symbol}` filled in.
fn ignored(reason: &str, symbol: &str) -> Name {
    if reason.contains('{') {
        return reason.replace("{symbol}", symbol).trim().into();
    }
    reason.trim().into()
}

/// What a person decided about a row that nothing understands.
fn decided(overrides: &[Override], making: &Making, row: &Row, id: &EventId) -> Option<Made> {
    let decision = overrides.iter().find(|decision| decision.event == *id)?;
    let kind = EventKind::NAMES.iter().find(|name| ***name == *decision.kind)?;
    making.make(row, &Make::of(kind), id.clone()).ok()
}

/// Of a bank's row whose words nothing knows: its cash came or went, and no more is said of it.
fn moved(making: &Making, row: &Row, id: &EventId) -> Option<Made> {
    let amount = row.amount.value().filter(|amount| making.profile.bank && !amount.is_zero())?;
    let kind = if amount.is_sign_negative() { "withdrawal" } else { "deposit" };
    making.make(row, &Make::of(kind), id.clone()).ok()
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use indexmap::IndexMap;
    use proptest::prelude::*;

    use super::super::open::Opener;
    use super::super::profile::shipped;
    use super::super::recognise::{self, Kinds};
    use super::super::{Aliases, Context, Known, Otherwise};
    use super::*;
    use crate::event::{Account, Securities};
    use crate::source::Source;

    /// All rows of a file, as they are read.
    struct Rows(Vec<Row>);

    impl Takes for Rows {
        fn take(&mut self, row: Row, _: &Section) {
            self.0.push(row);
        }

        fn append(&mut self, mut below: Rows, _: &[usize]) {
            self.0.append(&mut below.0);
        }
    }

    /// Whether the only row of `source` is the action of this number, and becomes what that says.
    fn wins(
        source: &Source,
        context: &Context,
        words: &Words,
        number: usize,
    ) -> Result<(), String> {
        let aliases = Aliases::new(context.securities);
        let Ok(export) = Opener::new(context, &aliases).open(source) else {
            return Err("not read".to_owned());
        };
        let document = &export.document;
        let reading = Reading { aliases: &aliases, form: None, length: row::LENGTH };
        let rows = row::read(source, &document.layout, reading, &[], &|| Rows(Vec::new()));
        let rows = rows.map_err(|ambiguous| ambiguous.text)?.rows.0;
        let [row] = &rows[..] else { return Err(format!("{} rows", rows.len())) };
        let actions = &document.layout.profile.actions;
        let candidates = words.candidates(&row.words);
        let found = action_of(&document.making(row), actions, &candidates, row);
        if found != Some(number) {
            return Err(format!("it is action {found:?}, not {number}"));
        }
        let outcome = &actions[number].outcome;
        let alone = matches!(outcome, Outcome::Make(rule) if rule.pair.is_some());
        match &export.traces[0].fate {
            Fate::Unresolved(reason) => {
                let reason = &export.reasons[*reason as usize];
                let expected =
                    alone && reason.code == "unpaired" || reason.code == "missing-parent";
                if expected { Ok(()) } else { Err(reason.message.clone()) }
            }
            Fate::Ignored(_) if matches!(outcome, Outcome::Ignore(_)) => Ok(()),
            // One row has no position before it.
            Fate::Event { .. }
                if export.doubts.iter().all(|(_, doubt)| doubt.code == "no-position") =>
            {
                Ok(())
            }
            fate => Err(format!("{fate:?}: {:?}", export.doubts)),
        }
    }

    /// Records that files of Schwab and Fidelity are made of here, and what breaks such files.
    const RECORDS: [&str; 14] = [
        "\"03/27/2024\",\"Qualified Dividend\",\"VTI\",\"VANGUARD TOTAL\",\"\",\"\",\"\",\"$91.05\"",
        "\"03/27/2024\",\"Buy\",\"VTI\",\"VANGUARD\nTOTAL\",\"10\",\"$240.00\",\"\",\"-$2,400.00\"",
        "\"03/26/2024 as of 03/25/2024\",\"Sell\",\"VTI\",\"A \"\"B\"\"\r\nC\",\"-1\",\"$1.00\",\"$0.07\",\"$0.93\"",
        "\"03/26/2024\",\"NRA Tax Adj\",\"VTI\",\"VANGUARD TOTAL\",\"\",\"\",\"\",\"-$9.10\"",
        "\"03/25/2024\",\"Stock Merger\",\"OLD\",\"OLD CO\",\"-10\",\"\",\"\",\"\"",
        "\"03/25/2024\",\"Stock Merger\",\"NEW\",\"NEW CO\",\"5\",\"\",\"\",\"\"",
        "\"03/24/2024\",\"Never Heard Of\",\"\",\"X\",\"\",\"\",\"\",\"$1.00\"",
        "\"03/24/2024\",\"Buy\",\"VTI\",\"does not tie\",\"10\",\"$240.00\",\"\",\"-$24.00\"",
        "\"03/15/2024\",\"Expired\",\"VTI 03/15/2024 100.00 C\",\"CALL\",\"1\",\"\",\"\",\"\"",
        "\"Transactions Total\",\"\",\"\",\"\",\"\",\"\",\"\",\"$5.00\"",
        "\"\",\"Buy\",\"VTI\",\"no day\",\"1\",\"\",\"\",\"$1.00\"",
        "\"Date\",\"Action\",\"Symbol\",\"Description\",\"Quantity\",\"Price\",\"Fees & Comm\",\"Amount\"",
        "\"03/23/2024\",\"Bank Interest\",\"\",\"never closed,\"\",\"\",\"\",\"$1.00\"",
        "a sentence that nobody knows",
    ];

    /// All that was made of a file read in pieces of this many bytes.
    fn made(source: &Source, profiles: &[super::super::Profile], length: usize) -> String {
        let aliases = Aliases::default();
        let layout = recognise::recognise(source, profiles, &Kinds::default()).expect("Schwab's");
        let words = Words::new(&layout.profile.actions);
        let accounts = vec![Account::taxable("schwab".into())];
        let document = Document { source, layout, aliases: &aliases, accounts };
        let reading = Reading { aliases: &aliases, form: None, length };
        let deciding = Deciding { words: &words, overrides: &[], known: false };
        let holder = row::Holder::default();
        let export = read(document, 0, reading, &[holder], deciding).expect("one way to read days");
        let lines: Vec<u32> = export.sections.iter().map(|section| section.line).collect();
        let Export { traces, events, reasons, others, linked, .. } = &export;
        let Export { ended, awaiting, doubts, days, ends, steps, .. } = &export;
        let mut others: Vec<_> = others.iter().collect();
        others.sort();
        format!(
            "{traces:#?}{events:#?}{reasons:#?}{others:#?}{linked:?}{ended:?}{awaiting:?}{doubts:#?}{days:?}{ends:?}{steps:#?}{lines:?}"
        )
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]
        /// Wherever a text is cut, within quotes and records too, its rows are those of a text that
        /// is read from first to last.
        #[test]
        fn cuts_change_nothing(
            records in prop::collection::vec(0..RECORDS.len(), 1..24),
            length in 1usize..400,
        ) {
            static PROFILES: LazyLock<Vec<super::super::Profile>> = LazyLock::new(shipped);
            let rows: Vec<&str> = records.iter().map(|at| RECORDS[*at]).collect();
            let text = format!("{}\n{}\n", RECORDS[11], rows.join("\n"));
            let source = Source::new("schwab.csv", text);
            prop_assert_eq!(
                made(&source, &PROFILES, length),
                made(&source, &PROFILES, usize::MAX)
            );
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
        for profile in profiles.iter().filter(|profile| profile.is_table()) {
            let words = Words::new(&profile.actions);
            for (number, action) in profile.actions.iter().enumerate() {
                let example = action.example.as_deref().expect("a shipped action has an example");
                let tables = profile.tables.iter().filter(|table| table.ignore.is_none());
                let tried: Vec<String> = tables
                    .map(|table| {
                        let text = format!("{}\n{example}\n", table.header.join(","));
                        let source = Source::new("example.csv", text);
                        wins(&source, &context, &words, number).err().unwrap_or_default()
                    })
                    .collect();
                assert!(tried.iter().any(String::is_empty), "{example}\n{}", tried.join("\n"));
            }
        }
    }
}
