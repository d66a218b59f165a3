//! Journals for hledger and Ledger.

use std::collections::{HashMap, HashSet};
use std::fmt::Write;

use super::directives::{self, Directive};
use super::running::Running;
use super::unsaid::Unsaid;
use super::weigh::{self, Lots, Paid, Plan};
use super::{Exported, Item, Journal, Marks, comment};
use crate::ledger::blocks::text::{commodity, header, number, quoted};
use crate::ledger::header::tags;
use crate::ledger::model::{AmountFrom, Declared, Dialect, Ledger, PostingKind, Quantity, Status};
use crate::ledger::print::{HEAD, numbers_end};
use crate::ledger::view::{Posting, Transaction};
use crate::period::NaiveDate;
use crate::source::{Name, Place};

/// The journal as text for `target`, which is one of the two.
pub(super) fn print(journal: &Journal<'_>, target: Dialect) -> Exported {
    let program = if target == Dialect::Ledger { "Ledger" } else { "hledger" };
    let mut writer = Writer {
        target,
        text: String::new(),
        unsaid: Unsaid::new(program),
        stated: stated(journal, target),
        annotated: HashSet::new(),
    };
    if target == Dialect::Hledger {
        writer.text.push_str(HEAD);
    }
    writer.head(journal);
    for (at, (date, item)) in journal.items.iter().enumerate() {
        match item {
            Item::Transaction(one) => {
                writer.text.push('\n');
                writer.transaction(journal, *one, at);
            }
            Item::Directive(one) => writer.directive(*date, one, at),
        }
    }
    let hours = [("h", "hours"), ("m", "minutes"), ("s", "seconds")];
    let commodities = hours.iter().filter(|_| target == Dialect::Ledger);
    Exported {
        text: writer.text,
        warnings: writer.unsaid.warnings(),
        commodities: commodities
            .map(|(ours, theirs)| (Name::new(ours), (*theirs).to_owned()))
            .collect(),
        ..Exported::default()
    }
}

/// An item, and one of its postings.
type At = (usize, usize);

/// Whether each balance that a posting or a directive states holds for the program, as it goes on.
fn stated(journal: &Journal<'_>, target: Dialect) -> HashMap<At, bool> {
    let mut steps: Vec<(NaiveDate, At, Option<Posting<'_>>)> = Vec::new();
    for (item, (date, one)) in journal.items.iter().enumerate() {
        match one {
            Item::Transaction(one) => {
                let postings = one.postings().enumerate();
                steps.extend(postings.map(|(at, one)| (one.date(), (item, at), Some(one))));
            }
            Item::Directive(_) => steps.push((*date, (item, 0), None)),
        }
    }
    // Ledger goes by the order of the text.
    if target == Dialect::Hledger {
        steps.sort_by_key(|(date, ..)| *date);
    }
    let mut running = Running::default();
    let mut holds = HashMap::new();
    for (_, at, posting) in steps {
        let Some(posting) = posting else {
            if let Item::Directive(one) = &journal.items[at.0].1
                && let Some((account, number, commodity)) = one.balance()
            {
                let below = running.below(&account, &commodity);
                let own = running.own(&account, &commodity, true);
                let good = below == Some(number) && (target == Dialect::Hledger || own == below);
                holds.insert(at, journal.whole && good);
            }
            continue;
        };
        let real = posting.kind() == PostingKind::Real;
        running.add(posting.account(), posting.commodity(), posting.number(), real);
        let Some(assertion) = posting.assertion() else { continue };
        let Quantity { number, commodity } = assertion.amount;
        let account = posting.account();
        let commodity = posting.transaction.ledger().commodity(commodity);
        let good = if target == Dialect::Ledger {
            let all = !commodity.is_empty() || running.sole(account, commodity, false);
            let said = !assertion.sole && !assertion.inclusive;
            said && all && running.own(account, commodity, real) == Some(number)
        } else if assertion.inclusive {
            running.below(account, commodity) == Some(number)
                && (!assertion.sole || running.sole(account, commodity, true))
        } else {
            running.own(account, commodity, false) == Some(number)
                && (!assertion.sole || running.sole(account, commodity, false))
        };
        holds.insert(at, journal.whole && good);
    }
    holds
}

struct Writer {
    target: Dialect,
    text: String,
    unsaid: Unsaid,
    stated: HashMap<At, bool>,
    /// Accounts with units that are written with their lot: Ledger takes those for another commodity.
    annotated: HashSet<(Name, Name)>,
}

impl Writer {
    /// What stands above the transactions: accounts, prices, what has no effect.
    fn head(&mut self, journal: &Journal<'_>) {
        if !journal.whole {
            return;
        }
        for ledger in journal.ledgers {
            for setting in directives::settings(ledger) {
                comment(&mut self.text, "", &setting.words());
                let what = "options and plugins of Beancount";
                self.unsaid.note(what, "comments have them", || setting.place());
            }
            self.inert(ledger);
            let mut seen = HashSet::new();
            for one in &ledger.declared {
                let word = match one.what {
                    Declared::Account => "account",
                    Declared::Payee => "payee",
                    Declared::Commodity => "commodity",
                    Declared::Tag => "tag",
                };
                if seen.insert((one.what, &one.name)) && !one.name.is_empty() {
                    let name = match one.what {
                        // Without a number: all are written out, and rounding is the program's own.
                        Declared::Commodity => self.symbol(&one.name),
                        Declared::Account | Declared::Payee | Declared::Tag => one.name.to_string(),
                    };
                    let _ = writeln!(self.text, "{word} {name}");
                }
            }
            for price in &ledger.prices {
                let of = ledger.commodity(price.commodity);
                if price.commodity == price.amount.commodity {
                    let words = format!("P {} {of} {} {of}", price.date, price.amount.number);
                    comment(&mut self.text, "", &words);
                    let place = || ledger.place(price.source, price.line);
                    self.unsaid.note("a price in the commodity itself", "a comment has it", place);
                    continue;
                }
                let amount = self.amount(ledger, price.amount);
                let date = self.day(price.date, || ledger.place(price.source, price.line));
                let _ = writeln!(self.text, "P {date} {} {amount}", self.symbol(of));
            }
        }
    }

    /// What the journals have and nobody applies.
    fn inert(&mut self, ledger: &Ledger) {
        for one in super::not_printed(ledger) {
            let name = &ledger.sources[one.source as usize].name;
            comment(&mut self.text, "", &format!("not printed: {}, {name}:{}", one.what, one.line));
            let instead = "a comment names each, without effect here or there";
            let place = || ledger.place(one.source, one.line);
            self.unsaid.note("what has no effect here", instead, place);
        }
    }

    fn directive(&mut self, date: NaiveDate, one: &Directive<'_>, at: usize) {
        self.text.push('\n');
        let holds = self.stated.get(&(at, 0)) == Some(&true);
        let balance = one.balance().filter(|(account, _, commodity)| {
            holds && !self.annotated.contains(&(account.clone(), commodity.clone()))
        });
        if let Some((account, number_of, commodity)) = balance {
            let sign = if self.target == Dialect::Hledger { "=*" } else { "=" };
            let (of, number) = (self.symbol(&commodity), number(number_of));
            let _ =
                writeln!(self.text, "{date} balance\n    {account}  0 {of} {sign} {number} {of}");
            return;
        }
        if one.word == "commodity" && one.below.is_empty() {
            // It is declared above.
            self.text.pop();
            return;
        }
        let words = format!("{date} {} {}\n{}", one.word, one.rest, one.below.join("\n"));
        comment(&mut self.text, "", &words);
        let (what, instead) = match one.word {
            "balance" => ("a balance within a tolerance, or of accounts below", "a comment has it"),
            _ => ("directives such as `note` and `close`", "comments have them"),
        };
        self.unsaid.note(what, instead, || one.place());
    }

    fn transaction<'l>(&mut self, journal: &Journal<'l>, one: Transaction<'l>, item: usize) {
        let rule = if self.target == Dialect::Ledger { Lots::PricedByBasis } else { Lots::Priced };
        let plan = weigh::plan(one, rule, self.target == Dialect::Ledger);
        let postings: Vec<Posting<'_>> = one.postings().collect();
        let made = postings.iter().all(|posting| posting.amount_from() == AmountFrom::Generated);
        let date = self.day(one.date(), || one.place());
        let _ = write!(self.text, "{date}");
        if let Some(date2) = one.date2() {
            let _ = write!(self.text, "={date2}");
        }
        self.text.push_str(mark(one.status()));
        if !one.code().is_empty() {
            let _ = write!(self.text, " ({})", one.code());
        }
        let beancount = one.dialect() == Dialect::Beancount;
        let words = match (made, beancount) {
            (true, true) => "Padding".to_owned(),
            (_, true) => header(&one.description().replace(" | ", "\u{1}")).replace('\u{1}', " | "),
            (_, false) => one.description(),
        };
        let words = words.trim();
        // What looks like a code or a mark would be read as one.
        let bare = one.code().is_empty() && words.starts_with('(');
        let bare = bare || (one.status() == Status::Unmarked && words.starts_with(['*', '!']));
        let _ = writeln!(
            self.text,
            "{}{words}",
            if words.is_empty() {
                ""
            } else if bare {
                " - "
            } else {
                " "
            }
        );
        if beancount && !made {
            let Marks { tags, links, metadata } = journal.marks(one);
            if !tags.is_empty() {
                let _ = writeln!(self.text, "    ; tags: {}", tags.join(" "));
            }
            if !links.is_empty() {
                let _ = writeln!(self.text, "    ; links: {}", links.join(" "));
            }
            for words in metadata {
                let key = words.split(':').next().unwrap_or_default();
                if one.tag(key).is_none() {
                    self.comment(words, Dialect::Beancount);
                }
            }
        }
        if !made {
            for (_, words) in one.comments() {
                self.comment(words, one.dialect());
            }
        }
        let brackets = !plan.is_exact();
        if brackets {
            comment(
                &mut self.text,
                "    ",
                "does not balance to the last digit: postings in brackets need not",
            );
            let what = "a transaction that balances only within a tolerance";
            self.unsaid.note(what, "its postings stand in brackets", || one.place());
        }
        if plan.repriced {
            let what = "a price beside the basis that a transaction balances at";
            self.unsaid.note(what, "a comment has it", || one.place());
        }
        let lines: Vec<(String, String, String)> = postings
            .iter()
            .enumerate()
            .map(|(at, posting)| self.posting(*posting, &plan, (item, at), brackets))
            .collect();
        let end = numbers_end(
            lines.iter().map(|(account, number, _)| (account.chars().count(), number.len())),
        );
        for (posting, (account, number, rest)) in postings.iter().zip(lines) {
            let gap = end.saturating_sub(account.chars().count()).max(number.len() + 2);
            let _ = writeln!(self.text, "{account}{number:>gap$}{rest}");
            self.dates(*posting);
            if posting.amount_from() != AmountFrom::Generated {
                for (_, words) in posting.comments() {
                    self.comment(words, posting.transaction.dialect());
                }
            }
        }
    }

    /// A posting in three parts: up to the end of the account, the number, the rest.
    fn posting(
        &mut self,
        posting: Posting<'_>,
        plan: &Plan,
        at: At,
        brackets: bool,
    ) -> (String, String, String) {
        let ledger = posting.transaction.ledger();
        let kind = if brackets { PostingKind::Virtual } else { posting.kind() };
        let own = posting.row().status;
        let mark = if own == Status::Unmarked { "" } else { &mark(own)[1..] };
        let space = if mark.is_empty() { "" } else { " " };
        let account = match kind {
            PostingKind::Real => posting.account().to_string(),
            PostingKind::Virtual => format!("({})", posting.account()),
            PostingKind::BalancedVirtual => format!("[{}]", posting.account()),
        };
        let account = format!("    {mark}{space}{account}");
        let mut rest = String::new();
        if !posting.commodity().is_empty() {
            let _ = write!(rest, " {}", self.symbol(posting.commodity()));
        }
        let mut beside = Vec::new();
        if let Some(lot) = posting.lot() {
            let mut written = String::new();
            if let Some(cost) = lot.cost.filter(|cost| !cost.amount.number.is_sign_negative()) {
                let (open, close) = if cost.total { ("{{", "}}") } else { ("{", "}") };
                let fixed = if lot.fixed { "=" } else { "" };
                let _ =
                    write!(written, " {open}{fixed}{}{close}", self.amount(ledger, cost.amount));
            }
            if let Some(date) = lot.date {
                let _ = write!(written, " [{date}]");
            }
            // Neither program weighs a lot as it does where the cost is of no commodity.
            if plan.lots[at.1] && self.target == Dialect::Ledger && lot.cost.is_some() {
                rest.push_str(&written);
                self.annotated.insert((posting.account().clone(), posting.commodity().clone()));
            } else if !written.is_empty() {
                beside.push(format!("lot:{}", written.replace('[', "(").replace(']', ")")));
                let instead = "a comment has it";
                self.unsaid.note("this lot without a change of what it weighs", instead, || {
                    posting.place()
                });
            }
            if let Some(label) = &lot.label {
                beside.push(format!("label: {label}"));
            }
        }
        if let Some(Paid { number: paid, commodity, total }) = plan.costs[at.1] {
            let paid = self.amount(ledger, Quantity { number: paid, commodity });
            let _ = write!(rest, " {} {paid}", if total { "@@" } else { "@" });
        } else if let Some(cost) = posting.cost().filter(|cost| !cost.implied) {
            beside.push(format!("price: {}", self.amount(ledger, cost.amount)));
        }
        if plan.repriced
            && let Some(cost) = posting.cost().filter(|cost| !cost.implied)
        {
            beside.push(format!("price: {}", self.amount(ledger, cost.amount)));
        }
        if let Some(assertion) = posting.assertion() {
            let sole = if assertion.sole { "=" } else { "" };
            let inclusive = if assertion.inclusive { "*" } else { "" };
            let amount = self.amount(ledger, assertion.amount);
            let words = format!("={sole}{inclusive} {amount}");
            let key = (posting.account().clone(), posting.commodity().clone());
            if self.stated.get(&at) == Some(&true) && !self.annotated.contains(&key) {
                let _ = write!(rest, " {words}");
            } else {
                beside.push(format!("stated {words}"));
                let what = "a stated balance that does not hold there, or not of a part";
                self.unsaid.note(what, "a comment has it", || posting.place());
            }
        }
        if !beside.is_empty() {
            let _ = write!(rest, "  ; {}", beside.join("; "));
        }
        (account, number(posting.number()), rest)
    }

    /// The posting's own date, where no comment of it says so in words that the program reads.
    fn dates(&mut self, posting: Posting<'_>) {
        let date = posting.date();
        if date == posting.transaction.date() {
            return;
        }
        let bracket = posting.comments().any(|(_, words)| words.contains('['));
        let tag = self.target == Dialect::Hledger && posting.tag("date").is_some();
        if !bracket && !tag {
            let date = self.day(date, || posting.place());
            let _ = writeln!(self.text, "    ; [{date}]");
        }
    }

    /// A comment in words that mean nothing else to the program than they did.
    fn comment(&mut self, words: &str, from: Dialect) {
        let mut words = words.to_owned();
        if from == Dialect::Beancount {
            // A value of metadata needs no quotes, and is no date of a posting.
            if let Some((key, value)) = words.split_once(':') {
                let value = value.trim();
                let inner = value.strip_prefix('"').and_then(|value| value.strip_suffix('"'));
                words = format!("{key}: {}", inner.unwrap_or(value));
            }
            words = words.replace('[', "(").replace(']', ")");
        }
        if from != Dialect::Hledger {
            let dated = tags(&words).iter().any(|(key, _)| matches!(*key, "date" | "date2"));
            if dated {
                words = words.replace("date:", "date :").replace("date2:", "date2 :");
            }
        }
        if from != Dialect::Ledger {
            words = words.replace("::", ": :");
        }
        comment(&mut self.text, "    ", &words);
    }

    /// A commodity as the program reads it.
    fn symbol(&self, name: &Name) -> String {
        // To Ledger these are amounts of time, which it turns into seconds.
        let name = match (self.target, &**name) {
            (Dialect::Ledger, "h") => "hours",
            (Dialect::Ledger, "m") => "minutes",
            (Dialect::Ledger, "s") => "seconds",
            (_, name) => name,
        };
        quoted(&commodity(name)).into_owned()
    }

    /// A day that the program can read.
    fn day(&mut self, date: NaiveDate, place: impl FnOnce() -> Place) -> NaiveDate {
        let (first, last) = if self.target == Dialect::Ledger { (1400, 9999) } else { (0, 9999) };
        let near = super::within(date, first, last);
        if near != date {
            self.unsaid.note("a year so far away", "the nearest one is written", place);
        }
        near
    }

    fn amount(&self, ledger: &Ledger, Quantity { number: of, commodity }: Quantity) -> String {
        let name = ledger.commodity(commodity);
        if name.is_empty() { number(of) } else { format!("{} {}", number(of), self.symbol(name)) }
    }
}

fn mark(status: Status) -> &'static str {
    match status {
        Status::Unmarked => "",
        Status::Pending => " !",
        Status::Cleared => " *",
    }
}
