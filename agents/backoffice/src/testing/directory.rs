//! What every store of a directory promises: what is imported takes the place of what was known, and the rest stays.

use contract::testing::access;

use crate::ServiceDesk;
use crate::service_desk::{Directory, OwnedCar};

/// Checks a desk that holds nothing yet. `demonstration` has two dealers in a market at least, and a car.
pub async fn check<E: std::fmt::Debug>(
    desk: &dyn ServiceDesk,
    demonstration: &Directory,
    import: impl AsyncFn(Directory) -> Result<(), E>,
) {
    let dealers: Vec<_> =
        demonstration.dealers.iter().filter(|dealer| dealer.market == "uk").take(2).cloned().collect();
    let [first, second] = dealers.try_into().expect("two dealers");
    let car = demonstration.cars[0].clone();
    let before = Directory { dealers: vec![first.clone(), second.clone()], cars: vec![car.clone()] };
    for _ in 0..2 {
        import(before.clone()).await.expect("imported, and again");
        assert_eq!(desk.dealers("uk").await.expect("dealers"), [first.clone(), second.clone()]);
    }

    let mut moved = second.clone();
    moved.phone = "+44 1632 960199".into();
    let sold = OwnedCar { owner: access("directory-buyer").customer().clone(), ..car.clone() };
    import(Directory { dealers: vec![moved.clone(), first.clone()], cars: vec![sold] }).await.expect("imported");
    assert_eq!(desk.dealers("uk").await.expect("dealers"), [moved.clone(), first.clone()], "in the order of the file");
    let file = desk.file(&access("directory-buyer"), &car.file.vin).await.expect("the buyer's");
    assert_eq!(file, car.file);
    assert!(desk.file(&access(car.owner.as_str()), &car.file.vin).await.is_err(), "no longer the seller's");

    import(Directory { dealers: vec![moved.clone()], cars: Vec::new() }).await.expect("imported");
    let mut known = desk.dealers("uk").await.expect("dealers");
    known.sort_by_key(|dealer| dealer.id != moved.id);
    assert_eq!(known, [moved, first], "what is not named stays");
}
