//! Reads a profile strictly: an unknown key, kind, claim or field is a diagnostic with its line.

mod action;
mod pattern;

use std::collections::HashMap;

use self::action::{action, when};
use self::pattern::{Expressions, glob};
use super::{
    AccountNumber, Action, Actions, Aside, Cells, Costs, Dates, Field, Mark, Profile, Symbols,
    Table, normalised,
};
use crate::diagnostic::strict::{At, File, Group};
use crate::diagnostic::{Diagnostic, nearest};
use crate::period::{DateForm, Zone};
use crate::source::{Name, Source};

/// Reads one profile. What cannot be read is left out and stands among the diagnostics.
pub fn read(source: &Source) -> (Profile, Vec<Diagnostic>) {
    File::read(source, |root| profile(root, source, Expressions::Unknown))
}

/// Reads one that comes with rentier, and in which tests found nothing wrong. From its first action on it
/// has nothing else, so they can wait.
pub(super) fn read_shipped(file: &str, text: &'static str) -> Profile {
    let (head, actions) = text.split_at(text.find(ACTION).unwrap_or(text.len()));
    let source = Source::new(file, head);
    let (mut profile, _) = File::read(&source, |root| profile(root, &source, Expressions::Sound));
    profile.actions = Actions::shipped(file, actions);
    profile
}

/// How the part of a shipped profile begins in which its actions stand.
const ACTION: &str = "\n[[action]]\n";

/// Reads the actions of a shipped profile.
pub(super) fn read_actions(file: &str, text: &'static str) -> Vec<Action> {
    let source = Source::new(file, text);
    File::read(&source, |root| actions(root, &source, Expressions::Sound)).0
}

fn actions<T: FromIterator<Action>>(root: &Group, source: &Source, expressions: Expressions) -> T {
    let groups = root.groups("action");
    groups.iter().filter_map(|group| action(group, source, expressions)).collect()
}

/// `profiles` with the user's own: one of a shipped name adds to it, its rows first and its other
/// settings where it gives them; one of another name is a new profile.
pub fn merge(mut profiles: Vec<Profile>, own: Vec<Profile>) -> Vec<Profile> {
    for mut own in own {
        let Some(shipped) = profiles.iter_mut().find(|shipped| shipped.name == own.name) else {
            profiles.push(own);
            continue;
        };
        shipped.actions = own.actions.iter().chain(shipped.actions.iter()).cloned().collect();
        let mut tables = own.tables.into_iter();
        let first = tables.next().unwrap_or_default();
        for table in &mut shipped.tables {
            table.add_columns(first.columns.clone());
            table.unused.extend(first.unused.iter().cloned());
        }
        if own.states_currency {
            shipped.currency = own.currency;
            shipped.assumes_currency = false;
        }
        shipped.bank |= own.bank;
        shipped.assets.extend(own.assets);
        shipped.endings.append(&mut own.endings);
        shipped.properties.extend(own.properties);
        shipped.tables.extend(tables);
        own.symbols.named.append(&mut shipped.symbols.named);
        shipped.symbols.named = own.symbols.named;
        shipped.symbols.option_in_text |= own.symbols.option_in_text;
        shipped.footer.append(&mut own.footer);
        own.asides.append(&mut shipped.asides);
        shipped.asides = own.asides;
        shipped.symbols.cash.append(&mut own.symbols.cash);
        shipped.symbols.sweep.append(&mut own.symbols.sweep);
        own.symbols.in_text.append(&mut shipped.symbols.in_text);
        shipped.symbols.in_text = own.symbols.in_text;
        if own.dates.form.is_some() {
            shipped.dates.form = own.dates.form;
        }
        if own.dates.zone.is_some() {
            shipped.dates.zone = own.dates.zone;
        }
    }
    profiles
}

fn profile(root: &Group, source: &Source, expressions: Expressions) -> Profile {
    let (endings, assets) = assets(root);
    let text = |key| root.text(key).map(|at| at.value.to_string());
    let own_name = source.name.rsplit(['/', '\\']).next().unwrap_or_default();
    let own_name = own_name.strip_suffix(".toml").unwrap_or(own_name);
    let name = root.text("name").map_or_else(|| Name::new(own_name), |at| at.value);
    let mut first = table(root);
    if first.needs.is_empty() {
        first.needs = vec![Field::Date, Field::Action];
    }
    let others = root.groups("layout");
    let others = others.iter().map(|group| further(group, &first)).collect::<Vec<_>>();
    let tables = std::iter::once(first).chain(others).collect();
    let identity = fields(root, "identity", root.texts("identity"));
    let dates = dates(root);
    let decimal =
        root.word::<Comma>("decimal", &["point", "comma"]).map_or(Mark::Point, |at| at.value.0);
    let unsigned =
        root.word::<Unsigned>("amounts", &["signed", "unsigned"]).is_some_and(|at| at.value.0);
    let number = root
        .group("account")
        .map(|group| {
            let number = AccountNumber {
                title: expressions.of_one_group(&group, group.text("title")),
                holder: expressions.of_one_group(&group, group.text("holder")),
            };
            group.finish();
            number
        })
        .unwrap_or_default();
    let asides = root
        .groups("aside")
        .iter()
        .filter_map(|group| {
            let (starts, reason) = (group.text("starts"), group.text("ignore"));
            let types: Vec<String> = strings(group.texts("type"));
            group.finish();
            if starts.is_none() && types.is_empty() {
                let message = "expected `starts` or `type`: which rows these are";
                group.wrong(Diagnostic::error("unreadable-setting", message), &group.span);
            }
            let starts = starts.map(|at| at.value.to_lowercase());
            Some(Aside { starts, types, reason: reason?.value })
        })
        .collect();
    let symbols = root.group("symbols").map(|group| symbols(&group, expressions));
    let symbols = symbols.unwrap_or_default();
    let no_cash = root.group("no_cash").map(|group| {
        let when = when(&group);
        group.finish();
        when
    });
    let actions = actions(root, source, expressions);
    let footer = root.texts("footer").iter().map(|at| at.value.to_lowercase()).collect();
    Profile {
        title: text("title").unwrap_or_else(|| name.to_string()),
        download: text("download").unwrap_or_default(),
        teach: format!("profiles/{name}.toml"),
        file: text("file"),
        reader: root.text("reader").map(|at| at.value),
        states_currency: root.has("currency"),
        assumes_currency: root.flag("assumes_currency").is_some_and(|at| at.value),
        listed: names(root, "listed").map(|(end, at)| (end.value.to_string(), at.value)).collect(),
        currency: root.text("currency").map_or_else(|| Name::new("USD"), |at| at.value),
        prose: root.flag("prose").is_some_and(|at| at.value),
        bank: root.flag("bank").is_some_and(|at| at.value),
        endings,
        assets,
        properties: names(root, "properties")
            .map(|(called, id)| (normalised(&called.value), id.value))
            .collect(),
        name,
        tables,
        unsigned,
        wraps: root.flag("wraps").is_some_and(|at| at.value),
        foreign_prices: root.flag("foreign_prices").is_some_and(|at| at.value),
        surplus: root.flag("surplus").is_some_and(|at| at.value),
        held: root.flag("held").is_some_and(|at| at.value),
        most_rows: root.number("most_rows").and_then(|at| u32::try_from(at.value).ok()),
        costs: Costs {
            rest: root.flag("rest_is_fees").is_some_and(|at| at.value),
            currency_of: text("currency_of").map(|text| normalised(&text)),
        },
        identity: if identity.is_empty() { Vec::from(IDENTITY) } else { identity },
        dates,
        decimal,
        number,
        asides,
        footer,
        symbols,
        no_cash,
        actions,
        rules: None,
    }
}

struct Unsigned(bool);

impl std::str::FromStr for Unsigned {
    type Err = ();
    fn from_str(text: &str) -> Result<Unsigned, ()> {
        match text {
            "signed" => Ok(Unsigned(false)),
            "unsigned" => Ok(Unsigned(true)),
            _ => Err(()),
        }
    }
}

/// `day`, `number`, `words`, nothing for whatever stands there; else the text itself.
fn cells(word: &str) -> Cells {
    match word {
        "day" => Cells::Days,
        "number" => Cells::Numbers,
        "words" => Cells::Words,
        "" => Cells::Any,
        text => Cells::Text(normalised(text)),
    }
}

/// What makes a row the same row where a profile does not say: never a balance, a settlement date,
/// or the account, which is part of every id.
const IDENTITY: [Field; 11] = [
    Field::Date,
    Field::Action,
    Field::Symbol,
    Field::Text,
    Field::Quantity,
    Field::Price,
    Field::Fees,
    Field::Commission,
    Field::Accrued,
    Field::Withheld,
    Field::Amount,
];

/// The endings of `[assets]`, `"*.S" = "*"`, and its other codes.
fn assets(root: &Group) -> (Vec<String>, HashMap<Name, Name>) {
    let ending = |(code, name): &(At<Name>, At<Name>)| {
        code.value.strip_prefix('*').filter(|_| *name.value == *"*").map(str::to_owned)
    };
    let all: Vec<_> = names(root, "assets").collect();
    let endings = all.iter().filter_map(ending).collect();
    let codes = all.into_iter().filter(|pair| ending(pair).is_none());
    (endings, codes.map(|(code, name)| (code.value, name.value)).collect())
}

/// A table of names: `[assets]` with `CAN = "CAD"`.
fn names(root: &Group, key: &'static str) -> impl Iterator<Item = (At<Name>, At<Name>)> {
    root.group(key).map(|group| group.names()).unwrap_or_default().into_iter()
}

/// The table that the keys of `group` describe.
fn table(group: &Group) -> Table {
    Table {
        header: strings(group.texts("header")),
        shape: group.texts("shape").iter().map(|at| cells(&at.value)).collect(),
        columns: group.group("columns").map(|group| columns(&group)).unwrap_or_default(),
        unused: group.texts("unused").iter().map(|at| normalised(&at.value)).collect(),
        needs: fields(group, "needs", group.texts("needs")),
        ignore: None,
        continues: group.flag("continues").is_some_and(|at| at.value),
        costs_signed: group
            .word::<Unsigned>("costs", &["signed", "unsigned"])
            .is_some_and(|at| !at.value.0),
    }
}

/// A further table: its columns go before those of `first`, which hold where it names none.
fn further(group: &Group, first: &Table) -> Table {
    let mut table = table(group);
    table.ignore = group.text("ignore").map(|at| at.value);
    if !group.has("costs") {
        table.costs_signed = first.costs_signed;
    }
    if table.ignore.is_none() {
        let own: Vec<Field> = table.columns.iter().map(|(field, _)| *field).collect();
        let others = first.columns.iter().filter(|(field, _)| !own.contains(field));
        table.columns.extend(others.cloned());
        table.unused.extend(first.unused.iter().cloned());
    }
    if table.header.is_empty() && table.needs.is_empty() {
        let message = "expected `header` or `needs`: how this table's header is told";
        group.wrong(Diagnostic::error("unreadable-setting", message), &group.span);
    }
    group.finish();
    table
}

fn strings(texts: Vec<At<Name>>) -> Vec<String> {
    texts.into_iter().map(|at| at.value.to_string()).collect()
}

fn columns(group: &Group) -> Vec<(Field, Vec<String>)> {
    let columns = Field::ALL
        .iter()
        .map(|(name, field)| {
            let names = group.texts(name).iter().map(|at| normalised(&at.value)).collect();
            (*field, names)
        })
        .filter(|(_, names): &(Field, Vec<String>)| !names.is_empty())
        .collect();
    group.finish();
    columns
}

fn fields(root: &Group, key: &str, names: Vec<At<Name>>) -> Vec<Field> {
    let known = |at: At<Name>| {
        let field = Field::named(&at.value);
        if field.is_none() {
            unknown(root, key, &at, Field::ALL.iter().map(|(name, _)| *name));
        }
        field
    };
    names.into_iter().filter_map(known).collect()
}

/// Says that a word is none of those that may stand here.
fn unknown<'n>(group: &Group, key: &str, at: &At<Name>, known: impl Iterator<Item = &'n str>) {
    let known: Vec<&str> = known.collect();
    let mut diagnostic =
        Diagnostic::error("unknown-word", format!("no `{}` for `{key}`", at.value));
    diagnostic = match nearest(&at.value, known.iter().copied()).first() {
        Some(near) => diagnostic.help(format!("write `{near}`, if that is meant")),
        None if known.len() <= 20 => diagnostic.help(format!("it may be {}", known.join(", "))),
        None => diagnostic,
    };
    group.wrong(diagnostic, &at.span);
}

fn dates(root: &Group) -> Dates {
    let Some(group) = root.group("dates") else { return Dates::default() };
    let form = group.text("form").and_then(|at| {
        let form = date_form(&at.value);
        if form.is_none() {
            unknown(&group, "form", &at, ["mm/dd/yyyy", "dd/mm/yyyy", "yyyy-mm-dd"].into_iter());
        }
        form
    });
    let text = |key| group.text(key).map(|at| at.value.to_string());
    let zone = group.text("zone").and_then(|at| {
        let zone = Zone::named(&at.value);
        if zone.is_none() {
            let names: Vec<String> = Zone::names().collect();
            unknown(&group, "zone", &at, names.iter().map(String::as_str));
        }
        zone
    });
    let dates = Dates {
        form,
        as_of: text("as_of"),
        in_action: text("in_action"),
        in_text: text("in_text"),
        zone,
    };
    group.finish();
    dates
}

/// Reads `mm/dd/yyyy`, `dd.mm.yyyy`, `yyyy-mm-dd`: which number of a date is which.
pub fn date_form(text: &str) -> Option<DateForm> {
    let order: String = text.to_lowercase().chars().filter(char::is_ascii_alphabetic).collect();
    match &*order {
        "mmddyyyy" | "mdyyyy" | "mmddyy" | "mdy" => Some(DateForm::MonthDayYear),
        "ddmmyyyy" | "dmyyyy" | "ddmmyy" | "dmy" => Some(DateForm::DayMonthYear),
        "yyyymmdd" | "ymd" => Some(DateForm::YearMonthDay),
        _ => None,
    }
}

struct Comma(Mark);

impl std::str::FromStr for Comma {
    type Err = ();
    fn from_str(text: &str) -> Result<Comma, ()> {
        match text {
            "point" => Ok(Comma(Mark::Point)),
            "comma" => Ok(Comma(Mark::Comma)),
            _ => Err(()),
        }
    }
}

fn symbols(group: &Group, expressions: Expressions) -> Symbols {
    let patterns = |key| group.texts(key).iter().filter_map(|at| glob(group, at)).collect();
    let one = |at| expressions.of_one_group(group, Some(at));
    let in_text = group.texts("in_text").into_iter().filter_map(one).collect();
    let part = expressions.of_one_group(group, group.text("part"));
    let option_in_text = chosen(group, "option", &[("symbol", false), ("text", true)]);
    let named = |group: &Group| {
        let name = group.text("name").and_then(|at| glob(group, &at));
        let symbol = group.text("symbol").map(|at| at.value);
        group.finish();
        name.map(|name| (name, symbol))
    };
    let symbols = Symbols {
        cash: patterns("cash"),
        sweep: patterns("sweep"),
        in_text,
        part,
        option_in_text: option_in_text.unwrap_or_default(),
        named: group.groups("named").iter().filter_map(named).collect(),
    };
    group.finish();
    symbols
}

fn chosen<T: Copy>(group: &Group, key: &'static str, known: &[(&str, T)]) -> Option<T> {
    let at = group.text(key)?;
    let found = known.iter().find(|(name, _)| *name == &*at.value).map(|(_, value)| *value);
    if found.is_none() {
        unknown(group, key, &at, known.iter().map(|(name, _)| *name));
    }
    found
}
