//! Lists the shipped profiles, so that a new broker is one file in `src/import/profiles`; and writes the
//! shipped regimes and rules as JSON, which is read in a fraction of the time at every start. The TOML
//! is what is written by hand, shown and tested.

use std::fmt::Write;
use std::path::Path;
use std::{env, fs};

fn main() {
    let root = env::var("CARGO_MANIFEST_DIR").expect("cargo says where the package lies");
    for name in ["regime/us", "regime/plain", "books/rules/rules"] {
        as_json(&Path::new(&root).join(format!("src/{name}.toml")));
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

/// A file of rows as JSON: the same tables, rows and words, under its own name.
fn as_json(path: &Path) {
    println!("cargo::rerun-if-changed={}", path.display());
    let text = fs::read_to_string(path).expect("a file that is shipped can be read");
    let rows: toml::Table = toml::from_str(&text).expect("it is TOML");
    let json = serde_json::to_string(&rows).expect("words and numbers can be JSON");
    let out = env::var("OUT_DIR").expect("cargo says where to write");
    let name = path.with_extension("json");
    let name = name.file_name().expect("a file has a name");
    fs::write(Path::new(&out).join(name), json).expect("it can be written");
}
