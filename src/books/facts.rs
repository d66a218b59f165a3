//! Facts that no export states: `securities.toml`, about securities and properties, each dated where
//! it can change and with where the person has it from.

use indexmap::IndexMap;

use crate::diagnostic::Diagnostic;
use crate::diagnostic::strict::{At, File, Group};
use crate::event::{
    Distribution, Entitlement, Fact, Facts, Identifier, Part, Parts, Property, PropertyUse,
    Securities, Security,
};
use crate::money::Decimal;
use crate::source::{Name, Source};

/// What `securities.toml` says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stated {
    /// Securities by id.
    pub securities: Securities,
    /// Let properties by id.
    pub properties: IndexMap<Name, Property>,
    /// What payers' forms say and no event shows.
    pub payer_figures: Vec<PayerFigure>,
}

/// A figure of a payer's form that no event shows.
#[derive(Clone, Debug, PartialEq)]
pub struct PayerFigure {
    /// Whose form it is.
    pub account: Name,
    /// The form's year.
    pub year: i32,
    /// The box: `1099-DIV 5`.
    pub r#box: Name,
    /// The figure.
    pub amount: Decimal,
    /// Where the person has it from.
    pub source: Option<Name>,
    /// Line of the file.
    pub line: u32,
}

/// What can be said about a security, beside its names and payments. Which of them matter is for a
/// regime to say.
const SECURITY: &[&str] = &[
    "kind",
    "payer",
    "issuer",
    "state",
    "us_government",
    "coupon",
    "frequency",
    "maturity",
    "issued",
    "issue_price",
    "original_issue",
    "redemption",
    "tax_exempt",
    "private_activity",
    "domicile",
    "country",
    "nature",
    "vehicle",
    "qualified_foreign",
    "pfic",
    "preferred",
    "collectible",
    "qsbs",
    "treaty_rate",
    "premium",
    "index_ratio",
    "section_1256",
    "underlying",
    "right",
    "strike",
    "expires",
    "multiplier",
    "currency",
    "interest_bearing_share",
];

/// What can be said about a property beside what `Property` has fields for.
const PROPERTY: &[&str] = &["use", "owner", "country", "state", "share", "convention"];

/// Kinds of securities that any regime knows; finer ones end in them (`authorised-fund`).
const KINDS: &[&str] = &["share", "fund", "bond", "bill", "option", "future", "crypto"];

/// Schemes of identifiers.
const SCHEMES: &[&str] = &["cusip", "isin", "symbol", "sedol", "name"];

impl Stated {
    /// Reads `securities.toml`. What is wrong is said, and the rest holds.
    pub fn read(source: &Source) -> (Stated, Vec<Diagnostic>) {
        File::read(source, |root| {
            let securities = root.named("security");
            let properties = root.named("property");
            let securities =
                securities.iter().map(|(id, group)| (id.value.clone(), security(id, group)));
            let properties =
                properties.iter().map(|(id, group)| (id.value.clone(), property(id, group)));
            Stated {
                securities: Securities(securities.collect()),
                properties: properties.collect(),
                payer_figures: root
                    .groups("payer_figure")
                    .iter()
                    .filter_map(payer_figure)
                    .collect(),
            }
        })
    }
}

fn security(id: &At<Name>, group: &Group) -> Security {
    let kind = group.text("kind");
    if let Some(kind) = &kind {
        let known = KINDS.iter().any(|known| {
            kind.value
                .strip_suffix(known)
                .is_some_and(|finer| finer.is_empty() || finer.ends_with('-'))
        });
        if !known {
            let message =
                format!("no kind of security is `{}`; kinds are {}", kind.value, KINDS.join(", "));
            group.wrong(Diagnostic::error("unknown-word", message), &kind.span);
        }
    }
    let security = Security {
        id: id.value.clone(),
        name: group.text("name").map(|name| name.value),
        facts: Facts(SECURITY.iter().flat_map(|key| facts(group, key)).collect()),
        ids: group.groups("ids").iter().flat_map(identifiers).collect(),
        splits: group.groups("split").iter().filter_map(split).collect(),
        ex: group.groups("ex").iter().filter_map(entitlement).collect(),
        source: group.text("source").map(|source| source.value),
        line: group.line(),
    };
    group.finish();
    security
}

/// The facts of one key: a plain value, or a list of dated ones.
fn facts(group: &Group, key: &'static str) -> Vec<Fact> {
    if let Some(value) = group.fact(key) {
        return vec![Fact { key: key.into(), value: value.value, from: None, year: None }];
    }
    let dated = |one: &Group| {
        let from = one.day("from").map(|day| day.value);
        let year = one.year("year").map(|year| year.value);
        let value = one.fact("share").or_else(|| one.fact("value")).or_else(|| one.fact("is"));
        let _ = one.text("source");
        one.finish();
        if value.is_none() {
            let message = format!("`{key}` has no value here");
            let help = format!("write: {key} = [{{ year = 2024, share = \"0.25\" }}]");
            one.wrong(Diagnostic::error("unreadable-setting", message).help(help), &one.span);
        }
        Some(Fact { key: key.into(), value: value?.value, from, year })
    };
    if group.has(key) { group.groups(key).iter().filter_map(dated).collect() } else { Vec::new() }
}

fn identifiers(group: &Group) -> Vec<Identifier> {
    let from = group.day("from").map(|day| day.value);
    let named = SCHEMES.iter().filter_map(|scheme| {
        let value = group.text(scheme)?.value;
        Some(Identifier { from, scheme: (*scheme).into(), value })
    });
    let named = named.collect();
    let _ = group.text("source");
    group.finish();
    named
}

fn split(group: &Group) -> Option<Distribution> {
    let date = group.day("date");
    let account = group.text("account").map(|account| account.value);
    let part = |name: &&'static str| {
        let amount = group.number(name)?.value;
        Some(Part { name: (*name).into(), amount })
    };
    let parts = Parts::NAMES.iter().filter_map(part).collect::<Parts>();
    let source = group.text("source").map(|source| source.value);
    if let (Some(whole), Some(of)) = (parts.get("ordinary"), parts.get("qualified"))
        && of > whole
    {
        let message = format!("{of} qualified, of {whole} ordinary dividends");
        let help = "`qualified` is a part of `ordinary`: write all of them there";
        group.wrong(Diagnostic::error("part-above-whole", message).help(help), &group.span);
    }
    if parts.0.is_empty() {
        let message = "what was this payment made of? no figure says so";
        let help = "write: ordinary = \"450.00\", capital_gain, return_of_capital ...";
        group.wrong(Diagnostic::error("empty-split", message).help(help), &group.span);
    }
    group.finish();
    Some(Distribution { date: date?.value, account, parts, source, line: group.line() })
}

fn entitlement(group: &Group) -> Option<Entitlement> {
    let (paid, ex) = (group.day("paid"), group.day("ex"));
    let source = group.text("source").map(|source| source.value);
    group.finish();
    Some(Entitlement { paid: paid?.value, ex: ex?.value, source, line: group.line() })
}

fn property(id: &At<Name>, group: &Group) -> Property {
    let title = group.text("title").map(|title| title.value);
    let placed_in_service = group.day("placed_in_service").map(|day| day.value);
    let building = group.number("building").map(|cost| cost.value);
    let land = group.number("land").map(|cost| cost.value);
    let life = group.number("life").map(|life| life.value);
    let facts = PROPERTY.iter().flat_map(|key| facts(group, key));
    let mut facts: Vec<Fact> = facts.collect();
    if let Some(source) = group.fact("source") {
        facts.push(Fact { key: "source".into(), value: source.value, from: None, year: None });
    }
    let days = group.groups("days").iter().filter_map(days).collect();
    group.finish();
    Property {
        id: id.value.clone(),
        title,
        placed_in_service,
        building,
        land,
        life,
        facts: Facts(facts),
        days,
        line: group.line(),
    }
}

fn days(group: &Group) -> Option<PropertyUse> {
    let (from, to) = (group.day("from"), group.day("to"));
    let r#use = group.text("use");
    group.finish();
    if let Some(word) = &r#use
        && !["rented", "vacant", "personal"].contains(&&*word.value)
    {
        let message = format!("expected `rented`, `vacant` or `personal`, found `{}`", word.value);
        group.wrong(Diagnostic::error("unknown-word", message), &word.span);
    }
    let (from, to) = (from?, to?);
    if to.value < from.value {
        let message = format!("these days end on {} and begin on {}", to.value, from.value);
        group.wrong(Diagnostic::error("days-backwards", message), &to.span);
        return None;
    }
    Some(PropertyUse { from: from.value, to: to.value, r#use: r#use?.value })
}

fn payer_figure(group: &Group) -> Option<PayerFigure> {
    let (account, year) = (group.text("account"), group.year("year"));
    let (r#box, amount) = (group.text("box"), group.number("amount"));
    let source = group.text("source").map(|source| source.value);
    group.finish();
    Some(PayerFigure {
        account: account?.value,
        year: year?.value,
        r#box: r#box?.value,
        amount: amount?.value,
        source,
        line: group.line(),
    })
}
