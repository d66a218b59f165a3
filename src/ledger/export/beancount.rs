//! Files for Beancount.

mod head;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fmt::Write;

use super::directives::Directive;
use super::names::Names;
use super::running::Running;
use super::unsaid::Unsaid;
use super::weigh::{self, Lots, Paid, Plan};
use super::{Exported, Item, Journal, Marks, comment};
use crate::ledger::beancount::quotient;
use crate::ledger::blocks::text::number;
use crate::ledger::header::tags;
use crate::ledger::model::{
    AmountFrom, CommodityId, Declared, Dialect, Ledger, PostingKind, Quantity, Status,
};
use crate::ledger::print::numbers_end;
use crate::ledger::view::{Posting, Transaction};
use crate::money::Decimal;
use crate::period::{Days, NaiveDate};
use crate::source::Name;

/// Quotients of total costs are off by less than this.
const TOLERANCE: &str = "0.0000001";

/// The journal as text for Beancount.
pub(super) fn print(journal: &Journal<'_>) -> Exported {
    let names = Names::of(journal.ledgers);
    let declared = journal.ledgers.iter().flat_map(|ledger| &ledger.declared);
    let mut writer = Writer {
        opened: HashMap::new(),
        lots: HashSet::new(),
        held: HashMap::new(),
        declared: declared
            .filter(|one| one.what == Declared::Account)
            .map(|one| names.account(&one.name).to_owned())
            .collect(),
        text: String::new(),
        unsaid: Unsaid::new("Beancount"),
        balances: BTreeMap::new(),
        names: &names,
        whole: journal.whole,
    };
    let mut body = String::new();
    let mut running = Running::default();
    for (date, item) in &journal.items {
        writer.text.clear();
        match item {
            Item::Transaction(one) => {
                writer.transaction(journal, *one);
                for posting in one.postings() {
                    let (account, commodity) = (posting.account(), posting.commodity());
                    running.add(account, commodity, posting.number(), true);
                }
            }
            Item::Directive(one) => writer.directive(*date, one, &running),
        }
        body.push('\n');
        body.push_str(&writer.text);
    }
    writer.text.clear();
    writer.stated(journal);
    body.push_str(&writer.text);
    writer.text.clear();
    writer.head(journal);
    let text = format!("{}{body}", writer.text);
    let warnings = writer.unsaid.warnings();
    Exported {
        text,
        warnings,
        accounts: names.changed_accounts.clone(),
        commodities: names.changed_commodities.clone(),
    }
}

struct Writer<'n> {
    /// Day of the first posting, by Beancount's name of the account.
    opened: HashMap<String, NaiveDate>,
    /// Accounts whose postings name lots that were not booked by Beancount's rules.
    lots: HashSet<String>,
    /// Units by account and the words of their lot.
    held: HashMap<(String, String), Decimal>,
    /// Accounts that a journal opens.
    declared: HashSet<String>,
    text: String,
    unsaid: Unsaid,
    /// Balances that postings state, by the day after.
    balances: BTreeMap<NaiveDate, BTreeSet<String>>,
    names: &'n Names,
    whole: bool,
}

impl<'n> Writer<'n> {
    fn transaction<'l>(&mut self, journal: &Journal<'l>, one: Transaction<'l>) {
        let plan = weigh::plan(one, Lots::Basis, true);
        let postings: Vec<Posting<'_>> = one.postings().collect();
        let made = postings.iter().all(|posting| posting.amount_from() == AmountFrom::Generated);
        let beancount = one.dialect() == Dialect::Beancount;
        let flag = match one.status() {
            _ if made && beancount => "*",
            Status::Unmarked => "txn",
            Status::Pending => "!",
            Status::Cleared => "*",
        };
        let words = if made && beancount { "Padding".to_owned() } else { one.description() };
        let date = super::within(one.date(), 1, 9999);
        if date != one.date() {
            self.unsaid.note("a year so far away", "the nearest one is written", || one.place());
        }
        let _ = write!(self.text, "{date} {flag}");
        match words.split_once('|') {
            Some((payee, note)) if !payee.trim().is_empty() => {
                let _ = write!(self.text, " {} {}", string(payee.trim()), string(note.trim()));
            }
            _ => {
                let _ = write!(self.text, " {}", string(words.trim()));
            }
        }
        let mut pushed = Vec::new();
        if beancount && !made {
            let Marks { tags, links, metadata } = journal.marks(one);
            pushed = metadata;
            for (mark, words) in [('#', tags), ('^', links)] {
                for word in words {
                    let _ = write!(self.text, " {mark}{word}");
                }
            }
        }
        self.text.push('\n');
        let mut keys = HashSet::new();
        if !one.code().is_empty() {
            keys.insert("code".to_owned());
            let _ = writeln!(self.text, "  code: {}", string(one.code()));
        }
        if let Some(date2) = one.date2() {
            keys.insert("date2".to_owned());
            let _ = writeln!(self.text, "  date2: {date2}");
        }
        if !made {
            for (_, words) in one.comments() {
                self.comment("  ", words, beancount, &mut keys);
            }
            for words in pushed {
                let key = words.split(':').next().unwrap_or_default();
                if keys.insert(key.to_owned()) {
                    let _ = writeln!(self.text, "  {words}");
                }
            }
        }
        if plan.repriced {
            self.unsaid.note(
                "a price that does not balance with its lot",
                "a comment has it",
                || one.place(),
            );
        }
        let lines: Vec<_> =
            postings.iter().enumerate().map(|(at, one)| self.posting(*one, &plan, at)).collect();
        let end = numbers_end(
            lines.iter().map(|(account, number, _)| (account.chars().count(), number.len())),
        );
        for (posting, (account, number, rest)) in postings.iter().zip(&lines) {
            let gap = end.saturating_sub(account.chars().count()).max(number.len() + 2);
            let _ = writeln!(self.text, "{account}{number:>gap$}{rest}");
            self.below(*posting, rest, beancount);
        }
        self.even_out(one, &plan, &postings);
    }

    /// A posting in three parts: up to the end of the account, the number, the rest.
    fn posting(
        &mut self,
        posting: Posting<'_>,
        plan: &Plan,
        at: usize,
    ) -> (String, String, String) {
        let ledger = posting.transaction.ledger();
        let account = self.open(posting.account(), posting.transaction.date());
        let flag = match posting.row().status {
            Status::Unmarked => "",
            Status::Pending => "! ",
            Status::Cleared => "* ",
        };
        let commodity = self.names.commodity(posting.commodity());
        let mut rest = format!(" {commodity}");
        // What need not balance has its own units on the other side, whatever they cost.
        let weighs = posting.kind() != PostingKind::Virtual;
        let lot = posting.lot().filter(|_| weighs && plan.lots[at] && !posting.number().is_zero());
        let cost =
            lot.and_then(|lot| lot.cost).filter(|cost| !cost.amount.number.is_sign_negative());
        if let (Some(lot), Some(cost)) = (lot, cost) {
            let per = if cost.total {
                quotient(cost.amount.number, posting.number().abs()).unwrap_or_default()
            } else {
                cost.amount.number
            };
            let _ = write!(
                rest,
                " {{{} {}",
                number(per),
                self.commodity(ledger, cost.amount.commodity)
            );
            if let Some(date) = lot.date {
                let _ = write!(rest, ", {date}");
            }
            if let Some(label) = &lot.label {
                let _ = write!(rest, ", {}", string(label));
            }
            rest.push('}');
            // What is no lot that came in before, by its very words, is found by no method.
            let held = self.held.entry((account.clone(), rest.clone())).or_default();
            let after = held.checked_add(posting.number()).unwrap_or_default();
            let missing = posting.number().is_sign_negative() && after.is_sign_negative();
            *held = after;
            if missing && !after.is_zero() || posting.transaction.dialect() != Dialect::Beancount {
                self.lots.insert(account.clone());
            }
        }
        if let Some(Paid { number: paid, commodity, total }) =
            plan.costs[at].filter(|_| weighs && (!plan.repriced || cost.is_none()))
        {
            let sign = if total { "@@" } else { "@" };
            let _ = write!(rest, " {sign} {} {}", number(paid), self.commodity(ledger, commodity));
        }
        (format!("  {flag}{account}"), number(posting.number()), rest)
    }

    /// What belongs to a posting and stands below it.
    fn below(&mut self, posting: Posting<'_>, rest: &str, beancount: bool) {
        let mut keys = HashSet::new();
        let ledger = posting.transaction.ledger();
        let written = |this: &Self, amount: Quantity| {
            format!("{} {}", number(amount.number), this.commodity(ledger, amount.commodity))
        };
        if let Some(lot) = posting.lot()
            && !rest.contains(" {")
        {
            let mut words = String::from("lot:");
            if let Some(cost) = lot.cost {
                let all = if cost.total { " in all" } else { "" };
                let _ = write!(words, " {}{all}", written(self, cost.amount));
            }
            if let Some(date) = lot.date {
                let _ = write!(words, " of {date}");
            }
            if let Some(label) = &lot.label {
                let _ = write!(words, " {label}");
            }
            comment(&mut self.text, "    ", &words);
            let what = if lot.cost.is_some() {
                "a lot that a sale is not weighed by"
            } else {
                "a lot without a cost"
            };
            self.unsaid.note(what, "a comment has it", || posting.place());
        }
        if posting.date() != posting.transaction.date() {
            let _ = writeln!(self.text, "    posted: {}", posting.date());
            keys.insert("posted".to_owned());
            self.unsaid.note("a date of one posting", "metadata has it", || posting.place());
        }
        match posting.kind() {
            PostingKind::Real => {}
            PostingKind::Virtual => comment(&mut self.text, "    ", "virtual, it need not balance"),
            PostingKind::BalancedVirtual => {
                comment(&mut self.text, "    ", "virtual, it balances with others like it");
                self.unsaid.note("a virtual posting", "it is a real one", || posting.place());
            }
        }
        if let Some(assertion) = posting.assertion() {
            let sole = if assertion.sole { "=" } else { "" };
            let below = if assertion.inclusive { "*" } else { "" };
            let words = format!("stated ={sole}{below} {}", written(self, assertion.amount));
            comment(&mut self.text, "    ", &words);
        }
        if posting.amount_from() != AmountFrom::Generated {
            for (_, words) in posting.comments() {
                self.comment("    ", words, beancount, &mut keys);
            }
        }
    }

    /// Another side for what does not balance in Beancount.
    fn even_out(&mut self, one: Transaction<'_>, plan: &Plan, postings: &[Posting<'_>]) {
        let ledger = one.ledger();
        for posting in postings.iter().filter(|posting| posting.kind() == PostingKind::Virtual) {
            self.unsaid.note(
                "a posting that need not balance",
                "`Equity:Unbalanced` is its other side",
                || posting.place(),
            );
            let account = self.open_named("Equity:Unbalanced", one.date());
            let commodity = self.names.commodity(posting.commodity());
            let _ = writeln!(self.text, "  {account}  {} {commodity}", number(-posting.number()));
        }
        let Some(lacking) = &plan.lacking else { return };
        for (commodity, sum) in lacking {
            let decimals = |posting: &Posting<'_>| {
                (posting.row().commodity == *commodity && posting.number().scale() > 0)
                    .then(|| posting.number().scale())
            };
            let coarsest = postings.iter().filter_map(decimals).min();
            let tolerance = match coarsest {
                Some(scale) => Decimal::try_new(5, (scale + 1).min(28)).unwrap_or_default(),
                None => Decimal::new(1, 7),
            };
            if sum.abs() <= tolerance {
                continue;
            }
            self.unsaid.note(
                "a transaction that is off by this much",
                "`Equity:Rounding` takes it",
                || one.place(),
            );
            let account = self.open_named("Equity:Rounding", one.date());
            let commodity = self.commodity(ledger, *commodity);
            let _ = writeln!(self.text, "  {account}  {} {commodity}", number(-*sum));
        }
    }

    /// A comment: metadata where it is nothing but `key: value`, else as it is.
    fn comment(&mut self, lead: &str, words: &str, beancount: bool, keys: &mut HashSet<String>) {
        if beancount {
            let key = words.split_once(':').map(|(key, _)| key);
            let value = words.split_once(':').map(|(_, value)| value.trim()).unwrap_or_default();
            let whole = (value.starts_with('"') && value.len() > 1 && value.ends_with('"'))
                || value.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'.'));
            if key.is_some_and(|key| is_key(key) && whole && keys.insert(key.to_owned())) {
                let _ = writeln!(self.text, "{lead}{words}");
                return;
            }
            comment(&mut self.text, lead, words);
            return;
        }
        let found = tags(words);
        let plain = words.split(", ").count() == found.len()
            && !found.is_empty()
            && found
                .iter()
                .all(|(key, value)| is_key(key) && !value.is_empty() && !keys.contains(*key))
            && words.split(", ").zip(&found).all(|(part, (key, value))| {
                part.trim()
                    .strip_prefix(key)
                    .and_then(|rest| rest.strip_prefix(':'))
                    .is_some_and(|rest| rest.trim() == *value)
            });
        let distinct: HashSet<&str> = found.iter().map(|(key, _)| *key).collect();
        if plain && distinct.len() == found.len() {
            for (key, value) in found {
                keys.insert(key.to_owned());
                let _ = writeln!(self.text, "{lead}{key}: {}", string(value));
            }
        } else {
            comment(&mut self.text, lead, words);
        }
    }

    fn directive(&mut self, date: NaiveDate, one: &Directive<'_>, running: &Running) {
        // A file that leaves its balances unchecked may state what does not hold.
        let holds = one.balance().is_none_or(|(account, number, commodity)| {
            let wide = one.rest.contains('~');
            let off = running.below(&account, &commodity).and_then(|held| held.checked_sub(number));
            let digit = Decimal::try_new(1, number.scale().min(28)).unwrap_or_default();
            let least = if number.scale() == 0 { Decimal::ZERO } else { digit };
            wide || off.is_some_and(|off| off.abs() <= least)
        });
        if !holds {
            comment(&mut self.text, "", &format!("{date} {} {}", one.word, one.rest));
            self.unsaid.note("a balance that does not hold", "a comment has it", || one.place());
            return;
        }
        let account = one.rest.split([' ', '\t']).next().unwrap_or_default();
        let open = self.opened.contains_key(account) || self.declared.contains(account);
        let said = !matches!(one.word, "document") && (one.word != "close" || open);
        if said {
            if let Some((account, ..)) = one.balance() {
                self.open(&account, date);
            } else if matches!(one.word, "note" | "balance") {
                self.open(&Name::new(account), date);
            }
            let _ = writeln!(self.text, "{date} {} {}", one.word, one.rest);
            for line in &one.below {
                let _ = writeln!(self.text, "{line}");
            }
        } else {
            comment(&mut self.text, "", &format!("{date} {} {}", one.word, one.rest));
            let instead = "a comment has it";
            self.unsaid.note(
                "a document beside another file, or the closing of what is not open",
                instead,
                || one.place(),
            );
        }
    }

    /// Balances that postings of other dialects state: at the end of a day, where they hold then.
    fn stated(&mut self, journal: &Journal<'_>) {
        let all: Vec<Transaction<'_>> = journal.transactions().collect();
        let mut running = Running::default();
        let mut at = 0;
        while let Some(first) = all.get(at) {
            let date = first.date();
            let day = all[at..].iter().take_while(|one| one.date() == date).count();
            let postings = || all[at..at + day].iter().flat_map(|one| one.postings());
            for posting in postings() {
                running.add(posting.account(), posting.commodity(), posting.number(), true);
            }
            for posting in postings() {
                let Some(assertion) = posting.assertion() else { continue };
                let ledger = posting.transaction.ledger();
                let commodity = ledger.commodity(assertion.amount.commodity);
                let held = running.below(posting.account(), commodity);
                let next = date.checked_add_days(Days::new(1));
                let root = posting.account().contains(':')
                    && self.names.account(posting.account()) == &**posting.account();
                let holds = self.whole && root && held == Some(assertion.amount.number);
                let Some(next) = next.filter(|_| holds) else {
                    let what = "a balance within a day, or of one account without those below";
                    self.unsaid.note(what, "a comment has it", || posting.place());
                    continue;
                };
                let account = self.names.account(posting.account());
                let commodity = self.names.commodity(commodity);
                let stated = number(assertion.amount.number);
                let line = format!("{next} balance {account} {stated} {commodity}\n");
                self.balances.entry(next).or_default().insert(line);
            }
            at += day;
        }
        for line in std::mem::take(&mut self.balances).into_values().flatten() {
            let _ = write!(self.text, "\n{line}");
        }
    }

    fn open(&mut self, account: &Name, date: NaiveDate) -> String {
        let name = self.names.account(account).to_owned();
        self.open_named(&name, date)
    }

    fn open_named(&mut self, name: &str, date: NaiveDate) -> String {
        let date = super::within(date, 1, 9999);
        let day = self.opened.entry(name.to_owned()).or_insert(date);
        *day = date.min(*day);
        name.to_owned()
    }

    fn commodity(&self, ledger: &Ledger, id: CommodityId) -> &'n str {
        self.names.commodity(ledger.commodity(id))
    }
}

/// Words that may stand before a colon: two letters or more, the first a small one.
fn is_key(key: &str) -> bool {
    key.len() > 1
        && key.starts_with(|first: char| first.is_ascii_lowercase())
        && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
        && !matches!(key, "filename" | "lineno")
}

/// A text in quotes.
fn string(text: &str) -> String {
    let clean = crate::source::harmless(text);
    format!("\"{}\"", clean.replace('\\', "\\\\").replace('"', "\\\""))
}
