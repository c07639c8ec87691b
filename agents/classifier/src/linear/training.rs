//! Dual coordinate descent: visits example after example and corrects the weights of sixteen classes at a time.

use super::{Block, Examples, Lanes, WIDTH, spread};

/// A change of a dual variable below this moves no score visibly, and skipping it saves a third of the time.
const SMALLEST_CHANGE: f32 = 0.03;

/// The dual variables are about as large as the cost: below this no change would be large enough to be made.
const SMALLEST_COST: f32 = 0.05;

/// Dual coordinate descent for the squared hinge loss with L2 regularisation: Hsieh, Chang, Lin, Keerthi, Sundararajan
/// 2008, "A Dual Coordinate Descent Method for Large-scale Linear SVM" (their algorithm 1, D_ii = 1/2C), one against all
/// others (Rifkin & Klautau 2004, "In Defense of One-Vs-All Classification"). No class needs the weights of another.
#[derive(Debug, Clone)]
pub(super) struct Training<'a> {
    examples: Examples<'a>,
    first_class: usize,
    block: Block,
    /// One dual variable per example and class, never negative.
    duals: Vec<Lanes>,
    /// The examples that are visited, in the order of the last pass.
    order: Vec<usize>,
    diagonal: f32,
    seed: u64,
}

impl<'a> Training<'a> {
    /// Starts from zero for the classes from `first_class`. `cost` is the C of the paper.
    pub(super) fn new(examples: Examples<'a>, cost: f32, first_class: usize) -> Self {
        Self {
            examples,
            first_class,
            block: Block::new(examples.columns),
            duals: vec![[0.0; WIDTH]; examples.vectors.len()],
            order: (0..examples.vectors.len()).collect(),
            diagonal: 0.5 / cost.max(SMALLEST_COST),
            seed: 0,
        }
    }

    /// Visits every example `passes` times, each time in a new order that is the same in every run and for every class.
    pub(super) fn run(mut self, passes: usize) -> Self {
        for _ in 0..passes {
            self.shuffle();
            for position in 0..self.order.len() {
                self.visit(self.order[position]);
            }
        }
        self
    }

    /// Forgets the examples of one part by taking their share out of the weights: the remaining dual variables are a
    /// valid start for the remaining examples, a pass or two from their optimum (DeCoste & Wagstaff 2000, "Alpha
    /// Seeding for Support Vector Machines"). So held-out scores cost a fraction of training anew.
    pub(super) fn without(&self, part: usize) -> Self {
        let mut rest = self.clone();
        let parts = self.examples.parts;
        for example in (0..parts.len()).filter(|&example| parts[example] == part) {
            let signs = self.signs(example);
            let changes = std::array::from_fn(|lane| -signs[lane] * self.duals[example][lane]);
            rest.block.add(&self.examples.vectors[example], &changes);
        }
        rest.order.retain(|&example| parts[example] != part);
        rest
    }

    /// What has been learned.
    pub(super) fn block(self) -> Block {
        self.block
    }

    fn visit(&mut self, example: usize) {
        let vector = &self.examples.vectors[example];
        let curvature = 1.0 + vector.iter().map(|(_, value)| value * value).sum::<f32>() + self.diagonal;
        let (signs, scores) = (self.signs(example), self.block.scores(vector));
        let duals = &mut self.duals[example];
        let mut changes = [0.0; WIDTH];
        for lane in 0..WIDTH {
            let gradient = signs[lane] * scores[lane] - 1.0 + self.diagonal * duals[lane];
            let change = (duals[lane] - gradient / curvature).max(0.0) - duals[lane];
            if change.abs() >= SMALLEST_CHANGE {
                changes[lane] = signs[lane] * change;
                duals[lane] += change;
            }
        }
        self.block.add(vector, &changes);
    }

    /// +1 for the example's own class, -1 for every other, 0 (nothing to learn) for padding.
    fn signs(&self, example: usize) -> Lanes {
        let own = self.examples.classes[example];
        std::array::from_fn(|lane| match self.first_class + lane {
            class if class == own => 1.0,
            class if class < self.examples.class_count => -1.0,
            _ => 0.0,
        })
    }

    /// Fisher and Yates' shuffle with the numbers of SplitMix64.
    fn shuffle(&mut self) {
        for last in (1..self.order.len()).rev() {
            self.seed = self.seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let chosen = spread(self.seed) % (last as u64 + 1);
            self.order.swap(last, chosen as usize);
        }
    }
}
