//! Pages that are made of what the program itself knows: `UPDATE_GOLDEN=1` rewrites them.

#[path = "support/golden.rs"]
mod golden;
mod world;

use std::path::Path;

use golden::golden;
use rentier::cli::Exit;
use world::{folder, run};

#[test]
fn the_page_of_brokers_is_made_of_the_profiles() {
    let listed = run(folder().path(), "profile list --format md");
    assert_eq!(listed.exit, Exit::Done, "{}", listed.err);
    let page = format!(
        "# Formats that are read\n\n\
         Made of the profiles in this folder by `rentier profile list --format md`; one of them, as it is\n\
         written: `rentier profile show NAME`.\n\n{}",
        listed.out
    );
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/import/profiles/README.md");
    golden(&path, &page);
}
