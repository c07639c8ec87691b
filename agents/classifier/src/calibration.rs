//! Says how far a score can be trusted, learned from examples that the scores had not seen.

/// What the held-out examples showed.
#[derive(Debug, Default)]
pub(crate) struct Trials {
    /// Examples of the intents: their signs, and whether the best intent was the right one.
    pub(crate) own: Vec<(Signs, bool)>,
    /// Examples that are out of scope.
    pub(crate) foreign: Vec<Signs>,
    /// The examples of the intents once more, each as if its own intent did not exist.
    pub(crate) orphaned: Vec<Signs>,
}

/// The two signs that a decision rests on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Signs {
    /// The score of the best intent minus the score of "out of scope".
    pub(crate) evidence: f32,
    /// The score of the best intent minus the score of the second best.
    pub(crate) lead: f32,
}

/// Turns signs into a probability and into the decision whether a text is in scope.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Calibration {
    /// Log-odds: constant, per evidence, per lead.
    pub(crate) weights: [f64; 3],
    /// The least evidence of a text in scope.
    pub(crate) threshold: f32,
}

impl Calibration {
    /// Learns from `trials`. `recall_weight` says how many points of in-scope accuracy a point of out-of-scope recall is worth.
    /// Where no example is out of scope, the orphaned ones stand in to find the threshold.
    pub(crate) fn fit(trials: &Trials, recall_weight: f64) -> Self {
        let foreign = if trials.foreign.is_empty() { &trials.orphaned } else { &trials.foreign };
        Self { weights: fit_log_odds(trials), threshold: fit_threshold(&trials.own, foreign, recall_weight) }
    }

    /// The probability that the best intent is the right one.
    pub(crate) fn probability(&self, signs: Signs) -> f32 {
        probability(&self.weights, &inputs(signs)) as f32
    }

    /// Whether the text belongs to an intent at all.
    pub(crate) fn in_scope(&self, signs: Signs) -> bool {
        signs.evidence >= self.threshold
    }

    /// How the odds between two intents grow with the difference of their scores.
    pub(crate) fn steepness(&self) -> f32 {
        self.weights[2].max(1.0) as f32
    }
}

fn inputs(signs: Signs) -> [f64; 3] {
    [1.0, f64::from(signs.evidence), f64::from(signs.lead)]
}

fn probability(weights: &[f64; 3], inputs: &[f64; 3]) -> f64 {
    let log_odds: f64 = weights.iter().zip(inputs).map(|(weight, input)| weight * input).sum();
    1.0 / (1.0 + (-log_odds).exp())
}

/// Platt scaling (Platt 1999, "Probabilistic Outputs for Support Vector Machines"), with two inputs instead of one, his
/// smoothed targets, and Newton's method as in Lin, Lin, Weng 2007, "A note on Platt's probabilistic outputs".
fn fit_log_odds(trials: &Trials) -> [f64; 3] {
    const STEPS: usize = 25;
    const RIDGE: f64 = 1e-2;
    let foreign = trials.foreign.iter().map(|&signs| (signs, false));
    let outcomes: Vec<(Signs, bool)> = trials.own.iter().copied().chain(foreign).collect();
    let right = outcomes.iter().filter(|(_, right)| *right).count() as f64;
    let targets = [1.0 / (outcomes.len() as f64 - right + 2.0), (right + 1.0) / (right + 2.0)];
    let mut weights = [0.0; 3];
    for _ in 0..STEPS {
        let mut slope = weights.map(|weight| RIDGE * weight);
        let mut curvature = [[RIDGE, 0.0, 0.0], [0.0, RIDGE, 0.0], [0.0, 0.0, RIDGE]];
        for &(signs, right) in &outcomes {
            let (inputs, target) = (inputs(signs), targets[usize::from(right)]);
            let guess = probability(&weights, &inputs);
            for row in 0..3 {
                slope[row] += (guess - target) * inputs[row];
                for column in 0..3 {
                    curvature[row][column] += guess * (1.0 - guess) * inputs[row] * inputs[column];
                }
            }
        }
        let step = solve(curvature, slope);
        let longest = step.iter().fold(0.0_f64, |longest, part| longest.max(part.abs()));
        let damping = (4.0 / longest.max(4.0)).min(1.0);
        weights = std::array::from_fn(|index| weights[index] - damping * step[index]);
        if longest < 1e-6 {
            break;
        }
    }
    weights
}

/// Cramer's rule for three equations; a singular system moves nothing.
fn solve(matrix: [[f64; 3]; 3], target: [f64; 3]) -> [f64; 3] {
    let whole = determinant(&matrix);
    if whole.abs() < 1e-12 {
        return [0.0; 3];
    }
    std::array::from_fn(|column| {
        let mut replaced = matrix;
        for row in 0..3 {
            replaced[row][column] = target[row];
        }
        determinant(&replaced) / whole
    })
}

fn determinant(m: &[[f64; 3]; 3]) -> f64 {
    m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1]) - m[0][1] * (m[1][0] * m[2][2] - m[1][2] * m[2][0])
        + m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0])
}

/// The threshold with the best sum of in-scope accuracy (a rejected text is an error) and weighted out-of-scope recall.
fn fit_threshold(own: &[(Signs, bool)], foreign: &[Signs], recall_weight: f64) -> f32 {
    let loss = own.iter().map(|(signs, right)| (signs.evidence, if *right { -1.0 / own.len() as f64 } else { 0.0 }));
    let gain = foreign.iter().map(|signs| (signs.evidence, recall_weight / foreign.len() as f64));
    let mut sorted: Vec<(f32, f64)> = loss.chain(gain).collect();
    sorted.sort_by(|left, right| left.0.total_cmp(&right.0));
    let (mut balance, mut best) = (0.0, (0.0, f32::MIN));
    for (index, &(evidence, change)) in sorted.iter().enumerate() {
        balance += change;
        let next = sorted.get(index + 1).map_or(evidence + 1.0, |next| next.0);
        if balance > best.0 && next > evidence {
            best = (balance, f32::midpoint(evidence, next));
        }
    }
    best.1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signs(evidence: f32) -> Signs {
        Signs { evidence, lead: 0.0 }
    }

    #[test]
    fn the_probability_is_the_share_that_was_right() {
        let strong = (0..100).map(|index| (signs(1.0), index % 10 != 0));
        let weak = (0..100).map(|index| (signs(0.0), index % 10 < 3));
        let trials = Trials { own: strong.chain(weak).collect(), ..Trials::default() };
        let calibration = Calibration::fit(&trials, 0.5);
        for (evidence, expected) in [(1.0, 0.9), (0.0, 0.3)] {
            let found = calibration.probability(signs(evidence));
            assert!((found - expected).abs() < 0.02, "{found} instead of {expected}");
        }
    }

    #[test]
    fn the_threshold_lies_between_foreign_and_own() {
        let own = (0..50).map(|index| (signs(0.5 + index as f32 / 100.0), true)).collect();
        let far: Vec<Signs> = (0..10).map(|index| signs(-0.5 + index as f32 / 20.0)).collect();
        let near = vec![signs(0.9)];
        let only_orphans = Trials { own, foreign: Vec::new(), orphaned: far.clone() };
        assert!((Calibration::fit(&only_orphans, 0.5).threshold - 0.225).abs() < 0.01);
        let both = Trials { foreign: far, orphaned: near, ..only_orphans };
        assert!((Calibration::fit(&both, 0.5).threshold - 0.225).abs() < 0.01, "true foreign texts come first");
    }

    #[test]
    fn the_recall_weight_moves_the_threshold() {
        let (foreign, own): (Vec<_>, Vec<_>) =
            (0..100).map(|index| signs(index as f32)).partition(|signs| signs.evidence % 10.0 == 0.0);
        let trials =
            Trials { own: own.into_iter().map(|signs| (signs, true)).collect(), foreign, orphaned: Vec::new() };
        assert!(Calibration::fit(&trials, 0.01).threshold < Calibration::fit(&trials, 100.0).threshold);
    }

    #[test]
    fn nothing_learned_is_even_odds_and_everything_in_scope() {
        let calibration = Calibration::fit(&Trials::default(), 0.5);
        assert!((calibration.probability(signs(-3.0)) - 0.5).abs() < 1e-6);
        assert!(calibration.in_scope(signs(-3.0)));
    }
}
