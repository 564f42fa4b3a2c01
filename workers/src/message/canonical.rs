//! The relaxed canonical form of DKIM (RFC 6376 sections 3.4.2 and 3.4.4): what must survive transport unchanged.

/// One header, folded or not, with its line end.
pub(super) fn header(name: &str, value: &str) -> String {
    let unfolded = value.replace("\r\n", "");
    let words: Vec<&str> = unfolded.split([' ', '\t']).filter(|word| !word.is_empty()).collect();
    format!("{}:{}\r\n", name.to_ascii_lowercase(), words.join(" "))
}

/// The body, without the empty lines at its end.
pub(super) fn body(body: &str) -> String {
    let mut lines: Vec<String> = body.split("\r\n").map(body_line).collect();
    while lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    lines.iter().flat_map(|line| [line.as_str(), "\r\n"]).collect()
}

/// Runs of blanks are one blank; those at the end are none.
fn body_line(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    for c in line.trim_end_matches([' ', '\t']).chars() {
        match c {
            ' ' | '\t' if out.ends_with(' ') => {}
            '\t' => out.push(' '),
            _ => out.push(c),
        }
    }
    out
}

/// Splits a message into its headers (name, value with folds) and its body.
pub(super) fn split(message: &str) -> (Vec<(&str, String)>, &str) {
    let (head, body) = message.split_once("\r\n\r\n").unwrap_or((message, ""));
    let mut headers: Vec<(&str, String)> = Vec::new();
    for line in head.split("\r\n") {
        match (headers.last_mut(), line.split_once(':')) {
            (Some((_, value)), _) if line.starts_with([' ', '\t']) => {
                value.push_str("\r\n");
                value.push_str(line);
            }
            (_, Some((name, value))) => headers.push((name, value.to_owned())),
            _ => {}
        }
    }
    (headers, body)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of RFC 6376 section 3.4.5.
    #[test]
    fn the_standards_own_example() {
        let message = "A: X\r\nB : Y\t\r\n\tZ  \r\n\r\n C \r\nD \t E\r\n\r\n\r\n";
        let (headers, rest) = split(message);
        let canonical: String = headers.iter().map(|(name, value)| header(name.trim_end(), value)).collect();
        assert_eq!(canonical, "a:X\r\nb:Y Z\r\n");
        assert_eq!(body(rest), " C\r\nD E\r\n");
    }

    #[test]
    fn an_empty_body_stays_empty() {
        assert_eq!(body(""), "");
        assert_eq!(body("\r\n\r\n"), "");
    }
}
