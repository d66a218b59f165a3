//! Reads a regime's TOML: each row by itself, so that one that cannot be read hides no other.

mod row;

use indexmap::IndexMap;
use serde::de::DeserializeOwned;
use serde::de::IntoDeserializer;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::raw::{
    CategoryRow, DeemedRow, DepreciationRow, Document, EffectRow, FactRow, FoldRow, HeadRow,
    HoldingRow, IdentifyRow, LineRow, RepurchaseRow,
};
use super::rows::{Carry, Fact, Identify};
use super::{Regime, check};
use crate::diagnostic::Diagnostic;
use crate::period::YearRule;
use crate::source::{Name, Source};

/// Reads a regime. Rows that cannot be read are left out, each with a diagnostic at its line.
pub fn read(source: &Source) -> (Regime, Vec<Diagnostic>) {
    let (document, errors) = DeTable::parse_recoverable(&source.text);
    let mut reader = Reader { source, tests: 0, diagnostics: Vec::new() };
    for error in errors {
        reader.complain(error.message().to_owned(), error.span());
    }
    let mut regime = reader.regime(document.into_inner());
    let mut diagnostics = reader.diagnostics;
    diagnostics.extend(check::check(&mut regime, source));
    (regime, diagnostics)
}

/// A shipped regime, out of the JSON that was made of its rows. They are read as those of a text are, but
/// that nothing can be wrong with them and no place is asked for.
pub(super) fn compiled(json: &str) -> Regime {
    let document: Document = serde_json::from_str(json).expect("tests read every shipped regime");
    let source = Source::new("regime", "");
    let mut reader = Reader { source: &source, tests: 0, diagnostics: Vec::new() };
    let mut regime = reader.document(document);
    let found = check::check(&mut regime, &source);
    debug_assert!(reader.diagnostics.is_empty() && found.is_empty(), "tests read it");
    regime
}

/// What every part of the reading needs.
struct Reader<'s> {
    source: &'s Source,
    /// How many tests of how long a thing was held were read.
    tests: usize,
    diagnostics: Vec<Diagnostic>,
}

impl Reader<'_> {
    fn complain(&mut self, message: String, span: Option<std::ops::Range<usize>>) {
        let place = match span {
            Some(span) => {
                let start = span.start.min(self.source.text.len());
                let end = span.end.clamp(start, self.source.text.len());
                let line = self.source.text[start..end].lines().next().map_or(0, str::len);
                self.source.place_at(start, line)
            }
            None => crate::source::Place::file(&self.source.name),
        };
        self.diagnostics.push(Diagnostic::error("regime", message).at(place));
    }

    /// One row or table as `T`, or a complaint at its place.
    fn row<T: DeserializeOwned>(&mut self, value: Spanned<DeValue<'_>>) -> Option<T> {
        let span = value.span();
        match T::deserialize(value.into_deserializer()) {
            Ok(row) => Some(row),
            Err(error) => {
                self.complain(error.message().to_owned(), error.span().or(Some(span)));
                None
            }
        }
    }

    /// The rows of an array of tables.
    fn rows<T: DeserializeOwned>(
        &mut self,
        value: Spanned<DeValue<'_>>,
    ) -> Vec<(T, std::ops::Range<usize>)> {
        let span = value.span();
        let DeValue::Array(rows) = value.into_inner() else {
            self.complain("expected rows, such as `[[category]]`".to_owned(), Some(span));
            return Vec::new();
        };
        let mut read = Vec::new();
        for row in rows {
            let span = row.span();
            if let Some(row) = self.row(row) {
                read.push((row, span));
            }
        }
        read
    }

    fn regime(&mut self, table: DeTable<'_>) -> Regime {
        let mut regime = empty();
        for (key, value) in table {
            let span = key.span();
            match key.get_ref().as_ref() {
                "regime" => {
                    let span = value.span();
                    if let Some(head) = self.row::<HeadRow>(value) {
                        self.head(head, span, &mut regime);
                    }
                }
                "dates" => {
                    let rows: Option<IndexMap<String, Vec<String>>> = self.row(value);
                    regime.dates = dates(rows.unwrap_or_default());
                }
                "deemed" => {
                    for (row, span) in self.rows::<DeemedRow>(value) {
                        regime.deemed.extend(self.deemed(row, span));
                    }
                }
                "identify" => {
                    let span = value.span();
                    if let Some(row) = self.row::<IdentifyRow>(value) {
                        regime.identify = self.identify(row, &span);
                    }
                }
                "repurchase" => {
                    if let Some(row) = self.row::<RepurchaseRow>(value) {
                        regime.repurchase = Some(self.repurchase(row, span));
                    }
                }
                "holding" => {
                    for (row, span) in self.rows::<HoldingRow>(value) {
                        regime.holdings.extend(self.holding(row, span));
                    }
                }
                "effect" => {
                    for (row, span) in self.rows::<EffectRow>(value) {
                        regime.effects.push(self.effect(row, span));
                    }
                }
                "category" => {
                    for (row, span) in self.rows::<CategoryRow>(value) {
                        self.category(row, span, &mut regime);
                    }
                }
                "line" => {
                    for (row, span) in self.rows::<LineRow>(value) {
                        regime.lines.push(self.line(row, &span));
                    }
                }
                "fold" => {
                    for (row, span) in self.rows::<FoldRow>(value) {
                        regime.folds.extend(self.fold(row, span));
                    }
                }
                "fact" => {
                    for (row, _) in self.rows::<FactRow>(value) {
                        let fact = fact(row);
                        regime.facts.insert(fact.key.clone(), fact);
                    }
                }
                "params" => {
                    let span = value.span();
                    let rows = self.row(value).unwrap_or_default();
                    self.params(rows, &span, &mut regime);
                }
                "series" => {
                    let span = value.span();
                    let rows = self.row(value).unwrap_or_default();
                    self.series(rows, &span, &mut regime);
                }
                "carry" => {
                    let rows: Option<IndexMap<String, String>> = self.row(value);
                    regime.carry = carry(rows.unwrap_or_default());
                }
                "depreciation" => {
                    for (row, span) in self.rows::<DepreciationRow>(value) {
                        self.depreciation(row, span, &mut regime);
                    }
                }
                other => self.complain(format!("unknown key `{other}`"), Some(span)),
            }
        }
        regime
    }

    /// All rows of a document in which nothing can be wrong.
    fn document(&mut self, document: Document) -> Regime {
        let none = 0..0;
        let mut regime = empty();
        self.head(document.regime, none.clone(), &mut regime);
        regime.dates = dates(document.dates);
        for row in document.deemed {
            regime.deemed.extend(self.deemed(row, none.clone()));
        }
        if let Some(row) = document.identify {
            regime.identify = self.identify(row, &none);
        }
        regime.repurchase = document.repurchase.map(|row| self.repurchase(row, none.clone()));
        for row in document.holding {
            regime.holdings.extend(self.holding(row, none.clone()));
        }
        for row in document.effect {
            regime.effects.push(self.effect(row, none.clone()));
        }
        for row in document.category {
            self.category(row, none.clone(), &mut regime);
        }
        for row in document.line {
            regime.lines.push(self.line(row, &none));
        }
        for row in document.fold {
            regime.folds.extend(self.fold(row, none.clone()));
        }
        let facts = document.fact.into_iter().map(fact);
        regime.facts = facts.map(|fact| (fact.key.clone(), fact)).collect();
        self.params(document.params, &none, &mut regime);
        self.series(document.series, &none, &mut regime);
        regime.carry = carry(document.carry);
        for row in document.depreciation {
            self.depreciation(row, none.clone(), &mut regime);
        }
        regime
    }
}

/// A regime without a row.
fn empty() -> Regime {
    Regime {
        id: Name::default(),
        title: Name::default(),
        currency: Name::default(),
        year: YearRule::CALENDAR,
        dates: IndexMap::new(),
        deemed: Vec::new(),
        identify: Identify::default(),
        repurchase: None,
        holdings: Vec::new(),
        effects: Vec::new(),
        categories: IndexMap::new(),
        rules: Vec::new(),
        lines: Vec::new(),
        folds: Vec::new(),
        facts: IndexMap::new(),
        params: IndexMap::new(),
        series: IndexMap::new(),
        carry: Carry::default(),
        depreciation: IndexMap::new(),
    }
}

fn dates(rows: IndexMap<String, Vec<String>>) -> IndexMap<Name, Vec<Name>> {
    rows.into_iter().map(|(kind, days)| (kind_name(&kind), names(days))).collect()
}

fn carry(rows: IndexMap<String, String>) -> Carry {
    Carry(rows.into_iter().map(|(key, id)| (key.into(), id.into())).collect())
}

fn fact(row: FactRow) -> Fact {
    Fact { key: row.key.into(), asks: row.asks.into(), write: row.write.into() }
}

/// Our name for a kind of event: kebab-case, and the oracle's own words.
pub(super) fn kind_name(text: &str) -> Name {
    Name::new(match text {
        "rent_received" => "rent",
        "investment_interest_paid" => "margin-interest",
        "liquidating_distribution" => "liquidation",
        "mark_to_market" => "mark",
        "property_sold" => "property-sale",
        "inherit" => "inheritance",
        "deposit_kept" => "security-deposit-kept",
        other => return Name::from(other.replace('_', "-")),
    })
}

fn names(texts: Vec<String>) -> Vec<Name> {
    texts.into_iter().map(Name::from).collect()
}
