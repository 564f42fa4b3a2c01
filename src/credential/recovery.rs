//! Recovery codes: 80 random bits each, written in groups a person can type.

use rekey_events::env::random;
use rekey_events::rows::RecoveryCodeRow;
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

/// The hash a code is kept as. Eighty random bits need no salt and no slow
/// hash: there is nothing to try through.
#[must_use]
pub fn hash(code: &str) -> String {
    let letters: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
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
    }
}
