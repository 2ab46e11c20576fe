//! What is counted, and for how long it is kept.

/// What is counted, and for how long it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Whether anything is. Default true: what is kept is about nobody.
    pub on: bool,
    /// Days whose totals are kept. Default 400.
    pub days: u32,
    /// The most subscribers that are believed of one service, for one document. Default 100,000.
    pub max_reported: u32,
    /// The most readers that are counted of one network, for one document. Default 50: a name for oneself costs nothing.
    pub max_per_network: u32,
}

impl Default for Options {
    fn default() -> Self {
        Self { on: true, days: 400, max_reported: 100_000, max_per_network: 50 }
    }
}
