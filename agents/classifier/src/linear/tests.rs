//! Checks that the lines separate, forget and do not depend on the threads.

use super::*;

const EFFORT: Effort = Effort { cost: 2.0, passes: 30, threads: 2 };

fn examples<'a>(vectors: &'a [Vector], classes: &'a [usize], parts: &'a [usize]) -> Examples<'a> {
    let part_count = parts.iter().max().map_or(0, |part| part + 1);
    Examples { vectors, classes, parts, part_count, class_count: 2, columns: 3 }
}

#[test]
fn it_separates_what_can_be_separated() {
    let vectors = [vec![(0, 1.0)], vec![(1, 1.0)], vec![(0, 0.8), (2, 0.6)], vec![(1, 0.8), (2, 0.6)]];
    let classes = [0, 1, 0, 1];
    let (model, _) = LinearModel::learn(examples(&vectors, &classes, &[0; 4]), EFFORT);
    for (vector, class) in vectors.iter().zip(classes) {
        let scores = model.scores(vector);
        assert!(scores[class] > 0.5 && scores[1 - class] < -0.5, "{scores:?}");
    }
}

#[test]
fn held_out_scores_are_those_of_a_model_that_never_saw_the_example() {
    let vectors = [vec![(0, 1.0)], vec![(1, 1.0)], vec![(0, 0.6), (2, 0.8)], vec![(1, 0.6), (2, 0.8)]];
    let classes = [0, 1, 0, 1];
    let (_, held_out) = LinearModel::learn(examples(&vectors, &classes, &[0, 0, 1, 1]), EFFORT);
    let (never, _) = LinearModel::learn(examples(&vectors[..2], &classes[..2], &[0, 0]), EFFORT);
    for example in 2..4 {
        for (left, right) in held_out[example].iter().zip(never.scores(&vectors[example])) {
            assert!((left - right).abs() < 0.15, "{left} {right}");
        }
    }
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let class_count = 3 * WIDTH + 5;
    let classes: Vec<usize> = (0..4 * class_count).map(|example| example % class_count).collect();
    let vectors: Vec<Vector> =
        classes.iter().map(|&class| vec![(class as u32, 0.9), (class as u32 % 7, 0.4)]).collect();
    let parts: Vec<usize> = (0..classes.len()).map(|example| example % 3).collect();
    let known = Examples {
        vectors: &vectors,
        classes: &classes,
        parts: &parts,
        part_count: 3,
        class_count,
        columns: class_count,
    };
    let learned = |threads: usize| {
        let (model, held_out) = LinearModel::learn(known, Effort { threads, ..EFFORT });
        (vectors.iter().map(|vector| model.scores(vector)).collect::<Vec<_>>(), held_out)
    };
    let alone = learned(1);
    assert_eq!((alone.0.len(), alone.1[0].len()), (vectors.len(), class_count));
    assert_eq!(alone, learned(2));
    assert_eq!(alone, learned(9));
}

#[test]
fn nothing_to_learn_from_is_no_error() {
    let none = Examples { vectors: &[], classes: &[], parts: &[], part_count: 2, class_count: 0, columns: 0 };
    let (model, held_out) = LinearModel::learn(none, EFFORT);
    assert!(model.scores(&Vector::new()).is_empty() && held_out.is_empty());
}
