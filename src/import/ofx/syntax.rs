//! Text of an OFX file becomes elements: SGML of 1.x and XML of 2.x with one tolerant tokenizer.
//!
//! In: the text as it lies. Out: `Document`, the elements in their order, each with where it ends,
//! and its line. One tokenizer serves both, because files of either kind break the rules of their
//! own: leaf tags without an end, or with one, or mixed; values on lines of their own; ends without
//! a beginning; a header without line breaks, or none. Knows no statement and no transaction.

use std::borrow::Cow;
use std::collections::HashMap;

use super::names::{AGGREGATES, TRANSACTIONS, is_one_of};

/// The elements of a file in the order they stand, parents before children.
#[derive(Debug)]
pub struct Document<'t> {
    /// The version the header names: `102`, `220`.
    pub version: Option<&'t str>,
    /// Elements; what an element contains follows it, up to its `end`.
    nodes: Vec<Node<'t>>,
    /// Whether every statement that begins ends: not so in a download that broke off.
    pub complete: bool,
    /// Lines of the text, for the message that it broke off.
    pub lines: u32,
}

/// One element: a leaf with its text, or an aggregate that contains others.
#[derive(Debug)]
struct Node<'t> {
    name: &'t str,
    /// Trimmed, as it stands: entities are read when the value is asked for.
    text: &'t str,
    /// Whether the text is to be taken as it stands: `<![CDATA[`.
    literal: bool,
    /// Where its tag begins in the text, and where what belongs to it ends.
    bytes: (usize, usize),
    line: u32,
    /// Index after its last descendant.
    end: usize,
}

/// An element of a `Document`. Two are equal where they are the same element of one document.
#[derive(Clone, Copy, Debug)]
pub struct Element<'d, 't> {
    document: &'d Document<'t>,
    at: usize,
}

/// What stands before the first tag has no more bytes than this.
const LONGEST_HEADER: usize = 2_000;

/// Whether `text` is OFX: its first tag is `<OFX>`, and before it stands at most a header.
pub fn begins(text: &str) -> bool {
    let mut rest = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    let mut header = 0;
    loop {
        // A header of 1.x is nine pairs of a key and a value, with line ends or without.
        let near = &rest.as_bytes()[..rest.len().min(LONGEST_HEADER + 1 - header)];
        let Some(tag) = near.iter().position(|byte| *byte == b'<') else { return false };
        header += tag;
        let before = &rest[..tag];
        if !before.trim().is_empty() && !before.contains(':') {
            return false;
        }
        rest = &rest[tag..];
        let skipped = ["<?", "<!--", "<!"].into_iter().zip(["?>", "-->", ">"]);
        let Some((_, close)) = skipped.into_iter().find(|(open, _)| rest.starts_with(*open)) else {
            let name = rest.get(1..4).unwrap_or_default();
            return name.eq_ignore_ascii_case("OFX")
                && rest[4..].starts_with(|c: char| c == '>' || c.is_whitespace());
        };
        let Some(end) = rest.find(close) else { return false };
        header += end;
        if header > LONGEST_HEADER {
            return false;
        }
        rest = &rest[end + close.len()..];
    }
}

/// Whether `text` has an OFX header and nothing after it that is OFX: a download that broke off
/// before it began.
pub fn is_only_a_header(text: &str) -> bool {
    let head = text.trim_start();
    (head.starts_with("OFXHEADER") || head.starts_with("<?OFX")) && !begins(text)
}

/// Reads all elements. Never fails: what fits nowhere is left aside, as browsers do, and what an
/// element lacks shows when it is asked for.
pub fn parse(text: &str) -> Document<'_> {
    let mut reader = Reader {
        nodes: Vec::new(),
        open: Vec::new(),
        counts: HashMap::new(),
        transaction: None,
        line: 1,
        counted: 0,
        text,
        cut: false,
    };
    reader.read();
    let complete = !reader.cut;
    let lines = reader.line_at(text.len());
    Document { version: version(text), nodes: reader.nodes, complete, lines }
}

/// The version a header names: `VERSION:102`, `VERSION="220"`.
fn version(text: &str) -> Option<&str> {
    let head = text.char_indices().nth(2_000).map_or(text, |(end, _)| &text[..end]);
    let head = match head.find("OFXHEADER") {
        Some(start) => &head[start..],
        None => return None,
    };
    let after =
        head[head.find("VERSION")? + "VERSION".len()..].trim_start_matches([':', '=', '"', ' ']);
    let digits = after.len() - after.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    (digits > 0).then(|| &after[..digits])
}

struct Reader<'t> {
    text: &'t str,
    nodes: Vec<Node<'t>>,
    /// Elements that have begun and not ended, outermost first.
    open: Vec<usize>,
    /// How often a name is among them: tells an end without a beginning at once.
    counts: HashMap<&'t str, usize>,
    /// The transaction that began last.
    transaction: Option<&'t str>,
    /// The line at `counted` bytes.
    line: u32,
    counted: usize,
    cut: bool,
}

impl<'t> Reader<'t> {
    fn read(&mut self) {
        let mut at = 0;
        while let Some(tag) = self.next_tag(at) {
            let Tag { kind, name, start, end } = tag;
            at = end;
            match kind {
                TagKind::Other => {}
                TagKind::Close => self.close(name, start),
                TagKind::Empty => {
                    self.push(name, start, ("", false));
                    self.end_leaf(end);
                }
                TagKind::Open => at = self.element(name, start, end),
            }
        }
        // What is open at the end of the text was cut off, but for the outermost: some banks leave
        // out `</OFX>`.
        let innermost = self.open.last().copied();
        self.cut = innermost.is_some_and(|node| {
            self.open.len() > 1 && !self.nodes[node].name.eq_ignore_ascii_case("OFX")
        });
        while let Some(node) = self.open.pop() {
            let end = self.nodes.len();
            self.nodes[node].end = end;
            self.nodes[node].bytes.1 = self.text.len();
        }
    }

    /// An element whose opening tag is `start..end`; returns where to read on.
    fn element(&mut self, name: &'t str, start: usize, end: usize) -> usize {
        let aggregate = is_one_of(AGGREGATES, name);
        if let Some(before) = self.has_lost_its_end(name, aggregate) {
            self.close(before, start);
        }
        let (value, after) = self.value(end);
        self.push(name, start, if aggregate { ("", false) } else { value });
        let closing = self.next_tag(after).filter(|tag| tag.start == after);
        let closed_here = closing.filter(|tag| {
            matches!(tag.kind, TagKind::Close) && tag.name.eq_ignore_ascii_case(name)
        });
        if let Some(tag) = closed_here {
            self.end_leaf(tag.end);
            return tag.end;
        }
        if aggregate || value.0.is_empty() {
            // An aggregate, or a leaf without a value: that shows when an end comes.
            self.open.push(self.nodes.len() - 1);
            if is_one_of(TRANSACTIONS, name) && !self.is_open("INVBANKTRAN") {
                self.transaction = Some(name);
            }
            *self.counts.entry(name).or_default() += 1;
        } else {
            self.end_leaf(after);
        }
        after
    }

    fn push(&mut self, name: &'t str, start: usize, (text, literal): (&'t str, bool)) {
        let line = self.line_at(start);
        let end = self.nodes.len() + 1;
        self.nodes.push(Node { name, text, literal, bytes: (start, start), line, end });
    }

    fn end_leaf(&mut self, end: usize) {
        if let Some(node) = self.nodes.last_mut() {
            node.bytes.1 = end;
        }
    }

    /// The open element that must end before one named `name` can begin.
    fn has_lost_its_end(&self, name: &'t str, aggregate: bool) -> Option<&'t str> {
        if aggregate && self.is_open(name) {
            return Some(name);
        }
        let before = self.transaction.filter(|before| self.is_open(before))?;
        let inside =
            before.eq_ignore_ascii_case("INVBANKTRAN") && name.eq_ignore_ascii_case("STMTTRN");
        (!inside && is_one_of(TRANSACTIONS, name)).then_some(before)
    }

    fn is_open(&self, name: &str) -> bool {
        self.counts.get(name).is_some_and(|count| *count > 0)
    }

    /// Ends the innermost open element of this name. Those opened since were leaves without a value,
    /// unless they are aggregates that have lost their end.
    fn close(&mut self, name: &str, at: usize) {
        if !self.is_open(name) {
            return;
        }
        while let Some(node) = self.open.pop() {
            let here = self.nodes[node].name;
            if let Some(count) = self.counts.get_mut(here) {
                *count -= 1;
            }
            let found = here == name;
            if found || is_one_of(AGGREGATES, here) {
                self.nodes[node].end = self.nodes.len();
                self.nodes[node].bytes.1 = at;
            }
            if found {
                return;
            }
        }
    }

    /// The text from `from` up to the next tag, trimmed, and where that tag begins.
    fn value(&self, from: usize) -> ((&'t str, bool), usize) {
        let rest = &self.text[from..];
        let blank = rest.len() - rest.trim_start().len();
        if rest[blank..].starts_with("<![CDATA[") {
            let start = from + blank + "<![CDATA[".len();
            let length = self.text[start..].find("]]>").unwrap_or(self.text.len() - start);
            let after = (start + length + "]]>".len()).min(self.text.len());
            let next = self.next_tag(after).map_or(self.text.len(), |tag| tag.start);
            return ((self.text[start..start + length].trim(), true), next);
        }
        let next = self.next_tag(from).map_or(self.text.len(), |tag| tag.start);
        ((self.text[from..next].trim(), false), next)
    }

    /// The next tag at or after `from`. A `<` that begins no tag is text: `A < B`.
    fn next_tag(&self, from: usize) -> Option<Tag<'t>> {
        let bytes = self.text.as_bytes();
        let mut at = from;
        loop {
            let start = at + memchr::memchr(b'<', bytes.get(at..)?)?;
            at = start + 1;
            let rest = &self.text[at..];
            if let Some(close) = match rest.as_bytes().first()? {
                b'?' => Some("?>"),
                b'!' if rest.starts_with("!--") => Some("-->"),
                b'!' if rest.starts_with("![CDATA[") => Some("]]>"),
                b'!' => Some(">"),
                _ => None,
            } {
                let end = rest.find(close).map_or(self.text.len(), |end| at + end + close.len());
                return Some(Tag { kind: TagKind::Other, name: "", start, end });
            }
            let closing = rest.starts_with('/');
            let name = &rest[usize::from(closing)..];
            let length = name
                .bytes()
                .take_while(|byte| {
                    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-')
                })
                .count();
            let (name, after) = name.split_at(length);
            if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
                continue;
            }
            // Attributes are no part of OFX, but `xmlns` is seen; they end at `>` and never hold one.
            let inside = match after.as_bytes().first() {
                Some(b'>') => 0,
                Some(b'/' | b' ' | b'\t' | b'\r' | b'\n') => match after.find(['>', '<']) {
                    Some(end) if after.as_bytes()[end] == b'>' => end,
                    _ => continue,
                },
                _ => continue,
            };
            let end = self.text.len() - after.len() + inside + 1;
            let kind = match (closing, after[..inside].ends_with('/')) {
                (true, _) => TagKind::Close,
                (false, true) => TagKind::Empty,
                (false, false) => TagKind::Open,
            };
            return Some(Tag { kind, name, start, end });
        }
    }

    /// The line of a byte that is not before the last one asked for.
    fn line_at(&mut self, at: usize) -> u32 {
        let bytes = &self.text.as_bytes()[self.counted..at];
        for (offset, byte) in bytes.iter().enumerate() {
            let next = bytes.get(offset + 1).or_else(|| self.text.as_bytes().get(at));
            let ends = *byte == b'\n' || *byte == b'\r' && next != Some(&b'\n');
            self.line = self.line.saturating_add(u32::from(ends));
        }
        self.counted = at;
        self.line
    }
}

#[derive(Clone, Copy)]
struct Tag<'t> {
    kind: TagKind,
    name: &'t str,
    start: usize,
    end: usize,
}

#[derive(Clone, Copy)]
enum TagKind {
    Open,
    Close,
    Empty,
    /// Header, comment, stray characters: no element.
    Other,
}

impl<'t> Document<'t> {
    /// Every element, in the order of the file.
    pub fn elements(&self) -> impl Iterator<Item = Element<'_, 't>> {
        (0..self.nodes.len()).map(|at| Element { document: self, at })
    }

    /// Elements with one of these names, outermost only, in the order of the file.
    pub fn named<'d>(&'d self, names: &'d [&str]) -> impl Iterator<Item = Element<'d, 't>> {
        outermost(self, 0, self.nodes.len(), names)
    }
}

/// Elements of `from..to` with one of `names`, none inside another.
fn outermost<'d, 't>(
    document: &'d Document<'t>,
    from: usize,
    to: usize,
    names: &'d [&str],
) -> impl Iterator<Item = Element<'d, 't>> {
    let mut at = from;
    std::iter::from_fn(move || {
        while at < to {
            let element = Element { document, at };
            if names.iter().any(|name| element.is(name)) {
                at = element.node().end.max(at + 1);
                return Some(element);
            }
            at += 1;
        }
        None
    })
}

impl<'d, 't> Element<'d, 't> {
    fn node(&self) -> &'d Node<'t> {
        &self.document.nodes[self.at]
    }

    /// Its name as the file has it.
    pub fn name(&self) -> &'t str {
        self.node().name
    }

    /// Whether it has this name, case apart.
    pub fn is(&self, name: &str) -> bool {
        self.node().name.eq_ignore_ascii_case(name)
    }

    /// Its index among all elements, and the index after its last descendant.
    pub fn span(&self) -> (usize, usize) {
        (self.at, self.node().end)
    }

    /// Line of its opening tag, from 1.
    pub fn line(&self) -> u32 {
        self.node().line
    }

    /// From its opening tag to where it ends.
    pub fn bytes(&self) -> (usize, usize) {
        self.node().bytes
    }

    /// Whether it contains elements.
    pub fn is_aggregate(&self) -> bool {
        self.node().end > self.at + 1
    }

    /// Its value, entities read, trimmed; empty for an aggregate.
    pub fn text(&self) -> Cow<'t, str> {
        let node = self.node();
        if node.literal { Cow::Borrowed(node.text) } else { unescaped(node.text) }
    }

    /// The elements right below it.
    pub fn children(&self) -> impl Iterator<Item = Element<'d, 't>> + use<'d, 't> {
        let (document, end, mut at) = (self.document, self.node().end, self.at + 1);
        std::iter::from_fn(move || {
            let child = (at < end).then_some(Element { document, at })?;
            at = child.node().end.max(at + 1);
            Some(child)
        })
    }

    /// Everything below it, at any depth.
    pub fn descendants(&self) -> impl Iterator<Item = Element<'d, 't>> + use<'d, 't> {
        let document = self.document;
        (self.at + 1..self.node().end).map(move |at| Element { document, at })
    }

    /// The first element of this name below it, at any depth.
    pub fn find(&self, name: &str) -> Option<Element<'d, 't>> {
        self.descendants().find(|element| element.is(name))
    }

    /// Elements below it with one of these names, none inside another.
    pub fn named(&self, names: &'d [&str]) -> impl Iterator<Item = Element<'d, 't>> {
        outermost(self.document, self.at + 1, self.node().end, names)
    }

    /// The value of the first element of this name below it; `None` where it is missing or empty.
    pub fn value(&self, name: &str) -> Option<Cow<'t, str>> {
        self.find(name).map(|element| element.text()).filter(|text| !text.is_empty())
    }
}

/// A value with its entities read; what is none stays as it is, for banks write a bare `&`.
fn unescaped(text: &str) -> Cow<'_, str> {
    if memchr::memchr(b'&', text.as_bytes()).is_none() {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        plain.push_str(&rest[..at]);
        rest = &rest[at..];
        let entity = rest[1..].find(';').filter(|end| *end <= 8).map(|end| &rest[1..=end]);
        let (read, length) = match entity.and_then(|entity| Some((character(entity)?, entity))) {
            Some((read, entity)) => (read, entity.len() + 2),
            None => ('&', 1),
        };
        plain.push(read);
        rest = &rest[length..];
    }
    plain.push_str(rest);
    Cow::Owned(plain)
}

/// The character an entity names: `amp`, `#39`, `#x27`.
fn character(entity: &str) -> Option<char> {
    Some(match entity {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => ' ',
        _ => {
            let number = entity.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)?
        }
    })
}
