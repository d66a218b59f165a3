//! Reads TOML strictly: every key is asked for by name, and one that nobody asked for is an error
//! with its line and the names that are near it.
//!
//! In: a `Source`. Out: values with the places to point at, and diagnostics. A value of the wrong
//! sort is a diagnostic and counts as not given, so that one mistake never hides another.

use std::cell::RefCell;
use std::ops::Range;
use std::str::FromStr;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Diagnostic, nearest};
use crate::money::{self, Decimal};
use crate::period::{self, NaiveDate};
use crate::source::{Name, Place, Source};

/// One file being read, and what was found wrong with it so far.
pub struct File<'s> {
    source: &'s Source,
    found: RefCell<Vec<Diagnostic>>,
}

impl<'s> File<'s> {
    /// Reads `source`; syntax errors are collected and the rest is read all the same.
    pub fn read<T>(
        source: &'s Source,
        read: impl FnOnce(&Group<'_, 's>) -> T,
    ) -> (T, Vec<Diagnostic>) {
        let file = File { source, found: RefCell::default() };
        let (table, errors) = DeTable::parse_recoverable(&source.text);
        for error in &errors {
            let span = error.span().unwrap_or(0..0);
            let message = error.message().lines().next().unwrap_or_default();
            let expected = message.find("expected").map_or(message, |at| &message[at..]);
            let message = format!("this cannot be read as TOML: {expected}");
            file.wrong(Diagnostic::error("not-toml", message), &span);
        }
        let root = Group {
            file: &file,
            table: table.get_ref(),
            title: String::new(),
            span: 0..0,
            asked: RefCell::default(),
        };
        let value = read(&root);
        root.finish();
        let mut found = file.found.into_inner();
        let place = |one: &Diagnostic| one.places.first().map(|place| (place.line, place.column));
        // Of two problems of one place, the one of the value says more than the one of the syntax.
        found.sort_by_key(|one| (place(one), one.code == "not-toml"));
        found.dedup_by(|later, first| later.code == "not-toml" && place(later) == place(first));
        (value, found)
    }

    fn wrong(&self, diagnostic: Diagnostic, span: &Range<usize>) {
        self.found.borrow_mut().push(diagnostic.at(self.place(span)));
    }

    /// The place of these bytes.
    pub fn place(&self, span: &Range<usize>) -> Place {
        let text = &self.source.text;
        let start = span.start.min(text.len());
        self.source.place_at(start, span.end.min(text.len()).saturating_sub(start))
    }
}

/// A value with where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct At<T> {
    /// What it is.
    pub value: T,
    /// Bytes of the file.
    pub span: Range<usize>,
}

/// A table of the file: `[account.schwab]`.
pub struct Group<'t, 's> {
    file: &'t File<'s>,
    table: &'t DeTable<'s>,
    title: String,
    /// Of its header.
    pub span: Range<usize>,
    asked: RefCell<Vec<&'static str>>,
}

impl<'t, 's> Group<'t, 's> {
    fn get(&self, key: &'static str) -> Option<&'t Spanned<DeValue<'s>>> {
        self.asked.borrow_mut().push(key);
        self.table.get(key)
    }

    /// Whether the key is there; asks for it.
    pub fn has(&self, key: &'static str) -> bool {
        self.get(key).is_some()
    }

    /// A problem at a place of this file.
    pub fn wrong(&self, diagnostic: Diagnostic, span: &Range<usize>) {
        self.file.wrong(diagnostic, span);
    }

    /// A problem whose places are set already.
    pub fn found(&self, diagnostic: Diagnostic) {
        self.file.found.borrow_mut().push(diagnostic);
    }

    /// The place of these bytes.
    pub fn place(&self, span: &Range<usize>) -> Place {
        self.file.place(span)
    }

    /// Line of its header.
    pub fn line(&self) -> u32 {
        self.place(&self.span).line
    }

    fn expected<T>(
        &self,
        key: &'static str,
        what: &str,
        read: impl FnOnce(&DeValue) -> Option<T>,
    ) -> Option<At<T>> {
        let found = self.get(key)?;
        let value = read(found.get_ref());
        if value.is_none() {
            self.unexpected(key, what, found);
        }
        value.map(|value| At { value, span: found.span() })
    }

    fn unexpected(&self, key: &str, what: &str, found: &Spanned<DeValue>) {
        let text = self.file.source.text.get(found.span()).unwrap_or_default();
        let short = text.lines().next().unwrap_or_default();
        let message = format!("expected {what} for `{key}`, found `{short}`");
        self.wrong(Diagnostic::error("unreadable-setting", message), &found.span());
    }

    /// Words.
    pub fn text(&self, key: &'static str) -> Option<At<Name>> {
        self.expected(key, "words in quotes", |value| value.as_str().map(Name::new))
    }

    /// A day: `2024-03-27`, in quotes or not.
    pub fn day(&self, key: &'static str) -> Option<At<NaiveDate>> {
        self.expected(key, "a day such as 2024-03-27", day)
    }

    /// A number, in quotes or not; never through a float.
    pub fn number(&self, key: &'static str) -> Option<At<Decimal>> {
        self.expected(key, "a number such as \"1234.56\"", number)
    }

    /// A year such as 2024.
    pub fn year(&self, key: &'static str) -> Option<At<i32>> {
        self.expected(key, "a year such as 2024", |value| {
            plain(value)
                .and_then(|text| text.parse().ok())
                .filter(|year| (1000..=9999).contains(year))
        })
    }

    /// `true` or `false`.
    pub fn flag(&self, key: &'static str) -> Option<At<bool>> {
        self.expected(key, "true or false", |value| match value {
            DeValue::Boolean(flag) => Some(*flag),
            _ => None,
        })
    }

    /// One of a closed set of words.
    pub fn word<T: FromStr>(&self, key: &'static str, known: &[&str]) -> Option<At<T>> {
        let text = self.text(key)?;
        let value = text.value.parse().ok().filter(|_| known.contains(&&*text.value));
        if value.is_none() {
            self.unknown_word(key, &text, known);
        }
        value.map(|value| At { value, span: text.span })
    }

    /// A list of words, each one of a closed set; one word alone is a list of one.
    pub fn words(&self, key: &'static str, known: &[&str]) -> Vec<At<Name>> {
        let mut words = self.texts(key);
        words.retain(|word| {
            let is_known = known.contains(&&*word.value);
            if !is_known {
                self.unknown_word(key, word, known);
            }
            is_known
        });
        words
    }

    fn unknown_word(&self, key: &str, text: &At<Name>, known: &[&str]) {
        let message = if known.len() > 12 {
            format!("`{}` is no word for `{key}`", text.value)
        } else {
            format!("expected {} for `{key}`, found `{}`", either(known), text.value)
        };
        let mut diagnostic = Diagnostic::error("unknown-word", message);
        if let Some(near) = nearest(&text.value, known.iter().copied()).first() {
            diagnostic = diagnostic.help(format!("write: {key} = \"{near}\""));
        } else if known.len() > 12 {
            diagnostic = diagnostic.help(format!("one of {}", known.join(", ")));
        }
        self.wrong(diagnostic, &text.span);
    }

    /// A list of words; one word alone is a list of one.
    pub fn texts(&self, key: &'static str) -> Vec<At<Name>> {
        let Some(found) = self.get(key) else { return Vec::new() };
        let one = |item: &Spanned<DeValue>| {
            let text = item.get_ref().as_str().map(Name::new);
            if text.is_none() {
                self.unexpected(key, "words in quotes", item);
            }
            text.map(|value| At { value, span: item.span() })
        };
        match found.get_ref() {
            DeValue::Array(items) => items.iter().filter_map(one).collect(),
            _ => one(found).into_iter().collect(),
        }
    }

    /// Any plain value as its text, unquoted: what a fact is.
    pub fn fact(&self, key: &'static str) -> Option<At<Name>> {
        let found = self.get(key)?;
        match found.get_ref() {
            DeValue::Array(_) => None,
            value => {
                let text = plain(value).map(|text| Name::new(&text));
                if text.is_none() {
                    self.unexpected(key, "a plain value", found);
                }
                text.map(|value| At { value, span: found.span() })
            }
        }
    }

    /// `[[key]]`, or a list of `{ … }`.
    pub fn groups(&self, key: &'static str) -> Vec<Group<'t, 's>> {
        let Some(found) = self.get(key) else { return Vec::new() };
        let Some(items) = found.get_ref().as_array() else {
            self.unexpected(key, "a list of tables", found);
            return Vec::new();
        };
        let group = |item: &'t Spanned<DeValue<'s>>| {
            let table = item.get_ref().as_table();
            if table.is_none() {
                self.unexpected(key, "a table", item);
            }
            table.map(|table| self.below(table, format!("[{}]", self.title_of(key)), item.span()))
        };
        items.iter().filter_map(group).collect()
    }

    /// `[key]`.
    pub fn group(&self, key: &'static str) -> Option<Group<'t, 's>> {
        let found = self.get(key)?;
        let Some(table) = found.get_ref().as_table() else {
            self.unexpected(key, "a table", found);
            return None;
        };
        Some(self.below(table, self.title_of(key), found.span()))
    }

    /// `[key.NAME]`, in the order of the file.
    pub fn named(&self, key: &'static str) -> Vec<(At<Name>, Group<'t, 's>)> {
        let Some(found) = self.get(key) else { return Vec::new() };
        let Some(table) = found.get_ref().as_table() else {
            self.unexpected(key, &format!("tables such as [{key}.NAME]"), found);
            return Vec::new();
        };
        let mut named = Vec::new();
        for (name, value) in table {
            let at = At { value: Name::new(name.get_ref()), span: name.span() };
            match value.get_ref().as_table() {
                Some(table) => {
                    let title = self.title_of(&format!("{key}.{}", at.value));
                    named.push((at.clone(), self.below(table, title, at.span.clone())));
                }
                None => self.unexpected(&at.value, "a table", value),
            }
        }
        named.sort_by_key(|(name, _)| name.span.start);
        named
    }

    /// Every key that is left, with a number: `[carry.2022] capital_loss_short`.
    pub fn numbers(&self) -> Vec<(At<Name>, Decimal)> {
        let mut all = Vec::new();
        let mut add = |name: String, span: Range<usize>, value: &Spanned<DeValue>| match number(
            value.get_ref(),
        ) {
            Some(number) => all.push((At { value: name.into(), span }, number)),
            None => self.unexpected(&name, "a number such as \"1234.56\"", value),
        };
        for (key, value) in self.table {
            match value.get_ref().as_table() {
                None => add(key.get_ref().to_string(), key.span(), value),
                Some(table) => {
                    for (below, value) in table {
                        add(format!("{}.{}", key.get_ref(), below.get_ref()), below.span(), value);
                    }
                }
            }
        }
        all.sort_by_key(|(name, _)| name.span.start);
        all
    }

    /// Every key with its words, in the order of the file: `CAN = "CAD"`.
    pub fn names(&self) -> Vec<(At<Name>, At<Name>)> {
        let mut all = Vec::new();
        for (key, value) in self.table {
            let at = At { value: Name::new(key.get_ref()), span: key.span() };
            match value.get_ref().as_str() {
                Some(text) => all.push((at, At { value: Name::new(text), span: value.span() })),
                None => self.unexpected(&at.value, "words in quotes", value),
            }
        }
        all.sort_by_key(|(name, _)| name.span.start);
        all
    }

    /// Says of each key that nobody asked for that it is not known.
    pub fn finish(&self) {
        let asked = self.asked.borrow();
        for (key, _) in self.table {
            let name: &str = key.get_ref();
            if asked.contains(&name) {
                continue;
            }
            let whose = match &*self.title {
                "" => String::new(),
                title => format!(" in `[{title}]`"),
            };
            let mut diagnostic =
                Diagnostic::error("unknown-key", format!("no setting `{name}`{whose}"));
            let near = nearest(name, asked.iter().copied());
            diagnostic = match near.first() {
                Some(near) => diagnostic.help(format!("write `{near}`, if that is meant")),
                None => diagnostic.help(format!("settings here are {}", listed(&asked))),
            };
            self.wrong(diagnostic, &key.span());
        }
    }

    fn below(&self, table: &'t DeTable<'s>, title: String, span: Range<usize>) -> Group<'t, 's> {
        Group { file: self.file, table, title, span, asked: RefCell::default() }
    }

    fn title_of(&self, key: &str) -> String {
        match &*self.title {
            "" => key.to_owned(),
            title => format!("{title}.{key}"),
        }
    }
}

/// A plain value as its text; dates and numbers as they are written.
fn plain(value: &DeValue) -> Option<String> {
    Some(match value {
        DeValue::String(text) => text.to_string(),
        DeValue::Integer(number) if number.radix() == 10 => number.as_str().to_owned(),
        DeValue::Float(number) => number.as_str().to_owned(),
        DeValue::Boolean(flag) => flag.to_string(),
        DeValue::Datetime(day) => day.to_string(),
        DeValue::Integer(_) | DeValue::Array(_) | DeValue::Table(_) => return None,
    })
}

fn day(value: &DeValue) -> Option<NaiveDate> {
    period::iso(&plain(value)?)
}

fn number(value: &DeValue) -> Option<Decimal> {
    match value {
        DeValue::String(_) | DeValue::Integer(_) | DeValue::Float(_) => {
            money::plain(&plain(value)?)
        }
        _ => None,
    }
}

/// `a`, `b` or `c`.
fn either(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => quoted.concat(),
    }
}

fn listed(words: &[&str]) -> String {
    let mut words: Vec<&str> = words.to_vec();
    words.dedup();
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}
