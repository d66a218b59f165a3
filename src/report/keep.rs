//! What a report keeps: some accounts, securities, properties, categories, days.

use crate::event::Event;
use crate::income::Income;
use crate::period::NaiveDate;
use crate::source::Name;

/// A filter; `None` keeps all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Keep {
    /// Ids of accounts.
    pub accounts: Option<Vec<Name>>,
    /// Ids of securities.
    pub securities: Option<Vec<Name>>,
    /// Ids of properties.
    pub properties: Option<Vec<Name>>,
    /// Ids of categories; one keeps those below it too: `dividend` keeps `dividend.ordinary`.
    pub categories: Option<Vec<Name>>,
    /// First day, by the date the report uses.
    pub from: Option<NaiveDate>,
    /// Last day.
    pub to: Option<NaiveDate>,
}

impl Keep {
    /// Whether it keeps everything.
    pub fn all(&self) -> bool {
        *self == Keep::default()
    }

    /// Whether it keeps this event.
    pub fn event(&self, event: &Event) -> bool {
        has(self.accounts.as_deref(), Some(&event.account))
            && has(self.securities.as_deref(), event.security())
            && has(self.properties.as_deref(), event.property())
            && self.day(event.date)
    }

    /// Whether it keeps this contribution, its category apart.
    pub fn income(&self, income: &Income) -> bool {
        has(self.accounts.as_deref(), Some(&income.account))
            && has(self.securities.as_deref(), income.security.as_ref())
            && has(self.properties.as_deref(), income.property.as_ref())
            && self.day(income.date)
    }

    /// Whether it keeps this category.
    pub fn category(&self, id: &str) -> bool {
        let Some(kept) = &self.categories else { return true };
        kept.iter().any(|kept| below(id, kept))
    }

    /// Whether it keeps this day.
    pub fn day(&self, day: NaiveDate) -> bool {
        self.from.is_none_or(|from| from <= day) && self.to.is_none_or(|to| day <= to)
    }
}

/// Whether `id` is `category` or one below it.
pub fn below(id: &str, category: &str) -> bool {
    id.strip_prefix(category).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

fn has(kept: Option<&[Name]>, name: Option<&Name>) -> bool {
    kept.is_none_or(|kept| name.is_some_and(|name| kept.contains(name)))
}
