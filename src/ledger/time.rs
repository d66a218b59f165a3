//! Hours worked, in hledger's two formats: `.timeclock` (clock in, clock out) and `.timedot` (dots).
//!
//! In: the lines of such a text. Out: transactions with one virtual posting for each entry. A session
//! past midnight is one entry for each day; hours of the clock are rounded to hundredths, halves to the
//! even one, as hledger has them. Ledger has the lines of a clock in its journals, and counts seconds.

use indexmap::IndexMap;

use crate::diagnostic::Diagnostic;
use crate::ledger::amount::{self, Amounts, blanks};
use crate::ledger::directive::split_word;
use crate::ledger::header::account_end;
use crate::ledger::lines::{Line, Lines};
use crate::ledger::model::{
    AccountId, CommodityId, Detail, Dialect, PostingKind, Quantity, Status, TransactionRow,
};
use crate::ledger::number;
use crate::ledger::reader::{Reader, Yearless, index};
use crate::money::Decimal;
use crate::period::{NaiveDate, NaiveTime};
use crate::source::Place;

/// As what a text is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A journal.
    Journal,
    /// Times of clocking in and out.
    Clock,
    /// Days of dots.
    Dots,
}

impl Format {
    /// As what a file of this name is read.
    pub fn of(file: &str) -> Format {
        let end = file.rsplit_once('.').map(|(_, end)| end);
        end.and_then(Format::named).unwrap_or(Format::Journal)
    }

    /// The format that hledger calls so.
    pub fn named(word: &str) -> Option<Format> {
        match word {
            "journal" | "ledger" | "hledger" => Some(Format::Journal),
            "timeclock" => Some(Format::Clock),
            "timedot" => Some(Format::Dots),
            _ => None,
        }
    }
}

/// Somebody at work.
struct Open {
    date: NaiveDate,
    time: NaiveTime,
    account: AccountId,
    start: u32,
    line: u32,
    length: u32,
    place: Place,
}

/// Who is at work, the last who came last.
#[derive(Default)]
pub struct Clock(IndexMap<AccountId, Open>);

/// Reads lines of a time clock: `i DATE TIME ACCOUNT`, `o DATE TIME`.
pub fn clock(reader: &mut Reader<'_>, lines: &mut Lines<'_>) {
    let outer = std::mem::take(&mut reader.clocked_in);
    let mut yearless = None;
    while let Some(line) = lines.next() {
        let (word, rest) = split_word(line.text);
        match word {
            "i" | "o" | "O" => entry(reader, word, rest, line, lines, &mut yearless),
            "b" | "h" | "" => {}
            _ if word.starts_with([';', '#', '*']) => {}
            _ => fault(reader, line, lines),
        }
    }
    end(reader);
    reader.text_ends(yearless);
    reader.clocked_in = outer;
}

/// Reads such a line of a journal, as Ledger has them.
pub fn event<'t>(
    reader: &mut Reader<'_>,
    word: &str,
    rest: &'t str,
    line: Line<'t>,
    lines: &Lines<'t>,
) {
    entry(reader, word, rest, line, lines, &mut None);
}

/// Says who is still at work where nothing follows.
pub fn end(reader: &mut Reader<'_>) {
    for (_, open) in std::mem::take(&mut reader.clocked_in).0 {
        reader.problem(
            Diagnostic::warning("timeclock", "clocked in and never out: the hours are not counted")
                .at(open.place)
                .help("write a line `o DATE TIME` after it"),
        );
    }
}

/// Somebody comes (`i`) or goes.
fn entry(
    reader: &mut Reader<'_>,
    word: &str,
    rest: &str,
    line: Line<'_>,
    lines: &Lines<'_>,
    yearless: &mut Option<Yearless>,
) {
    let Some((date, rest)) = reader.date(rest, || lines.place(line, line.text), yearless) else {
        return fault(reader, line, lines);
    };
    let Some((time, rest)) = of_day(blanks(rest)) else {
        return fault(reader, line, lines);
    };
    let rest = blanks(rest).split(';').next().unwrap_or_default().trim_end();
    let name = &rest[..account_end(rest)];
    // In Ledger a clock knows no aliases.
    let whole = match reader.dialect {
        Dialect::Ledger => reader.scope.below(name),
        Dialect::Hledger | Dialect::Beancount => reader.scope.account(name, reader.dialect),
    };
    let known = reader.ledger.accounts.find(&whole).map(AccountId);
    let place = lines.place(line, line.text);
    let wrong =
        |what: &str, help: &str| Diagnostic::error("timeclock", what).at(place.clone()).help(help);
    if matches!(word, "i" | "I") {
        if known.is_some_and(|account| reader.clocked_in.0.contains_key(&account)) {
            let help = "write a line `o DATE TIME` before it";
            reader.problem(wrong("clocked in to an account that is clocked in already", help));
            return;
        }
        let account = AccountId(reader.ledger.accounts.number(&whole));
        let length = lines.length_from(line);
        let (start, line) = (line.start, line.number);
        let open = Open { date, time, account, start, line, length, place };
        reader.clocked_in.0.insert(account, open);
        return;
    }
    let open = &mut reader.clocked_in.0;
    let named = known.filter(|_| !name.is_empty()).and_then(|account| open.get_index_of(&account));
    let Some(at) = named.or(open.len().checked_sub(1)) else {
        let help = "write a line `i DATE TIME ACCOUNT` before it";
        reader.problem(wrong("clocked out without being clocked in", help));
        return;
    };
    if named.is_none() && open.len() > 1 && (!name.is_empty() || reader.dialect == Dialect::Ledger)
    {
        let help = "name one of the accounts that are clocked in";
        reader.problem(wrong("cannot tell what is clocked out", help));
        return;
    }
    let Some((_, begun)) = open.shift_remove_index(at) else { return };
    if (date, time) < (begun.date, begun.time) {
        let help = "correct one of the two times";
        let problem = wrong("clocked out before clocking in", help).at(begun.place.labelled("in"));
        reader.problem(problem);
        return;
    }
    session(reader, &begun, date, time, lines.source);
}

/// Hours from clocking in to clocking out, an entry for each day; in Ledger seconds, one entry.
fn session(reader: &mut Reader<'_>, begun: &Open, last: NaiveDate, end: NaiveTime, source: u32) {
    if reader.dialect == Dialect::Ledger {
        let seconds = last.and_time(end).signed_duration_since(begun.date.and_time(begun.time));
        let number = Decimal::from(seconds.num_seconds());
        let commodity = reader.commodities.number_of("s");
        return worked(reader, begun, begun.date, Quantity { number, commodity }, source);
    }
    let (mut date, mut from) = (begun.date, begun.time);
    // A century of days is a slip of the pen, not a session.
    for _ in 0..36_600 {
        let until =
            if date < last { NaiveTime::from_hms_opt(23, 59, 59).unwrap_or(end) } else { end };
        let seconds = until.signed_duration_since(from).num_seconds();
        let mut hours = (Decimal::from(seconds) / Decimal::from(3600)).round_dp(2);
        hours.rescale(2);
        let commodity = reader.commodities.number_of("h");
        worked(reader, begun, date, Quantity { number: hours, commodity }, source);
        match date.succ_opt() {
            Some(next) if date < last => date = next,
            _ => return,
        }
        from = NaiveTime::MIN;
    }
}

/// One entry of a session.
fn worked(reader: &mut Reader<'_>, begun: &Open, date: NaiveDate, amount: Quantity, source: u32) {
    add(reader, begun.account, amount, begun.start);
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
}

/// The time at the start of `text`, and what follows it; a zone after it is not looked at.
fn of_day(text: &str) -> Option<(NaiveTime, &str)> {
    let is_time = |byte: u8| byte.is_ascii_digit() || byte == b':';
    let end = text.bytes().position(|byte| !is_time(byte)).unwrap_or(text.len());
    let (time, rest) = text.split_at(end);
    let parse = |form| NaiveTime::parse_from_str(time, form).ok();
    let time = parse("%H:%M:%S").or_else(|| parse("%H:%M"))?;
    let zone = rest
        .strip_prefix(['+', '-'])
        .map(|zone| zone.trim_start_matches(|letter: char| letter.is_ascii_digit()));
    let rest = zone.unwrap_or(rest);
    (rest.is_empty() || rest.starts_with([' ', '\t', ';'])).then_some((time, rest))
}

/// Reads days of dots: a date, then `ACCOUNT  ....`, each dot a quarter of an hour, or a number.
pub fn dots(reader: &mut Reader<'_>, lines: &mut Lines<'_>) {
    let mut day: Option<NaiveDate> = None;
    let mut yearless = None;
    while let Some(line) = lines.next() {
        let heading = line.text.trim_start_matches('*').trim_start();
        let is_heading = line.text.starts_with('*');
        let text = if is_heading { heading } else { line.text.trim() };
        if text.is_empty() || text.starts_with([';', '#']) {
            continue;
        }
        let dated = reader.date(text, || lines.place(line, text), &mut yearless);
        if let Some((date, _)) = dated {
            day = Some(date);
            continue;
        }
        let (name, rest) = text.split_at(account_end(text));
        let rest = rest.split([';', '#']).next().unwrap_or_default().trim();
        // An entry may stand in a heading too, which is one of words otherwise.
        let (Some(date), Some(hours)) = (day, hours(rest)) else {
            if !is_heading {
                fault(reader, line, lines);
            }
            continue;
        };
        if is_heading && rest.is_empty() {
            continue;
        }
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
    reader.text_ends(yearless);
}

/// `.... ..` is 1.5; `1.5`, `1.5h`, `90m` are numbers of hours, minutes.
fn hours(text: &str) -> Option<Decimal> {
    let quarter = Decimal::new(25, 2);
    if text.bytes().all(|byte| matches!(byte, b'.' | b' ')) {
        let dots = text.bytes().filter(|byte| *byte == b'.').count();
        return quarter.checked_mul(Decimal::from(dots));
    }
    let negative = text.starts_with('-');
    let (written, unit) = number::scan(text.trim_start_matches('-'), Dialect::Hledger)?;
    let (number, _) = number::decide(&written, None, None, Dialect::Hledger).ok()?;
    let number = if negative { -number } else { number };
    // Parts of an hour have no last digit; ten are more than anybody means.
    let part = |of: i64| Some(number.checked_div(Decimal::from(of))?.round_dp(10));
    match blanks(unit) {
        "" | "h" => Some(number),
        "s" => part(3600),
        "m" => part(60),
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
