//! How a record is packed: JSON, deflated. DynamoDB bills every kilobyte twice in a transaction.

use std::io::{Read, Write};

use contract::{Error, ErrorKind, Result, TurnRecord};
use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;

use crate::dynamo::failure::{malformed, unreadable};

/// Above this many bytes of text and packed record together, the record does not go into the item: DynamoDB refuses items
/// above 400 KB, and the other attributes and their names need some of it.
pub(super) const LARGEST: usize = 350_000;
/// No record unpacks to more; whatever claims to is not ours.
const LARGEST_UNPACKED: u64 = 64 << 20;

pub(super) fn pack(record: &TurnRecord) -> Result<Vec<u8>> {
    let text = serde_json::to_vec(record).map_err(malformed)?;
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(&text).and_then(|()| encoder.finish()).map_err(malformed)
}

pub(super) fn unpack(packed: &[u8]) -> Result<TurnRecord> {
    let mut text = Vec::new();
    DeflateDecoder::new(packed).take(LARGEST_UNPACKED).read_to_end(&mut text).map_err(unreadable)?;
    serde_json::from_slice(&text).map_err(unreadable)
}

pub(super) fn too_large() -> Error {
    Error::new(ErrorKind::Invalid, "the turn is too large to be stored")
        .hint("its record does not fit an item of the store; configure an overflow bucket")
}

#[cfg(test)]
mod tests {
    use contract::Caller;

    use super::*;

    #[test]
    fn what_was_packed_is_unpacked_and_nothing_else() {
        let turn = contract::testing::turn("pack-1", "pack", &Caller::Anonymous, "hello ü");
        let record = contract::testing::record(&turn, &"good day ".repeat(1_000));
        let packed = pack(&record).unwrap();
        assert!(packed.len() < 1_000, "{} bytes", packed.len());
        assert_eq!(unpack(&packed).unwrap(), record);
        for broken in [&packed[..packed.len() / 2], b"", b"not packed"] {
            assert_eq!(unpack(broken).unwrap_err().kind, ErrorKind::Internal);
        }
    }
}
