//! The files that `document` directives name, and the folders that `option "documents"` does. Whether they
//! are there is not looked for here.

use crate::ledger::model::{Document, Ledger};
use crate::source;

/// What a folder is called among what has no effect.
pub(super) const FOLDER: &str = "folder of documents";

/// Those of all texts, in the order of their lines; folders of the root text alone, as Beancount has it.
pub(super) fn of(ledger: &Ledger) -> Vec<Document> {
    let named = ledger.inert.iter().filter_map(|one| {
        let before = match one.what {
            "document" => 0,
            FOLDER if one.source == 0 => 1,
            _ => return None,
        };
        Some((one.source, one.line, before))
    });
    let mut places: Vec<(u32, u32, usize)> = named.collect();
    places.sort_unstable();
    let mut found = Vec::new();
    for of_text in places.chunk_by(|one, other| one.0 == other.0) {
        let text = &ledger.sources[of_text[0].0 as usize].text;
        let mut lines = (1..).zip(source::lines(text));
        for (source, line, before) in of_text.iter().copied() {
            let text = lines.find(|(number, _)| *number == line);
            found.extend(text.and_then(|(_, text)| quoted(text, before)).map(|path| Document {
                source,
                line,
                path,
            }));
        }
    }
    found
}

/// The text in quotes of a line that stands behind so many others. `None`: there is none that ends on it.
fn quoted(line: &str, before: usize) -> Option<String> {
    let (_, rest) = line.split_once('"')?;
    let mut text = String::new();
    let mut letters = rest.chars();
    loop {
        match letters.next()? {
            '"' if before == 0 => return Some(text),
            '"' => return quoted(letters.as_str(), before - 1),
            '\\' => text.push(letters.next()?),
            letter => text.push(letter),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_what_stands_in_quotes() {
        let line = r#"2024-01-02 document Assets:A "of/a \"b\".pdf" #tag"#;
        assert_eq!(quoted(line, 0).as_deref(), Some(r#"of/a "b".pdf"#));
        assert_eq!(quoted(r#"2024-01-02 document Assets:A "of"#, 0), None);
        assert_eq!(quoted(r#"option "documents" "scans""#, 1).as_deref(), Some("scans"));
    }
}
