//! The fictional dealers, cars and recalls of the demonstration, from `data/dealers.toml` and `data/cars.toml`.

use std::collections::BTreeMap;

use backoffice::service_desk::{Dealer, Directory, OwnedCar};
use contract::{Error, ErrorKind, Result};
use jiff::civil::Date;
use serde::Deserialize;

use super::SqliteServiceDesk;

/// The shape of `data/dealers.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Dealers {
    /// Days on which all dealers of a market are closed.
    holidays: BTreeMap<String, Vec<Date>>,
    dealer: Vec<Dealer>,
}

/// The shape of `data/cars.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Cars {
    car: Vec<OwnedCar>,
}

impl SqliteServiceDesk {
    /// The fictional dealers of the demonstration, and its customers' cars.
    ///
    /// # Errors
    /// `Internal` when a shipped file is broken.
    pub fn demonstration() -> Result<Directory> {
        let Dealers { holidays, mut dealer } =
            toml::from_str(include_str!("../../data/dealers.toml")).map_err(broken)?;
        for dealer in &mut dealer {
            dealer.closed.extend(holidays.get(&dealer.market).into_iter().flatten());
        }
        let Cars { car } = toml::from_str(include_str!("../../data/cars.toml")).map_err(broken)?;
        Ok(Directory { dealers: dealer, cars: car })
    }
}

fn broken(cause: toml::de::Error) -> Error {
    Error::new(ErrorKind::Internal, "the demonstration's service desk cannot be read").caused_by(cause)
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, HashSet};

    use jiff::tz::TimeZone;

    use super::*;
    use crate::SqliteCustomers;

    #[test]
    fn every_market_has_dealers_that_open_and_no_two_are_alike() {
        let Directory { dealers, .. } = SqliteServiceDesk::demonstration().unwrap();
        assert!(dealers.len() >= 14);
        for profile in SqliteCustomers::demonstration().unwrap() {
            assert!(dealers.iter().any(|dealer| dealer.market == profile.market), "{}", profile.market);
        }
        let distinct = |of: fn(&Dealer) -> &str| dealers.iter().map(of).collect::<HashSet<_>>().len();
        assert_eq!([distinct(|d| &d.id), distinct(|d| &d.name), distinct(|d| &d.phone)], [dealers.len(); 3]);
        for dealer in &dealers {
            assert!(TimeZone::get(&dealer.time_zone).is_ok(), "{}", dealer.id);
            assert!(dealer.bays > 0 && dealer.grid_minutes > 0 && 60 % dealer.grid_minutes == 0, "{}", dealer.id);
            assert!(dealer.closed.len() > 2 && dealer.address.contains(&dealer.town), "{}", dealer.id);
            assert!(dealer.hours.iter().all(|hours| hours.days.0 <= hours.days.1 && hours.opens < hours.closes));
        }
        assert!(dealers.iter().any(|dealer| dealer.bays == 1));
    }

    #[test]
    fn every_car_has_a_file_that_agrees_with_its_customers_profile() {
        let Directory { dealers, cars } = SqliteServiceDesk::demonstration().unwrap();
        let files: BTreeMap<_, _> = cars.iter().map(|car| (car.file.vin.as_str(), car)).collect();
        let profiles = SqliteCustomers::demonstration().unwrap();
        let known = profiles.iter().flat_map(|profile| profile.vehicles.iter().map(move |car| (profile, car)));
        for (profile, vehicle) in known.clone() {
            let car = files[vehicle.vin.as_str()];
            assert_eq!(car.owner, profile.customer);
            assert!((i32::from(car.file.registered.year()) - i32::from(vehicle.year)).abs() <= 1, "{}", vehicle.vin);
            let newest_first = car.file.services.windows(2);
            assert!(
                newest_first.into_iter().all(|two| two[0].on > two[1].on && two[0].odometer_km > two[1].odometer_km)
            );
            for past in &car.file.services {
                assert!(past.on > car.file.registered && past.odometer_km <= vehicle.odometer_km, "{}", past.summary);
                let dealer = dealers.iter().find(|dealer| dealer.id == past.dealer).unwrap();
                assert_eq!(dealer.market, profile.market, "{}", past.summary);
            }
        }
        assert_eq!(known.count(), cars.len(), "no car without an owner");
        let recalls: Vec<_> = cars.iter().flat_map(|car| &car.file.recalls).collect();
        assert!(recalls.len() >= 3 && recalls.iter().any(|recall| recall.do_not_drive));
    }
}
