//! The demo accounts: one for each case. Their passwords are made on the first
//! start, and kept in the data folder for the walk-through.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rekey_events::account::event::Origin;
use rekey_events::account::{Account, AccountCommand, AccountEvent};
use rekey_events::env::random;
use rekey_events::store::execute::Draft;
use rekey_events::{AccountId, Env, Permission};
use serde_json::{Value, json};

use crate::cli::admin::{grant_all, machine};
use crate::cli::keys::api_key;
use crate::credential::totp;
use crate::problem::{Kind, Problem};
use crate::service::accounts::Registration;
use crate::service::sessions::token_hash;
use crate::service::{Call, Caller, Service};

/// Who there is: name, where created, whether signed in before, and what it shows.
const PEOPLE: [(&str, Origin, bool, &str); 5] = [
    ("ana", Origin::App, true, "created in the app, has signed in: can reset"),
    ("ben", Origin::App, false, "created in the app, never signed in: can reset, but not be sent a link"),
    ("carla", Origin::Desktop, false, "desktop only, never signed in: cannot reset here"),
    ("dora", Origin::Desktop, true, "desktop only, has signed in there: can reset"),
    ("admin", Origin::App, false, "administrator with a second factor"),
];

/// The demo's secrets, by name.
#[derive(Clone)]
pub(super) struct Demo {
    file: PathBuf,
    secrets: BTreeMap<String, String>,
}

impl Demo {
    /// What an earlier start made, or fresh secrets.
    pub(super) fn read_or_make(data: &Path, env: &dyn Env) -> Result<Self, Box<dyn Error>> {
        let file = data.join("demo.env");
        if let Ok(text) = fs::read_to_string(&file) {
            let lines = text.lines().filter_map(|line| line.split_once('='));
            let secrets = lines.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
            return Ok(Self { file, secrets });
        }
        let passwords = PEOPLE.iter().map(|(name, ..)| (variable(name), password(env)));
        let secrets: BTreeMap<_, _> =
            passwords.chain([("DESKTOP_API_KEY".to_owned(), api_key(env))]).collect();
        let text: String = secrets.iter().map(|(name, value)| format!("{name}={value}\n")).collect();
        let mut out = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&file)?;
        out.write_all(text.as_bytes())?;
        Ok(Self { file, secrets })
    }

    fn password(&self, name: &str) -> &str {
        self.secrets.get(&variable(name)).map_or("", String::as_str)
    }

    /// The desktop app's key, as the configuration would have it.
    pub(super) fn api_key(&self) -> Value {
        let key = self.secrets.get("DESKTOP_API_KEY").map_or("", String::as_str);
        let permissions =
            [Permission::Desktop, Permission::UsersRegister, Permission::UsersView, Permission::Audit];
        json!({ "name": "desktop", "token_hash": token_hash(key), "permissions": permissions })
    }

    /// Who there is, what each shows, and their passwords.
    pub(super) fn people(&self) -> Vec<(&'static str, &'static str, &str)> {
        PEOPLE.iter().map(|(name, _, _, shows)| (*name, *shows, self.password(name))).collect()
    }

    /// Makes the accounts that are not there yet.
    pub(super) async fn make_accounts(&self, service: &Service) -> Result<(), Problem> {
        for (name, origin, signed_in, _) in PEOPLE {
            if service.store().person_by_username(name).await?.is_none() {
                self.make(service, name, origin, signed_in).await?;
            }
        }
        Ok(())
    }

    async fn make(
        &self,
        service: &Service,
        name: &str,
        origin: Origin,
        signed_in: bool,
    ) -> Result<(), Problem> {
        let account = AccountId::new(service.env());
        let registration = Registration {
            username: name,
            email: &format!("{name}@example.org"),
            display_name: name,
            origin,
            password: Some(self.password(name)),
            must_change: false,
        };
        let call = machine(service);
        service.register(&call, account, &registration, &[]).await?;
        if name == "admin" {
            grant_all(service, account).await?;
            return self.enrol(service).await;
        }
        if signed_in && origin == Origin::App {
            service.sign_in(&call, name, self.password(name), None).await?;
        } else if signed_in {
            let nothing = |_: &Account, _: &[AccountEvent], _: &mut Draft<'_>| {};
            let command = AccountCommand::RecordSignIn;
            service.log().execute::<Account>(&call.context, account.into(), &command, nothing).await?;
        }
        Ok(())
    }

    /// Enrols the administrator's second factor as a person would, by the code
    /// of the step before, so that the code of now is still unused.
    async fn enrol(&self, service: &Service) -> Result<(), Problem> {
        let mut call = machine(service);
        let opened = service.sign_in(&call, "admin", self.password("admin"), None).await?;
        let (session, _) = service.session(&opened.token, call.context.at).await?;
        call = Call { caller: Caller::Person(session), ..call };
        service.offer_second_factor(&call).await?;
        let secret = service.second_factor_secret(opened.account_id).await?.ok_or(Kind::Internal)?;
        let before = service.env().now().before(Duration::from_secs(30));
        let code = totp::code(&secret, before).ok_or(Kind::Internal)?;
        service.confirm_second_factor(&call, &code).await.map(drop)
    }

    /// What to click and what to type.
    pub(super) fn greeting(&self, url: &str, smtp: Option<&str>) -> String {
        let people: String = self
            .people()
            .iter()
            .map(|(name, shows, password)| format!("  {name:<6} {password}   {shows}\n"))
            .collect();
        let mail = smtp.map_or_else(|| format!("{url}/dev/inbox"), |server| format!("sent to {server}"));
        format!(
            "rekey dev is at {url}\n\n\
             Start here   {url}/dev\n\
             Mail         {mail}\n\
             API          {url}/docs\n\n\
             Accounts (NAME@example.org) and passwords, also in {}:\n{people}\n\
             The administrator's current code and QR are at {url}/dev. Stop with Ctrl-C.",
            self.file.display()
        )
    }
}

fn variable(name: &str) -> String {
    format!("{}_PASSWORD", name.to_uppercase())
}

/// Eighteen letters in groups: easy to type, hard to guess.
fn password(env: &dyn Env) -> String {
    const LETTERS: &[u8; 16] = b"bdfghjkmnpqrtvwz";
    let letters: Vec<u8> = random::<18>(env).iter().map(|byte| LETTERS[usize::from(byte % 16)]).collect();
    letters.chunks(6).map(String::from_utf8_lossy).collect::<Vec<_>>().join("-")
}
