//! The items of a customer: the profile itself, and one each for a vehicle, a consent and a past matter.

use contract::profile::{Consents, PastMatter, Profile, Vehicle};
use contract::{CustomerId, Result};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::dynamo::Item;
use crate::dynamo::expression::key;
use crate::dynamo::failure::malformed;
use crate::dynamo::items::{item, parse};
use crate::dynamo::tables::SORT_KEY;

const PROFILE: &str = "PROFILE";
const MARKETING: &str = "marketing";
const VEHICLE_DATA: &str = "vehicle_data";

#[derive(Serialize, Deserialize)]
struct ProfileItem {
    name: String,
    language: String,
    market: String,
    since: Date,
}

/// `position` keeps the order: the first car is the one that the customer means.
#[derive(Serialize, Deserialize)]
struct VehicleItem {
    position: usize,
    #[serde(flatten)]
    vehicle: Vehicle,
}

#[derive(Serialize, Deserialize)]
struct ConsentItem {
    given: bool,
}

/// The partition of a customer.
pub(super) fn partition(customer: &CustomerId) -> String {
    format!("CUST#{customer}")
}

pub(super) fn profile_key(customer: &CustomerId) -> Item {
    key(partition(customer), PROFILE)
}

pub(super) fn is_profile(item: &Item) -> bool {
    sort_key(item) == PROFILE
}

/// All items of a profile, the profile itself first.
pub(super) fn of(profile: &Profile) -> Result<Vec<Item>> {
    let Profile { customer, name, language, market, since, vehicles, consents, history } = profile.clone();
    let at = |sort: String| key(partition(&customer), sort);
    let mut items = vec![item(profile_key(&customer), &ProfileItem { name, language, market, since })?];
    for (name, given) in [(MARKETING, consents.marketing), (VEHICLE_DATA, consents.vehicle_data)] {
        items.push(item(at(format!("CONSENT#{name}")), &ConsentItem { given })?);
    }
    for (position, vehicle) in vehicles.into_iter().enumerate() {
        items.push(item(at(format!("VEH#{}", vehicle.vin)), &VehicleItem { position, vehicle })?);
    }
    // Newest first becomes the highest key last, also among the matters of one day.
    for (number, matter) in history.iter().rev().enumerate() {
        items.push(item(at(format!("SERVICE#{}#{number:06}", matter.on)), matter)?);
    }
    Ok(items)
}

/// The profile that these items make up; `None` without the profile itself.
pub(super) fn profile(customer: &CustomerId, items: Vec<Item>) -> Result<Option<Profile>> {
    let mut found = None;
    let (mut vehicles, mut consents, mut history) = (Vec::new(), Consents::default(), Vec::new());
    for item in items {
        let sort = sort_key(&item).to_owned();
        match sort.split_once('#') {
            None if sort == PROFILE => found = Some(parse::<ProfileItem>(item)?),
            Some(("VEH", _)) => vehicles.push(parse::<VehicleItem>(item)?),
            Some(("CONSENT", MARKETING)) => consents.marketing = parse::<ConsentItem>(item)?.given,
            Some(("CONSENT", VEHICLE_DATA)) => consents.vehicle_data = parse::<ConsentItem>(item)?.given,
            Some(("SERVICE", _)) => history.push(parse::<PastMatter>(item)?),
            // Kinds that a later version writes are none of ours.
            _ => {}
        }
    }
    vehicles.sort_by_key(|vehicle| vehicle.position);
    history.reverse();
    Ok(found.map(|ProfileItem { name, language, market, since }| Profile {
        customer: customer.clone(),
        name,
        language,
        market,
        since,
        vehicles: vehicles.into_iter().map(|item| item.vehicle).collect(),
        consents,
        history,
    }))
}

/// A request token of this very profile in this very table: tokens hold for a whole account.
pub(super) fn token(table: &str, profile: &Profile) -> Result<String> {
    let text = serde_json::to_vec(&(table, profile)).map_err(malformed)?;
    Ok(Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect())
}

fn sort_key(item: &Item) -> &str {
    item.get(SORT_KEY).and_then(|value| value.as_s().ok()).map_or("", String::as_str)
}
