//! A log with some history, sealed twice, and its export.

use std::fs::File;
use std::io::{Read, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use rekey::audit::export::export;
use rekey_events::account::event::Origin;
use rekey_events::account::{Account, AccountCommand as C};
use rekey_events::env::ManualEnv;
use rekey_events::seal::{SigningKey, VerifierKey, origin};
use rekey_events::store::execute::Origin as CallOrigin;
use rekey_events::store::{Context, Log, Store};
use rekey_events::{AccountId, Env, Moment};
use rekey_workers::Sealer;
use serde_json::Value;
use tempfile::TempDir;
use uuid::Uuid;

/// What the log is called.
pub const NAME: &str = "login.example.org/log";
/// Where calls came from, in the vault.
pub const SOURCE: &str = "192.0.2.17";

/// A log and what auditors have of it.
pub struct Sealed {
    pub folder: TempDir,
    pub store: Store,
    pub log: Log,
    pub env: Arc<ManualEnv>,
    /// The checkpoint over the first thirty or so events.
    pub earlier: String,
    /// The checkpoint over all of them.
    pub newest: String,
}

/// The key that signs the log with that number.
pub fn key(seed: u8) -> SigningKey {
    SigningKey::new(NAME, [seed; 32]).unwrap()
}

/// What auditors verify it with.
pub fn verifier(seed: u8) -> VerifierKey {
    key(seed).named(&origin(NAME, 1)).unwrap().verifier()
}

impl Sealed {
    /// The log with that id, signed by the key of that seed, which is that of its history, too.
    pub async fn new(id: u128, seed: u8) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let env = Arc::new(ManualEnv::new(Moment::from_micros(1_767_225_600_000_000), seed.into()));
        let store =
            Store::open(&format!("sqlite:{}", folder.path().join("rekey.db").display())).await.unwrap();
        store.migrate(Uuid::from_u128(id)).await.unwrap();
        let (log, writer) = Log::open(store.clone(), env.clone()).await.unwrap();
        tokio::spawn(writer.run());
        let memory = folder.path().join("seal");
        let mut sealer = Sealer::new(log.clone(), key(seed), &memory, Duration::from_secs(1));
        people(&log, &env, 10).await;
        let earlier = sealer.step().await.unwrap().unwrap();
        people(&log, &env, 10).await;
        let newest = sealer.step().await.unwrap().unwrap();
        Self { folder, store, log, env, earlier, newest }
    }

    /// The lines of its export.
    pub async fn export(&self, with_personal_data: bool) -> Vec<Value> {
        let mut bytes = Vec::new();
        export(&self.store, &mut bytes, with_personal_data, |_, _| {}).await.unwrap();
        let mut text = String::new();
        GzDecoder::new(bytes.as_slice()).read_to_string(&mut text).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// Writes something for the judges.
    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    /// Writes lines as an export.
    pub fn pack(&self, lines: &[Value]) -> PathBuf {
        let path = self.folder.path().join("export.ndjson.gz");
        let mut out = GzEncoder::new(File::create(&path).unwrap(), Compression::fast());
        lines.iter().for_each(|line| writeln!(out, "{line}").unwrap());
        out.finish().unwrap();
        path
    }
}

/// So many people register, sign in and ask for links.
pub async fn people(log: &Log, env: &ManualEnv, many: usize) {
    let origin = CallOrigin { source: SOURCE.to_owned(), user_agent: "a browser".to_owned() };
    for _ in 0..many {
        env.advance(Duration::from_secs(7));
        let account = AccountId::new(env);
        let register = C::Register { origin: Origin::App, credential: None, must_change: false };
        for command in [register, C::RecordSignIn, C::IssueReset { reset: env.uuid().into() }] {
            let context = Context { origin: Some(origin.clone()), ..Context::new(env, "anyone") };
            log.execute::<Account>(&context, account.into(), &command, |_, _, _| {}).await.unwrap();
        }
    }
}
