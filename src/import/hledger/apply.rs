//! Makes rows of the records of an export, as rules say.

use std::fmt::Write;

use chrono::NaiveDate;
use regex::Captures;

use super::parse::{Assigned, Condition, Matcher, Rules};
use super::{COLUMNS, ENDED, Naming, SKIPPED, words};
use crate::import::record::{Cell, Records};
use crate::money;
use crate::source::Source;

/// How many records of a file are looked at to see whether rules fit it.
const LOOKED_AT: usize = 200;

/// What the rules make of one record.
enum Entry {
    /// It and so many in all are left out.
    Skipped(usize),
    /// It and all below it are.
    Ended,
    /// A row, its cells in the order of `COLUMNS`.
    Row(Box<[String; COLUMNS.len()]>),
}

/// What parts the cells of a file of this name.
pub fn separator(rules: &Rules, name: &str) -> u8 {
    let ending = name.rsplit('.').next().unwrap_or_default();
    rules.separator.unwrap_or(match &*ending.to_lowercase() {
        "ssv" => b';',
        "tsv" => b'\t',
        _ => b',',
    })
}

/// Whether every record of the file has a day and an amount where the rules look for them.
pub fn fits(rules: &Rules, naming: &Naming, file: &Source) -> bool {
    let mut rows = 0;
    let mut above = rules.skip;
    let (mut records, mut cells) =
        (Records::new(&file.text, separator(rules, &file.name)), Vec::new());
    while rows < LOOKED_AT && records.next(&mut cells).is_some() {
        if is_empty(&cells) {
            continue;
        }
        if above > 0 {
            above -= 1;
            continue;
        }
        let filled = cells.iter().rposition(|cell| !cell.trim().is_empty()).unwrap_or_default() + 1;
        match (Making { rules, naming, cells: &cells }).entry() {
            Entry::Skipped(_) => {}
            Entry::Ended => break,
            Entry::Row(row) => {
                let is_row = crate::period::iso(&row[0]).is_some()
                    && row[5].contains(|c: char| c.is_ascii_digit())
                    && (rules.fields.is_empty() || filled <= rules.fields.len());
                if !is_row {
                    return false;
                }
                rows += 1;
            }
        }
    }
    rows > 0
}

/// The rows that the rules make of a file, each in the line where its record starts.
pub fn text(rules: &Rules, naming: &Naming, file: &Source) -> String {
    let mut text = String::with_capacity(file.text.len());
    let mut line = 1;
    let (mut above, mut left_out, mut ended) = (rules.skip, 0, false);
    let (mut records, mut cells) =
        (Records::new(&file.text, separator(rules, &file.name)), Vec::new());
    while let Some(record) = records.next(&mut cells) {
        while line < record.line {
            text.push('\n');
            line += 1;
        }
        if is_empty(&cells) {
            continue;
        }
        if above > 0 {
            above -= 1;
            continue;
        }
        if ended || left_out > 0 {
            left_out = usize::saturating_sub(left_out, 1);
            text.push_str(if ended { ENDED } else { SKIPPED });
            continue;
        }
        match (Making { rules, naming, cells: &cells }).entry() {
            Entry::Skipped(count) => {
                left_out = count - 1;
                text.push_str(SKIPPED);
            }
            Entry::Ended => {
                ended = true;
                text.push_str(ENDED);
            }
            Entry::Row(row) => {
                for (at, cell) in row.iter().enumerate() {
                    let comma = if at == 0 { "" } else { "," };
                    let _ = write!(text, "{comma}\"{}\"", one_line(cell).replace('"', "\"\""));
                }
            }
        }
    }
    text.push('\n');
    text
}

fn is_empty(cells: &[Cell]) -> bool {
    cells.iter().all(|cell| cell.trim().is_empty())
}

fn one_line(text: &str) -> String {
    text.split(['\n', '\r'])
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// What is needed to make a row of a record.
struct Making<'m, 's> {
    rules: &'m Rules,
    naming: &'m Naming,
    cells: &'m [Cell<'s>],
}

/// A condition that holds, and what its patterns caught.
struct Held<'m> {
    condition: &'m Condition,
    caught: Vec<String>,
}

impl<'m> Making<'m, '_> {
    fn entry(&self) -> Entry {
        let held = self.held();
        if let Some(skip) = held.iter().map(|held| held.condition.skip).find(|skip| *skip > 0) {
            return Entry::Skipped(skip);
        }
        if held.iter().any(|held| held.condition.end) {
            return Entry::Ended;
        }
        let gets = |field: &str| self.gets(&held, field);
        let mut odd = self.more(&held);
        let (mut amount, unit) = match self.amount(&gets) {
            Ok(written) => written.unwrap_or_default(),
            Err(what) => {
                odd = odd.or(Some(what));
                Default::default()
            }
        };
        let unit = [gets("currency1"), gets("currency"), unit].into_iter().find(|c| !c.is_empty());
        let unit = unit.unwrap_or_default();
        let currency = money::currency(&unit, &self.naming.currency);
        if currency.is_none() {
            // Units of a commodity are no cash.
            odd = odd.or(Some(format!("{amount} {unit}")));
        }
        let currency = currency.unwrap_or_default().into_owned();
        let (account, description) = (gets("account2"), one_line(&gets("description")));
        let named = (self.naming.of)(&account, &description);
        let action = match (odd, &named) {
            // The row stays unresolved, with what it says.
            (Some(odd), _) => {
                amount.clear();
                odd
            }
            (None, Some(named)) => {
                let meaning = &self.naming.meanings[named.meaning];
                words(named.meaning, meaning)
            }
            (None, None) => account,
        };
        let named = named.as_ref();
        let part =
            |part: Option<&crate::source::Name>| part.map_or(String::new(), ToString::to_string);
        Entry::Row(Box::new([
            self.day(&gets("date")),
            action,
            description,
            part(named.and_then(|named| named.security.as_ref())),
            part(named.and_then(|named| named.property.as_ref())),
            amount,
            currency,
            self.balance(&gets),
            self.same(),
            gets("account1"),
        ]))
    }

    /// The conditions that hold of the record, in order.
    fn held(&self) -> Vec<Held<'m>> {
        let cells: Vec<String> = self.cells.iter().map(|cell| one_line(cell)).collect();
        let whole = cells.join(",");
        let holds = |matcher: &Matcher, caught: &mut Vec<String>| {
            let text = match &matcher.field {
                Some(field) => self.cell(field).unwrap_or_default(),
                None => whole.clone(),
            };
            match matcher.regex.captures(&text) {
                Some(found) if !matcher.not => {
                    caught.extend(groups(&found));
                    true
                }
                found => matcher.not && found.is_none(),
            }
        };
        let mut all = Vec::new();
        for condition in &self.rules.conditions {
            let mut caught = Vec::new();
            let any = condition.any.iter().any(|each| {
                caught.clear();
                each.iter().all(|matcher| holds(matcher, &mut caught))
            });
            if any {
                all.push(Held { condition, caught });
            }
        }
        all
    }

    /// What a field of the entry gets: of several values the last, those of conditions behind others.
    fn gets(&self, held: &[Held], field: &str) -> String {
        let of = |assigned: &'m [Assigned]| {
            assigned.iter().rev().find(|assigned| assigned.field == field)
        };
        for held in held.iter().rev() {
            let own = held.condition.assigned.iter().rev().find(|own| own.field == field);
            if let Some(own) = own {
                return self.filled(&own.value, &held.caught);
            }
        }
        of(&self.rules.assigned).map_or(String::new(), |own| self.filled(&own.value, &[]))
    }

    /// A value with the cells and the parts caught that it names.
    fn filled(&self, value: &str, caught: &[String]) -> String {
        let mut text = String::new();
        let mut rest = value;
        while let Some(at) = rest.find(['%', '\\']) {
            text.push_str(&rest[..at]);
            let (mark, after) = rest[at..].split_at(1);
            let end = after
                .find(|c: char| !(c.is_alphanumeric() || mark == "%" && "-_".contains(c)))
                .unwrap_or(after.len());
            let name = &after[..end];
            let found = match mark {
                // `%1-%2` names two cells.
                "%" if self.cell(&name.to_lowercase()).is_none() && name.ends_with('-') => {
                    let name = name.trim_end_matches('-');
                    let dashes = &after[name.len()..end];
                    self.cell(&name.to_lowercase()).map(|cell| format!("{cell}{dashes}"))
                }
                "%" => self.cell(&name.to_lowercase()),
                _ => name
                    .parse::<usize>()
                    .ok()
                    .and_then(|at| caught.get(at.checked_sub(1)?).cloned()),
            };
            if let Some(found) = found {
                text.push_str(&found);
            } else {
                text.push_str(mark);
                text.push_str(name);
            }
            rest = &after[end..];
        }
        text.push_str(rest);
        text.trim().to_owned()
    }

    /// The cell of this name or number.
    fn cell(&self, name: &str) -> Option<String> {
        let at = match name.parse::<usize>() {
            Ok(number) => number.checked_sub(1)?,
            Err(_) => self.rules.fields.iter().position(|field| field == name)?,
        };
        Some(self.cells.get(at).map_or(String::new(), |cell| one_line(cell)))
    }

    fn day(&self, text: &str) -> String {
        let read = |form: &str| NaiveDate::parse_from_str(text, form).ok();
        let day = match &self.rules.date_format {
            Some(form) => read(form),
            None => ["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d"].into_iter().find_map(read),
        };
        day.map_or(text.to_owned(), |day| day.to_string())
    }

    /// The amount of the first posting and its currency; `Err`: what stands there instead.
    fn amount(&self, gets: &impl Fn(&str) -> String) -> Result<Option<(String, String)>, String> {
        for [whole, come, gone] in
            [["amount1", "amount1-in", "amount1-out"], ["amount", "amount-in", "amount-out"]]
        {
            let [whole, come, gone] = [whole, come, gone].map(|field| self.number(&gets(field)));
            let (come, gone) = (come?, gone?.map(|(number, unit)| (turned(&number), unit)));
            let moves = |number: &Option<(String, String)>| {
                let digits = number.iter().flat_map(|(number, _)| number.chars());
                digits.into_iter().any(|c| ('1'..='9').contains(&c))
            };
            match (moves(&come), moves(&gone)) {
                (true, true) => return Err("an amount on both sides".to_owned()),
                (true, false) => return Ok(come),
                (false, true) => return Ok(gone),
                (false, false) => {}
            }
            if let Some(amount) = whole?.or(come).or(gone) {
                return Ok(Some(amount));
            }
        }
        Ok(None)
    }

    /// A number and its currency, `None` where nothing stands there; `Err`: what is neither.
    fn number(&self, text: &str) -> Result<Option<(String, String)>, String> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(None);
        }
        let (mut digits, mut unit, mut minus) = (String::new(), String::new(), false);
        let mut closed = false;
        for letter in text.chars() {
            match letter {
                '0'..='9' | '.' | ',' | '\'' if closed => return Err(text.to_owned()),
                '0'..='9' | '.' | ',' | '\'' => digits.push(letter),
                '-' | '(' | '\u{2212}' => minus = !minus,
                '+' | ')' | '"' => {}
                blank if blank.is_whitespace() => {}
                other => {
                    closed |= !digits.is_empty();
                    unit.push(other);
                }
            }
        }
        if digits.is_empty() {
            return Err(text.to_owned());
        }
        let digits = match self.rules.decimal {
            Some(',') => digits.replace(['.', '\''], "").replace(',', "."),
            Some(_) => digits.replace([',', '\''], ""),
            None => digits,
        };
        Ok(Some((if minus { format!("-{digits}") } else { digits }, unit)))
    }

    fn balance(&self, gets: &impl Fn(&str) -> String) -> String {
        let text = [gets("balance1"), gets("balance")].into_iter().find(|text| !text.is_empty());
        let number = text.and_then(|text| self.number(&text).ok()?);
        number.map_or(String::new(), |(number, _)| number)
    }

    /// A field of a third posting, or of the second's own amount, that the record gets a value for.
    fn more(&self, held: &[Held]) -> Option<String> {
        let in_conditions = held.iter().flat_map(|held| &held.condition.assigned);
        let mut all = self.rules.assigned.iter().chain(in_conditions);
        let more = all.find(|assigned| {
            let field = &*assigned.field;
            let other = |start: &str| {
                field.strip_prefix(start).is_some_and(|rest| {
                    let number: String = rest.chars().take_while(char::is_ascii_digit).collect();
                    number.parse::<u32>().is_ok_and(|number| number > 1)
                })
            };
            (other("amount")
                || other("balance")
                || other("currency")
                || other("account") && field != "account2")
                && !self.gets(held, field).is_empty()
        })?;
        Some(format!("{} {}", more.field, self.gets(held, &more.field)))
    }

    /// What makes the record the same at every download: all of it but a balance.
    fn same(&self) -> String {
        let balances: Vec<&str> = self
            .rules
            .assigned
            .iter()
            .filter(|assigned| assigned.field.starts_with("balance"))
            .map(|assigned| assigned.value.trim_start_matches('%'))
            .collect();
        let is_balance = |at: usize| {
            let name = self.rules.fields.get(at).map(String::as_str);
            balances.iter().any(|known| *known == (at + 1).to_string() || Some(*known) == name)
        };
        let cells = self.cells.iter().enumerate().filter(|(at, _)| !is_balance(*at));
        cells.map(|(_, cell)| one_line(cell)).collect::<Vec<_>>().join("|")
    }
}

fn groups<'t>(found: &'t Captures<'t>) -> impl Iterator<Item = String> + 't {
    found.iter().skip(1).map(|group| group.map_or(String::new(), |group| group.as_str().to_owned()))
}

/// The number with the other sign.
fn turned(number: &str) -> String {
    match number.strip_prefix('-') {
        Some(rest) => rest.to_owned(),
        None => format!("-{number}"),
    }
}
