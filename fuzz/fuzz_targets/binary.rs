#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| logits_fuzz::check::binary(data));
