//! The body as it goes over the wire: dots doubled, lines ended by CR LF and nothing else.

/// Why a message cannot be sent by SMTP at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Defect {
    /// A CR, LF or NUL on its own. Servers disagree about them, which lets a mail smuggle in a second one
    /// (RFC 5321 section 2.3.8).
    #[error("the message has a CR, LF or NUL on its own")]
    StrayControl,
    /// A line of more than 998 octets (RFC 5321 section 4.5.3.1.6).
    #[error("the message has a line of more than 998 octets")]
    LongLine,
}

/// `message` with its leading dots doubled (RFC 5321 section 4.5.2) and its last line ended; the final dot is not
/// part of it.
pub(super) fn stuff(message: &[u8]) -> Result<Vec<u8>, Defect> {
    let mut wire = Vec::with_capacity(message.len() + 16);
    for line in message.split_inclusive(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\r\n").unwrap_or(line);
        check(line)?;
        if line.starts_with(b".") {
            wire.push(b'.');
        }
        wire.extend_from_slice(line);
        wire.extend_from_slice(b"\r\n");
    }
    Ok(wire)
}

fn check(line: &[u8]) -> Result<(), Defect> {
    if line.iter().any(|byte| matches!(byte, b'\r' | b'\n' | 0)) {
        return Err(Defect::StrayControl);
    }
    if line.len() > 998 {
        return Err(Defect::LongLine);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leading_dots_are_doubled() {
        assert_eq!(stuff(b".\r\n..\r\na.\r\n\r\n.b\r\n").unwrap(), b"..\r\n...\r\na.\r\n\r\n..b\r\n");
    }

    #[test]
    fn the_last_line_is_ended() {
        assert_eq!(stuff(b"a").unwrap(), b"a\r\n");
        assert_eq!(stuff(b"").unwrap(), b"");
    }

    #[test]
    fn stray_controls_and_long_lines_are_refused() {
        for bad in [&b"a\nb\r\n"[..], b"a\rb\r\n", b"\n.\r\n", b"a\r\r\n", b"a\0\r\n", b"a\n", b"a\r"] {
            assert_eq!(stuff(bad), Err(Defect::StrayControl), "{bad:?}");
        }
        assert_eq!(stuff(&[b'a'; 999]), Err(Defect::LongLine));
        assert!(stuff(&[b'a'; 998]).is_ok());
    }
}
