//! The lines of the tax view, in the order of the regime, each with its parts below it.

use std::collections::{BTreeSet, HashMap, HashSet};

use indexmap::IndexMap;

use super::status::Year;
use super::{Entry, Form, Line, Origin, Request};
use crate::event::Journal;
use crate::income::{Income, Judged};
use crate::money::Decimal;
use crate::period::TaxYear;
use crate::regime::{Category, Regime};
use crate::source::{ByLetters, Name};

/// Where amounts that no form takes stand.
const BESIDE: &str = "Beside the income";

/// Whether a judgement places nothing yet: a fund's payment that is not split, a cost that is not.
pub fn is_unplaced(category: &str) -> bool {
    category == "unplaced" || category.starts_with("cash.")
}

/// What is needed to make a line.
struct Made<'a, 'j> {
    judged: &'j Judged,
    journal: &'j Journal,
    regime: &'a Regime,
    request: &'a Request,
    /// What each category is made of, before its parts are added.
    own: HashMap<&'j Name, Vec<Entry<'j>>, ByLetters>,
    /// Figures of the last year, for the conditions of form lines.
    last: IndexMap<Name, Decimal>,
}

/// All lines, those without a figure too.
pub fn tax<'j>(
    judged: &'j Judged,
    journal: &'j Journal,
    regime: &Regime,
    request: &Request,
    years: &[Year],
) -> Vec<Line<'j>> {
    let mut own: HashMap<&Name, Vec<Entry>, ByLetters> = HashMap::default();
    for income in &judged.incomes {
        let Some(year) = request.years.iter().position(|year| *year == income.year) else {
            continue;
        };
        if !request.keep.income(income) || is_unplaced(&income.category) {
            continue;
        }
        let negative = regime.category(&income.category).is_some_and(|category| category.negative);
        let amount = if negative { -income.amount } else { income.amount };
        let entry = Entry { year, amount, from: Origin::Income(income) };
        own.entry(&income.category).or_default().push(entry);
    }
    let last = request.years.last().and_then(|year| judged.figures.get(year)).cloned();
    let made = Made { judged, journal, regime, request, own, last: last.unwrap_or_default() };
    let mut lines = Vec::new();
    for category in regime.categories.values() {
        if category.shown && category.part_of.is_none() && !is_unplaced(&category.id) {
            made.category(category, 1, &mut lines);
        }
    }
    lines.extend(unplaced(judged, journal, request, years));
    for line in &mut lines {
        line.sum(years.len());
    }
    lines.retain(|line| request.keep.category(&line.category));
    order(&mut lines, regime);
    lines
}

/// Lines of one section stand together, sections in the order in which they first appear; what
/// stands beside the income comes last.
fn order(lines: &mut Vec<Line>, regime: &Regime) {
    let mut sections: Vec<String> = Vec::new();
    let shown = regime.categories.values().filter(|category| category.shown);
    for section in shown.map(|category| category.section.to_string()) {
        if !sections.contains(&section) && section != BESIDE {
            sections.push(section);
        }
    }
    sections.push(BESIDE.to_owned());
    lines.sort_by_key(|line| sections.iter().position(|section| *section == line.section));
}

impl<'j> Made<'_, 'j> {
    /// Adds the line of `category` and those below it.
    fn category(&self, category: &Category, depth: u8, lines: &mut Vec<Line<'j>>) {
        let mut line = Line {
            category: category.id.clone(),
            label: category.label.to_string(),
            section: self.section(category),
            part_of: category.part_of.clone(),
            of_which: category.of_which,
            adds: category.adds && category.part_of.is_none(),
            depth,
            entries: self.summed(category),
            ..Line::default()
        };
        if line.entries.is_empty() && category.part_of.is_none() {
            line.entries = self.folded(category);
        }
        line.forms = self.forms(&category.id, &line.entries);
        let mut below = Vec::new();
        match properties(&line.entries) {
            Some(one) if depth == 1 && one.len() == 1 => {
                line.label = format!("{}, {}", line.label, one[0]);
                self.parts(category, depth + 1, &mut below);
            }
            Some(mut several) if depth == 1 => {
                several.sort_by_key(|id| self.journal.properties.get_index_of(id));
                self.by_property(category, &several, depth + 1, &mut below);
            }
            _ => self.parts(category, depth + 1, &mut below),
        }
        Self::only_sort(&mut line, &mut below);
        lines.push(line);
        lines.append(&mut below);
    }

    /// Where all that was sold is of one sort, the line says so itself: `Long-term, shares and funds`.
    fn only_sort(line: &mut Line<'j>, below: &mut Vec<Line<'j>>) {
        let sort = |part: &Line| {
            part.depth == line.depth + 1
                && !part.of_which
                && part.category.strip_prefix(&*line.category).is_some_and(|id| id.starts_with('.'))
        };
        let mut sorts = below.iter().enumerate().filter(|(_, part)| sort(part));
        let mut filled = sorts.by_ref().filter(|(_, part)| !part.entries.is_empty());
        let (Some((at, _)), None) = (filled.next(), filled.next()) else { return };
        if below[at].entries.len() != line.entries.len() {
            return;
        }
        let only = below.remove(at);
        line.label = format!("{}, {}", line.label, only.label);
        line.forms = only.forms;
        for part in below.iter_mut().filter(|part| part.part_of.as_ref() == Some(&only.category)) {
            part.part_of = Some(line.category.clone());
            part.depth = line.depth + 1;
        }
    }

    /// What a step of the regime made of the year's totals: a loss held back, one carried in.
    fn folded(&self, category: &Category) -> Vec<Entry<'j>> {
        if !self.request.keep.all() {
            return Vec::new();
        }
        let years = self.request.years.iter().enumerate();
        years
            .filter_map(|(at, year)| {
                let figure = *self.judged.figures.get(year)?.get(&category.id)?;
                let amount = if category.negative { -figure } else { figure };
                (!figure.is_zero()).then_some(Entry { year: at, amount, from: Origin::Fold })
            })
            .collect()
    }

    /// The lines of the categories that explain `category`.
    fn parts(&self, category: &Category, depth: u8, lines: &mut Vec<Line<'j>>) {
        for part in self.children(category) {
            self.category(part, depth, lines);
        }
    }

    /// The section of a category: its own, else that of what it is a part of.
    fn section(&self, category: &Category) -> String {
        let mut category = category;
        // A chain of parts is short; the count only guards against one that bites its tail.
        for _ in 0..8 {
            let parent = category.part_of.as_ref().and_then(|id| self.regime.category(id));
            match parent {
                Some(parent) if category.section.is_empty() => category = parent,
                _ => break,
            }
        }
        category.section.to_string()
    }

    fn children<'r>(&'r self, category: &'r Category) -> impl Iterator<Item = &'r Category> {
        let all = self.regime.categories.values();
        all.filter(move |part| part.shown && part.part_of.as_ref() == Some(&category.id))
    }

    /// What a category is made of: its own judgements, else those of its summands.
    fn summed(&self, category: &Category) -> Vec<Entry<'j>> {
        if let Some(own) = self.own.get(&category.id) {
            return own.clone();
        }
        let all = self.regime.categories.values();
        let summands = all
            .filter(|part| part.part_of.as_ref() == Some(&category.id) && !part.of_which)
            .filter(|part| part.id != category.id);
        let mut entries: Vec<Entry> = summands.flat_map(|part| self.summed(part)).collect();
        entries.sort_by_key(|entry| match entry.from {
            Origin::Income(income) => Some((income.date, income.event)),
            Origin::Event(_) | Origin::Fold => None,
        });
        entries
    }

    /// Several properties: rents, all that was paid, depreciation, then each property's result.
    fn by_property(
        &self,
        category: &Category,
        properties: &[Name],
        depth: u8,
        lines: &mut Vec<Line<'j>>,
    ) {
        let mut paid = None;
        for part in self.children(category) {
            let mut line = Line {
                category: part.id.clone(),
                label: part.label.to_string(),
                section: self.section(category),
                part_of: Some(category.id.clone()),
                of_which: part.of_which,
                depth,
                entries: self.summed(part),
                ..Line::default()
            };
            line.forms = self.forms(&part.id, &line.entries);
            let cost = part.negative && !part.id.ends_with(".depreciation");
            if !cost {
                lines.push(line);
                continue;
            }
            let at = *paid.get_or_insert_with(|| {
                let id = paid_id(&part.id);
                let own = self.regime.category(&id);
                let label = own.map_or("expenses paid", |own| &*own.label).to_owned();
                let forms = self.forms(&id, &[]);
                lines.push(Line {
                    category: id,
                    label,
                    forms,
                    entries: Vec::new(),
                    ..line.clone()
                });
                lines.len() - 1
            });
            lines[at].entries.append(&mut line.entries);
        }
        for property in properties {
            let id = Name::from(format!("{}.{property}", category.id));
            let of_this = |entry: &Entry| match entry.from {
                Origin::Income(income) => income.property.as_ref() == Some(property),
                Origin::Event(_) | Origin::Fold => false,
            };
            let entries: Vec<Entry> = self.summed(category).into_iter().filter(of_this).collect();
            lines.push(Line {
                label: property.to_string(),
                section: self.section(category),
                part_of: Some(category.id.clone()),
                of_which: true,
                depth,
                forms: self.property_forms(&category.id, property),
                category: id,
                entries,
                ..Line::default()
            });
        }
    }

    /// Where a figure lands, by the forms of the last year.
    fn forms(&self, category: &Name, entries: &[Entry<'j>]) -> Vec<Form> {
        let Some(year) = self.request.years.last() else { return Vec::new() };
        let mut rows = (false, false);
        for entry in entries {
            if let Origin::Income(Income { matched: Some(at), .. }) = entry.from
                && let Some(one) = self.judged.findings.matches.get(*at)
            {
                rows = (rows.0 || one.plain > 0, rows.1 || !one.adjustments.is_empty());
            }
        }
        forms(self.regime, category, *year, &self.last, rows)
    }

    /// The lines of one property's result: a column of the schedule, by its place in the books.
    fn property_forms(&self, category: &Name, property: &Name) -> Vec<Form> {
        let Some(year) = self.request.years.last() else { return Vec::new() };
        let at = self.journal.properties.get_index_of(property);
        let letter = at.and_then(|at| u8::try_from(at % 3).ok()).map(|at| char::from(b'A' + at));
        let with = |text: String| letter.map_or(text.clone(), |letter| format!("{text} {letter}"));
        let mut lines = self.regime.lines_of(category, *year).filter(|line| line.lists);
        let line = lines.next();
        line.iter()
            .map(|line| Form { full: with(line.full()), short: with(line.short()) })
            .collect()
    }
}

/// The form lines of a category in a year, those that a statement names.
fn forms(
    regime: &Regime,
    category: &Name,
    year: TaxYear,
    figures: &IndexMap<Name, Decimal>,
    rows: (bool, bool),
) -> Vec<Form> {
    let lines = regime.statement_lines(category, year, figures, rows);
    lines.iter().map(|line| Form { full: line.full(), short: line.short() }).collect()
}

/// `rent.expense.paid` beside `rent.expense.taxes`.
fn paid_id(expense: &str) -> Name {
    let stem = expense.rsplit_once('.').map_or(expense, |(stem, _)| stem);
    format!("{stem}.paid").into()
}

/// The properties of `entries`, by name; `None` where some entry belongs to none.
fn properties(entries: &[Entry]) -> Option<Vec<Name>> {
    let mut found: HashSet<&Name, ByLetters> = HashSet::default();
    for entry in entries {
        match entry.from {
            Origin::Income(income) => found.insert(income.property.as_ref()?),
            Origin::Event(_) | Origin::Fold => return None,
        };
    }
    let mut found: Vec<Name> = found.into_iter().cloned().collect();
    found.sort();
    (!found.is_empty()).then_some(found)
}

/// `Not placed yet`: what waits for an answer and is in no category.
fn unplaced<'j>(
    judged: &'j Judged,
    journal: &'j Journal,
    request: &Request,
    years: &[Year],
) -> Option<Line<'j>> {
    let mut line = Line {
        category: "unplaced".into(),
        label: "Not placed yet".to_owned(),
        section: BESIDE.to_owned(),
        depth: 1,
        forms: vec![Form {
            full: "no line until answered".to_owned(),
            short: "no line yet".to_owned(),
        }],
        open: vec![BTreeSet::new(); years.len()],
        ..Line::default()
    };
    let mut seen = HashSet::new();
    for income in judged.incomes.iter().filter(|income| is_unplaced(&income.category)) {
        let Some(year) = request.years.iter().position(|year| *year == income.year) else {
            continue;
        };
        if request.keep.income(income) {
            seen.extend(income.event);
            line.entries.push(Entry { year, amount: income.amount, from: Origin::Income(income) });
        }
    }
    for (year, asked) in years
        .iter()
        .enumerate()
        .flat_map(|(at, year)| year.questions.iter().map(move |one| (at, one)))
    {
        let Some(index) = asked.index.filter(|_| asked.unplaced) else { continue };
        if !request.keep.event(&journal.events[index]) {
            continue;
        }
        line.open[year].insert(asked.number);
        if let Some(amount) = asked.amount
            && seen.insert(index)
        {
            line.entries.push(Entry { year, amount, from: Origin::Event(index) });
        }
    }
    (!line.entries.is_empty()).then_some(line)
}
