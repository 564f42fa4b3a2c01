//! Recovery codes: 80 random bits each, written in groups a person can type.

use rekey_events::env::random;
use rekey_events::rows::RecoveryCodeRow;
use rekey_events::text::{digit, nfkc};
use rekey_events::{AccountId, CodeId, Env};
use sha2::{Digest, Sha256};

/// How many are given out.
pub const COUNT: usize = 10;
/// Without letters and digits that look alike.
const ALPHABET: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

/// Fresh codes: what to show once, and the rows to keep.
#[must_use]
pub fn generate(env: &dyn Env, account: AccountId) -> (Vec<String>, Vec<RecoveryCodeRow>) {
    (0..COUNT)
        .map(|_| {
            let code = write(&random(env));
            let row = RecoveryCodeRow { code_id: CodeId::new(env), account_id: account, hash: hash(&code) };
            (code, row)
        })
        .unzip()
}

fn write(bits: &[u8; 16]) -> String {
    let letters: Vec<u8> = bits.iter().map(|byte| ALPHABET[usize::from(byte % 32)]).collect();
    let groups: Vec<_> = letters.chunks(4).map(String::from_utf8_lossy).collect();
    groups.join("-")
}

/// The hash a code is kept as: of its letters and digits, in whichever width, case and script they were typed. Eighty random bits need no salt and no slow
/// hash: there is nothing to try through.
#[must_use]
pub fn hash(code: &str) -> String {
    let code: String =
        code.chars().map(|typed| digit(typed).map_or(typed, |value| char::from(b'0' + value))).collect();
    let letters: String = nfkc(&code).chars().filter(char::is_ascii_alphanumeric).collect();
    hex::encode(Sha256::digest(letters.to_ascii_uppercase()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rekey_events::SystemEnv;

    #[test]
    fn codes_differ_and_are_recognised_however_typed() {
        let (codes, rows) = generate(&SystemEnv, AccountId::new(&SystemEnv));
        assert_eq!(codes.iter().collect::<std::collections::HashSet<_>>().len(), COUNT);
        let sloppy = codes[0].replace('-', " ").to_lowercase();
        assert_eq!(hash(&sloppy), rows[0].hash);
        assert_eq!(codes[0].len(), 19);
        let wide = |c: char| char::from_u32(u32::from(c) + 0xfee0).unwrap();
        let typed: String = codes[0].chars().map(wide).chain("\u{200e}".chars()).collect();
        assert_eq!(hash(&typed), rows[0].hash, "{typed}");
        let arabic = |c: char| c.to_digit(10).and_then(|value| char::from_u32(0x660 + value)).unwrap_or(c);
        assert_eq!(hash(&codes[0].chars().map(arabic).collect::<String>()), rows[0].hash);
    }
}
