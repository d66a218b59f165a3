//! `rentier profile list|show`: the formats of exports that are known, from the profiles themselves.

use std::fmt::Write as _;

use super::args::{ProfileArgs, ProfileCommand, Reading};
use super::{Error, Exit, World, open};
use crate::books::{self, Books};
use crate::import::{Profile, profile};
use crate::source::harmless;

/// Runs it.
pub fn run(args: &ProfileArgs, world: &mut World) -> Result<Exit, Error> {
    let flags = open::flags(&Reading::default())?;
    let root = open::find(world)?;
    let (books, own) = match &root {
        Some(root) => (open::read(root, &flags, world)?, open::own_profiles(root)?),
        None => (books::of_files(Vec::new(), &flags, &mut |_, _| Ok(Vec::new())), Vec::new()),
    };
    let text = match &args.what {
        ProfileCommand::List => list(&books),
        ProfileCommand::Show { name } => {
            let known = books.profiles.iter().map(|profile| &*profile.name);
            if !books.profiles.iter().any(|profile| profile.name == **name) {
                return Err(Error::unknown("profile", name, known));
            }
            let own = own.iter().filter(|own| profile::read(own).0.name == **name);
            // The user's rows go first, as they are tried.
            let texts = own.cloned().chain(profile::shipped_source(name));
            let texts: Vec<String> = texts.map(|text| text.text).collect();
            texts.join("\n")
        }
    };
    world.out.write_all(text.as_bytes())?;
    Ok(Exit::Done)
}

/// A line for each profile: its name, what it reads, how many actions it knows; then where to get it.
fn list(books: &Books) -> String {
    let mut text = String::new();
    let wide = books.profiles.iter().map(|profile| profile.name.len()).max().unwrap_or(0);
    for profile in &books.profiles {
        let Profile { name, title, download, actions, .. } = profile;
        let _ = writeln!(text, "{name:<wide$}  {}, {} actions", harmless(title), actions.len());
        if !download.is_empty() {
            let _ = writeln!(text, "{:<wide$}  {}", "", harmless(download));
        }
    }
    text.push_str("One of them, as it is written: rentier profile show NAME\n");
    text
}
