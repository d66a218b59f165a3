//! What generated inputs are made of: numbers of a fixed seed, days, names, amounts.

/// Numbers that look random and are the same everywhere (`SplitMix64`).
pub struct Numbers(pub u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }
}

const FIRST_YEAR: u64 = 2015;
const YEARS: u64 = 10;

/// Year, month and day of the `at`-th of `count` things spread evenly over ten years.
pub fn day(at: u64, count: u64) -> (u64, u64, u64) {
    let day = at * YEARS * 336 / count.max(1);
    (FIRST_YEAR + day / 336, day % 336 / 28 + 1, day % 28 + 1)
}

/// The letters of the security with this number.
pub fn ticker(number: u64) -> String {
    let letter = |shift: u32| char::from(b'A' + (number / 26u64.pow(shift) % 26) as u8);
    [letter(1), letter(0), 'X'].iter().collect()
}

/// Cents as they are written: `1234.50`.
pub fn money(cents: u64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}
