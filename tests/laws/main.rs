//! What connects results with each other: identities, and the same bits however they are computed.

mod elementwise_properties;
mod information_laws;
mod loss_properties;
mod options_properties;
mod properties;
mod same_bits;
#[path = "../support/mod.rs"]
mod support;
