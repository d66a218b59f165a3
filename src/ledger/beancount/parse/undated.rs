//! Directives without a date: options, plugins, includes, tags and metadata that hold for a stretch.

use indexmap::IndexMap;

use crate::diagnostic::{Diagnostic, nearest};
use crate::ledger::beancount::documents;
use crate::ledger::beancount::draft::Plugin;
use crate::ledger::beancount::options::{self, Set};
use crate::ledger::beancount::parse::{Parser, Told};
use crate::ledger::header;
use crate::source::Place;

/// `include "PATH"`
#[derive(Clone, Debug)]
pub(in crate::ledger::beancount) struct Include {
    /// As written.
    pub path: String,
    pub place: Place,
}

/// What holds for a stretch of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::ledger::beancount) enum Pushed {
    Tag,
    Meta,
}

/// `pushtag`, `poptag`, `pushmeta`, `popmeta`: where a stretch begins or ends.
#[derive(Clone, Debug)]
pub(in crate::ledger::beancount) struct Stretch<'t> {
    begins: bool,
    what: Pushed,
    name: &'t str,
    pub place: Place,
}

impl Pushed {
    /// As it is written, and the words that begin and end it.
    fn words(self, name: &str) -> (String, &'static str, &'static str) {
        match self {
            Pushed::Tag => (format!("#{name}"), "pushtag", "poptag"),
            Pushed::Meta => (format!("{name}:"), "pushmeta", "popmeta"),
        }
    }
}

/// The words that may stand at the margin.
const WORDS: [&str; 7] =
    ["option", "plugin", "include", "pushtag", "poptag", "pushmeta", "popmeta"];

impl Parser<'_, '_> {
    /// A directive without a date.
    pub(super) fn undated(&mut self) -> Result<(), Told> {
        let start = self.cursor.at;
        while self.cursor.byte().is_ascii_lowercase() {
            self.cursor.at += 1;
        }
        let word = self.cursor.since(start);
        let line = self.cursor.line;
        self.cursor.blanks();
        let from = self.cursor.at;
        match word {
            "option" => {
                let name = self.string()?;
                self.cursor.blanks();
                let value = self.string()?;
                let place = self.cursor.place(&self.file, from, self.cursor.at - from);
                self.end_of_line()?;
                self.option(name, &text_of(value), line, place);
            }
            "plugin" => {
                let module = self.string()?.to_owned();
                let place = self.cursor.place(&self.file, from, self.cursor.at - from);
                self.cursor.blanks();
                let config = match self.cursor.byte() {
                    b'"' => text_of(self.string()?),
                    _ => String::new(),
                };
                self.end_of_line()?;
                let source = self.source;
                self.draft.plugins.push(Plugin { module, config, source, line, place });
            }
            "include" => {
                let path = text_of(self.string()?);
                let place = self.cursor.place(&self.file, from, self.cursor.at - from);
                self.end_of_line()?;
                self.includes.push(Include { path, place });
            }
            "pushtag" | "poptag" => {
                let Some(tag) = self.cursor.marked(b'#') else {
                    return Err(self.expected("a tag such as `#trip`"));
                };
                let place = self.cursor.place(&self.file, from, self.cursor.at - from);
                let begins = word == "pushtag";
                self.stretches.push(Stretch { begins, what: Pushed::Tag, name: tag, place });
                self.end_of_line()?;
            }
            "pushmeta" | "popmeta" => {
                let Some(key) = self.cursor.key() else {
                    return Err(self.expected("a key such as `location:`"));
                };
                let place = self.cursor.place(&self.file, from, self.cursor.at - from);
                self.cursor.blanks();
                let begins = word == "pushmeta";
                if begins && !self.cursor.is_line_end() {
                    self.value("a value such as `\"Rome\"`")?;
                }
                self.stretches.push(Stretch { begins, what: Pushed::Meta, name: key, place });
                self.end_of_line()?;
            }
            _ => {
                self.cursor.at = start;
                return Err(self.no_word(word));
            }
        }
        Ok(())
    }

    fn no_word(&mut self, word: &str) -> Told {
        let place = self.place_here();
        let message = format!("expected a date or a directive, found `{}`", self.cursor.here());
        let diagnostic = Diagnostic::error("directive", message).at(place);
        self.told(match nearest(word, WORDS).first() {
            Some(near) if !word.is_empty() => diagnostic.help(format!("did you mean `{near}`?")),
            _ => diagnostic.help("a comment begins with `;`"),
        })
    }

    fn option(&mut self, name: &str, value: &str, line: u32, place: Place) {
        match self.options.set(name, value) {
            Set::Applied => {
                if name.starts_with("name_") {
                    // Every account is looked at anew below.
                    self.accounts.clear();
                }
                // Only the currencies of included texts count; what else they set holds for
                // reading their own lines.
                if self.source > 0 && name != "operating_currency" && !name.starts_with("name_") {
                    let message = format!("`{name}` counts only in the first text");
                    self.report(
                        Diagnostic::warning("option", message)
                            .at(place)
                            .help("move the line to the text that includes this one"),
                    );
                }
            }
            Set::Inert if name == "documents" => self.inert(documents::FOLDER, line),
            Set::Inert => self.inert("option", line),
            Set::Renamed(new) => self.report(
                Diagnostic::error("option", format!("`{name}` is called `{new}` now"))
                    .at(place)
                    .help("write the new name: Beancount no longer takes the old one"),
            ),
            Set::Deprecated => self.report(
                Diagnostic::error("option", format!("`{name}` is going away"))
                    .at(place)
                    .help("remove the line, and what it allows: Beancount refuses it"),
            ),
            Set::ReadOnly => self.report(
                Diagnostic::error("option", format!("`{name}` is not for a file to set")).at(place),
            ),
            Set::Wrong(what) => self.report(
                Diagnostic::error("option", format!("`{value}` is no value of `{name}`"))
                    .at(place)
                    .help(format!("write {what}")),
            ),
            Set::Unknown => {
                let problem = Diagnostic::error("option", format!("no option `{name}`")).at(place);
                self.report(match nearest(name, options::names()).first() {
                    Some(near) => problem.help(format!("did you mean `{near}`?")),
                    None => problem,
                });
            }
        }
    }

    /// The text ends: says which stretches end that did not begin, and which do not end.
    pub(super) fn end_stretches(&mut self) {
        let mut open: IndexMap<(Pushed, &str), Vec<Place>> = IndexMap::new();
        for Stretch { begins, what, name, place } in std::mem::take(&mut self.stretches) {
            let places = open.entry((what, name)).or_default();
            if begins {
                places.push(place);
            } else if places.pop().is_none() {
                let (written, push, _) = what.words(name);
                self.report(
                    Diagnostic::error("stack", format!("`{written}` is not in force here"))
                        .at(place)
                        .help(format!("write `{push} {written}` above, or remove this line")),
                );
            }
        }
        for ((what, name), places) in open {
            let (written, _, pop) = what.words(name);
            for place in places {
                let message = format!("`{written}` is in force at the end of the text");
                self.report(
                    Diagnostic::error("stack", message)
                        .at(place)
                        .help(format!("write `{pop} {written}` where it ends")),
                );
            }
        }
    }
}

/// The text of a string as it stands between its quotes, escapes undone.
fn text_of(written: &str) -> String {
    if !written.contains('\\') {
        return written.to_owned();
    }
    header::strings(&format!("\"{written}\"")).pop().unwrap_or_default()
}
