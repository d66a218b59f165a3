//! `rentier profile list|show|new`: the formats of exports that are known, from the profiles
//! themselves, and a draft of one more.

use std::fmt::Write as _;

use super::args::{ProfileArgs, ProfileCommand, Reading};
use super::{Error, Exit, World, open};
use crate::books::Books;
use crate::import::{self, Profile, ofx, profile};
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
        ProfileCommand::List => list(&profiles),
        ProfileCommand::Show { name } if *name == *ofx::NAME => ofx::shown(),
        ProfileCommand::Show { name } => {
            let known = profiles.iter().map(|profile| &*profile.name).chain([ofx::NAME]);
            if !profiles.iter().any(|profile| profile.name == **name) {
                return Err(Error::unknown("profile", name, known));
            }
            let own = books.own_profiles.iter().filter(|own| profile::read(own).0.name == **name);
            // The user's rows go first, as they are tried.
            let texts = own.cloned().chain(profile::shipped_source(name));
            let texts: Vec<String> = texts.map(|text| text.text).collect();
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

/// A line for each profile: its name, what it reads, how many actions it knows; then where to get it.
fn list(profiles: &[Profile]) -> String {
    let mut text = String::new();
    let wide = profiles.iter().map(|profile| profile.name.len()).max().unwrap_or(0);
    for profile in profiles {
        let Profile { name, title, download, actions, .. } = profile;
        let _ = writeln!(text, "{name:<wide$}  {}, {} actions", harmless(title), actions.len());
        if !download.is_empty() {
            let _ = writeln!(text, "{:<wide$}  {}", "", harmless(download));
        }
    }
    let _ = writeln!(text, "{:<wide$}  {}, {} rules", ofx::NAME, ofx::TITLE, ofx::rules());
    let _ = writeln!(text, "{:<wide$}  {}", "", ofx::DOWNLOAD);
    text.push_str("One of them, as it is written: rentier profile show NAME\n");
    text
}
