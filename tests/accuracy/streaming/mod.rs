//! Rows that come in parts: whatever the parts and the order in which they merge, the results are
//! those of the row.

mod accuracy;
mod random_parts;
mod states;
