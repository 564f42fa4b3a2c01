//! "Please try again in 5 minutes": what greylisting servers write into the text of a 4xx.

use std::time::Duration;

/// Nobody has to wait longer than this because a server said so.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// The wait that `text` asks for, if it does.
pub(super) fn wait_hint(text: &str) -> Option<Duration> {
    let text = text.to_ascii_lowercase();
    let words: Vec<&str> =
        text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    (0..words.len()).find_map(|start| hint_at(&words[start..]))
}

/// `again in 5 minutes`, `retry after 300s`.
fn hint_at(words: &[&str]) -> Option<Duration> {
    let ["again" | "retry" | "back", "in" | "after", amount, rest @ ..] = words else {
        return None;
    };
    let digits = amount.bytes().take_while(u8::is_ascii_digit).count();
    let (number, glued_unit) = amount.split_at(digits);
    let unit = if glued_unit.is_empty() { rest.first()? } else { glued_unit };
    let seconds = number.parse::<u64>().ok()?.checked_mul(seconds_in(unit)?)?;
    Some(Duration::from_secs(seconds).min(LONGEST))
}

fn seconds_in(unit: &str) -> Option<u64> {
    match unit {
        "s" | "sec" | "secs" | "second" | "seconds" => Some(1),
        "m" | "min" | "mins" | "minute" | "minutes" => Some(60),
        "h" | "hour" | "hours" => Some(3600),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hints_are_read() {
        for (text, seconds) in [
            ("4.7.1 Greylisted, please try again in 5 minutes.", 300),
            ("Try again in 300 seconds", 300),
            ("retry after 90s", 90),
            ("come back in 1 hour (see http://example.org)", 3600),
            ("try again in 999 hours", 86_400),
        ] {
            assert_eq!(wait_hint(text), Some(Duration::from_secs(seconds)), "{text}");
        }
    }

    #[test]
    fn everything_else_is_no_hint() {
        for text in [
            "",
            "try again later",
            "try again in 5",
            "in 5 minutes",
            "again in 99999999999999999999 minutes",
            "again in five minutes",
        ] {
            assert_eq!(wait_hint(text), None, "{text}");
        }
    }
}
