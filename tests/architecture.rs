//! The structure that `src/lib.rs` draws, held against the code: a room uses only floors below its
//! own, rooms on one floor are strangers, and only `cli` touches the world.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The floors, top to bottom, as in the map of `src/lib.rs`.
const FLOORS: &[&[&str]] = &[
    &["cli"],
    &["render"],
    &["report"],
    &["classify", "tax"],
    &["regime"],
    &["books"],
    &["ledger", "import"],
    &["income"],
    &["event"],
    &["diagnostic"],
    &["money", "period", "source"],
];

/// On the ground, rooms may use those to their right.
const GROUND: &[&str] = &["diagnostic", "money", "period", "source"];

/// What only `cli` may name: files, clock, environment, terminal, processes, globals.
const WORLD: &[&str] = &[
    "std::fs",
    "std::env",
    "std::process",
    "std::net",
    "std::thread::sleep",
    "std::time::SystemTime",
    "std::time::Instant",
    "SystemTime::now",
    "Instant::now",
    "Utc::now",
    "Local::now",
    "io::stdin",
    "io::stdout",
    "io::stderr",
    "println!",
    "eprintln!",
    "print!(",
    "eprint!(",
    "static mut",
    "thread_local!",
    "OnceLock<",
    "LazyLock<Mutex",
];

/// The one table that threads share: the letters of names. It only grows, and nothing can be told from
/// it but what was put in, so no result depends on who came before.
const LETTERS: (&str, &[&str]) = ("source/name/table.rs", &["static mut", "OnceLock<"]);

fn sources() -> BTreeMap<String, Vec<(PathBuf, String)>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut rooms = BTreeMap::new();
    for entry in fs::read_dir(&root).expect("src is there") {
        let path = entry.expect("src can be listed").path();
        if path.is_dir() {
            let room = path.file_name().expect("a name").to_string_lossy().into_owned();
            let mut files = Vec::new();
            collect(&path, &mut files);
            rooms.insert(room, files);
        }
    }
    rooms
}

fn collect(folder: &Path, files: &mut Vec<(PathBuf, String)>) {
    for entry in fs::read_dir(folder).expect("a folder of src can be listed") {
        let path = entry.expect("a folder of src can be listed").path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            let text = fs::read_to_string(&path).expect("a source is UTF-8");
            files.push((path, text));
        }
    }
}

/// The part of a file before its unit tests, without comments.
fn code(text: &str) -> String {
    let code = text.split("\n#[cfg(test)]").next().unwrap_or_default();
    code.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// The rooms that a piece of code names by `crate::room`, also in `use crate::{a::…, b::…}`.
fn named_rooms(code: &str) -> Vec<String> {
    let mut rooms = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        if let Some(list) = rest.strip_prefix('{') {
            let (mut depth, mut item) = (0, String::new());
            for letter in list.chars() {
                match letter {
                    '{' => depth += 1,
                    '}' if depth == 0 => break,
                    '}' => depth -= 1,
                    ',' if depth == 0 => rooms.push(std::mem::take(&mut item)),
                    _ if depth == 0 => item.push(letter),
                    _ => {}
                }
            }
            rooms.push(item);
        } else {
            rooms.push(rest.to_owned());
        }
    }
    let word = |text: &String| {
        let text = text.trim();
        let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
        text[..end].to_owned()
    };
    rooms.iter().map(word).filter(|room| !room.is_empty()).collect()
}

fn floor_of(room: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| floor.contains(&room))
}

#[test]
fn every_folder_of_src_is_a_room_of_the_map() {
    let map = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs"))
        .expect("lib.rs is there");
    let rooms = sources();
    for room in rooms.keys() {
        assert!(floor_of(room).is_some(), "src/{room} is on no floor");
        assert!(map.contains(&format!("[`{room}`]")), "the map of lib.rs does not show {room}");
    }
    for room in FLOORS.iter().flat_map(|floor| floor.iter()) {
        assert!(rooms.contains_key(*room), "the floors name {room}, which has no folder");
    }
}

#[test]
fn a_room_uses_only_floors_below_its_own() {
    let mut wrong = Vec::new();
    for (room, files) in sources() {
        let floor = floor_of(&room).expect("every room is on a floor");
        for (path, text) in files {
            for used in named_rooms(&code(&text)) {
                let Some(other) = floor_of(&used) else { continue };
                let below = GROUND.iter().position(|name| *name == used);
                let at = GROUND.iter().position(|name| *name == room);
                let on_the_ground = matches!((at, below), (Some(at), Some(below)) if at <= below);
                if used != room && other <= floor && !on_the_ground {
                    wrong.push(format!("{} uses {used}", path.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn only_cli_touches_the_world() {
    let mut wrong = Vec::new();
    for (room, files) in sources() {
        if room == "cli" {
            continue;
        }
        for (path, text) in files {
            let code = code(&text);
            let own: &[&str] = if path.ends_with(LETTERS.0) { LETTERS.1 } else { &[] };
            for word in WORLD.iter().filter(|word| code.contains(**word) && !own.contains(word)) {
                wrong.push(format!("{} names {word}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn amounts_never_pass_through_a_float() {
    let mut wrong = Vec::new();
    for (room, files) in sources() {
        // Floats may place things on a screen; they never carry an amount.
        if room == "cli" || room == "render" {
            continue;
        }
        for (path, text) in files {
            let code = code(&text);
            for word in ["f64", "f32", "from_f64", "to_f64"] {
                let used = code.match_indices(word).any(|(at, _)| {
                    let before = code[..at].chars().next_back();
                    !before.is_some_and(|c| c.is_alphanumeric() || c == '_')
                });
                if used {
                    wrong.push(format!("{} names {word}", path.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_module_says_what_it_is_for() {
    for (path, text) in sources().into_values().flatten() {
        assert!(text.starts_with("//! "), "{} opens without its purpose", path.display());
    }
}
