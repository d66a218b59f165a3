//! What each row of a regime says: how it is to be understood, and what is wrong with it.

use indexmap::IndexMap;

use super::{Reader, kind_name, names};
use crate::money::{self, Decimal};
use crate::period::YearRule;
use crate::regime::Regime;
use crate::regime::raw::{
    ByYear, CategoryRow, DeemedRow, DepreciationRow, EffectRow, FoldRow, HeadRow, HoldingRow,
    IdentifyRow, LineRow, OneOrMany, ParamRow, PassRow, RepurchaseRow,
};
use crate::regime::rows::{
    Category, Deemed, Effect, Fold, FormLine, HoldingTest, Identify, MOST_TESTS, Needs, Param,
    Pass, Repurchase, Rule, Step, Take, Term, Test, Units, Where, Years,
};
use crate::source::Name;

impl Reader<'_> {
    pub(super) fn head(
        &mut self,
        head: HeadRow,
        span: std::ops::Range<usize>,
        regime: &mut Regime,
    ) {
        regime.title = head.title.map_or_else(|| Name::new(&head.id.to_uppercase()), Name::from);
        regime.id = head.id.into();
        regime.currency = head.currency.into();
        let begins = head.begins.split_once('-');
        let begins = begins.and_then(|(month, day)| Some((month.parse().ok()?, day.parse().ok()?)));
        match (begins, &*head.label) {
            (Some((month @ 1..=12, day @ 1..=28)), "yyyy" | "yyyy-yy") => {
                regime.year = YearRule { month, day, two_years: head.label == "yyyy-yy" };
            }
            _ => self.complain(
                "a year begins as `01-01`, its label is `yyyy` or `yyyy-yy`".into(),
                Some(span),
            ),
        }
    }

    pub(super) fn deemed(
        &mut self,
        row: DeemedRow,
        span: std::ops::Range<usize>,
    ) -> Option<Deemed> {
        let events = row.event.names();
        let conditions = self.conditions(row.r#where, &span);
        let months = |pair: &[u32]| match pair {
            [first, last] => Some((*first, *last)),
            _ => None,
        };
        let (Some(declared), Some(paid)) = (months(&row.declared), months(&row.paid)) else {
            self.complain(
                "`declared` and `paid` name a first and a last month: `[10, 12]`".into(),
                Some(span),
            );
            return None;
        };
        Some(Deemed { events, conditions, declared, paid, law: row.source.map(Name::from) })
    }

    pub(super) fn identify(&mut self, row: IdentifyRow, span: &std::ops::Range<usize>) -> Identify {
        for (key, value, known) in [
            ("scope", &row.scope, &["account", "taxpayer"][..]),
            ("merge", &row.merge, &["none"]),
            ("served", &row.served, &["sale"]),
            ("clock", &row.clock, &["date"]),
            ("sheltered", &row.sheltered, &["in-window", "outside"]),
        ] {
            if let Some(value) = value
                && !known.contains(&value.as_str())
            {
                let known = known.join("`, `");
                self.complain(
                    format!("`{key}` is `{known}`; `{value}` is not computed yet"),
                    Some(span.clone()),
                );
            }
        }
        let passes = self.passes(row.pass, span);
        let elected = row.elected.into_iter();
        let elected =
            elected.map(|(name, election)| (name.into(), self.passes(election.pass, span)));
        Identify {
            by_account: row.scope.as_deref() != Some("taxpayer"),
            passes,
            elected: elected.collect(),
            law: row.source.map(Name::from),
        }
    }

    fn passes(&mut self, rows: Vec<PassRow>, span: &std::ops::Range<usize>) -> Vec<Pass> {
        let mut passes = Vec::new();
        for row in rows {
            if row.to.unwrap_or(0) > 0 {
                self.complain(
                    format!("pass `{}` looks past the sale: not computed yet", row.name),
                    Some(span.clone()),
                );
            }
            let take = match row.take.as_deref() {
                Some("chosen") => Take::Chosen,
                Some("oldest") | None => Take::Oldest,
                Some(other) => {
                    self.complain(
                        format!("`take` is `chosen` or `oldest`, not `{other}`"),
                        Some(span.clone()),
                    );
                    Take::Oldest
                }
            };
            let window = row.from.map(|from| (from, row.to.unwrap_or(0)));
            let pooled = row.basis.as_deref() == Some("pool");
            passes.push(Pass { name: row.name.into(), window, take, pooled });
        }
        passes
    }

    pub(super) fn repurchase(
        &mut self,
        row: RepurchaseRow,
        span: std::ops::Range<usize>,
    ) -> Repurchase {
        for (key, value, known) in [
            ("clock", row.clock.as_deref(), "date"),
            ("quantity", row.quantity.as_deref(), "matched-share-by-share"),
            ("goes_to", row.goes_to.as_deref(), "replacement-lot"),
        ] {
            if let Some(value) = value
                && value != known
            {
                self.complain(
                    format!("`{key}` is `{known}`; `{value}` is not computed yet"),
                    Some(span.clone()),
                );
            }
        }
        if row.held_at_end == Some(true) {
            self.complain("`held_at_end = true` is not computed yet".into(), Some(span.clone()));
        }
        Repurchase {
            from: row.from,
            to: row.to,
            sheltered_lost: row.sheltered.as_deref() == Some("lost"),
            affiliates: !row.affiliates.is_empty(),
            unless: self.conditions(row.unless, &span),
            code: row.code.unwrap_or_default().into(),
            law: row.source.map(Name::from),
        }
    }

    pub(super) fn holding(
        &mut self,
        row: HoldingRow,
        span: std::ops::Range<usize>,
    ) -> Option<HoldingTest> {
        self.tests += 1;
        if self.tests > MOST_TESTS {
            let most = format!("at most {MOST_TESTS} tests of how long a thing was held");
            self.complain(most, Some(span));
            return None;
        }
        if row.ends.as_deref().is_some_and(|ends| ends != "sale-only") {
            self.complain(
                "`ends` is `sale-only`; others are not computed yet".into(),
                Some(span.clone()),
            );
            return None;
        }
        let (mut months, mut days) = (None, None);
        match row.more_than.split_once(' ') {
            Some((count, "year" | "years")) => {
                months = count.parse::<u32>().ok().and_then(|years| years.checked_mul(12));
            }
            Some((count, "month" | "months")) => months = count.parse().ok(),
            Some((count, "day" | "days")) => days = count.parse().ok(),
            _ => {}
        }
        if months.is_none() == days.is_none() {
            self.complain(
                format!("expected a time such as `1 year` or `60 days`, found `{}`", row.more_than),
                Some(span.clone()),
            );
        }
        let within = match row.within.as_slice() {
            [first, last] => Some((*first, *last)),
            _ => None,
        };
        if row.around.is_some() != within.is_some() {
            self.complain("`around` and `within` stand together".into(), Some(span.clone()));
        }
        let conditions = self.conditions(row.r#where, &span);
        Some(HoldingTest {
            name: row.name.into(),
            months,
            days,
            within,
            conditions,
            law: row.source.map(Name::from),
        })
    }

    pub(super) fn effect(&mut self, row: EffectRow, span: std::ops::Range<usize>) -> Effect {
        if !matches!(row.cost, -1 | 1) {
            self.complain("`cost` is 1 or -1".into(), Some(span.clone()));
        }
        let units = match row.units.as_deref() {
            Some("held-in-year") => Units::HeldInYear,
            _ => Units::Date,
        };
        if units == Units::HeldInYear {
            self.complain("`units = \"held-in-year\"` is not computed yet".into(), Some(span));
        }
        Effect {
            event: kind_name(&row.event),
            cost: row.cost,
            units,
            floor_gain: row.floor.as_deref() == Some("gain"),
            law: row.source.map(Name::from),
        }
    }

    pub(super) fn category(
        &mut self,
        row: CategoryRow,
        span: std::ops::Range<usize>,
        regime: &mut Regime,
    ) {
        let id = Name::from(row.id);
        let part_of = row.part_of.map(Name::from);
        let law = row.source.map(Name::from);
        if let Some(label) = row.label {
            let category = Category {
                id: id.clone(),
                section: row.section.clone().unwrap_or_default().into(),
                label: label.into(),
                of_which: row.of_which.unwrap_or(part_of.is_some()),
                adds: row.adds.unwrap_or(part_of.is_none()),
                part_of,
                negative: row.negative,
                shown: row.section.is_some(),
                by_property: row.by_property,
                law: law.clone(),
            };
            regime.categories.insert(id.clone(), category);
        } else if row.section.is_some() {
            self.complain("a category with a `section` has a `label`".into(), Some(span.clone()));
        }
        let Some(events) = row.event else { return };
        let times = row.times.map_or(Some(Decimal::ONE), |text| money::plain(&text));
        let Some(times) = times else {
            self.complain("`times` is a number in quotes".into(), Some(span));
            return;
        };
        regime.rules.push(Rule {
            id,
            events: events.names(),
            field: row.field.unwrap_or_else(|| "amount".into()).into(),
            less: names(row.less),
            times,
            years: self.years(row.years, &span),
            conditions: self.conditions(row.r#where, &span),
            part_of: None,
            law,
        });
    }

    pub(super) fn line(&mut self, row: LineRow, span: &std::ops::Range<usize>) -> FormLine {
        let sum = row.sum.iter().map(|term| self.term(term, span)).collect();
        let needs = row.needs.map(|needs| Needs {
            of: needs.of.into(),
            over: needs.over.into(),
            or: names(needs.or),
        });
        FormLine {
            form: row.form.into(),
            line: row.line.unwrap_or_default().into(),
            years: self.years(row.years, span),
            sum,
            round: row.round.unwrap_or_else(|| "dollar".into()).into(),
            lists: row.lists,
            onward: row.onward,
            needs,
            rows: row.rows.map(Name::from),
            text: row.text.map(Name::from),
            brief: row.brief.map(Name::from),
        }
    }

    fn term(&mut self, text: &str, span: &std::ops::Range<usize>) -> Term {
        let (minus, text) = text.strip_prefix('-').map_or((false, text), |text| (true, text));
        let (name, times) =
            text.split_once(" * ").map_or((text, None), |(name, by)| (name, Some(by)));
        if name.is_empty() || name.contains(' ') {
            self.complain(
                format!("expected a name, `-name` or `name * param`, found `{text}`"),
                Some(span.clone()),
            );
        }
        Term { minus, name: name.into(), times: times.map(Name::from) }
    }

    pub(super) fn fold(&mut self, row: FoldRow, span: std::ops::Range<usize>) -> Option<Fold> {
        let of = row.of.map(OneOrMany::strings).unwrap_or_default();
        let single = || of.first().map(|name| Name::new(name)).unwrap_or_default();
        let into = row.into.clone().map(Name::from);
        let carry = row.carry.map(OneOrMany::strings).unwrap_or_default();
        let step = match (&*row.step, into, row.by, row.to) {
            ("sum", Some(into), None, None) => {
                Step::Sum(of.iter().map(|term| self.term(term, &span)).collect(), into)
            }
            ("net", None, None, None) if row.less.is_some() => Step::Net {
                of: names(of),
                less: row.less.unwrap_or_default().into(),
                carry: carry.into_iter().next().map(Name::from),
            },
            ("use", None, None, None) => Step::Use {
                of: single(),
                against: names(row.against),
                down_to: row.down_to.map(Name::from),
                used: row.used.map(Name::from),
            },
            ("scale", Some(into), Some(by), None) => {
                Step::Scale { of: single(), by: by.into(), into }
            }
            ("limit-loss", Some(into), None, Some(to)) => Step::LimitLoss {
                of: single(),
                to: to.into(),
                parts: names(row.parts),
                carry: names(carry),
                into,
            },
            ("rental-allowance", Some(into), None, None) => Step::RentalAllowance {
                of: single(),
                parts: names(row.parts),
                into,
                carry: carry.into_iter().next().map(Name::from).unwrap_or_default(),
                held: row.held.unwrap_or_default().into(),
            },
            (step, ..) => {
                self.complain(
                    format!("the step `{step}` is not known with these keys; steps are sum, net, use, scale, limit-loss"),
                    Some(span),
                );
                return None;
            }
        };
        let years = self.years(row.years, &span);
        Some(Fold { step, years, by_property: row.by_property, law: row.source.map(Name::from) })
    }

    pub(super) fn params(
        &mut self,
        rows: ByYear<ParamRow>,
        span: &std::ops::Range<usize>,
        regime: &mut Regime,
    ) {
        for (name, values) in rows {
            let mut read = Vec::new();
            for (year, value) in values {
                let param = match value {
                    ParamRow::One(text) => money::plain(&text).map(Param::One),
                    ParamRow::By(values) => values
                        .into_iter()
                        .map(|(kind, text)| Some((kind.into(), money::plain(&text)?)))
                        .collect::<Option<_>>()
                        .map(Param::By),
                };
                match (year.parse::<i32>().ok(), param) {
                    (Some(year), Some(param)) => read.push((year, param)),
                    _ => self.complain(
                        format!("`{name}` has a number in quotes for a year"),
                        Some(span.clone()),
                    ),
                }
            }
            regime.params.insert(name.into(), read);
        }
    }

    pub(super) fn series(
        &mut self,
        rows: ByYear<String>,
        span: &std::ops::Range<usize>,
        regime: &mut Regime,
    ) {
        for (name, values) in rows {
            let values = values.into_iter();
            let read: Option<Vec<_>> = values
                .map(|(year, text)| Some((year.parse().ok()?, money::plain(&text)?)))
                .collect();
            match read {
                Some(read) => drop(regime.series.insert(name.into(), read)),
                None => self.complain(
                    format!("`{name}` has a number in quotes for a year"),
                    Some(span.clone()),
                ),
            }
        }
    }

    pub(super) fn depreciation(
        &mut self,
        row: DepreciationRow,
        span: std::ops::Range<usize>,
        regime: &mut Regime,
    ) {
        let percent: Option<Vec<Decimal>> =
            row.percent.iter().map(|text| money::plain(text)).collect();
        let months: Option<[Decimal; 12]> = match percent.as_deref() {
            Some([same]) => Some([*same; 12]),
            Some(months) => months.try_into().ok(),
            None => None,
        };
        let (Some(months), [first, last, step @ ..]) = (months, row.years.as_slice()) else {
            self.complain(
                "`percent` has one number or twelve, `years` a first and a last".into(),
                Some(span),
            );
            return;
        };
        let rows = regime.depreciation.entry(row.life.into()).or_default();
        let step = step.first().copied().unwrap_or(1).max(1);
        for year in (*first..=(*last).min(100)).step_by(step) {
            if year == 0 {
                continue;
            }
            if rows.len() < year {
                rows.resize(year, [Decimal::ZERO; 12]);
            }
            rows[year - 1] = months;
        }
    }

    fn years(&mut self, text: Option<String>, span: &std::ops::Range<usize>) -> Years {
        let Some(text) = text else { return Years::default() };
        let mut years = Vec::new();
        for part in text.split(", ") {
            let (from, to) = part.split_once('-').unwrap_or((part, part));
            let from = if from.is_empty() { Some(i32::MIN) } else { from.parse().ok() };
            let to = if to.is_empty() { Some(i32::MAX) } else { to.parse().ok() };
            match (from, to) {
                (Some(from), Some(to)) => years.push((from, to)),
                _ => self.complain(
                    format!("expected years such as `2021-2024, 2026-`, found `{text}`"),
                    Some(span.clone()),
                ),
            }
        }
        Years(years)
    }

    fn conditions(
        &mut self,
        rows: IndexMap<String, OneOrMany>,
        span: &std::ops::Range<usize>,
    ) -> Vec<Where> {
        let mut conditions = Vec::new();
        for (fact, tests) in rows {
            let tests = tests.strings();
            let asks = !tests.iter().any(|text| text.starts_with("stated "));
            let words = tests.iter().map(|text| text.strip_prefix("stated ").unwrap_or(text));
            let any = words.filter_map(|text| self.condition(text, span)).collect();
            conditions.push(Where { fact: fact.into(), any, asks });
        }
        conditions
    }

    fn condition(&mut self, text: &str, span: &std::ops::Range<usize>) -> Option<Test> {
        let number = |text: &str| money::plain(text.trim());
        let found = if let Some(limit) = text.strip_prefix(">=") {
            number(limit).map(|limit| Test::Above(limit, true))
        } else if let Some(limit) = text.strip_prefix("<=") {
            number(limit).map(|limit| Test::Below(limit, true))
        } else if let Some(limit) = text.strip_prefix('>') {
            number(limit).map(|limit| Test::Above(limit, false))
        } else if let Some(limit) = text.strip_prefix('<') {
            number(limit).map(|limit| Test::Below(limit, false))
        } else if let Some(word) = text.strip_prefix("not ") {
            Some(Test::Not(word.into()))
        } else if let Some(ending) = text.strip_prefix('*') {
            Some(Test::Ends(ending.into()))
        } else if text == "absent" {
            Some(Test::Absent)
        } else {
            Some(Test::Is(text.into()))
        };
        if found.is_none() {
            self.complain(
                format!("expected a word or a comparison such as `>= 0`, found `{text}`"),
                Some(span.clone()),
            );
        }
        found
    }
}
