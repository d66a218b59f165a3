//! What one lot gained: proceeds, cost, and what corrected the result.

use super::{Explainer, Node};
use crate::event::Shelter;
use crate::income::{Adjustment, Match};
use crate::money::Decimal;
use crate::period::Days;
use crate::report::income::Line;
use crate::report::words;
use crate::source::Name;
use std::fmt::Write as _;

impl Explainer<'_> {
    /// `short-term, 60 VXUS sold 2024-06-14, fidelity`.
    pub(super) fn sold(line: &Line, one: &Match) -> String {
        let label = line.label.split(',').next().unwrap_or_default();
        format!(
            "{}, {} {} sold {}, {}",
            super::figure::lower(label),
            words::units(one.quantity),
            words::security(&one.security),
            one.disposed,
            one.account
        )
    }

    /// Where one sale goes: with a correction, the form that has its code too.
    pub(super) fn sale_form(&self, line: &Line, one: &Match) -> String {
        let Some(year) = one.year else { return String::new() };
        let adjusted = !one.adjustments.is_empty();
        let id = Name::from(format!("{}.{}", line.category, one.sort.replace('-', "_")));
        let figures = self.judged.figures.get(&year).cloned().unwrap_or_default();
        let rows = (!adjusted, adjusted);
        let mut names: Vec<String> = Vec::new();
        if adjusted {
            let lists = self.regime.lines_of(&line.category, year).find(|line| line.lists);
            names.extend(lists.map(crate::regime::FormLine::short));
        }
        let own = self.regime.statement_lines(&id, year, &figures, rows);
        names.extend(own.iter().map(|line| line.short()));
        if names.is_empty() { super::figure::form(line) } else { names.join(", ") }
    }

    /// Proceeds, cost and corrections of one match, the last down to its line.
    pub(super) fn sale(&self, one: &Match) -> Vec<Node> {
        let mut nodes = vec![Node {
            amount: Some(self.coins(one.proceeds)),
            aside: self.near(Some(one.disposal)),
            ..Node::said("proceeds", self.of_lot(one.disposal, one.quantity))
        }];
        let mut bought = one.acquired.map(|day| format!("bought {day}")).unwrap_or_default();
        if let Some(since) = one.held_since.filter(|since| Some(*since) != one.acquired) {
            let _ = write!(bought, ", held since {since}");
        }
        let how = one.acquisition.map(|at| self.of_lot(at, one.quantity)).unwrap_or_default();
        let text = [how, bought].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>();
        let text = text.join(", ");
        nodes.push(match one.cost {
            Some(cost) => Node {
                amount: Some(self.coins(-cost)),
                aside: self.near(one.acquisition),
                ..Node::said("cost", text)
            },
            None => {
                Node::said("cost", format!("not known: {}", or(&text, "no purchase is recorded")))
            }
        });
        for adjustment in &one.adjustments {
            nodes.push(self.adjusted(one, adjustment));
        }
        if one.adjustments.is_empty()
            && let Some(last) = nodes.last_mut()
        {
            last.aside = String::new();
            let at = one.acquisition.unwrap_or(one.disposal);
            last.nodes.extend(self.event_node(at));
            last.nodes.extend(self.line(at));
        }
        nodes
    }

    /// How `quantity` of an event's units came about: `60 x 53.00`.
    fn of_lot(&self, at: usize, quantity: Decimal) -> String {
        let Some(event) = self.journal.events.get(at) else { return String::new() };
        let units = event.quantity().abs();
        if units == quantity || event.kind.price().is_none() {
            return self.how(at);
        }
        let price = event.kind.price().map(crate::money::grouped).unwrap_or_default();
        let mut text = format!("{} x {price}", words::units(quantity));
        if event.fees > Decimal::ZERO {
            let _ = write!(text, ", a share of {} fees", self.shown(event.fees));
        }
        text
    }

    fn adjusted(&self, one: &Match, adjustment: &Adjustment) -> Node {
        let loss = one.cost.map(|cost| cost - one.proceeds).unwrap_or_default();
        let wash = self.regime.repurchase.as_ref().filter(|rule| rule.code == adjustment.code);
        let part = if adjustment.amount < loss { "part of the loss" } else { "the loss" };
        let mut text = format!("code {}: {part} is deferred", adjustment.code);
        if wash.is_none() {
            text = format!("code {}", adjustment.code);
        } else if adjustment.quantity < one.quantity {
            let _ = write!(
                text,
                ", {} x {} / {}",
                self.shown(loss),
                words::units(adjustment.quantity),
                words::units(one.quantity)
            );
        }
        let mut node = Node::part(self.coins(adjustment.amount), text);
        let Some(rule) = wash else { return node };
        if let Some(law) = &rule.law {
            node.nodes.push(Node::why("law", &**law));
        }
        let days = rule.from.abs().max(rule.to);
        let said =
            format!("{}/repurchase: bought within {days} days of a loss sale", self.regime.id);
        node.nodes.push(Node::why("rule", said));
        node.nodes.push(Node::said("seen", self.window(one, rule.from, rule.to)));
        let Some(because) = adjustment.because else { return node };
        let Some(event) = self.journal.events.get(because) else { return node };
        node.nodes.push(Node {
            aside: self.near(Some(because)),
            ..Node::said(
                "bought again",
                format!("{}  {}, {}", event.date, self.how(because), event.account),
            )
        });
        node.nodes.push(Node::said("", self.moved(because, adjustment)));
        node
    }

    /// `2024-05-15 to 2024-07-14, all accounts of me and spouse, roth too`.
    fn window(&self, one: &Match, from: i64, to: i64) -> String {
        let day = |offset: i64| {
            let days = Days::new(offset.unsigned_abs());
            if offset < 0 {
                one.disposed.checked_sub_days(days)
            } else {
                one.disposed.checked_add_days(days)
            }
        };
        let (first, last) = (day(from), day(to));
        let days = first.zip(last).map(|(first, last)| format!("{first} to {last}, "));
        let owners: Vec<&str> = self.journal.owners.keys().map(|owner| &**owner).collect();
        let owners = if owners.is_empty() { "me".to_owned() } else { words::list(&owners) };
        let sheltered: Vec<&str> = self
            .journal
            .accounts
            .values()
            .filter(|account| account.shelter != Shelter::Taxable)
            .map(|account| &*account.id)
            .collect();
        let too = if sheltered.is_empty() {
            String::new()
        } else {
            format!(", {} too", words::list(&sheltered))
        };
        format!("{}all accounts of {owners}{too}", days.unwrap_or_default())
    }

    /// What the purchase takes over: cost and holding period.
    fn moved(&self, because: usize, adjustment: &Adjustment) -> String {
        let open = self.judged.findings.open.iter();
        let mut open = open.filter(|lot| lot.acquisition == Some(because));
        let exact = |quantity: Decimal| quantity == adjustment.quantity;
        let held = open.clone().find(|lot| exact(lot.quantity)).or_else(|| open.next());
        let sold = self.judged.findings.matches.iter();
        let mut sold = sold.filter(|one| one.acquisition == Some(because));
        let (cost, since, whole) = match (held, sold.next()) {
            (Some(lot), _) => (lot.cost, lot.held_since, exact(lot.quantity)),
            (None, Some(one)) => (one.cost, one.held_since, exact(one.quantity)),
            (None, None) => (None, None, false),
        };
        let added = self.shown(adjustment.amount);
        let cost = match cost.filter(|_| whole) {
            Some(cost) => {
                let before = self.shown(cost - adjustment.amount);
                format!("cost {before} + {added} = {}", self.shown(cost))
            }
            None => format!("cost + {added}"),
        };
        let since = since.map(|day| format!(", held since {day}")).unwrap_or_default();
        format!("moves to that lot: {cost}{since}")
    }
}

fn or<'t>(text: &'t str, other: &'t str) -> &'t str {
    if text.is_empty() { other } else { text }
}
