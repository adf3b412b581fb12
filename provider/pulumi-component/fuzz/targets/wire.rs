//! Any bytes as the properties of a message: refused or read, and what is read comes back from the wire.

use prost::Message;
use prost_types::Struct;
use pulumi_component::testing::wire::{Secrets, decode_map, encode_map};
use pulumi_component::value::PropertyMap;

/// Reads the bytes, writes what was read, and reads that again.
pub fn run(bytes: &[u8]) {
    if let Ok(sent) = Struct::decode(bytes)
        && let Ok(read) = decode_map(sent)
    {
        comes_back(&read);
    }
}

/// What was read is the same once it was written and read again.
pub fn comes_back(read: &PropertyMap) {
    let written = encode_map(read, Secrets::Wrap);
    let again = decode_map(written.clone()).expect("what we write we read");
    // Bytes, because a NaN differs from itself; dependencies are not on the wire.
    let bytes = written.encode_to_vec();
    assert!(encode_map(&again, Secrets::Wrap).encode_to_vec() == bytes, "{read:?} came back as {again:?}");
    assert!(Struct::decode(bytes.as_slice()) == Ok(written) || has_nan(&bytes), "{read:?} is too deep to be sent back");

    // Output values carry all marks.
    let outputs = encode_map(read, Secrets::Outputs);
    let again = decode_map(outputs.clone()).expect("what we write we read");
    assert!(again.keys().eq(read.keys()), "{read:?} came back as {again:?}");
    for (name, value) in read {
        assert!(again[name].marks() == value.marks(), "{value:?} has other marks than {:?}", again[name]);
    }
    assert!(encode_map(&again, Secrets::Outputs).encode_to_vec() == outputs.encode_to_vec(), "{read:?}, {again:?}");

    let stripped = decode_map(encode_map(read, Secrets::Strip)).expect("what we write we read");
    assert!(stripped.values().all(|value| !value.marks().secret), "{stripped:?} kept a secret mark");
}

/// Whether the bytes may hold a NaN, whose message differs from itself.
fn has_nan(bytes: &[u8]) -> bool {
    bytes.windows(8).filter_map(|window| window.try_into().ok()).any(|window| f64::from_le_bytes(window).is_nan())
}
