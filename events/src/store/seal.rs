//! What the sealer leaves in the database for whoever asks: signed checkpoints, and nodes of
//! the tree, from which proofs are made.

use std::ops::Range;

use super::many::json;
use super::{Store, StoreError, postgres, reading, sql, sqlite, writing};
use crate::seal::proof::subtrees;
use crate::seal::tree::fold;
use crate::seal::{Frontier, Hash};

/// Only nodes are kept whose height is a multiple of this; those between are few to compute.
const STEP: u32 = 8;

/// A node of the tree: height, place among those of that height, hash.
pub type TreeNode = (u32, u64, Hash);

/// A checkpoint, as it was signed.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct CheckpointRow {
    /// The epoch whose tree it is of.
    pub epoch: i32,
    /// Events in that tree.
    pub size: i64,
    /// The signed note.
    pub note: String,
    /// When it was signed, µs.
    pub signed_at: i64,
}

/// Whether nodes of that height are kept.
#[must_use]
pub fn is_kept(height: u32) -> bool {
    height.is_multiple_of(STEP)
}

impl Store {
    /// Keeps nodes of the tree.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn keep_tree_nodes(&self, nodes: &[TreeNode]) -> Result<(), StoreError> {
        let statement = match self {
            Self::Sqlite(_) => sqlite::sql::PUT_TREE_NODES,
            Self::Postgres(_) => postgres::sql::PUT_TREE_NODES,
        };
        let rows: Vec<_> =
            nodes.iter().map(|(height, place, hash)| (height, place, hex::encode(hash))).collect();
        let rows = json(&rows)?;
        writing!(self, executor => sqlx::query(statement).bind(rows).execute(executor).await.map(drop))?;
        Ok(())
    }

    /// Keeps a signed checkpoint; given again, with the signatures it has now.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn keep_checkpoint(&self, row: &CheckpointRow) -> Result<(), StoreError> {
        writing!(self, executor => {
            let query = sqlx::query(sql::PUT_CHECKPOINT).bind(row.epoch).bind(row.size);
            query.bind(&row.note).bind(row.signed_at).execute(executor).await.map(drop)
        })?;
        Ok(())
    }

    /// The newest checkpoint, if one was signed.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn newest_checkpoint(&self) -> Result<Option<CheckpointRow>, StoreError> {
        Ok(reading!(self, pool => sqlx::query_as(sql::NEWEST_CHECKPOINT).fetch_optional(pool).await)?)
    }

    /// So many checkpoints at most, the newest first.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn checkpoints(&self, limit: i64) -> Result<Vec<CheckpointRow>, StoreError> {
        Ok(reading!(self, pool => {
            sqlx::query_as(sql::CHECKPOINTS).bind(limit).fetch_all(pool).await
        })?)
    }

    /// The hashes over stretches of leaves that a proof asks for.
    ///
    /// # Errors
    /// The database does not answer, or does not have what they are made of (yet).
    pub async fn tree_hashes(&self, stretches: &[Range<u64>]) -> Result<Vec<Hash>, StoreError> {
        let mut hashes = Vec::new();
        for stretch in stretches {
            let mut roots = Vec::new();
            for (height, place) in subtrees(stretch) {
                roots.push(self.subtree(height, place).await?);
            }
            hashes.extend(fold(roots.into_iter()));
        }
        Ok(hashes)
    }

    async fn subtree(&self, height: u32, place: u64) -> Result<Hash, StoreError> {
        let above = height % STEP;
        let (from, to) = (place << above, (place + 1) << above);
        let hashes = match height - above {
            // The leaf of position 1 is at place 0.
            0 => self.leaves(from + 1..to + 1).await?,
            kept => self.tree_nodes(kept, from..to).await?,
        };
        if hashes.len() as u64 != to - from {
            let text =
                format!("the tree over events {} to {} is not whole", place << height, (place + 1) << height);
            return Err(StoreError::Unusable(text));
        }
        let mut subtree = Frontier::default();
        hashes.into_iter().for_each(|hash| subtree.push(hash));
        Ok(subtree.root())
    }

    async fn leaves(&self, positions: Range<u64>) -> Result<Vec<Hash>, StoreError> {
        let (from, to) = (positions.start.cast_signed(), positions.end.cast_signed());
        hashes(
            reading!(self, pool => sqlx::query_scalar(sql::LEAVES).bind(from).bind(to).fetch_all(pool).await)?,
        )
    }

    async fn tree_nodes(&self, height: u32, places: Range<u64>) -> Result<Vec<Hash>, StoreError> {
        let (from, to) = (places.start.cast_signed(), places.end.cast_signed());
        hashes(reading!(self, pool => {
            sqlx::query_scalar(sql::TREE_NODES).bind(height.cast_signed()).bind(from).bind(to).fetch_all(pool).await
        })?)
    }
}

fn hashes(rows: Vec<Vec<u8>>) -> Result<Vec<Hash>, StoreError> {
    let hashes = rows.into_iter().map(Hash::try_from);
    hashes.collect::<Result<_, _>>().map_err(|_| StoreError::Unusable("a hash is not 32 bytes".to_owned()))
}
