//! Reads the postings of a transaction, one line after the other: account, amounts, dates of their own.
//!
//! In: an indented line. Out: a row, with a detail where it has more than account and amount.

use crate::diagnostic::Diagnostic;
use crate::ledger::amount::{self, Amounts, Fault, blanks};
use crate::ledger::commodities::Commodities;
use crate::ledger::day::{self, Day};
use crate::ledger::header::{self, account_end};
use crate::ledger::lines::{Line, Lines};
use crate::ledger::model::{
    AccountId, AmountFrom, CommodityId, Detail, Dialect, PostingKind, PostingRow, Quantity, Status,
};
use crate::ledger::reader::{Reader, Written, index};
use crate::ledger::usual;
use crate::money::Decimal;
use crate::period::NaiveDate;
use crate::source::Name;

impl Reader<'_> {
    /// One posting; whether it could be read.
    pub fn posting<'t>(
        &mut self,
        text: &'t str,
        date: NaiveDate,
        line: Line<'t>,
        lines: &Lines<'t>,
        written: &mut Written,
    ) -> bool {
        if self.dialect == Dialect::Ledger && is_check(text) {
            self.inert("check of a transaction", false, line, lines);
            return true;
        }
        let (status, marked) = header::status(text);
        let text = if status == Status::Unmarked { text } else { blanks(marked) };
        let (account, rest) = text.split_at(account_end(text));
        let (name, kind) = unwrapped(account, self.dialect);
        let rest = blanks(rest);
        let usual = usual::quantity(rest, &mut self.commodities);
        if let Some((Quantity { number, commodity }, "")) = usual {
            let (account, start) = (self.account(name, written), line.start);
            let (detail, amount) = (0, AmountFrom::Written);
            self.ledger.postings.push(PostingRow {
                account,
                commodity,
                number,
                start,
                detail,
                kind,
                amount,
                status,
            });
            return true;
        }
        let mut detail = Detail::default();
        let read = match usual {
            Some((amount, rest)) => amount::after(amount, rest, date, &mut self.commodities),
            None => amount::amounts(rest, date, &mut self.commodities),
        };
        let amounts = match read {
            Ok((amounts, comment)) => {
                if !comment.is_empty()
                    && !self.dates_of(&comment[1..], date, &mut detail, line, lines)
                {
                    return false;
                }
                let is_assigned = amounts.amount.is_none() && amounts.assertion.is_some();
                if detail.date.is_some() && !self.dated_assignment(is_assigned, line, lines) {
                    return false;
                }
                amounts
            }
            Err(fault) => {
                self.fault("amount", line, lines, &fault);
                return false;
            }
        };
        if !self.commodities.doubts.is_empty() {
            self.note_doubts(line, lines);
        }
        if amounts.amount.is_none()
            && amounts.assertion.is_none()
            && let Some((at, named)) = self.slipped(name, date, written)
        {
            let (account, number) = (&name[..at], &name[at + 1..]);
            let problem = if named {
                let what = "posting has no amount: with one space,";
                Diagnostic::error("single-space", format!("{what} `{number}` belongs to the name"))
            } else {
                let what = format!("`{number}` is read as part of the account's name");
                Diagnostic::warning("single-space", what)
            };
            self.problem(
                problem
                    .at(lines.place(line, text))
                    .help(format!("put two spaces before the amount: `{account}  {number}`")),
            );
            if named {
                return false;
            }
        }
        let account = self.account(name, written);
        self.push(account, kind, status, amounts, &detail, line.start);
        true
    }

    /// Keeps a posting that was read.
    pub fn push(
        &mut self,
        account: AccountId,
        kind: PostingKind,
        status: Status,
        amounts: Amounts,
        dates: &Detail,
        start: u32,
    ) {
        let (commodity, number, from) = match amounts.amount {
            Some(amount) => (amount.commodity, amount.number, AmountFrom::Written),
            None if amounts.assertion.is_some() => {
                (CommodityId(0), Decimal::ZERO, AmountFrom::Assigned)
            }
            None => (CommodityId(0), Decimal::ZERO, AmountFrom::Elided),
        };
        let Amounts { mut cost, lot, assertion, .. } = amounts;
        if from == AmountFrom::Assigned {
            cost = assertion.as_ref().and_then(|assertion| assertion.cost);
        }
        let detail = Detail { cost, lot, assertion, date: dates.date, date2: dates.date2 };
        let detail = if detail.is_empty() {
            0
        } else {
            self.ledger.details.push(detail);
            index(self.ledger.details.len())
        };
        self.ledger.postings.push(PostingRow {
            account,
            commodity,
            number,
            start,
            detail,
            kind,
            amount: from,
            status,
        });
    }

    /// The account that these letters mean here.
    pub fn account(&mut self, name: &str, written: &mut Written) -> AccountId {
        if let Some(id) = written.get(name) {
            return *id;
        }
        let id = self.account_of(name);
        written.insert(Name::new(name).letters(), id);
        id
    }

    /// The same, without keeping the letters.
    pub fn account_of(&mut self, name: &str) -> AccountId {
        let whole = self.scope.account(name, self.dialect);
        AccountId(self.ledger.accounts.number(&whole))
    }

    /// Where an account's name ends before something that reads as an amount and was meant as one: a
    /// number with a sign, a decimal mark or a symbol; and whether it names a commodity. A name that
    /// was met before is taken as it is.
    fn slipped(&mut self, name: &str, date: NaiveDate, written: &Written) -> Option<(usize, bool)> {
        if !name.contains(' ') || written.contains_key(name) {
            return None;
        }
        let whole = self.scope.account(name, self.dialect);
        if self.ledger.accounts.find(&whole).is_some() {
            return None;
        }
        // The name's words must not become commodities: they are tried on a table of its own.
        let mut trial = Commodities::new(self.dialect);
        // An amount with its cost has few words, so only the last ones are tried: a long name stays
        // cheap. The longest tail that reads wins: `10 VTI @@ 973.40 USD`, not its cost alone.
        for (at, _) in name.rmatch_indices(' ').take(12).collect::<Vec<_>>().into_iter().rev() {
            let tail = &name[at + 1..];
            if let Ok((amounts, "")) = amount::amounts(tail, date, &mut trial)
                && let Some(amount) = amounts.amount
            {
                let named = amount.commodity.0 != 0;
                if (named && !tail.contains(':')) || tail.contains(['-', '.']) {
                    if let Some(trust) = &mut self.commodities.trust {
                        trust.no_accounts.push(whole);
                    }
                    return Some((at, named));
                }
            }
        }
        None
    }

    /// Dates in a comment line below a posting; whether they read.
    pub fn posting_dates(
        &mut self,
        comment: &str,
        date: NaiveDate,
        line: Line<'_>,
        lines: &Lines<'_>,
    ) -> bool {
        let mut detail = Detail::default();
        if !self.dates_of(comment, date, &mut detail, line, lines) {
            return false;
        }
        if detail.date.is_some() || detail.date2.is_some() {
            let details = &mut self.ledger.details;
            if let Some(posting) = self.ledger.postings.last_mut() {
                if posting.detail == 0 {
                    details.push(Detail::default());
                    posting.detail = index(details.len());
                }
                let kept = &mut details[posting.detail as usize - 1];
                let is_assigned = posting.amount == AmountFrom::Assigned && detail.date.is_some();
                kept.date = detail.date.or(kept.date);
                kept.date2 = detail.date2.or(kept.date2);
                return self.dated_assignment(is_assigned, line, lines);
            }
        }
        true
    }

    /// The first day of `2024/3`, in Ledger.
    fn month(&self, text: &str) -> Option<NaiveDate> {
        match day::leading(text, self.dialect) {
            Some((Day::Is(date), "")) if self.dialect == Dialect::Ledger => Some(date),
            _ => None,
        }
    }

    /// Says that a posting that takes its amount from a balance has a date of its own, which hledger
    /// refuses: the balance is that of the transaction's day. Whether there is nothing to say.
    fn dated_assignment(&mut self, is_assigned: bool, line: Line<'_>, lines: &Lines<'_>) -> bool {
        if !is_assigned || self.dialect != Dialect::Hledger {
            return true;
        }
        let fault = Fault::helped(
            line.text.trim(),
            "a posting without an amount has a balance and a date of its own",
            "write its amount before `=`, or remove the date",
        );
        self.fault("date", line, lines, &fault);
        false
    }

    /// `date: 3/15`, `[3/15]`, `[3/15=3/16]`, `[=3/16]` in a comment; whether they read.
    fn dates_of(
        &mut self,
        comment: &str,
        near: NaiveDate,
        detail: &mut Detail,
        line: Line<'_>,
        lines: &Lines<'_>,
    ) -> bool {
        let mut good = true;
        if self.dialect == Dialect::Hledger && comment.contains("date") {
            for (key, value) in header::tags(comment) {
                if !matches!(key, "date" | "date2") {
                    continue;
                }
                match header::date(value, near) {
                    Some(date) if key == "date" => detail.date = Some(date),
                    Some(date) => detail.date2 = Some(date),
                    None => {
                        self.fault("date", line, lines, &amount::not_a_date(value));
                        good = false;
                    }
                }
            }
        }
        let mut rest = comment;
        while let Some((_, bracket)) = rest.split_once('[') {
            let Some((inner, after)) = bracket.split_once(']') else { break };
            good &= self.bracket(inner, near, detail, line, lines);
            rest = if self.dialect == Dialect::Hledger { after } else { "" };
        }
        good
    }

    /// The dates in one pair of brackets; whether they read.
    fn bracket(
        &mut self,
        inner: &str,
        near: NaiveDate,
        detail: &mut Detail,
        line: Line<'_>,
        lines: &Lines<'_>,
    ) -> bool {
        // In Ledger whatever begins as a date is one.
        let begins = inner.starts_with(|first: char| first.is_ascii_digit() || first == '=');
        if self.dialect == Dialect::Ledger && begins {
            let date = inner.split(' ').next().unwrap_or_default();
            return self.dates(date, near, detail, line, lines);
        }
        if inner.is_empty()
            || !inner.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'/' | b'-' | b'.' | b'='))
            || !inner.contains(['/', '-', '.', '='])
            || !inner.bytes().any(|byte| byte.is_ascii_digit())
        {
            return true;
        }
        self.dates(inner, near, detail, line, lines)
    }

    /// `DATE`, `DATE=DATE2`, `=DATE2`; whether they read.
    fn dates(
        &mut self,
        inner: &str,
        near: NaiveDate,
        detail: &mut Detail,
        line: Line<'_>,
        lines: &Lines<'_>,
    ) -> bool {
        let mut good = true;
        let (first, second) = inner.split_once('=').unwrap_or((inner, ""));
        for (text, kept) in [(first, &mut detail.date), (second, &mut detail.date2)] {
            if text.is_empty() {
                continue;
            }
            *kept = header::date(text, near).or_else(|| self.month(text));
            if kept.is_none() {
                self.fault("date", line, lines, &amount::not_a_date(text));
                good = false;
            }
        }
        good
    }

    /// Goes past postings that are in no figure, of a rule or a period, and says which do not read. Their
    /// amounts may be factors: `*0.5`.
    pub fn unread_postings(&mut self, lines: &mut Lines<'_>) {
        // What stands in them must not become known.
        let mut trial = Commodities::new(self.dialect);
        while let Some(line) = lines.next_indented() {
            let text = blanks(line.text);
            if text.starts_with(';') || self.dialect != Dialect::Hledger {
                continue;
            }
            let text = blanks(header::status(text).1);
            let rest = blanks(&text[account_end(text)..]);
            let rest = rest.strip_prefix('*').map_or(rest, blanks);
            let near = NaiveDate::default();
            if let Err(fault) = amount::amounts(rest, near, &mut trial) {
                self.fault("amount", line, lines, &fault);
            }
        }
    }

    /// A transaction of one posting takes its other side from the bucket.
    pub fn fill_bucket(&mut self, first: usize, start: u32) {
        let [posting] = self.ledger.postings[first..] else { return };
        if posting.amount == AmountFrom::Elided || posting.kind == PostingKind::Virtual {
            return;
        }
        if let Some(bucket) = &self.scope.bucket {
            let account = AccountId(self.ledger.accounts.number(bucket));
            let (amounts, detail) = (Amounts::default(), Detail::default());
            self.push(account, PostingKind::Real, Status::Unmarked, amounts, &detail, start);
        }
    }

    /// Postings to an account called `Unknown` go where the payee's go.
    pub fn name_unknown(&mut self, first: usize, payee: &str) {
        let of = self.scope.unknown.iter().find(|(pattern, _)| pattern.is_match(payee));
        let Some((_, account)) = of else { return };
        let account = AccountId(self.ledger.accounts.number(account));
        for row in &mut self.ledger.postings[first..] {
            let name = &self.ledger.accounts.names()[row.account.0 as usize];
            if name.rsplit(':').next() == Some("Unknown") {
                row.account = account;
            }
        }
    }
}

/// `(account)`, `[account]`, `<account>`: the name without its brackets; in hledger without those
/// within them too.
pub(super) fn unwrapped(account: &str, dialect: Dialect) -> (&str, PostingKind) {
    let bytes = account.as_bytes();
    let kind = match (bytes.first(), bytes.last()) {
        (Some(b'('), Some(b')')) => PostingKind::Virtual,
        (Some(b'['), Some(b']')) => PostingKind::BalancedVirtual,
        (Some(b'<'), Some(b'>')) => PostingKind::Real,
        _ => return (account, PostingKind::Real),
    };
    let mut name = &account[1..account.len() - 1];
    while dialect == Dialect::Hledger
        && let [b'(', .., b')'] | [b'[', .., b']'] = name.as_bytes()
    {
        name = &name[1..name.len() - 1];
    }
    (name, kind)
}

/// Ledger's checks within a transaction.
fn is_check(text: &str) -> bool {
    ["assert ", "check ", "expr "].iter().any(|word| text.starts_with(word))
}
