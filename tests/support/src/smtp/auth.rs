//! AUTH, from the server's side.

use std::io;

use base64::{Engine, engine::general_purpose::STANDARD};

use super::line::Lines;

/// Runs the exchange that `command` begins; tells whether the proof is right, or `None` for an unknown mechanism.
pub(super) async fn proves(
    lines: &mut Lines,
    command: &str,
    user: &str,
    password: &str,
) -> io::Result<Option<bool>> {
    let mut words = command.split_whitespace().skip(1);
    match (words.next().unwrap_or_default().to_ascii_uppercase().as_str(), words.next()) {
        ("PLAIN", Some(proof)) => Ok(Some(decode(proof) == format!("\0{user}\0{password}"))),
        ("LOGIN", None) => {
            let given_user = ask(lines, "334 VXNlcm5hbWU6").await?;
            let given_password = ask(lines, "334 UGFzc3dvcmQ6").await?;
            Ok(Some(given_user == user && given_password == password))
        }
        _ => Ok(None),
    }
}

async fn ask(lines: &mut Lines, challenge: &str) -> io::Result<String> {
    lines.reply(challenge).await?;
    Ok(decode(&lines.command().await?.unwrap_or_default()))
}

fn decode(text: &str) -> String {
    STANDARD.decode(text).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
}
