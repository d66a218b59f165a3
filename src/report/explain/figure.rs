//! A figure of a year: law, rule, then its parts, the last one down to its line.

use indexmap::IndexSet;
use std::fmt::Write as _;

use super::{Explainer, Explanation, Node, SHOWN};
use crate::income::{Holding, Income};
use crate::money::Decimal;
use crate::period::TaxYear;
use crate::regime::{Rule, Test, Where};
use crate::report::income::{self, Entry, IncomeStatement, Line, Origin, Request, View};
use crate::report::keep::below;
use crate::report::words;

/// Laws and rules that are named where a figure rests on several.
const REASONS: usize = 4;

impl Explainer<'_> {
    /// The figure of `category` in `year`, of one payer (security, property or account) if named.
    ///
    /// # Errors
    /// What there is instead, where nothing of that name was recorded.
    pub fn figure(
        &self,
        year: TaxYear,
        category: &str,
        of: Option<&str>,
    ) -> Result<Explanation, Vec<String>> {
        let view = if category.starts_with("cash.") || category == "total.cash" {
            View::Cash
        } else {
            View::Tax
        };
        let request =
            Request { years: vec![year], view, filing: self.filing.clone(), ..Request::default() };
        let statement = income::statement(self.judged, self.journal, self.regime, request);
        if *statement.total.category == *category || category.is_empty() {
            return Ok(self.sum(&statement, &statement.total, |line| line.adds));
        }
        let exact = statement.lines.iter().find(|line| *line.category == *category);
        if let Some(line) = exact {
            return self.line_of(&statement, line, of);
        }
        let within: Vec<&Line> =
            statement.lines.iter().filter(|line| below(&line.category, category)).collect();
        let depth = within.iter().map(|line| line.depth).min();
        let top: Vec<&Line> = within.into_iter().filter(|line| Some(line.depth) == depth).collect();
        match &*top {
            [] => Err(statement.lines.iter().map(|line| line.category.to_string()).collect()),
            [only] => self.line_of(&statement, only, of),
            several => {
                let amount: Decimal =
                    several.iter().filter_map(|line| line.amounts.first().copied().flatten()).sum();
                let nodes = several.iter().map(|line| self.summary(line));
                Ok(Explanation {
                    amount: Some(self.coins(amount)),
                    currency: self.regime.currency.clone(),
                    title: format!("{category}, {}", statement.period()),
                    form: String::new(),
                    nodes: nodes.collect(),
                })
            }
        }
    }

    /// A sum of other lines.
    fn sum(
        &self,
        statement: &IncomeStatement,
        line: &Line,
        summand: impl Fn(&Line) -> bool,
    ) -> Explanation {
        let lines = statement.lines.iter().filter(|line| summand(line));
        Explanation {
            amount: line.amounts.first().copied().flatten().map(|amount| self.coins(amount)),
            currency: self.regime.currency.clone(),
            title: format!("{}, {}", lower(&line.label), statement.period()),
            form: form(line),
            nodes: lines.map(|line| self.summary(line)).collect(),
        }
    }

    /// One line of the statement, named with the words that explain it.
    fn summary(&self, line: &Line) -> Node {
        let amount = line.amounts.first().copied().flatten().unwrap_or_default();
        let text = format!("{}  {}", line.category, lower(&line.label));
        Node { aside: form(line), ..Node::part(self.coins(amount), text) }
    }

    fn line_of(
        &self,
        statement: &IncomeStatement,
        line: &Line,
        of: Option<&str>,
    ) -> Result<Explanation, Vec<String>> {
        let entries: Vec<&Entry> =
            line.entries.iter().filter(|entry| of.is_none_or(|of| self.is_of(entry, of))).collect();
        if entries.is_empty() {
            let payers: IndexSet<String> =
                line.entries.iter().map(|entry| self.payer(entry)).collect();
            return Err(payers.into_iter().filter(|payer| !payer.is_empty()).collect());
        }
        // A line that others add up to is told by those, unless one payer is asked for.
        let summands =
            |part: &&Line| part.part_of.as_ref() == Some(&line.category) && !part.of_which;
        if of.is_none() && statement.lines.iter().any(|part| summands(&part)) {
            let mut sum = self.sum(statement, line, |part| summands(&part));
            let law = self.regime.category(&line.category).and_then(|one| one.law.clone());
            if let Some(law) = law {
                sum.nodes.insert(0, Node::why("law", &*law));
            }
            return Ok(sum);
        }
        let amount: Decimal = entries.iter().map(|entry| entry.amount).sum();
        let mut explanation = Explanation {
            amount: Some(self.coins(amount)),
            currency: self.regime.currency.clone(),
            title: self.title(statement, line, amount, of),
            form: form(line),
            nodes: Vec::new(),
        };
        if let [Entry { from: Origin::Income(Income { matched: Some(at), .. }), .. }] = &*entries
            && let Some(one) = self.judged.findings.matches.get(*at)
            && !line.of_which
        {
            explanation.title = Self::sold(line, one);
            explanation.form = self.sale_form(line, one);
            explanation.nodes = self.sale(one);
            return Ok(explanation);
        }
        explanation.nodes = self.reasons(line, &entries);
        explanation.nodes.extend(self.parts(line, entries));
        Ok(explanation)
    }

    /// Whether an entry is of a payer: security, property, or the account of what has neither.
    fn is_of(&self, entry: &Entry, of: &str) -> bool {
        let (security, property, account) = match entry.from {
            Origin::Income(income) => {
                (income.security.as_deref(), income.property.as_deref(), Some(&*income.account))
            }
            Origin::Event(at) => {
                let event = self.journal.events.get(at);
                (
                    event.and_then(|event| event.security()).map(|name| &**name),
                    event.and_then(|event| event.property()).map(|name| &**name),
                    event.map(|event| &*event.account),
                )
            }
            Origin::Fold => (None, None, None),
        };
        [security, property, account].contains(&Some(of))
    }

    fn payer(&self, entry: &Entry) -> String {
        match entry.from {
            Origin::Income(income) => {
                let name = income.security.as_ref().or(income.property.as_ref());
                name.unwrap_or(&income.account).to_string()
            }
            Origin::Event(at) => {
                let event = self.journal.events.get(at);
                let security = event.and_then(|event| event.security().or(event.property()));
                security.map(ToString::to_string).unwrap_or_default()
            }
            Origin::Fold => String::new(),
        }
    }

    /// `qualified dividends from MSFT, 2024`, `qualified, of 124.00 ordinary dividends from JNJ, 2024`.
    fn title(
        &self,
        statement: &IncomeStatement,
        line: &Line,
        amount: Decimal,
        of: Option<&str>,
    ) -> String {
        let from = match of {
            None => String::new(),
            Some(of) if self.journal.accounts.contains_key(of) => format!(", {of}"),
            Some(of) if self.journal.properties.contains_key(of) => format!(", {of}"),
            Some(of) => format!(" from {}", words::security(of)),
        };
        let parent = line
            .part_of
            .as_ref()
            .filter(|_| line.of_which)
            .and_then(|id| statement.lines.iter().find(|line| line.category == *id));
        let what = match parent {
            None => lower(&line.label),
            Some(parent) => {
                let entries = parent.entries.iter();
                let whole: Decimal = entries
                    .filter(|entry| of.is_none_or(|of| self.is_of(entry, of)))
                    .map(|entry| entry.amount)
                    .sum();
                let noun = parent.label.split_whitespace().last().unwrap_or_default();
                if whole == amount {
                    format!("{} {noun}", line.label)
                } else {
                    let whole = self.shown(whole);
                    format!("{}, of {whole} {}", line.label, lower(&parent.label))
                }
            }
        };
        format!("{what}{from}, {}", statement.period())
    }

    /// Law and rule of what the figure is made of.
    fn reasons(&self, line: &Line, entries: &[&Entry]) -> Vec<Node> {
        let mut laws: IndexSet<String> = IndexSet::new();
        let mut rules: IndexSet<String> = IndexSet::new();
        for entry in entries {
            let Origin::Income(income) = entry.from else { continue };
            let test = self.holding(income).filter(|test| test.passing < test.units);
            if let Some(test) = test.filter(|_| line.of_which) {
                let mut rows = self.regime.holdings.iter().filter(|row| row.name == test.test);
                let row = rows.find(|row| row.days == Some(test.shortest.1 - 1));
                let law = row.and_then(|row| row.law.as_deref()).unwrap_or_default();
                let days = (test.window.1 - test.window.0).num_days() + 1;
                let more = test.shortest.1 - 1;
                laws.insert(format!(
                    "{law}: more than {more} of the {days} days around the ex-date"
                ));
                rules.insert(format!(
                    "{}/holding.{}, counted per share, the day of sale included",
                    self.regime.id, test.test
                ));
                continue;
            }
            let law = income.law.clone().or_else(|| {
                self.regime.category(&line.category).and_then(|category| category.law.clone())
            });
            laws.extend(law.map(|law| law.to_string()));
            rules.insert(self.rule(income));
        }
        let mut nodes = Vec::new();
        for (label, said) in [("law", laws), ("rule", rules)] {
            let more = said.len().saturating_sub(REASONS);
            nodes.extend(said.into_iter().take(REASONS).map(|text| Node::why(label, text)));
            if more > 0 {
                nodes.push(Node::why("", format!("and {more} more")));
            }
        }
        nodes
    }

    /// The rule's name, and what it asks for.
    fn rule(&self, income: &Income) -> String {
        let event = income.event.and_then(|at| self.journal.events.get(at));
        let kind = event.map_or("match", |event| event.kind.name());
        let of_event = |rule: &&Rule| {
            rule.id == income.category && rule.events.iter().any(|event| **event == *kind)
        };
        let mut asked = Vec::new();
        let mut rules = self.regime.rules.iter().filter(of_event);
        // Of several rows for one category, which one took it is not recorded.
        if let (Some(rule), None) = (rules.next(), rules.next()) {
            let category = self.regime.category(&rule.id);
            if category.is_some_and(|category| category.part_of.is_some())
                && rule.field != *"amount"
            {
                asked.push(format!("its part `{}`", rule.field));
            }
            let held = self.holding(income).map(|test| test.shortest.1 - 1);
            asked.extend(rule.conditions.iter().filter_map(|condition| match held {
                Some(days) if condition.fact == *"holding" => {
                    Some(format!("held over {days} days"))
                }
                _ => Self::condition(condition),
            }));
        }
        let name = &income.rule;
        if asked.is_empty() { name.to_string() } else { format!("{name}: {}", asked.join(", ")) }
    }

    /// A condition in words; `None` for one that says nothing to a person.
    fn condition(condition: &Where) -> Option<String> {
        let test = condition.any.first()?;
        if condition.fact == *"holding" {
            return None;
        }
        let fact = condition.fact.replace('_', " ");
        Some(match test {
            Test::Is(word) => format!("{fact} {word}"),
            Test::Not(word) => format!("{fact} not {word}"),
            Test::Ends(ending) => format!("{fact} …{ending}"),
            Test::Absent => format!("no {fact}"),
            Test::Above(limit, _) => format!("{fact} over {limit}"),
            Test::Below(limit, _) => format!("{fact} under {limit}"),
        })
    }

    /// The holding test around the ex-date of an income, where one was made for its category.
    fn holding(&self, income: &Income) -> Option<&Holding> {
        let name = income.category.rsplit('.').next().unwrap_or_default();
        let tests = self.holdings.get(&income.event?)?;
        tests.iter().find(|test| *test.test == *name).copied()
    }

    /// The parts, the largest where there are many, in order of date; the last down to its line.
    fn parts(&self, line: &Line, mut entries: Vec<&Entry>) -> Vec<Node> {
        let mut left: Vec<&Entry> = Vec::new();
        if !self.all && entries.len() > SHOWN {
            entries.sort_by_key(|entry| std::cmp::Reverse(entry.amount.abs()));
            left = entries.split_off(SHOWN);
        }
        entries.sort_by_key(|entry| match entry.from {
            Origin::Income(income) => Some((income.date, income.event)),
            Origin::Event(at) => self.journal.events.get(at).map(|event| (event.date, Some(at))),
            Origin::Fold => None,
        });
        let last = entries.len().saturating_sub(1);
        let mut nodes: Vec<Node> = Vec::new();
        if !left.is_empty() {
            let sum: Decimal = left.iter().map(|entry| entry.amount).sum();
            let text = format!("{} more, smaller (--all shows them)", left.len());
            nodes.push(Node::part(self.coins(sum), text));
        }
        nodes.extend(
            entries
                .iter()
                .enumerate()
                .map(|(at, entry)| self.entry(line, entry, at == last, last == 0)),
        );
        nodes
    }

    fn entry(&self, line: &Line, entry: &Entry, last: bool, only: bool) -> Node {
        let amount = self.coins(entry.amount);
        let income = match entry.from {
            Origin::Income(income) => income,
            Origin::Event(at) => {
                let event = self.journal.events.get(at);
                let day = event.map(|event| event.date.to_string()).unwrap_or_default();
                let text = match event {
                    _ if *line.category == *"unplaced" => "waits for an answer",
                    Some(event) => &*event.text,
                    None => "",
                };
                let mut node = Node::part(amount, format!("{day}  {text}"));
                if last {
                    node.nodes.extend(self.event_node(at));
                    node.nodes.extend(self.line(at));
                }
                return node;
            }
            Origin::Fold => {
                return Node::part(amount, "by the regime's steps on the year's totals");
            }
        };
        if let Some(one) = income.matched.and_then(|at| self.judged.findings.matches.get(at)) {
            let text = format!(
                "{} {} sold {}",
                words::units(one.quantity),
                words::security(&one.security),
                one.disposed
            );
            let mut node = Node::part(amount, text);
            node.aside = self.near(Some(one.disposal));
            if last && !line.of_which {
                node.nodes = self.sale(one);
            }
            return node;
        }
        let event = income.event.and_then(|at| self.journal.events.get(at));
        if *income.category == *"unplaced" {
            return self.waiting(income, amount, last);
        }
        let test = self.holding(income);
        let short = test.filter(|test| test.passing < test.units && line.of_which);
        let how = if income.how.is_empty() || short.is_some() {
            self.payment(income)
        } else {
            income.how.clone()
        };
        let mut said = format!("{}  {how}", income.date);
        let mut amount = amount;
        if let (Some(test), None) = (test, short) {
            let days = (test.window.1 - test.window.0).num_days() + 1;
            let _ = write!(said, "   ex {}  held {} of {days} days", test.ex, test.shortest.0);
        }
        if let (Some(_), Some(event)) = (short, event) {
            // What was paid stands here; the figure above says what is left of it.
            if only {
                amount = self.coins(event.gross());
            } else if let Some(test) = short {
                let (days, needed) = test.shortest;
                let whole = self.shown(event.gross());
                let _ = write!(said, ", of {whole}: held {days} days; needs {needed}");
            }
            let claims: Vec<&str> = event.claimed.iter().map(crate::event::Claim::text).collect();
            if !claims.is_empty() {
                let _ = write!(said, ", claimed: {}", claims.join(", "));
            }
        }
        let mut node = Node::part(amount, said.trim_end());
        if !last {
            // Ex-date and days held take the room; the last part shows its line all the same.
            if test.is_none() {
                node.aside = self.near(income.event);
            }
            return node;
        }
        if let Some(test) = short {
            node.nodes.extend(self.held(test));
        } else if let Some(at) = income.event {
            node.nodes.extend(self.event_node(at));
        }
        if let Some(at) = income.event {
            node.nodes.extend(self.line(at));
        } else if let Some(property) = &income.property {
            node.nodes.extend(self.depreciated(property));
        }
        node
    }

    /// What is in no category yet, with the question it waits for.
    fn waiting(&self, income: &Income, amount: Decimal, last: bool) -> Node {
        let mut node = Node::part(amount, format!("{}  waits for an answer", income.date));
        node.aside = self.near(income.event);
        let Some(at) = income.event.filter(|_| last) else { return node };
        let id = self.journal.events.get(at).map(|event| &event.id);
        let asked = self.judged.questions.iter().find(|asked| asked.event.as_ref() == id);
        if let Some(asked) = asked {
            node.nodes.push(Node::said("asks", &*asked.asks));
            let mut write = Node::said("write", format!("in {}:", asked.write.file));
            write.quote = asked.write.text.lines().map(str::to_owned).collect();
            node.nodes.push(write);
        }
        node.aside.clear();
        node.nodes.extend(self.event_node(at));
        node.nodes.extend(self.line(at));
        node
    }

    /// `200 x 0.75` where the units are known, else the source's words.
    fn payment(&self, income: &Income) -> String {
        let Some(event) = income.event.and_then(|at| self.journal.events.get(at)) else {
            return String::new();
        };
        match self.held.each(event) {
            Some(each) if income.amount == event.gross() => each,
            Some(each) if self.holding(income).is_some() => each,
            Some(each) => format!("of {each}"),
            None => event.text.to_string(),
        }
    }

    /// Why a holding test was not passed: ex-date, window, days held.
    fn held(&self, test: &Holding) -> Vec<Node> {
        let event = self.journal.events.get(test.event);
        let security = event.and_then(|event| event.security());
        let known = security
            .zip(event)
            .and_then(|(security, event)| self.journal.securities.ex(security, event.date))
            .map(|known| format!(" (securities.toml:{})", known.line));
        let ex = format!(
            "{}{}   window {} to {}",
            test.ex,
            known.unwrap_or_default(),
            test.window.0,
            test.window.1
        );
        let (days, needed) = test.shortest;
        let units = test.units - test.passing;
        let held = format!("{} {days} days; needs {needed}", self.lots(test, units));
        vec![Node::said("ex-date", ex), Node::said("held", held)]
    }

    /// The lots that were not held long enough: `100 bought 2024-08-15, sold 2024-09-30:`.
    fn lots(&self, test: &Holding, units: Decimal) -> String {
        let event = self.journal.events.get(test.event);
        let sold = self.judged.findings.matches.iter().find(|one| {
            event.and_then(|event| event.security()) == Some(&one.security)
                && one.disposed >= test.window.0
                && one.acquired.is_some_and(|day| day < test.ex)
        });
        let units = words::units(units);
        match sold {
            Some(one) => {
                let bought = one.acquired.map(|day| format!(" bought {day},")).unwrap_or_default();
                format!("{units}{bought} sold {}:", one.disposed)
            }
            None => format!("{units} held"),
        }
    }

    /// What depreciation rests on: the facts of the property.
    fn depreciated(&self, property: &str) -> Vec<Node> {
        let Some(known) = self.journal.properties.get(property) else { return Vec::new() };
        let mut facts = Vec::new();
        if let Some(day) = known.placed_in_service {
            facts.push(format!("in service {day}"));
        }
        if let Some(cost) = known.building {
            facts.push(format!("building {}", self.shown(cost)));
        }
        if let Some(life) = known.life {
            facts.push(format!("life {} years", life.normalize()));
        }
        let mut line = Node::said("line", format!("securities.toml:{}", known.line));
        line.quote = self.quote("securities.toml", known.line);
        vec![Node::said("facts", facts.join(", ")), line]
    }

    /// The source of an event without its folder.
    pub(super) fn near(&self, at: Option<usize>) -> String {
        let event = at.and_then(|at| self.journal.events.get(at));
        event.map(|event| income::near(&event.origin.to_string())).unwrap_or_default()
    }
}

/// Where a line goes, as a heading has room for it: `Form 1040 3a`, `B 6, 1040 3b`.
pub(super) fn form(line: &Line) -> String {
    match &*line.forms {
        [only] if only.full.starts_with("Form ") || only.full.starts_with("Schedule ") => {
            only.full.replace(" line ", " ").replace(" lines ", " ")
        }
        forms => forms.iter().map(|form| form.short.clone()).collect::<Vec<_>>().join(", "),
    }
}

/// The first letter small, unless the word is an abbreviation.
pub(super) fn lower(text: &str) -> String {
    let mut chars = text.chars();
    let (Some(first), second) = (chars.next(), text.chars().nth(1)) else { return String::new() };
    if second.is_some_and(char::is_uppercase) {
        return text.to_owned();
    }
    first.to_lowercase().chain(chars).collect()
}
