//! Partners: other companies whose systems call with a key, of which only a hash is kept.

use std::collections::HashSet;
use std::path::Path;

use contract::ports::Entropy;
use contract::{Error, ErrorKind, PartnerId, Result};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// What a key begins with, so that tools that look for lost secrets recognise one.
const PREFIX: &str = "mlp_";

/// The partners of this deployment.
pub(super) struct Partners(Vec<Partner>);

struct Partner {
    id: PartnerId,
    key: [u8; 32],
}

/// The file that the setting `partners` names.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    partner: Vec<Entry>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    id: PartnerId,
    name: String,
    key_sha256: String,
}

impl Partners {
    /// The partners of a file.
    ///
    /// # Errors
    /// `Invalid` when it cannot be read, an entry is not understood, or two have the same id or key.
    pub(super) fn open(path: &Path) -> Result<Self> {
        let wrong = |detail: String| Error::invalid("partners", format!("{}: {detail}", path.display()));
        let text = std::fs::read_to_string(path).map_err(|cause| wrong(cause.to_string()))?;
        Self::read(&text).map_err(wrong)
    }

    fn read(text: &str) -> std::result::Result<Self, String> {
        // Without the line at fault: a key may stand there by mistake.
        let File { partner } = toml::from_str(text).map_err(|cause| cause.message().to_owned())?;
        let mut known = HashSet::new();
        let mut partners = Vec::with_capacity(partner.len());
        for Entry { id, name, key_sha256 } in partner {
            let key =
                bytes(&key_sha256).ok_or_else(|| format!("key_sha256 of {id} is no SHA-256: 64 hexadecimal digits"))?;
            if !known.insert(id.to_string()) || !known.insert(key_sha256.to_lowercase()) {
                return Err(format!("{id} has the id or the key of another partner"));
            }
            tracing::info!(partner = %id, name, "a partner may call");
            partners.push(Partner { id, key });
        }
        Ok(Self(partners))
    }

    /// Whose key it is. How long the answer takes tells nothing about the keys.
    pub(super) fn by_key(&self, key: &[u8]) -> Option<PartnerId> {
        let given: [u8; 32] = Sha256::digest(key).into();
        // All are compared, also after one was found.
        let compared = self.0.iter().map(|partner| (partner, bool::from(partner.key.ct_eq(&given))));
        compared
            .fold(None, |found, (partner, same)| if same { Some(partner) } else { found })
            .map(|found| found.id.clone())
    }
}

/// A fresh key, and the lines that make it known.
///
/// # Errors
/// `Invalid` when the name makes no id; `Internal` when there is no chance to make a key from.
pub(crate) fn fresh(name: &str, entropy: &dyn Entropy) -> Result<(String, String)> {
    let words = name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let id = PartnerId::new(words.collect::<Vec<_>>().join("-").to_lowercase())
        .map_err(|_| Error::invalid("NAME", format!("{name:?} makes no id")).hint("1 to 64 letters and digits"))?;
    let (one, other) = (entropy.random(), entropy.random());
    if one == other {
        return Err(Error::new(ErrorKind::Internal, "this machine gives no random numbers"));
    }
    let key = format!("{PREFIX}{one:032x}{other:032x}");
    let key_sha256 = Sha256::digest(&key).iter().map(|byte| format!("{byte:02x}")).collect();
    let file = File { partner: vec![Entry { id, name: name.into(), key_sha256 }] };
    let lines = toml::to_string(&file).map_err(|cause| Error::new(ErrorKind::Internal, "no lines").caused_by(cause))?;
    Ok((key, lines))
}

fn bytes(hexadecimal: &str) -> Option<[u8; 32]> {
    if hexadecimal.len() != 64 || !hexadecimal.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let mut bytes = [0; 32];
    for (index, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&hexadecimal[2 * index..2 * index + 2], 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(name: &str) -> (String, String) {
        fresh(name, &local::SystemEntropy).unwrap()
    }

    #[test]
    fn a_fresh_key_is_its_partners_only() {
        let (acme, acme_lines) = key("Acme \"Fleet\" & Söhne");
        let (other, other_lines) = key("Other");
        let partners = Partners::read(&format!("{acme_lines}\n{other_lines}")).unwrap();
        let found = |key: &str| partners.by_key(key.as_bytes()).map(|id| id.to_string());
        assert_eq!((found(&acme).as_deref(), found(&other).as_deref()), (Some("acme-fleet-s-hne"), Some("other")));
        for wrong in ["", "mlp_", &acme[1..], &acme.to_uppercase(), &format!("{acme} ")] {
            assert_eq!(found(wrong), None, "{wrong}");
        }
        assert!(!acme_lines.contains(&acme), "only a hash of it is kept");
        assert_ne!(key("Acme").0, key("Acme").0);
        assert!(fresh("§§", &local::SystemEntropy).is_err());
    }

    #[test]
    fn a_file_that_could_mislead_is_refused() {
        let (_, acme) = key("Acme");
        assert!(Partners::read("").is_ok());
        let short = acme.replace("key_sha256 = \"", "key_sha256 = \"0");
        for bad in [format!("{acme}\n{acme}"), short, format!("{acme}key = \"mlp_1\""), "partner = 3".into()] {
            let refused = Partners::read(&bad).err().unwrap_or_default();
            assert!(!refused.is_empty() && !refused.contains("mlp_"), "{bad}: {refused}");
        }
    }
}
