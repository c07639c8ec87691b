//! Knows every feature of the examples and turns a text into its weighted, sparse vector.

use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use zerocopy::little_endian::{F32, U64};

use crate::concepts::Concepts;
use crate::features::{Features, features};
use crate::packed::owned;
use crate::parallel::in_parallel;

/// A sparse vector: which columns are set, and to what.
pub(crate) type Vector = Vec<(u32, f32)>;

/// What part of the squared length of a vector words, letters and concepts have, with and without word groups. Cross-
/// validation on our own intents found the same for concepts at 0.3 to 0.5.
const SHARES: [f32; VIEWS] = [0.3, 0.3, 0.4];
const SHARES_WITHOUT_CONCEPTS: [f32; VIEWS] = [0.5, 0.5, 0.0];
pub(crate) const VIEWS: usize = 3;

/// The features seen in the examples, each with its column and weight.
#[derive(Debug)]
pub(crate) struct Vocabulary {
    /// Sorted: the place of a feature is its column.
    pub(crate) features: Cow<'static, [U64]>,
    pub(crate) rarity: Cow<'static, [F32]>,
    pub(crate) rarity_of_unseen: f32,
    pub(crate) longest: usize,
    pub(crate) concepts: Concepts,
    pub(crate) shares: [f32; VIEWS],
}

impl Vocabulary {
    /// Learns the features of `texts` and returns their vectors too, so that every text is read once.
    pub(crate) fn build(texts: &[&str], longest: usize, concepts: &Concepts, threads: usize) -> (Self, Vec<Vector>) {
        const TEXTS_A_PIECE: usize = 256;
        let pieces: Vec<&[&str]> = texts.chunks(TEXTS_A_PIECE).collect();
        let read =
            |piece: usize| -> Vec<_> { pieces[piece].iter().map(|text| views(text, longest, concepts)).collect() };
        let read: Vec<[View; VIEWS]> = in_parallel(threads, pieces.len(), read).into_iter().flatten().collect();
        let (features, texts_with) = count(&read);
        let vocabulary = Self {
            features: owned::hashes(features),
            rarity: owned::singles(texts_with.iter().map(|&with| rarity(read.len(), with))),
            rarity_of_unseen: rarity(read.len(), 0),
            longest,
            concepts: concepts.clone(),
            shares: if concepts.is_empty() { SHARES_WITHOUT_CONCEPTS } else { SHARES },
        };
        let vectors = in_parallel(threads, read.len(), |text| vocabulary.weigh(&read[text]));
        (vocabulary, vectors)
    }

    /// The number of columns.
    pub(crate) fn len(&self) -> usize {
        self.features.len()
    }

    /// The vector of a new text. A feature that no example has keeps its share of the vector's length although no
    /// intent can claim it: a text of mostly new words comes out short, scores low, and so admits that it is foreign.
    pub(crate) fn vector(&self, text: &str) -> Vector {
        self.weigh(&views(text, self.longest, &self.concepts))
    }

    fn weigh(&self, views: &[View; VIEWS]) -> Vector {
        let mut vector = Vector::new();
        for (view, share) in views.iter().zip(self.shares) {
            let start = vector.len();
            let mut unseen = 0.0;
            for &(feature, count) in view {
                match self.column(feature) {
                    Some((column, rarity)) => vector.push((column, count * rarity)),
                    None => unseen += (count * self.rarity_of_unseen).powi(2),
                }
            }
            normalise(&mut vector[start..], unseen, share);
        }
        vector
    }

    /// Where a feature is, and how rare.
    fn column(&self, feature: u64) -> Option<(u32, f32)> {
        let place = self.features.binary_search_by_key(&feature, |known| known.get()).ok()?;
        Some((place as u32, self.rarity.get(place)?.get()))
    }
}

/// All features of `texts`, sorted, and in how many texts each is.
fn count(texts: &[[View; VIEWS]]) -> (Vec<u64>, Vec<u32>) {
    let mut texts_with: HashMap<u64, u32, BuildHasherDefault<AlreadyHashed>> = HashMap::default();
    for (feature, _) in texts.iter().flatten().flatten() {
        *texts_with.entry(*feature).or_default() += 1;
    }
    let mut counted: Vec<(u64, u32)> = texts_with.into_iter().collect();
    counted.sort_unstable();
    counted.into_iter().unzip()
}

/// Features with their counts.
type View = Vec<(u64, f32)>;

/// Each view of a text: its features in a fixed order, with the damped count of each (1 + ln count).
fn views(text: &str, longest: usize, concepts: &Concepts) -> [View; VIEWS] {
    let Features { words, letters, concepts } = features(text, longest, concepts);
    [words, letters, concepts].map(|mut view| {
        view.sort_unstable();
        view.chunk_by(|left, right| left == right).map(|same| (same[0], 1.0 + (same.len() as f32).ln())).collect()
    })
}

/// The square root of the smoothed inverse document frequency (Salton & Buckley 1988, "Term-weighting approaches in
/// automatic text retrieval"). The root is ours: in questions of ten words the frequent words carry the intent too.
fn rarity(texts: usize, texts_with: u32) -> f32 {
    (((1 + texts) as f32 / (1 + texts_with) as f32).ln() + 1.0).sqrt()
}

/// Gives one view its share of the squared length.
fn normalise(view: &mut [(u32, f32)], unseen: f32, share: f32) {
    let squared: f32 = unseen + view.iter().map(|(_, value)| value * value).sum::<f32>();
    if squared > 0.0 {
        let scale = (share / squared).sqrt();
        view.iter_mut().for_each(|(_, value)| *value *= scale);
    }
}

/// Features are hashes already: hashing them again would only cost time.
#[derive(Debug, Default)]
struct AlreadyHashed(u64);

impl Hasher for AlreadyHashed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(byte);
        }
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn build(texts: &[&str]) -> (Vocabulary, Vec<Vector>) {
        Vocabulary::build(texts, 100, &Concepts::default(), 2)
    }

    fn squared_length(vector: &Vector) -> f32 {
        vector.iter().map(|(_, value)| value * value).sum()
    }

    #[test]
    fn an_example_and_the_same_text_later_have_the_same_vector_of_length_one() {
        let texts = ["my tyre is flat flat flat", "the app will not log in"];
        let (vocabulary, vectors) = build(&texts);
        for (text, vector) in texts.iter().zip(&vectors) {
            assert_eq!(&vocabulary.vector(text), vector);
            assert!((squared_length(vector) - 1.0).abs() < 1e-5);
        }
    }

    #[test]
    fn a_foreign_text_has_a_short_vector_and_an_empty_one_none() {
        let (vocabulary, _) = build(&["my tyre is flat", "my tyre is new"]);
        let known = squared_length(&vocabulary.vector("my tyre"));
        let half = squared_length(&vocabulary.vector("my zebra"));
        assert!(known > half && half > 0.0, "{known} {half}");
        assert_eq!(vocabulary.vector("充电"), Vector::new());
        assert_eq!(vocabulary.vector(""), Vector::new());
    }

    #[test]
    fn a_rare_word_weighs_more_than_a_common_one() {
        let (vocabulary, vectors) = build(&["tyre", "tyre", "tyre", "recall"]);
        let rarity = |text: usize| vocabulary.rarity[vectors[text][0].0 as usize].get();
        assert!(rarity(3) > rarity(0));
        assert!(vocabulary.rarity_of_unseen > rarity(3));
    }
}
