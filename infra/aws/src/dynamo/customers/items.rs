//! The items of a customer: the profile itself, and one each for a vehicle, a consent and a past matter.

use contract::profile::{Consents, MOST_MEMORIES, Memory, PastMatter, Profile, Vehicle};
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
/// How the sort key of a memory begins.
pub(super) const MEMORY: &str = "MEM#";
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
    let Profile { customer, name, language, market, since, vehicles, consents, history, memories } = profile.clone();
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
    for memory in &memories {
        items.push(of_memory(&customer, memory)?);
    }
    Ok(items)
}

/// The item of the consent to be shown offers.
pub(super) fn marketing(customer: &CustomerId, given: bool) -> Result<Item> {
    item(key(partition(customer), format!("CONSENT#{MARKETING}")), &ConsentItem { given })
}

/// The item of a memory; the same session, kind and text have the same key.
pub(super) fn of_memory(customer: &CustomerId, memory: &Memory) -> Result<Item> {
    let what = serde_json::to_vec(&(&memory.session, memory.kind, &memory.text)).map_err(malformed)?;
    let hash: String = Sha256::digest(what).iter().take(12).map(|byte| format!("{byte:02x}")).collect();
    item(key(partition(customer), format!("{MEMORY}{}#{hash}", memory.session)), memory)
}

/// The memory of an item.
pub(super) fn memory(item: Item) -> Result<Memory> {
    parse(item)
}

/// The profile that these items make up; `None` without the profile itself.
pub(super) fn profile(customer: &CustomerId, items: Vec<Item>) -> Result<Option<Profile>> {
    let mut found = None;
    let (mut vehicles, mut consents) = (Vec::new(), Consents::default());
    let (mut history, mut memories) = (Vec::new(), Vec::new());
    for item in items {
        let sort = sort_key(&item).to_owned();
        match sort.split_once('#') {
            None if sort == PROFILE => found = Some(parse::<ProfileItem>(item)?),
            Some(("VEH", _)) => vehicles.push(parse::<VehicleItem>(item)?),
            Some(("CONSENT", MARKETING)) => consents.marketing = parse::<ConsentItem>(item)?.given,
            Some(("CONSENT", VEHICLE_DATA)) => consents.vehicle_data = parse::<ConsentItem>(item)?.given,
            Some(("SERVICE", _)) => history.push(parse::<PastMatter>(item)?),
            Some(("MEM", _)) => memories.push(parse::<Memory>(item)?),
            // Kinds that a later version writes are none of ours.
            _ => {}
        }
    }
    vehicles.sort_by_key(|vehicle| vehicle.position);
    history.reverse();
    memories.sort_by_key(|memory: &Memory| std::cmp::Reverse(memory.at));
    memories.truncate(MOST_MEMORIES);
    Ok(found.map(|ProfileItem { name, language, market, since }| Profile {
        customer: customer.clone(),
        name,
        language,
        market,
        since,
        vehicles: vehicles.into_iter().map(|item| item.vehicle).collect(),
        consents,
        history,
        memories,
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
