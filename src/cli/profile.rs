//! `rentier profile list|show|new`: the formats of exports that are known, from the profiles
//! themselves, and a draft of one more.

use std::fmt::Write as _;

use super::args::{ProfileArgs, ProfileCommand, Reading};
use super::present::{Present, present};
use super::{Error, Exit, World, open};
use crate::books::Books;
use crate::import::{self, Profile, ofx, profile};
use crate::render::Screen;
use crate::report::table::{Cell, Column, Row, Table};
use crate::report::words::count;
use crate::source::harmless;

/// Runs it.
pub fn run(args: &ProfileArgs, world: &mut World) -> Result<Exit, Error> {
    let flags = open::flags(&Reading::default())?;
    let root = open::find(world)?;
    let books = match &root {
        Some(root) => open::read(root, &flags, world)?,
        None => Books::default(),
    };
    let (profiles, found) = books.profiles();
    let text = match &args.what {
        ProfileCommand::List(output) => {
            present(&List(&profiles), output, world)?;
            return world.tell(&found);
        }
        ProfileCommand::Show { name } if *name == *ofx::NAME => ofx::shown(),
        ProfileCommand::Show { name } => {
            let known = profiles.iter().map(|profile| &*profile.name).chain([ofx::NAME]);
            if !profiles.iter().any(|profile| profile.name == **name) {
                return Err(Error::unknown("profile", name, known));
            }
            let own = books.own_profiles.iter().filter(|own| books.format(own).0.name == **name);
            // The user's rows go first, as they are tried.
            let texts = own.cloned().chain(profile::shipped_source(name));
            let texts: Vec<String> = texts.map(|text| text.text.to_string()).collect();
            texts.join("\n")
        }
        ProfileCommand::New { file } => {
            let source = world.read(file)?;
            let stem = file.file_stem().map(|stem| stem.to_string_lossy().to_lowercase());
            let name: String = stem
                .unwrap_or_default()
                .chars()
                .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
                .collect();
            import::draft(&source, name.trim_matches('-'), &profiles).ok_or_else(|| {
                Error::new(format!(
                    "no table in `{}`: a profile reads rows and columns",
                    source.name
                ))
                .help("download the history as CSV")
            })?
        }
    };
    world.out.write_all(text.as_bytes())?;
    world.tell(&found)
}

/// The profiles that are known.
struct List<'p>(&'p [Profile]);

impl Present for List<'_> {
    fn table(&self) -> Table {
        self.records()
    }

    fn records(&self) -> Table {
        let row = |profile: &Profile| {
            let words = [&*profile.name, &profile.title, &profile.download].map(Cell::text);
            let actions = Cell::number(profile.actions.len().into());
            Row { cells: words.into_iter().chain([actions]).collect(), ..Row::default() }
        };
        let words = [ofx::NAME, ofx::TITLE, ofx::DOWNLOAD].map(Cell::text);
        let rules = Cell::number(ofx::rules().into());
        let ofx = Row { cells: words.into_iter().chain([rules]).collect(), ..Row::default() };
        let keys = ["name", "title", "download", "actions"];
        Table {
            columns: keys.iter().map(|key| Column::words(key, key)).collect(),
            rows: self.0.iter().map(row).chain([ofx]).collect(),
            ..Table::default()
        }
    }

    /// A line for each: its name, what it reads, how many actions it knows; then where to get it.
    fn text(&self, _: Screen) -> String {
        let mut text = String::new();
        let wide = self.0.iter().map(|profile| profile.name.len()).max().unwrap_or(0);
        for Profile { name, title, download, actions, .. } in self.0 {
            let _ = write!(text, "{name:<wide$}  {}", harmless(title));
            if !actions.is_empty() {
                let _ = write!(text, ", {}", count(actions.len(), "action"));
            }
            text.push('\n');
            if !download.is_empty() {
                let _ = writeln!(text, "{:<wide$}  {}", "", harmless(download));
            }
        }
        let _ = writeln!(text, "{:<wide$}  {}, {} rules", ofx::NAME, ofx::TITLE, ofx::rules());
        let _ = writeln!(text, "{:<wide$}  {}", "", ofx::DOWNLOAD);
        text.push_str("One of them, as it is written: rentier profile show NAME\n");
        text
    }
}
