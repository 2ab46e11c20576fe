//! The difference of two texts, as `diff -u` shows it. Pure.

/// Lines of each text that are compared; the rest counts as equal.
const LONGEST: usize = 600;

/// One line of the way from the old text to the new one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Both(usize),
    Old(usize),
    New(usize),
}

/// At most `most` lines, with `context` equal lines around what differs: ` ` in both, `-` in the old one, `+` in the new
/// one, `…` where equal lines are left out. Empty if nothing differs.
#[must_use]
pub fn unified(old: &[String], new: &[String], context: usize, most: usize) -> Vec<String> {
    let old = old.get(..LONGEST).unwrap_or(old);
    let new = new.get(..LONGEST).unwrap_or(new);
    let steps = steps(old, new);
    let changed = |step: &Step| !matches!(step, Step::Both(_));
    let near = |at: usize| {
        let from = at.saturating_sub(context);
        steps.get(from..(at + context + 1).min(steps.len())).is_some_and(|near| near.iter().any(changed))
    };
    let line = |lines: &[String], at: usize| lines.get(at).cloned().unwrap_or_default();
    let mut shown = Vec::new();
    let mut left_out = false;
    for (at, step) in steps.iter().enumerate() {
        if !near(at) {
            left_out = !shown.is_empty();
            continue;
        }
        if std::mem::take(&mut left_out) {
            shown.push("…".to_owned());
        }
        shown.push(match *step {
            Step::Both(at) => format!("  {}", line(old, at)),
            Step::Old(at) => format!("- {}", line(old, at)),
            Step::New(at) => format!("+ {}", line(new, at)),
        });
    }
    if shown.len() > most {
        let rest = shown.len() - most.saturating_sub(1);
        shown.truncate(most.saturating_sub(1));
        shown.push(format!("… and {rest} more lines"));
    }
    shown
}

/// The shortest way, by the longest common subsequence.
fn steps(old: &[String], new: &[String]) -> Vec<Step> {
    let width = new.len() + 1;
    let mut common = vec![0_usize; (old.len() + 1) * width];
    let get = |common: &[usize], i: usize, j: usize| common.get(i * width + j).copied().unwrap_or(0);
    for (i, a) in old.iter().enumerate().rev() {
        for (j, b) in new.iter().enumerate().rev() {
            let best = if a == b {
                get(&common, i + 1, j + 1) + 1
            } else {
                get(&common, i + 1, j).max(get(&common, i, j + 1))
            };
            if let Some(cell) = common.get_mut(i * width + j) {
                *cell = best;
            }
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut steps = Vec::with_capacity(old.len().max(new.len()));
    loop {
        match (old.get(i), new.get(j)) {
            (Some(a), Some(b)) if a == b => {
                steps.push(Step::Both(i));
                (i, j) = (i + 1, j + 1);
            }
            (Some(_), b) if b.is_none() || get(&common, i + 1, j) >= get(&common, i, j + 1) => {
                steps.push(Step::Old(i));
                i += 1;
            }
            (_, Some(_)) => {
                steps.push(Step::New(j));
                j += 1;
            }
            (_, None) => return steps,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn diff(old: &str, new: &str, most: usize) -> Vec<String> {
        let lines = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        unified(&lines(old), &lines(new), 1, most)
    }

    #[test]
    fn what_differs_is_shown_with_its_surroundings() {
        for (old, new, want) in [
            ("", "", &[][..]),
            ("a b c", "a b c", &[]),
            ("", "a", &["+ a"]),
            ("a", "", &["- a"]),
            ("a b c d", "a x c d", &["  a", "- b", "+ x", "  c"]),
            ("a b c d e f g h", "x b c d e f g y", &["- a", "+ x", "  b", "…", "  g", "- h", "+ y"]),
            ("a b", "a b c", &["  b", "+ c"]),
        ] {
            assert_eq!(diff(old, new, 40), want, "{old:?} {new:?}");
        }
    }

    #[test]
    fn it_is_bounded() {
        let lines = |name: &str, count: usize| (0..count).map(|n| format!("{name}{n}")).collect::<Vec<_>>();
        let shown = unified(&lines("a", 50), &lines("b", 30), 2, 10);
        assert_eq!((shown.len(), shown.last().map(String::as_str)), (10, Some("… and 71 more lines")));
        assert_eq!(unified(&lines("a", 100_000), &lines("a", 100_001), 2, 10), Vec::<String>::new());
    }
}
