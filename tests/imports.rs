//! Imports into books: what they write, what they leave alone, and that they are whole or not at all.

mod world;

use std::fs;
use std::io;
use std::path::Path;

use rentier::cli::Exit;
use world::{folder, run, run_with, tree};

/// Books with an account for Schwab's exports, and one for Fidelity's.
fn books(root: &Path) {
    run(root, "init");
    let settings = root.join("rentier.toml");
    let mut text = fs::read_to_string(&settings).expect("settings");
    text.push_str(
        "\n[account.schwab]\nshelter = \"taxable\"\nprofile = \"schwab\"\n\
         \n[account.fidelity]\nshelter = \"taxable\"\nmatch = [\"Z00000043\"]\n",
    );
    fs::write(&settings, text).expect("settings");
}

fn export(root: &Path, fixture: &str, name: &str) {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/books/import").join(fixture);
    fs::copy(from, root.join(name)).expect("a copy");
}

fn journal(root: &Path, account: &str) -> String {
    fs::read_to_string(root.join(format!("imported/{account}.journal"))).expect("it was written")
}

/// The journal without its `src:` tags: over several runs they name the file that came first.
fn without_sources(text: &str) -> String {
    let line = |line: &str| line.split(", src:").next().unwrap_or_default().to_owned();
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn an_import_says_what_became_of_every_row_and_keeps_the_file() {
    let root = folder();
    books(root.path());
    export(root.path(), "schwab.csv", "download.csv");
    let dry = run(root.path(), "import download.csv --dry-run");
    assert_eq!(dry.exit, Exit::Problems);
    assert!(
        dry.out.starts_with(
            "File         Account Rows New Known Changed Ignored Unresolved\n\
         download.csv schwab     6   5     0       0       0          1\n"
        ),
        "{}",
        dry.out
    );
    assert!(
        dry.out.ends_with(
            "Nothing written (--dry-run). 6 events would be new, 1 row is unresolved.\n"
        ),
        "{}",
        dry.out
    );
    assert!(dry.err.contains("does not know the action `Securities Lending Reb`"), "{}", dry.err);
    assert!(!root.path().join("statements").exists());
    let ran = run(root.path(), "import download.csv");
    assert_eq!(ran.exit, Exit::Problems);
    assert!(
        ran.out.contains("Wrote 6 events to imported/schwab.journal, kept 1 file in statements/."),
        "{}",
        ran.out
    );
    let kept = fs::read(root.path().join("statements/schwab-2023-2024.csv")).expect("it is kept");
    assert_eq!(kept, fs::read(root.path().join("download.csv")).expect("the file"));
    assert!(journal(root.path(), "schwab").contains("src: schwab-2023-2024.csv:2"));
}

#[test]
fn importing_again_is_a_no_op_under_any_name() {
    let root = folder();
    books(root.path());
    export(root.path(), "schwab.csv", "a.csv");
    run(root.path(), "import a.csv");
    export(root.path(), "schwab.csv", "zz.csv");
    let before = tree(root.path());
    for line in ["import a.csv", "import zz.csv", "import a.csv zz.csv"] {
        let ran = run(root.path(), line);
        assert_eq!(tree(root.path()), before, "{line}");
        assert!(!ran.out.contains("Wrote"), "{}", ran.out);
    }
}

/// Kept exports are read again only where they could refuse a file, and there they still do.
#[test]
fn days_that_a_kept_export_of_another_format_covers_are_refused() {
    let root = folder();
    books(root.path());
    let own = "name = \"own\"\ncurrency = \"USD\"\nheader = [\"Day\", \"What\", \"Cash\"]\n\
               needs = [\"date\", \"action\", \"amount\"]\nidentity = [\"date\", \"action\", \"amount\"]\n\
               [columns]\ndate = \"Day\"\naction = \"What\"\namount = \"Cash\"\n\
               [dates]\nform = \"yyyy-mm-dd\"\n\
               [[action]]\nis = \"Interest\"\nevent = \"interest\"\nexample = '2024-12-24,Interest,48.20'\n";
    fs::create_dir(root.path().join("profiles")).expect("a folder");
    fs::write(root.path().join("profiles/own.toml"), own).expect("a profile");
    export(root.path(), "schwab.csv", "a.csv");
    run(root.path(), "import a.csv");
    let first = journal(root.path(), "schwab");
    let day = &first[first.find("\n20").expect("a block")..][1..11];
    let other = |day: &str| format!("Day,What,Cash\n{day},Interest,1.00\n");
    fs::write(root.path().join("b.csv"), other(day)).expect("an export");
    let ran = run(root.path(), "import b.csv --account schwab");
    assert!(ran.out.contains("cover"), "{}\n{}", ran.out, ran.err);
    assert_eq!(journal(root.path(), "schwab"), first);
    fs::write(root.path().join("c.csv"), other("2031-01-02")).expect("an export");
    let ran = run(root.path(), "import c.csv --account schwab");
    assert!(ran.out.contains("Wrote 1 event"), "{}\n{}", ran.out, ran.err);
}

#[test]
fn overlapping_exports_make_the_same_journal_in_any_order() {
    let mut journals = Vec::new();
    for lines in [
        vec!["import a.csv b.csv"],
        vec!["import b.csv a.csv"],
        vec!["import a.csv", "import b.csv"],
        vec!["import b.csv", "import a.csv"],
    ] {
        let root = folder();
        books(root.path());
        export(root.path(), "schwab.csv", "a.csv");
        export(root.path(), "later.csv", "b.csv");
        for line in &lines {
            run(root.path(), line);
        }
        journals.push((lines.len(), journal(root.path(), "schwab")));
    }
    assert_eq!(journals[0], journals[1], "the order of names in one run never counts");
    for (_, text) in &journals {
        assert_eq!(without_sources(text), without_sources(&journals[0].1));
    }
    // Two identical purchases in each file are two, not four and not one.
    assert_eq!(journals[0].1.matches("event: buy, security: VYM").count(), 2);
    assert_eq!(journals[0].1.matches("event: dividend").count(), 2);
}

#[test]
fn an_action_taught_later_replaces_the_unknown_block() {
    let root = folder();
    books(root.path());
    export(root.path(), "schwab.csv", "a.csv");
    run(root.path(), "import a.csv");
    let before = journal(root.path(), "schwab");
    assert!(before.contains("event: unknown"));
    fs::create_dir(root.path().join("profiles")).expect("a folder");
    let taught = "name = \"schwab\"\n[[action]]\nis = \"Securities Lending Reb\"\nevent = \"payment-in-lieu\"\n";
    fs::write(root.path().join("profiles/schwab.toml"), taught).expect("a profile");
    let ran = run(root.path(), "import a.csv");
    assert_eq!(ran.exit, Exit::Done, "{}{}", ran.out, ran.err);
    let after = journal(root.path(), "schwab");
    assert!(!after.contains("event: unknown") && after.contains("event: payment-in-lieu"));
    let others = |text: &str| -> Vec<String> {
        let blocks = text.split("\n\n").filter(|block| !block.contains("2024-03-27"));
        blocks.map(str::to_owned).collect()
    };
    assert_eq!(others(&after), others(&before));
}

#[test]
fn an_account_that_nothing_tells_is_asked_for_with_lines_to_paste() {
    let root = folder();
    run(root.path(), "init");
    export(root.path(), "schwab.csv", "a.csv");
    export(root.path(), "fidelity.csv", "b.csv");
    let before = tree(root.path());
    let ran = run(root.path(), "import a.csv b.csv");
    assert_eq!(ran.exit, Exit::Problems);
    assert!(
        ran.err.starts_with(
            "error: 2 accounts are not in rentier.toml: whose are they, and are they taxed?\n"
        ),
        "{}",
        ran.err
    );
    assert_eq!(tree(root.path()), before);
    // What is shown can be pasted as it is.
    let pasted: Vec<&str> = ran
        .err
        .lines()
        .filter_map(|line| line.strip_prefix("          "))
        .filter(|line| !line.starts_with("or say"))
        .collect();
    let settings = root.path().join("rentier.toml");
    let text = fs::read_to_string(&settings).expect("settings") + "\n" + &pasted.join("\n");
    fs::write(&settings, text).expect("settings");
    let ran = run(root.path(), "import a.csv b.csv");
    assert!(
        ran.out.contains("Wrote 8 events to imported/, kept 2 files in statements/."),
        "{}{}",
        ran.out,
        ran.err
    );
}

#[test]
fn a_new_name_is_an_account_that_can_be_read_again() {
    for (name, ledger) in [("trial", "Assets:Trial"), ("Assets:Test", "Assets:Test")] {
        let root = folder();
        run(root.path(), "init");
        export(root.path(), "later.csv", "a.csv");
        let ran = run(root.path(), &format!("import a.csv --account {name}"));
        assert!(ran.out.contains("to rentier.toml: taxable, of me."), "{}{}", ran.out, ran.err);
        let check = run(root.path(), "check");
        assert_eq!(check.err, "");
        let events = run(root.path(), "events --format json").out;
        assert!(events.contains(&format!("\"account\": \"{name}\"")), "{events}");
        let file = if name == "trial" { "trial" } else { "Assets-Test" };
        assert!(journal(root.path(), file).contains(&format!("{ledger}:Cash")));
    }
}

#[test]
fn without_books_a_dry_run_reads_and_an_import_names_init() {
    let root = folder();
    export(root.path(), "schwab.csv", "a.csv");
    let ran = run(root.path(), "import a.csv");
    assert_eq!(ran.exit, Exit::CouldNotRun);
    assert!(ran.err.contains("rentier init"), "{}", ran.err);
    let ran = run(root.path(), "import a.csv -n --account Assets:Test --format json");
    assert_eq!(ran.exit, Exit::Problems);
    let json: serde_json::Value = serde_json::from_str(&ran.out).expect("JSON on stdout");
    let file = &json["files"][0];
    assert_eq!(file["profile"], "schwab");
    assert_eq!(file["rows"]["read"], 6);
    assert_eq!(file["rows"]["new"], 5);
    assert_eq!(file["unresolved"][0]["line"], 6);
    assert_eq!(file["events"].as_array().map(Vec::len), Some(6));
    assert_eq!(file["events"][0]["account"], "Assets:Test");
    assert_eq!(file["events"][0]["source"]["line"], 7);
    assert_eq!(json["refused"], serde_json::json!([]));
}

#[test]
fn a_file_of_another_kind_is_refused_and_the_rest_is_read() {
    let root = folder();
    books(root.path());
    export(root.path(), "schwab.csv", "a.csv");
    fs::write(root.path().join("budget.csv"), "When,What\n2024-01-01,Tea\n").expect("a file");
    let ran = run(root.path(), "import a.csv budget.csv missing.csv --format json");
    assert_eq!(ran.exit, Exit::Problems);
    let json: serde_json::Value = serde_json::from_str(&ran.out).expect("JSON on stdout");
    assert_eq!(json["files"].as_array().map(Vec::len), Some(1));
    let refused: Vec<&str> = json["refused"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|one| one["file"].as_str())
        .collect();
    assert_eq!(refused, ["budget.csv", "missing.csv"]);
    assert!(journal(root.path(), "schwab").contains("event: sell"));
    let nothing = run(root.path(), "import missing.csv");
    assert_eq!(nothing.exit, Exit::CouldNotRun, "{}", nothing.out);
}

#[test]
fn an_import_that_breaks_off_at_any_step_leaves_the_books_as_they_were() {
    let mut broken = 0;
    for at in 0.. {
        let root = folder();
        books(root.path());
        export(root.path(), "schwab.csv", "a.csv");
        export(root.path(), "fidelity.csv", "b.csv");
        let before = tree(root.path());
        let mut step = 0;
        let ran = run_with(root.path(), "import a.csv b.csv", |world| {
            world.before_step = Some(Box::new(move |_| {
                step += 1;
                if step > at { Err(io::ErrorKind::StorageFull.into()) } else { Ok(()) }
            }));
        });
        if ran.exit != Exit::CouldNotRun {
            break;
        }
        broken += 1;
        assert!(ran.err.contains("the disk is full"), "{}", ran.err);
        assert_eq!(tree(root.path()), before, "broken off before step {at}");
    }
    assert!(broken > 8, "every step was broken off once: {broken}");
}

#[test]
fn what_a_killed_import_left_is_taken_back_by_the_next_command() {
    let root = folder();
    books(root.path());
    let before = tree(root.path());
    let stage = root.path().join(".rentier.import");
    fs::create_dir(&stage).expect("a folder");
    fs::write(stage.join("old0"), fs::read(root.path().join("main.journal")).expect("a file"))
        .expect("a file");
    fs::write(stage.join("undo"), "old 0 main.journal\nnew 1 imported/schwab.journal\n")
        .expect("a file");
    fs::write(root.path().join("main.journal"), "; half written\n").expect("a file");
    fs::write(root.path().join("imported/schwab.journal"), "; new\n").expect("a file");
    assert_eq!(run(root.path(), "check").exit, Exit::Done);
    assert_eq!(tree(root.path()), before);
}

#[test]
fn a_second_import_waits_and_then_says_who_writes() {
    let root = folder();
    books(root.path());
    export(root.path(), "schwab.csv", "a.csv");
    let lock = root.path().join(".rentier.lock");
    let held = fs::File::create(&lock).expect("a lock");
    held.lock().expect("nobody has it");
    fs::write(&lock, "4711").expect("a lock");
    let before = tree(root.path());
    let ran = run(root.path(), "import a.csv");
    assert_eq!(ran.exit, Exit::CouldNotRun);
    assert!(ran.err.starts_with("waiting for another import\nerror: another import is writing to these books (process 4711)\n"), "{}", ran.err);
    assert_eq!(tree(root.path()), before);
    drop(held);
    let ran = run(root.path(), "import a.csv");
    assert!(ran.out.contains("Wrote 6 events"), "{}", ran.out);
    assert!(!lock.exists(), "nothing is left behind");
}

#[test]
fn two_hundred_files_are_one_import() {
    let root = folder();
    books(root.path());
    let mut names = Vec::new();
    for number in 0..200 {
        let name = format!("{number}.csv");
        let text = format!(
            "\"Date\",\"Action\",\"Symbol\",\"Description\",\"Quantity\",\"Price\",\"Fees & Comm\",\"Amount\"\n\
             \"06/14/2024\",\"Qualified Dividend\",\"VTI\",\"ROW {number}\",\"\",\"\",\"\",\"${number}.05\"\n"
        );
        fs::write(root.path().join(&name), text).expect("a file");
        names.push(name);
    }
    let ran = run(root.path(), &format!("import {}", names.join(" ")));
    assert!(
        ran.out.contains("Wrote 200 events to imported/schwab.journal, kept 200 files"),
        "{}",
        ran.out
    );
}

#[test]
fn a_renamed_account_keeps_its_events() {
    let root = folder();
    books(root.path());
    export(root.path(), "schwab.csv", "a.csv");
    run(root.path(), "import a.csv");
    let settings = root.path().join("rentier.toml");
    let text = fs::read_to_string(&settings).expect("settings");
    let renamed = "[account.broker]\nwas = [\"schwab\"]\n";
    fs::write(&settings, text.replace("[account.schwab]\n", renamed)).expect("settings");
    let before = tree(root.path());
    let ran = run(root.path(), "import a.csv");
    assert!(ran.out.contains("a.csv broker     6   0     5 "), "{}{}", ran.out, ran.err);
    assert_eq!(tree(root.path()), before);
    let events = run(root.path(), "events --account broker --format json");
    assert_eq!(events.err, "");
    assert!(events.out.contains("\"account\": \"broker\""), "{}", events.out);
}

#[test]
fn a_block_that_cannot_be_read_is_not_written_a_second_time() {
    let root = folder();
    books(root.path());
    export(root.path(), "schwab.csv", "a.csv");
    run(root.path(), "import a.csv");
    let path = root.path().join("imported/schwab.journal");
    let text = journal(root.path(), "schwab").replace("event: sell", "event: sall");
    fs::write(&path, &text).expect("a journal");
    let ran = run(root.path(), "import a.csv");
    assert_eq!(ran.exit, Exit::Problems);
    assert!(ran.err.contains("sall"), "{}", ran.err);
    assert_eq!(fs::read_to_string(&path).expect("a journal"), text);
}

#[test]
fn a_journal_that_includes_no_imported_one_is_told() {
    let root = folder();
    books(root.path());
    fs::write(root.path().join("main.journal"), "; nothing\n").expect("a journal");
    export(root.path(), "later.csv", "a.csv");
    let ran = run(root.path(), "import a.csv");
    assert_eq!(ran.exit, Exit::Problems);
    assert!(ran.err.contains("write in main.journal: include imported/*.journal"), "{}", ran.err);
}

#[test]
fn a_copy_is_byte_exact_in_any_encoding() {
    let root = folder();
    books(root.path());
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/books/import/later.csv");
    let text = fs::read_to_string(from).expect("a fixture");
    let bytes: Vec<u8> =
        format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    fs::write(root.path().join("a.csv"), &bytes).expect("a file");
    let ran = run(root.path(), "import a.csv");
    assert!(ran.out.contains("Wrote 5 events"), "{}{}", ran.out, ran.err);
    assert_eq!(
        fs::read(root.path().join("statements/schwab-2024.csv")).expect("it is kept"),
        bytes
    );
    let before = tree(root.path());
    run(root.path(), "import a.csv");
    assert_eq!(tree(root.path()), before);
}

/// The example's journals are what an import of its own statements makes; `UPDATE_GOLDEN=1` writes
/// them.
#[test]
fn the_example_is_what_import_makes_of_its_statements() {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/books/example");
    let root = folder();
    for (path, bytes) in tree(&example) {
        let below = path.strip_prefix(&example).expect("it is below");
        let target = root.path().join(below);
        fs::create_dir_all(target.parent().expect("a folder")).expect("a folder");
        fs::write(target, bytes).expect("a copy");
    }
    for name in ["schwab", "fidelity"] {
        let _ = fs::remove_file(root.path().join(format!("imported/{name}.journal")));
    }
    let ran = run(root.path(), "import statements/schwab-2024.csv statements/fidelity-2024.csv");
    assert_eq!(ran.exit, Exit::Done, "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("Wrote 9 events to imported/."), "{}", ran.out);
    for name in ["schwab", "fidelity"] {
        let shipped = example.join(format!("imported/{name}.journal"));
        let made = journal(root.path(), name);
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            fs::create_dir_all(example.join("imported")).expect("a folder");
            fs::write(&shipped, &made).expect("the fixtures can be written");
        }
        assert_eq!(made, fs::read_to_string(&shipped).unwrap_or_default(), "{name}");
    }
    let statement = run(root.path(), "income 2024 --view cash");
    assert!(statement.out.contains("12,100.00"), "{}", statement.out);
    let statement = run(root.path(), "income 2024");
    assert_eq!(statement.exit, Exit::Done, "{}", statement.err);
    assert!(statement.out.contains(" 7,900.60\n"), "{}", statement.out);
}

#[test]
fn a_changed_row_waits_until_it_is_accepted_and_then_replaces() {
    let root = folder();
    run(root.path(), "init");
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/import/ofx/bank-sgml.ofx");
    let text = fs::read_to_string(from).expect("a fixture");
    fs::write(root.path().join("a.qfx"), &text).expect("a file");
    run(root.path(), "import a.qfx --account broker");
    let changed = text.replace("<TRNAMT>3.90", "<TRNAMT>3.95");
    assert_ne!(changed, text);
    fs::write(root.path().join("b.qfx"), changed).expect("a file");
    let before = tree(root.path());
    let ran = run(root.path(), "import b.qfx");
    assert_eq!(ran.exit, Exit::Problems);
    assert!(ran.out.contains("   was  statements/broker-2024.qfx:38   3.90 USD\n"), "{}", ran.out);
    assert!(ran.out.ends_with("1 change waits for you.\n"), "{}", ran.out);
    assert_eq!(tree(root.path()), before);
    let id =
        ran.out.rsplit("--accept ").next().and_then(|rest| rest.lines().next()).expect("an id");
    let none = run(root.path(), "import b.qfx --accept other");
    assert_eq!(none.exit, Exit::CouldNotRun);
    let ran = run(root.path(), &format!("import b.qfx --accept {id}"));
    assert_eq!(ran.exit, Exit::Done, "{}{}", ran.out, ran.err);
    let text = journal(root.path(), "broker");
    assert!(text.contains(&format!("link: replaces {id}")), "{text}");
    assert!(text.contains("3.90 USD") && text.contains("3.95 USD"), "{text}");
    let after = tree(root.path());
    for line in ["import b.qfx", "import a.qfx"] {
        assert_eq!(run(root.path(), line).exit, Exit::Done, "{line}");
    }
    assert_eq!(tree(root.path()), after);
}

#[test]
fn a_row_says_what_became_of_it_wherever_its_file_lies() {
    let root = folder();
    export(root.path(), "schwab.csv", "a.csv");
    let before = run(root.path(), "explain a.csv:2");
    assert!(before.out.contains(" a.csv:2\n"), "{}{}", before.out, before.err);
    // No `match` and no `profile` tells the account later, only the rows that are known.
    run(root.path(), "init");
    run(root.path(), "import a.csv --account savings");
    let download = run(root.path(), "explain a.csv:2");
    assert!(download.out.contains(" statements/savings-2023-2024.csv:2\n"), "{}", download.out);
    assert!(download.out.contains(", savings\n"), "{}", download.out);
}

#[test]
fn a_folder_means_the_files_in_it_but_for_hidden_ones_and_other_records() {
    let (one, other) = (folder(), folder());
    for root in [&one, &other] {
        run(root.path(), "init");
        fs::create_dir_all(root.path().join("down/2024")).expect("a folder");
        fs::create_dir_all(root.path().join("down/records")).expect("a folder");
        fs::create_dir_all(root.path().join("down/empty")).expect("a folder");
        export(root.path(), "schwab.csv", "down/a.csv");
        export(root.path(), "fidelity.csv", "down/2024/b.csv");
        export(root.path(), "fidelity.csv", "down/.hidden.csv");
        export(root.path(), "fidelity.csv", "down/records/kept.csv");
        fs::write(root.path().join("down/records/rentier.toml"), "").expect("settings");
    }
    let named = run(one.path(), "import down/a.csv down/2024/b.csv --account all");
    let whole = run(other.path(), "import down --account all");
    assert_eq!((named.exit, named.out), (whole.exit, whole.out));
    assert_eq!(journal(one.path(), "all"), journal(other.path(), "all"));

    let ran = run(one.path(), "import down/empty");
    assert_eq!(ran.exit, Exit::CouldNotRun);
    assert!(ran.err.starts_with("error: no file lies in `down/empty`\n"), "{}", ran.err);
    let ran = run(one.path(), "import down/records");
    let found = "error: `down/records` is a folder of records, not of exports\n";
    assert!(ran.err.starts_with(found), "{}", ran.err);
}
