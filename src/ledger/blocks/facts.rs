//! What only tags say of an event: claims, links, days, taxes, where it was read.

use super::read::Block;
use super::tags::{Tag, Tags};
use crate::diagnostic::{Diagnostic, nearest};
use crate::event::{
    Claim, Claims, Dates, Link, Origin, Part, Parts, Relation, TaxAuthority, WithheldTax,
};
use crate::money::{self, Decimal};
use crate::period::{self, NaiveTime};
use crate::source::Name;

impl<'l> Block<'l, '_, '_> {
    /// A number in a tag; one that cannot be read is said.
    pub(super) fn number(&mut self, key: &str) -> Option<Decimal> {
        let tag = self.tags.get(key)?.clone();
        let number = tag.value.split(' ').next().and_then(money::plain);
        if number.is_none() {
            let message = format!("`{key}`: expected a number, found `{}`", tag.value);
            let place = self.tags.place(&tag);
            self.problems.push(Diagnostic::error("unreadable-field", message).at(place));
        }
        number
    }

    /// Where it was read: its `src`, else the journal's own line.
    pub(super) fn origin(&mut self) -> Origin {
        let own = Origin::new(self.transaction.file().clone(), self.transaction.line());
        let Some(tag) = self.tags.get("src").cloned() else { return own };
        // One line of a file, as most have it.
        if let Some((file, line)) = tag.value.rsplit_once(':')
            && line.bytes().all(|byte| byte.is_ascii_digit())
            && let Ok(line) = line.parse()
        {
            return Origin::new(self.names.get(file), line);
        }
        tag.value.parse().unwrap_or_else(|()| {
            let message = format!("`src`: expected `FILE:LINE`, found `{}`", tag.value);
            let place = self.tags.place(&tag);
            self.problems.push(Diagnostic::error("unreadable-field", message).at(place));
            own
        })
    }

    pub(super) fn claims(&mut self) -> Claims {
        let mut claims = Claims::default();
        let tags = std::mem::take(&mut self.tags.all);
        for tag in tags.iter().filter(|tag| tag.key == "claimed") {
            for word in tag.value.split_whitespace() {
                if let Ok(claim) = word.parse::<Claim>() {
                    claims = claims.with(claim);
                    continue;
                }
                let known = Claim::ALL.iter().map(|claim| claim.text());
                self.unknown_word("claim", word, tag, known);
            }
        }
        self.tags.all = tags;
        claims
    }

    pub(super) fn links(&mut self) -> Vec<Link> {
        let mut links = Vec::new();
        let tags = std::mem::take(&mut self.tags.all);
        for tag in tags.iter().filter(|tag| tag.key == "link") {
            let (word, to) = tag.value.split_once(' ').unwrap_or((&tag.value, ""));
            let Ok(relation) = word.parse::<Relation>() else {
                self.unknown_word("link", word, tag, Relation::ALL.iter().map(|r| r.text()));
                continue;
            };
            if to.is_empty() {
                let message = format!("`link: {word}` names no event");
                let place = self.tags.place(tag);
                let help = format!("write the id of the event: `link: {word} 7f3a91c2d04e-1`");
                self.problems
                    .push(Diagnostic::error("unreadable-field", message).at(place).help(help));
                continue;
            }
            let Ok(to) = to.parse();
            links.push(Link { relation, to });
        }
        self.tags.all = tags;
        links
    }

    pub(super) fn dates(&mut self) -> Dates {
        let mut dates = Dates::default();
        let tags = std::mem::take(&mut self.tags.all);
        for tag in &tags {
            if tag.key == "time" {
                dates.time = tag.value.parse::<NaiveTime>().ok();
                if dates.time.is_none() {
                    self.unreadable(tag, "a time such as `14:03:05`");
                }
            } else if let Some(date) = dates.named_mut(tag.key) {
                *date = period::iso(&tag.value);
                if date.is_none() {
                    self.unreadable(tag, "a date such as `2024-03-27`");
                }
            }
        }
        self.tags.all = tags;
        dates
    }

    /// Whose tax was taken off, of kinds that are not a tax themselves.
    pub(super) fn tax(&mut self, kind: &str) -> Option<WithheldTax> {
        if kind == "withholding" {
            return None;
        }
        let tag = self.tags.get("tax")?.clone();
        if let Ok(authority) = tag.value.parse::<TaxAuthority>() {
            return Some(WithheldTax { authority, country: self.tags.name("country", self.names) });
        }
        self.unreadable(&tag, "`foreign`, `federal` or `state`");
        None
    }

    pub(super) fn unreadable(&mut self, tag: &Tag<'l>, expected: &str) {
        let message = format!("`{}`: expected {expected}, found `{}`", tag.key, tag.value);
        let place = self.tags.place(tag);
        self.problems.push(Diagnostic::error("unreadable-field", message).at(place));
    }

    pub(super) fn unknown_word<'w>(
        &mut self,
        what: &str,
        word: &str,
        tag: &Tag<'l>,
        known: impl Iterator<Item = &'w str>,
    ) {
        let known: Vec<&str> = known.collect();
        let place = self.tags.place(tag);
        let help = match nearest(word, known.iter().copied()).first() {
            Some(near) => format!("if you mean `{near}`, write that"),
            None => format!("it is one of {}", known.join(", ")),
        };
        let message = format!("no {what} `{word}`");
        self.problems.push(Diagnostic::error("unreadable-field", message).at(place).help(help));
    }
}

/// Figures by name, in the order of the tags.
pub(super) fn parts(tags: &Tags<'_>) -> Option<Parts> {
    let named = tags.all.iter().filter(|tag| Parts::NAMES.contains(&tag.key));
    let parts = named.filter_map(|tag| {
        let number = tag.value.split(' ').next().and_then(money::plain)?;
        Some(Part { name: Name::new(tag.key), amount: number })
    });
    let parts: Parts = parts.collect();
    (!parts.0.is_empty()).then_some(parts)
}
