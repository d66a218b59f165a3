//! The inbox: what lies in it is imported, and what is settled is filed away.

mod world;

use std::fs;
use std::path::Path;

use rentier::cli::Exit;
use world::{folder, run, tree};

/// Books with an account for Schwab's exports.
fn books(root: &Path, settings: &str) {
    run(root, "init");
    let path = root.join("rentier.toml");
    let text = fs::read_to_string(&path).expect("settings");
    let text = text.replace("keep = \"statements\" ", settings);
    let account = "\n[account.schwab]\nshelter = \"taxable\"\nprofile = \"schwab\"\n";
    fs::write(&path, text + account).expect("settings");
}

fn export(root: &Path, fixture: &str, name: &str) {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/books/import").join(fixture);
    let to = root.join("inbox").join(name);
    fs::create_dir_all(to.parent().expect("a folder")).expect("a folder");
    fs::copy(from, to).expect("a copy");
}

fn names(root: &Path, folder: &str) -> Vec<String> {
    let all = tree(&root.join(folder));
    let name = |path: &Path| {
        let path = path.strip_prefix(root.join(folder)).expect("it lies there");
        path.to_string_lossy().replace('\\', "/")
    };
    all.iter().map(|(path, _)| name(path)).collect()
}

#[test]
fn what_is_settled_moves_to_the_kept_exports_and_the_rest_stays() {
    let root = folder();
    books(root.path(), "keep = \"statements\" ");
    export(root.path(), "schwab.csv", "Schwab/download.csv");
    fs::write(root.path().join("inbox/budget.csv"), "Month,Groceries\nMay,300\n").expect("a file");
    fs::write(root.path().join("inbox/.hidden"), "").expect("a file");
    let ran = run(root.path(), "inbox");
    assert_eq!(ran.exit, Exit::Problems, "a row is unresolved, a file is refused");
    assert!(
        ran.out.ends_with(
            "Moved 1 file from inbox/ to statements/.\n1 file stays in inbox/, as said above.\n"
        ),
        "{}",
        ran.out
    );
    assert_eq!(names(root.path(), "inbox"), [".hidden", "budget.csv"]);
    assert_eq!(names(root.path(), "statements"), ["schwab-2023-2024.csv"]);
    assert!(root.path().join("imported/schwab.journal").exists());
}

#[test]
fn a_file_of_known_rows_moves_too_and_one_that_is_kept_already_is_not_kept_twice() {
    let root = folder();
    books(root.path(), "keep = \"statements\" ");
    export(root.path(), "schwab.csv", "a.csv");
    run(root.path(), "inbox");
    let journal = fs::read(root.path().join("imported/schwab.journal")).expect("a journal");
    export(root.path(), "schwab.csv", "the same again.csv");
    let bytes = fs::read(root.path().join("inbox/the same again.csv")).expect("an export");
    let fewer = String::from_utf8(bytes).expect("text");
    let fewer: Vec<&str> = fewer.lines().take(3).collect();
    fs::write(root.path().join("inbox/b.csv"), fewer.join("\n")).expect("an export");
    let ran = run(root.path(), "inbox");
    assert!(ran.out.contains("Moved 2 files from inbox/ to statements/."), "{}", ran.out);
    assert_eq!(names(root.path(), "inbox"), [] as [&str; 0]);
    assert_eq!(names(root.path(), "statements").len(), 2, "the fewer rows are another file");
    assert_eq!(fs::read(root.path().join("imported/schwab.journal")).expect("one"), journal);
    let again = run(root.path(), "inbox");
    assert_eq!(again.exit, Exit::Done);
    assert!(again.out.starts_with("Nothing in inbox/."), "{}", again.out);
}

#[test]
fn looking_first_moves_nothing_and_so_do_books_that_keep_no_exports() {
    let root = folder();
    books(root.path(), "keep = \"\"");
    export(root.path(), "schwab.csv", "a.csv");
    let before = tree(root.path());
    let ran = run(root.path(), "inbox -n");
    assert_eq!(tree(root.path()), before, "{}", ran.out);
    let ran = run(root.path(), "inbox");
    assert!(ran.out.contains("The files stay in inbox/"), "{}", ran.out);
    assert_eq!(names(root.path(), "inbox"), ["a.csv"]);
    assert!(!root.path().join("statements").exists());
}

#[test]
fn books_without_an_inbox_are_told_how_to_name_one() {
    let root = folder();
    books(root.path(), "keep = \"statements\" ");
    let settings = root.path().join("rentier.toml");
    let text = fs::read_to_string(&settings).expect("settings");
    fs::write(&settings, text.replace("inbox = \"inbox\"", "inbox = \"\"")).expect("settings");
    let ran = run(root.path(), "inbox");
    assert_eq!(ran.exit, Exit::CouldNotRun);
    assert!(ran.err.contains("these books have no inbox"), "{}", ran.err);
}
