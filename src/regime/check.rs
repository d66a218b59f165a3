//! Checks a regime when it is loaded: every name that a row uses is made by another.

use std::collections::HashSet;

use super::Regime;
use super::rows::{Category, Step};
use crate::diagnostic::{Diagnostic, nearest};
use crate::event::EventKind;
use crate::source::{Name, Source};

/// Names of what tax finds, which rows may name beside the kinds of events.
pub const FOUND: &[&str] = &[
    "match",
    "depreciation",
    "discount",
    "oid",
    "inflation",
    "premium",
    "market-discount",
    "section1256",
    "short-dividend",
    "merger-dividend",
];

/// The figures of an event that a row may name.
pub const FIELDS: &[&str] = &[
    "amount",
    "ordinary",
    "qualified",
    "section_199a",
    "us_government",
    "capital_gain",
    "return_of_capital",
    "exempt_interest",
    "short_term_gain",
    "private_activity",
    "unrecaptured_1250",
    "section_1202",
    "collectibles",
    "foreign_tax",
    "foreign_tax_refundable",
    "federal_tax",
    "state_tax",
    "tax_paid",
    "gain",
    "wash",
    "excluded",
];

/// Completes the categories (a name without a row of its own is computed, not shown) and returns a
/// diagnostic for each name that nothing makes.
pub fn check(regime: &mut Regime, source: &Source) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    let mut complain = |name: &str, what: &str, known: Vec<&str>| {
        let place = source.text.find(&format!("\"{name}\"")).map_or_else(
            || crate::source::Place::file(&source.name),
            |at| source.place_at(at, name.len() + 2),
        );
        let mut diagnostic = Diagnostic::error("regime-name", format!("{what} `{name}`")).at(place);
        if let Some(near) = nearest(name, known).first() {
            diagnostic = diagnostic.help(format!("did you mean `{near}`"));
        }
        diagnostics.push(diagnostic);
    };
    // A row gives a part when what it is a part of is given by rows, too, and not by a step.
    let given: HashSet<Name> = regime.rules.iter().map(|rule| rule.id.clone()).collect();
    let parents: Vec<Option<Name>> =
        regime.rules.iter().map(|rule| regime.categories.get(&rule.id)?.part_of.clone()).collect();
    for (rule, parent) in regime.rules.iter_mut().zip(parents) {
        rule.part_of = parent.filter(|parent| given.contains(parent));
    }
    for rule in &regime.rules {
        for event in &rule.events {
            if !EventKind::NAMES.contains(&&**event) && !FOUND.contains(&&**event) {
                complain(event, "no kind of event is called", EventKind::NAMES.to_vec());
            }
        }
        for field in rule.less.iter().chain([&rule.field]) {
            if !FIELDS.contains(&&**field) {
                complain(field, "no figure of an event is called", FIELDS.to_vec());
            }
        }
    }
    let made = made(regime);
    let known: Vec<&str> = made.iter().map(|name| &**name).collect();
    let params: HashSet<&str> = regime.params.keys().map(|name| &**name).collect();
    let mut need = |name: &Name| {
        if !made.contains(name) && !params.contains(&**name) {
            complain(name, "no category and no step makes", known.clone());
        }
    };
    for term in regime.lines.iter().flat_map(|line| &line.sum) {
        need(&term.name);
    }
    for needs in regime.lines.iter().filter_map(|line| line.needs.as_ref()) {
        need(&needs.of);
        need(&needs.over);
        needs.or.iter().for_each(&mut need);
    }
    for fold in &regime.folds {
        match &fold.step {
            Step::Sum(terms, _) => {
                for term in terms {
                    need(&term.name);
                    term.times.iter().for_each(&mut need);
                }
            }
            Step::Net { of, less, .. } => of.iter().chain([less]).for_each(&mut need),
            Step::Use { of, against, down_to, .. } => {
                against.iter().chain([of]).chain(down_to).for_each(&mut need);
            }
            Step::Scale { of, by, .. } => [of, by].into_iter().for_each(&mut need),
            Step::LimitLoss { of, to, parts, .. } => {
                parts.iter().chain([of, to]).for_each(&mut need);
            }
            Step::RentalAllowance { of, .. } => need(of),
        }
    }
    for category in regime.categories.values() {
        category.part_of.iter().for_each(&mut need);
    }
    for name in made {
        let shown = Category { id: name.clone(), label: name.clone(), ..Category::default() };
        if name != *"none" {
            regime.categories.entry(name).or_insert(shown);
        }
    }
    diagnostics
}

/// Every name that a row or a step makes, in the order of the file.
fn made(regime: &Regime) -> indexmap::IndexSet<Name> {
    let mut made: indexmap::IndexSet<Name> =
        regime.rules.iter().map(|rule| rule.id.clone()).collect();
    made.extend(
        regime
            .categories
            .values()
            .filter(|category| category.shown)
            .map(|category| category.id.clone()),
    );
    made.extend(regime.carry.0.values().cloned());
    for fold in &regime.folds {
        match &fold.step {
            Step::Sum(_, into) | Step::Scale { into, .. } => drop(made.insert(into.clone())),
            Step::Net { carry, .. } => made.extend(carry.clone()),
            Step::Use { used, .. } => made.extend(used.clone()),
            Step::LimitLoss { carry, into, .. } => made.extend(carry.iter().chain([into]).cloned()),
            Step::RentalAllowance { into, carry, held, .. } => {
                made.extend([into.clone(), carry.clone(), held.clone()]);
            }
        }
    }
    made
}
