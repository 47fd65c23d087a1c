//! The judges judged: the error metric against known cases, the references in higher precision
//! against arbitrary precision.

mod binary;
mod elementary;
mod gradients;
mod hard_rows;
mod information;
mod losses;
mod metric;
mod precise;
mod rows;
