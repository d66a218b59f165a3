//! The text of a rules file, as hledger's manual has it.

use regex::{Regex, RegexBuilder};

use crate::diagnostic::Diagnostic;
use crate::source::{Source, lines};

/// What a rules file says.
#[derive(Clone, Debug)]
pub struct Rules {
    /// What parts cells; `None`: as the file's name says, else a comma.
    pub separator: Option<u8>,
    /// How many records stand above the first.
    pub skip: usize,
    /// How days are written, as `strftime` writes it.
    pub date_format: Option<String>,
    /// The decimal mark; `None`: told by the numbers.
    pub decimal: Option<char>,
    /// The names of the cells.
    pub fields: Vec<String>,
    /// What fields of the entry get at any record, in order: the last counts.
    pub assigned: Vec<Assigned>,
    /// What they get at some, in order.
    pub conditions: Vec<Condition>,
    /// Patterns of the names of exports, without a folder.
    pub sources: Vec<String>,
}

/// A field of the entry, and what it gets.
#[derive(Clone, Debug)]
pub struct Assigned {
    /// In lower case: `account2`.
    pub field: String,
    /// With `%3` and `%name` for cells.
    pub value: String,
}

/// What holds where a record matches.
#[derive(Clone, Debug, Default)]
pub struct Condition {
    /// One of these, each of which must hold as a whole.
    pub any: Vec<Vec<Matcher>>,
    /// What fields get then.
    pub assigned: Vec<Assigned>,
    /// This record and how many in all are left out.
    pub skip: usize,
    /// The file ends here.
    pub end: bool,
}

/// What a record is asked.
#[derive(Clone, Debug)]
pub struct Matcher {
    /// In which cell, by name or number; `None`: in the whole record.
    pub field: Option<String>,
    /// What must be in it.
    pub regex: Regex,
    /// It must not.
    pub not: bool,
}

/// Fields of an entry that can be assigned to and make no difference to an event.
const INERT: &[&str] = &["code", "status", "comment", "comment1", "comment2", "date2"];
/// Fields of an entry that make an event.
const APPLIED: &[&str] = &[
    "date",
    "description",
    "account1",
    "account2",
    "amount",
    "amount1",
    "amount-in",
    "amount-out",
    "amount1-in",
    "amount1-out",
    "currency",
    "currency1",
    "balance",
    "balance1",
];
/// Directives that say how entries are ordered or what is done with the file, which is nothing to us.
const ORDER: &[&str] =
    &["newest-first", "intra-day-reversed", "archive", "balance-type", "encoding"];

/// How deep files may include each other.
const DEEPEST: usize = 8;

/// Reads a rules file; what it includes is looked for among `others`.
pub fn rules(source: &Source, others: &[Source], found: &mut Vec<Diagnostic>) -> Rules {
    let mut rules = Rules {
        separator: None,
        skip: 0,
        date_format: None,
        decimal: None,
        fields: Vec::new(),
        assigned: Vec::new(),
        conditions: Vec::new(),
        sources: Vec::new(),
    };
    Reading { source, others, found, deep: 0 }.file(&mut rules);
    let says = |field: &str| {
        let in_conditions = rules.conditions.iter().flat_map(|condition| &condition.assigned);
        rules.assigned.iter().chain(in_conditions).any(|assigned| assigned.field == field)
    };
    for (needed, any) in [
        ("date", &["date"][..]),
        ("amount", &["amount", "amount1", "amount-in", "amount-out", "amount1-in", "amount1-out"]),
    ] {
        if !any.iter().any(|field| says(field)) {
            let message = format!("the rules assign no `{needed}`");
            let place = source.place_of_line(1);
            found.push(Diagnostic::error("unreadable-rule", message).at(place));
        }
    }
    rules
}

struct Reading<'r> {
    source: &'r Source,
    others: &'r [Source],
    found: &'r mut Vec<Diagnostic>,
    deep: usize,
}

impl Reading<'_> {
    fn file(&mut self, rules: &mut Rules) {
        let text = self.source.text.to_string();
        let lines: Vec<&str> = lines(&text).collect();
        let mut at = 0;
        while at < lines.len() {
            let line = lines[at].trim_end();
            at += 1;
            if is_blank(line) {
                continue;
            }
            let number = u32::try_from(at).unwrap_or(u32::MAX);
            let after_if = line.strip_prefix("if");
            match after_if.map(|rest| (rest, rest.chars().next())) {
                Some((rest, Some(mark))) if !mark.is_whitespace() && !mark.is_alphanumeric() => {
                    at += self.table(rules, rest, mark, &lines[at..], number);
                }
                Some((rest, first)) if first.is_none_or(char::is_whitespace) => {
                    at += self.block(rules, rest.trim(), &lines[at..], number);
                }
                _ => self.directive(rules, line, number),
            }
        }
    }

    fn wrong(&mut self, line: u32, message: impl Into<String>) {
        let place = self.source.place_of_line(line);
        self.found.push(Diagnostic::error("unreadable-rule", message).at(place));
    }

    fn directive(&mut self, rules: &mut Rules, line: &str, number: u32) {
        let end = line.find(|c: char| c.is_whitespace() || c == ':').unwrap_or(line.len());
        let (name, rest) = (line[..end].to_lowercase(), line[end..].trim_start_matches(':').trim());
        match &*name {
            "separator" => match rest {
                "space" | "SPACE" => rules.separator = Some(b' '),
                "tab" | "TAB" | "\\t" => rules.separator = Some(b'\t'),
                one if one.len() == 1 => rules.separator = one.bytes().next(),
                _ => self.wrong(number, format!("expected one character, found `{rest}`")),
            },
            "skip" => match if rest.is_empty() { Ok(1) } else { rest.parse() } {
                Ok(count) => rules.skip = count,
                Err(_) => self.wrong(number, format!("expected a number, found `{rest}`")),
            },
            "date-format" => rules.date_format = Some(rest.to_owned()),
            "decimal-mark" => match rest {
                "." | "," => rules.decimal = rest.chars().next(),
                _ => self.wrong(number, format!("expected `.` or `,`, found `{rest}`")),
            },
            "fields" => {
                rules.fields = rest
                    .split(',')
                    .map(|name| name.trim().trim_matches('"').to_lowercase())
                    .collect();
                for (at, name) in rules.fields.clone().iter().enumerate() {
                    if is_field(name) {
                        self.assign(&mut rules.assigned, name, &format!("%{}", at + 1), number);
                    }
                }
            }
            "source" => {
                let last = rest.rsplit(['/', '\\']).next().unwrap_or(rest);
                rules.sources.push(last.trim_matches(['"', '\'']).to_owned());
            }
            "include" => self.include(rules, rest, number),
            "timezone" | "timezone-in" | "timezone-out" => {
                self.wrong(
                    number,
                    format!("`{name}` is not applied: days are as they are written"),
                );
            }
            known if ORDER.contains(&known) => {}
            "end" => self.wrong(number, "`end` stands in an `if` only"),
            _ if is_field(&name) => self.assign(&mut rules.assigned, &name, rest, number),
            _ => self.wrong(number, format!("no directive or field `{name}` of hledger's rules")),
        }
    }

    fn assign(&mut self, to: &mut Vec<Assigned>, field: &str, value: &str, number: u32) {
        if INERT.contains(&field) || field.starts_with("comment") {
            return;
        }
        if !APPLIED.contains(&field) && !value.is_empty() {
            let message = format!(
                "`{field}` is not applied: rows with it stay unresolved, for an event has one amount"
            );
            let place = self.source.place_of_line(number);
            self.found.push(Diagnostic::warning("rule-not-applied", message).at(place));
        }
        to.push(Assigned { field: field.to_owned(), value: value.to_owned() });
    }

    fn include(&mut self, rules: &mut Rules, path: &str, number: u32) {
        let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
        let named = |other: &&Source| other.name.rsplit(['/', '\\']).next() == Some(name);
        let Some(other) = self.others.iter().find(named).filter(|_| self.deep < DEEPEST) else {
            let message = format!("no `{name}` in the folder of these rules");
            return self.wrong(number, message);
        };
        let (others, deep) = (self.others, self.deep + 1);
        Reading { source: other, others, found: self.found, deep }.file(rules);
    }

    /// `if` with matchers, one to a line, then indented rules. How many lines it takes.
    fn block(&mut self, rules: &mut Rules, first: &str, below: &[&str], number: u32) -> usize {
        let mut condition = Condition::default();
        if !first.is_empty() {
            self.matcher(&mut condition.any, first, number);
        }
        let mut taken = 0;
        for line in below {
            let at = number.saturating_add(u32::try_from(taken).unwrap_or(u32::MAX)) + 1;
            let indented = line.starts_with([' ', '\t']);
            let text = line.trim();
            if text.is_empty() || is_if(line) {
                break;
            }
            taken += 1;
            if is_blank(line) || text.starts_with(['#', ';']) {
                continue;
            }
            if !indented && condition.assigned.is_empty() && !condition.end && condition.skip == 0 {
                self.matcher(&mut condition.any, text, at);
            } else if indented {
                self.inside(&mut condition, text, at);
            } else {
                taken -= 1;
                break;
            }
        }
        if condition.any.is_empty() {
            self.wrong(number, "an `if` without a matcher");
        }
        rules.conditions.push(condition);
        taken
    }

    /// A rule of an `if`.
    fn inside(&mut self, condition: &mut Condition, text: &str, number: u32) {
        let end = text.find(|c: char| c.is_whitespace() || c == ':').unwrap_or(text.len());
        let (name, rest) = (text[..end].to_lowercase(), text[end..].trim_start_matches(':').trim());
        match &*name {
            "end" => condition.end = true,
            "skip" => condition.skip = rest.parse().unwrap_or(1),
            _ if is_field(&name) => self.assign(&mut condition.assigned, &name, rest, number),
            _ => self.wrong(number, format!("no field `{name}` of hledger's entries")),
        }
    }

    /// A matcher, and with `&` one that must hold beside the one above it.
    fn matcher(&mut self, any: &mut Vec<Vec<Matcher>>, text: &str, number: u32) {
        let both = text.starts_with('&');
        let mut matchers = Vec::new();
        for part in text.trim_start_matches('&').split(" && ") {
            let part = part.trim();
            let (not, part) = match part.strip_prefix('!') {
                Some(rest) => (true, rest.trim_start()),
                None => (false, part),
            };
            let (field, pattern) = match part.strip_prefix('%') {
                Some(rest) => match rest.split_once(char::is_whitespace) {
                    Some((field, pattern)) => (Some(field.to_lowercase()), pattern.trim()),
                    None => (Some(rest.to_lowercase()), ""),
                },
                None => (None, part),
            };
            match RegexBuilder::new(pattern).case_insensitive(true).build() {
                Ok(regex) => matchers.push(Matcher { field, regex, not }),
                Err(error) => {
                    let reason = error.to_string();
                    let reason = reason.lines().last().unwrap_or_default();
                    self.wrong(
                        number,
                        format!("not a pattern: {}", reason.trim_start_matches("error: ")),
                    );
                    return;
                }
            }
        }
        match any.last_mut() {
            Some(above) if both => above.append(&mut matchers),
            _ => any.push(matchers),
        }
    }

    /// `if,account2,comment` with a row for each matcher. How many lines it takes.
    fn table(
        &mut self,
        rules: &mut Rules,
        header: &str,
        mark: char,
        below: &[&str],
        number: u32,
    ) -> usize {
        let fields: Vec<String> =
            header.split(mark).skip(1).map(|name| name.trim().to_lowercase()).collect();
        for field in &fields {
            if !is_field(field) && field != "skip" && field != "end" {
                self.wrong(number, format!("no field `{field}` of hledger's entries"));
            }
        }
        let mut taken = 0;
        for line in below {
            if line.trim().is_empty() {
                break;
            }
            taken += 1;
            if is_blank(line) {
                continue;
            }
            let at = number.saturating_add(u32::try_from(taken).unwrap_or(u32::MAX));
            // A matcher may hold the mark itself; the values cannot.
            let mut parts: Vec<&str> = line.rsplitn(fields.len() + 1, mark).collect();
            parts.reverse();
            if parts.len() != fields.len() + 1 {
                self.wrong(at, format!("expected {} cells parted by `{mark}`", fields.len() + 1));
                continue;
            }
            let mut condition = Condition::default();
            self.matcher(&mut condition.any, parts[0].trim(), at);
            for (field, value) in fields.iter().zip(&parts[1..]) {
                let value = value.trim();
                if !value.is_empty() {
                    self.inside(&mut condition, &format!("{field} {value}"), at);
                }
            }
            rules.conditions.push(condition);
        }
        taken
    }
}

/// Whether entries have a field of this name.
fn is_field(name: &str) -> bool {
    let numbered = ["account", "amount", "currency", "balance", "comment"].iter().any(|start| {
        let rest = name
            .strip_prefix(start)
            .map(|rest| rest.trim_end_matches("-in").trim_end_matches("-out"));
        rest.is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_digit()))
    });
    numbered || APPLIED.contains(&name) || INERT.contains(&name)
}

/// Nothing, or a comment.
fn is_blank(line: &str) -> bool {
    line.trim().is_empty() || line.starts_with(['#', ';', '*'])
}

fn is_if(line: &str) -> bool {
    line.strip_prefix("if").is_some_and(|rest| {
        rest.is_empty() || rest.starts_with(|c: char| !c.is_alphanumeric() && c != '-')
    })
}
