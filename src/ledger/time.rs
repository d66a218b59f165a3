//! Hours worked, in hledger's two formats: `.timeclock` (clock in, clock out) and `.timedot` (dots).
//!
//! In: the lines of such a text. Out: transactions with one virtual posting for each entry. A session
//! past midnight is one entry for each day; hours of the clock are rounded to hundredths, as hledger
//! has them.

use crate::diagnostic::Diagnostic;
use crate::ledger::amount::{self, Amounts, blanks};
use crate::ledger::directive::split_word;
use crate::ledger::header::account_end;
use crate::ledger::lines::{Line, Lines};
use crate::ledger::model::{
    AccountId, CommodityId, Detail, Dialect, PostingKind, Quantity, Status, TransactionRow,
};
use crate::ledger::number;
use crate::ledger::reader::{Reader, index};
use crate::money::{Decimal, rounded};
use crate::period::{NaiveDate, NaiveTime};
use crate::source::Place;

/// Somebody at work.
struct Open {
    date: NaiveDate,
    time: NaiveTime,
    account: AccountId,
    start: u32,
    line: u32,
    length: u32,
}

/// Reads lines of a time clock: `i DATE TIME ACCOUNT`, `o DATE TIME`.
pub fn clock(reader: &mut Reader<'_>, lines: &mut Lines<'_>) {
    let mut open: Vec<(Open, Place)> = Vec::new();
    while let Some(line) = lines.next() {
        let (word, rest) = split_word(line.text);
        match word {
            "i" => {
                let Some((date, time, rest)) = moment(rest) else {
                    fault(reader, line, lines);
                    continue;
                };
                let rest = rest.split(';').next().unwrap_or_default().trim();
                let name = &rest[..account_end(rest)];
                let account = reader.account_of(name);
                let place = lines.place(line, line.text);
                let length = lines.length_from(line);
                let (start, line) = (line.start, line.number);
                open.push((Open { date, time, account, start, line, length }, place));
            }
            "o" | "O" => {
                let Some((date, time, _)) = moment(rest) else {
                    fault(reader, line, lines);
                    continue;
                };
                match open.pop() {
                    Some((begun, _)) => session(reader, &begun, date, time, lines.source),
                    None => reader.problem(
                        Diagnostic::error("timeclock", "clocked out without being clocked in")
                            .at(lines.place(line, line.text))
                            .help("write a line `i DATE TIME ACCOUNT` before it"),
                    ),
                }
            }
            "b" | "h" | "" => {}
            _ if word.starts_with([';', '#', '*']) => {}
            _ => fault(reader, line, lines),
        }
    }
    for (_, place) in open {
        reader.problem(
            Diagnostic::warning("timeclock", "clocked in and never out: the hours are not counted")
                .at(place)
                .help("write a line `o DATE TIME` after it"),
        );
    }
}

/// Hours from clocking in to clocking out, an entry for each day.
fn session(reader: &mut Reader<'_>, begun: &Open, last: NaiveDate, end: NaiveTime, source: u32) {
    let (mut date, mut from) = (begun.date, begun.time);
    // A century of days is a slip of the pen, not a session.
    for _ in 0..36_600 {
        let until =
            if date < last { NaiveTime::from_hms_opt(23, 59, 59).unwrap_or(end) } else { end };
        let seconds = until.signed_duration_since(from).num_seconds();
        let hours = rounded(Decimal::from(seconds) / Decimal::from(3600), 2);
        let commodity = reader.commodities.number_of("h");
        add(reader, begun.account, Quantity { number: hours, commodity }, begun.start);
        let first = index(reader.ledger.postings.len() - 1);
        reader.ledger.transactions.push(TransactionRow {
            date,
            source,
            start: begun.start,
            length: begun.length,
            line: begun.line,
            first,
            count: 1,
            status: Status::Unmarked,
        });
        match date.succ_opt() {
            Some(next) if date < last => date = next,
            _ => return,
        }
        from = NaiveTime::MIN;
    }
}

fn moment(text: &str) -> Option<(NaiveDate, NaiveTime, &str)> {
    let (day, rest) = crate::ledger::day::leading(text)?;
    let crate::ledger::day::Day::Is(date) = day else { return None };
    let (time, rest) = split_word(rest.trim_start());
    let parse = |form| NaiveTime::parse_from_str(time, form).ok();
    Some((date, parse("%H:%M:%S").or_else(|| parse("%H:%M"))?, rest))
}

/// Reads days of dots: a date, then `ACCOUNT  ....`, each dot a quarter of an hour, or a number.
pub fn dots(reader: &mut Reader<'_>, lines: &mut Lines<'_>) {
    let mut day: Option<NaiveDate> = None;
    while let Some(line) = lines.next() {
        let heading = line.text.trim_start_matches('*').trim_start();
        let is_heading = line.text.starts_with('*');
        let text = if is_heading { heading } else { line.text.trim() };
        if text.is_empty() || text.starts_with([';', '#']) {
            continue;
        }
        let dated = reader.date(text, || lines.place(line, text), &mut None);
        if let Some((date, _)) = dated {
            day = Some(date);
            continue;
        }
        let Some(date) = day.filter(|_| !is_heading) else {
            if !is_heading {
                fault(reader, line, lines);
            }
            continue;
        };
        let (name, rest) = text.split_at(account_end(text));
        let rest = rest.split([';', '#']).next().unwrap_or_default().trim();
        let Some(hours) = hours(rest) else {
            fault(reader, line, lines);
            continue;
        };
        let account = reader.account_of(name);
        add(reader, account, Quantity { number: hours, commodity: CommodityId(0) }, line.start);
        let first = index(reader.ledger.postings.len() - 1);
        reader.ledger.transactions.push(TransactionRow {
            date,
            source: lines.source,
            start: line.start,
            length: lines.length_from(line),
            line: line.number,
            first,
            count: 1,
            status: Status::Unmarked,
        });
    }
}

/// `.... ..` is 1.5; `1.5`, `1.5h`, `90m` are numbers of hours, minutes.
fn hours(text: &str) -> Option<Decimal> {
    let quarter = Decimal::new(25, 2);
    if text.bytes().all(|byte| matches!(byte, b'.' | b' ')) {
        let dots = text.bytes().filter(|byte| *byte == b'.').count();
        return quarter.checked_mul(Decimal::from(dots));
    }
    let (written, unit) = number::scan(text, Dialect::Hledger)?;
    let (number, _) = number::decide(&written, None, None, Dialect::Hledger).ok()?;
    match blanks(unit) {
        "" | "h" => Some(number),
        "s" => number.checked_div(Decimal::from(3600)),
        "m" => number.checked_div(Decimal::from(60)),
        "d" => number.checked_mul(Decimal::from(24)),
        "w" => number.checked_mul(Decimal::from(168)),
        _ => None,
    }
}

fn add(reader: &mut Reader<'_>, account: AccountId, amount: Quantity, start: u32) {
    let amounts = Amounts { amount: Some(amount), ..Amounts::default() };
    let dates = Detail::default();
    reader.push(account, PostingKind::Virtual, Status::Unmarked, amounts, &dates, start);
}

fn fault(reader: &mut Reader<'_>, line: Line<'_>, lines: &Lines<'_>) {
    let fault = amount::Fault::helped(
        line.text.trim(),
        "expected an entry of hours",
        "in a timeclock: `i 2024-03-15 09:00:00 account`; in a timedot: a date, then `account  ....`",
    );
    reader.fault("time", line, lines, &fault);
}
