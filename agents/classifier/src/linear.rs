//! Learns one straight line per intent: this intent against all others.

use std::borrow::Cow;

use zerocopy::little_endian::{F32, U32};

use crate::features::spread;
use crate::packed::owned;
use crate::parallel::in_parallel;
use crate::vocabulary::Vector;

mod training;

use training::Training;

/// What is learned from: one vector, one class (0-based) and one held-out part per example.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Examples<'a> {
    pub(crate) vectors: &'a [Vector],
    pub(crate) classes: &'a [usize],
    /// The part in which each example is held out. Parts are numbered from 0 to `part_count`.
    pub(crate) parts: &'a [usize],
    pub(crate) part_count: usize,
    /// How many classes there are.
    pub(crate) class_count: usize,
    /// How many columns the vectors have.
    pub(crate) columns: usize,
}

/// How to learn.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Effort {
    /// The price of an error against a large margin.
    pub(crate) cost: f32,
    /// How often every example is visited.
    pub(crate) passes: usize,
    /// How many threads learn; the result does not depend on it.
    pub(crate) threads: usize,
}

/// Sixteen classes: the processor adds several at a time, and a copy of their sums fits its registers. Lanes beyond the
/// last class are padding.
type Lanes = [f32; WIDTH];
const WIDTH: usize = 16;

/// The weights of sixteen neighbouring classes.
#[derive(Debug, Clone)]
struct Block {
    /// One row per column.
    weights: Vec<Lanes>,
    bias: Lanes,
}

/// One weight per column and class, and one bias per class. Four of five weights are zero and are left out.
#[derive(Debug, Clone)]
pub(crate) struct LinearModel {
    pub(crate) bias: Cow<'static, [F32]>,
    /// Where the weights of each column begin, and where the last ones end.
    pub(crate) starts: Cow<'static, [U32]>,
    /// For each column one bit a class, lowest first: whether the class has a weight there.
    pub(crate) masks: Cow<'static, [u8]>,
    /// The weights of each column, in the order of the classes.
    pub(crate) weights: Cow<'static, [F32]>,
}

impl LinearModel {
    /// Learns from all examples. Returns, too, the scores of each example by a model that has not seen its part.
    pub(crate) fn learn(examples: Examples<'_>, effort: Effort) -> (Self, Vec<Vec<f32>>) {
        let block_count = examples.class_count.div_ceil(WIDTH);
        let learned = in_parallel(effort.threads, block_count, |block| learn_block(examples, effort, block * WIDTH));
        let (blocks, held_out): (Vec<Block>, Vec<Vec<Lanes>>) = learned.into_iter().unzip();
        let together = |example: usize| held_out.iter().map(|block| block[example]).collect();
        let scores =
            (0..examples.vectors.len()).map(|example| flatten(together(example), examples.class_count)).collect();
        (Self::of(&blocks, examples), scores)
    }

    /// One score per class; about +1 for "surely this", -1 for "surely not".
    pub(crate) fn scores(&self, vector: &Vector) -> Vec<f32> {
        let mut scores: Vec<f32> = self.bias.iter().map(|bias| bias.get()).collect();
        for &(column, value) in vector {
            for (class, weight) in self.row(column as usize) {
                if let Some(score) = scores.get_mut(class) {
                    *score += value * weight;
                }
            }
        }
        scores
    }

    /// The classes that have a weight in a column, with it.
    fn row(&self, column: usize) -> impl Iterator<Item = (usize, f32)> {
        let width = self.bias.len().div_ceil(u8::BITS as usize);
        let mask = self.masks.get(column * width..(column + 1) * width).unwrap_or_default();
        let start = self.starts.get(column).map_or(usize::MAX, |start| start.get() as usize);
        let weights = self.weights.get(start..).unwrap_or_default();
        mask.iter()
            .enumerate()
            .flat_map(|(at, &byte)| bits(byte).map(move |bit| at * u8::BITS as usize + bit))
            .zip(weights.iter().map(|weight| weight.get()))
    }

    fn of(blocks: &[Block], examples: Examples<'_>) -> Self {
        let class_count = examples.class_count;
        let (mut starts, mut masks, mut weights) = (vec![0], Vec::new(), Vec::new());
        for column in 0..examples.columns {
            let row = flatten(blocks.iter().map(|block| block.weights[column]).collect(), class_count);
            masks.extend(row.chunks(u8::BITS as usize).map(mask));
            weights.extend(row.into_iter().filter(|weight| *weight != 0.0));
            starts.push(weights.len() as u32);
        }
        Self {
            bias: owned::singles(flatten(blocks.iter().map(|block| block.bias).collect(), class_count)),
            starts: owned::places(starts),
            masks: Cow::Owned(masks),
            weights: owned::singles(weights),
        }
    }
}

/// Which of up to eight weights there are, as bits, lowest first.
fn mask(weights: &[f32]) -> u8 {
    weights.iter().rev().fold(0, |mask, weight| mask << 1 | u8::from(*weight != 0.0))
}

/// The places of the bits that are set, lowest first.
fn bits(mut left: u8) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let bit = (left != 0).then_some(left.trailing_zeros() as usize)?;
        left &= left - 1;
        Some(bit)
    })
}

fn flatten(lanes: Vec<Lanes>, class_count: usize) -> Vec<f32> {
    let mut scores = lanes.into_flattened();
    scores.truncate(class_count);
    scores
}

/// After one pass without the held-out examples their scores were still too low.
const PASSES_WITHOUT: usize = 2;

fn learn_block(examples: Examples<'_>, effort: Effort, first_class: usize) -> (Block, Vec<Lanes>) {
    let training = Training::new(examples, effort.cost, first_class).run(effort.passes);
    let mut held_out = vec![[0.0; WIDTH]; examples.vectors.len()];
    for part in 0..examples.part_count {
        let block = training.without(part).run(PASSES_WITHOUT).block();
        for example in (0..held_out.len()).filter(|&example| examples.parts[example] == part) {
            held_out[example] = block.scores(&examples.vectors[example]);
        }
    }
    (training.block(), held_out)
}

impl Block {
    fn new(columns: usize) -> Self {
        Self { weights: vec![[0.0; WIDTH]; columns], bias: [0.0; WIDTH] }
    }

    fn scores(&self, vector: &Vector) -> Lanes {
        let mut sums = self.bias;
        for &(column, value) in vector {
            add_lanes(&mut sums, &self.weights[column as usize], value);
        }
        sums
    }

    /// Adds `vector` times the change of each class: a few changes one by one, many as a whole row.
    fn add(&mut self, vector: &Vector, changes: &Lanes) {
        let changed: Vec<(usize, f32)> =
            changes.iter().copied().enumerate().filter(|(_, change)| *change != 0.0).collect();
        if changed.is_empty() {
            return;
        }
        add_lanes(&mut self.bias, changes, 1.0);
        for &(column, value) in vector {
            let row = &mut self.weights[column as usize];
            if changed.len() < FEW {
                changed.iter().for_each(|&(lane, change)| row[lane] += value * change);
            } else {
                add_lanes(row, changes, value);
            }
        }
    }
}

const FEW: usize = 4;

fn add_lanes(sums: &mut Lanes, row: &Lanes, factor: f32) {
    for lane in 0..WIDTH {
        sums[lane] += factor * row[lane];
    }
}

#[cfg(test)]
mod tests;
