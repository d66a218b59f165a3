//! The rows of a regime as TOML has them. An unknown key is an error.

use indexmap::IndexMap;
use serde::Deserialize;

use super::read::kind_name;
use crate::source::Name;

/// Values by name and year.
pub(super) type ByYear<T> = IndexMap<String, IndexMap<String, T>>;

/// All rows of a regime at once.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Document {
    pub regime: HeadRow,
    #[serde(default)]
    pub dates: IndexMap<String, Vec<String>>,
    #[serde(default)]
    pub deemed: Vec<DeemedRow>,
    pub identify: Option<IdentifyRow>,
    pub repurchase: Option<RepurchaseRow>,
    #[serde(default)]
    pub holding: Vec<HoldingRow>,
    #[serde(default)]
    pub effect: Vec<EffectRow>,
    #[serde(default)]
    pub category: Vec<CategoryRow>,
    #[serde(default)]
    pub line: Vec<LineRow>,
    #[serde(default)]
    pub fold: Vec<FoldRow>,
    #[serde(default)]
    pub fact: Vec<FactRow>,
    #[serde(default)]
    pub params: ByYear<ParamRow>,
    #[serde(default)]
    pub series: ByYear<String>,
    #[serde(default)]
    pub carry: IndexMap<String, String>,
    #[serde(default)]
    pub depreciation: Vec<DepreciationRow>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HeadRow {
    pub id: String,
    pub title: Option<String>,
    pub currency: String,
    pub begins: String,
    pub label: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl OneOrMany {
    pub fn strings(self) -> Vec<String> {
        match self {
            OneOrMany::One(text) => vec![text],
            OneOrMany::Many(texts) => texts,
        }
    }

    pub fn names(self) -> Vec<Name> {
        self.strings().iter().map(|text| kind_name(text)).collect()
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DeemedRow {
    pub event: OneOrMany,
    #[serde(default)]
    pub r#where: IndexMap<String, OneOrMany>,
    pub declared: Vec<u32>,
    pub paid: Vec<u32>,
    pub source: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct IdentifyRow {
    pub scope: Option<String>,
    pub merge: Option<String>,
    pub served: Option<String>,
    pub clock: Option<String>,
    pub sheltered: Option<String>,
    pub source: Option<String>,
    #[serde(default)]
    pub pass: Vec<PassRow>,
    #[serde(default)]
    pub elected: IndexMap<String, ElectedRow>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ElectedRow {
    pub pass: Vec<PassRow>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PassRow {
    pub name: String,
    pub from: Option<i64>,
    pub to: Option<i64>,
    pub take: Option<String>,
    pub basis: Option<String>,
    #[serde(rename = "source")]
    _source: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RepurchaseRow {
    pub from: i64,
    pub to: i64,
    pub clock: Option<String>,
    pub held_at_end: Option<bool>,
    pub quantity: Option<String>,
    pub goes_to: Option<String>,
    pub sheltered: Option<String>,
    #[serde(default)]
    pub affiliates: Vec<String>,
    #[serde(default)]
    pub unless: IndexMap<String, OneOrMany>,
    pub code: Option<String>,
    pub source: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HoldingRow {
    pub name: String,
    pub more_than: String,
    pub ends: Option<String>,
    pub around: Option<String>,
    #[serde(default)]
    pub within: Vec<i64>,
    #[serde(default)]
    pub r#where: IndexMap<String, OneOrMany>,
    pub source: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EffectRow {
    pub event: String,
    pub cost: i8,
    pub units: Option<String>,
    pub floor: Option<String>,
    pub source: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CategoryRow {
    pub id: String,
    pub section: Option<String>,
    pub label: Option<String>,
    pub part_of: Option<String>,
    pub of_which: Option<bool>,
    pub adds: Option<bool>,
    #[serde(default)]
    pub negative: bool,
    #[serde(default)]
    pub by_property: bool,
    pub event: Option<OneOrMany>,
    pub field: Option<String>,
    #[serde(default)]
    pub less: Vec<String>,
    pub times: Option<String>,
    pub years: Option<String>,
    #[serde(default)]
    pub r#where: IndexMap<String, OneOrMany>,
    pub source: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LineRow {
    pub form: String,
    pub line: Option<String>,
    pub years: Option<String>,
    pub sum: Vec<String>,
    pub round: Option<String>,
    #[serde(default)]
    pub lists: bool,
    #[serde(default)]
    pub onward: bool,
    pub needs: Option<NeedsRow>,
    pub rows: Option<String>,
    pub text: Option<String>,
    pub brief: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NeedsRow {
    pub of: String,
    pub over: String,
    #[serde(default)]
    pub or: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FoldRow {
    pub step: String,
    pub of: Option<OneOrMany>,
    pub into: Option<String>,
    pub less: Option<String>,
    pub carry: Option<OneOrMany>,
    #[serde(default)]
    pub against: Vec<String>,
    pub down_to: Option<String>,
    pub used: Option<String>,
    pub by: Option<String>,
    pub to: Option<String>,
    pub held: Option<String>,
    #[serde(default)]
    pub parts: Vec<String>,
    pub years: Option<String>,
    #[serde(default)]
    pub by_property: bool,
    pub source: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FactRow {
    pub key: String,
    pub asks: String,
    pub write: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum ParamRow {
    One(String),
    By(IndexMap<String, String>),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DepreciationRow {
    pub life: String,
    pub years: Vec<usize>,
    pub percent: Vec<String>,
    #[serde(rename = "source")]
    _source: Option<String>,
}
