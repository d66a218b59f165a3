//! `rentier fmt`: tidies journals in place, or says what would change.

use std::fs;
use std::path::PathBuf;

use encoding_rs::{UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::args::{FmtArgs, Reading};
use super::atomic::{self, NewFile};
use super::lock::Lock;
use super::{Error, Exit, World, open, write};
use crate::ledger::fmt::{self, Change};
use crate::ledger::{self, Dialect};
use crate::source::Source;

/// A journal as it lies, and as it would.
struct Journal {
    /// As messages call it.
    name: String,
    path: PathBuf,
    /// Its text without a byte-order mark.
    old: String,
    new: String,
    /// Its bytes, tidied.
    bytes: Vec<u8>,
}

impl Journal {
    fn is_tidy(&self) -> bool {
        self.old == self.new
    }
}

/// Runs it.
pub fn run(args: &FmtArgs, world: &mut World) -> Result<Exit, Error> {
    let dialect = args.dialect.as_deref().map(open::dialect).transpose()?;
    let writes = !args.check && !args.dry_run;
    if !args.files.is_empty() {
        let mut journals = Vec::new();
        for path in &args.files {
            let name = path.to_string_lossy();
            let path = fs::canonicalize(world.path(path)).map_err(|e| Error::file(&name, &e))?;
            journals.extend(journal(&name, path, dialect, world)?);
        }
        if writes {
            for journal in journals.iter().filter(|journal| !journal.is_tidy()) {
                write::over(&journal.path, &journal.bytes)
                    .map_err(|error| Error::file(&journal.name, &error))?;
            }
        }
        return tell(&journals, args, world);
    }
    let root = open::find(world)?.ok_or_else(open::no_books)?;
    let lock = if writes { Some(Lock::take(&root, world)?) } else { None };
    if lock.is_some() {
        open::recover(&root)?;
    }
    let flags = open::flags(&Reading { dialect: args.dialect.clone(), ..Reading::default() })?;
    let books = open::read_locked(&root, &flags, world.encoding)?;
    let mut journals = Vec::new();
    for ledger in &books.ledgers {
        for (source, (dialect, _)) in ledger.sources.iter().zip(&ledger.dialects) {
            // What lies outside the books is not theirs to change.
            if open::named(&root, &source.name, world.encoding).is_some() {
                let path = root.join(&*source.name);
                journals.extend(journal(&source.name, path, Some(*dialect), world)?);
            }
        }
    }
    let changed: Vec<NewFile> = journals
        .iter()
        .filter(|journal| !journal.is_tidy())
        .map(|journal| NewFile::new(&journal.name, &journal.bytes))
        .collect();
    if writes {
        let mut steps = world.before_step.take();
        let mut step = |name: &str| steps.as_mut().map_or(Ok(()), |step| step(name));
        let written = atomic::write(&root, &changed, &mut step);
        world.before_step = steps;
        written.map_err(|error| {
            Error::file(&root.to_string_lossy(), &error).note("the journals are as they were")
        })?;
    }
    drop(lock);
    tell(&journals, args, world)
}

/// One journal, tidied; none where it cannot be written as it was encoded.
fn journal(
    name: &str,
    path: PathBuf,
    dialect: Option<Dialect>,
    world: &mut World,
) -> Result<Option<Journal>, Error> {
    let bytes = fs::read(&path).map_err(|error| Error::file(name, &error))?;
    let source = Source::decode_else(name, bytes.clone(), world.encoding);
    let mark = marks(&bytes, &source);
    let refused = encode(&source.text, source.encoding, mark).is_none_or(|same| same != bytes);
    if refused {
        let encoding = source.encoding;
        world.say(&format!("{name} is left as it is: it is not whole as {encoding}"))?;
        return Ok(None);
    }
    let dialect = dialect.unwrap_or_else(|| ledger::evidence(&source).0);
    let new = fmt::fmt(name, &source.text, dialect);
    if !fmt::same_words(&source.text, &new) {
        let why = format!("`{name}` is left as it is: tidying would change its words");
        return Err(Error::new(why).help("that is a mistake of rentier: please report the file"));
    }
    let bytes = encode(&new, source.encoding, mark).unwrap_or(bytes);
    Ok(Some(Journal { name: name.to_owned(), path, old: source.text.to_string(), new, bytes }))
}

/// How many byte-order marks the bytes begin with.
fn marks(bytes: &[u8], source: &Source) -> usize {
    let mark: &[u8] = match source.encoding {
        encoding if encoding == UTF_16LE.name() => b"\xff\xfe",
        encoding if encoding == UTF_16BE.name() => b"\xfe\xff",
        _ => "\u{feff}".as_bytes(),
    };
    bytes.chunks_exact(mark.len()).take_while(|chunk| *chunk == mark).count()
}

/// The text in an encoding, after so many byte-order marks. `None`: it cannot be said in it.
fn encode(text: &str, encoding: &str, marks: usize) -> Option<Vec<u8>> {
    let text = format!("{}{text}", "\u{feff}".repeat(marks));
    if encoding == UTF_8.name() {
        Some(text.into_bytes())
    } else if encoding == UTF_16LE.name() {
        Some(text.encode_utf16().flat_map(u16::to_le_bytes).collect())
    } else if encoding == UTF_16BE.name() {
        Some(text.encode_utf16().flat_map(u16::to_be_bytes).collect())
    } else if encoding == WINDOWS_1252.name() {
        let (bytes, _, unmappable) = WINDOWS_1252.encode(&text);
        (!unmappable).then(|| bytes.into_owned())
    } else {
        None
    }
}

/// Says what was or would be done.
fn tell(journals: &[Journal], args: &FmtArgs, world: &mut World) -> Result<Exit, Error> {
    let untidy: Vec<&Journal> = journals.iter().filter(|journal| !journal.is_tidy()).collect();
    for journal in &untidy {
        let steps = fmt::changes(&journal.old, &journal.new);
        if args.dry_run {
            world.out.write_all(fmt::unified(&journal.name, &steps).as_bytes())?;
        } else if args.check {
            let (lines, _) = places(&steps);
            writeln!(world.out, "{}:{lines}", journal.name)?;
        } else {
            let (_, count) = places(&steps);
            let word = if count == 1 { "line" } else { "lines" };
            world.say(&format!("{}: {count} {word} tidied", journal.name))?;
        }
    }
    if args.check && !untidy.is_empty() {
        let files =
            if untidy.len() == 1 { "1 file is" } else { &format!("{} files are", untidy.len()) };
        world.say(&format!("{files} not tidy; tidy with: rentier fmt"))?;
        return Ok(Exit::Problems);
    }
    if untidy.is_empty() {
        world.say("Nothing to tidy.")?;
    }
    Ok(Exit::Done)
}

/// The lines of the old text that change, `12, 15-18`, and how many steps they are. A line that only
/// comes is named by the one before it.
fn places(steps: &[Change<'_>]) -> (String, usize) {
    let (mut last, mut count, mut lines) = (0u32, 0, Vec::new());
    for step in steps {
        match step {
            Change::Same(_) => last += 1,
            Change::Gone(number, _) => {
                last = *number;
                count += 1;
                lines.push(last);
            }
            Change::New(_) if lines.last() == Some(&last) => {}
            Change::New(_) => {
                count += 1;
                lines.push(last.max(1));
            }
        }
    }
    lines.dedup();
    let mut spans: Vec<(u32, u32)> = Vec::new();
    for line in lines {
        match spans.last_mut() {
            Some((_, end)) if *end + 1 == line => *end = line,
            _ => spans.push((line, line)),
        }
    }
    let shown =
        spans.iter().map(
            |(start, end)| {
                if start == end { start.to_string() } else { format!("{start}-{end}") }
            },
        );
    (shown.collect::<Vec<_>>().join(", "), count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_come_back_in_their_encoding() {
        for bytes in [
            b"\xef\xbb\xbf2024-01-01 x\n".to_vec(),
            b"2024-01-01 \xa3\n".to_vec(),
            "\u{feff}2024-01-01 ä\n".encode_utf16().flat_map(u16::to_le_bytes).collect(),
            "\u{feff}2024-01-01 ä\n".encode_utf16().flat_map(u16::to_be_bytes).collect(),
        ] {
            let source = Source::decode("x", bytes.clone());
            let again = encode(&source.text, source.encoding, marks(&bytes, &source));
            assert_eq!(again, Some(bytes));
        }
    }

    #[test]
    fn lines_are_named_once_and_in_spans() {
        let steps = fmt::changes("a\n b\n c\nd\n e\n", "a\n  b\n  c\nd\n\n e\n");
        assert_eq!(places(&steps), ("2-4".to_owned(), 3));
    }
}
