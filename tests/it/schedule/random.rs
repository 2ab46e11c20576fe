//! Lines and moments made up by chance.

use jiff::Timestamp;

/// Numbers that look random and are the same in every run.
pub struct Random(pub u64);

impl Random {
    /// `SplitMix64`, of which the upper half is taken.
    pub fn below(&mut self, end: u32) -> u32 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        u32::try_from((mixed >> 32) % u64::from(end)).unwrap()
    }

    fn within(&mut self, low: u32, high: u32) -> u32 {
        low + self.below(high - low + 1)
    }

    fn chance(&mut self, percent: u32) -> bool {
        self.below(100) < percent
    }

    /// A line of crontab(5). `stars` is how many day and month fields in a hundred are a bare asterisk.
    pub fn line(&mut self, stars: u32) -> String {
        let fields = [(0, 59, 10), (0, 23, 25), (1, 31, stars), (1, 12, stars), (0, 7, stars)];
        let blank = [" ", "  ", "\t"][self.below(3) as usize];
        fields.map(|(low, high, bare)| if self.chance(bare) { "*".into() } else { self.list(low, high) }).join(blank)
    }

    /// A line that asks for a late day of one month, which may have none.
    pub fn late_day(&mut self) -> String {
        let (day, month) = (self.within(29, 31), self.within(1, 12));
        format!("{} 4 {day} {month} {}", self.below(60), ["*", "*/2", "5"][self.below(3) as usize])
    }

    fn list(&mut self, low: u32, high: u32) -> String {
        let length = [1, 1, 1, 2, 3, 5][self.below(6) as usize];
        let elements: Vec<String> = (0..length).map(|_| self.element(low, high)).collect();
        elements.join(",")
    }

    fn element(&mut self, low: u32, high: u32) -> String {
        // Clocks are changed at night.
        let night = high == 23 && self.chance(50);
        let (a, b) = (self.within(low, high), self.within(low, if night { 4 } else { high }));
        let (first, last) = (a.min(b), a.max(b));
        let longest = if self.chance(80) { 7 } else { 70 };
        let step = self.within(1, longest);
        match self.below(8) {
            0 => format!("*/{step}"),
            1 => "*".to_owned(),
            2 | 3 => format!("{}-{}", self.value(high, first), self.value(high, last)),
            4 => format!("{}-{}/{step}", self.value(high, first), self.value(high, last)),
            _ => self.value(high, b),
        }
    }

    /// A number, perhaps with a zero in front, or a name in some case.
    fn value(&mut self, high: u32, value: u32) -> String {
        const NAMES: [&str; 19] = [
            "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec", "sun", "mon", "tue",
            "wed", "thu", "fri", "sat",
        ];
        let name = match high {
            12 => NAMES.get(value as usize - 1),
            7 => NAMES.get(value as usize + 12),
            _ => None,
        };
        match name {
            Some(name) if self.chance(25) => (*name).to_owned(),
            Some(name) if self.chance(25) => name.to_uppercase(),
            _ if self.chance(10) => format!("{value:02}"),
            _ => value.to_string(),
        }
    }

    /// A moment within the `count` minutes from `first`, one time in three the beginning of a minute.
    pub fn moment(&mut self, first: i64, count: u32) -> Timestamp {
        let instant = first + i64::from(self.below(count));
        let (second, nanos) = if self.chance(33) { (0, 0) } else { (self.below(60), self.below(1_000_000_000)) };
        Timestamp::new(instant * 60 + i64::from(second), i32::try_from(nanos).unwrap()).unwrap()
    }
}
