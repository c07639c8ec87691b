//! Writes a classifier as bytes, and reads it back in place: what is large is neither copied nor looked through.
//!
//! The bytes are parts with their lengths before them. Numbers are little-endian and need no alignment, so that the
//! same bytes serve on every machine and from every address.

use std::borrow::Cow;

use zerocopy::little_endian::{F32, F64, U32, U64};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

use crate::calibration::Calibration;
use crate::classifier::Classifier;
use crate::concepts::Concepts;
use crate::linear::LinearModel;
use crate::vocabulary::{VIEWS, Vocabulary};

/// The first bytes; the digit changes with the layout.
const MARK: &[u8] = b"motorline classifier 1\n";

/// Bytes that are no packed classifier, or one of another layout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the packed classifier is damaged or of another version; build it again")]
pub struct Damaged;

impl Classifier {
    /// What was learned, as bytes for [`Classifier::open`].
    pub fn pack(&self) -> Vec<u8> {
        let Vocabulary { features, rarity, rarity_of_unseen, longest, concepts, shares } = &self.vocabulary;
        let [constant, evidence, lead] = self.calibration.weights;
        let mut numbers = vec![f64::from(*rarity_of_unseen), constant, evidence, lead];
        numbers.push(f64::from(self.calibration.threshold));
        numbers.extend(shares.iter().map(|share| f64::from(*share)));
        let numbers: Vec<F64> = numbers.into_iter().map(F64::new).collect();
        let sizes = [*longest as u64, concepts.longest_phrase as u64].map(U64::new);
        let phrases: Vec<U64> =
            concepts.phrases.iter().flat_map(|&(phrase, group)| [phrase, group]).map(U64::new).collect();
        let LinearModel { bias, starts, masks, weights } = &self.model;
        let mut packed = MARK.to_vec();
        for part in [
            self.labels.join("\n").as_bytes(),
            numbers.as_bytes(),
            sizes.as_bytes(),
            phrases.as_bytes(),
            features.as_bytes(),
            rarity.as_bytes(),
            bias.as_bytes(),
            starts.as_bytes(),
            masks.as_bytes(),
            weights.as_bytes(),
        ] {
            packed.extend_from_slice(U64::new(part.len() as u64).as_bytes());
            packed.extend_from_slice(part);
        }
        packed
    }

    /// The classifier that was packed; it reads its tables where they are.
    ///
    /// # Errors
    /// [`Damaged`] when the bytes are not what [`Classifier::pack`] wrote. What no length can tell, such as a wrong
    /// weight, is not looked for: the bytes are part of the program.
    pub fn open(packed: &'static [u8]) -> Result<Self, Damaged> {
        let mut rest = packed.strip_prefix(MARK).ok_or(Damaged)?;
        let labels = std::str::from_utf8(part(&mut rest)?).map_err(|_| Damaged)?;
        let numbers: &[F64] = table(&mut rest)?;
        let sizes: &[U64] = table(&mut rest)?;
        let phrases: &[U64] = table(&mut rest)?;
        let &[rarity_of_unseen, constant, evidence, lead, threshold, words, letters, groups] = numbers else {
            return Err(Damaged);
        };
        let &[longest, longest_phrase] = sizes else { return Err(Damaged) };
        let shares: [f32; VIEWS] = [words, letters, groups].map(single);
        let concepts = Concepts {
            names: Vec::new(),
            phrases: phrases.chunks_exact(2).map(|pair| (pair[0].get(), pair[1].get())).collect(),
            longest_phrase: size(longest_phrase),
        };
        let vocabulary = Vocabulary {
            features: Cow::Borrowed(table(&mut rest)?),
            rarity: Cow::Borrowed(table(&mut rest)?),
            rarity_of_unseen: single(rarity_of_unseen),
            longest: size(longest),
            concepts,
            shares,
        };
        let model = LinearModel {
            bias: Cow::Borrowed(table(&mut rest)?),
            starts: Cow::Borrowed(table(&mut rest)?),
            masks: Cow::Borrowed(table(&mut rest)?),
            weights: Cow::Borrowed(table(&mut rest)?),
        };
        let calibration =
            Calibration { weights: [constant, evidence, lead].map(F64::get), threshold: single(threshold) };
        let labels = labels.split('\n').filter(|label| !label.is_empty()).map(str::to_owned).collect();
        let classifier = Self { labels, vocabulary, model, calibration };
        if rest.is_empty() && classifier.is_whole() { Ok(classifier) } else { Err(Damaged) }
    }

    /// Whether the tables have the lengths that they give each other.
    fn is_whole(&self) -> bool {
        let (columns, model) = (self.vocabulary.features.len(), &self.model);
        self.vocabulary.rarity.len() == columns
            && model.starts.len() == columns + 1
            && model.masks.len() == columns * model.bias.len().div_ceil(8)
            && model.starts.last().map(|end| end.get() as usize) == Some(model.weights.len())
            && self.labels.len() <= model.bias.len()
    }
}

/// The next part of `rest`.
fn part(rest: &mut &'static [u8]) -> Result<&'static [u8], Damaged> {
    let (length, behind) = U64::read_from_prefix(rest).map_err(|_| Damaged)?;
    let (part, behind) = behind.split_at_checked(size(length)).ok_or(Damaged)?;
    *rest = behind;
    Ok(part)
}

/// The next part of `rest`, as the numbers that it holds.
fn table<T: FromBytes + Immutable + KnownLayout + Unaligned>(
    rest: &mut &'static [u8],
) -> Result<&'static [T], Damaged> {
    <[T]>::ref_from_bytes(part(rest)?).map_err(|_| Damaged)
}

/// A size that does not fit this machine is larger than anything that it holds.
fn size(number: U64) -> usize {
    usize::try_from(number.get()).unwrap_or(usize::MAX)
}

/// Back to the precision that the number had before it was packed.
fn single(number: F64) -> f32 {
    number.get() as f32
}

/// The tables of a classifier that was learned just now, in the form in which they are packed.
pub(crate) mod owned {
    use super::{Cow, F32, U32, U64};

    /// Owned numbers as a table.
    pub(crate) fn singles(numbers: impl IntoIterator<Item = f32>) -> Cow<'static, [F32]> {
        Cow::Owned(numbers.into_iter().map(F32::new).collect())
    }

    /// Owned places as a table.
    pub(crate) fn places(numbers: impl IntoIterator<Item = u32>) -> Cow<'static, [U32]> {
        Cow::Owned(numbers.into_iter().map(U32::new).collect())
    }

    /// Owned hashes as a table.
    pub(crate) fn hashes(numbers: impl IntoIterator<Item = u64>) -> Cow<'static, [U64]> {
        Cow::Owned(numbers.into_iter().map(U64::new).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::classifier::{Example, Settings};

    fn trained() -> Classifier {
        let example = |(text, label): (&str, &str)| Example { text: text.into(), label: label.into() };
        let lessons = [("my tyre is flat", "tyre"), ("no air in it", "tyre"), ("it won't charge", "charging")];
        let foreign = [("tell me a joke", "oos"), ("charge my phone", "oos"), ("the plug is stuck", "charging")];
        let concepts =
            Concepts::read("own.toml", "[own]\ntyre = [\"tyre\", \"wheel\"]\nair = [\"out of air\"]").unwrap();
        let examples: Vec<Example> = lessons.into_iter().chain(foreign).map(example).collect();
        Classifier::train(&examples, &Settings { concepts, ..Settings::default() })
    }

    fn kept(bytes: Vec<u8>) -> &'static [u8] {
        Box::leak(bytes.into_boxed_slice())
    }

    #[test]
    fn what_was_packed_says_the_same() {
        let trained = trained();
        let packed = trained.pack();
        let opened = Classifier::open(kept(packed.clone())).unwrap();
        assert_eq!(opened.labels(), trained.labels());
        for text in ["my wheel is flat", "run out of air", "charge", "a joke", "", "xyzzy", "the tyre won't charge"] {
            assert_eq!(opened.classify(text), trained.classify(text), "{text}");
        }
        assert_eq!(opened.pack(), packed);
        let nothing = Classifier::train(&[], &Settings::default());
        assert_eq!(Classifier::open(kept(nothing.pack())).unwrap().classify("tyre"), nothing.classify("tyre"));
    }

    #[test]
    fn the_same_bytes_serve_from_every_address() {
        let packed = trained().pack();
        for shift in 0..8 {
            let moved = kept([vec![0; shift], packed.clone()].concat());
            assert!(Classifier::open(&moved[shift..]).unwrap().classify("my tyre is flat").in_scope);
        }
    }

    #[test]
    fn damaged_bytes_are_refused_or_answered_without_a_fault() {
        let packed = trained().pack();
        for end in 0..packed.len() {
            assert_eq!(Classifier::open(kept(packed[..end].to_vec())).err(), Some(Damaged), "cut at {end}");
        }
        assert_eq!(Classifier::open(kept([packed.clone(), vec![0]].concat())).err(), Some(Damaged));
        for at in 0..packed.len() {
            let mut bytes = packed.clone();
            bytes[at] ^= 0xff;
            if let Ok(classifier) = Classifier::open(kept(bytes)) {
                let _ = classifier.classify("my tyre is out of air");
            }
        }
    }
}
