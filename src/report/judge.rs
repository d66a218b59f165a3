//! A journal judged under a regime: `tax` first, then `classify` with what it found, then the year's
//! steps.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::Days;
use indexmap::IndexMap;

use crate::classify::{self, Classified};
use crate::event::{
    Event, EventId, EventKind, FieldError, Journal, Question, Relation, Shown, Value, Write, any,
};
use crate::income::{Detail, Judged};
use crate::money::Decimal;
use crate::period::{NaiveDate, TaxYear};
use crate::regime::Regime;
use crate::regime::fold::{self, Stated, Totals};
use crate::source::Name;
use crate::tax;

/// How one files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filing {
    /// `single`, `joint`, `separate`, `head`.
    pub status: Name,
}

impl Default for Filing {
    fn default() -> Filing {
        Filing { status: "single".into() }
    }
}

/// Judges all years of a journal. What a person decided about single events holds; amounts in other
/// currencies are converted at the day's rate.
pub fn judge(journal: &Journal, regime: &Regime, filing: &Filing) -> Judged {
    judge_in(journal, regime, filing, Detail::ALL, None)
}

/// The same, for a report of some years: figures that have nothing to do with these are not kept one by
/// one, and lots only where `detail` says so. Of questions about entries that are no events only those of
/// these years are kept.
pub fn judge_for(
    journal: &Journal,
    regime: &Regime,
    filing: &Filing,
    detail: Detail<'_>,
) -> Judged {
    judge_in(journal, regime, filing, detail, detail.years)
}

/// The same, with figures kept one by one that have to do with `years`, whatever lots are wanted beside
/// them.
pub fn judge_in(
    journal: &Journal,
    regime: &Regime,
    filing: &Filing,
    detail: Detail<'_>,
    years: Option<&[TaxYear]>,
) -> Judged {
    let mut questions = Vec::new();
    let journal = effective(journal, regime, &mut questions);
    let findings = tax::find_for(&journal, regime, detail);
    let classified = classify::classify(&journal, regime, &findings, years);
    // What counts in a year asked for may have been paid in another.
    let wanted = |year: &TaxYear| years.is_none_or(|years| years.contains(year));
    let elsewhere: HashSet<usize> = classified
        .incomes
        .iter()
        .filter(|income| years.is_some() && wanted(&income.year))
        .filter_map(|income| income.event)
        .filter(|at| !wanted(&regime.year.year_of(journal.events[*at].date)))
        .collect();
    let cash =
        classify::cash(&journal, regime.year, |at, year| wanted(&year) || elsewhere.contains(&at));
    let figures = figures(&journal, regime, filing, &classified, &mut questions);
    let of_years = |question: &&Question| {
        question.event.is_some() || wanted(&regime.year.year_of(question.date))
    };
    questions.extend(journal.questions.iter().filter(of_years).cloned());
    questions.extend(findings.questions.iter().cloned());
    questions.extend(classified.questions);
    questions.sort_by_key(|question| question.date);
    let questions = each_once(questions);
    let mut incomes = classified.incomes;
    incomes.sort_by_cached_key(|income| income.date);
    Judged {
        findings,
        incomes,
        cash,
        figures,
        questions,
        sheltered: classified.sheltered,
        aside: classified.aside,
    }
}

/// The first of those that ask the same of the same event on the same day.
fn each_once(questions: Vec<Question>) -> Vec<Question> {
    let mut seen = HashSet::with_capacity(questions.len());
    let mut first = Vec::with_capacity(questions.len());
    for Question { date, event, asks, .. } in &questions {
        first.push(seen.insert((*date, event.as_ref(), asks.as_str())));
    }
    questions
        .into_iter()
        .zip(first)
        .filter_map(|(question, first)| first.then_some(question))
        .collect()
}

/// Figures that a person states for a year: keys of `[carry.YEAR]` that are not carried amounts.
#[derive(Debug)]
struct StatedOf<'j>(&'j Journal, TaxYear);

impl Stated for StatedOf<'_> {
    fn stated(&self, name: &str) -> Option<Decimal> {
        let StatedOf(journal, year) = self;
        let mut rows = journal.carry.iter();
        rows.find(|(of, key, _)| *of == year.0 && *key == *name).map(|(_, _, amount)| *amount)
    }
}

/// The totals of every year, after the regime's steps.
fn figures(
    journal: &Journal,
    regime: &Regime,
    filing: &Filing,
    classified: &Classified,
    questions: &mut Vec<Question>,
) -> IndexMap<TaxYear, IndexMap<Name, Decimal>> {
    let mut totals: BTreeMap<TaxYear, (Totals, IndexMap<Name, Totals>)> = BTreeMap::new();
    // Most figures are of few categories: these are summed by themselves first.
    let mut sums = classified.rest.clone();
    for income in &classified.incomes {
        let key = (income.year, income.category.clone(), income.property.clone());
        let sum = sums.entry(key).or_default();
        *sum = sum.saturating_add(income.amount);
    }
    for ((year, category, property), amount) in &sums {
        let (year, properties) = totals.entry(*year).or_default();
        add(year, category, *amount);
        if let Some(property) = property {
            if let Some(known) = properties.get_mut(property) {
                add(known, category, *amount);
            } else {
                let mut first = Totals::new();
                add(&mut first, category, *amount);
                properties.insert(property.clone(), first);
            }
        }
    }
    let carry_key = |key: &str| {
        let (key, _) = key.split_once('.').unwrap_or((key, ""));
        regime.carry.0.get(key)
    };
    let carry = journal
        .carry
        .iter()
        .filter_map(|(year, key, amount)| Some((*year, carry_key(key)?, *amount)));
    let carry: Vec<(i32, &Name, Decimal)> = carry.collect();
    let first = totals.keys().next().map(|year| year.0);
    let last = totals.keys().next_back().map(|year| year.0);
    let (Some(first), Some(last)) = (first, last) else { return IndexMap::new() };
    let first = carry.iter().map(|(year, ..)| year + 1).min().unwrap_or(first).min(first);
    let mut carried = Totals::new();
    let mut figures = IndexMap::new();
    for number in first.max(last - 500)..=last {
        let year = TaxYear(number);
        for (from, name, amount) in &carry {
            if from + 1 == number {
                *carried.entry((*name).clone()).or_default() += *amount;
            }
        }
        let (totals, properties) = totals.remove(&year).unwrap_or_default();
        let stated = StatedOf(journal, year);
        let mut folded =
            fold::Year { year, filing: &filing.status, stated: &stated, totals, properties };
        for needed in fold::run(regime, &mut folded, &mut carried) {
            let Some((_, last)) = regime.year.days(year) else { continue };
            questions.push(Question {
                asks: format!(
                    "what was your {} of {}?",
                    needed.name.replace('_', " "),
                    regime.year.label(year)
                ),
                event: None,
                date: last,
                amount: None,
                currency: Some(regime.currency.clone()),
                source: "rentier.toml".to_owned(),
                write: Write {
                    file: "rentier.toml".to_owned(),
                    text: format!("[carry.{number}]\n{} = \"…\"", needed.name),
                },
            });
        }
        figures.insert(year, folded.totals);
    }
    figures
}

fn add(totals: &mut Totals, category: &Name, amount: Decimal) {
    if let Some(total) = totals.get_mut(category) {
        *total = total.saturating_add(amount);
    } else {
        totals.insert(category.clone(), amount);
    }
}

/// The journal as it is to be judged: overrides applied, what was replaced or taken back left out,
/// amounts in the regime's currency.
fn effective<'j>(
    journal: &'j Journal,
    regime: &Regime,
    questions: &mut Vec<Question>,
) -> Cow<'j, Journal> {
    let foreign = |event: &Event| {
        event.currency.as_ref().is_some_and(|currency| *currency != regime.currency)
    };
    let takes_back = |event: &Event| {
        let mut links = event.further.links.iter();
        links.any(|link| matches!(link.relation, Relation::Replaces | Relation::Reverses))
    };
    let special = |event: &Event| foreign(event) || takes_back(event) || beyond_reason(event);
    if journal.overrides.is_empty() && !any(&journal.events, special) {
        return Cow::Borrowed(journal);
    }
    let void = void(journal);
    let mut own = journal.clone();
    let decided: HashMap<_, _> =
        journal.overrides.iter().map(|decided| (&decided.event, decided)).collect();
    let rates = Rates::new(journal, &regime.currency);
    for (at, event) in own.events.iter_mut().enumerate() {
        if let Some(decided) = decided.get(&event.id) {
            if let Ok(kind) = as_kind(&event.kind, &decided.kind) {
                event.kind = kind;
            } else {
                let asks = format!(
                    "event {} cannot be taken as `{}`: what is it?",
                    event.id, decided.kind
                );
                let text = format!("[override.\"{}\"]\nevent = \"…\"\nwhy = \"…\"", event.id);
                questions.push(about(event, asks, Some(event.amount), "rentier.toml", text));
            }
        }
        if void.contains(&at) {
            leave_out(event);
        } else if beyond_reason(event) {
            let asks = "this amount has more than 15 digits: what is it?".to_owned();
            let text = "the amount as the source has it".to_owned();
            questions.push(about(event, asks, None, "main.journal", text));
            leave_out(event);
        } else if foreign(event) {
            rates.convert(event, questions);
        }
    }
    Cow::Owned(own)
}

/// A question about an event.
fn about(
    event: &Event,
    asks: String,
    amount: Option<Decimal>,
    file: &str,
    text: String,
) -> Question {
    Question {
        asks,
        event: Some(event.id.clone()),
        date: event.date,
        amount,
        currency: event.currency.clone(),
        source: event.origin.to_string(),
        write: Write { file: file.to_owned(), text },
    }
}

/// Makes an event one that nothing follows from; its place in the journal stays.
fn leave_out(event: &mut Event) {
    event.kind = EventKind::StatedCash { stated: Decimal::ZERO };
    (event.amount, event.fees) = (Decimal::ZERO, Decimal::ZERO);
    event.set_withheld(Decimal::ZERO);
}

/// Sums of larger numbers would not be exact any more.
const LARGE: i64 = 1_000_000_000_000_000;

/// Whether it states a number that is larger.
fn beyond_reason(event: &Event) -> bool {
    // Digits behind the mark only make a number smaller than its digits.
    let large = |number: Decimal| {
        number.mantissa().unsigned_abs() > LARGE.unsigned_abs().into()
            && number.abs() > Decimal::from(LARGE)
    };
    let own = large(event.amount) || large(event.fees) || large(event.further.withheld);
    own || match &event.kind {
        EventKind::Buy { quantity, .. } | EventKind::Sell { quantity, .. } => large(*quantity),
        EventKind::Interest { .. } | EventKind::Deposit {} | EventKind::Withdrawal {} => false,
        EventKind::Dividend { parts, .. } if parts.0.is_empty() => false,
        kind => kind.fields().iter().any(|(_, shown)| match shown {
            Shown::Number(number) => large(*number),
            Shown::Lots(lots) => lots.0.iter().any(|lot| {
                let cost = lot.basis.as_ref().and_then(|basis| basis.cost);
                large(lot.quantity) || cost.is_some_and(large)
            }),
            Shown::Parts(parts) => parts.0.iter().any(|part| large(part.amount)),
            Shown::Text(_) | Shown::Day(_) => false,
        }),
    }
}

/// Events that count no more: those that another replaces, and trades that another takes back,
/// with that other. Payments taken back stay, since both add up to what remains.
fn void(journal: &Journal) -> HashSet<usize> {
    let wanted: Vec<(usize, Relation, &EventId)> = journal
        .events
        .iter()
        .enumerate()
        .flat_map(|(at, event)| {
            event.further.links.iter().map(move |link| (at, link.relation, &link.to))
        })
        .filter(|(_, relation, _)| matches!(relation, Relation::Replaces | Relation::Reverses))
        .collect();
    if wanted.is_empty() {
        return HashSet::new();
    }
    let by_id: HashMap<&EventId, usize> =
        journal.events.iter().enumerate().map(|(at, event)| (&event.id, at)).collect();
    let mut void = HashSet::new();
    for (at, relation, to) in wanted {
        let Some(of) = by_id.get(to).copied() else { continue };
        let trade = journal.events[of].kind.quantity().is_some();
        match relation {
            Relation::Replaces => drop(void.insert(of)),
            Relation::Reverses if trade => void.extend([at, of]),
            _ => {}
        }
    }
    void
}

/// The same fields under another kind.
fn as_kind(kind: &EventKind, name: &str) -> Result<EventKind, FieldError> {
    rebuilt(kind, name, Decimal::ONE)
}

/// The same kind with its money at a rate.
fn converted(kind: &EventKind, rate: Decimal) -> Result<EventKind, FieldError> {
    rebuilt(kind, kind.name(), rate)
}

/// Fields that are money rather than units, ratios or years.
const MONEY: &[&str] = &["cost", "price", "value", "per_share", "income", "building", "land"];

fn rebuilt(kind: &EventKind, name: &str, rate: Decimal) -> Result<EventKind, FieldError> {
    let fields = kind.fields();
    EventKind::build(name, &mut |wanted| {
        let (field, shown) = fields.iter().find(|(field, _)| *field == wanted)?;
        Some(match shown {
            Shown::Text(text) => Value::Text(Name::new(text)),
            Shown::Number(number) if MONEY.contains(field) => {
                Value::Number(number.saturating_mul(rate))
            }
            Shown::Number(number) => Value::Number(*number),
            Shown::Day(day) => Value::Day(*day),
            Shown::Lots(lots) => {
                let mut lots = (*lots).clone();
                for basis in lots.0.iter_mut().filter_map(|lot| lot.basis.as_mut()) {
                    basis.cost = basis.cost.map(|cost| cost.saturating_mul(rate));
                }
                Value::Lots(lots)
            }
            Shown::Parts(parts) => {
                let mut parts = (*parts).clone();
                for part in &mut parts.0 {
                    part.amount = part.amount.saturating_mul(rate);
                }
                Value::Parts(parts)
            }
        })
    })
}

/// How many days a rate holds on: none is published on weekends and holidays, four days in a row at
/// most (Good Friday to Easter Monday).
const RATE_HOLDS: u64 = 4;

/// Exchange rates into the regime's currency, by currency and day.
struct Rates<'j> {
    into: Name,
    rates: HashMap<&'j str, BTreeMap<NaiveDate, Decimal>>,
}

impl<'j> Rates<'j> {
    fn new(journal: &'j Journal, into: &Name) -> Rates<'j> {
        let mut rates: HashMap<&str, BTreeMap<NaiveDate, Decimal>> = HashMap::new();
        for (day, commodity, price, currency) in &journal.prices {
            if currency == into {
                rates.entry(commodity).or_default().insert(*day, *price);
            } else if commodity == into && !price.is_zero() {
                let of = rates.entry(currency).or_default();
                of.entry(*day).or_insert(Decimal::ONE / price);
            }
        }
        Rates { into: into.clone(), rates }
    }

    /// The rate of a day, else of the last day before it that has one, a weekend away at most.
    fn of(&self, currency: &str, day: NaiveDate) -> Option<Decimal> {
        let first = day.checked_sub_days(Days::new(RATE_HOLDS)).unwrap_or(day);
        self.rates.get(currency)?.range(first..=day).next_back().map(|(_, rate)| *rate)
    }

    /// Converts an event's money at its day's rate, or asks for the rate and leaves it out.
    fn convert(&self, event: &mut Event, questions: &mut Vec<Question>) {
        let Some(currency) = event.currency.clone() else { return };
        let nothing =
            event.amount.is_zero() && event.fees.is_zero() && event.further.withheld.is_zero();
        let Some(rate) = self.of(&currency, event.date) else {
            if nothing {
                return;
            }
            // Cash that comes and goes is in no figure, whatever it is worth.
            let own = matches!(event.kind, EventKind::Deposit {} | EventKind::Withdrawal {});
            if !own || !event.fees.is_zero() || !event.further.withheld.is_zero() {
                let into = &self.into;
                let asks = format!(
                    "what was the {currency}/{into} rate of {}, to convert {} {currency}?",
                    event.date, event.amount
                );
                let text = format!("P {} {currency} … {into}", event.date);
                questions.push(about(event, asks, None, "prices.journal", text));
            }
            // Without a rate it is no figure.
            leave_out(event);
            return;
        };
        event.amount = event.amount.saturating_mul(rate);
        event.fees = event.fees.saturating_mul(rate);
        event.set_withheld(event.further.withheld.saturating_mul(rate));
        if let Ok(kind) = converted(&event.kind, rate) {
            event.kind = kind;
        }
        event.currency = Some(self.into.clone());
    }
}
