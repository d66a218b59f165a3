//! Books: settings and facts are read strictly, and all sources become one journal.

use std::fs;
use std::path::{Path, PathBuf};

use rentier::books::{Settings, Stated};
use rentier::event::LotMethod;
use rentier::render::diagnostics;
use rentier::source::Source;

fn fixture(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/books").join(path)
}

fn source(path: &str, name: &str) -> Source {
    Source::decode(name, fs::read(fixture(path)).expect("a fixture"))
}

/// Compares with the file beside the fixture; `UPDATE_GOLDEN=1` writes it.
fn golden(path: &str, found: &str) {
    let path = fixture(path);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, found).expect("the fixtures can be written");
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(found, expected, "{}", path.display());
}

#[test]
fn every_documented_setting_is_known() {
    let (settings, found) =
        Settings::read(&source("settings/complete.rentier.toml", "rentier.toml"));
    assert_eq!(diagnostics::all(&found, false), "");
    assert_eq!(settings.accounts.len(), 4);
    let fidelity = &settings.accounts["fidelity"];
    assert_eq!(fidelity.lots[1].method, LotMethod::HighestCost);
    assert_eq!(settings.rules.len(), 3);
    assert_eq!(settings.carry.len(), 3);
    assert_eq!(settings.choices[0].lots.len(), 1);
}

#[test]
fn every_documented_fact_is_known() {
    let (stated, found) =
        Stated::read(&source("settings/complete.securities.toml", "securities.toml"));
    assert_eq!(diagnostics::all(&found, false), "");
    assert_eq!(stated.securities.0.len(), 3);
    assert_eq!(stated.properties.len(), 1);
    assert_eq!(stated.payer_figures.len(), 1);
    let fund = stated.securities.get("FUND").expect("it is there");
    assert_eq!(fund.splits[0].parts.0.len(), 3);
    assert_eq!(fund.line, 9);
}

#[test]
fn mistakes_in_settings_are_all_shown_with_their_lines() {
    let (_, found) = Settings::read(&source("settings/mistakes.rentier.toml", "rentier.toml"));
    golden("settings/mistakes.rentier.errors", &diagnostics::all(&found, false));
    let (_, found) = Stated::read(&source("settings/mistakes.securities.toml", "securities.toml"));
    golden("settings/mistakes.securities.errors", &diagnostics::all(&found, false));
}
