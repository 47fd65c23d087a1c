#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| logits_fuzz::check::loss_options(data));
