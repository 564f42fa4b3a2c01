//! A witness of the tests' own, by the code of others: `signed_note` for keys and notes, `tlog_tiles` for trees.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rekey_events::seal::{SigningKey, WitnessKey};
use rekey_workers::sealer::Uri;
use signed_note::{Note, Signer, StandardSigner, StandardVerifier, VerifierList, key_id};
use tlog_tiles::tlog::{self, Hash, TreeProof};
use tokio::net::TcpListener;

/// Its clock stands still, seconds since 1970.
pub const TIME: u64 = 1_767_225_600;

/// How it behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mood {
    Well,
    /// It answers 503.
    Away,
    /// It signs something else.
    False,
    /// It knows no such log.
    Strange,
}

/// A running witness of one log.
#[derive(Clone)]
pub struct Witness(Arc<Inner>);

struct Inner {
    name: &'static str,
    signer: StandardSigner,
    public: [u8; 32],
    log: StandardVerifier,
    address: SocketAddr,
    state: Mutex<Memory>,
}

struct Memory {
    mood: Mood,
    size: u64,
    root: Option<Hash>,
    /// The first line of each call.
    asked: Vec<String>,
}

impl Witness {
    /// One that knows the log by its public key.
    pub async fn of(log: &str, name: &'static str, seed: u8) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let secret = SigningKey::new(name, [seed; 32]).unwrap();
        let public = secret.verifier().to_string();
        let public = STANDARD.decode(public.splitn(3, '+').last().unwrap()).unwrap();
        let inner = Inner {
            name,
            signer: StandardSigner::new(&secret.expose()).unwrap(),
            public: public[1..].try_into().unwrap(),
            log: StandardVerifier::new(log).unwrap(),
            address: listener.local_addr().unwrap(),
            state: Mutex::new(Memory { mood: Mood::Well, size: 0, root: None, asked: Vec::new() }),
        };
        let witness = Self(Arc::new(inner));
        let router = Router::new().route("/w/add-checkpoint", post(add)).with_state(witness.clone());
        tokio::spawn(async { axum::serve(listener, router).await });
        witness
    }

    pub fn url(&self) -> Uri {
        format!("http://{}/w/add-checkpoint", self.0.address).parse().unwrap()
    }

    /// Its public key, as it would publish it.
    pub fn key(&self) -> WitnessKey {
        let raw = [&[4], &self.0.public[..]].concat();
        let text = format!("{}+{:08x}+{}", self.0.name, key_id(self.0.name, &raw), STANDARD.encode(raw));
        text.parse().unwrap()
    }

    pub fn is(&self, mood: Mood) {
        self.0.state.lock().unwrap().mood = mood;
    }

    /// How much of the log it has seen.
    pub fn size(&self) -> u64 {
        self.0.state.lock().unwrap().size
    }

    /// The first line of each call since the last time.
    pub fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.0.state.lock().unwrap().asked)
    }

    /// What it signs, or the status of its refusal.
    fn judge(&self, body: &str) -> Result<String, StatusCode> {
        let mut memory = self.0.state.lock().unwrap();
        let (proof, note) = body.split_once("\n\n").ok_or(StatusCode::BAD_REQUEST)?;
        let mut lines = proof.lines();
        let old = lines.next().unwrap();
        memory.asked.push(old.to_owned());
        match memory.mood {
            Mood::Away => return Err(StatusCode::SERVICE_UNAVAILABLE),
            Mood::Strange => return Err(StatusCode::NOT_FOUND),
            Mood::Well | Mood::False => {}
        }
        let old = old.strip_prefix("old ").unwrap().parse().unwrap();
        let text = self.opened(note)?;
        let proof = lines.map(|line| Hash::parse_hash(line).unwrap()).collect();
        memory.follow(old, head(&text), &proof)?;
        Ok(self.cosign(&text, memory.mood == Mood::False))
    }

    /// The text of a note that the log has signed.
    fn opened(&self, note: &str) -> Result<String, StatusCode> {
        let note = Note::from_bytes(note.as_bytes()).map_err(|_| StatusCode::BAD_REQUEST)?;
        let known = VerifierList::new(vec![Box::new(self.0.log.clone())]);
        note.verify(&known).map_err(|_| StatusCode::FORBIDDEN)?;
        Ok(String::from_utf8(note.text().to_vec()).unwrap())
    }

    /// A line of somebody else comes first, which is nobody's business.
    fn cosign(&self, text: &str, is_false: bool) -> String {
        let said = if is_false { text.replacen('/', "-", 1) } else { text.to_owned() };
        let signature =
            self.0.signer.sign(format!("cosignature/v1\ntime {TIME}\n{said}").as_bytes()).unwrap();
        let id = key_id(self.0.name, &[&[4], &self.0.public[..]].concat());
        let bytes = [&id.to_be_bytes()[..], &TIME.to_be_bytes(), &signature].concat();
        let stranger = STANDARD.encode([7; 80]);
        format!("\u{2014} stranger.example {stranger}\n\u{2014} {} {}\n", self.0.name, STANDARD.encode(bytes))
    }
}

impl Memory {
    /// Goes on from the tree of that size to the next, if that continues what it has seen.
    fn follow(&mut self, old: u64, (size, root): (u64, Hash), proof: &TreeProof) -> Result<(), StatusCode> {
        if old > size {
            return Err(StatusCode::BAD_REQUEST);
        }
        if old != self.size || old == size && self.root.is_some_and(|seen| seen != root) {
            return Err(StatusCode::CONFLICT);
        }
        let continues = match self.root {
            Some(seen) if old < size => tlog::check_tree(proof, size, root, old, seen).is_ok(),
            _ => proof.is_empty(),
        };
        if !continues {
            return Err(StatusCode::UNPROCESSABLE_ENTITY);
        }
        (self.size, self.root) = (size, Some(root));
        Ok(())
    }
}

async fn add(State(witness): State<Witness>, body: String) -> Response {
    match witness.judge(&body) {
        Ok(lines) => lines.into_response(),
        Err(StatusCode::CONFLICT) => {
            let of_size = [(header::CONTENT_TYPE, "text/x.tlog.size")];
            (StatusCode::CONFLICT, of_size, format!("{}\n", witness.size())).into_response()
        }
        Err(status) => status.into_response(),
    }
}

fn head(text: &str) -> (u64, Hash) {
    let lines: Vec<_> = text.lines().collect();
    (lines[1].parse().unwrap(), Hash::parse_hash(lines[2]).unwrap())
}
