//! Replies (RFC 5321 section 4.2): read whole or not at all.

use std::{fmt, time::Duration};

use super::{outcome::Failure, queue_id::queue_id, wait_hint::wait_hint};

/// No reply of an honest server is larger than this in octets.
const LARGEST: usize = 16 * 1024;

/// How much of a reply's text is kept.
const LONGEST_TEXT: usize = 2048;

/// A complete reply. `code` and `enhanced` may be recorded; `text` may not, as servers like to repeat the address.
#[derive(Clone, PartialEq, Eq)]
pub struct Reply {
    /// Reply code, such as 250.
    pub code: u16,
    /// Enhanced status code (RFC 3463), such as `5.1.1`, when it agrees with the code.
    pub enhanced: Option<String>,
    /// The text, control characters escaped, cut at 2048 characters. For a person's eyes only; never for the log.
    pub text: String,
}

impl Reply {
    /// A refusal of our own making, in words a server would use.
    pub(super) fn local(code: u16, enhanced: &str, text: &str) -> Self {
        Self { code, enhanced: Some(enhanced.to_owned()), text: text.to_owned() }
    }

    /// The wait that a greylisting server asks for.
    pub(super) fn retry_after(&self) -> Option<Duration> {
        wait_hint(&self.text)
    }

    /// What the server calls the mail in its queue, if it says so; printable ASCII of at most 128 bytes.
    pub fn queue_id(&self) -> Option<String> {
        queue_id(&self.text)
    }

    /// Whether the server says that we ask too much of it: 421, or a security or policy status of class 4.
    pub(super) fn is_throttling(&self) -> bool {
        self.code == 421 || self.enhanced.as_deref().is_some_and(|status| status.starts_with("4.7."))
    }
}

/// Only what may be recorded.
impl fmt::Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.enhanced {
            Some(enhanced) => write!(f, "{} {enhanced}", self.code),
            None => write!(f, "{}", self.code),
        }
    }
}

/// Only what may be recorded.
impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Reply({self})")
    }
}

/// The lines of a reply as they come in.
#[derive(Default)]
pub(super) struct Lines {
    code: u16,
    size: usize,
    texts: Vec<String>,
}

impl Lines {
    /// Takes one line with its end; tells whether it was the last one. Lines must end in CR LF (RFC 5321 section
    /// 2.3.8), but old servers and proxies send a bare LF, and nothing else can be meant by it.
    pub(super) fn push(&mut self, line: &[u8]) -> Result<bool, Failure> {
        self.size += line.len();
        let line = line.strip_suffix(b"\n").ok_or(Failure::Malformed)?;
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let (code, rest) = split_code(line).ok_or(Failure::Malformed)?;
        let first = self.texts.is_empty();
        if self.size > LARGEST || !(first || code == self.code) {
            return Err(Failure::Malformed);
        }
        let (last, text) = match rest {
            [] => (true, rest),
            [b' ', text @ ..] => (true, text),
            [b'-', text @ ..] => (false, text),
            _ => return Err(Failure::Malformed),
        };
        self.code = code;
        self.texts.push(String::from_utf8_lossy(text).into_owned());
        Ok(last)
    }

    /// How many octets may still come.
    pub(super) fn room(&self) -> usize {
        LARGEST.saturating_sub(self.size)
    }

    /// The texts of the lines, as EHLO needs them.
    pub(super) fn texts(&self) -> impl Iterator<Item = &str> {
        self.texts.iter().map(String::as_str)
    }

    /// The whole as one reply.
    pub(super) fn reply(&self) -> Reply {
        let text = self.texts.join(" ");
        Reply { code: self.code, enhanced: self.enhanced(), text: printable(&text) }
    }
}

impl Lines {
    /// The status at the start of a line, else one that is marked as such: `(#5.7.1)`, or the last word. Only one whose
    /// class agrees with the code (RFC 2034 section 4).
    fn enhanced(&self) -> Option<String> {
        let status = |word| status_of(self.code, word);
        let lines = || self.texts.iter().map(String::as_str);
        let at_start = || lines().find_map(|line| status(line.split_whitespace().next()?));
        let marked =
            || lines().flat_map(str::split_whitespace).filter(|word| word.contains('#')).find_map(status);
        let at_end = || lines().find_map(|line| status(line.split_whitespace().next_back()?));
        at_start().or_else(marked).or_else(at_end)
    }
}

fn split_code(line: &[u8]) -> Option<(u16, &[u8])> {
    let (digits, rest) = line.split_at_checked(3)?;
    let [b'2'..=b'5', b'0'..=b'9', b'0'..=b'9'] = digits else {
        return None;
    };
    let code = digits.iter().fold(0, |code, digit| code * 10 + u16::from(digit - b'0'));
    Some((code, rest))
}

/// `word` as a status of the code's class, without what servers put around it.
fn status_of(code: u16, word: &str) -> Option<String> {
    let status = word.trim_matches(['(', ')', '[', ']', '#', ',', ';', ':', '.']);
    let mut parts = status.split('.');
    let class_agrees = parts.next()? == (code / 100).to_string();
    let (subject, detail) = (parts.next()?, parts.next()?);
    let numbers = [subject, detail]
        .iter()
        .all(|part| (1..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit()));
    (class_agrees && numbers && parts.next().is_none()).then(|| status.to_owned())
}

fn printable(text: &str) -> String {
    let escape = |c: char| if c.is_control() { c.escape_default().to_string() } else { c.to_string() };
    text.chars().take(LONGEST_TEXT).map(escape).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(lines: &[&str]) -> Result<Reply, Failure> {
        let mut reply = Lines::default();
        for (index, line) in lines.iter().enumerate() {
            let last = reply.push(line.as_bytes())?;
            assert_eq!(last, index + 1 == lines.len());
        }
        Ok(reply.reply())
    }

    #[test]
    fn one_line_many_lines_and_no_text() {
        assert_eq!(read(&["250 2.1.0 Ok\r\n"]).unwrap(), Reply::local(250, "2.1.0", "2.1.0 Ok"));
        let many = read(&["550-5.1.1 no\r\n", "550 5.1.1 such user\r\n"]).unwrap();
        assert_eq!((many.code, many.text.as_str()), (550, "5.1.1 no 5.1.1 such user"));
        assert_eq!(read(&["354\r\n"]).unwrap().code, 354);
    }

    #[test]
    fn a_line_may_end_in_a_bare_lf() {
        assert_eq!(read(&["250 2.1.0 Ok\n"]), read(&["250 2.1.0 Ok\r\n"]));
        assert_eq!(read(&["250-a\n", "250-b\r\n", "250 c\n"]).unwrap().text, "a b c");
        assert_eq!(read(&["354\n"]).unwrap().code, 354);
        let endless = format!("250 {}\n", "x".repeat(LARGEST));
        assert_eq!(read(&[&endless]), Err(Failure::Malformed));
    }

    #[test]
    fn a_status_of_another_class_is_none() {
        for line in ["550 4.7.1 x\r\n", "250 2.0 x\r\n", "250 2.0.0.1 x\r\n", "250 2.1.1234 x\r\n"] {
            assert_eq!(read(&[line]).unwrap().enhanced, None, "{line}");
        }
    }

    #[test]
    fn a_status_is_found_wherever_servers_put_it() {
        for (lines, status) in [
            (&["550 5.1.1 no\r\n"][..], Some("5.1.1")),
            (&["550 #5.1.0 no\r\n"], Some("5.1.0")),
            (&["553 sorry (#5.7.1)\r\n"], Some("5.7.1")),
            (&["511 sorry (#5.1.1 - chkuser)\r\n"], Some("5.1.1")),
            (&["550 sorry [5.7.1].\r\n"], Some("5.7.1")),
            (&["550-sorry\r\n", "550 5.7.1 no\r\n"], Some("5.7.1")),
            (&["550-sorry\r\n", "550 no (#5.7.1)\r\n"], Some("5.7.1")),
            (&["550-5.7.1 no\r\n", "550 5.1.1 no\r\n"], Some("5.7.1")),
            (&["550 filter 5.1.1 says no\r\n"], None),
            (&["550 no, 192.0.2.1\r\n"], None),
            (&["450 no (#5.7.1)\r\n"], None),
        ] {
            assert_eq!(read(lines).unwrap().enhanced.as_deref(), status, "{lines:?}");
        }
    }

    #[test]
    fn what_is_no_reply_is_malformed() {
        for line in
            ["", "\n", "\r\n", "250 ok", "250 ok\r", "25 ok\r\n", "650 ok\r\n", "250_ok\r\n", "2x0 ok\r\n"]
        {
            assert_eq!(read(&[line]), Err(Failure::Malformed), "{line:?}");
        }
        assert_eq!(read(&["250-a\r\n", "251 b\r\n"]), Err(Failure::Malformed));
    }

    #[test]
    fn text_is_escaped_and_cut_and_never_debugged() {
        let reply = read(&[&format!("550 \u{1b}[31m{}\r\n", "x".repeat(9000))]).unwrap();
        assert!(reply.text.starts_with("\\u{1b}[31m") && reply.text.len() < 2100);
        assert_eq!(format!("{reply:?} {reply}"), "Reply(550) 550");
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(lines in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 0..6)) {
            let mut reply = Lines::default();
            let _ = lines.iter().try_for_each(|line| reply.push(line).map(|_| ()));
            let _ = reply.reply();
        }
    }
}
