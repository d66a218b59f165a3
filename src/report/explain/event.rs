//! What became of an event, or of a row of a file.

use super::{Explainer, Explanation, Node};
use crate::event::{Event, EventId, EventKind, Relation, Shelter};
use crate::money;
use crate::report::words;
use crate::source::Name;

impl Explainer<'_> {
    /// An event: what it is, what it counts as, and where it was read. `None`: there is none.
    pub fn event(&self, id: &EventId) -> Option<Explanation> {
        let at = self.journal.events.iter().position(|event| event.id == *id)?;
        Some(self.became(at))
    }

    /// Events that were read on a line of a file: the file by its name in the records, or by its last
    /// part. Of a journal, the block that the line is in.
    pub fn on_line(&self, file: &str, line: u32) -> Vec<Explanation> {
        let events = self.journal.events.iter().enumerate();
        let of_file = |name: &str| same_file(name, file);
        let direct: Vec<usize> = events
            .clone()
            .filter(|(_, event)| stands_on(event, file, line))
            .map(|(at, _)| at)
            .collect();
        if !direct.is_empty() {
            return direct.into_iter().map(|at| self.became(at)).collect();
        }
        // A line inside a block that was written by an import names its event by id.
        let Some(source) =
            self.journals.iter().find(|name| of_file(name)).and_then(|name| (self.texts)(name))
        else {
            return Vec::new();
        };
        let Some(block) = block(&source.text, line) else { return Vec::new() };
        let inside = |event: &Event| {
            let own =
                same_file(&event.origin.file, file) && block.lines.contains(&event.origin.line);
            own || block.ids.iter().any(|id| **id == *event.id.to_string())
        };
        events.filter(|(_, event)| inside(event)).map(|(at, _)| self.became(at)).collect()
    }

    fn became(&self, at: usize) -> Explanation {
        let event = &self.journal.events[at];
        let currency = event.currency.clone().unwrap_or_else(|| self.regime.currency.clone());
        let about = event.security().or(event.property()).map(|name| words::security(name));
        let mut title = event.kind.name().to_owned();
        let when = [event.date.to_string(), event.account.to_string()];
        for part in about.into_iter().chain(when) {
            title.push_str(", ");
            title.push_str(&part);
        }
        let moved = event.currency.as_ref().filter(|_| !event.amount.is_zero());
        let amount = moved.map(|currency| money::cash(event.amount, currency));
        Explanation {
            amount,
            currency,
            title,
            form: String::new(),
            nodes: self.event_nodes(at, event),
        }
    }

    fn event_nodes(&self, at: usize, event: &Event) -> Vec<Node> {
        let mut nodes: Vec<Node> = self.event_node(at).into_iter().collect();
        let how = self.how(at);
        if !how.is_empty() {
            nodes.push(Node::said("units", how));
        }
        nodes.extend(self.other_end(at, event));
        nodes.extend(self.taxed(at, event));
        for link in &event.further.links {
            nodes.push(Node::said("link", format!("{} {}", link.relation, link.to)));
        }
        let decided = self.journal.overrides.iter().filter(|one| one.event == event.id);
        for one in decided {
            let on = one.on.map(|day| format!(", {day}")).unwrap_or_default();
            nodes.push(Node::said("decided", format!("taken as {}: {}{on}", one.kind, one.why)));
        }
        nodes.extend(self.counts(at));
        nodes.extend(self.taken(at));
        if !nodes.iter().any(|node| node.label == "counts" || node.label == "waits") {
            nodes.push(Node::said("counts", self.why_not(at, event)));
        }
        nodes.extend(self.line(at));
        nodes
    }

    /// Of a transfer between accounts of the books, the other end; of one in doubt, what it could be.
    fn other_end(&self, at: usize, event: &Event) -> Option<Node> {
        let transfers = match &event.kind {
            EventKind::Deposit {} | EventKind::Withdrawal {} => self.journal.transfers_of_cash(),
            EventKind::TransferIn { .. } | EventKind::TransferOut { .. } => {
                self.journal.transfers_of_units()
            }
            _ => return None,
        };
        let end = |at: &usize| {
            let other = &self.journal.events[*at];
            format!("{}, {}, event {}", other.account, other.date, other.id)
        };
        if let Some(other) = transfers.other.get(&at) {
            return Some(Node::said("pair", format!("the other end: {}", end(other))));
        }
        let doubtful: Vec<String> = transfers.doubtful.get(&at)?.iter().map(end).collect();
        Some(Node::said("pair", format!("not told, it could be: {}", doubtful.join("; or "))))
    }

    /// Of a tax without a link, the income that it was taken off, or those that it could be.
    fn taxed(&self, at: usize, event: &Event) -> Option<Node> {
        let is_tax = matches!(event.kind, EventKind::Withholding { .. });
        if !is_tax || event.linked(Relation::WithholdingOf).is_some() {
            return None;
        }
        let taxes = self.journal.taxes();
        let income = |at: &usize| {
            let income = &self.journal.events[*at];
            format!("the {} of {}, event {}", income.kind.name(), income.date, income.id)
        };
        if let Some(of) = taxes.of.get(&at) {
            return Some(Node::said("tax", format!("taken off {}", income(of))));
        }
        let doubtful: Vec<String> = taxes.doubtful.get(&at)?.iter().map(income).collect();
        Some(Node::said("tax", format!("not told, it could be off {}", doubtful.join("; or "))))
    }

    /// Every category it adds to.
    fn counts(&self, at: usize) -> Vec<Node> {
        let mut nodes = Vec::new();
        for income in self.judged.incomes.iter().filter(|income| income.event == Some(at)) {
            let category = self.regime.category(&income.category);
            let negative = category.is_some_and(|category| category.negative);
            let amount = if negative { -income.amount } else { income.amount };
            let year = self.regime.year.label(income.year);
            let law = income.law.as_deref().map(|law| format!("; {law}")).unwrap_or_default();
            let how =
                if income.how.is_empty() { String::new() } else { format!(", {}", income.how) };
            let label = if *income.category == *"unplaced" { "waits" } else { "counts" };
            nodes.push(Node::said(
                label,
                format!(
                    "{} as {} in {year}{how}  ({}{law})",
                    self.shown(amount),
                    income.category,
                    income.rule
                ),
            ));
        }
        let asked = self.judged.questions.iter();
        let id = &self.journal.events[at].id;
        for question in asked.filter(|question| question.event.as_ref() == Some(id)) {
            nodes.push(Node::said("waits", format!("for an answer: {}", question.asks)));
        }
        nodes
    }

    /// Sales that took units of it.
    fn taken(&self, at: usize) -> Vec<Node> {
        let sold = self.judged.findings.matches.iter();
        let sold = sold.filter(|one| one.acquisition == Some(at) && one.disposal != at);
        let mut nodes: Vec<Node> = sold
            .map(|one| {
                let text = format!("{} sold {}", words::units(one.quantity), one.disposed);
                Node { aside: self.near(Some(one.disposal)), ..Node::said("lot", text) }
            })
            .collect();
        let open = self.judged.findings.open.iter();
        nodes.extend(open.filter(|lot| lot.acquisition == Some(at)).map(|lot| {
            let cost = lot.cost.map(|cost| format!(", cost {}", self.shown(cost)));
            let text = format!("{} held{}", words::units(lot.quantity), cost.unwrap_or_default());
            Node::said("lot", text)
        }));
        nodes
    }

    /// Why an event adds to no category.
    fn why_not(&self, at: usize, event: &Event) -> String {
        let account = self.journal.accounts.get(&event.account);
        if let Some(account) = account.filter(|account| account.shelter != Shelter::Taxable) {
            return format!("in no statement: {} is {}", account.id, account.shelter);
        }
        if self.judged.aside.contains(&at) {
            return "as no income, by its nature".to_owned();
        }
        "in no category".to_owned()
    }
}

/// Whether an event was read on this line of a file.
pub fn stands_on(event: &Event, file: &str, line: u32) -> bool {
    let on = event.origin.line == line || event.origin.also().any(|also| also == line);
    on && same_file(&event.origin.file, file)
}

/// Whether two names mean one file: equal, or one is the end of the other after a `/`.
pub(crate) fn same_file(name: &str, asked: &str) -> bool {
    let asked = asked.strip_prefix("./").unwrap_or(asked);
    let ends = |whole: &str, end: &str| {
        whole.strip_suffix(end).is_some_and(|rest| rest.is_empty() || rest.ends_with('/'))
    };
    ends(name, asked) || ends(asked, name)
}

/// A transaction of a journal.
struct Block {
    /// Its first and last line.
    lines: std::ops::RangeInclusive<u32>,
    /// What its `id:` tags say.
    ids: Vec<Name>,
}

/// The transaction that holds `line`; `None`: the text has no such line.
fn block(text: &str, line: u32) -> Option<Block> {
    let (mut first, mut ids, mut last) = (line, Vec::new(), 0);
    for (text, number) in crate::source::lines(text).zip(1u32..) {
        let begins = !text.starts_with([' ', '\t']);
        if begins && number > line {
            break;
        }
        if begins {
            first = number;
            ids.clear();
        }
        last = number;
        if let Some((_, rest)) = text.split_once("id: ") {
            let id = rest.split([',', ' ']).next().unwrap_or_default();
            ids.push(Name::new(id));
        }
    }
    (last >= line).then_some(Block { lines: first..=last, ids })
}
