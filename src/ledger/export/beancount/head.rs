//! What stands above all in a file for Beancount: options, accounts, commodities, prices.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt::Write;

use super::{TOLERANCE, Writer, string};
use crate::ledger::blocks::text::number;
use crate::ledger::export::directives;
use crate::ledger::export::{Item, Journal, comment, not_printed, within};
use crate::ledger::model::{Declared, Dialect, Ledger};
use crate::period::NaiveDate;
use crate::source::Name;

/// What is said of an account where it is opened, by day and name.
type Opens = BTreeMap<(NaiveDate, String), String>;

impl Writer<'_> {
    /// All of it, once the transactions are written.
    pub(super) fn head(&mut self, journal: &Journal<'_>) {
        let _ = writeln!(self.text, "option \"inferred_tolerance_default\" \"*:{TOLERANCE}\"");
        let first = journal.items.first().map(|(date, _)| within(*date, 1, 9999));
        let mut commodities = self.described(journal);
        let (mut opens, mut done, mut prices) = (Opens::new(), HashSet::new(), String::new());
        for ledger in journal.ledgers.iter().filter(|_| journal.whole || !journal.items.is_empty())
        {
            self.accounts_declared(journal, ledger, first, &mut opens, &mut done);
            if journal.whole {
                self.settings(ledger);
                self.inert(ledger);
                self.names_declared(ledger, first, &mut commodities);
                self.prices(ledger, &mut prices);
            }
        }
        for (account, date) in &self.opened {
            if !done.contains(account) {
                opens.insert((*date, account.clone()), String::new());
            }
        }
        self.opens(&opens);
        if let Some(first) = first {
            for (name, theirs) in &self.names.changed_commodities {
                if !name.is_empty() {
                    let _ =
                        writeln!(self.text, "{first} commodity {theirs}\n  name: {}", string(name));
                }
            }
        }
        self.text.push_str(&prices);
    }

    /// The accounts that a journal declares, as far as they are used, or all of a whole one; `done`: those
    /// that an earlier one declares.
    fn accounts_declared(
        &self,
        journal: &Journal<'_>,
        ledger: &Ledger,
        first: Option<NaiveDate>,
        opens: &mut Opens,
        done: &mut HashSet<String>,
    ) {
        for one in ledger.declared.iter().filter(|one| one.what == Declared::Account) {
            let account = self.names.account(&one.name).to_owned();
            let used = self.opened.get(&account).copied();
            let text = &ledger.sources[one.source as usize].text;
            let text = text.get(one.start as usize..).unwrap_or_default();
            let line = text.lines().next().unwrap_or_default();
            let opened = ledger.dialects[one.source as usize].0 == Dialect::Beancount;
            if (used.is_none() && (!journal.whole || !opened)) || !done.insert(account.clone()) {
                continue;
            }
            let mut words = line.split_whitespace();
            let day = words.next().and_then(crate::period::iso).filter(|_| opened);
            let rest = if opened {
                line.split_once(&*one.name).map_or("", |(_, rest)| rest).trim()
            } else {
                ""
            };
            // Beancount knows the word and refuses the method.
            let rest = rest.replace("\"AVERAGE\"", "\"NONE\"");
            let date = [used, day, first].into_iter().flatten().min().unwrap_or_default();
            opens.insert((date, account), rest);
        }
    }

    fn opens(&mut self, opens: &Opens) {
        let ours: HashMap<&str, &Name> = self
            .names
            .changed_accounts
            .iter()
            .map(|(ours, theirs)| (theirs.as_str(), ours))
            .collect();
        for ((date, account), rest) in opens {
            let by_none = self.lots.contains(account);
            let rest =
                if by_none { rest.split('"').next().unwrap_or_default().trim() } else { rest };
            let booking = if by_none { " \"NONE\"" } else { "" };
            let space = if rest.is_empty() { "" } else { " " };
            let _ = writeln!(self.text, "{date} open {account}{space}{rest}{booking}");
            if let Some(name) = ours.get(account.as_str()) {
                let _ = writeln!(self.text, "  name: {}", string(name));
            }
        }
    }

    fn prices(&self, ledger: &Ledger, prices: &mut String) {
        for price in &ledger.prices {
            let amount = price.amount;
            if amount.number.is_sign_negative() || price.commodity == amount.commodity {
                continue;
            }
            let date = within(price.date, 1, 9999);
            let of = self.commodity(ledger, price.commodity);
            let (number, commodity) =
                (number(amount.number), self.commodity(ledger, amount.commodity));
            let _ = writeln!(prices, "{date} price {of} {number} {commodity}");
        }
    }

    /// Options and plugins: what they did to amounts is written out, and must not be done again.
    fn settings(&mut self, ledger: &Ledger) {
        for setting in directives::settings(ledger) {
            let words = setting.words();
            if setting.is_of_the_books() {
                let _ = writeln!(self.text, "{words}");
                continue;
            }
            comment(&mut self.text, "", &words);
            let what = "what an option or a plugin did";
            let instead = "the outcome is written, and a comment has the line";
            self.unsaid.note(what, instead, || setting.place());
        }
    }

    /// Commodities that a directive of Beancount declares.
    fn described(&self, journal: &Journal<'_>) -> HashSet<String> {
        let directives = journal.items.iter().filter_map(|(_, item)| match item {
            Item::Directive(one) if one.word == "commodity" => Some(one.rest),
            Item::Directive(_) | Item::Transaction(_) => None,
        });
        let names = directives.filter_map(|rest| rest.split([' ', '\t', ';']).next());
        let changed = self.names.changed_commodities.iter().map(|(_, theirs)| theirs.as_str());
        names.chain(changed).map(str::to_owned).collect()
    }

    /// Declarations of commodities, payees and tags; `done`: commodities that are declared elsewhere.
    fn names_declared(
        &mut self,
        ledger: &Ledger,
        first: Option<NaiveDate>,
        done: &mut HashSet<String>,
    ) {
        for one in &ledger.declared {
            let word = match one.what {
                Declared::Account => continue,
                Declared::Commodity => {
                    let name = self.names.commodity(&one.name).to_owned();
                    if let Some(first) = first
                        && !one.name.is_empty()
                        && done.insert(name.clone())
                    {
                        let _ = writeln!(self.text, "{first} commodity {name}");
                    }
                    continue;
                }
                Declared::Payee => "payee",
                Declared::Tag => "tag",
            };
            comment(&mut self.text, "", &format!("{word} {}", one.name));
            let place = || ledger.place(one.source, one.line);
            self.unsaid.note("a declaration of a payee or a tag", "a comment has it", place);
        }
    }

    fn inert(&mut self, ledger: &Ledger) {
        for one in not_printed(ledger) {
            let name = &ledger.sources[one.source as usize].name;
            comment(&mut self.text, "", &format!("not printed: {}, {name}:{}", one.what, one.line));
            let instead = "a comment names each, without effect here or there";
            self.unsaid
                .note("what has no effect here", instead, || ledger.place(one.source, one.line));
        }
    }
}
