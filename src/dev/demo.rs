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
        write_whole(&file, &text)?;
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

    /// Makes what is not there yet: an earlier start may have been cut short anywhere.
    pub(super) async fn make_accounts(&self, service: &Service) -> Result<(), Problem> {
        for (name, origin, signed_in, _) in PEOPLE {
            let account = match service.store().person_by_username(name).await? {
                Some(person) => person.account_id,
                None => self.register(service, name, origin).await?,
            };
            let row = service.store().account(account).await?.ok_or(Kind::Internal)?;
            if name == "admin" && row.factor_id.is_none() {
                grant_all(service, account).await?;
                self.enrol(service).await?;
            } else if signed_in && row.last_signed_in_at.is_none() {
                self.sign_in(service, name, origin, account).await?;
            }
        }
        Ok(())
    }

    async fn register(&self, service: &Service, name: &str, origin: Origin) -> Result<AccountId, Problem> {
        let account = AccountId::new(service.env());
        let registration = Registration {
            username: name,
            email: &format!("{name}@example.org"),
            display_name: name,
            origin,
            password: Some(self.password(name)),
            must_change: false,
        };
        service.register(&machine(service), account, &registration, &[]).await?;
        Ok(account)
    }

    /// The sign-in before the demonstration begins, here or in the desktop app.
    async fn sign_in(
        &self,
        service: &Service,
        name: &str,
        origin: Origin,
        account: AccountId,
    ) -> Result<(), Problem> {
        let call = machine(service);
        if origin == Origin::App {
            return service.sign_in(&call, name, self.password(name), None).await.map(drop);
        }
        let nothing = |_: &Account, _: &[AccountEvent], _: &mut Draft<'_>| {};
        let command = AccountCommand::RecordSignIn;
        service.log().execute::<Account>(&call.context, account.into(), &command, nothing).await?;
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

/// Writes a file for its owner only: whole, or not at all.
fn write_whole(file: &Path, text: &str) -> std::io::Result<()> {
    let partial = file.with_extension("part");
    let mut out =
        fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&partial)?;
    out.write_all(text.as_bytes())?;
    out.sync_all()?;
    fs::rename(partial, file)
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
