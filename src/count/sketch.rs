//! How many different things were seen, in memory that does not grow with them.
//!
//! Few are told apart by their hashes; many are estimated, as Flajolet, Fusy, Gandouet and Meunier do in `HyperLogLog` (2007).

/// Bits of a hash that choose its register.
const BITS: u32 = 12;
/// Registers: the estimate is off by 1.04 / √4096, 1.6 %, in two of three cases.
const REGISTERS: usize = 1 << BITS;
/// Traces that are kept before they are estimated.
const FEW: usize = 128;

/// What is left of a reader: a hash of the network, and one of the program.
pub(super) type Trace = (u32, u32);

/// A set of readers that only knows how large it is. At most 4 KiB.
#[derive(Debug)]
pub(super) enum Sketch {
    /// Traces, in their order.
    Few(Vec<Trace>),
    /// In each register, the longest run of zeros that a hash began with, and one more.
    Many(Box<[u8]>),
}

impl Default for Sketch {
    fn default() -> Self {
        Self::Few(Vec::new())
    }
}

impl Sketch {
    /// Adds a reader, but no more than `most` of one network. Where readers are estimated nobody knows how many of them are of
    /// one network: its programs then share `most` names, so that two of them are sometimes one.
    pub(super) fn add(&mut self, trace: Trace, most: u32) {
        let (network, program) = trace;
        match self {
            Self::Many(registers) => note(registers, trace, most),
            Self::Few(traces) => {
                let Err(place) = traces.binary_search(&trace) else { return };
                let known = traces.iter().filter(|known| known.0 == network).count();
                if known >= usize::try_from(most).unwrap_or(usize::MAX) {
                    return;
                }
                if traces.len() < FEW {
                    traces.insert(place, (network, program));
                    return;
                }
                let mut registers = vec![0; REGISTERS].into_boxed_slice();
                for known in traces.iter().chain([&trace]) {
                    note(&mut registers, *known, most);
                }
                *self = Self::Many(registers);
            }
        }
    }

    /// How many different things were added.
    pub(super) fn size(&self) -> u32 {
        match self {
            Self::Few(traces) => u32::try_from(traces.len()).unwrap_or(u32::MAX),
            Self::Many(registers) => estimate(registers),
        }
    }
}

fn note(registers: &mut [u8], (network, program): Trace, most: u32) {
    let hash = mixed(u64::from(network) << 32 | u64::from(program % most.max(1)));
    let register = usize::try_from(hash >> (u64::BITS - BITS)).unwrap_or_default();
    // The bit that is set bounds the run, so that it fits.
    let run = (hash << BITS | 1 << (BITS - 1)).leading_zeros() + 1;
    if let Some(longest) = registers.get_mut(register) {
        *longest = (*longest).max(u8::try_from(run).unwrap_or(u8::MAX));
    }
}

/// Every bit of a number depends on every other (the finaliser of `MurmurHash3`).
fn mixed(number: u64) -> u64 {
    let mut h = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
    h = (h ^ h >> 33).wrapping_mul(0xFF51_AFD7_ED55_8CCD);
    h = (h ^ h >> 33).wrapping_mul(0xC4CE_B9FE_1A85_EC53);
    h ^ h >> 33
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` keeps within what a u32 holds")]
fn estimate(registers: &[u8]) -> u32 {
    let count = f64::from(u32::try_from(registers.len()).unwrap_or(u32::MAX));
    let sum: f64 = registers.iter().map(|run| f64::from(*run)).map(|run| (-run).exp2()).sum();
    let raw = 0.7213 / (1.0 + 1.079 / count) * count * count / sum;
    let empty: f64 = registers.iter().map(|run| if *run == 0 { 1.0 } else { 0.0 }).sum();
    // Registers that nothing has fallen into tell a small number better.
    let size = if raw <= 2.5 * count && empty > 0.0 { count * (count / empty).ln() } else { raw };
    size.round() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A trace of networks and programs that were chosen at random.
    fn trace(network: u64, program: u64) -> Trace {
        let part = |number| u32::try_from(mixed(number) >> 32).expect("32 bits");
        (part(network), part(!program))
    }

    #[test]
    fn few_are_exact_and_many_nearly() {
        for (number, off) in
            [(0, 0), (1, 0), (2, 0), (128, 0), (129, 8), (1000, 60), (20_000, 1200), (1_000_000, 60_000)]
        {
            let mut sketch = Sketch::default();
            for round in 0..2 {
                for n in 0..number {
                    sketch.add(trace(n / 2, n), 50);
                }
                let size = u64::from(sketch.size());
                assert!(size.abs_diff(number) <= off, "{number}, round {round}: {size}");
            }
            let bytes = match &sketch {
                Sketch::Few(traces) => traces.capacity() * size_of::<Trace>(),
                Sketch::Many(registers) => registers.len(),
            };
            assert!(bytes <= 4096, "{number}: {bytes}");
        }
    }

    #[test]
    fn one_network_is_not_many_readers() {
        for (others, off) in [(0, 0), (100, 2), (5000, 300)] {
            let mut sketch = Sketch::default();
            for n in 0..10_000 {
                sketch.add(trace(0, n), 20);
                sketch.add(trace(1 + n % (others + 1), 0), 20);
            }
            // The first of the others, and twenty of the one.
            let want = others + 1 + 20;
            assert!(u64::from(sketch.size()).abs_diff(want) <= off, "{others}: {}", sketch.size());
        }
    }

    #[test]
    fn no_trace_is_too_strange() {
        let mut sketch = Sketch::Many(vec![0; REGISTERS].into_boxed_slice());
        for trace in [(0, 0), (u32::MAX, u32::MAX), (0, 1), (1 << 31, 0)] {
            sketch.add(trace, 0);
        }
        assert!((1..=4).contains(&sketch.size()), "{}", sketch.size());
    }
}
