//! Argon2id (RFC 9106), on threads that keep their memory, a bounded number at
//! a time.

use std::cell::RefCell;
use std::sync::Arc;

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use rekey_events::Env;
use rekey_events::env::random;
use subtle::ConstantTimeEq;
use tokio::sync::Semaphore;

/// Passwords waiting to be hashed at most; more are refused.
const QUEUE: usize = 64;

thread_local! {
    /// A hashing thread's memory: allocating and clearing it anew each time
    /// takes longer than much of the hashing.
    static MEMORY: RefCell<Vec<Block>> = const { RefCell::new(Vec::new()) };
}

/// Hashes and verifies passwords.
#[derive(Clone, Debug)]
pub struct Hasher {
    params: Params,
    running: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
    dummy: Arc<str>,
}

/// Why a password could not be hashed or compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HashError {
    /// Too many are waiting already.
    #[error("too many passwords are being hashed")]
    Busy,
    /// The stored hash is none that this program knows.
    #[error("the stored hash cannot be read")]
    Unreadable,
}

/// What comparing a password with a stored hash gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verified {
    /// Whether it matches.
    pub matches: bool,
    /// Whether the hash was made with lesser parameters than today's.
    pub outdated: bool,
}

impl Hasher {
    /// A hasher of 19 MiB, two passes, one lane (OWASP Password Storage), at
    /// most `at_once` at the same time.
    ///
    /// # Errors
    /// The parameters are out of Argon2's range.
    pub fn new(env: &dyn Env, at_once: usize) -> Result<Self, argon2::Error> {
        Self::with_params(env, Params::new(19 * 1024, 2, 1, Some(32))?, at_once)
    }

    /// A hasher of these parameters.
    ///
    /// # Errors
    /// The parameters are out of Argon2's range.
    pub fn with_params(env: &dyn Env, params: Params, at_once: usize) -> Result<Self, argon2::Error> {
        let dummy = hash(&params, &random::<32>(env), &random(env))?;
        Ok(Self {
            params,
            running: Arc::new(Semaphore::new(at_once)),
            waiting: Arc::new(Semaphore::new(QUEUE)),
            dummy: dummy.into(),
        })
    }

    /// The hash of `password`, a PHC string.
    ///
    /// # Errors
    /// Too many are waiting.
    pub async fn hash(&self, env: &dyn Env, password: &str) -> Result<String, HashError> {
        let (password, salt) = (password.as_bytes().to_vec(), random::<16>(env));
        let params = self.params.clone();
        self.run(move || hash(&params, &password, &salt).map_err(|_| HashError::Unreadable)).await
    }

    /// Whether `password` is the one `stored` was made of. Without a stored
    /// hash it takes as long, and is not.
    ///
    /// # Errors
    /// Too many are waiting, or the stored hash cannot be read.
    pub async fn verify(&self, password: &str, stored: Option<&str>) -> Result<Verified, HashError> {
        let exists = stored.is_some();
        let stored = stored.unwrap_or(&self.dummy).to_owned();
        let (password, today) = (password.as_bytes().to_vec(), self.params.clone());
        let verified = self.run(move || verify(&today, &password, &stored)).await?;
        Ok(Verified { matches: verified.matches && exists, ..verified })
    }

    /// Runs `work` on a thread for blocking work, when it is its turn.
    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, HashError> + Send + 'static,
    ) -> Result<T, HashError> {
        let _waiting = self.waiting.try_acquire().map_err(|_| HashError::Busy)?;
        let running = Arc::clone(&self.running).acquire_owned().await.map_err(|_| HashError::Busy)?;
        let done = tokio::task::spawn_blocking(move || {
            let _running = running;
            work()
        });
        done.await.unwrap_or(Err(HashError::Unreadable))
    }
}

fn hash(params: &Params, password: &[u8], salt: &[u8; 16]) -> Result<String, argon2::Error> {
    let output = derive(params, Algorithm::Argon2id, Version::V0x13, password, salt)?;
    let unfit = |_| argon2::Error::OutputTooLong;
    let hash = PasswordHash {
        algorithm: Algorithm::Argon2id.ident(),
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(params).map_err(unfit)?,
        salt: Some(Salt::new(salt).map_err(|_| argon2::Error::SaltTooLong)?),
        hash: Some(Output::new(&output).map_err(|_| argon2::Error::OutputTooLong)?),
    };
    Ok(hash.to_string())
}

fn verify(today: &Params, password: &[u8], stored: &str) -> Result<Verified, HashError> {
    let unreadable = |_: argon2::Error| HashError::Unreadable;
    let stored = PasswordHash::new(stored).map_err(|_| HashError::Unreadable)?;
    let params = Params::try_from(&stored).map_err(|_| HashError::Unreadable)?;
    let algorithm = Algorithm::try_from(stored.algorithm.as_str()).map_err(|_| HashError::Unreadable)?;
    let version =
        stored.version.map_or(Ok(Version::V0x10), Version::try_from).map_err(|_| HashError::Unreadable)?;
    let (Some(salt), Some(expected)) = (&stored.salt, &stored.hash) else {
        return Err(HashError::Unreadable);
    };
    let output = derive(&params, algorithm, version, password, salt.as_ref()).map_err(unreadable)?;
    let outdated = params.m_cost() < today.m_cost() || params.t_cost() < today.t_cost();
    Ok(Verified { matches: output.ct_eq(expected.as_bytes()).into(), outdated })
}

fn derive(
    params: &Params,
    algorithm: Algorithm,
    version: Version,
    password: &[u8],
    salt: &[u8],
) -> Result<Vec<u8>, argon2::Error> {
    let mut output = vec![0; params.output_len().unwrap_or(32)];
    let argon = Argon2::new(algorithm, version, params.clone());
    MEMORY.with_borrow_mut(|memory| {
        if memory.len() < params.block_count() {
            memory.resize(params.block_count(), Block::new());
        }
        argon.hash_password_into_with_memory(password, salt, &mut output, &mut memory[..params.block_count()])
    })?;
    Ok(output)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rekey_events::SystemEnv;

    fn small() -> Hasher {
        Hasher::with_params(&SystemEnv, Params::new(64, 1, 1, Some(32)).unwrap(), 2).unwrap()
    }

    #[tokio::test]
    async fn the_right_password_matches_and_no_other() {
        let hash = small().hash(&SystemEnv, "correct horse battery").await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=64,t=1,p=1$"), "{hash}");
        assert!(small().verify("correct horse battery", Some(&hash)).await.unwrap().matches);
        assert!(!small().verify("correct horse batterz", Some(&hash)).await.unwrap().matches);
    }

    #[tokio::test]
    async fn an_independent_implementation_of_the_format_agrees() {
        use argon2::PasswordVerifier;
        let hash = small().hash(&SystemEnv, "correct horse battery").await.unwrap();
        let parsed = PasswordHash::new(&hash).unwrap();
        assert!(Argon2::default().verify_password(b"correct horse battery", &parsed).is_ok());
    }

    #[tokio::test]
    async fn nobodys_password_never_matches() {
        assert!(!small().verify("anything", None).await.unwrap().matches);
    }

    #[tokio::test]
    async fn lesser_parameters_are_told() {
        let hash = small().hash(&SystemEnv, "correct horse battery").await.unwrap();
        let larger = Hasher::with_params(&SystemEnv, Params::new(128, 1, 1, Some(32)).unwrap(), 2).unwrap();
        assert!(larger.verify("correct horse battery", Some(&hash)).await.unwrap().outdated);
        assert!(!small().verify("correct horse battery", Some(&hash)).await.unwrap().outdated);
    }

    #[tokio::test]
    async fn garbage_is_told_and_is_no_match() {
        assert_eq!(small().verify("x", Some("$nothing")).await, Err(HashError::Unreadable));
    }
}
