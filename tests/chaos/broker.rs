//! The bus fails, row by row of the table: nothing is lost, and nothing is doubled.

mod cluster;
mod disk;
mod hints;
mod neighbors;
mod outages;
mod post;
mod retries;
mod rights;
mod spent;
mod storm;
mod wakes;
mod wiped;
