//! Packs an edition's folder into bytes and unpacks bytes that nobody vouches for.
//!
//! A compressed tape archive of plain files side by side, the manifest first. The checksum at its end is compared before anything
//! that was unpacked counts.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Component, Path};

use contract::Result;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;

use super::{Edition, MANIFEST, Manifest, damaged, place, unwritable};

/// Most bytes of an unpacked edition. The shipped library takes a few million; the work folder of a function holds 512 MB.
const LARGEST: u64 = 400 * 1024 * 1024;

/// Most files of an edition. An index of one segment has about a dozen.
const MOST_FILES: usize = 1_000;

/// Packs the files in `folder`, in the order of their names, behind the manifest.
pub(super) fn pack(folder: &Path, manifest: &Manifest) -> io::Result<Vec<u8>> {
    let mut archive = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::default()));
    archive.mode(tar::HeaderMode::Deterministic);
    let said = serde_json::to_vec(manifest)?;
    let mut header = tar::Header::new_gnu();
    header.set_size(said.len() as u64);
    header.set_mode(0o644);
    header.set_cksum();
    archive.append_data(&mut header, MANIFEST, said.as_slice())?;
    for name in names(folder)? {
        archive.append_path_with_name(folder.join(&name), &name)?;
    }
    archive.into_inner()?.finish()
}

/// The files that belong to an edition: not the locks that were held while it was built.
fn names(folder: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.file_type()?.is_file() && Path::new(&name).extension().is_none_or(|ending| ending != "lock") {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

/// What a packed edition says of itself, without unpacking the rest.
///
/// # Errors
/// `Unavailable` when the bytes are no packed edition.
pub fn manifest(packed: &[u8]) -> Result<Manifest> {
    let mut archive = tar::Archive::new(GzDecoder::new(packed));
    let mut entries = archive.entries().map_err(|cause| damaged().caused_by(cause))?;
    let first = entries.next().ok_or_else(damaged)?.map_err(|cause| damaged().caused_by(cause))?;
    if first.path().map_err(|cause| damaged().caused_by(cause))? != Path::new(MANIFEST) {
        return Err(damaged());
    }
    serde_json::from_reader(first.take(LARGEST)).map_err(|cause| damaged().caused_by(cause))
}

/// Unpacks an edition into a folder of its name below `work`, and opens it.
///
/// It is unpacked beside its place and renamed once it could be opened, so that no other reader ever sees half of it.
///
/// # Errors
/// `Unavailable` when the bytes are damaged, too large, or would write elsewhere, and when `work` cannot be written. What
/// was in `work` before is still there.
pub fn unpack(packed: &[u8], work: &Path) -> Result<Edition> {
    fs::create_dir_all(work).map_err(unwritable)?;
    let beside = tempfile::tempdir_in(work).map_err(unwritable)?;
    extract(packed, beside.path()).map_err(|cause| damaged().caused_by(cause))?;
    let edition = Edition::open(beside.path())?;
    let folder = place(work, &edition.manifest().name)?;
    if Edition::open(&folder).is_ok() {
        return Edition::open(&folder);
    }
    // What lies there is damaged. The open files of `edition` do not mind being moved, but it shall name its new place.
    let _ = fs::remove_dir_all(&folder);
    drop(edition);
    fs::rename(beside.keep(), &folder).map_err(unwritable)?;
    Edition::open(&folder)
}

fn extract(packed: &[u8], folder: &Path) -> Result<()> {
    let refuse = |why: &str| damaged().caused_by(why.to_owned());
    let read = |cause: io::Error| damaged().caused_by(cause);
    let mut archive = tar::Archive::new(GzDecoder::new(packed).take(LARGEST));
    for (count, entry) in archive.entries().map_err(read)?.enumerate() {
        let mut entry = entry.map_err(read)?;
        let path = entry.path().map_err(read)?.into_owned();
        let mut parts = path.components();
        let (Some(Component::Normal(name)), None) = (parts.next(), parts.next()) else {
            return Err(refuse("a file would be written elsewhere"));
        };
        if count >= MOST_FILES || !entry.header().entry_type().is_file() {
            return Err(refuse("there is something else than a few plain files"));
        }
        let mut file = File::create_new(folder.join(name)).map_err(unwritable)?;
        io::copy(&mut entry, &mut file).map_err(read)?;
    }
    let mut rest = archive.into_inner();
    // Behind the last file: the checksum is compared when the end is reached.
    io::copy(&mut rest, &mut io::sink()).map_err(read)?;
    if rest.limit() == 0 { Err(refuse("it is too large")) } else { Ok(()) }
}
