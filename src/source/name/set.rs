//! A set of names that is asked often: by their numbers, without a look at their letters.

use super::Name;

/// Names that are in it, by number: a byte for each name of the process up to the last of them.
#[derive(Clone, Debug, Default)]
pub struct NameSet(Vec<bool>);

impl NameSet {
    /// Puts a name in; whether it was not in it.
    pub fn insert(&mut self, name: &Name) -> bool {
        let at = name.number();
        if at >= self.0.len() {
            self.0.resize(at + 1, false);
        }
        !std::mem::replace(&mut self.0[at], true)
    }

    /// Whether a name is in it.
    pub fn contains(&self, name: &Name) -> bool {
        self.0.get(name.number()).copied().unwrap_or_default()
    }
}

impl<'n> FromIterator<&'n Name> for NameSet {
    fn from_iter<I: IntoIterator<Item = &'n Name>>(names: I) -> NameSet {
        let mut set = NameSet::default();
        for name in names {
            set.insert(name);
        }
        set
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_put_in_is_in_and_nothing_else() {
        let mut set: NameSet = [&Name::new("roth"), &Name::new("hsa")].into_iter().collect();
        assert!(set.contains(&Name::new("roth")) && set.contains(&Name::new("hsa")));
        assert!(!set.contains(&Name::new("a name that no set has yet")));
        assert!(set.insert(&Name::new("ira")) && !set.insert(&Name::new("ira")));
    }
}
