//! Reads text files as editors and shells write them.

use std::path::Path;
use std::{fs, io};

/// Reads the text in the file at `path`, without a byte-order mark (Unicode 16.0, section 23.8).
///
/// Windows PowerShell writes UTF-16 with such a mark; that is read, too.
///
/// # Errors
/// The file cannot be read, or is not text.
pub fn read_text(path: &Path) -> io::Result<String> {
    let bytes = fs::read(path)?;
    match bytes.as_slice() {
        [0xEF, 0xBB, 0xBF, text @ ..] => utf8(text),
        [0xFF, 0xFE, text @ ..] => utf16(text, u16::from_le_bytes),
        [0xFE, 0xFF, text @ ..] => utf16(text, u16::from_be_bytes),
        text => utf8(text),
    }
}

/// Reads the secret in the file at `path`: its only line, without byte-order mark and line ends. Blanks are part of
/// the secret.
///
/// # Errors
/// The file cannot be read, is empty, or holds several lines.
pub fn read_secret(path: &Path) -> io::Result<String> {
    const LINE_ENDS: [char; 2] = ['\r', '\n'];
    let text = read_text(path)?;
    match text.trim_matches(LINE_ENDS) {
        "" => Err(not_text("it is empty")),
        secret if secret.contains(LINE_ENDS) => {
            Err(not_text("it holds several lines; the secret must be the only one"))
        }
        secret => Ok(secret.to_owned()),
    }
}

fn utf8(bytes: &[u8]) -> io::Result<String> {
    str::from_utf8(bytes).map(str::to_owned).map_err(|_| not_text("it is not text in UTF-8"))
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> io::Result<String> {
    let (units, rest) = bytes.as_chunks::<2>();
    let text = char::decode_utf16(units.iter().copied().map(unit)).collect::<Result<_, _>>();
    text.ok().filter(|_| rest.is_empty()).ok_or_else(|| not_text("it is not text in UTF-16"))
}

fn not_text(why: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// `text` as different programs save it.
    pub(crate) fn as_saved(text: &str) -> Vec<Vec<u8>> {
        let utf16 = |unit: fn(u16) -> [u8; 2]| {
            format!("\u{FEFF}{text}\r\n").encode_utf16().flat_map(unit).collect::<Vec<u8>>()
        };
        let mut saved = vec![utf16(u16::to_le_bytes), utf16(u16::to_be_bytes)];
        for (before, after) in
            [("", ""), ("", "\n"), ("", "\r\n"), ("", "\n\n"), ("\u{FEFF}", ""), ("\u{FEFF}", "\r\n")]
        {
            saved.push(format!("{before}{text}{after}").into_bytes());
        }
        saved
    }

    fn read<T>(bytes: &[u8], reader: impl Fn(&Path) -> io::Result<T>) -> Result<T, String> {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(&file, bytes).unwrap();
        reader(file.path()).map_err(|error| error.to_string())
    }

    #[test]
    fn a_byte_order_mark_or_a_line_end_is_not_part_of_a_secret() {
        for secret in ["s3cret", " blanks stay ", "pässwörd 🙂"] {
            for saved in as_saved(secret).into_iter().chain([format!("{secret}\r").into_bytes()]) {
                assert_eq!(read(&saved, read_secret).as_deref(), Ok(secret), "{saved:?}");
            }
        }
    }

    #[test]
    fn a_file_without_a_secret_on_one_line_is_refused() {
        for (bytes, why) in [
            (&b""[..], "empty"),
            (b"\xEF\xBB\xBF\r\n", "empty"),
            (b"one\ntwo\n", "several lines"),
            (b"p\xE4ss", "UTF-8"),
            (b"\xFF\xFEp", "UTF-16"),
            (b"\xFF\xFE\x00\xD8", "UTF-16"),
        ] {
            let error = read(bytes, read_secret).unwrap_err();
            assert!(error.contains(why), "{error}");
        }
    }

    #[test]
    fn text_keeps_its_lines() {
        assert_eq!(read(b"\xEF\xBB\xBFone\r\ntwo\n", read_text).as_deref(), Ok("one\r\ntwo\n"));
    }
}
