//! The law as data: what a year is, how lots are identified, what an event is for tax, where it goes
//! on the form. Read from TOML and checked; knows no event.
//!
//! In: a text, one of the shipped ones or the user's own. Out: a [`Regime`], every name in it
//! resolved, and a diagnostic for each row that could not be. Unknown keys are errors. The algorithms
//! that read it are in `tax`, `classify` and [`fold`].

mod check;
pub mod fold;
mod raw;
mod read;
mod rows;

use indexmap::IndexMap;

pub use read::read;
pub use rows::{
    Carry, Category, Deemed, Effect, Fact, Fold, FormLine, HoldingTest, Identify, MOST_TESTS,
    Needs, Param, Pass, Passes, Repurchase, Rule, Step, Take, Term, Test, Units, Where, Years,
};

use crate::money::Decimal;
use crate::period::{TaxYear, YearRule};
use crate::source::{Name, Source};

/// One tax regime.
#[derive(Clone, Debug)]
pub struct Regime {
    /// `us`, and the first part of a rule's name: `us/dividend.ordinary`.
    pub id: Name,
    /// For the eye: `United States`.
    pub title: Name,
    /// What its statements are in.
    pub currency: Name,
    /// When its years begin and how they are written.
    pub year: YearRule,
    /// By event kind, the days that may decide the year: the first that is known does. Kinds that
    /// are not named go by `default`.
    pub dates: IndexMap<Name, Vec<Name>>,
    /// Payments that count on another day than their own.
    pub deemed: Vec<Deemed>,
    /// Which units a sale takes.
    pub identify: Identify,
    /// Whether a loss counts, if the law asks.
    pub repurchase: Option<Repurchase>,
    /// Tests of how long a thing was held.
    pub holdings: Vec<HoldingTest>,
    /// What events do to cost.
    pub effects: Vec<Effect>,
    /// The categories in the order of the statement, by id.
    pub categories: IndexMap<Name, Category>,
    /// What events are, in the order in which they are tried.
    pub rules: Vec<Rule>,
    /// Where figures go on forms, in the order of the file.
    pub lines: Vec<FormLine>,
    /// Steps on a year's totals, in order.
    pub folds: Vec<Fold>,
    /// Facts that are asked for when they are missing, by key.
    pub facts: IndexMap<Name, Fact>,
    /// Amounts by name, each by the year from which it holds.
    pub params: IndexMap<Name, Vec<(i32, Param)>>,
    /// Values of one year each, by name.
    pub series: IndexMap<Name, Vec<(i32, Decimal)>>,
    /// How keys of `[carry.YEAR]` in the settings are named here.
    pub carry: Carry,
    /// Depreciation of let property, where the regime has it: percentages of the cost by life in
    /// years as text (`27.5`), a row for each year of use, a column for each month of first use.
    pub depreciation: IndexMap<Name, Vec<[Decimal; 12]>>,
}

/// The texts that are compiled in, by id: as they are written, and as `build.rs` makes JSON of them.
const SHIPPED: [(&str, &str, &str); 2] = [
    ("us", include_str!("us.toml"), include_str!(concat!(env!("OUT_DIR"), "/us.json"))),
    ("plain", include_str!("plain.toml"), include_str!(concat!(env!("OUT_DIR"), "/plain.json"))),
];

/// The ids of the shipped regimes.
pub fn ids() -> impl Iterator<Item = &'static str> {
    SHIPPED.iter().map(|(id, ..)| *id)
}

/// The shipped regime with this id.
pub fn shipped(id: &str) -> Option<Regime> {
    let (.., json) = SHIPPED.iter().find(|(known, ..)| *known == id)?;
    Some(read::compiled(json))
}

/// The text of a shipped regime, for `regime show` and for files of the user that add to it.
pub fn shipped_source(id: &str) -> Option<Source> {
    let (id, text, _) = SHIPPED.iter().find(|(known, ..)| *known == id)?;
    Some(Source::new(format!("regimes/{id}.toml"), *text))
}

impl Regime {
    /// A regime's own file, or the user's rows before those of the shipped regime of that name.
    #[must_use]
    pub fn with(mut self, own: Regime) -> Regime {
        let mut rules = own.rules;
        rules.append(&mut self.rules);
        self.rules = rules;
        let mut categories = std::mem::take(&mut self.categories);
        for (id, category) in own.categories {
            categories.insert(id, category);
        }
        self.categories = categories;
        let mut lines = own.lines;
        lines.append(&mut self.lines);
        self.lines = lines;
        self.folds.extend(own.folds);
        self.params.extend(own.params);
        self.facts.extend(own.facts);
        self.effects.extend(own.effects);
        self
    }

    /// The category with this id.
    pub fn category(&self, id: &str) -> Option<&Category> {
        self.categories.get(id)
    }

    /// A parameter that holds in `year`; one that differs by filing status is picked by `filing`.
    pub fn param(&self, name: &str, year: TaxYear, filing: &str) -> Option<Decimal> {
        let rows = self.params.get(name)?;
        let (_, param) =
            rows.iter().filter(|(from, _)| *from <= year.0).max_by_key(|(from, _)| *from)?;
        match param {
            Param::One(value) => Some(*value),
            Param::By(values) => values.get(filing).copied(),
        }
    }

    /// The lines of forms that take a category in `year`, in the order of the file.
    pub fn lines_of<'r>(
        &'r self,
        category: &'r Name,
        year: TaxYear,
    ) -> impl Iterator<Item = &'r FormLine> + 'r {
        self.lines
            .iter()
            .filter(move |line| line.years.holds(year))
            .filter(move |line| line.sum.iter().any(|term| term.name == *category))
    }

    /// The lines that a statement names beside a figure: where it lands, not the lines that list
    /// payers; without a schedule whose condition fails; a line further on only where no other
    /// figure joins it there.
    ///
    /// `figures`: the year's categories after the folds, as in `Judged::figures`. `plain`,
    /// `adjusted`: for results of sales, whether there are rows without and with an adjustment.
    pub fn statement_lines<'r>(
        &'r self,
        category: &'r Name,
        year: TaxYear,
        figures: &IndexMap<Name, Decimal>,
        (plain, adjusted): (bool, bool),
    ) -> Vec<&'r FormLine> {
        let figure = |name: &str| figures.get(name).copied().unwrap_or_default();
        let lines = self.lines_of(category, year).filter(|line| !line.lists);
        let lines = lines.filter(|line| match line.rows.as_deref() {
            Some("plain") => plain,
            Some("adjusted") => adjusted,
            _ => true,
        });
        let lines = lines.filter(|line| {
            line.needs.as_ref().is_none_or(|needs| {
                let limit = self.param(&needs.over, year, "single").unwrap_or_default();
                figure(&needs.of) > limit || needs.or.iter().any(|name| !figure(name).is_zero())
            })
        });
        let lines = lines.filter(|line| {
            let joined = |term: &&Term| term.name != *category && !figure(&term.name).is_zero();
            !line.onward || !line.sum.iter().any(|term| joined(&term))
        });
        lines.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shipped_regime_loads_without_a_word() {
        for id in ids() {
            let source = shipped_source(id).expect("it is shipped");
            let (regime, diagnostics) = read(&source);
            assert_eq!(diagnostics, [], "{id}");
            assert_eq!(&*regime.id, id);
            let compiled = shipped(id).expect("it is shipped");
            assert_eq!(format!("{compiled:#?}"), format!("{regime:#?}"), "{id}");
        }
    }

    #[test]
    fn the_percentages_of_a_house_make_it_whole() {
        let us = shipped("us").expect("it is shipped");
        for (life, rows) in &us.depreciation {
            for month in 0..12 {
                let sum: Decimal = rows.iter().map(|row| row[month]).sum();
                assert_eq!(sum, Decimal::from(100), "life {life}, month {}", month + 1);
            }
        }
    }

    #[test]
    fn a_loss_limit_depends_on_how_one_files() {
        let us = shipped("us").expect("it is shipped");
        let limit =
            |filing| us.param("loss_limit", TaxYear(2024), filing).map(|limit| limit.to_string());
        assert_eq!(limit("joint").as_deref(), Some("3000"));
        assert_eq!(limit("separate").as_deref(), Some("1500"));
    }

    #[test]
    fn a_schedule_is_named_only_when_it_is_needed() {
        let us = shipped("us").expect("it is shipped");
        let named = |category: &str, figures: &[(&str, i64)]| {
            let figures: IndexMap<Name, Decimal> = figures
                .iter()
                .map(|(name, value)| (Name::new(name), Decimal::from(*value)))
                .collect();
            let category = Name::new(category);
            let lines = us.statement_lines(&category, TaxYear(2024), &figures, (true, false));
            lines.iter().map(|line| line.short()).collect::<Vec<_>>().join(", ")
        };
        let sarah = [
            ("dividend.ordinary", 3050),
            ("dividend.capital_gain_distribution", 250),
            ("interest.taxable", 400),
            ("rent.net", 4200),
        ];
        assert_eq!(named("dividend.ordinary", &sarah), "B 6, 1040 3b");
        assert_eq!(named("dividend.capital_gain_distribution", &sarah), "D 13, 1040 7");
        assert_eq!(named("interest.taxable", &sarah), "1040 2b");
        assert_eq!(named("rent.net", &sarah), "E 26, 1040 8");
        let joint = [
            ("dividend.capital_gain_distribution", 1140),
            ("interest.taxable", 1008),
            ("interest.accrued_paid", 45),
            ("capital.short", 2643),
            ("capital.long", 2318),
            ("rent.net", 8986),
            ("other.substitute_payment", 18),
        ];
        assert_eq!(named("interest.taxable", &joint), "B 4, 1040 2b");
        assert_eq!(named("dividend.capital_gain_distribution", &joint), "D 13");
        assert_eq!(named("rent.net", &joint), "E 26");
        assert_eq!(named("other.substitute_payment", &joint), "Sch 1 8z");
        assert_eq!(named("capital.short", &joint), "D 7");
        assert_eq!(named("capital.long.shares", &joint), "D 8a");
    }
}
