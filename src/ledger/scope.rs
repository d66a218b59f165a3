//! What a directive says for the lines below it: the year, aliases, the account they stand under.
//!
//! Included files inherit it. In hledger all of it ends with the file it stands in; in Ledger `apply` and
//! the year do, and the rest goes on past the end of an included file.

use regex::Regex;

use crate::ledger::model::{CommodityId, Dialect};

/// What holds at one line.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    /// `Y2024`: the year of dates without one.
    pub year: Option<i32>,
    /// `alias`, the first above first.
    pub aliases: Vec<Alias>,
    /// `apply account`, outermost first.
    pub parents: Vec<String>,
    /// What `end` without a name ends: the `apply` words, outermost first.
    pub applied: Vec<Applied>,
    /// How many of those stand in the texts around this one, where they cannot end here: Ledger's rule.
    pub outer: usize,
    /// `payee` below an `account`: whose postings to an account called `Unknown` go there, in Ledger.
    pub unknown: Vec<(Regex, String)>,
    /// `bucket`: takes what a transaction lacks.
    pub bucket: Option<String>,
    /// `decimal-mark`
    pub decimal_mark: Option<u8>,
    /// `D`
    pub default: Option<CommodityId>,
    /// The decimal mark that it shows.
    pub default_mark: Option<u8>,
}

/// An `apply` that has not ended.
#[derive(Clone, Debug)]
pub enum Applied {
    /// `apply account`
    Account,
    /// `apply tag`
    Tag,
    /// `apply year`, and the year before.
    Year(Option<i32>),
    /// `apply fixed`, `apply rate`
    Fixed,
}

/// Another name for accounts.
#[derive(Clone, Debug)]
pub enum Alias {
    /// `alias OLD = NEW`
    Name(String, String),
    /// `alias /OLD/ = NEW`
    Pattern(Regex, String),
}

impl Scope {
    /// The account that `written` means here.
    pub fn account(&self, written: &str, dialect: Dialect) -> String {
        match dialect {
            Dialect::Hledger | Dialect::Beancount => {
                let mut name = self.under_parents(written);
                for alias in self.aliases.iter().rev() {
                    alias.apply(&mut name);
                }
                name
            }
            Dialect::Ledger => self.ledger_alias(written).unwrap_or_else(|| self.below(written)),
        }
    }

    /// The account of this name where no alias counts, in Ledger.
    pub fn below(&self, name: &str) -> String {
        parts(self.under_parents(name))
    }

    fn under_parents(&self, name: &str) -> String {
        let mut whole = String::new();
        for parent in &self.parents {
            whole.push_str(parent);
            whole.push(':');
        }
        whole.push_str(name);
        whole
    }

    /// Ledger's aliases are exact, for the whole name, else for its first part, and applied once.
    fn ledger_alias(&self, written: &str) -> Option<String> {
        let find = |name: &str| {
            self.aliases.iter().rev().find_map(|alias| match alias {
                Alias::Name(old, new) if old == name => Some(new),
                Alias::Name(..) | Alias::Pattern(..) => None,
            })
        };
        if let Some(new) = find(written) {
            return Some(new.clone());
        }
        let (first, rest) = written.split_once(':')?;
        find(first).map(|new| format!("{new}:{rest}"))
    }
}

/// Ledger's name for an account: without the parts that have no name, `a::b` is `a:b`.
fn parts(name: String) -> String {
    if !name.starts_with(':') && !name.contains("::") {
        return name;
    }
    let end = if name.ends_with(':') { ":" } else { "" };
    let parts: Vec<&str> = name.split(':').filter(|part| !part.is_empty()).collect();
    parts.join(":") + end
}

impl Alias {
    /// hledger's rule: the whole name or its first parts; a pattern anywhere in it.
    fn apply(&self, name: &mut String) {
        match self {
            Alias::Name(old, new) => {
                if let Some(rest) = name.strip_prefix(old.as_str())
                    && (rest.is_empty() || rest.starts_with(':'))
                {
                    *name = format!("{new}{rest}");
                }
            }
            Alias::Pattern(old, new) => {
                let changed = old.replace_all(name, new.as_str()).into_owned();
                *name = changed;
            }
        }
    }
}
