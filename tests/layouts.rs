//! A file means the same however it is laid out: each fixture saved again in other encodings, line ends
//! and separators, with its cells quoted, its columns in another order, empty ones added, its header in
//! capitals or repeated, gives the events that it gives as it lies.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use indexmap::IndexMap;
use rentier::event::{Account, Securities};
use rentier::import::{self, Context, Known, Otherwise, Profile};
use rentier::source::Source;

static SHIPPED: LazyLock<Vec<Profile>> = LazyLock::new(import::profile::shipped);

/// What the events of a file say, but where they were read and the words of rows kept as they are.
fn said(name: &str, bytes: Vec<u8>) -> BTreeSet<String> {
    let account = Account::taxable("x".into());
    let source = Source::decode(name, bytes);
    let context = Context {
        profiles: &SHIPPED,
        accounts: &IndexMap::new(),
        securities: &Securities::default(),
        known: &Known::default(),
        otherwise: Otherwise::Named(&account),
        dates: &IndexMap::new(),
        overrides: &[],
        accepted: &[],
    };
    let mut run = import::run(std::slice::from_ref(&source), &context);
    let refused = run.refused.iter().map(|refused| format!("refused: {}", refused.reason));
    let mut said: BTreeSet<String> = refused.collect();
    for event in run.take_events() {
        let mut json = serde_json::to_value(&event).expect("an event is JSON");
        let fields = json.as_object_mut().expect("an object");
        for key in ["source", "row"] {
            fields.remove(key);
        }
        said.insert(json.to_string());
    }
    said
}

/// A delimited text: its rows, what parts them, and which row is the header.
struct Sheet {
    rows: Vec<Vec<String>>,
    delimiter: u8,
    header: usize,
}

impl Sheet {
    /// Of a text that has one table of a shipped profile's columns.
    fn new(text: &str, profile: &Profile) -> Option<Sheet> {
        let head: String = text.chars().take(2000).collect();
        let delimiter = *b",;\t".iter().max_by_key(|mark| head.matches(**mark as char).count())?;
        let mut reader = csv::ReaderBuilder::new()
            .flexible(true)
            .has_headers(false)
            .delimiter(delimiter)
            .from_reader(text.as_bytes());
        let rows: Vec<Vec<String>> = reader
            .records()
            .map(|row| Some(row.ok()?.iter().map(str::to_owned).collect()))
            .collect::<Option<_>>()?;
        let known = |row: &Vec<String>| {
            let cells = row.iter().filter(|cell| !cell.trim().is_empty());
            let (all, known) = cells.fold((0, 0), |(all, known), cell| {
                (all + 1, known + usize::from(profile.field_of(cell).is_some()))
            });
            all >= 3 && known >= 3 && 2 * known >= all
        };
        let headers: Vec<usize> = (0..rows.len()).filter(|at| known(&rows[*at])).collect();
        let [header] = headers[..] else { return None };
        Some(Sheet { rows, delimiter, header })
    }

    fn text(
        &self,
        change: impl Fn(usize, &[String]) -> Vec<String>,
        quotes: csv::QuoteStyle,
    ) -> String {
        let mut writer = csv::WriterBuilder::new()
            .flexible(true)
            .delimiter(self.delimiter)
            .quote_style(quotes)
            .from_writer(Vec::new());
        for (at, row) in self.rows.iter().enumerate() {
            writer.write_record(change(at, row)).expect("into memory");
        }
        String::from_utf8(writer.into_inner().expect("flushed")).expect("UTF-8")
    }

    /// The same rows in other dress.
    fn variants(&self, profile: &Profile) -> Vec<(&'static str, String)> {
        let usual = csv::QuoteStyle::Necessary;
        let width = self.rows[self.header].len();
        let of_table = |at: usize, row: &[String]| at >= self.header && row.len() == width;
        let plain = |_: usize, row: &[String]| row.to_vec();
        let mut all = vec![
            ("quoted", self.text(plain, csv::QuoteStyle::Always)),
            ("blanks", self.text(|_, row| row.iter().map(|c| format!(" {c} ")).collect(), usual)),
            ("capitals", self.text(|at, row| self.header_as(at, row, |c| c.to_uppercase()), usual)),
            ("small", self.text(|at, row| self.header_as(at, row, |c| c.to_lowercase()), usual)),
        ];
        // Columns without a name are told by the one beside them, footers and totals by their first cell.
        let named = self.rows[self.header].iter().all(|cell| !cell.trim().is_empty());
        let whole = self.rows[self.header..].iter().all(|row| row.len() == width);
        if whole {
            all.push((
                "empty column",
                self.text(
                    |at, row| {
                        let mut row = row.to_vec();
                        if of_table(at, &row) {
                            let name = if at == self.header { "Something of its own" } else { "" };
                            row.insert(2, name.to_owned());
                        }
                        row
                    },
                    usual,
                ),
            ));
        }
        if named && whole && profile.asides.iter().all(|aside| aside.starts.is_none()) {
            let turned = |at: usize, row: &[String]| {
                let mut row = row.to_vec();
                if of_table(at, &row) {
                    row.reverse();
                }
                row
            };
            all.push(("columns turned", self.text(turned, usual)));
        }
        all
    }

    fn header_as(&self, at: usize, row: &[String], change: fn(&String) -> String) -> Vec<String> {
        if at == self.header { row.iter().map(change).collect() } else { row.to_vec() }
    }
}

fn fixtures() -> Vec<(PathBuf, &'static Profile)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/import");
    let mut all = Vec::new();
    for profile in SHIPPED.iter().filter(|profile| profile.is_table()) {
        let Ok(entries) = fs::read_dir(root.join(&*profile.name)) else { continue };
        for path in entries.map(|entry| entry.expect("a fixture").path()) {
            if path.extension().is_some_and(|ending| ending == "csv") {
                all.push((path, profile));
            }
        }
    }
    all.sort_by(|one, other| one.0.cmp(&other.0));
    all
}

/// Fixtures whose own point is how they are laid out.
const BY_LAYOUT: &[&str] = &["rows-nobody-understands.csv", "title-and-total.csv", "pasted.csv"];

#[test]
fn a_file_saved_again_gives_the_same_events() {
    let (mut tried, mut wrong) = (0, Vec::new());
    for (path, profile) in fixtures() {
        let name = path.file_name().expect("a file").to_string_lossy().into_owned();
        let bytes = fs::read(&path).expect("a fixture");
        let text = Source::decode(&*name, bytes.clone()).text.to_string();
        let expected = said(&name, bytes);
        let mut variants: Vec<(&str, Vec<u8>)> = vec![
            ("CRLF", text.replace("\r\n", "\n").replace('\n', "\r\n").into_bytes()),
            ("a mark in front", format!("\u{feff}{text}").into_bytes()),
            (
                "UTF-16",
                [0xff, 0xfe]
                    .into_iter()
                    .chain(text.encode_utf16().flat_map(u16::to_le_bytes))
                    .collect(),
            ),
            ("blank lines", format!("\n\n{text}\n\n\n").into_bytes()),
            ("a title", format!("\"A title of the download\"\n\n{text}").into_bytes()),
        ];
        // What has no header begins with its first row.
        if !profile.tables[0].shape.is_empty() {
            variants.retain(|(how, _)| *how != "a title");
        }
        if !BY_LAYOUT.contains(&&*name) {
            let sheet = Sheet::new(&text, profile);
            let dressed = sheet.iter().flat_map(|sheet| sheet.variants(profile));
            variants.extend(dressed.map(|(how, text)| (how, text.into_bytes())));
        }
        for (how, bytes) in variants {
            tried += 1;
            let found = said(&name, bytes);
            if found != expected {
                let lost = expected.difference(&found).next();
                wrong.push(format!("{}, {how}: {lost:?}", path.display()));
            }
        }
    }
    assert!(tried > 500, "{tried} tried");
    assert!(wrong.is_empty(), "of {tried}:\n{}", wrong.join("\n"));
}
