//! Lists the shipped profiles, so that a new broker is one file in `src/import/profiles`; and writes the
//! shipped regimes as JSON, which is read ten times as fast as their TOML at every start. The TOML is
//! what is written by hand, shown and tested.

use std::fmt::Write;
use std::path::Path;
use std::{env, fs};

fn main() {
    let root = env::var("CARGO_MANIFEST_DIR").expect("cargo says where the package lies");
    for id in ["us", "plain"] {
        regime(&Path::new(&root).join("src/regime"), id);
    }
    let folder = Path::new(&root).join("src/import/profiles");
    println!("cargo::rerun-if-changed={}", folder.display());
    let entries = fs::read_dir(&folder).expect("the shipped profiles can be listed");
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("a profile").path()).collect();
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "toml"));
    paths.sort();
    let mut list = String::from("&[\n");
    for path in paths {
        let name = path.file_stem().expect("a name").to_string_lossy();
        let path = path.to_string_lossy();
        writeln!(list, "    ({name:?}, include_str!({path:?})),").expect("a String takes all");
    }
    list.push_str("]\n");
    let out = env::var("OUT_DIR").expect("cargo says where to write");
    fs::write(Path::new(&out).join("profiles.rs"), list).expect("the list can be written");
}

/// One regime as JSON: the same tables, rows and words.
fn regime(folder: &Path, id: &str) {
    let path = folder.join(format!("{id}.toml"));
    println!("cargo::rerun-if-changed={}", path.display());
    let text = fs::read_to_string(&path).expect("a shipped regime can be read");
    let rows: toml::Table = toml::from_str(&text).expect("a shipped regime is TOML");
    let json = serde_json::to_string(&rows).expect("words and numbers can be JSON");
    let out = env::var("OUT_DIR").expect("cargo says where to write");
    fs::write(Path::new(&out).join(format!("{id}.json")), json).expect("it can be written");
}
